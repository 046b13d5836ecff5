-- What became of each label row from one snapshot to the next?
-- One row per snapshot that has a previous one, and label row that is in either of the two.
--
-- Label rows are followed as `followed` says.
--
-- column change: added, removed, changed (its content_hash is another) or unchanged.
-- column row_id: Number of the label row in the snapshot; null where it is not in it.
-- column row_id_before: Number of the label row in the previous snapshot; null where it was not in it.
with before as (
    select snapshots.snapshot as next, followed.*
    from followed
    join snapshots on snapshots.previous = followed.snapshot
),

after as (
    select *
    from followed
    where previous is not null
)

select
    coalesce(after.snapshot, before.next) as snapshot,
    coalesce(after.identity, before.identity) as identity,
    case
        when before.row_id is null then 'added'
        when after.row_id is null then 'removed'
        when after.content_hash is distinct from before.content_hash then 'changed'
        else 'unchanged'
    end as change,
    coalesce(after.previous, before.snapshot) as previous,
    coalesce(after.label_hash, before.label_hash) as label_hash,
    coalesce(after.branch, before.branch) as branch,
    before.row_id as row_id_before,
    after.row_id,
    before.label_status as label_status_before,
    after.label_status,
    before.annotation_task_status as annotation_task_status_before,
    after.annotation_task_status
from after
full join before on before.next = after.snapshot and before.identity = after.identity
