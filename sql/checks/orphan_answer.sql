-- Which answers does no label show?
-- One row per object or classification that has an answer, but no label.
-- Deleted objects do not count.
--
-- severity: note
--
-- A classification without any place holds for its whole label row: that is a label. An answer in a Data Group's label
-- row whose object stands in a child's label row is the child's.
select
    'orphan_answer' as "check",
    'note' as severity,
    row_id,
    label_hash::varchar as label_hash,
    null::varchar as space_id,
    null::bigint as frame,
    owner::varchar as owner,
    owner_hash,
    coalesce(nullif(trim(coalesce(instances.name, known.name)), '') || ': an', 'An') || ' answer of '
    || case owner when 'object' then 'an object' else 'a classification' end || ' that no label shows.' as message,
    null::double as value
from instances
left join (
    select owner, feature_hash, min(name) as name
    from ontology_classes
    group by owner, feature_hash
) as known using (owner, feature_hash)
anti join (
    select tree.row_id, of_child.owner, of_child.owner_hash
    from label_rows_tree as tree
    join instances as of_child on of_child.row_id = tree.child_row_id
) as in_child using (row_id, owner, owner_hash)
where has_answer and n_placements = 0
order by row_id, space_id, frame, owner_hash, message, owner
