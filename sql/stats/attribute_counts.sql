-- How is each attribute answered?
-- One row per class, attribute and answer; a null answer counts those where nothing was chosen.
-- Deleted objects do not count.
--
-- Answers without a label do not count either. The class of a classification is its name. instances counts an object or
-- classification once in its label row, answers every time it gives this answer: a dynamic attribute can give it on
-- several ranges. An object that stands both in a Data Group's label row and in a child's counts in the child's.
-- An object that has other classes on other frames counts as the first in the alphabet: see the check class_changes.
with labelled as materialized (
    select owner, row_id, owner_hash, class, row_number() over () as label
    from (
        select 'object' as owner, row_id, object_hash as owner_hash, min(name) as class
        from (
            select row_id, object_hash, name
            from objects_once
            where not in_child and not coalesce(is_deleted, false)
            group by row_id, object_hash, name
        )
        group by row_id, object_hash
        union all
        select 'classification', row_id, classification_hash, min(name)
        from classifications
        group by row_id, classification_hash
    )
)

select
    owner,
    class,
    coalesce(attribute, attribute_value, attribute_feature_hash) as attribute,
    coalesce(answer, answer_value, answer_feature_hash) as answer,
    count(distinct label) as instances,
    count(*) as answers
from attributes
join labelled using (owner, row_id, owner_hash)
group by
    owner,
    class,
    coalesce(attribute, attribute_value, attribute_feature_hash),
    coalesce(answer, answer_value, answer_feature_hash)
order by owner desc, class, attribute, instances desc, answers desc, answer
