-- How does the number of objects of each class grow?
-- One row per snapshot and class that is in it, or was in the previous one.
-- Deleted objects do not count.
--
-- objects counts an object once on each of its frames or ranges, instances once in its label row. Changes are those
-- since the previous snapshot, null in the first. An object that stands both in a Data Group's label row and in a
-- child's counts in the child's.
--
-- column taken_at: When the snapshot was taken.
-- column objects: Rows of objects.
-- column instances: Objects, each once in its label row.
-- column label_rows: Label rows that have one.
with of_instances as (
    select snapshot, name, row_id, object_hash, count(*) as objects, bool_and(in_child) as in_child
    from objects_once
    where not is_deleted
    group by snapshot, name, row_id, object_hash
),

of_label_rows as (
    select
        snapshot,
        name,
        row_id,
        sum(objects)::bigint as objects,
        count(*) filter (not in_child) as instances
    from of_instances
    group by snapshot, name, row_id
),

counts as materialized (
    select
        snapshot,
        name,
        sum(objects)::bigint as objects,
        sum(instances)::bigint as instances,
        count(*) as label_rows
    from of_label_rows
    group by snapshot, name
),

compared as (
    select snapshot, name, objects, instances, label_rows, 0 as objects_before, 0 as instances_before, 0 as rows_before
    from counts
    union all
    select snapshots.snapshot, name, 0, 0, 0, counts.objects, counts.instances, counts.label_rows
    from counts
    join snapshots on snapshots.previous = counts.snapshot
)

select
    compared.snapshot,
    snapshots.taken_at,
    compared.name as class,
    sum(compared.objects)::bigint as objects,
    sum(compared.instances)::bigint as instances,
    sum(compared.label_rows)::bigint as label_rows,
    case when previous is not null then sum(compared.objects - objects_before)::bigint end as objects_change,
    case when previous is not null then sum(compared.instances - instances_before)::bigint end as instances_change,
    case when previous is not null then sum(compared.label_rows - rows_before)::bigint end as label_rows_change
from compared
join snapshots on snapshots.snapshot = compared.snapshot
group by compared.snapshot, snapshots.taken_at, snapshots.previous, compared.name
order by compared.snapshot, class
