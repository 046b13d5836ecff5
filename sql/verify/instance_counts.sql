-- Which instances count other rows than are theirs?
-- One row per column of instances that is wrong somewhere.
with placements_of_instance as (
    select row_id, 'object' as owner, object_hash as owner_hash, count(*) as placements
    from objects
    group by row_id, object_hash
    union all
    select row_id, 'classification', classification_hash, count(*)
    from classifications
    group by row_id, classification_hash
),

attributes_of_instance as (
    select row_id, owner, owner_hash, count(*) as answers
    from attributes
    group by row_id, owner, owner_hash
)

select
    'instances' as table_name,
    'n_placements is not its rows of objects or classifications' as message,
    count(*) as n,
    min(row_id) as first_row_id
from instances
left join placements_of_instance using (row_id, owner, owner_hash)
where n_placements <> coalesce(placements, 0)
having count(*) > 0
union all
select
    'instances',
    'n_attributes is not its rows of attributes',
    count(*),
    min(row_id)
from instances
left join attributes_of_instance using (row_id, owner, owner_hash)
where n_attributes <> coalesce(answers, 0)
having count(*) > 0
order by message
