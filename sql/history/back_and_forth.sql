-- What went back to a value that it had before?
-- One row per label row and status, or object and class, that did so.
-- Deleted objects do not count.
--
-- Of A, B, A the second A is a return. Snapshots without the label row or object do not count as a change; a status
-- that is not told is a value of its own. A label row is followed by label_hash and branch, one without a label_hash
-- not at all. The class of an object is looked at where the content_hash of its label row changed; of several classes
-- in one snapshot all are named. An object that stands both in a Data Group's label row and in a child's counts in the
-- child's.
--
-- column what: label_status, annotation_task_status or class.
-- column path: The values, one after the other.
-- column times: How often it came to a value that it had had before.
-- column first_at: When the snapshot was taken that has the first return.
-- column last_at: When the snapshot was taken that has the last one.
with versions as materialized (
    select *
    from followed
    where label_hash is not null
    qualify content_hash is distinct from lag(content_hash) over (partition by identity order by snapshot)
),

classes as (
    select
        versions.identity,
        versions.snapshot,
        objects.object_hash,
        string_agg(distinct objects.name, ' + ' order by objects.name) as value
    from objects_once as objects
    join versions on versions.snapshot = objects.snapshot and versions.row_id = objects.row_id
    where not objects.is_deleted and not objects.in_child
    group by versions.identity, versions.snapshot, objects.object_hash
),

values_of as (
    select identity, 'label_status' as what, null as object_hash, snapshot, label_status as value
    from versions
    union all
    select identity, 'annotation_task_status', null, snapshot, annotation_task_status
    from versions
    union all
    select identity, 'class', object_hash, snapshot, value
    from classes
),

runs as (
    select *
    from values_of
    window same as (partition by identity, what, object_hash order by snapshot)
    qualify row_number() over same = 1 or value is distinct from lag(value) over same
),

returns as (
    select
        *,
        row_number() over (partition by identity, what, object_hash, value order by snapshot) > 1 as is_return
    from runs
),

found as (
    select
        identity,
        what,
        object_hash,
        string_agg(coalesce(value, 'null'), ' → ' order by snapshot) as path,
        count(*) filter (is_return) as times,
        min(snapshot) filter (is_return) as first_snapshot,
        max(snapshot) filter (is_return) as last_snapshot
    from returns
    group by identity, what, object_hash
    having count(*) filter (is_return) > 0
),

titles as (
    select identity, label_hash, branch, last(data_title order by snapshot) as data_title
    from versions
    group by identity, label_hash, branch
)

select
    found.what,
    titles.label_hash,
    titles.branch,
    titles.data_title,
    found.object_hash,
    found.path,
    found.times,
    first_one.taken_at as first_at,
    last_one.taken_at as last_at
from found
join titles on titles.identity = found.identity
join snapshots as first_one on first_one.snapshot = found.first_snapshot
join snapshots as last_one on last_one.snapshot = found.last_snapshot
order by found.times desc, found.what, titles.data_title, titles.label_hash, titles.branch, found.object_hash
