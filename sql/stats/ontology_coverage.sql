-- Which parts of the ontology are used, and what is used that it does not know?
-- One row per class, attribute and option of the ontology, and per one that only labels use; none without an ontology.
-- Deleted objects do not count.
--
-- Parts are known by their hashes, by their names only where a label has no hash; names are the ontology's where it
-- knows the part. An attribute that stands below several options of a class is one part. Answers without a label do not
-- count. An object that stands both in a Data Group's label row and in a child's counts in the child's.
-- An object that has other classes on other frames counts as the first in the alphabet: see the check class_changes.
--
-- column owner: Whether the class is one of objects or of classifications.
-- column level: class, attribute or option.
-- column path: Names from the class down; null where the ontology does not know the part.
-- column archived: Whether the ontology keeps it for old labels only.
-- column used: Objects or classifications of the class, with an answer to the attribute, or that chose the option.
-- column never_used: Whether used is 0.
-- column in_ontology: Whether the ontology knows it.
with labelled as materialized (
    select
        owner,
        row_id,
        owner_hash,
        class,
        coalesce(class_feature_hash, class, '') as class_key,
        row_number() over () as label
    from (
        select
            'object' as owner, row_id, object_hash as owner_hash, min(name) as class,
            min(feature_hash) as class_feature_hash
        from (
            select row_id, object_hash, name, feature_hash
            from objects_once
            where not in_child
                and not coalesce(is_deleted, false)
                and exists (select * from ontology_classes)
            group by row_id, object_hash, name, feature_hash
        )
        group by row_id, object_hash
        union all
        select 'classification', row_id, classification_hash, min(name), min(feature_hash)
        from classifications
        where exists (select * from ontology_classes)
        group by row_id, classification_hash
    )
),

chosen as materialized (
    select
        owner,
        class_key,
        label,
        coalesce(attribute_feature_hash, attribute, attribute_value, '') as attribute_key,
        coalesce(attribute, attribute_value, attribute_feature_hash) as attribute,
        case when kind = 'option' then coalesce(answer_feature_hash, answer_value, answer) end as option_key,
        case when kind = 'option' then coalesce(answer, answer_value, answer_feature_hash) end as option
    from attributes
    join labelled using (owner, row_id, owner_hash)
    where coalesce(answer, answer_value, answer_feature_hash) is not null
),

used_classes as (
    select owner, class_key, min(class) as class, count(*) as used
    from labelled
    group by owner, class_key
),

used_attributes as (
    select owner, class_key, attribute_key, attribute, used
    from (
        select owner, class_key, attribute_key, count(distinct label) as used
        from chosen
        group by owner, class_key, attribute_key
    )
    join (
        select owner, class_key, attribute_key, min(attribute) as attribute
        from (select distinct owner, class_key, attribute_key, attribute from chosen)
        group by owner, class_key, attribute_key
    ) as named using (owner, class_key, attribute_key)
),

used_options as (
    select owner, class_key, attribute_key, option_key, option, used
    from (
        select owner, class_key, attribute_key, option_key, count(distinct label) as used
        from chosen
        where option_key is not null
        group by owner, class_key, attribute_key, option_key
    )
    join (
        select owner, class_key, attribute_key, option_key, min(option) as option
        from (select distinct owner, class_key, attribute_key, option_key, option from chosen)
        group by owner, class_key, attribute_key, option_key
    ) as named using (owner, class_key, attribute_key, option_key)
),

known_classes as (
    select
        owner,
        feature_hash as class_key,
        min(coalesce(name, feature_hash)) as class,
        bool_and(coalesce(archived, false)) as archived
    from ontology_classes
    group by owner, feature_hash
),

known_attributes as (
    select
        owner,
        class_feature_hash as class_key,
        feature_hash as attribute_key,
        min(coalesce(name, feature_hash)) as attribute,
        min(path) as path,
        bool_and(coalesce(archived, false)) as archived
    from ontology_attributes
    group by owner, class_feature_hash, feature_hash
),

known_options as (
    select
        owner,
        class_feature_hash as class_key,
        attribute_feature_hash as attribute_key,
        feature_hash as option_key,
        min(coalesce(label, value, feature_hash)) as option,
        bool_and(coalesce(archived, false)) as archived
    from ontology_options
    group by owner, class_feature_hash, attribute_feature_hash, feature_hash
),

classes as (
    select
        owner,
        class_key,
        coalesce(known.class, used.class) as class,
        known.class as path,
        archived,
        coalesce(used, 0) as used,
        known.class_key is not null as in_ontology
    from known_classes as known
    full join used_classes as used using (owner, class_key)
),

questions as (
    select
        owner,
        class_key,
        attribute_key,
        coalesce(known.attribute, used.attribute) as attribute,
        path,
        archived,
        coalesce(used, 0) as used,
        known.class_key is not null as in_ontology
    from known_attributes as known
    full join used_attributes as used using (owner, class_key, attribute_key)
),

options as (
    select
        owner,
        class_key,
        attribute_key,
        coalesce(known.option, used.option) as option,
        archived,
        coalesce(used, 0) as used,
        known.class_key is not null as in_ontology
    from known_options as known
    full join used_options as used using (owner, class_key, attribute_key, option_key)
)

select owner, level, class, attribute, option, path, archived, used, used = 0 as never_used, in_ontology
from (
    select
        owner, 'class' as level, class, null::varchar as attribute, null::varchar as option,
        path, archived, used, in_ontology
    from classes
    union all
    select
        owner, 'attribute', class, attribute, null,
        questions.path, questions.archived, questions.used, questions.in_ontology
    from questions
    join classes using (owner, class_key)
    union all
    select
        owner, 'option', class, attribute, option,
        case when options.in_ontology then concat(questions.path, ' > ', option) end,
        options.archived, options.used, options.in_ontology
    from options
    join questions using (owner, class_key, attribute_key)
    join classes using (owner, class_key)
)
order by owner desc, class, path, level <> 'class', level, attribute, option, used desc, archived, in_ontology
