-- From which status to which did label rows move?
-- One row per snapshot that has a previous one, status then and status now, with label rows that moved so.
-- Deleted objects do not count.
--
-- Objects are not counted at all. A label row is followed by label_hash and branch, one without a label_hash by its
-- content. A status that is not told is null.
--
-- parameter of = "label_status" (label_status, annotation_task_status): Which status.
-- parameter stayed = false: With the label rows whose status stayed as it was.
-- column change: moved, stayed, added (it was not in the previous snapshot) or removed.
-- column from_status: Status in the previous snapshot.
-- column to_status: Status in the snapshot.
with moves as (
    select
        snapshot,
        case when $of = 'label_status' then label_status_before else annotation_task_status_before end as from_status,
        case when $of = 'label_status' then label_status else annotation_task_status end as to_status,
        case
            when change in ('added', 'removed') then change
            when from_status is distinct from to_status then 'moved'
            else 'stayed'
        end as change
    from label_row_steps
)

select
    moves.snapshot,
    snapshots.taken_at,
    moves.change,
    from_status,
    to_status,
    count(*) as label_rows
from moves
join snapshots on snapshots.snapshot = moves.snapshot
where moves.change <> 'stayed' or $stayed
group by moves.snapshot, snapshots.taken_at, moves.change, from_status, to_status
order by moves.snapshot, moves.change, from_status, to_status
