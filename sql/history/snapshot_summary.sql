-- What is in each snapshot, and how much changed since the previous one?
-- One row per snapshot.
-- Deleted objects do not count.
--
-- A label row is followed by label_hash and branch, one without a label_hash by its content. An object that stands both
-- in a Data Group's label row and in a child's counts in the child's.
--
-- column hours: Hours since the previous snapshot; null in the first, as all changes are.
-- column objects: Rows of objects: an object counts once on each of its frames or ranges.
-- column classifications: Rows of classifications.
-- column label_rows_changed: Label rows whose content_hash is another than in the previous snapshot.
with rows_of as (
    select snapshot, count(*) as label_rows
    from label_rows
    group by snapshot
),

objects_of as (
    select snapshot, count(*) as objects
    from objects_once
    where not is_deleted
    group by snapshot
),

classifications_of as (
    select snapshot, count(*) as classifications
    from classifications
    group by snapshot
),

rejects_of as (
    select snapshot, count(*) as rejects
    from rejects
    group by snapshot
),

changes as (
    select
        snapshot,
        count(*) filter (change = 'added') as added,
        count(*) filter (change = 'removed') as removed,
        count(*) filter (change = 'changed') as changed
    from label_row_steps
    group by snapshot
)

select
    snapshots.snapshot,
    snapshots.taken_at,
    round((epoch_us(snapshots.taken_at) - epoch_us(earlier.taken_at)) / 3.6e9, 4) as hours,
    coalesce(rows_of.label_rows, 0) as label_rows,
    coalesce(objects_of.objects, 0) as objects,
    coalesce(classifications_of.classifications, 0) as classifications,
    coalesce(rejects_of.rejects, 0) as rejects,
    case when snapshots.previous is not null then coalesce(added, 0) end as label_rows_added,
    case when snapshots.previous is not null then coalesce(removed, 0) end as label_rows_removed,
    case when snapshots.previous is not null then coalesce(changed, 0) end as label_rows_changed
from snapshots
left join snapshots as earlier on earlier.snapshot = snapshots.previous
left join rows_of on rows_of.snapshot = snapshots.snapshot
left join objects_of on objects_of.snapshot = snapshots.snapshot
left join classifications_of on classifications_of.snapshot = snapshots.snapshot
left join rejects_of on rejects_of.snapshot = snapshots.snapshot
left join changes on changes.snapshot = snapshots.snapshot
order by snapshots.snapshot
