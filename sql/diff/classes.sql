-- What changed of which class?
-- One row per class of objects or classifications that either snapshot has.
--
-- Rows of objects or classifications are counted: an object counts on each of its frames or ranges. A row that got
-- another class counts in its new one. otherwise_changed: neither moved nor of another class. attributes_changed:
-- answers that were added, removed or changed, by range, of what both snapshots have.
with rows_of_either as (
    select 'object' as owner, class, change, moved, class_changed from objects
    union all
    select 'classification', class, change, moved, class_changed from classifications
),

counted as (
    select
        owner,
        class,
        count(*) filter (where change = 'added') as added,
        count(*) filter (where change = 'removed') as removed,
        count(*) filter (where change = 'replaced') as replaced,
        count(*) filter (where change = 'changed' and moved) as moved,
        count(*) filter (where change = 'changed' and class_changed) as class_changed,
        count(*) filter (where change = 'changed' and not moved and not class_changed) as otherwise_changed,
        0 as attributes_changed,
        -count(*) filter (where change <> 'removed') as unchanged
    from rows_of_either
    group by owner, class
    union all
    select owner, attributes.class, 0, 0, 0, 0, 0, 0, count(*), 0
    from attributes
    join pairs using (old_row_id, new_row_id)
    join answers_owners using (pair, owner, owner_hash)
    where in_both
    group by owner, attributes.class
    union all
    select 'object', name, 0, 0, 0, 0, 0, 0, 0, count(*)
    from new.objects
    semi join pairs on new_row_id = row_id
    group by name
    union all
    select 'classification', name, 0, 0, 0, 0, 0, 0, 0, count(*)
    from new.classifications
    semi join pairs on new_row_id = row_id
    group by name
),

totals as (
    select
        owner,
        class,
        sum(added)::bigint as added,
        sum(removed)::bigint as removed,
        sum(replaced)::bigint as replaced,
        sum(moved)::bigint as moved,
        sum(class_changed)::bigint as class_changed,
        sum(otherwise_changed)::bigint as otherwise_changed,
        sum(attributes_changed)::bigint as attributes_changed,
        sum(unchanged)::bigint as unchanged
    from counted
    group by owner, class
)

select *
from totals
order by owner desc, added + removed + replaced + moved + class_changed + otherwise_changed + attributes_changed desc, class
