-- Which rows lie on a space that is not there?
-- One row per table that has some.
--
-- A classification of a whole label row has no space, and an attribute only where the export names one.
select table_name, 'row_id, space_id is not in spaces' as message, count(*) as n, min(row_id) as first_row_id
from (
    select 'frames' as table_name, row_id, space_id from frames
    union all
    select 'objects', row_id, space_id from objects
    union all
    select 'classifications', row_id, space_id
    from classifications
    where space_id is not null or frame is not null or range_start is not null
    union all
    select 'attributes', row_id, space_id from attributes where space_id is not null
) as placed
anti join spaces using (row_id, space_id)
group by table_name
order by table_name
