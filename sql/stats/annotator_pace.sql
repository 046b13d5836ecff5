-- How much does each annotator make in a day?
-- One row per annotator and day on which they made labels; labels without a time of making are left out.
-- Deleted objects do not count.
--
-- Days and times are those of created_at, in UTC. An object whose frames were drawn on several days counts on each. An
-- empty name is none: annotator is null. An object that stands both in a Data Group's label row and in a child's counts
-- in the child's.
--
-- column day: Day in UTC.
-- column objects: Rows of objects made that day: an object counts once on each of its frames or ranges.
-- column instances: Objects that these are of, once in their label row.
-- column classifications: Classifications made that day.
-- column label_rows: Label rows that these are in.
-- column first_created_at: When the first of that day was made.
-- column last_created_at: When the last of that day was made.
with labels as (
    select
        nullif(created_by, '') as annotator,
        make_timestamp(epoch_us(created_at))::date as day,
        'object' as owner,
        row_id,
        object_hash as owner_hash,
        not in_child as counts,
        count(*) as placements,
        min(created_at) as first_created_at,
        max(created_at) as last_created_at
    from objects_once
    where created_at is not null and not coalesce(is_deleted, false)
    group by annotator, day, row_id, object_hash, in_child
    union all
    select
        nullif(created_by, '') as annotator,
        make_timestamp(epoch_us(created_at))::date as day,
        'classification',
        row_id,
        classification_hash,
        true,
        count(*),
        min(created_at),
        max(created_at)
    from classifications
    where created_at is not null
    group by annotator, day, row_id, classification_hash
)

select
    annotator,
    day,
    coalesce(sum(placements) filter (owner = 'object'), 0)::bigint as objects,
    count(*) filter (owner = 'object' and counts) as instances,
    count(*) filter (owner = 'classification') as classifications,
    count(distinct row_id) as label_rows,
    min(first_created_at) as first_created_at,
    max(last_created_at) as last_created_at
from labels
group by annotator, day
order by annotator, day
