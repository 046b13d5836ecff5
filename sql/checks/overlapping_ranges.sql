-- Which objects and classifications hold twice at one place?
-- One row per object or classification and space.
-- Deleted objects do not count.
--
-- severity: warning
--
-- Objects that lie on ranges (audio, text, time series), and classifications: the ranges that their answers give, and
-- entries in the lists of frames. An object that is twice on a frame is left out, and so is what holds for a whole
-- space. value is how many frames, milliseconds or characters are held again; of milliseconds and characters, a range
-- that starts where another ends is not told. An answer's range that names no space lies on the label row's root space,
-- else on its only file; space_id is null where it has several. An object that stands both in a Data Group's label row
-- and in a child's is the child's.
with own_spaces as (
    select
        row_id,
        case
            when count(*) filter (is_root) > 0 then min(space_id) filter (is_root)
            when count(*) filter (origin = 'data_unit') = 1 then min(space_id) filter (origin = 'data_unit')
        end as space_id
    from spaces
    group by row_id
),

told as (
    select row_id, label_hash, space_id, owner_hash, span['start'] as first_at, span['end'] as last_at
    from (
        select row_id, label_hash, owner_hash, unnest(answer_ranges) as span
        from instances
        where owner = 'classification' and len(answer_ranges) > 1
    )
    left join own_spaces using (row_id)
    union all
    select row_id, label_hash, space_id, owner_hash, pair[1], pair[2]
    from (
        select
            row_id,
            label_hash,
            owner_hash,
            listed.key as space_id,
            unnest(try_cast(json_extract(listed.value, '$.range') as bigint[][])) as pair
        from instances, json_each(case when json_valid(answer_spaces) then answer_spaces else '{}' end) as listed
        where owner = 'classification' and answer_spaces like '%],[%' and listed.key <> 'root'
    )
    where len(pair) = 2
),

placed as (
    select
        'object' as owner,
        row_id,
        label_hash,
        space_id,
        object_hash as owner_hash,
        range_start as first_at,
        coalesce(range_end, 9223372036854775807) as last_at,
        case when range_unit in ('millisecond', 'character') then 0 else 1 end as both_ends
    from objects_once
    where frame is null and range_start is not null and not coalesce(is_deleted, false)
    union all
    select
        'classification',
        row_id,
        told.label_hash,
        space_id,
        owner_hash,
        first_at,
        last_at,
        case when space_type in ('audio', 'text', 'html') then 0 else 1 end
    from told
    left join spaces using (row_id, space_id)
),

reached as (
    select
        *,
        max(last_at) over (
            partition by owner, row_id, space_id, owner_hash
            order by first_at, last_at
            rows between unbounded preceding and 1 preceding
        ) as reach
    from placed
    where first_at <= last_at
),

doubled as (
    select
        owner, row_id, label_hash, space_id, owner_hash,
        least(last_at, reach)::double - first_at::double + both_ends as again
    from reached
    where first_at <= reach
    union all
    select 'classification', row_id, min(label_hash), space_id, classification_hash, count(*) - 1
    from classifications
    where frame is not null
    group by row_id, space_id, classification_hash, frame
    having count(*) > 1
),

names as (
    select row_id, object_hash as owner_hash, 'object' as owner, min(nullif(trim(name), '')) as class
    from objects
    semi join (select row_id, owner_hash as object_hash from doubled where owner = 'object') using (row_id, object_hash)
    group by row_id, object_hash
    union all
    select row_id, classification_hash, 'classification', min(nullif(trim(name), ''))
    from classifications
    semi join (
        select row_id, owner_hash as classification_hash from doubled where owner = 'classification'
    ) using (row_id, classification_hash)
    group by row_id, classification_hash
)

select
    'overlapping_ranges' as "check",
    'warning' as severity,
    row_id,
    min(label_hash)::varchar as label_hash,
    space_id::varchar as space_id,
    null::bigint as frame,
    owner,
    owner_hash,
    coalesce(min(class), 'unnamed') || ': twice at one place.' as message,
    sum(again)::double as value
from doubled
left join names using (row_id, owner, owner_hash)
where again > 0
group by row_id, space_id, owner, owner_hash
order by row_id, space_id, frame, owner_hash, message, owner
