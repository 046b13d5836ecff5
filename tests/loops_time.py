"""Loops for what is labelled together and for how long: pairs, tracks, extents, classifications, empty frames."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from loops import Given, Row, quantile, quantile_of_any, rounded

Key = tuple[Any, ...]
MOST = 2**63 - 1


def class_pairs(given: Given) -> list[Row]:
    """Which classes are on the same frames?"""
    on_frame: dict[Key, set[str | None]] = {}
    for row in given.all_objects:
        if row["frame"] is not None:
            names = on_frame.setdefault((row["row_id"], row["space_id"], row["frame"]), set())
            if not row["is_deleted"]:
                names.add(row["name"])
    listed = len(on_frame)
    for frame in given.tables["frames"]:
        if frame["n_objects"] == 0:
            listed += 1
    alone, both = _counts(on_frame.values())
    return [
        {
            "class": one,
            "other_class": other,
            "frames_both": count,
            "frames_class": alone[one],
            "frames_other_class": alone[other],
            "share_of_class": rounded(count / alone[one]),
            "share_of_other_class": rounded(count / alone[other]),
            "jaccard": rounded(count / (alone[one] + alone[other] - count)),
            "lift": rounded(count / alone[one] * (listed / alone[other])),
        }
        for (one, other), count in both.items()
    ]


def track_lengths(given: Given) -> list[Row]:
    """How long are tracks?"""
    classes: dict[str | None, list[Row]] = {}
    for (row_id, timeline_id, _), rows in _tracks(given.objects).items():
        frames = {row["frame"] for row in rows}
        ends = [row["frame"] if row["range_end"] is None else row["range_end"] for row in rows]
        spaces = [
            space
            for space in given.tables["spaces"]
            if space["row_id"] == row_id and space["timeline_id"] == timeline_id
        ]
        seconds = None
        if rows[0]["range_unit"] == "nanosecond":
            if any(space["space_type"] == "scene" for space in spaces):
                seconds = (max(ends) - min(frames) + 1) / 1e9
        else:
            rates = [space["fps"] for space in spaces if space["fps"] is not None and space["fps"] > 0]
            if rates:
                seconds = (max(ends) - min(frames) + 1) / max(rates)
        classes.setdefault(_first_name(rows), []).append({"frames": len(frames), "seconds": seconds})
    answer = []
    for name, tracks in classes.items():
        lengths = [track["frames"] for track in tracks]
        seconds_known = [
            track["seconds"] for track in tracks if track["seconds"] is not None and math.isfinite(track["seconds"])
        ]
        answer.append(
            {
                "class": name,
                "tracks": len(tracks),
                "tracks_of_one_frame": lengths.count(1),
                "frames_min": min(lengths),
                "frames_p50": quantile(lengths, 0.5),
                "frames_p95": quantile(lengths, 0.95),
                "frames_max": max(lengths),
                "frames_mean": sum(lengths) / len(lengths),
                "timed_tracks": len(seconds_known),
                "seconds_p50": quantile_of_any(seconds_known, 0.5),
                "seconds_p95": quantile_of_any(seconds_known, 0.95),
            }
        )
    return answer


def track_gaps(given: Given) -> list[Row]:
    """Which tracks have gaps?"""
    classes: dict[str | None, list[tuple[int, list[int]]]] = {}
    for rows in _tracks(row for row in given.objects if row["range_unit"] != "nanosecond").values():
        frames = sorted({row["frame"] for row in rows})
        gaps = []
        for place in range(1, len(frames)):
            missing = frames[place] - frames[place - 1] - 1
            if missing > 0:
                gaps.append(missing)
        classes.setdefault(_first_name(rows), []).append((frames[-1] - frames[0] + 1, gaps))
    answer = []
    for name, tracks in classes.items():
        every = [gap for _, gaps in tracks for gap in gaps]
        answer.append(
            {
                "class": name,
                "tracks": len(tracks),
                "tracks_with_gaps": sum(1 for _, gaps in tracks if gaps),
                "gaps": len(every),
                "frames_missing": min(sum(every), MOST),
                "share_missing": rounded(sum(every) / sum(span for span, _ in tracks)),
                "longest_gap_frames": max(every, default=0),
            }
        )
    return answer


def track_motion(given: Given) -> list[Row]:
    """How fast do tracks move, and how fast do they change size?"""
    classes: dict[str | None, dict[str, list[float]]] = {}
    for (row_id, timeline_id, _), rows in _tracks(given.objects).items():
        boxes: dict[int, list[Row]] = {}
        for row in rows:
            if None not in (row["x"], row["y"], row["w"], row["h"]):
                boxes.setdefault(row["frame"], []).append(row)
        if len(boxes) < 2:
            continue
        found = classes.setdefault(_first_name(rows), {})
        found.setdefault("tracks", []).append(1)
        rates = [
            space["fps"]
            for space in given.tables["spaces"]
            if space["row_id"] == row_id and space["timeline_id"] == timeline_id and space["fps"] is not None
        ]
        frames = sorted(boxes)
        for before, after in pairwise(frames):
            if len(boxes[before]) > 1 or len(boxes[after]) > 1:
                continue
            step = _step(given, boxes[before][0], boxes[after][0])
            if step is None:
                continue
            found.setdefault("steps", []).append(1)
            distance = float(after) - float(before)
            is_continuous = rows[0]["range_unit"] == "nanosecond"
            per: dict[str, float | None] = {
                "frame": None if is_continuous else distance,
                "s": distance / 1e9 if is_continuous else distance / max(rates) if rates else None,
            }
            for name, elapsed in per.items():
                for unit in ("px", "widths"):
                    if elapsed is not None and step[unit] is not None:
                        found.setdefault(f"{unit}_per_{name}", []).append(step[unit] / elapsed)
            if not is_continuous and step["ratio"] is not None:
                found.setdefault("ratio", []).append(step["ratio"] ** (1 / distance))
    answer = []
    for class_name, found in classes.items():
        told: Row = {"class": class_name, "tracks": len(found["tracks"]), "steps": len(found.get("steps", []))}
        for speed in ("px_per_frame", "widths_per_frame", "px_per_s", "widths_per_s"):
            values = [value for value in found.get(speed, []) if math.isfinite(value)]
            told[f"{speed}_p50"] = quantile_of_any(values, 0.5)
            told[f"{speed}_p95"] = quantile_of_any(values, 0.95)
            told[f"{speed}_max"] = max(values, default=None)
        ratios = [value for value in found.get("ratio", []) if math.isfinite(value)]
        told["size_ratio_p50"] = quantile_of_any(ratios, 0.5)
        told["size_ratio_p95"] = quantile_of_any(ratios, 0.95)
        answer.append(told)
    return answer


def _step(given: Given, before: Row, after: Row) -> dict[str, Any] | None:
    """How far a box moves, in px and in its widths, and how much larger it gets; None between frames of other size."""
    size, next_size = _sides(given, before), _sides(given, after)
    if size != next_size:
        return None
    one, other = _width(before), _width(after)
    smaller, larger = min(one, other), max(one, other)
    step: dict[str, Any] = {"px": None, "widths": None, "ratio": larger / smaller if smaller > 0 else None}
    width, height = size
    if width is not None and height is not None:
        across = ((after["x"] + after["w"] / 2) - (before["x"] + before["w"] / 2)) * width
        down = ((after["y"] + after["h"] / 2) - (before["y"] + before["h"] / 2)) * height
        step["px"] = math.sqrt(across * across + down * down)
        if one > 0:
            step["widths"] = step["px"] / (one * math.sqrt(width) * math.sqrt(height))
    return step


def _width(row: Row) -> float:
    return math.sqrt(abs(row["w"])) * math.sqrt(abs(row["h"]))


def _sides(given: Given, row: Row) -> tuple[int | None, int | None]:
    """Width and height of the frame that a row lies on, each its own or its space's."""
    frame = given.frames.get((row["row_id"], row["space_id"], row["frame"]), {})
    space = given.spaces.get((row["row_id"], row["space_id"]), {})
    width, height = [space.get(side) if frame.get(side) is None else frame[side] for side in ("width", "height")]
    return width, height


