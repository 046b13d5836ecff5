"""Read label rows that are wholly ordinary into cells, compiled.

In: the bytes of label rows. Out: for every JSON object of the grammar's kinds a record of cells, one for each key; the
coordinates of shapes, one after another; the sums of each label row's content hash. No Python object is made for any of
them. What is not ordinary is handed back: an object of a frame by itself, any other thing with its label row. What is
handed back is never judged here: the general path says what is wrong with it, if anything is.

A cell is two numbers. `size` tells what stands there: ABSENT, NULL, WHOLE, FRACTION, FALSE, TRUE, or (0 and more) the
length of a text, or how many elements a list or map has. `begin` is the number of a text that is kept once (`Texts`),
the bits of a float64, a place in the buffer (where negative, -1 less one in `Streams.escaped`), or the first of the
records, coordinates or ranges that belong to it.

The reader is one loop and a stack of the objects that are open: at a value it reads what the grammar says stands there,
behind a value it closes what ends and goes on to the next key.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from labelframe import content
from labelframe.kernel import grammar
from labelframe.kernel.compiling import compiled, entry, inlined
from labelframe.kernel.grammar import (
    ANSWERS,
    BOOL,
    EMPTY,
    HEADER,
    KINDS,
    LABELS,
    LINK,
    LIST,
    LONG,
    MAP,
    NAME,
    NEVER,
    NUMBER,
    NUMBER_OF,
    OBJECT,
    PARENT,
    POLYGONS,
    RANGES,
    RAW,
    REQUIRED,
    SPAN,
    STRING,
    UNHASHED,
    VERTICES,
)
from labelframe.kernel.numbers import FRACTION as FRACTION_NUMBER
from labelframe.kernel.numbers import WHOLE as WHOLE_NUMBER
from labelframe.kernel.numbers import as_bits, as_float, read_number
from labelframe.kernel.text import BROKEN, after_space, at, literal_end, string_end, word
from labelframe.kernel.walk import (
    EMPTY_LIST,
    EMPTY_OBJECT,
    GOOD,
    ROOT,
    key_step,
    new_scratch,
    number_hash,
    place_step,
    tell,
    text_hash,
    walk,
)
from labelframe.kernel.walk import (
    FALSE as FALSE_HASH,
)
from labelframe.kernel.walk import (
    NULL as NULL_HASH,
)
from labelframe.kernel.walk import (
    TRUE as TRUE_HASH,
)
from labelframe.kernel.walk import (
    UNHASHED as NO_PATH,
)

ABSENT, NULL, WHOLE, FRACTION, FALSE, TRUE = -1, -2, -3, -4, -5, -6

# The size of an object's PARENT cell: whether it is read.
READ, ODD, UNREAD = 0, 1, 2
"""READ; ODD: it goes the general path, but is in the content hash; UNREAD: not even that."""

TEXT_ANSWER, NUMBER_ANSWER, OPTIONS_ANSWER = 1, 2, 3
"""The size of an attribute's NAME cell: what its answers are."""

ROW_READ, ROW_ODD = 0, 1
FULL = 2
"""There is no room for what a label row holds: give more, and go on with this row."""

_OBJECT, _FRAME, _JOINT, _ROW, _SHAPE = (NUMBER_OF[name] for name in ("object", "frame", "joint", "row", "shape"))
_IS_MAP, _IS_LIST, _IS_OBJECT = 0, 1, 2
_DEPTH = 24
_OBJECT_HASH, _SHAPE_CELL = KINDS["object"].place["objectHash"], KINDS["object"].place["shape"]
_POLYGONS, _POLYGON = KINDS["object"].place["polygons"], KINDS["object"].place["polygon"]
_GEOMETRY = np.array([KINDS["object"].place[key] for key in grammar.GEOMETRY])
_GEOMETRY_OF = np.array([KINDS["object"].place[key] for key in grammar.SHAPES.values()])
_IN_WHOLE_PIXELS = np.array([KINDS["mask"].place[key] for key in ("width", "height", "top", "left")])
_MASK = KINDS["object"].place["bitmask"]
_MASK_KIND = NUMBER_OF["mask"]
_NUMBER, _NUMBER_ID = (KINDS["object"].place[key] for key in ("objectNumber", "objectId"))


_WORD = np.uint64(content.WORD)


class Cells(NamedTuple):
    """The records of every kind in two arrays: those of a kind begin at `base`, are `width` cells wide, and there is
    room for `room` of them, of which `counts` are made."""

    begin: np.ndarray[Any, Any]
    size: np.ndarray[Any, Any]
    base: np.ndarray[Any, Any]
    width: np.ndarray[Any, Any]
    room: np.ndarray[Any, Any]
    counts: np.ndarray[Any, Any]


