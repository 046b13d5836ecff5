-- How many objects are on a frame?
-- One row per number of objects: how many of the frames that the export lists hold that many, empty ones included.
-- Deleted objects do not count.
--
-- An object that stands both in a Data Group's label row and in a child's counts in the child's; a frame of the group
-- that holds nothing else is left out.
with found as (
    select row_id, space_id, frame, count(*) filter (not coalesce(is_deleted, false)) as n_objects
    from objects_once
    where frame is not null
    group by row_id, space_id, frame
)

select
    coalesce(found.n_objects, 0) as objects,
    count(*) as frames,
    count(*) / sum(count(*)) over () as share
from frames
left join found on found.row_id = frames.row_id and found.space_id = frames.space_id and found.frame = frames.frame
where found.row_id is not null or frames.n_objects = 0
group by coalesce(found.n_objects, 0)
order by objects
