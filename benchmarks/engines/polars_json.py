"""Polars: `scan_ndjson` with every type told, `pl.Map` where keys are hashes, then `explode` into `sink_parquet`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from engines.tables import ENTRY, JOINT, MASK, Kind

TYPES = {"text": pl.String(), "number": pl.Float64(), "flag": pl.Boolean(), "integer": pl.Int64()}
HASH = pl.String()
GEOMETRY: dict[str, tuple[str, pl.DataType]] = {
    "box": ("boundingBox", pl.Struct(dict.fromkeys("xywh", pl.Float64))),
    "polygons": ("polygons", pl.List(pl.List(pl.List(pl.Float64)))),
    "mask": ("bitmask", pl.Struct({key: TYPES[kind] for key, _, kind in MASK})),
    "keypoints": ("skeleton", pl.Map(HASH, pl.Struct({key: TYPES[kind] for key, kind in JOINT}))),
}
ENTRY_TYPES: dict[str, pl.DataType] = {key: TYPES[kind] for key, _, kind in ENTRY}
OPTION = pl.Struct({"name": pl.String, "featureHash": pl.String})


Query = tuple[dict[str, pl.DataType], Callable[[pl.LazyFrame], pl.LazyFrame]]


def _entry(*more: str) -> list[pl.Expr]:
    """The columns of an entry; more: keys to keep as they are."""
    entry = pl.col("entry").struct
    return [
        *(entry.field(key).alias(column) for key, column, _ in ENTRY),
        *(entry.field(key) for key in more),
    ]


def _exploded(rows: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """One row per item; none where there is none."""
    return rows.explode(column, empty_as_null=False, keep_nulls=False)


def _frames(kind: Kind) -> Query:
    geometries = [GEOMETRY[geometry] for geometry in kind.geometry]
    blob = pl.Struct({"objects": pl.List(pl.Struct({**ENTRY_TYPES, **dict(geometries)}))})
    frames = pl.Map(HASH, blob)
    labels = {"map": frames, "blob": blob, "either": pl.String()}[kind.labels]
    schema = {"label_hash": HASH, "data_units": pl.Map(HASH, pl.Struct({"labels": labels}))}
    text = pl.col("unit").struct.field("value").struct.field("labels")

    def query(rows: pl.LazyFrame) -> pl.LazyFrame:
        units = _exploded(rows.select("label_hash", unit=pl.col("data_units").map.entries()), "unit")
        if kind.labels == "map":
            found = _of_map(units, text)
        elif kind.labels == "blob":
            found = _of_blob(units, text)
        else:
            # Labels that are a blob in one row and a map in the next have no one type: they are parsed once more.
            is_blob = text.str.starts_with('{"objects"')
            found = pl.concat(
                [
                    _of_blob(units.filter(is_blob), text.str.json_decode(blob)),
                    _of_map(units.filter(~is_blob), text.str.json_decode(frames)),
                ]
            )
        columns = [geometry for geometry, _ in geometries]
        objects = _exploded(found, "entry").select("label_hash", "data_unit", "frame", *_entry(*columns))
        if "box" in kind.geometry:
            objects = objects.unnest("boundingBox")
        if "mask" in kind.geometry:
            objects = objects.with_columns(
                pl.col("bitmask").struct.field(key).alias(column) for key, column, _ in MASK
            ).drop("bitmask")
        if "keypoints" in kind.geometry:
            objects = objects.with_columns(keypoints=pl.col("skeleton").map.values()).drop("skeleton")
        return objects

    return schema, query


def _of_map(units: pl.LazyFrame, labels: pl.Expr) -> pl.LazyFrame:
    """Entries of each frame of units whose labels are a map of frames."""
    frames = units.select("label_hash", data_unit=pl.col("unit").struct.field("key"), frame=labels.map.entries())
    frame = pl.col("frame").struct
    return _exploded(frames, "frame").select(
        "label_hash",
        "data_unit",
        frame=frame.field("key").cast(pl.Int64),
        entry=frame.field("value").struct.field("objects"),
    )


def _of_blob(units: pl.LazyFrame, labels: pl.Expr) -> pl.LazyFrame:
    """Entries of units whose labels are one frame's."""
    return units.select(
        "label_hash",
        data_unit=pl.col("unit").struct.field("key"),
        frame=pl.lit(0, pl.Int64),
        entry=labels.struct.field("objects"),
    )


