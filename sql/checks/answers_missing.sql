-- Which required questions are not answered?
-- One row per object or classification and required attribute without an answer, and per classification missing.
-- Deleted objects do not count.
--
-- severity: error
--
-- Needs an ontology: it says what is required. What it keeps for old labels only (archived) is not asked for, a nested
-- attribute only where the option that it hangs on was chosen. An empty text is no answer; a dynamic attribute is
-- answered where it has an answer on any range. Findings without an owner tell of a classification that the ontology
-- requires and no label of the label row is: only of label rows that are labelled at all, a Data Group's with those of
-- its children. An object that stands both in a group's label row and in a child's is the child's.
with placed as (
    select
        'object' as owner,
        row_id,
        object_hash as owner_hash,
        min(label_hash) as label_hash,
        min(feature_hash) as feature_hash
    from objects_once
    where not in_child and not coalesce(is_deleted, false) and exists (select 1 from ontology_classes)
    group by row_id, object_hash
    union all
    select 'classification', row_id, classification_hash, min(label_hash), min(feature_hash)
    from classifications
    where exists (select 1 from ontology_classes)
    group by row_id, classification_hash
),

given as (
    select owner, row_id, owner_hash, attribute_feature_hash as attribute, answer_feature_hash as option
    from attributes
    where
        (coalesce(answer_feature_hash, answer_value, nullif(answer, '')) is not null or answer_number is not null)
        and not coalesce(range_end < range_start, false)
),

required as (
    select owner, class_feature_hash, feature_hash, parent_feature_hash, parent_attribute_feature_hash, path
    from ontology_attributes
    where required and not coalesce(archived, false)
),

asked as (
    select owner, row_id, owner_hash, label_hash, required.feature_hash as attribute, path
    from placed
    join required using (owner)
    where required.class_feature_hash = placed.feature_hash and parent_feature_hash is null
    union all
    select placed.owner, placed.row_id, placed.owner_hash, label_hash, required.feature_hash, path
    from placed
    join required on required.owner = placed.owner and required.class_feature_hash = placed.feature_hash
    join given
        on given.owner = placed.owner
        and given.row_id = placed.row_id
        and given.owner_hash = placed.owner_hash
        and given.attribute = required.parent_attribute_feature_hash
        and given.option = required.parent_feature_hash
),

families as (
    select label_rows.row_id, label_rows.label_hash, coalesce(parents.row_id, label_rows.row_id) as family
    from label_rows
    left join (
        select child_row_id, min(row_id) as row_id
        from label_rows_tree
        where child_row_id is not null
        group by child_row_id
    ) as parents on parents.child_row_id = label_rows.row_id
),

lacking as (
    select labelled.family, named.name
    from (select distinct family from families semi join placed using (row_id)) as labelled
    cross join (
        select feature_hash, name
        from ontology_classes
        where owner = 'classification' and required and not coalesce(archived, false)
    ) as named
    anti join (
        select family, feature_hash
        from placed
        join families using (row_id)
        where owner = 'classification'
    ) as present on present.family = labelled.family and present.feature_hash = named.feature_hash
),

found as (
    select
        row_id,
        label_hash,
        owner,
        owner_hash,
        'Required, but not answered: ' || path || '.' as message
    from asked
    anti join given using (owner, row_id, owner_hash, attribute)
    union all
    select
        families.row_id,
        families.label_hash,
        null,
        null,
        'Required, but nowhere in the label row: ' || coalesce(name, 'a classification without a name') || '.'
    from lacking
    join families on families.row_id = lacking.family
)

select
    'answers_missing' as "check",
    'error' as severity,
    row_id,
    min(label_hash)::varchar as label_hash,
    null::varchar as space_id,
    null::bigint as frame,
    owner,
    owner_hash,
    message,
    null::double as value
from found
group by row_id, owner, owner_hash, message
order by row_id, space_id, frame, owner_hash, message, owner
