-- How much did each annotator make and edit between snapshots?
-- One row per snapshot that has a previous one, and annotator with objects that are new or edited since.
-- Deleted objects do not count.
--
-- An object is told by label_hash, branch and object_hash; it is new where the previous snapshot does not have it. New
-- counts for whoever made it, by several people for each; an edit for whoever made the last one. Objects of a label row
-- without a label_hash are all new when it changes. An empty name is none: annotator is null. An object that stands both
-- in a Data Group's label row and in a child's counts in the child's.
--
-- Only label rows whose content_hash changed are looked at: nothing is new in any other.
--
-- column new_instances: Objects that are new, once in their label row.
-- column new_objects: Rows of objects that are new: of new objects, and on further frames of earlier ones.
-- column edited_instances: Objects that the previous snapshot has too, with a row that was edited since.
-- column edited_objects: Rows of these that were edited: another last_edited_at or last_edited_by.
-- column hours: Hours since the previous snapshot.
-- column new_instances_per_day: new_instances over the days since the previous snapshot, to four decimals.
-- column new_objects_per_day: new_objects over the days since the previous snapshot, to four decimals.
with steps as materialized (
    select snapshot, previous, identity, row_id, row_id_before
    from label_row_steps
    where change in ('added', 'changed')
),

sides as materialized (
    select snapshot as step, identity, snapshot, row_id, true as is_now
    from steps
    union all
    select snapshot, identity, previous, row_id_before, false
    from steps
    where row_id_before is not null
),

placed as (
    select
        sides.step,
        sides.identity,
        sides.is_now,
        objects.object_hash,
        objects.space_id,
        objects.frame,
        objects.range_start,
        objects.range_end,
        nullif(objects.created_by, '') as created_by,
        nullif(objects.last_edited_by, '') as last_edited_by,
        objects.last_edited_at,
        objects.in_child
    from objects_once as objects
    join sides on sides.snapshot = objects.snapshot and sides.row_id = objects.row_id
    where not objects.is_deleted
),

places as (
    select
        step,
        identity,
        object_hash,
        count(*) filter (is_now) as now,
        count(*) filter (not is_now) as before,
        any_value(in_child) filter (is_now) as in_child,
        min(created_by) filter (is_now) as created_by,
        max(last_edited_at) filter (is_now) as edited_at,
        max(last_edited_at) filter (not is_now) as edited_at_before,
        max(last_edited_by) filter (is_now) as edited_by,
        max(last_edited_by) filter (not is_now) as edited_by_before
    from placed
    group by step, identity, object_hash, space_id, frame, range_start, range_end
),

told as (
    select
        *,
        sum(before) over (partition by step, identity, object_hash) = 0 as is_new,
        before > 0
        and (edited_at is distinct from edited_at_before or edited_by is distinct from edited_by_before) as is_edited
    from places
),

of_objects as (
    select
        step,
        identity,
        object_hash,
        created_by as annotator,
        sum(greatest(now - before, 0)) as new_objects,
        bool_or(is_new and not in_child) as new_instance,
        0 as edited_objects,
        false as edited_instance
    from told
    where now > before
    group by step, identity, object_hash, created_by
    union all
    select step, identity, object_hash, edited_by, 0, false, sum(now), bool_or(not in_child)
    from told
    where now > 0 and is_edited
    group by step, identity, object_hash, edited_by
),

sums as (
    select
        step,
        annotator,
        count(*) filter (new_instance) as new_instances,
        sum(new_objects)::bigint as new_objects,
        count(*) filter (edited_instance) as edited_instances,
        sum(edited_objects)::bigint as edited_objects
    from of_objects
    group by step, annotator
)

select
    snapshots.snapshot,
    snapshots.taken_at,
    annotator,
    new_instances,
    new_objects,
    edited_instances,
    edited_objects,
    round((epoch_us(snapshots.taken_at) - epoch_us(earlier.taken_at)) / 3.6e9, 4) as hours,
    round(new_instances * 8.64e10 / nullif(epoch_us(snapshots.taken_at) - epoch_us(earlier.taken_at), 0), 4)
        as new_instances_per_day,
    round(new_objects * 8.64e10 / nullif(epoch_us(snapshots.taken_at) - epoch_us(earlier.taken_at), 0), 4)
        as new_objects_per_day
from sums
join snapshots on snapshots.snapshot = sums.step
join snapshots as earlier on earlier.snapshot = snapshots.previous
order by snapshots.snapshot, annotator
