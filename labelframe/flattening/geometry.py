"""Read the geometry of objects into flat buffers, and compute boxes and areas of a whole batch at once.

In: entries of a frame's objects, one at a time. Out: Arrow columns of every geometry column of the objects table. Each
reader checks a whole geometry before it keeps any of it. It knows shapes, not frames, files or label rows.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from labelframe.arrays import bitmap, number_array
from labelframe.errors import Fault, Found, kind_of
from labelframe.flattening import rle
from labelframe.flattening.values import digits
from labelframe.schema import INT, OBJECTS, XY, XYZ

Entry = Mapping[str, Any]
Leftover = dict[str, object] | None
Form = dict[str, object]

NUMBERS = frozenset({float, int})
STRINGS = frozenset({str, type(None)})
RLE_CHUNK = 1 << 19  # characters of run lengths decoded at once: bounds the memory of the numbers they become

_numerals: list[str] = []


def _missing(entry: Entry, key: str, what: str) -> Fault:
    found: object = entry.get(key)
    if found is None:
        others = [name for name in GEOMETRY_KEYS if entry.get(name) is not None]
        words = "null" if key in entry else f"no {key}"
        if others:
            return Fault(
                "geometry is not the one of its shape", what, Found(f"{words}, but {', '.join(others)}"), (key,)
            )
        return Fault("geometry is missing", what, Found(words), (key,))
    return Fault("geometry is of the wrong type", what, found, (key,))


def _numbers(part: Entry, names: tuple[str, ...], path: tuple[str | int, ...]) -> tuple[float, ...]:
    values: tuple[Any, ...] = tuple([part.get(name) for name in names])
    if not NUMBERS.issuperset(map(type, values)):
        name, value = next((n, v) for n, v in zip(names, values, strict=True) if type(v) not in NUMBERS)
        if name not in part:
            raise Fault("coordinate is missing", "a number", Found("nothing"), (*path, name))
        raise Fault("coordinate is no number", "a number", value, (*path, name))
    return values


def _optional(part: Entry, name: str, default: float, path: tuple[str | int, ...], form: Form) -> float:
    value = part.get(name)
    if value is None:
        form.setdefault("absent", []).append(name)  # type: ignore[attr-defined]
        return default
    return _numbers(part, (name,), path)[0]


def _whole(part: Entry, name: str, path: tuple[str | int, ...]) -> int:
    value = _numbers(part, (name,), path)[0]
    if value != int(value) or abs(value) >= 1 << 31:
        raise Fault("size is no whole number", "a whole number of pixels", value, (*path, name))
    return int(value)


def _others(part: Entry, names: Iterable[str], key: str) -> Leftover:
    left = {name: value for name, value in part.items() if name not in names}
    return {key: left} if left else None


def _in_order(value: object, key: str) -> tuple[list[Any], object]:
    """(the vertices of a list, or of an object keyed "0", "1", ... in the order of those numbers; how they were written
    where that is not keyed so: `list`, or their keys)."""
    if type(value) is list:
        return value, "list"
    assert isinstance(value, dict)
    while len(_numerals) < len(value):
        _numerals.append(str(len(_numerals)))
    names = list(value)
    if names == _numerals[: len(names)]:
        return list(value.values()), None
    for name in names:
        if not digits(name):
            raise Fault("vertex key is no number", 'vertices keyed "0", "1", ...', name, (key,))
    names.sort(key=int)
    return [value[name] for name in names], None if names == _numerals[: len(names)] else names


def _vertices(entry: Entry, key: str, form: Form) -> list[dict[str, Any]]:
    value = entry.get(key)
    if type(value) is not dict and type(value) is not list:
        raise _missing(entry, key, "vertices: an object or a list of {x, y}")
    vertices, written = _in_order(value, key)
    if written is not None:
        form["vertices"] = written
    if not vertices:
        raise _no_vertices(key)
    for index, vertex in enumerate(vertices):
        if type(vertex) is not dict:
            raise Fault("vertex is no object", "a vertex {x, y}", vertex, (key, _step(value, index)))
    return vertices


def _step(value: object, index: int) -> str | int:
    """The step of a JSON path to a vertex: its place in a list, or its key."""
    return sorted(value, key=int)[index] if isinstance(value, dict) else index


def _no_vertices(key: str) -> Fault:
    return Fault("geometry is missing", "a vertex at least", Found("none"), (key,))


def _flat(vertices: list[dict[str, Any]], key: str, value: object) -> list[float]:
    try:
        flat = [number for vertex in vertices for number in (vertex["x"], vertex["y"])]
    except KeyError:
        flat = []
    if len(flat) != 2 * len(vertices) or not NUMBERS.issuperset(map(type, flat)):
        for index, vertex in enumerate(vertices):
            _numbers(vertex, ("x", "y"), (key, _step(value, index)))
    return flat


def _vertex_leftover(entry: Entry, key: str, is_left: Callable[[str, Any], bool]) -> Leftover:
    """What of the vertices no column covers, in a list or an object as they are themselves."""
    value = entry[key]
    if isinstance(value, list):
        listed = [{name: part for name, part in vertex.items() if is_left(name, part)} for vertex in value]
        return {key: listed} if any(listed) else None
    left = {
        place: odd
        for place, vertex in value.items()
        for odd in [{name: part for name, part in vertex.items() if is_left(name, part)}]
        if odd
    }
    return {key: left} if left else None


_STATES = (
    ("invisible", "invisible"),
    ("occluded", "occluded"),
    ("selfOccluded", "selfOccluded"),
    ("visible", "visible"),
)
_POINT_TEXTS = ("name", "value", "featureHash", "color")
_STATE_KEYS = ("visibility", *(key for key, _ in _STATES))
POINT_KEYS = ("x", "y", *_POINT_TEXTS, "visibility", *(key for key, _ in _STATES))


def visibility_of(point: Entry) -> str:
    for key, state in _STATES:
        if point.get(key) is True:
            return state
    exported = point.get("visibility")
    return exported if isinstance(exported, str) else "visible"


def _is_left_of_point(name: str, value: object) -> bool:
    """Whether the columns of a skeleton's point leave out this key."""
    if name in _POINT_TEXTS or name == "visibility":
        return type(value) not in STRINGS
    if name in _STATE_KEYS:
        return value is not None and type(value) is not bool
    return name not in POINT_KEYS


