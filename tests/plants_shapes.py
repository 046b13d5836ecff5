"""Plant faults of shapes, boxes and tracks in the demo's label rows.

In: label rows as JSON, their ontology, dice. Out: the rows with faults in place, and the findings to expect: the label
row, space, frame and object or classification of each. One function a check, named as it; what has no name of a check
here helps them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any

from labelframe.demo_export import encode_rle

Json = dict[str, Any]
Finding = tuple[str, str | None, int | None, str]
"""label_hash, space_id, frame, owner_hash"""


@dataclass
class _Place:
    """An entry of a frame's objects, with the list that it stands in and what it lies on."""

    label_hash: str
    kind: str  # data type of the row, and of the space in a group
    space_id: str
    timeline: tuple[str, str]
    frame: int
    entry: Json
    blob: Json
    size: tuple[int, int] | None

    @property
    def finding(self) -> Finding:
        return (self.label_hash, self.space_id, self.frame, str(self.entry["objectHash"]))

    @property
    def track(self) -> tuple[str, str, str]:
        return (*self.timeline, str(self.entry["objectHash"]))


def _blobs(row: Json) -> Iterator[tuple[str, str, str, int, Json, tuple[int, int] | None]]:
    """Kind, space, timeline, frame, labels and size of each labelled frame; those of scenes are left out."""
    if row["data_type"] == "scene":
        return
    for unit_id, unit in row["data_units"].items():
        size = (unit["width"], unit["height"]) if unit.get("width") else None
        if "objects" in unit["labels"]:
            is_group = row["data_type"] == "img_group"
            timeline = row["data_hash"] if is_group else unit_id
            kind = "sequence" if row.get("is_image_sequence") else row["data_type"]
            yield kind, unit_id, timeline, unit["data_sequence"] if is_group else 0, unit["labels"], size
        else:
            for frame, blob in unit["labels"].items():
                yield row["data_type"], unit_id, unit_id, int(frame), blob, size
    for space_id, space in row["spaces"].items():
        size = (space["width"], space["height"]) if space.get("width") else None
        if space["space_type"] == "medical_stack":
            size = (space["frames"][0]["width"], space["frames"][0]["height"])
        for frame, blob in space["labels"].items():
            yield f"group {space['space_type']}", space_id, space_id, int(frame), blob, size


def _places(rows: list[Json]) -> list[_Place]:
    """Every entry of every frame's objects."""
    return [
        _Place(row["label_hash"], kind, space_id, (row["label_hash"], timeline), frame, entry, blob, size)
        for row in rows
        for kind, space_id, timeline, frame, blob, size in _blobs(row)
        for entry in blob["objects"]
    ]


def _some(
    rows: list[Json], rng: Random, shapes: tuple[str, ...], keep: Callable[[_Place], bool] = lambda place: True
) -> list[_Place]:
    """One entry of each shape for each kind of canvas that has it, all of different objects."""
    chosen: dict[tuple[str, str], list[_Place]] = {}
    for place in _places(rows):
        if place.entry["shape"] in shapes and keep(place):
            chosen.setdefault((place.kind, place.entry["shape"]), []).append(place)
    picked: dict[tuple[str, str, str], _Place] = {}
    for places in chosen.values():
        place = rng.choice(places)
        picked.setdefault(place.track, place)
    return list(picked.values())


def _tracks(rows: list[Json], keep: Callable[[_Place], bool] = lambda place: True) -> list[list[_Place]]:
    """The entries of each object on each timeline in time, by frame."""
    tracks: dict[tuple[str, str, str], list[_Place]] = {}
    for place in _places(rows):
        if place.kind not in ("image", "img_group", "pdf", "group pdf") and keep(place):
            tracks.setdefault(place.track, []).append(place)
    return [sorted(track, key=lambda place: place.frame) for track in tracks.values()]


def _some_tracks(rng: Random, tracks: list[list[_Place]]) -> list[list[_Place]]:
    """One track for each kind of canvas and label row, so that they do not share a timeline."""
    chosen: dict[tuple[str, str], list[list[_Place]]] = {}
    for track in tracks:
        chosen.setdefault(track[0].timeline, []).append(track)
    return [rng.choice(some) for some in chosen.values()]


def _has_box(place: _Place) -> bool:
    return "boundingBox" in place.entry


