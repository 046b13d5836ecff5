"""The slowest, most obvious flattener of label exports, to hold the real one against.

In: decoded label rows, as `json.load` gives them. Out: table name -> list of row dicts (column -> plain value).
It refuses to know the package, Arrow and speed: one loop over the export for every table, and standard library only.

"Rule 4" in a comment is the fourth of the numbered rules for where an export leaves a choice. Faults cost only the
part they are in and leave a line in `rejects`. There is no ontology here, so whatever only it could tell is null.
`content_hash` is left null.

How the keys that no column covers end up in `extra`: every reader below takes a key out of `rest`, a copy of the
JSON object at hand, once a column has it (or once it is null). What lies in `rest` at the end is `extra`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, object]
Record = dict[str, object]

TABLES = (
    "label_rows",
    "data_units",
    "spaces",
    "frames",
    "objects",
    "classifications",
    "instances",
    "attributes",
    "export_history",
    "rejects",
)


def flatten(rows: list[object], source: str = "export.json") -> dict[str, list[dict[str, object]]]:
    """All tables of these label rows, bad parts in `rejects`.

    Rule 1: rows are in export order within a space, an owner and a file; between spaces the order means nothing.
    """
    tables: dict[str, list[Record]] = {name: [] for name in TABLES}
    taken: set[tuple[str, str]] = set()
    row_id = 0
    for row_number, raw in enumerate(rows):
        label_hash = raw.get("label_hash") if isinstance(raw, dict) else None
        label_hash = label_hash if isinstance(label_hash, str) else None
        reason = why_refused(raw, taken)
        if reason is not None or not isinstance(raw, dict):
            # Rule 17: row_id is null where the whole label row was refused.
            tables["rejects"].append(
                {
                    "row_id": None,
                    "label_hash": label_hash,
                    "source": source,
                    "row_number": row_number,
                    "json_path": "$",
                    "table": "label_rows",
                    "reason": reason,
                }
            )
            continue
        if label_hash is not None:
            taken.add((label_hash, branch_of(raw)))
        row = Row(raw, source, row_number, row_id, label_hash)
        for name, records in flatten_row(row).items():
            tables[name].extend(records)
        row_id += 1
    return tables


def why_refused(raw: object, taken: set[tuple[str, str]]) -> str | None:
    """Why a whole label row cannot be taken, None where it can."""
    if not isinstance(raw, dict):
        return "a label row must be an object"
    # Rule 11: rows of 2020 had no data units and their labels at the top.
    if raw.get("data_units") is None and "labels" in raw:
        return "a label row of the form before data units"
    # Rule 11: label_hash null never counts as repeated.
    label_hash = raw.get("label_hash")
    if isinstance(label_hash, str) and (label_hash, branch_of(raw)) in taken:
        return "the same label row twice"
    return None


def branch_of(raw: Json) -> str:
    """Rule 17: branch null equals `main`."""
    branch = raw.get("branch_name")
    return branch if isinstance(branch, str) else "main"


def flatten_row(row: Row) -> dict[str, list[Record]]:
    """All tables of one label row."""
    tables: dict[str, list[Record]] = {}
    tables["label_rows"] = [label_row(row)]
    tables["export_history"] = export_history(row)
    tables["data_units"] = data_units(row)

    canvases = find_spaces(row)
    listed = find_frames(row, canvases)
    object_entries = find_entries(row, listed, "objects", "objectHash")
    classification_entries = find_entries(row, listed, "classifications", "classificationHash")
    name_answer_spaces(row, canvases)

    tables["objects"] = objects(row, canvases, object_entries)
    tables["classifications"] = classifications(row, canvases, classification_entries)
    tables["attributes"] = attributes(row)
    tables["instances"] = instances(
        row,
        object_entries,
        classification_entries,
        tables["objects"],
        tables["classifications"],
        tables["attributes"],
    )
    drop_unused_canvases(row, canvases, listed, tables["objects"], tables["classifications"])
    tables["spaces"] = spaces(row, canvases)
    tables["frames"] = frames(row, canvases, listed, object_entries, tables["objects"], tables["classifications"])
    tables["rejects"] = row.rejects
    return tables


class Row:
    """One label row: its parts that are dicts of objects, and the faults found in it."""

    def __init__(self, raw: Json, source: str, row_number: int, row_id: int, label_hash: str | None) -> None:
        self.raw = raw
        self.source = source
        self.row_number = row_number
        self.row_id = row_id
        self.label_hash = label_hash
        self.rejects: list[Record] = []
        self.units = self.parts("data_units", "data_units")
        self.spaces = self.parts("spaces", "spaces")
        self.object_answers = self.parts("object_answers", "instances")
        self.classification_answers = self.parts("classification_answers", "instances")
        self.object_actions = self.parts("object_actions", "instances")
        self.is_image_group = raw.get("data_type") in ("img_group", "image_group")
        self.is_continuous = inner(raw, "scene").get("isContinuous") is True

    def keys(self) -> Record:
        """The first two columns of every table."""
        return {"row_id": self.row_id, "label_hash": self.label_hash}

    def reject(self, table: str, json_path: str, reason: str) -> None:
        self.rejects.append(
            {
                **self.keys(),
                "source": self.source,
                "row_number": self.row_number,
                "json_path": json_path,
                "table": table,
                "reason": reason,
            }
        )

    def parts(self, key: str, table: str) -> dict[str, Json]:
        """A dict of objects at the top of the row; absent and null are {}."""
        value = self.raw.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.reject(table, f"$.{key}", "expected an object")
            return {}
        good = {}
        for name, part in value.items():
            if isinstance(part, dict):
                good[name] = part
            else:
                self.reject(table, f"$.{key}.{name}", "expected an object")
        return good

    def list_of_objects(self, thing: Json, key: str, path: str, table: str) -> list[tuple[int, Json]]:
        """A list of objects under a key, with their places; absent and null are []."""
        value = thing.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.reject(table, f"{path}.{key}", "expected a list")
            return []
        good = []
        for index, part in enumerate(value):
            if isinstance(part, dict):
                good.append((index, part))
            else:
                self.reject(table, f"{path}.{key}[{index}]", "expected an object")
        return good


@dataclass
class Space:
    """A canvas that labels lie on."""

    space_id: str
    timeline_id: str | None
    origin: str
    raw: Json
    space_type: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    # The frame of a unit without frame level: data_sequence in an image group, else 0.
    only_frame: int = 0


@dataclass
class Frame:
    """A frame that the export lists, with every place where it does."""

    space: Space
    number: int
    # In a continuous scene, is the number a time?
    is_time: bool = False
    blobs: list[tuple[Json, str]] = field(default_factory=list)
    listed: list[Json] = field(default_factory=list)

    def size(self) -> tuple[int | None, int | None]:
        """Width and height in pixels: a slice's own come before its space's."""
        width, height = self.space.width, self.space.height
        for own in self.listed + [inner(blob, "metadata") for blob, _ in self.blobs]:
            width = take_size(own, "width", {}) or width
            height = take_size(own, "height", {}) or height
        return width, height


Frames = dict[tuple[str, int], Frame]


@dataclass
class Entry:
    """One entry of a blob's `objects` or `classifications`."""

    frame: Frame
    owner_hash: str | None
    raw: Json
    path: str
    is_delete: bool


@dataclass
class Placement:
    """Where an answer says that something holds: a range, a stretch of HTML, or (neither given) a whole space."""

    space: Space | None
    range_start: int | None = None
    range_end: int | None = None
    nodes: tuple[Json, Json] | None = None


def find_spaces(row: Row) -> dict[str, Space]:
    """The canvases of data units and of `spaces`. Those that only a label key or an answer names come later."""
    canvases = {}
    raw_units = row.raw.get("data_units")
    places = list(raw_units) if isinstance(raw_units, dict) else []
    for unit_id, unit in row.units.items():
        only_frame = 0
        if row.is_image_group:
            # Rule 12: a unit without data_sequence counts by its place in data_units.
            sequence = data_sequence(unit, {})
            only_frame = places.index(unit_id) if sequence is None else sequence
        canvases[unit_id] = Space(
            space_id=unit_id,
            timeline_id=text_or_none(row.raw.get("data_hash")) if row.is_image_group else unit_id,  # Rule 12
            origin="data_unit",
            raw=unit,
            space_type=type_of_unit(row, unit),
            width=take_size(unit, "width", {}),
            height=take_size(unit, "height", {}),
            fps=take_fps(unit, "data_fps", {}),
            only_frame=only_frame,
        )
    for space_id, space in row.spaces.items():
        canvases[space_id] = Space(
            space_id=space_id,
            timeline_id=space_id,
            origin="space",
            raw=space,
            space_type=text_or_none(space.get("space_type")),
            width=take_size(space, "width", {}),
            height=take_size(space, "height", {}),
            fps=take_fps(space, "data_fps", {}),
        )
    return canvases


def type_of_unit(row: Row, unit: Json) -> str | None:
    """The space_type of a data unit: told by the row's data_type, else by the unit's own."""
    mime = text_or_none(unit.get("data_type")) or ""
    by_row = {
        "image": "image",
        "img_group": "image",
        "image_group": "image",
        "video": "video",
        "dicom": "medical_stack",
        "dicom_study": "medical_stack",
        "nifti": "medical_file",
        "audio": "audio",
        "plain_text": "html" if mime.startswith("text/html") else "text",
        "time_series": "time_series",
        "pdf": "pdf",
        "application/pdf": "pdf",
        "scene": "scene",
        "group": "group",
    }
    by_mime = {
        "application/dicom": "medical_stack",
        "application/nifti1": "medical_file",
        "application/pdf": "pdf",
        "text/html": "html",
        "text/plain": "text",
        "text/csv": "time_series",
        "scene": "scene",
        "application/mcap": "scene",
        "group": "group",
        "application/vnd.encord.data.group": "group",
    }
    data_type = row.raw.get("data_type")
    if isinstance(data_type, str) and data_type in by_row:
        return by_row[data_type]
    if mime in by_mime:
        return by_mime[mime]
    for kind in ("image", "video", "audio"):
        if mime.startswith(kind + "/"):
            return kind
    return None


