"""Say how an export wrote what the columns hold, where that is not the usual way.

In: parts of a label row, and what the columns hold of them. Out: the JSON objects of the column `json_form`, empty
where all is usual. What is usual is written here once, for flattening, which notes what differs, and for restoring. It
reads no geometry and no files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
Form = dict[str, Any]

LISTS = ("objects", "classifications")
USUAL_PARTS = ("data_units", "spaces", "object_answers", "classification_answers", "object_actions")
"""Parts of a label row that are there even where they are empty."""
BLOB_TYPES = {"data_units": ("image", "group"), "spaces": ("point_cloud", "scene_image")}
"""Kinds of canvas whose `labels` are a frame's labels themselves, not a map of frames."""
SLICE_KEYS = ("dicom_instance_uid", "multiframe_frame_number", "file_uri", "width", "height")
RESERVED = ("objects", "frames", "also")
"""Keys of a frame's `extra` that are not its labels' own."""
LISTED_KEYS = {
    "image_sequence": {"data_link": "file_uri", "data_title": "file_name"},
}
"""The columns of frames that hold the keys of an entry of a space's list of frames, by the space's type."""
STACK_KEYS = {"instance_uid": "dicom_instance_uid", "file_name": "file_name", "width": "width", "height": "height"}


def without_nulls(value: Any) -> Any:
    """A JSON value without the keys that are null."""
    if isinstance(value, dict):
        return {key: without_nulls(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [without_nulls(part) for part in value]
    return value


def merged(value: Mapping[str, Any], more: Mapping[str, Any]) -> Json:
    """A JSON object with what another tells more of it: objects by key, lists by place; else what the other says."""
    return {**value, **{key: _merged(value[key], part) if key in value else part for key, part in more.items()}}


def _merged(value: Any, more: Any) -> Any:
    if isinstance(value, dict) and isinstance(more, dict):
        return merged(value, more)
    if isinstance(value, list) and isinstance(more, list) and len(value) == len(more):
        return [_merged(part, other) for part, other in zip(value, more, strict=True)]
    return more


def usual_kind(part: str, space_type: str | None) -> str:
    """How the labels of a data unit or a space are usually written: `blob` or `map`."""
    return "blob" if space_type in BLOB_TYPES[part] else "map"


def usual_places(is_listed: bool, labels: str | None) -> list[Form]:
    """Where the labels of a frame are usually written: once, or nowhere where only a list names it."""
    return [] if is_listed or labels == "empty" else [{}]


def row_form(value: Mapping[str, Any]) -> Form:
    """Parts of a label row that are empty, or not there."""
    form: Form = {}
    absent = [key for key in USUAL_PARTS if value.get(key) is None]
    empty = ["export_history"] if value.get("export_history") == [] else []
    if value.get("scene") is not None and not without_nulls(value["scene"]):
        empty.append("scene")
    if absent:
        form["absent"] = absent
    if empty:
        form["empty"] = empty
    return form


def unit_form(unit: Mapping[str, Any]) -> Form:
    """What of a data unit's own keys is written in another way: a number as text, 0 for unknown, an empty object."""
    form: Form = {}
    if isinstance(unit.get("data_sequence"), str):
        form["data_sequence"] = unit["data_sequence"]
    zero = [key for key in ("width", "height", "data_fps") if type(unit.get(key)) in (int, float) and unit[key] == 0]
    if zero:
        form["zero"] = zero
    metadata = unit.get("metadata")
    if isinstance(metadata, dict) and not without_nulls(metadata):
        form["empty"] = ["metadata"]
    return form


def blob_rest(own: Mapping[str, Any], extra: Mapping[str, Any], is_listed: bool) -> Json:
    """The keys of a frame's labels but the labels, as its columns tell them."""
    rest = {key: part for key, part in extra.items() if key not in RESERVED}
    metadata = {} if is_listed else {key: own[key] for key in SLICE_KEYS if own.get(key) is not None}
    if metadata:
        rest["metadata"] = merged(metadata, rest["metadata"]) if "metadata" in rest else metadata
    return rest


def listed_entry(own: Mapping[str, Any], extra: Mapping[str, Any], space_type: str | None, number: int) -> Json:
    """The entry of a space's list of frames that stands for a frame, as its columns tell it."""
    keys = LISTED_KEYS.get(space_type or "", STACK_KEYS)
    entry = {key: own[column] for key, column in keys.items() if own.get(column) is not None}
    if space_type == "image_sequence":
        entry["data_sequence"] = number
    more = extra.get("frames")
    return merged(entry, more) if isinstance(more, dict) else entry


def space_entry(columns: Mapping[str, Any], extra: Mapping[str, Any]) -> Json:
    """An entry of `spaces` without its labels and frames, as its columns tell it."""
    entry = {
        key: columns[column]
        for key, column in SPACE_KEYS.items()
        if columns.get(column) is not None
        and not (column == "number_of_frames" and columns.get("number_of_frames_derived"))
    }
    for part, keys in SPACE_PARTS.items():
        told = {key: columns[key] for key in keys if columns.get(key) is not None}
        if told:
            entry[part] = told
    is_root = columns.get("space_id") == "root"
    if is_root and "child_info" in entry:
        entry["root_info"] = entry.pop("child_info")
    return merged(entry, {key: part for key, part in extra.items() if key != "frames"})


SPACE_KEYS = {
    "space_type": "space_type",
    "number_of_frames": "number_of_frames",
    "number_of_pages": "number_of_pages",
    "duration_ms": "duration_ms",
    "data_fps": "fps",
    "width": "width",
    "height": "height",
}
SPACE_PARTS = {
    "child_info": ("layout_key", "file_name", "data_link"),
    "scene_info": ("stream_id", "event_index", "start_frame", "uri"),
}


def space_form(entry: Mapping[str, Any], columns: Mapping[str, Any], extra: Mapping[str, Any]) -> Form:
    """The keys of an entry of `spaces` that its columns tell otherwise: what stands there, and what the columns tell,
    as lists of none or one. A change of the columns goes before it."""
    kept = without_nulls({key: part for key, part in entry.items() if key not in ("labels", "frames")})
    told = space_entry(columns, extra)
    odd = {
        key: [[kept[key]] if key in kept else [], [told[key]] if key in told else []]
        for key in {**kept, **told}
        if key not in kept or key not in told or kept[key] != told[key]
    }
    return {"entry": odd} if odd else {}
