"""A small good export: label rows of seven modalities, with labels of every sort.

In: nothing. Out: decoded label rows, fresh ones at each call. It knows no faults. The hash `broken` is free for them.
"""

from __future__ import annotations

import json
from typing import Any

from exports import encode_rle

Json = dict[str, Any]

STAMP = {"createdAt": "Thu, 09 Feb 2023 14:12:03 UTC", "createdBy": "ann@example.org", "confidence": 1}
BOX = {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}
MASK = {"rleString": encode_rle([1, 3, 8]), "top": 0, "left": 0, "width": 4, "height": 3}
OPTION = {"name": "Red", "value": "red", "featureHash": "option-1"}
ATTRIBUTE = {"name": "Colour", "value": "colour", "featureHash": "attribute-1", "answers": [OPTION]}
FIRST, LAST = {"xpath": "/html/body/p[1]/text()", "offset": 5}, {"xpath": "/html/body/p[2]/text()", "offset": 9}


def thing(object_hash: str, shape: str, **geometry: object) -> Json:
    """An entry of a frame's objects."""
    return {"objectHash": object_hash, "featureHash": "feature-1", "name": "Car", "shape": shape, **STAMP, **geometry}


def sort_of(classification_hash: str) -> Json:
    """An entry of a frame's classifications."""
    return {"classificationHash": classification_hash, "featureHash": "feature-2", "name": "Weather", **STAMP}


def answer(object_hash: str, **more: object) -> Json:
    """The answer of an object."""
    return {"objectHash": object_hash, "classifications": [ATTRIBUTE], **more}


def verdict(classification_hash: str, **more: object) -> Json:
    """The answer of a classification."""
    return {"classificationHash": classification_hash, "classifications": [ATTRIBUTE], **more}


def unit(data_type: str, labels: object, name: str = "unit", **more: object) -> Json:
    """A data unit."""
    return {"data_hash": name, "data_title": f"{name} file", "data_type": data_type, "labels": labels, **more}


def label_row(data_type: str, data_units: Json, **more: object) -> Json:
    """A label row, whose label_hash tells its modality."""
    header: Json = {"label_hash": data_type, "data_hash": "unit", "data_type": data_type, "label_status": "LABELLED"}
    return header | {"created_at": "2024-01-02 03:04:05", "data_units": data_units} | more


def image() -> Json:
    """An image, its labels without frame level."""
    labels = {
        "objects": [
            thing("image-box", "bounding_box", boundingBox=BOX),
            thing("image-polygon", "polygon", polygons=[[[0.1, 0.1, 0.9, 0.1, 0.5, 0.9]]]),
        ],
        "classifications": [sort_of("image-sort")],
    }
    row = label_row("image", {"unit": unit("image/png", labels, width=4, height=3)})
    row["object_answers"] = {"image-box": answer("image-box"), "image-polygon": answer("image-polygon")}
    return row | {"classification_answers": {"image-sort": verdict("image-sort")}}


def image_group() -> Json:
    """Two images in a group, a classification on both by its range."""
    units = {
        name: unit(
            "image/png",
            {"objects": [thing(f"{name}-box", "bounding_box", boundingBox=BOX)], "classifications": []},
            name,
            data_sequence=number,
        )
        for number, name in enumerate(("first", "second"))
    }
    row = label_row("img_group", units)
    return row | {"classification_answers": {"group-sort": verdict("group-sort", range=[[0, 1]])}}


def video() -> Json:
    """A video of two labelled frames: the label row that most faults are planted in."""
    labels = {
        "0": {
            "objects": [
                thing("car", "bounding_box", boundingBox=BOX),
                thing("lane", "polyline", polyline={"0": {"x": 0.1, "y": 0.2}, "1": {"x": 0.3, "y": 0.4}}),
            ],
            "classifications": [sort_of("rain"), sort_of("sun")],
        },
        "1": {"objects": [thing("car", "bounding_box", boundingBox=BOX), thing("mask", "bitmask", bitmask=MASK)]},
    }
    row = label_row(
        "video", {"unit": unit("video/mp4", labels, width=4, height=3, data_fps=25, data_duration=0.4, data_sequence=0)}
    )
    dynamic = {**ATTRIBUTE, "dynamic": True, "range": [[0, 1]]}
    return row | {
        "object_answers": {"car": answer("car"), "mask": answer("mask")},
        "classification_answers": {"rain": verdict("rain"), "sun": verdict("sun", range=[[0, 4]])},
        "object_actions": {"car": {"objectHash": "car", "actions": [dynamic, {**dynamic, "range": [[3, 4]]}]}},
        "spaces": {},
        "export_history": [{"export_hash": "export-2"}, {"export_hash": "export-1"}],
    }


def group() -> Json:
    """A Data Group with a video and a stack as layers."""
    labels = {"3": {"objects": [thing("layer-box", "bounding_box", boundingBox=BOX)], "classifications": []}}
    slices = [{"width": 4, "height": 3, "instance_uid": f"1.2.{number}"} for number in range(3)]
    spaces = {
        "left": {"space_type": "video", "number_of_frames": 9, "width": 4, "height": 3, "labels": labels},
        "right": {"space_type": "medical_stack", "number_of_frames": 3, "frames": slices, "labels": {}},
    }
    row = label_row("group", {"unit": unit("group", {"objects": [], "classifications": []})}, spaces=spaces)
    row["object_answers"] = {"layer-box": answer("layer-box")}
    placed = verdict("layer-sort", spaces={"left": {"range": [[0, 2]], "type": "frame"}})
    return row | {"classification_answers": {"layer-sort": placed}}


def page() -> Json:
    """A page of HTML, labelled by its nodes."""
    row = label_row("plain_text", {"unit": unit("text/html", {})})
    placed = answer("phrase", name="Phrase", shape="text", range=[], range_html=[{"start": FIRST, "end": LAST}])
    return row | {"object_answers": {"phrase": placed}, "classification_answers": {}}


def audio() -> Json:
    """A sound, labelled by ranges alone."""
    row = label_row("audio", {"unit": unit("audio/mpeg", {}, data_duration=10)})
    placed = answer("word", name="Word", shape="audio", range=[[0, 100], [300, 400]])
    return row | {"object_answers": {"word": placed}, "classification_answers": {}}


def scene() -> Json:
    """A scene: cuboids on its timeline, a selection in a point cloud."""
    cuboid = {"position": [1, 2, 3], "orientation": [0, 0, 0.5], "size": [4, 2, 1.5]}
    labels = {"7": {"objects": [thing("truck", "cuboid", cuboid=cuboid)], "classifications": []}}
    cloud = {
        "space_type": "point_cloud",
        "scene_info": {"stream_id": "lidar", "event_index": 1, "uri": "lidar/1.pcd"},
        "labels": {"objects": [thing("points", "segmentation", segmentation="06")], "classifications": []},
    }
    return label_row("scene", {"unit": unit("scene", labels)}, spaces={"cloud": cloud}, scene={"isContinuous": False})


def export() -> list[Json]:
    """The whole export; every label row is its own."""
    rows: list[Json] = json.loads(json.dumps([image(), image_group(), video(), group(), page(), audio(), scene()]))
    return rows
