-- Which objects are more than once on one frame?
-- One row per object and frame.
-- Deleted objects do not count.
-- severity: error
--
-- The same object_hash in one frame's list twice. value: how often it is there.
with hashed as (
    select
        row_id, label_hash, space_id, frame, object_hash, name,
        hash(row_id, space_id, frame, object_hash) as place
    from objects_once
    where frame is not null and not coalesce(is_deleted, false)
),

shared as (
    select place
    from hashed
    group by place
    having count(*) > 1
)

select
    'same_object_twice' as "check",
    'error' as severity,
    row_id,
    min(label_hash) as label_hash,
    space_id,
    frame,
    'object' as owner,
    object_hash as owner_hash,
    concat(coalesce(min(name), 'An object without a class'), ' is on its frame more than once.') as message,
    count(*)::double as value
from hashed
semi join shared using (place)
group by row_id, space_id, frame, object_hash
having count(*) > 1
order by row_id, space_id, frame, owner_hash, message
