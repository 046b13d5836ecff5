-- Which label rows are children of a Data Group's, in each snapshot?
-- One row per snapshot and child of a group's label row whose own label row is in the snapshot.
--
-- As the view of the same name of one snapshot.
with listed as (
    select
        data_units.snapshot,
        data_units.row_id,
        data_units.unit_id,
        unnest(data_units.children) as child,
        unnest(range(len(data_units.children))) as place
    from data_units
    where len(data_units.children) > 0
),

members as (
    select
        listed.snapshot,
        listed.row_id,
        listed.unit_id,
        listed.place,
        coalesce(label_rows.branch_name, 'main') as branch_name,
        listed.child.label_hash as child_label_hash,
        listed.child.data_hash as child_data_hash,
        listed.child.layout_key as layout_key
    from listed
    join label_rows on label_rows.snapshot = listed.snapshot and label_rows.row_id = listed.row_id
),

matched as (
    select members.*, found.row_id as child_row_id, found.branch_name as child_branch, 0 as rank
    from members
    join label_rows as found
        on found.snapshot = members.snapshot
        and found.label_hash = members.child_label_hash
        and found.row_id <> members.row_id
    union all
    select members.*, found.row_id, found.branch_name, 1
    from members
    join label_rows as found
        on found.snapshot = members.snapshot
        and found.data_hash = members.child_data_hash
        and found.row_id <> members.row_id
),

ranked as (
    select
        matched.*,
        row_number() over (
            partition by snapshot, row_id, unit_id, place
            order by
                rank,
                case when coalesce(child_branch, 'main') = branch_name then 0 else 1 end,
                child_row_id
        ) as choice
    from matched
),

shown as (
    select snapshot, row_id, layout_key, min(space_id) as space_id
    from spaces
    where origin = 'space' and layout_key is not null
    group by snapshot, row_id, layout_key
)

select
    ranked.snapshot,
    ranked.row_id,
    ranked.child_row_id,
    ranked.layout_key,
    shown.space_id
from ranked
left join shown
    on shown.snapshot = ranked.snapshot
    and shown.row_id = ranked.row_id
    and shown.layout_key = ranked.layout_key
where ranked.choice = 1
