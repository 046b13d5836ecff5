-- Which boxes are too small to see?
-- One row per row of objects.
-- Deleted objects do not count.
-- severity: warning
--
-- On frames of known size; points, polylines and skeletons are left out, and boxes with a side of zero, which are
-- no_area's to tell. value: the shorter side of the box, in px.
--
-- parameter px = 2 (0): Width and height below which a box is too small, in px.
with sized as (
    select
        objects.*,
        round(
            least(w * coalesce(frames.width, spaces.width), h * coalesce(frames.height, spaces.height)), 6
        ) as side_px
    from objects_once as objects
    join spaces on spaces.row_id = objects.row_id and spaces.space_id = objects.space_id
    left join (select * from frames where width is not null or height is not null) as frames
        on frames.row_id = objects.row_id and frames.space_id = objects.space_id and frames.frame = objects.frame
    where coalesce(frames.width, spaces.width) is not null and coalesce(frames.height, spaces.height) is not null
        and w > 0 and h > 0
        and coalesce(shape, '') not in ('point', 'polyline', 'skeleton')
        and not coalesce(is_deleted, false)
)

select
    'tiny' as "check",
    'warning' as severity,
    row_id,
    label_hash,
    space_id,
    frame,
    'object' as owner,
    object_hash as owner_hash,
    concat(coalesce(name, 'An object without a class'), ' is too small to see.') as message,
    side_px as value
from sized
where side_px < $px
order by row_id, space_id, frame, owner_hash, message, value
