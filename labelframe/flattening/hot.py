"""Flatten what lies under `labels`: frames, objects, classifications. There can be hundreds of millions of them.

In: a blob (`{"objects": [...], "classifications": [...]}`) and the frame of the space that it lies on. Out: rows of the
objects and classifications columns, counts on the frame. It knows no answers, no headers and no files.

The seam for a faster decoder is `ObjectColumns.read`: one object into one set of columns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from labelframe.decode import Json
from labelframe.errors import Fault, Found, JsonPath
from labelframe.flattening.columns import PlacedColumns, Taken, known_keys, leftover
from labelframe.flattening.form import LISTS
from labelframe.flattening.geometry import (
    GEOMETRY_KEYS,
    OLD_MASK_KEYS,
    SHAPE_KEYS,
    Geometry,
    MaskFault,
    geometry_of,
    shape_of,
)
from labelframe.flattening.label_row import BlobPlace, Frame, LabelRow, Report, Space, Tally, is_frame_key
from labelframe.flattening.values import Kinds, nested, size, whole
from labelframe.schema import CLASSIFICATIONS, INT, OBJECTS, STRING

COMMON_KEYS = known_keys(OBJECTS)
KNOWN_KEYS: dict[str | None, frozenset[str]] = {
    shape: COMMON_KEYS | frozenset(keys) for shape, keys in SHAPE_KEYS.items()
}
CLASSIFICATION_KEYS = known_keys(CLASSIFICATIONS)
LABEL_KEYS = frozenset(LISTS)
HTML_COLUMNS = ("html_start_xpath", "html_start_offset", "html_end_xpath", "html_end_offset")


class ObjectColumns(PlacedColumns):
    """Rows of objects: their keys as lists, their geometry in flat buffers."""

    def __init__(self) -> None:
        super().__init__(OBJECTS)
        self.geometry = Geometry()
        self.numbers: list[int | None] = []
        self.answer_numbers: dict[str, int] = {}  # of the label row at hand, for objects that tell none themselves
        self.html: dict[int, tuple[object, ...]] = {}

    def read(self, entry: Json, width: float, height: float, where: tuple[Any, ...]) -> Fault | None:
        """Add one object of a frame of `width` x `height` px (NaN: unknown). Its geometry may be missing from the row:
        then the fault comes back. `where` is given back with a mask that proves bad only when all are measured.

        Raises Fault, and adds nothing, where there is no row at all without what is wrong.
        """
        get = entry.get
        object_hash = get("objectHash")
        if not isinstance(object_hash, str):
            raise _no_hash(entry, "objectHash")
        row = self.length
        for append, key in self.appends:
            append(get(key))
        form = self.geometry.form
        number, number_keys = object_number(entry)
        if number is None and self.answer_numbers:
            number = self.answer_numbers.get(object_hash)
            if number is not None:
                form["number"] = None
        elif number_keys is not NUMBER_KEY and number is not None and number_key(entry) != "objectNumber":
            form["number"] = "objectId"
        self.numbers.append(number)
        self.length = row + 1

        exported = get("shape")
        if exported is None:
            form["absent"] = ["shape"]
        shape = exported if isinstance(exported, str) else self._told_shape(entry, row)
        reader = self.geometry.reader(shape) if shape is not None else None
        fault: Fault | None = None
        left = None
        if reader is not None:
            try:
                left = reader(entry, row, width, height, where)
            except Fault as error:
                fault = error
        elif shape is None:
            fault = Fault("geometry is missing", f"a shape, or one of {', '.join(GEOMETRY_KEYS)}", Found("neither"))

        covered = KNOWN_KEYS.get(shape, COMMON_KEYS)
        if number_keys:
            covered |= number_keys
        if shape == "bitmask" and get("bitmask") is None:
            covered |= frozenset(OLD_MASK_KEYS)
        if not entry.keys() <= covered:
            left = {**leftover(entry, covered), **(left or {})}
        if left:
            self.extras.setdefault(row, {}).update(left)
        if form:
            self.forms[row] = form
            self.geometry.form = {}
        return fault

    def _told_shape(self, entry: Json, row: int) -> str | None:
        shape = shape_of(entry)
        exported = entry.get("shape")
        if exported is not None:
            self.extras[row] = {"shape": exported}
        self.lists["shape"][row] = shape
        return shape

    def add(self, entry: Mapping[str, object], own: Mapping[str, object]) -> int:
        number = own.get("object_number")
        self.numbers.append(number if isinstance(number, int) else None)
        row = super().add(entry, own)
        if "html" in own:
            ends = own["html"]
            assert isinstance(ends, tuple)
            self.html[row] = ends
        return row

    def take_objects(self) -> tuple[Taken, list[MaskFault], Counter[tuple[str | None, str | None]]]:
        """The batch, the masks that could not be taken, and how many rows there are by (data type, shape)."""
        length = self.length
        written = Counter(zip(self.types_of_rows(), self.lists["shape"], strict=True))
        geometry, faults = self.geometry.take(length)
        html = [self.html.get(row, (None,) * 4) for row in range(length)] if self.html else []
        taken = self.take()
        taken.values.update(geometry)
        taken.values["object_number"] = self.numbers
        for place, name in enumerate(HTML_COLUMNS):
            kind = STRING if name.endswith("xpath") else INT
            taken.values[name] = [ends[place] for ends in html] if html else pa.nulls(length, kind)
        self.numbers, self.html = [], {}
        return taken, faults, written


def number_key(part: Mapping[str, object]) -> str:
    """The key that tells the number of an object."""
    return next(key for key in NUMBER_KEYS if whole(part.get(key)) is not None)


NUMBER_KEYS = ("objectNumber", "objectId")
NO_KEY: frozenset[str] = frozenset()
NUMBER_KEY = frozenset({"objectNumber"})


def object_number(part: Mapping[str, object]) -> tuple[int | None, frozenset[str]]:
    """(the number of an object, the keys that it covers): exports of today call it objectId."""
    if "objectId" not in part:
        number = part.get("objectNumber")
        if type(number) is int and -(1 << 63) <= number < 1 << 63:
            return number, NUMBER_KEY
        if "objectNumber" not in part:
            return None, NO_KEY
    told = {key: whole(part[key]) for key in NUMBER_KEYS if key in part}
    teller = next((key for key, number in told.items() if number is not None), None)
    covered = frozenset(key for key in told if key == teller or part[key] is None)
    return (None if teller is None else told[teller]), covered


def _no_hash(entry: Json, key: str) -> Fault:
    found: object = entry[key] if key in entry else Found("nothing")
    return Fault("hash is missing", "a hash as text", found, (key,))


class HotRoom:
    """Flattens blobs into the objects and classifications columns; calls `check_full` after each."""

    def __init__(self, report: Report, check_full: Callable[[], None]) -> None:
        self.objects = ObjectColumns()
        self.classifications = PlacedColumns(CLASSIFICATIONS)
        self.tally = Tally()
        self.delete_events = 0
        self.report = report
        self.check_full = check_full

    def blob(
        self, row: LabelRow, space: Space, number: int, blob: object, path: JsonPath, events: Events | None = None
    ) -> None:
        """Flatten the blob of one frame. `events` are those of the whole timeline in a continuous scene."""
        if blob is None:
            blob = {}
        if type(blob) is not dict:
            fault = Fault("entry is no object", "a frame's labels", blob)
            self.tally.found["frames", row.data_type, None] += 1
            self.report(row.place, path, "frames", fault, blob, entry="frames")
            return
        frame = space.frame(number)
        frame.entries += 1
        place = BlobPlace(path[:2], path[-1] if len(path) > 3 else None)
        frame.places.append(place)
        if blob.get("objects") is None or blob.get("classifications") is None:
            place.absent = [key for key in LISTS if blob.get(key) is None]
        if not blob.keys() <= LABEL_KEYS:
            place.rest = {key: part for key, part in blob.items() if key not in LABEL_KEYS and part is not None}
            left = leftover(blob, LABEL_KEYS)
            if not frame.own and left.pop("metadata", None) is not None:
                frame.own = nested(blob, "metadata", SLICE_COLUMNS, left)
                for name in ("width", "height"):
                    frame.own[name] = size(frame.own.get(name))
            frame.keep(left)
        objects = self._entries(row, blob, "objects", path)
        if objects:
            space.emit = True
            self._objects(row, space, frame, objects, path, events)
            place.n_objects = frame.n_objects
            if len(frame.places) > 1:
                place.n_objects -= sum(other.n_objects for other in frame.places[:-1])
        classifications = self._entries(row, blob, "classifications", path)
        if classifications:
            space.emit = True
            self._classifications(row, space, frame, classifications, path)
            place.n_classifications = frame.n_classifications
            if len(frame.places) > 1:
                place.n_classifications -= sum(other.n_classifications for other in frame.places[:-1])
        self.check_full()

    def _entries(self, row: LabelRow, blob: Json, key: str, path: JsonPath) -> list[Any]:
        entries = blob.get(key)
        if not entries and (entries is None or isinstance(entries, (list, dict))):
            return []
        if type(entries) is not list:
            self.report(row.place, path, key, Fault("part is no list", "a list", entries, (key,)), entries)
            return []
        return entries

    def _objects(
        self,
        row: LabelRow,
        space: Space,
        frame: Frame,
        entries: list[Any],
        path: JsonPath,
        events: Events | None,
    ) -> None:
        columns, rows, found, data_type = self.objects, row.object_rows, self.tally.found, row.data_type
        width, height = frame.size(space)
        columns.answer_numbers = row.answer_numbers
        read = columns.read
        start = columns.length
        for index, entry in enumerate(entries):
            if type(entry) is not dict:
                fault = Fault("entry is no object", "an object", entry)
                found["objects", data_type, None] += 1
                self._refuse(row, None, (*path, "objects", index), fault, entry)
                continue
            if entry.get("event") == "delete":
                self._delete(row, frame, entry)
                frame.places[-1].deleted += (index,)
                continue
            shape = shape_of(entry)
            found["objects", data_type, shape] += 1
            object_hash = entry.get("objectHash")
            try:
                geometry_fault = read(entry, width, height, (row.place, path, index, object_hash))
            except Fault as fault:
                self._refuse(row, shape, (*path, "objects", index), fault, entry)
                continue
            assert type(object_hash) is str
            if geometry_fault is not None:
                here, raw = (*path, "objects", index), geometry_of(entry)
                self.report(row.place, here, "objects", geometry_fault, raw, owner_hash=object_hash)
            rows[object_hash] = rows.get(object_hash, 0) + 1
            if events is not None:
                end = events.end(object_hash, frame.frame)
                columns.place(row, 1, space, frame.frame, frame.frame, end, space.range_unit)
        count = columns.length - start
        frame.n_objects += count
        if count and events is None:
            columns.place(row, count, space, frame.frame, frame.frame, frame.frame, space.range_unit)

    def _refuse(self, row: LabelRow, shape: str | None, path: JsonPath, fault: Fault, raw: object) -> None:
        self.tally.refused["objects", row.data_type, shape] += 1
        self.report(row.place, path, "objects", fault, raw)

    def _delete(self, row: LabelRow, frame: Frame, entry: Json) -> None:
        self.delete_events += 1
        deleted = frame.extra.setdefault("objects", [])
        assert isinstance(deleted, list)
        deleted.append(entry)
        object_hash = entry.get("objectHash")
        if type(object_hash) is str:
            row.object_rows.setdefault(object_hash, 0)

    def _classifications(self, row: LabelRow, space: Space, frame: Frame, entries: list[Any], path: JsonPath) -> None:
        columns = self.classifications
        start = columns.length
        for index, entry in enumerate(entries):
            self.tally.found["classifications", row.data_type, None] += 1
            fault = None
            if type(entry) is not dict:
                fault = Fault("entry is no object", "a classification", entry)
            elif type(entry.get("classificationHash")) is not str:
                fault = _no_hash(entry, "classificationHash")
            if fault is not None:
                here = (*path, "classifications", index)
                self.report(row.place, here, "classifications", fault, entry, entry="classifications")
                continue
            get = entry.get
            for append, key in columns.appends:
                append(get(key))
            if get("name") is None:
                columns.forms[columns.length] = {"absent": ["name"]}
            if not entry.keys() <= CLASSIFICATION_KEYS:
                columns.extras[columns.length] = leftover(entry, CLASSIFICATION_KEYS)
            columns.length += 1
            classification_hash = entry["classificationHash"]
            row.classification_rows[classification_hash] += 1
            row.classification_frames.setdefault(classification_hash, {}).setdefault(space.space_id, []).append(
                frame.frame
            )
            if type(get("name")) is not str:
                exported, columns.lists["name"][-1] = (
                    get("name"),
                    row.names.name(classification_hash, get("featureHash")),
                )
                if exported is not None:
                    columns.extras.setdefault(columns.length - 1, {})["name"] = exported
        count = columns.length - start
        frame.n_classifications += count
        if count:
            columns.place(row, count, space, frame.frame, frame.frame, frame.frame, space.range_unit)

    def classification_types(self) -> Counter[str | None]:
        """How many rows of classifications are collected, by the label row's data type."""
        return Counter(self.classifications.types_of_rows())


SLICE_COLUMNS: Kinds = {
    "dicom_instance_uid": ("dicom_instance_uid", str),
    "multiframe_frame_number": ("multiframe_frame_number", int),
    "file_uri": ("file_uri", str),
    "width": ("width", int),
    "height": ("height", int),
}
"""Column and kind of each key of a blob's metadata."""


class Events:
    """When each object of a continuous scene next changes."""

    def __init__(self, labels: Mapping[str, object]) -> None:
        times: dict[str, set[int]] = {}
        for key, blob in labels.items():
            entries = blob.get("objects") if is_frame_key(key) and isinstance(blob, dict) else None
            for entry in entries if isinstance(entries, list) else []:
                if isinstance(entry, dict) and isinstance(entry.get("objectHash"), str):
                    times.setdefault(entry["objectHash"], set()).add(int(key))
        self._times = {object_hash: sorted(numbers) for object_hash, numbers in times.items()}

    def end(self, object_hash: str, time: int) -> int | None:
        """The last nanosecond before the object's next event, None where there is none."""
        times = self._times[object_hash]
        after = bisect_right(times, time)
        return times[after] - 1 if after < len(times) else None
