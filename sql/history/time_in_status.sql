-- How long do label rows stay in a status?
-- One row per status that a label row had in any snapshot.
-- Deleted objects do not count.
--
-- Objects are not counted at all. A stay goes from the first snapshot that has a label row in the status to the first
-- that has it in another; snapshots without the label row do not end it. Its length is known to the time between
-- snapshots, and only where it begins after the store's first snapshot and has ended. A status that is not told is null.
-- A label row is followed by label_hash and branch, one without a label_hash not at all.
--
-- parameter of = "label_status" (label_status, annotation_task_status): Which status.
-- column stays: Stays in the status, those that last and those begun before the first snapshot too.
-- column measured: Those whose length is known.
-- column days_median: Their length in days; to four decimals, as the others.
-- column label_rows_now: Label rows of the latest snapshot that are in it.
with states as (
    select
        identity,
        snapshot,
        taken_at,
        case when $of = 'label_status' then label_status else annotation_task_status end as status
    from followed
    where label_hash is not null
),

begun as (
    select *
    from states
    window same as (partition by identity order by snapshot)
    qualify row_number() over same = 1 or status is distinct from lag(status) over same
),

stays as (
    select
        status,
        case
            when snapshot > (select min(snapshot) from snapshots)
                then (epoch_us(lead(taken_at) over (partition by identity order by snapshot)) - epoch_us(taken_at))
                    / 8.64e10
        end as days
    from begun
),

latest as (
    select status, count(*) as label_rows
    from states
    where snapshot = (select max(snapshot) from snapshots)
    group by status
)

select
    stays.status,
    count(*) as stays,
    count(days) as measured,
    round(quantile_cont(days, 0.5), 4) as days_median,
    round(avg(days), 4) as days_mean,
    round(max(days), 4) as days_max,
    coalesce(any_value(latest.label_rows), 0) as label_rows_now
from stays
left join latest on latest.status is not distinct from stays.status
group by stays.status
order by stays.status
