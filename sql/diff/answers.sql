-- Which answers to attributes are not the same in both snapshots?
-- One row per row of attributes, as side says, of an owner and attribute that has other answers in the other snapshot.
--
-- token is what tells an answer from another: of an option its hash and text, of a number the number. An attribute
-- without an answer has no row. range_start and range_end are never null: what has no end ends beyond all numbers. Of an
-- object that stands under another hash now, owner_hash is the new one.
with answers_of_old as (
    select
        'old' as side, pair, owner, coalesce(new_hash, owner_hash) as owner_hash, attribute_feature_hash, attribute,
        attribute_value, kind, answer, answer_value, answer_feature_hash, answer_number, range_start, range_end, space_id
    from old.attributes
    join (select pair, old_row_id from pairs where not alike) as compared on old_row_id = row_id
    left join (select pair as pair_of, old_hash, new_hash from owners_replaced) as replaced
        on owner = 'object' and pair_of = pair and old_hash = owner_hash
),

answers_of_new as (
    select
        'new' as side, pair, owner, owner_hash, attribute_feature_hash, attribute,
        attribute_value, kind, answer, answer_value, answer_feature_hash, answer_number, range_start, range_end, space_id
    from new.attributes
    join (select pair, new_row_id from pairs where not alike) as compared on new_row_id = row_id
),

answers as (
    select
        side, pair, owner, owner_hash, space_id,
        coalesce(attribute_feature_hash, attribute, attribute_value, '') as feature,
        attribute_feature_hash,
        coalesce(attribute, attribute_value) as attribute,
        coalesce(range_start, -4611686018427387904) as range_start,
        coalesce(range_end, 4611686018427387903) as range_end,
        coalesce(answer, answer_value, answer_feature_hash) as answer,
        case
            when kind = 'number' and answer_number is not null then hash(answer_number)::varchar
            when kind = 'unknown' then content_of(answer)
            else concat_ws(chr(31), kind, answer_feature_hash, coalesce(answer, answer_value))
        end as token
    from (select * from answers_of_old union all select * from answers_of_new)
    where answer is not null or answer_value is not null or answer_feature_hash is not null
),

differing as (
    select pair, owner, owner_hash, space_id, feature
    from answers
    group by pair, owner, owner_hash, space_id, feature
    having sum(if(side = 'new', 1, -1) * hash(range_start, range_end, token)::hugeint) <> 0
)

select answers.*
from answers
semi join differing
    on differing.pair = answers.pair
    and differing.owner = answers.owner
    and differing.owner_hash = answers.owner_hash
    and differing.feature = answers.feature
    and differing.space_id is not distinct from answers.space_id
order by side, pair, owner, owner_hash, space_id, feature, range_start, range_end, token, answer