class Texts(NamedTuple):
    """Every text once: where it stands in the buffer, its length and hash; `table` finds it by its hash."""

    begin: np.ndarray[Any, Any]
    size: np.ndarray[Any, Any]
    hash: np.ndarray[Any, Any]
    table: np.ndarray[Any, Any]


class Streams(NamedTuple):
    """Values one after another: `numbers` of shapes, `rings` (of polygons: place of the first number, polygons, then
    rings and sizes of rings of each), ends of `ranges`, keys that are `unknown` (kind, record, begin and length of the
    key, begin and end of the value), `escaped` long texts, without their escapes."""

    numbers: np.ndarray[Any, Any]
    rings: np.ndarray[Any, Any]
    ranges: np.ndarray[Any, Any]
    unknown: np.ndarray[Any, Any]
    escaped: np.ndarray[Any, Any]


class Room(NamedTuple):
    """Room for the reader to work in: what is open, the innermost last, and what may have to be taken back."""

    what: np.ndarray[Any, Any]
    kinds: np.ndarray[Any, Any]
    records: np.ndarray[Any, Any]  # of an object; of a map or list the record that has it
    cells_of: np.ndarray[Any, Any]  # of a map or list: its own cell
    met: np.ndarray[Any, Any]  # of an object: bits of its keys; of a map or list: how many elements
    begins: np.ndarray[Any, Any]
    paths: np.ndarray[Any, Any]
    walk: np.ndarray[Any, Any]
    before: np.ndarray[Any, Any]  # the sums before the object of a frame that is open
    kept: np.ndarray[Any, Any]  # the sums before a list of numbers
    counts: np.ndarray[Any, Any]  # of records and of other things, before the label row
    lengths: np.ndarray[Any, Any]


def new_room() -> Room:
    """Room for one reader."""
    numbers = (np.zeros(_DEPTH, np.int64) for _ in range(6))
    sums = (np.zeros(2, np.uint64) for _ in range(2))
    paths = np.zeros(_DEPTH, np.uint64)
    return Room(
        *numbers, paths, new_scratch(), *sums, np.zeros(len(KINDS), np.int64), np.zeros(FULL_KIND + 1, np.int64)
    )


N_TEXTS, N_NUMBERS, N_RINGS, N_RANGES, N_UNKNOWN, N_BYTES, FULL_KIND = 0, 1, 2, 3, 4, 5, 6
"""What `lengths` counts; at the last place the kind whose records have no room, -1 where it is something else."""


@inlined
def find_key(g: Any, kind: int, buffer: Any, begin: int, end: int) -> int:
    """The number of a key of a kind, -1 where it has none that reads so."""
    length = end - begin
    if length == 0:
        return -1
    first = last = word(buffer, begin)
    if length < 8:
        first &= (np.uint64(1) << np.uint64(8 * length)) - np.uint64(1)
        last = first
    else:
        last = word(buffer, end - 8)
    parts = first ^ (last * _WORD) ^ np.uint64(length)
    slot = np.int64(parts * g.factors[kind] >> np.uint64(64 - grammar.SLOT_BITS))
    index = np.int64(g.slots[kind, slot])
    if index < 0 or g.lengths[kind, index] != length:
        return -1
    place, part = begin, 0
    while place + 8 <= end:
        if word(buffer, place) != g.words[kind, index, part]:
            return -1
        place += 8
        part += 1
    if place < end:
        mask = (np.uint64(1) << np.uint64(8 * (end - place))) - np.uint64(1)
        if (word(buffer, place) & mask) != g.words[kind, index, part]:
            return -1
    return index


@inlined
def keep_text(buffer: Any, begin: int, end: int, hashed: Any, texts: Any, lengths: Any) -> int:
    """The number of a text, -1 where there is no room for another."""
    size = end - begin
    mask = np.int64(len(texts.table) - 1)
    slot = np.int64(hashed >> np.uint64(20)) & mask
    while True:
        known = np.int64(texts.table[slot])
        if known < 0:
            known = lengths[N_TEXTS]
            if known >= len(texts.begin):
                return -1
            texts.table[slot] = known
            texts.begin[known], texts.size[known], texts.hash[known] = begin, size, hashed
            lengths[N_TEXTS] = known + 1
            return known
        if texts.hash[known] == hashed and texts.size[known] == size:
            there, place = texts.begin[known], begin
            while place + 8 <= end and word(buffer, there) == word(buffer, place):
                there += 8
                place += 8
            while place < end and at(buffer, there) == at(buffer, place):
                there += 1
                place += 1
            if place == end:
                return known
        slot = (slot + 1) & mask


