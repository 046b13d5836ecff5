"""The package against the reference, on invented label rows of every modality and on real ones."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import exports
import pyarrow as pa
import pytest
from compare import differences, flatten
from conftest import real_label_rows
from hypothesis import given, settings

from labelframe.demo_export import demo_export
from labelframe.errors import LabelRowError, Origin
from labelframe.flattening import flattener


@settings(max_examples=150)
@given(exports.exports())
def test_package_equals_reference_on_invented_exports(rows: list[object]) -> None:
    assert differences(rows) == []


@pytest.mark.parametrize("modality", sorted(exports.MODALITIES))
def test_package_equals_reference_on_every_modality(modality: str) -> None:
    @settings(max_examples=8)
    @given(exports.MODALITIES[modality]())
    def compare(row: object) -> None:
        assert differences([row]) == []

    compare()


@pytest.mark.parametrize("fault", sorted(exports.FAULTS))
def test_a_fault_costs_the_same_part_as_in_the_reference(fault: str) -> None:
    @settings(max_examples=5)
    @given(exports.broken_rows(fault))
    def compare(row: object) -> None:
        assert differences([row]) == []

    compare()


@pytest.mark.parametrize("fault", sorted(exports.FAULTS))
def test_a_fault_stops_the_run_with_its_place(fault: str) -> None:
    @settings(max_examples=3)
    @given(exports.broken_rows(fault))
    def stop(row: object) -> None:
        with pytest.raises(LabelRowError) as caught:
            flatten([row], collect=False)
        error = caught.value
        assert (error.source, error.row_number) == ("export.json", 0)
        assert error.json_path is not None and error.json_path.startswith("$")
        assert error.expected and error.found and error.remedy

    stop()


def test_package_equals_reference_on_the_demo() -> None:
    rows: list[object] = list(demo_export())

    found = differences(rows)

    assert found == []


@pytest.mark.parametrize("path", real_label_rows(), ids=lambda path: path.stem)
def test_package_equals_reference_on_real_label_rows(path: Path) -> None:
    assert differences([json.loads(path.read_text("utf-8"))]) == []


@pytest.mark.parametrize("path", real_label_rows(), ids=lambda path: path.stem)
def test_real_label_rows_are_taken_whole(path: Path) -> None:
    row = json.loads(path.read_text("utf-8"))
    tables = flatten([row])
    blobs, listed = [], 0
    for holder in (
        [*row["data_units"].values(), *row["spaces"].values()] if "spaces" in row else row["data_units"].values()
    ):
        labels = holder["labels"]
        blobs += [labels] if "objects" in labels else list(labels.values())
        listed += bool(labels) or row["data_type"] in ("image", "img_group")
    in_frames = {o["objectHash"] for blob in blobs for o in blob["objects"]}
    objects = sum(len(blob["objects"]) for blob in blobs)
    for answer in row["object_answers"].values():
        if answer["objectHash"] not in in_frames:
            spans = answer.get("range", []) + answer.get("range_html", [])
            objects += len(spans) + sum(len(s["range"]) or 1 for s in answer.get("spaces", {}).values())
    answers = sum(len(row[key]) for key in ("object_answers", "classification_answers"))
    entries = sum(len(blob["classifications"]) for blob in blobs)

    assert tables["objects"].num_rows == objects
    assert sum(frame is not None for frame in tables["classifications"]["frame"].to_pylist()) == entries
    assert sum(tables["instances"]["has_answer"].to_pylist()) == answers
    assert tables["rejects"].num_rows == 0
    if row["data_type"] != "group":
        assert tables["frames"].num_rows == len(blobs)


def test_small_batches_make_the_same_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[object] = list(demo_export())
    whole = flatten(rows)
    monkeypatch.setattr(flattener, "BATCH_ROWS", 7)
    monkeypatch.setattr(flattener, "BATCH_WEIGHT", 50)

    pieces = flatten(rows)

    assert pieces["objects"].column("name").num_chunks > 50
    for name, table in whole.items():
        assert pieces[name].to_pylist() == table.to_pylist(), name


def image_row(*objects: dict[str, Any], **unit: Any) -> dict[str, Any]:
    """The smallest label row of an image."""
    labels = {"objects": list(objects), "classifications": []}
    return {
        "label_hash": "row",
        "data_type": "image",
        "data_units": {"unit": {"data_type": "image/png", "width": 100, "height": 50, "labels": labels, **unit}},
    }


def box(**more: Any) -> dict[str, Any]:
    """The smallest object."""
    corners = {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}
    return {"objectHash": "object", "shape": "bounding_box", "boundingBox": corners, **more}


def only(table: pa.Table) -> dict[str, Any]:
    """The only row of a table."""
    (row,) = table.to_pylist()
    assert isinstance(row, dict)
    return row


@pytest.mark.parametrize(
    ("key", "value", "column"),
    [
        ("confidence", True, "confidence"),
        ("confidence", "1", "confidence"),
        ("manualAnnotation", 1, "manual_annotation"),
        ("name", 5, "name"),
        ("createdAt", "yesterday", "created_at"),
        ("createdAt", 5, "created_at"),
        ("objectNumber", 1.5, "object_number"),
        ("objectNumber", "4", "object_number"),
        ("color", ["red"], "color"),
        ("event", {"a": 1}, "event"),
    ],
)
def test_a_value_of_the_wrong_type_is_null_and_kept_in_extra(key: str, value: object, column: str) -> None:
    row = only(flatten([image_row(box(**{key: value}))])["objects"])

    assert row[column] is None
    assert json.loads(row["extra"]) == {key: value}


def test_whole_numbers_beyond_53_bits_are_taken() -> None:
    row = only(flatten([image_row(box(confidence=2**53 + 1, objectNumber=2**53 + 1))])["objects"])

    assert (row["confidence"], row["object_number"]) == (float(2**53), 2**53 + 1)


def test_a_number_that_an_int64_does_not_hold_is_kept_in_extra() -> None:
    row = only(flatten([image_row(box(objectNumber=2**63))])["objects"])

    assert row["object_number"] is None
    assert json.loads(row["extra"]) == {"objectNumber": 2**63}


def test_the_first_fault_is_told_even_where_masks_are_measured_late() -> None:
    mask = {"rleString": "0", "top": 0, "left": 0, "width": 3, "height": 3}
    early = {"objectHash": "early", "shape": "bitmask", "bitmask": mask}
    late = {"objectHash": "late", "shape": "bounding_box"}

    with pytest.raises(LabelRowError) as caught:
        flatten([image_row(early, late)], collect=False)

    assert caught.value.json_path == "$.data_units.unit.labels.objects[0]"


def test_a_delete_event_is_no_object_and_ends_the_one_before() -> None:
    cuboid = {"position": [0, 0, 0], "orientation": [0, 0, 0], "size": [1, 1, 1]}
    upsert = {"objectHash": "object", "shape": "cuboid", "cuboid": cuboid}
    delete = {"objectHash": "object", "shape": "cuboid", "event": "delete", "cuboid": None}
    labels = {"2000": {"objects": [delete]}, "500": {"objects": [upsert]}, "3000": {"objects": [upsert]}}
    row = {
        "label_hash": "row",
        "data_type": "scene",
        "scene": {"isContinuous": True},
        "data_units": {"unit": {"labels": labels}},
    }

    tables = flatten([row])

    spans = [(o["frame"], o["range_start"], o["range_end"], o["range_unit"]) for o in tables["objects"].to_pylist()]
    assert spans == [(500, 500, 1999, "nanosecond"), (3000, 3000, None, "nanosecond")]
    extras = {frame["frame"]: frame["extra"] for frame in tables["frames"].to_pylist()}
    assert json.loads(extras[2000]) == {"objects": [delete]}
    assert [frame["timestamp_seconds"] for frame in tables["frames"].to_pylist()] == [2e-6, 5e-7, 3e-6]


def test_the_same_labels_have_the_same_content_hash_whatever_the_day_and_the_order_of_keys() -> None:
    link = "https://host/a.png"
    today = {**image_row(box(), data_link=f"{link}?day=1"), "exported_at": "2024-01-01", "export_history": []}
    later = dict(reversed({**image_row(box(), data_link=f"{link}?day=2"), "exported_at": "2024-01-02"}.items()))
    other = image_row(box(name="other"), data_link=link)

    hashes = [only(flatten([row])["label_rows"])["content_hash"] for row in (today, later, other)]

    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize("units", [{}, {"data_units": None}])
def test_a_label_row_of_2020_is_refused_with_the_reason(units: dict[str, None]) -> None:
    row: dict[str, Any] = {"label_hash": "row", "labels": {"0": {"objects": []}}, **units}

    reject = only(flatten([row])["rejects"])

    assert reject["reason"] == "label row of the time before data units"
    assert reject["row_id"] is None
    assert json.loads(reject["raw"]) == row


def test_every_entry_is_accounted_for() -> None:
    bad = {"shape": "bounding_box", "boundingBox": {}}
    taken: list[Any] = []
    counted = flattener.Flattener(taken.append, collect=True)

    counted.add(image_row(box(), bad, box()), Origin("export.json", 0, 0))
    counted.finish()

    assert counted.account() == [
        flattener.Account("label_rows", "image", None, found=1, written=1, rejected=0),
        flattener.Account("data_units", "image", None, found=1, written=1, rejected=0),
        flattener.Account("frames", "image", None, found=1, written=1, rejected=0),
        flattener.Account("objects", "image", "bounding_box", found=3, written=2, rejected=1),
    ]
    assert Counter(batch.table.name for batch in taken)["objects"] == 1


def test_the_first_entry_of_the_export_tells_the_feature_of_a_classification() -> None:
    def labels(feature: str) -> dict[str, Any]:
        return {
            "objects": [],
            "classifications": [{"classificationHash": "c", "featureHash": feature, "name": feature}],
        }

    row = {
        "label_hash": "row",
        "data_type": "scene",
        "data_units": {"unit": {"labels": {"lidar": {}, "lost#5": labels("lost")}}},
        "spaces": {"lidar": {"space_type": "point_cloud", "labels": labels("lidar")}},
        "classification_answers": {"c": {"range": [[3, 3]]}},
    }

    tables = flatten([row])

    told = {(c["space_id"], c["frame"]): c["feature_hash"] for c in tables["classifications"].to_pylist()}
    assert told == {("lost#5", 0): "lost", ("lidar", 0): "lidar", ("unit", None): "lost"}
    assert differences([row]) == []


def test_a_space_that_only_an_attribute_names_is_there() -> None:
    action = {"name": "a", "answers": "x", "range": [[0, 1]], "spaceId": "unit"}
    row = {
        "label_hash": "row",
        "data_type": "group",
        "data_units": {"unit": {"data_type": "group", "labels": {}}},
        "object_actions": {"o": {"actions": [action]}},
    }

    tables = flatten([row])

    assert only(tables["attributes"])["space_id"] == only(tables["spaces"])["space_id"] == "unit"
    assert differences([row]) == []


def test_a_range_without_a_data_unit_to_lie_on_is_refused() -> None:
    row = {"label_hash": "row", "data_type": "audio", "data_units": {}, "object_answers": {"a": {"range": [[1, 3]]}}}

    tables = flatten([row])

    assert tables["objects"].num_rows == 0
    assert only(tables["rejects"])["reason"] == "data unit is missing"
    assert differences([row]) == []
