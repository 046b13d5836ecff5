"""Flatten what there is little of: header, data units, spaces, answers, actions, history, and the ontology.

In: a label row. Out: rows of every table but objects and classifications, and the rows of those two that only an answer
places. It reads no entries of frames: those are the hot room's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from labelframe import content
from labelframe.decode import Json
from labelframe.errors import Fault, Found, JsonPath
from labelframe.flattening.columns import Columns, known_keys, leftover
from labelframe.flattening.form import (
    Form,
    blob_rest,
    listed_entry,
    row_form,
    space_form,
    unit_form,
    usual_kind,
    usual_places,
    without_nulls,
)
from labelframe.flattening.hot import NUMBER_KEYS, HotRoom, number_key, object_number
from labelframe.flattening.label_row import NAN, Frame, LabelRow, Report, Space, is_blob
from labelframe.flattening.ontology import Ontology
from labelframe.flattening.values import Kinds, columns_of, digits, json_text, nested, size, whole
from labelframe.schema import (
    ATTRIBUTES,
    DATA_UNITS,
    EXPORT_HISTORY,
    FRAMES,
    INSTANCES,
    LABEL_ROWS,
    ONTOLOGY_ATTRIBUTES,
    ONTOLOGY_CLASSES,
    ONTOLOGY_OPTIONS,
    SPACES,
)

EXPORT_KEYS = ("export_hash", "exported_at", "export_history")
HEADER_KEYS = known_keys(
    LABEL_ROWS,
    *("label_hash", "scene", "data_units", "spaces", "object_answers", "classification_answers", "object_actions"),
)
UNIT_KEYS = known_keys(DATA_UNITS, "labels", "metadata")
SPACE_KEYS = known_keys(
    SPACES,
    *("labels", "child_info", "root_info", "scene_info", "frames"),
    *("width", "height", "duration_ms", "data_duration", "data_fps"),
)
INSTANCE_KEYS = {
    (hash_key, frozenset(number_keys)): known_keys(INSTANCES, "classifications", hash_key, *number_keys)
    for hash_key in ("objectHash", "classificationHash")
    for count in range(len(NUMBER_KEYS) + 1)
    for number_keys in combinations(NUMBER_KEYS, count)
}
"""The keys of an answer that columns cover, by the key of its hash and those that tell its number."""
ATTRIBUTE_KEYS = known_keys(ATTRIBUTES, "answers", "range")
HISTORY_KEYS = known_keys(EXPORT_HISTORY)
CLASS_KEYS = {
    "object": known_keys(ONTOLOGY_CLASSES, "attributes", "name"),
    "classification": known_keys(ONTOLOGY_CLASSES, "attributes"),  # it has no name of its own
}
ONTOLOGY_ATTRIBUTE_KEYS = known_keys(ONTOLOGY_ATTRIBUTES, "options")
OPTION_KEYS = known_keys(ONTOLOGY_OPTIONS, "options")

SPACE_TYPES = {
    "image": "image",
    "img_group": "image",
    "image_group": "image",
    "video": "video",
    "dicom": "medical_stack",
    "dicom_study": "medical_stack",
    "nifti": "medical_file",
    "audio": "audio",
    "plain_text": "text",
    "pdf": "pdf",
    "application/pdf": "pdf",
    "time_series": "time_series",
    "scene": "scene",
    "group": "group",
}
"""The kind of space that a data unit is, by its label row's data_type."""

MIME_TYPES = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "application/dicom": "medical_stack",
    "application/nifti1": "medical_file",
    "application/nifti": "medical_file",
    "text/html": "html",
    "text/plain": "text",
    "text/csv": "time_series",
    "application/pdf": "pdf",
    "application/mcap": "scene",
    "scene": "scene",
    "group": "group",
    "application/vnd.encord.data.group": "group",
}
"""The same by the unit's own data_type, or by the part before its slash, where the row's tells nothing."""

NO_FRAME_LEVEL = frozenset({"image", "group"})  # of data units: one without labels is still a frame
NO_FRAMES = frozenset({"audio", "text", "html", "time_series"})
OWN_UNIT_TYPES = frozenset({"scene", "group"})
IMPLIED_SHAPES = {"audio": "audio", "text": "text", "html": "text", "time_series": "time_range"}


def space_type_of(data_type: str | None, unit_type: object) -> str | None:
    """The kind of space that a data unit is."""
    mime = unit_type if isinstance(unit_type, str) else ""
    kind = SPACE_TYPES.get(data_type or "")
    if kind == "text" and mime == "text/html":
        return "html"
    return kind or MIME_TYPES.get(mime) or MIME_TYPES.get(mime.partition("/")[0])


def range_unit_of(space_type: str | None, continuous: bool) -> str:
    """What ranges on a space count."""
    if space_type == "audio":
        return "millisecond"
    if space_type in ("text", "html"):
        return "character"
    return "nanosecond" if continuous else "frame"


def sequence_number(value: object) -> object:
    """A data_sequence, which exports also write as text."""
    return int(value) if isinstance(value, str) and digits(value) else value


@dataclass(frozen=True)
class Placement:
    """Where an answer places its object or classification. All of the space where start is None and it is no HTML
    range; all of the label row where space is None."""

    space: Space | None
    start: int | None = None
    end: int | None = None
    html: tuple[object, ...] | None = None

    @property
    def unit(self) -> str | None:
        if self.html is not None:
            return "html"
        return self.space.range_unit if self.space is not None and self.start is not None else None


