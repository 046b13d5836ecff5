"""ClickHouse, embedded: JSONEachRow with every type told, `Map` where keys are hashes, then `ARRAY JOIN`."""

from __future__ import annotations

from pathlib import Path

import chdb

from engines.tables import ENTRY, JOINT, MASK, Kind

TYPES = {
    "text": "Nullable(String)",
    "number": "Nullable(Float64)",
    "flag": "Nullable(Bool)",
    "integer": "Nullable(Int64)",
}


def _tuple(fields: list[tuple[str, str]]) -> str:
    return "Tuple({})".format(", ".join(f"{name} {kind}" for name, kind in fields))


GEOMETRY = {
    "box": (
        "boundingBox",
        _tuple([(side, TYPES["number"]) for side in "xywh"]),
        [f"entry.boundingBox.{side} AS {side}" for side in "xywh"],
    ),
    "polygons": ("polygons", "Array(Array(Array(Float64)))", ["entry.polygons AS polygons"]),
    "mask": (
        "bitmask",
        _tuple([(key, TYPES[kind]) for key, _, kind in MASK]),
        [f"entry.bitmask.{key} AS {column}" for key, column, _ in MASK],
    ),
    "keypoints": (
        "skeleton",
        f"Map(String, {_tuple([(key, TYPES[kind]) for key, kind in JOINT])})",
        ["mapValues(entry.skeleton) AS keypoints"],
    ),
}
OPTIONS = f"Array({_tuple([('name', 'Nullable(String)'), ('featureHash', 'Nullable(String)')])})"


Query = tuple[str, str]
"""The columns to read, and the query but for where it reads from."""

ENTRY_FIELDS = [(key, TYPES[kind]) for key, _, kind in ENTRY]
ENTRY_COLUMNS = ", ".join(f"entry.{key} AS {column}" for key, column, _ in ENTRY)


def _ranges(kind: Kind) -> Query:
    answer = _tuple([*ENTRY_FIELDS, ("range", "Array(Array(Int64))")])
    structure = f"label_hash String, data_hash String, object_answers Map(String, {answer})"
    query = f"""
        SELECT label_hash, data_hash AS data_unit, {ENTRY_COLUMNS}, span[1] AS range_start, span[2] AS range_end
        FROM {{source}}
        ARRAY JOIN mapValues(object_answers) AS entry
        ARRAY JOIN entry.range AS span
    """
    return structure, query


def _answers(kind: Kind) -> Query:
    attribute = [("name", "String"), ("featureHash", "String"), ("answers", f"Variant(String, Float64, {OPTIONS})")]
    ranged = _tuple([*attribute, ("range", "Array(Array(Nullable(Int64)))")])
    structure = f"""
        label_hash String,
        object_answers Map(String, Tuple(classifications Array({ranged}))),
        object_actions Map(String, Tuple(actions Array({ranged})))
    """
    query = f"""
        SELECT label_hash, owner.1 AS object_hash, entry.featureHash AS attribute_hash, entry.name AS attribute,
            owner.3 AS dynamic, option.1 AS answer, option.2 AS option_hash,
            span[1] AS range_start, span[2] AS range_end
        FROM {{source}}
        ARRAY JOIN
            arrayConcat(
                arrayMap((key, one) -> (key, one.classifications, false),
                    mapKeys(object_answers), mapValues(object_answers)),
                arrayMap((key, one) -> (key, one.actions, true),
                    mapKeys(object_actions), mapValues(object_actions))
            ) AS owner
        ARRAY JOIN owner.2 AS entry
        ARRAY JOIN if(owner.3, entry.range, [[NULL, NULL]]) AS span
        ARRAY JOIN
            if(variantType(entry.answers) = '{OPTIONS}' AND notEmpty(variantElement(entry.answers, '{OPTIONS}')),
                variantElement(entry.answers, '{OPTIONS}'),
                [(if(variantType(entry.answers) IN ('String', 'Float64'), toString(entry.answers), NULL), NULL)]
            ) AS option
    """
    return structure, query


def _frames(kind: Kind) -> Query:
    geometries = [GEOMETRY[geometry] for geometry in kind.geometry]
    blob = _tuple([("objects", f"Array({_tuple([*ENTRY_FIELDS, *((key, name) for key, name, _ in geometries)])})")])
    frames = f"Map(String, {blob})"
    labels = {"map": frames, "blob": blob, "either": "String"}[kind.labels]
    found = {
        "map": "unit.labels",
        "blob": "map('0', unit.labels)",
        # Labels that are a blob in one row and a map in the next have no one type: they are parsed once more.
        "either": f"""if(JSONHas(unit.labels, 'objects'),
            map('0', JSONExtract(unit.labels, '{blob}')), JSONExtract(unit.labels, '{frames}'))""",
    }[kind.labels]
    columns = "".join(f", {column}" for _, _, columns in geometries for column in columns)
    structure = f"label_hash String, data_units Map(String, Tuple(labels {labels}))"
    query = f"""
        SELECT label_hash, data_unit, toInt64(frame_key) AS frame, {ENTRY_COLUMNS} {columns}
        FROM (SELECT label_hash, data_unit, {found} AS frames
            FROM {{source}} ARRAY JOIN mapKeys(data_units) AS data_unit, mapValues(data_units) AS unit)
        ARRAY JOIN mapKeys(frames) AS frame_key, mapValues(frames) AS blob
        ARRAY JOIN blob.objects AS entry
    """
    return structure, query


def flatten(export: Path, kind: Kind, out: Path) -> None:
    """Write the table. A list is read as JSONEachRow too: it takes one."""
    structure, query = {"frames": _frames, "ranges": _ranges, "answers": _answers}[kind.table](kind)
    source = f"file('{export}', JSONEachRow, $${structure}$$)"
    chdb.query(f"""
        INSERT INTO FUNCTION file('{out / "objects.parquet"}', Parquet)
        {query.format(source=source)}
        SETTINGS output_format_parquet_compression_method = 'zstd'
    """)