def is_blob(labels: Json) -> bool:
    """`labels` is a blob exactly when it has one of these keys, else a map of blobs."""
    return "objects" in labels or "classifications" in labels


def find_frames(row: Row, canvases: dict[str, Space]) -> Frames:
    """Every frame that the export lists. Rule 2: one, also where two places of the export list it."""
    found: Frames = {}
    for space in list(canvases.values()):
        path = f"$.data_units.{space.space_id}" if space.origin == "data_unit" else f"$.spaces.{space.space_id}"
        find_labelled_frames(row, canvases, space, f"{path}.labels", found)
        if space.origin == "space":
            find_frames_of_list(row, space, f"{path}.frames", found)
    return found


def find_labelled_frames(row: Row, canvases: dict[str, Space], space: Space, path: str, found: Frames) -> None:
    """The frames of one `labels`, which is a blob or a map of blobs."""
    labels = space.raw.get("labels")
    if labels is None:
        labels = {}  # Rule 12: absent `labels` is {}.
    if not isinstance(labels, dict):
        row.reject("frames", path, "expected an object")
        return
    if is_blob(labels):
        # Rule 12: audio, text, HTML and time series have no frames (an entry there would still be a label).
        has_no_frames = space.space_type in ("audio", "text", "html", "time_series")
        if has_no_frames and not labels.get("objects") and not labels.get("classifications"):
            return
        add_blob(found, space, space.only_frame, False, labels, path)
        return
    if not labels and space.origin == "data_unit" and space.space_type in ("image", "group"):
        # Rule 2: a unit with `labels: {}` that has no frame level is a frame with zero counts.
        add_blob(found, space, space.only_frame, False, {}, path)
        return
    for key, blob in labels.items():
        if blob is None:
            blob = {}
        if not isinstance(blob, dict):
            row.reject("frames", f"{path}.{key}", "expected an object")
            continue
        number = int(key) if re.fullmatch("[0-9]+", key) else None
        if number is not None:
            if as_integer(number) is None:
                row.reject("frames", f"{path}.{key}", "a frame number beyond 64 bits")
            elif row.is_image_group and space.origin == "data_unit":
                add_blob(found, space, space.only_frame, False, blob, f"{path}.{key}")
            else:
                # Rule 6: in continuous scenes only keys of digits are times.
                add_blob(found, space, number, row.is_continuous, blob, f"{path}.{key}")
        elif space.origin == "data_unit" and space.space_type == "scene":
            target = space_of_label_key(key, canvases)
            # Rule 6: such spaces have one frame, 0, which is no time.
            add_blob(found, target, 0, False, blob, f"{path}.{key}")
        else:
            row.reject("frames", f"{path}.{key}", "expected a frame number")


def space_of_label_key(key: str, canvases: dict[str, Space]) -> Space:
    """The space that a scene's label key stands for. Rule 3: where none does, a new one of origin `labels`."""
    if key in canvases:
        return canvases[key]
    for place in ("start_frame", "event_index"):
        for space in canvases.values():
            info = inner(space.raw, "scene_info")
            stream_id, number_in_stream = info.get("stream_id"), as_integer(info.get(place))
            if isinstance(stream_id, str) and key == f"{stream_id}#{number_in_stream}":
                return space
    canvases[key] = Space(space_id=key, timeline_id=key, origin="labels", raw={})
    return canvases[key]


def find_frames_of_list(row: Row, space: Space, path: str, found: Frames) -> None:
    """The frames that a stack or sequence lists, labelled or not."""
    listed = space.raw.get("frames")
    if not isinstance(listed, list):
        return
    for index, entry in enumerate(listed):
        if not isinstance(entry, dict):
            row.reject("frames", f"{path}[{index}]", "expected an object")
            continue
        sequence = data_sequence(entry, {})
        number = index if sequence is None else sequence
        frame = found.setdefault((space.space_id, number), Frame(space, number))
        frame.listed.append(entry)


def add_blob(found: Frames, space: Space, number: int, is_time: bool, blob: Json, path: str) -> None:
    frame = found.setdefault((space.space_id, number), Frame(space, number))
    frame.is_time = frame.is_time or is_time
    frame.blobs.append((blob, path))


def find_entries(row: Row, listed: Frames, key: str, hash_key: str) -> list[Entry]:
    """The entries of every blob, in export order."""
    found = []
    for frame in listed.values():
        for blob, path in frame.blobs:
            for index, raw in row.list_of_objects(blob, key, path, key):
                entry_path = f"{path}.{key}[{index}]"
                owner_hash = text_or_none(raw.get(hash_key))
                is_delete = key == "objects" and raw.get("event") == "delete"
                if owner_hash is None and not is_delete:
                    row.reject(key, f"{entry_path}.{hash_key}", "expected a string")
                    continue
                found.append(Entry(frame, owner_hash, raw, entry_path, is_delete))
    return found


def name_answer_spaces(row: Row, canvases: dict[str, Space]) -> None:
    """Rule 3: a space that only an answer names gets a row, origin `labels`; `root` is ignored there."""
    named = []
    for answer in [*row.object_answers.values(), *row.classification_answers.values()]:
        named += [space_id for space_id in inner(answer, "spaces") if space_id != "root"]
        named += named_by_attributes(answer.get("classifications"))
    for action in row.object_actions.values():
        named += named_by_attributes(action.get("actions"))
    for space_id in named:
        if space_id not in canvases:
            canvases[space_id] = Space(space_id=space_id, timeline_id=space_id, origin="labels", raw={})


def named_by_attributes(entries: object) -> list[str]:
    """The spaces that the entries of a list of attributes name: attributes.space_id then finds its row."""
    named = []
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("spaceId"), str):
            named.append(entry["spaceId"])
    return named


def drop_unused_canvases(
    row: Row,
    canvases: dict[str, Space],
    listed: Frames,
    object_rows: list[Record],
    classification_rows: list[Record],
) -> None:
    """Rule 3: a group's or scene's own unit is a space when an entry lies on it or an answer places something on it."""
    for space in list(canvases.values()):
        if space.origin != "data_unit" or space.space_type not in ("group", "scene"):
            continue
        is_used = False
        for record in object_rows + classification_rows:
            if record["space_id"] == space.space_id:
                is_used = True
        for answer in [*row.object_answers.values(), *row.classification_answers.values()]:
            if space.space_id in [*inner(answer, "spaces"), *named_by_attributes(answer.get("classifications"))]:
                is_used = True
        for action in row.object_actions.values():
            if space.space_id in named_by_attributes(action.get("actions")):
                is_used = True
        for frame in listed.values():
            for blob, _ in frame.blobs:
                # Delete events and keys that no column covers lie in a frame's extra, so the frame must be there.
                others = [key for key in blob if key not in ("objects", "classifications")]
                has_more = bool(blob.get("objects")) or any(
                    key != "metadata" or blob[key] is not None for key in others
                )
                if frame.space.space_id == space.space_id and has_more:
                    is_used = True
        if not is_used:
            del canvases[space.space_id]


def label_row(row: Row) -> Record:
    """The one row of `label_rows`."""
    raw = row.raw
    rest = dict(raw)
    for key in ("data_units", "spaces", "object_answers", "classification_answers", "object_actions"):
        rest.pop(key, None)
    rest.pop("export_history", None)

    scene = inner(raw, "scene")
    scene_rest = dict(scene)
    is_continuous = take_bool(scene, "isContinuous", scene_rest)
    leave(rest, "scene", scene_rest)

    record = row.keys() | {
        "branch_name": take_string(raw, "branch_name", rest),
        "data_hash": take_string(raw, "data_hash", rest),
        "data_title": take_string(raw, "data_title", rest),
        "data_type": take_string(raw, "data_type", rest),
        "dataset_hash": take_string(raw, "dataset_hash", rest),
        "dataset_title": take_string(raw, "dataset_title", rest),
        "is_image_sequence": take_bool(raw, "is_image_sequence", rest),
        "is_continuous": is_continuous,
        "label_status": take_string(raw, "label_status", rest),
        "annotation_task_status": take_string(raw, "annotation_task_status", rest),
        "is_valid": take_bool(raw, "is_valid", rest),
        "is_shadow_data": take_bool(raw, "is_shadow_data", rest),
        # The text "None" is no link, but false is no string: both are kept in extra.
        "video_link": None if raw.get("video_link") == "None" else take_string(raw, "video_link", rest),
        "image_sequence_link": take_string(raw, "image_sequence_link", rest),
        "backing_item_uuid": take_string(raw, "backing_item_uuid", rest),
        "created_at": take_time(raw, "created_at", rest),
        "last_edited_at": take_time(raw, "last_edited_at", rest),
        "export_hash": take_string(raw, "export_hash", rest),
        "exported_at": take_time(raw, "exported_at", rest),
        "source": row.source,
        "row_number": row.row_number,
        "content_hash": None,
    }
    take_string(raw, "label_hash", rest)
    record["extra"] = rest or None
    return record


def export_history(row: Row) -> list[Record]:
    """One row per entry of the export history."""
    records = []
    for _, entry in row.list_of_objects(row.raw, "export_history", "$", "export_history"):
        rest = dict(entry)
        record = row.keys() | {
            "export_hash": take_string(entry, "export_hash", rest),
            "exported_at": take_time(entry, "exported_at", rest),
            "user_email": take_string(entry, "user_email", rest),
        }
        record["extra"] = rest or None
        records.append(record)
    return records


