"""Make Arrow tables of columns.

In: files to read. Out: record batches of every table of `schema.py`, each checked against it: a value of the wrong
type goes to `extra`, a null where none may be is a fault of ours. Nothing is left out without a word: what was found in
the JSON must be what was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from labelframe.decode import decode, paused_garbage_collection
from labelframe.errors import InternalError, SourceError
from labelframe.flattening import Account, Flattener
from labelframe.flattening.columns import Taken
from labelframe.flattening.values import fits_column, json_text, microseconds, whole
from labelframe.read import RawRow, Source, read_source
from labelframe.schema import INT, STRING, TABLES, Column

NOTES = 5  # of one kind that a run tells

Emit = Callable[[str, pa.RecordBatch], None]


@dataclass
class Progress:
    """How far a run is: bytes read of all, label rows and objects so far."""

    bytes_total: int = 0
    bytes_done: int = 0
    label_rows: int = 0
    objects: int = 0


@dataclass
class Run:
    """What a run did: the files it read, what it found and wrote, what it has to tell."""

    sources: list[Source]
    account: list[Account] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TABLES, 0))
    delete_events: int = 0
    notes: list[str] = field(default_factory=list)


def flatten_sources(sources: list[Source], emit: Emit, progress: Callable[[Progress], None] = lambda _: None) -> Run:
    """Flatten files one label row at a time, giving each full batch to `emit`.

    Raises SourceError and LabelRowError for what cannot be read or taken, InternalError where the account of the run
    does not add up.
    """
    run = Run(sources)
    state = Progress(sum(source.size for source in sources))

    def emit_batch(taken: Taken) -> None:
        batch = record_batch(taken)
        run.rows[taken.table.name] += batch.num_rows
        emit(taken.table.name, batch)

    def tick() -> None:
        state.bytes_done = sum(source.bytes_done for source in sources)
        state.label_rows = flattener.rows
        state.objects = run.rows["objects"] + flattener.hot.objects.length
        progress(state)

    flattener = Flattener(emit_batch)
    seen = _Seen()
    for source in sources:
        for raw in read_source(source, tick):
            with paused_garbage_collection():
                if not _flatten_value(raw, source, flattener, seen):
                    break
    flattener.finish()
    tick()
    passed_over = [source for source in sources if source.passed_over is not None]
    run.notes += [f"{source.name}: passed over, it holds {source.passed_over}" for source in passed_over]
    run.notes += seen.told()
    run.account = flattener.account()
    run.delete_events = flattener.hot.delete_events
    if flattener.rows == 0:
        raise SourceError(
            "There is no label row in what was given.",
            source=", ".join(source.name for source in sources[:3]),
            remedy="Give an export: .json with a list of label rows or one of them, or .jsonl.",
        )
    _check(run)
    return run


def _flatten_value(raw: RawRow, source: Source, flattener: Flattener, seen: _Seen) -> bool:
    """Flatten what one JSON value holds; False where its file is passed over."""
    try:
        values = decode(raw)
    except SourceError as error:
        if source.from_folder and raw.origin.row_number == 0:
            source.passed_over = str(error.found)
            return False
        raise
    for value in values:
        seen.note(value, raw)
        flattener.add(value, raw.origin)
    return True


class _Seen:
    """Notes label rows that a run meets twice."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], str] = {}
        self._again: list[str] = []
        self._count = 0

    def note(self, value: dict[str, object], raw: RawRow) -> None:
        label_hash, branch = value.get("label_hash"), value.get("branch_name")
        if not isinstance(label_hash, str):
            return
        here = f"{raw.origin.source}, label row {raw.origin.row_number}"
        first = self._first.setdefault((label_hash, branch if isinstance(branch, str) else "main"), here)
        if first is not here:
            self._count += 1
            if self._count <= NOTES:
                self._again.append(f"{here}: label row {label_hash} stands in {first} too; both were taken")

    def told(self) -> list[str]:
        more = self._count - len(self._again)
        return [*self._again, f"{more:,} more label rows stand twice"] if more else self._again


