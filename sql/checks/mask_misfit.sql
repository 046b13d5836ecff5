-- Which masks do not fit their frame?
-- One row per row of objects.
-- Deleted objects do not count.
-- severity: error
--
-- A bitmask is as large as its frame and begins at its top left corner; told where the size of the frame is known.
-- value: the size of the mask over that of the frame, in px each.
select
    'mask_misfit' as "check",
    'error' as severity,
    objects.row_id,
    objects.label_hash,
    objects.space_id,
    objects.frame,
    'object' as owner,
    object_hash as owner_hash,
    concat(
        'The mask of ', coalesce(name, 'an object without a class'),
        case
            when mask_width = coalesce(frames.width, spaces.width)
                and mask_height = coalesce(frames.height, spaces.height)
                then ' does not begin at the corner of its frame.'
            else ' has another size than its frame.'
        end
    ) as message,
    mask_width::double * mask_height
    / (coalesce(frames.width, spaces.width)::double * coalesce(frames.height, spaces.height)) as value
from objects_once as objects
join spaces on spaces.row_id = objects.row_id and spaces.space_id = objects.space_id
left join (select * from frames where width is not null or height is not null) as frames
    on frames.row_id = objects.row_id and frames.space_id = objects.space_id and frames.frame = objects.frame
where shape = 'bitmask'
    and not coalesce(is_deleted, false)
    and coalesce(frames.width, spaces.width) > 0
    and coalesce(frames.height, spaces.height) > 0
    and (
        mask_width <> coalesce(frames.width, spaces.width)
        or mask_height <> coalesce(frames.height, spaces.height)
        or mask_left <> 0
        or mask_top <> 0
    )
order by objects.row_id, objects.space_id, objects.frame, owner_hash, message, value
