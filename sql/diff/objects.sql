-- Which objects were added, removed, moved, given another class, or changed otherwise?
-- One row per row of objects that is not the same in both snapshots.
--
-- The same object is one on the same space and frame (without a frame: range) with the same object_hash. replaced: its
-- hash is gone from there, and another object stands in its place. What is_deleted does not tell is false. An object is
-- moved where its geometry differs as it was exported: the box and the area of a shape that is no box are computed.
with rows_met as (
    select old_id, new_id, false as replaced from objects_met
    union all
    select old_id, new_id, true from objects_replaced
),

rows_of_either as (
    select * from rows_met
    union all
    select id, null, false from objects_left where side = 'old' and id not in (select old_id from rows_met)
    union all
    select null, id, false from objects_left where side = 'new' and id not in (select new_id from rows_met)
),

laid as (
    select
        o.id is not null and n.id is not null as is_both,
        o.box is null and n.box is null
            and o.ellipse is null and n.ellipse is null
            and o.circle is null and n.circle is null
            and o.polygons is null and n.polygons is null
            and o.points is null and n.points is null
            and o.keypoints is null and n.keypoints is null
            and o.cuboid_2d is null and n.cuboid_2d is null
            and o.rle is null and n.rle is null
            and o.position is null and n.position is null as are_boxes,
        list_filter(
            [
                if(o.range_start is distinct from n.range_start, 'range_start', null),
                if(o.range_end is distinct from n.range_end, 'range_end', null),
                if(o.html_start_xpath is distinct from n.html_start_xpath, 'html_start_xpath', null),
                if(o.html_start_offset is distinct from n.html_start_offset, 'html_start_offset', null),
                if(o.html_end_xpath is distinct from n.html_end_xpath, 'html_end_xpath', null),
                if(o.html_end_offset is distinct from n.html_end_offset, 'html_end_offset', null),
                if(are_boxes and o.x is distinct from n.x, 'x', null),
                if(are_boxes and o.y is distinct from n.y, 'y', null),
                if(are_boxes and o.w is distinct from n.w, 'w', null),
                if(are_boxes and o.h is distinct from n.h, 'h', null),
                if(o.theta is distinct from n.theta, 'theta', null),
                if(o.box is distinct from n.box, 'box', null),
                if(o.ellipse is distinct from n.ellipse, 'ellipse', null),
                if(o.circle is distinct from n.circle, 'circle', null),
                if(o.polygons is distinct from n.polygons, 'polygons', null),
                if(o.points is distinct from n.points, 'points', null),
                if(o.keypoints is distinct from n.keypoints, 'keypoints', null),
                if(o.cuboid_2d is distinct from n.cuboid_2d, 'cuboid_2d', null),
                if(o.rle is distinct from n.rle, 'rle', null),
                if(o.mask_top is distinct from n.mask_top, 'mask_top', null),
                if(o.mask_left is distinct from n.mask_left, 'mask_left', null),
                if(o.mask_width is distinct from n.mask_width, 'mask_width', null),
                if(o.mask_height is distinct from n.mask_height, 'mask_height', null),
                if(o.position is distinct from n.position, 'position', null),
                if(o.orientation is distinct from n.orientation, 'orientation', null),
                if(o.size is distinct from n.size, 'size', null)
            ],
            lambda name: name is not null
        ) as geometry_changed,
        list_filter(
            [
                if(o.feature_hash is distinct from n.feature_hash, 'feature_hash', null),
                if(o.name is distinct from n.name, 'name', null)
            ],
            lambda name: name is not null
        ) as naming_changed,
        list_filter(
            [
                if(o.object_hash is distinct from n.object_hash, 'object_hash', null),
                if(o.range_unit is distinct from n.range_unit, 'range_unit', null),
                if(o.object_number is distinct from n.object_number, 'object_number', null),
                if(o.value is distinct from n.value, 'value', null),
                if(o.color is distinct from n.color, 'color', null),
                if(o.shape is distinct from n.shape, 'shape', null),
                if(o.confidence is distinct from n.confidence, 'confidence', null),
                if(o.manual_annotation is distinct from n.manual_annotation, 'manual_annotation', null),
                if(coalesce(o.is_deleted, false) <> coalesce(n.is_deleted, false), 'is_deleted', null),
                if(o.created_at is distinct from n.created_at, 'created_at', null),
                if(o.created_by is distinct from n.created_by, 'created_by', null),
                if(o.last_edited_at is distinct from n.last_edited_at, 'last_edited_at', null),
                if(o.last_edited_by is distinct from n.last_edited_by, 'last_edited_by', null),
                if(o.event is distinct from n.event, 'event', null),
                if(o.interpolate is distinct from n.interpolate, 'interpolate', null),
                if(content_of(o.reviews) is distinct from content_of(n.reviews), 'reviews', null),
                if(content_of(o.extra) is distinct from content_of(n.extra), 'extra', null)
            ],
            lambda name: name is not null
        ) as others_changed,
        greatest(0, least(o.x + o.w, n.x + n.w) - greatest(o.x, n.x))
            * greatest(0, least(o.y + o.h, n.y + n.h) - greatest(o.y, n.y)) as shared,
        o.w * o.h + n.w * n.h - shared as whole,
        case
            when o.id is null then 'added' when n.id is null then 'removed' when replaced then 'replaced' else 'changed'
        end as change,
        is_both and len(geometry_changed) > 0 as moved,
        is_both and len(naming_changed) > 0 as class_changed,
        if(is_both, geometry_changed || naming_changed || others_changed, []) as what,
        pairs.label_hash,
        pairs.branch_name,
        pairs.data_title,
        pairs.old_row_id,
        pairs.new_row_id,
        if(n.id is null, o.space_id, n.space_id) as space_id,
        if(n.id is null, o.frame, n.frame) as frame,
        o.range_start as old_range_start,
        n.range_start as new_range_start,
        o.range_end as old_range_end,
        n.range_end as new_range_end,
        if(n.id is null, o.name, n.name) as class,
        o.name as old_class,
        n.name as new_class,
        o.feature_hash as old_feature_hash,
        n.feature_hash as new_feature_hash,
        if(n.id is null, o.shape, n.shape) as shape,
        if(n.id is null, o.object_hash, n.object_hash) as object_hash,
        o.object_hash as old_object_hash,
        case
            when o.x = n.x and o.y = n.y and o.w = n.w and o.h = n.h then 1.0::double
            when whole > 0 then shared / whole
        end as iou,
        o.x as old_x,
        o.y as old_y,
        o.w as old_w,
        o.h as old_h,
        n.x as new_x,
        n.y as new_y,
        n.w as new_w,
        n.h as new_h,
        if(o.id is null, null, coalesce(o.is_deleted, false)) as old_is_deleted,
        if(n.id is null, null, coalesce(n.is_deleted, false)) as new_is_deleted,
        coalesce(n.last_edited_by, n.created_by) as annotator,
        coalesce(o.last_edited_by, o.created_by) as old_annotator,
        coalesce(n.last_edited_at, n.created_at) as edited_at
    from rows_of_either as either
    left join (select * from objects_left where side = 'old') as o on o.id = either.old_id
    left join (select * from objects_left where side = 'new') as n on n.id = either.new_id
    join pairs on pairs.pair = coalesce(o.pair, n.pair)
)

select * exclude (is_both, are_boxes, geometry_changed, naming_changed, others_changed, shared, whole)
from laid
where not is_both or len(what) > 0
union all by name
select *, false as moved, false as class_changed, [] as what from objects_alone
order by
    new_row_id nulls last, old_row_id, space_id, frame, new_range_start, old_range_start, object_hash,
    change, old_object_hash, new_x, new_y, old_x, old_y
