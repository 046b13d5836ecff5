-- How is each attribute answered?
-- One row per class, attribute and answer; a null answer counts those where nothing was chosen.
-- Deleted objects do not count, nor do answers without a label.
--
-- The class of a classification is its name. instances counts an object or classification once in its label row,
-- answers every time it gives this answer: a dynamic attribute can give it on several ranges.
with labelled as (
    select 'object' as owner, row_id, object_hash as owner_hash, min(name) as class
    from objects
    where not coalesce(is_deleted, false)
    group by row_id, object_hash
    union all
    select 'classification', row_id, classification_hash, min(name)
    from classifications
    group by row_id, classification_hash
)

select
    attributes.owner,
    labelled.class,
    coalesce(attribute, attribute_value, attribute_feature_hash) as attribute,
    coalesce(answer, answer_value, answer_feature_hash) as answer,
    count(distinct (attributes.row_id, attributes.owner_hash)) as instances,
    count(*) as answers
from attributes
join labelled
    on labelled.owner = attributes.owner
    and labelled.row_id = attributes.row_id
    and labelled.owner_hash = attributes.owner_hash
group by all
order by owner desc, class, attribute, instances desc, answers desc, answer
