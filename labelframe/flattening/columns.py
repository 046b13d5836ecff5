"""Collect the values of a table column by column until a batch is full.

In: values, one row at a time. Out: `Taken`, the columns of a batch as lists (checked and made into Arrow by `tables`)
or as Arrow arrays where they were built from numbers alone. It knows columns, not what a label row holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any

import numpy as np
import pyarrow as pa

from labelframe.flattening.label_row import LabelRow, Space
from labelframe.flattening.values import fits_column
from labelframe.schema import TEXT, Table

BY_ROW = ("extra", "json_form")
"""Columns that few rows have: kept by row, not as lists."""


@dataclass
class Taken:
    """A batch of one table: `values` holds a list or an Arrow array for each column but `extra` and `json_form`;
    `extras` has the keys that no column covers, `forms` how the export wrote what is not written the usual way, by row.
    """

    table: Table
    length: int
    values: dict[str, Any]
    extras: dict[int, dict[str, object]] = field(default_factory=dict)
    forms: dict[int, dict[str, object]] = field(default_factory=dict)


class Columns:
    """Rows of a table that are few: header, data units, spaces, answers and the like."""

    def __init__(self, table: Table) -> None:
        self.table = table
        columns = [column for column in table.columns if column.name not in BY_ROW]
        keyed = {column.name: column.key for column in columns if column.key is not None}
        self._unkeyed = [column.name for column in columns if column.key is None]
        self._keys = list(keyed.values())
        self._places = {name: place for place, name in enumerate(keyed, start=len(self._unkeyed))}
        self._reset()

    def _reset(self) -> None:
        self.length = 0
        self.weight = 0  # characters of long texts
        self.extras: dict[int, dict[str, object]] = {}
        self.forms: dict[int, dict[str, object]] = {}
        self._rows: list[tuple[Any, ...]] = []

    def add(
        self,
        own: Mapping[str, object],
        entry: Mapping[str, object],
        extra: dict[str, object] | None = None,
        form: dict[str, object] | None = None,
    ) -> None:
        """Add a row: each column is taken from `own` by its name, else from the JSON object `entry` by its key."""
        cells = [*map(own.get, self._unkeyed), *map(entry.get, self._keys)]
        for name in self._places.keys() & own.keys():
            cells[self._places[name]] = own[name]
        self._rows.append(tuple(cells))
        if extra:
            self.extras[self.length] = extra
        if form:
            self.forms[self.length] = form
        self.length += 1

    def take(self) -> Taken:
        """Give the rows collected so far and begin anew."""
        names = [*self._unkeyed, *self._places]
        columns = zip(*self._rows, strict=True) if self._rows else [()] * len(names)
        values = {name: list(cells) for name, cells in zip(names, columns, strict=True)}
        taken = Taken(self.table, self.length, values, self.extras, self.forms)
        self._reset()
        return taken


def known_keys(table: Table, *more: str) -> frozenset[str]:
    """The JSON keys that the table's columns cover, and those given."""
    return frozenset(column.key for column in table.columns if column.key is not None) | frozenset(more)


def leftover(entry: Mapping[str, object], known: frozenset[str]) -> dict[str, object]:
    """The keys of a JSON object that no column covers, with their values."""
    if entry.keys() <= known:
        return {}
    return {key: value for key, value in entry.items() if key not in known}


RUN_COLUMNS = ("row_id", "label_hash", "space_id", "timeline_id", "frame", "range_start", "range_end", "range_unit")


class PlacedColumns:
    """Rows of a table whose rows lie on spaces (objects, classifications), of which there can be very many.

    Where they lie is kept once for a run of rows, not once a row.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        names = {column.name for column in table.columns} - {*BY_ROW, *RUN_COLUMNS}
        self.lists: dict[str, list[Any]] = {
            column.name: [] for column in table.columns if column.key is not None and column.name in names
        }
        self.appends = [
            (self.lists[column.name].append, column.key)
            for column in table.columns
            if column.name in self.lists and column.key is not None
        ]
        self._columns = [table.column(name) for name in self.lists]
        self.runs: list[tuple[Any, ...]] = []
        self.data_types: list[str | None] = []  # of each run
        self.extras: dict[int, dict[str, object]] = {}
        self.forms: dict[int, dict[str, object]] = {}
        self.length = 0
        self.weight = 0

    def place(
        self,
        row: LabelRow,
        count: int,
        space: Space | None,
        frame: int | None,
        start: int | None,
        end: int | None,
        unit: str | None,
    ) -> None:
        """Say where the last `count` rows lie, which are not yet placed."""
        space_id, timeline_id = (space.space_id, space.timeline_id) if space is not None else (None, None)
        self.runs.append((count, row.row_id, row.label_hash, space_id, timeline_id, frame, start, end, unit))
        self.data_types.append(row.data_type)

    def types_of_rows(self) -> Iterator[str | None]:
        """The label row's data_type of each row."""
        return chain.from_iterable(map(repeat, self.data_types, (run[0] for run in self.runs)))

    def add(self, entry: Mapping[str, object], own: Mapping[str, object]) -> int:
        """Add a row whose values are in `own` by column, else in `entry` by JSON key; gives the row's number.

        A value that does not fit its column is left out: the entry is an answer, whose instance keeps it in `extra`.
        """
        row = self.length
        for (append, key), column in zip(self.appends, self._columns, strict=True):
            value = own[column.name] if column.name in own else entry.get(key)
            append(value if fits_column(value, column) else None)
        self.length = row + 1
        return row

    def take(self) -> Taken:
        """Give the rows collected so far and begin anew. Every row must have been placed."""
        values: dict[str, Any] = {name: list(cells) for name, cells in self.lists.items()}
        values.update(self._placed())
        taken = Taken(self.table, self.length, values, self.extras, self.forms)
        for cells in self.lists.values():
            cells.clear()
        self.runs.clear()
        self.data_types.clear()
        self.extras = {}
        self.forms = {}
        self.length = 0
        return taken

    def _placed(self) -> dict[str, pa.Array]:
        if not self.runs:
            assert not self.length, "a row was not placed"
            return {name: pa.nulls(0, self.table.column(name).type) for name in RUN_COLUMNS}
        counts, *columns = zip(*self.runs, strict=True)
        repeats = np.asarray(counts, np.int64)
        assert repeats.sum() == self.length, "a row was not placed"
        runs = np.repeat(np.arange(len(counts)), repeats)
        return {
            name: _expand(cells, self.table.column(name).type, runs)
            for name, cells in zip(RUN_COLUMNS, columns, strict=True)
        }


def _expand(cells: Iterable[object], kind: pa.DataType, runs: np.ndarray[Any, Any]) -> pa.Array:
    if kind == TEXT:
        short = pa.array(cells, pa.string()).dictionary_encode()
        return pa.DictionaryArray.from_arrays(short.indices.take(pa.array(runs)), short.dictionary)
    return pa.array(cells, kind).take(pa.array(runs))
