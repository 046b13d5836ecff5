-- Which object lies where, on which file, of which dataset, in what status?
-- One row per row of objects.
--
-- column file_title: Title of the file that the object lies on.
-- column file_link: Link to that file.
-- column class: Class of the object, as the ontology names it.
-- column branch_name: Branch; `main` where the export names none.
-- column is_deleted: True where it was deleted, else false.
select
    objects.row_id,
    objects.label_hash,
    coalesce(label_rows.branch_name, 'main') as branch_name,
    label_rows.dataset_hash,
    label_rows.dataset_title,
    label_rows.data_hash,
    label_rows.data_title,
    label_rows.data_type,
    label_rows.label_status,
    label_rows.annotation_task_status,
    objects.space_id,
    objects.timeline_id,
    spaces.space_type,
    spaces.layout_key,
    coalesce(spaces.file_name, label_rows.data_title) as file_title,
    spaces.data_link as file_link,
    objects.frame,
    frames.timestamp_seconds,
    objects.range_start,
    objects.range_end,
    objects.range_unit,
    objects.object_hash,
    objects.name as class,
    objects.feature_hash,
    objects.shape,
    objects.confidence,
    objects.manual_annotation,
    coalesce(objects.is_deleted, false) as is_deleted,
    objects.created_at,
    objects.created_by,
    objects.last_edited_at,
    objects.last_edited_by
from objects
left join label_rows on label_rows.row_id = objects.row_id
left join spaces on spaces.row_id = objects.row_id and spaces.space_id = objects.space_id
left join frames
    on frames.row_id = objects.row_id and frames.space_id = objects.space_id and frames.frame = objects.frame
