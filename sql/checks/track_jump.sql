-- Which tracks jump?
-- One row per jump: the frame that the object lands on.
-- Deleted objects do not count.
-- severity: warning
--
-- The centre of the box moves further between two frames than it could: by more than so many box sizes a frame, and by
-- more than the object's other steps (their median and ten median deviations; of five steps or fewer ten times the
-- least). The size of a box is the root of its width times its height, of the larger of both boxes, fractions of the
-- frame all. value: box sizes a frame. Left out: image groups that are no sequence, pages of a PDF, continuous scenes,
-- and boxes without an area.
--
-- Only tracks that go so far within a few frames are put in order: the others cannot jump.
--
-- parameter boxes = 5.0 (0): Box sizes a frame above which a move is a jump.
-- parameter max_gap = 5 (1): Frames that both boxes are apart at most.
with placed as materialized (
    select
        row_id, label_hash, timeline_id, space_id, frame, object_hash, name,
        x + w / 2 as centre_x,
        y + h / 2 as centre_y,
        sqrt(w) * sqrt(h) as size
    from objects_once
    where range_unit = 'frame'
        and frame is not null
        and w between 1e-9 and 1e3 and h between 1e-9 and 1e3 and x between -1e3 and 1e3 and y between -1e3 and 1e3
        and not coalesce(is_deleted, false)
),

in_time as (
    select distinct spaces.row_id, spaces.timeline_id
    from spaces
    join label_rows on label_rows.row_id = spaces.row_id
    where space_type is distinct from 'pdf' and (timeline_id = space_id or is_image_sequence)
),

wide as materialized (
    select row_id, timeline_id, object_hash, row_number() over () as track
    from placed
    semi join in_time using (row_id, timeline_id)
    group by row_id, timeline_id, object_hash
    having count(*) > 2
        and max(centre_x) - min(centre_x) + max(centre_y) - min(centre_y) > $boxes * min(size)
),

fast as (
    select track
    from (
        select
            track, centre_x, centre_y, size,
            unnest([
                floor(frame::double / (2 * $max_gap)), floor(frame::double / (2 * $max_gap) + 0.5) + 0.5
            ]) as stretch
        from placed
        join wide using (row_id, timeline_id, object_hash)
    )
    group by track, stretch
    having max(centre_x) - min(centre_x) + max(centre_y) - min(centre_y) > $boxes * min(size)
),

followed as (
    select
        placed.*,
        track,
        lag(frame) over in_order as frame_before,
        lag(centre_x) over in_order as x_before,
        lag(centre_y) over in_order as y_before,
        lag(size) over in_order as size_before
    from placed
    join (select * from wide semi join fast using (track)) as wide using (row_id, timeline_id, object_hash)
    window in_order as (partition by track order by frame, space_id, centre_x, centre_y)
),

steps as materialized (
    select
        *,
        frame::double - frame_before::double as gap,
        sqrt((centre_x - x_before) * (centre_x - x_before) + (centre_y - y_before) * (centre_y - y_before))
        / greatest(size, size_before) / (frame::double - frame_before::double) as step
    from followed
    where frame > frame_before
),

leaping as (
    select track
    from steps
    group by track
    having max(step) > $boxes
),

usual as materialized (
    select track, case when count(*) > 5 then median(step) else min(step) end as middle
    from steps
    semi join leaping using (track)
    group by track
),

bounds as (
    select
        track,
        case when count(*) > 5 then min(middle) + 10 * median(abs(step - middle)) else 10 * min(middle) end as bound
    from steps
    join usual using (track)
    group by track
)

select
    'track_jump' as "check",
    'warning' as severity,
    row_id,
    label_hash,
    space_id,
    frame,
    'object' as owner,
    object_hash as owner_hash,
    concat(coalesce(name, 'An object without a class'), ' jumps.') as message,
    step as value
from steps
join bounds using (track)
where step > $boxes and step > bound and gap <= $max_gap
order by row_id, space_id, frame, owner_hash, message, value
