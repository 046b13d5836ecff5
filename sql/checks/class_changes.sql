-- Which objects change their class?
-- One row per change: the first frame of an object that has another class than the frame before.
-- Deleted objects do not count.
-- severity: error
--
-- An object_hash of a label row is of one class. Where its feature_hash differs, changes of that are told, else those
-- of its name; frames that do not tell it are passed over. Frames go timeline by timeline. value is null.
with changing as (
    select row_id, object_hash, coalesce(min(feature_hash) < max(feature_hash), false) as is_by_feature
    from objects_once
    where not coalesce(is_deleted, false)
    group by row_id, object_hash
    having min(name) < max(name) or min(feature_hash) < max(feature_hash)
),

followed as (
    select
        row_id, label_hash, space_id, frame, object_hash, name,
        lag(name) over in_order as name_before,
        class,
        lag(class) over in_order as class_before
    from (
        select
            objects.*,
            case when is_by_feature then feature_hash else name end as class
        from objects_once as objects
        join changing using (row_id, object_hash)
        where not coalesce(is_deleted, false)
    )
    where class is not null
    window in_order as (
        partition by row_id, object_hash
        order by timeline_id, frame, space_id, range_start, class, name
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
    concat(
        'The class changes from ', coalesce(name_before, 'one without a name'),
        ' to ',
        case when name = name_before then 'another of this name' else coalesce(name, 'one without a name') end,
        '.'
    ) as message,
    null::double as value
from followed
where class <> class_before
order by row_id, space_id, frame, owner_hash, message
