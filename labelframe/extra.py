"""Say which keys no column covers.

In: the column `extra` of a table, in batches. Out: one line for each path below it: what stands there, in how many
rows, an example. What a column covers is told by the rooms that flatten. It knows no exports, no files and no SQL.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import orjson
import pyarrow as pa

from labelframe.errors import path_text
from labelframe.flattening import cold, hot
from labelframe.flattening.geometry import OLD_MASK_KEYS, POINT_KEYS, SHAPE_KEYS
from labelframe.flattening.values import json_text

EXAMPLE = 80  # characters of a value that are shown
MOST_KEYS = 100  # of objects at one path; where there are more, they are no names but hashes and the like


class Each(Enum):
    """A step of a path that stands for many."""

    element = "[*]"
    key = ".*"


Path = tuple[str | Each, ...]
Batches = Callable[[], Iterable[pa.RecordBatch]]
Known = Mapping[str, Any]
"""Keys that columns cover, at any depth: None where a column takes the value itself."""


def _keys(names: Iterable[str], **below: Known) -> Known:
    return {**dict.fromkeys(names), **below}


_VERTICES: Known = _keys("xyz")
_GEOMETRY: dict[str, Known] = {
    "boundingBox": _keys("xywh"),
    "rotatableBoundingBox": _keys(("x", "y", "w", "h", "theta")),
    "polygon": _VERTICES,
    "polyline": _VERTICES,
    "point": _VERTICES,
    "skeleton": _keys(POINT_KEYS),
    "bitmask": _keys(OLD_MASK_KEYS),
    "ellipse": _keys(("x", "y", "rx", "ry", "theta")),
    "circle": _keys(("x", "y", "r", "stretch", "theta")),
    "cuboid": _keys(("position", "orientation", "size")),
    "cuboid_2d": _keys(("front", "scaleRatio"), vanishingPoint=_keys("xy"), offset=_keys("xy")),
}
_OBJECT = _keys(
    (*hot.COMMON_KEYS, *hot.NUMBER_KEYS, *(key for keys in SHAPE_KEYS.values() for key in keys)), **_GEOMETRY
)
_ACTIONS = _keys(("objectHash", "actions"))

KNOWN: dict[str, Known] = {
    "label_rows": _keys((*cold.HEADER_KEYS, "export_history"), scene=_keys(("isContinuous",))),
    "data_units": _keys(cold.UNIT_KEYS, metadata=_keys(cold.METADATA_COLUMNS, children=_keys(cold.CHILD_KEYS))),
    "spaces": _keys(
        cold.SPACE_KEYS,
        child_info=_keys(cold.CHILD_INFO),
        root_info=_keys(cold.ROOT_INFO),
        scene_info=_keys(cold.SCENE_INFO),
    ),
    "frames": {
        "metadata": _keys(hot.SLICE_COLUMNS),
        "frames": _keys((*cold.LISTED_COLUMNS, "data_sequence")),
        "objects": _OBJECT,
    },
    "objects": _OBJECT,
    "classifications": _keys(hot.CLASSIFICATION_KEYS),
    "instances": _keys(frozenset[str]().union(*cold.INSTANCE_KEYS.values()), object_actions=_ACTIONS),
    "attributes": _keys(cold.ATTRIBUTE_KEYS, answers=_keys(cold.OPTION_COLUMNS)),
    "export_history": _keys(cold.HISTORY_KEYS),
    "ontology_classes": _keys((*cold.CLASS_KEYS["object"], *cold.CLASS_KEYS["classification"])),
    "ontology_attributes": _keys(cold.ONTOLOGY_ATTRIBUTE_KEYS),
    "ontology_options": _keys(cold.OPTION_KEYS),
}
"""What the columns of a table cover of the entry that a row stands for."""


@dataclass
class _Met:
    """What was met at a path."""

    example: object
    kinds: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    label_rows: int = 0
    last_row: int = -1  # number of the last row of the table, and of the last label row
    last_label_row: int = -1


class _TooManyKeysError(Exception):
    """More keys at one path than names have: the path is its argument."""


def uncovered(batches: Mapping[str, Batches]) -> pa.Table:
    """Which keys no column covers, by table and path.

    Args:
        batches: gives the columns row_id (the ontology has none) and extra of a table, in the order of row_id, as often
            as it is called.
    """
    lines = [line for table, again in batches.items() for line in _lines(table, again)]
    return pa.Table.from_pylist(lines, SCHEMA)


SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("table", "path", "why", "kind")),
        *((name, pa.int64()) for name in ("rows", "label_rows")),
        ("example", pa.string()),
    ]
)


def _lines(table: str, batches: Batches) -> list[dict[str, object]]:
    wide: set[Path] = set()
    while True:
        try:
            met = _read(table, batches(), wide)
            break
        except _TooManyKeysError as error:
            wide.add(error.args[0])
    return [
        {
            "table": table,
            "path": _path_text(path),
            "why": why,
            "kind": ", ".join(sorted(found.kinds)),
            "rows": found.rows,
            "label_rows": found.label_rows,
            "example": _example(found.example),
        }
        for (path, why), found in sorted(met.items(), key=lambda item: (-item[1].rows, _path_text(item[0][0])))
    ]


def _read(table: str, batches: Iterable[pa.RecordBatch], wide: set[Path]) -> dict[tuple[Path, str], _Met]:
    met: dict[tuple[Path, str], _Met] = {}
    keys: dict[Path, set[str]] = {}
    number = 0
    for batch in batches:
        kept = batch.filter(batch["extra"].is_valid())
        of_label_rows = "row_id" in kept.schema.names
        row_ids = kept["row_id"].to_pylist() if of_label_rows else [None] * kept.num_rows
        for row_id, text in zip(row_ids, kept["extra"].to_pylist(), strict=True):
            number += 1
            for path, why, value in _leaves(table, orjson.loads(text), wide, keys):
                found = met.get((path, why))
                if found is None:
                    found = met[path, why] = _Met(value)
                elif found.example is None:
                    found.example = value
                found.kinds[_kind(value)] += 1
                if found.last_row != number:
                    found.last_row = number
                    found.rows += 1
                if row_id is not None and found.last_label_row != row_id:
                    found.last_label_row = row_id
                    found.label_rows += 1
    return met


Leaf = tuple[Path, str, object]


def _leaves(table: str, extra: dict[str, Any], wide: set[Path], keys: dict[Path, set[str]]) -> Iterator[Leaf]:
    """(path, why, value) of all that a row's `extra` holds."""
    known = KNOWN[table]
    if table == "attributes" and isinstance(extra.get("answers"), dict):
        extra = {**extra, "answers": [extra["answers"]]}  # a row is one of them
    if table != "frames":
        yield from _below(extra, (), known, wide, keys)
        return
    # The frame's own keys, what other places tell of it, and delete events, which are objects without a row.
    for part in [extra, *_dicts(extra.get("also"))]:
        own = {key: value for key, value in part.items() if key != "objects" and not (key == "also" and _dicts(value))}
        yield from _below(own, (), known, wide, keys)
    for event in _dicts(extra.get("objects")):
        for path, why, value in _below(event, ("objects", Each.element), known["objects"], wide, keys):
            if why == "unknown":
                yield path, why, value


