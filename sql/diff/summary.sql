-- How much changed?
-- One row per kind of thing: label rows, rows of objects, objects, rows of classifications, answers.
--
-- A row of objects is an object on one frame or range; an object counts once in its label row for each change that it
-- has on any of them. changed: not moved and without another class, but something else. What was moved and got another
-- class counts in both. Answers count by range; how many of them are the same is not told.
with of_rows as (
    select
        'label_rows' as counted,
        count(*) filter (where change = 'added') as added,
        count(*) filter (where change = 'removed') as removed,
        null::bigint as replaced,
        null::bigint as moved,
        null::bigint as class_changed,
        count(*) filter (where change = 'changed') as changed,
        (select count(*) from pairs where new_row_id is not null) - count(*) filter (where change <> 'removed') as unchanged
    from label_rows
),

of_object_rows as (
    select
        'object_rows' as counted,
        count(*) filter (where change = 'added') as added,
        count(*) filter (where change = 'removed') as removed,
        count(*) filter (where change = 'replaced') as replaced,
        count(*) filter (where change = 'changed' and moved) as moved,
        count(*) filter (where change = 'changed' and class_changed) as class_changed,
        count(*) filter (where change = 'changed' and not moved and not class_changed) as changed,
        (select count(*) from new.objects semi join pairs on new_row_id = row_id) - count(*) filter (where change <> 'removed') as unchanged
    from objects
),

of_objects as (
    select
        'objects' as counted,
        count(distinct {'row': new_row_id, 'hash': object_hash}) filter (where change = 'added') as added,
        count(distinct {'row': old_row_id, 'hash': object_hash}) filter (where change = 'removed') as removed,
        count(distinct {'row': new_row_id, 'hash': object_hash}) filter (where change = 'replaced') as replaced,
        count(distinct {'row': new_row_id, 'hash': object_hash})
            filter (where change = 'changed' and moved) as moved,
        count(distinct {'row': new_row_id, 'hash': object_hash})
            filter (where change = 'changed' and class_changed) as class_changed,
        count(distinct {'row': new_row_id, 'hash': object_hash})
            filter (where change = 'changed' and not moved and not class_changed) as changed,
        (select count(distinct {'row': row_id, 'hash': object_hash}) from new.objects semi join pairs on new_row_id = row_id)
            - count(distinct {'row': new_row_id, 'hash': object_hash}) filter (where change <> 'removed') as unchanged
    from objects
),

of_classifications as (
    select
        'classification_rows' as counted,
        count(*) filter (where change = 'added') as added,
        count(*) filter (where change = 'removed') as removed,
        null::bigint as replaced,
        count(*) filter (where change = 'changed' and moved) as moved,
        count(*) filter (where change = 'changed' and class_changed) as class_changed,
        count(*) filter (where change = 'changed' and not moved and not class_changed) as changed,
        (select count(*) from new.classifications semi join pairs on new_row_id = row_id) - count(*) filter (where change <> 'removed') as unchanged
    from classifications
),

of_answers as (
    select
        'answers' as counted,
        count(*) filter (where change = 'added') as added,
        count(*) filter (where change = 'removed') as removed,
        null::bigint as replaced,
        null::bigint as moved,
        null::bigint as class_changed,
        count(*) filter (where change = 'changed') as changed,
        null::bigint as unchanged
    from attributes
)

select * from of_rows
union all
select * from of_object_rows
union all
select * from of_objects
union all
select * from of_classifications
union all
select * from of_answers
order by
    list_position(['label_rows', 'object_rows', 'objects', 'classification_rows', 'answers'], counted)
