"""Give rejected parts back as label rows, so that they can be mended and flattened again.

In: labels with rejects. Out: JSON lines, one a label row: the header, data units and spaces as the tables tell them,
and at their places the parts that were refused, nothing else. What is no JSON is given back as it is. It mends nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

import orjson

from labelframe.labels import Labels
from labelframe.schema import CLASSIFICATIONS, DATA_UNITS, INSTANCES, LABEL_ROWS, OBJECTS, SPACES, Table

Row = dict[str, Any]
Steps = tuple[str | int, ...]

ENTRIES = ("objects", "classifications", "actions", "range", "range_html")
SMALLER = ("key stands twice", "text is no Unicode")
"""Reasons whose raw text is the value at the path itself, not the entry around it."""


def mendable(labels: Labels) -> Iterator[str]:
    """The rejected parts of labels as JSON lines, each a label row (or text that should have been one)."""
    rejects = [row for batch in labels["rejects"].to_batches() for row in batch.to_pylist() if row["raw"] is not None]
    lookup = _Lookup(labels, rejects)
    for _, group in groupby(rejects, key=lambda row: (row["source"], row["row_number"], row["row_id"])):
        parts = list(group)
        if parts[0]["row_id"] is None:
            yield from (_one_line(part["raw"]) for part in parts)
        else:
            yield json.dumps(_label_row(parts, lookup), ensure_ascii=False)


def _one_line(text: str) -> str:
    """JSON text on one line; text that is none with its line breaks as blanks."""
    try:
        return orjson.dumps(orjson.loads(text)).decode()
    except orjson.JSONDecodeError:
        return re.sub(r"[\r\n]+", " ", text)


class _Lookup:
    """What the tables tell of the label rows that have rejects."""

    def __init__(self, labels: Labels, rejects: list[Row]) -> None:
        import polars as pl

        rows = pl.DataFrame({"row_id": sorted({row["row_id"] for row in rejects if row["row_id"] is not None})})
        rows = rows.cast({"row_id": pl.Int64})

        def of_rows(table: Table) -> list[Row]:
            found = labels.scan(table.name).join(rows.lazy(), on="row_id", how="semi").collect()
            return found.to_dicts()

        self.label_rows = {row["row_id"]: row for row in of_rows(LABEL_ROWS)}
        self.data_units = _by_row(of_rows(DATA_UNITS))
        self.spaces = _by_row([row for row in of_rows(SPACES) if row["origin"] == "space"])
        owners = pl.DataFrame(
            [(row["row_id"], row["owner_hash"]) for row in rejects if None not in (row["row_id"], row["owner_hash"])],
            {"row_id": pl.Int64, "owner_hash": pl.String},
            orient="row",
        ).unique()
        self.owners: dict[tuple[str, int, str], Row] = {}
        for table, key in (
            (OBJECTS, "object_hash"),
            (CLASSIFICATIONS, "classification_hash"),
            (INSTANCES, "owner_hash"),
        ):
            named = owners.rename({"owner_hash": key}).lazy()
            scan = labels.scan(table.name).with_columns(pl.col(key).cast(pl.String))
            told = [column.name for column in table.columns if column.key is not None and not column.is_json]
            found = scan.select("row_id", *dict.fromkeys((key, *told))).join(named, on=["row_id", key], how="semi")
            for row in found.unique(["row_id", key], keep="first", maintain_order=True).collect().to_dicts():
                self.owners[table.name, row["row_id"], row[key]] = row


def _by_row(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row["row_id"], []).append(row)
    return found


def _label_row(parts: list[Row], lookup: _Lookup) -> Row:
    row_id = parts[0]["row_id"]
    header = lookup.label_rows[row_id]
    whole: Row = {"label_hash": header["label_hash"], **_keys_of(LABEL_ROWS, header)}
    if header["is_continuous"] is not None:
        whole["scene"] = {"isContinuous": header["is_continuous"]}
    whole["data_units"] = {
        unit["unit_id"]: {**_keys_of(DATA_UNITS, unit), "labels": {}} for unit in lookup.data_units.get(row_id, ())
    }
    spaces = {
        space["space_id"]: {
            **_keys_of(SPACES, space),
            **{key: space[key] for key in ("width", "height", "duration_ms") if space[key] is not None},
            "labels": {},
        }
        for space in lookup.spaces.get(row_id, ())
    }
    if spaces:
        whole["spaces"] = spaces
    places: dict[Steps, int] = {}
    for part in parts:
        steps = _steps_of(part["json_path"])
        if not steps:
            continue  # a key at the top of the label row, whose value was taken
        if part["reason"] not in SMALLER:
            steps = _entry_of(steps)
        value = json.loads(part["raw"])
        if steps[0] in ("object_answers", "classification_answers") and len(steps) > 2:
            owner = lookup.owners.get(("instances", row_id, str(steps[1])), {})
            hash_key = "objectHash" if steps[0] == "object_answers" else "classificationHash"
            answer = whole.setdefault(steps[0], {}).setdefault(steps[1], {hash_key: steps[1]})
            for key, told in _keys_of(INSTANCES, owner).items():
                answer.setdefault(key, told)
        elif isinstance(value, dict) and part["owner_hash"] is not None and "objects" in steps:
            owner = lookup.owners.get(("objects", row_id, part["owner_hash"]), {})
            value = {**_keys_of(OBJECTS, owner), **value}
        _put(whole, steps, value, places)
    return whole


def _keys_of(table: Table, row: Mapping[str, Any]) -> Row:
    """The JSON keys that the columns of a row were read from."""
    return {
        column.key: value.isoformat() if isinstance(value, datetime) else value
        for column in table.columns
        if column.key is not None and not column.is_json
        for value in [row.get(column.name)]
        if value is not None and not isinstance(value, list)
    }


_STEP = re.compile(r'\.([\w-]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]')


def _steps_of(path: str) -> Steps:
    """A JSON path, as `errors.path_text` writes it, in its steps.

    >>> _steps_of('$.data_units.ab["c d"][0]')
    ('data_units', 'ab', 'c d', 0)
    """
    return tuple(
        int(index) if index else name or re.sub(r"\\(.)", r"\1", odd) for name, index, odd in _STEP.findall(path)
    )


def _entry_of(steps: Steps) -> Steps:
    """The path of the entry of a list that a fault lies in, the path itself where it is in none."""
    for place in range(2, len(steps)):
        if isinstance(steps[place], int) and steps[place - 1] in ENTRIES:
            return steps[: place + 1]
    return steps


def _put(whole: Row, steps: Steps, value: object, places: dict[Steps, int]) -> None:
    """Put a value at its path. A list holds only what is put there: `places` tells where each entry went."""
    here: Any = whole
    for depth, step in enumerate(steps):
        is_last = depth == len(steps) - 1
        empty: Any = value if is_last else [] if isinstance(steps[depth + 1], int) else {}
        if isinstance(step, int):
            place = places.setdefault(steps[: depth + 1], len(here))
            if place == len(here):
                here.append(empty)
            step = place
        elif is_last or not isinstance(here.get(step), (dict, list)):
            here[step] = empty
        here = here[step]
