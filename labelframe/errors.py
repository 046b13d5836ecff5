"""Say what went wrong, in one form, in one place.

In: where a fault lies, what was expected, what was found, what to do. Out: exceptions whose text is one clear message.
It reads nothing and prints nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

JsonPath = tuple[str | int, ...]

EXPORT_AGAIN = "Export this label row again; if it comes out the same, please report it."
GIVE_AN_EXPORT = (
    "Give an export: .json with a list of label rows or one of them, or .jsonl, each also as .gz or .zst, or in a .zip."
)
GIVE_AN_ONTOLOGY = (
    "Give the ontology's structure: .json (also .gz or .zst) with an object that has the lists objects and "
    "classifications."
)
DOWNLOAD_AGAIN = "Export or download the file again; what comes before this place is whole."
MEND_JSON = "Mend it by hand at that byte (an editor with JSON support shows the place), or export the label row again."
DRAW_AGAIN = "Open the label row in the editor, draw this object again or delete it, and export again."

KEEP_GOING = 'To keep all else: --on-error collect (in Python on_error="collect").'

REMEDIES: dict[str, str] = {
    # Of a file.
    "file is empty": GIVE_AN_EXPORT,
    "file is no JSON": GIVE_AN_EXPORT,
    "file is no export": GIVE_AN_EXPORT,
    "file is not UTF-8": "Convert it to UTF-8, for instance with: iconv -f UTF-16 -t UTF-8 FILE.",
    "file cannot be read": "Check that you may read it, and that its disk is well.",
    "folder cannot be read": "Check that you may read it.",
    "file is cut off": DOWNLOAD_AGAIN,
    "file changed while it was read": "Wait until the program that writes it has ended, then flatten it again.",
    "gzip data is broken": DOWNLOAD_AGAIN,
    "zstd data is broken": DOWNLOAD_AGAIN,
    "zip archive is broken": DOWNLOAD_AGAIN,
    "zip archive is encrypted": "Unpack it with its password, then give what was in it.",
    "zip method is unknown": "Unpack it with the program that packed it, then give what was in it.",
    # Between label rows.
    "comma is missing": "Put a comma between the two label rows; both were whole.",
    "comma too many": "Delete the comma, or put the label row that is missing behind it.",
    "text between label rows": "Delete it, or make it the label row that it should be.",
    "text after the end": "Delete what follows the end of the list, or give it as a file of its own.",
    # Of a label row.
    "label row is no object": "Delete it, or put the label row there that it should be.",
    "object is no label row": "Delete it, or give what it is as a file of its own.",
    "label row is no JSON": MEND_JSON,
    "label row never ends": MEND_JSON,
    "label row is not UTF-8": "Convert its text to UTF-8, or export the label row again.",
    "label row is nested too deeply": "Label rows nest a dozen levels deep: find what wrote this one.",
    "label row stands twice": "Keep one of the two; of two branches, each says its own branch_name.",
    "label row of the time before data units": "Export this label row again from the platform of today.",
    "key stands twice": "Delete one of the two; the later one was taken.",
    "text is no Unicode": "Put whole characters there; the broken ones were replaced by U+FFFD.",
    # Of a part of a label row.
    "part is no object": "Put the object there that belongs there, or delete the key.",
    "part is no list": "Put the list there that belongs there, or delete the key.",
    "entry is no object": "Delete the entry, or put the object there that it should be.",
    "frame key is no number": "Name the frame by its number, from 0.",
    "hash is missing": "Give the entry the hash of the object or classification that it belongs to.",
    "geometry is missing": DRAW_AGAIN,
    "geometry is not the one of its shape": "Make shape name the geometry that is there, or draw the object again.",
    "geometry is of the wrong type": DRAW_AGAIN,
    "coordinate is missing": DRAW_AGAIN,
    "coordinate is no number": DRAW_AGAIN,
    "odd number of coordinates": "Give every vertex an x and a y.",
    "vertex is no object": DRAW_AGAIN,
    "vertex key is no number": 'Key the vertices "0", "1", ... in their order.',
    "size is no whole number": "Give the mask's size and place in whole pixels.",
    "size is negative": "Give the mask's size in pixels.",
    "run lengths are missing": DRAW_AGAIN,
    "run lengths are too short": "Encode the mask again for its width and height, or draw it again.",
    "run lengths are too long": "Encode the mask again for its width and height, or draw it again.",
    "run lengths are cut off": "The text was cut short: export again, or draw the mask again.",
    "run length is negative": "Encode the mask again: a run has no length below zero.",
    "foreign character in run lengths": "Run lengths are written in the characters 0 to o: encode the mask again.",
    "data unit is missing": "Give the label row its data units: a range that names no space lies on them.",
    "range is unreadable": "Write ranges as [start, end] in whole numbers, or as two HTML nodes.",
    "range ends before it starts": "Swap the two ends, or correct the one that is wrong.",
}
"""What to do about each fault, by its reason: the word that `rejects.reason` gives."""


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
    if isinstance(value, (int, float, OddNumber)):
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

    Attributes: message, source (file), row_number, label_hash, byte_offset, json_path (text), expected, found, remedy,
    reason (a key of REMEDIES); each may be None.
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
        reason: str | None = None,
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
        self.reason = reason

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


class OntologyError(LabelframeError):
    """A file that is no ontology, or a part of one that cannot be understood."""


class LabelRowError(LabelframeError):
    """A label row, or a part of one, that cannot be taken."""


class SnapshotError(LabelframeError):
    """A folder that is no snapshot, or that cannot be written."""


class UnknownNameError(LabelframeError, KeyError):
    """A table, statistic or option that does not exist."""


class QueryError(LabelframeError):
    """SQL that DuckDB refuses."""


class CheckError(LabelframeError):
    """A baseline of the checks cannot be read or written."""


class InternalError(LabelframeError):
    """A fault of labelframe's own: what was found in the JSON is not what was written."""


