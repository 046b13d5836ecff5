"""Find exports and give the bytes of one label row at a time.

In: paths of files and folders. Out: `RawRow`s, each the bytes of one JSON value with its file and byte offset. Files
are read as streams: no more than the largest value is ever held. Of a label row it knows only the two keys that tell
one.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, cast

import numpy as np
import orjson
from numpy.typing import NDArray

from labelframe.errors import Found, Origin, SourceError

CHUNK = 1 << 20
LINE_SUFFIXES = (".jsonl", ".ndjson")
SUFFIXES = (".json", *LINE_SUFFIXES)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WHITE = b" \t\r\n"

GIVE_AN_EXPORT = "Give an export: .json with a list of label rows or one of them, or .jsonl, each also .gz."


@dataclass
class Source:
    """A file to read. `size` and `sha256` are of its bytes on disk, the latter known once all of it was read."""

    path: Path
    from_folder: bool = False
    size: int = 0
    sha256: str | None = None
    bytes_done: int = 0
    passed_over: str | None = None

    @property
    def name(self) -> str:
        """The path as text; a name that is no Unicode has its odd bytes escaped."""
        return self.path.as_posix().encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True)
class RawRow:
    """The bytes of one JSON value of a file, which should be a label row (or a wrapper of some)."""

    origin: Origin
    data: bytes
    source: Source = field(repr=False)


def find_sources(paths: Iterable[str | os.PathLike[str]]) -> list[Source]:
    """The files to read, in the order given, those of a folder by name.

    Raises SourceError for a path that does not exist and for a folder that holds no file of a name to read.
    """
    sources: list[Source] = []
    for given in paths:
        if not os.fspath(given).strip():
            raise SourceError("The path is empty.", remedy=GIVE_AN_EXPORT)
        path = Path(given)
        try:
            found = _files_of(path)
            for source in found:
                source.size = source.path.stat().st_size
        except OSError as error:
            raise SourceError(
                f"It cannot be read: {error.strerror or error}.",
                source=str(error.filename or path),
                remedy="Check the path.",
            ) from None
        sources += found
    return sources


def _files_of(path: Path) -> list[Source]:
    if not path.is_dir():
        if not path.exists():
            raise SourceError("There is no such file or folder.", source=path.as_posix(), remedy="Check the path.")
        return [Source(path)]
    found = [Source(file, from_folder=True) for file in _walk(path) if _kind(file) is not None]
    if not found:
        raise SourceError(
            "There is no .json, .jsonl or .ndjson file (plain or .gz) in this folder.",
            source=path.as_posix(),
            remedy=GIVE_AN_EXPORT,
        )
    return found


def _walk(folder: Path) -> list[Path]:
    def refuse(error: OSError) -> None:
        raise SourceError(f"The folder cannot be read: {error.strerror}.", source=str(error.filename)) from None

    found = []
    seen: set[str] = set()
    for parent, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        real = os.path.realpath(parent)
        if real in seen:  # a link that leads back
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(parent) / name for name in files if not name.startswith(".")]
    return sorted(found)


def _kind(path: Path) -> str | None:
    """The suffix that tells how to read a file, None for a file that is no export by its name."""
    name = path.name.lower().removesuffix(".gz")
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), None)


class _Counted(io.RawIOBase):
    """A file that counts and hashes its bytes as they are read."""

    def __init__(self, file: BinaryIO, source: Source, tick: Callable[[], None]) -> None:
        self._file = file
        self._source = source
        self._tick = tick
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        view = memoryview(buffer)
        data = self._file.read(len(view))
        view[: len(data)] = data
        self.digest.update(data)
        self._source.bytes_done += len(data)
        self._tick()
        return len(data)


def read_source(source: Source, tick: Callable[[], None] = lambda: None) -> Iterator[RawRow]:
    """The JSON values of one file, in order. Sets the source's sha256 at the end; calls `tick` as bytes are read.

    Raises SourceError for a file that cannot be read, is empty, is no JSON or ends in the middle.
    """
    try:
        with source.path.open("rb") as file:
            counted = _Counted(file, source, tick)
            stream: io.BufferedReader[Any] = io.BufferedReader(counted, CHUNK)
            if stream.peek(2)[:2] == b"\x1f\x8b":
                stream = io.BufferedReader(cast(Any, gzip.GzipFile(fileobj=stream)), CHUNK)
            for number, (offset, data) in enumerate(_values(stream, source)):
                yield RawRow(Origin(source.name, number, offset), data, source)
            source.sha256 = counted.digest.hexdigest()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(
            f"The gzip data is broken: {error}.",
            source=source.name,
            remedy="Download the file again.",
        ) from None
    except OSError as error:
        raise SourceError(
            f"The file cannot be read: {error.strerror or error}.", source=source.name, remedy="Check the file."
        ) from None


def _values(stream: io.BufferedReader[Any], source: Source) -> Iterator[tuple[int, bytes]]:
    """(byte offset, bytes) of each JSON value: by lines where the name or the first line says so, else by braces."""
    offset = 0
    if stream.peek(3)[:3] == BYTE_ORDER_MARK:
        offset += len(stream.read(3))
    while (head := stream.peek(CHUNK)) and not head.lstrip(WHITE):
        offset += len(stream.read(len(head)))
    offset += len(stream.read(len(head) - len(head.lstrip(WHITE))))
    head = stream.peek(CHUNK)
    if not head:
        raise SourceError("The file is empty.", source=source.name, remedy=GIVE_AN_EXPORT)
    if head[:1] not in (b"{", b"["):
        raise SourceError(
            source=source.name,
            byte_offset=offset,
            expected="JSON: a list or an object",
            found=Found(f"{head[:12]!r}"),
            remedy=GIVE_AN_EXPORT,
        )
    if _is_lines(head, _kind(source.path)):
        for line in stream:
            if line.strip(WHITE):
                yield offset, line
            offset += len(line)
    else:
        yield from _Splitter(stream, source, offset).values()


def _is_lines(head: bytes, suffix: str | None) -> bool:
    line, newline, rest = head.partition(b"\n")
    if suffix in LINE_SUFFIXES:
        # Some tools write one pretty-printed list and call it .jsonl: its first line is then a lone bracket.
        return len(line.strip(WHITE)) > 2
    if not newline or not rest.strip(WHITE) or line[:1] != b"{":
        return False
    return line.rstrip(WHITE).endswith(b"}") and rest.lstrip(WHITE)[:1] == b"{"


_WRAPPER = re.compile(rb'\{\s*"((?:[^"\\]|\\.)*)"\s*:\s*\[\s*(?=\{)')
_SCALAR = re.compile(rb'(?:"(?:[^"\\]|\\.)*"|[^\s,\[\]{}"]+)')


class _Splitter:
    """Cuts a stream of JSON into the objects of its outermost lists, without parsing them.

    Quotes, backslashes and braces are found with numpy over a chunk at a time; what stands between two objects (commas,
    brackets, white space) is little and is read byte by byte.
    """

    def __init__(self, stream: io.BufferedReader[Any], source: Source, offset: int) -> None:
        self.stream = stream
        self.source = source
        self.offset = offset  # of the first byte that is not given away yet
        self.closers: list[str] = []
        self.after = "["  # what the last thing was: an opening [, a comma, or a value
        self.count = 0

    def values(self) -> Iterator[tuple[int, bytes]]:
        self._enter_wrapper()
        pending: list[bytes] = []  # the parts of the object that is open, or nothing
        scan = _Scan()
        while chunk := self.stream.read(CHUNK):
            position = 0
            for begin, end in scan.objects(chunk):
                if begin is not None:
                    self._between(chunk[position:begin])
                    position = begin
                    if self.after == "value" and self.closers:
                        self._refuse(chunk[begin : begin + 40], 0)
                if end is not None:
                    value = b"".join((*pending, chunk[position:end]))
                    pending.clear()
                    position = end
                    self.count += 1
                    self.after = "value"
                    yield self.offset, value
                    self.offset += len(value)
            tail = chunk[position:]
            if scan.depth > 0 or scan.in_string:
                pending.append(tail)
            else:
                self._between(tail)
        if scan.depth > 0 or scan.in_string or self.closers:
            raise SourceError(
                source=self.source.name,
                row_number=self.count,
                byte_offset=self.offset,
                expected="the end of this label row" if pending else f"the closing {self.closers[-1]}",
                found=Found("the end of the file"),
                remedy="The file is cut off: export or download it again.",
            )

    def _enter_wrapper(self) -> None:
        """Step into a wrapper such as {"rows": [...]} where the stream begins with one."""
        head = self.stream.peek(CHUNK)
        match = _WRAPPER.match(head)
        if match is None:
            return
        rest = head[match.end() :]
        end = next((end for _, end in _Scan().objects(rest)), None)
        if is_label_row(_parsed(rest[:end])) if end else (b'"label_hash"' in rest or b'"data_units"' in rest):
            self.closers = ["}", "]"]
            self.offset += len(self.stream.read(match.end()))

    def _between(self, gap: bytes) -> None:
        """Check what stands between two objects: white space, brackets, one comma between two values."""
        position = 0
        while position < len(gap):
            byte = chr(gap[position])
            if byte in " \t\r\n":
                position += 1
                continue
            if byte == "[" and not (self.after == "value" and self.closers):
                self.closers.append("]")
                self.after = "["
            elif byte == "," and self.after == "value" and self.closers:
                self.after = ","
            elif self.closers and byte == self.closers[-1] and self.after != ",":
                self.closers.pop()
                self.after = "value"
            else:
                self._refuse(gap, position)
            position += 1
        self.offset += len(gap)

    def _refuse(self, gap: bytes, position: int) -> NoReturn:
        scalar = _SCALAR.match(gap, position)
        token = scalar.group() if scalar else gap[position : position + 1]
        found = Found(token[:40].decode("utf-8", "backslashreplace"))
        raise SourceError(
            source=self.source.name,
            row_number=self.count,
            byte_offset=self.offset + position,
            expected="a comma or the end of the list" if self.after == "value" else "a label row: a JSON object",
            found=found,
            remedy="Give the file as it was exported.",
        )


class _Scan:
    """Where the outermost objects of a stream begin and end, chunk by chunk."""

    def __init__(self) -> None:
        self.depth = 0
        self.in_string = False
        self._odd_backslash = False

    def objects(self, chunk: bytes) -> Iterator[tuple[int | None, int | None]]:
        """(begin, end) of the objects in this chunk: begin None where it began in an earlier one, end None where it
        goes on in a later one."""
        text = np.frombuffer(chunk, np.uint8)
        quotes = np.flatnonzero(text == 0x22)
        if self._odd_backslash or b"\\" in chunk:
            quotes = self._unescaped(text, quotes)
        braces = np.flatnonzero((text == 0x7B) | (text == 0x7D))
        within = (np.searchsorted(quotes, braces) + int(self.in_string)) & 1
        braces = braces[within == 0]
        step = np.where(text[braces] == 0x7B, 1, -1)
        depth = np.cumsum(step) + self.depth
        begins = braces[(depth == 1) & (step == 1)].tolist()
        ends = (braces[(depth == 0) & (step == -1)] + 1).tolist()
        open_before = self.depth > 0
        self.in_string = bool((len(quotes) + int(self.in_string)) & 1)
        self.depth = int(depth[-1]) if len(depth) else self.depth
        starts: list[int | None] = [None, *begins] if open_before else list(begins)
        for index, begin in enumerate(starts):
            end = ends[index] if index < len(ends) else None
            if begin is not None or end is not None:
                yield begin, end

    def _unescaped(self, text: NDArray[np.uint8], quotes: NDArray[np.int64]) -> NDArray[np.int64]:
        """The quotes that no backslash escapes. A run of backslashes escapes what follows where its length is odd."""
        slashes = np.flatnonzero(text == 0x5C)
        carried = self._odd_backslash
        if len(slashes) == 0:
            self._odd_backslash = False
            return quotes[1:] if carried and len(quotes) and quotes[0] == 0 else quotes
        first = np.flatnonzero(np.diff(slashes, prepend=-2) != 1)
        begin = slashes[first]
        length = np.diff(np.append(first, len(slashes)))
        odd = (length + (carried & (begin == 0))) % 2 == 1
        after = begin + length
        escaped = after[odd]
        if carried and begin[0] != 0:
            escaped = np.append(escaped, 0)
        self._odd_backslash = bool(len(escaped) and (escaped == len(text)).any())
        return quotes[~np.isin(quotes, escaped)]


def _parsed(data: bytes) -> object:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None


def is_label_row(value: object) -> bool:
    """Whether a JSON value looks like a label row, of today's form or of the one before data units."""
    return isinstance(value, dict) and ("data_units" in value or "label_hash" in value)
