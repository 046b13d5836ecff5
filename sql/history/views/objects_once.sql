-- Which objects are there, each counted once, in each snapshot?
-- One row per snapshot and row of objects, less those of a Data Group's label row that stand in a child's label row too.
--
-- As the view of the same name of one snapshot.
--
-- column in_child: Whether a child's label row holds the same object: count its instance there.
select objects.* replace (coalesce(objects.is_deleted, false) as is_deleted), false as in_child
from objects
anti join (select distinct snapshot, row_id from object_copies) as of_groups
    on of_groups.snapshot = objects.snapshot and of_groups.row_id = objects.row_id
union all
select objects.* replace (coalesce(objects.is_deleted, false) as is_deleted), copied.row_id is not null as in_child
from objects
semi join (select distinct snapshot, row_id from object_copies) as of_groups
    on of_groups.snapshot = objects.snapshot and of_groups.row_id = objects.row_id
left join (
    select
        snapshot,
        row_id,
        object_hash,
        list(space_id) as space_ids,
        count(*) > count(space_id) as is_everywhere
    from object_copies
    group by snapshot, row_id, object_hash
) as copied
    on copied.snapshot = objects.snapshot
    and copied.row_id = objects.row_id
    and copied.object_hash = objects.object_hash
where
    copied.row_id is null
    or not (copied.is_everywhere or coalesce(list_contains(copied.space_ids, objects.space_id), false))
