-- Which objects are tracked over frames, from where to where?
-- One row per object and timeline that it has frames on; one of a single frame is a track too.
--
-- The timeline of an image group is one for all its images. Deleted rows of objects are none of a track.
--
-- column name: Class of the object.
-- column feature_hash: Hash of its class in the ontology.
-- column shape: Shape of the object; the first in the alphabet where it has several.
-- column first_frame: First frame that it is on; nanoseconds in continuous scenes.
-- column last_frame: Last frame that it is on.
-- column n_frames: Frames that it is on.
-- column n_missing: Frames between the first and the last that it is not on; null in continuous scenes.
-- column n_boxes: Rows of objects of the track: more than n_frames where it is on a frame twice.
select
    row_id,
    min(label_hash) as label_hash,
    timeline_id,
    object_hash,
    min(name) as name,
    min(feature_hash) as feature_hash,
    min(shape) as shape,
    min(frame) as first_frame,
    max(frame) as last_frame,
    count(distinct frame) as n_frames,
    case
        when min(range_unit) = 'frame'
            then least(max(frame)::hugeint - min(frame) + 1 - count(distinct frame), 9223372036854775807)::bigint
    end as n_missing,
    count(*) as n_boxes
from objects
where frame is not null and not coalesce(is_deleted, false)
group by row_id, timeline_id, object_hash
