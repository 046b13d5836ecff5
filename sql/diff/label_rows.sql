-- Which label rows were added, removed or changed?
-- One row per label row that is not the same in both snapshots.
--
-- Links count without their query part, and neither does when and how it was exported. A label row whose content_hash
-- or other tables differ though nothing here tells what changed has `other` in what: a file's facts, an attribute's name,
-- an answer's order, keys that no column covers.
--
-- parameter trusted = true: Whether content_hash tells what the tables hold: they were not edited since.
with object_counts as (
    select
        old_row_id, new_row_id,
        count(*) filter (where change = 'added') as objects_added,
        count(*) filter (where change = 'removed') as objects_removed,
        count(*) filter (where change = 'replaced') as objects_replaced,
        count(*) filter (where change = 'changed' and moved) as objects_moved,
        count(*) filter (where change = 'changed' and class_changed) as objects_class_changed,
        count(*) filter (where change = 'changed' and not moved and not class_changed) as objects_otherwise_changed
    from objects
    group by old_row_id, new_row_id
),

classification_counts as (
    select old_row_id, new_row_id, count(*) as classifications_changed
    from classifications
    group by old_row_id, new_row_id
),

attribute_counts as (
    select old_row_id, new_row_id, count(*) as attributes_changed
    from attributes
    group by old_row_id, new_row_id
),

compared as (
    select
        case
            when pairs.old_row_id is null then 'added' when pairs.new_row_id is null then 'removed' else 'changed'
        end as change,
        pairs.label_hash,
        pairs.branch_name,
        pairs.old_row_id,
        pairs.new_row_id,
        coalesce(n.data_hash, o.data_hash) as data_hash,
        pairs.data_title,
        coalesce(n.data_type, o.data_type) as data_type,
        coalesce(n.dataset_hash, o.dataset_hash) as dataset_hash,
        coalesce(n.dataset_title, o.dataset_title) as dataset_title,
        o.label_status as old_label_status,
        n.label_status as new_label_status,
        o.annotation_task_status as old_annotation_task_status,
        n.annotation_task_status as new_annotation_task_status,
        o.data_title as old_data_title,
        n.data_title as new_data_title,
        n.last_edited_at as edited_at,
        coalesce(objects_added, 0) as objects_added,
        coalesce(objects_removed, 0) as objects_removed,
        coalesce(objects_replaced, 0) as objects_replaced,
        coalesce(objects_moved, 0) as objects_moved,
        coalesce(objects_class_changed, 0) as objects_class_changed,
        coalesce(objects_otherwise_changed, 0) as objects_otherwise_changed,
        coalesce(classifications_changed, 0) as classifications_changed,
        coalesce(attributes_changed, 0) as attributes_changed,
        list_filter(
            [
                if(o.data_hash is distinct from n.data_hash, 'data_hash', null),
                if(o.data_title is distinct from n.data_title, 'data_title', null),
                if(o.data_type is distinct from n.data_type, 'data_type', null),
                if(o.dataset_hash is distinct from n.dataset_hash, 'dataset_hash', null),
                if(o.dataset_title is distinct from n.dataset_title, 'dataset_title', null),
                if(o.is_image_sequence is distinct from n.is_image_sequence, 'is_image_sequence', null),
                if(o.is_continuous is distinct from n.is_continuous, 'is_continuous', null),
                if(o.label_status is distinct from n.label_status, 'label_status', null),
                if(
                    o.annotation_task_status is distinct from n.annotation_task_status, 'annotation_task_status', null
                ),
                if(o.is_valid is distinct from n.is_valid, 'is_valid', null),
                if(o.is_shadow_data is distinct from n.is_shadow_data, 'is_shadow_data', null),
                if(split_part(o.video_link, '?', 1) is distinct from split_part(n.video_link, '?', 1), 'video_link', null),
                if(
                    split_part(o.image_sequence_link, '?', 1)
                        is distinct from split_part(n.image_sequence_link, '?', 1),
                    'image_sequence_link',
                    null
                ),
                if(o.backing_item_uuid is distinct from n.backing_item_uuid, 'backing_item_uuid', null),
                if(o.created_at is distinct from n.created_at, 'created_at', null),
                if(o.last_edited_at is distinct from n.last_edited_at, 'last_edited_at', null),
                if(content_of(o.extra) is distinct from content_of(n.extra), 'extra', null),
                if(object_counts.objects_added is not null, 'objects', null),
                if(classifications_changed is not null, 'classifications', null),
                if(attributes_changed is not null, 'attributes', null)
            ],
            lambda name: name is not null
        ) as differing,
        facts.pair is not null as facts_differ
    from pairs
    left join facts on facts.pair = pairs.pair
    left join old.label_rows as o on o.row_id = pairs.old_row_id
    left join new.label_rows as n on n.row_id = pairs.new_row_id
    left join object_counts
        on object_counts.old_row_id is not distinct from pairs.old_row_id
        and object_counts.new_row_id is not distinct from pairs.new_row_id
    left join classification_counts
        on classification_counts.old_row_id is not distinct from pairs.old_row_id
        and classification_counts.new_row_id is not distinct from pairs.new_row_id
    left join attribute_counts
        on attribute_counts.old_row_id is not distinct from pairs.old_row_id
        and attribute_counts.new_row_id is not distinct from pairs.new_row_id
    where not pairs.alike
)

select
    change,
    case when change <> 'changed' then [] when len(differing) = 0 then ['other'] else differing end as what,
    compared.* exclude (change, differing, facts_differ)
from compared
where change <> 'changed' or len(differing) > 0 or facts_differ or $trusted
order by new_row_id nulls last, old_row_id
