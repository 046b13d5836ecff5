-- How many objects are on a frame of each kind of data, in short?
-- One row per data type: the frames that the export lists, empty ones included, and the objects on them.
-- Deleted objects do not count.
--
-- See objects_per_frame for each number of objects. Audio, text and HTML have no frames, and no row. An object that
-- stands both in a Data Group's label row and in a child's counts in the child's; a frame of the group that holds
-- nothing else is left out.
--
-- column data_type: Modality of the label row: video, image, img_group, dicom, ...
-- column empty_frames: Frames without an object; they can hold classifications.
-- column empty_share: Share of the frames that are empty.
with found as (
    select row_id, space_id, frame, count(*) filter (not coalesce(is_deleted, false)) as objects
    from objects_once
    where frame is not null
    group by row_id, space_id, frame
),

counted as (
    select data_type, coalesce(found.objects, 0) as objects
    from frames
    left join found on found.row_id = frames.row_id and found.space_id = frames.space_id and found.frame = frames.frame
    left join label_rows on label_rows.row_id = frames.row_id
    where found.row_id is not null or frames.n_objects = 0
),

measured as (
    select
        data_type,
        count(*) as frames,
        count(*) filter (objects = 0) as empty_frames,
        count(*) filter (objects > 0) as labelled_frames,
        avg(objects) as objects_mean,
        quantile_cont(objects, [0.05, 0.5, 0.95]) as objects,
        max(objects) as objects_max
    from counted
    group by data_type
)

select
    data_type,
    frames,
    empty_frames,
    labelled_frames,
    round(empty_frames / frames, 4) as empty_share,
    objects_mean,
    objects[1] as objects_p5,
    objects[2] as objects_median,
    objects[3] as objects_p95,
    objects_max
from measured
order by frames desc, data_type