def labelled_extents(given: Given) -> list[Row]:
    """How much of audio, text and time series does each class label?"""
    groups: dict[Key, list[Row]] = {}
    for row in given.objects:
        if row["frame"] is None:
            place = _place(given, row)
            groups.setdefault((_name(given, row), place["unit"]), []).append(row | place)
    answer = []
    for (name, unit), rows in groups.items():
        spaces: dict[Key, list[Row]] = {}
        for row in rows:
            spaces.setdefault((row["row_id"], row["space_id"]), []).append(row)
        labelled: list[float] = []
        of_files: list[tuple[float, float]] = []
        for on_space in spaces.values():
            held = _held(on_space)
            if held is not None:
                labelled.append(held)
                length = on_space[0]["file_length"]
                if length is not None:
                    of_files.append((min(held, length), length))
        lengths = [length for row in rows if (length := _length(row)) is not None]
        scale = _scale(unit)
        answer.append(
            {
                "class": name,
                "range_unit": unit,
                "unit": _told_in(unit),
                "objects": len({(row["row_id"], row["object_hash"]) for row in rows if not row["in_child"]}),
                "ranges": len(rows),
                "whole_spaces": sum(1 for row in rows if row["is_whole"]),
                "labelled": sum(labelled) / scale if labelled else None,
                "summed": sum(lengths) / scale if lengths else None,
                "length_mean": sum(lengths) / len(lengths) / scale if lengths else None,
                "length_p50": quantile([float(length) for length in lengths], 0.5) / scale if lengths else None,
                "length_max": max(lengths) / scale if lengths else None,
                "share_of_files": _share(of_files),
            }
        )
    return answer


