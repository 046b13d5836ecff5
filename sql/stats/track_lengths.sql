-- How long are tracks?
-- One row per class whose objects are on frames; a track is one object on one timeline.
-- Deleted objects do not count.
--
-- The timeline of an image group is one for all its images. Exports may list only keyframes of a video: frames are
-- those that the export lists. Seconds are of the tracks whose frames per second are known, from the first frame to
-- the end of the last; in continuous scenes, where frames are moments, from the first to the end of what the last
-- upsert holds, to that upsert itself where it holds to the end of the scene. An object that has other classes on
-- other frames counts as the first in the alphabet. An object that stands both in a Data Group's label row and in a
-- child's counts in the child's.
--
-- column tracks: Objects, once on each timeline.
-- column tracks_of_one_frame: Tracks that are on one frame only.
-- column frames_min: Frames of the shortest track.
-- column timed_tracks: Tracks whose seconds are known.
with tracked as (
    select
        row_id,
        timeline_id,
        object_hash,
        min(name) as class,
        min(range_unit) as range_unit,
        min(frame) as first_frame,
        max(coalesce(range_end, frame)) as last_frame,
        list_sort(list(frame)) as listed
    from objects_once
    where frame is not null and not coalesce(is_deleted, false)
    group by row_id, timeline_id, object_hash
),

rates as (
    select row_id, timeline_id, max(case when fps > 0 then fps end) as fps, bool_or(space_type = 'scene') as is_scene
    from spaces
    group by row_id, timeline_id
),

measured as (
    select
        class,
        len(list_filter(listed, lambda frame, place: place = 1 or frame <> listed[place - 1])) as frames,
        (last_frame::hugeint - first_frame + 1)::double
            / case when range_unit is distinct from 'nanosecond' then fps when is_scene then 1e9 end as elapsed,
        case when isfinite(elapsed) then elapsed end as seconds
    from tracked
    left join rates on rates.row_id = tracked.row_id and rates.timeline_id is not distinct from tracked.timeline_id
)

select
    class,
    count(*) as tracks,
    count(*) filter (frames = 1) as tracks_of_one_frame,
    min(frames) as frames_min,
    quantile_cont(frames, 0.5) as frames_p50,
    quantile_cont(frames, 0.95) as frames_p95,
    max(frames) as frames_max,
    avg(frames) as frames_mean,
    count(seconds) as timed_tracks,
    quantile_cont(seconds, 0.5) as seconds_p50,
    quantile_cont(seconds, 0.95) as seconds_p95
from measured
group by class
order by tracks desc, class
