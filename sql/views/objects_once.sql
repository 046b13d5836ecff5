-- Which objects are there, each counted once?
-- One row per row of objects, less those of a Data Group's label row that stand in a child's label row too.
--
-- The group's copy is left out on the canvas that shows the child, and everywhere where that canvas is unknown. What the
-- group shows of the object on its other canvases stays; in_child says that its instance is the child's.
--
-- column is_deleted: True where it was deleted, else false.
-- column in_child: Whether a child's label row holds the same object: count its instance there.
-- The label rows of groups are few: all other rows of objects pass by without a look at their hashes.
select objects.* replace (coalesce(objects.is_deleted, false) as is_deleted), false as in_child
from objects
anti join (select distinct row_id from object_copies) as of_groups on of_groups.row_id = objects.row_id
union all
select objects.* replace (coalesce(objects.is_deleted, false) as is_deleted), copied.row_id is not null as in_child
from objects
semi join (select distinct row_id from object_copies) as of_groups on of_groups.row_id = objects.row_id
left join (
    select row_id, object_hash, list(space_id) as space_ids, count(*) > count(space_id) as is_everywhere
    from object_copies
    group by row_id, object_hash
) as copied on copied.row_id = objects.row_id and copied.object_hash = objects.object_hash
where
    copied.row_id is null
    or not (copied.is_everywhere or coalesce(list_contains(copied.space_ids, objects.space_id), false))