def extent_overlaps(given: Given) -> list[Row]:
    """Which classes hold at once on audio, text and time series?"""
    canvases: dict[Key, dict[str | None, list[tuple[int, int]]]] = {}
    for row in given.objects:
        if row["frame"] is not None:
            continue
        place = _place(given, row)
        first, last = place["first"], place["last"]
        space = given.spaces.get((row["row_id"], row["space_id"]), {})
        if place["is_whole"] and place["file_length"] is not None and space["timeline_id"] == space["space_id"]:
            first, last = 0, math.ceil(place["file_length"]) - 1
        if first is not None and last is not None and first <= last:
            canvas = (row["row_id"], row["space_id"], place["unit"], place["node"])
            canvases.setdefault(canvas, {}).setdefault(_name(given, row), []).append((first, last))
    alone: dict[Key, int] = {}
    both: dict[Key, int] = {}
    spaces: dict[Key, set[Key]] = {}
    for (row_id, space_id, unit, _), classes in canvases.items():
        for name, ranges in classes.items():
            alone[unit, name] = alone.get((unit, name), 0) + _covered(ranges)
        for one, other in _pairs(classes):
            shared = _covered(classes[one]) + _covered(classes[other]) - _covered(classes[one] + classes[other])
            if shared > 0:
                both[unit, one, other] = both.get((unit, one, other), 0) + shared
                spaces.setdefault((unit, one, other), set()).add((row_id, space_id))
    return [
        {
            "class": one,
            "other_class": other,
            "range_unit": unit,
            "unit": _told_in(unit),
            "spaces": len(spaces[unit, one, other]),
            "labelled_both": length / _scale(unit),
            "labelled_class": alone[unit, one] / _scale(unit),
            "labelled_other_class": alone[unit, other] / _scale(unit),
            "share_of_class": rounded(length / alone[unit, one]),
            "share_of_other_class": rounded(length / alone[unit, other]),
            "jaccard": rounded(length / (alone[unit, one] + alone[unit, other] - length)),
        }
        for (unit, one, other), length in both.items()
    ]


