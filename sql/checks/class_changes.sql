-- Which objects change their class?
-- One row per change: the first frame of an object that has another class than the frame before.
-- Deleted objects do not count.
-- severity: error
--
-- An object_hash of a label row is of one class: one name and one feature_hash, wherever both are told. Frames go
-- timeline by timeline. value is null.
with changing as (
    select row_id, object_hash
    from objects_once
    where not coalesce(is_deleted, false)
    group by row_id, object_hash
    having min(name) < max(name) or min(feature_hash) < max(feature_hash)
),

followed as (
    select
        row_id, label_hash, space_id, frame, object_hash, name, feature_hash,
        lag(name ignore nulls) over in_order as name_before,
        lag(feature_hash ignore nulls) over in_order as feature_hash_before
    from objects_once
    semi join changing using (row_id, object_hash)
    where not coalesce(is_deleted, false)
    window in_order as (
        partition by row_id, object_hash
        order by timeline_id, frame, space_id, range_start, name, feature_hash
    )
)

select
    'class_changes' as "check",
    'error' as severity,
    row_id,
    label_hash,
    space_id,
    frame,
    'object' as owner,
    object_hash as owner_hash,
    case
        when name <> name_before then concat('The class changes from ', name_before, ' to ', name, '.')
        else concat('The class changes to another of the name ', coalesce(name, name_before, 'that is not told'), '.')
    end as message,
    null::double as value
from followed
where name <> name_before or feature_hash <> feature_hash_before
order by row_id, space_id, frame, owner_hash, message
