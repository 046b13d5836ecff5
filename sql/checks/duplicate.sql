-- Which objects lie on another of the same class?
-- One row per object and frame: the one with the larger hash of each pair.
-- Deleted objects do not count.
-- severity: error
--
-- Two objects of one class and shape on one frame whose boxes overlap nearly wholly, and whose areas are as near, where
-- they have any. The vertices of polygons, polylines and skeletons must be spread alike too: their means and their
-- covariance differ by a tenth of the box at most. Points have no box, and what has no frame is left out, as are boxes
-- with a side below a millionth of the frame. value: intersection over union of the boxes.
--
-- Boxes that overlap so much share a cell of a lattice whose cells are somewhat larger than they are: near the edge of
-- a cell a box stands in both. So the work is that of the pairs in a cell, not of all pairs on a frame.
--
-- parameter iou = 0.95 (0.5 to 1): Overlap above which two boxes are the same; at least 0.5.
with boxes as (
    select
        row_id, frame, object_hash, x, y, w, h, area,
        log2(w) / 2 as w_scale,
        log2(h) / 2 as h_scale,
        -log2(greatest($iou::double, 0.5)) / 4 + 1e-9 as scale_margin,
        (1 - greatest($iou::double, 0.5)) / sqrt(greatest($iou::double, 0.5)) / 2 + 1e-9 as cell_margin
    from objects_once
    where frame is not null
        and w between 1e-6 and 1e3 and h between 1e-6 and 1e3 and x between -1e3 and 1e3 and y between -1e3 and 1e3
        and not coalesce(is_deleted, false)
),

levelled as (
    select
        *,
        floor(w_scale - scale_margin) as w_low,
        floor(w_scale + scale_margin) as w_high,
        floor(h_scale - scale_margin) as h_low,
        floor(h_scale + scale_margin) as h_high
    from boxes
),

cornered as (
    select
        *,
        floor(x / pow(4, w_low + 1) - cell_margin) as left_low,
        floor(x / pow(4, w_low + 1) + cell_margin) as left_high,
        floor(y / pow(4, h_low + 1) - cell_margin) as top_low,
        floor(y / pow(4, h_low + 1) + cell_margin) as top_high
    from levelled
),

columned as (
    select
        row_id, frame, object_hash, x, y, w, h, area, h_low, h_high, top_low, top_high, cell_margin,
        unnest(
            case
                when w_low = w_high and left_low = left_high then [hash(w_low, left_low)]
                when w_low = w_high then [hash(w_low, left_low), hash(w_low, left_high)]
                else list_distinct([
                    hash(w_low, left_low),
                    hash(w_low, left_high),
                    hash(w_high, floor(x / pow(4, w_high + 1) - cell_margin)),
                    hash(w_high, floor(x / pow(4, w_high + 1) + cell_margin))
                ])
            end
        ) as x_cell
    from cornered
),

celled as (
    select
        row_id, frame, object_hash, x, y, w, h, area, x_cell,
        unnest(
            case
                when h_low = h_high and top_low = top_high then [hash(h_low, top_low)]
                when h_low = h_high then [hash(h_low, top_low), hash(h_low, top_high)]
                else list_distinct([
                    hash(h_low, top_low),
                    hash(h_low, top_high),
                    hash(h_high, floor(y / pow(4, h_high + 1) - cell_margin)),
                    hash(h_high, floor(y / pow(4, h_high + 1) + cell_margin))
                ])
            end
        ) as y_cell
    from columned
),

keyed as materialized (
    select row_id, frame, object_hash, x, y, w, h, area, hash(row_id, frame, x_cell, y_cell) as cell
    from celled
),

shared as (
    select cell
    from keyed
    group by cell
    having count(*) > 1
),

candidates as materialized (
    select * from keyed semi join shared using (cell)
),

pairs as (
    select distinct row_id, frame, earlier_hash, later_hash, common / (both_areas - common) as iou
    from (
        select
            later.row_id,
            later.frame,
            earlier.object_hash as earlier_hash,
            later.object_hash as later_hash,
            (
                greatest(0, least(earlier.x + earlier.w, later.x + later.w) - greatest(earlier.x, later.x))
                * greatest(0, least(earlier.y + earlier.h, later.y + later.h) - greatest(earlier.y, later.y))
            ) as common,
            earlier.w * earlier.h + later.w * later.h as both_areas
        from candidates as earlier
        join candidates as later
            on earlier.cell = later.cell
            and earlier.row_id = later.row_id
            and earlier.frame = later.frame
            and earlier.object_hash < later.object_hash
        where coalesce(least(earlier.area, later.area) > $iou * greatest(earlier.area, later.area), true)
    )
    where common / (both_areas - common) > greatest($iou, 0.5)
),

same as materialized (
    select
        later.row_id, later.label_hash, later.space_id, later.frame, later.name, later.shape, later.w, later.h,
        later_hash, earlier_hash, iou
    from pairs
    join objects_once as later
        on later.row_id = pairs.row_id and later.frame = pairs.frame and later.object_hash = pairs.later_hash
    join objects_once as earlier
        on earlier.row_id = pairs.row_id
        and earlier.frame = pairs.frame
        and earlier.object_hash = pairs.earlier_hash
        and earlier.space_id = later.space_id
        and earlier.name is not distinct from later.name
        and earlier.feature_hash is not distinct from later.feature_hash
        and earlier.shape is not distinct from later.shape
    where not coalesce(later.is_deleted, false) and not coalesce(earlier.is_deleted, false)
),

vertices as materialized (
    select
        row_id, space_id, frame, object_hash, shape,
        case shape
            when 'polyline' then [{'x': v.x, 'y': v.y} for v in points]
            when 'skeleton' then [{'x': v.x, 'y': v.y} for v in keypoints]
            when 'polygon' then flatten(flatten(polygons))
        end as vertices
    from objects_once
    semi join (
        select row_id, space_id, frame, later_hash as object_hash from same
        union
        select row_id, space_id, frame, earlier_hash from same
    ) as told using (row_id, space_id, frame, object_hash)
),

spread as materialized (
    select
        row_id, space_id, frame, object_hash, shape,
        list_avg([v.x for v in vertices]) as mean_x,
        list_avg([v.y for v in vertices]) as mean_y,
        list_avg([v.x * v.y for v in vertices]) - mean_x * mean_y as covariance
    from vertices
)

select
    'duplicate' as "check",
    'error' as severity,
    same.row_id,
    min(label_hash) as label_hash,
    same.space_id,
    same.frame,
    'object' as owner,
    later_hash as owner_hash,
    concat(coalesce(name, 'An object without a class'), ' lies on another of the same class.') as message,
    max(iou) as value
from same
left join spread as later
    on later.row_id = same.row_id
    and later.space_id = same.space_id
    and later.frame = same.frame
    and later.object_hash = same.later_hash
    and later.shape = same.shape
left join spread as earlier
    on earlier.row_id = same.row_id
    and earlier.space_id = same.space_id
    and earlier.frame = same.frame
    and earlier.object_hash = same.earlier_hash
    and earlier.shape = same.shape
where coalesce(
    abs(later.mean_x - earlier.mean_x) <= w / 10
    and abs(later.mean_y - earlier.mean_y) <= h / 10
    and abs(later.covariance - earlier.covariance) <= w * h / 10,
    true
)
group by same.row_id, same.space_id, same.frame, later_hash, name
order by same.row_id, same.space_id, same.frame, owner_hash, message