class _Numbers:
    """Numbers of a batch, `read` one after another or given all at once."""

    def __init__(self, kind: str) -> None:
        self.read: array[Any] = array(kind)
        self._filled: NDArray[Any] | None = None

    def fill(self, numbers: NDArray[Any]) -> None:
        self._filled = numbers

    def take(self) -> NDArray[Any]:
        if self._filled is not None:
            filled, self._filled = self._filled, None
            return filled
        numbers = np.array(self.read)
        del self.read[:]
        return numbers


class _Rows:
    """The rows that have a geometry of one kind, and that geometry's numbers, `width` of them a row."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.rows = array("q")
        self.numbers = array("d")
        self._filled: tuple[NDArray[np.int64], Sequence[NDArray[np.float64]]] | None = None

    def add(self, row: int, *numbers: float) -> None:
        self.rows.append(row)
        self.numbers.extend(numbers)

    def fill(self, rows: NDArray[np.int64], *columns: NDArray[Any]) -> None:
        """Give all rows at once instead, their numbers by column."""
        self._filled = rows, [column.astype(np.float64, copy=False) for column in columns]

    def take(self) -> tuple[NDArray[np.int64], Sequence[NDArray[np.float64]]]:
        """(rows, numbers by column)"""
        if self._filled is not None:
            filled, self._filled = self._filled, None
            return filled
        rows, numbers = np.array(self.rows, np.int64), np.array(self.numbers, np.float64)
        del self.rows[:], self.numbers[:]
        return rows, list(numbers.reshape(len(rows), self.width).T)


@dataclass(frozen=True)
class MaskFault:
    """A mask whose run lengths cannot be taken: where it was said to lie, the fault, and its geometry as exported."""

    where: tuple[Any, ...]
    fault: Fault
    raw: Mapping[str, object]


@dataclass(frozen=True)
class Measured:
    """Masks and what was measured of them: rows, numbers as `Geometry.masks` has them, run lengths, pixels, extent."""

    rows: NDArray[np.int64]
    numbers: tuple[NDArray[np.float64], ...]
    texts: pa.Array | None
    pixels: NDArray[np.int64]
    extent: rle.Extent


class Geometry:
    """The geometries of a batch of objects, read one after another or given all at once."""

    def __init__(self) -> None:
        self.boxes = _Rows(4)
        self.rotated = _Rows(7)  # x, y, w, h, theta, frame width, frame height
        self.ellipses = _Rows(7)  # x, y, rx, ry, theta, frame width, frame height
        self.circles = _Rows(7)  # x, y, r, stretch, theta, frame width, frame height
        self.cuboids = _Rows(9)
        self.cuboids_2d = _Rows(6)  # vertices, then vanishing x, y, scale, offset x, y
        self.fronts = _Numbers("d")
        self.polygons = _Rows(1)  # polygons
        self.polygon_sizes = _Numbers("q")  # rings
        self.ring_sizes = _Numbers("q")  # vertices
        self.polygon_numbers = _Numbers("d")
        self.points = _Rows(1)  # vertices
        self.point_numbers = _Numbers("d")  # x, y, z
        self.skeletons = _Rows(1)  # vertices
        self.keypoint_numbers = _Numbers("d")  # x, y
        self.keypoint_texts: list[list[str | None] | pa.Array] = [[], [], [], []]
        self.keypoint_states: list[str] | pa.Array = []
        self.masks = _Rows(6)  # width, height, top, left (NaN: null), frame width, frame height
        self.mask_texts: list[str] = []
        self.mask_where: list[tuple[Any, ...]] = []
        self.mask_raw: list[Mapping[str, object]] = []
        self.segments = _Rows(0)
        self.segment_texts: list[str] = []
        self.segment_where: list[tuple[Any, ...]] = []
        self.measured: Measured | None = None  # masks, where `fill_masks` was told of some
        self.weight = 0  # numbers and characters kept, to tell when a batch is full
        self.form: Form = {}  # how the object at hand was written where that is not the usual way

    def reader(self, shape: str) -> Callable[[Entry, int, float, float, tuple[Any, ...]], Leftover] | None:
        """The method that reads one entry of a shape; None of a shape that nobody knows. (Asked for each time: a table
        of them would be a cycle, and keep what was read until garbage is collected.)"""
        return getattr(self, f"_read_{shape}") if shape in SHAPE_KEYS else None

    def _read_bounding_box(
        self, entry: Entry, row: int, width: float, height: float, where: tuple[Any, ...]
    ) -> Leftover:
        box = entry.get("boundingBox")
        if type(box) is not dict:
            raise _missing(entry, "boundingBox", "a box {x, y, w, h}")
        self.boxes.add(row, *_numbers(box, ("x", "y", "w", "h"), ("boundingBox",)))
        return _others(box, ("x", "y", "w", "h"), "boundingBox") if len(box) != 4 else None

    def _read_rotatable_bounding_box(
        self, entry: Entry, row: int, width: float, height: float, where: tuple[Any, ...]
    ) -> Leftover:
        key = "rotatableBoundingBox"
        box = entry.get(key)
        if type(box) is not dict:
            raise _missing(entry, key, "a box {x, y, w, h, theta}")
        corners = _numbers(box, ("x", "y", "w", "h"), (key,))
        self.rotated.add(row, *corners, _optional(box, "theta", 0.0, (key,), self.form), width, height)
        return _others(box, ("x", "y", "w", "h", "theta"), key)

    def _read_ellipse(self, entry: Entry, row: int, width: float, height: float, where: tuple[Any, ...]) -> Leftover:
        ellipse = entry.get("ellipse")
        if type(ellipse) is not dict:
            raise _missing(entry, "ellipse", "an ellipse {x, y, rx, ry}")
        axes = _numbers(ellipse, ("x", "y", "rx", "ry"), ("ellipse",))
        self.ellipses.add(row, *axes, _optional(ellipse, "theta", 0.0, ("ellipse",), self.form), width, height)
        return _others(ellipse, ("x", "y", "rx", "ry", "theta"), "ellipse")

    def _read_circle(self, entry: Entry, row: int, width: float, height: float, where: tuple[Any, ...]) -> Leftover:
        circle = entry.get("circle")
        if type(circle) is not dict:
            raise _missing(entry, "circle", "a circle {x, y, r}")
        radius = _numbers(circle, ("x", "y", "r"), ("circle",))
        stretch = _optional(circle, "stretch", 1.0, ("circle",), self.form)
        self.circles.add(row, *radius, stretch, _optional(circle, "theta", 0.0, ("circle",), self.form), width, height)
        return _others(circle, ("x", "y", "r", "stretch", "theta"), "circle")

    def _read_polygon(self, entry: Entry, row: int, width: float, height: float, where: tuple[Any, ...]) -> Leftover:
        polygons = entry.get("polygons")
        if polygons is None or polygons == []:
            vertices = _vertices(entry, "polygon", self.form)
            self._keep_polygons(row, [[_flat(vertices, "polygon", entry["polygon"])]])
            self.form["polygon"] = "only"
            if max(map(len, vertices)) > 2:
                return _vertex_leftover(entry, "polygon", lambda name, _: name not in ("x", "y"))
            return None
        if type(polygons) is not list:
            raise Fault("geometry is of the wrong type", "a list of polygons", polygons, ("polygons",))
        for p, polygon in enumerate(polygons):
            if type(polygon) is not list:
                raise Fault("geometry is of the wrong type", "a polygon: a list of rings", polygon, ("polygons", p))
            for r, ring in enumerate(polygon):
                path = ("polygons", p, r)
                if type(ring) is not list:
                    raise Fault("geometry is of the wrong type", "a ring: a list of numbers", ring, path)
                if not NUMBERS.issuperset(map(type, ring)):
                    index = next(i for i, number in enumerate(ring) if type(number) not in NUMBERS)
                    raise Fault("coordinate is no number", "a number", ring[index], (*path, index))
                if len(ring) % 2:
                    found = Found(f"{len(ring)} numbers")
                    raise Fault("odd number of coordinates", "x and y of each vertex", found, path)
        if not any(ring for polygon in polygons for ring in polygon):
            raise _no_vertices("polygons")
        self._keep_polygons(row, polygons)
        legacy = entry.get("polygon")
        if legacy is None:
            self.form["polygon"] = "absent"
        elif not _is_ring(legacy, polygons[0][0] if polygons[0] else []):
            return {"polygon": legacy}
        else:
            written = _in_order(legacy, "polygon")[1]
            if written is not None:
                self.form["vertices"] = written
        return None

    def _keep_polygons(self, row: int, polygons: list[list[list[float]]]) -> None:
        self.polygons.add(row, len(polygons))
        for polygon in polygons:
            self.polygon_sizes.read.append(len(polygon))
            for ring in polygon:
                self.ring_sizes.read.append(len(ring) // 2)
                self.polygon_numbers.read.extend(ring)
                self.weight += len(ring)

    def _read_polyline(self, entry: Entry, row: int, width: float, height: float, where: tuple[Any, ...]) -> Leftover:
        return self._read_points(entry, row, "polyline")

    def _read_point(self, entry: Entry, row: int, width: float, height: float, where: tuple[Any, ...]) -> Leftover:
        return self._read_points(entry, row, "point")

    def _read_points(self, entry: Entry, row: int, key: str) -> Leftover:
        vertices = _vertices(entry, key, self.form)
        flat = _flat(vertices, key, entry[key])
        heights = [vertex.get("z") for vertex in vertices]
        if any(z is not None for z in heights):
            for index, vertex in enumerate(vertices):
                _numbers(vertex, ("z",), (key, _step(entry[key], index)))
        for index, z in enumerate(heights):
            self.point_numbers.read.extend((flat[2 * index], flat[2 * index + 1], np.nan if z is None else z))
        self.points.add(row, len(vertices))
        self.weight += 3 * len(vertices)
        return _vertex_leftover(entry, key, lambda name, _: name not in ("x", "y", "z"))

    def _read_skeleton(self, entry: Entry, row: int, width: float, height: float, where: tuple[Any, ...]) -> Leftover:
        vertices = _vertices(entry, "skeleton", self.form)
        flat = _flat(vertices, "skeleton", entry["skeleton"])
        states = [{key: vertex[key] for key in _STATE_KEYS if vertex.get(key) is not None} for vertex in vertices]
        if any(len(state) != 1 or type(state.get("visibility")) is not str for state in states):
            self.form["states"] = states
        for vertex in vertices:
            for name, texts in zip(_POINT_TEXTS, self.keypoint_texts, strict=True):
                text = vertex.get(name)
                texts.append(text if type(text) is str else None)
            self.keypoint_states.append(visibility_of(vertex))
        self.keypoint_numbers.read.extend(flat)
        self.skeletons.add(row, len(vertices))
        self.weight += 8 * len(vertices)
        return _vertex_leftover(entry, "skeleton", _is_left_of_point)

    def _read_bitmask(self, entry: Entry, row: int, width: float, height: float, where: tuple[Any, ...]) -> Leftover:
        names = ("rleString", "top", "left", "width", "height")
        mask: object = entry.get("bitmask")
        path: tuple[str, ...] = ("bitmask",)
        if mask is None and "rleString" in entry:
            mask, path = dict(entry), ()  # exports of old have the mask's keys on the object itself
            self.form["bitmask"] = "old"
        if not isinstance(mask, dict):
            raise _missing(entry, "bitmask", "a mask {rleString, top, left, width, height}")
        text = _rle_text(mask, "rleString", path)
        sizes = [_whole(mask, "width", path), _whole(mask, "height", path)]
        if min(sizes) < 0:
            raise Fault("size is negative", "a size in pixels", min(sizes), path)
        corner = [np.nan if mask.get(name) is None else _whole(mask, name, path) for name in ("top", "left")]
        self.masks.add(row, *sizes, *corner, width, height)
        self.mask_texts.append(text)
        self.mask_where.append(where)
        self.mask_raw.append(geometry_of(entry))
        self.weight += len(text)
        return _others(mask, names, "bitmask") if path else None

    def _read_segmentation(
        self, entry: Entry, row: int, width: float, height: float, where: tuple[Any, ...]
    ) -> Leftover:
        if entry.get("segmentation") is None and any(entry.get(key) is not None for key in GEOMETRY_KEYS):
            raise _missing(entry, "segmentation", "run lengths as text")
        text = _rle_text(entry, "segmentation", ())
        self.segments.add(row)
        self.segment_texts.append(text)
        self.segment_where.append(where)
        self.weight += len(text)
        return None

    def _read_cuboid(self, entry: Entry, row: int, width: float, height: float, where: tuple[Any, ...]) -> Leftover:
        cuboid = entry.get("cuboid")
        if type(cuboid) is not dict:
            raise _missing(entry, "cuboid", "a cuboid {position, orientation, size}")
        numbers: list[float] = []
        for name in ("position", "orientation", "size"):
            part = cuboid.get(name)
            if type(part) is not list or len(part) != 3 or not NUMBERS.issuperset(map(type, part)):
                found = Found(kind_of(part)) if type(part) is not list else Found(f"{part}"[:80])
                raise Fault("coordinate is no number", "three numbers", found, ("cuboid", name))
            numbers += part
        self.cuboids.add(row, *numbers)
        return _others(cuboid, ("position", "orientation", "size"), "cuboid")

    def _read_cuboid_2d(self, entry: Entry, row: int, width: float, height: float, where: tuple[Any, ...]) -> Leftover:
        key = "cuboid_2d"
        cuboid = entry.get(key)
        if type(cuboid) is not dict:
            raise _missing(entry, key, "a cuboid {front, ...}")
        front = cuboid.get("front")
        if type(front) is not list or not NUMBERS.issuperset(map(type, front)):
            raise Fault("coordinate is no number", "a list of numbers", front, (key, "front"))
        if len(front) % 2:
            found = Found(f"{len(front)} numbers")
            raise Fault("odd number of coordinates", "x and y of each vertex", found, (key, "front"))
        if not front:
            raise Fault("geometry is missing", "a vertex at least", Found("none"), (key, "front"))
        numbers: list[float] = []
        left: dict[str, object] = {}
        for name in ("vanishingPoint", "offset"):
            part = cuboid.get(name)
            if part is None:
                numbers += (np.nan, np.nan)
            elif type(part) is not dict:
                raise Fault("geometry is of the wrong type", "a point {x, y}", part, (key, name))
            else:
                numbers += _numbers(part, ("x", "y"), (key, name))
                left.update(_others(part, ("x", "y"), name) or {})
        scale = _optional(cuboid, "scaleRatio", np.nan, (key,), {})
        if np.isnan(numbers[0] * scale) and np.isnan(numbers[2]):
            found = Found("neither")
            raise Fault("geometry is missing", "vanishingPoint and scaleRatio, or offset", found, (key,))
        left.update(
            (name, value)
            for name, value in cuboid.items()
            if name not in ("front", "vanishingPoint", "offset", "scaleRatio")
        )
        self.cuboids_2d.add(row, len(front) // 2, *numbers[:2], scale, *numbers[2:])
        self.fronts.read.extend(front)
        self.weight += len(front)
        return {key: left} if left else None

    def fill_polygons(
        self,
        rows: NDArray[np.int64],
        polygons: NDArray[np.int64],
        polygon_sizes: NDArray[np.int64],
        ring_sizes: NDArray[np.int64],
        numbers: NDArray[np.float64],
    ) -> None:
        """Give all polygons at once: polygons of each row, rings of each polygon, vertices of each ring."""
        self.polygons.fill(rows, polygons)
        self.polygon_sizes.fill(polygon_sizes)
        self.ring_sizes.fill(ring_sizes)
        self.polygon_numbers.fill(numbers)

    def fill_points(self, rows: NDArray[np.int64], counts: NDArray[np.int64], numbers: NDArray[np.float64]) -> None:
        """Give all polylines and points at once: vertices of each row, their x, y, z."""
        self.points.fill(rows, counts)
        self.point_numbers.fill(numbers)

    def fill_skeletons(
        self,
        rows: NDArray[np.int64],
        counts: NDArray[np.int64],
        numbers: NDArray[np.float64],
        texts: Sequence[pa.Array],
    ) -> None:
        """Give all skeletons at once: vertices of each row, their x, y, and their texts, the last of them the state."""
        self.skeletons.fill(rows, counts)
        self.keypoint_numbers.fill(numbers)
        *self.keypoint_texts, self.keypoint_states = texts

    def fill_masks(
        self,
        rows: NDArray[np.int64],
        numbers: tuple[NDArray[np.float64], ...],
        texts: pa.Array,
        pixels: NDArray[np.int64],
        extent: rle.Extent,
    ) -> None:
        """Give masks that are measured already, instead of those that were read: see `masks` for their numbers."""
        self.measured = Measured(rows, numbers, texts, pixels, extent)

    def take(self, length: int) -> tuple[dict[str, pa.Array], list[MaskFault]]:
        """The geometry columns of a batch of `length` objects and the masks that could not be taken; begins anew."""
        batch = _Batch(length)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # what is not finite is null
            self._take_boxes(batch)
            self._take_round(batch)
            self._take_polygons(batch)
            self._take_points(batch)
            self._take_skeletons(batch)
            self._take_cuboids(batch)
            faults = self._take_masks(batch)
        self.weight = 0
        return batch.arrays(), faults

    def _take_boxes(self, batch: _Batch) -> None:
        rows, (x, y, w, h) = self.boxes.take()
        batch.box(rows, x, y, w, h)
        batch.put("area", rows, w * h)
        rows, (x, y, w, h, theta, width, height) = self.rotated.take()
        if not len(rows):
            return
        batch.struct("box", rows, x, y, w, h)
        batch.put("theta", rows, theta)
        batch.put("area", rows, w * h)
        cos, sin, straight = _turn(theta)
        across = np.where(straight, w, (np.abs(w * width * cos) + np.abs(h * height * sin)) / width)
        down = np.where(straight, h, (np.abs(w * width * sin) + np.abs(h * height * cos)) / height)
        left = np.where(straight, x, x + w / 2 - across / 2)
        top = np.where(straight, y, y + h / 2 - down / 2)
        batch.box(rows, left, top, across, down)

    def _take_round(self, batch: _Batch) -> None:
        rows, (x, y, rx, ry, theta, width, height) = self.ellipses.take()
        if len(rows):
            batch.struct("ellipse", rows, x, y, rx, ry)
            batch.put("theta", rows, theta)
            batch.put("area", rows, np.pi * np.abs(rx * ry))
            _round_box(batch, rows, x, y, rx * width, ry * height, theta, width, height)
        rows, (x, y, r, stretch, theta, width, height) = self.circles.take()
        if len(rows):
            batch.struct("circle", rows, x, y, r, stretch)
            batch.put("theta", rows, theta)
            batch.put("area", rows, np.pi * np.abs(r * r * stretch) * width / height)
            _round_box(batch, rows, x, y, r * width, r * stretch * width, theta, width, height)

    def _take_polygons(self, batch: _Batch) -> None:
        rows, (sizes,) = self.polygons.take()
        if not len(rows):
            return
        polygons = sizes.astype(np.int64)
        rings, vertices = self.polygon_sizes.take(), self.ring_sizes.take()
        x, y = self.polygon_numbers.take().reshape(-1, 2).T
        of_polygon = np.repeat(np.arange(len(rows)), polygons)
        of_ring = np.repeat(of_polygon, rings)
        counts = np.bincount(of_ring, vertices, len(rows)).astype(np.int64)
        batch.extent(rows, counts, x, y)
        batch.put("n_vertices", rows, counts)
        ring_areas = _ring_areas(x, y, vertices)
        outline = np.zeros(len(vertices), bool)
        outline[_starts(rings)[rings > 0]] = True
        batch.put("area", rows, np.bincount(of_ring, np.where(outline, ring_areas, -ring_areas), len(rows)))
        nested = pa.StructArray.from_arrays([number_array(x), number_array(y)], fields=list(XY))
        kind = OBJECTS.column("polygons").type
        for lengths, depth in ((vertices, kind.value_type.value_type), (rings, kind.value_type), (polygons, kind)):
            nested = _lists(nested, lengths, depth)
        batch.keep("polygons", rows, nested)

    def _take_points(self, batch: _Batch) -> None:
        rows, (sizes,) = self.points.take()
        if not len(rows):
            return
        counts = sizes.astype(np.int64)
        x, y, z = self.point_numbers.take().reshape(-1, 3).T
        batch.put("n_vertices", rows, counts)
        flat = np.bincount(np.repeat(np.arange(len(rows)), counts), ~np.isnan(z), len(rows)) == 0
        on_flat = np.repeat(flat, counts)
        batch.extent(rows[flat], counts[flat], x[on_flat], y[on_flat])
        points = pa.StructArray.from_arrays(
            [number_array(x), number_array(y), number_array(z, known=~np.isnan(z))], fields=list(XYZ)
        )
        batch.keep("points", rows, _lists(points, counts, OBJECTS.column("points").type))

    def _take_skeletons(self, batch: _Batch) -> None:
        rows, (sizes,) = self.skeletons.take()
        if not len(rows):
            return
        counts = sizes.astype(np.int64)
        x, y = self.keypoint_numbers.take().reshape(-1, 2).T
        batch.put("n_vertices", rows, counts)
        batch.extent(rows, counts, x, y)
        texts = [_strings(cells) for cells in self.keypoint_texts]
        states = _strings(self.keypoint_states)
        kind = OBJECTS.column("keypoints").type
        points = pa.StructArray.from_arrays(
            [*texts, number_array(x), number_array(y), states], fields=list(kind.value_type)
        )
        batch.keep("keypoints", rows, _lists(points, counts, kind))
        self.keypoint_texts = [[], [], [], []]
        self.keypoint_states = []

    def _take_cuboids(self, batch: _Batch) -> None:
        rows, numbers = self.cuboids.take()
        if len(rows):
            for first, name in ((0, "position"), (3, "orientation"), (6, "size")):
                batch.struct(name, rows, *numbers[first : first + 3])
        rows, (sizes, vanishing_x, vanishing_y, scale, offset_x, offset_y) = self.cuboids_2d.take()
        if not len(rows):
            return
        counts = sizes.astype(np.int64)
        x, y = self.fronts.take().reshape(-1, 2).T
        fields = list(OBJECTS.column("cuboid_2d").type)
        corners = pa.StructArray.from_arrays([number_array(x), number_array(y)], fields=list(XY))
        front = _lists(corners, counts, fields[0].type)
        rest = [
            number_array(part, known=~np.isnan(part)) for part in (vanishing_x, vanishing_y, scale, offset_x, offset_y)
        ]
        batch.keep("cuboid_2d", rows, pa.StructArray.from_arrays([front, *rest], fields=fields))
        faces = []
        for side, vanishing, offset in ((x, vanishing_x, offset_x), (y, vanishing_y, offset_y)):
            towards, ratio, shift = (np.repeat(part, counts) for part in (vanishing, scale, offset))
            scaled = towards + (side - towards) * ratio
            back = np.where(np.isnan(scaled), np.where(np.isnan(shift), side, side + shift), scaled)
            faces.append((np.minimum(side, back), np.maximum(side, back)))
        (left, right), (top, bottom) = faces
        batch.extent(rows, counts, left, top, right, bottom)

    def _take_masks(self, batch: _Batch) -> list[MaskFault]:
        measured, self.measured = self.measured, None
        if measured is not None:
            if len(measured.rows):
                _mask_columns(batch, measured)
                batch.keep("rle", measured.rows, measured.texts)
            return []
        rows, numbers = self.masks.take()
        texts, where = self.mask_texts, self.mask_where
        runs = rle.measure(texts, numbers[0].astype(np.int64), numbers[1].astype(np.int64), RLE_CHUNK)
        faults = [MaskFault(where[index], fault, self.mask_raw[index]) for index, fault in runs.faults.items()]
        good = np.ones(len(rows), bool)
        good[list(runs.faults)] = False
        segment_rows, _ = self.segments.take()
        if not len(rows) and not len(segment_rows):
            return []
        segments = rle.measure(self.segment_texts, None, None, RLE_CHUNK)
        faults += [
            MaskFault(self.segment_where[index], fault, {"segmentation": self.segment_texts[index]})
            for index, fault in segments.faults.items()
        ]
        good_segments = np.ones(len(segment_rows), bool)
        good_segments[list(segments.faults)] = False
        batch.texts("rle", [(rows, good, texts), (segment_rows, good_segments, self.segment_texts)])
        batch.put("mask_pixels", segment_rows[good_segments], segments.pixels[good_segments])
        self.mask_texts, self.mask_where, self.mask_raw = [], [], []
        self.segment_texts, self.segment_where = [], []
        extent = runs.extent[0][good], runs.extent[1][good], runs.extent[2][good], runs.extent[3][good]
        measured = Measured(rows[good], tuple(part[good] for part in numbers), None, runs.pixels[good], extent)
        _mask_columns(batch, measured)
        return faults


def _mask_columns(batch: _Batch, masks: Measured) -> None:
    rows, pixels = masks.rows, masks.pixels
    width, height, top, left, frame_width, frame_height = masks.numbers
    for name, values in (
        ("mask_width", width),
        ("mask_height", height),
        ("mask_top", top),
        ("mask_left", left),
        ("mask_pixels", pixels),
    ):
        known = ~np.isnan(values)
        batch.put(name, rows[known], values[known])
    # Where the frame's size is unknown the mask's own stands for it; a mask of the frame's size lies at its corner.
    known = ~(np.isnan(frame_width) | np.isnan(frame_height))
    across, down = np.where(known, frame_width, width), np.where(known, frame_height, height)
    fills = (across == width) & (down == height)
    left, top = (np.where(fills | np.isnan(part), 0, part) for part in (left, top))
    empty = pixels == 0
    batch.put("area", rows, np.where(empty, 0, pixels / (across * down)))
    first_x, last_x, first_y, last_y = masks.extent
    corners = (
        (left + first_x) / across,
        (top + first_y) / down,
        (last_x - first_x + 1) / across,
        (last_y - first_y + 1) / down,
    )
    batch.box(rows[~empty], *(part[~empty] for part in corners))


def _strings(cells: Sequence[str | None] | pa.Array) -> pa.Array:
    return cells if isinstance(cells, pa.Array) else pa.array(cells, pa.string())


def _rle_text(part: Entry, key: str, path: tuple[str, ...]) -> str:
    text = part.get(key)
    if type(text) is not str:
        if text is None:
            raise Fault(
                "run lengths are missing",
                "run lengths as text",
                Found("null" if key in part else "nothing"),
                (*path, key),
            )
        raise Fault("geometry is of the wrong type", "run lengths as text", text, (*path, key))
    if not text.isascii():
        raise Fault("foreign character in run lengths", "the characters 0 to o", text, (*path, key))
    return text


def _is_ring(legacy: object, ring: list[float]) -> bool:
    """Whether a `polygon` of old is just the outline that `polygons` has too."""
    if not isinstance(legacy, (dict, list)) or len(legacy) * 2 != len(ring):
        return False
    try:
        vertices, _ = _in_order(legacy, "polygon")
        return [n for vertex in vertices for n in (vertex["x"], vertex["y"])] == ring and all(
            len(vertex) == 2 for vertex in vertices
        )
    except (Fault, KeyError, TypeError):
        return False


def _starts(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.cumsum(lengths) - lengths


def _lists(values: pa.Array, lengths: NDArray[np.int64], kind: pa.DataType) -> pa.ListArray:
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.ListArray.from_arrays(number_array(offsets), values, type=kind)


def _ring_areas(x: NDArray[np.float64], y: NDArray[np.float64], vertices: NDArray[np.int64]) -> NDArray[np.float64]:
    """The area of each ring by the shoelace formula, about the ring's first vertex to lose no digits."""
    areas = np.zeros(len(vertices))
    full = vertices > 0
    starts = _starts(vertices)
    first = np.repeat(starts[full], vertices[full])
    dx, dy = x - x[first], y - y[first]
    after = np.arange(1, len(x) + 1)
    after[starts[full] + vertices[full] - 1] = starts[full]
    if full.any():
        areas[full] = np.abs(np.add.reduceat(dx * dy[after] - dx[after] * dy, starts[full])) / 2
    return areas


