-- Which shapes that should have an area have none?
-- One row per row of objects.
-- Deleted objects do not count.
-- severity: error
--
-- Boxes, rotatable boxes, polygons, ellipses, circles and cuboids in an image, of which a side or the area is zero or
-- less. Polygons of one or two vertices are few_vertices' to tell, masks empty_mask's; points, polylines and skeletons
-- have no area to miss. value: the area, a fraction of the frame; the shorter side where that is below zero.
select
    'no_area' as "check",
    'error' as severity,
    row_id,
    label_hash,
    space_id,
    frame,
    'object' as owner,
    object_hash as owner_hash,
    concat(
        'The ', replace(shape, '_', ' '), ' of ', coalesce(name, 'an object without a class'),
        case when least(w, h) < 0 then ' has a side below zero.' else ' has no area.' end
    ) as message,
    case when least(w, h) < 0 then least(w, h) else coalesce(area, w * h) end as value
from objects_once
where shape in ('bounding_box', 'rotatable_bounding_box', 'polygon', 'ellipse', 'circle', 'cuboid_2d')
    and (
        w <= 0 or h <= 0 or area <= 1e-12
        or circle.r <= 0 or ellipse.rx <= 0 or ellipse.ry <= 0 or box.w <= 0 or box.h <= 0
    )
    and not (shape = 'polygon' and coalesce(n_vertices, 0) < 3)
    and not coalesce(is_deleted, false)
order by row_id, space_id, frame, owner_hash, message, value
