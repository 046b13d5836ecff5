-- Which objects are far from where others of their class are?
-- One row per object and timeline: the frame where it is furthest from the class.
-- Deleted objects do not count.
-- severity: note
--
-- The centre of the box, in fractions of the frame, across and down: how many median absolute deviations (times 1.4826)
-- it lies from the median of the objects of the same class and shape; the worse of both counts. An object counts once
-- in these, by the middle between its furthest places. A class that is everywhere has no outliers. value: the
-- deviations.
--
-- parameter deviations = 8.0 (0): Deviations from the median above which an object is told.
-- parameter min_objects = 30 (1): Objects that a class has at least.
-- parameter least_deviation = 0.05 (0): What a deviation is at least, a fraction of the frame.
with measured as (
    select
        row_id, label_hash, timeline_id, space_id, frame, object_hash, name, shape,
        x + w / 2 as across,
        y + h / 2 as down
    from objects_once
    where x between -1e300 and 1e300 and y between -1e300 and 1e300 and w <= 1e300 and h <= 1e300
        and not coalesce(is_deleted, false)
),

extremes as materialized (
    select
        row_id, timeline_id, object_hash, name, shape,
        min(across) as leftmost,
        max(across) as rightmost,
        min(down) as topmost,
        max(down) as lowest
    from measured
    group by row_id, timeline_id, object_hash, name, shape
),

middles as materialized (
    select
        name,
        shape,
        median((leftmost + rightmost) / 2) as middle_across,
        median((topmost + lowest) / 2) as middle_down
    from extremes
    group by name, shape
    having count(*) >= $min_objects
),

spreads as (
    select
        extremes.name,
        extremes.shape,
        min(middle_across) as middle_across,
        min(middle_down) as middle_down,
        greatest(
            1.4826 * median(abs((leftmost + rightmost) / 2 - middle_across)), $least_deviation
        ) as deviation_across,
        greatest(
            1.4826 * median(abs((topmost + lowest) / 2 - middle_down)), $least_deviation
        ) as deviation_down
    from extremes
    join middles
        on middles.name is not distinct from extremes.name and middles.shape is not distinct from extremes.shape
    group by extremes.name, extremes.shape
),

outliers as (
    select
        row_id, timeline_id, object_hash, extremes.name, extremes.shape,
        middle_across, middle_down, deviation_across, deviation_down,
        greatest(
            (rightmost - middle_across) / deviation_across,
            (middle_across - leftmost) / deviation_across,
            (lowest - middle_down) / deviation_down,
            (middle_down - topmost) / deviation_down
        ) as deviations
    from extremes
    join spreads
        on spreads.name is not distinct from extremes.name and spreads.shape is not distinct from extremes.shape
    where greatest(
        (rightmost - middle_across) / deviation_across,
        (middle_across - leftmost) / deviation_across,
        (lowest - middle_down) / deviation_down,
        (middle_down - topmost) / deviation_down
    ) > $deviations
)

select
    'place_outlier' as "check",
    'note' as severity,
    measured.row_id,
    min(label_hash) as label_hash,
    arg_min(measured.space_id, (frame, measured.space_id)) as space_id,
    min(frame) as frame,
    'object' as owner,
    measured.object_hash as owner_hash,
    concat(
        coalesce(measured.name, 'An object without a class'), ' is far from where others of its class are.'
    ) as message,
    max(deviations) as value
from measured
join outliers
    on outliers.row_id = measured.row_id
    and outliers.timeline_id is not distinct from measured.timeline_id
    and outliers.object_hash = measured.object_hash
    and outliers.name is not distinct from measured.name
    and outliers.shape is not distinct from measured.shape
where greatest(
    (across - middle_across) / deviation_across,
    (middle_across - across) / deviation_across,
    (down - middle_down) / deviation_down,
    (middle_down - down) / deviation_down
) = deviations
group by measured.row_id, measured.timeline_id, measured.object_hash, measured.name, measured.shape
order by row_id, space_id, frame, owner_hash, message, value
