"""Take the links to files out of a batch: signed ones let whoever holds them fetch the data.

In: a `Taken`. Out: the same without any link that the export names as one (the columns that `schema.py` says hold
links, and their keys wherever they stand in `extra`, `json_form`, other JSON columns and rejected text); of other
addresses of files the query, which holds the signature, is cut off. It knows no label rows.
"""

from __future__ import annotations

import re
from typing import Any

from labelframe.flattening.columns import Taken
from labelframe.schema import TABLES

LINK_KEYS = frozenset(column.name for table in TABLES.values() for column in table.columns if column.is_link)
"""The JSON keys that hold links are called as the columns are."""

_KEYS = "|".join(sorted(LINK_KEYS))
_TEXT = r'"(?:[^"\\]|\\.)*(?:"|\Z)'
_IN_TEXT = re.compile(rf'"({_KEYS})"(\s*:\s*)(?:{_TEXT}|\[(?:[^\]"]|{_TEXT})*(?:\]|\Z))', re.DOTALL)
_ADDRESS = re.compile(r'(\b\w+://[^\s"?\\]*)\?[^\s"\\]*')


def strip_links(taken: Taken) -> None:
    """Take the links out of a batch."""
    for column in taken.table.columns:
        values: Any = taken.values.get(column.name)
        if column.is_link:
            taken.values[column.name] = [None] * taken.length
        elif column.is_json:
            taken.values[column.name] = [without_links(value) for value in values]
        elif column.name in ("raw", "found", "uri") and isinstance(values, list):
            taken.values[column.name] = [link_free(value) if isinstance(value, str) else value for value in values]
    for by_row in (taken.extras, taken.forms):
        kept = {row: without_links(part) for row, part in by_row.items()}
        by_row.clear()
        by_row.update((row, part) for row, part in kept.items() if part)


def without_links(value: Any) -> Any:
    """A JSON value without the keys of links; an object that held nothing else is gone too."""
    if isinstance(value, dict):
        kept = {key: without_links(part) for key, part in value.items() if key not in LINK_KEYS}
        return {key: part for key, part in kept.items() if part != {} or value[key] == {}}
    if isinstance(value, list):
        return [without_links(part) for part in value]
    return _ADDRESS.sub(r"\1", value) if isinstance(value, str) else value


def link_free(text: str) -> str:
    """JSON text, or a piece of it, with null for its links.

    >>> link_free('{"data_link": "https://host/a.png?signature=1", "width": 5}')
    '{"data_link": null, "width": 5}'
    """
    return _ADDRESS.sub(r"\1", _IN_TEXT.sub(r'"\1"\2null', text))
