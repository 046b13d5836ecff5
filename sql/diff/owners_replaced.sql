-- Which object is told again under another hash?
-- One row per object whose hash is gone from its label row, with the one that replaces it on most of its places.
--
-- It must be the one that the new one replaces on most of its own, and the new one's hash must be new there. Its answers
-- are compared with those of the new one.
with counted as (
    select o.pair, o.object_hash as old_hash, n.object_hash as new_hash, count(*) as places
    from objects_replaced
    join objects_left as o on o.id = old_id
    join objects_left as n on n.id = new_id
    group by o.pair, o.object_hash, n.object_hash
),

ranked as (
    select
        *,
        row_number() over (partition by pair, old_hash order by places desc, new_hash) as rank_of_new,
        row_number() over (partition by pair, new_hash order by places desc, old_hash) as rank_of_old
    from counted
)

select ranked.pair, old_hash, new_hash
from ranked
join pairs on pairs.pair = ranked.pair
where rank_of_new = 1 and rank_of_old = 1
    and not exists (
        select 1 from new.instances where owner = 'object' and row_id = pairs.new_row_id and owner_hash = old_hash
    )
    and not exists (
        select 1 from old.instances where owner = 'object' and row_id = pairs.old_row_id and owner_hash = new_hash
    )
order by pair, old_hash
