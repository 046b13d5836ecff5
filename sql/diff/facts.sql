-- Of which label rows that both snapshots have do the tables differ that are not compared row by row?
-- One row per such pair, where content_hash does not tell.
--
-- Rows are taken as a set, as text, without links and without counts of other tables. Of objects it is what is computed
-- from their geometry.
--
-- parameter trusted = true: Whether content_hash tells what the tables hold: they were not edited since.
with old_facts as (
    select row_id, sum(facts::hugeint) as facts
    from (
        select row_id, hash('data_units', *columns(* exclude (row_id))) as facts
        from (
            select row_id, columns(* exclude (row_id, label_hash, data_link, data_links, json_form))::varchar
            from old.data_units
        )
        union all
        select row_id, hash('spaces', *columns(* exclude (row_id))) as facts
        from (
            select row_id, columns(* exclude (row_id, label_hash, data_link, json_form))::varchar from old.spaces
        )
        union all
        select row_id, hash('frames', *columns(* exclude (row_id))) as facts
        from (
            select row_id, columns(* exclude (row_id, label_hash, file_uri, n_objects, n_classifications, json_form))::varchar from old.frames
        )
        union all
        select row_id, hash('instances', *columns(* exclude (row_id))) as facts
        from (
            select row_id, columns(* exclude (row_id, label_hash, n_attributes, n_placements, json_form))::varchar from old.instances
        )
        union all
        select row_id, hash('attributes', *columns(* exclude (row_id))) as facts
        from (
            select row_id, columns(* exclude (row_id, label_hash, json_form))::varchar from old.attributes
        )
        union all
        select row_id, hash('objects', *columns(* exclude (row_id))) as facts
        from (
            select row_id, columns(['x', 'y', 'w', 'h', 'area', 'n_vertices', 'mask_pixels'])::varchar
            from old.objects
        )
    )
    group by row_id
),

new_facts as (
    select row_id, sum(facts::hugeint) as facts
    from (
        select row_id, hash('data_units', *columns(* exclude (row_id))) as facts
        from (
            select row_id, columns(* exclude (row_id, label_hash, data_link, data_links, json_form))::varchar
            from new.data_units
        )
        union all
        select row_id, hash('spaces', *columns(* exclude (row_id))) as facts
        from (
            select row_id, columns(* exclude (row_id, label_hash, data_link, json_form))::varchar from new.spaces
        )
        union all
        select row_id, hash('frames', *columns(* exclude (row_id))) as facts
        from (
            select row_id, columns(* exclude (row_id, label_hash, file_uri, n_objects, n_classifications, json_form))::varchar from new.frames
        )
        union all
        select row_id, hash('instances', *columns(* exclude (row_id))) as facts
        from (
            select row_id, columns(* exclude (row_id, label_hash, n_attributes, n_placements, json_form))::varchar from new.instances
        )
        union all
        select row_id, hash('attributes', *columns(* exclude (row_id))) as facts
        from (
            select row_id, columns(* exclude (row_id, label_hash, json_form))::varchar from new.attributes
        )
        union all
        select row_id, hash('objects', *columns(* exclude (row_id))) as facts
        from (
            select row_id, columns(['x', 'y', 'w', 'h', 'area', 'n_vertices', 'mask_pixels'])::varchar
            from new.objects
        )
    )
    group by row_id
)

select pair
from pairs
left join old_facts on old_facts.row_id = old_row_id
left join new_facts on new_facts.row_id = new_row_id
where not $trusted and old_row_id is not null and new_row_id is not null
    and old_facts.facts is distinct from new_facts.facts
order by pair
