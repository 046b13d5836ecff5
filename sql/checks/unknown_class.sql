-- Which labels are of a class that the ontology does not have?
-- One row per object or classification, and per class where it is of several.
-- Deleted objects do not count.
--
-- severity: error
--
-- Needs an ontology. Classes are found by their hash, never by name; archived ones are known. What has no hash is left
-- out. An object that stands both in a Data Group's label row and in a child's is the child's.
with used as (
    select 'object' as owner, row_id, label_hash, object_hash as owner_hash, feature_hash, name
    from objects_once
    where not in_child and not coalesce(is_deleted, false)
    union all
    select 'classification', row_id, label_hash, classification_hash, feature_hash, name
    from classifications
)

select
    'unknown_class' as "check",
    'error' as severity,
    row_id,
    min(label_hash)::varchar as label_hash,
    null::varchar as space_id,
    null::bigint as frame,
    owner,
    owner_hash,
    case
        when nullif(trim(name), '') is null then 'The ontology does not have the class of an unnamed ' || owner || '.'
        when owner = 'object' then 'The ontology has no class ' || trim(name) || '.'
        else 'The ontology has no classification ' || trim(name) || '.'
    end as message,
    null::double as value
from used
anti join ontology_classes using (owner, feature_hash)
where feature_hash is not null and exists (select 1 from ontology_classes)
group by row_id, owner, owner_hash, message
order by row_id, space_id, frame, owner_hash, message, owner
