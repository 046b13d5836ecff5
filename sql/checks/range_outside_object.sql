-- Which dynamic answers hold where their object is not?
-- One row per object and attribute, and per space where the answers name spaces.
-- Deleted objects do not count.
--
-- severity: warning
--
-- Told where a range starts before the object's first frame or ends after its last: on the timeline of the space that
-- the answer names, else over all of them. Gaps of the object between the two are none. value is how many frames the
-- ranges reach beyond both (all of them, on a space that the object is not on); nanoseconds in continuous scenes.
-- Ranges that end before they start are left out. An object that stands both in a Data Group's label row and in a
-- child's is the child's.
with given as (
    select
        row_id,
        owner_hash as object_hash,
        space_id,
        coalesce(attribute, attribute_value, 'an attribute without a name') as attribute,
        min(range_start) as first_at,
        max(range_end) as last_at
    from attributes
    anti join object_copies on object_copies.row_id = attributes.row_id and object_copies.object_hash = owner_hash
    where owner = 'object' and range_start <= range_end
    group by all
),

held as (
    select
        row_id,
        object_hash,
        timeline_id,
        min(label_hash) as label_hash,
        min(nullif(trim(name), '')) as class,
        min(coalesce(range_start, frame, -9223372036854775808)) as first_at,
        max(coalesce(range_end, case when range_start is null then frame end, 9223372036854775807)) as last_at
    from objects
    semi join given using (row_id, object_hash)
    where not coalesce(is_deleted, false)
    group by row_id, object_hash, timeline_id
),

whole as (
    select
        row_id,
        object_hash,
        min(label_hash) as label_hash,
        min(class) as class,
        min(first_at) as first_at,
        max(last_at) as last_at
    from held
    group by row_id, object_hash
),

judged as (
    select
        given.row_id,
        whole.label_hash,
        given.object_hash,
        given.space_id,
        given.attribute,
        whole.class,
        given.first_at::double as first_at,
        given.last_at::double as last_at,
        (case when given.space_id is null then whole.first_at else held.first_at end)::double as object_first_at,
        (case when given.space_id is null then whole.last_at else held.last_at end)::double as object_last_at
    from given
    join whole using (row_id, object_hash)
    left join spaces on spaces.row_id = given.row_id and spaces.space_id = given.space_id
    left join held
        on held.row_id = given.row_id
        and held.object_hash = given.object_hash
        and held.timeline_id = coalesce(spaces.timeline_id, given.space_id)
)

select
    'range_outside_object' as "check",
    'warning' as severity,
    row_id,
    label_hash::varchar as label_hash,
    space_id::varchar as space_id,
    null::bigint as frame,
    'object' as owner,
    object_hash as owner_hash,
    coalesce(class, 'unnamed') || ': an answer to ' || attribute
    || case
        when object_first_at is null then ' on a space that the object is not on.'
        else ' where the object is not.'
    end as message,
    case
        when object_first_at is null then last_at - first_at + 1
        else greatest(object_first_at - first_at, 0) + greatest(last_at - object_last_at, 0)
    end as value
from judged
where object_first_at is null or first_at < object_first_at or last_at > object_last_at
order by row_id, space_id, frame, owner_hash, message, owner
