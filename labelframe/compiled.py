"""Flatten label rows in compiled code, batch by batch, on all cores.

In: what `read` gives of a part. Out: the same in the same order, but the label rows that are ordinary come as
`Flattened` batches of tables. It writes nothing and judges nothing: what is handed back, the general path takes.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from labelframe.arrays import dictionary_array, number_array, text_array
from labelframe.flattening.columns import RUN_COLUMNS
from labelframe.flattening.ordinary import Batch, flatten_batch
from labelframe.kernel.machine import read_rows
from labelframe.kernel.reader import Reader
from labelframe.kernel.scan import find_lines, find_rows, rows_before
from labelframe.read import Broken, Part, RawRow, RowBatch, read_batches
from labelframe.schema import TABLES

Ints = NDArray[np.int64]
log = logging.getLogger("labelframe")
PATIENCE = 2.5  # seconds in which code that was compiled before is loaded
COMPILING = "compiling the reader of label rows: this is done once, and takes about a quarter of a minute"
WORTH = 1 << 20  # bytes of a batch below which the general path is as quick
BATCH = 16 << 20


@dataclass
class Flattened:
    """Label rows as they were read, and the tables made of them."""

    rows: RowBatch
    batch: Batch

    def __len__(self) -> int:
        return len(self.rows)

    def raw(self, row: int) -> RawRow:
        """The bytes of a label row."""
        return self.rows.row(row)

    def tables(self, row_ids: Ints, numbers: Ints, source: str) -> dict[str, pa.RecordBatch]:
        """The tables, given the row_id of each label row, its number in its file, and that file's name."""
        made = {}
        for name, columns in self.batch.columns.items():
            rows = self.batch.rows[name]
            columns["row_id"] = number_array(row_ids[rows])
            if name == "label_rows":
                columns["source"] = dictionary_array(np.zeros(len(rows), np.int32), text_array([source]))
                columns["row_number"] = number_array(numbers[rows])
            schema = TABLES[name].schema
            made[name] = pa.RecordBatch.from_arrays([columns[column] for column in schema.names], schema=schema)
        return made


class Pool:
    """Threads that flatten batches. Use it as a context manager."""

    def __init__(self, workers: int | None, branch: str | None, clean: Callable[[Any], Any] | None) -> None:
        self.workers = workers or os.cpu_count() or 1
        self.branch = branch
        self.clean = clean
        self._own = threading.local()
        self._threads = ThreadPoolExecutor(self.workers, "labelframe") if self.workers > 1 else None

    @staticmethod
    def is_kept() -> bool:
        """Whether code was compiled before, so that it has only to be loaded."""
        return bool(read_rows.is_kept())

    def load(self) -> None:
        """Load compiled code, or compile it and say so."""
        told = threading.Timer(PATIENCE, log.warning, [COMPILING])
        told.daemon = True
        told.start()
        try:
            self.flatten(_example())
        finally:
            told.cancel()

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)

    def flatten(self, rows: RowBatch, skip: NDArray[np.bool_] | None = None) -> Batch:
        """Flatten a batch in the thread at hand; the label rows to skip are not read."""
        reader = getattr(self._own, "reader", None)
        if reader is None:
            reader = self._own.reader = Reader()
        return flatten_batch(reader, rows.buffer, rows.begins, rows.ends, self.branch, self.clean, skip)

    def flattened(self, part: Part) -> Iterator[RawRow | Broken | Flattened]:
        """What a part holds, in its order."""
        waiting: deque[RawRow | Broken | tuple[RowBatch, Future[Batch]]] = deque()
        running = 0
        try:
            for piece in read_batches(part, BATCH):
                if isinstance(piece, RawRow) and len(piece.data) >= WORTH:
                    piece = RowBatch.of(piece)
                if not isinstance(piece, RowBatch):
                    waiting.append(piece)
                elif int(piece.ends[-1] - piece.begins[0]) < WORTH:
                    waiting.extend(map(piece.row, range(len(piece))))
                elif self._threads is None:
                    yield Flattened(piece, self.flatten(piece))
                else:
                    waiting.append((piece, self._threads.submit(self.flatten, piece)))
                    running += 1
                while waiting and (running > self.workers or not isinstance(waiting[0], tuple)):
                    running -= isinstance(waiting[0], tuple)
                    yield _result(waiting.popleft())
            while waiting:
                yield _result(waiting.popleft())
        finally:
            for each in waiting:
                if isinstance(each, tuple):
                    each[1].cancel()


def _example() -> RowBatch:
    """A label row that makes all code be loaded or compiled."""
    text = orjson.dumps(EXAMPLE)
    buffer = RowBatch.of(RawRow(0, text + b"\n")).buffer
    places = np.zeros(1, np.int64), np.zeros(1, np.int64)
    find_rows(buffer, 0, len(text), False, *places)
    find_lines(buffer, 0, len(text) + 1, *places)
    rows_before(buffer, *places, np.ones(1, bool), np.frombuffer(b'"a"', np.uint8))
    return RowBatch.of(RawRow(0, text))


EXAMPLE = {
    "label_hash": "a",
    "data_type": "image",
    "object_answers": {},
    "classification_answers": {},
    "object_actions": {},
    "spaces": {},
    "data_units": {
        "b": {
            "data_type": "image/png",
            "width": 2,
            "height": 2,
            "labels": {
                "objects": [
                    {"objectHash": "c", "shape": "polygon", "polygons": [[[0.5, 0.5, 1, 1]]]},
                    {
                        "objectHash": "d",
                        "shape": "bitmask",
                        "reviews": [],
                        "bitmask": {"rleString": "04", "top": 0, "left": 0, "width": 2, "height": 2},
                    },
                ]
            },
        }
    },
}


def _result(piece: RawRow | Broken | tuple[RowBatch, Future[Batch]]) -> RawRow | Broken | Flattened:
    return Flattened(piece[0], piece[1].result()) if isinstance(piece, tuple) else piece


def merged(
    name: str, ordinary: pa.RecordBatch, general: list[pa.RecordBatch], places: list[int], singles: list[int]
) -> list[pa.RecordBatch]:
    """The rows of a table that were made in compiled code, and those of the general path, by label row. `singles`: of
    the latter, those that stand for single objects, whose `places` in the former are kept free for them."""
    own = len(ordinary)
    both = pa.Table.from_batches([ordinary, *general]).unify_dictionaries().combine_chunks()
    rest = np.setdiff1d(np.arange(own, len(both)), np.array(singles, np.int64) + own)
    here = np.concatenate([np.arange(own), rest])
    there = here.copy()
    there[places] = np.array(singles, np.int64) + own
    row_ids = both["row_id"].to_numpy()[here]
    order = np.argsort(row_ids, kind="stable")
    lie = {"row_id", "label_hash", *RUN_COLUMNS}
    columns = [
        both[column].take(number_array((here if column in lie else there)[order])).combine_chunks()
        for column in both.column_names
    ]
    arrays = [each.chunk(0) if isinstance(each, pa.ChunkedArray) else each for each in columns]
    return [pa.RecordBatch.from_arrays(arrays, schema=TABLES[name].schema)]
