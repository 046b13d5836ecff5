-- Which objects were deleted, and are in the export all the same?
-- One row per object and timeline: the first frame that it is deleted on.
-- severity: note
--
-- Nothing else here counts them. value: the rows of objects that are deleted there.
select
    'deleted_present' as "check",
    'note' as severity,
    row_id,
    min(label_hash) as label_hash,
    coalesce(arg_min(space_id, (frame, space_id)), min(space_id)) as space_id,
    min(frame) as frame,
    'object' as owner,
    object_hash as owner_hash,
    concat(coalesce(min(name), 'An object without a class'), ' was deleted, and is still there.') as message,
    count(*)::double as value
from objects_once
where is_deleted
group by row_id, timeline_id, object_hash
order by row_id, space_id, frame, owner_hash, message
