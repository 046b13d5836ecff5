-- Which label rows are not where their number says?
-- One row per table, label_rows alone: row_id must be the place of each row, counted from 0.
select
    'label_rows' as table_name,
    'row_id is not the place of its row, counted from 0' as message,
    count(*) as n,
    min(row_id) as first_row_id
from (select row_id, row_number() over () - 1 as place from label_rows) as placed
where row_id <> place
having count(*) > 0
order by table_name
