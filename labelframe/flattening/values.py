"""Take single JSON values as what a column needs, or leave them for `extra`.

In: JSON values. Out: values of the right kind, and what did not fit. It knows no tables and no label rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import orjson
import pyarrow as pa

from labelframe.schema import Column

Kinds = Mapping[str, tuple[str, type]]


def columns_of(part: Mapping[str, object], kinds: Kinds, left: dict[str, object]) -> dict[str, object]:
    """The columns that the keys of a JSON object fill. `kinds` gives column and kind by key; what does not fit, and
    what no column covers, goes to `left`."""
    columns: dict[str, object] = {}
    for key, value in part.items():
        column, kind = kinds.get(key, (None, object))
        fitting = fit(value, kind) if column is not None else None
        if column is None or (fitting is None and value is not None):
            left[key] = value
        else:
            columns[column] = fitting
    return columns


def nested(entry: Mapping[str, object], key: str, kinds: Kinds, extra: dict[str, object]) -> dict[str, object]:
    """The columns that an object nested under `key` fills, as `columns_of`; the rest goes to `extra` by that key."""
    part = entry.get(key)
    if part is None:
        return {}
    if not isinstance(part, dict):
        extra[key] = part
        return {}
    left: dict[str, object] = {}
    columns = columns_of(part, kinds, left)
    if left:
        extra[key] = left
    return columns


def fit(value: object, kind: type) -> object:
    """The value as text, whole number, number or truth value; None where it is none.

    >>> fit(3.0, int), fit("3", int), fit(True, int)
    (3, None, None)
    """
    if kind is float:
        return float(value) if type(value) in (int, float) else None  # type: ignore[arg-type]
    if kind is int:
        return whole(value)
    return value if type(value) is kind else None


def whole(value: object) -> int | None:
    """A whole number that an int64 holds, None for anything else."""
    if type(value) is float and value.is_integer() and abs(value) < 1 << 63:
        return int(value)
    if type(value) is int and -(1 << 63) <= value < 1 << 63:
        return value
    return None


def size(value: object) -> object:
    """A width, height or rate where 0 says that it is unknown; what is no number stays as it is."""
    return None if type(value) in (int, float) and value == 0 else value


_RFC = re.compile(r"\w{3}, (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d)(?: (?:UTC|GMT))?")
_MONTHS = {
    name: month
    for month, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], start=1
    )
}
_JAVASCRIPT = re.compile(r"(\w{3} \w{3} \d{1,2} \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})(?: \(.*\))?")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(text: str) -> int | None:
    """A time in any spelling that exports use, as microseconds since 1970 in UTC; None where it cannot be read.

    A time without a zone is UTC.

    >>> microseconds("Thu, 09 Feb 2023 14:12:03 UTC") == microseconds("2023-02-09 14:12:03")
    True
    >>> bangladesh = microseconds("Thu Jan 11 2024 12:09:51 GMT+0600 (Bangladesh Standard Time)")
    >>> bangladesh == microseconds("2024-01-11T06:09:51Z")
    True
    """
    rfc = _RFC.fullmatch(text)
    javascript = None if rfc else _JAVASCRIPT.fullmatch(text)
    try:
        if rfc is not None and rfc[2] in _MONTHS:  # what nearly all exports write: email.utils takes four times as long
            day, month, year, hour, minute, second = rfc.groups()
            time = datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        elif javascript is not None:
            time = datetime.strptime(" ".join(javascript.groups()), "%a %b %d %Y %H:%M:%S %z")
        elif _ISO.fullmatch(text):
            time = datetime.fromisoformat(text)
        else:
            time = parsedate_to_datetime(text)
        if time.tzinfo is None:
            time = time.replace(tzinfo=UTC)
        return (time - _EPOCH) // _MICROSECOND
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def digits(text: str) -> bool:
    """Whether a text is a whole number that an int64 holds, from 0."""
    return text.isascii() and text.isdigit() and len(text) <= 18


def json_text(value: object) -> str:
    """The value as compact JSON; a number that JSON does not know is text."""
    return orjson.dumps(value, default=str).decode()


def raw_text(value: object) -> str:
    """The value as it stood in the export, but compact; a number that JSON does not know stays as it was."""
    return orjson.dumps(value, default=lambda odd: orjson.Fragment(str(odd))).decode()


def fits_column(value: object, column: Column) -> bool:
    """Whether a column holds the value as it is exported; null fits them all."""
    if value is None or column.is_json:
        return True
    kind = column.type
    if pa.types.is_timestamp(kind):
        return isinstance(value, str) and (not value or microseconds(value) is not None)
    if pa.types.is_boolean(kind):
        return isinstance(value, bool)
    if pa.types.is_integer(kind):
        return whole(value) is not None
    if pa.types.is_floating(kind):
        return type(value) in (int, float)
    if pa.types.is_list(kind):
        return isinstance(value, list)
    return isinstance(value, str)
