"""What a label row that is wholly ordinary looks like, as data for the compiled reader.

In: `schema.py`, which says what JSON keys the columns of each table copy. Out: `KINDS`, the objects that a label row is
made of, each with its keys and what stands there; and the same as arrays. It reads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from labelframe import content, schema

# What stands at a key.
STRING = 0  # kept once for all who have it
LONG = 1  # a string that hardly two have: only its place is kept
NUMBER = 2
BOOL = 3
RAW = 4  # any value: its place is kept
OBJECT = 5  # of some kind
MAP = 6  # objects of some kind, by keys of their own
LIST = 7  # of objects of some kind
RANGES = 8  # a list of lists of two whole numbers
POLYGONS = 9  # a list of lists of lists of numbers
VERTICES = 10  # an object of {x, y}, keyed "0", "1", ...
LABELS = 11  # a frame's labels themselves, or a map of them by frame number
ANSWERS = 12  # a string, a number, or a list of options
EMPTY = 13  # an empty object or list
NEVER = 14  # what an ordinary label row does not have

# What is said of a key beside.
UNHASHED = 1  # left out of the content hash
LINK = 2  # a link: in the content hash without its query
REQUIRED = 4  # never missing or null


@dataclass(frozen=True)
class Key:
    """A key of an object: what stands there, of what kind if objects do, and what is said of it beside."""

    type: int
    kind: str = ""
    flags: int = 0


@dataclass(frozen=True)
class Kind:
    """A kind of JSON object. `keeps_unknown`: a key that is not named is kept, for `extra`. `share`: bytes of JSON for
    each of them, as a first guess."""

    keys: Mapping[str, Key] = field(default_factory=dict)
    keeps_unknown: bool = False
    share: int = 4096

    @cached_property
    def place(self) -> dict[str, int]:
        """The number of each key's cell."""
        return {name: HEADER + index for index, name in enumerate(self.keys)}


HEADER = 3
"""Cells before those of the keys: see PARENT, SPAN and NAME."""
PARENT, SPAN, NAME = 0, 1, 2


def _columns(table: schema.Table, **others: Key) -> dict[str, Key]:
    """The keys whose values columns copy, and others."""
    return {**{column.key: _key(column) for column in table.columns if column.key is not None}, **others}


def _key(column: schema.Column) -> Key:
    flags = LINK if column.is_link else 0
    if column.is_json or pa.types.is_list(column.type):
        return Key(RAW, flags=flags)
    if pa.types.is_boolean(column.type):
        return Key(BOOL)
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return Key(NUMBER)
    return Key(STRING, flags=flags)


def _required(kind: int, *names: str) -> dict[str, Key]:
    return {name: Key(kind, flags=REQUIRED) for name in names}


_UNHASHED = Key(STRING, flags=UNHASHED)
GEOMETRY: dict[str, Key] = {
    "boundingBox": Key(OBJECT, "box"),
    "rotatableBoundingBox": Key(OBJECT, "rotated"),
    "polygons": Key(POLYGONS),
    "polygon": Key(VERTICES),
    "polyline": Key(VERTICES),
    "point": Key(VERTICES),
    "skeleton": Key(MAP, "joint"),
    "bitmask": Key(OBJECT, "mask"),
    **{key: Key(NEVER) for key in ("cuboid", "cuboid_2d", "ellipse", "circle", "segmentation", "rleString")},
}
SHAPES = {
    "bounding_box": "boundingBox",
    "rotatable_bounding_box": "rotatableBoundingBox",
    "polygon": "polygons",
    "polyline": "polyline",
    "point": "point",
    "skeleton": "skeleton",
    "bitmask": "bitmask",
}
"""The shapes that are read here, each with the key of its geometry."""

_NUMBERS = {"objectNumber": Key(NUMBER), "objectId": Key(NUMBER)}
_ANSWER = _columns(
    schema.INSTANCES,
    **_NUMBERS,
    classifications=Key(LIST, "attribute"),
    range=Key(RANGES),
    range_html=Key(EMPTY),
    spaces=Key(EMPTY),
)

