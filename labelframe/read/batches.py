"""Provisional: label rows in batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labelframe.read.split import Broken, RawRow, read_rows
from labelframe.read.unpack import Part


@dataclass
class RowBatch:
    buffer: NDArray[np.uint8]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    offsets: NDArray[np.int64]


def read_batches(part: Part, size: int = 8 << 20) -> Iterator[RowBatch | RawRow | Broken]:
    rows: list[RawRow] = []
    total = 0
    for piece in read_rows(part):
        if isinstance(piece, Broken):
            if rows:
                yield _batch(rows)
                rows, total = [], 0
            yield piece
            continue
        rows.append(piece)
        total += len(piece.data)
        if total >= size:
            yield _batch(rows)
            rows, total = [], 0
    if rows:
        yield _batch(rows)


def _batch(rows: list[RawRow]) -> RowBatch:
    sizes = np.array([len(row.data) for row in rows])
    ends = np.cumsum(sizes)
    buffer = np.frombuffer(b"".join(row.data for row in rows) + bytes(64), np.uint8)
    return RowBatch(buffer, ends - sizes, ends, np.array([row.offset for row in rows]))
