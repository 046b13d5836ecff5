-- How many objects are on a frame?
-- One row per number of objects: how many of the frames that the export lists hold that many, empty ones included.
-- Deleted objects do not count.
select
    n_objects as objects,
    count(*) as frames,
    count(*) / sum(count(*)) over () as share
from (
    select count(object_hash) as n_objects
    from frames
    left join objects
        on objects.row_id = frames.row_id
        and objects.space_id = frames.space_id
        and objects.frame = frames.frame
        and not coalesce(objects.is_deleted, false)
    group by frames.row_id, frames.space_id, frames.frame
) as counted
group by n_objects
order by n_objects