class ColdRoom:
    """Flattens the parts of label rows that are few into columns."""

    def __init__(self, hot: HotRoom, report: Report, ontology: Ontology | None = None) -> None:
        self.hot = hot
        self.tally = hot.tally
        self.report = report
        self.label_rows = Columns(LABEL_ROWS)
        self.data_units = Columns(DATA_UNITS)
        self.spaces = Columns(SPACES)
        self.frames = Columns(FRAMES)
        self.instances = Columns(INSTANCES)
        self.attributes = Columns(ATTRIBUTES)
        self.export_history = Columns(EXPORT_HISTORY)
        self.ontology_classes = Columns(ONTOLOGY_CLASSES)
        self.ontology_attributes = Columns(ONTOLOGY_ATTRIBUTES)
        self.ontology_options = Columns(ONTOLOGY_OPTIONS)
        self.ontology = ontology
        if ontology is not None:
            self._tell_ontology(ontology)

    def _tell_ontology(self, ontology: Ontology) -> None:
        """The tables of the ontology, which no label row fills."""
        for each in ontology.classes:
            self.ontology_classes.add(each.columns, each.entry, leftover(each.entry, CLASS_KEYS[each.owner]))
        for attribute in ontology.attributes:
            extra = leftover(attribute.entry, ONTOLOGY_ATTRIBUTE_KEYS)
            self.ontology_attributes.add(attribute.columns, attribute.entry, extra)
        for option in ontology.options:
            self.ontology_options.add(option.columns, option.entry, leftover(option.entry, OPTION_KEYS))
        for columns in (self.ontology_classes, self.ontology_attributes, self.ontology_options):
            kind = (columns.table.name, None, None)
            self.tally.found[kind] = self.tally.written[kind] = columns.length

    def header(self, row: LabelRow, digest: str) -> None:
        """The label row itself. `digest`: its content_hash."""
        value = row.value
        own: dict[str, object] = {
            "row_id": row.row_id,
            "source": row.place.origin.source,
            "row_number": row.place.origin.row_number,
            "content_hash": digest,
        }
        extra = leftover(value, HEADER_KEYS | {"export_history"})
        label_hash = value.get("label_hash")
        own["label_hash"] = row.label_hash
        if label_hash != row.label_hash:
            extra["label_hash"] = label_hash
        row.data_hash = _text(value.get("data_hash"))
        own.update(nested(value, "scene", {"isContinuous": ("is_continuous", bool)}, extra))
        row.continuous = own.get("is_continuous") is True
        if value.get("video_link") == "None":
            own["video_link"], extra["video_link"] = None, "None"
        history = self._history(row, extra)
        self.label_rows.add(own, value, extra, row_form(value))
        self.tally.written["label_rows", row.data_type, None] += 1
        for entry in history:
            self.export_history.add(row.owner, entry, leftover(entry, HISTORY_KEYS))
            self.tally.written["export_history", row.data_type, None] += 1

    def _history(self, row: LabelRow, extra: dict[str, object]) -> list[Json]:
        history = row.value.get("export_history")
        if history is None:
            return []
        if not isinstance(history, list):
            extra["export_history"] = history
            return []
        kept = []
        self.tally.found["export_history", row.data_type, None] += len(history)
        for index, entry in enumerate(history):
            if isinstance(entry, dict):
                kept.append(entry)
            else:
                fault = Fault("entry is no object", "an entry of the export history", entry)
                here = ("export_history", index)
                self.report(row.place, here, "export_history", fault, entry, entry="export_history")
        return kept

    def mapping(self, row: LabelRow, key: str, table: str) -> Iterator[tuple[str, Json]]:
        """The entries of a part of the label row that is an object of objects, each of which `table` should tell of;
        others are reported."""
        part = row.value.get(key)
        if part is None:
            return
        if not isinstance(part, dict):
            self.report(row.place, (key,), table, Fault("part is no object", "an object by hash", part), part)
            return
        self.tally.found[table, row.data_type, None] += len(part)
        for name, entry in part.items():
            if isinstance(entry, dict):
                yield name, entry
            else:
                fault = Fault("entry is no object", "an object", entry)
                self.report(row.place, (key, name), table, fault, entry, owner_hash=name, entry=table)

    def units(self, row: LabelRow) -> None:
        """The data units, each of them a space too."""
        for place, (unit_id, unit) in enumerate(self.mapping(row, "data_units", "data_units")):
            row.units[unit_id] = unit
            extra = leftover(unit, UNIT_KEYS)
            own: dict[str, object] = {
                **row.owner,
                "unit_id": unit_id,
                "data_sequence": sequence_number(unit.get("data_sequence")),
                "width": size(unit.get("width")),
                "height": size(unit.get("height")),
                "fps": size(unit.get("data_fps")),
                **nested(unit, "metadata", METADATA_COLUMNS, extra),
            }
            links = unit.get("data_links")
            if isinstance(links, list) and not all(link is None or isinstance(link, str) for link in links):
                own["data_links"], extra["data_links"] = None, links
            self._children(own, extra)
            row.unit_rows[unit_id] = self.data_units.length
            self.data_units.add(own, unit, extra, unit_form(unit))
            self.tally.written["data_units", row.data_type, None] += 1
            self._unit_space(row, unit_id, unit, own, place)

    def _children(self, own: dict[str, object], extra: dict[str, object]) -> None:
        children = own.get("children")
        if not isinstance(children, list):
            return
        if not all(isinstance(child, dict) for child in children):
            del own["children"]
            _set_nested(extra, "metadata", "children", children)
            return
        kept = [{name: _text(child.get(name)) for name in CHILD_KEYS} for child in children]
        left = [
            {name: value for name, value in child.items() if name not in clean or (value != clean[name])}
            for child, clean in zip(children, kept, strict=True)
        ]
        own["children"] = kept
        if any(left):
            _set_nested(extra, "metadata", "children", left)

    def _unit_space(self, row: LabelRow, unit_id: str, unit: Json, own: Mapping[str, object], place: int) -> None:
        kind = space_type_of(row.data_type, unit.get("data_type"))
        fps, width, height = _number(own["fps"]), whole(own["width"]), whole(own["height"])
        seconds = _number(unit.get("data_duration"))
        frames = 1 if kind == "image" else _frames_of(fps, seconds) if kind == "video" else None
        space = Space(
            unit_id,
            row.data_hash if row.is_image_group else unit_id,
            kind,
            "data_unit",
            range_unit_of(kind, row.continuous),
            NAN if width is None else width,
            NAN if height is None else height,
            fps,
            in_nanoseconds=row.continuous and kind == "scene",
            emit=kind not in OWN_UNIT_TYPES,
        )
        space.own = {
            "data_hash": _text(unit.get("data_hash")),
            "file_name": _text(unit.get("data_title")),
            "data_link": _text(unit.get("data_link")),
            "number_of_frames": frames,
            "number_of_frames_derived": frames is not None,
            "duration_ms": None if seconds is None else seconds * 1000,
            "fps": fps,
            "width": width,
            "height": height,
        }
        row.spaces[unit_id] = space
        sequence = whole(own["data_sequence"])
        row.sequence[unit_id] = place if sequence is None else sequence

    def listed_spaces(self, row: LabelRow) -> None:
        """The entries of `spaces`."""
        by_layout: dict[object, object] = {}
        for child in [child for unit in row.units.values() for child in _children_of(unit)]:
            if isinstance(child.get("layout_key"), str):
                by_layout.setdefault(child["layout_key"], child.get("data_hash"))
        for space_id, entry in self.mapping(row, "spaces", "spaces"):
            extra = leftover(entry, SPACE_KEYS)
            own = _columns_of_space(entry, extra)
            own["data_hash"] = _text(by_layout.get(own.get("layout_key")))
            kind = _text(own.pop("space_type", None))
            fps, width, height = _number(own.get("fps")), whole(own.get("width")), whole(own.get("height"))
            space = Space(
                space_id,
                space_id,
                kind,
                "space",
                range_unit_of(kind, row.continuous),
                NAN if width is None else width,
                NAN if height is None else height,
                fps,
                own=own,
                extra=extra,
            )
            row.listed[space_id] = entry
            space.form = space_form(entry, {"space_type": kind, **own}, extra)
            listed = self._listed_frames(row, space, entry)
            own["number_of_frames_derived"] = False
            if own.get("number_of_frames") is None:
                if listed is None and kind == "video":
                    listed = _frames_of(fps, _number(entry.get("data_duration")))
                elif listed is None and kind == "image":
                    listed = 1
                own["number_of_frames"], own["number_of_frames_derived"] = listed, listed is not None
            row.spaces[space_id] = space

    def _listed_frames(self, row: LabelRow, space: Space, entry: Json) -> int | None:
        """The frames that a stack or sequence lists; how many there are, None where it lists none."""
        listed = entry.get("frames")
        if listed is None:
            return None
        if not isinstance(listed, list):
            space.extra["frames"] = listed
            return None
        space.form["frames"] = len(listed)
        for index, item in enumerate(listed):
            if not isinstance(item, dict):
                fault = Fault("entry is no object", "a frame", item)
                here = ("spaces", space.space_id, "frames", index)
                self.tally.found["frames", row.data_type, None] += 1
                self.report(row.place, here, "frames", fault, item, entry="frames")
                continue
            number = whole(sequence_number(item.get("data_sequence")))
            frame = space.frame(index if number is None else number)
            frame.listed.append(item)
            frame.listed_at.append(index)
            frame.entries += 1
        return len(listed)

    def space_named(self, row: LabelRow, space_id: str) -> Space:
        """The space of that id; one of origin `labels` where nothing but a label key or an answer names it."""
        space = row.spaces.get(space_id)
        if space is None:
            unit = range_unit_of(None, row.continuous)
            space = row.spaces[space_id] = Space(space_id, space_id, None, "labels", unit)
            space.own = {"number_of_frames_derived": False}
        return space

    def answers(self, row: LabelRow) -> None:
        """Instances, their attributes, and the rows of objects and classifications that only an answer places."""
        actions = dict(self.mapping(row, "object_actions", "instances"))
        answers = dict(self.mapping(row, "object_answers", "instances"))
        met = tuple(row.object_rows)
        for object_hash, answer in answers.items():
            self._name_spaces(row, answer)
            if object_hash not in row.object_rows:
                self._place_object(row, object_hash, answer)
        for object_hash in dict.fromkeys((*met, *answers, *actions)):
            self._instance(row, "object", object_hash, answers.get(object_hash), actions.get(object_hash))
        answers = dict(self.mapping(row, "classification_answers", "instances"))
        met = tuple(row.classification_rows)
        for classification_hash, answer in answers.items():
            self._name_spaces(row, answer)
            self._place_classification(row, classification_hash, answer)
        for classification_hash in dict.fromkeys((*met, *answers)):
            self._instance(row, "classification", classification_hash, answers.get(classification_hash), None)

    def _place_object(self, row: LabelRow, object_hash: str, answer: Json) -> None:
        for placement in self._placements(row, answer, "objects", ("object_answers", object_hash))[0]:
            space = placement.space
            own: dict[str, object] = {"object_hash": object_hash, "object_number": object_number(answer)[0]}
            named = self._named_by_ontology(answer)
            shape = _text(answer.get("shape"))
            if shape is None:  # "" is what is told
                shape = named.pop("shape", None)
            own.update(named)
            if shape is None and space is not None:
                shape = IMPLIED_SHAPES.get(space.space_type or "")
            own["shape"] = shape
            if placement.html is not None:
                own["html"] = placement.html
            if space is not None:
                space.emit = True
            columns = self.hot.objects
            columns.add(answer, own)
            columns.place(row, 1, space, None, placement.start, placement.end, placement.unit)
            self.tally.found["objects", row.data_type, shape] += 1
            row.object_rows[object_hash] = row.object_rows.get(object_hash, 0) + 1
        self.hot.check_full()

    def _named_by_ontology(self, answer: Json) -> dict[str, str]:
        """What the ontology tells of an object whose answer tells it not: name, color, shape."""
        feature_hash = answer.get("featureHash")
        if self.ontology is None or not isinstance(feature_hash, str):
            return {}
        known = self.ontology.object_class(feature_hash)
        told = {} if known is None else {key: known.entry.get(key) for key in ("name", "color", "shape")}
        return {
            key: value for key, value in told.items() if isinstance(value, str) and not isinstance(answer.get(key), str)
        }

    def _place_classification(self, row: LabelRow, classification_hash: str, answer: Json) -> None:
        path: JsonPath = ("classification_answers", classification_hash)
        placements, is_named = self._placements(row, answer, "classifications", path)
        entries = row.classification_frames.get(classification_hash, {})
        if not is_named and not entries:
            placements = [Placement(None)]
        feature_hash = _text(answer.get("featureHash"))
        if feature_hash is None:
            feature_hash = row.names.feature(classification_hash)
        own = {
            "classification_hash": classification_hash,
            "feature_hash": feature_hash,
            "name": row.names.name(classification_hash, feature_hash),
        }
        columns = self.hot.classifications
        taken = {space_id: [(frame, frame) for frame in frames] for space_id, frames in entries.items()}
        for index, placement in enumerate(placements):
            space = placement.space
            if placement.unit is None and placement in placements[:index]:
                continue
            here = taken.setdefault(space.space_id, []) if space is not None else []
            for start, end in without_taken(
                placement, here, bool(entries.get(space.space_id) if space is not None else None)
            ):
                if space is not None:
                    space.emit = True
                if start is not None and end is not None:
                    here.append((start, end))
                columns.add(answer, own)
                columns.place(row, 1, space, None, start, end, placement.unit)
                self.tally.found["classifications", row.data_type, None] += 1
                row.classification_rows[classification_hash] += 1
        self.hot.check_full()

    def _placements(self, row: LabelRow, answer: Json, table: str, path: JsonPath) -> tuple[list[Placement], bool]:
        """Where an answer says that it holds, and whether it says anything of it at all."""
        found: list[Placement] = []
        ranges = self._list(row, answer, "range", table, path)
        html = self._list(row, answer, "range_html", table, path)
        for key, elements in (("range", ranges), ("range_html", html)):
            for index, element in enumerate(elements):
                try:
                    found += self._on_row(row, element)
                except Fault as fault:
                    self._refuse_range(row, (*path, key, index), table, fault, element, path[-1])
        spaces = answer.get("spaces")
        if spaces is not None and not isinstance(spaces, dict):
            no_object = Fault("part is no object", "an object by space", spaces)
            self.report(row.place, (*path, "spaces"), table, no_object, spaces, owner_hash=path[-1])
            spaces = {}
        named = {
            space_id: entry for space_id, entry in (spaces or {}).items() if space_id != "root" and entry is not None
        }
        for space_id, entry in named.items():
            space = self.space_named(row, space_id)
            here = (*path, "spaces", space_id)
            if not isinstance(entry, dict):
                no_object = Fault("entry is no object", "a range", entry)
                self.report(row.place, here, table, no_object, entry, owner_hash=path[-1])
                continue
            elements = self._list(row, entry, "range", table, here)
            if not elements and not entry.get("range"):
                found.append(Placement(space))
            for index, element in enumerate(elements):
                try:
                    found.append(_placed(space, element))
                except Fault as fault:
                    self._refuse_range(row, (*here, "range", index), table, fault, element, path[-1])
        return found, bool(answer.get("range") or answer.get("range_html") or named)

    def _refuse_range(
        self, row: LabelRow, path: JsonPath, table: str, fault: Fault, element: object, owner_hash: object
    ) -> None:
        self.tally.found[table, row.data_type, None] += 1
        self.report(row.place, path, table, fault, element, owner_hash=owner_hash, entry=table)

    def _name_spaces(self, row: LabelRow, answer: Json) -> None:
        """Give a row to every space that an answer names, whether it places something there or not."""
        spaces = answer.get("spaces")
        for space_id, entry in spaces.items() if isinstance(spaces, dict) else ():
            if space_id != "root" and entry is not None:
                self.space_named(row, space_id).emit = True

    def _list(self, row: LabelRow, part: Json, key: str, table: str, path: JsonPath) -> list[Any]:
        value = part.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            fault = Fault("part is no list", "a list of ranges", value)
            self.report(row.place, (*path, key), table, fault, value, owner_hash=path[-1])
            return []
        return value

    def _on_row(self, row: LabelRow, element: object) -> Iterable[Placement]:
        """Where a range lies that names no space: on the root layer, on the images that it counts, on the only unit."""
        if "root" in row.spaces:
            return [_placed(row.spaces["root"], element)]
        units = [row.spaces[unit_id] for unit_id in row.units]
        placed = _placed(units[0] if units else None, element)
        if not units:
            raise Fault("data unit is missing", "a data unit that the range lies on", Found("none"))
        if not row.is_image_group or placed.start is None or placed.end is None:
            return [placed]
        numbers = [(unit, row.sequence[unit.space_id]) for unit in units]
        return [Placement(unit, number, number) for unit, number in numbers if placed.start <= number <= placed.end]

    def _instance(self, row: LabelRow, owner: str, owner_hash: str, answer: Json | None, actions: Json | None) -> None:
        told = answer or {}
        hash_key = "objectHash" if owner == "object" else "classificationHash"
        number, number_keys = object_number(told)
        extra = leftover(told, INSTANCE_KEYS[hash_key, number_keys])
        if told.get(hash_key) not in (None, owner_hash):
            extra[hash_key] = told[hash_key]
        ranges = _pairs(told.get("range"))
        if ranges is None and told.get("range") is not None:
            extra["range"] = told["range"]
        path: JsonPath = (f"{owner}_answers", owner_hash)
        attributes = self._attributes(row, owner, owner_hash, told, "classifications", False, path)
        if actions is not None:
            here: JsonPath = ("object_actions", owner_hash)
            attributes += self._attributes(row, owner, owner_hash, actions, "actions", True, here)
            left = {key: value for key, value in actions.items() if key != "actions"}
            if left.get("objectHash") in (None, owner_hash):
                left.pop("objectHash", None)
            if left:
                extra["object_actions"] = left
        form: Form = {}
        if answer is not None:
            if answer.get(hash_key) is None or answer.get("classifications") is None:
                form["absent"] = [key for key in (hash_key, "classifications") if answer.get(key) is None]
            if number is not None and "objectId" in answer and number_key(answer) != "objectNumber":
                form["number"] = number_key(answer)
        if actions is not None:
            absent = [key for key in ("objectHash", "actions") if actions.get(key) is None]
            if absent or not actions.get("actions"):
                form["actions"] = absent
        rows = row.object_rows if owner == "object" else row.classification_rows
        own = {
            **row.owner,
            "owner": owner,
            "owner_hash": owner_hash,
            "object_number": number,
            "has_answer": answer is not None,
            "answer_ranges": ranges,
            "n_attributes": attributes,
            "n_placements": rows.get(owner_hash, 0),
        }
        self.instances.add(own, told, extra, form)
        self.tally.written["instances", row.data_type, None] += (answer is not None) + (actions is not None)

    def _attributes(
        self, row: LabelRow, owner: str, owner_hash: str, holder: Json, key: str, dynamic: bool, path: JsonPath
    ) -> int:
        entries = holder.get(key)
        if entries is None:
            return 0
        if not isinstance(entries, list):
            fault = Fault("part is no list", "a list", entries)
            self.report(row.place, (*path, key), "attributes", fault, entries, owner_hash=owner_hash)
            return 0
        before, written = self.attributes.length, 0
        hung = {**row.owner, "owner": owner, "owner_hash": owner_hash}
        self.tally.found["attributes", row.data_type, None] += len(entries)
        for index, entry in enumerate(entries):
            if not isinstance(entry, dict):
                fault = Fault("entry is no object", "an attribute", entry)
                here = (*path, key, index)
                self.report(row.place, here, "attributes", fault, entry, owner_hash=owner_hash, entry="attributes")
                continue
            extra = leftover(entry, ATTRIBUTE_KEYS)
            exported = entry.get("dynamic")
            if exported is not None and not isinstance(exported, bool):
                extra["dynamic"] = exported
            ranges = _pairs(entry.get("range"))
            if ranges is None and entry.get("range") is not None:
                extra["range"] = entry["range"]
            space_id = entry.get("spaceId")
            if isinstance(space_id, str):
                self.space_named(row, space_id).emit = True
            own: dict[str, object] = {**hung, "dynamic": dynamic or exported is True, "attribute_index": index}
            if self.ontology is not None:
                own.update(self._hung_by_ontology(row, owner, owner_hash, entry))
            form: Form = {}
            if exported is not (True if dynamic else None):
                form["dynamic"] = exported if isinstance(exported, bool) else None
            if not dynamic and exported is True:
                form["in"] = "classifications"
            if ranges == []:
                form["range"] = []
            for answer, left in _answers_of(entry.get("answers")):
                whole_extra = {**extra, "answers": left} if left else extra
                if not ranges:
                    self.attributes.add({**own, **answer}, entry, dict(whole_extra), form)
                for span in ranges or ():
                    where = {"range_start": span.get("start"), "range_end": span.get("end")}
                    self.attributes.add({**own, **answer, **where}, entry, dict(whole_extra), form)
            written += 1
        self.tally.written["attributes", row.data_type, None] += written
        return self.attributes.length - before

    def _hung_by_ontology(self, row: LabelRow, owner: str, owner_hash: str, entry: Json) -> dict[str, object]:
        """On what an attribute hangs, as the ontology tells by its hash; in the owner's class where several have it."""
        feature_hash = entry.get("featureHash")
        if self.ontology is None or not isinstance(feature_hash, str):
            return {}
        known = self.ontology.attribute(owner, feature_hash, lambda: _feature_of(row, owner, owner_hash))
        return {} if known is None else {"parent_feature_hash": known.parent_feature_hash, "path": known.path}

    def finish(self, row: LabelRow) -> None:
        """The rows of spaces and frames, once all that lies on them is known."""
        self._note_forms(row)
        for space in row.spaces.values():
            if not _is_emitted(space):
                continue
            own = {
                **row.owner,
                "space_id": space.space_id,
                "timeline_id": space.timeline_id,
                "space_type": space.space_type,
                "origin": space.origin,
                "is_root": space.space_id == "root",
                "number_of_frames": None,
                "number_of_pages": None,
                **space.own,
            }
            self.spaces.add(own, {}, space.extra, space.form)
            if space.origin == "space":
                self.tally.written["spaces", row.data_type, None] += 1
            for frame in space.frames.values():
                if _has_row(space, frame):
                    self.tally.found["frames", row.data_type, None] += frame.entries
                    self._frame(row, space, frame)

    def _note_forms(self, row: LabelRow) -> None:
        """How the labels of data units and spaces are written, where that is not the usual way."""
        forms: dict[tuple[str | int, ...], dict[str, Any]] = {}
        for holder, kind in row.kinds.items():
            part, name = str(holder[0]), str(holder[1])
            usual = usual_kind(part, _holder_type(row, part, name))
            if kind != usual and not (kind == "empty" and usual == "map"):
                forms[holder] = {"labels": kind}
        for space in row.spaces.values():
            is_emitted = _is_emitted(space)
            for frame in space.frames.values():
                for place in [] if is_emitted and _has_row(space, frame) else frame.places:
                    # Empty labels on a canvas that has no frames: no row tells of them.
                    if place.key is not None or place.absent:
                        bare = forms.setdefault(place.holder, {}).setdefault("blobs", [])
                        bare.append([place.key, list(place.absent)])
        for holder, form in forms.items():
            if holder[0] == "data_units":
                self.data_units.forms.setdefault(row.unit_rows[str(holder[1])], {}).update(form)
            else:
                row.spaces[str(holder[1])].form.update(form)

    def _frame(self, row: LabelRow, space: Space, frame: Frame) -> None:
        seconds = None
        if space.in_nanoseconds:
            seconds = frame.frame / 1e9
        elif space.fps:
            seconds = frame.frame / space.fps
        for entry in frame.listed:
            _tell_listed(frame, entry)
        form = _frame_form(row, space, frame)
        own = {
            **row.owner,
            "space_id": space.space_id,
            "timeline_id": space.timeline_id,
            "frame": frame.frame,
            "timestamp_seconds": seconds,
            "n_objects": frame.n_objects,
            "n_classifications": frame.n_classifications,
            **frame.own,
        }
        self.frames.add(own, {}, frame.extra, form)
        self.tally.written["frames", row.data_type, None] += frame.entries


