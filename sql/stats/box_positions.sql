-- Where on the frame do the objects of each class lie?
-- One row per class and cell of a grid laid over the frame; cells where no box has its centre are absent.
-- Deleted objects do not count.
--
-- A heat map: of every shape the centre of the box around it, points included. A centre outside the frame counts in the
-- nearest cell. Cells are fractions of the frame, so frames of every size, known or not, count alike. Points with z and
-- cuboids, which lie in a scene, are left out, as are audio and text. An object that stands both in a Data Group's
-- label row and in a child's counts in the child's.
--
-- parameter grid = 16 (1 to 10000): Columns and rows of the grid.
-- column grid_column: Column of the cell, from 0 at the left.
-- column grid_row: Row of the cell, from 0 at the top.
-- column boxes: Boxes whose centre lies in the cell.
-- column share: Share of the class's boxes.
with centres as (
    select
        name as class,
        least(greatest(floor((x + w / 2) * greatest($grid, 1) + 1e-9), 0), greatest($grid, 1) - 1)::bigint as grid_column,
        least(greatest(floor((y + h / 2) * greatest($grid, 1) + 1e-9), 0), greatest($grid, 1) - 1)::bigint as grid_row
    from objects_once
    where
        not coalesce(is_deleted, false)
        and x is not null and y is not null and w is not null and h is not null
)

select
    class,
    grid_column,
    grid_row,
    count(*) as boxes,
    round(count(*) / sum(count(*)) over (partition by class), 4) as share
from centres
group by class, grid_column, grid_row
order by class, grid_row, grid_column