@inlined
def _without_query(buffer: Any, begin: int, end: int) -> int:
    """Where the query of a link begins, else its end."""
    for place in range(begin, end):
        if at(buffer, place) == 0x3F:
            return place
    return end


@compiled
def _without_escapes(buffer: Any, place: int, end: int, out: Any, to: int) -> int:
    """Copy a text, and tell where the copy ends; BROKEN where it has escapes of other than backslashes, of which run
    lengths are full."""
    while place < end:
        byte = at(buffer, place)
        if byte == 0x5C:
            place += 1
            if at(buffer, place) != 0x5C:
                return BROKEN
        out[to] = byte
        to += 1
        place += 1
    return to


@inlined
def _colon(buffer: Any, place: int) -> int:
    """The place of a value, from behind its key; BROKEN where there is no colon."""
    place = after_space(buffer, place)
    return after_space(buffer, place + 1) if at(buffer, place) == 0x3A else BROKEN


@compiled
def read_ranges(buffer: Any, place: int, path: Any, sums: Any, streams: Any, lengths: Any) -> tuple[int, int]:
    """(place behind it, how many ranges) of [[start, end], ...]; BROKEN where it is anything else."""
    count = 0
    place = after_space(buffer, place + 1)
    if at(buffer, place) == 0x5D:
        tell(sums, path, EMPTY_LIST)
        return place + 1, 0
    while True:
        if at(buffer, place) != 0x5B:
            return BROKEN, 0
        inner = place_step(path, count)
        for end in range(2):
            place = after_space(buffer, place + 1)
            value, kind, place = read_number(buffer, place)
            if kind != WHOLE_NUMBER:
                return BROKEN, 0
            tell(sums, place_step(inner, end), number_hash(value))
            streams.ranges[lengths[N_RANGES]] = np.int64(value)
            lengths[N_RANGES] += 1
            place = after_space(buffer, place)
            if at(buffer, place) != (0x2C if end == 0 else 0x5D):
                return BROKEN, 0
        count += 1
        place = after_space(buffer, place + 1)
        if at(buffer, place) == 0x5D:
            return place + 1, count
        if at(buffer, place) != 0x2C:
            return BROKEN, 0
        place = after_space(buffer, place + 1)


@compiled
def read_polygons(buffer: Any, place: int, path: Any, sums: Any, streams: Any, lengths: Any) -> tuple[int, int]:
    """(place behind it, how many numbers) of [[[x, y, ...], ...], ...], written to numbers and rings; BROKEN where it
    is anything else, where a ring has half a vertex, where there is no vertex at all."""
    numbers, rings = streams.numbers, streams.rings
    n_numbers, n_rings = lengths[N_NUMBERS], lengths[N_RINGS]
    first = n_numbers
    rings[n_rings], head = n_numbers, n_rings + 1
    n_rings += 2
    polygons = 0
    place = after_space(buffer, place + 1)
    if at(buffer, place) == 0x5D:
        return BROKEN, 0
    while True:
        if at(buffer, place) != 0x5B:
            return BROKEN, 0
        of_polygon = place_step(path, polygons)
        polygons += 1
        of_rings, n_rings = n_rings, n_rings + 1
        count = 0
        place = after_space(buffer, place + 1)
        if at(buffer, place) == 0x5D:
            tell(sums, of_polygon, EMPTY_LIST)
        while at(buffer, place) != 0x5D:
            if at(buffer, place) != 0x5B:
                return BROKEN, 0
            of_ring = place_step(of_polygon, count)
            count += 1
            begin = n_numbers
            place = after_space(buffer, place + 1)
            if at(buffer, place) == 0x5D:
                tell(sums, of_ring, EMPTY_LIST)
            while at(buffer, place) != 0x5D:
                value, kind, place = read_number(buffer, place)
                if kind > FRACTION_NUMBER:
                    return BROKEN, 0
                tell(sums, place_step(of_ring, n_numbers - begin), number_hash(value))
                numbers[n_numbers] = value
                n_numbers += 1
                place = after_space(buffer, place)
                if at(buffer, place) == 0x2C:
                    place = after_space(buffer, place + 1)
                    if at(buffer, place) == 0x5D:
                        return BROKEN, 0
                elif at(buffer, place) != 0x5D:
                    return BROKEN, 0
            if (n_numbers - begin) & 1:
                return BROKEN, 0
            rings[n_rings] = n_numbers - begin
            n_rings += 1
            place = after_space(buffer, place + 1)
            if at(buffer, place) == 0x2C:
                place = after_space(buffer, place + 1)
                if at(buffer, place) == 0x5D:
                    return BROKEN, 0
            elif at(buffer, place) != 0x5D:
                return BROKEN, 0
        rings[of_rings] = count
        place = after_space(buffer, place + 1)
        if at(buffer, place) == 0x5D:
            break
        if at(buffer, place) != 0x2C:
            return BROKEN, 0
        place = after_space(buffer, place + 1)
    if n_numbers == first:
        return BROKEN, 0
    rings[head] = polygons
    lengths[N_NUMBERS], lengths[N_RINGS] = n_numbers, n_rings
    return place + 1, n_numbers - first


