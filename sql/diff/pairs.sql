-- Which label rows of the two snapshots belong together?
-- One row per label row of either: old_row_id is null where it was added, new_row_id where it was removed.
--
-- They go by label_hash and branch. Those without a label_hash go by content_hash and branch, of the rest by data_hash
-- and branch; of several that are alike, the first goes with the first. Of each two, one must be in old_chosen or
-- new_chosen. alike: the two say the same, so that nothing in them need be compared.
--
-- parameter trusted = true: Whether content_hash tells what the tables hold: they were not edited since.
with old_rows as (
    select *, row_number() over (partition by label_hash, branch_name order by row_id) as place
    from (select * replace (coalesce(branch_name, 'main') as branch_name) from old.label_rows)
),

new_rows as (
    select *, row_number() over (partition by label_hash, branch_name order by row_id) as place
    from (select * replace (coalesce(branch_name, 'main') as branch_name) from new.label_rows)
),

by_label_hash as (
    select o.row_id as old_row_id, n.row_id as new_row_id
    from (select * from old_rows where label_hash is not null) as o
    full join (select * from new_rows where label_hash is not null) as n
        on n.label_hash = o.label_hash and n.branch_name = o.branch_name and n.place = o.place
),

old_nameless as (
    select
        row_id, branch_name, data_hash, content_hash,
        row_number() over (partition by branch_name, content_hash order by row_id) as place
    from old_rows
    where label_hash is null
),

new_nameless as (
    select
        row_id, branch_name, data_hash, content_hash,
        row_number() over (partition by branch_name, content_hash order by row_id) as place
    from new_rows
    where label_hash is null
),

by_content as (
    select o.row_id as old_row_id, n.row_id as new_row_id
    from old_nameless as o
    join new_nameless as n using (branch_name, content_hash, place)
),

old_rest as (
    select *, row_number() over (partition by branch_name, data_hash order by row_id) as place_of_data
    from old_nameless
    where row_id not in (select old_row_id from by_content)
),

new_rest as (
    select *, row_number() over (partition by branch_name, data_hash order by row_id) as place_of_data
    from new_nameless
    where row_id not in (select new_row_id from by_content)
),

by_data as (
    select o.row_id as old_row_id, n.row_id as new_row_id
    from old_rest as o
    full join new_rest as n using (branch_name, data_hash, place_of_data)
),

paired as (
    select * from by_label_hash
    union all
    select * from by_content
    union all
    select * from by_data
)

select
    row_number() over (order by paired.new_row_id nulls last, paired.old_row_id) as pair,
    paired.old_row_id,
    paired.new_row_id,
    coalesce(n.label_hash, o.label_hash) as label_hash,
    coalesce(n.branch_name, o.branch_name) as branch_name,
    coalesce(n.data_title, o.data_title) as data_title,
    coalesce($trusted and o.content_hash = n.content_hash, false) as alike
from paired
left join old_rows as o on o.row_id = paired.old_row_id
left join new_rows as n on n.row_id = paired.new_row_id
where paired.old_row_id in (select row_id from old_chosen) or paired.new_row_id in (select row_id from new_chosen)
order by pair
