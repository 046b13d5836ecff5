-- Which tracks never move while others of their class do?
-- One row per object and timeline: the first frame that it is on.
-- Deleted objects do not count.
-- severity: warning
--
-- A box that is the same on all its frames, while most others of the class move that are on the same timeline at the
-- same time: copied on, and never looked at. Objects of one frame do not count among the others. value: the frames that
-- it is on. Left out: image groups that are no sequence, pages of a PDF, continuous scenes.
--
-- parameter min_frames = 10 (2): Frames that a track has at least to be told.
-- parameter share = 0.5 (0 to 1): Share of the others above which most of them move.
with in_time as (
    select distinct spaces.row_id, spaces.timeline_id
    from spaces
    join label_rows on label_rows.row_id = spaces.row_id
    where space_type is distinct from 'pdf' and (timeline_id = space_id or is_image_sequence)
),

followed as materialized (
    select
        row_id,
        timeline_id,
        object_hash,
        name,
        min(frame) as first_frame,
        max(frame) as last_frame,
        count(*) as n_boxes,
        min(x) < max(x) or min(y) < max(y) or min(w) < max(w) or min(h) < max(h) as moves
    from objects_once
    where range_unit = 'frame'
        and frame is not null
        and x is not null and y is not null and w is not null and h is not null
        and not coalesce(is_deleted, false)
    group by row_id, timeline_id, object_hash, name
    having min(frame) < max(frame)
),

still as materialized (
    select *
    from followed
    semi join in_time using (row_id, timeline_id)
    where not moves and n_boxes >= $min_frames
),

beside as materialized (
    select *, coalesce(name, '') as class, name is null as is_nameless
    from followed
    semi join (select distinct row_id, timeline_id from still) as timelines using (row_id, timeline_id)
),

begun as (
    select
        row_id, timeline_id, class, is_nameless, first_frame,
        sum(count(*)) over in_order as tracks,
        sum(count(*) filter (moves)) over in_order as moving
    from beside
    group by row_id, timeline_id, class, is_nameless, first_frame
    window in_order as (partition by row_id, timeline_id, class, is_nameless order by first_frame)
),

ended as (
    select
        row_id, timeline_id, class, is_nameless, last_frame,
        sum(count(*)) over in_order as tracks,
        sum(count(*) filter (moves)) over in_order as moving
    from beside
    group by row_id, timeline_id, class, is_nameless, last_frame
    window in_order as (partition by row_id, timeline_id, class, is_nameless order by last_frame)
),

frozen as (
    select still.row_id, still.timeline_id, still.object_hash, still.name
    from (select *, coalesce(name, '') as class, name is null as is_nameless from still) as still
    asof join begun
        on begun.row_id = still.row_id
        and begun.timeline_id = still.timeline_id
        and begun.class = still.class
        and begun.is_nameless = still.is_nameless
        and begun.first_frame <= still.last_frame
    asof left join ended
        on ended.row_id = still.row_id
        and ended.timeline_id = still.timeline_id
        and ended.class = still.class
        and ended.is_nameless = still.is_nameless
        and ended.last_frame < still.first_frame
    where begun.moving - coalesce(ended.moving, 0) > $share * (begun.tracks - coalesce(ended.tracks, 0) - 1)
)

select
    'frozen_track' as "check",
    'warning' as severity,
    row_id,
    min(label_hash) as label_hash,
    arg_min(space_id, frame) as space_id,
    min(frame) as frame,
    'object' as owner,
    object_hash as owner_hash,
    concat(coalesce(min(name), 'An object without a class'), ' never moves while others do.') as message,
    count(distinct frame)::double as value
from objects_once
semi join frozen using (row_id, timeline_id, object_hash)
where frame is not null and not coalesce(is_deleted, false)
group by row_id, timeline_id, object_hash
having count(distinct frame) >= $min_frames
order by row_id, space_id, frame, owner_hash, message
