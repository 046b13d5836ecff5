"""The view of attributes in force, against a plain loop over the tables of invented exports."""

from __future__ import annotations

from typing import Any

import exports
import pytest
from compare import flatten
from hypothesis import given, settings

from labelframe import database
from labelframe.demo_export import demo_export

Row = dict[str, Any]


def in_force(placed: Row, given_answer: Row) -> bool:
    """Whether an answer holds where the object lies."""
    start, end = placed["range_start"], placed["range_end"]
    first, last = given_answer["range_start"], given_answer["range_end"]
    if given_answer["space_id"] not in (None, placed["space_id"]):
        return False
    begins = end is None or first is None or first <= end
    ends = start is None or last is None or last >= start
    return begins and ends


def resolved(placed: Row, attributes: list[Row]) -> tuple[dict[str, set[str]], bool]:
    """The answers in force for one row of objects, by name, and whether another reading would give others."""
    features: dict[str, list[Row]] = {}
    for row in attributes:
        same = (row["owner"], row["row_id"], row["owner_hash"]) == ("object", placed["row_id"], placed["object_hash"])
        if same and in_force(placed, row):
            names = (row["attribute_feature_hash"], row["attribute"], row["attribute_value"])
            features.setdefault(next((name for name in names if name is not None), ""), []).append(row)
    answers: dict[str, set[str]] = {}
    ambiguous = False
    for rows in features.values():
        entries: dict[tuple[bool, int], list[Row]] = {}
        for row in rows:
            entries.setdefault((row["dynamic"], row["attribute_index"]), []).append(row)
        last = entries[max(entries)]
        held = [row for entry in entries.values() for row in entry if row["kind"] == "option"]
        if last[0]["kind"] != "option":
            held = last
        names = (last[0]["attribute"], last[0]["attribute_value"], last[0]["attribute_feature_hash"])
        name = next((name for name in names if name is not None), "")
        told = {shown(row) for row in held} - {None}
        ambiguous |= told != {shown(row) for row in last} - {None}
        answers.setdefault(name, set()).update(text for text in told if text is not None)
    return answers, ambiguous


def shown(row: Row) -> str | None:
    for column in ("answer", "answer_value", "answer_feature_hash"):
        if row[column] is not None:
            return str(row[column])
    return None


def check(rows: list[object]) -> None:
    tables = flatten(rows)
    attributes = tables["attributes"].to_pylist()
    with database.connect() as connection:
        database.register_tables(connection, tables)
        columns = "row_id, object_hash, space_id, range_start, range_end, attributes, ambiguous"
        result = connection.sql(f"select {columns} from object_attributes").to_arrow_table()

    viewed = result.to_pylist(maps_as_pydicts="strict")
    assert len(viewed) == tables["objects"].num_rows
    for row in viewed:
        answers, ambiguous = resolved(row, attributes)
        assert {name: set(texts) for name, texts in row["attributes"].items()} == answers
        assert row["ambiguous"] == ambiguous


@settings(max_examples=60)
@given(exports.exports())
def test_attributes_in_force_are_those_of_a_plain_loop(rows: list[object]) -> None:
    check(rows)


def test_attributes_in_force_on_the_demo_are_those_of_a_plain_loop() -> None:
    rows = [row for row in demo_export() if row["data_type"] in ("video", "group", "audio", "scene", "img_group")]

    check(list(rows))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("text", ["a"] * 3 + ["b"] * 7),
        ("option", ["a"] * 3 + ["ab"] * 3 + ["b"] * 4),
    ],
)
def test_of_text_the_later_answer_holds_and_of_options_all(kind: str, expected: list[str]) -> None:
    def answer(text: str) -> object:
        return text if kind == "text" else [{"name": text, "featureHash": text}]

    actions = [
        {"name": "mood", "featureHash": "mood", "answers": answer("a"), "dynamic": True, "range": [[0, 5]]},
        {"name": "mood", "featureHash": "mood", "answers": answer("b"), "dynamic": True, "range": [[3, 9]]},
    ]
    box = {"objectHash": "o", "shape": "bounding_box", "boundingBox": {"x": 0, "y": 0, "w": 1, "h": 1}}
    row = {
        "label_hash": "row",
        "data_type": "video",
        "data_units": {"unit": {"labels": {str(frame): {"objects": [box]} for frame in range(10)}}},
        "object_actions": {"o": {"objectHash": "o", "actions": actions}},
    }
    with database.connect() as connection:
        database.register_tables(connection, flatten([row]))
        query = "select attributes['mood'], ambiguous from object_attributes order by frame"
        viewed = connection.sql(query).fetchall()

    assert ["".join(moods) for moods, _ in viewed] == expected
    assert [ambiguous for _, ambiguous in viewed] == [kind == "option" and 3 <= frame <= 5 for frame in range(10)]
