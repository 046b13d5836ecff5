-- How finely are the objects of each class drawn?
-- One row per class and shape that has vertices: polygons (all rings), polylines, points and skeletons.
-- Deleted objects do not count.
--
-- An object that stands both in a Data Group's label row and in a child's counts in the child's.
with measured as (
    select
        name as class,
        shape,
        count(*) as objects,
        min(n_vertices) as vertices_min,
        quantile_cont(n_vertices, [0.5, 0.95]) as vertices,
        max(n_vertices) as vertices_max,
        avg(n_vertices) as vertices_mean
    from objects_once
    where not coalesce(is_deleted, false) and n_vertices is not null
    group by name, shape
)

select
    class,
    shape,
    objects,
    vertices_min,
    vertices[1] as vertices_median,
    vertices[2] as vertices_p95,
    vertices_max,
    vertices_mean
from measured
order by objects desc, class, shape
