"""Loops for shapes: how large objects are, where they lie, how they overlap, and how evenly classes are used."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from loops import Given, Row, nan_last, quantile_of_any, rounded

SIDES = ("x", "y", "w", "h")


def _quantiles(name: str, values: list[Any], **shares: float) -> Row:
    return {f"{name}_{suffix}": quantile_of_any(values, share) for suffix, share in shares.items()}


def _spread(name: str, values: list[Any]) -> Row:
    return _quantiles(name, values, p5=0.05, median=0.5, p95=0.95)


def _groups(rows: Iterable[Row], *keys: str) -> dict[tuple[Any, ...], list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return groups


def _has_box(row: Row) -> bool:
    return all(row[side] is not None for side in SIDES)


def _boxes_px(given: Given) -> list[Row]:
    """Objects with a box on a frame of known size, with what they measure in px."""
    found = []
    for row in given.objects:
        size = given.size(row)
        if _has_box(row) and size is not None:
            width, height = size
            w_px, h_px = row["w"] * width, row["h"] * height
            area_px = w_px * h_px if row["area"] is None else row["area"] * width * height
            found.append({**row, "w_px": w_px, "h_px": h_px, "area_px": area_px})
    return found


def box_sizes(given: Given) -> list[Row]:
    """How large are the objects of each class?"""
    boxes = [row for row in _boxes_px(given) if row["shape"] != "point"]
    result = []
    for (name,), rows in _groups(boxes, "name").items():
        answer: Row = {"class": name, "boxes": len(rows), "small": 0, "medium": 0, "large": 0}
        for column, key in (("width_px", "w_px"), ("height_px", "h_px"), ("area_px", "area_px")):
            values = [row[key] for row in rows]
            answer |= _spread(column, values)
            answer[f"{column}_min"] = min(values, key=nan_last)
            answer[f"{column}_max"] = max(values, key=nan_last)
        for row in rows:
            if row["area_px"] < 32 * 32:
                answer["small"] += 1
            elif row["area_px"] < 96 * 96:
                answer["medium"] += 1
            else:
                answer["large"] += 1
        answer |= _spread("width_fraction", [row["w"] for row in rows])
        answer |= _spread("height_fraction", [row["h"] for row in rows])
        fractions = [row["w"] * row["h"] if row["area"] is None else row["area"] for row in rows]
        answer |= _spread("area_fraction", fractions)
        result.append(answer)
    return result


def aspect_ratios(given: Given) -> list[Row]:
    """How wide are the boxes of each class for their height?"""
    boxes = [
        row
        for row in _boxes_px(given)
        if row["w"] > 1e-9
        and row["h"] > 1e-9
        and row["h_px"] > 0
        and math.isfinite(row["w_px"])
        and math.isfinite(row["h_px"])
    ]
    result = []
    for (name,), rows in _groups(boxes, "name").items():
        ratios = [row["w_px"] / row["h_px"] for row in rows]
        wider = sum(1 for row in rows if row["w_px"] > row["h_px"] * (1 + 1e-9))
        result.append(
            {
                "class": name,
                "boxes": len(rows),
                **_quantiles("ratio", ratios, p1=0.01, p5=0.05, median=0.5, p95=0.95, p99=0.99),
                "wider_share": rounded(wider / len(rows)),
            }
        )
    return result


def _listed_frames(given: Given) -> dict[tuple[int, str, int], list[Row]]:
    """The frames that count, each with its objects: those that only hold copies of a child's objects do not."""
    kept: dict[tuple[int, str, int], list[Row]] = {}
    for row in given.all_objects:
        if row["frame"] is not None:
            kept.setdefault((row["row_id"], row["space_id"], row["frame"]), []).append(row)
    return {
        key: [row for row in kept.get(key, []) if not row["is_deleted"]]
        for key, frame in given.frames.items()
        if key in kept or frame["n_objects"] == 0
    }


def objects_per_frame(given: Given) -> list[Row]:
    """How many objects are on a frame?"""
    frames = _listed_frames(given)
    numbers: dict[int, int] = {}
    for rows in frames.values():
        numbers[len(rows)] = numbers.get(len(rows), 0) + 1
    return [{"objects": number, "frames": count, "share": count / len(frames)} for number, count in numbers.items()]


def objects_per_frame_by_class(given: Given) -> list[Row]:
    """How many objects of a class are on a frame, where there are any?"""
    frames = _listed_frames(given)
    counts: dict[str | None, list[int]] = {}
    for rows in frames.values():
        for (name,), of_class in _groups(rows, "name").items():
            counts.setdefault(name, []).append(len(of_class))
    return [
        {
            "class": name,
            "frames": len(numbers),
            "share": rounded(len(numbers) / len(frames)),
            "objects_mean": sum(numbers) / len(numbers),
            **_quantiles("objects", numbers, median=0.5, p95=0.95),
            "objects_max": max(numbers),
        }
        for name, numbers in counts.items()
    ]


