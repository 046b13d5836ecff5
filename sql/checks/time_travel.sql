-- What was changed before it was made, or made after it was exported?
-- One row per object, classification or label row, and per kind of contradiction.
-- Deleted objects do not count.
--
-- severity: note
--
-- value is by how many seconds, of several entries the most. Times are compared to the second. An object that stands
-- both in a Data Group's label row and in a child's is told in the child's.
--
-- parameter tolerance_s = 1.0 (0): Seconds that times may contradict each other.
with dated as (
    select 'object' as owner, row_id, object_hash as owner_hash, name, created_at, last_edited_at
    from objects_once
    where not in_child and not coalesce(is_deleted, false)
    union all
    select 'classification', row_id, classification_hash, name, created_at, last_edited_at
    from classifications
    union all
    select null, row_id, null, null, created_at, last_edited_at
    from label_rows
),

measured as (
    select
        owner, row_id, label_rows.label_hash, owner_hash, name,
        epoch(dated.created_at) - epoch(dated.last_edited_at) as before_made_s,
        epoch(dated.created_at) - epoch(exported_at) as after_export_s
    from dated
    join label_rows using (row_id)
),

found as (
    select *, before_made_s as seconds, ' was changed before it was made.' as contradiction
    from measured
    where before_made_s > $tolerance_s
    union all
    select *, after_export_s, ' was made after it was exported.'
    from measured
    where after_export_s > $tolerance_s
)

select
    'time_travel' as "check",
    'note' as severity,
    row_id,
    min(label_hash)::varchar as label_hash,
    null::varchar as space_id,
    null::bigint as frame,
    owner,
    owner_hash,
    case when owner is null then 'The label row' else coalesce(nullif(trim(name), ''), 'unnamed') end || contradiction
    as message,
    max(seconds) as value
from found
group by row_id, owner, owner_hash, message
order by row_id, space_id, frame, owner_hash, message, owner