def data_units(row: Row) -> list[Record]:
    """One row per entry of `data_units`."""
    records = []
    for unit_id, unit in row.units.items():
        rest = dict(unit)
        rest.pop("labels", None)
        metadata = inner(unit, "metadata")
        metadata_rest = dict(metadata)
        record = row.keys() | {
            "unit_id": unit_id,
            "data_hash": take_string(unit, "data_hash", rest),
            "data_title": take_string(unit, "data_title", rest),
            "data_type": take_string(unit, "data_type", rest),
            "data_sequence": data_sequence(unit, rest),
            "data_link": take_string(unit, "data_link", rest),
            "data_links": take_strings(unit, "data_links", rest),
            "width": take_size(unit, "width", rest),
            "height": take_size(unit, "height", rest),
            "fps": take_fps(unit, "data_fps", rest),
            "duration_seconds": take_float(unit, "data_duration", rest),
            "audio_codec": take_string(unit, "audio_codec", rest),
            "audio_sample_rate": take_integer(unit, "audio_sample_rate", rest),
            "audio_num_channels": take_integer(unit, "audio_num_channels", rest),
            "audio_bit_depth": take_integer(unit, "audio_bit_depth", rest),
            "patient_id": take_string(metadata, "patient_id", metadata_rest),
            "study_uid": take_string(metadata, "study_uid", metadata_rest),
            "series_uid": take_string(metadata, "series_uid", metadata_rest),
            "children": take_children(metadata, metadata_rest),
        }
        leave(rest, "metadata", metadata_rest)
        record["extra"] = rest or None
        records.append(record)
    return records


def take_children(metadata: Json, rest: Json) -> list[Record] | None:
    """The children of a Data Group."""
    children = metadata.get("children")
    if children is None:
        rest.pop("children", None)
        return None
    if not isinstance(children, list) or not all(isinstance(child, dict) for child in children):
        return None
    records: list[Record] = []
    rests: list[Json] = []
    for child in children:
        child_rest = dict(child)
        records.append(
            {
                "data_hash": take_string(child, "data_hash", child_rest),
                "label_hash": take_string(child, "label_hash", child_rest),
                "name": take_string(child, "name", child_rest),
                "layout_key": take_string(child, "layout_key", child_rest),
            }
        )
        rests.append(child_rest)
    if any(rests):
        rest["children"] = rests
    else:
        rest.pop("children")
    return records


def spaces(row: Row, canvases: dict[str, Space]) -> list[Record]:
    """One row per space."""
    records = []
    for space in canvases.values():
        record = row.keys() | {
            "space_id": space.space_id,
            "timeline_id": space.timeline_id,
            "space_type": space.space_type,
            "origin": space.origin,
            "data_hash": None,
            "layout_key": None,
            "file_name": None,
            "data_link": None,
            "number_of_frames": None,
            "number_of_frames_derived": False,
            "number_of_pages": None,
            "duration_ms": None,
            "fps": space.fps,
            "width": space.width,
            "height": space.height,
            "stream_id": None,
            "event_index": None,
            "start_frame": None,
            "uri": None,
            "is_root": space.origin == "space" and space.space_id == "root",
            "extra": None,
        }
        if space.origin == "data_unit":
            record |= space_of_unit(space)
        if space.origin == "space":
            record |= space_of_entry(row, space)
        records.append(record)
    return records


def space_of_unit(space: Space) -> Record:
    """What a data unit tells about its space. Its unknown keys are in `data_units`."""
    unit = space.raw
    duration = take_float(unit, "data_duration", {})
    number_of_frames, is_derived = count_frames(space, None, duration)
    return {
        "data_hash": text_or_none(unit.get("data_hash")),
        "file_name": text_or_none(unit.get("data_title")),  # Rule 12
        "data_link": text_or_none(unit.get("data_link")),
        "number_of_frames": number_of_frames,
        "number_of_frames_derived": is_derived,
        "duration_ms": None if duration is None else duration * 1000,  # Rule 12
    }


def space_of_entry(row: Row, space: Space) -> Record:
    """What an entry of `spaces` tells."""
    raw = space.raw
    rest = dict(raw)
    rest.pop("labels", None)
    take_string(raw, "space_type", rest)
    take_size(raw, "width", rest)
    take_size(raw, "height", rest)
    take_fps(raw, "data_fps", rest)
    if raw.get("frames") is None or isinstance(raw["frames"], list):
        rest.pop("frames", None)  # their keys are in `frames`

    child = inner(raw, "child_info")
    child_rest = dict(child)
    layout_key = take_string(child, "layout_key", child_rest)
    file_name = take_string(child, "file_name", child_rest)
    data_link = take_string(child, "data_link", child_rest)
    leave(rest, "child_info", child_rest)

    root = inner(raw, "root_info")
    root_rest = dict(root)
    if file_name is None:
        file_name = take_string(root, "file_name", root_rest)
    elif root.get("file_name") == file_name:
        root_rest.pop("file_name")
    leave(rest, "root_info", root_rest)

    scene = inner(raw, "scene_info")
    scene_rest = dict(scene)
    stream_id = take_string(scene, "stream_id", scene_rest)
    event_index = take_integer(scene, "event_index", scene_rest)
    start_frame = take_integer(scene, "start_frame", scene_rest)
    uri = take_string(scene, "uri", scene_rest)
    leave(rest, "scene_info", scene_rest)

    exported = take_integer(raw, "number_of_frames", rest)
    duration = take_float(raw, "data_duration", rest)
    duration_ms = take_float(raw, "duration_ms", rest)
    if duration_ms is None and duration is not None:
        duration_ms = duration * 1000
    number_of_frames, is_derived = count_frames(space, exported, duration)
    return {
        "data_hash": hash_of_child(row, layout_key),
        "layout_key": layout_key,
        "file_name": file_name,
        "data_link": data_link,
        "number_of_frames": number_of_frames,
        "number_of_frames_derived": is_derived,
        "number_of_pages": take_integer(raw, "number_of_pages", rest),
        "duration_ms": duration_ms,
        "stream_id": stream_id,
        "event_index": event_index,
        "start_frame": start_frame,
        "uri": uri,
        "extra": rest or None,
    }


def count_frames(space: Space, exported: int | None, duration: float | None) -> tuple[int | None, bool]:
    """The number of frames of a space and whether it is derived: neither exported nor unknown."""
    if exported is not None:
        return exported, False
    listed = space.raw.get("frames")
    if space.origin == "space" and isinstance(listed, list):
        return len(listed), True  # Rule 12: else the length of `frames`
    if space.space_type == "video" and space.fps is not None and duration is not None:
        return math.ceil(space.fps * duration), True
    if space.space_type == "image":
        return 1, True
    return None, False


def hash_of_child(row: Row, layout_key: str | None) -> str | None:
    """Rule 12: the data_hash of a group's space through its layout_key."""
    if layout_key is None:
        return None
    for unit in row.units.values():
        for child in take_children(inner(unit, "metadata"), {"children": None}) or []:
            if child["layout_key"] == layout_key:
                return text_or_none(child["data_hash"])
    return None


def frames(
    row: Row,
    canvases: dict[str, Space],
    listed: Frames,
    object_entries: list[Entry],
    object_rows: list[Record],
    classification_rows: list[Record],
) -> list[Record]:
    """One row per frame that the export lists."""
    records = []
    for frame in listed.values():
        space = frame.space
        if space.space_id not in canvases:
            continue
        own: Record = {
            "dicom_instance_uid": None,
            "multiframe_frame_number": None,
            "file_uri": None,
            "file_name": None,
            "width": None,
            "height": None,
        }
        extra: Json = {}
        for blob, _ in frame.blobs:
            rest = dict(blob)
            rest.pop("objects", None)
            rest.pop("classifications", None)
            if any(value is not None for value in own.values()):
                add_to_extra(extra, rest)  # two places of the export tell this frame: the first one's metadata holds
                continue
            metadata = inner(blob, "metadata")
            metadata_rest = dict(metadata)
            for column, reader in (
                ("dicom_instance_uid", take_string),
                ("multiframe_frame_number", take_integer),
                ("file_uri", take_string),
                ("width", take_size),
                ("height", take_size),
            ):
                value = reader(metadata, column, metadata_rest)
                own[column] = value if own[column] is None else own[column]
            leave(rest, "metadata", metadata_rest)
            add_to_extra(extra, rest)
        for entry in frame.listed:
            rest = dict(entry)
            data_sequence(entry, rest)
            for column, key, reader in (
                ("dicom_instance_uid", "instance_uid", take_string),
                ("file_name", "file_name", take_string),
                ("file_name", "data_title", take_string),
                ("file_uri", "data_link", take_string),
                ("width", "width", take_size),
                ("height", "height", take_size),
            ):
                value = reader(entry, key, rest)
                if own[column] is None:
                    own[column] = value
                elif value is not None and value != own[column]:
                    rest[key] = entry[key]  # the column says something else: nothing is lost
            if rest:
                extra["frames"] = rest
        deleted: list[Json] = []
        for object_entry in object_entries:
            if object_entry.frame is frame and object_entry.is_delete:
                deleted.append(object_entry.raw)
        if deleted:
            extra["objects"] = deleted
        records.append(
            row.keys()
            | {
                "space_id": space.space_id,
                "timeline_id": space.timeline_id,
                "frame": frame.number,
                "timestamp_seconds": timestamp(row, frame),
                # Rule 2: the rows on this frame, so that neither delete events nor rejects count.
                "n_objects": count_rows(object_rows, frame),
                "n_classifications": count_rows(classification_rows, frame),
            }
            | own
            | {"extra": extra or None}
        )
    return records


def add_to_extra(extra: Json, rest: Json) -> None:
    """What a second place of the export says otherwise of the same frame is kept under `also`."""
    otherwise = {key: rest[key] for key in rest if key in extra and extra[key] != rest[key]}
    for key in rest:
        if key not in otherwise:
            extra[key] = rest[key]
    if otherwise:
        extra["also"] = [*also_told(extra), otherwise]


def also_told(extra: Json) -> list[object]:
    told = extra.get("also")
    return told if isinstance(told, list) else []


