"""Tell whether two label rows say the same: a hash that heeds neither the order of keys nor how numbers are written.

In: JSON values. Out: two sums of 64 bits each, over all leaves (texts, numbers, true, false, null, empty lists and
objects) of what their path and their value make together. Sums do not heed order, so a label row can be hashed piece by
piece, here and in compiled code, and the pieces be added. It is no cryptographic hash.

    mixed(a, b)      lower ^ upper half of the product of two numbers of 64 bits
    text             t = length * LENGTH, then t = mixed(t ^ word, WORD) for every eight bytes of UTF-8, low ones first
    step to a key    path = mixed(path ^ text(key), KEY)
    step to a place  path = mixed(path ^ (place + 1), PLACE)
    leaf             first += mixed(path ^ value, LEAF), second += mixed(that ^ AGAIN, SUM)

The value of a number is the bits of its float64 (0 for both zeros); of a whole number that a float64 may not hold,
beyond 2^53, that number mixed once more.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

BITS = (1 << 64) - 1
ROOT = 0x9E3779B97F4A7C15
LENGTH = 0xD6E8FEB86659FD93
WORD = 0xA0761D6478BD642F
KEY = 0xE7037ED1A0B428DB
PLACE = 0x8EBC6AF09C88C6E3
LEAF = 0x589965CC75374CC3
AGAIN = 0x1D8E4E27C47D124F
SUM = 0xEB44ACCAB455D165
LARGE = 0xFF51AFD7ED558CCD
NULL, FALSE, TRUE = 0x2545F4914F6CDD1D, 0x9FB21C651E98DF25, 0xC6BC279692B5C323
EMPTY_OBJECT, EMPTY_LIST = 0x94D049BB133111EB, 0xBF58476D1CE4E5B9
EXACT = 1 << 53  # whole numbers up to here are exact as float64

Sums = tuple[int, int]


def mixed(a: int, b: int) -> int:
    product = a * b
    return (product ^ (product >> 64)) & BITS


def text_hash(text: bytes) -> int:
    value = len(text) * LENGTH & BITS
    for place in range(0, len(text), 8):
        value = mixed(value ^ int.from_bytes(text[place : place + 8], "little"), WORD)
    return value


def number_hash(number: float) -> int:
    if type(number) is int and abs(number) > EXACT:
        return mixed(number & BITS, LARGE)
    bits: int = struct.unpack("<Q", struct.pack("<d", number))[0]
    return bits if number else 0


_CONSTANTS = {None: NULL, False: FALSE, True: TRUE}
_KNOWN: dict[str, int] = {}  # texts that were hashed before: most come again
_MANY = 1 << 17


def step(path: int, key: str | int) -> int:
    """The path of what stands at a key of an object, or at a place of a list."""
    return mixed(path ^ (key + 1), PLACE) if isinstance(key, int) else mixed(path ^ _text(key), KEY)


def _text(text: str) -> int:
    known = _KNOWN.get(text)
    if known is None:
        if len(_KNOWN) > _MANY:
            _KNOWN.clear()
        known = _KNOWN[text] = text_hash(text.encode())
    return known


def sums(value: object, path: int = ROOT) -> Sums:
    """The two sums over all leaves of a JSON value that stands at `path`; what is no JSON counts as its text."""
    first = second = 0
    waiting: list[tuple[object, int]] = [(value, path)]
    while waiting:
        part, path = waiting.pop()
        if isinstance(part, Mapping) and part:
            waiting += [(each, mixed(path ^ _text(key), KEY)) for key, each in part.items()]
            continue
        if isinstance(part, list) and part:
            waiting += [(each, mixed(path ^ place, PLACE)) for place, each in enumerate(part, start=1)]
            continue
        if isinstance(part, str):
            leaf = _text(part)
        elif part is None or isinstance(part, bool):
            leaf = _CONSTANTS[part]
        elif isinstance(part, (int, float)):
            leaf = number_hash(part)
        elif isinstance(part, list):
            leaf = EMPTY_LIST
        else:
            leaf = EMPTY_OBJECT if isinstance(part, Mapping) else _text(str(part))
        told = mixed(path ^ leaf, LEAF)
        first += told
        second += mixed(told ^ AGAIN, SUM)
    return first & BITS, second & BITS


def added(*parts: Sums) -> Sums:
    """The sums of a whole from those of its parts."""
    return sum(first for first, _ in parts) & BITS, sum(second for _, second in parts) & BITS


def shown(both: Sums) -> str:
    """Sums as 32 hexadecimal digits."""
    return f"{both[0]:016x}{both[1]:016x}"
