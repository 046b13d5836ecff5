-- Who changes whose labels?
-- One row per pair of people: who made labels, and who else edited them last.
-- Deleted objects do not count.
--
-- Only the last edit is known. An object counts once in its label row, however many of its frames were edited. Labels
-- without a name of either, and those whose maker edited them last, are left out. An object that stands both in a Data
-- Group's label row and in a child's counts in the child's.
--
-- column made_by: Who made the labels.
-- column edited_by: Who edited them last.
-- column instances: Objects.
-- column classifications: Classifications.
-- column label_rows: Label rows that these are in.
-- column hours_p50: Median of the hours from the making of a label to its last edit; null where no times are known.
with edited as (
    select
        'object' as owner,
        row_id,
        object_hash as owner_hash,
        created_by as made_by,
        last_edited_by as edited_by,
        min(created_at) as made_at,
        max(last_edited_at) as edited_at
    from objects_once
    where not in_child
        and not coalesce(is_deleted, false)
        and created_by <> last_edited_by
        and created_by <> ''
        and last_edited_by <> ''
    group by row_id, object_hash, made_by, edited_by
    union all
    select
        'classification',
        row_id,
        classification_hash,
        created_by as made_by,
        last_edited_by as edited_by,
        min(created_at),
        max(last_edited_at)
    from classifications
    where created_by <> last_edited_by and created_by <> '' and last_edited_by <> ''
    group by row_id, classification_hash, made_by, edited_by
)

select
    made_by,
    edited_by,
    count(*) filter (owner = 'object') as instances,
    count(*) filter (owner = 'classification') as classifications,
    count(distinct row_id) as label_rows,
    quantile_cont((epoch_us(edited_at)::double - epoch_us(made_at)::double) / 3.6e9, 0.5) as hours_p50
from edited
group by made_by, edited_by
order by instances + classifications desc, made_by, edited_by