def timestamp(row: Row, frame: Frame) -> float | None:
    """Seconds from the start of a video or continuous scene."""
    if frame.is_time:
        return frame.number / 1e9
    if row.is_continuous or frame.space.fps is None:
        return None  # Rule 6: what is no time has no timestamp.
    return frame.number / frame.space.fps


def count_rows(records: list[Record], frame: Frame) -> int:
    count = 0
    for record in records:
        if record["space_id"] == frame.space.space_id and record["frame"] == frame.number:
            count += 1
    return count


def objects(row: Row, canvases: dict[str, Space], entries: list[Entry]) -> list[Record]:
    """One row per entry of a frame; then those objects that lie only in the answers."""
    records = []
    for entry in entries:
        if not entry.is_delete:
            records.append(object_of_entry(row, entry, entries))
    met = {entry.owner_hash for entry in entries}
    for object_hash, answer in row.object_answers.items():
        if object_hash in met:
            continue  # An object that has entries in frames gets no rows from its answer's range.
        places = placements(row, canvases, answer, f"$.object_answers.{object_hash}", "objects")
        for place in places:
            records.append(object_of_answer(row, object_hash, answer, place))
    return records


def object_of_entry(row: Row, entry: Entry, entries: list[Entry]) -> Record:
    """The row of one entry of a frame's `objects`."""
    raw = entry.raw
    rest = dict(raw)
    rest.pop("objectHash")
    number = take_object_number(raw, rest)
    if number is None and entry.owner_hash in row.object_answers:
        # Rule 13: the entry's, else the answer's.
        number = take_object_number(row.object_answers[entry.owner_hash], {})
    shape = take_string(raw, "shape", rest)
    if shape is None:
        shape = tell_shape(raw)  # Rule 7
    geometry = geometry_of_entry(row, entry, shape, rest)
    range_start, range_end = hold_of_entry(entry, entries)
    record = row.keys() | {
        "space_id": entry.frame.space.space_id,
        "timeline_id": entry.frame.space.timeline_id,
        "frame": entry.frame.number,
        "range_start": range_start,
        "range_end": range_end,
        "range_unit": "nanosecond" if row.is_continuous else "frame",
        "html_start_xpath": None,
        "html_start_offset": None,
        "html_end_xpath": None,
        "html_end_offset": None,
        "object_hash": entry.owner_hash,
        "object_number": number,
        **take_label(raw, rest),
        "color": take_string(raw, "color", rest),
        "shape": shape,
        "is_deleted": take_bool(raw, "isDeleted", rest),
        "event": take_string(raw, "event", rest),
        "interpolate": take_string(raw, "interpolate", rest),
        **geometry,
        "reviews": take_json(raw, "reviews", rest),
    }
    record["extra"] = rest or None
    return record


def hold_of_entry(entry: Entry, entries: list[Entry]) -> tuple[int, int | None]:
    """How long an entry holds: its frame, and in a continuous scene until before the object's next event."""
    number = entry.frame.number
    if not entry.frame.is_time:
        return number, number
    # Rule 6: the same object's next event by number, deletes included, less one.
    later = []
    for other in entries:
        same_space = other.frame.space.space_id == entry.frame.space.space_id
        if same_space and other.owner_hash == entry.owner_hash and other.frame.number > number:
            later.append(other.frame.number)
    return number, min(later) - 1 if later else None


def object_of_answer(row: Row, object_hash: str, answer: Json, place: Placement) -> Record:
    """The row of an object that lies only in its answer. The answer's own unknown keys are in `instances`."""
    space_type = None if place.space is None else place.space.space_type
    shape = text_or_none(answer.get("shape"))
    if shape is None and space_type is not None:
        by_type = {"audio": "audio", "text": "text", "html": "text", "time_series": "time_range"}
        shape = by_type.get(space_type)
    html: Record = {
        "html_start_xpath": None,
        "html_start_offset": None,
        "html_end_xpath": None,
        "html_end_offset": None,
    }
    if place.nodes is not None:
        start, end = place.nodes
        html = {
            "html_start_xpath": start["xpath"],
            "html_start_offset": start["offset"],
            "html_end_xpath": end["xpath"],
            "html_end_offset": end["offset"],
        }
    return row.keys() | {
        **columns_of_place(row, place),
        **html,
        "object_hash": object_hash,
        "object_number": take_object_number(answer, {}),
        **take_label(answer, {}),
        "color": text_or_none(answer.get("color")),
        "shape": shape,
        "is_deleted": None,
        "event": None,
        "interpolate": None,
        **NO_GEOMETRY,
        "reviews": answer.get("reviews"),
        "extra": None,
    }


def placements(row: Row, canvases: dict[str, Space], answer: Json, path: str, table: str) -> list[Placement]:
    """Where an answer says that it holds: first its own ranges, then those of its spaces."""
    found = []
    # Rule 5: a top-level [] is no placement.
    for element, place in elements(row, answer, "range", path, table):
        found += top_level(row, canvases, element, place, table)
    for element, place in elements(row, answer, "range_html", path, table):
        found += top_level(row, canvases, element, place, table)

    if answer.get("spaces") is not None and not isinstance(answer["spaces"], dict):
        row.reject(table, f"{path}.spaces", "expected an object")
    for space_id, entry in inner(answer, "spaces").items():
        if space_id == "root":
            continue  # Rule 3
        if not isinstance(entry, dict):
            row.reject(table, f"{path}.spaces.{space_id}", "expected an object")
            continue
        space = canvases[space_id]
        if not entry.get("range"):
            # Rule 5: `range: []` or `type: "global"` is the whole space.
            found.append(Placement(space))
        for element, place in elements(row, entry, "range", f"{path}.spaces.{space_id}", table):
            placement = read_range(element, space)
            if placement is None:
                row.reject(table, place, "expected a range")
            else:
                found.append(placement)
    return found


def elements(row: Row, thing: Json, key: str, path: str, table: str) -> list[tuple[object, str]]:
    """The elements of a list of ranges with their paths; absent and null are []."""
    value = thing.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        row.reject(table, f"{path}.{key}", "expected a list of ranges")
        return []
    return [(element, f"{path}.{key}[{index}]") for index, element in enumerate(value)]


def top_level(row: Row, canvases: dict[str, Space], element: object, path: str, table: str) -> list[Placement]:
    """A range at the top of an answer: on `root` where there is one, else on the row's data unit."""
    if "root" in row.spaces:
        space = canvases["root"]
    elif row.units:
        space = canvases[next(iter(row.units))]
    else:
        row.reject(table, path, "there is no data unit that this range could lie on")
        return []
    placement = read_range(element, space)
    if placement is None:
        row.reject(table, path, "expected a range")
        return []
    if placement.range_start is None or placement.range_end is None or not row.is_image_group:
        return [placement]
    # Rule 4: on an image group, one for each unit whose data_sequence lies in the range, on that unit's space.
    found = []
    for unit_id in row.units:
        unit = canvases[unit_id]
        if placement.range_start <= unit.only_frame <= placement.range_end:
            found.append(Placement(unit, unit.only_frame, unit.only_frame))
    return found


def read_range(element: object, space: Space) -> Placement | None:
    """[start, end], or two HTML nodes in any of the three forms; None where it is neither."""
    pair: list[object] = []
    if isinstance(element, list):
        pair = element
    elif isinstance(element, dict):
        pair = [element.get("start"), element.get("end")]
    if len(pair) != 2:
        return None
    start, end = as_integer(pair[0]), as_integer(pair[1])
    if isinstance(element, list) and start is not None and end is not None:
        return Placement(space, start, end) if start <= end else None
    start_node, end_node = read_node(pair[0]), read_node(pair[1])
    if start_node is not None and end_node is not None:
        return Placement(space, nodes=(start_node, end_node))
    return None


def read_node(node: object) -> Json | None:
    """One end of an HTML range; `node` is another spelling of `xpath`."""
    if not isinstance(node, dict):
        return None
    xpath = node.get("node") if node.get("xpath") is None else node["xpath"]
    offset = node.get("offset")
    if not isinstance(xpath, str) or (offset is not None and as_integer(offset) is None):
        return None
    return {"xpath": xpath, "offset": as_integer(offset)}


def columns_of_place(row: Row, place: Placement) -> Record:
    """The columns that tell where something placed by an answer holds."""
    return {
        "space_id": None if place.space is None else place.space.space_id,
        "timeline_id": None if place.space is None else place.space.timeline_id,
        "frame": None,
        "range_start": place.range_start,
        "range_end": place.range_end,
        "range_unit": range_unit(row, place),
    }


def range_unit(row: Row, place: Placement) -> str | None:
    """Rule 14."""
    if place.nodes is not None:
        return "html"
    if place.space is None or place.range_start is None:
        return None  # a whole space or label row
    if place.space.space_type == "audio":
        return "millisecond"
    if place.space.space_type in ("text", "html"):
        return "character"
    return "nanosecond" if row.is_continuous else "frame"


def classifications(row: Row, canvases: dict[str, Space], entries: list[Entry]) -> list[Record]:
    """One row per frame entry; then where the answers say that they hold, never twice for the same frame."""
    records = []
    for entry in entries:  # Rule 9: one hash twice in a frame's list is two rows.
        records.append(classification_of_entry(row, entry))
    for classification_hash, answer in row.classification_answers.items():
        own_entries = [entry for entry in entries if entry.owner_hash == classification_hash]
        path = f"$.classification_answers.{classification_hash}"
        places = placements(row, canvases, answer, path, "classifications")
        for place in unmet_placements(places, own_entries):
            records.append(classification_of_answer(row, classification_hash, answer, place))
        named_spaces = [space_id for space_id in inner(answer, "spaces") if space_id != "root"]
        if not own_entries and not answer.get("range") and not answer.get("range_html") and not named_spaces:
            # Neither entries nor range nor spaces: the whole label row.
            place = Placement(None)
            records.append(classification_of_answer(row, classification_hash, answer, place))
    return records


