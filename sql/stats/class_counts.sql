-- How often does each class appear?
-- One row per class, and per shape where a class has several; classes never used are absent.
-- Deleted objects do not count.
--
-- objects counts an object once on each of its frames or ranges, instances once in its label row; share is of objects,
-- to four decimals. An object that stands both in a Data Group's label row and in a child's counts in the child's.
select
    name as class,
    shape,
    count(*) as objects,
    count(distinct case when not in_child then (row_id, object_hash) end) as instances,
    count(distinct case when frame is not null then (row_id, space_id, frame) end) as frames,
    count(distinct row_id) as label_rows,
    round(count(*) / sum(count(*)) over (), 4) as share
from objects_once
where not coalesce(is_deleted, false)
group by name, shape
order by objects desc, class, shape
