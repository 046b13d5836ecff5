"""Give label rows in batches, found by compiled code.

In: the pieces of a part. Out: `RowBatch`es of label rows between which stands what should, and for all else the single
pieces that `split` gives: expanded, the same in the same order. Bytes are read ahead in a thread of their own, into the
buffers that the batches lie in.
"""

from __future__ import annotations

import mmap
import queue
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from labelframe.arrays import mapped
from labelframe.read import unpack
from labelframe.read.split import Broken, RawRow, Splitter, begin_rows, last_line, line_rows
from labelframe.read.unpack import Part, Pieces

PADDING = 64
AHEAD = 1
PATIENCE = 2  # seconds
LINE = 1 << 12  # bytes in which the end of a line is looked for

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class RowBatch:
    """Label rows in one buffer, which has 64 bytes more: where each begins and ends there, and where it begins in its
    file, unpacked."""

    buffer: Bytes
    begins: Ints
    ends: Ints
    offsets: Ints

    def __len__(self) -> int:
        return len(self.begins)

    @staticmethod
    def of(row: RawRow) -> RowBatch:
        """A batch of one."""
        buffer = np.frombuffer(bytearray(row.data + bytes(PADDING)), np.uint8)
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
        with _Ahead(part.pieces, size) as ahead:
            yield from _lines(ahead, offset)
        return
    splitter = Splitter(part.pieces, offset)
    splitter.enter_wrappers()
    with _Ahead(part.pieces, size) as ahead:
        yield from _List(splitter, ahead).batches()


@dataclass(frozen=True)
class _Block:
    """Bytes of a stream in a buffer with room before and behind them; `bounds`: where the pieces end there, in which
    they would come without batches."""

    buffer: Bytes
    begin: int
    end: int
    bounds: list[int]

    def __len__(self) -> int:
        return self.end - self.begin

    @staticmethod
    def of(parts: Iterable[Bytes], bounds: list[int]) -> _Block:
        """A block of its own; the bounds as they lie in it."""
        buffer = np.concatenate((*parts, np.zeros(PADDING, np.uint8)))
        return _Block(buffer, 0, len(buffer) - PADDING, bounds)

    @property
    def held(self) -> Bytes:
        return self.buffer[self.begin : self.end]

    def after(self, place: int) -> _Block:
        """What follows a place."""
        return _Block(self.buffer, place, self.end, self.bounds)

    def bounds_from(self, begin: int) -> list[int]:
        """Where its pieces end, were it to begin elsewhere."""
        return [bound - self.begin + begin for bound in self.bounds if bound > self.begin]

    def pieces(self) -> list[bytes]:
        bounds = [self.begin, *self.bounds_from(self.begin)]
        return [self.buffer[first:last].tobytes() for first, last in pairwise(bounds)]