_X_HASH, _Y_HASH, _Z_HASH = (np.uint64(content.text_hash(key)) for key in (b"x", b"y", b"z"))


@compiled
def read_vertices(buffer: Any, place: int, path: Any, sums: Any, streams: Any, lengths: Any) -> tuple[int, int]:
    """(place behind it, how many vertices) of {"0": {"x": , "y": }, ...}, each written to numbers as x, y, z (NaN: it
    has none; all have one or none has). BROKEN where it is anything else."""
    numbers, n_numbers = streams.numbers, lengths[N_NUMBERS]
    count, with_z = 0, 0
    if at(buffer, place) != 0x7B:
        return BROKEN, 0
    place = after_space(buffer, place + 1)
    while True:
        if at(buffer, place) != 0x22:
            return BROKEN, 0
        key_begin = place + 1
        place = numeral_end(buffer, key_begin, count)
        if place == BROKEN:
            return BROKEN, 0
        of_vertex = key_step(path, text_hash(buffer, key_begin, place))
        place = _colon(buffer, place + 1)
        if place == BROKEN or at(buffer, place) != 0x7B:
            return BROKEN, 0
        seen = 0
        numbers[n_numbers + 2] = np.nan
        while True:
            place = after_space(buffer, place + 1)
            if at(buffer, place) != 0x22 or at(buffer, place + 2) != 0x22:
                return BROKEN, 0
            axis = np.int64(at(buffer, place + 1)) - 0x78
            if axis < 0 or axis > 2 or seen >> axis & 1:
                return BROKEN, 0
            seen |= 1 << axis
            place = _colon(buffer, place + 3)
            if place == BROKEN:
                return BROKEN, 0
            value, kind, place = read_number(buffer, place)
            if kind > FRACTION_NUMBER:
                return BROKEN, 0
            tell(
                sums,
                key_step(of_vertex, _X_HASH if axis == 0 else _Y_HASH if axis == 1 else _Z_HASH),
                number_hash(value),
            )
            numbers[n_numbers + axis] = value
            place = after_space(buffer, place)
            if at(buffer, place) == 0x7D:
                break
            if at(buffer, place) != 0x2C:
                return BROKEN, 0
        if seen & 3 != 3:
            return BROKEN, 0
        with_z += seen >> 2
        n_numbers += 3
        count += 1
        place = after_space(buffer, place + 1)
        if at(buffer, place) == 0x7D:
            break
        if at(buffer, place) != 0x2C:
            return BROKEN, 0
        place = after_space(buffer, place + 1)
    if with_z != 0 and with_z != count:
        return BROKEN, 0
    lengths[N_NUMBERS] = n_numbers
    return place + 1, count


@inlined
def numeral_end(buffer: Any, place: int, number: int) -> int:
    """The place of the quote behind a number that is written in just its digits; BROKEN where another text stands
    there."""
    first, told = place, 0
    while at(buffer, place) != 0x22:
        digit = np.int64(at(buffer, place)) - 0x30
        if digit < 0 or digit > 9 or place > first + 15:
            return BROKEN
        told = told * 10 + digit
        place += 1
    if told != number or place == first or (at(buffer, first) == 0x30 and place > first + 1):
        return BROKEN
    return place


@compiled
def frame_number(buffer: Any, begin: int, end: int) -> int:
    """The number that the key of a frame tells; BROKEN where it is none, or has zeros before it or too many digits."""
    if end == begin or end - begin > 15 or (at(buffer, begin) == 0x30 and end > begin + 1):
        return BROKEN
    number = 0
    for place in range(begin, end):
        digit = np.int64(at(buffer, place)) - 0x30
        if digit < 0 or digit > 9:
            return BROKEN
        number = number * 10 + digit
    return number


