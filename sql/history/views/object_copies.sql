-- Which objects stand both in a Data Group's label row and in a child's, in each snapshot?
-- One row per snapshot, object of a group's label row and child whose own label row holds an object of the same hash.
--
-- As the view of the same name of one snapshot.
select
    tree.snapshot,
    tree.row_id,
    tree.child_row_id,
    tree.space_id,
    of_group.owner_hash as object_hash
from label_rows_tree as tree
join instances as of_group
    on of_group.snapshot = tree.snapshot
    and of_group.row_id = tree.row_id
    and of_group.owner = 'object'
    and of_group.n_placements > 0
join instances as of_child
    on of_child.snapshot = tree.snapshot
    and of_child.row_id = tree.child_row_id
    and of_child.owner_hash = of_group.owner_hash
    and of_child.owner = 'object'
    and of_child.n_placements > 0
