-- How fast do tracks move, and how fast do they change size?
-- One row per class that has tracks with boxes on at least two frames; a track is one object on one timeline.
-- Deleted objects do not count.
--
-- A step leads from a track's box to its next one, and is divided by the frames between them. Speed is that of the
-- box's centre, in px and in widths of the box, which are sqrt(w * h) of the box before the step: both need the size
-- of the frames. Per second is told where frames per second are known. A number that is not finite is left out. The
-- timeline of an image group is one for all its images: steps between frames of another size are left out, and so are
-- steps from or to a frame that holds several boxes of the track. In continuous scenes, where frames are nanoseconds,
-- only what is told per second counts; cuboids in space have no boxes. An object that has other classes on other
-- frames counts as the first in the alphabet. An object that stands both in a Data Group's label row and in a child's
-- counts in the child's.
--
-- column tracks: Tracks with boxes on at least two frames.
-- column steps: Their steps between frames of the same size.
-- column widths_per_frame_p50: Speed in widths of the box per frame.
-- column size_ratio_p50: Change of the box's size per frame: the larger sqrt(w * h) over the smaller; 1 is no change.
with own_sizes as (
    select row_id, space_id, frame, width, height
    from frames
    where width is not null or height is not null
),

tracked as (
    select
        objects.row_id,
        objects.timeline_id,
        min(objects.name) as class,
        min(objects.range_unit) = 'nanosecond' as is_continuous,
        list_sort(
            list(
                {
                    'frame': objects.frame,
                    'x': objects.x + objects.w / 2,
                    'y': objects.y + objects.h / 2,
                    'size': sqrt(abs(objects.w)) * sqrt(abs(objects.h)),
                    'width': coalesce(own_sizes.width, spaces.width),
                    'height': coalesce(own_sizes.height, spaces.height)
                }
            ) filter (objects.x + objects.y + objects.w + objects.h is not null)
        ) as boxes
    from objects_once as objects
    left join spaces on spaces.row_id = objects.row_id and spaces.space_id = objects.space_id
    left join own_sizes
        on own_sizes.row_id = objects.row_id
        and own_sizes.space_id = objects.space_id
        and own_sizes.frame = objects.frame
    where objects.frame is not null and not coalesce(objects.is_deleted, false)
    group by objects.row_id, objects.timeline_id, objects.object_hash
),

paired as (
    select
        row_id,
        timeline_id,
        class,
        is_continuous,
        unnest(range(len(boxes) - 1)) as place,
        unnest(boxes[:-2]) as box,
        unnest(boxes[2:]) as next_box,
        unnest(list_prepend(null, list_transform(boxes[:-3], lambda box: box.frame))) as frame_before,
        unnest(list_transform(boxes[3:], lambda box: box.frame)) as frame_after
    from tracked
    where boxes[1].frame < boxes[-1].frame
),

rates as (
    select row_id, timeline_id, max(fps) as fps
    from spaces
    where fps > 0
    group by row_id, timeline_id
),

steps as (
    select
        class,
        place,
        is_step,
        case when is_step and not is_continuous then frames end as frames,
        case when is_step then frames / case when is_continuous then 1e9 else fps end end as seconds,
        sqrt(
            power((next_box.x - box.x) * box.width, 2) + power((next_box.y - box.y) * box.height, 2)
        ) as px,
        nullif(box.size, 0) * sqrt(box.width) * sqrt(box.height) as width_px,
        greatest(box.size, next_box.size) / nullif(least(box.size, next_box.size), 0) as size_ratio
    from (
        select
            *,
            next_box.frame::double - box.frame::double as frames,
            box.frame < next_box.frame
            and box.frame is distinct from frame_before
            and next_box.frame is distinct from frame_after
            and box.width is not distinct from next_box.width
            and box.height is not distinct from next_box.height as is_step
        from paired
    ) as paired
    left join rates on rates.row_id = paired.row_id and rates.timeline_id is not distinct from paired.timeline_id
),

measured as (
    select
        class,
        place,
        is_step,
        px / frames as px_per_frame,
        px / width_px / frames as widths_per_frame,
        px / seconds as px_per_s,
        px / width_px / seconds as widths_per_s,
        power(size_ratio, 1 / frames) as size_ratio
    from steps
),

summed as (
    select
        class,
        count(*) filter (place = 0) as tracks,
        count(*) filter (is_step) as steps,
        quantile_cont(case when isfinite(px_per_frame) then px_per_frame end, [0.5, 0.95, 1]) as px_per_frame,
        quantile_cont(case when isfinite(widths_per_frame) then widths_per_frame end, [0.5, 0.95, 1])
            as widths_per_frame,
        quantile_cont(case when isfinite(px_per_s) then px_per_s end, [0.5, 0.95, 1]) as px_per_s,
        quantile_cont(case when isfinite(widths_per_s) then widths_per_s end, [0.5, 0.95, 1]) as widths_per_s,
        quantile_cont(case when isfinite(size_ratio) then size_ratio end, [0.5, 0.95]) as size_ratio
    from measured
    group by class
)

select
    class,
    tracks,
    steps,
    px_per_frame[1] as px_per_frame_p50,
    px_per_frame[2] as px_per_frame_p95,
    px_per_frame[3] as px_per_frame_max,
    widths_per_frame[1] as widths_per_frame_p50,
    widths_per_frame[2] as widths_per_frame_p95,
    widths_per_frame[3] as widths_per_frame_max,
    px_per_s[1] as px_per_s_p50,
    px_per_s[2] as px_per_s_p95,
    px_per_s[3] as px_per_s_max,
    widths_per_s[1] as widths_per_s_p50,
    widths_per_s[2] as widths_per_s_p95,
    widths_per_s[3] as widths_per_s_max,
    size_ratio[1] as size_ratio_p50,
    size_ratio[2] as size_ratio_p95
from summed
order by tracks desc, class
