-- Which question of a classification is answered how, and where does that hold?
-- One row per answer and place of a classification; one with null answer where nothing was chosen.
--
-- Places are those of classification_ranges: what overlaps or touches is one, so that lengths count no frame twice. A
-- checklist has one row for each option chosen. A classification without any attribute has one row with null question.
--
-- column classification: Name of the classification.
-- column question: Name of the attribute; its first is the classification's own.
-- column answer: Answer as shown; null where nothing was chosen.
-- column length: Places that the range holds, both ends counted: frames, milliseconds or characters, as range_unit says.
select
    ranges.row_id,
    ranges.label_hash,
    ranges.space_id,
    ranges.timeline_id,
    ranges.range_unit,
    ranges.range_start,
    ranges.range_end,
    ranges.length,
    ranges.classification_hash,
    ranges.feature_hash,
    ranges.name as classification,
    coalesce(attributes.attribute, attributes.attribute_value, attributes.attribute_feature_hash) as question,
    attributes.kind,
    coalesce(attributes.answer, attributes.answer_value, attributes.answer_feature_hash) as answer,
    attributes.answer_value,
    attributes.answer_feature_hash,
    attributes.answer_number,
    attributes.attribute_index,
    attributes.answer_index
from classification_ranges as ranges
left join attributes
    on attributes.owner = 'classification'
    and attributes.row_id = ranges.row_id
    and attributes.owner_hash = ranges.classification_hash
    and coalesce(attributes.space_id, ranges.space_id, '') = coalesce(ranges.space_id, '')
