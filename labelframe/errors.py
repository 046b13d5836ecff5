"""Say what went wrong, in one form, in one place.

In: where a fault lies, what was expected, what was found, what to do. Out: exceptions whose text is one clear message.
It reads nothing and prints nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NoReturn

JsonPath = tuple[str | int, ...]

EXPORT_AGAIN = "Export this label row again; if it comes out the same, please report it."


def printable(text: object, limit: int = 200) -> str:
    """Text that is safe on a terminal: control characters escaped, cut at `limit` characters.

    >>> printable("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    shown = str(text)
    if len(shown) > limit:
        shown = f"{shown[:limit]}…"
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape", "surrogatepass").decode()
        for character in shown
    )


def path_text(path: Iterable[str | int]) -> str:
    """A JSON path as text.

    >>> path_text(("data_units", "ab12", "labels", "14", "objects", 0))
    '$.data_units.ab12.labels.14.objects[0]'
    >>> path_text(("spaces", "a/b.pcd"))
    '$.spaces["a/b.pcd"]'
    """
    parts = ["$"]
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif re.fullmatch(r"[\w-]+", step):
            parts.append(f".{step}")
        else:
            escaped = step.replace("\\", "\\\\").replace('"', '\\"')
            parts.append(f'["{escaped}"]')
    return "".join(parts)


def kind_of(value: object) -> str:
    """What a JSON value is, in the words of a message.

    >>> kind_of([1, 2])
    'a list of 2'
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return f'the text "{printable(value, 60)}"'
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        keys = ", ".join(printable(key, 40) for key in list(value)[:6])
        return f"an object with the keys {keys}" if value else "an empty object"
    return type(value).__name__


class LabelframeError(Exception):
    """Anything that labelframe could not do. Its parts are attributes; its text is made of them here alone.

    Attributes: message, source (file), row_number, label_hash, byte_offset, json_path (text), expected, found, remedy;
    each may be None.
    """

    def __init__(
        self,
        message: str | None = None,
        *,
        source: str | None = None,
        row_number: int | None = None,
        label_hash: str | None = None,
        byte_offset: int | None = None,
        json_path: str | None = None,
        expected: str | None = None,
        found: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.row_number = row_number
        self.label_hash = label_hash
        self.byte_offset = byte_offset
        self.json_path = json_path
        self.expected = expected
        self.found = found
        self.remedy = remedy

    def __str__(self) -> str:
        first = []
        if self.source is not None:
            first.append(printable(self.source, 1000))
        if self.row_number is not None:
            name = f" ({printable(self.label_hash, 40)})" if self.label_hash else ""
            first.append(f"label row {self.row_number}{name}")
        if self.byte_offset is not None and self.json_path is None:
            first.append(f"byte {self.byte_offset}")
        lines = [", ".join(first)] if first else []
        if self.message:
            lines += [printable(line, 2000) for line in self.message.splitlines()]
        if self.json_path is not None:
            lines.append(f"at {printable(self.json_path, 1000)}")
        if self.expected is not None:
            found = f", found {self.found}" if self.found is not None else ""
            lines.append(f"expected {self.expected}{found}")
        if self.remedy is not None:
            lines.append(self.remedy)
        return "\n  ".join(lines)


class SourceError(LabelframeError):
    """A file that cannot be read, or that is no export."""


class LabelRowError(LabelframeError):
    """A label row, or a part of one, that cannot be taken."""


class SnapshotError(LabelframeError):
    """A folder that is no snapshot, or that cannot be written."""


class UnknownNameError(LabelframeError, KeyError):
    """A table, statistic or option that does not exist."""


class QueryError(LabelframeError):
    """SQL that DuckDB refuses."""


class InternalError(LabelframeError):
    """A fault of labelframe's own: what was found in the JSON is not what was written."""


def unknown_name(what: str, name: str, known: Sequence[str]) -> UnknownNameError:
    """The error for a misspelt name, with the nearest real ones (all of them where none is near)."""
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    remedy = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(known)}."
    return UnknownNameError(f"There is no {what} named {printable(name)}.", remedy=remedy)


@dataclass(frozen=True)
class Origin:
    """Where a label row came from: its file, its place in that file from 0, and the byte where it starts."""

    source: str
    row_number: int
    byte_offset: int


class Fault(Exception):
    """A part of a label row that cannot be taken, raised where it is seen and placed by whoever knows the path.

    `path` leads from the object at hand down to the fault.
    """

    def __init__(
        self, reason: str, expected: str, found: object, path: JsonPath = (), remedy: str | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.expected = expected
        self.found = found if isinstance(found, Found) else Found(kind_of(found))
        self.path = path
        self.remedy = remedy or EXPORT_AGAIN


class Found(str):
    """What was found, already in words."""


def fail(origin: Origin, label_hash: str | None, path: JsonPath, fault: Fault) -> NoReturn:
    """Raise the error that tells of a fault and of the label row it lies in."""
    raise LabelRowError(
        source=origin.source,
        row_number=origin.row_number,
        label_hash=label_hash,
        byte_offset=origin.byte_offset,
        json_path=path_text((*path, *fault.path)),
        expected=fault.expected,
        found=fault.found,
        remedy=fault.remedy,
    ) from None
