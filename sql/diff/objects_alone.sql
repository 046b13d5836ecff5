-- Which objects lie in label rows that only one of the two snapshots has?
-- One row per row of objects there, with the columns of objects that one side tells.
--
-- Nothing of the other side can stand in their place: they are never laid beside each other. In no order.
select
    'added' as change,
    pairs.label_hash,
    pairs.branch_name,
    pairs.data_title,
    pairs.old_row_id,
    pairs.new_row_id,
    space_id,
    frame,
    range_start as new_range_start,
    range_end as new_range_end,
    name as class,
    name as new_class,
    feature_hash as new_feature_hash,
    shape,
    object_hash,
    x as new_x,
    y as new_y,
    w as new_w,
    h as new_h,
    coalesce(is_deleted, false) as new_is_deleted,
    coalesce(last_edited_by, created_by) as annotator,
    coalesce(last_edited_at, created_at) as edited_at
from new.objects
join (select * from pairs where old_row_id is null) as pairs on new_row_id = row_id
union all by name
select
    'removed' as change,
    pairs.label_hash,
    pairs.branch_name,
    pairs.data_title,
    pairs.old_row_id,
    pairs.new_row_id,
    space_id,
    frame,
    range_start as old_range_start,
    range_end as old_range_end,
    name as class,
    name as old_class,
    feature_hash as old_feature_hash,
    shape,
    object_hash,
    object_hash as old_object_hash,
    x as old_x,
    y as old_y,
    w as old_w,
    h as old_h,
    coalesce(is_deleted, false) as old_is_deleted,
    coalesce(last_edited_by, created_by) as old_annotator
from old.objects
join (select * from pairs where new_row_id is null) as pairs on old_row_id = row_id