KINDS: dict[str, Kind] = {
    "row": Kind(
        {
            **_columns(schema.LABEL_ROWS),
            "label_hash": Key(STRING, flags=REQUIRED),
            "export_hash": _UNHASHED,
            "exported_at": _UNHASHED,
            "export_history": Key(LIST, "history", UNHASHED),
            "scene": Key(NEVER),
            "data_units": Key(MAP, "unit", REQUIRED),
            "spaces": Key(EMPTY),
            "object_answers": Key(MAP, "object_answer"),
            "classification_answers": Key(MAP, "classification_answer"),
            "object_actions": Key(MAP, "action"),
            **{key: Key(NEVER) for key in ("labels", "data_link", "data_links", "file_uri", "uri")},
        },
        keeps_unknown=True,
    ),
    "unit": Kind(
        {
            **_columns(schema.DATA_UNITS, metadata=Key(OBJECT, "unit_metadata"), labels=Key(LABELS, "frame", REQUIRED)),
            "data_links": Key(RAW, flags=UNHASHED),  # cut and hashed by who reads it
            **{key: Key(NEVER) for key in ("video_link", "image_sequence_link", "file_uri", "uri")},
            **{key: Key(NEVER) for key in ("frames", "child_info", "scene_info")},
        },
        keeps_unknown=True,
    ),
    "unit_metadata": Kind({name: Key(STRING) for name in ("patient_id", "study_uid", "series_uid")}),
    "frame": Kind(
        {
            "objects": Key(LIST, "object"),
            "classifications": Key(LIST, "classification"),
            "metadata": Key(OBJECT, "frame_metadata"),
        },
        share=150,
    ),
    "frame_metadata": Kind(
        {
            "dicom_instance_uid": Key(STRING),
            "multiframe_frame_number": Key(NUMBER),
            "file_uri": Key(STRING, flags=LINK),
            "width": Key(NUMBER),
            "height": Key(NUMBER),
        },
        share=300,
    ),
    "object": Kind(
        {**_columns(schema.OBJECTS, **_NUMBERS), "objectHash": Key(STRING, flags=REQUIRED), **GEOMETRY},
        keeps_unknown=True,
        share=350,
    ),
    "box": Kind(_required(NUMBER, "x", "y", "w", "h"), share=450),
    "rotated": Kind(_required(NUMBER, "x", "y", "w", "h", "theta")),
    "joint": Kind(
        {
            **{name: Key(STRING) for name in ("name", "value", "featureHash", "color")},
            **_required(NUMBER, "x", "y"),
            **_required(STRING, "visibility"),
        },
        share=150,
    ),
    "mask": Kind(
        {
            **_required(LONG, "rleString"),
            **_required(NUMBER, "width", "height"),
            "top": Key(NUMBER),
            "left": Key(NUMBER),
        }
    ),
    "classification": Kind(
        {
            **_columns(schema.CLASSIFICATIONS),
            "classificationHash": Key(STRING, flags=REQUIRED),
            "name": Key(STRING, flags=REQUIRED),
        },
        keeps_unknown=True,
        share=1000,
    ),
    "object_answer": Kind(
        {**_ANSWER, "objectHash": Key(STRING), **{key: Key(NEVER) for key in ("isDeleted", "event", "interpolate")}},
        keeps_unknown=True,
        share=1000,
    ),
    "classification_answer": Kind({**_ANSWER, "classificationHash": Key(STRING)}, keeps_unknown=True),
    "attribute": Kind(
        _columns(schema.ATTRIBUTES, answers=Key(ANSWERS, "option"), range=Key(RANGES)), keeps_unknown=True, share=500
    ),
    "option": Kind({name: Key(STRING) for name in ("name", "value", "featureHash")}, share=500),
    "action": Kind({"objectHash": Key(STRING), "actions": Key(LIST, "attribute")}),
    "history": Kind({**_columns(schema.EXPORT_HISTORY), "export_hash": Key(STRING)}, keeps_unknown=True, share=2000),
    # No objects: the names of the shapes, to be found as keys are.
    "shape": Kind({name: Key(NEVER) for name in SHAPES}),
}
NUMBER_OF = {name: number for number, name in enumerate(KINDS)}


class Grammar(NamedTuple):
    """`KINDS` as arrays: by kind and key, but the slots, which lead from what a key looks like to its number (-1: to
    none) by kind."""

    slots: np.ndarray[Any, Any]
    factors: np.ndarray[Any, Any]
    words: np.ndarray[Any, Any]  # the key, eight bytes a word
    lengths: np.ndarray[Any, Any]
    hashes: np.ndarray[Any, Any]
    types: np.ndarray[Any, Any]
    kinds: np.ndarray[Any, Any]
    flags: np.ndarray[Any, Any]
    sizes: np.ndarray[Any, Any]  # keys of each kind
    keeps: np.ndarray[Any, Any]
    required: np.ndarray[Any, Any]  # bits of each kind's required keys


SLOT_BITS, WORDS = 9, 4


def looks(key: bytes, factor: int) -> int:
    """The slot of a key: of its first and its last eight bytes and its length. `machine` has the same."""
    first, last = (int.from_bytes(part, "little") for part in (key[:8], key[-8:]))
    parts = first ^ last * content.WORD & content.BITS ^ len(key)
    return (parts * factor & content.BITS) >> 64 - SLOT_BITS


def _factor(keys: list[bytes]) -> int:
    """A factor by which no two keys look alike."""
    rng = Random(0)
    tries = (rng.getrandbits(64) | 1 for _ in range(10_000))
    return next(factor for factor in tries if len({looks(key, factor) for key in keys}) == len(keys))


def arrays() -> Grammar:
    """The grammar as arrays."""
    most = max(len(kind.keys) for kind in KINDS.values())
    shape = (len(KINDS), most)
    slots = np.full((len(KINDS), 1 << SLOT_BITS), -1, np.int16)
    factors = np.array([_factor([name.encode() for name in kind.keys]) for kind in KINDS.values()], np.uint64)
    words = np.zeros((*shape, WORDS), np.uint64)
    lengths, types, kinds, flags = (np.zeros(shape, np.int64) for _ in range(4))
    hashes = np.zeros(shape, np.uint64)
    sizes, keeps, required = (np.zeros(len(KINDS), np.int64) for _ in range(3))
    for number, kind in enumerate(KINDS.values()):
        sizes[number], keeps[number] = len(kind.keys), kind.keeps_unknown
        assert len(kind.keys) <= 62, "one bit for each key"
        for index, (name, key) in enumerate(kind.keys.items()):
            text = name.encode()
            slots[number, looks(text, int(factors[number]))] = index
            words[number, index] = np.frombuffer(text.ljust(8 * WORDS, b"\0"), np.uint64)
            lengths[number, index], hashes[number, index] = len(text), content.text_hash(text)
            types[number, index], flags[number, index] = key.type, key.flags
            kinds[number, index] = NUMBER_OF.get(key.kind, -1)
            if key.flags & REQUIRED:
                required[number] |= 1 << index
    return Grammar(slots, factors, words, lengths, hashes, types, kinds, flags, sizes, keeps, required)
