"""dlt: a resource that yields flat rows, or Arrow tables, into a folder of Parquet.

Left to itself, dlt would make a column of every hash that is a key; so the resource flattens the maps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import dlt
import pyarrow.parquet as pq
from dlt.destinations import filesystem

from engines import loop, rows
from engines.tables import ANSWERS, BOX, ENTRY, MASK, Kind

TYPES = {"text": "text", "number": "double", "flag": "bool", "integer": "bigint"}


def flat_rows(export: Path, kind: Kind, out: Path) -> None:
    """Write the table, from a dict a row; polygons and keypoints become JSON text."""
    types = {name: {"data_type": TYPES[type_name]} for name, type_name in kind.scalars}
    types.update({name: {"data_type": "json"} for name in ("polygons", "keypoints") if name in kind.geometry})
    _run(_flat(export, kind), types, out)


def arrow_tables(export: Path, kind: Kind, out: Path) -> None:
    """Write the table, from the Arrow tables of the loop beside this."""
    _run(loop.tables(export, kind), None, out)


def _run(source: Iterable[Any], types: dict[str, Any] | None, out: Path) -> None:
    dlt.config["runtime.dlthub_telemetry"] = False
    dlt.config["normalize.data_writer.compression"] = "zstd"
    resource = dlt.resource(source, name="objects", columns=types, max_table_nesting=0, write_disposition="replace")
    pipeline = dlt.pipeline(
        "peers",
        destination=filesystem(bucket_url=out.as_uri()),
        dataset_name="dataset",
        pipelines_dir=str(out / "pipelines"),
    )
    pipeline.run(resource, loader_file_format="parquet")


def _flat(export: Path, kind: Kind) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of the table, a list a label row."""
    flat = {"frames": _frames, "ranges": _ranges, "answers": _answers}[kind.table]
    for batch in rows.batches(export):
        for row in batch:
            yield list(flat(row, kind))


def _frames(row: rows.LabelRow, kind: Kind) -> Iterator[dict[str, Any]]:
    for data_unit, frame, objects in rows.frames(row):
        for entry in objects:
            flat = {"label_hash": row["label_hash"], "data_unit": data_unit, "frame": frame, **_entry(entry)}
            if box := entry.get("boundingBox"):
                flat.update({side: box[side] for side in BOX})
            if mask := entry.get("bitmask"):
                flat.update({column: mask[key] for key, column, _ in MASK})
            if "polygons" in entry:
                flat["polygons"] = entry["polygons"]
            if "skeleton" in entry:
                flat["keypoints"] = list(entry["skeleton"].values())
            yield flat


def _entry(entry: rows.LabelRow) -> dict[str, Any]:
    return {column: entry.get(key) for key, column, _ in ENTRY}


def _ranges(row: rows.LabelRow, kind: Kind) -> Iterator[dict[str, Any]]:
    for answer in row["object_answers"].values():
        flat = {"label_hash": row["label_hash"], "data_unit": row["data_hash"], **_entry(answer)}
        for start, end in answer["range"]:
            yield {**flat, "range_start": start, "range_end": end}


def _answers(row: rows.LabelRow, kind: Kind) -> Iterator[dict[str, Any]]:
    names = [name for name, _ in ANSWERS]
    for answer in loop.answers(row):
        yield dict(zip(names, answer, strict=True))


def count(out: Path, kind: Kind) -> int:
    """How many rows are in the dataset."""
    return sum(pq.read_metadata(path).num_rows for path in out.glob("dataset/objects/*.parquet"))