def _feature_of(row: LabelRow, owner: str, owner_hash: str) -> str | None:
    """The class of an object or classification: as its entries tell it, else its answer."""
    told = row.object_features.get(owner_hash) if owner == "object" else row.names.feature(owner_hash)
    answers = row.value.get(f"{owner}_answers")
    answer = answers.get(owner_hash) if isinstance(answers, dict) else None
    return told or (_text(answer.get("featureHash")) if isinstance(answer, dict) else None)


def _holder_type(row: LabelRow, part: str, name: str) -> str | None:
    """The kind of canvas that a data unit or an entry of `spaces` is."""
    if part == "data_units":
        return space_type_of(row.data_type, row.units[name].get("data_type"))
    return _text(row.listed[name].get("space_type"))


def _is_emitted(space: Space) -> bool:
    return space.emit or any(map(_holds_something, space.frames.values()))


def _has_row(space: Space, frame: Frame) -> bool:
    return space.space_type not in NO_FRAMES or _holds_something(frame)


def _frame_form(row: LabelRow, space: Space, frame: Frame) -> dict[str, Any]:
    """Where and how the labels of a frame are written, where that is not once, in its own space, under its number."""
    part = PARTS.get(space.origin)
    if len(frame.places) == 1 and not frame.listed and not space.form:
        place = frame.places[0]
        is_usual = place.key == str(frame.frame) if place.key is not None else _lies_bare(part, space)
        is_usual = is_usual and (place.key is None or not _lies_bare(part, space))
        if is_usual and place.holder == (part, space.space_id) and not (place.absent or place.rest or place.deleted):
            return {}
    form: dict[str, Any] = {}
    is_blob = _lies_bare(part, space)
    usual_key = None if is_blob else str(frame.frame)
    told = []
    for place in frame.places:
        one: dict[str, Any] = {}
        if place.holder != (part, space.space_id):
            one["in"] = list(place.holder)
        if place.key != usual_key:
            one["key"] = place.key
        if place.absent:
            one["absent"] = list(place.absent)
        if place.deleted and place.deleted[0] < place.n_objects:
            one["deleted"] = list(place.deleted)
        rest = without_nulls(dict(place.rest))
        if len(frame.places) > 1:
            one["n"] = [place.n_objects, place.n_classifications, len(place.deleted)]
            one["rest"] = rest
        elif rest != blob_rest(frame.own, frame.extra, bool(frame.listed)):
            one["rest"] = rest
        told.append(one)
    if told != usual_places(bool(frame.listed), row.kinds.get((part or "", space.space_id))):
        form["places"] = told
    if frame.listed:
        listed = [[at, without_nulls(entry)] for at, entry in zip(frame.listed_at, frame.listed, strict=True)]
        if listed != [[frame.frame, listed_entry(frame.own, frame.extra, space.space_type, frame.frame)]]:
            form["listed"] = listed
    elif 0 <= frame.frame < space.form.get("frames", 0):
        form["listed"] = []
    return form