@compiled
def _is_plain(g: Any, cells: Any, record: int, streams: Any, buffer: Any, texts: Any) -> bool:
    """Whether an object has the geometry of its shape and no other, and its number where today's exports have it."""
    cell = cells.base[_OBJECT] + record * cells.width[_OBJECT]
    begin, size = cells.begin, cells.size
    if size[cell + _SHAPE_CELL] < 0:
        return False
    text = begin[cell + _SHAPE_CELL]
    shape = find_key(g, _SHAPE, buffer, texts.begin[text], texts.begin[text] + texts.size[text])
    if shape < 0:
        return False
    own = _GEOMETRY_OF[shape]
    for geometry in _GEOMETRY:
        if size[cell + geometry] != ABSENT and geometry != own and not (own == _POLYGONS and geometry == _POLYGON):
            return False
    if own == _POLYGONS:
        polygons, polygon = size[cell + _POLYGONS], size[cell + _POLYGON]
        if polygons < 0:
            return polygon > 0 and not _has_z(streams, begin[cell + _POLYGON], polygon)
        if polygon >= 0 and not _is_outline(streams, begin[cell + _POLYGONS], begin[cell + _POLYGON], polygon):
            return False
    elif size[cell + own] < 0:
        return False
    if own == _MASK:
        mask = cells.base[_MASK_KIND] + begin[cell + _MASK] * cells.width[_MASK_KIND]
        for key in _IN_WHOLE_PIXELS:
            how = size[mask + key]
            if how == WHOLE or how == FRACTION:
                number = as_float(np.uint64(begin[mask + key]))
                if number != np.floor(number) or np.abs(number) >= 2147483648.0:
                    return False
    number, older = size[cell + _NUMBER], size[cell + _NUMBER_ID]
    return (number == WHOLE and older == ABSENT) or (number == ABSENT and (older == WHOLE or older == ABSENT))


@compiled
def _has_z(streams: Any, place: int, count: int) -> bool:
    for vertex in range(count):
        if not np.isnan(streams.numbers[place + 3 * vertex + 2]):
            return True
    return False


@compiled
def _is_outline(streams: Any, rings: int, place: int, count: int) -> bool:
    """Whether the vertices of a `polygon` are the first ring of the first of `polygons`."""
    if streams.rings[rings + 2] == 0 or streams.rings[rings + 3] != 2 * count:
        return False
    first = streams.rings[rings]
    for vertex in range(count):
        there = place + 3 * vertex
        same = streams.numbers[first + 2 * vertex] == streams.numbers[there]
        if not same or streams.numbers[first + 2 * vertex + 1] != streams.numbers[there + 1]:
            return False
        if not np.isnan(streams.numbers[there + 2]):
            return False
    return True


_VALUE, _FIRST, _BEHIND = 0, 1, 2