def extent_gaps(given: Given) -> list[Row]:
    """How much of audio, text and time series is left unlabelled, and where?"""
    spaces: dict[Key, list[Row]] = {}
    for row in given.objects:
        space = given.spaces.get((row["row_id"], row["space_id"]))
        if row["frame"] is not None or row["range_unit"] == "html" or space is None:
            continue
        if space["timeline_id"] != space["space_id"]:
            continue
        place = _place(given, row)
        is_range = place["first"] is not None and place["last"] is not None and place["first"] <= place["last"]
        if place["is_whole"] or is_range:
            key = (row["row_id"], row["space_id"], space["space_type"], place["unit"])
            spaces.setdefault(key, []).append(place)
    groups: dict[Key, list[Row]] = {}
    for (_, _, space_type, unit), places in spaces.items():
        length = places[0]["file_length"]
        summary: Row = {"labelled": _held(places), "file_length": length, "gaps": [], "before": None, "after": None}
        if not any(place["is_whole"] for place in places):
            merged = _merged([(place["first"], place["last"]) for place in places])
            summary["before"] = max(merged[0][0], 0)
            if length is not None:
                summary["after"] = max(length - merged[-1][1] - 1, 0)
            for one, other in pairwise(merged):
                summary["gaps"].append(other[0] - one[1] - 1)
        groups.setdefault((space_type, unit), []).append(summary)
    answer = []
    for (space_type, unit), found in groups.items():
        scale = _scale(unit)
        gaps = [float(gap) for summary in found for gap in summary["gaps"]]
        known = [summary for summary in found if summary["file_length"] is not None]
        told: Row = {
            "space_type": space_type,
            "range_unit": unit,
            "unit": _told_in(unit),
            "spaces": len(found),
            "spaces_of_known_length": len(known),
            "gaps": len(gaps),
            "gaps_total": sum(gaps) / scale if gaps else None,
            "gap_p50": quantile(gaps, 0.5) / scale if gaps else None,
            "gap_max": max(gaps) / scale if gaps else None,
            "share_labelled": _share([(min(one["labelled"], one["file_length"]), one["file_length"]) for one in known]),
        }
        for column, part in (("labelled", "labelled"), ("unlabelled_before", "before"), ("unlabelled_after", "after")):
            values = [summary[part] for summary in found if summary[part] is not None]
            told[column] = sum(values) / scale if values else None
        answer.append(told)
    return answer


def classification_counts(given: Given) -> list[Row]:
    """How often does each classification appear, and where does it hold?"""
    classes: dict[str | None, list[Row]] = {}
    for row in given.tables["classifications"]:
        classes.setdefault(_name(given, row), []).append(row)
    answer = []
    for name, rows in classes.items():
        canvases: dict[Key, list[tuple[int, int]]] = {}
        for row in rows:
            start, end = row["range_start"], row["range_end"]
            if start is not None and end is not None and start <= end:
                canvas = (row["row_id"], row["space_id"], row["range_unit"])
                canvases.setdefault(canvas, []).append((start, end))
        held = {"frame": 0, "millisecond": 0, "nanosecond": 0, "character": 0}
        for (_, _, unit), ranges in canvases.items():
            held[unit] += _covered(ranges)
        label_rows = len({row["row_id"] for row in rows})
        answer.append(
            {
                "class": name,
                "label_rows": label_rows,
                "instances": len({(row["row_id"], row["classification_hash"]) for row in rows}),
                "placements": len(rows),
                "entries": sum(1 for row in rows if row["frame"] is not None),
                "ranges": sum(1 for row in rows if row["frame"] is None and row["range_unit"] is not None),
                "whole_spaces": sum(1 for row in rows if row["range_unit"] is None and row["space_id"] is not None),
                "whole_label_rows": sum(1 for row in rows if row["range_unit"] is None and row["space_id"] is None),
                "frames": min(held["frame"], MOST),
                "seconds": (held["millisecond"] * 1_000_000 + held["nanosecond"]) / 1e9,
                "characters": min(held["character"], MOST),
                "share_of_label_rows": rounded(label_rows / len(given.tables["label_rows"])),
            }
        )
    return answer


