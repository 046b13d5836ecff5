-- How many objects of a class are on a frame, where there are any?
-- One row per class that lies on frames.
-- Deleted objects do not count.
--
-- Objects that lie on no frame (audio, text, HTML) are left out. Of Data Groups, an object that stands both in the
-- group's label row and in a child's counts in the child's; a frame of the group that holds nothing else is left out.
--
-- column frames: Frames that hold at least one object of the class.
-- column share: Share of all frames that the export lists, empty ones included.
-- column objects_mean: Objects of the class on a frame that has any, on average.
with found as (
    select
        row_id,
        space_id,
        frame,
        name as class,
        count(*) filter (not coalesce(is_deleted, false)) as objects
    from objects_once
    where frame is not null
    group by row_id, space_id, frame, name
),

listed as (
    select count(*) as frames
    from (
        select row_id, space_id, frame from found
        union
        select row_id, space_id, frame from frames where n_objects = 0
    )
),

measured as (
    select
        class,
        count(*) as frames,
        avg(objects) as objects_mean,
        quantile_cont(objects, [0.5, 0.95]) as objects,
        max(objects) as objects_max
    from found
    where objects > 0
    group by class
)

select
    measured.class,
    measured.frames,
    round(measured.frames / listed.frames, 4) as share,
    measured.objects_mean,
    measured.objects[1] as objects_median,
    measured.objects[2] as objects_p95,
    measured.objects_max
from measured
cross join listed
order by frames desc, class
