-- How much of audio, text and time series is left unlabelled, and where?
-- One row per type of space and unit of range, of the spaces that hold objects which only their answers place.
-- Deleted objects do not count.
--
-- Milliseconds and nanoseconds are told in seconds. What any class labels is labelled; gaps lie between labelled
-- ranges, and ranges that touch leave none. What is labelled as a whole has no gaps. What lies before the first range
-- counts from 0; what lies after the last only where the file's duration or number of frames is known. Ranges of HTML
-- nodes, which have no place in the text, images of an image group, spaces without any such object, and reversed
-- ranges are left out; classifications do not count. An object that stands both in a Data Group's label row and in a
-- child's counts in the child's.
--
-- column unit: What the columns from labelled on are told in: s, characters or frames.
-- column spaces: Spaces that hold a range, or an object for all of them.
-- column spaces_of_known_length: Those whose duration or number of frames is known.
-- column labelled: What is labelled, once where ranges overlap.
-- column gaps: Stretches without a label between two labelled ones.
-- column gaps_total: Their lengths, summed.
-- column unlabelled_before: What lies before the first labelled range of each space, summed.
-- column unlabelled_after: What lies between the last labelled range and the end of each file of known length, summed.
-- column share_labelled: Share of the files of known length that is labelled.
with files as (
    select
        row_id,
        space_id,
        space_type,
        whole_unit,
        case when file_length > 0 and file_length < 9e18 then file_length end as file_length
    from (
        select
            row_id,
            space_id,
            space_type,
            case
                when space_type = 'audio' then 'millisecond'
                when space_type in ('text', 'html') then 'character'
                when space_type = 'time_series' or number_of_frames is not null then 'frame'
            end as whole_unit,
            case
                when space_type = 'audio' then duration_ms
                when space_type not in ('text', 'html') then number_of_frames
            end as file_length
        from spaces
        where timeline_id is not distinct from space_id
    )
),

ranged as (
    select
        objects.row_id,
        objects.space_id,
        space_type,
        coalesce(range_unit, whole_unit) as range_unit,
        range_unit is null as is_whole,
        case when coalesce(range_unit, whole_unit) = whole_unit then file_length end as file_length,
        range_start::hugeint as first,
        case
            when range_unit is null or range_end is not null then range_end
            when range_unit = whole_unit then ceil(file_length)::bigint - 1
        end::hugeint as last
    from objects_once as objects
    join files on files.row_id = objects.row_id and files.space_id = objects.space_id
    where frame is null and not coalesce(is_deleted, false) and range_unit is distinct from 'html'
),

reached as (
    select
        *,
        max(last) over (
            partition by row_id, space_id, range_unit
            order by first
            rows between unbounded preceding and 1 preceding
        ) as reach
    from ranged
    where first <= last or is_whole
),

stepped as (
    select
        *,
        case when first <= last then greatest(last - greatest(first, coalesce(reach + 1, first)) + 1, 0) end as added,
        case when first - 1 > reach then first - 1 - reach end as gap
    from reached
),

of_space as (
    select
        row_id,
        space_id,
        space_type,
        range_unit,
        bool_or(is_whole) as has_whole,
        max(file_length) as file_length,
        case
            when bool_or(is_whole) then greatest(sum(added)::double, max(file_length))
            else sum(added)::double
        end as labelled,
        greatest(min(first), 0)::double as before,
        case when max(file_length) > max(last) + 1 then max(file_length) - max(last)::double - 1 else 0 end as after
    from stepped
    group by row_id, space_id, space_type, range_unit
),

gaps_of_space as (
    select of_space.space_type, of_space.range_unit, gap
    from stepped
    join of_space
        on of_space.row_id = stepped.row_id
        and of_space.space_id = stepped.space_id
        and of_space.range_unit is not distinct from stepped.range_unit
    where gap is not null and not has_whole
),

gapped as (
    select
        space_type,
        range_unit,
        count(*) as gaps,
        sum(gap)::double as gaps_total,
        quantile_cont(gap::double, 0.5) as gap_p50,
        max(gap)::double as gap_max
    from gaps_of_space
    group by space_type, range_unit
),

counted as (
    select
        space_type,
        range_unit,
        case range_unit when 'millisecond' then 1e3 when 'nanosecond' then 1e9 else 1 end as scale,
        count(*) as spaces,
        count(file_length) as spaces_of_known_length,
        sum(labelled) as labelled,
        sum(case when not has_whole then before end) as unlabelled_before,
        sum(case when not has_whole and file_length is not null then after end) as unlabelled_after,
        sum(case when file_length is not null then least(labelled, file_length) end) / sum(file_length)
            as share_labelled
    from of_space
    group by space_type, range_unit
)

select
    counted.space_type,
    counted.range_unit,
    case
        when counted.range_unit in ('millisecond', 'nanosecond') then 's'
        when counted.range_unit = 'character' then 'characters'
        when counted.range_unit = 'frame' then 'frames'
    end as unit,
    spaces,
    spaces_of_known_length,
    labelled / scale as labelled,
    coalesce(gaps, 0) as gaps,
    gaps_total / scale as gaps_total,
    gap_p50 / scale as gap_p50,
    gap_max / scale as gap_max,
    unlabelled_before / scale as unlabelled_before,
    unlabelled_after / scale as unlabelled_after,
    round(share_labelled, 4) as share_labelled
from counted
left join gapped
    on gapped.space_type is not distinct from counted.space_type
    and gapped.range_unit is not distinct from counted.range_unit
order by space_type, range_unit
