-- Which rows belong to a label row that is not there?
-- One row per table that has some.
--
-- A reject has no row_id where all of its label row was refused.
select table_name, 'row_id is not in label_rows' as message, count(*) as n, min(row_id) as first_row_id
from (
    select 'data_units' as table_name, row_id from data_units
    union all
    select 'spaces', row_id from spaces
    union all
    select 'frames', row_id from frames
    union all
    select 'objects', row_id from objects
    union all
    select 'classifications', row_id from classifications
    union all
    select 'instances', row_id from instances
    union all
    select 'attributes', row_id from attributes
    union all
    select 'export_history', row_id from export_history
    union all
    select 'rejects', row_id from rejects
) as belonging
anti join label_rows using (row_id)
where row_id is not null
group by table_name
order by table_name
