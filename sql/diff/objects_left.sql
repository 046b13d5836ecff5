-- What are the rows of objects that one of the two snapshots has more often, of label rows that both have?
-- One row per row of old.objects or new.objects, as side says; in no order, which would cost more than all else.
select row_number() over () as id, *
from (
    select 'old' as side, compared.pair, surplus.in_both, rows_of_side.*
    from (
        select *, hash(*columns(* exclude (row_id, label_hash, timeline_id, json_form))) as row_hash
        from old.objects
    ) as rows_of_side
    join (select pair, old_row_id from pairs where not alike and new_row_id is not null) as compared on old_row_id = row_id
    join objects_surplus as surplus on surplus.pair = compared.pair and surplus.row_hash = rows_of_side.row_hash
    union all by name
    select 'new' as side, compared.pair, surplus.in_both, rows_of_side.*
    from (
        select *, hash(*columns(* exclude (row_id, label_hash, timeline_id, json_form))) as row_hash
        from new.objects
    ) as rows_of_side
    join (select pair, new_row_id from pairs where not alike and old_row_id is not null) as compared on new_row_id = row_id
    join objects_surplus as surplus on surplus.pair = compared.pair and surplus.row_hash = rows_of_side.row_hash
)
