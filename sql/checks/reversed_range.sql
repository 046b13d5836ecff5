-- Which ranges end before they start?
-- One row per object or classification and space, and per attribute where the range is of an answer.
-- Deleted objects do not count.
--
-- severity: error
--
-- Objects and classifications get no place from such a range: it stands in rejects, as exported. Ranges of attributes
-- are kept as they are; those that also hold something else than whole numbers stand in extra. value is how far the end
-- lies before the start, of several ranges the farthest.
with refused as (
    select
        row_id,
        label_hash,
        case "table" when 'objects' then 'object' else 'classification' end as owner,
        owner_hash,
        coalesce(
            nullif(regexp_extract(json_path, '\.spaces\.([\w-]+)\.range\[\d+\]$', 1), ''),
            replace(
                replace(nullif(regexp_extract(json_path, '\.spaces\["(.+)"\]\.range\[\d+\]$', 1), ''), '\"', '"'),
                '\\',
                '\'
            )
        ) as space_id,
        null::varchar as attribute,
        try_cast(raw as double[]) as ends
    from rejects
    where reason = 'range ends before it starts' and "table" in ('objects', 'classifications') and row_id is not null
),

unreadable as (
    select
        row_id,
        label_hash,
        owner,
        owner_hash,
        space_id,
        coalesce(attribute, attribute_value, 'an attribute without a name') as attribute,
        unnest(try_cast(json_extract(extra, '$.range') as json[])) as element
    from attributes
    where extra like '%"range":[%'
),

told as (
    select row_id, label_hash, owner, owner_hash, space_id, attribute, ends[1] as first_at, ends[2] as last_at
    from refused
    union all
    select row_id, label_hash, owner, owner_hash, space_id, attribute, ends[1], ends[2]
    from (
        select row_id, label_hash, owner, owner_hash, space_id, attribute, try_cast(element as double[]) as ends
        from unreadable
    )
    where len(ends) = 2
    union all
    select
        row_id,
        label_hash,
        owner,
        owner_hash,
        space_id,
        coalesce(attribute, attribute_value, 'an attribute without a name'),
        range_start,
        range_end
    from attributes
    where range_end < range_start
    union all
    select row_id, label_hash, 'object', object_hash, space_id, null, range_start, range_end
    from objects_once
    where range_end < range_start and not coalesce(is_deleted, false)
    union all
    select row_id, label_hash, 'classification', classification_hash, space_id, null, range_start, range_end
    from classifications
    where range_end < range_start
)

select
    'reversed_range' as "check",
    'error' as severity,
    row_id,
    min(label_hash)::varchar as label_hash,
    space_id::varchar as space_id,
    null::bigint as frame,
    owner::varchar as owner,
    owner_hash,
    case
        when attribute is not null then 'An answer to ' || attribute || ' holds on a range that ends before it starts.'
        else case owner when 'object' then 'An object' else 'A classification' end
            || ' holds on a range that ends before it starts.'
    end as message,
    max(first_at - last_at) as value
from told
where last_at < first_at
group by row_id, space_id, owner, owner_hash, message
order by row_id, space_id, frame, owner_hash, message, owner
