"""Make Arrow tables of columns.

In: files to read. Out: record batches of every table of `schema.py`, each checked against it: a value of the wrong
type goes to `extra`, a null where none may be is a fault of ours. Nothing is left out without a word: what was found in
the JSON must be what was written or rejected.
"""

from __future__ import annotations

import gc
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa

from labelframe.arrays import system_memory
from labelframe.decode import (
    BrokenJsonError,
    OddValue,
    decode,
    decode_wrapper,
    label_rows,
    paused_garbage_collection,
)
from labelframe.errors import (
    GIVE_AN_EXPORT,
    Fault,
    InternalError,
    LabelframeError,
    Origin,
    SourceError,
    printable,
    unknown_name,
)
from labelframe.flattening import Account, Flattener
from labelframe.flattening.columns import BY_ROW, Taken
from labelframe.flattening.label_row import OddObject, Place
from labelframe.flattening.links import strip_links, without_links
from labelframe.flattening.values import fits_column, json_text, microseconds, raw_text, whole
from labelframe.read import (
    Broken,
    Found,
    Part,
    PassedOver,
    RawRow,
    Source,
    begins_with,
    is_label_row,
    open_parts,
    read_rows,
    resplit,
    salvage,
)
from labelframe.read_ontology import Given, OntologySource, read_ontology
from labelframe.schema import (
    INT,
    ONTOLOGY_ATTRIBUTES,
    ONTOLOGY_CLASSES,
    ONTOLOGY_OPTIONS,
    REJECTS,
    STRING,
    TABLES,
    Column,
)

if TYPE_CHECKING:
    from labelframe.compiled import Flattened, Pool

Emit = Callable[[str, pa.RecordBatch], None]
OnError = Literal["stop", "collect"]


@dataclass(frozen=True)
class Options:
    """How to flatten.

    on_error: `stop` raises the first fault; `collect` keeps everything that is good and lists the rest in `rejects`.
    branch: take the label rows of this branch only. strip_links: keep no link to the data. ontology: a file, or the
    JSON itself; it fills the tables of the ontology, and what an export leaves to it.

    workers: how many cores to use; all where it is None. compiled: whether to read what is ordinary in compiled code;
    where it is None large exports are. Neither changes what comes out.
    """

    on_error: OnError = "stop"
    branch: str | None = None
    strip_links: bool = False
    ontology: Given | None = None
    workers: int | None = None
    compiled: bool | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise unknown_name("number of workers", str(self.workers), ["1", "2", "..."])
        if self.on_error not in ("stop", "collect"):
            raise unknown_name("way to meet errors", str(self.on_error), ["stop", "collect"])


STOP = Options()


@dataclass
class Progress:
    """How far a run is: bytes read of all (0: unknown), label rows and objects so far."""

    bytes_total: int = 0
    bytes_done: int = 0
    label_rows: int = 0
    objects: int = 0


@dataclass
class Run:
    """What a run did: the files it read, what it found, wrote and refused, and what it passed over."""

    sources: list[Source]
    options: Options
    ontology: OntologySource | None = None
    taken: list[str] = field(default_factory=list)  # files, and members of archives, that gave label rows
    passed_over: list[PassedOver] = field(default_factory=list)
    account: list[Account] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TABLES, 0))
    reasons: Counter[str] = field(default_factory=Counter)  # of rejects
    other_branches: Counter[str] = field(default_factory=Counter)  # label rows passed over, by branch
    delete_events: int = 0
    compiled: Counter[str] = field(default_factory=Counter)  # label rows and objects that compiled code took, by table
    extra: Counter[tuple[str, str]] = field(default_factory=Counter)  # keys kept in extra, by (table, key)