def objects_per_frame_summary(given: Given) -> list[Row]:
    """How many objects are on a frame of each kind of data, in short?"""
    counts: dict[str | None, list[int]] = {}
    for (row_id, _, _), rows in _listed_frames(given).items():
        counts.setdefault(given.label_rows[row_id]["data_type"], []).append(len(rows))
    return [
        {
            "data_type": data_type,
            "frames": len(numbers),
            "empty_frames": numbers.count(0),
            "labelled_frames": len(numbers) - numbers.count(0),
            "empty_share": rounded(numbers.count(0) / len(numbers)),
            "objects_mean": sum(numbers) / len(numbers),
            **_spread("objects", numbers),
            "objects_max": max(numbers),
        }
        for data_type, numbers in counts.items()
    ]


def box_positions(given: Given, grid: int) -> list[Row]:
    """Where on the frame do the objects of each class lie?"""

    def cell(start: float, length: float) -> int:
        place = (start + length / 2) * grid + 1e-9
        return 0 if place < 0 else grid - 1 if place >= grid else int(place)

    result = []
    for (name,), rows in _groups([row for row in given.objects if _has_box(row)], "name").items():
        cells: dict[tuple[int, int], int] = {}
        for row in rows:
            key = cell(row["x"], row["w"]), cell(row["y"], row["h"])
            cells[key] = cells.get(key, 0) + 1
        for (column, line), count in cells.items():
            place = {"class": name, "grid_column": column, "grid_row": line}
            result.append({**place, "boxes": count, "share": rounded(count / len(rows))})
    return result


def border_distances(given: Given, tolerance: float) -> list[Row]:
    """How many objects of each class are cut off by the border of the frame?"""
    boxes = [row for row in given.objects if _has_box(row) and row["shape"] != "point"]
    result = []
    for (name,), rows in _groups(boxes, "name").items():
        touching = dict.fromkeys(("left", "top", "right", "bottom", "any", "outside"), 0)
        nearest = []
        for row in rows:
            distances = {
                "left": row["x"],
                "top": row["y"],
                "right": 1 - (row["x"] + row["w"]),
                "bottom": 1 - (row["y"] + row["h"]),
            }
            for border, distance in distances.items():
                touching[border] += distance <= tolerance + 1e-9
            touching["any"] += any(distance <= tolerance + 1e-9 for distance in distances.values())
            touching["outside"] += any(distance < -1e-9 for distance in distances.values())
            nearest.append(min(distances.values()))
        shares = {f"{border}_share": rounded(count / len(rows)) for border, count in touching.items()}
        result.append({"class": name, "boxes": len(rows), **shares, "distance_median": quantile_of_any(nearest, 0.5)})
    return result


def areas(given: Given) -> list[Row]:
    """How much of the frame do the objects of each class cover?"""
    result = []
    covered = [row for row in given.objects if row["area"] is not None]
    for (name, shape), rows in _groups(covered, "name", "shape").items():
        sizes = [(row["area"], given.size(row)) for row in rows]
        pixels = [area * size[0] * size[1] for area, size in sizes if size is not None]
        result.append(
            {
                "class": name,
                "shape": shape,
                "objects": len(rows),
                **_spread("area_fraction", [row["area"] for row in rows]),
                "objects_px": len(pixels),
                **_spread("area_px", pixels),
                "area_px_total": sum(rounded(area + 1e-6, 0) for area in pixels) if pixels else None,
            }
        )
    return result


def vertex_counts(given: Given) -> list[Row]:
    """How finely are the objects of each class drawn?"""
    result = []
    drawn = [row for row in given.objects if row["n_vertices"] is not None]
    for (name, shape), rows in _groups(drawn, "name", "shape").items():
        counts = [row["n_vertices"] for row in rows]
        result.append(
            {
                "class": name,
                "shape": shape,
                "objects": len(rows),
                "vertices_min": min(counts),
                **_quantiles("vertices", counts, median=0.5, p95=0.95),
                "vertices_max": max(counts),
                "vertices_mean": sum(counts) / len(counts),
            }
        )
    return result


def mask_fill(given: Given) -> list[Row]:
    """How much of their boxes do the masks of each class fill?"""
    masks = [row for row in given.objects if row["shape"] == "bitmask" and row["mask_pixels"] is not None]
    result = []
    for (name,), rows in _groups(masks, "name").items():
        full = [row for row in rows if row["mask_pixels"] > 0]
        fills = _spread("fill", [min(row["area"] / (row["w"] * row["h"]), 1.0) for row in full])
        result.append(
            {
                "class": name,
                "masks": len(rows),
                "empty_masks": len(rows) - len(full),
                **fills,
                **_spread("mask_px", [row["mask_pixels"] for row in rows]),
            }
        )
    return result


