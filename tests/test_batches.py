"""Label rows in batches are those that come one by one, whatever stands between them and however they are read."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import sys
from collections import deque
from pathlib import Path
from typing import Any

import both_ways
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelframe.demo_export import demo_export
from labelframe.read import (
    Broken,
    Part,
    RawRow,
    RowBatch,
    Source,
    batches,
    find_sources,
    open_parts,
    read_batches,
    read_rows,
    unpack,
)
from labelframe.read.unpack import Pieces


class Steps:
    """A stream that gives no more than a few bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self._stream = io.BytesIO(data)
        self._step = step

    def read1(self, size: int) -> bytes:
        return self._stream.read(min(size, self._step))


def part(data: bytes, step: int, suffix: str | None) -> Part:
    return Part("export", Source(None), False, Pieces(Steps(data, step)), suffix)


def told(pieces: Any) -> list[Any]:
    """Label rows and what is broken, one by one."""
    found: list[Any] = []
    for piece in pieces:
        if isinstance(piece, RowBatch):
            found += map(piece.row, range(len(piece)))
        elif isinstance(piece, RawRow):
            found.append(piece)
        else:
            assert isinstance(piece, Broken)
            fault = piece.fault
            found.append((piece.offset, piece.data, piece.is_row, fault.reason, fault.expected, str(fault.found)))
    return found


def check(data: bytes, step: int, size: int, suffix: str | None = None) -> None:
    expected = told(read_rows(part(data, step, suffix)))
    assert told(read_batches(part(data, step, suffix), size)) == expected


ROW = {"label_hash": "h", "data_units": {"u": {"labels": {}, "title": 'a "quote", a \\ and {braces}'}}}
TEXTS = st.sampled_from(
    [b"[", b"]", b",", b" ", b"\n", b"{", b"}", b'"', b"\\", b'"\\', b"5", b"null", b"{}", b'{"label_hash":']
)


@st.composite
def listed(draw: st.DrawFn) -> bytes:
    """Label rows in a list or one a line, with odd white space and now and then something odd."""
    rows = [
        orjson.dumps({**ROW, "label_hash": f"{n}", "pad": "x" * draw(st.integers(0, 300))})
        for n in range(draw(st.integers(0, 12)))
    ]
    if draw(st.booleans()):
        rows = [orjson.dumps(orjson.loads(row), option=orjson.OPT_INDENT_2) for row in rows]
    between = draw(st.sampled_from([b",", b", ", b",\n", b"\n", b" ,\r\n "]))
    data = bytearray(draw(st.sampled_from([b"[", b"[\n", b"", b'{"rows": [', b" ["])) + between.join(rows))
    data += draw(st.sampled_from([b"]", b"\n]\n", b"", b"\n", b"]}"]))
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        place = draw(st.integers(0, len(data)))
        data[place : place + draw(st.integers(0, 3))] = draw(TEXTS)
    return bytes(data)


@settings(max_examples=400, deadline=None)
@given(
    listed(),
    st.sampled_from([1, 7, 64, 500, 1 << 20]),
    st.sampled_from([1, 100, 2000, 1 << 20]),
    st.sampled_from([None, ".json", ".jsonl"]),
)
def test_batches_are_the_rows_one_by_one(data: bytes, step: int, size: int, suffix: str | None) -> None:
    chunk = unpack.CHUNK
    try:
        unpack.CHUNK = max(1, min(chunk, step))
        check(data, step, size, suffix)
    finally:
        unpack.CHUNK = chunk


@pytest.mark.parametrize("form", ["list", "lines", "indented"])
def test_batches_of_a_changed_export(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "CHUNK", 1 << 14)
    rows = demo_export()[:30]
    rng = random.Random(form)
    if form == "list":
        data = orjson.dumps(rows)
    elif form == "lines":
        data = b"\n".join(map(orjson.dumps, rows)) + b"\n"
    else:
        data = orjson.dumps(rows, option=orjson.OPT_INDENT_2)
    check(data, 1 << 20, 1 << 16)
    for _ in range(60):
        check(both_ways.spoil(data, rng), 1 << 20, rng.choice([1000, 1 << 15, 1 << 18]))


def test_rows_come_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = demo_export()[:40]
    for data in (orjson.dumps(rows), b"\n".join(map(orjson.dumps, rows)) + b"\n"):
        pieces = list(read_batches(part(data, 1 << 20, None)))
        assert sum(len(piece) for piece in pieces if isinstance(piece, RowBatch)) >= len(rows) - 1


