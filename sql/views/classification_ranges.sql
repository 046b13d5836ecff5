-- Where does each classification hold, every place counted once?
-- One row per unbroken range of a classification on a space; one with null range for a whole space or label row.
--
-- Ranges that overlap or touch are one. length is null where the range is null or open (range_end null: to the end).
--
-- column name: Name of the classification.
-- column value: Its name in snake case.
-- column length: Places that the range holds, both ends counted: frames, milliseconds or characters, as range_unit says.
with reached as (
    select
        *,
        range_start is null as is_whole,
        max(coalesce(range_end, 9223372036854775807)) over (
            partition by row_id, space_id, classification_hash, range_unit, range_start is null
            order by range_start
            rows between unbounded preceding and 1 preceding
        ) as reach
    from classifications
),

numbered as (
    select
        *,
        sum(case when is_whole or range_start::hugeint - 1 <= reach then 0 else 1 end) over (
            partition by row_id, space_id, classification_hash, range_unit, is_whole
            order by range_start
        ) as run
    from reached
)

select
    row_id,
    min(label_hash) as label_hash,
    space_id,
    min(timeline_id) as timeline_id,
    classification_hash,
    min(feature_hash) as feature_hash,
    min(name) as name,
    min(value) as value,
    range_unit,
    min(range_start) as range_start,
    case when count(range_end) = count(*) then max(range_end) end as range_end,
    case
        when count(range_end) = count(*)
            then least(max(range_end)::hugeint - min(range_start) + 1, 9223372036854775807)::bigint
    end as length
from numbered
group by row_id, space_id, classification_hash, range_unit, is_whole, run