class _Ahead:
    """Reads ahead, in a thread of its own: blocks of about `size` bytes, the first ones smaller so that there is soon
    something to do, with room for what is left of the block before."""

    def __init__(self, pieces: Pieces, size: int) -> None:
        self.pieces = pieces
        self._size = size
        self._memory = _Memory()
        self._queue: queue.Queue[_Block | BaseException | None] = queue.Queue()
        self._free = threading.Semaphore(AHEAD)  # how many blocks may be read before one is asked for
        self._stop = False
        self._given: deque[bytes] = deque()
        self._ended = False
        self._thread = threading.Thread(target=self._read, name="labelframe-read", daemon=True)

    def __enter__(self) -> _Ahead:
        if not self.pieces.is_at_end:
            self._thread.start()
            return self
        first = np.frombuffer(self.pieces.peeked(), np.uint8)  # a small file: that is all
        if len(first):
            self._queue.put(_Block.of([first], [len(first)]))
        self._queue.put(None)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop = True
        self._free.release()
        if self._thread.is_alive():
            self._thread.join(PATIENCE)  # else it waits for a pipe

    def _read(self) -> None:
        try:
            first = np.frombuffer(self.pieces.peeked(), np.uint8)
            size = self._size // 4
            block = None
            while block is None or len(block):
                self._free.acquire()
                if self._stop:
                    return
                block = self._read_block(first, size)
                self._queue.put(block if len(block) else None)
                first, size = first[:0], min(2 * size, self._size)
        except BaseException as error:
            self._queue.put(error)

    def _read_block(self, first: Bytes, size: int) -> _Block:
        """The next pieces; `first` is before them."""
        chunk = unpack.CHUNK
        room = max(1, size // chunk) * chunk
        begin = self._size // 2
        after = begin + len(first)
        buffer = self._memory.take(after + room + PADDING)
        buffer[begin:after] = first
        end = after + self.pieces.read_into(buffer[after : after + room].data, lambda: self._stop)
        buffer[end : end + PADDING] = 0
        bounds = [after] if len(first) else []
        if end > after:
            bounds += [*range(after + chunk, end, chunk), end]
        return _Block(buffer, begin, end, bounds)

    def _next(self) -> _Block | None:
        """The next block, None at the end."""
        block = None if self._ended else self._queue.get()
        if isinstance(block, _Block):
            self._free.release()
        else:
            self._ended = True
        if isinstance(block, BaseException):
            raise block
        return block

    def piece(self) -> bytes:
        """The next piece, empty at the end."""
        if not self._given and (block := self._next()) is not None:
            self._given.extend(block.pieces())
        return self._given.popleft() if self._given else b""

    def block(self, again: bytes = b"") -> _Block | None:
        """The next block, or what was given back, with those bytes before it; None at the end."""
        pieces = [piece for piece in (again, *self._given) if piece]
        self._given.clear()
        if not pieces:
            return self._next()
        return _Block.of((np.frombuffer(piece, np.uint8) for piece in pieces), np.cumsum([*map(len, pieces)]).tolist())

    def give_back(self, block: _Block) -> None:
        """Give the pieces of a block again, before all others."""
        self._given.extendleft(reversed(block.pieces()))

    def longer(self, rest: _Block) -> _Block | None:
        """A block that begins with what is left of another, None at the end."""
        block = self._next()
        if block is None:
            return None
        begin = block.begin - len(rest)
        if begin >= 0:
            block.buffer[begin : block.begin] = rest.held
            return _Block(block.buffer, begin, block.end, rest.bounds_from(begin) + block.bounds)
        # A row is larger than a block: twice as much each time.
        blocks = [rest, block]
        while sum(map(len, blocks)) < 2 * len(rest) and (block := self._next()) is not None:
            blocks.append(block)
        begins = np.cumsum([0, *map(len, blocks)]).tolist()
        bounds = [bound for block, begin in zip(blocks, begins, strict=False) for bound in block.bounds_from(begin)]
        return _Block.of((block.held for block in blocks), bounds)


class _Memory:
    """Buffers that are used again when nobody holds them any more: the system clears memory that it gives."""

    def __init__(self) -> None:
        self._all: list[mmap.mmap] = []

    def take(self, size: int) -> Bytes:
        """A buffer of so many bytes at least."""
        for memory in self._all:
            if len(memory) >= size and _is_free(memory):
                return np.frombuffer(memory, np.uint8)
        memory = mapped(size)  # a part of the heap would be cut up for smaller things, and lost to the next
        if hasattr(mmap, "MADV_HUGEPAGE"):
            with suppress(OSError):  # it will be filled whole
                memory.madvise(mmap.MADV_HUGEPAGE)
        self._all.append(memory)
        return np.frombuffer(memory, np.uint8)


def _is_free(memory: mmap.mmap) -> bool:
    """Whether no array lies in it: else, and where the system has no such call, it cannot be given another size."""
    try:
        memory.resize(len(memory))
    except (BufferError, SystemError, OSError, ValueError):
        return False
    return True


class _Found:
    """Room for begins and ends."""

    def __init__(self) -> None:
        self.begins, self.ends = np.empty(1 << 14, np.int64), np.empty(1 << 14, np.int64)


class _List:
    """Batches of the label rows of lists. Whatever is strange is left to the splitter, in the pieces in which it would
    have come without batches."""

    def __init__(self, splitter: Splitter, ahead: _Ahead) -> None:
        self.splitter = splitter
        self.ahead = ahead
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
            piece = splitter.again or ahead.piece()
            if not piece:
                break
            wary = max(0, wary - 1)
            splitter.again = b""
            yield from splitter.take(piece)
        yield from splitter.finish()

    def _plain(self) -> Batched:
        """Batches for as long as nothing is strange. The last row of what was read is left to the splitter, since it is
        given only once it is seen what follows."""
        from labelframe.kernel.scan import ENDED, FULL, find_rows

        splitter, found = self.splitter, self.found
        block = self.ahead.block(splitter.again)
        splitter.again = b""
        while block is not None:
            rest = block
            count, how = find_rows(
                block.buffer, block.begin, block.end, splitter.after == b"value", found.begins, found.ends
            )
            given = self._whole_in_pieces(block, max(0, count - 1))
            if given:
                begins, ends = found.begins[:given].copy(), found.ends[:given].copy()
                held = splitter.held
                if held is not None:
                    yield held
                self._learn(block.buffer, begins)
                yield RowBatch(block.buffer, begins, ends, begins - block.begin + splitter.offset)
                last = int(ends[-1])
                splitter.held, splitter.after, splitter.gap = None, b"value", b""
                splitter.offset += last - block.begin
                splitter.is_given = True
                rest = block.after(last)
            if given < count - 1 or how not in (ENDED, FULL):
                block = None  # something that the splitter has to look at
            else:
                block = rest if how == FULL else self.ahead.longer(rest)
            if block is None:
                self.ahead.give_back(rest)

    def _learn(self, buffer: Bytes, begins: Ints) -> None:
        """Note the first key of label rows, as the splitter does."""
        search = self.splitter.search
        if len(search.keys) > 1:
            return
        known = np.frombuffer(b'{"' + search.keys[0] + b'"', np.uint8)
        others = (buffer[begins[:, None] + np.arange(len(known))] != known).any(axis=1)
        for begin in begins[others].tolist():
            search.learn(buffer[begin : begin + 200].tobytes())

    def _whole_in_pieces(self, block: _Block, given: int) -> int:
        """How many of the rows found the splitter would find too. It looks into a row that lies in several pieces for
        another that begins within it."""
        from labelframe.kernel.scan import rows_before

        begins, ends = self.found.begins[:given], self.found.ends[:given]
        several = np.searchsorted(block.bounds, begins, "right") != np.searchsorted(block.bounds, ends, "left")
        for key in self.splitter.search.keys if several.any() else ():
            text = np.frombuffer(b'"' + key + b'"', np.uint8)
            given = min(given, rows_before(block.buffer, begins, ends, several, text))
        return given


def _line_end(buffer: Bytes, place: int) -> int:
    """Where the line ends that a place is in; it does end."""
    while (found := buffer[place : place + LINE].tobytes().find(b"\n")) < 0:
        place += LINE
    return place + found


def _lines(ahead: _Ahead, offset: int) -> Batched:
    """Batches of lines."""
    from labelframe.kernel.scan import STRANGE, find_lines

    found = _Found()
    last = b""
    block = ahead.block()
    while block is not None:
        buffer, place = block.buffer, block.begin
        offset -= place  # of the buffer
        how = STRANGE
        while how:
            count, how, place = find_lines(buffer, place, block.end, found.begins, found.ends)
            if count:
                begins, ends = found.begins[:count].copy(), found.ends[:count].copy()
                yield RowBatch(buffer, begins, ends, begins + offset)
            if how == STRANGE:
                stop = _line_end(buffer, place)
                yield from line_rows(buffer[place:stop].tobytes(), offset + place)
                place = stop + 1
        offset += place
        rest = block.after(place)
        last = rest.held.tobytes() if (block := ahead.longer(rest)) is None else b""
    yield from last_line(last, offset, ahead.pieces.fault)