def _ranges(kind: Kind) -> Query:
    answer = pl.Struct({**ENTRY_TYPES, "range": pl.List(pl.List(pl.Int64))})
    schema = {"label_hash": HASH, "data_hash": HASH, "object_answers": pl.Map(HASH, answer)}

    def query(rows: pl.LazyFrame) -> pl.LazyFrame:
        answers = rows.select("label_hash", data_unit="data_hash", entry=pl.col("object_answers").map.values())
        entries = _exploded(answers, "entry").select("label_hash", "data_unit", *_entry("range"))
        return _exploded(entries, "range").with_columns(*_ends(pl.col("range"))).drop("range")

    return schema, query


def _ends(span: pl.Expr) -> list[pl.Expr]:
    return [span.list.get(0).alias("range_start"), span.list.get(1).alias("range_end")]


def _answers(kind: Kind) -> Query:
    attribute: dict[str, pl.DataType] = {"name": pl.String(), "featureHash": HASH, "answers": pl.String()}
    action = pl.Struct({**attribute, "range": pl.List(pl.List(pl.Int64))})
    schema = {
        "label_hash": HASH,
        "object_answers": pl.Map(HASH, pl.Struct({"classifications": pl.List(pl.Struct(attribute))})),
        "object_actions": pl.Map(HASH, pl.Struct({"actions": pl.List(action)})),
    }

    def entries(rows: pl.LazyFrame, answers: str, key: str) -> pl.LazyFrame:
        owners = _exploded(rows.select("label_hash", owner=pl.col(answers).map.entries()), "owner")
        owner = pl.col("owner").struct
        found = owners.select(
            "label_hash", object_hash=owner.field("key"), entry=owner.field("value").struct.field(key)
        )
        return _exploded(found, "entry").unnest("entry")

    def query(rows: pl.LazyFrame) -> pl.LazyFrame:
        no_range = pl.lit(None, pl.List(pl.Int64))
        static = entries(rows, "object_answers", "classifications").with_columns(range=no_range, dynamic=pl.lit(False))
        dynamic = _exploded(entries(rows, "object_actions", "actions"), "range").with_columns(dynamic=pl.lit(True))
        both = pl.concat([static, dynamic], how="diagonal")
        # Of options the text is the JSON, of texts and numbers the answer.
        has_options = pl.col("answers").str.starts_with("[")
        options = pl.when(has_options).then("answers").str.json_decode(pl.List(OPTION))
        chosen = both.with_columns(option=options).explode("option", empty_as_null=True, keep_nulls=True)
        return chosen.select(
            "label_hash",
            "object_hash",
            attribute_hash="featureHash",
            attribute="name",
            dynamic="dynamic",
            answer=pl.when(has_options).then(pl.col("option").struct.field("name")).otherwise("answers"),
            option_hash=pl.col("option").struct.field("featureHash"),
            range_start=pl.col("range").list.get(0),
            range_end=pl.col("range").list.get(1),
        )

    return schema, query


def flatten(export: Path, kind: Kind, out: Path) -> None:
    """Write the table; only lines are read as a stream."""
    schema, query = {"frames": _frames, "ranges": _ranges, "answers": _answers}[kind.table](kind)
    if export.suffix == ".json":
        rows = pl.read_json(export, schema=schema).lazy()
    else:
        rows = pl.scan_ndjson(export, schema=schema)
    query(rows).sink_parquet(out / "objects.parquet", compression="zstd")
