-- Which objects are far wider or taller than others of their class?
-- One row per object and timeline: the frame where it is furthest from the class.
-- Deleted objects do not count.
-- severity: note
--
-- The aspect is the width of the box over its height (of a rotatable box before its rotation), in px, and is compared
-- by its logarithm: how many median absolute deviations (times 1.4826) it lies from the median of the objects of the
-- same class and shape. An object counts once in these, by the middle between its narrowest and its widest. Where the
-- size of the frame is unknown, fractions of it are compared, with one another only. Points, polylines and skeletons
-- are left out. value: the deviations.
--
-- parameter deviations = 8.0 (0): Deviations from the median above which an object is told.
-- parameter min_objects = 30 (1): Objects that a class has at least.
-- parameter least_deviation = 0.15 (0): Least deviation, so that in a class of equal objects not every other one is told.
with sized as (
    select
        objects.row_id, objects.label_hash, objects.timeline_id, objects.space_id, objects.frame,
        object_hash, name, shape,
        coalesce(box.w, w) as w,
        coalesce(box.h, h) as h,
        coalesce(frames.width, spaces.width) / nullif(coalesce(frames.height, spaces.height), 0) as frame_aspect
    from objects_once as objects
    left join spaces on spaces.row_id = objects.row_id and spaces.space_id = objects.space_id
    left join (select * from frames where width is not null or height is not null) as frames
        on frames.row_id = objects.row_id and frames.space_id = objects.space_id and frames.frame = objects.frame
    where coalesce(box.w, w) > 0
        and coalesce(box.h, h) > 0
        and coalesce(shape, '') not in ('point', 'polyline', 'skeleton')
        and not coalesce(is_deleted, false)
),

measured as (
    select
        row_id, label_hash, timeline_id, space_id, frame, object_hash, name, shape,
        frame_aspect is null as is_fraction,
        ln(w) - ln(h) + coalesce(ln(frame_aspect), 0) as measure
    from sized
),

extremes as materialized (
    select row_id, timeline_id, object_hash, name, shape, is_fraction, min(measure) as least, max(measure) as most
    from measured
    group by row_id, timeline_id, object_hash, name, shape, is_fraction
),

middles as materialized (
    select name, shape, is_fraction, median((least + most) / 2) as middle
    from extremes
    group by name, shape, is_fraction
    having count(*) >= $min_objects
),

spreads as (
    select
        extremes.name,
        extremes.shape,
        extremes.is_fraction,
        min(middle) as middle,
        greatest(1.4826 * median(abs((least + most) / 2 - middle)), $least_deviation) as deviation
    from extremes
    join middles
        on middles.name is not distinct from extremes.name
        and middles.shape is not distinct from extremes.shape
        and middles.is_fraction = extremes.is_fraction
    group by extremes.name, extremes.shape, extremes.is_fraction
),

outliers as (
    select
        row_id, timeline_id, object_hash, extremes.name, extremes.shape, extremes.is_fraction,
        most - middle > middle - least as is_more,
        case when most - middle > middle - least then most else least end as measure,
        greatest(most - middle, middle - least) / deviation as deviations
    from extremes
    join spreads
        on spreads.name is not distinct from extremes.name
        and spreads.shape is not distinct from extremes.shape
        and spreads.is_fraction = extremes.is_fraction
    where greatest(most - middle, middle - least) > $deviations * deviation
)

select
    'aspect_outlier' as "check",
    'note' as severity,
    measured.row_id,
    min(label_hash) as label_hash,
    arg_min(measured.space_id, (frame, measured.space_id)) as space_id,
    min(frame) as frame,
    'object' as owner,
    measured.object_hash as owner_hash,
    concat(
        coalesce(measured.name, 'An object without a class'), ' is far ',
        case when is_more then 'wider' else 'taller' end, ' than others of its class.'
    ) as message,
    max(deviations) as value
from measured
join outliers
    on outliers.row_id = measured.row_id
    and outliers.timeline_id is not distinct from measured.timeline_id
    and outliers.object_hash = measured.object_hash
    and outliers.name is not distinct from measured.name
    and outliers.shape is not distinct from measured.shape
    and outliers.is_fraction = measured.is_fraction
    and outliers.measure = measured.measure
group by
    measured.row_id, measured.timeline_id, measured.object_hash, measured.name, measured.shape, measured.is_fraction,
    is_more
order by row_id, space_id, frame, owner_hash, message, value
