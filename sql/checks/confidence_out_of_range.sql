-- Which labels have a confidence that is none?
-- One row per object and classification of a label row: the first place where it has one below 0 or above 1.
-- Deleted objects do not count.
-- severity: error
--
-- Also those whose answer alone has one. value: the confidence.
with told as (
    select
        row_id, label_hash, space_id, frame, range_start,
        'object' as owner,
        object_hash as owner_hash,
        name, confidence
    from objects_once
    where not (confidence between 0 and 1) and not coalesce(is_deleted, false)
    union all
    select row_id, label_hash, space_id, frame, range_start, 'classification', classification_hash, name, confidence
    from classifications
    where not (confidence between 0 and 1)
    union all
    select row_id, label_hash, null, null, null, owner, owner_hash, name, confidence
    from instances
    where not (confidence between 0 and 1)
        and (
            owner = 'classification'
            or n_placements = 0
            or exists (
                select 1
                from objects_once as objects
                where objects.row_id = instances.row_id
                    and objects.object_hash = instances.owner_hash
                    and not coalesce(is_deleted, false)
                    and not in_child
            )
        )
),

ranked as (
    select
        *,
        row_number() over (
            partition by row_id, owner, owner_hash
            order by space_id nulls last, frame nulls last, range_start nulls last, confidence, name, label_hash
        ) as place
    from told
)

select
    'confidence_out_of_range' as "check",
    'error' as severity,
    row_id,
    label_hash,
    space_id,
    frame,
    owner,
    owner_hash,
    concat(
        'The confidence of ',
        coalesce(name, concat(case when owner = 'object' then 'an ' else 'a ' end, owner, ' without a name')),
        ' is not between 0 and 1.'
    ) as message,
    confidence as value
from ranked
where place = 1
order by row_id, space_id, frame, owner_hash, message
