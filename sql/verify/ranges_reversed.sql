-- Which ranges end before they start?
-- One row per table that has some.
--
-- Not those of attributes: they are as exported, whatever they say.
select table_name, 'range_end is before range_start' as message, count(*) as n, min(row_id) as first_row_id
from (
    select 'objects' as table_name, row_id, range_start, range_end from objects
    union all
    select 'classifications', row_id, range_start, range_end from classifications
) as placed
where range_end < range_start
group by table_name
order by table_name
