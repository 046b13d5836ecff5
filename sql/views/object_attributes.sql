-- Which attributes does each object have, wherever it lies?
-- One row per row of objects: its columns, attributes (a map from name to answers) and ambiguous.
--
-- An attribute with nothing chosen has an empty list. Where several entries of one attribute hold at once, text and
-- numbers are the later entry's, and so is a radio button's option; a checklist's options are the union. An export does
-- not tell radio from checklist, the ontology does: where it does not know the attribute, options are the union, and
-- ambiguous says that the later entry alone would be another answer.
--
-- Answers change only where some range starts or ends. So each owner's timeline is cut there into segments, attributes
-- and objects are put on segments, and what holds is settled once for every span of segments that an object covers.
-- Owners whose answers are the same everywhere skip all that.
--
-- column is_deleted: True where it was deleted, else false.
-- column attributes: Answers in force there, by attribute: attributes['Colour'][1] is the first to Colour; an empty list where nothing was chosen.
-- column ambiguous: Whether entries that hold at once tell different answers, which an ontology would settle.
with known as (
    select feature_hash as feature, bool_or(multiple) as multiple
    from ontology_attributes
    where owner = 'object'
    group by feature_hash
    having bool_or(multiple) = bool_and(multiple)
),

given as (
    select
        row_id,
        owner_hash,
        coalesce(attribute_feature_hash, attribute, attribute_value, '') as feature,
        coalesce(attribute, attribute_value, attribute_feature_hash, '') as name,
        kind,
        case when dynamic then 4294967296 else 0 end + attribute_index as entry,
        answer_index,
        answer_feature_hash,
        coalesce(answer, answer_value, answer_feature_hash) as answer,
        space_id,
        coalesce(range_start, -9223372036854775807) as since,
        case when range_end < 9223372036854775807 then range_end + 1 end as until,
        dynamic or range_start is not null or range_end is not null or space_id is not null as may_change
    from attributes
    where owner = 'object'
),

changing as materialized (
    select distinct row_id, owner_hash
    from (
        select row_id, owner_hash
        from given
        group by row_id, owner_hash, feature
        having min(entry) < max(entry) or bool_or(may_change)
    )
),

cuts as materialized (
    select row_id, owner_hash, cut, row_number() over (partition by row_id, owner_hash order by cut) as segment
    from (
        select row_id, owner_hash, -9223372036854775807 as cut from changing
        union
        select row_id, owner_hash, since from given semi join changing using (row_id, owner_hash)
        union
        select row_id, owner_hash, until from given semi join changing using (row_id, owner_hash)
        where until is not null
    )
),

pieces as (
    select
        given.row_id, given.owner_hash, feature, name, kind, entry, answer_index, answer_feature_hash, answer, space_id,
        unnest(range(first_cut.segment, coalesce(next_cut.segment, last_cut.segment + 1))) as segment
    from given
    join cuts as first_cut
        on first_cut.row_id = given.row_id and first_cut.owner_hash = given.owner_hash and first_cut.cut = given.since
    left join cuts as next_cut
        on next_cut.row_id = given.row_id and next_cut.owner_hash = given.owner_hash and next_cut.cut = given.until
    join (select row_id, owner_hash, max(segment) as segment from cuts group by row_id, owner_hash) as last_cut
        on last_cut.row_id = given.row_id and last_cut.owner_hash = given.owner_hash
),

placed as materialized (
    select
        place.row_id, place.object_hash, place.space_id, place.range_start, place.range_end,
        scope.space_id as scope,
        first_cut.segment as first_segment,
        greatest(first_cut.segment, last_cut.segment) as last_segment
    from (
        select distinct objects.row_id, object_hash, space_id, range_start, range_end
        from objects
        semi join changing on changing.row_id = objects.row_id and changing.owner_hash = objects.object_hash
    ) as place
    asof join cuts as first_cut
        on first_cut.row_id = place.row_id and first_cut.owner_hash = place.object_hash
        and coalesce(place.range_start, -9223372036854775807) >= first_cut.cut
    asof join cuts as last_cut
        on last_cut.row_id = place.row_id and last_cut.owner_hash = place.object_hash
        and coalesce(place.range_end, 9223372036854775807) >= last_cut.cut
    left join (select distinct row_id, owner_hash, space_id from given where space_id is not null) as scope
        on scope.row_id = place.row_id and scope.owner_hash = place.object_hash and scope.space_id = place.space_id
),

