"""DuckDB: `read_json` with every type told, maps where keys are hashes, then `unnest`; and with types left to it."""

from __future__ import annotations

from pathlib import Path

import duckdb

from engines.tables import ENTRY, JOINT, MASK, Kind

TYPES = {"text": "VARCHAR", "number": "DOUBLE", "flag": "BOOLEAN", "integer": "BIGINT"}


def _struct(fields: list[tuple[str, str]]) -> str:
    return "STRUCT({})".format(", ".join(f'"{name}" {kind}' for name, kind in fields))


# Key and type of each geometry in an entry, and the columns that become of it. Brackets take from maps and structs
# alike: what is a struct when its type is told is a map when DuckDB infers it.
GEOMETRY = {
    "box": (
        "boundingBox",
        _struct([(side, "DOUBLE") for side in "xywh"]),
        [f"entry['boundingBox']['{side}'] AS {side}" for side in "xywh"],
    ),
    "polygons": ("polygons", "DOUBLE[][][]", ["entry['polygons'] AS polygons"]),
    "mask": (
        "bitmask",
        _struct([(key, TYPES[kind]) for key, _, kind in MASK]),
        [f"entry['bitmask']['{key}'] AS {column}" for key, column, _ in MASK],
    ),
    "keypoints": (
        "skeleton",
        f"MAP(VARCHAR, {_struct([(key, TYPES[kind]) for key, kind in JOINT])})",
        ["map_values(entry['skeleton']) AS keypoints"],
    ),
}
OPTIONS = _struct([("name", "VARCHAR"), ("featureHash", "VARCHAR")]) + "[]"


Query = tuple[dict[str, str], str]
"""The types of the columns to read, and the query over the table `rows` of them."""

ENTRY_FIELDS = [(key, TYPES[kind]) for key, _, kind in ENTRY]
ENTRY_COLUMNS = ", ".join(f"entry['{key}'] AS {column}" for key, column, _ in ENTRY)


def _ranges(kind: Kind) -> Query:
    answer = _struct([*ENTRY_FIELDS, ("range", "BIGINT[][]")])
    columns = {"label_hash": "VARCHAR", "data_hash": "VARCHAR", "object_answers": f"MAP(VARCHAR, {answer})"}
    query = f"""
        WITH answers AS (
            SELECT label_hash, data_hash, unnest(map_values(object_answers)) AS entry FROM rows
        ), spans AS (
            SELECT *, unnest(entry['range']) AS span FROM answers
        )
        SELECT label_hash, data_hash AS data_unit, {ENTRY_COLUMNS},
            span[1] AS range_start, span[2] AS range_end
        FROM spans
    """
    return columns, query


def _answers(kind: Kind) -> Query:
    attribute = [("name", "VARCHAR"), ("featureHash", "VARCHAR"), ("answers", "JSON")]
    answer = _struct([("classifications", _struct(attribute) + "[]")])
    action = _struct([("actions", _struct([*attribute, ("range", "BIGINT[][]")]) + "[]")])
    columns = {
        "label_hash": "VARCHAR",
        "object_answers": f"MAP(VARCHAR, {answer})",
        "object_actions": f"MAP(VARCHAR, {action})",
    }
    query = f"""
        WITH static AS (
            SELECT label_hash, unnest(map_entries(object_answers)) AS answer FROM rows
        ), dynamic AS (
            SELECT label_hash, unnest(map_entries(object_actions)) AS action FROM rows
        ), attributes AS (
            SELECT label_hash, answer.key AS object_hash, unnest(answer.value.classifications) AS entry,
                false AS dynamic, [NULL::BIGINT[]] AS spans
            FROM static
            UNION ALL
            SELECT label_hash, object_hash, entry, true, entry.range
            FROM (SELECT label_hash, action.key AS object_hash, unnest(action.value.actions) AS entry FROM dynamic)
        ), spans AS (
            SELECT * EXCLUDE spans, unnest(spans) AS span,
                CASE json_type(entry.answers)
                    WHEN 'ARRAY' THEN
                        CASE json_array_length(entry.answers)
                            WHEN 0 THEN [NULL]
                            ELSE json_transform(entry.answers, '{_quoted(OPTIONS)}')
                        END
                    ELSE [{{'name': entry.answers ->> '$', 'featureHash': NULL}}]
                END AS options
            FROM attributes
        ), options AS (
            SELECT *, unnest(options) AS option FROM spans
        )
        SELECT label_hash, object_hash, entry.featureHash AS attribute_hash, entry.name AS attribute, dynamic,
            option.name AS answer, option.featureHash AS option_hash,
            span[1] AS range_start, span[2] AS range_end
        FROM options
    """
    return columns, query


