-- How large are the label rows?
-- One row per data type.
-- Deleted objects do not count.
--
-- p50, p95 and max are of a single label row, empty ones included. Frames are those that the export lists, also without
-- labels; audio, text, HTML and time series have none. Answers count once on each of their ranges, but not without a
-- label. An object that stands both in a Data Group's label row and in a child's counts in the child's.
--
-- column without_labels: Label rows with neither objects nor classifications.
-- column objects: Rows of objects: an object counts once on each of its frames or ranges.
-- column instances: Objects, once in their label row.
-- column classifications: Classifications, once in their label row.
-- column frames: Frames, slices and pages that the export lists.
-- column answers: Answers to attributes, of objects and classifications.
with instances as (
    select row_id, object_hash, in_child, count(*) as objects
    from objects_once
    where not coalesce(is_deleted, false)
    group by row_id, object_hash, in_child
),

objects_of_row as (
    select row_id, sum(objects)::bigint as objects, count(*) filter (not in_child) as instances
    from instances
    group by row_id
),

classified as (
    select row_id, classification_hash
    from classifications
    group by row_id, classification_hash
),

classifications_of_row as (
    select row_id, count(*) as classifications
    from classified
    group by row_id
),

frames_of_row as (
    select row_id, count(*) as frames
    from frames
    group by row_id
),

labelled as (
    select 'object' as owner, row_id, object_hash as owner_hash from instances where not in_child
    union all
    select 'classification', row_id, classification_hash from classified
),

answers_of_row as (
    select row_id, count(*) as answers
    from attributes
    semi join labelled
        on labelled.owner = attributes.owner
        and labelled.row_id = attributes.row_id
        and labelled.owner_hash = attributes.owner_hash
    where coalesce(answer, answer_value, answer_feature_hash) is not null
    group by row_id
),

sized as (
    select
        data_type,
        coalesce(objects, 0) as objects,
        coalesce(instances, 0) as instances,
        coalesce(classifications, 0) as classifications,
        coalesce(frames, 0) as frames,
        coalesce(answers, 0) as answers
    from label_rows
    left join objects_of_row on objects_of_row.row_id = label_rows.row_id
    left join classifications_of_row on classifications_of_row.row_id = label_rows.row_id
    left join frames_of_row on frames_of_row.row_id = label_rows.row_id
    left join answers_of_row on answers_of_row.row_id = label_rows.row_id
)

select
    data_type,
    count(*) as label_rows,
    count(*) filter (objects = 0 and classifications = 0) as without_labels,
    sum(objects)::bigint as objects,
    quantile_cont(objects, 0.5) as objects_p50,
    quantile_cont(objects, 0.95) as objects_p95,
    max(objects) as objects_max,
    sum(instances)::bigint as instances,
    quantile_cont(instances, 0.5) as instances_p50,
    quantile_cont(instances, 0.95) as instances_p95,
    max(instances) as instances_max,
    sum(classifications)::bigint as classifications,
    quantile_cont(classifications, 0.5) as classifications_p50,
    quantile_cont(classifications, 0.95) as classifications_p95,
    max(classifications) as classifications_max,
    sum(frames)::bigint as frames,
    quantile_cont(frames, 0.5) as frames_p50,
    quantile_cont(frames, 0.95) as frames_p95,
    max(frames) as frames_max,
    sum(answers)::bigint as answers,
    quantile_cont(answers, 0.5) as answers_p50,
    quantile_cont(answers, 0.95) as answers_p95,
    max(answers) as answers_max
from sized
group by data_type
order by label_rows desc, data_type
