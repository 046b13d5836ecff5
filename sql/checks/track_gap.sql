-- Which tracks have a short gap?
-- One row per gap: the last frame before it.
-- Deleted objects do not count.
-- severity: note
--
-- An object that is on most frames from its first to its last misses a few in between. It can be hidden there, or
-- forgotten. Left out: image groups that are no sequence, pages of a PDF, continuous scenes, and objects that are on so
-- many frames twice that none seems to be missing. value: the frames that are missing.
--
-- parameter max_frames = 10 (1): Longest gap to tell, in frames.
-- parameter share = 0.8 (0 to 1): Share of the frames from its first to its last that an object is on at least.
with in_time as (
    select distinct spaces.row_id, spaces.timeline_id
    from spaces
    join label_rows on label_rows.row_id = spaces.row_id
    where space_type is distinct from 'pdf' and (timeline_id = space_id or is_image_sequence)
),

spans as (
    select
        row_id,
        timeline_id,
        object_hash,
        max(frame)::double - min(frame)::double + 1 as length,
        count(*) as n_boxes
    from objects_once
    where range_unit = 'frame' and frame is not null and not coalesce(is_deleted, false)
    group by row_id, timeline_id, object_hash
),

interrupted as materialized (
    select row_id, timeline_id, object_hash, row_number() over () as track
    from spans
    semi join in_time using (row_id, timeline_id)
    where n_boxes < length and n_boxes >= $share * length
),

followed as (
    select
        row_id, label_hash, space_id, frame, object_hash, name,
        lead(frame) over (partition by track order by frame, space_id, name)::double - frame::double - 1 as n_missing
    from objects_once
    join interrupted using (row_id, timeline_id, object_hash)
    where range_unit = 'frame' and frame is not null and not coalesce(is_deleted, false)
)

select
    'track_gap' as "check",
    'note' as severity,
    row_id,
    label_hash,
    space_id,
    frame,
    'object' as owner,
    object_hash as owner_hash,
    concat(coalesce(name, 'An object without a class'), ' is missing between two frames that it is on.') as message,
    n_missing as value
from followed
where n_missing between 1 and $max_frames
order by row_id, space_id, frame, owner_hash, message
