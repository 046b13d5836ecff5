-- Where is the box around each object, in pixels?
-- One row per row of objects that has a box, on a frame whose size is known (its own, else its space's).
--
-- The box is the one around the shape, after any rotation; area_px is the shape's own, null where it has none.
--
-- column x_px: Left edge of the box, in px.
-- column y_px: Top edge of the box, in px.
-- column w_px: Width of the box, in px.
-- column h_px: Height of the box, in px.
-- column area_px: Area of the shape itself, in px.
-- column width: Width of the frame, else of its space, in px.
-- column height: Height of the frame, else of its space, in px.
-- column is_deleted: True where it was deleted, else false.
select
    row_id,
    label_hash,
    space_id,
    frame,
    object_hash,
    name,
    shape,
    x * width as x_px,
    y * height as y_px,
    w * width as w_px,
    h * height as h_px,
    area * width * height as area_px,
    theta,
    width,
    height,
    is_deleted
from (
    select
        objects.row_id,
        objects.label_hash,
        objects.space_id,
        objects.frame,
        objects.object_hash,
        objects.name,
        objects.shape,
        objects.x,
        objects.y,
        objects.w,
        objects.h,
        objects.area,
        objects.theta,
        coalesce(frames.width, spaces.width) as width,
        coalesce(frames.height, spaces.height) as height,
        coalesce(objects.is_deleted, false) as is_deleted
    from objects
    left join spaces on spaces.row_id = objects.row_id and spaces.space_id = objects.space_id
    left join (
        select row_id, space_id, frame, width, height from frames where width is not null or height is not null
    ) as frames
        on frames.row_id = objects.row_id and frames.space_id = objects.space_id and frames.frame = objects.frame
    where objects.x is not null and objects.y is not null and objects.w is not null and objects.h is not null
) as boxes
where width is not null and height is not null