PARTS = {"data_unit": "data_units", "space": "spaces"}
"""The part of a label row that spaces come from, by their origin."""


def _lies_bare(part: str | None, space: Space) -> bool:
    """Whether a frame's labels are usually the space's `labels` themselves."""
    return part is not None and usual_kind(part, space.space_type) == "blob"


def _tell_listed(frame: Frame, entry: Json) -> None:
    """Take the columns of an entry of a list of frames; what the frame's labels tell otherwise stays in `extra`."""
    rest = {key: value for key, value in entry.items() if key != "data_sequence" or not _is_sequence(value)}
    left: dict[str, object] = {}
    columns = columns_of(rest, {key: (key, kind) for key, (_, kind) in LISTED_COLUMNS.items()}, left)
    for key, (column, _) in LISTED_COLUMNS.items():
        value = size(columns.get(key)) if key in ("width", "height") else columns.get(key)
        if value is None:
            continue
        if frame.own.get(column) is None:
            frame.own[column] = value
        elif frame.own[column] != value:
            left[key] = value
    if left:
        frame.keep({"frames": left})


def _is_sequence(value: object) -> bool:
    return value is None or whole(sequence_number(value)) is not None


def _holds_something(frame: Frame) -> bool:
    return bool(frame.n_objects or frame.n_classifications or frame.extra or frame.own or frame.listed)


