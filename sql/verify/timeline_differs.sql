-- Which rows count on another timeline than their space?
-- One row per table that has some.
select
    table_name,
    'timeline_id is another than in spaces' as message,
    count(*) as n,
    min(placed.row_id) as first_row_id
from (
    select 'frames' as table_name, row_id, space_id, timeline_id from frames
    union all
    select 'objects', row_id, space_id, timeline_id from objects
    union all
    select 'classifications', row_id, space_id, timeline_id from classifications
) as placed
join spaces on spaces.row_id = placed.row_id and spaces.space_id = placed.space_id
where placed.timeline_id is distinct from spaces.timeline_id
group by table_name
order by table_name
