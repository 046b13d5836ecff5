-- Which objects have no answer?
-- One row per object that lies somewhere, but has no entry among the answers of its label row.
-- Deleted objects do not count.
--
-- severity: note
--
-- The SDK writes an answer for every object, an empty one where its class has no attributes; so what has none was made
-- or changed by something else. An object that stands both in a Data Group's label row and in a child's is the child's.
select
    'object_without_answer' as "check",
    'note' as severity,
    row_id,
    min(label_hash)::varchar as label_hash,
    null::varchar as space_id,
    null::bigint as frame,
    'object' as owner,
    object_hash as owner_hash,
    coalesce(min(nullif(trim(name), '')), 'unnamed') || ': an object without an answer.' as message,
    null::double as value
from objects_once
semi join (
    select row_id, owner_hash as object_hash
    from instances
    where owner = 'object' and not has_answer
) as unanswered using (row_id, object_hash)
where not in_child and not coalesce(is_deleted, false)
group by row_id, object_hash
order by row_id, space_id, frame, owner_hash, message, owner
