-- Which classifications stand in the same label rows?
-- One row per two classes of classifications that share a label row, in order of the alphabet, one without name last.
-- Deleted objects do not count.
--
-- A label row counts wherever in it the two hold. Label rows are counted by the set of classes in them, and pairs from
-- these sets: the cost is linear in the pairs of classes of each different set.
--
-- column other_class: The second class.
-- column label_rows_both: Label rows that have both.
-- column label_rows_either: Label rows that have one of them at least.
-- column share: label_rows_both over label_rows_either.
with classes as (
    select name, row_number() over (order by name nulls last) as place
    from (select distinct name from classifications)
),

labelled as (
    select list_sort(list(place)) as places
    from (select distinct row_id, name from classifications) as named
    join classes on classes.name is not distinct from named.name
    group by row_id
),

sets as (
    select places, count(*) as label_rows
    from labelled
    group by places
),

firsts as (
    select unnest(places) as place, places, label_rows
    from sets
),

of_class as (
    select place, sum(label_rows)::bigint as label_rows
    from firsts
    group by place
),

pairs as (
    select place, other_place, sum(label_rows)::bigint as label_rows
    from (select place, unnest(places) as other_place, label_rows from firsts)
    where place < other_place
    group by place, other_place
)

select
    classes.name as class,
    others.name as other_class,
    pairs.label_rows as label_rows_both,
    of_class.label_rows + of_other.label_rows - pairs.label_rows as label_rows_either,
    round(pairs.label_rows / (of_class.label_rows + of_other.label_rows - pairs.label_rows), 4) as share
from pairs
join of_class on of_class.place = pairs.place
join of_class as of_other on of_other.place = pairs.other_place
join classes on classes.place = pairs.place
join classes as others on others.place = pairs.other_place
order by label_rows_both desc, class, other_class
