-- How many objects of each class are cut off by the border of the frame?
-- One row per class that has boxes.
-- Deleted objects do not count.
--
-- Of every shape it is the box around it; points are left out, and so is what has no box on an image: cuboids, audio,
-- text. A box touches a border where it comes as near as the tolerance, or reaches beyond. Distances are fractions of
-- the frame's width or height, so its size need not be known. An object that stands both in a Data Group's label row
-- and in a child's counts in the child's.
--
-- parameter tolerance = 0.005 (0 to 1): Distance from a border below which a box touches it, as a fraction of the frame.
-- column any_share: Share of the boxes that touch at least one border.
-- column outside_share: Share of the boxes that reach beyond the frame, by more than a billionth of it.
-- column distance_median: Median of the distance to the nearest border; negative where boxes reach beyond it.
with distances as (
    select
        name as class,
        x as left_distance,
        y as top_distance,
        1 - (x + w) as right_distance,
        1 - (y + h) as bottom_distance,
        least(x, y, 1 - (x + w), 1 - (y + h)) as distance
    from objects_once
    where
        not coalesce(is_deleted, false)
        and shape is distinct from 'point'
        and x is not null and y is not null and w is not null and h is not null
)

select
    class,
    count(*) as boxes,
    round(count(*) filter (left_distance <= $tolerance + 1e-9) / count(*), 4) as left_share,
    round(count(*) filter (top_distance <= $tolerance + 1e-9) / count(*), 4) as top_share,
    round(count(*) filter (right_distance <= $tolerance + 1e-9) / count(*), 4) as right_share,
    round(count(*) filter (bottom_distance <= $tolerance + 1e-9) / count(*), 4) as bottom_share,
    round(count(*) filter (distance <= $tolerance + 1e-9) / count(*), 4) as any_share,
    round(count(*) filter (distance < -1e-9) / count(*), 4) as outside_share,
    quantile_cont(distance, 0.5) as distance_median
from distances
group by class
order by boxes desc, class
