-- How wide are the boxes of each class for their height?
-- One row per class that has boxes on frames of known size.
-- Deleted objects do not count.
--
-- The ratio is width over height in pixels: 2 is twice as wide as high. Of every shape it is the box around it, after
-- any rotation. Boxes without a width or a height (points, upright and level lines) are left out. An object that stands
-- both in a Data Group's label row and in a child's counts in the child's.
--
-- column wider_share: Share of the boxes that are wider than high, by more than a billionth.
with sized as (
    select
        objects.name as class,
        objects.w * coalesce(frames.width, spaces.width) as w_px,
        objects.h * coalesce(frames.height, spaces.height) as h_px
    from objects_once as objects
    left join spaces on spaces.row_id = objects.row_id and spaces.space_id = objects.space_id
    left join (
        select row_id, space_id, frame, width, height from frames where width is not null or height is not null
    ) as frames
        on frames.row_id = objects.row_id and frames.space_id = objects.space_id and frames.frame = objects.frame
    where
        not coalesce(objects.is_deleted, false)
        and objects.x is not null and objects.y is not null and objects.w > 1e-9 and objects.h > 1e-9
),

ratios as (
    select class, w_px / h_px as ratio, w_px > h_px * (1 + 1e-9) as is_wider
    from sized
    where isfinite(w_px) and isfinite(h_px) and h_px > 0
),

measured as (
    select
        class,
        count(*) as boxes,
        quantile_cont(ratio, [0.01, 0.05, 0.5, 0.95, 0.99]) as ratio,
        count(*) filter (is_wider) as wider
    from ratios
    group by class
)

select
    class,
    boxes,
    ratio[1] as ratio_p1,
    ratio[2] as ratio_p5,
    ratio[3] as ratio_median,
    ratio[4] as ratio_p95,
    ratio[5] as ratio_p99,
    round(wider / boxes, 4) as wider_share
from measured
order by boxes desc, class
