-- When were the label rows last edited, and how far are they?
-- One row per week, or other unit of time, of the last edit and label status; null time where it is not told.
-- Deleted objects do not count.
--
-- Weeks are those of the label row's own last_edited_at, in UTC. Status is that of the export: an earlier one is not
-- known. Objects are not counted at all.
--
-- parameter unit = "week" (day, week, month, quarter, year): How long a period is; weeks begin on Monday.
-- column period_start: First day of the week, day or month.
-- column share: label_rows over those of the same time, to four decimals.
select
    date_trunc($unit, make_timestamp(epoch_us(last_edited_at)))::date as period_start,
    label_status,
    count(*) as label_rows,
    round(count(*) / sum(count(*)) over (partition by period_start), 4) as share
from label_rows
group by period_start, label_status
order by period_start, label_status
