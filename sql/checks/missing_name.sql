-- Which objects have neither a name nor a known class?
-- One row per object.
-- Deleted objects do not count.
--
-- severity: warning
--
-- A name told anywhere counts: by one of its labels, by its answer, or by an ontology that has its class. An object
-- that stands both in a Data Group's label row and in a child's is the child's.
with nameless as materialized (
    select row_id, object_hash, min(label_hash) as label_hash, min(shape) as shape
    from objects_once
    anti join (
        select feature_hash
        from ontology_classes
        where owner = 'object' and trim(name) <> ''
    ) as known using (feature_hash)
    where
        nullif(trim(name), '') is null
        and nullif(trim(value), '') is null
        and not in_child
        and not coalesce(is_deleted, false)
    group by row_id, object_hash
),

named as (
    select row_id, object_hash
    from objects
    semi join nameless using (row_id, object_hash)
    where trim(name) <> '' or trim(value) <> '' or feature_hash in (
        select feature_hash from ontology_classes where owner = 'object' and trim(name) <> ''
    )
    union all
    select row_id, owner_hash
    from instances
    where owner = 'object' and (trim(name) <> '' or trim(value) <> '')
)

select
    'missing_name' as "check",
    'warning' as severity,
    row_id,
    label_hash::varchar as label_hash,
    null::varchar as space_id,
    null::bigint as frame,
    'object' as owner,
    object_hash as owner_hash,
    'An object' || coalesce(' (' || shape || ')', '') || ' has no name, and its class is not known.' as message,
    null::double as value
from nameless
anti join named using (row_id, object_hash)
order by row_id, space_id, frame, owner_hash, message, owner
