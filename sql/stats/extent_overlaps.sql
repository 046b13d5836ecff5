-- Which classes hold at once on audio, text and time series?
-- One row per two classes and unit of range whose ranges meet, in order of the alphabet, one without name last.
-- Deleted objects do not count.
--
-- Of the objects that only their answers place: audio (milliseconds, told in seconds), text and HTML (characters),
-- time series (frames; nanoseconds, told in seconds, in continuous scenes). Both ends of a range count. What holds for
-- its whole space, or from somewhere to the end, reaches the end of the file where that is known, else it is left out,
-- as are HTML ranges between different nodes, whole images of an image group, and reversed ranges. Each space is cut
-- where ranges start and end, and a piece between two cuts is met once by each class on it: the cost is linear in
-- pieces times classes. An object that stands both in a Data Group's label row and in a child's counts in the child's.
--
-- column other_class: The second class.
-- column unit: What the columns from labelled_both on are told in: s, characters or frames.
-- column spaces: Spaces on which they meet.
-- column labelled_both: Where both hold.
-- column labelled_class: Where the first holds, once where its ranges overlap.
-- column labelled_other_class: Where the second holds.
-- column share_of_class: Share of the first one's that the second holds too.
-- column share_of_other_class: Share of the second one's that the first holds too.
-- column jaccard: labelled_both over where either holds.
with classes as (
    select name, row_number() over (order by name nulls last) as place
    from (select distinct name from objects where frame is null)
),

files as (
    select
        row_id,
        space_id,
        whole_unit,
        case when file_length > 0 and file_length < 9e18 then ceil(file_length)::bigint end as file_length
    from (
        select
            row_id,
            space_id,
            case when space_type = 'audio' then 'millisecond' else 'frame' end as whole_unit,
            case
                when space_type = 'audio' then duration_ms
                when space_type in ('text', 'html') or timeline_id is distinct from space_id then null
                else number_of_frames
            end as file_length
        from spaces
    )
),

ranged as (
    select
        place,
        dense_rank() over (order by objects.row_id, objects.space_id, range_unit_known, node) as canvas,
        objects.row_id,
        objects.space_id,
        range_unit_known as range_unit,
        first::hugeint as first,
        last::hugeint as last
    from (
        select
            objects.row_id,
            objects.space_id,
            name,
            coalesce(range_unit, whole_unit) as range_unit_known,
            case when range_unit = 'html' then html_start_xpath end as node,
            case
                when range_unit is null then 0
                when range_unit <> 'html' then range_start
                when html_start_xpath = html_end_xpath then html_start_offset
            end as first,
            case
                when range_unit = 'html' then html_end_offset
                when range_end is not null then range_end
                when coalesce(range_unit, whole_unit) = whole_unit then file_length - 1
            end as last
        from objects_once as objects
        left join files on files.row_id = objects.row_id and files.space_id = objects.space_id
        where frame is null and not coalesce(is_deleted, false)
    ) as objects
    join classes on classes.name is not distinct from objects.name
    where first <= last
),

reached as (
    select
        *,
        max(last) over (
            partition by canvas, place
            order by first
            rows between unbounded preceding and 1 preceding
        ) as reach
    from ranged
),

numbered as (
    select
        *,
        sum(case when first - 1 <= reach then 0 else 1 end) over (
            partition by canvas, place
            order by first
            rows between unbounded preceding and current row
        ) as run
    from reached
),

runs as (
    select
        canvas,
        place,
        run,
        any_value(row_id) as row_id,
        any_value(space_id) as space_id,
        any_value(range_unit) as range_unit,
        min(first) as since,
        max(last) + 1 as until
    from numbered
    group by canvas, place, run
),

cuts as (
    select
        canvas,
        cut,
        row_number() over (partition by canvas order by cut) as piece,
        lead(cut) over (partition by canvas order by cut) - cut as length
    from (
        select canvas, since as cut from runs
        union
        select canvas, until from runs
    )
),

covered as (
    select runs.canvas, place, row_id, space_id, range_unit, unnest(range(first_cut.piece, last_cut.piece)) as piece
    from runs
    join cuts as first_cut on first_cut.canvas = runs.canvas and first_cut.cut = runs.since
    join cuts as last_cut on last_cut.canvas = runs.canvas and last_cut.cut = runs.until
),

held as (
    select
        row_id,
        space_id,
        range_unit,
        covered.canvas,
        covered.piece,
        any_value(length) as length,
        list_sort(list(place)) as places
    from covered
    join cuts on cuts.canvas = covered.canvas and cuts.piece = covered.piece
    group by row_id, space_id, range_unit, covered.canvas, covered.piece
),

sets as (
    select row_id, space_id, range_unit, places, sum(length) as length
    from held
    group by row_id, space_id, range_unit, places
),

firsts as (
    select row_id, space_id, range_unit, places, length, unnest(places) as place
    from sets
),

of_class as (
    select range_unit, place, sum(length)::double as length
    from firsts
    group by range_unit, place
),

pairs as (
    select
        range_unit,
        place,
        other_place,
        count(distinct (row_id, space_id)) as spaces,
        sum(length)::double as length
    from (select row_id, space_id, range_unit, place, unnest(places) as other_place, length from firsts)
    where place < other_place
    group by range_unit, place, other_place
),

scaled as (
    select
        *,
        case range_unit when 'millisecond' then 1e3 when 'nanosecond' then 1e9 else 1 end as scale
    from pairs
)

select
    classes.name as class,
    others.name as other_class,
    scaled.range_unit,
    case
        when scaled.range_unit in ('millisecond', 'nanosecond') then 's'
        when scaled.range_unit in ('character', 'html') then 'characters'
        when scaled.range_unit = 'frame' then 'frames'
    end as unit,
    scaled.spaces,
    scaled.length / scale as labelled_both,
    of_class.length / scale as labelled_class,
    of_other.length / scale as labelled_other_class,
    round(scaled.length / of_class.length, 4) as share_of_class,
    round(scaled.length / of_other.length, 4) as share_of_other_class,
    round(scaled.length / (of_class.length + of_other.length - scaled.length), 4) as jaccard
from scaled
join of_class on of_class.range_unit = scaled.range_unit and of_class.place = scaled.place
join of_class as of_other on of_other.range_unit = scaled.range_unit and of_other.place = scaled.other_place
join classes on classes.place = scaled.place
join classes as others on others.place = scaled.other_place
order by range_unit, labelled_both desc, class, other_class
