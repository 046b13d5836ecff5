"""content_hash: the same for the same labels on another day, another one whenever a label has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from labelframe.decode import decode
from labelframe.demo_export import demo_export
from labelframe.flattening.cold import content_hash

Row = dict[str, Any]
Path = tuple[str | int, ...]
Change = Callable[[Row], object]

LINKS = ("data_link", "data_links", "video_link", "image_sequence_link", "file_uri", "uri")


def copy(row: Row) -> Row:
    return json.loads(json.dumps(row))  # type: ignore[no-any-return]


def hash_of(row: Row) -> str:
    """The hash of a label row as it is read from a file."""
    value = decode(json.dumps(row).encode()).value
    assert isinstance(value, dict)
    return content_hash(value)


def rows_of_the_demo() -> list[Row]:
    return [copy(row) for row in demo_export()]


DEMO = rows_of_the_demo()


def example() -> Row:
    """A label row with something of everything."""
    signed = "https://host/file?signature=monday"
    action = {
        "name": "Mood",
        "featureHash": "m",
        "answers": [{"name": "calm", "value": "calm", "featureHash": "x"}],
        "dynamic": True,
        "range": [[0, 3]],
        "trackHash": "t",
        "shouldPropagate": False,
    }
    box = {
        "objectHash": "o",
        "featureHash": "f",
        "name": "Car",
        "value": "car",
        "color": "#fff",
        "shape": "bounding_box",
        "boundingBox": {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4},
        "confidence": 1,
        "manualAnnotation": True,
        "isDeleted": False,
        "lastEditedAt": "2024-01-01T00:00:00Z",
        "reviews": [],
    }
    polygon = {
        "objectHash": "p",
        "shape": "polygon",
        "polygon": {str(at): {"x": at / 9, "y": at * at} for at in range(3)},
    }
    blob = {
        "objects": [box, polygon],
        "classifications": [{"classificationHash": "c", "name": "Weather"}],
        "metadata": {"dicom_instance_uid": "i", "file_uri": signed, "width": 4},
    }
    return {
        "label_hash": "row",
        "branch_name": "main",
        "data_hash": "d",
        "data_title": "film",
        "data_type": "video",
        "dataset_title": "set",
        "label_status": "LABELLED",
        "annotation_task_status": "QUEUED",
        "is_valid": True,
        "last_edited_at": "2024-01-01 00:00:00",
        "video_link": signed,
        "export_hash": "monday",
        "exported_at": "Mon, 01 Jan 2024 00:00:00 UTC",
        "export_history": [{"export_hash": "monday", "exported_at": "2024-01-01", "user_email": "a@b"}],
        "data_units": {
            "u": {
                "data_hash": "u",
                "data_title": "film.mp4",
                "data_type": "video/mp4",
                "data_sequence": 0,
                "data_fps": 25,
                "data_link": signed,
                "data_links": [signed, None],
                "metadata": {"patient_id": "p", "children": [{"name": "n", "layout_key": "k"}]},
                "labels": {"0": blob, "1": {"objects": [], "classifications": []}},
            }
        },
        "spaces": {
            "s": {
                "space_type": "image_sequence",
                "child_info": {"layout_key": "k", "file_name": "left", "data_link": signed},
                "scene_info": {"stream_id": "s", "uri": signed},
                "frames": [{"data_sequence": 0, "data_title": "1.png", "data_link": signed}],
                "labels": {"0": copy(blob)},
            },
            "cloud": {"space_type": "point_cloud", "labels": copy(blob)},
        },
        "object_answers": {
            "o": {
                "objectHash": "o",
                "range": [[0, 1]],
                "range_html": [],
                "spaces": {"s": {"range": [[0, 1]], "type": "frame"}},
                "classifications": [
                    {"name": "Colour", "featureHash": "a", "answers": [{"name": "red", "featureHash": "r"}]},
                    {"name": "Plate", "featureHash": "b", "answers": "B-1"},
                    {"name": "Seats", "featureHash": "n", "answers": 5},
                ],
            }
        },
        "classification_answers": {"c": {"classificationHash": "c", "range": [[0, 9]], "classifications": []}},
        "object_actions": {"o": {"objectHash": "o", "actions": [action]}},
    }


def put(*path_and_value: Any) -> Change:
    """Another value at a path."""
    *path, key, value = path_and_value

    def change(row: Row) -> None:
        part: Any = row
        for step in path:
            part = part[step]
        assert part.get(key) != value or type(part.get(key)) is not type(value) if isinstance(part, dict) else True
        part[key] = value

    return change


def remove(*path: str | int) -> Change:
    """Nothing at a path."""

    def change(row: Row) -> None:
        part: Any = row
        for step in path[:-1]:
            part = part[step]
        del part[path[-1]]

    return change


BLOB = ("data_units", "u", "labels", "0")
ANSWER = ("object_answers", "o", "classifications")
ACTION = ("object_actions", "o", "actions", 0)
MOVED = "https://host/another?signature=monday"

CHANGES: dict[str, Change] = {
    "a coordinate": put(*BLOB, "objects", 0, "boundingBox", "x", 0.1000001),
    "a vertex": put(*BLOB, "objects", 1, "polygon", "2", "y", 5),
    "a vertex gone": remove(*BLOB, "objects", 1, "polygon", "2"),
    "a name": put(*BLOB, "objects", 0, "name", "Car "),
    "a feature": put(*BLOB, "objects", 0, "featureHash", "g"),
    "a colour": put(*BLOB, "objects", 0, "color", "#000"),
    "a confidence": put(*BLOB, "objects", 0, "confidence", 0.5),
    "an object deleted": put(*BLOB, "objects", 0, "isDeleted", True),
    "an object gone": remove(*BLOB, "objects", 0),
    "an object on another frame": lambda row: row["data_units"]["u"]["labels"].update(
        {"2": row["data_units"]["u"]["labels"].pop("0")}
    ),
    "objects in another order": lambda row: row["data_units"]["u"]["labels"]["0"]["objects"].reverse(),
    "an edit": put(*BLOB, "objects", 0, "lastEditedAt", "2024-01-01T00:00:01Z"),
    "a review": put(*BLOB, "objects", 0, "reviews", [{"by": "a"}]),
    "a key that nobody knows": put(*BLOB, "objects", 0, "sensor", 1),
    "a classification gone": remove(*BLOB, "classifications", 0),
    "a slice": put(*BLOB, "metadata", "dicom_instance_uid", "j"),
    "a slice's size": put(*BLOB, "metadata", "width", 5),
    "a slice's file": put(*BLOB, "metadata", "file_uri", MOVED),
    "an empty frame gone": remove("data_units", "u", "labels", "1"),
    "an answer": put(*ANSWER, 0, "answers", 0, "name", "blue"),
    "a text": put(*ANSWER, 1, "answers", "B-2"),
    "a text emptied": put(*ANSWER, 1, "answers", ""),
    "a text unanswered": put(*ANSWER, 1, "answers", None),
    "a number": put(*ANSWER, 2, "answers", 6),
    "a number as text": put(*ANSWER, 2, "answers", "5"),
    "a truth value for a number": put(*ANSWER, 2, "answers", True),
    "an option more": lambda row: row["object_answers"]["o"]["classifications"][0]["answers"].append({"name": "blue"}),
    "an answer gone": remove(*ANSWER, 0),
    "an answer's range": put("object_answers", "o", "range", [[0, 2]]),
    "an answer's range on a space": put("object_answers", "o", "spaces", "s", "range", [[0, 2]]),
    "an answer's space": put("object_answers", "o", "spaces", {"t": {"range": [[0, 1]], "type": "frame"}}),
    "a classification's range": put("classification_answers", "c", "range", [[0, 8]]),
    "an action's answer": put(*ACTION, "answers", 0, "name", "wild"),
    "an action's range": put(*ACTION, "range", [[0, 4]]),
    "an action's propagation": put(*ACTION, "shouldPropagate", True),
    "an action gone": remove(*ACTION),
    "a status": put("label_status", "REVIEWED"),
    "a task's status": put("annotation_task_status", "COMPLETED"),
    "a title": put("data_title", "movie"),
    "a branch": put("branch_name", "model"),
    "validity": put("is_valid", False),
    "the row's edit": put("last_edited_at", "2024-01-02 00:00:00"),
    "a unit's title": put("data_units", "u", "data_title", "movie.mp4"),
    "a unit's rate": put("data_units", "u", "data_fps", 30),
    "a unit's file": put("data_units", "u", "data_link", MOVED),
    "one of a unit's files": put("data_units", "u", "data_links", [MOVED, None]),
    "a patient": put("data_units", "u", "metadata", "patient_id", "q"),
    "a child's name": put("data_units", "u", "metadata", "children", 0, "name", "m"),
    "the video": put("video_link", MOVED),
    "a space's type": put("spaces", "s", "space_type", "video"),
    "a space's label": put("spaces", "s", "labels", "0", "objects", 0, "boundingBox", "w", 0.31),
    "a point cloud's label": put("spaces", "cloud", "labels", "objects", 0, "name", "Bus"),
    "a space's layout": put("spaces", "s", "child_info", "layout_key", "right"),
    "a space's file": put("spaces", "s", "child_info", "data_link", MOVED),
    "a scene's file": put("spaces", "s", "scene_info", "uri", MOVED),
    "a sequence's image": put("spaces", "s", "frames", 0, "data_title", "2.png"),
    "a space gone": remove("spaces", "cloud"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_of_the_labels_changes_the_hash(what: str) -> None:
    row = example()
    CHANGES[what](row)

    assert hash_of(row) != hash_of(example())


def test_no_two_changes_have_the_same_hash() -> None:
    hashes = []
    for change in CHANGES.values():
        row = example()
        change(row)
        hashes.append(hash_of(row))

    assert len(set(hashes)) == len(CHANGES)


def signed_anew(value: Any, key: str = "") -> Any:
    """A JSON value whose links were signed on another day."""
    if isinstance(value, dict):
        return {name: signed_anew(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [signed_anew(part, key) for part in value]
    if key in LINKS and isinstance(value, str):
        return f"{value.partition('?')[0]}?signature=tuesday&expires=86400"
    return value


def exported_anew(row: Row) -> Row:
    """The same label row, exported on another day."""
    again: Row = signed_anew(row)
    history = again.get("export_history") or []
    entry = {"export_hash": "tuesday", "exported_at": "2024-01-02", "user_email": "c@d"}
    return {**again, "export_hash": "tuesday", "exported_at": "2024-01-02", "export_history": [entry, *history]}


@pytest.mark.parametrize("row", [example(), *DEMO], ids=lambda row: row["data_title"])
def test_the_same_labels_on_another_day_have_the_same_hash(row: Row) -> None:
    again = exported_anew(row)

    assert again != row
    assert hash_of(again) == hash_of(row)


@pytest.mark.parametrize("key", ["export_hash", "exported_at", "export_history"])
def test_a_label_row_that_tells_nothing_of_its_export_has_the_same_hash(key: str) -> None:
    row = example()
    del row[key]

    assert hash_of(row) == hash_of(example())


def turned(value: Any) -> Any:
    """A JSON value whose objects have their keys the other way round."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("row", [example(), *DEMO], ids=lambda row: row["data_title"])
def test_the_order_of_keys_does_not_matter(row: Row) -> None:
    assert hash_of(turned(row)) == hash_of(row)


def leaves(value: Any, path: Path = ()) -> list[Path]:
    """The paths of all single values."""
    if isinstance(value, dict):
        return [leaf for key, part in value.items() for leaf in leaves(part, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, part in enumerate(value) for leaf in leaves(part, (*path, index))]
    return [path]


@pytest.mark.parametrize("row", [example(), *DEMO], ids=lambda row: row["data_title"])
def test_every_single_value_counts_but_those_of_the_export(row: Row) -> None:
    before = hash_of(row)
    paths = [path for path in leaves(row) if path[0] not in ("export_hash", "exported_at", "export_history")]
    unnoticed = []
    for path in paths[:: max(1, len(paths) // 300)]:
        again = copy(row)
        put(*path, {"changed": True})(again)
        if hash_of(again) == before:
            unnoticed.append(path)

    assert unnoticed == []


def test_hashing_leaves_the_label_row_as_it_was() -> None:
    row = example()

    content_hash(row)

    assert row == example()
