"""Cut a stream of JSON into the bytes of its label rows, without parsing them.

In: the pieces of a part. Out: `RawRow`s, and `Broken` for all that is none; behind something broken it finds its feet
again at the next whole label row, so that no neighbour is lost. No more than the largest label row is held, or the text
between two whole ones. Of a label row it knows only the keys that tell one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
import orjson
from numpy.typing import NDArray

from labelframe.errors import Fault, Found, printable
from labelframe.read.sources import HEAD, LINE_SUFFIXES, what_it_is
from labelframe.read.unpack import CHUNK, Part, Pieces

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WHITE = b" \t\r\n"
OTHER = 64  # bytes in which a label row has told that it is one
KEPT = 1 << 26  # bytes of a broken text that are kept where no label row follows for long


@dataclass(frozen=True)
class RawRow:
    """The bytes of one JSON value of a file, which should be a label row (or a wrapper of some), and where they begin
    in it, unpacked."""

    offset: int
    data: bytes


@dataclass(frozen=True)
class Broken:
    """What of a file is no label row, and why. `is_row`: it stands where a label row should. `offset` is None where the
    fault is the whole file's."""

    offset: int | None
    data: bytes
    fault: Fault
    is_row: bool = False


Pieced = Iterator[RawRow | Broken]


def read_rows(part: Part) -> Pieced:
    """The label rows of a part in order, and what is broken between them: by lines where the name or the first line
    says so, else by braces."""
    begun = begin_rows(part)
    if isinstance(begun, Broken):
        yield begun
    elif begun[0]:
        yield from _lines(part.pieces, begun[1])
    else:
        yield from Splitter(part.pieces, begun[1]).parts()


def begin_rows(part: Part) -> tuple[bool, int] | Broken:
    """(whether a part has a label row a line, the offset where they begin), or why it has none at all."""
    pieces = part.pieces
    head, offset = _begin(pieces)
    if not head:
        return Broken(None, b"", pieces.fault or Fault("file is empty", "an export", Found("nothing")))
    part.is_other = len(head) >= OTHER and not any(key in head for key in (b'"label_hash"', b'"data_units"'))
    wrong = _why_no_json(head, part.suffix)
    if wrong is not None:
        part.is_other &= wrong.reason != "file is not UTF-8"
        return Broken(None, b"", wrong)
    return _is_lines(head, part.suffix), offset


def resplit(raw: RawRow) -> list[RawRow | Broken] | None:
    """What bytes that are no JSON consist of, where it is more than one value: two label rows on one line, or one and
    something else. None where it is not."""
    pieces = list(Splitter(Pieces(io.BytesIO(raw.data)), raw.offset).parts())
    rows = [piece for piece in pieces if isinstance(piece, RawRow)]
    if any(isinstance(piece, Broken) and (piece.is_row or piece.fault.reason not in BESIDE) for piece in pieces):
        return None
    return pieces if rows and max(len(row.data) for row in rows) < len(raw.data.strip(WHITE)) else None


BESIDE = ("comma is missing", "comma too many", "text after the end")
"""What may be wrong beside label rows that are whole."""


def salvage(raw: RawRow) -> tuple[RawRow, Pieced] | None:
    """Of bytes that are no JSON: those before the first whole label row within them, and what follows from there. None
    where they hold none."""
    begin = _Search([b"label_hash"]).feed(raw.data)
    if begin is None:
        return None
    rest = Splitter(Pieces(io.BytesIO(raw.data[begin:])), raw.offset + begin, within=True)
    return RawRow(raw.offset, raw.data[:begin].rstrip(WHITE + b",")), rest.parts()


def _begin(pieces: Pieces) -> tuple[bytes, int]:
    """Pass over a byte-order mark and white space; (the first bytes then, how many were passed over)."""
    offset = 0
    head = pieces.peek(len(BYTE_ORDER_MARK))
    if head.startswith(BYTE_ORDER_MARK):
        offset += pieces.skip(len(BYTE_ORDER_MARK))
    while (head := pieces.peek(CHUNK)) and not head.lstrip(WHITE):
        offset += pieces.skip(len(head))
    offset += pieces.skip(len(head) - len(head.lstrip(WHITE)))
    return pieces.peek(CHUNK), offset


