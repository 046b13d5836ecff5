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
-- parameter max_frames = 10: Longest run that is told.
-- parameter share = 0.8: Share of labelled frames, from the first to the last, from which on a run is told.
with timelines as (
    select distinct spaces.row_id, timeline_id, spaces.label_hash
    from spaces
    join label_rows using (row_id)
    where
        space_type in ('video', 'image_sequence', 'medical_stack', 'medical_file')
        or (timeline_id <> space_id and is_image_sequence)
),

labelled as (
    select distinct row_id, timeline_id, coalesce(range_start, frame) as first_at, coalesce(range_end, frame) as last_at
    from objects
    semi join timelines using (row_id, timeline_id)
    where not coalesce(is_deleted, false) and range_unit = 'frame' and coalesce(range_start, frame) is not null
    union
    select row_id, timeline_id, coalesce(range_start, frame), coalesce(range_end, frame)
    from classifications
    semi join timelines using (row_id, timeline_id)
    where range_unit = 'frame' and coalesce(range_start, frame) is not null
),

reached as (
    select
        row_id,
        timeline_id,
        first_at,
        coalesce(last_at, 9223372036854775807) as last_at,
        max(coalesce(last_at, 9223372036854775807)) over (
            partition by row_id, timeline_id
            order by first_at
            rows between unbounded preceding and 1 preceding
        ) as reach
    from labelled
),

gaps as (
    select row_id, timeline_id, reach, first_at::hugeint - reach - 1 as missing
    from reached
    where first_at - 1 > reach
),

shares as (
    select
        row_id,
        timeline_id,
        1 - coalesce(sum(missing), 0)::double / max(last_at::hugeint - first_at + 1)::double as labelled_share
    from (
        select row_id, timeline_id, min(first_at) as first_at, max(last_at) as last_at
        from reached
        group by row_id, timeline_id
    ) as spans
    join gaps using (row_id, timeline_id)
    group by row_id, timeline_id
)

select
    'unlabelled_between' as "check",
    'note' as severity,
    gaps.row_id,
    timelines.label_hash::varchar as label_hash,
    coalesce(frames.space_id, gaps.timeline_id)::varchar as space_id,
    reach + 1 as frame,
    null::varchar as owner,
    null::varchar as owner_hash,
    'Frames without a label between labelled ones.' as message,
    missing::double as value
from gaps
join shares using (row_id, timeline_id)
join timelines using (row_id, timeline_id)
left join (
    select row_id, timeline_id, frame, min(space_id) as space_id
    from frames
    where timeline_id <> space_id
    group by row_id, timeline_id, frame
) as frames
    on frames.row_id = gaps.row_id and frames.timeline_id = gaps.timeline_id and frames.frame = gaps.reach + 1
where missing <= $max_frames and labelled_share >= $share
order by row_id, space_id, frame, owner_hash, message, owner
