-- Where do a few frames have no label among many that have?
-- One row per run of frames without any object or classification between labelled ones.
-- Deleted objects do not count.
--
-- severity: note
--
-- On videos, image sequences, stacks and volumes: pages, image groups and scenes have no frames that follow each other
-- closely. Only where most frames from the first labelled one to the last are labelled. frame is the first of the run,
-- value its length. What holds for a whole space or label row labels no frame.
--
-- Frames are joined to unbroken runs first, those then with the ranges of answers: there are far fewer runs than
-- frames.
--
-- parameter max_frames = 10 (1): Longest run that is told.
-- parameter share = 0.8 (0 to 1): Share of labelled frames, from the first to the last, from which on a run is told.
with timelines as materialized (
    select row_number() over (order by row_id, timeline_id) as timeline, row_id, timeline_id, label_hash
    from (
        select spaces.row_id, timeline_id, min(spaces.label_hash) as label_hash
        from spaces
        join label_rows using (row_id)
        where
            space_type in ('video', 'image_sequence', 'medical_stack', 'medical_file')
            or (timeline_id <> space_id and is_image_sequence)
        group by spaces.row_id, timeline_id
    )
),

points as materialized (
    select timeline, frame as place
    from (
        select row_id, timeline_id, frame
        from objects
        where frame is not null and not coalesce(is_deleted, false)
        union all
        select row_id, timeline_id, frame
        from classifications
        where frame is not null
    )
    join timelines using (row_id, timeline_id)
    group by timeline, place
),

starts as (
    select timeline, place, place_before
    from (
        select timeline, place, lag(place) over (partition by timeline order by place) as place_before
        from points
    )
    where place_before is null or place::hugeint - place_before > 1
),

labelled as (
    select
        timeline,
        place as first_at,
        coalesce(lead(place_before) over (partition by timeline order by place), last_place) as last_at
    from starts
    join (select timeline, max(place) as last_place from points group by timeline) using (timeline)
    union all
    select timeline, range_start, coalesce(range_end, 9223372036854775807)
    from (
        select row_id, timeline_id, range_start, range_end
        from objects
        where frame is null and range_unit = 'frame' and not coalesce(is_deleted, false)
        union all
        select row_id, timeline_id, range_start, range_end
        from classifications
        where frame is null and range_unit = 'frame'
    )
    join timelines using (row_id, timeline_id)
),

reached as materialized (
    select
        timeline,
        first_at,
        last_at,
        max(last_at) over (
            partition by timeline
            order by first_at
            rows between unbounded preceding and 1 preceding
        ) as reach
    from labelled
    where first_at is not null
),

gaps as (
    select timeline, reach, first_at::hugeint - reach - 1 as missing
    from reached
    where first_at::hugeint - 1 > reach
),

shares as (
    select
        timeline,
        1 - sum(missing)::double / max(last_at::hugeint - first_at + 1)::double as labelled_share
    from gaps
    join (
        select timeline, min(first_at) as first_at, max(last_at) as last_at
        from reached
        group by timeline
    ) as spans using (timeline)
    group by timeline
)

select
    'unlabelled_between' as "check",
    'note' as severity,
    timelines.row_id,
    timelines.label_hash::varchar as label_hash,
    coalesce(image_id, timelines.timeline_id)::varchar as space_id,
    reach + 1 as frame,
    null::varchar as owner,
    null::varchar as owner_hash,
    'Frames without a label between labelled ones.' as message,
    missing::double as value
from gaps
join shares using (timeline)
join timelines using (timeline)
left join (
    select row_id as group_row_id, timeline_id as group_id, frame as place, min(space_id) as image_id
    from frames
    where timeline_id <> space_id
    group by row_id, timeline_id, frame
) as images
    on group_row_id = timelines.row_id and group_id = timelines.timeline_id and images.place = reach + 1
where missing <= $max_frames and labelled_share >= $share
order by row_id, space_id, frame, owner_hash, message, owner