def classification_pairs(given: Given) -> list[Row]:
    """Which classifications stand in the same label rows?"""
    in_row: dict[int, set[str | None]] = {}
    for row in given.tables["classifications"]:
        in_row.setdefault(row["row_id"], set()).add(_name(given, row))
    alone, both = _counts(in_row.values())
    return [
        {
            "class": one,
            "other_class": other,
            "label_rows_both": count,
            "label_rows_either": alone[one] + alone[other] - count,
            "share": rounded(count / (alone[one] + alone[other] - count)),
        }
        for (one, other), count in both.items()
    ]


def classification_extents(given: Given) -> list[Row]:
    """On how much does each answer of a classification hold?"""
    placed = []
    for row in given.tables["classifications"]:
        spaces: list[str | None] = [row["space_id"]]
        if row["space_id"] is None:
            own = [space["space_id"] for space in given.tables["spaces"] if space["row_id"] == row["row_id"]]
            spaces = own or [None]
        for space_id in spaces:
            on_space = row | {"space_id": space_id}
            placed.append(on_space | {"name": _name(given, row)} | _place(given, on_space))
    of_class: dict[Key, dict[Key, float]] = {}
    for row in placed:
        if row["file_length"] is not None:
            files = of_class.setdefault((row["name"], row["unit"]), {})
            files[row["row_id"], row["space_id"]] = row["file_length"]
    groups: dict[Key, list[Row]] = {}
    for row in placed:
        for answer in given.tables["attributes"]:
            if answer["owner"] != "classification" or answer["owner_hash"] != row["classification_hash"]:
                continue
            if answer["row_id"] != row["row_id"] or answer["space_id"] not in (None, row["space_id"]):
                continue
            start, end = answer["range_start"], answer["range_end"]
            starts = [one for one in (row["first"], start) if one is not None]
            ends = [one for one in (row["last"], end) if one is not None]
            part = row | {
                "is_whole": row["is_whole"] and start is None and end is None,
                "first": max(starts, default=None),
                "last": min(ends, default=None),
            }
            is_range = part["first"] is not None and part["last"] is not None and part["first"] <= part["last"]
            if part["is_whole"] or is_range or row["unit"] == "html":
                attribute = _told(answer, "attribute", "attribute_value", "attribute_feature_hash")
                told = _told(answer, "answer", "answer_value", "answer_feature_hash")
                groups.setdefault((row["name"], attribute, told, row["unit"]), []).append(part)
    result = []
    for (name, attribute, told, unit), rows in groups.items():
        on_spaces: dict[Key, list[Row]] = {}
        for row in rows:
            on_spaces.setdefault((row["row_id"], row["space_id"]), []).append(row)
        held = []
        of_files = []
        for parts in on_spaces.values():
            length = _held(parts)
            if length is not None:
                held.append(length)
                if parts[0]["file_length"] is not None:
                    of_files.append(min(length, parts[0]["file_length"]))
        files = of_class.get((name, unit), {})
        result.append(
            {
                "class": name,
                "attribute": attribute,
                "answer": told,
                "range_unit": unit,
                "unit": _told_in(unit),
                "instances": len({(row["row_id"], row["classification_hash"]) for row in rows}),
                "spaces": sum(1 for _, space_id in on_spaces if space_id is not None),
                "held": sum(held) / _scale(unit) if held else None,
                "share_of_files": rounded(sum(of_files) / sum(files.values())) if of_files else None,
            }
        )
    return result


