-- Whose answers are not the same in both snapshots?
-- One row per owner, an object or a classification: its class, who last edited it, and whether both snapshots have it.
--
-- What its answer tells comes before what its labels tell, the new snapshot before the old. Of several classes it is the
-- first in the alphabet.
with asked as (
    select distinct
        pair, old_row_id, new_row_id, owner, owner_hash,
        if(owner = 'object', coalesce(old_hash, owner_hash), owner_hash) as old_owner_hash
    from answers
    join pairs using (pair)
    left join owners_replaced on owners_replaced.pair = answers.pair and new_hash = owner_hash
),

told as (
    select
        asked.pair, asked.owner, asked.owner_hash, source.is_new, source.is_instance, source.class, source.annotator,
        source.edited_at
    from asked
    join (
        select
            false as is_new, true as is_instance, row_id, owner, owner_hash, coalesce(name, value) as class,
            coalesce(last_edited_by, created_by) as annotator, coalesce(last_edited_at, created_at) as edited_at
        from old.instances
        union all
        select
            false, false, row_id, 'object', object_hash, coalesce(name, value),
            coalesce(last_edited_by, created_by), coalesce(last_edited_at, created_at)
        from old.objects
        union all
        select
            false, false, row_id, 'classification', classification_hash, coalesce(name, value),
            coalesce(last_edited_by, created_by), coalesce(last_edited_at, created_at)
        from old.classifications
    ) as source
        on source.row_id = asked.old_row_id
        and source.owner = asked.owner
        and source.owner_hash = asked.old_owner_hash
    union all
    select
        asked.pair, asked.owner, asked.owner_hash, source.is_new, source.is_instance, source.class, source.annotator,
        source.edited_at
    from asked
    join (
        select
            true as is_new, true as is_instance, row_id, owner, owner_hash, coalesce(name, value) as class,
            coalesce(last_edited_by, created_by) as annotator, coalesce(last_edited_at, created_at) as edited_at
        from new.instances
        union all
        select
            true, false, row_id, 'object', object_hash, coalesce(name, value),
            coalesce(last_edited_by, created_by), coalesce(last_edited_at, created_at)
        from new.objects
        union all
        select
            true, false, row_id, 'classification', classification_hash, coalesce(name, value),
            coalesce(last_edited_by, created_by), coalesce(last_edited_at, created_at)
        from new.classifications
    ) as source
        on source.row_id = asked.new_row_id
        and source.owner = asked.owner
        and source.owner_hash = asked.owner_hash
),

gathered as (
    select
        pair, owner, owner_hash, is_new, is_instance,
        min(class) as class,
        max({'at': edited_at, 'who': annotator}) filter (where annotator is not null) as edited
    from told
    group by pair, owner, owner_hash, is_new, is_instance
)

select
    asked.pair,
    asked.owner,
    asked.owner_hash,
    first(class order by is_new desc, is_instance desc) filter (where class is not null) as class,
    first(edited.who order by is_instance desc) filter (where is_new and edited is not null) as annotator,
    first(edited.who order by is_instance desc) filter (where not is_new and edited is not null) as old_annotator,
    first(edited.at order by is_instance desc) filter (where is_new and edited is not null) as edited_at,
    count(distinct is_new) = 2 as in_both
from asked
left join gathered using (pair, owner, owner_hash)
group by asked.pair, asked.owner, asked.owner_hash
order by asked.pair, asked.owner, asked.owner_hash
