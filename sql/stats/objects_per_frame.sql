-- How many objects are on a frame?
-- One row per number of objects: how many of the frames that the export lists hold that many, empty ones included.
-- Deleted objects do not count.
--
-- An object that stands both in a Data Group's label row and in a child's counts in the child's; a frame of the group that
-- holds nothing else is left out.
select
    n_objects as objects,
    count(*) as frames,
    count(*) / sum(count(*)) over () as share
from (
    select count(case when not coalesce(is_deleted, false) then object_hash end) as n_objects
    from frames
    left join objects_once as objects
        on objects.row_id = frames.row_id
        and objects.space_id = frames.space_id
        and objects.frame = frames.frame
    group by frames.row_id, frames.space_id, frames.frame
    having count(object_hash) > 0 or max(frames.n_objects) = 0
) as counted
group by n_objects
order by n_objects