def label_rows_by_status(given: Given) -> list[Row]:
    """How far are the label rows?"""
    groups: dict[Key, list[int]] = {}
    for row in given.tables["label_rows"]:
        status = (row["data_type"], row["label_status"], row["annotation_task_status"])
        groups.setdefault(status, []).append(row["row_id"])
    answer = []
    for (data_type, label_status, task_status), row_ids in groups.items():
        objects = [row for row in given.objects if row["row_id"] in row_ids]
        classifications = [row for row in given.tables["classifications"] if row["row_id"] in row_ids]
        answer.append(
            {
                "data_type": data_type,
                "label_status": label_status,
                "annotation_task_status": task_status,
                "label_rows": len(row_ids),
                "objects": len(objects),
                "instances": len({(row["row_id"], row["object_hash"]) for row in objects if not row["in_child"]}),
                "classifications": len({(row["row_id"], row["classification_hash"]) for row in classifications}),
            }
        )
    return answer


def empty_frames(given: Given) -> list[Row]:
    """How many frames are empty?"""
    objects = _by_space(given.objects)
    of_export = _by_space(given.tables["objects"])
    once = _by_space(given.all_objects)
    classifications = _by_space(given.tables["classifications"])
    listed = _by_space(given.tables["frames"])
    groups: dict[Key, list[int]] = {}
    for key, space in given.spaces.items():
        if space["number_of_frames"] is None:
            continue
        numbers = {frame["frame"] for frame in listed.get(key, [])}
        if space["timeline_id"] == space["space_id"]:
            numbers |= set(range(space["number_of_frames"]))
        label_row = given.label_rows[space["row_id"]]
        counts = groups.setdefault((label_row["data_type"], label_row["label_status"]), [0, 0, 0])
        for number in numbers:
            if any(_is_on(row, number) for row in objects.get(key, [])):
                counts[0] += 1
            elif any(_is_on(row, number) for row in classifications.get(key, [])):
                counts[1] += 1
            else:
                all_rows = [row for row in of_export.get(key, []) if row["frame"] == number]
                own_rows = [row for row in once.get(key, []) if row["frame"] == number]
                if own_rows or not all_rows:
                    counts[2] += 1
    return [
        {
            "data_type": data_type,
            "label_status": label_status,
            "frames": sum(counts),
            "with_objects": counts[0],
            "with_classifications_only": counts[1],
            "empty": counts[2],
            "share_empty": rounded(counts[2] / sum(counts)) if sum(counts) else None,
        }
        for (data_type, label_status), counts in groups.items()
    ]


def _is_on(row: Row, frame: int) -> bool:
    """Whether a label lies on a frame, or its range holds it."""
    if row["frame"] is not None:
        return bool(row["frame"] == frame)
    return bool(row["range_unit"] == "frame" and row["range_start"] <= frame <= row["range_end"])


