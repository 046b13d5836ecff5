"""What a kind of bad input is, and how one is planted in the good export.

In: what is bad, where, and what it costs. Out: `Kind`s, which make files and tell what must become of them. It knows
the form of exports, not the package.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bad.export import Json, export

Step = str | int
Steps = tuple[Step, ...]
Arrange = Callable[[Path, pytest.MonkeyPatch], None]

FILE = "export.json"
BROKEN = "broken"
"""The hash of what is planted: no good label has it."""

GEOMETRY_COLUMNS = (
    *("x", "y", "w", "h", "theta", "box", "ellipse", "circle", "area", "polygons", "points", "keypoints"),
    *("cuboid_2d", "n_vertices", "rle", "mask_top", "mask_left", "mask_width", "mask_height", "mask_pixels"),
    *("position", "orientation", "size"),
)


@dataclass(frozen=True)
class Cost:
    """What a fault may cost: cells, by table, in the rows of the hash `broken`. `null`: those that must be null."""

    words: str
    cells: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    null: tuple[str, ...] = ()


ENTRY = Cost("all that is planted, and nothing else")
GEOMETRY = Cost("the geometry of an object", {"objects": GEOMETRY_COLUMNS}, GEOMETRY_COLUMNS)
GEOMETRY_AND_SHAPE = Cost(
    "the geometry of an object and its shape",
    {"objects": (*GEOMETRY_COLUMNS, "shape")},
    (*GEOMETRY_COLUMNS, "shape"),
)
FOREIGN_GEOMETRY = Cost(
    "the geometry of an object, which is kept as one of another shape",
    {"objects": (*GEOMETRY_COLUMNS, "extra")},
    GEOMETRY_COLUMNS,
)
RANGE = Cost(
    "one range of an answer, which stays as it was in the columns that tell of the answer",
    {"instances": ("answer_ranges", "answer_range_html", "answer_spaces", "extra")},
)
ROW = Cost("a label row")
FILE_REST = Cost("what follows in the file")


class Text(str):
    """Text that is no JSON, as it must stand in `raw`."""


NULL = Text("null")


class _Any:
    """Stands for a value that is not looked at."""


ANY = _Any()


@dataclass(frozen=True)
class Input:
    """Bad input.

    files: bytes by name, written in this order. given: what is given to the package, where not each file. good: the
    label rows that must come out. bad_file: the file that holds the fault, `bad_member` its name within an archive.
    number, path, raw: of the fault's line in rejects; raw is a JSON value, a Text, or None. changed: the label_hash of
    a label row that is kept, but not as it would be without the fault. arrange: what else to do before a run.
    """

    files: Mapping[str, bytes]
    good: list[Json]
    bad_file: str = FILE
    given: tuple[str, ...] = ()
    number: int | None = None
    path: str | None = None
    raw: object = ANY
    changed: str | None = None
    arrange: Arrange | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of bad input: its name, a sentence; the reason that it must be given; how it is made; what it costs.

    also: reasons of further lines that it gives, in their order.
    """

    name: str
    reason: str
    make: Callable[[], Input]
    costs: Cost = ENTRY
    also: tuple[str, ...] = ()

    @property
    def reasons(self) -> list[str]:
        """The reasons of all its lines in rejects, in order."""
        return [self.reason, *self.also]


def by_name(*lists: list[Kind]) -> dict[str, Kind]:
    """Kinds by their names, each of which stands once."""
    kinds = [kind for kinds in lists for kind in kinds]
    found = {kind.name: kind for kind in kinds}
    assert len(found) == len(kinds), sorted(kind.name for kind in kinds if found[kind.name] is not kind)
    return found


def dump(value: object) -> str:
    """A value as JSON text, as exports spell it."""
    return json.dumps(value, ensure_ascii=False)


def path_of(steps: Steps) -> str:
    """Steps as a JSON path.

    >>> path_of(("data_units", "unit", "objects", 1))
    '$.data_units.unit.objects[1]'
    """
    plain = re.compile(r"[\w-]+")
    texts = (
        f"[{step}]" if isinstance(step, int) else f".{step}" if plain.fullmatch(step) else f'["{step}"]'
        for step in steps
    )
    return f"${''.join(texts)}"


def place_of(rows: list[Json], label_hash: str) -> int:
    """Which of the label rows has this label_hash."""
    return next(place for place, row in enumerate(rows) if row["label_hash"] == label_hash)


class _Absent:
    """Stands for a key that is not there."""


ABSENT = _Absent()


def put(row: Json, steps: Steps, value: object) -> None:
    """Put a value at its place: into a list before what stands there, in an object instead of it."""
    holder: Any = row
    for step in steps[:-1]:
        holder = holder[step] if isinstance(step, int) else holder.setdefault(step, {})
    last = steps[-1]
    if isinstance(last, int):
        assert isinstance(holder, list)
        if value is not ABSENT:
            holder.insert(last, value)
    elif value is ABSENT:
        holder.pop(last, None)
    else:
        holder[last] = value


def planted(
    name: str,
    reason: str,
    at: Steps,
    value: object,
    *,
    row: str = "video",
    mended: object = ABSENT,
    path: Steps | None = None,
    raw: object = ANY,
    costs: Cost = ENTRY,
) -> Kind:
    """A value that is planted within a label row.

    Args:
        at: leads from the label row to its place.
        mended: what stands there in the good export.
        path: leads from that place to the fault.
        raw: the part that is rejected, all that was planted where it is not said.
    """

    def make() -> Input:
        bad, good = export(), export()
        place = place_of(bad, row)
        put(bad[place], at, value)
        put(good[place], at, mended)
        whole = value if raw is ANY else raw
        return Input(
            {FILE: dump(bad).encode("utf-8", "surrogatepass")},
            good,
            number=place,
            path=path_of((*at, *(path or ()))),
            raw=NULL if whole is None else whole,
            changed=row,
        )

    return Kind(name, reason, make, costs)
