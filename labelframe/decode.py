"""Parse the bytes of a label row.

In: the bytes that `read` found. Out: label rows as plain Python values. Nothing after this room sees JSON text; this
room does not look into a label row further than to know that it is one.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import orjson

from labelframe.errors import Found, LabelRowError, Origin, SourceError, kind_of
from labelframe.read import GIVE_AN_EXPORT, RawRow, is_label_row

Json: TypeAlias = dict[str, object]


@contextmanager
def paused_garbage_collection() -> Iterator[None]:
    """Let no garbage collection run: it would walk every new dict of a label row again and again (5x the time)."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def decode(raw: RawRow) -> list[Json]:
    """The label rows in one JSON value: usually it is one; lists and objects with one key around them are unwrapped.

    Raises LabelRowError for what is no JSON, SourceError for JSON that holds no label row.
    """
    try:
        value: object = orjson.loads(raw.data)
    except orjson.JSONDecodeError as error:
        raise _no_json(raw, error) from None
    return list(_unwrapped(value, raw.origin))


def _unwrapped(value: object, origin: Origin) -> Iterator[Json]:
    if is_label_row(value):
        assert isinstance(value, dict)
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _unwrapped(item, origin)
    elif isinstance(value, dict) and len(value) == 1 and isinstance(next(iter(value.values())), (dict, list)):
        yield from _unwrapped(next(iter(value.values())), origin)
    else:
        raise SourceError(
            "This JSON is no export.",
            source=origin.source,
            byte_offset=origin.byte_offset,
            expected="a label row: an object with data_units and label_hash",
            found=Found("an ontology" if is_ontology(value) else kind_of(value)),
            remedy=GIVE_AN_EXPORT,
        )


def is_ontology(value: object) -> bool:
    """Whether a JSON value looks like an ontology's structure."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("objects"), list)
        and isinstance(value.get("classifications"), list)
    )


def _no_json(raw: RawRow, error: orjson.JSONDecodeError) -> LabelRowError:
    before = error.doc[: error.pos].encode()
    around = raw.data[max(0, len(before) - 12) : len(before) + 12]
    return LabelRowError(
        source=raw.origin.source,
        row_number=raw.origin.row_number,
        byte_offset=raw.origin.byte_offset + len(before),
        expected="JSON",
        found=Found(f"{error.msg}, near {around!r}"),
        remedy="Export or download the file again; an editor with JSON support shows the place.",
    )
