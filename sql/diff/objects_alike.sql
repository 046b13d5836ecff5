-- Which object of the new snapshot stands where one of the old stood under another hash?
-- One row per two rows that may be so, by id of objects_left, the best first.
--
-- Both are left without a counterpart of their own hash, lie on one space and frame and have the same shape. Their boxes
-- overlap as much as asked; ranges overlap as much in length. What has neither must have the same geometry. Those of
-- one class come first, then those that overlap most.
--
-- To find them without trying every two on a frame, a new box stands in one cell of a lattice of about its size, an old
-- one in the nine around its own and the twenty-seven of the sizes next to it that can matter: across, not up and down.
--
-- parameter iou = 0.9 (0.5 to 1): Overlap, intersection over union, from which one stands where the other stood.
with placed as (
    select
        id, side, pair, space_id, frame, shape, object_hash, feature_hash, name,
        if(is_range, range_start::double, x) as x,
        if(is_range, 0, y) as y,
        if(is_range, range_end::double - range_start + 1, w) as w,
        if(is_range, 1, h) as h,
        if(is_range or (w > 0 and h > 0), null, hash(columns_of_geometry)) as geometry
    from (
        select
            *,
            frame is null and range_start is not null and range_end is not null as is_range,
            {
                'range': [range_start, if(frame is null, range_end, range_start)],
                'html': [html_start_xpath, html_start_offset::varchar, html_end_xpath, html_end_offset::varchar],
                'box': [x, y, w, h, theta], 'points': points, 'polygons': polygons, 'keypoints': keypoints,
                'ellipse': ellipse, 'circle': circle, 'cuboid_2d': cuboid_2d, 'rotated': box, 'rle': rle,
                'mask': [mask_top, mask_left, mask_width, mask_height],
                'cuboid': [position, orientation, size]
            } as columns_of_geometry
        from objects_left
        where id not in (select old_id from objects_met union all select new_id from objects_met)
    )
),

leveled as (
    select *, if(geometry is null, ceil(log2(w)), null) as level from placed
),

olds as (
    select leveled.* exclude (level), level + up as level, floor((x + w / 2) / pow(2, level + up)) + beside as cell
    from leveled
    cross join (select unnest([-1, 0, 1]) as up)
    cross join (select unnest([-1, 0, 1]) as beside)
    where side = 'old' and geometry is null
    union all by name
    select *, null::double as cell from leveled where side = 'old' and geometry is not null
),

news as (
    select *, if(geometry is null, floor((x + w / 2) / pow(2, level)), null) as cell
    from leveled
    where side = 'new'
),

near as (
    select
        o.id as old_id,
        n.id as new_id,
        o.feature_hash is not distinct from n.feature_hash
            and (o.feature_hash is not null or o.name is not distinct from n.name) as same_class,
        o.object_hash as old_hash,
        n.object_hash as new_hash,
        case
            when o.geometry is not null or (o.x = n.x and o.y = n.y and o.w = n.w and o.h = n.h) then 1
            else greatest(0, least(o.x + o.w, n.x + n.w) - greatest(o.x, n.x))
                * greatest(0, least(o.y + o.h, n.y + n.h) - greatest(o.y, n.y))
        end as shared,
        if(o.geometry is not null or (o.x = n.x and o.y = n.y and o.w = n.w and o.h = n.h), 1, null) as whole,
        o.w * o.h + n.w * n.h as areas
    from olds as o
    join news as n
        on n.pair = o.pair
        and n.space_id is not distinct from o.space_id
        and n.frame is not distinct from o.frame
        and n.shape is not distinct from o.shape
        and n.geometry is not distinct from o.geometry
        and n.level is not distinct from o.level
        and n.cell is not distinct from o.cell
)

select old_id, new_id, coalesce(whole, shared / (areas - shared)) as iou
from near
where coalesce(whole, shared / (areas - shared)) >= $iou
order by same_class desc, iou desc, old_hash, new_hash, old_id, new_id
