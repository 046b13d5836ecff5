"""Read an ontology.

In: a file (.json, also as .gz or .zst), or the JSON itself. Out: an `Ontology`, and what the manifest says of it. It
knows no label rows.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from labelframe.decode import BrokenJsonError, decode_wrapper
from labelframe.errors import GIVE_AN_ONTOLOGY, Found, OntologyError, path_text
from labelframe.flattening import Ontology
from labelframe.flattening.ontology import OWNERS, damaged
from labelframe.read import PassedOver, find_sources, is_label_row, open_parts

Given: TypeAlias = str | os.PathLike[str] | Mapping[str, Any]

WRAPPERS = ("structure", "ontology", "editor")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class OntologySource:
    """Where an ontology came from: its file (None: given as JSON, whose sorted text size and hash are of), and the keys
    that no table holds."""

    name: str | None
    size: int
    sha256: str | None
    extra: dict[str, Any]


def read_ontology(given: Given) -> tuple[Ontology, OntologySource]:
    """An ontology and where it came from. `given` is a path, or the ontology's structure as JSON has it, also wrapped
    in one key.

    Raises SourceError where there is no such file, OntologyError where it cannot be read or is no ontology.
    """
    if isinstance(given, Mapping):
        text = orjson.dumps(dict(given), default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
        ontology, extra = _understood(dict(given))
        return ontology, OntologySource(None, len(text), hashlib.sha256(text).hexdigest(), extra)
    path = Path(given)
    if path.is_dir():
        raise _unreadable(path.as_posix(), "a file", "a folder")
    (source,) = find_sources([path]).sources
    passed_over: list[PassedOver] = []
    texts = []
    for part in open_parts(source, passed_over):
        texts.append(b"".join(part.pieces))
        if part.pieces.fault is not None:
            fault = part.pieces.fault
            raise _unreadable(part.name, fault.expected or "a file that can be read", fault.found)
    if len(texts) != 1:
        raise _unreadable(source.name, "one file", f"an archive of {len(texts)}")
    try:
        ontology, extra = _understood(_decoded(texts[0]))
    except OntologyError as error:
        error.source = source.name
        raise
    return ontology, OntologySource(source.name, source.size or source.bytes_done, source.sha256, extra)


def _decoded(data: bytes) -> object:
    try:
        decoded = decode_wrapper(data.removeprefix(BYTE_ORDER_MARK))
    except BrokenJsonError as broken:
        error = _unreadable(None, broken.fault.expected or "JSON", broken.fault.found)
        error.byte_offset = broken.offset
        raise error from None
    for odd in decoded.odd:
        error = _unreadable(None, odd.fault.expected or "JSON", odd.fault.found)
        error.json_path = path_text((*odd.path, *odd.fault.path))
        raise error
    return decoded.value


def _unreadable(source: str | None, expected: str, found: str) -> OntologyError:
    return OntologyError(
        "The ontology cannot be read.",
        source=source,
        expected=expected,
        found=Found(found),
        remedy=GIVE_AN_ONTOLOGY,
    )


def _understood(value: object) -> tuple[Ontology, dict[str, Any]]:
    """The ontology in a JSON value, and the keys beside its lists and beside what wraps it."""
    extra: dict[str, Any] = {}
    steps: list[str] = []
    inner = value
    while isinstance(inner, dict) and not is_label_row(inner) and not OWNERS.keys() & inner.keys():
        key = next((key for key in (*WRAPPERS, *(inner if len(inner) == 1 else ())) if key in inner), None)
        if key is None:
            break
        extra |= {name: part for name, part in inner.items() if name != key}
        steps.append(key)
        inner = inner[key]
    if not isinstance(inner, dict) or is_label_row(inner) or not OWNERS.keys() & inner.keys():
        raise damaged(tuple(steps), "an object with the lists objects and classifications", inner)
    try:
        ontology = Ontology(inner)
    except OntologyError as error:
        if error.json_path is not None:
            error.json_path = path_text(steps) + error.json_path.removeprefix("$")
        raise
    extra |= {name: part for name, part in inner.items() if name not in OWNERS}
    return ontology, orjson.loads(orjson.dumps(extra, default=str))  # what JSON does not know is text
