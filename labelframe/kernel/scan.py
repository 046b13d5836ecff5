"""Find where label rows begin and end, compiled, 64 bytes at a time.

In: bytes of a list of label rows, or of lines. Out: the begins and ends of whole ones. They are not checked: a quote
or brace too many is told by whoever reads them. What follows a backslash has no meaning, wherever that stands.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from labelframe.kernel.compiling import compiled, entry, intrinsic
from labelframe.kernel.text import zeros_below

WIDTH = 64
UNENDED = -1

ENDED, STRANGE, FULL = 0, 1, 2
"""How a scan ends: with the bytes; at something that stands between no two label rows; without room for another."""


@intrinsic
def _equal(_: Any, buffer: Any, place: Any, byte: Any) -> Any:
    """Bits of the 64 bytes from `place` on that are equal to one."""
    from llvmlite import ir
    from numba import types

    signature = types.uint64(buffer, types.int64, types.uint8)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        vector = ir.VectorType(ir.IntType(8), WIDTH)
        pointer = builder.gep(array.data, [arguments[1]], source_etype=ir.IntType(8))
        loaded = builder.load(pointer, align=1, typ=vector)
        first = builder.insert_element(ir.Constant(vector, ir.Undefined), arguments[2], ir.Constant(ir.IntType(32), 0))
        places = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [ir.Constant(ir.IntType(32), 0)] * WIDTH)
        all_of = builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), places)
        return builder.bitcast(builder.icmp_unsigned("==", loaded, all_of), ir.IntType(64))

    return signature, codegen


@intrinsic
def _count(_: Any, bits: Any) -> Any:
    from numba import types

    signature = types.int64(types.uint64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return signature, codegen


@compiled
def _escaped(slashes: Any, carried: bool) -> tuple[Any, bool]:
    """(bits that a backslash escapes, whether the first bit of the next 64 is escaped)"""
    bits = np.uint64(0)
    escapes = carried
    for index in range(WIDTH):
        bit = np.uint64(1) << np.uint64(index)
        if escapes:
            bits |= bit
            escapes = False
        elif slashes & bit:
            escapes = True
    return bits, escapes


@compiled
def _object_end(buffer: Any, place: int, end: int) -> int:
    """Behind the object that begins at `place`; UNENDED where it does not end before `end`."""
    depth = 0
    within = np.uint64(0)  # all bits set where a string goes on from the 64 bytes before
    escapes = False
    while place < end:
        quotes, slashes = _equal(buffer, place, np.uint8(0x22)), _equal(buffer, place, np.uint8(0x5C))
        opening, closing = _equal(buffer, place, np.uint8(0x7B)), _equal(buffer, place, np.uint8(0x7D))
        if place + WIDTH > end:
            there = (np.uint64(1) << np.uint64(end - place)) - np.uint64(1)
            quotes &= there
            slashes &= there
            opening &= there
            closing &= there
        if slashes != np.uint64(0) or escapes:
            escaped, escapes = _escaped(slashes, escapes)
            quotes &= ~escaped
        strings = quotes
        for shift in (1, 2, 4, 8, 16, 32):
            strings ^= strings << np.uint64(shift)
        strings ^= within
        within = np.uint64(0) - (strings >> np.uint64(63))
        opening &= ~strings
        closing &= ~strings
        closed = _count(closing)
        if closed < depth:
            depth += _count(opening) - closed
        else:
            braces = opening | closing
            while braces != np.uint64(0):
                index = zeros_below(braces)
                bit = np.uint64(1) << np.uint64(index)
                if opening & bit:
                    depth += 1
                else:
                    depth -= 1
                    if depth == 0:
                        return place + index + 1
                braces &= braces - np.uint64(1)
        place += WIDTH
    return UNENDED


@compiled
def _is_space(byte: int) -> bool:
    return byte == 0x20 or byte == 0x0A or byte == 0x0D or byte == 0x09


@entry(gives=2)
def find_rows(buffer: Any, place: int, end: int, comma_first: bool, begins: Any, ends: Any) -> tuple[int, int]:
    """Find the objects of a list, with a comma between each two: (how many, how the scan ended)."""
    count = 0
    while True:
        for part in range(0 if comma_first else 1, 2):
            while place < end and _is_space(buffer[place]):
                place += 1
            if place == end:
                return count, ENDED
            if buffer[place] != (0x2C if part == 0 else 0x7B):
                return count, STRANGE
            if part == 0:
                place += 1
        if count == len(begins):
            return count, FULL
        after = _object_end(buffer, place, end)
        if after == UNENDED:
            return count, ENDED
        begins[count], ends[count] = place, after
        count += 1
        place = after
        comma_first = True


@entry(gives=3)
def find_lines(buffer: Any, place: int, end: int, begins: Any, ends: Any) -> tuple[int, int, int]:
    """Find whole lines that are not empty: (how many, how the scan ended, the place behind the last line read). A
    line that begins or ends with a comma is strange."""
    count = 0
    while True:
        stop = place
        while stop < end and buffer[stop] != 0x0A:
            stop += 1
        if stop == end:
            return count, ENDED, place
        first, last = place, stop
        while first < last and _is_space(buffer[first]):
            first += 1
        while last > first and _is_space(buffer[last - 1]):
            last -= 1
        if first < last:
            if buffer[first] == 0x2C or buffer[last - 1] == 0x2C:
                return count, STRANGE, place
            if count == len(begins):
                return count, FULL, place
            begins[count], ends[count] = place, stop
            count += 1
        place = stop + 1


@entry(gives=1)
def rows_before(buffer: Any, begins: Any, ends: Any, asked: Any, text: Any) -> int:
    """How many rows there are before the first of those asked for that holds a text twice. The text begins and ends
    with the same byte."""
    size = len(text)
    for row in range(len(begins)):
        count = 0
        place, last = begins[row], ends[row] - size if asked[row] else np.int64(-1)
        while place <= last:
            bits = _equal(buffer, place, text[0]) & _equal(buffer, place + size - 1, text[0])
            while bits != np.uint64(0):
                begin = place + zeros_below(bits)
                bits &= bits - np.uint64(1)
                index = 1
                while index < size and buffer[begin + index] == text[index]:
                    index += 1
                count += index == size and begin <= last
            place += WIDTH
        if count > 1:
            return row
    return len(begins)
