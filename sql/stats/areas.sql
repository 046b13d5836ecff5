-- How much of the frame do the objects of each class cover?
-- One row per class and shape that has an area: boxes, polygons, masks, ellipses and circles.
-- Deleted objects do not count.
--
-- The area is the shape's own, not its box's: polygons less their holes, the pixels of masks. An empty mask has area 0.
-- Pixels are known where the size of the frame is, its own or its space's. An object that stands both in a Data Group's
-- label row and in a child's counts in the child's.
--
-- column objects: Objects with an area.
-- column objects_px: Those on frames of known size.
-- column area_px_total: Sum of their areas, each rounded to whole pixels.
with covered as (
    select
        objects.name as class,
        objects.shape,
        objects.area,
        objects.area * coalesce(frames.width, spaces.width) * coalesce(frames.height, spaces.height) as area_px
    from objects_once as objects
    left join spaces on spaces.row_id = objects.row_id and spaces.space_id = objects.space_id
    left join (
        select row_id, space_id, frame, width, height from frames where width is not null or height is not null
    ) as frames
        on frames.row_id = objects.row_id and frames.space_id = objects.space_id and frames.frame = objects.frame
    where not coalesce(objects.is_deleted, false) and objects.area is not null
),

measured as (
    select
        class,
        shape,
        count(*) as objects,
        quantile_cont(area, [0.05, 0.5, 0.95]) as area,
        count(area_px) as objects_px,
        quantile_cont(area_px, [0.05, 0.5, 0.95]) as area_px,
        sum(round(area_px + 1e-6)) as area_px_total
    from covered
    group by class, shape
)

select
    class,
    shape,
    objects,
    area[1] as area_fraction_p5,
    area[2] as area_fraction_median,
    area[3] as area_fraction_p95,
    objects_px,
    area_px[1] as area_px_p5,
    area_px[2] as area_px_median,
    area_px[3] as area_px_p95,
    area_px_total
from measured
order by objects desc, class, shape
