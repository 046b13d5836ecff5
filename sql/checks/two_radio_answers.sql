-- Where does a question that takes one answer have two at a time?
-- One row per object or classification and attribute, on the label row.
-- Deleted objects do not count.
--
-- severity: error
--
-- Needs an ontology: it says that an attribute takes one answer. value is the most options that hold at one time.
-- Dynamic answers must hold on one frame at once, on one space where they name spaces. Answers without a label are left
-- out. An object that stands both in a Data Group's label row and in a child's is the child's.
--
-- The ranges of each option are merged, so that an option counts once; then a sweep over their starts and ends counts
-- the options that hold.
with single as (
    select owner, feature_hash as feature
    from ontology_attributes
    where multiple is not null
    group by owner, feature_hash
    having not bool_or(multiple)
),

given as (
    select
        owner,
        row_id,
        owner_hash,
        attribute_feature_hash as feature,
        coalesce(attribute, attribute_value, 'an attribute without a name') as attribute,
        dynamic,
        coalesce(answer_feature_hash, answer_value, answer) as option,
        space_id,
        coalesce(range_start, -9223372036854775808) as first_at,
        coalesce(range_end, 9223372036854775807) as last_at
    from attributes
    where
        kind = 'option'
        and coalesce(answer_feature_hash, answer_value, answer) is not null
        and not coalesce(range_end < range_start, false)
),

several as materialized (
    select *
    from given
    semi join (
        select owner, row_id, owner_hash, feature, dynamic
        from given
        semi join single using (owner, feature)
        group by owner, row_id, owner_hash, feature, dynamic
        having min(option) < max(option)
    ) as twice using (owner, row_id, owner_hash, feature, dynamic)
),

scopes as (
    select owner, row_id, owner_hash, feature, dynamic, space_id as scope
    from several
    where space_id is not null
    union
    select owner, row_id, owner_hash, feature, dynamic, null
    from several
    group by owner, row_id, owner_hash, feature, dynamic
    having count(space_id) = 0
),

scoped as (
    select several.*, scope
    from several
    join scopes using (owner, row_id, owner_hash, feature, dynamic)
    where several.space_id is null or several.space_id = scope
),

reached as (
    select
        *,
        max(last_at) over (
            partition by owner, row_id, owner_hash, feature, dynamic, scope, option
            order by first_at, last_at
            rows between unbounded preceding and 1 preceding
        ) as reach
    from scoped
),

numbered as (
    select
        *,
        sum(case when first_at <= reach then 0 else 1 end) over (
            partition by owner, row_id, owner_hash, feature, dynamic, scope, option
            order by first_at, last_at
            rows between unbounded preceding and current row
        ) as run
    from reached
),

merged as (
    select
        owner, row_id, owner_hash, feature, dynamic, scope, option,
        min(attribute) as attribute,
        min(first_at) as first_at,
        max(last_at) as last_at
    from numbered
    group by owner, row_id, owner_hash, feature, dynamic, scope, option, run
),

changes as (
    select owner, row_id, owner_hash, feature, attribute, dynamic, scope, first_at as place, 0 as is_end, 1 as change
    from merged
    union all
    select owner, row_id, owner_hash, feature, attribute, dynamic, scope, last_at, 1, -1
    from merged
),

counted as (
    select
        owner, row_id, owner_hash, feature, attribute,
        sum(change) over (
            partition by owner, row_id, owner_hash, feature, dynamic, scope
            order by place, is_end
            rows between unbounded preceding and current row
        ) as options
    from changes
),

worst as (
    select owner, row_id, owner_hash, min(attribute) as attribute, max(options) as options
    from counted
    group by owner, row_id, owner_hash, feature
    having max(options) > 1
),

labelled as (
    select
        'object' as owner,
        row_id,
        object_hash as owner_hash,
        min(label_hash) as label_hash,
        min(nullif(trim(name), '')) as class
    from objects_once
    semi join (select row_id, owner_hash as object_hash from worst where owner = 'object') using (row_id, object_hash)
    where not in_child and not coalesce(is_deleted, false)
    group by row_id, object_hash
    union all
    select 'classification', row_id, classification_hash, min(label_hash), min(nullif(trim(name), ''))
    from classifications
    semi join (
        select row_id, owner_hash as classification_hash from worst where owner = 'classification'
    ) using (row_id, classification_hash)
    group by row_id, classification_hash
)

select
    'two_radio_answers' as "check",
    'error' as severity,
    row_id,
    min(label_hash)::varchar as label_hash,
    null::varchar as space_id,
    null::bigint as frame,
    owner::varchar as owner,
    owner_hash,
    coalesce(class, 'unnamed') || ': several answers at once to ' || attribute || ', which takes one.' as message,
    max(options)::double as value
from worst
join labelled using (owner, row_id, owner_hash)
group by row_id, owner, owner_hash, class, attribute
order by row_id, space_id, frame, owner_hash, message, owner
