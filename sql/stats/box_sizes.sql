-- How large are the objects of each class?
-- One row per class that has boxes on frames of known size; points, which have no size, are left out.
-- Deleted objects do not count.
--
-- Pixels, except for those at the end, which are fractions of the frame. area_px is the shape's area, its box's where
-- it has none; small, medium and large are COCO's: below 32 * 32 px, below 96 * 96 px, the rest. An object that stands
-- both in a Data Group's label row and in a child's counts in the child's.
with boxes as (
    select
        objects.name as class,
        objects.w,
        objects.h,
        objects.area,
        coalesce(frames.width, spaces.width) as width,
        coalesce(frames.height, spaces.height) as height
    from objects_once as objects
    left join spaces on spaces.row_id = objects.row_id and spaces.space_id = objects.space_id
    left join (
        select row_id, space_id, frame, width, height from frames where width is not null or height is not null
    ) as frames
        on frames.row_id = objects.row_id and frames.space_id = objects.space_id and frames.frame = objects.frame
    where
        not coalesce(objects.is_deleted, false)
        and objects.shape is distinct from 'point'
        and objects.x is not null and objects.y is not null and objects.w is not null and objects.h is not null
),

sized as (
    select
        class,
        w * width as width_px,
        h * height as height_px,
        coalesce(area * width * height, w * width * (h * height)) as area_px,
        w as width_fraction,
        h as height_fraction,
        coalesce(area, w * h) as area_fraction
    from boxes
    where width is not null and height is not null
),

measured as (
    select
        class,
        count(*) as boxes,
        min(width_px) as width_px_min,
        quantile_cont(width_px, [0.05, 0.5, 0.95]) as width_px,
        max(width_px) as width_px_max,
        min(height_px) as height_px_min,
        quantile_cont(height_px, [0.05, 0.5, 0.95]) as height_px,
        max(height_px) as height_px_max,
        min(area_px) as area_px_min,
        quantile_cont(area_px, [0.05, 0.5, 0.95]) as area_px,
        max(area_px) as area_px_max,
        count(*) filter (area_px < 1024) as small,
        count(*) filter (area_px >= 1024 and area_px < 9216) as medium,
        count(*) filter (area_px >= 9216) as large,
        quantile_cont(width_fraction, [0.05, 0.5, 0.95]) as width_fraction,
        quantile_cont(height_fraction, [0.05, 0.5, 0.95]) as height_fraction,
        quantile_cont(area_fraction, [0.05, 0.5, 0.95]) as area_fraction
    from sized
    group by class
)

select
    class,
    boxes,
    width_px_min,
    width_px[1] as width_px_p5,
    width_px[2] as width_px_median,
    width_px[3] as width_px_p95,
    width_px_max,
    height_px_min,
    height_px[1] as height_px_p5,
    height_px[2] as height_px_median,
    height_px[3] as height_px_p95,
    height_px_max,
    area_px_min,
    area_px[1] as area_px_p5,
    area_px[2] as area_px_median,
    area_px[3] as area_px_p95,
    area_px_max,
    small,
    medium,
    large,
    width_fraction[1] as width_fraction_p5,
    width_fraction[2] as width_fraction_median,
    width_fraction[3] as width_fraction_p95,
    height_fraction[1] as height_fraction_p5,
    height_fraction[2] as height_fraction_median,
    height_fraction[3] as height_fraction_p95,
    area_fraction[1] as area_fraction_p5,
    area_fraction[2] as area_fraction_median,
    area_fraction[3] as area_fraction_p95
from measured
order by boxes desc, class
