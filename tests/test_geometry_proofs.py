"""Areas, boxes and pixel counts, against pycocotools and shapely: libraries that many have used before.

Objects are drawn at random, written to a file as one label row, and flattened as users do it. To draw more of them and
be told the largest differences: python tests/test_geometry_proofs.py 10000
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import shapely  # type: ignore[import-untyped]
from exports import encode_mask
from numpy.typing import NDArray
from pycocotools import mask as coco  # type: ignore[import-untyped]
from shapely import affinity

import labelframe
from labelframe import demo_export

Json = dict[str, Any]
Mask = NDArray[np.uint8]
Vertices = NDArray[np.float64]
Box = tuple[float, float, float, float]

CORNERS = 200_000  # of the polygon that stands for an ellipse: it is smaller by less than 2e-10


@dataclass(frozen=True)
class Drawn:
    """An object on a frame, and what another library measures of it: x, y, w, h and area as fractions of that frame."""

    kind: str
    geometry: Json
    frame: tuple[int | None, int | None]
    box: Box | None
    area: float | None
    pixels: int | None = None


def flattened(drawings: Sequence[Drawn]) -> list[Json]:
    """The rows of objects, in order. Each object lies on an image of its own, since frames differ in size."""
    units = {}
    for number, drawn in enumerate(drawings):
        entry = {"objectHash": str(number), **drawn.geometry}
        size = {"width": drawn.frame[0], "height": drawn.frame[1]}
        labels = {"objects": [entry], "classifications": []}
        units[f"unit-{number}"] = {"data_type": "image/png", "data_sequence": number, "labels": labels, **size}
    label_row = {"label_hash": "row", "data_hash": "group", "data_type": "img_group", "data_units": units}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.json"
        path.write_text(json.dumps([label_row]), "utf-8")
        rows = labelframe.flatten(path)["objects"].to_pylist()
    by_hash = {row["object_hash"]: row for row in rows}
    assert len(rows) == len(by_hash) == len(drawings)
    return [by_hash[str(number)] for number in range(len(drawings))]


def worst_difference(drawings: Sequence[Drawn]) -> float:
    """The largest difference from what the other library measured, as a share of a value that is larger than 1. Where
    there is no box or area, there must be none."""
    worst = 0.0
    for drawn, row in zip(drawings, flattened(drawings), strict=True):
        for name, expected in zip(("x", "y", "w", "h", "area"), (*(drawn.box or [None] * 4), drawn.area), strict=True):
            found = row[name]
            if expected is None or found is None:
                assert found is expected, f"{drawn.kind}: {name} is {found}, expected {expected}: {drawn}"
            else:
                worst = max(worst, abs(found - expected) / max(1, abs(expected)))
    return worst


# Masks


def empty(rng: np.random.Generator, height: int, width: int) -> Mask:
    return np.zeros((height, width), np.uint8)


def full(rng: np.random.Generator, height: int, width: int) -> Mask:
    return np.ones((height, width), np.uint8)


def one_pixel(rng: np.random.Generator, height: int, width: int) -> Mask:
    mask = empty(rng, height, width)
    mask[rng.integers(height), rng.integers(width)] = 1
    return mask


def one_row(rng: np.random.Generator, height: int, width: int) -> Mask:
    mask = empty(rng, height, width)
    mask[rng.integers(height)] = 1
    return mask


def one_column(rng: np.random.Generator, height: int, width: int) -> Mask:
    mask = empty(rng, height, width)
    mask[:, rng.integers(width)] = 1
    return mask


def last_pixels(rng: np.random.Generator, height: int, width: int) -> Mask:
    mask = empty(rng, height, width)
    mask.flat[rng.integers(mask.size) :] = 1
    return mask


def one_run(rng: np.random.Generator, height: int, width: int) -> Mask:
    """One unbroken run, as a rule from within a row to within a later one."""
    mask = empty(rng, height, width)
    first, last = sorted(rng.integers(mask.size, size=2))
    mask.flat[first : last + 1] = 1
    return mask


def noise(rng: np.random.Generator, height: int, width: int) -> Mask:
    return np.asarray(rng.random((height, width)) < rng.random(), np.uint8)


def blob(rng: np.random.Generator, height: int, width: int) -> Mask:
    lines, columns = np.ogrid[:height, :width]
    middle, radii = rng.random(2) * (height, width), (0.05 + rng.random(2) / 2) * (height, width)
    distance = ((lines - middle[0]) / radii[0]) ** 2 + ((columns - middle[1]) / radii[1]) ** 2
    return np.asarray(distance + rng.normal(0, 0.1, (height, width)) < 1, np.uint8)


MASKS: dict[str, Callable[[np.random.Generator, int, int], Mask]] = {
    "empty": empty,
    "full": full,
    "one pixel": one_pixel,
    "one row": one_row,
    "one column": one_column,
    "last pixels": last_pixels,
    "one run": one_run,
    "noise": noise,
    "blob": blob,
}
PLACES = ("its frame", "its frame, off its corner", "a larger frame", "a larger frame, unplaced", "no known frame")


def run_lengths(mask: Mask) -> str:
    """Run lengths row by row: pycocotools goes column by column, so it is given the mask on its side."""
    return str(coco.encode(np.asfortranarray(mask.T))["counts"].decode())


def drawn_mask(kind: str, mask: Mask, place: str, rng: np.random.Generator) -> Drawn:
    """A mask somewhere on a frame, as pycocotools measures it there."""
    height, width = mask.shape
    left, top, frame = 0, 0, mask
    geometry: Json = {"rleString": run_lengths(mask), "width": width, "height": height}
    if place == "its frame":
        geometry |= {"top": 0, "left": 0}
    elif place == "its frame, off its corner":
        geometry |= {"top": int(rng.integers(1, 50)), "left": int(rng.integers(1, 50))}
    elif place != "no known frame":
        if place == "a larger frame":
            left, top = (int(side) for side in rng.integers(0, 60, 2))
            geometry |= {"top": top, "left": left}
        right, bottom = (int(side) for side in rng.integers(0, 60, 2))
        frame = np.zeros((top + height + bottom, left + width + max(1, right)), np.uint8)
        frame[top : top + height, left : left + width] = mask
    size = frame.shape[1], frame.shape[0]
    code = coco.encode(np.asfortranarray(frame))
    pixels, (x, y, w, h) = int(coco.area(code)), coco.toBbox(code).tolist()
    box = (x / size[0], y / size[1], w / size[0], h / size[1]) if pixels else None
    known = size if place != "no known frame" else (None, None)
    shape = {"shape": "bitmask", "bitmask": geometry}
    return Drawn(f"{kind}, on {place}", shape, known, box, pixels / frame.size, pixels)


def draw_masks(count: int, seed: int) -> list[Drawn]:
    """Masks of every kind at every place; some of one pixel's width or height, one in twenty large."""
    rng = np.random.default_rng(seed)
    drawings, kinds = [], list(MASKS)
    for number in range(count):
        kind, place = kinds[number % len(kinds)], PLACES[number % len(PLACES)]
        height, width = (int(side) for side in rng.integers(1, 700 if number % 20 == 19 else 40, 2))
        if rng.random() < 0.1:
            height, width = (1, width) if rng.random() < 0.5 else (height, 1)
        drawings.append(drawn_mask(kind, MASKS[kind](rng, height, width), place, rng))
    return drawings