@compiled
def _read_row(
    buffer: Any,
    place: int,
    end: int,
    row: int,
    g: Any,
    cells: Any,
    texts: Any,
    streams: Any,
    lengths: Any,
    sums: Any,
    room: Any,
) -> int:
    """Read one label row: ROW_READ, ROW_ODD or FULL."""
    begin, size, count = cells.begin, cells.size, cells.counts
    what, kinds, records, cells_of, met, begins, paths = (
        room.what,
        room.kinds,
        room.records,
        room.cells_of,
        room.met,
        room.begins,
        room.paths,
    )
    scratch, before, kept = room.walk, room.before, room.kept
    top = -1
    outer = -1  # where in all that is the object of a frame
    late = False  # that object goes the general path

    want, kind, flags, path, cell, owner = OBJECT, _ROW, 0, ROOT, -1, row
    name_begin, name_size = 0, ABSENT
    place = after_space(buffer, place)
    phase = _VALUE
    while True:
        is_closing = False
        is_next = False
        abort = False  # the object of a frame that is open has something whose hash is not told
        if phase == _VALUE:
            # At the first byte of a value: what is wanted there, of what kind, for which cell of the record `owner`.
            byte = at(buffer, place)
            after = BROKEN  # behind it, where it is what is wanted
            is_open = False
            if byte == 0x6E and cell >= 0 and flags & REQUIRED == 0 and want != NEVER:
                after = literal_end(buffer, place)
                if after == BROKEN:
                    return ROW_ODD
                size[cell] = NULL
                tell(sums, path, NULL_HASH)
            elif want == STRING:
                if byte == 0x22:
                    last, escaped = string_end(buffer, place + 1)
                    if last == BROKEN:
                        return ROW_ODD
                    if escaped:
                        abort = True
                    else:
                        hashed = text_hash(buffer, place + 1, last)
                        number = keep_text(buffer, place + 1, last, hashed, texts, lengths)
                        if number < 0:
                            return FULL
                        begin[cell], size[cell] = number, last - place - 1
                        if flags & LINK:
                            hashed = text_hash(buffer, place + 1, _without_query(buffer, place + 1, last))
                        tell(sums, path, hashed)
                        after = last + 1
            elif want == NUMBER:
                if byte == 0x2D or 0x30 <= byte <= 0x39:
                    value, how, last = read_number(buffer, place)
                    if how <= FRACTION_NUMBER:
                        begin[cell] = as_bits(value)
                        size[cell] = WHOLE if how == WHOLE_NUMBER else FRACTION
                        tell(sums, path, number_hash(value))
                        after = last
            elif want == BOOL:
                if byte == 0x74 or byte == 0x66:
                    after = literal_end(buffer, place)
                    if after == BROKEN:
                        return ROW_ODD
                    size[cell] = TRUE if byte == 0x74 else FALSE
                    tell(sums, path, TRUE_HASH if byte == 0x74 else FALSE_HASH)
            elif want == OBJECT or want == MAP:
                is_open = byte == 0x7B
            elif want == LIST:
                is_open = byte == 0x5B
            elif want == LABELS:
                is_open = byte == 0x7B
                if is_open:
                    inner = after_space(buffer, place + 1)
                    is_map = at(buffer, inner) == 0x7D or 0x30 <= at(buffer, inner + 1) <= 0x39
                    want = MAP if is_map else OBJECT
            elif want == POLYGONS or want == VERTICES or want == RANGES:
                kept[0], kept[1] = sums[0], sums[1]
                if want == POLYGONS:
                    begin[cell] = lengths[N_RINGS]
                    if byte == 0x5B:
                        after, number = read_polygons(buffer, place, path, sums, streams, lengths)
                elif want == VERTICES:
                    begin[cell] = lengths[N_NUMBERS]
                    after, number = read_vertices(buffer, place, path, sums, streams, lengths)
                else:
                    begin[cell] = lengths[N_RANGES]
                    if byte == 0x5B:
                        after, number = read_ranges(buffer, place, path, sums, streams, lengths)
                if after == BROKEN:
                    sums[0], sums[1] = kept[0], kept[1]
                else:
                    size[cell] = number
            elif want == LONG:
                if byte == 0x22:
                    last, escaped = string_end(buffer, place + 1)
                    if last == BROKEN:
                        return ROW_ODD
                    if escaped:
                        first = lengths[N_BYTES]
                        number = _without_escapes(buffer, place + 1, last, streams.escaped, first)
                        abort = number == BROKEN
                        if not abort:
                            begin[cell], size[cell] = -1 - first, number - first
                            tell(sums, path, text_hash(streams.escaped, first, number))
                            lengths[N_BYTES] = number
                            after = last + 1
                    else:
                        begin[cell], size[cell] = place + 1, last - place - 1
                        tell(sums, path, text_hash(buffer, place + 1, last))
                        after = last + 1
            elif want == RAW:
                last, how = walk(buffer, place, path, sums, scratch)
                if how == BROKEN:
                    return ROW_ODD
                if how == GOOD:
                    begin[cell], size[cell] = place, last - place
                    after = last
                else:
                    abort = True
            elif want == ANSWERS:
                if byte == 0x5B:
                    size[_name_cell(cells, owner)] = OPTIONS_ANSWER
                    want, is_open = LIST, True
                else:
                    after = _read_answer(buffer, place, path, sums, cells, cell, owner, texts, lengths)
                    if after == -FULL:
                        return FULL
            elif want == EMPTY:
                if byte == 0x7B or byte == 0x5B:
                    last = after_space(buffer, place + 1)
                    if at(buffer, last) == byte + 2:
                        begin[cell], size[cell] = place, 0
                        tell(sums, path, EMPTY_OBJECT if byte == 0x7B else EMPTY_LIST)
                        after = last + 1

            if abort:
                pass
            elif is_open:
                top += 1
                kinds[top], paths[top], begins[top], met[top] = kind, path, place, 0
                if want == OBJECT:
                    record = count[kind]
                    if record >= cells.room[kind]:
                        lengths[FULL_KIND] = kind
                        return FULL
                    count[kind] = record + 1
                    first = cells.base[kind] + record * cells.width[kind]
                    for index in range(first, first + cells.width[kind]):
                        size[index] = ABSENT
                    begin[first + PARENT], size[first + PARENT] = owner, READ
                    begin[first + SPAN] = place
                    begin[first + NAME], size[first + NAME] = name_begin, name_size
                    what[top], records[top] = _IS_OBJECT, record
                    if cell >= 0:
                        begin[cell], size[cell] = record, 1
                    if kind == _OBJECT:
                        outer, late = top, False
                        before[0], before[1] = sums[0], sums[1]
                else:
                    what[top] = _IS_LIST if want == LIST else _IS_MAP
                    records[top], cells_of[top] = owner, cell
                    begin[cell] = count[kind]
                place = after_space(buffer, place + 1)
                phase = _FIRST
            elif after != BROKEN:
                place = after
                phase = _BEHIND
            elif outer < 0:
                return ROW_ODD
            else:
                last, how = walk(buffer, place, path, sums, scratch)
                if how == BROKEN:
                    return ROW_ODD
                abort = how != GOOD
                late = True
                place = last
                phase = _BEHIND
        else:
            if phase == _BEHIND:
                if top < 0:
                    if place < end:
                        place = after_space(buffer, place)
                    return ROW_READ if place == end else ROW_ODD
                place = after_space(buffer, place)
            byte = at(buffer, place)
            if byte == (0x5D if what[top] == _IS_LIST else 0x7D):
                if phase == _FIRST:
                    tell(sums, paths[top], EMPTY_LIST if what[top] == _IS_LIST else EMPTY_OBJECT)
                is_closing = True
            elif phase == _FIRST:
                is_next = True
            elif byte == 0x2C:
                place = after_space(buffer, place + 1)
                is_next = True
            else:
                return ROW_ODD

        if is_closing:
            place += 1
            phase = _BEHIND
            kind = kinds[top]
            if what[top] == _IS_OBJECT:
                first = cells.base[kind] + records[top] * cells.width[kind]
                size[first + SPAN] = place - begins[top]
                if met[top] & g.required[kind] != g.required[kind]:
                    if outer < 0:
                        return ROW_ODD
                    late = True
                if top == outer:
                    if size[first + _OBJECT_HASH] < 0:
                        return ROW_ODD
                    if late or not _is_plain(g, cells, records[top], streams, buffer, texts):
                        size[first + PARENT] = ODD
                    outer = -1
            else:
                size[cells_of[top]] = met[top]
            top -= 1
        elif is_next and what[top] == _IS_LIST:
            want, kind, flags, cell, owner = OBJECT, kinds[top], REQUIRED, -1, records[top]
            path = place_step(paths[top], met[top])
            name_begin, name_size = met[top], ABSENT
            met[top] += 1
            phase = _VALUE
        elif is_next:
            if at(buffer, place) != 0x22:
                return ROW_ODD
            key_begin = place + 1
            key_end, escaped = string_end(buffer, key_begin)
            if key_end == BROKEN:
                return ROW_ODD
            place = _colon(buffer, key_end + 1)
            if place == BROKEN:
                return ROW_ODD
            kind = kinds[top]
            if escaped:
                abort = True
            elif what[top] == _IS_MAP:
                hashed = text_hash(buffer, key_begin, key_end)
                if kind == _FRAME:
                    name_begin, name_size = frame_number(buffer, key_begin, key_end), WHOLE
                    if name_begin == BROKEN:
                        return ROW_ODD
                elif kind == _JOINT:
                    name_begin, name_size = met[top], WHOLE
                    if numeral_end(buffer, key_begin, met[top]) != key_end:
                        late = True
                else:
                    name_begin = keep_text(buffer, key_begin, key_end, hashed, texts, lengths)
                    name_size = key_end - key_begin
                    if name_begin < 0:
                        return FULL
                met[top] += 1
                want, flags, cell, owner = OBJECT, REQUIRED, -1, records[top]
                path = key_step(paths[top], hashed)
                phase = _VALUE
            else:
                index = find_key(g, kind, buffer, key_begin, key_end)
                if index >= 0:
                    if met[top] >> index & 1:
                        return ROW_ODD
                    met[top] |= 1 << index
                    owner = records[top]
                    cell = cells.base[kind] + owner * cells.width[kind] + HEADER + index
                    want, flags = g.types[kind, index], g.flags[kind, index]
                    path = NO_PATH if flags & UNHASHED else key_step(paths[top], g.hashes[kind, index])
                    kind = g.kinds[kind, index]
                    name_size = ABSENT
                    phase = _VALUE
                else:
                    path = key_step(paths[top], text_hash(buffer, key_begin, key_end))
                    last, how = walk(buffer, place, path, sums, scratch)
                    if how == BROKEN:
                        return ROW_ODD
                    abort = how != GOOD
                    if g.keeps[kind] != 0 and not abort:
                        number = lengths[N_UNKNOWN]
                        if number >= len(streams.unknown):
                            return FULL
                        if _is_met(buffer, key_begin, key_end, kind, records[top], streams, number):
                            return ROW_ODD
                        streams.unknown[number, 0], streams.unknown[number, 1] = kind, records[top]
                        streams.unknown[number, 2], streams.unknown[number, 3] = key_begin, key_end - key_begin
                        streams.unknown[number, 4], streams.unknown[number, 5] = place, last
                        lengths[N_UNKNOWN] = number + 1
                    elif outer >= 0:
                        late = True
                    elif not abort:
                        return ROW_ODD
                    place = last
                    phase = _BEHIND

        if abort:
            if outer < 0:
                return ROW_ODD
            first = cells.base[_OBJECT] + records[outer] * cells.width[_OBJECT]
            if size[first + _OBJECT_HASH] < 0:
                return ROW_ODD
            last, how = walk(buffer, begins[outer], NO_PATH, sums, scratch)
            if how == BROKEN:
                return ROW_ODD
            sums[0], sums[1] = before[0], before[1]
            size[first + PARENT], size[first + SPAN] = UNREAD, last - begins[outer]
            top, outer = outer - 1, -1
            place = last
            phase = _BEHIND


