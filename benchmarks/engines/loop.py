"""orjson, a loop, lists and pyarrow: what one writes by hand. And orjson alone, which everybody has to wait for."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from engines import rows
from engines.tables import ANSWERS, BOX, ENTRY, JOINT, MASK, Kind

TYPES = {"text": pa.string(), "number": pa.float64(), "flag": pa.bool_(), "integer": pa.int64()}
NESTED = {
    "polygons": pa.list_(pa.list_(pa.list_(pa.float64()))),
    "keypoints": pa.list_(pa.struct([(name, TYPES[kind]) for name, kind in JOINT])),
}


def parse(export: Path, kind: Kind, out: Path) -> None:
    """Let orjson parse it all, and throw the result away."""
    gc.disable()
    if export.suffix == ".json":
        orjson.loads(export.read_bytes())
    else:
        with export.open("rb") as lines:
            for line in lines:
                orjson.loads(line)


def schema(kind: Kind) -> pa.Schema:
    """Return the schema of the table."""
    nested = [(name, nested) for name, nested in NESTED.items() if name in kind.geometry]
    return pa.schema([*((name, TYPES[type_name]) for name, type_name in kind.scalars), *nested])


def flatten(export: Path, kind: Kind, out: Path) -> None:
    """Write the table, a batch of label rows at a time."""
    gc.disable()
    with pq.ParquetWriter(out / "objects.parquet", schema(kind), compression="zstd") as writer:
        for table in tables(export, kind):
            writer.write_table(table)


def tables(export: Path, kind: Kind) -> Iterable[pa.Table]:
    """Yield the table in batches."""
    names = schema(kind)
    for batch in rows.batches(export):
        columns = MAKERS[kind.table](batch, kind)
        yield pa.table([pa.array(columns[one.name], one.type) for one in names], schema=names)


def _frames(batch: list[rows.LabelRow], kind: Kind) -> dict[str, list[Any]]:
    label_hashes: list[str] = []
    units: list[str] = []
    numbers: list[int] = []
    entries: list[rows.LabelRow] = []
    for row in batch:
        before = len(entries)
        for data_unit, frame, objects in rows.frames(row):
            entries += objects
            units += [data_unit] * len(objects)
            numbers += [frame] * len(objects)
        label_hashes += [row["label_hash"]] * (len(entries) - before)
    columns: dict[str, list[Any]] = {"label_hash": label_hashes, "data_unit": units, "frame": numbers}
    columns.update(_entry_columns(entries))
    if "box" in kind.geometry:
        boxes = [entry.get("boundingBox") for entry in entries]
        columns.update({side: [box and box[side] for box in boxes] for side in BOX})
    if "mask" in kind.geometry:
        masks = [entry.get("bitmask") for entry in entries]
        columns.update({column: [mask and mask[key] for mask in masks] for key, column, _ in MASK})
    if "polygons" in kind.geometry:
        columns["polygons"] = [entry.get("polygons") for entry in entries]
    if "keypoints" in kind.geometry:
        joints = [entry.get("skeleton") for entry in entries]
        columns["keypoints"] = [one and list(one.values()) for one in joints]
    return columns


def _entry_columns(entries: list[rows.LabelRow]) -> dict[str, list[Any]]:
    return {column: [entry.get(key) for entry in entries] for key, column, _ in ENTRY}


def _ranges(batch: list[rows.LabelRow], kind: Kind) -> dict[str, list[Any]]:
    entries: list[rows.LabelRow] = []
    spans: list[list[int]] = []
    places: list[tuple[str, str]] = []
    for row in batch:
        before = len(entries)
        for answer in row["object_answers"].values():
            spans += answer["range"]
            entries += [answer] * len(answer["range"])
        places += [(row["label_hash"], row["data_hash"])] * (len(entries) - before)
    return {
        "label_hash": [label_hash for label_hash, _ in places],
        "data_unit": [data_hash for _, data_hash in places],
        **_entry_columns(entries),
        "range_start": [start for start, _ in spans],
        "range_end": [end for _, end in spans],
    }


def _answers(batch: list[rows.LabelRow], kind: Kind) -> dict[str, list[Any]]:
    found = chain.from_iterable(answers(row) for row in batch)
    columns = [list(column) for column in zip(*found, strict=True)] or [[] for _ in ANSWERS]
    return dict(zip((name for name, _ in ANSWERS), columns, strict=True))


def answers(row: rows.LabelRow) -> Iterable[tuple[Any, ...]]:
    """Yield the rows of the table of answers that one label row makes."""
    label_hash = row["label_hash"]
    for object_hash, entry, dynamic in rows.attributes(row):
        spans = entry["range"] if dynamic else [(None, None)]
        for answer, option_hash in rows.options(entry):
            for start, end in spans:
                attribute = (entry["featureHash"], entry["name"])
                yield (label_hash, object_hash, *attribute, dynamic, answer, option_hash, start, end)


MAKERS: dict[str, Callable[[list[rows.LabelRow], Kind], dict[str, list[Any]]]] = {
    "frames": _frames,
    "ranges": _ranges,
    "answers": _answers,
}
