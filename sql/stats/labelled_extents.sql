-- How much of audio, text and time series does each class label?
-- One row per class and unit of range, of the objects that only their answers place: they have ranges, not frames.
-- Deleted objects do not count.
--
-- These are audio (milliseconds, told in seconds), text and HTML (characters), time series (frames; nanoseconds, told
-- in seconds, in continuous scenes), and whatever else has no entries in frames. Both ends of a range count. A range
-- between two nodes of HTML has a length only where both are the same node; a reversed one has none. What holds for
-- its whole space, or from somewhere to the end, reaches the end of the file where its duration or number of frames is
-- known. An object that stands both in a Data Group's label row and in a child's counts in the child's.
--
-- column range_unit: What the ranges count, as exported; null of whole spaces without unit, as point clouds are.
-- column unit: What the columns from labelled to length_max are told in: s, characters or frames.
-- column objects: Objects, once in their label row.
-- column ranges: Ranges, whole spaces too.
-- column whole_spaces: Whole spaces that an object holds for.
-- column labelled: What the class labels; where its ranges overlap, once.
-- column summed: Lengths of its ranges, summed.
-- column share_of_files: Share of the files of known length that the class is on that it labels.
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

ranged as (
    select
        objects.row_id,
        object_hash,
        in_child,
        objects.space_id,
        name as class,
        coalesce(range_unit, whole_unit) as range_unit,
        range_unit is null as is_whole,
        case when range_unit = 'html' then html_start_xpath end as node,
        case when coalesce(range_unit, whole_unit) = whole_unit then file_length end as file_length,
        case
            when range_unit <> 'html' then range_start
            when html_start_xpath = html_end_xpath then html_start_offset
        end::hugeint as first,
        case
            when range_unit = 'html' then html_end_offset
            when range_unit is null or range_end is not null then range_end
            when range_unit = whole_unit then ceil(file_length)::bigint - 1
        end::hugeint as last
    from objects_once as objects
    left join files on files.row_id = objects.row_id and files.space_id = objects.space_id
    where frame is null and not coalesce(is_deleted, false)
),

reached as (
    select
        *,
        max(last) over (
            partition by row_id, space_id, class, range_unit, node, first <= last
            order by first
            rows between unbounded preceding and 1 preceding
        ) as reach
    from ranged
),

measured as (
    select
        *,
        case when is_whole then file_length when first <= last then (last - first + 1)::double end as length,
        case when first <= last then greatest(last - greatest(first, coalesce(reach + 1, first)) + 1, 0) end as added
    from reached
),

of_space as (
    select
        class,
        range_unit,
        max(file_length) as file_length,
        greatest(sum(added)::double, max(case when is_whole then file_length end)) as labelled
    from measured
    group by class, range_unit, row_id, space_id
),

labelled as (
    select
        class,
        range_unit,
        sum(labelled) as labelled,
        sum(case when file_length is not null and labelled is not null then least(labelled, file_length) end)
            / sum(case when labelled is not null then file_length end) as share_of_files
    from of_space
    group by class, range_unit
),

counted as (
    select
        class,
        range_unit,
        case range_unit when 'millisecond' then 1e3 when 'nanosecond' then 1e9 else 1 end as scale,
        count(distinct case when not in_child then (row_id, object_hash) end) as objects,
        count(*) as ranges,
        count(*) filter (is_whole) as whole_spaces,
        sum(length) as summed,
        avg(length) as length_mean,
        quantile_cont(length, 0.5) as length_p50,
        max(length) as length_max
    from measured
    group by class, range_unit
)

select
    counted.class,
    counted.range_unit,
    case
        when counted.range_unit in ('millisecond', 'nanosecond') then 's'
        when counted.range_unit in ('character', 'html') then 'characters'
        when counted.range_unit = 'frame' then 'frames'
    end as unit,
    objects,
    ranges,
    whole_spaces,
    labelled / scale as labelled,
    summed / scale as summed,
    length_mean / scale as length_mean,
    length_p50 / scale as length_p50,
    length_max / scale as length_max,
    round(share_of_files, 4) as share_of_files
from counted
join labelled on labelled.class is not distinct from counted.class
    and labelled.range_unit is not distinct from counted.range_unit
order by class, range_unit