def _turn(theta: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """cos, sin, and whether a half turn leaves things as they were; exact at the right angles."""
    straight, upright = theta % 180 == 0, theta % 180 == 90
    angle = np.radians(theta)
    return np.where(upright, 0.0, np.cos(angle)), np.where(straight, 0.0, np.sin(angle)), straight


def _round_box(
    batch: _Batch,
    rows: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    theta: NDArray[np.float64],
    width: NDArray[np.float64],
    height: NDArray[np.float64],
) -> None:
    """The box around an ellipse whose semi-axes are a and b pixels."""
    cos, sin, _ = _turn(theta)
    across, down = np.hypot(a * cos, b * sin) / width, np.hypot(a * sin, b * cos) / height
    batch.box(rows, x - across, y - down, 2 * across, 2 * down)


class _Batch:
    """The geometry columns of a batch while they are filled: numbers as full-length arrays, the rest by row."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.numbers: dict[str, tuple[NDArray[Any], NDArray[np.bool_]]] = {}
        self.kept: dict[str, pa.Array] = {}

    def put(self, name: str, rows: NDArray[np.int64], values: NDArray[Any]) -> None:
        """Set numbers of a column; what is NaN, or larger than a float64 holds, is null."""
        if not len(rows):
            return
        if name not in self.numbers:
            kind = np.int64 if OBJECTS.column(name).type == INT else np.float64
            self.numbers[name] = np.zeros(self.length, kind), np.ones(self.length, bool)
        column, null = self.numbers[name]
        unknown = ~np.isfinite(values)
        column[rows] = np.where(unknown, 0, values)
        null[rows] = unknown

    def box(self, rows: NDArray[np.int64], *edges: NDArray[np.float64]) -> None:
        """Set x, y, w, h; all null where one is unknown."""
        unknown = ~np.isfinite(edges).all(axis=0)
        for name, values in zip("xywh", edges, strict=True):
            self.put(name, rows, np.where(unknown, np.nan, values))

    def extent(
        self,
        rows: NDArray[np.int64],
        counts: NDArray[np.int64],
        left: NDArray[np.float64],
        top: NDArray[np.float64],
        right: NDArray[np.float64] | None = None,
        bottom: NDArray[np.float64] | None = None,
    ) -> None:
        """Set x, y, w, h to the box around each row's vertices, of which it has `counts`."""
        full = counts > 0
        if not full.any():
            return
        starts = _starts(counts)[full]
        x, y = np.minimum.reduceat(left, starts), np.minimum.reduceat(top, starts)
        w = np.maximum.reduceat(left if right is None else right, starts) - x
        h = np.maximum.reduceat(top if bottom is None else bottom, starts) - y
        self.box(rows[full], x, y, w, h)

    def struct(self, name: str, rows: NDArray[np.int64], *parts: NDArray[np.float64]) -> None:
        fields = list(OBJECTS.column(name).type)
        self.keep(name, rows, pa.StructArray.from_arrays([number_array(part) for part in parts], fields=fields))

    def texts(self, name: str, parts: list[tuple[NDArray[np.int64], NDArray[np.bool_], list[str]]]) -> None:
        rows = np.concatenate([rows[good] for rows, good, _ in parts])
        cells = [text for _, good, texts in parts for text, taken in zip(texts, good, strict=True) if taken]
        self.keep(name, rows, pa.array(cells, pa.string()))

    def keep(self, name: str, rows: NDArray[np.int64], values: pa.Array) -> None:
        """Set a column: `values` has one value for each of `rows`, every other row is null."""
        if not len(rows):
            return
        if (
            pa.types.is_list(values.type)
            and values.null_count == 0
            and values.offset == 0
            and (np.diff(rows) > 0).all()
        ):
            self.kept[name] = self._spread(rows, values)  # without a copy of what is in the lists
            return
        place = np.zeros(self.length, np.int32)
        null = np.ones(self.length, bool)
        place[rows] = np.arange(len(rows))
        null[rows] = False
        self.kept[name] = values.take(number_array(place, known=~null))

    def _spread(self, rows: NDArray[np.int64], values: pa.ListArray) -> pa.ListArray:
        """A list for each of `rows`, null for every other row."""
        sizes = np.zeros(self.length, np.int64)
        sizes[rows] = np.diff(np.frombuffer(values.buffers()[1], np.int32, len(values) + 1))
        offsets = np.zeros(self.length + 1, np.int32)
        np.cumsum(sizes, out=offsets[1:])
        known = np.zeros(self.length, bool)
        known[rows] = True
        buffers = [bitmap(known), pa.py_buffer(offsets)]
        return pa.Array.from_buffers(values.type, self.length, buffers, children=[values.values])

    def arrays(self) -> dict[str, pa.Array]:
        """Every geometry column, all of them null where nothing was set."""
        columns: dict[str, pa.Array] = {}
        for name in GEOMETRY_COLUMNS:
            if name in self.numbers:
                values, null = self.numbers[name]
                columns[name] = number_array(values, known=~null)
            else:
                columns[name] = self.kept.get(name, pa.nulls(self.length, OBJECTS.column(name).type))
        return columns


GEOMETRY_COLUMNS = (
    *"xywh",
    *("theta", "box", "ellipse", "circle", "area", "polygons", "points", "keypoints", "cuboid_2d", "n_vertices", "rle"),
    *("mask_top", "mask_left", "mask_width", "mask_height", "mask_pixels", "position", "orientation", "size"),
)

SHAPE_KEYS: dict[str, tuple[str, ...]] = {
    "bounding_box": ("boundingBox",),
    "rotatable_bounding_box": ("rotatableBoundingBox",),
    "polygon": ("polygons", "polygon"),
    "polyline": ("polyline",),
    "point": ("point",),
    "skeleton": ("skeleton",),
    "bitmask": ("bitmask",),
    "cuboid": ("cuboid",),
    "cuboid_2d": ("cuboid_2d",),
    "ellipse": ("ellipse",),
    "circle": ("circle",),
    "segmentation": ("segmentation",),
}
"""The JSON keys that hold the geometry of each shape."""

OLD_MASK_KEYS = ("rleString", "top", "left", "width", "height")
GEOMETRY_KEYS: dict[str, str] = {key: shape for shape, keys in SHAPE_KEYS.items() for key in keys} | {
    "rleString": "bitmask"
}
"""The shape that each geometry key tells of."""
NO_GEOMETRY = frozenset({"audio", "text", "time_range"})


def geometry_of(entry: Entry) -> dict[str, object]:
    """The keys of an object that hold its geometry, as exported."""
    keys = (*GEOMETRY_KEYS, *OLD_MASK_KEYS) if entry.get("bitmask") is None and "rleString" in entry else GEOMETRY_KEYS
    return {key: entry[key] for key in keys if key in entry}


def shape_of(entry: Entry) -> str | None:
    """The shape of an object: as exported, else told from the key of its geometry."""
    shape = entry.get("shape")
    if type(shape) is str:
        return shape
    return next((shape for key, shape in GEOMETRY_KEYS.items() if entry.get(key) is not None), None)
