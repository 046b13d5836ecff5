-- Which boxes reach out of their frame?
-- One row per row of objects.
-- Deleted objects do not count.
-- severity: warning
--
-- Rotatable boxes, ellipses and circles, which cannot be cut at the edge, are told only where their centre is outside.
-- Left out: points and polylines in a scene (with z), cuboids, and shapes without a box. value: how far the box reaches
-- out on the worst side, a fraction of the frame.
--
-- parameter tolerance = 0.001 (0): Fraction of the frame that a box can reach out without being told.
with reaching as (
    select
        *,
        greatest(-x, -y, x + w - 1, y + h - 1) as reach,
        greatest(-(x + w / 2), -(y + h / 2), x + w / 2 - 1, y + h / 2 - 1) as centre_reach
    from objects_once
    where x is not null and y is not null and w is not null and h is not null
        and shape is distinct from 'cuboid' and shape is distinct from 'cuboid_2d'
        and not coalesce(is_deleted, false)
)

select
    'outside_frame' as "check",
    'warning' as severity,
    row_id,
    label_hash,
    space_id,
    frame,
    'object' as owner,
    object_hash as owner_hash,
    concat(
        coalesce(name, 'An object without a class'),
        ' is ', case when greatest(-(x + w), -(y + h), x - 1, y - 1) > 0 then 'wholly' else 'partly' end,
        ' outside its frame.'
    ) as message,
    reach as value
from reaching
where case when shape in ('rotatable_bounding_box', 'ellipse', 'circle') then centre_reach else reach end > $tolerance
order by row_id, space_id, frame, owner_hash, message, value
