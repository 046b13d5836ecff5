-- Which classifications were added, removed or changed?
-- One row per row of classifications that is not the same in both snapshots.
--
-- The same classification is one on the same space and frame (without a frame: range) with the same
-- classification_hash. Its answers are in attributes. A name that only one side has is no other class: the export told
-- it by an answer.
with rows_of_either as (
    select old_id, new_id from classifications_met
    union all
    select id, null
    from classifications_left
    where side = 'old' and id not in (select old_id from classifications_met)
    union all
    select null, id
    from classifications_left
    where side = 'new' and id not in (select new_id from classifications_met)
)

select * exclude (is_both, is_one_unnamed, changed)
from (
    select
        o.id is not null and n.id is not null as is_both,
        o.feature_hash is not distinct from n.feature_hash and (o.name is null or n.name is null) as is_one_unnamed,
        list_filter(
            [
                if(o.range_start is distinct from n.range_start, 'range_start', null),
                if(o.range_end is distinct from n.range_end, 'range_end', null),
                if(o.feature_hash is distinct from n.feature_hash, 'feature_hash', null),
                if(o.name is distinct from n.name and not is_one_unnamed, 'name', null),
                if(o.range_unit is distinct from n.range_unit, 'range_unit', null),
                if(o.value is distinct from n.value, 'value', null),
                if(o.confidence is distinct from n.confidence, 'confidence', null),
                if(o.manual_annotation is distinct from n.manual_annotation, 'manual_annotation', null),
                if(o.created_at is distinct from n.created_at, 'created_at', null),
                if(o.created_by is distinct from n.created_by, 'created_by', null),
                if(o.last_edited_at is distinct from n.last_edited_at, 'last_edited_at', null),
                if(o.last_edited_by is distinct from n.last_edited_by, 'last_edited_by', null),
                if(content_of(o.reviews) is distinct from content_of(n.reviews), 'reviews', null),
                if(content_of(o.extra) is distinct from content_of(n.extra), 'extra', null)
            ],
            lambda name: name is not null
        ) as changed,
        case when o.id is null then 'added' when n.id is null then 'removed' else 'changed' end as change,
        is_both and len(list_intersect(changed, ['range_start', 'range_end'])) > 0 as moved,
        is_both and len(list_intersect(changed, ['feature_hash', 'name'])) > 0 as class_changed,
        if(is_both, changed, []) as what,
        pairs.label_hash,
        pairs.branch_name,
        pairs.data_title,
        pairs.old_row_id,
        pairs.new_row_id,
        if(n.id is null, o.space_id, n.space_id) as space_id,
        if(n.id is null, o.frame, n.frame) as frame,
        o.range_start as old_range_start,
        n.range_start as new_range_start,
        o.range_end as old_range_end,
        n.range_end as new_range_end,
        coalesce(n.name, o.name) as class,
        o.name as old_class,
        n.name as new_class,
        if(n.id is null, o.classification_hash, n.classification_hash) as classification_hash,
        coalesce(n.last_edited_by, n.created_by) as annotator,
        coalesce(o.last_edited_by, o.created_by) as old_annotator,
        coalesce(n.last_edited_at, n.created_at) as edited_at
    from rows_of_either as either
    left join (select * from classifications_left where side = 'old') as o on o.id = either.old_id
    left join (select * from classifications_left where side = 'new') as n on n.id = either.new_id
    join pairs on pairs.pair = coalesce(o.pair, n.pair)
)
where not is_both or len(what) > 0
order by
    new_row_id nulls last, old_row_id, space_id, frame, new_range_start, old_range_start, classification_hash, change