def _copy_to_child(rows: list[Json], space_id: str) -> dict[str, tuple[str, str]]:
    """Give the child's label row of a group's video the labels that the group shows on it, as exports do; say which
    label row and space stand for the group's canvas now."""
    for row in rows:
        if row["data_type"] == "group" and space_id in row["spaces"]:
            key = row["spaces"][space_id]["child_info"]["layout_key"]
            for unit in row["data_units"].values():
                for child in unit["metadata"]["children"]:
                    for other in rows:
                        if child["layout_key"] == key and other["label_hash"] == child["label_hash"]:
                            other_unit = next(iter(other["data_units"].values()))
                            other_unit["labels"] = copy.deepcopy(row["spaces"][space_id]["labels"])
                            return {space_id: (other["label_hash"], other_unit["data_hash"])}
    return {}


def _in_child(rows: list[Json], expected: set[Finding], rng: Random) -> set[Finding]:
    """Copy one canvas of the group of two cameras to its child's label row: what is found there is told once, of it."""
    group = next(row for row in rows if row["data_title"] == "crossing-two-cameras")
    moved = _copy_to_child(rows, rng.choice(list(group["spaces"])))
    return {
        (*moved[space_id], frame, owner) if space_id in moved else (label_hash, space_id, frame, owner)
        for label_hash, space_id, frame, owner in expected
    }


