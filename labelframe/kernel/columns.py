"""Make columns of cells, compiled: dictionaries, strings, times, run lengths of masks, and who owns what.

In: arrays of a batch. Out: arrays that are given, filled.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from labelframe.kernel.compiling import compiled, entry, inlined, intrinsic
from labelframe.kernel.text import at, word


@entry(gives=0)
def fill_table(hashes: Any, count: int, table: Any) -> None:
    """Fill the table that finds texts by their hashes."""
    mask = np.int64(len(table) - 1)
    for number in range(count):
        slot = np.int64(hashes[number] >> np.uint64(20)) & mask
        while table[slot] >= 0:
            slot = (slot + 1) & mask
        table[slot] = number


@entry(gives=2)
def distinct(texts: Any, sizes: Any, scratch: Any, codes: Any, used: Any) -> tuple[int, int]:
    """(how many texts are distinct, how long these are in all); `scratch` has -1 for every text there is, before and
    after."""
    count = total = 0
    for row in range(len(texts)):
        text = texts[row]
        if text < 0:
            codes[row] = -1
            continue
        code = scratch[text]
        if code < 0:
            code = scratch[text] = count
            used[count] = text
            total += sizes[text]
            count += 1
        codes[row] = code
    for index in range(count):
        scratch[used[index]] = -1
    return count, total


@entry(gives=1)
def text_length(texts: Any, sizes: Any) -> int:
    """How long texts are in all."""
    total = 0
    for row in range(len(texts)):
        if texts[row] >= 0:
            total += sizes[texts[row]]
    return total


SLACK = 16  # bytes behind the texts that are copied, which may be overwritten


@intrinsic
def _move(_: Any, buffer: Any, begin: Any, data: Any, place: Any) -> Any:
    """Copy SLACK bytes."""
    from llvmlite import ir
    from numba import types

    signature = types.void(buffer, types.int64, data, types.int64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector, pointers = ir.VectorType(ir.IntType(8), SLACK), []
        for kind, array, offset in ((buffer, *arguments[:2]), (data, *arguments[2:])):
            there = context.make_array(kind)(context, builder, array).data
            place = builder.gep(there, [offset], source_etype=ir.IntType(8))
            pointers.append(builder.bitcast(place, vector.as_pointer()))
        builder.store(builder.load(pointers[0], align=1, typ=vector), pointers[1], align=1)
        return context.get_dummy_value()

    return signature, codegen


@inlined
def _copy(buffer: Any, begin: int, data: Any, first: int, last: int) -> None:
    """Copy bytes, and up to SLACK more, which are overwritten by the next or cut off."""
    for place in range(first, last, SLACK):
        _move(buffer, begin + place - first, data, place)


@entry(gives=0)
def copy_texts(buffer: Any, begins: Any, sizes: Any, texts: Any, offsets: Any, data: Any) -> None:
    """Copy texts, one after another, and tell where each begins. `data` has SLACK bytes more."""
    place = 0
    offsets[0] = 0
    for row in range(len(texts)):
        text = texts[row]
        if text >= 0:
            _copy(buffer, begins[text], data, place, place + sizes[text])
            place += sizes[text]
        offsets[row + 1] = place


@entry(gives=0)
def copy_spans(buffer: Any, others: Any, begins: Any, offsets: Any, data: Any) -> None:
    """Copy pieces of `buffer`, or where their begin is negative of `others`. `data` has SLACK bytes more."""
    for row in range(len(begins)):
        if begins[row] >= 0:
            _copy(buffer, begins[row], data, offsets[row], offsets[row + 1])
        else:
            _copy(others, -1 - begins[row], data, offsets[row], offsets[row + 1])


@compiled
def _digits(buffer: Any, place: int, count: int) -> int:
    """The number that digits tell, -1 where there are others."""
    number = 0
    for index in range(place, place + count):
        digit = np.int64(at(buffer, index)) - 0x30
        if digit < 0 or digit > 9:
            return -1
        number = number * 10 + digit
    return number


@compiled
def _is_letter(byte: int) -> bool:
    return 0x41 <= (byte & 0xDF) <= 0x5A


_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = np.array([int.from_bytes(name.encode(), "little") for name in _NAMES])
_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@compiled
def _microseconds(year: int, month: int, day: int, buffer: Any, clock: int) -> int:
    """Microseconds since 1970 of a date and the hh:mm:ss at `clock`; -1 << 63 where there is no such time."""
    none = np.int64(-1) << np.int64(63)
    hour, minute, second = _digits(buffer, clock, 2), _digits(buffer, clock + 3, 2), _digits(buffer, clock + 6, 2)
    if at(buffer, clock + 2) != 0x3A or at(buffer, clock + 5) != 0x3A:
        return none
    if hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0 or second > 59:
        return none
    if year < 1 or month < 1 or month > 12 or day < 1:
        return none
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if day > _DAYS[month - 1] + (1 if leap and month == 2 else 0):
        return none
    # Days since 1970, of years that begin in March.
    shifted = year - (1 if month <= 2 else 0)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month + (9 if month <= 2 else -3)) + 2) // 5 + day - 1
    days = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000000


@entry(gives=0)
def read_times(buffer: Any, begins: Any, sizes: Any, texts: Any, times: Any) -> None:
    """Times in the two spellings that nearly all exports have, as microseconds since 1970; -1 << 63 for others."""
    none = np.int64(-1) << np.int64(63)
    for row in range(len(texts)):
        place, size = begins[texts[row]], sizes[texts[row]]
        times[row] = none
        if size == 19 and at(buffer, place + 4) == 0x2D and at(buffer, place + 7) == 0x2D:
            # 2023-02-09 14:12:03, or with a T
            if at(buffer, place + 10) == 0x20 or at(buffer, place + 10) == 0x54:
                year, month, day = (
                    _digits(buffer, place, 4),
                    _digits(buffer, place + 5, 2),
                    _digits(buffer, place + 8, 2),
                )
                times[row] = _microseconds(year, month, day, buffer, place + 11)
        elif (
            size == 29
            and at(buffer, place + 3) == 0x2C
            and at(buffer, place + 4) == 0x20
            and at(buffer, place + 25) == 0x20
        ):
            # Thu, 09 Feb 2023 14:12:03 UTC, or GMT
            zone = word(buffer, place + 26) & np.uint64(0xFFFFFF)
            spaced = at(buffer, place + 7) == 0x20 and at(buffer, place + 11) == 0x20 and at(buffer, place + 16) == 0x20
            named = (
                _is_letter(at(buffer, place))
                and _is_letter(at(buffer, place + 1))
                and _is_letter(at(buffer, place + 2))
            )
            if spaced and named and (zone == np.uint64(0x435455) or zone == np.uint64(0x544D47)):
                name = np.int64(word(buffer, place + 8) & np.uint64(0xFFFFFF))
                month = 0
                for index in range(12):
                    if _MONTHS[index] == name:
                        month = index + 1
                year, day = _digits(buffer, place + 12, 4), _digits(buffer, place + 5, 2)
                times[row] = _microseconds(year, month, day, buffer, place + 17)


@entry(gives=0)
def measure_masks(
    buffer: Any, others: Any, begins: Any, sizes: Any, widths: Any, heights: Any, pixels: Any, extent: Any, good: Any
) -> None:
    """Measure masks from their run lengths, as `flattening.rle` does: pixels set, first and last column, first and last
    row that hold one (`extent`: 4 x masks). Those that it could not take are not `good`."""
    for mask in range(len(begins)):
        is_other = begins[mask] < 0
        place = -1 - begins[mask] if is_other else begins[mask]
        end = place + sizes[mask]
        width, height = widths[mask], heights[mask]
        total = set_pixels = before = last = 0
        count = x = y = 0
        first_x, last_x, first_y, last_y = width, np.int64(-1), height, np.int64(-1)
        well = width >= 0 and height >= 0
        while place < end and well:
            value, shift = 0, 0
            more = True
            while more and well:
                code = np.int64(at(others, place) if is_other else at(buffer, place)) - 0x30
                place += 1
                if code < 0 or code > 63 or shift >= 40:
                    well = False
                    break
                value |= (code & 31) << shift
                shift += 5
                more = code & 32 != 0
                if more and place == end:
                    well = False
                if not more and code & 16 != 0:
                    value -= 1 << shift
            if count > 2:
                value += before
            if value < 0:
                well = False
            if not well:
                break
            before, last = last, value
            total += value
            if count & 1:
                set_pixels += value
            count += 1
            if width == 0:
                continue
            if count & 1 == 0 and value > 0:
                reach = x + value - 1  # the last column, were the row endless
                first_y = min(first_y, y)
                if reach < width:
                    first_x, last_x, last_y = min(first_x, x), max(last_x, reach), max(last_y, y)
                else:
                    first_x, last_x, last_y = np.int64(0), width - 1, max(last_y, y + reach // width)
            x += value
            if x >= 2 * width:
                y += x // width
                x %= width
            elif x >= width:  # as nearly always: it takes no division
                y += 1
                x -= width
        good[mask] = well and total == width * height
        pixels[mask] = set_pixels
        if set_pixels > 0:
            extent[0, mask], extent[1, mask], extent[2, mask], extent[3, mask] = first_x, last_x, first_y, last_y
        else:
            for part in range(4):
                extent[part, mask] = 0


@entry(gives=1)
def gather_owners(
    rows: int,
    met: Any,
    met_texts: Any,
    answers: Any,
    answer_texts: Any,
    actions: Any,
    action_texts: Any,
    row_of: Any,
    at: Any,
    out: Any,
    met_owner: Any,
    odd: Any,
) -> int:
    """Who owns labels, row by row: first those met in frames, then those of answers, then those of actions. `met`,
    `answers`, `actions`: where those of each row begin (rows + 1); `*_texts`: their hashes. `row_of` has -1 for every
    text there is. Fills `out` (row, hash, answer, action, entries met; -1: none) and `met_owner`, the owner of each
    that is met; marks rows as odd in which a hash has two answers. How many owners there are."""
    count = 0
    for row in range(rows):
        for kind in range(3):
            first = met[row] if kind == 0 else answers[row] if kind == 1 else actions[row]
            last = met[row + 1] if kind == 0 else answers[row + 1] if kind == 1 else actions[row + 1]
            for index in range(first, last):
                text = met_texts[index] if kind == 0 else answer_texts[index] if kind == 1 else action_texts[index]
                if row_of[text] != row:
                    row_of[text], at[text] = row, count
                    out[0, count], out[1, count] = row, text
                    out[2, count] = out[3, count] = -1
                    out[4, count] = 0
                    count += 1
                owner = at[text]
                if kind == 0:
                    out[4, owner] += 1
                    met_owner[index] = owner
                else:
                    if out[1 + kind, owner] >= 0:
                        odd[row] = True
                    out[1 + kind, owner] = index
    return count


@entry(gives=0)
def ring_sizes(rings: Any, begins: Any, polygons: Any, polygon_sizes: Any, sizes: Any) -> None:
    """Of polygons whose streams of `rings` begin at `begins`: how many polygons each has, rings of each polygon,
    numbers of each ring."""
    n_polygons = n_rings = 0
    for index in range(len(begins)):
        place = begins[index] + 1
        polygons[index] = rings[place]
        place += 1
        for _ in range(polygons[index]):
            count = rings[place]
            place += 1
            polygon_sizes[n_polygons] = count
            n_polygons += 1
            for _ in range(count):
                sizes[n_rings] = rings[place]
                n_rings += 1
                place += 1


@entry(gives=0)
def count_rings(rings: Any, begins: Any, totals: Any) -> None:
    """How many polygons and rings there are in all."""
    for index in range(len(begins)):
        place = begins[index] + 1
        polygons = rings[place]
        totals[0] += polygons
        place += 1
        for _ in range(polygons):
            count = rings[place]
            totals[1] += count
            place += 1 + count


@entry(gives=0)
def copy_numbers(numbers: Any, begins: Any, sizes: Any, out: Any) -> None:
    """Stretches of numbers, one after another."""
    place = 0
    for index in range(len(begins)):
        for number in range(begins[index], begins[index] + sizes[index]):
            out[place] = numbers[number]
            place += 1
