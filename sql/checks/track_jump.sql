-- Which tracks jump?
-- One row per jump: the frame that the object lands on.
-- Deleted objects do not count.
-- severity: warning
--
-- The centre of the box moves further between two frames than it could: by more than so many box sizes a frame, and by more
-- than the object's other steps (their median and ten median deviations). The size of a box is the root of its
-- width times its height, of the larger of both boxes, fractions of the frame all. value: box sizes a frame.
-- Left out: image groups that are no sequence, pages of a PDF, continuous scenes, and boxes without an area.
--
-- parameter boxes = 5.0: Box sizes a frame above which a move is a jump.
-- parameter max_gap = 5: Frames that both boxes are apart at most.
with placed as (
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

wide as (
    select row_id, timeline_id, object_hash
    from placed
    semi join in_time using (row_id, timeline_id)
    group by row_id, timeline_id, object_hash
    having count(*) > 2
        and max(centre_x) - min(centre_x) + max(centre_y) - min(centre_y) > $boxes * min(size)
),

followed as (
    select
        *,
        lag(frame) over in_order as frame_before,
        lag(centre_x) over in_order as x_before,
        lag(centre_y) over in_order as y_before,
        lag(size) over in_order as size_before
    from placed
    semi join wide using (row_id, timeline_id, object_hash)
    window in_order as (partition by row_id, timeline_id, object_hash order by frame, space_id, centre_x, centre_y)
),

steps as (
    select
        *,
        sqrt((centre_x - x_before) * (centre_x - x_before) + (centre_y - y_before) * (centre_y - y_before))
        / greatest(size, size_before) / (frame::double - frame_before::double) as step
    from followed
    where frame > frame_before
),

leaping as materialized (
    select *, max(step) over (partition by row_id, timeline_id, object_hash) as longest
    from steps
    qualify longest > $boxes
),

usual as (
    select row_id, timeline_id, object_hash, median(step) as middle
    from leaping
    group by row_id, timeline_id, object_hash
),

bounds as (
    select row_id, timeline_id, object_hash, min(middle) + 10 * median(abs(step - middle)) as bound
    from leaping
    join usual using (row_id, timeline_id, object_hash)
    group by row_id, timeline_id, object_hash
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
from leaping
join bounds using (row_id, timeline_id, object_hash)
where step > $boxes and step > bound and frame::double - frame_before::double <= $max_gap
order by row_id, space_id, frame, owner_hash, message, value