@pytest.mark.parametrize("held", [0, 3, 1000])
def test_a_batch_stays_as_it_is_while_it_is_held(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "CHUNK", 1 << 12)
    rows = [orjson.dumps({**ROW, "n": number, "pad": f"{number}" * 200}) for number in range(400)]
    found, holding = [], deque[RowBatch]()
    for piece in read_batches(part(b"[" + b",".join(rows) + b"]", 1 << 20, None), 1 << 14):
        if isinstance(piece, RowBatch):
            holding.append(piece)
        while len(holding) > held:
            found += told([holding.popleft()])
        if isinstance(piece, RawRow):
            found += [*told(holding), piece]
            holding.clear()

    assert [row.data for row in found] == rows


class Failing(io.FileIO):
    """A file that gives what it is told to, step by step, and fails at its end."""

    steps: list[int]

    def readinto(self, buffer: Any, /) -> int | None:
        if not self.steps:
            raise OSError(5, "Input/output error")
        return super().readinto(memoryview(buffer)[: self.steps.pop(0)])


@pytest.mark.parametrize("steps", [[1000, *[1 << 16] * 16], [4096, *[1 << 18] * 4], [20, *[1 << 20] * 3]], ids=str)
def test_all_that_comes_before_a_fault_is_given(
    steps: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "export.json"
    data = b"[" + b",".join(orjson.dumps({**ROW, "n": number}) for number in range(40_000)) + b"]"
    path.write_bytes(data)

    file = Failing(path)
    file.steps = list(steps)
    (source,) = find_sources([path]).sources
    monkeypatch.setattr(Path, "open", lambda *_, **__: file)
    parts = open_parts(source, [])
    part = next(parts)
    buffer = memoryview(bytearray(1 << 23))
    first = part.pieces.peek(16)
    assert part.pieces.peeked() == first
    length = part.pieces.read_into(buffer)

    assert first + bytes(buffer[:length]) == data[: file.tell()]
    assert file.tell() > steps[0]
    assert part.pieces.fault is not None


def test_memory_that_nobody_holds_is_used_again() -> None:
    memory = batches._Memory()
    first = memory.take(1 << 16)
    address, part_of_it = first.__array_interface__["data"][0], first[5:10]
    del first

    other = memory.take(1 << 16)
    del part_of_it
    again = memory.take(1 << 15)

    assert other.__array_interface__["data"][0] != address
    if sys.platform == "linux":
        assert again.__array_interface__["data"][0] == address


def test_a_row_larger_than_a_batch_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "CHUNK", 1 << 12)
    rows = [{**ROW, "pad": "x" * 300_000}, {**ROW, "pad": "y" * 10}, ROW]
    data = orjson.dumps(rows)
    check(data, 1 << 20, 1 << 14)
    first = next(piece for piece in read_batches(part(data, 1 << 20, None), 1 << 14))
    assert isinstance(first, RowBatch)
    assert first.row(0).data == orjson.dumps(rows[0])


def test_reading_ahead_ends_with_who_asked(tmp_path: Path) -> None:
    pieces = read_batches(part(orjson.dumps(demo_export()), 1000, None), 1000)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]


PACKED = json.dumps([ROW | {"n": number, "odd": hashlib.sha256(b"%d" % number).hexdigest()} for number in range(900)])


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data,
        lambda data: data[: len(data) // 2],
        lambda data: data[:-3],
        lambda data: data + b"\0" * 100,
        lambda data: data + b"garbage",
        lambda data: data + data,
        lambda data: data + data[:40],
        lambda data: data[:-8] + b"\0" * 8,
        lambda data: data[:1],
        lambda data: data[:12],
        lambda data: data[:2] + b"\7" + data[3:],
        lambda data: data[:3] + b"\x1e" + data[4:10] + b"\2\0xxname\0comment\0hc" + data[10:],
        lambda data: data[:3] + b"\x08" + data[4:10] + b"name",
    ],
)
def test_gzip_gives_what_the_standard_library_gives(
    change: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(change)
    path = tmp_path / "export.json.gz"
    path.write_bytes(change(gzip.compress(PACKED.encode(), mtime=0)))

    def read() -> tuple[bytes, str | None]:
        (source,) = find_sources([path]).sources
        (found,) = ((b"".join(part.pieces), str(part.pieces.fault)) for part in open_parts(source, []))
        return found

    text, fault = read()
    monkeypatch.setattr(unpack, "igzip_lib", None)
    expected, expected_fault = read()

    assert (text, fault) == (expected, expected_fault)
