-- Which rows of classifications that differ are of one classification in one place?
-- One row per such row of the old and its counterpart in the new, by id of classifications_left.
--
-- They go by space, frame (without one: the start of the range) and classification_hash. Of several that are equal in this,
-- those that are the same go together, the others in the order of what they hold. Ranges that are left go by space and
-- classification_hash, in the order of their starts: the start of a range may be what changed.
with placed as (
    select
        *,
        row_number() over (
            partition by side, pair, space_id, frame, start, classification_hash
            order by in_both desc, if(in_both, row_hash, null), range_end, row_hash, id
        ) as place
    from (select *, if(frame is null, range_start, null) as start from classifications_left)
),

met as (
    select o.id as old_id, n.id as new_id
    from (select * from placed where side = 'old') as o
    join (select * from placed where side = 'new') as n
        on n.pair = o.pair
        and n.classification_hash = o.classification_hash
        and n.place = o.place
        and n.space_id is not distinct from o.space_id
        and n.frame is not distinct from o.frame
        and n.start is not distinct from o.start
),

ranges as (
    select
        *,
        row_number() over (
            partition by side, pair, space_id, classification_hash order by range_start, range_end, row_hash, id
        ) as place_of_range
    from placed
    where frame is null and id not in (select old_id from met union all select new_id from met)
)

select old_id, new_id from met
union all
select o.id, n.id
from (select * from ranges where side = 'old') as o
join (select * from ranges where side = 'new') as n
    on n.pair = o.pair
    and n.classification_hash = o.classification_hash
    and n.place_of_range = o.place_of_range
    and n.space_id is not distinct from o.space_id
order by old_id
