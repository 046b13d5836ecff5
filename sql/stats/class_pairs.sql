-- Which classes are on the same frames?
-- One row per two classes that share a frame, in order of the alphabet; a class without name comes last.
-- Deleted objects do not count.
--
-- A frame is one image, slice or page of one space; in continuous scenes a moment at which both have an entry. Audio,
-- text and what else has no frames is left out: see extent_overlaps. Frames are counted by the set of classes on them,
-- and pairs from these sets: the cost is linear in frames, and in the pairs of classes of each different set. An
-- object that stands both in a Data Group's label row and in a child's counts in the child's.
--
-- column other_class: The second class.
-- column frames_both: Frames that hold both.
-- column frames_class: Frames that hold the first.
-- column frames_other_class: Frames that hold the second.
-- column share_of_class: Share of the first one's frames that hold the second.
-- column share_of_other_class: Share of the second one's frames that hold the first.
-- column jaccard: frames_both over the frames that hold either.
-- column lift: How many times more often they meet than by chance, over all frames that the export lists; 1: by chance.
with classes as (
    select name, place, (repeat('0', place) || '1' || repeat('0', n_classes - place - 1))::bit as own_bit
    from (
        select name, row_number() over (order by name nulls last) - 1 as place, count(*) over () as n_classes
        from (select distinct name from objects)
    )
),

framed as (
    select bit_or(case when not coalesce(is_deleted, false) then own_bit end) as bits
    from objects_once
    join classes on classes.name is not distinct from objects_once.name
    where frame is not null
    group by row_id, space_id, frame
),

bags as (
    select bits, count(*) as frames
    from framed
    group by bits
),

sets as (
    select list_filter(range(bit_length(bits)), lambda place: get_bit(bits, place::integer) = 1) as places, frames
    from bags
    where bits is not null
),

firsts as (
    select unnest(places) as place, places, frames
    from sets
),

of_class as (
    select place, sum(frames)::bigint as frames
    from firsts
    group by place
),

pairs as (
    select place, other_place, sum(frames)::bigint as frames
    from (select place, unnest(places) as other_place, frames from firsts)
    where place < other_place
    group by place, other_place
),

listed as (
    select (select count(*) from frames where n_objects = 0) + (select coalesce(sum(frames), 0) from bags) as frames
)

select
    classes.name as class,
    others.name as other_class,
    pairs.frames as frames_both,
    of_class.frames as frames_class,
    of_other.frames as frames_other_class,
    round(pairs.frames / of_class.frames, 4) as share_of_class,
    round(pairs.frames / of_other.frames, 4) as share_of_other_class,
    round(pairs.frames / (of_class.frames + of_other.frames - pairs.frames), 4) as jaccard,
    round(pairs.frames / of_class.frames * (listed.frames / of_other.frames), 4) as lift
from pairs
join of_class on of_class.place = pairs.place
join of_class as of_other on of_other.place = pairs.other_place
join classes on classes.place = pairs.place
join classes as others on others.place = pairs.other_place
cross join listed
order by frames_both desc, class, other_class