def _columns_of_space(entry: Json, extra: dict[str, object]) -> dict[str, object]:
    """The columns that an entry of `spaces` fills itself; what two keys tell differently stays in `extra` once."""
    plain = {key: entry[key] for key in SPACE_COLUMNS if key in entry}
    own = columns_of(plain, SPACE_COLUMNS, extra)
    for name in ("width", "height", "fps"):
        own[name] = size(own.get(name))
    seconds = own.pop("seconds", None)
    if isinstance(seconds, float):
        if own.get("duration_ms") is None:
            own["duration_ms"] = seconds * 1000
        elif own["duration_ms"] != seconds * 1000:
            extra["data_duration"] = entry["data_duration"]
    own.update(nested(entry, "scene_info", SCENE_INFO, extra))
    own.update(nested(entry, "root_info", ROOT_INFO, extra))
    of_root = own.get("file_name")
    own.update(nested(entry, "child_info", CHILD_INFO, extra))
    if of_root is not None and own["file_name"] != of_root:
        extra["root_info"] = entry["root_info"]
    return own


CHILD_KEYS = ("data_hash", "label_hash", "name", "layout_key")
METADATA_COLUMNS: Kinds = {
    "patient_id": ("patient_id", str),
    "study_uid": ("study_uid", str),
    "series_uid": ("series_uid", str),
    "children": ("children", list),
}
SPACE_COLUMNS: Kinds = {
    "space_type": ("space_type", str),
    "number_of_frames": ("number_of_frames", int),
    "number_of_pages": ("number_of_pages", int),
    "duration_ms": ("duration_ms", float),
    "data_duration": ("seconds", float),
    "data_fps": ("fps", float),
    "width": ("width", int),
    "height": ("height", int),
}
ROOT_INFO: Kinds = {"file_name": ("file_name", str)}
CHILD_INFO: Kinds = {
    "layout_key": ("layout_key", str),
    "file_name": ("file_name", str),
    "data_link": ("data_link", str),
}
SCENE_INFO: Kinds = {
    "stream_id": ("stream_id", str),
    "event_index": ("event_index", int),
    "start_frame": ("start_frame", int),
    "uri": ("uri", str),
}
LISTED_COLUMNS: Kinds = {
    "instance_uid": ("dicom_instance_uid", str),
    "file_name": ("file_name", str),
    "data_title": ("file_name", str),
    "data_link": ("file_uri", str),
    "width": ("width", int),
    "height": ("height", int),
}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> float | None:
    return value if type(value) in (int, float) else None  # type: ignore[return-value]


