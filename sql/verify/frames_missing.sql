-- Which labels lie on a frame that is not there?
-- One row per table that has some.
--
-- Counted by frame first: there are far fewer frames than labels to look up.
select
    table_name,
    'row_id, space_id, frame is not in frames' as message,
    sum(labels)::bigint as n,
    min(row_id) as first_row_id
from (
    select 'objects' as table_name, row_id, space_id, frame, count(*) as labels
    from objects
    where frame is not null
    group by row_id, space_id, frame
    union all
    select 'classifications', row_id, space_id, frame, count(*)
    from classifications
    where frame is not null
    group by row_id, space_id, frame
) as placed
anti join frames using (row_id, space_id, frame)
group by table_name
order by table_name
