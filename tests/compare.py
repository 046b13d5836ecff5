"""Compare what the package makes of label rows with what the reference makes of them, cell by cell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa
import reference

from labelframe.errors import Origin
from labelframe.flattening import Flattener, Ontology
from labelframe.flattening.columns import Taken
from labelframe.schema import TABLES
from labelframe.tables import record_batch

Record = dict[str, object]

JSON_COLUMNS = {"extra", "reviews", "answer_range_html", "answer_spaces"}
NOT_COMPARED = {
    "content_hash",  # the reference makes none
    "json_form",  # for restore, which proves it
    "parent_feature_hash",  # need an ontology
    "path",
}
OF_ONTOLOGY = ("ontology_classes", "ontology_attributes", "ontology_options")  # the reference has none


def flatten(rows: list[object], collect: bool = True, ontology: dict[str, object] | None = None) -> dict[str, pa.Table]:
    """The tables of label rows, as the package makes them."""
    batches: dict[str, list[pa.RecordBatch]] = {name: [] for name in TABLES}

    def emit(taken: Taken) -> None:
        batches[taken.table.name].append(record_batch(taken))

    flattener = Flattener(emit, collect, None if ontology is None else Ontology(ontology))
    for number, row in enumerate(rows):
        assert isinstance(row, dict)
        flattener.add(row, Origin("export.json", number, 0))
    flattener.finish()
    assert all(line.adds_up for line in flattener.account()), flattener.account()
    return {name: pa.Table.from_batches(batches[name], TABLES[name].schema) for name in TABLES}


def differences(rows: list[object]) -> list[str]:
    """Where the two disagree, a line each: the table, the column, both values."""
    tables = flatten(rows)
    expected = reference.flatten(rows)
    found = []
    for name, table in tables.items():
        if name in OF_ONTOLOGY:
            assert table.num_rows == 0
            continue
        mine, theirs = table.to_pylist(), expected[name]
        if name == "rejects":
            if sorted(str(row["table"]) for row in mine) != sorted(str(row["table"]) for row in theirs):
                found.append(f"rejects: {[(r['json_path'], r['reason']) for r in mine]} != {theirs}")
            continue
        ours = sorted((_comparable(row, texts=True) for row in mine), key=_key)
        others = sorted((_comparable(row, texts=False) for row in theirs), key=_key)
        if len(ours) != len(others):
            found.append(f"{name}: {len(ours)} rows, expected {len(others)}")
        keys, other_keys = set(map(_key, ours)), set(map(_key, others))
        only_ours = [row for row in ours if _key(row) not in other_keys]
        only_others = [row for row in others if _key(row) not in keys]
        for one, other in zip(only_ours, only_others, strict=False):
            found += [
                f"{name}.{column}: {one[column]!r}, expected {other.get(column)!r}"
                for column in one
                if _key({"": one[column]}) != _key({"": other.get(column)})
            ]
        found += [f"{name}: row {row}" for row in only_ours[len(only_others) :]]
        found += [f"{name}: no row {row}" for row in only_others[len(only_ours) :]]
    return found


def _comparable(row: Mapping[str, object], texts: bool) -> Record:
    comparable: Record = {}
    for column, value in row.items():
        if column in NOT_COMPARED:
            continue
        if texts and column in JSON_COLUMNS and isinstance(value, str):
            value = json.loads(value)
        comparable[column] = _rounded(value)
    return comparable


def _rounded(value: object) -> object:
    """Numbers to 11 digits, and one kind of number: the two add up in different orders."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        if isinstance(value, int) and abs(value) > 1 << 52:
            return value
        return 0.0 if abs(value) < 1e-14 else float(f"{value:.11g}")
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return value


def _key(row: object) -> str:
    return json.dumps(row, sort_keys=True, default=str)
