-- Which frames count other labels than lie on them?
-- One row per column of frames that is wrong somewhere.
with objects_of_frame as (
    select row_id, space_id, frame, count(*) as labels
    from objects
    where frame is not null
    group by row_id, space_id, frame
),

classifications_of_frame as (
    select row_id, space_id, frame, count(*) as labels
    from classifications
    where frame is not null
    group by row_id, space_id, frame
)

select
    'frames' as table_name,
    'n_objects is not the rows of objects on the frame' as message,
    count(*) as n,
    min(row_id) as first_row_id
from frames
left join objects_of_frame using (row_id, space_id, frame)
where n_objects <> coalesce(labels, 0)
having count(*) > 0
union all
select
    'frames',
    'n_classifications is not the rows of classifications on the frame',
    count(*),
    min(row_id)
from frames
left join classifications_of_frame using (row_id, space_id, frame)
where n_classifications <> coalesce(labels, 0)
having count(*) > 0
order by message
