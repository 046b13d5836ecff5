-- What are the rows of classifications that one of the two snapshots has more often than the other?
-- One row per row of old.classifications or new.classifications, as side says; in no order, which would cost more than all else.
select row_number() over () as id, *
from (
    select 'old' as side, compared.pair, surplus.in_both, rows_of_side.*
    from (
        select *, hash(*columns(* exclude (row_id, label_hash, timeline_id, json_form))) as row_hash
        from old.classifications
    ) as rows_of_side
    join (select pair, old_row_id from pairs where not alike) as compared on old_row_id = row_id
    join classifications_surplus as surplus on surplus.pair = compared.pair and surplus.row_hash = rows_of_side.row_hash
    union all by name
    select 'new' as side, compared.pair, surplus.in_both, rows_of_side.*
    from (
        select *, hash(*columns(* exclude (row_id, label_hash, timeline_id, json_form))) as row_hash
        from new.classifications
    ) as rows_of_side
    join (select pair, new_row_id from pairs where not alike) as compared on new_row_id = row_id
    join classifications_surplus as surplus on surplus.pair = compared.pair and surplus.row_hash = rows_of_side.row_hash
)
