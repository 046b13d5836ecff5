-- Which shapes have too few vertices to be one?
-- One row per row of objects.
-- Deleted objects do not count.
-- severity: error
--
-- A polygon needs three vertices in each of its rings, a polyline two, a skeleton one keypoint; vertices on the same
-- place count once. A shape on a frame whose vertices are missing, or cannot be read, has none. value: the vertices
-- that there are, in the ring with the fewest.
with counted as (
    select
        row_id, label_hash, space_id, frame, object_hash, name, shape,
        case
            when coalesce(n_vertices, 0) = 0 then 0
            when shape = 'skeleton' then n_vertices
            when shape = 'polyline'
                then case when len(points) > 1 and points[1] <> points[2] then 2 else len(list_distinct(points)) end
            when len(polygons) = 1 and len(polygons[1]) = 1 and area > 0 then 3
            else list_min([len(list_distinct(ring)) for ring in flatten(polygons)])
        end as vertices
    from objects_once
    where shape in ('polygon', 'polyline', 'skeleton') and frame is not null and not coalesce(is_deleted, false)
)

select
    'few_vertices' as "check",
    'error' as severity,
    row_id,
    label_hash,
    space_id,
    frame,
    'object' as owner,
    object_hash as owner_hash,
    concat('The ', shape, ' of ', coalesce(name, 'an object without a class'), ' has too few vertices.') as message,
    vertices::double as value
from counted
where vertices < case shape when 'polygon' then 3 when 'polyline' then 2 else 1 end
order by row_id, space_id, frame, owner_hash, message, value
