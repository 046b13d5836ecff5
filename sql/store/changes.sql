-- What differs between two snapshots, whose tables are in the schemas old_snapshot and new_snapshot?
-- One row. A label row is known by label_hash and branch, and changed where its content_hash is another; those without
-- label_hash are known by content_hash alone. rejects and ontology count rows that only one of the two has; a reject is
-- known by its reason, its place and what it says without what changes from export to export (the function said_of).
with old_rows as (
    select label_hash, coalesce(branch_name, 'main') as branch, content_hash from old_snapshot.label_rows
),
new_rows as (
    select label_hash, coalesce(branch_name, 'main') as branch, content_hash from new_snapshot.label_rows
),
known as (
    select
        count(*) filter (where o.label_hash is null) as added,
        count(*) filter (where n.label_hash is null) as removed,
        count(*) filter (where n.content_hash is distinct from o.content_hash) - added - removed as changed
    from (from new_rows where label_hash is not null) as n
    full join (from old_rows where label_hash is not null) as o
        on n.label_hash = o.label_hash and n.branch = o.branch
),
nameless as (
    select
        coalesce(sum(net) filter (where net > 0), 0)::bigint as added,
        coalesce(-sum(net) filter (where net < 0), 0)::bigint as removed
    from (
        select sum(side) as net
        from (
            select content_hash, 1 as side from new_rows where label_hash is null
            union all
            select content_hash, -1 from old_rows where label_hash is null
        )
        group by content_hash
    )
),
rejects as (
    select coalesce(sum(net), 0)::bigint as n
    from (
        select abs(sum(side)) as net
        from (
            select reason, json_path, said_of(coalesce(json_path, ''), coalesce(raw, '')) as said, 1 as side
            from new_snapshot.rejects
            union all
            select reason, json_path, said_of(coalesce(json_path, ''), coalesce(raw, '')), -1
            from old_snapshot.rejects
        )
        group by reason, json_path, said
    )
),
ontology as (
    (select 1 from (from new_snapshot.ontology_classes except all from old_snapshot.ontology_classes))
    union all
    (select 1 from (from old_snapshot.ontology_classes except all from new_snapshot.ontology_classes))
    union all
    (select 1 from (from new_snapshot.ontology_attributes except all from old_snapshot.ontology_attributes))
    union all
    (select 1 from (from old_snapshot.ontology_attributes except all from new_snapshot.ontology_attributes))
    union all
    (select 1 from (from new_snapshot.ontology_options except all from old_snapshot.ontology_options))
    union all
    (select 1 from (from old_snapshot.ontology_options except all from new_snapshot.ontology_options))
)
select
    known.added + nameless.added as added,
    known.removed + nameless.removed as removed,
    known.changed,
    rejects.n as rejects,
    (select count(*) from ontology) as ontology
from known, nameless, rejects
order by all
