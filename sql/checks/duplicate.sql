-- Which objects lie on another of the same class?
-- One row per object and frame: the one with the larger hash of each pair.
-- Deleted objects do not count.
-- severity: error
--
-- Two objects of one class and shape on one frame whose boxes overlap nearly wholly, and whose areas are as near, where they
-- have any. Boxes with a side below a millionth of the frame are left out. value: intersection over union of the boxes.
--
-- Boxes that can overlap so much share a cell of a lattice whose cells are as large as they are: near the edge of a cell a
-- box stands in both. So the work is that of the pairs in a cell, not of all pairs on a frame.
--
-- parameter iou = 0.95: Overlap above which two boxes are the same; at least 0.1.
with boxes as (
    select
        row_id, label_hash, space_id, frame, object_hash, name, feature_hash, shape, x, y, w, h, area,
        log2(w) as w_octave,
        log2(h) as h_octave,
        -log2(greatest($iou::double, 0.1)) / 2 + 1e-9 as octave_margin,
        (1 - greatest($iou::double, 0.1)) / sqrt(greatest($iou::double, 0.1)) + 1e-9 as cell_margin
    from objects_once
    where frame is not null
        and w between 1e-6 and 1e3 and h between 1e-6 and 1e3 and x between -1e3 and 1e3 and y between -1e3 and 1e3
        and not coalesce(is_deleted, false)
),

scaled as (
    select
        *,
        unnest(range(floor(w_octave - octave_margin)::bigint, floor(w_octave + octave_margin)::bigint + 1)) as w_level
    from boxes
),

sized as (
    select
        *,
        unnest(range(floor(h_octave - octave_margin)::bigint, floor(h_octave + octave_margin)::bigint + 1)) as h_level
    from scaled
),

columned as (
    select
        *,
        unnest(
            range(
                floor(x / pow(2, w_level) - cell_margin)::bigint, floor(x / pow(2, w_level) + cell_margin)::bigint + 1
            )
        ) as x_cell
    from sized
),

celled as (
    select
        *,
        unnest(
            range(
                floor(y / pow(2, h_level) - cell_margin)::bigint, floor(y / pow(2, h_level) + cell_margin)::bigint + 1
            )
        ) as y_cell
    from columned
),

keyed as (
    select
        row_id, label_hash, space_id, frame, object_hash, name, feature_hash, shape, x, y, w, h, area,
        hash(row_id, space_id, frame, shape, w_level, h_level, x_cell, y_cell) as cell
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
    select
        later.*,
        (
            greatest(0, least(earlier.x + earlier.w, later.x + later.w) - greatest(earlier.x, later.x))
            * greatest(0, least(earlier.y + earlier.h, later.y + later.h) - greatest(earlier.y, later.y))
        ) as common,
        earlier.w * earlier.h + later.w * later.h as both_areas
    from candidates as earlier
    join candidates as later
        on earlier.cell = later.cell
        and earlier.row_id = later.row_id
        and earlier.space_id = later.space_id
        and earlier.frame = later.frame
        and earlier.name is not distinct from later.name
        and earlier.feature_hash is not distinct from later.feature_hash
        and earlier.shape is not distinct from later.shape
        and earlier.object_hash < later.object_hash
    where coalesce(least(earlier.area, later.area) > $iou * greatest(earlier.area, later.area), true)
)

select
    'duplicate' as "check",
    'error' as severity,
    row_id,
    min(label_hash) as label_hash,
    space_id,
    frame,
    'object' as owner,
    object_hash as owner_hash,
    concat(coalesce(name, 'An object without a class'), ' lies on another of the same class.') as message,
    max(common / (both_areas - common)) as value
from pairs
where common / (both_areas - common) > greatest($iou, 0.1)
group by row_id, space_id, frame, object_hash, name
order by row_id, space_id, frame, owner_hash, message
