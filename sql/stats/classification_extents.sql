-- On how much does each answer of a classification hold?
-- One row per class of classifications, attribute, answer and unit of range; a null answer is where nothing was chosen.
-- Deleted objects do not count.
--
-- Each place of a space counts once for an answer, both ends of a range too. What holds for a whole space holds on all
-- its frames or all its duration, what holds for a whole label row on those of all its spaces, where they are known.
-- HTML ranges between nodes have no length. In continuous scenes an entry is a moment.
--
-- column range_unit: What the ranges count, as exported; null for whole label rows and spaces of no known unit.
-- column unit: What held is told in: frames, s or characters.
-- column instances: Classifications that give the answer, once in their label row.
-- column spaces: Spaces that it holds on.
-- column held: On how much it holds; null where that is unknown.
-- column share_of_files: held over the lengths of the files that the class is on, whatever its answer, where known.
with files as (
    select
        row_id,
        space_id,
        whole_unit,
        case when file_length > 0 and file_length < 9e18 then file_length end as file_length
    from (
        select
            *,
            case whole_unit when 'millisecond' then duration_ms when 'frame' then number_of_frames end as file_length
        from (
            select
                *,
                case
                    when space_type = 'audio' then 'millisecond'
                    when space_type in ('text', 'html') then 'character'
                    when space_type = 'time_series' or number_of_frames is not null then 'frame'
                end as whole_unit
            from spaces
        )
    )
),

placed as (
    select row_id, space_id, classification_hash, name, range_unit, range_start, range_end
    from classifications
    where space_id is not null
    union all
    select classifications.row_id, files.space_id, classification_hash, name, null, null, null
    from classifications
    left join files on files.row_id = classifications.row_id
    where classifications.space_id is null
),

held as (
    select
        placed.row_id,
        placed.space_id,
        classification_hash,
        name as class,
        coalesce(range_unit, whole_unit) as range_unit,
        range_unit is null as is_whole,
        range_start as first,
        range_end as last,
        case when coalesce(range_unit, whole_unit) = whole_unit then file_length end as file_length
    from placed
    left join files on files.row_id = placed.row_id and files.space_id = placed.space_id
),

given as (
    select distinct
        row_id,
        owner_hash,
        coalesce(attribute, attribute_value, attribute_feature_hash) as attribute,
        coalesce(answer, answer_value, answer_feature_hash) as answer,
        space_id,
        range_start,
        range_end
    from attributes
    where owner = 'classification'
),

answered as (
    select
        held.row_id,
        held.space_id,
        classification_hash,
        class,
        attribute,
        answer,
        range_unit,
        is_whole and range_start is null and range_end is null as is_whole,
        greatest(first, range_start)::hugeint as first,
        least(last, range_end)::hugeint as last,
        file_length
    from held
    join given on given.row_id = held.row_id
        and given.owner_hash = held.classification_hash
        and (given.space_id is null or given.space_id = held.space_id)
),

reached as (
    select
        *,
        max(last) over (
            partition by row_id, space_id, class, attribute, answer, range_unit, first <= last
            order by first
            rows between unbounded preceding and 1 preceding
        ) as reach
    from answered
    where is_whole or first <= last or range_unit = 'html'
),

measured as (
    select
        *,
        case when first <= last then greatest(last - greatest(first, coalesce(reach + 1, first)) + 1, 0) end as added
    from reached
),

of_space as (
    select
        class,
        attribute,
        answer,
        range_unit,
        space_id,
        max(file_length) as file_length,
        greatest(
            sum(added)::double,
            max(case when is_whole then file_length end)
        ) as held
    from measured
    group by row_id, space_id, class, attribute, answer, range_unit
),

of_files as (
    select class, range_unit, sum(file_length) as file_length
    from (select distinct row_id, space_id, class, range_unit, file_length from held)
    group by class, range_unit
),

summed as (
    select
        class,
        attribute,
        answer,
        range_unit,
        count(space_id) as spaces,
        sum(held) as held,
        sum(case when held is not null and file_length is not null then least(held, file_length) end) as held_of_files
    from of_space
    group by class, attribute, answer, range_unit
),

counted as (
    select class, attribute, answer, range_unit, count(distinct (row_id, classification_hash)) as instances
    from reached
    group by class, attribute, answer, range_unit
)

select
    summed.class,
    summed.attribute,
    summed.answer,
    summed.range_unit,
    case
        when summed.range_unit in ('millisecond', 'nanosecond') then 's'
        when summed.range_unit in ('character', 'html') then 'characters'
        when summed.range_unit = 'frame' then 'frames'
    end as unit,
    instances,
    spaces,
    summed.held / case summed.range_unit when 'millisecond' then 1e3 when 'nanosecond' then 1e9 else 1 end as held,
    round(held_of_files / file_length, 4) as share_of_files
from summed
join counted
    on counted.class is not distinct from summed.class
    and counted.attribute is not distinct from summed.attribute
    and counted.answer is not distinct from summed.answer
    and counted.range_unit is not distinct from summed.range_unit
join of_files
    on of_files.class is not distinct from summed.class
    and of_files.range_unit is not distinct from summed.range_unit
order by class, attribute, range_unit, held desc, answer