def _dicts(value: object) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _below(value: Any, path: Path, known: Known | None, wide: set[Path], keys: dict[Path, set[str]]) -> Iterator[Leaf]:
    """The leaves of a value whose keys `known` tells of (None: nothing is known of it)."""
    parts = _elements(value, path)
    if parts:
        here = (*path, Each.element)
        for part in parts:
            if known is None or isinstance(part, dict):
                yield from _below(part, here, known, wide, keys)
            else:
                yield here, "unfit", part
    elif isinstance(value, dict) and value:
        _count(path, value, wide, keys)
        for key, part in value.items():
            here = (*path, Each.key if path in wide else key)
            if known is None or key not in known:
                yield from _below(part, here, None, wide, keys)
            elif known[key] is None or not isinstance(part, (dict, list)):
                yield here, "unfit", part
            else:
                yield from _below(part, here, known[key], wide, keys)
    elif known is None:
        yield path, "unknown", value
    elif path and path[-1] is not Each.element:  # of an element of a list nothing may be left
        yield path, "unfit", value


def _elements(value: object, path: Path) -> list[Any]:
    """The elements of a list, or of what is one in all but its form, as vertices are: {"0": {...}, "1": {...}}."""
    if isinstance(value, dict) and path and all(key.isascii() and key.isdigit() for key in value):
        parts = list(value.values())
        return parts if all(isinstance(part, dict) for part in parts) else []
    return value if isinstance(value, list) else []


def _count(path: Path, value: dict[str, Any], wide: set[Path], keys: dict[Path, set[str]]) -> None:
    if path not in wide:
        here = keys.setdefault(path, set())
        here.update(value)
        if len(here) > MOST_KEYS:
            raise _TooManyKeysError(path)


def _path_text(path: Path) -> str:
    """The path as text.

    >>> _path_text(("sensor", "readings", Each.element, "a b"))
    '$.sensor.readings[*]["a b"]'
    """
    return "$" + "".join(step.value if isinstance(step, Each) else path_text((step,))[1:] for step in path)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    kinds = {bool: "boolean", int: "number", float: "number", str: "text", list: "list", dict: "object"}
    return kinds[type(value)]


def _example(value: object) -> str:
    text = json_text(value)
    return text if len(text) <= EXAMPLE else f"{text[:EXAMPLE]}…"
