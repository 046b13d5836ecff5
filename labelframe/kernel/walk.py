"""Go over any JSON value, compiled: check it, hash it, find its end. The hash is the one that `content` explains.

In: a buffer, a place, the path of what stands there. Out: where it ends, and its sums added to those given; or that it
is no JSON, or that its value cannot be told here (escapes, a key twice, a number too long or too large).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from labelframe import content
from labelframe.kernel.compiling import compiled, inlined
from labelframe.kernel.numbers import BROKEN as NO_NUMBER
from labelframe.kernel.numbers import UNDECIDED, as_bits, high_product, read_number
from labelframe.kernel.text import BROKEN, after_space, at, literal_end, string_end, word

ROOT = np.uint64(content.ROOT)
_LENGTH, _WORD, _KEY, _PLACE = (np.uint64(each) for each in (content.LENGTH, content.WORD, content.KEY, content.PLACE))
_LEAF, _AGAIN, _SUM = (np.uint64(each) for each in (content.LEAF, content.AGAIN, content.SUM))
NULL, FALSE, TRUE = (np.uint64(each) for each in (content.NULL, content.FALSE, content.TRUE))
EMPTY_OBJECT, EMPTY_LIST = np.uint64(content.EMPTY_OBJECT), np.uint64(content.EMPTY_LIST)
UNHASHED = np.uint64(0)
"""The path of what is not to be hashed."""

DEPTH, KEYS = 64, 256
GOOD, UNTOLD = 0, 1
"""How a walk ends: all is told; it is JSON, but its hash is not told. (BROKEN: it is no JSON.)"""


@inlined
def mixed(a: Any, b: Any) -> Any:
    return (a * b) ^ high_product(a, b)


@inlined
def text_hash(buffer: Any, begin: int, end: int) -> Any:
    value = np.uint64(end - begin) * _LENGTH
    place = begin
    while place + 8 <= end:
        value = mixed(value ^ word(buffer, place), _WORD)
        place += 8
    if place < end:
        last = word(buffer, place) & ((np.uint64(1) << np.uint64(8 * (end - place))) - np.uint64(1))
        value = mixed(value ^ last, _WORD)
    return value


@inlined
def key_step(path: Any, key_hash: Any) -> Any:
    return UNHASHED if path == UNHASHED else mixed(path ^ key_hash, _KEY)


@inlined
def place_step(path: Any, place: int) -> Any:
    return UNHASHED if path == UNHASHED else mixed(path ^ np.uint64(place + 1), _PLACE)


@inlined
def tell(sums: Any, path: Any, value: Any) -> None:
    """Add a leaf to the sums."""
    if path != UNHASHED:
        told = mixed(path ^ value, _LEAF)
        sums[0] += told
        sums[1] += mixed(told ^ _AGAIN, _SUM)


@inlined
def number_hash(value: float) -> Any:
    return np.uint64(0) if value == 0.0 else np.uint64(as_bits(value))


@compiled
def walk_scalar(buffer: Any, place: int, path: Any, sums: Any) -> tuple[int, int]:
    """(where it ends, how it went) of a value that is neither object nor list."""
    byte = at(buffer, place)
    if byte == 0x22:
        end, escaped = string_end(buffer, place + 1)
        if end == BROKEN:
            return place, BROKEN
        if escaped:
            return end + 1, UNTOLD
        if path != UNHASHED:
            tell(sums, path, text_hash(buffer, place + 1, end))
        return end + 1, GOOD
    if byte == 0x2D or 0x30 <= byte <= 0x39:
        value, kind, end = read_number(buffer, place)
        if kind == NO_NUMBER:
            return place, BROKEN
        if kind == UNDECIDED:
            return end, UNTOLD
        tell(sums, path, number_hash(value))
        return end, GOOD
    end = literal_end(buffer, place)
    if end == BROKEN:
        return place, BROKEN
    tell(sums, path, NULL if byte == 0x6E else TRUE if byte == 0x74 else FALSE)
    return end, GOOD


@compiled
def walk(buffer: Any, place: int, path: Any, sums: Any, scratch: Any) -> tuple[int, int]:
    """(where it ends, how it went) of any value. `scratch`: see `new_scratch`; where the walk went not well the sums
    mean nothing."""
    byte = at(buffer, place)
    if byte != 0x7B and byte != 0x5B:
        return walk_scalar(buffer, place, path, sums)
    paths, marks = scratch[:DEPTH], scratch[DEPTH : 2 * DEPTH]
    keys = scratch[2 * DEPTH :]
    depth, met, result = -1, 0, GOOD
    while True:
        # At the first byte of a value.
        byte = at(buffer, place)
        if byte == 0x7B or byte == 0x5B:
            is_list = byte == 0x5B
            place = after_space(buffer, place + 1)
            if at(buffer, place) == (0x5D if is_list else 0x7D):
                tell(sums, path, EMPTY_LIST if is_list else EMPTY_OBJECT)
                place += 1
            else:
                depth += 1
                if depth == DEPTH:
                    return place, BROKEN
                paths[depth] = path
                # Of a list: 1 + twice the elements before; of an object: twice the keys met before it, all below.
                marks[depth] = np.uint64(1 if is_list else 2 * met)
                if is_list:
                    path = place_step(paths[depth], 0)
                    continue
                place, path, met, result = _key(buffer, place, paths[depth], marks[depth], keys, met, result)
                if place == BROKEN:
                    return place, BROKEN
                continue
        else:
            place, how = walk_scalar(buffer, place, path, sums)
            if how == BROKEN:
                return place, BROKEN
            result |= how
        # Behind a value.
        while True:
            if depth < 0:
                return place, result
            is_list = marks[depth] & np.uint64(1) == np.uint64(1)
            place = after_space(buffer, place)
            byte = at(buffer, place)
            if byte == 0x2C:
                place = after_space(buffer, place + 1)
                if is_list:
                    marks[depth] += np.uint64(2)
                    path = place_step(paths[depth], np.int64(marks[depth] >> np.uint64(1)))
                else:
                    place, path, met, result = _key(buffer, place, paths[depth], marks[depth], keys, met, result)
                    if place == BROKEN:
                        return place, BROKEN
                break
            if byte != (0x5D if is_list else 0x7D):
                return place, BROKEN
            if not is_list:
                met = np.int64(marks[depth] >> np.uint64(1))
            depth -= 1
            place += 1


@compiled
def _key(buffer: Any, place: int, path: Any, mark: Any, keys: Any, met: int, result: int) -> tuple[int, Any, int, int]:
    """Read a key and its colon: (the place of its value, the value's path, keys met, how the walk goes)."""
    if at(buffer, place) != 0x22:
        return BROKEN, path, met, result
    end, escaped = string_end(buffer, place + 1)
    if end == BROKEN:
        return BROKEN, path, met, result
    key_hash = text_hash(buffer, place + 1, end)
    if escaped or met >= KEYS:
        result = UNTOLD
    else:
        for index in range(np.int64(mark >> np.uint64(1)), met):
            if keys[index] == key_hash:
                result = UNTOLD
        keys[met] = key_hash
        met += 1
    place = after_space(buffer, end + 1)
    if at(buffer, place) != 0x3A:
        return BROKEN, path, met, result
    return after_space(buffer, place + 1), key_step(path, key_hash), met, result


def new_scratch() -> np.ndarray[Any, Any]:
    """Room for a walk to work in."""
    return np.zeros(2 * DEPTH + KEYS, np.uint64)
