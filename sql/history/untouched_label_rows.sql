-- Which label rows have not changed for long?
-- One row per label row of the latest snapshot whose content_hash has been the same for at least $days.
-- Deleted objects do not count.
--
-- Objects are not counted at all. Days are those between the first snapshot that has the label row as it is and the
-- latest; snapshots without it do not count as a change. A label row is followed by label_hash and branch, one without a
-- label_hash by its content.
--
-- parameter days = 30: For how long at least.
-- column since: When the first snapshot was taken that has it as it is.
-- column since_first: True where that is the store's first: it may be older.
-- column days: Days from then to the latest snapshot, to one decimal.
with marked as (
    select
        identity,
        snapshot,
        taken_at,
        row_id,
        content_hash is distinct from lag(content_hash) over (partition by identity order by snapshot) as is_other
    from followed
),

spans as (
    select
        identity,
        max(snapshot) as last_snapshot,
        max(taken_at) filter (is_other) as since
    from marked
    group by identity
),

ends as (
    select max(snapshot) as latest, min(taken_at) as first_at, max(taken_at) as last_at
    from snapshots
)

select
    followed.label_hash,
    followed.branch,
    followed.data_title,
    followed.dataset_title,
    followed.label_status,
    followed.annotation_task_status,
    spans.since,
    spans.since = ends.first_at as since_first,
    round((epoch_us(ends.last_at) - epoch_us(spans.since)) / 8.64e10, 1) as days,
    followed.last_edited_at
from ends
join followed on followed.snapshot = ends.latest
join spans on spans.identity = followed.identity
where epoch_us(ends.last_at) - epoch_us(spans.since) >= $days * 8.64e10
order by spans.since, followed.data_title, followed.label_hash, followed.branch, followed.row_id
