-- Which answers give an attribute or option that the ontology does not have?
-- One row per object or classification and attribute, or option of an attribute.
-- Deleted objects do not count.
--
-- severity: error
--
-- Needs an ontology. Attributes and options are found by their hashes, never by name; archived ones are known. An
-- option must be one of its attribute's; where the attribute is unknown, its options are not told. Answers without a
-- label are left out. An object that stands both in a Data Group's label row and in a child's is the child's.
with given as (
    select
        owner,
        row_id,
        owner_hash,
        attribute_feature_hash,
        answer_feature_hash,
        coalesce(attribute, attribute_value, 'an attribute without a name') as attribute,
        coalesce(answer, answer_value, 'without a name') as answer
    from attributes
    where attribute_feature_hash is not null and exists (select 1 from ontology_classes)
),

known as (
    select distinct owner, feature_hash as attribute_feature_hash
    from ontology_attributes
),

unknown as materialized (
    select distinct owner, row_id, owner_hash, 'the ontology has no attribute ' || attribute || '.' as message
    from given
    anti join known using (owner, attribute_feature_hash)
    union
    select owner, row_id, owner_hash, 'the ontology has no option ' || answer || ' of ' || attribute || '.'
    from given
    semi join known using (owner, attribute_feature_hash)
    anti join ontology_options
        on ontology_options.owner = given.owner
        and ontology_options.attribute_feature_hash = given.attribute_feature_hash
        and ontology_options.feature_hash = given.answer_feature_hash
    where answer_feature_hash is not null
),

labelled as (
    select
        'object' as owner,
        row_id,
        object_hash as owner_hash,
        min(label_hash) as label_hash,
        min(nullif(trim(name), '')) as class
    from objects_once
    semi join (select row_id, owner_hash as object_hash from unknown where owner = 'object') using (row_id, object_hash)
    where not in_child and not coalesce(is_deleted, false)
    group by row_id, object_hash
    union all
    select 'classification', row_id, classification_hash, min(label_hash), min(nullif(trim(name), ''))
    from classifications
    semi join (
        select row_id, owner_hash as classification_hash from unknown where owner = 'classification'
    ) using (row_id, classification_hash)
    group by row_id, classification_hash
)

select
    'unknown_option' as "check",
    'error' as severity,
    row_id,
    label_hash::varchar as label_hash,
    null::varchar as space_id,
    null::bigint as frame,
    owner::varchar as owner,
    owner_hash,
    coalesce(class, 'unnamed') || ': ' || message as message,
    null::double as value
from unknown
join labelled using (owner, row_id, owner_hash)
order by row_id, space_id, frame, owner_hash, message, owner