def unknown_name(what: str, name: str, known: Sequence[str]) -> UnknownNameError:
    """The error for a misspelt name, with the nearest real ones (all of them where none is near)."""
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        remedy = f"Did you mean {' or '.join(near)}?"
    else:
        remedy = f"There are: {', '.join(known)}." if known else "There are none."
    return UnknownNameError(f"There is no {what} named {printable(name)}.", remedy=remedy)


@dataclass(frozen=True)
class Origin:
    """Where a label row came from: its file, its place in that file from 0, and the byte where it starts. A file that
    cannot be read at all has neither."""

    source: str
    row_number: int | None = None
    byte_offset: int | None = None


class Fault(Exception):
    """Something that cannot be taken, raised where it is seen and placed by whoever knows the path.

    `reason` is a key of REMEDIES, `path` leads from the part at hand down to the fault.
    """

    def __init__(self, reason: str, expected: str | None, found: object, path: JsonPath = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.expected = expected
        self.found = found if isinstance(found, Found) else Found(kind_of(found))
        self.path = path
        self.remedy = REMEDIES[reason]


class Found(str):
    """What was found, already in words that are safe on a terminal."""

    def __new__(cls, text: object) -> Found:
        return super().__new__(cls, printable(text, 500))


class OddNumber:
    """A number that is none: NaN, Infinity, or one beyond a float64. It is shown as its text.

    It is no dataclass: orjson would write one as an object.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OddNumber) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return self.text


def error_of(
    origin: Origin, fault: Fault, label_hash: str | None = None, path: JsonPath | None = None
) -> LabelframeError:
    """The error that tells of a fault in a file, in a label row, or (with a path) at a place in one."""
    kind = SourceError if path is None else LabelRowError
    return kind(
        None if path is not None else f"{fault.reason[0].upper()}{fault.reason[1:]}.",
        source=origin.source,
        row_number=origin.row_number,
        label_hash=label_hash,
        byte_offset=origin.byte_offset,
        json_path=None if path is None else path_text((*path, *fault.path)),
        expected=fault.expected,
        found=fault.found,
        remedy=f"{fault.remedy} {KEEP_GOING}",
        reason=fault.reason,
    )
