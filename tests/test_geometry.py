"""Boxes, areas and masks, against numbers worked out by hand and against slow loops."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from compare import flatten
from exports import encode_rle
from hypothesis import given
from hypothesis import strategies as st
from test_flattening import image_row, only

from labelframe.flattening import rle

BOX = ("x", "y", "w", "h")


def one(shape: str, frame_width: int | None = 100, frame_height: int | None = 50, **geometry: Any) -> dict[str, Any]:
    """The row of one object on a frame of that size."""
    entry = {"objectHash": "object", "shape": shape, **geometry}
    tables = flatten([image_row(entry, width=frame_width, height=frame_height)], collect=False)
    return only(tables["objects"])


def box_of(row: dict[str, Any]) -> list[float | None]:
    return [row[name] for name in BOX]


def test_a_rotated_box_has_the_box_around_it() -> None:
    box = {"x": 0.5892, "y": 0.0581, "w": 0.1426, "h": 0.0524, "theta": 218.2}

    row = one("rotatable_bounding_box", 540, 841, rotatableBoundingBox=box)

    assert box_of(row) == pytest.approx([0.579235, 0.035399, 0.162530, 0.097802], abs=1e-6)
    assert row["area"] == pytest.approx(0.1426 * 0.0524)
    assert (row["theta"], row["box"]) == (218.2, {name: box[name] for name in BOX})


@pytest.mark.parametrize("theta", [0, 180, 360, None])
def test_a_box_turned_by_half_turns_is_itself_whatever_the_frame(theta: float | None) -> None:
    box = {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4, "theta": theta}

    row = one("rotatable_bounding_box", None, None, rotatableBoundingBox=box)

    assert box_of(row) == [0.1, 0.2, 0.3, 0.4]
    assert row["theta"] == (theta or 0)


def test_a_rotated_box_on_a_frame_of_unknown_size_has_no_box_but_its_area() -> None:
    box = {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4, "theta": 30}

    row = one("rotatable_bounding_box", 0, 0, rotatableBoundingBox=box)

    assert box_of(row) == [None] * 4
    assert row["area"] == pytest.approx(0.12)


def test_a_quarter_turn_swaps_the_sides_in_pixels() -> None:
    box = {"x": 0.4, "y": 0.4, "w": 0.2, "h": 0.2, "theta": 90}  # 20 x 10 px about (50, 25)

    row = one("rotatable_bounding_box", rotatableBoundingBox=box)

    assert box_of(row) == pytest.approx([0.45, 0.3, 0.1, 0.4])


def test_a_polygon_with_a_hole_and_two_parts_has_the_area_that_is_left() -> None:
    square = [0, 0, 0.4, 0, 0.4, 0.4, 0, 0.4]
    hole = [0.1, 0.1, 0.1, 0.2, 0.2, 0.2, 0.2, 0.1]
    triangle = [0.5, 0.5, 0.7, 0.5, 0.5, 0.9]

    row = one("polygon", polygons=[[square, hole], [triangle]], polygon={"0": {"x": 9, "y": 9}})

    assert row["area"] == pytest.approx(0.16 - 0.01 + 0.04)
    assert box_of(row) == pytest.approx([0, 0, 0.7, 0.9])
    assert row["n_vertices"] == 11
    assert [[len(ring) for ring in polygon] for polygon in row["polygons"]] == [[4, 4], [3]]
    assert row["extra"] == '{"polygon":{"0":{"x":9,"y":9}}}'


def test_vertices_of_an_object_are_in_the_order_of_their_numbers() -> None:
    keyed = {"10": {"x": 0.3, "y": 0}, "9": {"x": 0.2, "y": 0}, "0": {"x": 0.1, "y": 0}}

    row = one("polyline", polyline=keyed)

    assert [point["x"] for point in row["points"]] == [0.1, 0.2, 0.3]
    assert (row["area"], row["n_vertices"]) == (None, 3)


def test_points_with_z_have_no_box() -> None:
    row = one("point", point={"0": {"x": 1, "y": 2, "z": 3}})

    assert row["points"] == [{"x": 1, "y": 2, "z": 3}]
    assert box_of(row) == [None] * 4


def test_an_ellipse_is_measured_in_pixels() -> None:
    ellipse = {"x": 0.5, "y": 0.5, "rx": 0.2, "ry": 0.2, "theta": 90}  # 20 x 10 px semi-axes, turned

    row = one("ellipse", ellipse=ellipse)
    unknown = one("ellipse", None, None, ellipse=ellipse)

    assert box_of(row) == pytest.approx([0.4, 0.1, 0.2, 0.8])
    assert row["area"] == unknown["area"] == pytest.approx(math.pi * 0.04)
    assert box_of(unknown) == [None] * 4


def test_the_radius_of_a_circle_is_a_fraction_of_the_width() -> None:
    row = one("circle", circle={"x": 0.5, "y": 0.5, "r": 0.1, "stretch": 2})

    assert box_of(row) == pytest.approx([0.4, 0.1, 0.2, 0.8])  # 10 x 20 px semi-axes
    assert row["area"] == pytest.approx(math.pi * 200 / 5000)
    assert row["theta"] == 0


@pytest.mark.parametrize(
    ("text", "size", "counts"),
    [("134NM03", (5, 3), [1, 3, 4, 1, 1, 1, 4]), ("06", None, [0, 6]), (":6", None, [10, 6]), ("", None, [])],
)
def test_run_lengths_are_decoded(text: str, size: tuple[int, int] | None, counts: list[int]) -> None:
    owner, place, decoded = rle.decode([text])

    assert decoded.tolist() == counts
    assert place.tolist() == list(range(len(counts)))
    assert set(owner.tolist()) <= {0}
    if size is not None:
        mask = {"rleString": text, "top": 0, "left": 0, "width": size[0], "height": size[1]}
        row = one("bitmask", 5, 3, bitmask=mask)
        assert row["mask_pixels"] == 5
        assert box_of(row) == pytest.approx([0, 0, 4 / 5, 1])
        assert row["area"] == pytest.approx(5 / 15)


@st.composite
def masks(draw: st.DrawFn) -> list[list[bool]]:
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    line = st.lists(st.booleans(), min_size=width, max_size=width)
    return draw(st.lists(line, min_size=height, max_size=height))


def runs(mask: list[list[bool]]) -> list[int]:
    counts, value = [0], False
    for pixel in (pixel for line in mask for pixel in line):
        if pixel != value:
            counts.append(0)
            value = pixel
        counts[-1] += 1
    return counts


@given(st.lists(masks(), max_size=6))
def test_masks_are_measured_as_by_counting_pixels(drawn: list[list[list[bool]]]) -> None:
    texts = [encode_rle(runs(mask)) for mask in drawn]
    widths = np.array([len(mask[0]) for mask in drawn], np.int64)
    heights = np.array([len(mask) for mask in drawn], np.int64)

    measured = rle.measure(texts, widths, heights, chunk=20)

    assert measured.faults == {}
    for index, mask in enumerate(drawn):
        places = [(x, y) for y, line in enumerate(mask) for x, pixel in enumerate(line) if pixel]
        assert measured.pixels[index] == len(places)
        if places:
            columns, lines = zip(*places, strict=True)
            extent = [part[index] for part in measured.extent]
            assert extent == [min(columns), max(columns), min(lines), max(lines)]


@given(st.lists(st.text("0123456789:;<=>?@ABNOPXYZ_`abmno~ é", max_size=12), max_size=5))
def test_any_text_for_run_lengths_is_measured_or_refused(texts: list[str]) -> None:
    sizes = np.full(len(texts), 4, np.int64)

    measured = rle.measure([text for text in texts if text.isascii()], sizes, sizes, chunk=5)

    assert all(fault.expected for fault in measured.faults.values())


def test_a_mask_smaller_than_its_frame_lies_at_left_and_top() -> None:
    mask = {"rleString": encode_rle([0, 4]), "top": 10, "left": 20, "width": 2, "height": 2}

    row = one("bitmask", bitmask=mask)
    unknown = one("bitmask", None, None, bitmask=mask)

    assert box_of(row) == pytest.approx([0.2, 0.2, 0.02, 0.04])
    assert row["area"] == pytest.approx(4 / 5000)
    assert box_of(unknown) == [0, 0, 1, 1]
    assert unknown["area"] == 1


def test_an_empty_mask_has_area_0_and_no_box() -> None:
    row = one("bitmask", 2, 2, bitmask={"rleString": encode_rle([4]), "width": 2, "height": 2})

    assert (row["area"], row["mask_pixels"], row["mask_top"]) == (0, 0, None)
    assert box_of(row) == [None] * 4


def test_a_skeleton_keeps_how_its_points_are_seen() -> None:
    points = {
        "0": {"x": 0.1, "y": 0.1, "name": "a", "occluded": True},
        "1": {"x": 0.2, "y": 0.3, "name": "b", "visibility": "selfOccluded"},
        "2": {"x": 0.2, "y": 0.3, "name": "c", "invisible": False, "odd": 1},
    }

    row = one("skeleton", skeleton=points)

    assert [point["visibility"] for point in row["keypoints"]] == ["occluded", "selfOccluded", "visible"]
    assert row["extra"] == '{"skeleton":{"2":{"odd":1}}}'
    assert (row["area"], row["n_vertices"]) == (None, 3)


def test_a_cuboid_in_an_image_has_the_box_of_both_faces() -> None:
    front = [0.1, 0.1, 0.3, 0.1, 0.3, 0.3, 0.1, 0.3]
    vanishing = {"front": front, "vanishingPoint": {"x": 0.9, "y": 0.1}, "scaleRatio": 0.5}

    scaled = one("cuboid_2d", cuboid_2d=vanishing)
    shifted = one("cuboid_2d", cuboid_2d={"front": front, "offset": {"x": 0.2, "y": -0.05}})

    assert box_of(scaled) == pytest.approx([0.1, 0.1, 0.5, 0.2])
    assert box_of(shifted) == pytest.approx([0.1, 0.05, 0.4, 0.25])
    assert scaled["cuboid_2d"]["offset_x"] is None
    assert (scaled["area"], scaled["n_vertices"]) == (None, None)


def test_a_shape_that_nobody_knows_keeps_its_geometry_in_extra() -> None:
    row = one("spiral", spiral={"turns": 3})

    assert (row["shape"], row["extra"]) == ("spiral", '{"spiral":{"turns":3}}')
    assert box_of(row) == [None] * 4


def test_a_missing_shape_is_told_from_the_geometry() -> None:
    entry = {"objectHash": "object", "circle": {"x": 0.5, "y": 0.5, "r": 0.1}}

    row = only(flatten([image_row(entry)])["objects"])

    assert (row["shape"], row["extra"]) == ("circle", None)


def test_masks_of_old_exports_have_their_keys_on_the_object() -> None:
    row = one("bitmask", 2, 2, rleString=encode_rle([1, 1, 2]), top=0, left=0, width=2, height=2)

    assert (row["mask_pixels"], row["extra"]) == (1, None)
    assert box_of(row) == [0.5, 0, 0.5, 0.5]
