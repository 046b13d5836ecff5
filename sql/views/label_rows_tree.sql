-- Which label rows are children of a Data Group's?
-- One row per child of a group's label row, whether the child's own label row is in the export or not.
--
-- A child is found by its label_hash, else by its data_hash; of several, the one on the group's branch, else the first.
--
-- column row_id: Number of the group's label row.
-- column label_hash: Hash of the group's label row.
-- column child_row_id: Number of the child's label row; null where that is not in the export.
-- column child_label_hash: Hash of the child's label row, as the group tells it, else as that label row itself does.
-- column child_data_hash: Hash of the child's file, as the group tells it.
-- column child_name: Name of the child in the group.
-- column layout_key: Place of the child in the group's layout.
-- column space_id: The canvas of the group's label row that shows the child; null where none does.
with listed as (
    select
        data_units.row_id,
        data_units.unit_id,
        unnest(data_units.children) as child,
        unnest(range(len(data_units.children))) as place
    from data_units
    where len(data_units.children) > 0
),

members as (
    select
        listed.row_id,
        listed.unit_id,
        listed.place,
        label_rows.label_hash,
        coalesce(label_rows.branch_name, 'main') as branch_name,
        listed.child.label_hash as child_label_hash,
        listed.child.data_hash as child_data_hash,
        listed.child.name as child_name,
        listed.child.layout_key as layout_key
    from listed
    join label_rows on label_rows.row_id = listed.row_id
),

matched as (
    select members.row_id, unit_id, place, members.branch_name, found.row_id as child_row_id, 0 as rank
    from members
    join label_rows as found on found.label_hash = members.child_label_hash and found.row_id <> members.row_id
    union all
    select members.row_id, unit_id, place, members.branch_name, found.row_id, 1
    from members
    join label_rows as found on found.data_hash = members.child_data_hash and found.row_id <> members.row_id
),

ranked as (
    select
        matched.row_id,
        unit_id,
        place,
        child_row_id,
        found.label_hash,
        row_number() over (
            partition by matched.row_id, unit_id, place
            order by
                rank,
                case when coalesce(found.branch_name, 'main') = matched.branch_name then 0 else 1 end,
                child_row_id
        ) as choice
    from matched
    join label_rows as found on found.row_id = child_row_id
),

shown as (
    select row_id, layout_key, min(space_id) as space_id
    from spaces
    where origin = 'space' and layout_key is not null
    group by row_id, layout_key
)

select
    members.row_id,
    members.label_hash,
    ranked.child_row_id,
    coalesce(members.child_label_hash, ranked.label_hash) as child_label_hash,
    members.child_data_hash,
    members.child_name,
    members.layout_key,
    shown.space_id
from members
left join ranked
    on ranked.row_id = members.row_id
    and ranked.unit_id = members.unit_id
    and ranked.place = members.place
    and ranked.choice = 1
left join shown on shown.row_id = members.row_id and shown.layout_key = members.layout_key