def _set_nested(extra: dict[str, object], key: str, name: str, value: object) -> None:
    part = extra.setdefault(key, {})
    assert isinstance(part, dict)
    part[name] = value


def _children_of(unit: Json) -> list[Json]:
    metadata = unit.get("metadata")
    children = metadata.get("children") if isinstance(metadata, dict) else None
    return [child for child in children if isinstance(child, dict)] if isinstance(children, list) else []


def _frames_of(fps: object, seconds: object) -> int | None:
    """The frames of a video whose rate and duration are known."""
    if not isinstance(fps, (int, float)) or not isinstance(seconds, (int, float)) or not fps:
        return None
    return whole(float(math.ceil(fps * seconds))) if math.isfinite(fps * seconds) else None


def _pairs(ranges: object) -> list[dict[str, int]] | None:
    """Ranges of whole numbers, None where they are anything else."""
    if not isinstance(ranges, list):
        return None
    pairs = []
    for span in ranges:
        ends = [whole(end) for end in span] if isinstance(span, list) and len(span) == 2 else [None]
        if None in ends:
            return None
        pairs.append({"start": ends[0], "end": ends[1]})
    return pairs  # type: ignore[return-value]


def _placed(space: Space | None, element: object) -> Placement:
    """One element of a range list: [start, end], or two nodes of an HTML page in any of the forms they have."""
    if isinstance(element, dict):
        return Placement(space, html=(*_node(element, "start"), *_node(element, "end")))
    if isinstance(element, list) and len(element) == 2:
        if all(isinstance(end, dict) for end in element):
            ends = {"start": element[0], "end": element[1]}
            return Placement(space, html=(*_node(ends, "start"), *_node(ends, "end")))
        start, end = map(whole, element)
        if start is not None and end is not None:
            if end < start:
                raise Fault("range ends before it starts", "start <= end", Found(f"[{start}, {end}]"))
            return Placement(space, start, end)
    found = Found(json_text(element)[:80]) if isinstance(element, list) else element
    raise Fault("range is unreadable", "a range [start, end] of whole numbers, or two HTML nodes", found)


