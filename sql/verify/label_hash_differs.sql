-- Which rows have another label_hash than their label row?
-- One row per table that has some.
select
    table_name,
    'label_hash is another than in label_rows' as message,
    count(*) as n,
    min(belonging.row_id) as first_row_id
from (
    select 'data_units' as table_name, row_id, label_hash from data_units
    union all
    select 'spaces', row_id, label_hash from spaces
    union all
    select 'frames', row_id, label_hash from frames
    union all
    select 'objects', row_id, label_hash from objects
    union all
    select 'classifications', row_id, label_hash from classifications
    union all
    select 'instances', row_id, label_hash from instances
    union all
    select 'attributes', row_id, label_hash from attributes
    union all
    select 'export_history', row_id, label_hash from export_history
    union all
    select 'rejects', row_id, label_hash from rejects
) as belonging
join label_rows on label_rows.row_id = belonging.row_id
where belonging.label_hash is distinct from label_rows.label_hash
group by table_name
order by table_name