def prove_masks(count: int, seed: int = 0) -> Counter[str]:
    """How many masks of each kind and place are measured exactly as pycocotools does it."""
    drawings = draw_masks(count, seed)
    for drawn, row in zip(drawings, flattened(drawings), strict=True):
        box = tuple(row[name] for name in ("x", "y", "w", "h"))
        found = (box if box != (None,) * 4 else None, row["area"], row["mask_pixels"])
        assert found == (drawn.box, drawn.area, drawn.pixels), drawn
    return Counter(drawn.kind for drawn in drawings)


def test_masks_are_measured_as_pycocotools_does_it() -> None:
    kinds = prove_masks(315)

    assert sum(kinds.values()) == 315
    assert len(kinds) == len(MASKS) * len(PLACES)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools, of NumPy
@pytest.mark.parametrize("kind", MASKS)
def test_run_lengths_are_spelt_and_read_as_pycocotools_does_it(kind: str) -> None:
    mask = MASKS[kind](np.random.default_rng(1), 23, 41)

    text = encode_mask(mask.astype(bool).tolist())
    read = coco.decode({"size": [41, 23], "counts": text.encode()}).T

    assert text == run_lengths(mask)
    assert np.array_equal(read, mask)


def test_run_lengths_of_the_demo_are_spelt_as_pycocotools_does_it() -> None:
    spans = list(demo_export.blob_spans(320, 200, 150, 90, 70, 50))
    mask = np.zeros((200, 320), np.uint8)
    for line, start, stop in spans:
        mask[line, start:stop] = 1

    text = demo_export.encode_rle(demo_export.mask_counts(320, 200, spans))

    assert text == run_lengths(mask)


