-- Which labels lie before the start or beyond the end of what they lie on?
-- One row per object or classification, space and side; per attribute where an answer's range does.
-- Deleted objects do not count.
--
-- severity: error
--
-- Frames end at number_of_frames, pages at number_of_pages, milliseconds of audio at duration_ms; elsewhere, and where
-- these are not known, only what is negative is told. Images of an image group count on the group's timeline, whose
-- length the export does not tell. An answer that names no space may reach as far as the longest space of its label
-- row, if the lengths of all are known. frame is the first one beyond; null for ranges. value is how far the farthest
-- lies beyond, in frames or milliseconds. An object that stands both in a Data Group's label row and in a child's is
-- the child's.
--
-- parameter tolerance_frames = 1 (0): Frames beyond the end that are allowed in a video whose number of frames is computed.
-- parameter tolerance_ms = 1000 (0): Milliseconds beyond the end that are allowed in audio.
with ends as (
    select
        spaces.row_id,
        spaces.space_id,
        case
            when is_continuous or timeline_id is distinct from space_id then null
            when space_type = 'audio' then duration_ms
            else coalesce(number_of_pages, number_of_frames)::double - 1
        end as end_at,
        case
            when space_type = 'audio' then $tolerance_ms::double
            when space_type = 'video' and number_of_frames_derived then $tolerance_frames::double
            else 0
        end as allowed
    from spaces
    left join label_rows on label_rows.row_id = spaces.row_id
),

longest as (
    select row_id, max(end_at) as end_at, arg_max(allowed, end_at) as allowed
    from ends
    group by row_id
    having count(end_at) = count(*)
),

placed as (
    select
        'object' as owner, row_id, label_hash, space_id, object_hash as owner_hash, name, frame, range_unit,
        coalesce(range_start, frame)::double as first_at,
        coalesce(range_end, range_start, frame)::double as last_at
    from objects_once
    where not coalesce(is_deleted, false)
    union all
    select
        'classification', row_id, label_hash, space_id, classification_hash, name, frame, range_unit,
        coalesce(range_start, frame)::double,
        coalesce(range_end, range_start, frame)::double
    from classifications
),

beyond as (
    select
        owner, row_id, label_hash, space_id, owner_hash, name, frame, first_at,
        case when last_at > end_at + allowed then last_at - end_at end as excess
    from placed
    left join ends using (row_id, space_id)
    where first_at < 0 or last_at > end_at + allowed
),

ranges as (
    select
        owner,
        row_id,
        space_id,
        owner_hash,
        coalesce(attribute, attribute_value, 'an attribute without a name') as attribute,
        min(range_start)::double as first_at,
        max(range_end)::double as last_at
    from attributes
    where range_start <= range_end
    group by all
),

answers as materialized (
    select
        owner, ranges.row_id, ranges.space_id, owner_hash, attribute, first_at,
        case when last_at > end_at + allowed then last_at - end_at end as excess
    from (
        select ranges.*, ends.end_at, ends.allowed
        from ranges
        join ends using (row_id, space_id)
        union all
        select ranges.*, longest.end_at, longest.allowed
        from ranges
        left join longest using (row_id)
        where space_id is null
    ) as ranges
    where first_at < 0 or last_at > end_at + allowed
),

answering as (
    select
        'object' as owner,
        row_id,
        object_hash as owner_hash,
        min(label_hash) as label_hash,
        min(name) as name
    from objects_once
    semi join (select row_id, owner_hash as object_hash from answers where owner = 'object') using (row_id, object_hash)
    where not in_child and not coalesce(is_deleted, false)
    group by row_id, object_hash
    union all
    select 'classification', row_id, classification_hash, min(label_hash), min(name)
    from classifications
    semi join (
        select row_id, owner_hash as classification_hash from answers where owner = 'classification'
    ) using (row_id, classification_hash)
    group by row_id, classification_hash
),

everything as (
    select owner, row_id, label_hash, space_id, owner_hash, name, null as attribute, frame, first_at, excess
    from beyond
    union all
    select owner, row_id, label_hash, space_id, owner_hash, name, attribute, null, first_at, excess
    from answers
    join answering using (owner, row_id, owner_hash)
),

sides as (
    select *, -first_at as distance, ' before the start.' as side
    from everything
    where first_at < 0
    union all
    select *, excess, ' beyond the end.'
    from everything
    where excess is not null
)

select
    'range_beyond_space' as "check",
    'error' as severity,
    row_id,
    min(label_hash)::varchar as label_hash,
    space_id::varchar as space_id,
    min(frame) as frame,
    owner::varchar as owner,
    owner_hash,
    coalesce(nullif(trim(name), ''), 'unnamed') || coalesce(': an answer to ' || attribute || ' holds', ' lies') || side
    as message,
    max(distance) as value
from sides
group by row_id, space_id, owner, owner_hash, message
order by row_id, space_id, frame, owner_hash, message, owner
