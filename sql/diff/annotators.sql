-- Who changed what?
-- One row per annotator of a label that changed; null where the export names nobody.
--
-- It is who last edited the label, else who made it, as the new snapshot tells. Nothing tells who removed a label:
-- removed counts those of whoever last edited or made them. Rows of objects and classifications are counted, and
-- answers of what both snapshots have, by range.
with rows_of_either as (
    select change, moved, class_changed, annotator, old_annotator, old_row_id, new_row_id from objects
    union all
    select change, moved, class_changed, annotator, old_annotator, old_row_id, new_row_id from classifications
),

told as (
    select
        if(change = 'removed', old_annotator, annotator) as annotator,
        (change = 'added')::bigint as added,
        (change = 'removed')::bigint as removed,
        (change = 'replaced')::bigint as replaced,
        (change = 'changed' and moved)::bigint as moved,
        (change = 'changed' and class_changed)::bigint as class_changed,
        (change = 'changed' and not moved and not class_changed)::bigint as otherwise_changed,
        0 as attributes_changed,
        {'old': old_row_id, 'new': new_row_id} as label_row
    from rows_of_either
    union all
    select
        if(change = 'removed', attributes.old_annotator, attributes.annotator), 0, 0, 0, 0, 0, 0, 1,
        {'old': old_row_id, 'new': new_row_id}
    from attributes
    join pairs using (old_row_id, new_row_id)
    join answers_owners using (pair, owner, owner_hash)
    where in_both
),

totals as (
    select
        annotator,
        sum(added)::bigint as added,
        sum(removed)::bigint as removed,
        sum(replaced)::bigint as replaced,
        sum(moved)::bigint as moved,
        sum(class_changed)::bigint as class_changed,
        sum(otherwise_changed)::bigint as otherwise_changed,
        sum(attributes_changed)::bigint as attributes_changed,
        count(distinct label_row) as label_rows
    from told
    group by annotator
)

select *
from totals
order by added + removed + replaced + moved + class_changed + otherwise_changed + attributes_changed desc, annotator
