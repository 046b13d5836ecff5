-- Which masks select nothing?
-- One row per row of objects.
-- Deleted objects do not count.
-- severity: error
--
-- A bitmask without a pixel, or a segmentation without a point of its point cloud. value: 0.
select
    'empty_mask' as "check",
    'error' as severity,
    row_id,
    label_hash,
    space_id,
    frame,
    'object' as owner,
    object_hash as owner_hash,
    concat(
        'The ', case when shape = 'segmentation' then 'segmentation' else 'mask' end, ' of ',
        coalesce(name, 'an object without a class'), ' is empty.'
    ) as message,
    mask_pixels::double as value
from objects_once
where mask_pixels = 0 and not coalesce(is_deleted, false)
order by row_id, space_id, frame, owner_hash, message
