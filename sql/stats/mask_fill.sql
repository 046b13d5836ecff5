-- How much of their boxes do the masks of each class fill?
-- One row per class that has bitmasks.
-- Deleted objects do not count.
--
-- A mask that fills little of its box is thin, or has specks far from the rest. Empty masks have no box and no fill.
-- Masks that could not be read are left out, and so are segmentations of point clouds. An object that stands both in a
-- Data Group's label row and in a child's counts in the child's.
--
-- column masks: Bitmasks, empty ones included.
-- column empty_masks: Bitmasks without a pixel.
-- column fill_median: Share of its box that the mask fills, the median; null where every mask is empty.
with masks as (
    select
        name as class,
        mask_pixels,
        case when mask_pixels > 0 and area >= 0 and w * h > 0 then least(area / (w * h), 1) end as fill
    from objects_once
    where not coalesce(is_deleted, false) and shape = 'bitmask' and mask_pixels is not null
),

measured as (
    select
        class,
        count(*) as masks,
        count(*) filter (mask_pixels = 0) as empty_masks,
        quantile_cont(fill, [0.05, 0.5, 0.95]) as fill,
        quantile_cont(mask_pixels, [0.05, 0.5, 0.95]) as mask_px
    from masks
    group by class
)

select
    class,
    masks,
    empty_masks,
    fill[1] as fill_p5,
    fill[2] as fill_median,
    fill[3] as fill_p95,
    mask_px[1] as mask_px_p5,
    mask_px[2] as mask_px_median,
    mask_px[3] as mask_px_p95
from measured
order by masks desc, class
