-- Which labels are odd, and where do they stand?
-- One row per finding of a check, with the file that it lies on.
--
-- It reads `found`, which holds what the checks found. fingerprint is the same for the same finding tomorrow: it is made
-- of hashes and the message, not of numbers that change from export to export.
select
    found."check",
    found.severity,
    found.row_id,
    coalesce(found.label_hash, label_rows.label_hash) as label_hash,
    coalesce(label_rows.branch_name, 'main') as branch_name,
    coalesce(spaces.file_name, label_rows.data_title) as file_title,
    coalesce(spaces.data_link, unit_links.data_link) as file_link,
    found.space_id,
    found.frame,
    found.owner,
    found.owner_hash,
    found.message,
    found.value,
    left(
        md5(
            concat_ws(
                chr(31),
                found."check",
                coalesce(found.label_hash, label_rows.label_hash, label_rows.data_hash, ''),
                coalesce(label_rows.branch_name, 'main'),
                coalesce(found.space_id, ''),
                coalesce(found.frame::varchar, ''),
                coalesce(found.owner, ''),
                coalesce(found.owner_hash, ''),
                found.message
            )
        ),
        16
    ) as fingerprint
from found
left join label_rows on label_rows.row_id = found.row_id
left join spaces on spaces.row_id = found.row_id and spaces.space_id = found.space_id
left join (select row_id, min(data_link) as data_link from data_units group by row_id) as unit_links
    on unit_links.row_id = found.row_id
order by
    case found.severity when 'error' then 0 when 'warning' then 1 else 2 end,
    found."check",
    found.row_id,
    found.space_id,
    found.frame,
    found.owner_hash,
    found.message,
    found.value