# Polygons


def star(rng: np.random.Generator, centre: Sequence[float], radius: float, vertices: int) -> Vertices:
    """A ring around its centre that crosses itself nowhere, as a rule concave, turning either way."""
    angles = 2 * np.pi * (np.arange(vertices) + rng.random(vertices)) / vertices
    radii = radius * rng.uniform(0.3, 1, vertices)
    ring = np.asarray(centre) + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(ring if rng.random() < 0.5 else ring[::-1])


def holed(rng: np.random.Generator, centre: Sequence[float], radius: float, holes: int) -> list[Vertices]:
    """A ring and holes in it that do not touch: all are nearer to its centre than any of its edges."""
    turns = 2 * np.pi * np.arange(holes) / 3
    centres = np.asarray(centre) + 0.05 * radius * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    rings = [star(rng, middle, 0.04 * radius, int(rng.integers(3, 12))) for middle in centres]
    return [star(rng, centre, radius, int(rng.integers(6, 40))), *rings]


def split_edges(ring: Vertices, parts: int) -> Vertices:
    """The ring with further vertices on each of its edges."""
    shares = np.arange(parts)[:, None] / parts
    edges = [a + shares * (b - a) for a, b in zip(ring, np.roll(ring, -1, axis=0), strict=True)]
    return np.concatenate(edges)


def draw_rings(rng: np.random.Generator, kind: str) -> list[list[Vertices]]:
    """The parts of a polygon, each a list of rings."""
    centre, radius = rng.uniform(0.2, 0.8, 2).tolist(), float(rng.uniform(0.01, 0.2))
    if kind == "parts":
        steps = range(int(rng.integers(2, 6)))
        return [holed(rng, (centre[0] + 2 * radius * step, centre[1]), radius, step % 3) for step in steps]
    if kind == "holes":
        return [holed(rng, centre, radius, int(rng.integers(1, 4)))]
    if kind == "tiny":
        return [holed(rng, centre, radius * 1e-6, 1)]
    if kind == "far":
        return [holed(rng, (centre[0] + 1e6, centre[1] - 3e8), 100 * radius, 2)]
    if kind == "large":
        return [holed(rng, centre, radius * 1e7, 3)]
    if kind == "many vertices":
        return [[star(rng, centre, radius, 2000)]]
    if kind == "sliver":
        return [[star(rng, centre, radius, 9) * (1, 1e-9)]]
    if kind == "collinear vertices":
        square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * radius + centre
        return [[split_edges(square, int(rng.integers(2, 9)))]]
    if kind == "nothing but a line":
        return [[np.asarray(centre) + np.arange(5)[:, None] * rng.normal(0, 0.1, 2)]]
    if kind == "closed and repeated vertices":
        ring = star(rng, centre, radius, 12)
        return [[np.concatenate([ring, ring[-1:], ring[:1]])]]
    if kind == "whole numbers":
        return [[np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)]]
    return [[star(rng, centre, radius, int(rng.integers(5, 40)))]]


POLYGONS = (
    *("concave", "parts", "holes", "tiny", "far", "large", "many vertices", "sliver", "collinear vertices"),
    *("nothing but a line", "closed and repeated vertices", "whole numbers"),
)
IN_ONE_RING = ("polygons", "polygon, keyed", "polygon, keyed out of order", "polygon, listed")


def spelt(rings: list[list[Vertices]], spelling: str) -> Json:
    """A polygon as exports write it: in the key of today, or in that of old, which has room for one ring."""
    if spelling == "polygons" or [len(part) for part in rings] != [1]:
        return {"polygons": [[ring.flatten().tolist() for ring in part] for part in rings]}
    vertices = [{"x": float(x), "y": float(y)} for x, y in rings[0][0]]
    if spelling == "polygon, listed":
        return {"polygon": vertices}
    keyed = [(str(number), vertex) for number, vertex in enumerate(vertices)]
    return {"polygon": dict(keyed if spelling == "polygon, keyed" else sorted(keyed))}


