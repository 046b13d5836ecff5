-- Which objects stand both in a Data Group's label row and in a child's?
-- One row per object of a group's label row and child whose own label row holds an object of the same hash.
--
-- Statistics count the child's: see objects_once.
--
-- column row_id: Number of the group's label row.
-- column label_hash: Hash of the group's label row.
-- column child_row_id: Number of the child's label row.
-- column space_id: The canvas of the group's label row that shows the child; null where that is unknown.
select
    tree.row_id,
    tree.label_hash,
    tree.child_row_id,
    tree.space_id,
    of_group.owner_hash as object_hash
from label_rows_tree as tree
join instances as of_group
    on of_group.row_id = tree.row_id and of_group.owner = 'object' and of_group.n_placements > 0
join instances as of_child
    on of_child.row_id = tree.child_row_id
    and of_child.owner_hash = of_group.owner_hash
    and of_child.owner = 'object'
    and of_child.n_placements > 0
