"""The declared tables: what all of them have, and what is made of a declaration."""

from __future__ import annotations

import pyarrow as pa
import pytest

from labelframe.schema import REJECTS, TABLES, TEXT, Column, Table, field_metadata, type_name

OF_LABEL_ROWS = {name: table for name, table in TABLES.items() if not name.startswith("ontology_")}

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
every_table_of_label_rows = pytest.mark.parametrize("table", OF_LABEL_ROWS.values(), ids=OF_LABEL_ROWS)


@every_table_of_label_rows
def test_every_table_starts_with_row_id_and_label_hash_but_those_of_the_ontology(table: Table) -> None:
    assert [column.name for column in table.columns[:2]] == ["row_id", "label_hash"]


@every_table_of_label_rows
def test_row_id_is_never_null_but_in_rejects(table: Table) -> None:
    assert table.column("row_id").nullable == (table is REJECTS)


@every_table
def test_the_last_column_of_what_stands_for_a_json_object_is_extra(table: Table) -> None:
    places = [place for place, column in enumerate(table.columns, start=1) if column.name == "extra"]

    assert places == ([] if table is REJECTS else [len(table.columns)])


@every_table
def test_column_names_are_unique_and_in_lower_case(table: Table) -> None:
    names = [column.name for column in table.columns]

    assert sorted(set(names)) == sorted(names)
    assert [name for name in names if name != name.lower()] == []


@every_table
def test_every_column_says_what_it_means_in_one_sentence(table: Table) -> None:
    unclear = [column.name for column in table.columns if not column.doc.endswith(".") or "\n" in column.doc]

    assert unclear == []


@every_table
def test_every_name_of_the_key_is_a_column(table: Table) -> None:
    names = {column.name for column in table.columns}

    # Two objects of one hash in a frame's list are told apart by nothing but their order.
    assert set(table.key) - names <= {"and its place among equals"}


@every_table
def test_every_column_that_counts_from_the_frame_has_a_unit(table: Table) -> None:
    measures = {"x", "y", "w", "h", "area", "width", "height", "frame", "fps", "range_start", "range_end", "theta"}

    assert [column.name for column in table.columns if column.name in measures and column.unit is None] == []


@every_table
def test_the_arrow_schema_is_the_declaration(table: Table) -> None:
    schema = table.schema

    assert [(field.name, field.type, field.nullable) for field in schema] == [
        (column.name, column.type, column.nullable) for column in table.columns
    ]
    assert schema.metadata == {b"labelframe.table": table.name.encode(), b"labelframe.doc": table.doc.encode()}
    assert [field.metadata[b"doc"].decode() for field in schema] == [column.doc for column in table.columns]


@pytest.mark.parametrize("name", ["row_id", "label_hash"])
def test_a_column_that_every_table_has_is_the_same_type_everywhere(name: str) -> None:
    assert len({table.column(name).type for table in OF_LABEL_ROWS.values()}) == 1


def test_metadata_leaves_out_what_a_column_does_not_have() -> None:
    table = TABLES["data_units"]
    width, unit_id, row_id = (table.column(name) for name in ("width", "unit_id", "row_id"))

    assert [field_metadata(table, column) for column in (width, unit_id, row_id)] == [
        {"doc": width.doc, "unit": "px", "source": "$.data_units.<unit_id>.width"},
        {"doc": unit_id.doc, "source": "$.data_units.<unit_id>"},
        {"doc": row_id.doc},
    ]


def test_the_json_source_names_every_path_that_a_row_can_stand_for() -> None:
    table = Table("things", "Things.", "$.a | $.b", ("name",), (Column("name", TEXT, "Name.", "theName"),))

    assert table.json_source(table.columns[0]) == "$.a.theName | $.b.theName"


def test_a_column_that_does_not_exist_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        TABLES["objects"].column("nothing")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (pa.int64(), "int64"),
        (pa.float64(), "float64"),
        (pa.bool_(), "bool"),
        (pa.string(), "string"),
        (TEXT, "string"),
        (pa.timestamp("us", tz="UTC"), "timestamp[us, UTC]"),
        (pa.list_(pa.string()), "list<string>"),
        (pa.struct([("x", pa.float64()), ("y", pa.float64())]), "struct<x: float64, y: float64>"),
        (
            pa.list_(pa.list_(pa.struct([("start", pa.int64()), ("name", TEXT)]))),
            "list<list<struct<start: int64, name: string>>>",
        ),
    ],
)
def test_a_type_is_named_as_people_write_it(kind: pa.DataType, name: str) -> None:
    assert type_name(kind) == name