def _by_space(rows: Iterable[Row]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault((row["row_id"], row["space_id"]), []).append(row)
    return found


def _tracks(rows: Iterable[Row]) -> dict[Key, list[Row]]:
    """Rows of objects on frames, by object and timeline."""
    found: dict[Key, list[Row]] = {}
    for row in rows:
        if row["frame"] is not None:
            found.setdefault((row["row_id"], row["timeline_id"], row["object_hash"]), []).append(row)
    return found


def _first_name(rows: list[Row]) -> str | None:
    return min((row["name"] for row in rows if row["name"] is not None), default=None)


def _counts(sets: Iterable[set[str | None]]) -> tuple[dict[str | None, int], dict[Key, int]]:
    """In how many sets each name is, and each two names are."""
    alone: dict[str | None, int] = {}
    both: dict[Key, int] = {}
    for names in sets:
        for name in names:
            alone[name] = alone.get(name, 0) + 1
        for pair in _pairs(names):
            both[pair] = both.get(pair, 0) + 1
    return alone, both


def _pairs(names: Iterable[str | None]) -> list[tuple[str | None, str | None]]:
    """Every two names, in order of the alphabet, null last."""
    ordered = sorted(names, key=lambda name: (name is None, (name or "").encode()))
    return [(one, other) for place, one in enumerate(ordered) for other in ordered[place + 1 :]]


def _place(given: Given, row: Row) -> Row:
    """Where a label without frame lies in its file: unit, first and last, and how long the file is in that unit."""
    space = given.spaces.get((row["row_id"], row["space_id"]), {})
    own_unit: str | None = None
    length: float | None = None
    if space.get("space_type") == "audio":
        own_unit, length = "millisecond", space["duration_ms"]
    elif space.get("space_type") in ("text", "html"):
        own_unit = "character"
    elif space.get("space_type") == "time_series" or space.get("number_of_frames") is not None:
        own_unit, length = "frame", space["number_of_frames"]
    unit = row["range_unit"] or own_unit
    if length is None or not 0 < length < 9e18 or unit != own_unit:
        length = None
    first, last, node = row["range_start"], row["range_end"], None
    if unit == "html":
        node = row.get("html_start_xpath")
        if node is not None and node == row["html_end_xpath"]:
            first, last = row["html_start_offset"], row["html_end_offset"]
    elif first is not None and last is None and length is not None:
        last = math.ceil(length) - 1
    return {
        "unit": unit,
        "is_whole": row["range_unit"] is None,
        "first": first,
        "last": last,
        "node": node,
        "file_length": length,
    }


def _length(place: Row) -> float | None:
    """How long the range of a place is, both ends counted."""
    if place["is_whole"]:
        length: float | None = place["file_length"]
        return length
    if place["first"] is None or place["last"] is None or place["first"] > place["last"]:
        return None
    return float(place["last"] - place["first"] + 1)


def _held(places: list[Row]) -> float | None:
    """On how much of one space some places hold, once where they overlap; None where that is unknown."""
    nodes: dict[str | None, list[tuple[int, int]]] = {}
    whole = [place["file_length"] for place in places if place["is_whole"] and place["file_length"] is not None]
    for place in places:
        if not place["is_whole"] and _length(place) is not None:
            nodes.setdefault(place["node"], []).append((place["first"], place["last"]))
    held = [float(sum(_covered(ranges) for ranges in nodes.values()))] if nodes else []
    return max(held + whole, default=None)


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in order, those that overlap or touch made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _covered(ranges: Iterable[tuple[int, int]]) -> int:
    return sum(end - start + 1 for start, end in _merged(ranges))


def _scale(unit: str | None) -> float:
    return {"millisecond": 1e3, "nanosecond": 1e9}.get(unit or "", 1.0)


def _told_in(unit: str | None) -> str | None:
    units = {"millisecond": "s", "nanosecond": "s", "character": "characters", "html": "characters", "frame": "frames"}
    return units.get(unit or "")


def _name(given: Given, row: Row) -> str | None:
    """The class of a label, the ontology's where nothing else tells it."""
    if row["name"] is not None:
        name: str = row["name"]
        return name
    ontology: Mapping[str, Any] = given.ontology or {}
    for node in ontology.get("objects", []):
        if "object_hash" in row and node["featureNodeHash"] == row["feature_hash"]:
            return str(node["name"])
    for node in ontology.get("classifications", []):
        if "classification_hash" in row and node["featureNodeHash"] == row["feature_hash"]:
            return str(node["attributes"][0]["name"])
    return None


def _told(row: Row, *columns: str) -> Any:
    """The first of some columns that is not null."""
    return next((row[column] for column in columns if row[column] is not None), None)


def _share(parts: list[tuple[float, float]]) -> float | None:
    """The share that the first ones have of the second ones, summed."""
    return rounded(sum(part for part, _ in parts) / sum(whole for _, whole in parts)) if parts else None