def _frames(kind: Kind) -> Query:
    geometries = [GEOMETRY[geometry] for geometry in kind.geometry]
    fields = [*ENTRY_FIELDS, *((key, type_name) for key, type_name, _ in geometries)]
    blob = _struct([("objects", _struct(fields) + "[]")])
    frames = f"MAP(VARCHAR, {blob})"
    labels = {"map": frames, "blob": blob, "either": "JSON"}[kind.labels]
    unit = _struct([("labels", labels)])
    columns = {"label_hash": "VARCHAR", "data_units": f"MAP(VARCHAR, {unit})"}
    one_frame = "[{{'key': '0', 'value': {}}}]"
    found = {
        "map": "map_entries(unit.value.labels)",
        "blob": one_frame.format("unit.value.labels"),
        # Labels that are a blob in one row and a map in the next have no one type: they are parsed once more.
        "either": f"""
            CASE WHEN json_exists(unit.value.labels, '$.objects')
                THEN {one_frame.format(f"json_transform(unit.value.labels, '{_quoted(blob)}')")}
                ELSE map_entries(json_transform(unit.value.labels, '{_quoted(frames)}'))
            END
        """,
    }[kind.labels]
    query = f"""
        WITH units AS (
            SELECT label_hash, unnest(map_entries(data_units)) AS unit FROM rows
        ), frames AS (
            SELECT label_hash, unit.key AS data_unit, unnest({found}) AS frame FROM units
        ), objects AS (
            SELECT label_hash, data_unit, frame.key::BIGINT AS frame, unnest(frame.value['objects']) AS entry
            FROM frames
        )
        SELECT label_hash, data_unit, frame, {ENTRY_COLUMNS}
            {"".join(f", {column}" for _, _, columns in geometries for column in columns)}
        FROM objects
    """
    return columns, query


def query_of(kind: Kind) -> Query:
    """Return what to read, and the query."""
    return {"frames": _frames, "ranges": _ranges, "answers": _answers}[kind.table](kind)


def _quoted(type_name: str) -> str:
    """A type as the JSON text that `json_transform` takes."""
    return '"{}"'.format(type_name.replace('"', '\\"'))


def typed(export: Path, kind: Kind, out: Path) -> None:
    """Write the table, with types told."""
    _flatten(export, kind, out, f"columns = {query_of(kind)[0]}")


def inferred(export: Path, kind: Kind, out: Path) -> None:
    """Write the table, with types inferred. By default a struct would get a field for every hash; with a threshold of
    0 whatever looks alike is a map."""
    _flatten(export, kind, out, "map_inference_threshold = 0")


def _flatten(export: Path, kind: Kind, out: Path, types: str) -> None:
    columns, query = query_of(kind)
    form = "array" if export.suffix == ".json" else "newline_delimited"
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(
            f"CREATE VIEW rows AS SELECT {', '.join(columns)} FROM read_json('{export}', format = '{form}', {types})"
        )
        connection.execute(f"COPY ({query}) TO '{out / 'objects.parquet'}' (FORMAT parquet, COMPRESSION zstd)")
