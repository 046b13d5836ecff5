-- Which rows of objects of label rows that both snapshots have does one of them have more often than the other?
-- One row per pair of label rows and hash of such a row.
--
-- The hash is of all columns that tell of the label, its frame and its object: most rows are the same in both, and need
-- never be laid side by side. in_both: both have it, one of them more often.
select pair, row_hash, min(side) < max(side) as in_both
from (
    select pair, row_hash, -1 as side
    from (
        select row_id, hash(*columns(* exclude (row_id, label_hash, timeline_id, json_form))) as row_hash
        from old.objects
    ) as o
    join (select pair, old_row_id from pairs where not alike and new_row_id is not null) as compared on old_row_id = row_id
    union all
    select pair, row_hash, 1 as side
    from (
        select row_id, hash(*columns(* exclude (row_id, label_hash, timeline_id, json_form))) as row_hash
        from new.objects
    ) as n
    join (select pair, new_row_id from pairs where not alike and old_row_id is not null) as compared on new_row_id = row_id
)
group by pair, row_hash
having sum(side) <> 0
order by pair, row_hash