def drawn_polygon(kind: str, rings: list[list[Vertices]], spelling: str) -> Drawn:
    """A polygon as shapely measures it; its bounds are those of its vertices to the last bit."""
    whole = shapely.MultiPolygon([(part[0], part[1:]) for part in rings])
    assert whole.is_valid or kind in ("nothing but a line", "closed and repeated vertices"), kind
    left, top, right, bottom = whole.bounds
    box = (left, top, right - left, bottom - top)
    return Drawn(kind, {"shape": "polygon", **spelt(rings, spelling)}, (640, 480), box, float(whole.area))


def draw_polygons(count: int, seed: int) -> list[Drawn]:
    rng = np.random.default_rng(seed)
    kinds = [(kind, IN_ONE_RING[number % 4]) for number in range(4) for kind in POLYGONS]
    chosen = [kinds[number % len(kinds)] for number in range(count)]
    return [drawn_polygon(kind, draw_rings(rng, kind), spelling) for kind, spelling in chosen]


def prove_polygons(count: int, seed: int = 0) -> float:
    """The largest difference between an area and shapely's; boxes must be the same to the last bit."""
    drawings, worst = draw_polygons(count, seed), 0.0
    for drawn, row in zip(drawings, flattened(drawings), strict=True):
        assert tuple(row[name] for name in ("x", "y", "w", "h")) == drawn.box, drawn
        assert drawn.area is not None
        # A line has only the area that rounding leaves it: that is told as a share of its box.
        scale = drawn.area if drawn.kind != "nothing but a line" else row["w"] * row["h"]
        worst = max(worst, abs(row["area"] - drawn.area) / scale)
    return worst


def test_polygons_are_measured_as_shapely_does_it() -> None:
    worst = prove_polygons(480)

    assert worst < 1e-12


# Turned shapes

THETAS = (0, 90, 180, 270, 360, 45, 30.5, 218.2, -20, 359.999, 720.25, 1e-7)


def in_fractions(shape: Any, width: int, height: int) -> tuple[Box, float]:
    """Box and area of a shape in pixels, as fractions of the frame."""
    left, top, right, bottom = shape.bounds
    return (left / width, top / height, (right - left) / width, (bottom - top) / height), shape.area / width / height


def draw_frame(rng: np.random.Generator) -> tuple[int, int]:
    width, height = (int(side) for side in rng.integers(1, 4000, 2))
    return width, height


def draw_theta(rng: np.random.Generator, number: int) -> float:
    return THETAS[number % len(THETAS)] if number % 2 else float(rng.uniform(-360, 720))


def draw_turned_boxes(count: int, seed: int) -> list[Drawn]:
    rng = np.random.default_rng(seed)
    drawings = []
    for number in range(count):
        (width, height), theta = draw_frame(rng), draw_theta(rng, number)
        (x, y), (w, h) = rng.uniform(-0.2, 0.8, 2).tolist(), rng.uniform(0, 0.7, 2).tolist()
        drawn = shapely.box(x * width, y * height, (x + w) * width, (y + h) * height)
        # With y downwards shapely's turn, against the clock, is one with the clock on the screen.
        box, area = in_fractions(affinity.rotate(drawn, theta, origin="center"), width, height)
        turned = {"x": x, "y": y, "w": w, "h": h, "theta": theta}
        geometry = {"shape": "rotatable_bounding_box", "rotatableBoundingBox": turned}
        drawings.append(Drawn("turned box", geometry, (width, height), box, area))
    return drawings


