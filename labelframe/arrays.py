"""Make Arrow arrays of numpy arrays, without a copy where that can be.

`pa.array` would do too, but it imports pandas where there is one, which takes longer than to read a small export.
"""

from __future__ import annotations

import mmap
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@contextmanager
def system_memory() -> Iterator[None]:
    """Let Arrow take its memory from the system meanwhile, where it would from mimalloc: that spreads arrays over huge
    pages, each of which is cleared when first touched, which takes time and memory."""
    before = pa.default_memory_pool()
    if before.backend_name != "mimalloc":
        yield
        return
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)


def mapped(size: int) -> mmap.mmap:
    """Memory of the system's, cleared page by page as it is touched, which goes back to it when nobody holds it."""
    if sys.platform == "win32":
        return mmap.mmap(-1, size)
    return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


def room(count: int, kind: type[np.generic]) -> NDArray[Any]:
    """Room for so many numbers, of which few may be needed. Of `np.empty` the system would clear huge pages."""
    return np.frombuffer(mapped(max(1, count) * np.dtype(kind).itemsize), kind, count)


def bitmap(known: NDArray[np.bool_]) -> pa.Buffer | None:
    """Bits that are set where something is known, None where all is."""
    return None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))


def string_array(offsets: NDArray[np.int32], data: NDArray[np.uint8], known: NDArray[np.bool_]) -> pa.StringArray:
    """Texts, one after another in `data`, as an Arrow array, null where they are not known."""
    buffers = [bitmap(known), pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)


def dictionary_array(codes: NDArray[np.int32], words: pa.Array) -> pa.DictionaryArray:
    """`words` by their places; null where the place is -1."""
    known = codes >= 0
    places = number_array(codes if known.all() else np.where(known, codes, 0), pa.int32(), known)
    return pa.DictionaryArray.from_arrays(places, words, safe=False)


def text_array(texts: Sequence[str | None]) -> pa.StringArray:
    """A few texts as an Arrow array."""
    encoded = [b"" if text is None else text.encode() for text in texts]
    offsets = np.zeros(len(texts) + 1, np.int32)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    known = np.array([text is not None for text in texts], bool)
    return string_array(offsets, np.frombuffer(b"".join(encoded), np.uint8), known)


def number_array(
    values: NDArray[Any], kind: pa.DataType | None = None, known: NDArray[np.bool_] | None = None
) -> pa.Array:
    """Numbers, or with another type times, as an Arrow array, null where they are not known."""
    values = np.ascontiguousarray(values)
    kind = pa.from_numpy_dtype(values.dtype) if kind is None else kind
    assert kind.bit_width == 8 * values.dtype.itemsize
    nulls = None if known is None else bitmap(known)
    return pa.Array.from_buffers(kind, len(values), [nulls, pa.py_buffer(values)])


def bool_array(values: NDArray[np.bool_], known: NDArray[np.bool_] | None = None) -> pa.Array:
    """Truth values as an Arrow array, null where they are not known."""
    bits = pa.py_buffer(np.packbits(values, bitorder="little"))
    return pa.Array.from_buffers(pa.bool_(), len(values), [None if known is None else bitmap(known), bits])
