-- Which frames are there, labelled or not?
-- One row per frame of each space whose number of frames is known, also where the export does not list the frame.
--
-- An image of an image group is one frame of its group's timeline, with the number that the export lists.
--
-- column is_listed: Whether the export lists the frame; frames that it leaves out hold no labels.
with counted as (
    select row_id, space_id, unnest(range(number_of_frames)) as frame
    from spaces
    where timeline_id is not distinct from space_id
),

listed as (
    select frames.row_id, frames.space_id, frame, timestamp_seconds, n_objects, n_classifications
    from frames
    join spaces on spaces.row_id = frames.row_id and spaces.space_id = frames.space_id
    where number_of_frames is not null
),

every as (
    select
        coalesce(listed.row_id, counted.row_id) as row_id,
        coalesce(listed.space_id, counted.space_id) as space_id,
        coalesce(listed.frame, counted.frame) as frame,
        listed.timestamp_seconds,
        listed.row_id is not null as is_listed,
        coalesce(n_objects, 0) as n_objects,
        coalesce(n_classifications, 0) as n_classifications
    from counted
    full join listed
        on listed.row_id = counted.row_id and listed.space_id = counted.space_id and listed.frame = counted.frame
)

select
    every.row_id,
    spaces.label_hash,
    every.space_id,
    spaces.timeline_id,
    spaces.space_type,
    every.frame,
    coalesce(every.timestamp_seconds, every.frame / nullif(spaces.fps, 0)) as timestamp_seconds,
    every.is_listed,
    every.n_objects,
    every.n_classifications
from every
join spaces on spaces.row_id = every.row_id and spaces.space_id = every.space_id