def flatten_sources(
    found: Found,
    emit: Emit,
    options: Options = STOP,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Run:
    """Flatten files one label row at a time, giving each full batch to `emit`.

    Raises OntologyError where the ontology is none; SourceError where there is no label row at all; where faults are
    not collected, SourceError and LabelRowError for the first; InternalError where the account of the run does not add
    up.
    """
    ontology, about = (None, None) if options.ontology is None else read_ontology(options.ontology)
    if about is not None and options.strip_links:
        about = replace(about, extra=without_links(about.extra))
    run = Run(found.sources, options, about, passed_over=list(found.passed_over))
    state = Progress(sum(source.size for source in found.sources))

    output = _Output(run, emit)

    def tick() -> None:
        state.bytes_done = sum(source.bytes_done for source in found.sources)
        state.label_rows = flattener.rows
        state.objects = run.rows["objects"] + flattener.hot.objects.length
        progress(state)

    flattener = Flattener(output.take, options.on_error == "collect", ontology)
    with paused_garbage_collection(), system_memory(), _pool(found, options) as pool:
        for source in found.sources:
            for part in open_parts(source, run.passed_over, tick):
                _Intake(part, flattener, run, pool, output).take()
        flattener.finish()
    tick()
    run.account = flattener.account()
    run.reasons = flattener.reasons
    run.delete_events = flattener.hot.delete_events
    if flattener.rows == 0 and not run.rows["rejects"]:
        raise _nothing(run)
    _check(run)
    return run


def ontology_tables(given: Given) -> dict[str, pa.Table]:
    """The tables of an ontology. Raises what `read_ontology` raises."""
    batches: dict[str, pa.RecordBatch] = {}

    def emit(taken: Taken) -> None:
        batches[taken.table.name] = record_batch(taken)

    Flattener(emit, ontology=read_ontology(given)[0]).finish()
    names = (ONTOLOGY_CLASSES.name, ONTOLOGY_ATTRIBUTES.name, ONTOLOGY_OPTIONS.name)
    return {name: pa.Table.from_batches([batches[name]]) for name in names}


def _nothing(run: Run) -> SourceError:
    """The error of a run that met no label row."""
    where = ", ".join(source.name for source in run.sources[:3])
    if run.other_branches:
        return _no_branch(run, where)
    met = "; ".join(f"{over.name}: {over.why}" for over in run.passed_over[:3])
    remedy = f"{GIVE_AN_EXPORT} Passed over: {printable(met, 500)}." if met else GIVE_AN_EXPORT
    return SourceError("There is no label row in what was given.", source=where, remedy=remedy)


def _no_branch(run: Run, where: str) -> SourceError:
    """The error of a run all of whose label rows are of other branches."""
    there = ", ".join(printable(name, 40) for name, _ in run.other_branches.most_common(10))
    return SourceError(
        f"There is no label row of the branch {printable(run.options.branch)}.",
        source=where,
        remedy=f"There are label rows of: {there}.",
    )


class _Output:
    """Gives batches away; or, while `aside` is there, keeps them."""

    def __init__(self, run: Run, emit: Emit) -> None:
        self._run = run
        self._emit = emit
        self.aside: dict[str, list[pa.RecordBatch]] | None = None

    def take(self, taken: Taken) -> None:
        """Take a batch of the general path."""
        name = taken.table.name
        if self._run.options.strip_links:
            strip_links(taken)
        batch = record_batch(taken)
        for extra in taken.extras.values():
            self._run.extra.update((name, key) for key in extra)
        if self.aside is None:
            self.emit(name, batch)
        else:
            self.aside.setdefault(name, []).append(batch)
        if taken.table is REJECTS:
            gc.collect(0)  # a fault that was caught refers to itself; nothing else here does

    def emit(self, name: str, batch: pa.RecordBatch) -> None:
        """Give a batch away."""
        self._run.rows[name] += batch.num_rows
        self._emit(name, batch)


log = logging.getLogger("labelframe")
COMPILED_FROM = 4 << 20
"""Bytes of sources from which on compiled code is worth its loading."""
COMPILE_FROM = 64 << 20
"""Bytes of sources from which on it is worth being compiled: for once, that takes longer than reading without it."""


PACKED = 10
"""How many bytes of JSON a byte of a packed file stands for, about."""


def _is_worth(found: Found, options: Options) -> bool | None:
    """Whether to read in compiled code; None: if it was compiled before."""
    if options.ontology is not None:
        return False
    if options.compiled is not None:
        return options.compiled
    size = 0
    for source in found.sources:
        if source.path is None:
            size += COMPILED_FROM if begins_with(source, COMPILED_FROM) else 0
        else:
            size += source.size * (PACKED if source.name.endswith((".gz", ".zst", ".zip")) else 1)
    return size >= COMPILE_FROM or (None if size >= COMPILED_FROM else False)


def _is_long(sources: Iterable[Source]) -> bool:
    """Whether standard input is worth compiling for."""
    return any(source.path is None and begins_with(source, COMPILE_FROM) for source in sources)


@contextmanager
def _pool(found: Found, options: Options) -> Iterator[Pool | None]:
    """What flattens batches in compiled code, where that is wanted and can be."""
    pool = None
    is_worth = _is_worth(found, options)
    if is_worth is not False:
        try:
            from labelframe.compiled import Pool

            if is_worth or Pool.is_kept() or _is_long(found.sources):
                pool = Pool(options.workers, options.branch, without_links if options.strip_links else None)
                pool.load()
        except Exception as error:  # no wheel of numba, or a machine that it cannot compile for
            log.warning("compiled code cannot be used (%s): label rows are read without it, more slowly", error)
            pool = None
    if pool is None:
        yield None
        return
    with pool:
        yield pool


class _Intake:
    """Takes the label rows of one part."""

    def __init__(
        self,
        part: Part,
        flattener: Flattener,
        run: Run,
        pool: Pool | None,
        output: _Output,
    ) -> None:
        self.part = part
        self.flattener = flattener
        self.run = run
        self.pool = pool
        self.output = output
        self.count = 0  # label rows of the part so far, good or bad

    def take(self) -> None:
        refused = self.flattener.reasons.total()
        passed_over = len(self.run.passed_over)
        if self.pool is None:
            self._take_all(read_rows(self.part))
        else:
            self._take_all(self.pool.flattened(self.part))
        if not self.count and self.flattener.reasons.total() == refused and len(self.run.passed_over) == passed_over:
            self.run.passed_over.append(PassedOver(self.part.name, "a list without label rows"))

    def _take_all(self, pieces: Iterator[RawRow | Broken] | Iterator[RawRow | Broken | Flattened]) -> None:
        for piece in pieces:
            if not isinstance(piece, (RawRow, Broken)):
                if not self._take_batch(piece):
                    return
                continue
            if isinstance(piece, Broken):
                if self.count == 0 and self._pass_over(piece):
                    return
                self._refuse(piece.fault, piece.data, piece.offset, piece.is_row)
                continue
            if not self._take(piece):
                return

    def _take_batch(self, flattened: Flattened) -> bool:
        """Take label rows that were flattened in compiled code, and lead what of them was not the general path; False
        where their file is passed over."""
        flattener, batch, output = self.flattener, flattened.batch, self.output
        flattener.flush()
        count = len(flattened)
        row_ids, numbers = np.full(count, -1), np.zeros(count, np.int64)
        odd_objects: dict[int, list[OddObject]] = {}
        for odd in batch.odd_objects:
            odd_objects.setdefault(odd.row, []).append(odd)
        general: dict[str, list[pa.RecordBatch]] = {}
        output.aside = general
        singles: list[int] = []  # of the objects that go the general path, those that go it by themselves
        twice = np.zeros(count, bool)
        goes_on = True
        for row in range(count):
            if not batch.is_read[row]:
                goes_on = self._take(flattened.raw(row))
                if not goes_on:
                    twice[row:] = True
                    break
                continue
            label_hash, branch, data_type = batch.headers[row]
            if flattener.seen_before(label_hash, branch, self.part.name, self.count) is not None:
                twice[row] = True
                self._take(flattened.raw(row))
                continue
            if self.count == 0:
                self.run.taken.append(self.part.name)
            row_ids[row], numbers[row] = flattener.rows, self.count
            if row in odd_objects:
                origin = Origin(self.part.name, self.count, int(flattened.rows.offsets[row]))
                place = Place(flattener.rows, origin, label_hash, data_type)
                for odd in odd_objects[row]:
                    singles.append(sum(map(len, general.get("objects", ()))) + flattener.hot.objects.length)
                    flattener.add_object(place, odd)
            flattener.rows += 1
            self.count += 1
        flattener.flush()
        output.aside = None
        if twice.any():
            assert self.pool is not None
            flattened.batch = batch = self.pool.flatten(flattened.rows, twice | ~batch.is_read)
        self._give(flattened, flattened.tables(row_ids, numbers, self.part.name), general, singles)
        return goes_on

    def _give(
        self,
        flattened: Flattened,
        ordinary: dict[str, pa.RecordBatch],
        general: dict[str, list[pa.RecordBatch]],
        singles: list[int],
    ) -> None:
        """Give away the tables of a batch: what compiled code made, and what the general path made of the rest."""
        from labelframe.compiled import merged

        batch, tally = flattened.batch, self.flattener.tally
        tally.found.update(batch.found)
        tally.written.update(batch.written)
        self.run.extra.update(batch.extra)
        self.run.compiled["label_rows"] += int(batch.is_read.sum())
        self.run.compiled["objects"] += len(batch.rows["objects"]) - len(singles)
        for name in TABLES:
            rest = [part for part in general.get(name, []) if len(part)]
            own = ordinary.get(name)
            if own is None or not len(own):
                parts = rest
            elif not rest:
                parts = [own]
            else:
                by_object = name == "objects"
                places = [odd.place for odd in batch.odd_objects] if by_object else []
                parts = merged(name, own, rest, places, singles if by_object else [])
            for part in parts:
                self.output.emit(name, part)

    def _pass_over(self, broken: Broken) -> bool:
        """Whether a file that nobody named, and of which nothing can be read, is no export rather than a bad one."""
        if not self.part.listed or self.part.pieces.fault is not None:
            return False
        if broken.fault.reason not in ("file is no JSON", "file is no export") and not self.part.is_other:
            return False
        self.run.passed_over.append(PassedOver(self.part.name, str(broken.fault.found)))
        return True

    def _take(self, raw: RawRow) -> bool:
        """Flatten what one JSON value holds; False where its file is passed over."""
        try:
            decoded = decode(raw.data)
            is_all = is_label_row(decoded.value)
            if not is_all:
                decoded = decode_wrapper(raw.data)
        except BrokenJsonError as error:
            self._mend(raw, error)
            return True
        if is_all:
            self._take_row(decoded.value, raw.offset, decoded.odd, raw.data)
            return True
        parts = list(label_rows(decoded.value))
        if parts and not any(fault is None for _, fault in parts):
            parts = [(decoded.value, parts[0][1])]  # no label row in it: it is one thing, not many
        for value, fault in parts:
            if fault is None:
                self._take_row(value, raw.offset, [], None)
                continue
            if self.count == 0 and self._pass_over(Broken(raw.offset, b"", fault)):
                return False
            if self.count:
                fault = Fault("object is no label row", fault.expected, fault.found)
            data = raw.data if value is decoded.value else raw_text(value).encode()
            self._refuse(fault, data, raw.offset, is_row=True)
        for part in decoded.odd:
            self._refuse(part.fault, part.raw.encode(errors="backslashreplace"), raw.offset, is_row=False)
        return True

    def _take_row(self, value: object, offset: int, odd: list[OddValue], data: bytes | None) -> None:
        """Flatten one label row. `data`: its JSON, where that is all there is in the text."""
        assert isinstance(value, dict)
        origin = Origin(self.part.name, self.count, offset)
        if self.count == 0:
            self.run.taken.append(self.part.name)
        self.count += 1
        wanted = self.run.options.branch
        if wanted is not None:
            branch = value.get("branch_name")
            branch = branch if isinstance(branch, str) else "main"
            if branch != wanted:
                self.run.other_branches[branch] += 1
                return
        try:
            self.flattener.add(value, origin, odd, data)
        except LabelframeError:
            raise
        except Exception as error:
            raise InternalError(
                f"This label row cannot be flattened: {type(error).__name__}: {error}.",
                source=origin.source,
                row_number=origin.row_number,
                byte_offset=origin.byte_offset,
                remedy="This is a fault of labelframe's own: please report it, with the label row if you may.",
            ) from error

    def _mend(self, raw: RawRow, error: BrokenJsonError) -> None:
        """Refuse what is no JSON; a label row that begins within it, after a quote or brace too many, is taken."""
        several = resplit(raw) if error.fault.reason == "label row is no JSON" else None
        if several is not None:
            self._take_all(iter(several))
            return
        salvaged = salvage(raw) if error.fault.reason == "label row is no JSON" else None
        data = raw.data if salvaged is None else salvaged[0].data
        self._refuse(error.fault, data, raw.offset + error.offset, is_row=True)
        if salvaged is not None:
            self._take_all(salvaged[1])

    def _refuse(self, fault: Fault, data: bytes, offset: int | None, is_row: bool) -> None:
        number = None if offset is None else self.count
        if is_row:
            if self.count == 0:
                self.run.taken.append(self.part.name)
            self.count += 1
        self.flattener.refuse(Origin(self.part.name, number, offset), fault, data, is_row)


def _check(run: Run) -> None:
    for line in run.account:
        if not line.adds_up:
            raise InternalError(
                f"{line.table} ({line.data_type}, {line.shape}): {line.found} found, {line.written} written, "
                f"{line.rejected} rejected.",
                remedy="This is a fault of labelframe's own: please report it, with the export if you may.",
            )


def record_batch(taken: Taken) -> pa.RecordBatch:
    """The Arrow record batch of a batch of columns."""
    table, extras = taken.table, taken.extras
    if not taken.length:
        return pa.RecordBatch.from_arrays([pa.nulls(0, kind) for kind in table.schema.types], schema=table.schema)
    arrays: list[pa.Array] = []
    for column in table.columns:
        if column.name in BY_ROW:
            by_row = extras if column.name == "extra" else taken.forms
            texts = [json_text(by_row[row]) if row in by_row else None for row in range(taken.length)] if by_row else []
            arrays.append(pa.array(texts, STRING) if by_row else pa.nulls(taken.length, STRING))
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


__all__ = ["Account", "Emit", "OnError", "Options", "Progress", "Run", "flatten_sources", "record_batch"]
