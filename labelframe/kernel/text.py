"""Read strings, white space and single numbers out of bytes, compiled.

In: a buffer of bytes with 64 bytes of padding at its end, and a place in it. Out: where what begins there ends. Nothing
here reads beyond the padding. numba has no types for mypy: what is compiled is typed by its docstring.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from labelframe.kernel.compiling import compiled, inlined, intrinsic

PADDING = 64
BROKEN = -1
"""What a reader gives instead of a place where there is no such value."""

QUOTE, BACKSLASH = 0x22, 0x5C


@intrinsic
def special(_: Any, buffer: Any, place: Any) -> Any:
    """How many of the 16 bytes from `place` on come before the first that is no plain character of a string: a quote, a
    backslash, a control character or a byte beyond ASCII. 16 where all are plain."""
    from llvmlite import ir
    from numba import types

    signature = types.int64(buffer, types.int64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        vector = ir.VectorType(ir.IntType(8), 16)
        pointer = builder.gep(array.data, [arguments[1]], source_etype=ir.IntType(8))
        loaded = builder.load(pointer, align=1, typ=vector)

        def all_of(byte: int) -> Any:
            return ir.Constant(vector, [ir.Constant(ir.IntType(8), byte)] * 16)

        # As signed numbers, bytes beyond ASCII are below the control characters.
        odd = builder.icmp_signed("<", loaded, all_of(0x20))
        for byte in (QUOTE, BACKSLASH):
            odd = builder.or_(odd, builder.icmp_unsigned("==", loaded, all_of(byte)))
        mask = builder.zext(builder.bitcast(odd, ir.IntType(16)), ir.IntType(64))
        bounded = builder.or_(mask, ir.Constant(ir.IntType(64), 1 << 16))
        return builder.cttz(bounded, ir.Constant(ir.IntType(1), 0))

    return signature, codegen


@intrinsic
def word(_: Any, buffer: Any, place: Any) -> Any:
    """The eight bytes from `place` on as a number, low ones first."""
    from llvmlite import ir
    from numba import types

    signature = types.uint64(buffer, types.int64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = builder.gep(array.data, [arguments[1]], source_etype=ir.IntType(8))
        return builder.load(pointer, align=1, typ=ir.IntType(64))

    return signature, codegen


if os.environ.get("NUMBA_BOUNDSCHECK") == "1":

    @inlined
    def at(buffer: Any, place: int) -> int:
        """The byte at a place."""
        return buffer[place]

else:

    @intrinsic
    def at(_: Any, buffer: Any, place: Any) -> Any:
        """The byte at a place; numba's own way asks each time whether the place counts from the end."""
        from llvmlite import ir
        from numba import types

        signature = types.uint8(buffer, types.int64)

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            array = context.make_array(signature.args[0])(context, builder, arguments[0])
            return builder.load(builder.gep(array.data, [arguments[1]], source_etype=ir.IntType(8)))

        return signature, codegen


@intrinsic
def zeros_below(_: Any, bits: Any) -> Any:
    """How many zero bits there are below the lowest that is set; 64 where none is."""
    from llvmlite import ir
    from numba import types

    signature = types.int64(types.uint64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return signature, codegen


@inlined
def after_space(buffer: Any, place: int) -> int:
    """The next place that holds no white space."""
    while True:
        byte = at(buffer, place)
        if byte != 0x20 and byte != 0x0A and byte != 0x0D and byte != 0x09:
            return place
        place += 1


@compiled
def string_end(buffer: Any, place: int) -> tuple[int, bool]:
    """Of the text of a string that begins at `place`, behind its quote: (the place of its closing quote, whether it
    has escapes); BROKEN where JSON allows no such string."""
    escaped = False
    while True:
        plain = special(buffer, place)
        place += plain
        if plain == 16:
            continue
        byte = at(buffer, place)
        if byte == QUOTE:
            return place, escaped
        if byte == BACKSLASH:
            escaped = True
            place = _after_escape(buffer, place)
        elif byte < 0x20:
            return BROKEN, escaped
        else:
            place = _after_character(buffer, place)
        if place == BROKEN:
            return BROKEN, escaped


@compiled
def _after_escape(buffer: Any, place: int) -> int:
    byte = at(buffer, place + 1)
    if byte != 0x75:
        for known in (0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74):
            if byte == known:
                return place + 2
        return BROKEN
    code = _hexadecimal(buffer, place + 2)
    if code < 0 or 0xDC00 <= code < 0xE000:
        return BROKEN
    if code < 0xD800 or code >= 0xE000:
        return place + 6
    if at(buffer, place + 6) != BACKSLASH or at(buffer, place + 7) != 0x75:
        return BROKEN
    low = _hexadecimal(buffer, place + 8)
    return place + 12 if 0xDC00 <= low < 0xE000 else BROKEN


@compiled
def _hexadecimal(buffer: Any, place: int) -> int:
    code = 0
    for index in range(place, place + 4):
        byte = np.int64(at(buffer, index))
        if 0x30 <= byte <= 0x39:
            digit = byte - 0x30
        elif 0x41 <= (byte & 0xDF) <= 0x46:
            digit = (byte & 0xDF) - 0x37
        else:
            return -1
        code = code * 16 + digit
    return code


@compiled
def _after_character(buffer: Any, place: int) -> int:
    """Behind a character of two to four bytes of UTF-8; BROKEN where it is none: overlong, a surrogate, too high."""
    first, second = np.int64(at(buffer, place)), np.int64(at(buffer, place + 1))
    low, high = np.int64(0x80), np.int64(0xBF)
    if 0xC2 <= first <= 0xDF:
        length = 2
    elif 0xE0 <= first <= 0xEF:
        length = 3
        if first == 0xE0:
            low = np.int64(0xA0)
        elif first == 0xED:
            high = np.int64(0x9F)
    elif 0xF0 <= first <= 0xF4:
        length = 4
        if first == 0xF0:
            low = np.int64(0x90)
        elif first == 0xF4:
            high = np.int64(0x8F)
    else:
        return BROKEN
    if second < low or second > high:
        return BROKEN
    for index in range(place + 2, place + length):
        if at(buffer, index) & 0xC0 != 0x80:
            return BROKEN
    return place + length


@inlined
def literal_end(buffer: Any, place: int) -> int:
    """Behind a true, false or null; BROKEN where it is none of them."""
    first = at(buffer, place)
    if first == 0x66:  # f
        rest = word(buffer, place + 1) & np.uint64(0xFFFFFFFF)
        return place + 5 if rest == np.uint64(0x65736C61) else BROKEN
    rest = word(buffer, place) & np.uint64(0xFFFFFFFF)
    return place + 4 if rest == np.uint64(0x65757274) or rest == np.uint64(0x6C6C756E) else BROKEN