def _node(ends: Json, key: str) -> tuple[str | None, int | None]:
    node = ends.get(key)
    if not isinstance(node, dict):
        raise Fault("range is unreadable", "an HTML node {xpath, offset}", node, (key,))
    xpath, offset = node.get("xpath", node.get("node")), whole(node.get("offset"))
    if not isinstance(xpath, str) or (offset is None and node.get("offset") is not None):
        raise Fault("range is unreadable", "an HTML node {xpath, offset}", node, (key,))
    return xpath, offset


def without_taken(
    placement: Placement, taken: list[tuple[int, int]], has_entries: bool
) -> Iterator[tuple[int | None, int | None]]:
    """The parts of a placement that hold nothing that is taken already: frames with entries, and earlier ranges. All of
    a space is left only where it has no entries."""
    start, end = placement.start, placement.end
    if start is None or end is None:
        if not has_entries or placement.html is not None:
            yield None, None
        return
    for first, last in sorted(taken):
        if first <= end and last >= start:
            if start < first:
                yield start, first - 1
            start = last + 1
    if start <= end:
        yield start, end


def _answers_of(answers: object) -> Iterator[tuple[dict[str, object], dict[str, object] | None]]:
    """(columns, keys that none covers) of each answer of an attribute's entry."""
    if isinstance(answers, str):
        yield {"kind": "text", "answer": answers}, None
    elif type(answers) in (int, float):
        yield {"kind": "number", "answer": json_text(answers), "answer_number": float(answers)}, None  # type: ignore[arg-type]
    elif answers == [] and isinstance(answers, list):
        yield {"kind": "option"}, None
    elif isinstance(answers, list) and all(_is_option(option) for option in answers):
        for index, option in enumerate(answers):
            left: dict[str, object] = {}
            columns = columns_of(option, OPTION_COLUMNS, left)
            yield {"kind": "option", "answer_index": index, **columns}, left
    else:
        yield {"kind": "unknown", "answer": None if answers is None else json_text(answers)}, None


