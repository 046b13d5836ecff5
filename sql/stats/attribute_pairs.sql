-- Which answers to two attributes go together?
-- One row per class, answer to one attribute, and answer to another that the same object or classification gives.
-- Deleted objects do not count.
--
-- An object or classification counts once in its label row for each two answers that it gives, also where a dynamic
-- attribute gives them on different frames. share is of the instances that give the first answer, whether or not they
-- answer the other attribute; to four decimals. Every two attributes stand here twice, once each way round. Texts and
-- numbers are left out, but for the attributes that are named; so are attributes with nothing chosen, and answers
-- without a label. The cost grows with the pairs of answers of one instance, counted once for all instances that give
-- the same ones. An object that stands both in a Data Group's label row and in a child's counts in the child's.
-- An object that has other classes on other frames counts as the first in the alphabet: see the check class_changes.
--
-- parameter class = null: Name of the only class to count; null: all.
-- parameter attribute = null: Name of the only first attribute; null: all.
-- parameter other = null: Name of the only other attribute; null: all.
-- column owner: Whether the class is one of objects or of classifications.
-- column other: The other attribute.
-- column other_answer: The answer to it.
-- column share: instances over all instances of the class that give the first answer.
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
),

given as materialized (
    select
        owner,
        class,
        label,
        coalesce(attribute, attribute_value, attribute_feature_hash) as attribute,
        coalesce(answer, answer_value, answer_feature_hash) as answer
    from attributes
    join labelled using (owner, row_id, owner_hash)
    where ($class::varchar is null or class = $class::varchar)
        and coalesce(answer, answer_value, answer_feature_hash) is not null
        and coalesce(attribute, attribute_value, attribute_feature_hash) is not null
        and (
            kind = 'option'
            or coalesce(attribute, attribute_value, attribute_feature_hash) = $attribute::varchar
            or coalesce(attribute, attribute_value, attribute_feature_hash) = $other::varchar
        )
),

choices as materialized (
    select attribute, answer, row_number() over (order by attribute, answer) as choice
    from (select distinct attribute, answer from given)
),

-- Instances that give the same answers are one line from here on.
profiles as materialized (
    select owner, class, made, count(*) as instances
    from (
        select owner, class, label, list_sort(list_distinct(list(choice))) as made
        from given
        join choices using (attribute, answer)
        group by owner, class, label
    )
    group by owner, class, made
),

totals as (
    select owner, class, choice, sum(instances) as instances
    from (select owner, class, instances, unnest(made) as choice from profiles)
    group by owner, class, choice
),

pairs as (
    select owner, class, choice, other_choice, sum(instances) as instances
    from (
        select owner, class, instances, choice, unnest(made) as other_choice
        from (select owner, class, instances, made, unnest(made) as choice from profiles)
    )
    where choice <> other_choice
    group by owner, class, choice, other_choice
)

select
    pairs.owner,
    pairs.class,
    first.attribute,
    first.answer,
    second.attribute as other,
    second.answer as other_answer,
    pairs.instances::bigint as instances,
    round(pairs.instances / totals.instances, 4) as share
from pairs
join choices as first on first.choice = pairs.choice
join choices as second on second.choice = pairs.other_choice
join totals
    on totals.owner = pairs.owner
    and totals.class is not distinct from pairs.class
    and totals.choice = pairs.choice
where first.attribute <> second.attribute
    and ($attribute::varchar is null or first.attribute = $attribute::varchar)
    and ($other::varchar is null or second.attribute = $other::varchar)
order by pairs.owner desc, pairs.class, first.attribute, first.answer, second.attribute, second.answer