def unmet_placements(places: list[Placement], own_entries: list[Entry]) -> list[Placement]:
    """The placements less the frames that have entries or that an earlier range covers."""
    unmet: list[Placement] = []
    for place in places:
        assert place.space is not None
        on_space = [entry for entry in own_entries if entry.frame.space.space_id == place.space.space_id]
        if place.nodes is not None:
            unmet.append(place)  # Rule 14: on HTML nodes one row a range
        elif place.range_start is None or place.range_end is None:
            # Rule 5: the whole space only where the space has no entries of that hash.
            if not on_space and place not in unmet:
                unmet.append(place)
        else:
            covered = [(entry.frame.number, entry.frame.number) for entry in on_space]
            for other in unmet:
                same_space = other.space is not None and other.space.space_id == place.space.space_id
                if same_space and other.range_start is not None and other.range_end is not None:
                    covered.append((other.range_start, other.range_end))
            for start, end in subtract(place.range_start, place.range_end, covered):
                unmet.append(Placement(place.space, start, end))
    return unmet


def subtract(start: int, end: int, covered: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of start..end without the covered ranges, in order; all ends are inclusive."""
    left = []
    for covered_start, covered_end in sorted(covered):
        if covered_end < start or covered_start > end:
            continue
        if start < covered_start:
            left.append((start, covered_start - 1))
        start = covered_end + 1
    if start <= end:
        left.append((start, end))
    return left


def classification_of_entry(row: Row, entry: Entry) -> Record:
    """The row of one entry of a frame's `classifications`."""
    raw = entry.raw
    rest = dict(raw)
    rest.pop("classificationHash")
    label = take_label(raw, rest)
    if label["name"] is None:
        answer = row.classification_answers.get(entry.owner_hash or "", {})
        feature_hash = label["feature_hash"] or answer.get("featureHash")
        label["name"] = classification_name(row, entry.owner_hash, feature_hash, answer)
    record = row.keys() | {
        "space_id": entry.frame.space.space_id,
        "timeline_id": entry.frame.space.timeline_id,
        "frame": entry.frame.number,
        "range_start": entry.frame.number,
        "range_end": entry.frame.number,
        "range_unit": "nanosecond" if row.is_continuous else "frame",
        "classification_hash": entry.owner_hash,
        **label,
        "reviews": take_json(raw, "reviews", rest),
    }
    record["extra"] = rest or None
    return record


def classification_of_answer(row: Row, classification_hash: str, answer: Json, place: Placement) -> Record:
    """The row of a classification where only its answer says that it holds."""
    label = take_label(answer, {})
    if label["feature_hash"] is None:
        # Rule 13: the answer's feature_hash, else the first that an entry tells.
        for entry in met_classifications(row):
            if label["feature_hash"] is None and entry["classificationHash"] == classification_hash:
                label["feature_hash"] = text_or_none(entry.get("featureHash"))
    label["name"] = classification_name(row, classification_hash, label["feature_hash"], answer)
    return row.keys() | {
        **columns_of_place(row, place),
        "classification_hash": classification_hash,
        **label,
        "reviews": answer.get("reviews"),
        "extra": None,
    }


def classification_name(row: Row, owner_hash: str | None, feature_hash: object, answer: Json) -> str | None:
    """Rule 9; the first entry of the label row that tells a name counts."""
    told = named_entries(row)
    for entry in told:
        if entry.get("classificationHash") == owner_hash:
            return text_or_none(entry["name"])
    for entry in told:
        if isinstance(feature_hash, str) and entry.get("featureHash") == feature_hash:
            return text_or_none(entry["name"])
    own_attributes = answer.get("classifications")
    if isinstance(own_attributes, list) and len(own_attributes) == 1 and isinstance(own_attributes[0], dict):
        return text_or_none(own_attributes[0].get("name"))
    return None


def named_entries(row: Row) -> list[Json]:
    """The classifications of every blob that have a hash and a name."""
    return [entry for entry in met_classifications(row) if isinstance(entry.get("name"), str)]


def met_classifications(row: Row) -> list[Json]:
    """The classifications of every blob that have a hash, in the order in which they stand in the export."""
    found = []
    for holder in [*row.units.values(), *row.spaces.values()]:
        labels = inner(holder, "labels")
        for blob in [labels] if is_blob(labels) else labels.values():
            entries = blob.get("classifications") if isinstance(blob, dict) else None
            for entry in entries if isinstance(entries, list) else []:
                if isinstance(entry, dict) and isinstance(entry.get("classificationHash"), str):
                    found.append(entry)
    return found


def instances(
    row: Row,
    object_entries: list[Entry],
    classification_entries: list[Entry],
    object_rows: list[Record],
    classification_rows: list[Record],
    attribute_rows: list[Record],
) -> list[Record]:
    """One row per object and per classification, over all its frames."""
    object_hashes = [entry.owner_hash for entry in object_entries if entry.owner_hash is not None]
    object_hashes += row.object_answers
    object_hashes += row.object_actions  # Rule 10: an owner met only in object_actions is an instance too.
    classification_hashes = [entry.owner_hash for entry in classification_entries if entry.owner_hash is not None]
    classification_hashes += row.classification_answers

    records = []
    for object_hash in without_repeats(object_hashes):
        answer = row.object_answers.get(object_hash)
        actions = row.object_actions.get(object_hash)
        n_placements = 0  # Rule 13: so it stays for an object met only in delete events.
        for record in object_rows:
            if record["object_hash"] == object_hash:
                n_placements += 1
        records.append(instance(row, "object", object_hash, answer, actions, n_placements, attribute_rows))
    for classification_hash in without_repeats(classification_hashes):
        answer = row.classification_answers.get(classification_hash)
        n_placements = 0
        for record in classification_rows:
            if record["classification_hash"] == classification_hash:
                n_placements += 1
        records.append(instance(row, "classification", classification_hash, answer, None, n_placements, attribute_rows))
    return records


def instance(
    row: Row,
    owner: str,
    owner_hash: str,
    answer: Json | None,
    actions: Json | None,
    n_placements: int,
    attribute_rows: list[Record],
) -> Record:
    """Rule 13: what the answer says, and nothing else."""
    raw = {} if answer is None else answer
    rest = dict(raw)
    rest.pop("classifications", None)  # they are in `attributes`
    hash_key = "objectHash" if owner == "object" else "classificationHash"
    if raw.get(hash_key) is None or raw[hash_key] == owner_hash:
        rest.pop(hash_key, None)
    n_attributes = 0
    for attribute in attribute_rows:
        if attribute["owner"] == owner and attribute["owner_hash"] == owner_hash:
            n_attributes += 1
    record = row.keys() | {
        "owner": owner,
        "owner_hash": owner_hash,
        "object_number": take_object_number(raw, rest),
        **take_label(raw, rest),
        "color": take_string(raw, "color", rest),
        "shape": take_string(raw, "shape", rest),
        "has_answer": answer is not None,
        "answer_ranges": take_ranges(raw, "range", rest),
        "answer_range_html": take_json(raw, "range_html", rest),
        "answer_spaces": take_json(raw, "spaces", rest),
        "reviews": take_json(raw, "reviews", rest),
        "n_attributes": n_attributes,
        "n_placements": n_placements,
    }
    if actions is not None:
        actions_rest = dict(actions)
        actions_rest.pop("actions", None)
        if actions.get("objectHash") is None or actions["objectHash"] == owner_hash:
            actions_rest.pop("objectHash", None)
        if actions_rest:
            rest["object_actions"] = actions_rest
    record["extra"] = rest or None
    return record


def take_ranges(thing: Json, key: str, rest: Json) -> list[Record] | None:
    """Ranges as start and end; where one cannot be read, all of them stay in extra."""
    value = thing.get(key)
    if value is None:
        rest.pop(key, None)
        return None
    if not isinstance(value, list):
        return None
    ranges: list[Record] = []
    for element in value:
        if not isinstance(element, list) or len(element) != 2:
            return None
        start, end = as_integer(element[0]), as_integer(element[1])
        if start is None or end is None:
            return None
        ranges.append({"start": start, "end": end})
    rest.pop(key)
    return ranges


def attributes(row: Row) -> list[Record]:
    """One row per answer given; one with null answer where nothing was chosen."""
    records = []
    for object_hash, answer in row.object_answers.items():
        path = f"$.object_answers.{object_hash}"
        for index, entry in row.list_of_objects(answer, "classifications", path, "attributes"):
            records += attribute_entry(row, "object", object_hash, index, entry, False)
    for object_hash, actions in row.object_actions.items():
        path = f"$.object_actions.{object_hash}"
        for index, entry in row.list_of_objects(actions, "actions", path, "attributes"):
            records += attribute_entry(row, "object", object_hash, index, entry, True)
    for classification_hash, answer in row.classification_answers.items():
        path = f"$.classification_answers.{classification_hash}"
        for index, entry in row.list_of_objects(answer, "classifications", path, "attributes"):
            records += attribute_entry(row, "classification", classification_hash, index, entry, False)
    return records


def attribute_entry(row: Row, owner: str, owner_hash: str, index: int, entry: Json, is_action: bool) -> list[Record]:
    """The rows of one attribute entry: one an answer and range."""
    rest = dict(entry)
    rest.pop("answers", None)
    dynamic = take_bool(entry, "dynamic", rest)
    if is_action:
        dynamic = True
    elif dynamic is None:
        dynamic = False  # Rule 15
    common = row.keys() | {
        "owner": owner,
        "owner_hash": owner_hash,
        "attribute_feature_hash": take_string(entry, "featureHash", rest),
        "attribute": take_string(entry, "name", rest),
        "attribute_value": take_string(entry, "value", rest),
        "dynamic": dynamic,
        "space_id": take_string(entry, "spaceId", rest),
        "track_hash": take_string(entry, "trackHash", rest),
        "should_propagate": take_bool(entry, "shouldPropagate", rest),
        "manual_annotation": take_bool(entry, "manualAnnotation", rest),
        "attribute_index": index,
    }
    # The ranges a dynamic answer holds on, as exported; without any there is still one row.
    ranges = take_ranges(entry, "range", rest) or [{"start": None, "end": None}]
    records = []
    for answer, answer_rest in answers_given(entry.get("answers")):
        for piece in ranges:
            extra = dict(rest)
            if answer_rest:
                extra["answers"] = answer_rest
            holds = {"range_start": piece["start"], "range_end": piece["end"]}
            records.append(common | answer | holds | {"extra": extra or None})
    return records


def answers_given(answers: object) -> list[tuple[Record, Json]]:
    """Each answer's own columns, and of an option the keys that none of them covers."""
    answer: Record = {
        "kind": "unknown",
        "answer": None,
        "answer_value": None,
        "answer_feature_hash": None,
        "answer_number": None,
        "answer_index": None,
    }
    if answers is None:
        return [(answer, {})]  # Rule 10: null has kind unknown.
    if isinstance(answers, list) and all(isinstance(option, dict) for option in answers):
        answer["kind"] = "option"
        if not answers:
            return [(answer, {})]  # Rule 10: [] has kind option; answer and answer_index are null.
        options = []
        for index, option in enumerate(answers):
            option_rest = dict(option)
            columns = answer | {
                "answer": take_string(option, "name", option_rest),
                "answer_value": take_string(option, "value", option_rest),
                "answer_feature_hash": take_string(option, "featureHash", option_rest),
                "answer_index": index,
            }
            options.append((columns, option_rest))
        return options
    # Rule 15: text and number have no answer_value and no answer_index.
    if isinstance(answers, str):
        return [(answer | {"kind": "text", "answer": answers}, {})]
    if as_float(answers) is not None:
        number: Record = {"kind": "number", "answer": json.dumps(answers), "answer_number": as_float(answers)}
        return [(answer | number, {})]
    text = json.dumps(answers, ensure_ascii=False, separators=(",", ":"))
    return [(answer | {"answer": text}, {})]


class UnreadableError(Exception):
    """The geometry of an object cannot be read."""


NO_GEOMETRY: Record = {
    "x": None,
    "y": None,
    "w": None,
    "h": None,
    "theta": None,
    "box": None,
    "ellipse": None,
    "circle": None,
    "area": None,
    "polygons": None,
    "points": None,
    "keypoints": None,
    "cuboid_2d": None,
    "n_vertices": None,
    "rle": None,
    "mask_top": None,
    "mask_left": None,
    "mask_width": None,
    "mask_height": None,
    "mask_pixels": None,
    "position": None,
    "orientation": None,
    "size": None,
}

GEOMETRY_KEYS = {
    "boundingBox": "bounding_box",
    "rotatableBoundingBox": "rotatable_bounding_box",
    "polygons": "polygon",
    "polygon": "polygon",
    "polyline": "polyline",
    "point": "point",
    "skeleton": "skeleton",
    "bitmask": "bitmask",
    "cuboid": "cuboid",
    "cuboid_2d": "cuboid_2d",
    "ellipse": "ellipse",
    "circle": "circle",
    "segmentation": "segmentation",
    "rleString": "bitmask",
}

Size = tuple[int | None, int | None]


def tell_shape(raw: Json) -> str | None:
    """Rule 7: a shape that is missing is told from its geometry key."""
    for key, shape in GEOMETRY_KEYS.items():
        if raw.get(key) is not None and raw[key] != []:
            return shape
    return None


def geometry_of_entry(row: Row, entry: Entry, shape: str | None, rest: Json) -> Record:
    """The geometry columns of one object; the keys that they cover are taken from rest."""
    raw = entry.raw
    for key in GEOMETRY_KEYS:
        if raw.get(key) is None:
            rest.pop(key, None)
    size = entry.frame.size()
    keys = geometry_keys_used(raw, shape)
    readers = {
        "bounding_box": read_bounding_box,
        "rotatable_bounding_box": read_rotatable_bounding_box,
        "polygon": read_polygon,
        "polyline": read_polyline,
        "point": read_polyline,
        "skeleton": read_skeleton,
        "bitmask": read_bitmask,
        "cuboid": read_cuboid,
        "cuboid_2d": read_cuboid_2d,
        "ellipse": read_ellipse,
        "circle": read_circle,
        "segmentation": read_segmentation,
    }
    if shape not in readers:
        # Rule 7: a shape that nobody knows yet is no fault, its geometry stays in extra.
        # Audio, text and time_range have no geometry: they lie in the answer.
        return dict(NO_GEOMETRY)
    try:
        return without_infinity(NO_GEOMETRY | readers[shape](raw, keys[0], rest, size))
    except UnreadableError as fault:
        # Rule 7: the object keeps its row, the geometry goes to rejects.
        for key in keys:
            rest.pop(key, None)
        place = "" if keys[0] == "rleString" else f".{keys[0]}"
        row.reject("objects", f"{entry.path}{place}", str(fault))
        return dict(NO_GEOMETRY)


def without_infinity(geometry: Record) -> Record:
    """What is computed and larger than a float64 holds is null: the area, and all of a box."""
    finite = dict(geometry)
    if not is_finite(finite["area"]):
        finite["area"] = None
    if not all(is_finite(finite[name]) for name in "xywh"):
        finite.update(dict.fromkeys("xywh"))
    return finite


def is_finite(value: object) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def geometry_keys_used(raw: Json, shape: str | None) -> list[str]:
    """The keys that hold the geometry of this shape: one, but of the old bitmasks."""
    if shape == "polygon":
        # `polygons` wins; null and [] are absent.
        return ["polygons"] if raw.get("polygons") not in (None, []) else ["polygon"]
    if shape == "bitmask" and raw.get("bitmask") is None and raw.get("rleString") is not None:
        return ["rleString", "top", "left", "width", "height"]
    for key, known in GEOMETRY_KEYS.items():
        if known == shape:
            return [key]
    return []


def read_bounding_box(raw: Json, key: str, rest: Json, size: Size) -> Record:
    box = geometry_object(raw, key)
    x, y, w, h = numbers(box, "x", "y", "w", "h")
    leave(rest, key, without(box, "x", "y", "w", "h"))
    return {"x": x, "y": y, "w": w, "h": h, "area": w * h}


def read_rotatable_bounding_box(raw: Json, key: str, rest: Json, size: Size) -> Record:
    box = geometry_object(raw, key)
    x, y, w, h = numbers(box, "x", "y", "w", "h")
    theta = number_or(box, "theta", 0.0)  # Rule 8
    leave(rest, key, without(box, "x", "y", "w", "h", "theta"))
    around: Record = {"x": None, "y": None, "w": None, "h": None}
    width, height = size
    if theta % 180 == 0:
        around = {"x": x, "y": y, "w": w, "h": h}
    elif width is not None and height is not None:
        # The box turns in pixels about its centre: take the corners as seen from there, turn each, put a box around.
        cos, sin = turn(theta)
        corners = []
        for side_x, side_y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            dx, dy = side_x * w / 2 * width, side_y * h / 2 * height
            turned_x = dx * cos - dy * sin
            turned_y = dx * sin + dy * cos
            corners.append((turned_x / width, turned_y / height))
        reach = box_around(corners)
        around = {**reach, "x": x + w / 2 - reach["w"] / 2, "y": y + h / 2 - reach["h"] / 2}
    return {**around, "theta": theta, "box": {"x": x, "y": y, "w": w, "h": h}, "area": w * h}


def read_ellipse(raw: Json, key: str, rest: Json, size: Size) -> Record:
    ellipse = geometry_object(raw, key)
    x, y, rx, ry = numbers(ellipse, "x", "y", "rx", "ry")
    theta = number_or(ellipse, "theta", 0.0)  # Rule 8
    leave(rest, key, without(ellipse, "x", "y", "rx", "ry", "theta"))
    # Rule 8: on a frame of unknown size it has no box, but still its area.
    around: Record = {"x": None, "y": None, "w": None, "h": None}
    width, height = size
    if width is not None and height is not None:
        around = box_around_ellipse(x, y, rx * width, ry * height, theta, width, height)
    return {
        **around,
        "theta": theta,
        "ellipse": {"x": x, "y": y, "rx": rx, "ry": ry},
        "area": math.pi * abs(rx * ry),
    }


def read_circle(raw: Json, key: str, rest: Json, size: Size) -> Record:
    circle = geometry_object(raw, key)
    x, y, r = numbers(circle, "x", "y", "r")
    stretch = number_or(circle, "stretch", 1.0)  # Rule 8
    theta = number_or(circle, "theta", 0.0)  # Rule 8
    leave(rest, key, without(circle, "x", "y", "r", "stretch", "theta"))
    # Rule 8: on a frame of unknown size it has no box. Its area needs the size too, as r is one of the width only.
    around: Record = {"x": None, "y": None, "w": None, "h": None}
    area = None
    width, height = size
    if width is not None and height is not None:
        radius = r * width
        around = box_around_ellipse(x, y, radius, radius * stretch, theta, width, height)
        area = math.pi * abs(radius * radius * stretch) / (width * height)
    return {**around, "theta": theta, "circle": {"x": x, "y": y, "r": r, "stretch": stretch}, "area": area}


def turn(theta: float) -> tuple[float, float]:
    """Cosine and sine of an angle in degrees, exact at right angles."""
    angle = math.radians(theta)
    return 0.0 if theta % 180 == 90 else math.cos(angle), 0.0 if theta % 180 == 0 else math.sin(angle)


def box_around_ellipse(
    x: float, y: float, radius_x: float, radius_y: float, theta: float, width: int, height: int
) -> Record:
    """The box around an ellipse with radii in pixels, turned by theta degrees about its centre."""
    cos, sin = turn(theta)
    reach_x = math.hypot(radius_x * cos, radius_y * sin) / width
    reach_y = math.hypot(radius_x * sin, radius_y * cos) / height
    return {"x": x - reach_x, "y": y - reach_y, "w": 2 * reach_x, "h": 2 * reach_y}


def read_polygon(raw: Json, key: str, rest: Json, size: Size) -> Record:
    rest.pop("polygons", None)
    if key == "polygons":
        polygons = rings_of_polygons(raw["polygons"])
        # The older key is covered where it is ring 0 of polygon 0, and else stays in extra.
        if is_ring(raw.get("polygon"), polygons[0][0]):
            rest.pop("polygon", None)
    else:
        vertices = read_vertices(raw.get("polygon"))
        leave_vertices(rest, "polygon", raw["polygon"], "x", "y")
        polygons = [[[numbers_xy(vertex) for vertex in vertices]]]
    every_vertex = []
    area = 0.0
    for polygon in polygons:
        area += area_of_ring(polygon[0])
        for hole in polygon[1:]:
            area -= area_of_ring(hole)
        for ring in polygon:
            every_vertex += ring
    nested: list[list[list[Record]]] = []
    for polygon in polygons:
        nested.append([[{"x": x, "y": y} for x, y in ring] for ring in polygon])
    return {
        **box_around(every_vertex),
        "area": area,
        "polygons": nested,
        "n_vertices": len(every_vertex),  # Rule 16
    }


def rings_of_polygons(value: object) -> list[list[list[tuple[float, float]]]]:
    """[polygon][ring][x0, y0, x1, y1, ...] as points."""
    if not isinstance(value, list):
        raise UnreadableError("polygons: expected a list of polygons")
    polygons = []
    for polygon in value:
        if not isinstance(polygon, list) or not polygon:
            raise UnreadableError("polygons: expected a list of rings")
        rings = []
        for flat in polygon:
            if not isinstance(flat, list) or not flat or len(flat) % 2 == 1:
                raise UnreadableError("polygons: expected x0, y0, x1, y1 and so on")
            ring = []
            for index in range(0, len(flat), 2):
                ring.append((number(flat[index]), number(flat[index + 1])))
            rings.append(ring)
        polygons.append(rings)
    return polygons


def is_ring(value: object, ring: list[tuple[float, float]]) -> bool:
    """Is this legacy polygon exactly that ring, and nothing more?"""
    try:
        vertices = read_vertices(value)
        if any(without(vertex, "x", "y") for vertex in vertices):
            return False
        return [numbers_xy(vertex) for vertex in vertices] == ring
    except UnreadableError:
        return False


def area_of_ring(ring: list[tuple[float, float]]) -> float:
    """The shoelace formula; winding is not fixed, so the sign means nothing."""
    doubled = 0.0
    for index, (x, y) in enumerate(ring):
        next_x, next_y = ring[(index + 1) % len(ring)]
        doubled += x * next_y - next_x * y
    return abs(doubled) / 2


def read_polyline(raw: Json, key: str, rest: Json, size: Size) -> Record:
    vertices = read_vertices(raw.get(key))
    points: list[Record] = []
    has_z = False
    for vertex in vertices:
        x, y = numbers_xy(vertex)
        z = None if vertex.get("z") is None else number(vertex["z"])
        has_z = has_z or z is not None
        points.append({"x": x, "y": y, "z": z})
    leave_vertices(rest, key, raw[key], "x", "y", "z")
    geometry: Record = {"points": points, "n_vertices": len(points)}  # Rule 16
    if has_z:
        return geometry  # scene coordinates: no box on the frame
    return geometry | box_around([numbers_xy(vertex) for vertex in vertices])


def read_skeleton(raw: Json, key: str, rest: Json, size: Size) -> Record:
    vertices = read_vertices(raw.get(key))
    value = raw[key]
    keypoints: list[Record] = []
    rests: list[Json] = []
    for vertex in vertices:
        x, y = numbers_xy(vertex)
        vertex_rest = without(vertex, "x", "y")
        visibility = take_string(vertex, "visibility", vertex_rest)
        if visibility is None:
            visibility = "visible"  # Rule 8: a keypoint without a state is visible.
        for state in ("visible", "selfOccluded", "occluded", "invisible"):
            if take_bool(vertex, state, vertex_rest):
                visibility = state  # booleans win, and of these the later one here
        keypoints.append(
            {
                "name": take_string(vertex, "name", vertex_rest),
                "value": take_string(vertex, "value", vertex_rest),
                "feature_hash": take_string(vertex, "featureHash", vertex_rest),
                "color": take_string(vertex, "color", vertex_rest),
                "x": x,
                "y": y,
                "visibility": visibility,
            }
        )
        rests.append(vertex_rest)
    leave_rests_of_vertices(rest, key, value, rests)
    return {
        **box_around([numbers_xy(vertex) for vertex in vertices]),
        "keypoints": keypoints,
        "n_vertices": len(keypoints),  # Rule 16
    }


def read_bitmask(raw: Json, key: str, rest: Json, size: Size) -> Record:
    # Old rows have the fields of the mask on the object itself.
    mask = raw if key == "rleString" else geometry_object(raw, key)
    rle = mask.get("rleString")
    if not isinstance(rle, str):
        raise UnreadableError("rleString: expected a string")
    mask_width, mask_height = as_integer(mask.get("width")), as_integer(mask.get("height"))
    if mask_width is None or mask_height is None or mask_width < 1 or mask_height < 1:
        raise UnreadableError("a mask needs its width and height")
    top, left = as_integer(mask.get("top")), as_integer(mask.get("left"))
    for name, place in (("top", top), ("left", left)):
        if place is None and mask.get(name) is not None:
            raise UnreadableError(f"{name}: expected an integer")
    counts = rle_counts(rle)
    if sum(counts) != mask_width * mask_height:
        raise UnreadableError("the counts of a mask must add up to its width times height")
    if key == "rleString":
        for name in ("rleString", "top", "left", "width", "height"):
            rest.pop(name, None)
    else:
        leave(rest, key, without(mask, "rleString", "top", "left", "width", "height"))

    pixels = []
    flat = 0
    for index, count in enumerate(counts):
        if index % 2 == 1:
            for position in range(flat, flat + count):
                pixels.append((position % mask_width, position // mask_width))  # row-major
        flat += count

    # Rule 8: placed at left, top and measured in the frame; where sizes are equal, top and left are ignored.
    frame_width, frame_height = size
    move_x, move_y = left or 0, top or 0
    if frame_width is None or frame_height is None:
        frame_width, frame_height = mask_width, mask_height
    if (frame_width, frame_height) == (mask_width, mask_height):
        move_x, move_y = 0, 0
    around: Record = {}  # Rule 8: an empty mask has area 0 and no box.
    if pixels:
        x0 = min(x for x, _ in pixels) + move_x
        y0 = min(y for _, y in pixels) + move_y
        x1 = max(x for x, _ in pixels) + move_x + 1
        y1 = max(y for _, y in pixels) + move_y + 1
        around = {
            "x": x0 / frame_width,
            "y": y0 / frame_height,
            "w": (x1 - x0) / frame_width,
            "h": (y1 - y0) / frame_height,
        }
    return {
        **around,
        "area": len(pixels) / (frame_width * frame_height),
        "rle": rle,
        "mask_top": top,
        "mask_left": left,
        "mask_width": mask_width,
        "mask_height": mask_height,
        "mask_pixels": len(pixels),
    }


def read_segmentation(raw: Json, key: str, rest: Json, size: Size) -> Record:
    rle = raw.get(key)
    if not isinstance(rle, str):
        raise UnreadableError("segmentation: expected a string")
    rest.pop(key)
    return {"rle": rle, "mask_pixels": sum(rle_counts(rle)[1::2])}


def rle_counts(rle: str) -> list[int]:
    """The counts of a run-length string: unselected, selected, unselected and so on."""
    counts: list[int] = []
    position = 0
    while position < len(rle):
        count = 0
        shift = 0
        more = True
        while more:
            if position == len(rle):
                raise UnreadableError("the run-length string ends within a number")
            group = ord(rle[position]) - 48
            if group < 0 or group > 63:
                raise UnreadableError("a character that no run-length string has")
            count |= (group & 31) << shift
            shift += 5
            position += 1
            more = group & 32 != 0
            if not more and group & 16:
                count -= 1 << shift
        if len(counts) >= 3:
            count += counts[-2]
        if count < 0:
            raise UnreadableError("a negative count in the run-length string")
        counts.append(count)
    return counts


def read_cuboid(raw: Json, key: str, rest: Json, size: Size) -> Record:
    cuboid = geometry_object(raw, key)
    geometry: Record = {}
    for name in ("position", "orientation", "size"):
        value = cuboid.get(name)
        if not isinstance(value, list) or len(value) != 3:
            raise UnreadableError(f"{name}: expected three numbers")
        geometry[name] = {"x": number(value[0]), "y": number(value[1]), "z": number(value[2])}
    leave(rest, key, without(cuboid, "position", "orientation", "size"))
    return geometry


def read_cuboid_2d(raw: Json, key: str, rest: Json, size: Size) -> Record:
    cuboid = geometry_object(raw, key)
    front = rings_of_polygons([[cuboid.get("front")]])[0][0]
    geometry: Record = {
        "front": [{"x": x, "y": y} for x, y in front],
        "vanishing_x": None,
        "vanishing_y": None,
        "scale_ratio": None,
        "offset_x": None,
        "offset_y": None,
    }
    cuboid_rest = without(cuboid, "front", "scaleRatio")
    back = []
    if cuboid.get("scaleRatio") is not None:
        geometry["scale_ratio"] = number(cuboid["scaleRatio"])
    offset = inner(cuboid, "offset")
    if cuboid.get("offset") is not None:
        offset_x, offset_y = numbers_xy(offset)
        geometry |= {"offset_x": offset_x, "offset_y": offset_y}
        back = [(x + offset_x, y + offset_y) for x, y in front]
    leave(cuboid_rest, "offset", without(offset, "x", "y"))
    vanishing = inner(cuboid, "vanishingPoint")
    if cuboid.get("vanishingPoint") is not None:
        vanishing_x, vanishing_y = numbers_xy(vanishing)
        (scale,) = numbers(cuboid, "scaleRatio")
        geometry |= {"vanishing_x": vanishing_x, "vanishing_y": vanishing_y}
        back = [(vanishing_x + (x - vanishing_x) * scale, vanishing_y + (y - vanishing_y) * scale) for x, y in front]
    leave(cuboid_rest, "vanishingPoint", without(vanishing, "x", "y"))
    if not back:
        raise UnreadableError("cuboid_2d: expected an offset or a vanishing point")
    leave(rest, key, cuboid_rest)
    # Rule 16: the box is that of both faces; there is no area.
    return {**box_around(front + back), "cuboid_2d": geometry}


def geometry_object(raw: Json, key: str) -> Json:
    value = raw.get(key)
    if not isinstance(value, dict):
        raise UnreadableError(f"{key}: expected an object")
    return value


def number(value: object) -> float:
    """A coordinate."""
    read = as_float(value)
    if read is None:
        raise UnreadableError("expected a number")
    return read


def numbers(thing: Json, *keys: str) -> list[float]:
    return [number(thing.get(key)) for key in keys]


def numbers_xy(thing: Json) -> tuple[float, float]:
    return number(thing.get("x")), number(thing.get("y"))


def number_or(thing: Json, key: str, default: float) -> float:
    return default if thing.get(key) is None else number(thing[key])


def read_vertices(value: object) -> list[Json]:
    """Vertices from a list, or from a dict whose keys count as integers ("10" after "9")."""
    found: list[object] = []
    if isinstance(value, list):
        found = value
    elif isinstance(value, dict):
        if not all(re.fullmatch("[0-9]+", key) for key in value):
            raise UnreadableError("expected vertices under integer keys")
        found = [value[key] for key in sorted(value, key=int)]
    vertices = []
    for vertex in found:
        if not isinstance(vertex, dict):
            raise UnreadableError("expected a vertex")
        vertices.append(vertex)
    if not vertices:
        raise UnreadableError("expected vertices")
    return vertices


def leave_vertices(rest: Json, key: str, value: object, *keys: str) -> None:
    """Leave of vertices only the keys that no column covers."""
    leave_rests_of_vertices(rest, key, value, [without(vertex, *keys) for vertex in read_vertices(value)])


def leave_rests_of_vertices(rest: Json, key: str, value: object, rests: list[Json]) -> None:
    """In a list, clean vertices leave {}; in a dict, nothing."""
    rest.pop(key)
    if isinstance(value, list) and any(rests):
        rest[key] = rests
    if isinstance(value, dict) and any(rests):
        names = sorted(value, key=int)
        rest[key] = {name: left for name, left in zip(names, rests, strict=True) if left}


def box_around(vertices: Iterable[tuple[float, float]]) -> dict[str, Any]:
    """The axis-aligned box around some vertices."""
    every_vertex = list(vertices)
    x0 = min(x for x, _ in every_vertex)
    y0 = min(y for _, y in every_vertex)
    x1 = max(x for x, _ in every_vertex)
    y1 = max(y for _, y in every_vertex)
    return {"x": x0, "y": y0, "w": x1 - x0, "h": y1 - y0}


# Rule 15, for every reader of one key below: a value of the wrong type is null in its column and stays in rest, and
# so ends in extra.


def inner(thing: Json, key: str) -> Json:
    """The object under a key, {} where there is none."""
    value = thing.get(key)
    return value if isinstance(value, dict) else {}


def leave(rest: Json, key: str, inner_rest: Json) -> None:
    """Leave of an inner object only the keys that no column covers; what is no object stays."""
    if rest.get(key) is not None and not isinstance(rest[key], dict):
        return
    rest.pop(key, None)
    if inner_rest:
        rest[key] = inner_rest


def without(thing: Json, *keys: str) -> Json:
    return {key: value for key, value in thing.items() if key not in keys}


def without_repeats(hashes: list[str]) -> list[str]:
    return list(dict.fromkeys(hashes))


def text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def as_integer(value: object) -> int | None:
    """A whole number that fits in 64 bits, whether written 3 or 3.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -(2**63) <= value < 2**63 else None


def as_float(value: object) -> float | None:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        read = float(value)
    except OverflowError:
        return None
    return read if math.isfinite(read) else None


def take_string(thing: Json, key: str, rest: Json) -> str | None:
    value = thing.get(key)
    if value is None or isinstance(value, str):  # Rule 10: "" stays "".
        rest.pop(key, None)
    return text_or_none(value)


def take_strings(thing: Json, key: str, rest: Json) -> list[object] | None:
    value = thing.get(key)
    if value is None:
        rest.pop(key, None)
        return None
    if not isinstance(value, list) or not all(item is None or isinstance(item, str) for item in value):
        return None
    rest.pop(key, None)
    return list(value)


def take_bool(thing: Json, key: str, rest: Json) -> bool | None:
    value = thing.get(key)
    if value is None or isinstance(value, bool):
        rest.pop(key, None)
        return value
    return None


def take_integer(thing: Json, key: str, rest: Json) -> int | None:
    value = as_integer(thing.get(key))
    if value is not None or thing.get(key) is None:
        rest.pop(key, None)
    return value


def take_float(thing: Json, key: str, rest: Json) -> float | None:
    value = as_float(thing.get(key))
    if value is not None or thing.get(key) is None:
        rest.pop(key, None)
    return value


def take_size(thing: Json, key: str, rest: Json) -> int | None:
    """Rule 10: a width or height of 0 is null."""
    return take_integer(thing, key, rest) or None


def take_fps(thing: Json, key: str, rest: Json) -> float | None:
    """Rule 10: an fps of 0 is null."""
    return take_float(thing, key, rest) or None


def take_json(thing: Json, key: str, rest: Json) -> object:
    """A value that is kept as JSON, whatever it is."""
    rest.pop(key, None)
    return thing.get(key)


def take_time(thing: Json, key: str, rest: Json) -> datetime | None:
    """Rules 10 and 15: "" is a missing time; one that cannot be read is null and in extra."""
    value = thing.get(key)
    time = read_time(value) if isinstance(value, str) else None
    if time is not None or value is None or value == "":
        rest.pop(key, None)
    return time


def data_sequence(thing: Json, rest: Json) -> int | None:
    """An integer, or one written as a string."""
    value = thing.get("data_sequence")
    if isinstance(value, str) and re.fullmatch("-?[0-9]+", value) and as_integer(int(value)) is not None:
        rest.pop("data_sequence", None)
        return int(value)
    return take_integer(thing, "data_sequence", rest)


def take_object_number(thing: Json, rest: Json) -> int | None:
    """`objectNumber`, or `objectId` in the newest exports."""
    number_given = take_integer(thing, "objectNumber", rest)
    if number_given is None:
        return take_integer(thing, "objectId", rest)
    if thing.get("objectId") in (None, number_given):
        rest.pop("objectId", None)
    return number_given


def take_label(thing: Json, rest: Json) -> Record:
    """The columns that entries and answers, of objects and of classifications, have in common."""
    return {
        "feature_hash": take_string(thing, "featureHash", rest),
        "name": take_string(thing, "name", rest),
        "value": take_string(thing, "value", rest),
        "confidence": take_float(thing, "confidence", rest),
        "manual_annotation": take_bool(thing, "manualAnnotation", rest),
        "created_at": take_time(thing, "createdAt", rest),
        "created_by": take_string(thing, "createdBy", rest),
        "last_edited_at": take_time(thing, "lastEditedAt", rest),
        "last_edited_by": take_string(thing, "lastEditedBy", rest),
    }


MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

# 2023-02-09 14:12:03 | 2023-02-09T14:12:03.123Z | 2023-02-09T14:12:03+06:00
ISO_TIME = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)[T ](?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
    r"(?:\.(?P<fraction>\d+))?(?P<zone>Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
# Tue, 17 Jan 2023 11:43:52 UTC | Tue, 17 Jan 2023 11:43:52
MAIL_TIME = re.compile(
    r"(?:\w{3}, )?(?P<day>\d{1,2}) (?P<month>\w{3}) (?P<year>\d{4})"
    r" (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?: (?P<zone>UTC|GMT|[+-]\d{4}))?",
    re.ASCII,
)
# Thu Jan 11 2024 12:09:51 GMT+0600 (Bangladesh Standard Time)
SCRIPT_TIME = re.compile(
    r"\w{3} (?P<month>\w{3}) (?P<day>\d{1,2}) (?P<year>\d{4})"
    r" (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?: GMT(?P<zone>[+-]\d{4})?)?(?: \([^()]*\))?",
    re.ASCII,
)


def read_time(text: str) -> datetime | None:
    """A time in any of the spellings of exports, in UTC; None where it is none of them."""
    for pattern in (ISO_TIME, MAIL_TIME, SCRIPT_TIME):
        match = pattern.fullmatch(text)
        if match is None:
            continue
        parts = match.groupdict()
        month = parts["month"]
        if not month.isdigit():
            if month not in MONTHS:
                return None
            month = MONTHS.index(month) + 1
        microsecond = ((parts.get("fraction") or "") + "000000")[:6]
        zone = parts["zone"] or "UTC"  # No zone means UTC.
        offset = timedelta(0)
        if zone[0] in "+-":
            digits = zone[1:].replace(":", "")
            offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            offset = -offset if zone[0] == "-" else offset
        try:
            local = datetime(
                int(parts["year"]),
                int(month),
                int(parts["day"]),
                int(parts["hour"]),
                int(parts["minute"]),
                int(parts["second"]),
                int(microsecond),
            )
            return (local - offset).replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            return None
    return None