def cuboid_sizes(given: Given) -> list[Row]:
    """How large are the cuboids of each class, and how far away?"""

    def distance(place: Row) -> float:
        return math.sqrt(place["x"] * place["x"] + place["y"] * place["y"] + place["z"] * place["z"])

    measures: dict[str, Callable[[Row], float]] = {
        "size_x": lambda row: float(row["size"]["x"]),
        "size_y": lambda row: float(row["size"]["y"]),
        "size_z": lambda row: float(row["size"]["z"]),
        "volume": lambda row: float(row["size"]["x"] * row["size"]["y"] * row["size"]["z"]),
        "distance": lambda row: distance(row["position"]),
    }
    result = []
    for (name,), rows in _groups([row for row in given.objects if row["size"] is not None], "name").items():
        answer: Row = {"class": name, "cuboids": len(rows)}
        for column, measure in measures.items():
            answer |= _spread(column, [measure(row) for row in rows])
        result.append(answer)
    return result


def keypoint_visibility(given: Given) -> list[Row]:
    """How often is each keypoint of a skeleton visible?"""
    points = [
        {"class": row["name"], "keypoint": point["name"], "state": point["visibility"]}
        for row in given.objects
        for point in row["keypoints"] or []
    ]
    result = []
    for (name, keypoint), rows in _groups(points, "class", "keypoint").items():
        states = [row["state"] for row in rows]
        result.append(
            {
                "class": name,
                "keypoint": keypoint,
                "keypoints": len(rows),
                "visible": states.count("visible"),
                "occluded": states.count("occluded"),
                "invisible": states.count("invisible"),
                "self_occluded": states.count("selfOccluded"),
                "visible_share": rounded(states.count("visible") / len(rows)),
            }
        )
    return result


def class_imbalance(given: Given, beta: float) -> list[Row]:
    """How unevenly are objects spread over the classes?"""
    counts = {name: len(rows) for (name,), rows in _groups(given.objects, "name").items()}
    total = len(given.objects)
    classes = sorted(counts, key=lambda name: (-counts[name], name is None, (name or "").encode()))
    pairs = sum(abs(one - two) for one in counts.values() for two in counts.values())
    shares = [count / total for count in counts.values()]
    result = []
    reached = 0
    for name in classes:
        count = counts[name]
        reached += count
        result.append(
            {
                "class": name,
                "objects": count,
                "share": rounded(count / total),
                "rank": 1 + sum(1 for other in counts.values() if other > count),
                "cumulative_share": rounded(reached / total),
                "class_weight": (1 - beta) / (1 - beta**count),
                "classes": len(counts),
                "effective_classes": rounded(math.exp(-sum(share * math.log(share) for share in shares))),
                "gini": rounded(pairs / (2 * len(counts) * total)),
            }
        )
    return result


def class_edits(given: Given) -> list[Row]:
    """Who made and changed the objects of each class, and when?"""
    result = []
    for (name,), rows in _groups(given.objects, "name").items():
        made = [row["created_at"] for row in rows if row["created_at"] is not None]
        changed = [row["last_edited_at"] for row in rows if row["last_edited_at"] is not None]
        result.append(
            {
                "class": name,
                "objects": len(rows),
                "annotators": len({row["created_by"] for row in rows if row["created_by"] is not None}),
                "editors": len({row["last_edited_by"] for row in rows if row["last_edited_by"] is not None}),
                "first_created_at": min(made, default=None),
                "last_created_at": max(made, default=None),
                "first_edited_at": min(changed, default=None),
                "last_edited_at": max(changed, default=None),
            }
        )
    return result


def class_overlaps(given: Given, iou: float) -> list[Row]:
    """Which classes overlap?"""

    def counts(row: Row) -> bool:
        if row["frame"] is None or not _has_box(row) or row["w"] <= 1e-9 or row["h"] <= 1e-9:
            return False
        ends = row["x"] + row["w"], row["y"] + row["h"], row["w"] * row["h"]
        return all(math.isfinite(end) for end in ends)

    def both(one: Row, two: Row, start: str, length: str) -> float:
        ends = one[start] + one[length], two[start] + two[length]
        return float(min(min(ends) - max(one[start], two[start]), one[length], two[length]))

    found: dict[tuple[str | None, str | None], list[tuple[Any, float]]] = {}
    boxes = [row for row in given.objects if counts(row)]
    for frame, rows in _groups(boxes, "row_id", "space_id", "frame").items():
        for index, one in enumerate(rows):
            for two in rows[:index]:
                width, height = both(one, two, "x", "w"), both(one, two, "y", "h")
                if width > 0 and height > 0:
                    shared = width * height
                    overlap = shared / (one["w"] * one["h"] + two["w"] * two["h"] - shared)
                    names = sorted((one["name"], two["name"]), key=lambda name: (name is None, (name or "").encode()))
                    if overlap >= max(iou, 0.001) - 1e-9:
                        found.setdefault((names[0], names[1]), []).append((frame, overlap))
    return [
        {
            "class": names[0],
            "other_class": names[1],
            "pairs": len(overlaps),
            "frames": len({frame for frame, _ in overlaps}),
            "iou_mean": rounded(sum(overlap for _, overlap in overlaps) / len(overlaps)),
            "iou_max": rounded(max(overlap for _, overlap in overlaps)),
        }
        for names, overlaps in found.items()
    ]
