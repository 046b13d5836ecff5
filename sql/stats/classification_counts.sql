-- How often does each classification appear, and where does it hold?
-- One row per class of classifications, which is their name.
-- Deleted objects do not count.
--
-- instances counts a classification once in its label row, placements every entry of a frame and every range, whole
-- space and whole label row of an answer. frames, seconds and characters count each place of a space once, both ends
-- of a range too; what holds for a whole space or label row is not in them. In continuous scenes an entry is a moment,
-- a range has seconds.
--
-- column entries: Entries of frames.
-- column ranges: Ranges that only answers tell.
-- column whole_spaces: Whole spaces.
-- column whole_label_rows: Whole label rows.
-- column frames: Frames that it holds on; pages, slices and images too.
-- column seconds: Seconds of audio, or of continuous scenes, that it holds on.
-- column share_of_label_rows: Share of all label rows that have it.
with reached as (
    select
        row_id,
        space_id,
        name,
        range_unit,
        range_start::hugeint as first,
        range_end::hugeint as last,
        max(range_end::hugeint) over (
            partition by row_id, space_id, name, range_unit
            order by range_start
            rows between unbounded preceding and 1 preceding
        ) as reach
    from classifications
    where range_start <= range_end
),

held as (
    select
        name,
        sum(case when range_unit = 'frame' then added end) as frames,
        sum(case range_unit when 'millisecond' then added * 1000000 when 'nanosecond' then added end) as nanoseconds,
        sum(case when range_unit = 'character' then added end) as characters
    from (
        select name, range_unit, greatest(last - greatest(first, coalesce(reach + 1, first)) + 1, 0) as added
        from reached
    )
    group by name
),

counted as (
    select
        name,
        count(distinct row_id) as label_rows,
        count(distinct (row_id, classification_hash)) as instances,
        count(*) as placements,
        count(frame) as entries,
        count(*) filter (frame is null and range_unit is not null) as ranges,
        count(*) filter (range_unit is null and space_id is not null) as whole_spaces,
        count(*) filter (range_unit is null and space_id is null) as whole_label_rows
    from classifications
    group by name
)

select
    counted.name as class,
    counted.label_rows,
    instances,
    placements,
    entries,
    ranges,
    whole_spaces,
    whole_label_rows,
    least(coalesce(frames, 0), 9223372036854775807)::bigint as frames,
    coalesce(nanoseconds, 0)::double / 1e9 as seconds,
    least(coalesce(characters, 0), 9223372036854775807)::bigint as characters,
    round(counted.label_rows / (select count(*) from label_rows), 4) as share_of_label_rows
from counted
left join held on held.name is not distinct from counted.name
order by instances desc, placements desc, class
