-- How often do dynamic attributes change their answer?
-- One row per class and dynamic attribute.
-- Deleted objects do not count.
--
-- A track is an object in its label row; where the answers name spaces, an object on one space. Its ranges are taken in
-- the order of their starts; options on the same range are one answer. A change is a range whose answer is another than
-- that of the range before it, whether or not frames without an answer lie between the two; where ranges overlap, that
-- is the range that started before. Frames of a track without any answer are not counted. Answers without a label do
-- not count. An object that stands both in a Data Group's label row and in a child's counts in the child's.
-- An object that has other classes on other frames counts as the first in the alphabet: see the check class_changes.
--
-- column tracks: Tracks that have the attribute.
-- column ranges: Ranges on which they have it.
-- column changes: Changes of the answer.
-- column changes_mean: Changes of a track, on average; to four decimals.
-- column changes_max: Changes of the track that has most.
-- column never_changing: Tracks whose answer never changes.
with labelled as (
    select row_id, object_hash as owner_hash, min(name) as class
    from objects_once
    where not in_child and not coalesce(is_deleted, false)
    group by row_id, object_hash
),

ranges as (
    select
        row_id,
        owner_hash,
        space_id,
        coalesce(attribute, attribute_value, attribute_feature_hash) as attribute,
        range_start,
        range_end,
        list_sort(list_distinct(list(coalesce(answer, answer_value, answer_feature_hash)))) as answers
    from attributes
    where owner = 'object' and dynamic
    group by all
),

changed as (
    select
        row_id,
        owner_hash,
        attribute,
        answers <> lag(answers) over (
            partition by row_id, owner_hash, space_id, attribute
            order by range_start nulls first, range_end nulls last
        ) as is_change,
        space_id
    from ranges
),

tracked as (
    select row_id, owner_hash, attribute, count(*) as ranges, count(*) filter (is_change) as changes
    from changed
    group by row_id, owner_hash, space_id, attribute
)

select
    class,
    attribute,
    count(*) as tracks,
    sum(ranges)::bigint as ranges,
    sum(changes)::bigint as changes,
    round(sum(changes) / count(*), 4) as changes_mean,
    quantile_cont(changes, 0.5) as changes_p50,
    max(changes) as changes_max,
    count(*) filter (changes = 0) as never_changing
from tracked
join labelled using (row_id, owner_hash)
group by class, attribute
order by class, attribute
