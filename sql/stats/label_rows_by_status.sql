-- How far are the label rows?
-- One row per data type, label status and task status.
-- Deleted objects do not count.
--
-- objects counts an object once on each of its frames or ranges; instances and classifications once in their label row.
-- An object that stands both in a Data Group's label row and in a child's counts in the child's.
with objects_of_row as (
    select row_id, count(*) as objects, count(distinct case when not in_child then object_hash end) as instances
    from objects_once
    where not coalesce(is_deleted, false)
    group by row_id
),

classifications_of_row as (
    select row_id, count(distinct classification_hash) as classifications
    from classifications
    group by row_id
)

select
    data_type,
    label_status,
    annotation_task_status,
    count(*) as label_rows,
    coalesce(sum(objects), 0)::bigint as objects,
    coalesce(sum(instances), 0)::bigint as instances,
    coalesce(sum(classifications), 0)::bigint as classifications
from label_rows
left join objects_of_row on objects_of_row.row_id = label_rows.row_id
left join classifications_of_row on classifications_of_row.row_id = label_rows.row_id
group by data_type, label_status, annotation_task_status
order by data_type, label_status, annotation_task_status
