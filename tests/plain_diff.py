"""What changed between two exports, told by the slowest obvious loops over what the reference flattener reads.

It shares no code with the package. Facts are tuples that a test compares with what `labels.diff` tells.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import reference

Row = Mapping[str, Any]
Fact = tuple[Any, ...]

GEOMETRY = (
    *("range_start", "range_end", "html_start_xpath", "html_start_offset", "html_end_xpath", "html_end_offset"),
    *("x", "y", "w", "h", "theta", "box", "ellipse", "circle", "area", "polygons", "points", "keypoints", "cuboid_2d"),
    *("n_vertices", "rle", "mask_top", "mask_left", "mask_width", "mask_height", "mask_pixels"),
    *("position", "orientation", "size"),
)
CLASS = ("feature_hash", "name")
NOT_COMPARED = ("row_id", "label_hash", "timeline_id", "json_form", "space_id", "frame")
OF_EXPORT = ("export_hash", "exported_at", "export_history")


class AmbiguousError(Exception):
    """Rows that nothing tells apart: which goes with which is free."""


def text(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


class PlainDiff:
    """The facts: label_rows, objects, classifications, attributes."""

    def __init__(self, old: list[Any], new: list[Any], iou: float = 0.9) -> None:
        self.iou = iou
        self.old, self.new = reference.flatten(old), reference.flatten(new)
        self.pairs = [
            (one, other)
            for one, other in self._pairs(old, new)
            if one is None or other is None or not same_label_row(old[one], new[other])
        ]
        self.objects: list[Fact] = []
        self.classifications: list[Fact] = []
        self.attributes: list[Fact] = []
        self.label_rows: list[Fact] = []
        for one, other in self.pairs:
            before = len(self.objects), len(self.classifications), len(self.attributes)
            renamed = self._compare_objects(one, other)
            self._compare_classifications(one, other)
            self._compare_answers(one, other, renamed)
            after = len(self.objects), len(self.classifications), len(self.attributes)
            self._compare_label_rows(one, other, [a > b for a, b in zip(after, before, strict=True)])

    def _pairs(self, old: list[Any], new: list[Any]) -> list[tuple[int | None, int | None]]:
        """Numbers of label rows that belong together."""
        found: list[tuple[int | None, int | None]] = []
        left_old, left_new = list(range(len(old))), list(range(len(new)))
        branch = [[row.get("branch_name") or "main" for row in rows] for rows in (old, new)]
        tests = (
            lambda a, b: old[a].get("label_hash") is not None and old[a]["label_hash"] == new[b].get("label_hash"),
            lambda a, b: nameless(old[a], new[b]) and same_label_row(old[a], new[b]),
            lambda a, b: nameless(old[a], new[b]) and self._data_hash(a, b),
        )
        for test in tests:
            for a in list(left_old):
                for b in list(left_new):
                    if branch[0][a] == branch[1][b] and test(a, b):
                        found.append((a, b))
                        left_old.remove(a)
                        left_new.remove(b)
                        break
        return found + [(a, None) for a in left_old] + [(None, b) for b in left_new]

    def _data_hash(self, a: int, b: int) -> bool:
        one, other = self.old["label_rows"][a]["data_hash"], self.new["label_rows"][b]["data_hash"]
        return one is not None and one == other

    def _rows(self, side: str, name: str, row_id: int | None) -> list[Row]:
        tables = self.old if side == "old" else self.new
        return [row for row in tables[name] if row_id is not None and row["row_id"] == row_id]

    def _compare_objects(self, one: int | None, other: int | None) -> dict[str, str]:
        """Tell of the objects of a label row; which hash stands for which other one now."""
        old, new = self._rows("old", "objects", one), self._rows("new", "objects", other)
        met, left_old, left_new = match(old, new, "object_hash")
        replaced = self._replaced(left_old, left_new)
        for a, b in replaced:
            left_old.remove(a)
            left_new.remove(b)
        for change, pairs in (("changed", met), ("replaced", replaced)):
            for a, b in pairs:
                what = differing(a, b, (*NOT_COMPARED, *computed(a, b)))
                if what:
                    moved, other_class = bool(what & set(GEOMETRY)), bool(what & set(CLASS))
                    place = (b["space_id"], b["frame"], a["range_start"], b["range_start"])
                    hashes = (a["object_hash"], b["object_hash"])
                    self.objects.append((change, moved, other_class, tuple(sorted(what)), one, other, *place, *hashes))
        for a in left_old:
            place = (a["space_id"], a["frame"], a["range_start"], None)
            self.objects.append(("removed", False, False, (), one, other, *place, a["object_hash"], a["object_hash"]))
        for b in left_new:
            place = (b["space_id"], b["frame"], None, b["range_start"])
            self.objects.append(("added", False, False, (), one, other, *place, None, b["object_hash"]))
        gone = {row["owner_hash"] for row in self._rows("new", "instances", other) if row["owner"] == "object"}
        came = {row["owner_hash"] for row in self._rows("old", "instances", one) if row["owner"] == "object"}
        return one_to_one(Counter((a["object_hash"], b["object_hash"]) for a, b in replaced), gone, came)

    def _replaced(self, old: list[Row], new: list[Row]) -> list[tuple[Row, Row]]:
        candidates = []
        for a in old:
            for b in new:
                overlap = overlap_of(a, b)
                if overlap is not None and overlap >= self.iou:
                    candidates.append((not same_class(a, b), -overlap, a["object_hash"], b["object_hash"], a, b))
        candidates.sort(key=lambda one: one[:4])
        keys = {text([*one[:4], one[4]["space_id"], one[4]["frame"], one[4]["range_start"]]) for one in candidates}
        if len(keys) < len(candidates):
            raise AmbiguousError
        taken: list[int] = []
        found = []
        for *_, a, b in candidates:
            if id(a) not in taken and id(b) not in taken:
                taken += [id(a), id(b)]
                found.append((a, b))
        return found

    def _compare_classifications(self, one: int | None, other: int | None) -> None:
        old, new = self._rows("old", "classifications", one), self._rows("new", "classifications", other)
        met, left_old, left_new = match(old, new, "classification_hash")
        for a, b in met:
            told_by_answer = a["feature_hash"] == b["feature_hash"] and None in (a["name"], b["name"])
            what = differing(a, b, (*NOT_COMPARED, "name") if told_by_answer else NOT_COMPARED)
            if what:
                place = (b["space_id"], b["frame"], a["range_start"], b["range_start"], b["classification_hash"])
                self.classifications.append(("changed", tuple(sorted(what)), one, other, *place))
        for a in left_old:
            place = (a["space_id"], a["frame"], a["range_start"], None, a["classification_hash"])
            self.classifications.append(("removed", (), one, other, *place))
        for b in left_new:
            place = (b["space_id"], b["frame"], None, b["range_start"], b["classification_hash"])
            self.classifications.append(("added", (), one, other, *place))

    def _compare_answers(self, one: int | None, other: int | None, renamed: Mapping[str, str]) -> None:
        asked: dict[Fact, dict[str, list[Row]]] = defaultdict(lambda: {"old": [], "new": []})
        for side, row_id in (("old", one), ("new", other)):
            for row in self._rows(side, "attributes", row_id):
                if row["answer"] is None and row["answer_value"] is None and row["answer_feature_hash"] is None:
                    continue
                owner = row["owner_hash"]
                if side == "old" and row["owner"] == "object":
                    owner = renamed.get(owner, owner)
                feature = next(
                    (
                        row[key]
                        for key in ("attribute_feature_hash", "attribute", "attribute_value")
                        if row[key] is not None
                    ),
                    "",
                )
                asked[row["owner"], owner, row["space_id"], feature][side].append(row)
        for (kind, owner, space_id, _), rows in asked.items():
            points = sorted({point for row in rows["old"] + rows["new"] for point in ends(row)})
            told: list[list[Any]] = []
            for start, after in pairwise(points):
                old, new = ([*answers_at(rows[side], start)] for side in ("old", "new"))
                if {token for _, token in old} == {token for _, token in new}:
                    continue
                if told and told[-1][1] == start and told[-1][2:] == [old, new]:
                    told[-1][1] = after
                else:
                    told.append([start, after, old, new])
            for start, after, old, new in told:
                change = "added" if not old else "removed" if not new else "changed"
                extent = (None if start == -math.inf else start, None if after == math.inf else after - 1)
                shown = tuple(answer for answer, _ in old), tuple(answer for answer, _ in new)
                self.attributes.append((change, one, other, kind, owner, space_id, *extent, *shown))

    def _compare_label_rows(self, one: int | None, other: int | None, told: Iterable[bool]) -> None:
        if one is None or other is None:
            self.label_rows.append(("added" if one is None else "removed", (), one, other))
            return
        out = ("row_id", "label_hash", "branch_name", "json_form", "content_hash", "source", "row_number")
        a: dict[str, Any] = dict(self.old["label_rows"][one])
        b: dict[str, Any] = dict(self.new["label_rows"][other])
        for row in (a, b):
            for link in ("video_link", "image_sequence_link"):
                row[link] = row[link] and row[link].partition("?")[0]
        what = differing(a, b, (*out, "export_hash", "exported_at"))
        names = ("objects", "classifications", "attributes")
        what |= {name for name, is_told in zip(names, told, strict=True) if is_told}
        self.label_rows.append(("changed", tuple(sorted(what)) or ("other",), one, other))


def nameless(one: Any, other: Any) -> bool:
    return one.get("label_hash") is None and other.get("label_hash") is None


def same_label_row(one: Any, other: Any) -> bool:
    """Whether two label rows say the same. Links are taken as they are."""
    kept = ({key: value for key, value in row.items() if key not in OF_EXPORT} for row in (one, other))
    first, second = map(text, kept)
    return first == second


def match(old: list[Row], new: list[Row], name: str) -> tuple[list[tuple[Row, Row]], list[Row], list[Row]]:
    """The rows that are of one label in one place, and those of either side that are left."""
    left_old, left_new = list(old), list(new)
    met: list[tuple[Row, Row]] = []
    for a in list(left_old):
        for b in left_new:
            if where(a, name) == where(b, name) and not differing(a, b, ("row_id", "label_hash", "json_form")):
                left_old.remove(a)
                left_new.remove(b)
                break
    pair_in_order(left_old, left_new, met, lambda row: where(row, name))
    pair_in_order(
        left_old,
        left_new,
        met,
        lambda row: None if row["frame"] is not None else text([row["space_id"], row[name]]),
    )
    return met, left_old, left_new


def where(row: Row, name: str) -> str:
    start = row["range_start"] if row["frame"] is None else None
    return text([row["space_id"], row["frame"], start, row[name]])


def pair_in_order(left_old: list[Row], left_new: list[Row], met: list[tuple[Row, Row]], key: Any) -> None:
    for place in {key(row) for row in left_old} - {None}:
        sides = [sorted([row for row in left if key(row) == place], key=order) for left in (left_old, left_new)]
        if all(sides) and any(len(set(map(order, rows))) < len(rows) for rows in sides):
            raise AmbiguousError
        for a, b in zip(*sides, strict=False):
            met.append((a, b))
            remove(left_old, a)
            remove(left_new, b)


def remove(rows: list[Row], row: Row) -> None:
    rows[:] = [one for one in rows if one is not row]


def order(row: Row) -> Fact:
    values = [row.get(name) for name in ("range_start", "range_end", "x", "y", "w", "h")]
    return tuple((value is None, 0 if value is None else value) for value in values)


DRAWN = ("box", "ellipse", "circle", "polygons", "points", "keypoints", "cuboid_2d", "rle", "position")


def computed(a: Row, b: Row) -> tuple[str, ...]:
    """The columns of geometry that are computed, not exported: of what is drawn otherwise, the box around it too."""
    is_box = not any(row.get(name) is not None for row in (a, b) for name in DRAWN)
    return ("area", "n_vertices", "mask_pixels", *(() if is_box else "xywh"))


def differing(one: Row, other: Row, but: Iterable[str]) -> set[str]:
    found = set()
    for name in one:
        a, b = one[name], other[name]
        if name == "is_deleted":
            a, b = bool(a), bool(b)
        if name not in but and text(a) != text(b):
            found.add(name)
    return found


def same_class(a: Row, b: Row) -> bool:
    if a["feature_hash"] is None and b["feature_hash"] is None:
        return bool(a["name"] == b["name"])
    return bool(a["feature_hash"] == b["feature_hash"])


def overlap_of(a: Row, b: Row) -> float | None:
    """Intersection over union of two labels in one place; None where they cannot be one."""
    if any(a[name] != b[name] for name in ("space_id", "frame", "shape")):
        return None
    boxes = [box_of(row) for row in (a, b)]
    if boxes[0] is None or boxes[1] is None:
        names = [name for name in GEOMETRY if name not in ("area", "n_vertices", "mask_pixels")]
        alike = boxes[0] is boxes[1] and all(text(a[name]) == text(b[name]) for name in names)
        return 1.0 if alike else None
    if boxes[0] == boxes[1]:
        return 1.0
    (x, y, w, h), (p, q, r, s) = boxes
    shared = max(0, min(x + w, p + r) - max(x, p)) * max(0, min(y + h, q + s) - max(y, q))
    return shared / (w * h + r * s - shared)  # type: ignore[no-any-return]


def box_of(row: Row) -> Any:
    if row["frame"] is None and row["range_start"] is not None and row["range_end"] is not None:
        return row["range_start"], 0, row["range_end"] - row["range_start"] + 1, 1
    return (row["x"], row["y"], row["w"], row["h"]) if (row["w"] or 0) > 0 and (row["h"] or 0) > 0 else None


def one_to_one(counts: Counter[tuple[str, str]], gone: set[str], came: set[str]) -> dict[str, str]:
    best_new = {a: min((-n, b) for (c, b), n in counts.items() if c == a)[1] for a, _ in counts}
    best_old = {b: min((-n, a) for (a, d), n in counts.items() if d == b)[1] for _, b in counts}
    return {a: b for a, b in best_new.items() if best_old[b] == a and a not in gone and b not in came}


def ends(row: Row) -> tuple[float, float]:
    """Where an answer begins to hold, and where it holds no more."""
    start, end = row["range_start"], row["range_end"]
    return -math.inf if start is None else start, math.inf if end is None else end + 1


def answers_at(rows: list[Row], point: float) -> list[tuple[str, str]]:
    """The answers in force, each with what tells it from others."""
    found: dict[tuple[str, str], None] = {}
    for row in rows:
        start, after = ends(row)
        if start <= point < after:
            shown = next(row[key] for key in ("answer", "answer_value", "answer_feature_hash") if row[key] is not None)
            if row["kind"] == "number" and row["answer_number"] is not None:
                token = text(float(row["answer_number"]))
            elif row["kind"] == "unknown":
                token = text(json.loads(row["answer"]))
            else:
                named = row["answer"] if row["answer"] is not None else row["answer_value"]
                token = text([row["kind"], row["answer_feature_hash"], named])
            found[shown, token] = None
    return sorted(found)
