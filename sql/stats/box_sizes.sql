-- How large are the objects of each class?
-- One row per class that has boxes on frames of known size; points, which have no size, are left out.
-- Deleted objects do not count.
--
-- Pixels, except for the medians at the end, which are fractions of the frame. area_px is the shape's area, its box's
-- where it has none; small, medium and large are COCO's: below 32 * 32 px, below 96 * 96 px, the rest.
-- An object that stands both in a Data Group's label row and in a child's counts in the child's.
with sized as (
    select
        name as class,
        w_px as width_px,
        h_px as height_px,
        coalesce(area_px, w_px * h_px) as area_px,
        w_px / width as width_fraction,
        h_px / height as height_fraction,
        coalesce(area_px, w_px * h_px) / (width * height) as area_fraction
    from boxes_px
    anti join object_copies
        on object_copies.row_id = boxes_px.row_id
        and object_copies.object_hash = boxes_px.object_hash
        and coalesce(object_copies.space_id, boxes_px.space_id) = boxes_px.space_id
    where not is_deleted and shape is distinct from 'point'
)

select
    class,
    count(*) as boxes,
    min(width_px) as width_px_min,
    quantile_cont(width_px, 0.05) as width_px_p5,
    quantile_cont(width_px, 0.5) as width_px_median,
    quantile_cont(width_px, 0.95) as width_px_p95,
    max(width_px) as width_px_max,
    min(height_px) as height_px_min,
    quantile_cont(height_px, 0.05) as height_px_p5,
    quantile_cont(height_px, 0.5) as height_px_median,
    quantile_cont(height_px, 0.95) as height_px_p95,
    max(height_px) as height_px_max,
    min(area_px) as area_px_min,
    quantile_cont(area_px, 0.05) as area_px_p5,
    quantile_cont(area_px, 0.5) as area_px_median,
    quantile_cont(area_px, 0.95) as area_px_p95,
    max(area_px) as area_px_max,
    count(*) filter (area_px < 1024) as small,
    count(*) filter (area_px >= 1024 and area_px < 9216) as medium,
    count(*) filter (area_px >= 9216) as large,
    quantile_cont(width_fraction, 0.5) as width_fraction_median,
    quantile_cont(height_fraction, 0.5) as height_fraction_median,
    quantile_cont(area_fraction, 0.5) as area_fraction_median
from sized
group by class
order by boxes desc, class
