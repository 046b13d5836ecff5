-- Which label rows are said to be done, but hold no label?
-- One row per label row.
-- Deleted objects do not count.
--
-- severity: warning
--
-- Done is a task that is COMPLETED, or labels that are LABELLED, REVIEWED or REVIEWED_TWICE. Labels of a Data Group's
-- children count for the group, not the other way round.
with labelled as (
    select row_id
    from objects
    where not coalesce(is_deleted, false)
    union
    select row_id
    from classifications
)

select
    'complete_without_labels' as "check",
    'warning' as severity,
    row_id,
    label_hash::varchar as label_hash,
    null::varchar as space_id,
    null::bigint as frame,
    null::varchar as owner,
    null::varchar as owner_hash,
    case
        when annotation_task_status = 'COMPLETED' then 'The task is COMPLETED, but there is no label.'
        else 'The label row is ' || label_status || ', but there is no label.'
    end as message,
    null::double as value
from label_rows
anti join labelled using (row_id)
anti join (
    select label_rows_tree.row_id
    from label_rows_tree
    join labelled on labelled.row_id = label_rows_tree.child_row_id
) as of_children using (row_id)
where annotation_task_status = 'COMPLETED' or label_status in ('LABELLED', 'REVIEWED', 'REVIEWED_TWICE')
order by row_id, space_id, frame, owner_hash, message, owner
