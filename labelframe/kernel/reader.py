"""Give the compiled reader room, and show what it read as arrays.

In: a batch of label rows. Out: `Read`, the records of each kind as two-dimensional arrays of cells, and texts as Arrow.
It knows no tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from labelframe.arrays import dictionary_array, room, string_array
from labelframe.kernel import columns
from labelframe.kernel.grammar import HEADER, KINDS, NAME, PARENT, arrays
from labelframe.kernel.machine import (
    ABSENT,
    FRACTION,
    FULL_KIND,
    N_TEXTS,
    ROW_ODD,
    TRUE,
    WHOLE,
    Cells,
    Streams,
    Texts,
    new_room,
    read_rows,
)
from labelframe.kernel.text import PADDING

Ints = NDArray[np.int64]
_GRAMMAR = arrays()
_WIDTHS = np.array([HEADER + len(kind.keys) for kind in KINDS.values()])


@dataclass
class Records:
    """The records of one kind: `begin` and `size` of their cells (records x cells)."""

    kind: str
    begin: Ints
    size: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.begin)

    @property
    def parent(self) -> Ints:
        return self.begin[:, PARENT]

    @property
    def name(self) -> Ints:
        """The text that a record of a map has as key, or the number that it tells."""
        return self.begin[:, NAME]

    @cached_property
    def _met(self) -> NDArray[np.bool_]:
        return np.asarray((self.size != ABSENT).any(axis=0))

    def is_met(self, key: str) -> bool:
        """Whether any record has the key."""
        return bool(self._met[KINDS[self.kind].place[key]])

    def cell(self, key: str) -> tuple[Ints, NDArray[np.int32]]:
        place = KINDS[self.kind].place[key]
        return self.begin[:, place], self.size[:, place]

    def text(self, key: str) -> Ints:
        """The number of a text, -1 where there is none."""
        if not self.is_met(key):
            return np.full(len(self), -1)
        begin, size = self.cell(key)
        return np.where(size >= 0, begin, -1)

    def number(self, key: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """(numbers, where there is one)"""
        if not self.is_met(key):
            return np.zeros(len(self)), np.zeros(len(self), bool)
        begin, size = self.cell(key)
        known = (size == WHOLE) | (size == FRACTION)
        return np.where(known, begin, 0).view(np.float64), known

    def flag(self, key: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """(truth values, where there is one)"""
        _, size = self.cell(key)
        return size == TRUE, size <= -5

    def count(self, key: str) -> Ints:
        """How many elements a list or map has, or how long a text is; 0 where there is none."""
        return np.maximum(self.cell(key)[1], 0).astype(np.int64)

    def has(self, key: str) -> NDArray[np.bool_]:
        """Where the key is there and not null."""
        size = self.cell(key)[1]
        return (size >= 0) | (size <= WHOLE)


class Reader:
    """Reads batches of label rows, one after another, in memory that is kept."""

    def __init__(self) -> None:
        self._expected = -1  # characters of the largest batch so far
        self._cells: Cells | None = None
        self._texts: Texts | None = None
        self._unknown = np.empty((1 << 10, 6), np.int64)
        self._room = new_room()
        self._streams = (np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64))
        self._bytes = np.empty(0, np.uint8)

    def read(self, buffer: NDArray[np.uint8], begins: Ints, ends: Ints, skip: NDArray[np.bool_] | None = None) -> Read:
        """Read label rows, but for those to skip. What it gives is good until the next batch is read."""
        characters = int(ends[-1]) if len(ends) else 0
        self._make_room(characters)
        cells, texts = self._cells, self._texts
        assert cells is not None and texts is not None
        cells.counts[:] = 0
        texts.table[:] = -1
        lengths = np.zeros(FULL_KIND + 1, np.int64)
        status = np.zeros(len(begins), np.int8)
        if skip is not None:
            status[skip] = ROW_ODD
        sums = np.zeros((len(begins), 2), np.uint64)
        row = 0
        while True:
            lengths[FULL_KIND] = -1
            streams = Streams(*self._streams, self._unknown, self._bytes)
            row = read_rows(
                buffer, begins, ends, row, status, sums, _GRAMMAR, cells, texts, streams, lengths, self._room
            )
            if row == len(begins):
                break
            cells, texts = self._grow(cells, texts, lengths)
        self._cells, self._texts = cells, texts
        records = {}
        for name, base, width, count in zip(KINDS, cells.base, cells.width, cells.counts, strict=True):
            part = slice(int(base), int(base + width * count))
            shape = (int(count), int(width))
            records[name] = Records(name, cells.begin[part].reshape(shape), cells.size[part].reshape(shape))
        return Read(buffer, status, sums, records, texts, streams, lengths)

    def _make_room(self, characters: int) -> None:
        most = characters // 2 + 8
        if len(self._streams[0]) < most:
            self._streams = room(most, np.float64), room(most, np.int64), room(most, np.int64)
            self._bytes = room(2 * most + PADDING, np.uint8)
        if characters > self._expected:
            self._expected = characters
            self._cells = _new_cells(np.array([characters // kind.share + 64 for kind in KINDS.values()]))
            self._texts = _new_texts(max(1 << 12, characters // 512))

    def _grow(self, cells: Cells, texts: Texts, lengths: Ints) -> tuple[Cells, Texts]:
        """Twice the room for whatever has none left."""
        kind = int(lengths[FULL_KIND])
        if kind >= 0:
            grown = _new_cells(np.where(np.arange(len(KINDS)) == kind, 2 * cells.room, cells.room))
            for number, count in enumerate(cells.counts * cells.width):
                old = slice(cells.base[number], cells.base[number] + count)
                new = slice(grown.base[number], grown.base[number] + count)
                grown.begin[new], grown.size[new] = cells.begin[old], cells.size[old]
            grown.counts[:] = cells.counts
            cells = grown
        elif lengths[N_TEXTS] >= len(texts.begin):
            wider = _new_texts(2 * len(texts.begin))
            count = int(lengths[N_TEXTS])
            for kept, copy in zip(texts[:3], wider[:3], strict=True):
                copy[:count] = kept[:count]
            columns.fill_table(wider.hash, count, wider.table)
            texts = wider
        else:
            self._unknown = np.concatenate([self._unknown, np.empty_like(self._unknown)])
        return cells, texts


def _new_cells(rooms: Ints) -> Cells:
    sizes = rooms * _WIDTHS
    total = int(sizes.sum())
    base = np.cumsum(sizes) - sizes
    counts = np.zeros(len(KINDS), np.int64)
    return Cells(room(total, np.int64), room(total, np.int32), base, _WIDTHS, rooms, counts)


def _new_texts(count: int) -> Texts:
    slots = 1 << int(2 * count - 1).bit_length()
    arrays = room(count, np.int64), room(count, np.int64), room(count, np.uint64)
    return Texts(*arrays, np.full(slots, -1, np.int32))


@dataclass
class Read:
    """What was read of a batch of label rows. `status` and `sums`: by row. `records`: by kind."""

    buffer: NDArray[np.uint8]
    status: NDArray[np.int8]
    sums: NDArray[np.uint64]
    records: dict[str, Records]
    texts: Texts
    streams: Streams
    lengths: Ints

    def __getitem__(self, kind: str) -> Records:
        return self.records[kind]

    @cached_property
    def _scratch(self) -> NDArray[np.int32]:
        return np.full(int(self.lengths[N_TEXTS]) + 1, -1, np.int32)

    @property
    def escaped(self) -> NDArray[np.uint8]:
        """Long texts that had escapes, to be read only."""
        view = self.streams.escaped.view()
        view.flags.writeable = False
        return view

    @property
    def n_texts(self) -> int:
        return int(self.lengths[N_TEXTS])

    def distinct(self, texts: Ints) -> tuple[NDArray[np.int32], Ints]:
        """(for each text the place among the distinct ones, -1 where there is none; the distinct ones, in order)"""
        return self._distinct(texts)[:2]

    def _distinct(self, texts: Ints) -> tuple[NDArray[np.int32], Ints, int]:
        codes = np.empty(len(texts), np.int32)
        used = np.empty(min(len(texts), self.n_texts), np.int64)
        texts = np.ascontiguousarray(texts)
        count, length = columns.distinct(texts, self.texts.size, self._scratch, codes, used)
        return codes, used[:count], length

    def strings(self, texts: Ints) -> pa.StringArray:
        """Texts as an Arrow array."""
        texts = np.ascontiguousarray(texts)
        return self._strings(texts, columns.text_length(texts, self.texts.size))

    def _strings(self, texts: Ints, length: int) -> pa.StringArray:
        return string_array(*self._copied(texts, length), texts >= 0)

    def _copied(self, texts: Ints, length: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Texts one after another: (where each begins, their bytes)"""
        assert length < 1 << 31
        offsets, data = np.empty(len(texts) + 1, np.int32), np.empty(length + columns.SLACK, np.uint8)
        columns.copy_texts(self.buffer, self.texts.begin, self.texts.size, texts, offsets, data)
        return offsets, data[:length]

    def words(self, texts: Ints) -> list[str | None]:
        """Texts as Python has them, None where there is none."""
        codes, used, length = self._distinct(texts)
        offsets, data = self._copied(used, length)
        spans, both = pairwise(offsets.tolist()), data.tobytes()
        known: list[str | None] = []
        if both.isascii():
            text = both.decode()
            known += [text[begin:end] for begin, end in spans]
        else:
            known += [both[begin:end].decode() for begin, end in spans]
        known.append(None)
        return [known[code] for code in codes.tolist()]

    def spans(self, begins: Ints, sizes: NDArray[Any]) -> pa.StringArray:
        """Pieces of the buffer as an Arrow array of strings; null where the size is negative."""
        lengths = np.maximum(sizes, 0)
        assert lengths.sum(dtype=np.int64) < 1 << 31
        offsets = np.zeros(len(begins) + 1, np.int32)
        np.cumsum(lengths, out=offsets[1:])
        data = np.empty(int(offsets[-1]) + columns.SLACK, np.uint8)
        columns.copy_spans(self.buffer, self.escaped, np.ascontiguousarray(begins), offsets, data)
        return string_array(offsets, data[: offsets[-1]], sizes >= 0)

    def dictionary(self, texts: Ints) -> pa.DictionaryArray:
        """Texts as an Arrow array with a dictionary."""
        codes, used, length = self._distinct(texts)
        return dictionary_array(codes, self._strings(used, length))

    def text(self, number: int) -> str:
        """A text by its number."""
        begin, size = self.texts.begin[number], self.texts.size[number]
        return self.buffer[begin : begin + size].tobytes().decode()

    def piece(self, begin: int, size: int) -> bytes:
        """Bytes of the buffer."""
        return self.buffer[begin : begin + size].tobytes()
