"""Lead a label row through the hot and the cold room, and take note of what cannot be taken.

In: decoded label rows. Out: `Taken` batches of every table, given to `emit` as they fill. It knows no Arrow tables and
no files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from labelframe.decode import BrokenJsonError, Json, OddValue, decode_slowly, may_lack_a_value, quotes, too_deep
from labelframe.errors import Fault, Found, JsonPath, Origin, error_of, path_text, printable
from labelframe.flattening.cold import NO_FRAME_LEVEL, OWN_UNIT_TYPES, ColdRoom, content_hash
from labelframe.flattening.columns import Columns, PlacedColumns, Taken
from labelframe.flattening.geometry import MaskFault, geometry_of, shape_of
from labelframe.flattening.hot import Events, HotRoom
from labelframe.flattening.label_row import LabelRow, OddObject, Place, Space, is_blob, is_frame_key, kind_of_labels
from labelframe.flattening.ontology import Ontology
from labelframe.flattening.values import digits, raw_text
from labelframe.schema import REJECTS, TABLES

BATCH_ROWS = 1 << 15  # lists of Python values are large: few at a time
BATCH_WEIGHT = 1 << 21  # coordinates and characters of geometry in a batch, 8 bytes each


@dataclass(frozen=True)
class Account:
    """Entries of the JSON that a table stands for: how many were found, how many got rows, how many were refused, in
    label rows of one data type, and of objects of one shape."""

    table: str
    data_type: str | None
    shape: str | None
    found: int
    written: int
    rejected: int

    @property
    def adds_up(self) -> bool:
        return self.found == self.written + self.rejected


class Flattener:
    """Flattens label rows one after another.

    Args:
        emit: takes a batch of one table.
        collect: keep what is good and put the rest into `rejects`; else the first fault is raised, as LabelRowError
            where it lies in a label row, as SourceError where there is none.
        ontology: its tables are filled; it names what the label rows do not, and tells on what attributes hang.
    """

    def __init__(self, emit: Callable[[Taken], None], collect: bool = False, ontology: Ontology | None = None) -> None:
        self.emit = emit
        self.collect = collect
        self.rows = 0
        self.hot = HotRoom(self._report, self._check_hot)
        self.tally = self.hot.tally
        self.ontology = ontology
        self.cold = ColdRoom(self.hot, self._report, ontology)
        self.rejects = Columns(REJECTS)
        self.reasons: Counter[str] = Counter()  # of the rejects
        self._tables: tuple[Columns | PlacedColumns, ...] = (
            *(self.cold.label_rows, self.cold.data_units, self.cold.spaces, self.cold.frames),
            *(self.hot.objects, self.hot.classifications),
            *(self.cold.instances, self.cold.attributes, self.cold.export_history),
            *(self.cold.ontology_classes, self.cold.ontology_attributes, self.cold.ontology_options, self.rejects),
        )
        self._seen: dict[tuple[str, str], tuple[str, int | None]] = {}  # source and row number of each label row

    def add(self, value: Json, origin: Origin, odd: Sequence[OddValue] = (), data: bytes | None = None) -> None:
        """Flatten one label row. `odd`: what of its values could not be taken; `data`: its JSON, to be given back where
        it is refused. Raises LabelRowError where something cannot be taken and faults are not collected."""
        try:
            written = orjson.dumps(value, default=str)
            if data is not None and not odd and may_lack_a_value(data, quotes(written)):
                decoded = decode_slowly(data)
                assert isinstance(decoded.value, dict)
                value, odd = decoded.value, decoded.odd
        except (TypeError, BrokenJsonError):
            self.refuse(origin, too_deep(), data or b"", is_row=True)
            return
        label_hash, data_type = (_text(value.get(key)) for key in ("label_hash", "data_type"))
        place = Place(None, origin, label_hash, data_type)
        self.tally.found["label_rows", data_type, None] += 1
        fault = self._why_refused(value, place)
        if fault is not None:
            raw = value if data is None else raw_json(data)
            self._report(place, (), "label_rows", fault, raw, entry="label_rows")
            return
        place.row_id = self.rows
        row = LabelRow(value, place, ontology=self.ontology)
        for part in odd:
            self._report(place, part.path, table_of((*part.path, *part.fault.path)), part.fault, RawText(part.raw))
        self.cold.header(row, content_hash(value))
        self.rows += 1
        self.cold.units(row)
        self.cold.listed_spaces(row)
        for unit_id, unit in row.units.items():
            space = row.spaces[unit_id]
            number = row.sequence[unit_id] if row.is_image_group else 0
            self._labels(row, space, unit.get("labels"), ("data_units", unit_id, "labels"), number)
        for space_id, entry in row.listed.items():
            self._labels(row, row.spaces[space_id], entry.get("labels"), ("spaces", space_id, "labels"), 0)
        self.cold.answers(row)
        self.cold.finish(row)
        self._check_full()

    def refuse(self, origin: Origin, fault: Fault, data: bytes, is_row: bool) -> None:
        """Take note of something that is no label row at all. `is_row`: it stands where one should."""
        if is_row:
            self.tally.found["label_rows", None, None] += 1
        raw = raw_json(data) if data else NO_TEXT
        entry = "label_rows" if is_row else None
        self._report(Place(None, origin), None, "label_rows", fault, raw, entry=entry)
        self._check_full()

    def _why_refused(self, value: Json, place: Place) -> Fault | None:
        if value.get("data_units") is None and "labels" in value:
            found = Found("labels at the top of the row, as exports had them in 2020")
            return Fault("label row of the time before data units", "data_units", found, ("labels",))
        if place.label_hash is None:
            return None
        first = self.seen_before(
            place.label_hash, _text(value.get("branch_name")), place.origin.source, place.origin.row_number
        )
        if first is None:
            return None
        found = Found(f"it stands in {printable(first[0], 500)} as label row {first[1]} too")
        return Fault("label row stands twice", "each label row once on a branch", found)

    def seen_before(
        self, label_hash: str, branch: str | None, source: str, row_number: int | None
    ) -> tuple[str, int | None] | None:
        """The source and row number of the same label row met before; else None, and this one is taken note of."""
        here = source, row_number
        first = self._seen.setdefault((label_hash, branch or "main"), here)
        return None if first is here else first

    def _labels(self, row: LabelRow, space: Space, labels: object, path: JsonPath, number: int) -> None:
        """Flatten a `labels`: a frame's labels themselves, which lie on frame `number`, or a map of frames."""
        row.kinds[path[:2]] = kind_of_labels(labels)
        if labels is None:
            labels = {}
        if not isinstance(labels, dict):
            self._report(row.place, path, "frames", Fault("part is no object", "labels by frame", labels), labels)
        elif is_blob(labels):
            self.hot.blob(row, space, number, labels, path)
        elif not labels:
            if space.origin == "data_unit" and space.space_type in NO_FRAME_LEVEL:
                space.frame(number)
        else:
            events = Events(labels) if space.in_nanoseconds else None
            for key, blob in labels.items():
                if is_frame_key(key):
                    frame = number if row.is_image_group else int(key)
                    self.hot.blob(row, space, frame, blob, (*path, key), events)
                elif space.space_type in OWN_UNIT_TYPES:
                    self.hot.blob(row, self._space_of_key(row, key), 0, blob, (*path, key))
                else:
                    fault = Fault("frame key is no number", "the number of a frame", key)
                    self.tally.found["frames", row.data_type, None] += 1
                    self._report(row.place, (*path, key), "frames", fault, blob, entry="frames")

    def _space_of_key(self, row: LabelRow, key: str) -> Space:
        """The space that a label key of a scene means: its id, or `stream#start_frame`, or `stream#event_index`."""
        stream, _, number = key.rpartition("#")
        if key not in row.spaces and digits(number):
            for name in ("start_frame", "event_index"):
                for space in row.spaces.values():
                    if space.own.get("stream_id") == stream and space.own.get(name) == int(number):
                        return space
        return self.cold.space_named(row, key)

    def add_object(self, place: Place, odd: OddObject) -> None:
        """Flatten one object of a label row whose other objects are flattened in compiled code; where it lies is theirs
        to tell."""
        objects, entry = self.hot.objects, odd.entry
        shape = shape_of(entry)
        self.tally.found["objects", place.data_type, shape] += 1
        object_hash = entry["objectHash"]
        assert isinstance(object_hash, str)
        objects.answer_numbers = {} if odd.number is None else {object_hash: odd.number}
        fault = objects.read(entry, odd.width, odd.height, (place, odd.path, odd.index, object_hash))
        if fault is not None:
            path = (*odd.path, "objects", odd.index)
            self._report(place, path, "objects", fault, geometry_of(entry), owner_hash=object_hash)
        objects.runs.append((1, place.row_id, place.label_hash, None, None, None, None, None, None))
        objects.data_types.append(place.data_type)
        self._check_hot()

    def _report(
        self,
        place: Place,
        path: JsonPath | None,
        table: str,
        fault: Fault,
        raw: object,
        *,
        owner_hash: object = None,
        entry: str | None = None,
    ) -> None:
        if not self.collect:
            # Masks are measured late: one of an earlier object must be told first.
            self._tell_masks(self.hot.objects.geometry.take(self.hot.objects.length)[1])
            raise error_of(place.origin, fault, place.label_hash, path) from None
        if entry is not None:
            self.tally.refused[entry, place.data_type, None] += 1
        self.reasons[fault.reason] += 1
        origin = place.origin
        text = raw if isinstance(raw, RawText) else raw_text(raw)
        own = {
            "row_id": place.row_id,
            "label_hash": place.label_hash,
            "source": origin.source,
            "row_number": origin.row_number,
            "byte_offset": origin.byte_offset,
            "json_path": None if path is None else path_text((*path, *fault.path)),
            "table": table,
            "owner_hash": _text(owner_hash),
            "reason": fault.reason,
            "expected": fault.expected,
            "found": fault.found,
            "remedy": fault.remedy,
            "raw": str(text) if text else None,
        }
        self.rejects.add(own, {})
        self.rejects.weight += len(text)
        if self.rejects.length >= BATCH_ROWS or self.rejects.weight >= BATCH_WEIGHT:
            self._flush(self.rejects)  # one label row can hold a million bad objects

    def _take_objects(self) -> Taken:
        taken, faults, written = self.hot.objects.take_objects()
        self.tally.written.update({("objects", *kind): count for kind, count in written.items()})
        self._tell_masks(faults)
        return taken

    def _tell_masks(self, faults: list[MaskFault]) -> None:
        for bad in faults:
            place, path, index, owner_hash = bad.where
            here = (*path, "objects", index)
            if not self.collect:
                raise error_of(place.origin, bad.fault, place.label_hash, here) from None
            self._report(place, here, "objects", bad.fault, bad.raw, owner_hash=owner_hash)

    def _check_hot(self) -> None:
        """Flush objects and classifications within a label row: one video can hold millions."""
        objects, classifications = self.hot.objects, self.hot.classifications
        if objects.length >= BATCH_ROWS or objects.geometry.weight >= BATCH_WEIGHT:
            self._flush(objects)
        if classifications.length >= BATCH_ROWS:
            self._flush(classifications)

    def _check_full(self) -> None:
        self._check_hot()
        for columns in self._tables:
            if columns.length >= BATCH_ROWS or columns.weight >= BATCH_WEIGHT:
                self._flush(columns)

    def _flush(self, columns: Columns | PlacedColumns) -> None:
        if columns is self.hot.objects:
            self.emit(self._take_objects())
            return
        if columns is self.hot.classifications:
            types = self.hot.classification_types()
            self.tally.written.update({("classifications", kind, None): count for kind, count in types.items()})
        self.emit(columns.take())

    def account(self) -> list[Account]:
        """What was found, written and refused, by table, data type and shape, once all batches are given away."""
        found, written, refused = self.tally.found, self.tally.written, self.tally.refused
        places = {name: place for place, name in enumerate(TABLES)}
        met = {kind for counts in (found, written, refused) for kind, count in counts.items() if count}
        kinds = sorted(met, key=lambda kind: (places[kind[0]], str(kind)))
        return [Account(*kind, found[kind], written[kind], refused[kind]) for kind in kinds]

    def finish(self) -> None:
        """Give away what is left; every table gives at least one batch, if an empty one."""
        for columns in self._tables:
            self._flush(columns)

    def flush(self) -> None:
        """Give away what is waiting."""
        for columns in self._tables:
            if columns.length:
                self._flush(columns)


class RawText(str):
    """JSON, as text already."""


NO_TEXT = RawText("")


def raw_json(data: bytes) -> RawText:
    """Bytes of a file as text; those that are not UTF-8 are escaped."""
    return RawText(data.decode(errors="backslashreplace").strip(" \t\r\n"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def table_of(path: JsonPath) -> str:
    """The table that tells of what lies at a path of a label row."""
    first = path[0] if path else ""
    if first in ("data_units", "spaces"):
        for name in ("objects", "classifications"):
            if name in path[2:]:
                return name
        return "frames" if "labels" in path[2:3] else str(first)
    if first in ("object_answers", "classification_answers", "object_actions"):
        return "attributes" if {"classifications", "actions"} & set(path[2:3]) else "instances"
    return "export_history" if first == "export_history" else "label_rows"