def draw_ellipses(count: int, seed: int) -> list[Drawn]:
    """Ellipses and circles, by turns. A circle's radius is a fraction of the width; stretched, it is an ellipse."""
    rng = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    unit = shapely.Polygon(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    drawings = []
    for number in range(count):
        (width, height), theta = draw_frame(rng), draw_theta(rng, number // 2)
        (x, y), (rx, ry) = rng.uniform(0, 1, 2).tolist(), rng.uniform(0.001, 0.5, 2).tolist()
        across, down = rx * width, ry * height
        geometry: Json = {"shape": "ellipse", "ellipse": {"x": x, "y": y, "rx": rx, "ry": ry, "theta": theta}}
        if number % 4 == 0:
            circle = {"x": x, "y": y, "r": rx, "stretch": down / across, "theta": theta}
            geometry = {"shape": "circle", "circle": circle}
        elif number % 4 == 1:
            down, theta = across, 0
            geometry = {"shape": "circle", "circle": {"x": x, "y": y, "r": rx}}
        drawn = affinity.rotate(affinity.scale(unit, across, down, origin=(0, 0)), theta, origin=(0, 0))
        box, area = in_fractions(affinity.translate(drawn, x * width, y * height), width, height)
        drawings.append(Drawn(geometry["shape"], geometry, (width, height), box, area))
    return drawings


def test_turned_boxes_are_measured_as_shapely_does_it() -> None:
    worst = worst_difference(draw_turned_boxes(300, seed=0))

    assert worst < 1e-9


def test_ellipses_and_circles_are_measured_as_shapely_does_it() -> None:
    worst = worst_difference(draw_ellipses(96, seed=0))

    assert worst < 1e-9


# Shapes without an area


def draw_vertices(count: int, seed: int) -> list[Drawn]:
    """Skeletons, polylines and points: boxes without an area."""
    rng = np.random.default_rng(seed)
    drawings = []
    for number in range(count):
        shape = ("skeleton", "polyline", "point")[number % 3]
        places = rng.uniform(-0.5, 1.5, (1 if shape == "point" else int(rng.integers(1, 30)), 2))
        left, top, right, bottom = shapely.MultiPoint(places).bounds
        vertices = {str(place): {"x": float(x), "y": float(y)} for place, (x, y) in enumerate(places)}
        box = (left, top, right - left, bottom - top)
        drawings.append(Drawn(shape, {"shape": shape, shape: vertices}, (640, 480), box, None))
    return drawings


def draw_cuboids(count: int, seed: int) -> list[Drawn]:
    """Cuboids in an image: the box of the front face and of the back one, which shapely scales or shifts."""
    rng = np.random.default_rng(seed)
    drawings = []
    for number in range(count):
        corners = star(rng, rng.uniform(0.3, 0.7, 2).tolist(), 0.2, 4)
        x, y, ratio = rng.uniform(-1, 2), rng.uniform(-1, 2), rng.uniform(0, 1.5)
        front = shapely.MultiPoint(corners)
        depth: Json = {"offset": {"x": x, "y": y}}
        back = affinity.translate(front, x, y)
        if number % 2:
            depth = {"vanishingPoint": {"x": x, "y": y}, "scaleRatio": ratio}
            back = affinity.scale(front, ratio, ratio, origin=(x, y))
        left, top, right, bottom = shapely.union(front, back).bounds
        geometry = {"shape": "cuboid_2d", "cuboid_2d": {"front": corners.flatten().tolist(), **depth}}
        box = (left, top, right - left, bottom - top)
        drawings.append(Drawn("cuboid in an image", geometry, (640, 480), box, None))
    return drawings


def test_skeletons_polylines_and_points_have_the_bounds_that_shapely_finds() -> None:
    worst = worst_difference(draw_vertices(150, seed=0))

    assert worst == 0


def test_cuboids_in_images_have_the_bounds_that_shapely_finds() -> None:
    worst = worst_difference(draw_cuboids(100, seed=0))

    assert worst < 1e-12


def main(count: int) -> None:
    """Prove `count` objects of every sort and tell the largest differences."""
    kinds = prove_masks(count)
    print(f"masks: {sum(kinds.values()):,} of {len(kinds)} kinds, pixels, box and area all the same")
    print(f"polygons: {count:,}, boxes all the same, areas within {prove_polygons(count):.1e}")
    print(f"turned boxes: {count:,}, within {worst_difference(draw_turned_boxes(count, seed=0)):.1e}")
    some = count // 10
    print(f"ellipses and circles: {some:,}, within {worst_difference(draw_ellipses(some, seed=0)):.1e}")
    print(f"skeletons, polylines, points: {count:,}, within {worst_difference(draw_vertices(count, seed=0)):.1e}")
    print(f"cuboids in images: {count:,}, within {worst_difference(draw_cuboids(count, seed=0)):.1e}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
