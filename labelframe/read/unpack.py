"""Give the bytes of files, out of whatever they are packed in.

In: a `Source`. Out: `Part`s, one for a file and one for each member of an archive, each a stream of pieces of bytes;
a fault (a broken archive, a full stop in the middle) comes after all bytes that could be read before it. What a file is
packed in is told by its bytes. It knows nothing of JSON.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import os
import stat
import struct
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from labelframe.errors import Fault, Found
from labelframe.read.sources import (
    HEAD,
    PassedOver,
    Source,
    kind_of_name,
    may_be_export,
    not_export,
    parts_of,
    unreadable,
    why_not,
)

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CHUNK = 1 << 20
GZIP, ZSTD, ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", (b"PK\x03\x04", b"PK\x05\x06")
DEPTH = 4  # of things packed in each other

GZIP_ERRORS: tuple[type[Exception], ...] = (zlib.error,)
igzip_lib: Any = None
with suppress(ImportError):  # where there is no wheel of it
    from isal import igzip_lib, isal_zlib

    GZIP_ERRORS += (cast(type[Exception], isal_zlib.error),)

BROKEN: tuple[type[Exception], ...] = (
    EOFError,
    *GZIP_ERRORS,
    lzma.LZMAError,
    gzip.BadGzipFile,
    zstd.ZstdError,
    zipfile.BadZipFile,
    struct.error,
)
UNREADABLE: tuple[type[Exception], ...] = (*BROKEN, NotImplementedError, OSError)
NO_ARCHIVE: tuple[type[Exception], ...] = (*BROKEN, OSError, ValueError)
NO_MEMBER: tuple[type[Exception], ...] = (*BROKEN, OSError, RuntimeError)
Tick = Callable[[], None]


class Pieces(Iterator[bytes]):
    """The bytes of a stream, piece by piece. `fault` is set where it ended before its end; all bytes that could be read
    are given first."""

    def __init__(self, stream: Any, packed: str | None = None) -> None:
        self._stream = stream
        self._packed = packed
        self._first: list[bytes] = []
        self._ended = False
        self.fault: Fault | None = None

    def peek(self, size: int) -> bytes:
        """The first bytes, at least `size` of them where there are so many; they are given again."""
        while sum(map(len, self._first)) < size and (piece := self._read()):
            self._first.append(piece)
        self._first = [b"".join(self._first)]
        return self._first[0]

    def skip(self, size: int) -> int:
        """Pass over bytes that `peek` gave; gives their number."""
        self._first = [b"".join(self._first)[size:]]
        return size

    @property
    def is_at_end(self) -> bool:
        """Whether there is nothing behind what `peek` gave."""
        return self._ended

    def peeked(self) -> bytes:
        """What `peek` gave, and is not given again after this."""
        first, self._first = b"".join(self._first), []
        return first

    def read_into(self, view: memoryview, stop: Callable[[], bool] = lambda: False) -> int:
        """Fill a view, piece by piece as they would come, as far as there are bytes, or until it is to stop; gives how
        many. What `peek` gave must have been taken before."""
        assert not self._first
        return self._fill(view, stop)

    def _fill(self, view: memoryview, stop: Callable[[], bool] = lambda: False) -> int:
        """In small steps: what came before a fault must not be lost with it."""
        length = 0
        while not self._ended and length < len(view) and not stop():
            missing = CHUNK - length % CHUNK
            try:
                step = self._step(view[length : length + missing])
            except UNREADABLE as error:
                self.fault = _fault_of(error, self._packed)
                step = 0
            self._ended = not step
            length += step
        return length

    def _step(self, view: memoryview) -> int:
        if isinstance(self._stream, _Plain):
            return self._stream.readinto1(view)
        data: bytes = self._stream.read1(len(view))
        view[: len(data)] = data
        return len(data)

    def __next__(self) -> bytes:
        piece = self._first.pop(0) if self._first else b""
        piece = piece or self._read()
        if not piece:
            raise StopIteration
        return piece

    def _read(self) -> bytes:
        """A chunk, or less at the end."""
        data = np.empty(CHUNK, np.uint8)
        return data[: self._fill(data.data)].tobytes()


def _fault_of(error: Exception, packed: str | None) -> Fault:
    """Why bytes cannot be read, out of what they are packed in."""
    if isinstance(error, NotImplementedError):
        return Fault("zip method is unknown", "stored, deflate, bzip2 or lzma", Found(error))
    if isinstance(error, OSError) and (error.errno is not None or packed is None):
        return unreadable(error)  # what unpacks bzip2 raises an OSError without a number
    return Fault(f"{packed} is broken", packed, Found(str(error) or "the end of the file"))


@dataclass
class Part:
    """What is read from one stream: a file, or a member of an archive. `listed`, as of a Source. `is_other`: its first
    bytes are many, and hold nothing that label rows hold."""

    name: str
    source: Source
    listed: bool
    pieces: Pieces = field(repr=False)
    suffix: str | None = None
    is_other: bool = False


def open_parts(source: Source, passed_over: list[PassedOver], tick: Tick = lambda: None) -> Iterator[Part]:
    """The parts of a file, each to be read before the next is asked for.

    What nobody named, and is no export by its name and its first bytes, is added to `passed_over`. Sets the source's
    sha256 at the end; calls `tick` as bytes are read.
    """
    if source.fault is not None:
        yield _faulty(source, source.fault)
        return
    try:
        file = _standard_input() if source.path is None else cast(BinaryIO, source.path.open("rb", buffering=0))
        before = _state(file)
    except OSError as error:
        yield _faulty(source, unreadable(error))
        return
    counted = _Counted(file, source, tick)
    try:
        yield from _parts(counted, source, source.name, source.listed, passed_over, None)
        if counted.ended or counted.seeked:
            source.sha256 = counted.hash()
        if before is not None and before != _state(file):
            size = os.fstat(file.fileno()).st_size
            found = Found(f"{size:,} bytes" if size != before[0] else "another time of change")
            yield _faulty(source, Fault("file changed while it was read", f"the file of {before[0]:,} bytes", found))
    finally:
        if source.path is not None:
            file.close()


def begins_with(source: Source, size: int) -> bool:
    """Whether standard input holds so many bytes. They are read ahead, and kept for whoever reads it."""
    begun = source.begun = source.begun or io.BytesIO()
    length = begun.seek(0, io.SEEK_END)
    with suppress(OSError):  # met again by whoever reads it
        file = _standard_input()
        while length < size and (piece := file.read(min(CHUNK, size - length))):
            length += begun.write(piece)
    begun.seek(0)
    return length >= size


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise OSError("There is no standard input")
    # Without its buffer: a thread that waits within that when the process ends would abort it.
    return cast(BinaryIO, getattr(sys.stdin.buffer, "raw", sys.stdin.buffer))


def _faulty(source: Source, fault: Fault, name: str | None = None) -> Part:
    """A part that is nothing but a fault."""
    pieces = Pieces(io.BytesIO())
    pieces.fault = fault
    return Part(name or source.name, source, False, pieces)


def _state(file: BinaryIO) -> tuple[int, int] | None:
    """(size, time of change) of a file on disk, None of a pipe."""
    with suppress(OSError, ValueError):
        told = os.fstat(file.fileno())
        if stat.S_ISREG(told.st_mode):
            return told.st_size, told.st_mtime_ns
    return None


class _Counted(io.RawIOBase):
    """A file that counts and hashes its bytes as they are read."""

    def __init__(self, file: BinaryIO, source: Source, tick: Tick) -> None:
        self._file = file
        self._source = source
        self._tick = tick
        self._digest = hashlib.sha256()
        self.ended = False
        self.seeked = False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._source.path is not None and self._file.seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        self.seeked = True
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        view = memoryview(buffer)
        length: int = 0 if self._source.begun is None else self._source.begun.readinto(view)
        length = length or cast(io.RawIOBase, self._file).readinto(view) or 0
        if not self.seeked:
            self._digest.update(view[:length])
        self.ended |= not length
        self._source.bytes_done += length
        self._tick()
        return length

    def hash(self) -> str:
        """SHA-256 of all bytes; of a file that was not read from begin to end it is computed now."""
        if self.seeked:
            self._file.seek(0)
            self._digest = hashlib.sha256()
            while data := self._file.read(CHUNK):
                self._digest.update(data)
        return self._digest.hexdigest()


class _Plain:
    """A file that is not packed: what was read of it to tell that, then the rest, straight into its place."""

    def __init__(self, head: bytes, raw: _Counted) -> None:
        self._head = head
        self._raw = raw

    def readinto1(self, view: memoryview) -> int:
        if not self._head:
            return self._raw.readinto(view)
        taken = self._head[: len(view)]
        view[: len(taken)], self._head = taken, self._head[len(taken) :]
        return len(taken)


class _Gunzipped:
    """What gzip data holds, unpacked by isal, twice as fast as by zlib. It means what `gzip.GzipFile` means; that
    of isal itself loses what comes just before a fault."""

    STEP = 1 << 14  # bytes that are unpacked at once: of a step in which there is a fault nothing is given

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._packed = b""
        self._unpacked = b""
        self._inner: Any = None
        self._checksum = 0
        self._length = 0
        self._ended = False

    def peek(self, size: int) -> bytes:
        if not self._unpacked:
            self._unpacked = self._read()
        return self._unpacked

    def read1(self, size: int) -> bytes:
        data = self.peek(size)
        self._unpacked = data[size:]
        return data[:size]

    def read(self, size: int = -1) -> bytes:
        return self.read1(size if size >= 0 else self.STEP)

    def _read(self) -> bytes:
        data = b""
        while not data and not self._ended:
            if self._inner is None:
                self._ended = not self._begin()
                continue
            if self._inner.eof:
                self._end()
                continue
            if self._inner.needs_input and not self._packed and not self._fill():
                raise EOFError(_CUT_OFF)
            packed, self._packed = self._packed, b""
            data = self._inner.decompress(packed, self.STEP)
            self._checksum = isal_zlib.crc32(data, self._checksum)
            self._length += len(data)
        return data

    def _fill(self) -> bool:
        more = bytes(self._stream.read1(self.STEP))
        self._packed += more
        return bool(more)

    def _take(self, size: int) -> bytes:
        while len(self._packed) < size:
            if not self._fill():
                raise EOFError(_CUT_OFF)
        taken, self._packed = self._packed[:size], self._packed[size:]
        return taken

    def _begin(self) -> bool:
        """Read the head of a member; False at the end."""
        while len(self._packed) < 2 and self._fill():
            pass
        if not self._packed:
            return False
        if self._packed[:2] != GZIP:
            raise gzip.BadGzipFile(f"Not a gzipped file ({self._packed[:2]!r})")
        head = self._take(10)
        if head[2] != 8:
            raise gzip.BadGzipFile("Unknown compression method")
        if head[3] & 4:
            self._take(int.from_bytes(self._take(2), "little"))
        for _ in range((head[3] >> 3 & 1) + (head[3] >> 4 & 1)):  # a name and a comment
            while self._take(1) != b"\0":
                pass
        if head[3] & 2:
            self._take(2)
        self._inner = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE)
        self._checksum = self._length = 0
        return True

    def _end(self) -> None:
        """Check a member against what is written behind it, and pass over zero bytes."""
        self._packed = self._inner.unused_data + self._packed
        self._inner = None
        checksum, length = struct.unpack("<II", self._take(8))
        if checksum != self._checksum:
            raise gzip.BadGzipFile(f"CRC check failed {checksum:#x} != {self._checksum:#x}")
        if length != self._length & 0xFFFFFFFF:
            raise gzip.BadGzipFile("Incorrect length of data produced")
        self._packed = self._packed.lstrip(b"\0")
        while not self._packed and self._fill():
            self._packed = self._packed.lstrip(b"\0")


_CUT_OFF = "Compressed file ended before the end-of-stream marker was reached"


def _gunzipped(stream: Any) -> Any:
    return gzip.GzipFile(fileobj=stream, mode="rb") if igzip_lib is None else _Gunzipped(stream)


class _Member:
    """A member of a zip archive. What is in it is given even where its checksum is wrong: that is told at its end."""

    def __init__(self, stream: Any, checksum: int) -> None:
        stream._expected_crc = None  # it would be raised instead of the last bytes
        self._stream = stream
        self._checksum = checksum
        self._found = 0

    def peek(self, size: int) -> bytes:
        return bytes(self._stream.peek(size))

    def read1(self, size: int) -> bytes:
        data = bytes(self._stream.read1(size))
        self._found = zlib.crc32(data, self._found)
        if not data and self._found != self._checksum:
            raise zipfile.BadZipFile("its checksum is another than was written")
        return data

    def read(self, size: int = -1) -> bytes:
        return self.read1(size)


def _parts(
    raw: Any, source: Source, name: str, listed: bool, passed_over: list[PassedOver], packed: str | None, depth: int = 0
) -> Iterator[Part]:
    """The parts of a stream, unpacked as long as it begins like something packed."""
    # What unpacks has a buffer of its own; another around it would lose what comes just before a fault.
    stream = io.BufferedReader(raw, CHUNK) if isinstance(raw, _Counted) else raw
    pieces = Pieces(stream, packed)
    try:
        head = stream.peek(4)
    except UNREADABLE as error:
        yield _faulty(source, _fault_of(error, packed), name)
        return
    if depth < DEPTH and head[:2] == GZIP:
        yield from _parts(_gunzipped(stream), source, name, listed, passed_over, "gzip data", depth + 1)
    elif depth < DEPTH and head[:4] == ZSTD:
        yield from _parts(zstd.ZstdFile(stream), source, name, listed, passed_over, "zstd data", depth + 1)
    elif depth < DEPTH and head[:4] in ZIP:
        if depth == 0 and raw.seekable():
            yield from _members(stream, source, name, listed, passed_over, depth)
        else:
            # The directory of an archive is at its end: what cannot be read twice is put on disk first.
            with tempfile.TemporaryFile(prefix="labelframe-") as scratch:
                for piece in pieces:
                    scratch.write(piece)
                if pieces.fault is not None:
                    yield _faulty(source, pieces.fault, name)
                    return
                yield from _members(scratch, source, name, listed, passed_over, depth)
    else:
        if isinstance(raw, _Counted):  # the buffer gave all that it has read, and is no longer needed
            pieces = Pieces(_Plain(head, raw), packed)
        part = Part(name, source, listed, pieces, kind_of_name(name))
        head = pieces.peek(HEAD) if listed and part.suffix is None else b""
        if listed and part.suffix is None and pieces.fault is None and not may_be_export(head):
            passed_over.append(PassedOver(name, not_export(head)))
        else:
            yield part


def _members(
    file: Any, source: Source, name: str, listed: bool, passed_over: list[PassedOver], depth: int
) -> Iterator[Part]:
    """The parts of a zip archive, in its own order."""
    try:
        archive = zipfile.ZipFile(file)
    except NO_ARCHIVE as error:
        fault = Fault("zip archive is broken", "a zip archive", Found(str(error)))
        yield _faulty(source, fault, name)
        return
    with archive:
        if (
            listed
            and kind_of_name(name) is None
            and not any(kind_of_name(info.filename) for info in archive.infolist())
        ):
            passed_over.append(PassedOver(name, "a zip archive without exports"))
            return
        for info in archive.infolist():
            if info.is_dir():
                continue
            member = f"{name}/{'/'.join(parts_of(info.filename))}"
            why = next((f"in {part}" for part in parts_of(info.filename) if part == "__MACOSX"), None)
            why = why or why_not(Path(info.filename).name)
            if why is None and info.flag_bits & 1:
                fault = Fault("zip archive is encrypted", "an archive without a password", Found("an encrypted member"))
                yield _faulty(source, fault, member)
                continue
            if why is not None:
                passed_over.append(PassedOver(member, why))
                continue
            try:
                stream = archive.open(info)
            except NotImplementedError as error:
                fault = Fault("zip method is unknown", "stored, deflate, bzip2 or lzma", Found(str(error)))
                yield _faulty(source, fault, member)
                continue
            except NO_MEMBER as error:
                fault = Fault("zip archive is broken", "a member that can be read", Found(str(error)))
                yield _faulty(source, fault, member)
                continue
            with stream:
                yield from _parts(
                    _Member(stream, info.CRC), source, member, True, passed_over, "zip archive", depth + 1
                )