spans as (
    select row_id, object_hash, scope, first_segment, last_segment,
        unnest(range(first_segment, last_segment + 1)) as segment
    from (select distinct row_id, object_hash, scope, first_segment, last_segment from placed)
),

in_force as (
    select
        spans.row_id, object_hash, scope, first_segment, last_segment, feature, kind, answer_feature_hash, answer,
        min(entry) as first_entry,
        arg_min(answer_index, entry) as answer_index,
        max(entry) as last_entry,
        arg_max(name, entry) as name
    from spans
    join pieces
        on pieces.row_id = spans.row_id and pieces.owner_hash = spans.object_hash and pieces.segment = spans.segment
        and (pieces.space_id is null or pieces.space_id = spans.scope)
    group by
        spans.row_id, object_hash, scope, first_segment, last_segment, feature, kind, answer_feature_hash, answer
),

settled as (
    select
        row_id, object_hash, scope, first_segment, last_segment, feature_name as name, feature_entry,
        first_entry as entry, answer_index, answer,
        answer is not null and last_entry < feature_last_entry and multiple is null as is_ambiguous
    from (
        select
            in_force.*,
            multiple,
            min(first_entry) over feature_in_span as feature_entry,
            max(last_entry) over feature_in_span as feature_last_entry,
            arg_max(name, last_entry) over feature_in_span as feature_name,
            arg_max(kind, last_entry) over feature_in_span as feature_kind
        from in_force
        left join known using (feature)
        window feature_in_span as (partition by row_id, object_hash, scope, first_segment, last_segment, feature)
    )
    where last_entry = feature_last_entry
        or (kind = 'option' and feature_kind = 'option' and multiple is distinct from false)
    union all
    select row_id, owner_hash, null, null, null, name, entry, entry, answer_index, answer, false
    from given
    anti join changing using (row_id, owner_hash)
),

resolved as (
    select
        row_id, object_hash, scope, first_segment, last_segment, is_ambiguous,
        map(names, [[a.answer for a in answers if a.name = n and a.answer is not null] for n in names]) as attributes
    from (
        select *, list_sort(list_distinct([a.name for a in answers])) as names
        from (
            select
                row_id, object_hash, scope, first_segment, last_segment,
                bool_or(is_ambiguous) as is_ambiguous,
                list_sort(
                    list(
                        {
                            'feature_entry': feature_entry, 'entry': entry, 'answer_index': answer_index,
                            'name': name, 'answer': answer
                        }
                    )
                ) as answers
            from settled
            group by row_id, object_hash, scope, first_segment, last_segment
        )
    )
)

select
    objects.* replace (coalesce(objects.is_deleted, false) as is_deleted),
    coalesce(resolved.attributes, map([]::varchar[], []::varchar[][])) as attributes,
    coalesce(resolved.is_ambiguous, false) as ambiguous
from objects
left join placed
    on placed.row_id = objects.row_id
    and placed.object_hash = objects.object_hash
    and placed.space_id is not distinct from objects.space_id
    and placed.range_start is not distinct from objects.range_start
    and placed.range_end is not distinct from objects.range_end
left join resolved
    on resolved.row_id = objects.row_id
    and resolved.object_hash = objects.object_hash
    and resolved.scope is not distinct from placed.scope
    and resolved.first_segment is not distinct from placed.first_segment
    and resolved.last_segment is not distinct from placed.last_segment
