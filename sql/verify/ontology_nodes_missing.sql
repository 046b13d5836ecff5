-- Which rows hang on a class, attribute or option of the ontology that is not there?
-- One row per table and kind of node that some miss.
with hanging as (
    select 'ontology_attributes' as table_name, 'class' as kind, owner, class_feature_hash as node, null::bigint as row_id
    from ontology_attributes
    union all
    select 'ontology_options', 'class', owner, class_feature_hash, null
    from ontology_options
    union all
    select 'ontology_options', 'attribute', owner, attribute_feature_hash, null
    from ontology_options
    union all
    select 'ontology_attributes', 'attribute', owner, parent_attribute_feature_hash, null
    from ontology_attributes
    union all
    select 'ontology_attributes', 'option', owner, parent_feature_hash, null
    from ontology_attributes
    union all
    select 'attributes', 'option', owner, parent_feature_hash, row_id
    from attributes
),

nodes as (
    select 'class' as kind, owner, feature_hash as node
    from ontology_classes
    union all
    select 'attribute', owner, feature_hash
    from ontology_attributes
    union all
    select 'option', owner, feature_hash
    from ontology_options
)

select
    table_name,
    'a row hangs on ' || case kind when 'class' then 'a ' else 'an ' end || kind || ' that the ontology has not' as message,
    count(*) as n,
    min(row_id) as first_row_id
from hanging
anti join nodes using (kind, owner, node)
where node is not null
group by table_name, kind
order by table_name, kind