def _why_no_json(head: bytes, suffix: str | None) -> Fault | None:
    """Why a file that begins with these bytes cannot be read, None where it can."""
    wide = next((name for mark, name in _WIDE if head.startswith(mark)), None)
    if wide is not None or head[1:2] == b"\0" or head[:1] == b"\0":
        return Fault("file is not UTF-8", "JSON in UTF-8", Found(f"{wide or 'UTF-16 or UTF-32'} text"))
    if head[:1] in (b"{", b"["):
        return None
    if b"\0" not in head[:HEAD] and (suffix in LINE_SUFFIXES or b'"label_hash"' in head):
        return None
    return Fault("file is no JSON", "JSON: a list or an object", Found(what_it_is(head)))


_WIDE = ((b"\xff\xfe\0\0", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


def _is_lines(head: bytes, suffix: str | None) -> bool:
    line, newline, rest = head.partition(b"\n")
    if line[:1] == b"[":
        return False  # a list, whatever its name says; or one a line, which is cut as well by braces
    if suffix in LINE_SUFFIXES:
        # Some tools write pretty-printed objects and call it .jsonl: the first line is then a lone brace.
        return len(line.strip(WHITE)) > 2
    if not newline or not rest.strip(WHITE) or line[:1] != b"{":
        return False
    return line.rstrip(WHITE).endswith(b"}") and rest.lstrip(WHITE)[:1] == b"{"


def _lines(pieces: Pieces, offset: int) -> Pieced:
    waiting: list[bytes] = []
    for piece in pieces:
        *ended, rest = piece.split(b"\n")
        for line in ended:
            whole = b"".join((*waiting, line))
            waiting.clear()
            yield from line_rows(whole, offset)
            offset += len(whole) + 1
        if rest:
            waiting.append(rest)
    yield from last_line(b"".join(waiting), offset, pieces.fault)


def last_line(last: bytes, offset: int, fault: Fault | None) -> Pieced:
    """What follows the last line feed. `fault`: why the file ends there, where it should not."""
    if fault is not None:
        yield Broken(offset, last, fault, bool(last.strip(WHITE)))
    elif last.strip(WHITE):
        scan = _Scan()
        list(scan.objects(last))
        if scan.depth > 0 or scan.in_string:
            yield Broken(offset, last, _cut_off("the end of this label row"), is_row=True)
        else:
            yield from line_rows(last, offset)


def line_rows(line: bytes, offset: int) -> Pieced:
    """The label row of a line, and a comma too many before or behind it, as where a list was cut into lines."""
    text = line.strip(WHITE)
    comma = Fault("comma too many", "a label row", Found(","))
    if text[:1] == b",":
        yield Broken(offset + line.index(b","), b",", comma)
    if text[-1:] == b"," and len(text) > 1:
        yield Broken(offset + line.rindex(b","), b",", comma)
    row = text.strip(WHITE + b",") if text[:1] == b"," or text[-1:] == b"," else text
    if row:
        yield RawRow(offset + line.index(row), row) if row != text else RawRow(offset, line)


def _cut_off(expected: str) -> Fault:
    return Fault("file is cut off", expected, Found("the end of the file"))


_TOKEN = re.compile(rb'[ \t\r\n]+|[\[\],{}:]|"(?:[^"\\]|\\.)*"|[^\s\[\],{}":]+(?:\s+[^\s\[\],{}":]+)*|["\s]', re.DOTALL)
_WRAPPER = re.compile(rb'\{\s*"(?:[^"\\]|\\.)*"\s*:\s*(?=[{\[])|\[\s*(?=[{\[])')
_FIRST_KEY = re.compile(rb'\{\s*"((?:[^"\\]|\\.)+)"')


class Splitter:
    """Cuts a stream into the objects of its outermost lists.

    Quotes, backslashes and braces are found with numpy over a piece at a time; what stands between two objects (commas,
    brackets, white space) is little and is read token by token. A row is given away only when what follows it is seen:
    a brace too many may have closed it early.
    """

    def __init__(self, pieces: Pieces, offset: int, within: bool = False) -> None:
        self.pieces = pieces
        self.again = b""  # bytes that are to be read once more
        self.offset = offset  # of the first byte that is not looked at yet
        self.within = within  # in the middle of a list whose end is not asked for
        self.closers = [b"]"] if within else []
        self.after = b"," if within else b"["  # the last thing: an opening [, a comma, or a value
        self.held: RawRow | None = None
        self.gap = b""  # what was seen behind it
        self.scan = _Scan()
        self.open: list[bytes] = []  # of a row that has no end yet, or of a text in which no row was found yet
        self.start = offset  # where that begins
        self.kept = 0  # bytes of it
        self.lost = False  # whether it is such a text
        self.search = _Search([b"label_hash"])
        self.told_outside = False
        self.is_given = False  # whether there was a row

    def parts(self) -> Pieced:
        self.enter_wrappers()
        while piece := self.again or next(self.pieces, b""):
            self.again = b""
            yield from self.take(piece)
        yield from self.finish()

    def take(self, piece: bytes) -> Pieced:
        """Take the next piece."""
        return self._look(piece) if self.lost else self._cut(piece)

    @property
    def is_between_rows(self) -> bool:
        """Whether it stands behind a label row of a list, or before the first, and nothing is odd."""
        return bool(self.closers) and not (self.scan.depth or self.open or self.lost or self.scan.in_string)

    def enter_wrappers(self) -> None:
        """Step into wrappers such as {"rows": [...]} where the stream begins with some."""
        if self.within:
            return
        head = self.pieces.peek(CHUNK)
        position, closers = 0, []
        while not _begins_row(head, position):
            match = _WRAPPER.match(head, position)
            if match is None:
                return
            if head[position : position + 1] == b"{" and b"]" in closers:
                break  # each row of the list has a wrapper of its own: it is cut with that
            closers.append(b"}" if head[position : position + 1] == b"{" else b"]")
            position = match.end()
        self.closers = closers
        self.offset += self.pieces.skip(position)

    def _cut(self, piece: bytes) -> Pieced:
        position = 0
        for begin, end in self.scan.objects(piece):
            if begin is not None and self._is_comma(piece[position:begin]):
                assert self.held is not None
                yield self.held
                self.held, self.is_given = None, True
                self.offset += begin - position
                position, self.start = begin, self.offset
            elif begin is not None:
                astray = yield from self._between(piece[position:begin], object_follows=True)
                if astray is not None:
                    yield from self._stray(piece[position + astray :])
                    return
                position, self.start = begin, self.offset
            if end is not None:
                row = RawRow(self.start, b"".join((*self.open, piece[position:end])))
                self._close()
                self.offset = row.offset + len(row.data)
                self.held, self.after, self.gap = row, b"value", b""
                self.search.learn(row.data)
                position = end
        tail = piece[position:]
        if self.scan.depth > 0:
            yield from self._look(tail)
        else:
            astray = yield from self._between(tail, object_follows=False)
            if astray is not None:
                yield from self._stray(tail[astray:])

    def _is_comma(self, gap: bytes) -> bool:
        """Whether all that stands between two rows is one comma, as nearly always."""
        return self.after == b"value" and bool(self.closers) and self.held is not None and gap.strip(WHITE) == b","

    def _close(self) -> None:
        if self.open:
            self.open.clear()
            self.kept = 0
            self.search.restart()
        self.lost = False

    def _stray(self, rest: bytes) -> Pieced:
        """Something stands here that can stand between no two rows: look for the next whole one."""
        self.lost = True
        self.start = self.offset
        yield from self._look(rest)

    def _look(self, piece: bytes) -> Pieced:
        """Keep a piece of an open row, or of a text in which no row was found yet; where a whole label row begins in
        it, what is before that one is broken."""
        self.open.append(piece)
        self.kept += len(piece)
        self.offset = self.start + self.kept
        begin = self.search.feed(piece)
        if begin is not None:
            text = b"".join(self.open)
            yield from self._give_up(text[:begin])
            self.again, self.offset, self.after = text[begin:], self.start + begin, b","
            self._close()
            self.scan = _Scan()
        elif self.lost and self.kept > KEPT and not self.search.is_on:
            text = b"".join(self.open)
            yield from self._give_up(text)
            self.start = self.offset
            self.open.clear()
            self.kept = 0
            self.search.restart()

    def _give_up(self, text: bytes) -> Pieced:
        """Tell of a broken text. What follows a row that a brace too many closed early belongs to that row."""
        junk = text.rstrip(WHITE + b",")
        if not self.lost:
            yield Broken(self.start, junk, Fault("label row never ends", "its closing }", _begins_with(text)), True)
            return
        held, self.held = self.held, None
        if held is not None and _closes_too_much(junk):
            found = Found(f"a }} too many, then {_begins_with(junk)}")
            data = held.data + self.gap + text[: len(junk)]
            yield Broken(held.offset, data, Fault("label row is no JSON", "one object", found), True)
            return
        if held is not None:
            yield held
        if junk:
            reason = "text between label rows" if self.closers else "text after the end"
            yield Broken(self.start, junk, Fault(reason, "a comma, a label row or the end", _begins_with(junk)))

    def _between(self, gap: bytes, object_follows: bool) -> Generator[RawRow | Broken, None, int | None]:
        """Check what stands between two objects; gives the position where it makes no sense any more, if it does so."""
        begin = self.offset
        for match in _TOKEN.finditer(gap):
            token, kind, place = match.group(), match.group()[:1], begin + match.start()
            self.offset = place
            listed = bool(self.closers)
            if kind in WHITE:
                continue
            if kind == b"[" and not (self.after == b"value" and listed):
                yield from self._release()
                self.closers.append(b"]")
                self.after = b"["
            elif kind == b"," and self.after == b"value" and listed:
                self.after = b","
            elif kind == b"," and listed:
                yield from self._release()
                yield Broken(place, token, Fault("comma too many", "a label row", Found(",")))
            elif kind == b"," and self.after == b"value":
                yield from self._release()
                if not self.told_outside:
                    yield Broken(place, token, Fault("text after the end", "the end of the file", Found(",")))
                self.told_outside = True
            elif listed and kind == self.closers[-1] and (kind == b"]" or self.after == b"value"):
                yield from self._release()
                if self.after == b",":
                    yield Broken(place, token, Fault("comma too many", "a label row", Found("]")))
                self.closers.pop()
                self.after = b"value"
            elif kind in b'}:"{' and not (len(token) > 1 and gap[match.end() :].lstrip(WHITE)[:1] in (b",", b"]")):
                self.gap += gap[: match.start()]
                return match.start()
            elif self.after == b"value":
                yield from self._release()
                reason = "text between label rows" if listed else "text after the end"
                expected = "a comma or the end of the list" if listed else "the end of the file"
                yield Broken(place, token, Fault(reason, expected, _begins_with(token)))
            else:
                yield from self._release()
                fault = Fault("label row is no object", "a label row: an object", _begins_with(token))
                yield Broken(place, token, fault, is_row=True)
                self.after = b"value"
        self.offset = begin + len(gap)
        self.gap += gap
        if object_follows:
            is_missing = self.after == b"value" and bool(self.closers)
            yield from self._release()
            if is_missing:
                yield Broken(self.offset, b"", Fault("comma is missing", "a comma between label rows", Found("none")))
        return None

    def _release(self) -> Iterator[RawRow]:
        if self.held is not None:
            self.is_given = True
            held, self.held = self.held, None
            yield held

    def finish(self) -> Pieced:
        fault = self.pieces.fault
        if self.lost:
            yield from self._give_up(b"".join(self.open))
        elif self.open:
            text = b"".join(self.open)
            yield Broken(self.start, text, fault or _cut_off("the end of this label row"), is_row=True)
            return
        else:
            yield from self._release()
        if fault is not None:
            yield Broken(self.offset if self.is_given else None, b"", fault)
        elif self.closers and not self.within and not self.lost:
            yield Broken(self.offset, b"", _cut_off(f"the closing {self.closers[-1].decode()}"))


def _begins_with(text: bytes) -> Found:
    return Found(printable(text.lstrip(WHITE)[:60].decode("utf-8", "backslashreplace"), 60))


def _closes_too_much(text: bytes) -> bool:
    """Whether a text closes an object that it did not open, and holds more than just that."""
    if not text.strip(WHITE + b"]},"):
        return False
    quotes = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", text)
    depth = 0
    for brace in re.findall(rb"[{}]", quotes):
        depth += 1 if brace == b"{" else -1
        if depth < 0:
            return True
    return False


def _begins_row(text: bytes, position: int) -> bool:
    """Whether an object that begins here is a label row, as far as its text is at hand."""
    key = _FIRST_KEY.match(text, position)
    if key is None:
        return False
    if key[1] == b"label_hash":
        return True
    end = next((end for _, end in _Scan().objects(text[position:])), None)
    try:
        return end is not None and is_label_row(orjson.loads(text[position : position + end]))
    except orjson.JSONDecodeError:
        return False


@dataclass
class _Candidate:
    """An object that may be a label row: where it begins, up to where it was scanned."""

    begin: int
    scanned: int
    scan: _Scan


class _Search:
    """Looks for the next whole label row in bytes that come in pieces: an object whose first key is that of a label
    row, which has data units, and which ends."""

    def __init__(self, keys: list[bytes]) -> None:
        self.keys = keys
        self.restart()

    def restart(self) -> None:
        """Begin anew: the next piece is the first."""
        self._text = bytearray()
        self._base = 0  # of the text in all that was fed
        self._at = 0  # where in the text to look for the next candidate
        self._candidates: list[_Candidate] = []

    @property
    def is_on(self) -> bool:
        """Whether there is an object at hand that may be a label row."""
        return bool(self._candidates)

    def learn(self, row: bytes) -> None:
        """Note the first key of a label row of this file."""
        if len(self.keys) == 1 and (match := _FIRST_KEY.match(row[:200])) and match[1] not in self.keys:
            self.keys.append(match[1])

    def feed(self, piece: bytes) -> int | None:
        """Where a whole label row begins, counted from the first byte that was fed; None where there is none yet. One
        at the very beginning does not count."""
        self._text += piece
        self._find_candidates()
        for candidate in list(self._candidates):
            part = bytes(self._text[candidate.scanned :])
            end = next((end for _, end in candidate.scan.objects(part) if end is not None), None)
            if end is not None and b'"data_units"' in self._text[candidate.begin : candidate.scanned + end]:
                return self._base + candidate.begin
            if end is not None:
                self._candidates.remove(candidate)
            candidate.scanned = len(self._text)
        begins = [candidate.begin for candidate in self._candidates]
        # Of the rest only the end is kept: a key may be cut in two there.
        done = min([*begins, max(self._at, len(self._text) - 256)])
        del self._text[:done]
        self._base += done
        self._at = max(0, self._at - done)
        for candidate in self._candidates:
            candidate.begin -= done
            candidate.scanned -= done
        return None

    def _find_candidates(self) -> None:
        begin = self._find(self._at)
        while begin is not None:
            after = self._find(begin + 1)
            if after is None or self._text.find(b'"data_units"', begin, after) >= 0:
                self._candidates.append(_Candidate(begin, begin, _Scan()))
            self._at = begin + 1
            begin = after

    def _find(self, at: int) -> int | None:
        found = []
        for key in self.keys:
            place = at
            while (place := self._text.find(b'"' + key + b'"', place)) >= 0:
                brace = _OPENING.search(self._text[max(at, place - 256) : place])
                begin = place - len(brace.group()) if brace else 0
                if brace and self._base + begin > 0 and begin >= at:
                    found.append(begin)
                    break
                place += 1
        return min(found, default=None)


_OPENING = re.compile(rb"\{\s*\Z")


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


def is_label_row(value: object) -> bool:
    """Whether a JSON value looks like a label row, of today's form or of the one before data units."""
    return isinstance(value, dict) and ("data_units" in value or "label_hash" in value)
