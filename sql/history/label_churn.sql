-- How much changed in label rows that were done?
-- One row per snapshot that has a previous one.
-- Deleted objects do not count.
--
-- Done are the label rows whose task or labels had a status of $done in the previous snapshot. Changed is one whose
-- content_hash is another, if only its status or time of editing; relabelled one of whose objects or classifications
-- some were added, removed or changed: in a column of their rows, or in an attribute. What vanished had them removed. An
-- object that stands both in a Data Group's label row and in a child's counts in the child's.
--
-- parameter done = "COMPLETED, LABELLED, REVIEWED, REVIEWED_TWICE": Statuses that say that a label row is done.
-- column done_before: Label rows that were done in the previous snapshot.
-- column changed: Those whose content_hash is another now.
-- column relabelled: Those of the changed ones with other objects or classifications.
-- column reopened: Those that are not done any more.
-- column vanished: Those that are not in the snapshot.
-- column objects_added: Objects added in these label rows, once in their label row.
-- column objects_changed: Objects that are not the same as they were.
with done as materialized (
    select
        *,
        not list_has_any(
            string_split_regex(trim($done), '\s*,\s*'), [label_status::varchar, annotation_task_status::varchar]
        ) as is_reopened
    from label_row_steps
    where list_has_any(
        string_split_regex(trim($done), '\s*,\s*'),
        [label_status_before::varchar, annotation_task_status_before::varchar]
    )
),

sides as materialized (
    select snapshot as step, identity, snapshot, row_id, true as is_now
    from done
    where change = 'changed'
    union all
    select snapshot, identity, previous, row_id_before, false
    from done
    where change in ('changed', 'removed')
),

parts as (
    select
        step,
        identity,
        is_now,
        'object' as owner,
        object_hash as owner_hash,
        not in_child as counts,
        hash(*columns(o.* exclude (snapshot, row_id, label_hash, json_form, in_child))) as print
    from objects_once as o
    join sides on sides.snapshot = o.snapshot and sides.row_id = o.row_id
    where not o.is_deleted
    union all
    select
        step,
        identity,
        is_now,
        'classification',
        classification_hash,
        true,
        hash(*columns(c.* exclude (snapshot, row_id, label_hash, json_form)))
    from classifications as c
    join sides on sides.snapshot = c.snapshot and sides.row_id = c.row_id
    union all
    select
        step,
        identity,
        is_now,
        owner,
        owner_hash,
        false,
        hash(*columns(a.* exclude (snapshot, row_id, label_hash, json_form)))
    from attributes as a
    join sides on sides.snapshot = a.snapshot and sides.row_id = a.row_id
),

owners as (
    select
        step,
        identity,
        owner,
        bool_or(counts and is_now) as is_now,
        bool_or(counts and not is_now) as is_before,
        sum(print) filter (is_now) is distinct from sum(print) filter (not is_now) as differs
    from parts
    group by step, identity, owner, owner_hash
),

of_rows as (
    select
        step,
        identity,
        count(*) filter (owner = 'object' and is_now and not is_before) as objects_added,
        count(*) filter (owner = 'object' and is_before and not is_now) as objects_removed,
        count(*) filter (owner = 'object' and is_before and is_now) as objects_changed,
        count(*) filter (owner = 'classification' and is_now and not is_before) as classifications_added,
        count(*) filter (owner = 'classification' and is_before and not is_now) as classifications_removed,
        count(*) filter (owner = 'classification' and is_before and is_now) as classifications_changed
    from owners
    where differs and (is_now or is_before)
    group by step, identity
)

select
    snapshots.snapshot,
    any_value(snapshots.taken_at) as taken_at,
    count(done.identity) as done_before,
    count(*) filter (done.change = 'changed') as changed,
    count(*) filter (done.change = 'changed' and of_rows.identity is not null) as relabelled,
    count(*) filter (done.change <> 'removed' and is_reopened) as reopened,
    count(*) filter (done.change = 'removed') as vanished,
    coalesce(sum(objects_added), 0)::bigint as objects_added,
    coalesce(sum(objects_removed), 0)::bigint as objects_removed,
    coalesce(sum(objects_changed), 0)::bigint as objects_changed,
    coalesce(sum(classifications_added), 0)::bigint as classifications_added,
    coalesce(sum(classifications_removed), 0)::bigint as classifications_removed,
    coalesce(sum(classifications_changed), 0)::bigint as classifications_changed
from snapshots
left join done on done.snapshot = snapshots.snapshot
left join of_rows on of_rows.step = done.snapshot and of_rows.identity = done.identity
where snapshots.previous is not null
group by snapshots.snapshot
order by snapshots.snapshot
