"""Parse the bytes of a label row.

In: the bytes that `read` found. Out: label rows as plain Python values, and what was wrong with single values of them.
Nothing after this room sees JSON text; this room does not look into a label row further than to know that it is one.
"""

from __future__ import annotations

import gc
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import orjson

from labelframe.errors import Fault, Found, JsonPath, OddNumber, kind_of
from labelframe.read import is_label_row

Json: TypeAlias = dict[str, object]


@contextmanager
def paused_garbage_collection() -> Iterator[None]:
    """Let no garbage collection run by itself: it would walk every new dict of a label row again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass(frozen=True)
class OddValue:
    """A single value of a JSON text that cannot be taken as it stands there, the rest being well: `raw` is its text."""

    path: JsonPath
    fault: Fault
    raw: str


@dataclass
class Decoded:
    """A JSON value, and what of it could not be taken."""

    value: object
    odd: list[OddValue] = field(default_factory=list)


class BrokenJsonError(Exception):
    """Bytes that are no JSON: the fault, and the byte within them where it lies."""

    def __init__(self, fault: Fault, offset: int) -> None:
        super().__init__(fault.reason)
        self.fault = fault
        self.offset = offset


def decode(data: bytes) -> Decoded:
    """The JSON value of a text.

    Text that is no Unicode costs that value alone: it has U+FFFD for what is half a character. NaN, Infinity and
    numbers beyond a float64 become `OddNumber`. Of a key that stands twice the later value is taken: see
    `may_lack_a_value`.

    Raises BrokenJsonError for what is no JSON or is not UTF-8.
    """
    try:
        return Decoded(orjson.loads(data))
    except orjson.JSONDecodeError as error:
        return _decode_odd(data, error)


def quotes(data: bytes) -> int:
    """How many quotes there are in a text."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == 0x22))


def may_lack_a_value(data: bytes, written: int) -> bool:
    """Whether a key of an object in a JSON text may stand twice, so that a value is lost. `written`: how many quotes
    there are in its value when it is written again: two values of one key leave fewer of them there, and only a quote
    that the text writes as \\u0022 could make up for these."""
    return quotes(data) != written or b"\\u0022" in data


def decode_slowly(data: bytes) -> Decoded:
    """As `decode`; a key that stands twice is told, with its earlier value.

    Raises BrokenJsonError also for what is nested more than 254 levels deep.
    """
    return _decode_odd(data, None)


def decode_wrapper(data: bytes) -> Decoded:
    """As `decode_slowly`, for JSON that is not just one label row; quick where no key stands twice."""
    decoded = decode(data)
    try:
        written = quotes(orjson.dumps(decoded.value, default=str))
    except TypeError:
        raise BrokenJsonError(too_deep(), 0) from None
    return decode_slowly(data) if may_lack_a_value(data, written) else decoded


def too_deep() -> Fault:
    """The fault of JSON that is nested deeper than can be written again."""
    return Fault("label row is nested too deeply", "at most 254 levels", Found("more"))


def _decode_odd(data: bytes, error: orjson.JSONDecodeError | None) -> Decoded:
    """Parse slowly what orjson refuses, or what may hold a key twice."""
    try:
        text = data.decode()
        value = json.loads(
            text,
            parse_constant=OddNumber,
            parse_float=_float,
            parse_int=_integer,
            object_pairs_hook=_pairs,
        )
        odd: list[OddValue] = []
        value = _mended(value, (), odd)
        orjson.dumps(value, default=str)
    except UnicodeDecodeError as wrong:
        found = Found(f"the byte 0x{data[wrong.start]:02x}, near {data[max(0, wrong.start - 12) : wrong.start + 12]!r}")
        raise BrokenJsonError(Fault("label row is not UTF-8", "UTF-8", found), wrong.start) from None
    except (RecursionError, TypeError):
        raise BrokenJsonError(too_deep(), 0) from None
    except ValueError:
        assert error is not None, "json refuses what orjson takes"
        before = len(error.doc[: error.pos].encode())
        around = data[max(0, before - 12) : before + 12]
        found = Found(f"{error.msg}, near {around!r}")
        raise BrokenJsonError(Fault("label row is no JSON", "JSON", found), before) from None
    return Decoded(value, odd)


def _float(text: str) -> object:
    number = float(text)
    return OddNumber(text) if math.isinf(number) else number


def _integer(text: str) -> object:
    """An integer as orjson takes it: one that 64 bits do not hold is a float."""
    if len(text) > 20:
        return _float(text)
    number = int(text)
    return number if -(1 << 63) <= number < 1 << 64 else float(number)


class _Twice(dict[str, object]):
    """An object of which a key stands twice, and the values that the later ones displace."""

    displaced: list[tuple[str, object]]


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    twice = _Twice(value)
    last = {key: place for place, (key, _) in enumerate(pairs)}
    twice.displaced = [(key, part) for place, (key, part) in enumerate(pairs) if last[key] != place]
    return twice


def _mended(value: object, path: JsonPath, odd: list[OddValue]) -> object:
    """The value without what cannot be taken, which goes to `odd`."""
    if isinstance(value, str):
        return _whole_characters(value, path, odd)
    if isinstance(value, list):
        return [_mended(part, (*path, index), odd) for index, part in enumerate(value)]
    if isinstance(value, dict):
        for key, displaced in value.displaced if isinstance(value, _Twice) else ():
            odd.append(_displaced(_replaced(key), displaced, path))
        mended: dict[str, object] = {}
        for key, part in value.items():
            whole = _whole_characters(key, path, odd)
            if whole in mended:  # two broken keys that look alike now
                odd.append(_displaced(whole, mended[whole], path))
            mended[whole] = _mended(part, (*path, whole), odd)
        return mended
    return value


def _displaced(key: str, value: object, path: JsonPath) -> OddValue:
    fault = Fault("key stands twice", "each key once", Found(f"{kind_of(key)} again"), (key,))
    return OddValue(path, fault, json.dumps(value, default=str))


def _whole_characters(text: str, path: JsonPath, odd: list[OddValue]) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        found = Found(f"half of one: {json.dumps(text)[:80]}")
        odd.append(OddValue(path, Fault("text is no Unicode", "whole characters", found), json.dumps(text)))
        return _replaced(text)
    return text


def _replaced(text: str) -> str:
    """The text with U+FFFD for what is half a character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def label_rows(value: object) -> Iterator[tuple[object, Fault | None]]:
    """(a part, why it is no label row; None: it is one) of one JSON value: usually that is one label row; lists and
    objects with one key around them are unwrapped."""
    if is_label_row(value):
        yield value, None
    elif isinstance(value, list):
        for item in value:
            yield from label_rows(item)
    elif isinstance(value, dict) and len(value) == 1 and isinstance(next(iter(value.values())), (dict, list)):
        yield from label_rows(next(iter(value.values())))
    else:
        found = Found("an ontology" if is_ontology(value) else kind_of(value))
        yield value, Fault("file is no export", "a label row: an object with data_units and label_hash", found)


def is_ontology(value: object) -> bool:
    """Whether a JSON value looks like an ontology's structure."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("objects"), list)
        and isinstance(value.get("classifications"), list)
    )
