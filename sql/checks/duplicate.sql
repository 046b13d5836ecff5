-- Which objects lie on another of the same class?
-- One row per object and frame: the one with the larger hash of each pair.
-- Deleted objects do not count.
-- severity: error
--
-- Two objects of one class and shape on one frame whose boxes overlap nearly wholly, and whose areas are as near, where
-- they have any; polylines and skeletons whose points lie near each other too, within a tenth of the box. Boxes with a
-- side below a millionth of the frame are left out. value: intersection over union of the boxes.
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
)

select
    'duplicate' as "check",
    'error' as severity,
    later.row_id,
    min(later.label_hash) as label_hash,
    later.space_id,
    later.frame,
    'object' as owner,
    later.object_hash as owner_hash,
    concat(coalesce(later.name, 'An object without a class'), ' lies on another of the same class.') as message,
    max(iou) as value
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
where not coalesce(later.is_deleted, false)
    and not coalesce(earlier.is_deleted, false)
    and case
        when later.shape = 'polyline'
            then list_max([
                list_min([
                    pow(v.x - s.a.x - s.t * (s.b.x - s.a.x), 2) + pow(v.y - s.a.y - s.t * (s.b.y - s.a.y), 2)
                    for s in [
                        {
                            'a': e.a, 'b': e.b,
                            't': coalesce(greatest(0, least(1,
                                ((v.x - e.a.x) * (e.b.x - e.a.x) + (v.y - e.a.y) * (e.b.y - e.a.y))
                                / nullif(pow(e.b.x - e.a.x, 2) + pow(e.b.y - e.a.y, 2), 0))), 0)
                        }
                        for e in [
                            {'a': earlier.points[i], 'b': earlier.points[i + 1]}
                            for i in range(1, len(earlier.points))
                        ]
                    ]
                ])
                for v in later.points
            ]) <= pow(0.1 * greatest(later.w, later.h), 2)
        when later.shape = 'skeleton'
            then list_max([
                list_min([pow(v.x - u.x, 2) + pow(v.y - u.y, 2) for u in earlier.keypoints if u.name is not distinct from v.name])
                for v in later.keypoints
            ]) <= pow(0.1 * greatest(later.w, later.h), 2)
        else true
    end
group by later.row_id, later.space_id, later.frame, later.object_hash, later.name
order by later.row_id, later.space_id, later.frame, owner_hash, message
