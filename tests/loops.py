"""What the statistics and checks must answer, found by plain loops over the JSON.

In: label rows as JSON. Out: rows, as the SQL gives them. It shares no code with the package and none with `sql/`: the
reference flattener reads the JSON, and Python loops count what it read. Each `loops_*.py` beside this file has
functions named as the queries are, which take `Given` and the query's parameters.
"""

from __future__ import annotations

import importlib
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import reference

Row = dict[str, Any]
Loop = Callable[..., list[Row]]


@dataclass
class Given:
    """Label rows as JSON, with the ontology where there is one."""

    rows: list[Any]
    ontology: Mapping[str, Any] | None = None

    @cached_property
    def tables(self) -> dict[str, list[Row]]:
        """The tables, as the reference flattener makes them; it has none of the ontology."""
        return reference.flatten(self.rows)

    @cached_property
    def spaces(self) -> dict[tuple[int, str], Row]:
        """The row of each space."""
        return {(row["row_id"], row["space_id"]): row for row in self.tables["spaces"]}

    @cached_property
    def frames(self) -> dict[tuple[int, str, int], Row]:
        """The row of each frame."""
        return {(row["row_id"], row["space_id"], row["frame"]): row for row in self.tables["frames"]}

    @cached_property
    def label_rows(self) -> dict[int, Row]:
        """The label rows."""
        return {row["row_id"]: row for row in self.tables["label_rows"]}

    def size(self, row: Row) -> tuple[float, float] | None:
        """Width and height in px of the frame that a row lies on, the frame's own or its space's; None if unknown."""
        frame = self.frames.get((row["row_id"], row["space_id"], row["frame"]), {})
        space = self.spaces.get((row["row_id"], row["space_id"]), {})
        sizes = [frame.get(side) if frame.get(side) is not None else space.get(side) for side in ("width", "height")]
        return None if None in sizes else (sizes[0], sizes[1])  # type: ignore[return-value]

    @cached_property
    def objects(self) -> list[Row]:
        """Rows of objects that count: not deleted, those of a group's row that a child's holds too left out there.
        `in_child` is true where only the group's other canvases show it: its instance is the child's."""
        return [row for row in self.all_objects if not row["is_deleted"]]

    @cached_property
    def all_objects(self) -> list[Row]:
        """As `objects`, with those that are deleted."""
        kept = []
        for row in self.tables["objects"]:
            canvases = self._copies.get((row["row_id"], row["object_hash"]))
            if canvases is None or (None not in canvases and row["space_id"] not in canvases):
                kept.append({**row, "in_child": canvases is not None})
        return kept

    @cached_property
    def _copies(self) -> dict[tuple[int, str], set[str | None]]:
        """The canvases on which a group's row shows an object that a child's label row holds; None: unknown."""
        placed: dict[int, set[str]] = {}
        for row in self.tables["objects"]:
            placed.setdefault(row["row_id"], set()).add(row["object_hash"])
        copies: dict[tuple[int, str], set[str | None]] = {}
        for unit in self.tables["data_units"]:
            for child in unit["children"] or []:
                other = self._child(unit["row_id"], child)
                if other is None:
                    continue
                shown = [
                    space["space_id"]
                    for space in self.tables["spaces"]
                    if space["row_id"] == unit["row_id"]
                    and space["origin"] == "space"
                    and space["layout_key"] is not None
                    and space["layout_key"] == child["layout_key"]
                ]
                canvas = min(shown) if shown else None
                for object_hash in placed.get(unit["row_id"], set()) & placed.get(other, set()):
                    copies.setdefault((unit["row_id"], object_hash), set()).add(canvas)
        return copies

    def _child(self, row_id: int, child: Row) -> int | None:
        """The label row of a group's child: by its label_hash, else by its data_hash; on the same branch, if any is."""
        branch = self.label_rows[row_id]["branch_name"] or "main"
        for key in ("label_hash", "data_hash"):
            found = [
                row
                for row in self.tables["label_rows"]
                if child[key] is not None and row[key] == child[key] and row["row_id"] != row_id
            ]
            if found:
                same = [row for row in found if (row["branch_name"] or "main") == branch]
                return int((same or found)[0]["row_id"])
        return None


def rounded(value: float, digits: int = 4) -> float:
    """Rounded half away from zero, as SQL does."""
    if not math.isfinite(value):
        return value
    return math.copysign(math.floor(abs(value) * 10**digits + 0.5) / 10**digits, value)


def nan_last(value: float) -> tuple[bool, float]:
    """DuckDB's order of numbers: NaN is the largest."""
    return (True, 0.0) if math.isnan(value) else (False, value)


def quantile(values: list[Any], share: float) -> float:
    """The quantile, between neighbours in proportion, as DuckDB's quantile_cont."""
    ordered = sorted((float(value) for value in values), key=nan_last)
    place = share * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    part = place - math.floor(place)
    return low if part == 0 else low * (1 - part) + high * part


def quantile_of_any(values: list[Any], share: float) -> float | None:
    """The quantile; None where there are no values."""
    return quantile(values, share) if values else None


def plain(value: object) -> object:
    """A cell as both sides are compared: numbers to ten digits, times as text."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        if math.isnan(value) or math.isinf(value):
            return str(value)
        return 0.0 if abs(value) < 1e-12 else float(f"{value:.10g}")
    if isinstance(value, int):
        return float(f"{value:.10g}")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return str(value)


def comparable(rows: list[Row]) -> list[str]:
    """Rows as text, sorted: their order is another test's."""
    return sorted(repr({key: plain(value) for key, value in sorted(row.items())}) for row in rows)


def loops() -> dict[str, Loop]:
    """Every loop of the files beside this, by name."""
    found: dict[str, Loop] = {}
    for path in sorted(Path(__file__).parent.glob("loops_*.py")):
        module = importlib.import_module(path.stem)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and function.__module__ == path.stem:
                found[name] = function
    return found
