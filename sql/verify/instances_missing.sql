-- Which labels and attributes are of an instance that is not there?
-- One row per table that has some.
select
    table_name,
    'row_id, owner, owner_hash is not in instances' as message,
    count(*) as n,
    min(row_id) as first_row_id
from (
    select 'objects' as table_name, row_id, 'object' as owner, object_hash as owner_hash from objects
    union all
    select 'classifications', row_id, 'classification', classification_hash from classifications
    union all
    select 'attributes', row_id, owner, owner_hash from attributes
) as owned
anti join instances using (row_id, owner, owner_hash)
group by table_name
order by table_name
