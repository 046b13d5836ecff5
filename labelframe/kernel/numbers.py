"""Read numbers out of bytes, compiled, each rounded to the nearest float64.

In: a buffer and the place of a number. Out: its value, whether it is written as a whole number, and where it ends.
Up to 19 significant digits are decided here: by one division where both parts are exact, else by the method of Eisel
and Lemire (D. Lemire, Number parsing at a gigabyte per second, 2021). What stays undecided is for somebody else.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from labelframe.kernel.compiling import compiled, inlined, intrinsic
from labelframe.kernel.text import at, word, zeros_below

WHOLE, FRACTION, UNDECIDED, BROKEN = 0, 1, 2, 3
"""How a number is written; UNDECIDED: its value must be found elsewhere; BROKEN: it is no number."""

LEAST, MOST = -342, 308  # powers of ten in the table


@intrinsic
def high_product(_: Any, a: Any, b: Any) -> Any:
    """The upper 64 bits of the product of two numbers of 64 bits."""
    from llvmlite import ir
    from numba import types

    signature = types.uint64(types.uint64, types.uint64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(*(builder.zext(each, wide) for each in arguments))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return signature, codegen


@intrinsic
def _leading_zeros(_: Any, a: Any) -> Any:
    from llvmlite import ir
    from numba import types

    signature = types.int64(types.uint64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctlz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return signature, codegen


@intrinsic
def as_float(_: Any, bits: Any) -> Any:
    """The float64 of these bits."""
    from llvmlite import ir
    from numba import types

    signature = types.float64(types.uint64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return signature, codegen


@intrinsic
def as_bits(_: Any, value: Any) -> Any:
    """The bits of a float64."""
    from llvmlite import ir
    from numba import types

    signature = types.int64(types.float64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return signature, codegen


def _powers() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The leading 128 bits of every power of five of the table, upper and lower half: rounded down, of those below one
    up."""
    upper, lower = [], []
    for exponent in range(LEAST, MOST + 1):
        if exponent >= 0:
            power = 5**exponent
            bits = power.bit_length()
            leading = power << 128 - bits if bits <= 128 else power >> bits - 128
        else:
            power = 5**-exponent
            leading = (1 << 127 + power.bit_length()) // power + 1
            if leading >> 128:
                leading >>= 1
        upper.append(leading >> 64)
        lower.append(leading & (1 << 64) - 1)
    return np.array(upper, np.uint64), np.array(lower, np.uint64)


UPPER, LOWER = _powers()
TENS = 10.0 ** np.arange(23)
POWERS = 10 ** np.arange(9, dtype=np.uint64)


@compiled
def _nearest(digits: Any, exponent: int) -> tuple[float, bool]:
    """(digits * 10**exponent to the nearest float64, whether that is decided)"""
    if exponent < -300 or exponent > 300:
        return 0.0, False
    zeros = _leading_zeros(digits)
    digits <<= np.uint64(zeros)
    factor = UPPER[exponent - LEAST]
    low, high = digits * factor, high_product(digits, factor)
    if high & np.uint64(0x1FF) == np.uint64(0x1FF):
        carried = high_product(digits, LOWER[exponent - LEAST])
        low += carried
        if low < carried:
            high += np.uint64(1)
    if low == np.uint64(0xFFFFFFFFFFFFFFFF) and (exponent < -27 or exponent > 55):
        return 0.0, False
    top = high >> np.uint64(63)
    shift = top + np.uint64(9)
    mantissa = high >> shift
    power = ((217706 * exponent) >> 16) + 63 + np.int64(top) - zeros + 1023
    if power <= 0 or power >= 2046:
        return 0.0, False
    halfway = low <= np.uint64(1) and -4 <= exponent <= 23 and mantissa & np.uint64(3) == np.uint64(1)
    if halfway and mantissa << shift == high:
        mantissa &= ~np.uint64(1)  # exactly between two: to the even one
    mantissa = (mantissa + (mantissa & np.uint64(1))) >> np.uint64(1)
    if mantissa >= np.uint64(1 << 53):
        mantissa = np.uint64(1 << 52)
        power += 1
    return as_float((mantissa & ~np.uint64(1 << 52)) | (np.uint64(power) << np.uint64(52))), True


@inlined
def _digits_in(eight: Any) -> int:
    """How many of eight bytes are digits before the first that is none."""
    high = np.uint64(0xF0F0F0F0F0F0F0F0)
    zeros = np.uint64(0x3030303030303030)
    others = ((eight & high) ^ zeros) | (((eight + np.uint64(0x0606060606060606)) & high) ^ zeros)
    return zeros_below(others) >> 3


@inlined
def _of_digits(eight: Any) -> Any:
    """The number that eight digits tell, the first of them in the lowest byte. A zero byte counts as 0."""
    pairs = (eight & np.uint64(0x0F0F0F0F0F0F0F0F)) * np.uint64(10 << 8 | 1) >> np.uint64(8)
    fours = (pairs & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(100 << 16 | 1) >> np.uint64(16)
    return (fours & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(10000 << 32 | 1) >> np.uint64(32)


@compiled
def _significant(buffer: Any, begin: int, end: int) -> int:
    """How many digits there are from the first on that is not 0; there may be a point among them."""
    count = 0
    for place in range(begin, end):
        digit = at(buffer, place)
        if digit != 0x2E and (count > 0 or digit != 0x30):
            count += 1
    return count


@inlined
def read_number(buffer: Any, place: int) -> tuple[float, int, int]:
    """(value, how it is written, the place behind it)"""
    negative = at(buffer, place) == 0x2D
    if negative:
        place += 1
    digits, exponent = np.uint64(0), 0
    kind = WHOLE
    first = begin = place
    while True:
        digit = np.int64(at(buffer, place)) - 0x30
        if digit < 0 or digit > 9:
            break
        digits = digits * np.uint64(10) + np.uint64(digit)
        place += 1
    if place == first or (at(buffer, first) == 0x30 and place > first + 1):
        return 0.0, BROKEN, place
    if at(buffer, place) == 0x2E:
        kind = FRACTION
        place += 1
        first = place
        while True:
            eight = word(buffer, place)
            length = _digits_in(eight)
            if length > 0:
                digits = digits * POWERS[length] + _of_digits(eight << np.uint64(64 - 8 * length))
                place += length
            if length < 8:
                break
        if place == first:
            return 0.0, BROKEN, place
        exponent = first - place
    end = place
    if at(buffer, place) == 0x65 or at(buffer, place) == 0x45:
        kind = FRACTION
        place += 1
        sign = 1
        if at(buffer, place) == 0x2D:
            sign = -1
            place += 1
        elif at(buffer, place) == 0x2B:
            place += 1
        first = place
        power = 0
        while True:
            digit = np.int64(at(buffer, place)) - 0x30
            if digit < 0 or digit > 9:
                break
            if power < 100000:
                power = power * 10 + digit
            place += 1
        if place == first:
            return 0.0, BROKEN, place
        exponent += sign * power
    if end - begin > 19 and _significant(buffer, begin, end) > 19:  # more than 64 bits hold
        return 0.0, UNDECIDED, place
    if digits == np.uint64(0):
        return 0.0, kind if not negative or kind == WHOLE else UNDECIDED, place
    if digits <= np.uint64(1 << 53) and -22 <= exponent <= 0:
        value = np.float64(digits) / TENS[-exponent]
    elif kind == WHOLE:
        return 0.0, UNDECIDED, place  # whole numbers stay exact: a float64 does not hold this one
    else:
        value, decided = _nearest(digits, exponent)
        if not decided:
            return 0.0, UNDECIDED, place
    return -value if negative else value, kind, place
