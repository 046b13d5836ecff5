-- Who labels which classes?
-- One row per annotator and class; null annotator where the export does not tell who made a label.
-- Deleted objects do not count.
--
-- An object or classification that several people made counts for each, one of several classes for each of these. Shares
-- are of instances, to four decimals. An empty name is none. An object that stands both in a Data Group's label row and
-- in a child's counts in the child's.
--
-- column annotator: Who made them.
-- column owner: Whether the class is one of objects or of classifications.
-- column placements: Rows of objects or classifications: a label counts once on each of its frames or ranges.
-- column instances: Objects or classifications, once in their label row.
-- column share_of_annotator: instances over all objects and classifications of the annotator.
-- column share_of_class: instances over those of all annotators.
with labels as (
    select
        nullif(created_by, '') as annotator,
        'object' as owner,
        row_id,
        object_hash as owner_hash,
        name as class,
        not in_child as counts,
        count(*) as placements
    from objects_once
    where not coalesce(is_deleted, false)
    group by annotator, row_id, object_hash, name, in_child
    union all
    select nullif(created_by, '') as annotator, 'classification', row_id, classification_hash, name, true, count(*)
    from classifications
    group by annotator, row_id, classification_hash, name
)

select
    annotator,
    owner,
    class,
    sum(placements)::bigint as placements,
    count(*) filter (counts) as instances,
    count(distinct row_id) as label_rows,
    round(
        count(*) filter (counts) / nullif(sum(count(*) filter (counts)) over (partition by annotator), 0), 4
    ) as share_of_annotator,
    round(
        count(*) filter (counts) / nullif(sum(count(*) filter (counts)) over (partition by owner, class), 0), 4
    ) as share_of_class
from labels
group by annotator, owner, class
order by annotator, owner desc, instances desc, placements desc, class
