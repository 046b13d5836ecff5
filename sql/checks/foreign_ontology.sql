-- Is the ontology that was given another one than the labels were made with?
-- One row per snapshot, where the ontology knows few of the hashes that labels and answers use.
-- Deleted objects do not count.
--
-- severity: warning
--
-- Needs an ontology. Hashes of classes, attributes and options count once each, however often they are used. value is
-- the share of them that the ontology has.
--
-- parameter share = 0.5 (0 to 1): Share of known hashes below which the ontology is told to be another one.
with used as (
    select 'class' as kind, 'object' as owner, feature_hash
    from objects
    where not coalesce(is_deleted, false)
    union
    select 'class', 'classification', feature_hash
    from classifications
    union
    select 'attribute', owner, attribute_feature_hash
    from attributes
    union
    select 'option', owner, answer_feature_hash
    from attributes
),

known as (
    select 'class' as kind, owner, feature_hash
    from ontology_classes
    union
    select 'attribute', owner, feature_hash
    from ontology_attributes
    union
    select 'option', owner, feature_hash
    from ontology_options
),

counted as (
    select count(*) as n_used, count(known.feature_hash) as n_known
    from used
    left join known using (kind, owner, feature_hash)
    where used.feature_hash is not null and exists (select 1 from ontology_classes)
)

select
    'foreign_ontology' as "check",
    'warning' as severity,
    null::bigint as row_id,
    null::varchar as label_hash,
    null::varchar as space_id,
    null::bigint as frame,
    null::varchar as owner,
    null::varchar as owner_hash,
    'The ontology is hardly the one that the labels were made with.' as message,
    round(n_known / nullif(n_used, 0), 4)::double as value
from counted
where n_known / nullif(n_used, 0) < $share
order by row_id, space_id, frame, owner_hash, message, owner
