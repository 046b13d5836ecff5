"""All kinds of bad input by name.

In: the kinds of the other files. Out: `KINDS`, which are met as they should be, and `LEGAL`, input that only looks bad;
`PENDING` names those of both that are not yet, and are left out, with what goes wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from bad import legal
from bad.files import FILES
from bad.kind import by_name
from bad.texts import TEXTS
from bad.values import VALUES

ALL = by_name(VALUES, TEXTS, FILES)

_BY_END = {
    " is NaN": 'raw has {"text":"NaN"} for NaN',
    " is infinite": 'raw has {"text":"Infinity"} for Infinity',
}
_BY_BEGIN = {
    "a number is ": 'raw has {"text":"1e400"} for 1e400',
    "a brace is too many ": "raw lacks what stood between the brace and the next key",
    "one range of an action ": "the range is no fault; the attribute then holds on all frames",
}
_BY_NAME = {
    "the ranges of an action are text": "they are no fault; the attribute then holds on all frames",
    "a selection of points has the geometry of another shape": "told as missing run lengths",
    "a vertex is keyed by 5000 digits": "InternalError",
    "a vertex in an object by number lacks a coordinate": "the path has a place in a list: polyline[1] for polyline.10",
    "a front has no vertex": "taken without a word",
    "a run is longer than can be counted": "told as negative",
    "one range is a text that sets a terminal's colour": "the error's text holds the character",
    "one range is a text that turns the direction of writing": "the error's text holds the character",
    "a line ends with a comma": "the label row is lost",
    "a line begins with a comma": "the label row is lost",
    "a line begins with a separator": "the label row is lost",
    "gzip data is cut off in its head": "told as an empty file",
    "gzip data is two bytes": "told as an empty file",
    "gzip of gzip is cut off": "AttributeError: nothing can be read that is packed by gzip twice",
    "a member has a wrong checksum": "the label rows in the last megabyte before its end are lost",
    "a short member has a wrong checksum": "told as an empty file",
    "a member packed by bzip2 has a byte changed": "told as a disk that fails",
    "a member packed by LZMA has a byte changed": "LZMAError",
    "a member is UTF-16": "passed over as no export, exit code 0",
    "a file in a folder is UTF-16": "passed over as no export, exit code 0",
    "a data_sequence has 5000 digits": "InternalError",
    "a key of a scene ends in a raised digit": "InternalError",
    "a key of a scene ends in 5000 digits": "InternalError",
    "lines end as on old computers": "the first label row is lost",
    "lines hold two label rows": "the first of them is lost",
    "each label row is in a wrapper": "each second label row is lost",
    "gzip data is packed again": "AttributeError",
}


def _pending() -> Iterator[tuple[str, str]]:
    yield from _BY_NAME.items()
    for name in ALL:
        yield from ((name, why) for end, why in _BY_END.items() if name.endswith(end))
        yield from ((name, why) for begin, why in _BY_BEGIN.items() if name.startswith(begin) and _is_huge(name))


def _is_huge(name: str) -> bool:
    return not name.startswith("a number is ") or name.endswith(("a float", "400 digits"))


PENDING = dict(_pending())
KINDS = {name: kind for name, kind in ALL.items() if name not in PENDING}
LEGAL = {name: make for name, make in legal.LEGAL.items() if name not in PENDING}

assert PENDING.keys() <= ALL.keys() | legal.LEGAL.keys()
