-- Which classes overlap?
-- One row per two classes, or one with itself, that have boxes overlapping on a frame.
-- Deleted objects do not count.
--
-- Two boxes overlap where their intersection is at least a share of their union (IoU), which is the same in pixels as
-- in fractions of the frame. Of every shape it is the box around it; boxes without a width or a height, as those of
-- points, are left out, and so is what has no box on an image: cuboids, audio, text. In a continuous scene boxes meet
-- where both have an event at the same time. An object that stands both in a Data Group's label row and in a child's
-- counts in the child's.
--
-- Boxes that overlap so much are not unlike in width or height. So on a frame of many boxes each is put in the cells of
-- a grid as coarse as itself, at most two by two, and in those of the grids of boxes that may be so much larger; boxes
-- meet in the cell where their intersection starts. The cost grows with the boxes and the pairs that meet, not with
-- their square.
--
-- parameter iou = 0.1 (0 to 1): Intersection over union from which two boxes overlap; below 0.001 it counts as 0.001.
-- column class: Class of the one box, the first in the alphabet.
-- column other_class: Class of the other box; null: without a class.
-- column pairs: Pairs of boxes that overlap, each counted once.
-- column frames: Frames that they are on.
-- column iou_mean: Intersection over union of those pairs, the mean.
-- column iou_max: Intersection over union of those pairs, the largest.
with boxes as (
    select row_id, space_id, frame, name as class, x, y, w, h
    from objects_once
    where
        not coalesce(is_deleted, false)
        and frame is not null
        and w > 1e-9 and h > 1e-9
        and isfinite(w * h) and isfinite(x + w) and isfinite(y + h)
),

crowds as (
    select *, row_number() over () as crowd
    from (select row_id, space_id, frame, count(*) as members from boxes group by row_id, space_id, frame)
    where members > 1
),

grouped as materialized (
    select crowd, members, row_number() over () as number, class, x, y, w, h
    from boxes
    join crowds on crowds.row_id = boxes.row_id and crowds.space_id = boxes.space_id and crowds.frame = boxes.frame
),

steps as (
    select levels, 0.001 - ln(least(least_iou, 0.99)) / levels as step
    from (
        select greatest($iou, 0.001) as least_iou, ceil(greatest(-log10(greatest($iou, 0.001)), 1))::bigint as levels
    )
),

in_columns as (
    select
        *,
        floor(least(greatest(x, -1000), 1000) / x_cell) as first_column,
        floor(least(greatest(x + w, -1000), 1000) / x_cell) as last_column
    from (
        select *, x_level - x_up as x_grid, 1.001 * exp((x_up - x_level) * step) as x_cell
        from (
            select
                grouped.*,
                levels,
                step,
                floor(-ln(least(greatest(w, 1e-6), 10000)) / step)::bigint as x_level,
                unnest(range(levels + 1)) as x_up
            from grouped
            cross join steps
            where members > 32
        )
    )
),

in_cells as (
    select
        *,
        floor(least(greatest(y, -1000), 1000) / y_cell) as first_row,
        floor(least(greatest(y + h, -1000), 1000) / y_cell) as last_row
    from (
        select *, y_level - y_up as y_grid, 1.001 * exp((y_up - y_level) * step) as y_cell
        from (
            select
                *,
                floor(-ln(least(greatest(h, 1e-6), 10000)) / step)::bigint as y_level,
                unnest(range(levels + 1)) as y_up
            from in_columns
        )
    )
),

cells as materialized (
    select
        crowd, number, class, x, y, w, h, x_grid, x_up, first_column, y_grid, y_up, first_row, grid_column,
        unnest(case when first_row = last_row then [first_row] else [first_row, last_row] end) as grid_row
    from (
        select
            *,
            unnest(
                case when first_column = last_column then [first_column] else [first_column, last_column] end
            ) as grid_column
        from in_cells
    )
),

met as (
    select
        one.crowd,
        one.class, one.x, one.y, one.w, one.h,
        two.class as other_class, two.x as other_x, two.y as other_y, two.w as other_w, two.h as other_h
    from grouped as one
    join grouped as two on two.crowd = one.crowd
    where one.number < two.number and one.members <= 32
    union all
    select
        one.crowd,
        one.class, one.x, one.y, one.w, one.h,
        two.class, two.x, two.y, two.w, two.h
    from cells as one
    join cells as two
        on two.crowd = one.crowd
        and two.x_grid = one.x_grid and two.grid_column = one.grid_column
        and two.y_grid = one.y_grid and two.grid_row = one.grid_row
    where
        one.x_up = 0 and one.y_up = 0
        and (two.x_up > 0 or two.y_up > 0 or one.number < two.number)
        and one.grid_column = greatest(one.first_column, two.first_column)
        and one.grid_row = greatest(one.first_row, two.first_row)
    union all
    select
        one.crowd,
        one.class, one.x, one.y, one.w, one.h,
        two.class, two.x, two.y, two.w, two.h
    from cells as one
    join cells as two
        on two.crowd = one.crowd
        and two.x_grid = one.x_grid and two.grid_column = one.grid_column
        and two.y_grid = one.y_grid and two.grid_row = one.grid_row
    where
        one.x_up = 0 and one.y_up > 0 and two.x_up > 0 and two.y_up = 0
        and one.grid_column = greatest(one.first_column, two.first_column)
        and one.grid_row = greatest(one.first_row, two.first_row)
),

shared as (
    select
        crowd,
        class,
        other_class,
        w * h + other_w * other_h as areas,
        least(least(x + w, other_x + other_w) - greatest(x, other_x), w, other_w) as shared_w,
        least(least(y + h, other_y + other_h) - greatest(y, other_y), h, other_h) as shared_h
    from met
),

overlapping as (
    select
        crowd,
        least(class, other_class) as class,
        case when class is not null and other_class is not null then greatest(class, other_class) end as other_class,
        shared_w * shared_h / (areas - shared_w * shared_h) as iou
    from shared
    where shared_w > 0 and shared_h > 0
)

select
    class,
    other_class,
    count(*) as pairs,
    count(distinct crowd) as frames,
    round(avg(iou), 4) as iou_mean,
    round(max(iou), 4) as iou_max
from overlapping
where iou >= greatest($iou, 0.001) - 1e-9
group by class, other_class
order by pairs desc, class, other_class