def no_area(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Sides of zero and below, lines drawn as polygons."""
    expected: set[Finding] = set()
    shapes = ("bounding_box", "rotatable_bounding_box", "polygon", "ellipse", "circle", "cuboid_2d")
    for place in _some(rows, rng, shapes):
        entry = place.entry
        if "boundingBox" in entry:
            entry["boundingBox"][rng.choice("wh")] = rng.choice([0, 0.0, -0.1])
        elif "rotatableBoundingBox" in entry:
            entry["rotatableBoundingBox"][rng.choice("wh")] = 0
        elif "polygons" in entry:
            slope = rng.choice([0, 0.3])
            vertices = [(0.1 * step, 0.2 + slope * 0.1 * step) for step in (1, 2, 3, 2)]
            entry["polygons"] = [[[side for vertex in vertices for side in vertex]]]
        elif "ellipse" in entry:
            entry["ellipse"][rng.choice(["rx", "ry"])] = 0
        elif "circle" in entry:
            entry["circle"]["r"] = 0
        else:
            entry["cuboid_2d"] = {"front": [0.2, 0.2, 0.2, 0.2, 0.2, 0.4, 0.2, 0.4], "offset": {"x": 0, "y": 0.1}}
        expected.add(place.finding)
    return _in_child(rows, expected, rng)


def outside_frame(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Boxes, outlines and points that reach out on one side, or lie outside."""
    expected: set[Finding] = set()
    shapes = ("bounding_box", "rotatable_bounding_box", "polygon", "ellipse", "circle", "polyline", "point", "skeleton")
    for place in _some(rows, rng, shapes):
        entry, shift = place.entry, rng.choice([-2.0, -1.0, 1.0, 3.0])
        axis = rng.choice("xy")
        if "polygons" in entry:
            offset = "xy".index(axis)
            for ring in (ring for rings in entry["polygons"] for ring in rings):
                ring[offset::2] = [side + shift for side in ring[offset::2]]
        elif "boundingBox" in entry and rng.random() < 0.5:
            box = entry["boundingBox"]
            box[axis] = 1 - box["w" if axis == "x" else "h"] + 0.002
        else:
            key = next(
                key
                for key in ("boundingBox", "rotatableBoundingBox", "ellipse", "circle", "polyline", "point", "skeleton")
                if key in entry
            )
            geometry = entry[key]
            for part in geometry.values() if key in ("polyline", "point", "skeleton") else [geometry]:
                part[axis] += shift
        expected.add(place.finding)
    return _in_child(rows, expected, rng)


def tiny(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Boxes and outlines of a pixel and a half on one side."""
    expected: set[Finding] = set()
    shapes = ("bounding_box", "polygon", "bitmask")
    for place in _some(rows, rng, shapes, lambda place: place.size is not None):
        assert place.size
        entry, (width, height) = place.entry, place.size
        if "boundingBox" in entry:
            side = rng.choice("wh")
            entry["boundingBox"][side] = 1.5 / (width if side == "w" else height)
        elif "polygons" in entry:
            entry["polygons"] = [[[0.5, 0.5, 0.7, 0.5, 0.6, 0.5 + 1.5 / height]]]
        else:
            counts = [3 * width + 5, 1, width - 1, 1, (height - 4) * width - 6]
            entry["bitmask"]["rleString"] = encode_rle(counts)
        expected.add(place.finding)
    return _in_child(rows, expected, rng)


def duplicate(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Objects drawn again under another hash, a little beside."""
    expected: set[Finding] = set()
    shapes = ("bounding_box", "rotatable_bounding_box", "polygon", "bitmask", "skeleton", "ellipse", "circle")
    for place in _some(rows, rng, shapes):
        again = copy.deepcopy(place.entry)
        again["objectHash"] = rng.choice(["!again", "zzagain"]) + str(rng.random())
        if "boundingBox" in again:
            box = again["boundingBox"]
            box["x"] += 0.01 * rng.uniform(-1, 1) * box["w"]
            box["h"] *= 1 + 0.01 * rng.uniform(-1, 1)
        place.blob["objects"].append(again)
        later = max(str(again["objectHash"]), str(place.entry["objectHash"]))
        expected.add((*place.finding[:3], later))
    return _in_child(rows, expected, rng)


def same_object_twice(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Entries of one hash, drawn at one place or at two."""
    expected: set[Finding] = set()
    for place in _some(rows, rng, ("bounding_box", "polygon", "bitmask", "point", "polyline", "ellipse")):
        again = copy.deepcopy(place.entry)
        if "boundingBox" in again and rng.random() < 0.5:
            again["boundingBox"]["x"] = 0.01
        place.blob["objects"].append(again)
        expected.add(place.finding)
    return _in_child(rows, expected, rng)


def class_changes(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Tracks of another class from some frame on, or for some frames."""
    expected: set[Finding] = set()
    tracks: dict[tuple[str, str], list[_Place]] = {}
    for place in _places(rows):
        tracks.setdefault((place.label_hash, str(place.entry["objectHash"])), []).append(place)
    chosen: dict[tuple[str, str], list[list[_Place]]] = {}
    for track in tracks.values():
        ordered = sorted(track, key=lambda place: (place.timeline, place.frame))
        if len(ordered) > 3:
            chosen.setdefault((ordered[0].label_hash, ordered[0].kind), []).append(ordered)
    for some in chosen.values():
        track = rng.choice(some)
        first = rng.randrange(1, len(track) - 2)
        last = rng.choice([len(track), rng.randrange(first + 1, len(track))])
        other = rng.choice([kind for kind in ontology["objects"] if kind["name"] != track[0].entry["name"]])
        for place in track[first:last]:
            place.entry["featureHash"] = other["featureNodeHash"]
            if rng.random() < 0.9:
                place.entry["name"] = other["name"]
            else:
                del place.entry["name"]
        expected.add(track[first].finding)
        if last < len(track):
            expected.add(track[last].finding)
    return expected


def track_jump(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Boxes, outlines and ellipses that are elsewhere for one frame."""
    expected: set[Finding] = set()
    tracks = [
        track
        for track in _tracks(rows, lambda place: _has_box(place) or "polygons" in place.entry)
        if len(track) >= 10 and _is_close(track)
    ]
    for track in _some_tracks(rng, tracks):
        number = rng.randrange(2, len(track) - 2)
        place = track[number]
        if _has_box(place):
            place.entry["boundingBox"]["x"] += 8
        else:
            for rings in place.entry["polygons"]:
                for ring in rings:
                    ring[0::2] = [side + 5 for side in ring[0::2]]
        expected |= {place.finding, track[number + 1].finding}
    return _in_child(rows, expected, rng)


def _is_close(track: list[_Place]) -> bool:
    """Whether no two frames of a track are more than two apart."""
    return all(later.frame - place.frame <= 2 for place, later in pairwise(track))


def _is_whole(track: list[_Place]) -> bool:
    return all(later.frame - place.frame == 1 for place, later in pairwise(track))


def track_gap(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Objects that are left out for a few frames; those that the demo hides for a while are known."""
    expected: set[Finding] = set()
    tracks = _tracks(rows)
    for track in tracks:
        length = track[-1].frame - track[0].frame + 1
        if len(track) >= 0.8 * length:
            for place, later in pairwise(track):
                if 1 <= later.frame - place.frame - 1 <= 10:
                    expected.add(place.finding)
    for track in _some_tracks(rng, [track for track in tracks if len(track) >= 16 and _is_whole(track)]):
        first, length = rng.randrange(2, len(track) - 5), rng.randint(1, 3)
        for place in track[first : first + length]:
            place.blob["objects"].remove(place.entry)
        expected.add(track[first - 1].finding)
    return _in_child(rows, expected, rng)


def size_outlier(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """One huge parked car, and boxes that nearly vanish."""
    expected: set[Finding] = set()
    for place in _some(rows, rng, ("rotatable_bounding_box",)):
        box = place.entry["rotatableBoundingBox"]
        box.update(w=4 * box["w"], h=4 * box["h"])
        expected.add(place.finding)
    for place in _some(rows, rng, ("bounding_box",), lambda place: place.entry["name"] == "Vehicle"):
        place.entry["boundingBox"].update(w=2e-6, h=2e-6)
        expected.add(place.finding)
    return _in_child(rows, expected, rng)


def aspect_outlier(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """One very long parked car, and boxes that are slits."""
    expected: set[Finding] = set()
    for place in _some(rows, rng, ("rotatable_bounding_box",)):
        place.entry["rotatableBoundingBox"]["w"] *= 6
        expected.add(place.finding)
    for place in _some(rows, rng, ("bounding_box",), lambda place: place.entry["name"] == "Vehicle"):
        box = place.entry["boundingBox"]
        side = rng.choice("wh")
        box[side] = (box["w"] + box["h"]) / 200
        expected.add(place.finding)
    return _in_child(rows, expected, rng)


def place_outlier(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """A watermark in a corner of every picture, and of some in another."""
    expected: set[Finding] = set()
    seen: dict[tuple[str, int], list[_Place]] = {}
    for place in _places(rows):
        if _has_box(place):
            seen.setdefault((place.space_id, place.frame), []).append(place)
    pictures = [places[0] for places in seen.values()]
    odd = set(rng.sample(range(len(pictures)), 5))
    for number, place in enumerate(pictures):
        shift = rng.uniform(-0.01, 0.01)
        x, y = (0.88 + shift, 0.9) if number not in odd else rng.choice([(0.02, 0.9), (0.88, 0.05)])
        mark = {**place.entry, "objectHash": f"mark {number}", "name": "Watermark", "featureHash": "watermark"}
        mark["boundingBox"] = {"x": x, "y": y, "w": 0.08, "h": 0.05}
        place.blob["objects"].append(mark)
        if number in odd:
            expected.add((place.label_hash, place.space_id, place.frame, f"mark {number}"))
    return _in_child(rows, expected, rng)


def frozen_track(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Vehicles whose first box is copied on, beside others that move."""
    expected: set[Finding] = set()
    tracks = [track for track in _tracks(rows, _has_box) if track[0].entry["name"] == "Vehicle" and len(track) >= 10]
    beside = [
        track
        for track in tracks
        if any(
            other is not track
            and other[0].timeline == track[0].timeline
            and other[0].frame <= track[-1].frame
            and track[0].frame <= other[-1].frame
            for other in tracks
        )
    ]
    for track in _some_tracks(rng, beside):
        for place in track[1:]:
            place.entry["boundingBox"] = dict(track[0].entry["boundingBox"])
        expected.add(track[0].finding)
    return _in_child(rows, expected, rng)


def crossing_polygon(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Outlines and holes with two vertices in each other's place, in either spelling."""
    expected: set[Finding] = set()
    for place in _some(rows, rng, ("polygon",)):
        entry = place.entry
        rings = [ring for rings in entry["polygons"] for ring in rings]
        ring = rng.choice([ring for ring in rings if len(ring) >= 12])
        count = len(ring) // 2
        one = rng.randrange(count)
        other = (one + rng.randint(2, 3)) % count
        for axis in (0, 1):
            ring[2 * one + axis], ring[2 * other + axis] = ring[2 * other + axis], ring[2 * one + axis]
        if len(rings) == 1 and rng.random() < 0.5:
            vertices = zip(ring[0::2], ring[1::2], strict=True)
            entry["polygon"] = {str(number): {"x": x, "y": y} for number, (x, y) in enumerate(vertices)}
            del entry["polygons"]
        expected.add(place.finding)
    return expected


def few_vertices(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Outlines of two places, a hole of one, lines that go nowhere, a pose without a joint."""
    expected: set[Finding] = set()
    for place in _some(rows, rng, ("polygon", "polyline", "skeleton")):
        entry = place.entry
        if "polyline" in entry:
            entry["polyline"] = {str(number): {"x": 0.3, "y": 0.4} for number in range(rng.randint(1, 3))}
        elif "skeleton" in entry:
            entry["skeleton"] = {}
        else:
            bad = rng.choice([[0.1, 0.1, 0.2, 0.3], [0.1, 0.1, 0.2, 0.3, 0.1, 0.1, 0.2, 0.3], [0.4, 0.4]])
            if rng.random() < 0.5:
                entry["polygons"] = [[bad]]
            else:
                entry["polygons"][0].append(bad)
        expected.add(place.finding)
    return expected


def empty_mask(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Masks of background alone, a segmentation that selects nothing."""
    expected: set[Finding] = set()
    for place in _some(rows, rng, ("bitmask",)):
        mask = place.entry["bitmask"]
        mask["rleString"] = encode_rle([mask["width"] * mask["height"]])
        expected.add(place.finding)
    for row in rows:
        if row["data_type"] == "scene" and row["spaces"]:
            clouds = [(key, space) for key, space in row["spaces"].items() if space["space_type"] == "point_cloud"]
            space_id, space = rng.choice(clouds)
            entry = space["labels"]["objects"][0]
            entry["segmentation"] = ""
            expected.add((row["label_hash"], space_id, 0, entry["objectHash"]))
    return expected


def mask_misfit(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Masks of a cut of their frame, of twice its size, or shifted."""
    expected: set[Finding] = set()
    for place in _some(rows, rng, ("bitmask",)):
        assert place.size
        width, height = place.size
        mask = place.entry["bitmask"]
        kind = rng.choice(["cut", "twice", "shifted"])
        if kind == "shifted":
            mask["left"] = 3
        else:
            width, height = (width // 2, height) if kind == "cut" else (2 * width, 2 * height)
            mask.update(width=width, height=height, rleString=encode_rle([5, 9, width * height - 14]))
        expected.add(place.finding)
    return expected


def confidence_out_of_range(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Confidences in per cent or below zero: of objects and classifications, in entries and in answers."""
    expected: set[Finding] = set()
    for place in _some(rows, rng, ("bounding_box", "polygon", "bitmask", "skeleton")):
        place.entry["confidence"] = rng.choice([1.01, 95, -0.2])
        expected.add(place.finding)
    for row in rows:
        answers = row["object_answers"]
        if row["data_type"] in ("audio", "plain_text", "time_series"):
            object_hash = rng.choice(list(answers))
            answers[object_hash]["confidence"] = 100
            expected.add((row["label_hash"], row["data_hash"], None, object_hash))
        elif row["data_type"] == "dicom":
            object_hash = rng.choice(list(answers))
            answers[object_hash]["confidence"] = -1
            expected = {finding for finding in expected if finding[::3] != (row["label_hash"], object_hash)}
            entries = [
                (int(frame), entry)
                for frame, blob in next(iter(row["data_units"].values()))["labels"].items()
                for entry in blob["objects"]
                if entry["objectHash"] == object_hash and not 0 <= entry["confidence"] <= 1
            ]
            space_id = next(iter(row["data_units"])) if entries else None
            frame = min(frame for frame, _ in entries) if entries else None
            expected.add((row["label_hash"], space_id, frame, object_hash))
        if row["data_type"] == "image" and rng.random() < 0.4:
            unit_id, unit = next(iter(row["data_units"].items()))
            for entry in unit["labels"]["classifications"][:1]:
                entry["confidence"] = 1.5
                expected.add((row["label_hash"], unit_id, 0, entry["classificationHash"]))
        if row["data_type"] == "audio":
            for classification_hash, answer in row["classification_answers"].items():
                answer["confidence"] = -0.5
                expected.add((row["label_hash"], None, None, classification_hash))
    return _in_child(rows, expected, rng)


def deleted_present(rows: list[Json], ontology: Mapping[str, Any], rng: Random) -> set[Finding]:
    """Objects marked as deleted on some of their frames, or on all."""
    expected: set[Finding] = set()
    for track in _some_tracks(rng, _tracks(rows)):
        first = rng.choice([0, len(track) // 2])
        for place in track[first:]:
            place.entry["isDeleted"] = True
        expected.add(track[first].finding)
    for place in _some(rows, rng, ("bounding_box", "point"), lambda place: place.kind in ("image", "img_group", "pdf")):
        place.entry["isDeleted"] = True
        expected.add(place.finding)
    return _in_child(rows, expected, rng)
