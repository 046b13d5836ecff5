-- Who made how much, and whose labels were changed by others?
-- One row per annotator: whoever made or last edited an object or classification; null where the export names nobody.
-- Deleted objects do not count.
--
-- A label is an object or a classification, once in its label row; one that several people made counts for each. Days
-- are those of created_at, in UTC; a label drawn on several days counts on each. Only the last edit is known: nothing
-- tells who edited a label before. An empty name is none. An object that stands both in a Data Group's label row and in
-- a child's counts in the child's.
--
-- column objects: Rows of objects that they made: an object counts once on each of its frames or ranges.
-- column instances: Objects that they made.
-- column classifications: Classifications that they made.
-- column classes: Classes of these, of objects and of classifications.
-- column label_rows: Label rows that these are in.
-- column share_manual: Share of their rows of objects and classifications made by hand, of those that tell.
-- column days_active: Days on which they made labels.
-- column labels_per_day_mean: Labels made on such a day, on average; to four decimals.
-- column labels_per_day_max: Labels made on the day with most.
-- column edited_by_others: Labels that they made and that somebody else edited last.
-- column edited_of_others: Labels that somebody else made and that they edited last.
with touched_as_told as (
    select
        'object' as owner,
        row_id,
        object_hash as owner_hash,
        created_by,
        last_edited_by,
        make_timestamp(epoch_us(created_at))::date as day,
        bool_or(in_child) as in_child,
        name as class,
        count(*) as placements,
        count(manual_annotation) as told,
        count(*) filter (manual_annotation) as manual,
        min(created_at) as first_created_at,
        max(created_at) as last_created_at
    from objects_once
    where not coalesce(is_deleted, false)
    group by row_id, object_hash, created_by, last_edited_by, day, name
    union all
    select
        'classification',
        row_id,
        classification_hash,
        created_by,
        last_edited_by,
        make_timestamp(epoch_us(created_at))::date as day,
        false,
        name,
        count(*),
        count(manual_annotation),
        count(*) filter (manual_annotation),
        min(created_at),
        max(created_at)
    from classifications
    group by row_id, classification_hash, created_by, last_edited_by, day, name
),

touched as materialized (
    select
        * exclude (created_by, last_edited_by),
        nullif(created_by, '') as made_by,
        nullif(last_edited_by, '') as edited_by
    from touched_as_told
),

labels as (
    select
        made_by,
        owner,
        row_id,
        owner_hash,
        bool_or(in_child) as in_child,
        sum(placements) as placements,
        bool_or(edited_by is not null and made_by is not null and edited_by <> made_by) as is_edited
    from touched
    group by made_by, owner, row_id, owner_hash
),

made as (
    select
        made_by as annotator,
        coalesce(sum(placements) filter (owner = 'object'), 0) as objects,
        count(*) filter (owner = 'object' and not in_child) as instances,
        count(*) filter (owner = 'classification') as classifications,
        count(distinct row_id) as label_rows,
        count(*) filter (is_edited and not in_child) as edited_by_others
    from labels
    group by made_by
),

how as (
    select
        made_by as annotator,
        round(sum(manual) / nullif(sum(told), 0), 4) as share_manual,
        min(first_created_at) as first_created_at,
        max(last_created_at) as last_created_at
    from touched
    group by made_by
),

classes as (
    select annotator, count(class) as classes
    from (select distinct made_by as annotator, owner, class from touched)
    group by annotator
),

days as (
    select
        annotator,
        count(*) as days_active,
        round(sum(labels) / count(*), 4) as labels_per_day_mean,
        max(labels) as labels_per_day_max
    from (
        select made_by as annotator, day, count(*) as labels
        from (
            select distinct made_by, day, owner, row_id, owner_hash
            from touched
            where day is not null and not in_child
        )
        group by made_by, day
    )
    group by annotator
),

edited as (
    select edited_by as annotator, count(*) as edited_of_others
    from (
        select distinct edited_by, owner, row_id, owner_hash
        from touched
        where edited_by <> made_by and not in_child
    )
    group by edited_by
)

select
    people.annotator,
    coalesce(objects, 0)::bigint as objects,
    coalesce(instances, 0) as instances,
    coalesce(classifications, 0) as classifications,
    coalesce(classes, 0) as classes,
    coalesce(label_rows, 0) as label_rows,
    share_manual,
    first_created_at,
    last_created_at,
    coalesce(days_active, 0) as days_active,
    labels_per_day_mean,
    labels_per_day_max,
    coalesce(edited_by_others, 0) as edited_by_others,
    coalesce(edited_of_others, 0) as edited_of_others
from (
    select made_by as annotator from touched
    union
    select edited_by from touched where edited_by is not null
) as people
left join made on made.annotator is not distinct from people.annotator
left join how on how.annotator is not distinct from people.annotator
left join classes on classes.annotator is not distinct from people.annotator
left join days on days.annotator is not distinct from people.annotator
left join edited on edited.annotator = people.annotator
order by coalesce(instances, 0) + coalesce(classifications, 0) desc, people.annotator
