-- Which tracks have gaps?
-- One row per class whose objects are on frames; a track is one object on one timeline.
-- Deleted objects do not count.
--
-- A gap is one or more frames between the first and the last of a track that it is not on. Exports may list only
-- keyframes, and leave out the frames between them on purpose: then every track has gaps. The timeline of an image
-- group is one for all its images. Continuous scenes, where an object holds from event to event, are left out. An
-- object that has other classes on other frames counts as the first in the alphabet. An object that stands both in a
-- Data Group's label row and in a child's counts in the child's.
--
-- column tracks: Objects, once on each timeline.
-- column frames_missing: Frames in gaps.
-- column share_missing: Frames in gaps over the frames from the first to the last of each track.
-- column longest_gap_frames: Frames in the longest gap; 0 where there is none.
with tracked as (
    select row_id, timeline_id, object_hash, min(name) as class, list_sort(list(frame)) as listed
    from objects_once
    where frame is not null and not coalesce(is_deleted, false) and range_unit is distinct from 'nanosecond'
    group by row_id, timeline_id, object_hash
),

stepped as (
    select
        class,
        listed[-1]::hugeint - listed[1] + 1 as span,
        list_filter(
            list_transform(listed[2:], lambda frame, place: frame::hugeint - listed[place] - 1), lambda gap: gap > 0
        ) as gaps
    from tracked
),

counted as (
    select
        class,
        span,
        len(gaps) as gaps,
        coalesce(list_sum(gaps), 0) as missing,
        coalesce(list_max(gaps), 0) as longest
    from stepped
)

select
    class,
    count(*) as tracks,
    count(*) filter (gaps > 0) as tracks_with_gaps,
    sum(gaps)::bigint as gaps,
    least(sum(missing), 9223372036854775807)::bigint as frames_missing,
    round(sum(missing)::double / sum(span)::double, 4) as share_missing,
    least(max(longest), 9223372036854775807)::bigint as longest_gap_frames
from counted
group by class
order by frames_missing desc, tracks desc, class
