-- How many labels were made each day?
-- One row per day, or week or month, and class; null day where the export does not tell when they were made.
-- Deleted objects do not count.
--
-- Days are those of created_at, in UTC. An object whose frames were drawn on several days counts on each. An object
-- that stands both in a Data Group's label row and in a child's counts in the child's.
--
-- parameter unit = "day" (day, week, month, quarter, year): How long a period is; weeks begin on Monday.
-- column period_start: First day of the day, week or month.
-- column owner: Whether the class is one of objects or of classifications.
-- column instances: Objects or classifications, once in their label row.
-- column placements: Rows of objects or classifications: a label counts once on each of its frames or ranges.
-- column label_rows: Label rows that these are in.
-- column annotators: People who made them, of those that are named.
with labels as materialized (
    select
        date_trunc($unit, make_timestamp(epoch_us(created_at)))::date as period_start,
        'object' as owner,
        row_id,
        object_hash as owner_hash,
        name as class,
        nullif(created_by, '') as annotator,
        not in_child as counts,
        count(*) as placements
    from objects_once
    where not coalesce(is_deleted, false)
    group by period_start, row_id, object_hash, name, annotator, in_child
    union all
    select
        date_trunc($unit, make_timestamp(epoch_us(created_at)))::date as period_start,
        'classification',
        row_id,
        classification_hash,
        name,
        nullif(created_by, '') as annotator,
        true,
        count(*)
    from classifications
    group by period_start, row_id, classification_hash, name, annotator
),

made as (
    select
        period_start,
        owner,
        class,
        count(*) filter (counts) as instances,
        sum(placements)::bigint as placements,
        count(distinct row_id) as label_rows
    from (
        select period_start, owner, class, row_id, owner_hash, counts, sum(placements) as placements
        from labels
        group by period_start, owner, class, row_id, owner_hash, counts
    )
    group by period_start, owner, class
),

people as (
    select period_start, owner, class, count(distinct annotator) as annotators
    from labels
    group by period_start, owner, class
)

select
    made.period_start,
    made.owner,
    made.class,
    made.instances,
    made.placements,
    made.label_rows,
    people.annotators
from made
join people
    on people.period_start is not distinct from made.period_start
    and people.owner = made.owner
    and people.class is not distinct from made.class
order by made.period_start, made.owner desc, made.class
