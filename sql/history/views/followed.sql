-- Which label row is which, from snapshot to snapshot?
-- One row per label row and snapshot.
--
-- A label row is followed by its label_hash and its branch; one without a label_hash by its content: changed, it is
-- another.
--
-- column identity: By what a label row is followed: equal in every snapshot that has it.
-- column branch: Branch; `main` where none is told.
select
    label_rows.snapshot,
    snapshots.taken_at,
    snapshots.previous,
    label_rows.row_id,
    length(coalesce(branch_name, 'main')) || ':' || coalesce(branch_name, 'main') || coalesce(
        '=' || label_hash,
        '#' || content_hash || '#' || row_number() over (
            partition by label_rows.snapshot, label_hash, coalesce(branch_name, 'main'), content_hash
            order by label_rows.row_id
        )
    ) as identity,
    label_hash,
    coalesce(branch_name, 'main') as branch,
    content_hash,
    label_status,
    annotation_task_status,
    data_title,
    dataset_title,
    last_edited_at
from label_rows
join snapshots on snapshots.snapshot = label_rows.snapshot
