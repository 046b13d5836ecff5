"""Measure masks from their run lengths, many at once.

In: run lengths in COCO's compressed text. Out: pixels set and the box around them, for each mask. The runs alternate
unset, set, unset, ... over the pixels row by row (COCO's own masks go column by column).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labelframe.errors import Fault, Found

_FOREIGN = re.compile("[^0-o]")
MAX_GROUPS = 8  # of 5 bits in one number: 2^39 pixels
TOO_LONG = -(1 << 62)

Extent = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


@dataclass
class Runs:
    """pixels: set in each mask. extent: first and last column, first and last row that hold one (of masks that are not
    empty). faults: by the mask's number, why it cannot be taken; its numbers mean nothing then."""

    pixels: NDArray[np.int64]
    extent: Extent
    faults: dict[int, Fault]


def measure(texts: list[str], widths: NDArray[np.int64] | None, heights: NDArray[np.int64] | None, chunk: int) -> Runs:
    """Measure masks, `chunk` characters of text at a time. Without sizes (the points of a point cloud) the runs can add
    up to anything, and there is no extent."""
    pixels = np.zeros(len(texts), np.int64)
    extent = tuple(np.zeros(len(texts), np.int64) for _ in range(4))
    faults: dict[int, Fault] = {}
    begin = 0
    while begin < len(texts):
        end, characters = begin, 0
        while end < len(texts) and (end == begin or characters + len(texts[end]) <= chunk):
            characters += len(texts[end])
            end += 1
        part = slice(begin, end)
        sizes = None if widths is None or heights is None else (widths[part], heights[part])
        runs = _measure(texts[part], sizes)
        pixels[part] = runs.pixels
        for whole, piece in zip(extent, runs.extent, strict=True):
            whole[part] = piece
        faults.update({begin + index: fault for index, fault in runs.faults.items()})
        begin = end
    assert len(extent) == 4
    return Runs(pixels, extent, faults)


def _measure(texts: list[str], sizes: tuple[NDArray[np.int64], NDArray[np.int64]] | None) -> Runs:
    count = len(texts)
    faults = {index: fault for index, text in enumerate(texts) if (fault := _misspelt(text)) is not None}
    texts = ["" if index in faults else text for index, text in enumerate(texts)]
    owner, place, counts = decode(texts)
    negative = np.unique(owner[counts < 0])
    endless = set(owner[counts == TOO_LONG].tolist())
    for index in negative.tolist():
        if index in endless:
            faults[index] = Fault(
                "run lengths are too long", f"runs below 2^{5 * MAX_GROUPS - 1}", Found("a longer one")
            )
            continue
        faults[index] = Fault("run length is negative", "run lengths", Found("a negative one"))
    counts = np.where(np.isin(owner, negative), 0, counts)
    is_set = place % 2 == 1
    pixels = np.bincount(owner, np.where(is_set, counts, 0), count).astype(np.int64)
    nothing = np.zeros(count, np.int64)
    if sizes is None:
        return Runs(pixels, (nothing, nothing, nothing, nothing), faults)

    widths, heights = sizes
    total = np.bincount(owner, counts, count).astype(np.int64)
    for index in np.flatnonzero(total != widths * heights).tolist():
        if index not in faults:
            reason = (
                "run lengths are too short"
                if total[index] < widths[index] * heights[index]
                else "run lengths are too long"
            )
            expected = f"runs of {widths[index]} x {heights[index]} = {widths[index] * heights[index]} pixels"
            faults[index] = Fault(reason, expected, Found(f"runs of {total[index]}"))
    return Runs(pixels, _extent(owner, counts, is_set, total, widths), faults)


def _misspelt(text: str) -> Fault | None:
    """Why a text is no run lengths at all: a foreign character, or a number that never ends."""
    foreign = _FOREIGN.search(text)
    if foreign is not None:
        return Fault("foreign character in run lengths", "the characters 0 to o", foreign.group())
    if text and ord(text[-1]) - 48 & 32:
        return Fault("run lengths are cut off", "a number that ends", Found(f"the last character {text[-1]}"))
    return None


def decode(texts: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """(text, place in its text, run length) of every number of the texts.

    A number is written in groups of five bits, low ones first, each as a character from `0` on; bit 32 says that more
    follow, bit 16 of the last is the sign. From the fourth number on each is the difference to the one two before.
    A number of more than MAX_GROUPS groups comes out as TOO_LONG.
    """
    codes = np.frombuffer("".join(texts).encode(), np.uint8).astype(np.int64) - 48
    if not len(codes):
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing
    lengths = np.array([len(text) for text in texts], np.int64)
    lasts = np.flatnonzero(codes & 32 == 0)
    firsts = np.concatenate(([0], lasts[:-1] + 1))
    groups = lasts - firsts + 1
    place_in_number = np.arange(len(codes)) - np.repeat(firsts, groups)
    shift = 5 * np.minimum(place_in_number, MAX_GROUPS)
    values = np.add.reduceat((codes & 31) << shift, firsts)
    values -= np.where(codes[lasts] & 16, np.int64(1) << 5 * np.minimum(groups, MAX_GROUPS), 0)
    too_long = groups > MAX_GROUPS
    values[too_long] = TOO_LONG

    owner = np.repeat(np.arange(len(texts)), lengths)[firsts]
    numbers = np.bincount(owner, minlength=len(texts))
    start = np.repeat(np.cumsum(numbers) - numbers, numbers)
    place = np.arange(len(values)) - start
    counts = values.copy()
    for parity in (0, 1):
        # Undo the differences: a running sum over every other number of a text; number 0 stands alone.
        mine = (place % 2 == parity) & (place > 0)
        summed = np.cumsum(np.where(mine, values, 0))
        before = np.where(start > 0, summed[start - 1], 0)
        counts[mine] = (summed - before)[mine]
    counts[too_long] = TOO_LONG
    return owner, place, counts


def _extent(
    owner: NDArray[np.int64],
    counts: NDArray[np.int64],
    is_set: NDArray[np.bool_],
    total: NDArray[np.int64],
    widths: NDArray[np.int64],
) -> Extent:
    begins = np.cumsum(counts) - counts
    begins -= (np.cumsum(total) - total)[owner]
    runs = is_set & (counts > 0) & (widths[owner] > 0)
    owner, first, last = owner[runs], begins[runs], (begins + counts)[runs] - 1
    width = widths[owner]
    top, bottom = first // width, last // width
    one_row = top == bottom
    extremes = (
        (np.minimum, np.where(one_row, first % width, 0)),
        (np.maximum, np.where(one_row, last % width, width - 1)),
        (np.minimum, top),
        (np.maximum, bottom),
    )
    mask, where = np.unique(owner, return_index=True)
    found = []
    for pick, values in extremes:
        out = np.zeros(len(widths), np.int64)
        if len(mask):
            out[mask] = pick.reduceat(values, where)
        found.append(out)
    return found[0], found[1], found[2], found[3]
