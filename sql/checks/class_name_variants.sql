-- Which names are spelled in more than one way?
-- One row per rarer spelling of a class, of an attribute, or of an option of one attribute: its first label.
-- Deleted objects do not count.
--
-- severity: warning
--
-- Names are the same but for case, blanks at their ends or in a row, and `_` or `-` for a blank; a dash at an end counts,
-- as in `A-`. The commonest spelling is taken for the right one, of equals the first in the alphabet. value is how often
-- the rarer one is used: rows of objects, classifications or attributes. space_id and frame are null for attributes and
-- options.
with used as (
    select 'a class' as kind, 'object' as owner, null as attribute, name, count(*) as uses, min(row_id) as row_id
    from objects_once
    where not coalesce(is_deleted, false)
    group by name
    union all
    select 'a classification', 'classification', null, name, count(*), min(row_id)
    from classifications
    group by name
    union all
    select 'an attribute', owner, null, attribute, count(*), min(row_id)
    from attributes
    anti join object_copies on object_copies.row_id = attributes.row_id and object_copies.object_hash = owner_hash
    group by owner, attribute
    union all
    select 'an option', owner, attribute, answer, count(*), min(row_id)
    from attributes
    anti join object_copies on object_copies.row_id = attributes.row_id and object_copies.object_hash = owner_hash
    where kind = 'option'
    group by owner, attribute, answer
),

folded as (
    select
        *,
        concat(
            regexp_extract(trim(name), '^-'),
            trim(regexp_replace(lower(name), '[\s_-]+', ' ', 'g')),
            regexp_extract(trim(name), '-$')
        ) as same,
        concat(
            regexp_extract(trim(attribute), '^-'),
            trim(regexp_replace(lower(attribute), '[\s_-]+', ' ', 'g')),
            regexp_extract(trim(attribute), '-$')
        ) as same_attribute
    from used
    where name is not null
),

spellings as (
    select kind, owner, same_attribute, same, name, sum(uses) as uses, min(row_id) as row_id
    from folded
    where same <> ''
    group by kind, owner, same_attribute, same, name
),

ranked as (
    select
        *,
        first_value(name) over spelled as usual
    from spellings
    window spelled as (partition by kind, owner, same_attribute, same order by uses desc, name)
),

rarer as (
    select *
    from ranked
    where name <> usual
),

labels as (
    select
        rarer.kind, rarer.owner, rarer.same_attribute, rarer.name,
        min({'label_hash': label_hash, 'space_id': space_id, 'frame': frame, 'owner_hash': object_hash}) as label
    from rarer
    join objects_once as objects on objects.row_id = rarer.row_id and objects.name = rarer.name
    where rarer.kind = 'a class' and not coalesce(is_deleted, false)
    group by all
    union all
    select
        rarer.kind, rarer.owner, rarer.same_attribute, rarer.name,
        min({'label_hash': label_hash, 'space_id': space_id, 'frame': frame, 'owner_hash': classification_hash})
    from rarer
    join classifications on classifications.row_id = rarer.row_id and classifications.name = rarer.name
    where rarer.kind = 'a classification'
    group by all
    union all
    select
        rarer.kind, rarer.owner, rarer.same_attribute, rarer.name,
        min({'label_hash': label_hash, 'space_id': null::varchar, 'frame': null::bigint, 'owner_hash': owner_hash})
    from rarer
    join attributes
        on attributes.row_id = rarer.row_id
        and attributes.owner = rarer.owner
        and case rarer.kind when 'an attribute' then attributes.attribute else attributes.answer end = rarer.name
        and (
            rarer.kind = 'an attribute'
            or concat(
                regexp_extract(trim(attributes.attribute), '^-'),
                trim(regexp_replace(lower(attributes.attribute), '[\s_-]+', ' ', 'g')),
                regexp_extract(trim(attributes.attribute), '-$')
            ) is not distinct from rarer.same_attribute
        )
    where rarer.kind in ('an attribute', 'an option') and (rarer.kind = 'an attribute' or attributes.kind = 'option')
    group by all
)

select
    'class_name_variants' as "check",
    'warning' as severity,
    rarer.row_id,
    label.label_hash::varchar as label_hash,
    label.space_id::varchar as space_id,
    label.frame as frame,
    rarer.owner::varchar as owner,
    label.owner_hash as owner_hash,
    'Two spellings of ' || rarer.kind || coalesce(' of ' || nullif(rarer.same_attribute, ''), '') || ': "' || rarer.name
    || '", mostly "' || usual || '".' as message,
    uses::double as value
from rarer
join labels
    on labels.kind = rarer.kind
    and labels.owner = rarer.owner
    and labels.name = rarer.name
    and labels.same_attribute is not distinct from rarer.same_attribute
order by row_id, space_id, frame, owner_hash, message, owner
