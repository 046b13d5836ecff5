-- Which objects are far larger or smaller than others of their class?
-- One row per object and timeline: the frame where it is furthest from the class.
-- Deleted objects do not count.
-- severity: note
--
-- The size is the root of the shape's area (of its box's where it has none), a fraction of the frame, and is compared
-- by its logarithm: how many median absolute deviations (times 1.4826) it lies from the median of the objects of the
-- same class and shape. An object counts once in these, by the middle between its smallest and its largest. Points and
-- polylines are left out. value: the deviations.
--
-- parameter deviations = 8.0 (0): Deviations from the median above which an object is told.
-- parameter min_objects = 30 (1): Objects that a class has at least.
-- parameter least_deviation = 0.1 (0): Least deviation, so that in a class of equal objects not every other one is told.
with measured as (
    select
        row_id, label_hash, timeline_id, space_id, frame, object_hash, name, shape,
        ln(coalesce(area, w * h)) / 2 as measure
    from objects_once
    where coalesce(area, w * h) > 0 and coalesce(area, w * h) < 1e300
        and coalesce(shape, '') not in ('point', 'polyline')
        and not coalesce(is_deleted, false)
),

extremes as materialized (
    select row_id, timeline_id, object_hash, name, shape, min(measure) as least, max(measure) as most
    from measured
    group by row_id, timeline_id, object_hash, name, shape
),

middles as materialized (
    select name, shape, median((least + most) / 2) as middle
    from extremes
    group by name, shape
    having count(*) >= $min_objects
),

spreads as (
    select
        extremes.name,
        extremes.shape,
        min(middle) as middle,
        greatest(1.4826 * median(abs((least + most) / 2 - middle)), $least_deviation) as deviation
    from extremes
    join middles
        on middles.name is not distinct from extremes.name and middles.shape is not distinct from extremes.shape
    group by extremes.name, extremes.shape
),

outliers as (
    select
        row_id, timeline_id, object_hash, extremes.name, extremes.shape,
        most - middle > middle - least as is_more,
        case when most - middle > middle - least then most else least end as measure,
        greatest(most - middle, middle - least) / deviation as deviations
    from extremes
    join spreads
        on spreads.name is not distinct from extremes.name and spreads.shape is not distinct from extremes.shape
    where greatest(most - middle, middle - least) > $deviations * deviation
)

select
    'size_outlier' as "check",
    'note' as severity,
    measured.row_id,
    min(label_hash) as label_hash,
    arg_min(measured.space_id, (frame, measured.space_id)) as space_id,
    min(frame) as frame,
    'object' as owner,
    measured.object_hash as owner_hash,
    concat(
        coalesce(measured.name, 'An object without a class'), ' is far ',
        case when is_more then 'larger' else 'smaller' end, ' than others of its class.'
    ) as message,
    max(deviations) as value
from measured
join outliers
    on outliers.row_id = measured.row_id
    and outliers.timeline_id is not distinct from measured.timeline_id
    and outliers.object_hash = measured.object_hash
    and outliers.name is not distinct from measured.name
    and outliers.shape is not distinct from measured.shape
    and outliers.measure = measured.measure
group by measured.row_id, measured.timeline_id, measured.object_hash, measured.name, measured.shape, is_more
order by row_id, space_id, frame, owner_hash, message, value
