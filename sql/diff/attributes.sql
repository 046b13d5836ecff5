-- Which answers to attributes were added, removed or changed?
-- One row per owner, attribute and range on which the answers are not the same in both snapshots.
--
-- Answers are sets: neither their order nor into how many ranges they are cut counts. Ranges that lie beside each other
-- with the same change are one.
with grouped as (
    select *, dense_rank() over (order by pair, owner, owner_hash, space_id, feature) as asked from answers
),

bounds as (
    select asked, range_start as bound from grouped
    union
    select asked, range_end + 1 from grouped
),

segments as (
    select asked, bound as segment_start, lead(bound) over (partition by asked order by bound) - 1 as segment_end
    from bounds
),

held as (
    select
        asked, segment_start, segment_end,
        list(distinct {'answer': answer, 'token': token} order by {'answer': answer, 'token': token})
            filter (where side = 'old') as old_answers,
        list(distinct {'answer': answer, 'token': token} order by {'answer': answer, 'token': token})
            filter (where side = 'new') as new_answers
    from segments
    join grouped using (asked)
    where segment_end is not null and range_start <= segment_start and range_end >= segment_end
    group by asked, segment_start, segment_end
),

compared as (
    select
        asked, segment_start, segment_end, old_answers, new_answers,
        list_sort([a.token for a in coalesce(old_answers, [])]) as old_tokens,
        list_sort([a.token for a in coalesce(new_answers, [])]) as new_tokens
    from held
),

begun as (
    select
        *,
        coalesce(
            lag(segment_end) over beside + 1 <> segment_start
                or lag(old_tokens) over beside <> old_tokens
                or lag(new_tokens) over beside <> new_tokens,
            true
        ) as is_first
    from compared
    where old_tokens <> new_tokens
    window beside as (partition by asked order by segment_start)
),

merged as (
    select
        asked,
        min(segment_start) as range_start,
        max(segment_end) as range_end,
        min_by(old_answers, segment_start) as old_answers,
        min_by(new_answers, segment_start) as new_answers
    from (
        select *, sum(is_first::bigint) over (partition by asked order by segment_start) as part from begun
    )
    group by asked, part
),

questions as (
    select
        asked, any_value(pair) as pair, any_value(owner) as owner, any_value(owner_hash) as owner_hash,
        any_value(space_id) as space_id, max(attribute_feature_hash) as attribute_feature_hash,
        coalesce(max(attribute) filter (where side = 'new'), max(attribute)) as attribute
    from grouped
    group by asked
)

select
    case when old_answers is null then 'added' when new_answers is null then 'removed' else 'changed' end as change,
    pairs.label_hash,
    pairs.branch_name,
    pairs.data_title,
    pairs.old_row_id,
    pairs.new_row_id,
    owner,
    owner_hash,
    class,
    space_id,
    attribute_feature_hash,
    attribute,
    nullif(range_start, -4611686018427387904) as range_start,
    nullif(range_end, 4611686018427387903) as range_end,
    [a.answer for a in coalesce(old_answers, [])] as old_answers,
    [a.answer for a in coalesce(new_answers, [])] as new_answers,
    if(new_answers is null, null, annotator) as annotator,
    old_annotator,
    if(new_answers is null, null, edited_at) as edited_at
from merged
join questions using (asked)
join pairs using (pair)
join answers_owners using (pair, owner, owner_hash)
order by
    new_row_id nulls last, old_row_id, owner, owner_hash, attribute, attribute_feature_hash, space_id,
    range_start nulls first, range_end