def _check(run: Run) -> None:
    for line in run.account:
        if not line.adds_up:
            raise InternalError(
                f"{line.data_type} {line.shape}: {line.found} found, {line.written} written, {line.rejected} rejected.",
                remedy="This is a fault of labelframe's own: please report it, with the export if you may.",
            )


def record_batch(taken: Taken) -> pa.RecordBatch:
    """The Arrow record batch of a batch of columns."""
    table, extras = taken.table, taken.extras
    arrays: list[pa.Array] = []
    for column in table.columns:
        if column.name == "extra":
            texts = [json_text(extras[row]) if row in extras else None for row in range(taken.length)] if extras else []
            arrays.append(pa.array(texts, STRING) if extras else pa.nulls(taken.length, STRING))
            continue
        values = taken.values[column.name]
        array = values if isinstance(values, pa.Array) else _array(column, values, extras)
        if len(array) != taken.length or (array.null_count and not column.nullable):
            raise InternalError(
                f"{table.name}.{column.name} has {len(array)} values for {taken.length} rows, {array.null_count} null.",
                remedy="This is a fault of labelframe's own: please report it, with the export if you may.",
            )
        arrays.append(array)
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


_FITTING: dict[Callable[[pa.DataType], bool], frozenset[type]] = {
    pa.types.is_dictionary: frozenset({str, type(None)}),
    pa.types.is_string: frozenset({str, type(None)}),
    pa.types.is_timestamp: frozenset({str, type(None)}),
    pa.types.is_boolean: frozenset({bool, type(None)}),
    pa.types.is_integer: frozenset({int, type(None)}),
    pa.types.is_floating: frozenset({float, int, type(None)}),
    pa.types.is_list: frozenset({list, type(None)}),
}
"""The Python types that Arrow takes as they are, by kind of column: it would cut 1.5 to 1 and take True for 1.0."""


def _array(column: Column, values: list[Any], extras: dict[int, dict[str, object]]) -> pa.Array:
    """The values as an Arrow array; those that do not fit the column are null and go to `extras`."""
    kind = column.type
    if column.is_json:
        return pa.array([None if value is None else json_text(value) for value in values], STRING)
    fitting = next(types for is_kind, types in _FITTING.items() if is_kind(kind))
    if not fitting.issuperset(map(type, values)) or (kind == INT and not _in_range(values)):
        values = [_fit(column, row, value, extras) for row, value in enumerate(values)]
    if pa.types.is_dictionary(kind):
        return pa.array(values, STRING).dictionary_encode()
    if pa.types.is_timestamp(kind):
        return _times(column, values, extras)
    try:
        return pa.array(values, kind)
    except pa.ArrowInvalid:  # whole numbers that a float64 does not hold exactly
        return pa.array([None if value is None else float(value) for value in values], kind)


def _in_range(values: Iterable[int | None]) -> bool:
    numbers = [value for value in values if value is not None]
    return not numbers or (min(numbers) >= -(1 << 63) and max(numbers) < 1 << 63)


def _fit(column: Column, row: int, value: object, extras: dict[int, dict[str, object]]) -> object:
    if not fits_column(value, column):
        extras.setdefault(row, {})[column.key or column.name] = value
        return None
    if pa.types.is_integer(column.type):
        return whole(value)
    return value


def _times(column: Column, values: list[str | None], extras: dict[int, dict[str, object]]) -> pa.Array:
    """Times of many spellings; each distinct text is read once. "" is null; what cannot be read goes to `extras`."""
    texts = pa.array(values, STRING).dictionary_encode()
    distinct = texts.dictionary.to_pylist()
    times = [microseconds(text) if text else None for text in distinct]
    unread = {text for text, time in zip(distinct, times, strict=True) if text and time is None}
    if unread:
        for row, value in enumerate(values):
            if value in unread:
                extras.setdefault(row, {})[column.key or column.name] = value
    return pa.array(times, INT).cast(column.type).take(texts.indices)


__all__ = ["Account", "Emit", "Progress", "Run", "flatten_sources", "record_batch"]