@compiled
def _is_met(buffer: Any, key_begin: int, key_end: int, kind: int, record: int, streams: Any, number: int) -> bool:
    """Whether a record has this unknown key already."""
    unknown = streams.unknown
    number -= 1
    while number >= 0 and unknown[number, 0] == kind and unknown[number, 1] == record:
        if unknown[number, 3] == key_end - key_begin:
            same = True
            for offset in range(key_end - key_begin):
                same &= at(buffer, unknown[number, 2] + offset) == at(buffer, key_begin + offset)
            if same:
                return True
        number -= 1
    return False


_ATTRIBUTE = NUMBER_OF["attribute"]


@compiled
def _name_cell(cells: Any, record: int) -> int:
    """The NAME cell of an attribute, which tells what its answers are."""
    return cells.base[_ATTRIBUTE] + record * cells.width[_ATTRIBUTE] + NAME


@compiled
def _read_answer(
    buffer: Any, place: int, path: Any, sums: Any, cells: Any, cell: int, record: int, texts: Any, lengths: Any
) -> int:
    """Read an answer that is a text or a number, of which the text is kept; BROKEN, or -FULL."""
    byte = at(buffer, place)
    if byte == 0x22:
        end, escaped = string_end(buffer, place + 1)
        if end == BROKEN or escaped:
            return BROKEN
        begin, after, told = place + 1, end + 1, text_hash(buffer, place + 1, end)
        cells.size[cell] = end - begin
    elif byte == 0x2D or 0x30 <= byte <= 0x39:
        value, how, end = read_number(buffer, place)
        if how > FRACTION_NUMBER:
            return BROKEN
        begin, after, told = place, end, number_hash(value)
        cells.begin[cell], cells.size[cell] = as_bits(value), WHOLE if how == WHOLE_NUMBER else FRACTION
    else:
        return BROKEN
    number = keep_text(buffer, begin, end, text_hash(buffer, begin, end), texts, lengths)
    if number < 0:
        return -FULL
    name = _name_cell(cells, record)
    cells.begin[name], cells.size[name] = number, TEXT_ANSWER if byte == 0x22 else NUMBER_ANSWER
    tell(sums, path, told)
    return after