OPTION_COLUMNS: Kinds = {
    "name": ("answer", str),
    "value": ("answer_value", str),
    "featureHash": ("answer_feature_hash", str),
}


def _is_option(option: object) -> bool:
    return isinstance(option, dict) and any(key in option for key in OPTION_COLUMNS)


LINK_KEYS = ("data_link", "data_links", "video_link", "image_sequence_link", "file_uri", "uri")


def content_hash(value: Json) -> str:
    """Hash of a label row without what changes from export to export, whatever the order of its keys; see `content`."""
    kept = {key: part for key, part in value.items() if key not in EXPORT_KEYS}
    _unsign(kept)
    for name in ("data_units", "spaces"):
        holders = kept.get(name)
        if isinstance(holders, dict):
            kept[name] = {key: _unsigned_holder(holder) for key, holder in holders.items()}
    return content.shown(content.sums(kept))


def _unsign(part: dict[str, Any]) -> None:
    """Cut the query, which holds a signature of the day, off the links in an object."""
    for key in LINK_KEYS:
        link = part.get(key)
        if isinstance(link, str):
            part[key] = link.partition("?")[0]
        elif isinstance(link, list):
            part[key] = [each.partition("?")[0] if isinstance(each, str) else each for each in link]


def _unsigned_holder(holder: object) -> object:
    """A data unit or space without the queries of its links; its labels are copied only where they hold links."""
    if not isinstance(holder, dict):
        return holder
    copy = dict(holder)
    _unsign(copy)
    for key in ("child_info", "scene_info"):
        if isinstance(copy.get(key), dict):
            copy[key] = dict(copy[key])
            _unsign(copy[key])
    if isinstance(copy.get("frames"), list):
        copy["frames"] = [_unsigned_holder(frame) for frame in copy["frames"]]
    labels = copy.get("labels")
    if isinstance(labels, dict) and is_blob(labels):
        copy["labels"] = _unsigned_blob(labels)
    elif isinstance(labels, dict) and any(isinstance(blob, dict) and "metadata" in blob for blob in labels.values()):
        copy["labels"] = {key: _unsigned_blob(blob) for key, blob in labels.items()}
    return copy


def _unsigned_blob(blob: object) -> object:
    if not isinstance(blob, dict) or not isinstance(blob.get("metadata"), dict):
        return blob
    metadata = dict(blob["metadata"])
    _unsign(metadata)
    return {**blob, "metadata": metadata}
