-- How large are the cuboids of each class, and how far away?
-- One row per class that has cuboids in a scene.
-- Deleted objects do not count.
--
-- Sizes are along the cuboid's own axes, in the units of the scene (volume: cubed); distance is that of its centre from
-- the scene's origin. Cuboids drawn on images are left out. An object counts at each of its events or frames. One that
-- stands both in a Data Group's label row and in a child's counts in the child's.
with cuboids as (
    select
        name as class,
        size.x as size_x,
        size.y as size_y,
        size.z as size_z,
        size.x * size.y * size.z as volume,
        sqrt(position.x * position.x + position.y * position.y + position.z * position.z) as distance
    from objects_once
    where not coalesce(is_deleted, false) and size is not null
),

measured as (
    select
        class,
        count(*) as cuboids,
        quantile_cont(size_x, [0.05, 0.5, 0.95]) as size_x,
        quantile_cont(size_y, [0.05, 0.5, 0.95]) as size_y,
        quantile_cont(size_z, [0.05, 0.5, 0.95]) as size_z,
        quantile_cont(volume, [0.05, 0.5, 0.95]) as volume,
        quantile_cont(distance, [0.05, 0.5, 0.95]) as distance
    from cuboids
    group by class
)

select
    class,
    cuboids,
    size_x[1] as size_x_p5,
    size_x[2] as size_x_median,
    size_x[3] as size_x_p95,
    size_y[1] as size_y_p5,
    size_y[2] as size_y_median,
    size_y[3] as size_y_p95,
    size_z[1] as size_z_p5,
    size_z[2] as size_z_median,
    size_z[3] as size_z_p95,
    volume[1] as volume_p5,
    volume[2] as volume_median,
    volume[3] as volume_p95,
    distance[1] as distance_p5,
    distance[2] as distance_median,
    distance[3] as distance_p95
from measured
order by cuboids desc, class