@compiled
def _copy(numbers: Any, to: Any, first: int, last: int) -> None:
    for index in range(first, last):
        to[index] = numbers[index]


@entry(gives=1)
def read_rows(
    buffer: Any,
    begins: Any,
    ends: Any,
    first: int,
    status: Any,
    sums: Any,
    g: Any,
    cells: Any,
    texts: Any,
    streams: Any,
    lengths: Any,
    room: Any,
) -> int:
    """Read label rows from `first` on, but those that `status` says are odd, and tell of each in `status` and `sums`.
    The number of the row for which there is no room, else how many there are. (Texts of a row that is odd are kept:
    they cost nothing but room.)"""
    saved, saved_lengths = room.counts, room.lengths
    for row in range(first, len(begins)):
        if status[row] != ROW_READ:
            continue
        _copy(cells.counts, saved, 0, len(saved))
        _copy(lengths, saved_lengths, 0, FULL_KIND)
        sums[row, 0] = sums[row, 1] = np.uint64(0)
        how = _read_row(buffer, begins[row], ends[row], row, g, cells, texts, streams, lengths, sums[row], room)
        if how != ROW_READ:
            _copy(saved, cells.counts, 0, len(saved))
            _copy(saved_lengths, lengths, 1, FULL_KIND)
        if how == FULL:
            return row
        status[row] = how
    return len(begins)
