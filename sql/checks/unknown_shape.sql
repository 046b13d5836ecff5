-- Which objects have a shape that their class has not, or that nobody knows?
-- One row per object and shape.
-- Deleted objects do not count.
--
-- severity: error
--
-- Without an ontology only shapes that labelframe does not know are told. Classes are found by their hash. An object
-- that stands both in a Data Group's label row and in a child's is the child's.
with known as (
    select feature_hash, min(shape) as class_shape
    from ontology_classes
    where owner = 'object' and shape is not null
    group by feature_hash
    having min(shape) = max(shape)
),

judged as (
    select
        row_id,
        label_hash,
        object_hash,
        nullif(trim(name), '') as class,
        shape,
        class_shape,
        shape in (
            'bounding_box', 'rotatable_bounding_box', 'polygon', 'polyline', 'point', 'skeleton', 'bitmask', 'cuboid',
            'cuboid_2d', 'ellipse', 'circle', 'segmentation', 'audio', 'text', 'time_range'
        ) as is_known
    from objects_once
    left join known using (feature_hash)
    where shape is not null and not in_child and not coalesce(is_deleted, false)
)

select
    'unknown_shape' as "check",
    'error' as severity,
    row_id,
    min(label_hash)::varchar as label_hash,
    null::varchar as space_id,
    null::bigint as frame,
    'object' as owner,
    object_hash as owner_hash,
    coalesce(class, 'unnamed') || ': '
    || case
        when is_known then 'a ' || shape || ', where the ontology says ' || class_shape || '.'
        else 'a shape that is not known: ' || shape || '.'
    end as message,
    null::double as value
from judged
where not is_known or shape <> class_shape
group by row_id, object_hash, class, shape, class_shape, is_known
order by row_id, space_id, frame, owner_hash, message, owner
