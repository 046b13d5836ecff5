-- Who made and changed the objects of each class, and when?
-- One row per class; classes never used are absent.
-- Deleted objects do not count.
--
-- objects counts an object once on each of its frames or ranges. Names and times are those that the export tells, of
-- the last change only; times are in UTC. An object that stands both in a Data Group's label row and in a child's
-- counts in the child's.
--
-- column annotators: People and models that made objects of the class.
-- column editors: People and models that last changed some.
select
    name as class,
    count(*) as objects,
    count(distinct created_by) as annotators,
    count(distinct last_edited_by) as editors,
    min(created_at) as first_created_at,
    max(created_at) as last_created_at,
    min(last_edited_at) as first_edited_at,
    max(last_edited_at) as last_edited_at
from objects_once
where not coalesce(is_deleted, false)
group by name
order by objects desc, class
