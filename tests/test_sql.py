"""Every query of sql/ answers its cases in tests/sql/<query>/: given these tables, expect these rows."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from labelframe.checks import FOUND, SEVERITIES, severity_of
from labelframe.database import views
from labelframe.queries import Query, Value
from labelframe.schema import TABLES, Column, Table
from labelframe.stats import run_query

ROOT = Path(__file__).parents[1]
VIEWS = [ROOT / "sql" / "views" / f"{name}.sql" for name in views()]  # each after those that it reads
STATISTICS = sorted((ROOT / "sql" / "stats").glob("*.sql"))
CHECKS = sorted((ROOT / "sql" / "checks").glob("*.sql"))
QUERIES = {path.stem: path for path in [*VIEWS, *STATISTICS, *CHECKS]}
CASES = sorted((ROOT / "tests" / "sql").glob("*/*.json"))

Row = Mapping[str, Any]  # as json has it


def arrow_table(table: Table, rows: Sequence[Row]) -> pa.Table:
    """The rows as the schema has them: a column that a row leaves out is null, or neutral where it cannot be."""
    unknown = {name for row in rows for name in row} - {column.name for column in table.columns}
    if unknown:
        raise ValueError(f"{table.name} has no column {', '.join(sorted(unknown))}")
    arrays = [pa.array([cell(column, row) for row in rows], column.type) for column in table.columns]
    return pa.Table.from_arrays(arrays, schema=table.schema)


def cell(column: Column, row: Row) -> object:
    value = row.get(column.name)
    if value is None and not column.nullable:
        neutral: dict[pa.DataType, object] = {pa.int64(): 0, pa.bool_(): False}
        return neutral.get(column.type, "")
    if pa.types.is_timestamp(column.type) and isinstance(value, str):
        return datetime.fromisoformat(value).astimezone(UTC)
    return value


def connect(given: Mapping[str, Sequence[Row]]) -> duckdb.DuckDBPyConnection:
    """A connection with the given tables, the others empty, and every view."""
    unknown = given.keys() - TABLES.keys()
    if unknown:
        raise ValueError(f"no table {', '.join(sorted(unknown))}")
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    for name, table in TABLES.items():
        connection.register(name, arrow_table(table, given.get(name, [])))
    for path in VIEWS:
        connection.execute(f"create view {path.stem} as {path.read_text(encoding='utf-8')}")
    return connection


def text_of(query: str) -> str:
    """What to run: a statistic as it stands, a view from its first row to its last."""
    path = QUERIES[query]
    return f"select * from {query} order by all" if path in VIEWS else path.read_text(encoding="utf-8")


def values_of(query: str, given: Mapping[str, object]) -> dict[str, Value]:
    """The parameters of a query: what a case gives, else their defaults."""
    return Query(query, QUERIES[query].read_text(encoding="utf-8")).values(given)


def rows_of(
    connection: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, object] | None = None
) -> list[dict[str, object]]:
    result = run_query(connection, query, values)
    columns = [[plain(value, field.type) for value in result[field.name].to_pylist()] for field in result.schema]
    return [dict(zip(result.column_names, values, strict=True)) for values in zip(*columns, strict=True)]


def plain(value: object, kind: pa.DataType) -> object:
    """The value as a case spells it: times as text, fractions without the dust that quantiles leave."""
    if isinstance(value, float):
        return round(value, 9)
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if pa.types.is_map(kind) and isinstance(value, list):
        return dict(value)
    return value


def comments_of(path: Path) -> list[str]:
    """The lines of comment that a query opens with."""
    lines = path.read_text(encoding="utf-8").splitlines()
    body = next(number for number, line in enumerate(lines) if not line.startswith("--"))
    return [line.removeprefix("--").strip() for line in lines[:body]]


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_query_answers_its_case(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))

    with connect(case["given"]) as connection:
        query, values = text_of(path.parent.name), values_of(path.parent.name, case.get("parameters", {}))
        columns = run_query(connection, query, values).column_names
        rows = rows_of(connection, query, values)

    assert {name for row in case["expect"] for name in row} <= set(columns)
    assert rows == [{name: row.get(name) for name in columns} for row in case["expect"]]


def test_every_query_has_a_case_and_every_case_a_query() -> None:
    assert {path.parent.name for path in CASES} == QUERIES.keys()


@pytest.mark.parametrize("query", QUERIES)
def test_query_on_empty_tables_has_no_rows(query: str) -> None:
    with connect({}) as connection:
        assert rows_of(connection, text_of(query), values_of(query, {})) == []


@pytest.mark.parametrize("path", QUERIES.values(), ids=QUERIES)
def test_query_opens_with_its_question_and_what_a_row_means(path: Path) -> None:
    question, row, *_ = comments_of(path)

    assert question.endswith("?")
    assert row.startswith("One row per ")


@pytest.mark.parametrize("path", QUERIES.values(), ids=QUERIES)
def test_query_is_one_select(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    body = [line for line in lines if not line.startswith("--")]

    assert body[0].split()[0] in ("select", "with")
    assert ";" not in "\n".join(body)


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.stem)
def test_a_check_gives_findings_of_its_name_and_severity(path: Path) -> None:
    check = Query(path.stem, path.read_text(encoding="utf-8"))

    with connect({}) as connection:
        result = run_query(connection, check.sql, check.values({}))

    assert [(field.name, str(field.type)) for field in result.schema] == [
        (column.name, str(column.type)) for column in FOUND
    ]
    assert severity_of(check) in SEVERITIES
    found = [row for case in CASES if case.parent.name == path.stem for row in json.loads(case.read_text())["expect"]]
    assert {(row["check"], row["severity"]) for row in found} == {(path.stem, severity_of(check))}


@pytest.mark.parametrize("path", STATISTICS, ids=lambda path: path.stem)
def test_statistic_orders_its_rows_and_says_that_deleted_objects_do_not_count(path: Path) -> None:
    assert re.search(r"^order by ", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert comments_of(path)[2] == "Deleted objects do not count."


def test_object_attributes_has_the_columns_of_objects_and_two_more() -> None:
    with connect({}) as connection:
        columns = connection.sql("select * from object_attributes").columns
        kind = connection.sql("select attributes from object_attributes").dtypes[0]

    assert columns == [column.name for column in TABLES["objects"].columns] + ["attributes", "ambiguous"]
    assert str(kind) == "MAP(VARCHAR, VARCHAR[])"


@pytest.mark.parametrize(("columns", "read"), [("name, attributes", False), ("polygons, attributes", True)])
def test_object_attributes_reads_only_the_columns_that_are_asked_for(columns: str, read: bool) -> None:
    with connect({}) as connection:
        plan = connection.execute(f"explain select {columns} from object_attributes").fetchall()

    assert ("polygons" in str(plan)) == read


ONTOLOGIES: dict[str, dict[str, bool]] = {
    "none": {},
    "whole": {"f0": False, "f1": True, "f2": False},
    "part": {"f0": False},
}


@pytest.mark.parametrize("multiple", ONTOLOGIES.values(), ids=ONTOLOGIES)
@pytest.mark.parametrize("seed", range(8))
def test_object_attributes_agree_with_a_plain_loop(seed: int, multiple: dict[str, bool]) -> None:
    objects, attributes = random_labels(random.Random(seed))
    known = [{"owner": "object", "feature_hash": name, "multiple": value} for name, value in multiple.items()]

    with connect({"objects": objects, "attributes": attributes, "ontology_attributes": known}) as connection:
        rows = rows_of(connection, "select attributes, ambiguous from object_attributes order by object_number")

    expected = [resolve(row, attributes, multiple) for row in objects]
    assert [(row["attributes"], row["ambiguous"]) for row in rows] == expected


def random_labels(rng: random.Random) -> tuple[list[Row], list[Row]]:
    """Objects of every extent, and attributes that overlap in every way."""
    objects: list[Row] = []
    attributes: list[Row] = []
    kinds = {"f0": "option", "f1": "option", "f2": "text", "f3": "number", "f4": "unknown", None: "option"}
    names = {"f0": ["Mood"], "f1": ["Colour", "Color"], "f2": ["Note"], "f3": ["Count"], "f4": ["Note"], None: ["Mood"]}
    for owner in range(60):
        key = {"row_id": owner % 7, "owner_hash": f"h{owner // 7}"}
        for _ in range(rng.randint(1, 12)):
            start, end = random_extent(rng)
            place = {"space_id": rng.choice("ab"), "range_start": start, "range_end": end}
            objects.append({"row_id": key["row_id"], "object_hash": key["owner_hash"], **place})
        for index in range(rng.choice([0, 1, 2, 3, 8])):
            feature = rng.choice(list(kinds))
            entry = {
                **key,
                "owner": rng.choice(["object"] * 9 + ["classification"]),
                "attribute_feature_hash": feature,
                "attribute": rng.choice(names[feature]),
                "kind": kinds[feature],
                "dynamic": owner % 3 > 0 and rng.random() < 0.7,
                "attribute_index": index,
                "space_id": rng.choice([None, None, None, "a", "b"]) if owner % 3 == 2 else None,
            }
            most = 1 if feature == "f0" else 3  # a radio button, as some ontologies say
            options = rng.sample("pqrs", rng.randint(0, most) if kinds[feature] == "option" else 1)
            answers = [{"answer": option, "answer_index": place} for place, option in enumerate(options)]
            extents = [random_extent(rng) for _ in range(rng.randint(1, 3))] if entry["dynamic"] else [(None, None)]
            for start, end in extents:
                for answer in answers or [{}]:
                    attributes.append({**entry, **answer, "range_start": start, "range_end": end})
    rng.shuffle(attributes)
    return [{**row, "object_number": number} for number, row in enumerate(objects)], attributes


def random_extent(rng: random.Random) -> tuple[int | None, int | None]:
    start = rng.randint(0, 12)
    kind = rng.choice(["frame", "frame", "range", "open", "whole"])
    ends = {"frame": start, "range": start + rng.randint(0, 8), "open": None}
    return (None, None) if kind == "whole" else (start, ends[kind])


def resolve(place: Row, attributes: Iterable[Row], multiple: Mapping[str, bool]) -> tuple[dict[str, list[str]], bool]:
    """The attributes in force on a row of objects, found by looking at each, and whether they are ambiguous. `multiple`
    says of attributes whether they are checklists."""
    features: dict[str, list[Row]] = {}
    for row in sorted(attributes, key=entry_order):
        if row["owner"] == "object" and holds_on(row, place):
            features.setdefault(row["attribute_feature_hash"] or row["attribute"], []).append(row)
    named: dict[str, list[str]] = {}
    ambiguous = False
    for feature, rows in features.items():
        last = [row for row in rows if entry_order(row)[:2] == entry_order(rows[-1])[:2]]
        is_union = last[0]["kind"] == "option" and multiple.get(feature, True)
        chosen = [row["answer"] for row in (rows if is_union else last) if "answer" in row]
        if feature not in multiple:
            ambiguous |= set(chosen) != {row["answer"] for row in last if "answer" in row}
        named.setdefault(last[0]["attribute"], []).extend(dict.fromkeys(chosen))
    return named, ambiguous


def entry_order(row: Row) -> tuple[bool, int, int]:
    return row["dynamic"], row["attribute_index"], row.get("answer_index", 0)


def holds_on(row: Row, place: Row) -> bool:
    """Whether an attribute's row is in force on a row of objects."""
    (start, end), (first, last) = extent(row), extent(place)
    same_owner = (row["row_id"], row["owner_hash"]) == (place["row_id"], place["object_hash"])
    return same_owner and row["space_id"] in (None, place["space_id"]) and start <= last and first <= end


def extent(row: Row) -> tuple[float, float]:
    start, end = row["range_start"], row["range_end"]
    return -math.inf if start is None else start, math.inf if end is None else end
