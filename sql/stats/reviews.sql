-- What did reviewers say?
-- One row per class, status, approval and reviewer.
-- Deleted objects do not count.
--
-- A review is an entry of the list `reviews` of an object or classification; the same entry on several frames is one.
-- What an entry does not tell is null, of an entry that is no JSON object all; where `reviews` is no list, it is the
-- only entry. An object that stands both in a Data Group's label row and in a child's counts in the child's.
--
-- column owner: Whether the class is one of objects or of classifications.
-- column status: `status` of the review, else its `action`.
-- column approved: `approved` of the review: true or false.
-- column reviewer: `user_email` of the review, else its `createdBy`.
-- column instances: Objects or classifications with such a review, once in their label row.
-- column reviews: Such reviews.
-- column label_rows: Label rows that these are in.
with reviewed as (
    select 'object' as owner, row_id, object_hash as owner_hash, name as class, reviews
    from objects_once
    where not in_child
        and not coalesce(is_deleted, false)
        and reviews not in ('[]', 'null')
        and json_valid(reviews)
    group by row_id, object_hash, name, reviews
    union all
    select 'classification', row_id, classification_hash, name, reviews
    from classifications
    where reviews not in ('[]', 'null') and json_valid(reviews)
    group by row_id, classification_hash, name, reviews
),

entries as (
    select distinct
        owner,
        row_id,
        owner_hash,
        class,
        unnest(
            case when json_type(reviews) = 'ARRAY' then json_extract(reviews, '$[*]') else [reviews::json] end
        )::varchar as entry
    from reviewed
),

told as (
    select
        owner,
        row_id,
        owner_hash,
        class,
        coalesce(entry ->> '$.status', entry ->> '$.action') as status,
        case when json_type(entry, '$.approved') = 'BOOLEAN' then entry ->> '$.approved' = 'true' end as approved,
        coalesce(entry ->> '$.user_email', entry ->> '$.createdBy') as reviewer,
        count(*) as reviews
    from entries
    group by all
)

select
    owner,
    class,
    status,
    approved,
    reviewer,
    count(*) as instances,
    sum(reviews)::bigint as reviews,
    count(distinct row_id) as label_rows
from told
group by owner, class, status, approved, reviewer
order by owner desc, class, status, approved, reviewer
