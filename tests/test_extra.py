"""Keys that no column covers: hand-written exports with one at every level."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rows import image_row

import labelframe as lf
from labelframe.extra import EXAMPLE, KNOWN, MOST_KEYS
from labelframe.schema import TABLES

WriteExport = Callable[..., Path]
Row = dict[str, Any]


def export() -> Row:
    """A label row with something of everything, and nothing that a column does not cover."""
    shapes: dict[str, Row] = {
        "bounding_box": {"boundingBox": {"x": 0, "y": 0, "w": 1, "h": 1}},
        "rotatable_bounding_box": {"rotatableBoundingBox": {"x": 0, "y": 0, "w": 1, "h": 1, "theta": 4}},
        "polygon": {"polygon": {str(index): {"x": index / 10, "y": index**2 / 100} for index in range(3)}},
        "polyline": {"polyline": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]},
        "skeleton": {"skeleton": {"0": {"x": 0, "y": 0, "name": "nose", "color": "#000", "value": "nose"}}},
        "ellipse": {"ellipse": {"x": 0.5, "y": 0.5, "rx": 0.1, "ry": 0.2, "theta": 3}},
        "circle": {"circle": {"x": 0.5, "y": 0.5, "r": 0.1}},
        "cuboid": {"cuboid": {"position": [0, 0, 0], "orientation": [0, 0, 0], "size": [1, 1, 1]}},
        "cuboid_2d": {"cuboid_2d": {"front": [0, 0, 1, 0, 1, 1], "offset": {"x": 0.1, "y": 0.1}}},
        "bitmask": {"bitmask": {"rleString": "06", "top": 0, "left": 0, "width": 3, "height": 2}},
    }
    objects = [{"objectHash": shape, "shape": shape, **geometry} for shape, geometry in shapes.items()]
    attribute = {"name": "Colour", "featureHash": "f", "answers": [{"name": "red", "value": "red", "featureHash": "r"}]}
    action = {**attribute, "dynamic": True, "range": [[0, 1]], "trackHash": "t"}
    slices = [{"instance_uid": "a", "file_name": "1.dcm", "width": 3, "height": 3}]
    children = [{"data_hash": "d", "label_hash": "l", "name": "n", "layout_key": "k"}]
    blob = {"objects": objects, "classifications": [{"classificationHash": "c", "name": "Weather"}]}
    row = {
        "label_hash": "a",
        "data_type": "group",
        "scene": {"isContinuous": False},
        "export_history": [{"export_hash": "e", "exported_at": "2024-01-01", "user_email": "a@b"}],
        "data_units": {"u": {"data_type": "group", "metadata": {"children": children}, "labels": {}}},
        "spaces": {
            "v": {
                "space_type": "video",
                "child_info": {"layout_key": "k"},
                "scene_info": {"stream_id": "s"},
                "labels": {"0": blob},
            },
            "m": {
                "space_type": "medical_stack",
                "frames": slices,
                "labels": {"0": {"objects": [], "classifications": [], "metadata": {"dicom_instance_uid": "a"}}},
            },
            "root": {"space_type": "image", "root_info": {"file_name": "f"}, "labels": {}},
        },
        "object_answers": {"bounding_box": {"objectHash": "bounding_box", "classifications": [attribute]}},
        "classification_answers": {"c": {"classificationHash": "c", "classifications": [attribute]}},
        "object_actions": {"bounding_box": {"objectHash": "bounding_box", "actions": [action]}},
    }
    return json.loads(json.dumps(row))  # type: ignore[no-any-return]  # no part stands in it twice


def at(row: Row, *path: str | int) -> Any:
    part: Any = row
    for step in path:
        part = part[step]
    return part


FRAME = ("spaces", "v", "labels", "0")


def shown(labels: lf.Labels) -> list[tuple[Any, ...]]:
    return labels.extra().rows()


def test_every_table_that_has_extra_is_looked_at() -> None:
    assert list(KNOWN) == [name for name, table in TABLES.items() if table.columns[-1].name == "extra"]


def test_an_export_that_columns_cover_has_nothing_to_show(write_export: WriteExport, demo: Path) -> None:
    assert shown(lf.flatten(write_export(export()))) == []
    assert set(lf.open(demo / "snapshot").extra()["why"]) <= {"unknown"}


SHAPES = {
    "bounding_box": ("boundingBox",),
    "rotatable_bounding_box": ("rotatableBoundingBox",),
    "polygon": ("polygon", "1"),
    "polyline": ("polyline", 1),
    "skeleton": ("skeleton", "0"),
    "ellipse": ("ellipse",),
    "circle": ("circle",),
    "cuboid": ("cuboid",),
    "cuboid_2d": ("cuboid_2d",),
    "bitmask": ("bitmask",),
}
GEOMETRIES = [((*FRAME, "objects", index, *path), path) for index, path in enumerate(SHAPES.values())]


@pytest.mark.parametrize(
    ("place", "table", "path"),
    [
        ((), "label_rows", "$"),
        (("scene",), "label_rows", "$.scene"),
        (("export_history", 0), "export_history", "$"),
        (("data_units", "u"), "data_units", "$"),
        (("data_units", "u", "metadata"), "data_units", "$.metadata"),
        (("data_units", "u", "metadata", "children", 0), "data_units", "$.metadata.children[*]"),
        (("spaces", "v"), "spaces", "$"),
        (("spaces", "v", "child_info"), "spaces", "$.child_info"),
        (("spaces", "v", "scene_info"), "spaces", "$.scene_info"),
        (("spaces", "root", "root_info"), "spaces", "$.root_info"),
        (("spaces", "m", "frames", 0), "frames", "$.frames"),
        (("spaces", "m", "labels", "0", "metadata"), "frames", "$.metadata"),
        (FRAME, "frames", "$"),
        ((*FRAME, "objects", 0), "objects", "$"),
        *(
            (place, "objects", "$" + "".join("[*]" if str(step).isdigit() else f".{step}" for step in path))
            for place, path in GEOMETRIES
        ),
        ((*FRAME, "objects", 8, "cuboid_2d", "offset"), "objects", "$.cuboid_2d.offset"),
        ((*FRAME, "classifications", 0), "classifications", "$"),
        (("object_answers", "bounding_box"), "instances", "$"),
        (("classification_answers", "c"), "instances", "$"),
        (("object_actions", "bounding_box"), "instances", "$.object_actions"),
        (("object_answers", "bounding_box", "classifications", 0), "attributes", "$"),
        (("object_answers", "bounding_box", "classifications", 0, "answers", 0), "attributes", "$.answers[*]"),
        (("object_actions", "bounding_box", "actions", 0), "attributes", "$"),
    ],
)
def test_an_unknown_key_is_shown_at_every_level(
    place: tuple[str | int, ...], table: str, path: str, write_export: WriteExport
) -> None:
    row = export()
    at(row, *place)["sensor"] = {"gain": 1.5, "parts": [{"id": None}, {"id": "b"}], "none": {}}

    found = shown(lf.flatten(write_export(row)))

    assert found == [
        (table, f"{path}.sensor.gain", "unknown", "number", 1, 1, "1.5"),
        (table, f"{path}.sensor.none", "unknown", "object", 1, 1, "{}"),
        (table, f"{path}.sensor.parts[*].id", "unknown", "null, text", 1, 1, '"b"'),
    ]


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (("branch_name",), {"a": {"b": 1}}, ("label_rows", "$.branch_name", "object")),
        (("created_at",), "soon", ("label_rows", "$.created_at", "text")),
        (("scene",), "continuous", ("label_rows", "$.scene", "text")),
        (("data_units", "u", "metadata"), [], ("data_units", "$.metadata", "list")),
        (("data_units", "u", "metadata", "children"), [1], ("data_units", "$.metadata.children[*]", "number")),
        (
            ("data_units", "u", "metadata", "children", 0, "name"),
            5,
            ("data_units", "$.metadata.children[*].name", "number"),
        ),
        (("data_units", "u", "width"), "3", ("data_units", "$.width", "text")),
        (("spaces", "v", "child_info", "layout_key"), True, ("spaces", "$.child_info.layout_key", "boolean")),
        (("spaces", "m", "frames", 0, "instance_uid"), "b", ("frames", "$.frames.instance_uid", "text")),
        ((*FRAME, "objects", 0, "confidence"), "high", ("objects", "$.confidence", "text")),
        ((*FRAME, "objects", 4, "skeleton", "0", "name"), 3, ("objects", "$.skeleton[*].name", "number")),
        ((*FRAME, "objects", 0, "segmentation"), "06", ("objects", "$.segmentation", "text")),
        (("object_answers", "bounding_box", "objectHash"), "x", ("instances", "$.objectHash", "text")),
        (("object_answers", "bounding_box", "objectNumber"), "1", ("instances", "$.objectNumber", "text")),
        (("object_answers", "bounding_box", "classifications", 0, "name"), 7, ("attributes", "$.name", "number")),
        (
            ("object_answers", "bounding_box", "classifications", 0, "answers", 0, "value"),
            ["red"],
            ("attributes", "$.answers[*].value", "list"),
        ),
    ],
)
def test_a_value_that_did_not_fit_its_column_is_told_from_an_unknown_key(
    place: tuple[str | int, ...], value: object, expected: tuple[str, str, str], write_export: WriteExport
) -> None:
    row = export()
    at(row, *place[:-1])[place[-1]] = value

    found = shown(lf.flatten(write_export(row)))

    table, path, kind = expected
    assert [line[:4] for line in found] == [(table, path, "unfit", kind)]


def test_rows_and_label_rows_are_counted_and_the_most_come_first(write_export: WriteExport, tmp_path: Path) -> None:
    rows = [image_row("a", "Car", "Bus"), image_row("b", "Car"), image_row("c", "Car")]
    for row in rows[:2]:
        for entry in row["data_units"]["unit"]["labels"]["objects"]:
            entry["track"] = [1, 2]
    rows[1]["data_units"]["unit"]["labels"]["objects"][0]["late"] = None
    labels = lf.flatten(write_export(rows))

    expected = [
        ("objects", "$.track[*]", "unknown", "number", 3, 2, "1"),
        ("objects", "$.late", "unknown", "null", 1, 1, "null"),
    ]
    assert shown(labels) == expected
    assert shown(labels.write_parquet(tmp_path / "snapshot")) == expected


def test_keys_that_are_hashes_share_one_line(write_export: WriteExport) -> None:
    rows = [image_row(f"row-{number}") for number in range(MOST_KEYS + 1)]
    for number, row in enumerate(rows):
        row["tasks"] = {f"hash-{number}": {"by": "a"}}

    assert shown(lf.flatten(write_export(rows))) == [
        ("label_rows", "$.tasks.*.by", "unknown", "text", MOST_KEYS + 1, MOST_KEYS + 1, '"a"')
    ]


def test_names_that_are_no_words_are_quoted_and_examples_are_cut(write_export: WriteExport) -> None:
    row = image_row("a")
    row["a [0]"] = {"*": "x" * 1000}

    ((_, path, _, _, _, _, example),) = shown(lf.flatten(write_export(row)))

    assert path == '$["a [0]"]["*"]'
    assert len(example) == EXAMPLE + 1


def test_a_frame_told_twice_is_read_twice(write_export: WriteExport) -> None:
    row = export()
    row["data_type"] = "video"
    for key, value in (("1", 1), ("01", 2)):
        row["spaces"]["v"]["labels"][key] = {"objects": [], "quality": value}

    found = shown(lf.flatten(write_export(row)))

    assert found == [("frames", "$.quality", "unknown", "number", 1, 1, "1")]


def test_of_delete_events_only_unknown_keys_are_shown(write_export: WriteExport) -> None:
    event = {"objectHash": "o", "event": "delete", "shape": "bounding_box", "boundingBox": {"x": 0}, "reason": "gone"}
    unit = {"data_type": "scene", "labels": {"5": {"objects": [event], "classifications": []}}}
    row = {"label_hash": "a", "data_type": "scene", "scene": {"isContinuous": True}, "data_units": {"u": unit}}

    assert shown(lf.flatten(write_export(row))) == [
        ("frames", "$.objects[*].reason", "unknown", "text", 1, 1, '"gone"')
    ]


def test_a_table_without_lines_has_the_columns_all_the_same(write_export: WriteExport) -> None:
    frame = lf.flatten(write_export(image_row("a"))).extra()

    assert frame.columns == ["table", "path", "why", "kind", "rows", "label_rows", "example"]
    assert json.loads(frame.write_json()) == []
