"""Give label rows in batches, found by compiled code.

In: the pieces of a part. Out: `RowBatch`es of label rows between which stands what should, and for all else the single
pieces that `split` gives: expanded, the same in the same order. Pieces are read ahead in a thread of their own.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labelframe.read.split import Broken, RawRow, Splitter, begin_rows, last_line, line_rows
from labelframe.read.unpack import Part, Pieces

PADDING = bytes(64)
AHEAD = 16  # pieces that are read ahead
PATIENCE = 200  # hundredths of a second

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class RowBatch:
    """Label rows in one buffer, which has 64 bytes more: where each begins and ends there, and where it begins in its
    file, unpacked."""

    buffer: NDArray[np.uint8]
    begins: Ints
    ends: Ints
    offsets: Ints

    def __len__(self) -> int:
        return len(self.begins)

    @staticmethod
    def of(row: RawRow) -> RowBatch:
        """A batch of one."""
        buffer = np.frombuffer(row.data + PADDING, np.uint8)
        ends, offsets = np.array([len(row.data)]), np.array([row.offset])
        return RowBatch(buffer, np.zeros(1, np.int64), ends, offsets)

    def row(self, index: int) -> RawRow:
        """One of them by itself."""
        data = self.buffer[int(self.begins[index]) : int(self.ends[index])].tobytes()
        return RawRow(int(self.offsets[index]), data)


Batched = Iterator[RowBatch | RawRow | Broken]


def read_batches(part: Part, size: int = 8 << 20) -> Batched:
    """What `read_rows` gives of a part, label rows in batches of about `size` bytes where they can be."""
    begun = begin_rows(part)
    if isinstance(begun, Broken):
        yield begun
        return
    is_lines, offset = begun
    if is_lines:
        with _Ahead(part.pieces) as ahead:
            yield from _lines(ahead, offset, size)
        return
    splitter = Splitter(part.pieces, offset)
    splitter.enter_wrappers()
    with _Ahead(part.pieces) as ahead:
        yield from _List(splitter, ahead, size).batches()


class _Ahead:
    """Reads pieces ahead, in a thread of its own."""

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces
        self._queue: queue.Queue[bytes | BaseException] = queue.Queue(AHEAD)
        self._stop = False
        self._given: deque[bytes] = deque()
        self._ended = False
        self._thread = threading.Thread(target=self._read, name="labelframe-read", daemon=True)

    def __enter__(self) -> _Ahead:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop = True
        for _attempt in range(PATIENCE):
            with suppress(queue.Empty):  # it may wait for room
                self._queue.get_nowait()
            self._thread.join(0.01)
            if not self._thread.is_alive():
                break  # else it waits for a pipe, and ends with the process

    def _read(self) -> None:
        try:
            for piece in self.pieces:
                self._queue.put(piece)
                if self._stop:
                    return
            self._queue.put(b"")
        except BaseException as error:
            self._queue.put(error)

    def next(self) -> bytes:
        """The next piece, empty at the end."""
        if self._given:
            return self._given.popleft()
        if self._ended:
            return b""
        piece = self._queue.get()
        if isinstance(piece, BaseException):
            self._ended = True
            raise piece
        self._ended = not piece
        return piece

    def give_back(self, pieces: list[bytes]) -> None:
        """Give these pieces again, before all others."""
        self._given.extendleft(reversed(pieces))


def _gathered(ahead: _Ahead, size: int) -> list[bytes]:
    """Pieces of at least so many bytes, where there are so many."""
    pieces: list[bytes] = []
    total = 0
    while total < size and (piece := ahead.next()):
        pieces.append(piece)
        total += len(piece)
    return pieces


def _rest(pieces: list[bytes], place: int) -> list[bytes]:
    """Pieces without their first `place` bytes, cut where they were."""
    rest = []
    for piece in pieces:
        if place < len(piece):
            rest.append(piece[place:] if place else piece)
        place = max(0, place - len(piece))
    return rest


class _Found:
    """Room for begins and ends."""

    def __init__(self) -> None:
        self.begins, self.ends = np.empty(1 << 14, np.int64), np.empty(1 << 14, np.int64)


class _List:
    """Batches of the label rows of lists. Whatever is strange is left to the splitter, in the pieces in which it would
    have come without batches."""

    def __init__(self, splitter: Splitter, ahead: _Ahead, size: int) -> None:
        self.splitter = splitter
        self.ahead = ahead
        self.size = size
        self.found = _Found()

    def batches(self) -> Batched:
        splitter, ahead = self.splitter, self.ahead
        wary = 0  # pieces that are left to the splitter before the next try
        while True:
            if splitter.is_between_rows and not wary:
                gave = False
                for batch in self._plain():
                    gave = True
                    yield batch
                wary = 0 if gave else 2
            piece = splitter.again or ahead.next()
            if not piece:
                break
            wary = max(0, wary - 1)
            splitter.again = b""
            yield from splitter.take(piece)
        yield from splitter.finish()

    def _plain(self) -> Batched:
        """Batches for as long as nothing is strange. The last row of what was read is left to the splitter, since it is
        given only once it is seen what follows."""
        from labelframe.kernel.scan import FULL, find_rows

        splitter, found = self.splitter, self.found
        pieces: list[bytes] = []
        if splitter.again:
            pieces, splitter.again = [splitter.again], b""
        wanted = self.size
        while True:
            missing = wanted - sum(map(len, pieces))
            more = _gathered(self.ahead, missing) if missing > 0 else []
            is_end = missing > 0 and sum(map(len, more)) < missing
            pieces += more
            text = b"".join((*pieces, PADDING))
            buffer = np.frombuffer(text, np.uint8)
            end = len(text) - len(PADDING)
            count, how = find_rows(buffer, 0, end, splitter.after == b"value", found.begins, found.ends)
            given = count - 1 if count else 0
            given = self._whole_in_pieces(text, pieces, given)
            if given:
                begins, ends = found.begins[:given].copy(), found.ends[:given].copy()
                held = splitter.held
                if held is not None:
                    yield held
                for begin in begins if len(splitter.search.keys) == 1 else []:
                    splitter.search.learn(text[begin : begin + 200])
                yield RowBatch(buffer, begins, ends, begins + splitter.offset)
                last = int(ends[-1])
                splitter.held, splitter.after, splitter.gap = None, b"value", b""
                splitter.offset += last
                pieces = _rest(pieces, last)
                splitter.is_given = True
                wanted = self.size
                if how != FULL and given < count - 1:
                    break  # a row that the splitter has to look at
            elif how == 0 and not is_end and count < 2:
                wanted = 2 * wanted  # one row is larger than all that was read
                continue
            else:
                break
            if is_end or how == 1:
                break
        self.ahead.give_back(pieces)

    def _whole_in_pieces(self, text: bytes, pieces: list[bytes], given: int) -> int:
        """How many of the rows found the splitter would find too. It looks into a row that lies in several pieces for
        another that begins within it."""
        bounds = np.cumsum([len(piece) for piece in pieces])
        begins, ends = self.found.begins[:given], self.found.ends[:given]
        parts = np.searchsorted(bounds, begins, "right"), np.searchsorted(bounds, ends, "left")
        for row in np.flatnonzero(parts[0] != parts[1]).tolist():
            for key in self.splitter.search.keys:
                if text.count(b'"' + key + b'"', int(begins[row]), int(ends[row])) > 1:
                    return row
        return given


def _lines(ahead: _Ahead, offset: int, size: int) -> Batched:
    """Batches of lines."""
    from labelframe.kernel.scan import STRANGE, find_lines

    found = _Found()
    rest = b""
    while True:
        pieces = _gathered(ahead, max(size, len(rest)))  # a line longer than all before: twice as much each time
        if not pieces:
            break
        text = b"".join((rest, *pieces, PADDING))
        buffer = np.frombuffer(text, np.uint8)
        place, end = 0, len(text) - len(PADDING)
        while True:
            count, how, after = find_lines(buffer, place, end, found.begins, found.ends)
            if count:
                begins, ends = found.begins[:count].copy(), found.ends[:count].copy()
                yield RowBatch(buffer, begins, ends, begins + offset)
            place = after
            if how == STRANGE:
                stop = text.index(b"\n", place)
                yield from line_rows(text[place:stop], offset + place)
                place = stop + 1
            elif how == 0:
                break
        offset += place
        rest = text[place:end]
    yield from last_line(rest, offset, ahead.pieces.fault)
