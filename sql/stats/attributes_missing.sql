-- Which attributes are not answered?
-- One row per class and attribute that some object or classification of the class has, or that the ontology gives it.
-- Deleted objects do not count.
--
-- instances are those that should answer: all of the class; for an attribute that the ontology nests below an option,
-- those that chose the option, at any time. Attributes that none should answer are left out, and so are answers without
-- a label. A dynamic attribute is answered where it has an answer on some range. An empty text is no answer. Without an
-- ontology, attributes that nobody ever answered are not known, and no nested one is told from the others. Classes and
-- attributes are told apart by hash, by name where they have none. An object that stands both in a Data Group's label
-- row and in a child's counts in the child's.
-- An object that has other classes on other frames counts as the first in the alphabet: see the check class_changes.
--
-- column owner: Whether the class is one of objects or of classifications.
-- column path: Names from the class down to the attribute; null where the ontology does not know it.
-- column required: Whether the ontology asks for an answer; null where it does not know the attribute.
-- column answered: Instances with an answer.
-- column nothing_chosen: Instances with the attribute, but nothing chosen.
-- column no_entry: Instances without the attribute.
-- column share_missing: Share of the instances without an answer, to four decimals.
with labelled as materialized (
    select
        owner,
        row_id,
        owner_hash,
        class,
        coalesce(class_feature_hash, class, '') as class_key,
        class_feature_hash,
        row_number() over () as label
    from (
        select
            'object' as owner, row_id, object_hash as owner_hash, min(name) as class,
            min(feature_hash) as class_feature_hash
        from (
            select row_id, object_hash, name, feature_hash
            from objects_once
            where not in_child and not coalesce(is_deleted, false)
            group by row_id, object_hash, name, feature_hash
        )
        group by row_id, object_hash
        union all
        select 'classification', row_id, classification_hash, min(name), min(feature_hash)
        from classifications
        group by row_id, classification_hash
    )
),

classes as (
    select owner, class_key, min(class) as class, min(class_feature_hash) as class_feature_hash, count(*) as instances
    from labelled
    group by owner, class_key
),

nodes as (
    select
        owner,
        class_feature_hash as class_key,
        feature_hash as attribute_key,
        min(name) as attribute,
        min(path) as path,
        bool_or(coalesce(required, false)) as required,
        bool_and(parent_feature_hash is not null) as is_nested
    from ontology_attributes
    group by owner, class_feature_hash, feature_hash
),

entries as materialized (
    select
        owner,
        class_key,
        label,
        coalesce(attribute_feature_hash, attribute, attribute_value, '') as attribute_key,
        coalesce(attribute, attribute_value, attribute_feature_hash) as attribute,
        attribute_feature_hash,
        answer_feature_hash,
        coalesce(answer, answer_value, answer_feature_hash) is not null and not (kind = 'text' and answer = '')
            as is_answered
    from attributes
    join labelled using (owner, row_id, owner_hash)
),

nested as (
    select distinct owner, class_key, attribute_key, parent_feature_hash
    from (
        select
            owner, class_feature_hash as class_key, feature_hash as attribute_key, parent_feature_hash
        from ontology_attributes
    )
    join nodes using (owner, class_key, attribute_key)
    where is_nested
),

due as materialized (
    select distinct entries.owner, entries.class_key, nested.attribute_key, label
    from entries
    join nested
        on nested.owner = entries.owner
        and nested.class_key = entries.class_key
        and nested.parent_feature_hash = entries.answer_feature_hash
),

entered as materialized (
    select owner, class_key, attribute_key, label, bool_or(is_answered) as is_answered
    from entries
    group by owner, class_key, attribute_key, label
),

counted as (
    select owner, class_key, attribute_key, count(*) as entered, count(*) filter (is_answered) as answered
    from entered
    group by owner, class_key, attribute_key
),

named as (
    select
        owner,
        class_key,
        attribute_key,
        min(attribute) as attribute,
        min(attribute_feature_hash) as attribute_feature_hash
    from (select distinct owner, class_key, attribute_key, attribute, attribute_feature_hash from entries)
    group by owner, class_key, attribute_key
),

counted_due as (
    select
        due.owner,
        due.class_key,
        due.attribute_key,
        count(*) as instances,
        count(entered.label) as entered,
        count(*) filter (is_answered) as answered
    from due
    left join entered on entered.label = due.label and entered.attribute_key = due.attribute_key
    group by due.owner, due.class_key, due.attribute_key
),

asked as (
    select owner, class_key, attribute_key from counted
    union
    select owner, class_key, attribute_key from nodes
),

told as (
    select
        asked.owner,
        classes.class,
        coalesce(nodes.attribute, named.attribute, asked.attribute_key) as attribute,
        nodes.path,
        nodes.required,
        case when nodes.is_nested then counted_due.instances else classes.instances end as instances,
        coalesce(case when nodes.is_nested then counted_due.entered else counted.entered end, 0) as entered,
        coalesce(case when nodes.is_nested then counted_due.answered else counted.answered end, 0) as answered,
        classes.class_feature_hash,
        case when nodes.owner is not null then asked.attribute_key else named.attribute_feature_hash end
            as attribute_feature_hash
    from asked
    join classes using (owner, class_key)
    left join nodes using (owner, class_key, attribute_key)
    left join named using (owner, class_key, attribute_key)
    left join counted using (owner, class_key, attribute_key)
    left join counted_due using (owner, class_key, attribute_key)
)

select
    owner,
    class,
    attribute,
    path,
    required,
    instances,
    answered,
    entered - answered as nothing_chosen,
    instances - entered as no_entry,
    round((instances - answered) / instances, 4) as share_missing,
    class_feature_hash,
    attribute_feature_hash
from told
where instances > 0
order by owner desc, class, path, attribute, class_feature_hash, attribute_feature_hash
