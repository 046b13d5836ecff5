"""Lead a label row through the hot and the cold room, and take note of what cannot be taken.

In: decoded label rows. Out: `Taken` batches of every table, given to `emit` as they fill. It knows no Arrow tables and
no files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from labelframe.decode import Json
from labelframe.errors import Fault, JsonPath, Origin, fail, path_text
from labelframe.flattening.cold import NO_FRAME_LEVEL, OWN_UNIT_TYPES, ColdRoom
from labelframe.flattening.columns import Columns, PlacedColumns, Taken
from labelframe.flattening.geometry import MaskFault
from labelframe.flattening.hot import Events, HotRoom
from labelframe.flattening.label_row import LabelRow, Space, is_blob, is_frame_key
from labelframe.flattening.values import json_text
from labelframe.schema import REJECTS

BATCH_ROWS = 1 << 15  # lists of Python values are large: few at a time
BATCH_WEIGHT = 1 << 21  # coordinates and characters of geometry in a batch, 8 bytes each


@dataclass(frozen=True)
class Account:
    """Entries found in the JSON, rows written and entries refused, of one shape (or of classifications) in label rows
    of one data type."""

    shape: str | None
    data_type: str | None
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
        collect: keep what is good and put the rest into `rejects`; else the first fault is raised as LabelRowError.
    """

    def __init__(self, emit: Callable[[Taken], None], collect: bool = False) -> None:
        self.emit = emit
        self.collect = collect
        self.rows = 0
        self.written: Counter[tuple[str | None, str | None]] = Counter()  # objects by (data type, shape)
        self.written_classifications: Counter[str | None] = Counter()
        self.hot = HotRoom(self._report, self._check_hot)
        self.cold = ColdRoom(self.hot, self._report)
        self.rejects = Columns(REJECTS)

    def add(self, value: Json, origin: Origin) -> None:
        """Flatten one label row. Raises LabelRowError where something cannot be taken and faults are not collected."""
        row = LabelRow(self.rows, origin, value)
        try:
            self.cold.header(row)
        except Fault as fault:
            self._reject(row, None, (), "label_rows", fault, value)
            return
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

    def _labels(self, row: LabelRow, space: Space, labels: object, path: JsonPath, number: int) -> None:
        """Flatten a `labels`: a frame's labels themselves, which lie on frame `number`, or a map of frames."""
        if labels is None:
            labels = {}
        if not isinstance(labels, dict):
            self._report(row, path, "frames", Fault("labels is no object", "labels by frame", labels), labels)
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
                    self._report(row, (*path, key), "frames", fault, blob)

    def _space_of_key(self, row: LabelRow, key: str) -> Space:
        """The space that a label key of a scene means: its id, or `stream#start_frame`, or `stream#event_index`."""
        stream, _, number = key.rpartition("#")
        if key not in row.spaces and number.isdigit():
            for name in ("start_frame", "event_index"):
                for space in row.spaces.values():
                    if space.own.get("stream_id") == stream and space.own.get(name) == int(number):
                        return space
        return self.cold.space_named(row, key)

    def _report(self, row: LabelRow, path: JsonPath, table: str, fault: Fault, raw: Any) -> None:
        self._reject(row, row.row_id, path, table, fault, raw)

    def _reject(self, row: LabelRow, row_id: int | None, path: JsonPath, table: str, fault: Fault, raw: Any) -> None:
        label_hash = row.value.get("label_hash")
        label_hash = label_hash if isinstance(label_hash, str) else None
        if not self.collect:
            # Masks are measured late: one of an earlier object must be told first.
            self._tell_masks(self.hot.objects.geometry.take(self.hot.objects.length)[1])
            fail(row.origin, label_hash, path, fault)
        own = {
            "row_id": row_id,
            "label_hash": label_hash,
            "source": row.origin.source,
            "row_number": row.origin.row_number,
            "byte_offset": row.origin.byte_offset,
            "json_path": path_text((*path, *fault.path)),
            "table": table,
            "reason": fault.reason,
            "expected": fault.expected,
            "found": fault.found,
            "remedy": fault.remedy,
            "raw": json_text(raw),
        }
        self.rejects.add(own, {})

    def _take_objects(self) -> Taken:
        taken, faults, written = self.hot.objects.take_objects()
        self.written.update(written)
        self._tell_masks(faults)
        return taken

    def _tell_masks(self, faults: list[MaskFault]) -> None:
        for bad in faults:
            row, path, index = bad.where
            if not self.collect:
                fail(row.origin, row.label_hash, (*path, "objects", index), bad.fault)
            self._report(row, (*path, "objects", index), "objects", bad.fault, bad.raw)

    def _tables(self) -> Iterator[Columns | PlacedColumns]:
        yield from (self.cold.label_rows, self.cold.data_units, self.cold.spaces, self.cold.frames)
        yield from (self.hot.objects, self.hot.classifications)
        yield from (self.cold.instances, self.cold.attributes, self.cold.export_history, self.rejects)

    def _check_hot(self) -> None:
        """Flush objects and classifications within a label row: one video can hold millions."""
        objects, classifications = self.hot.objects, self.hot.classifications
        if objects.length >= BATCH_ROWS or objects.geometry.weight >= BATCH_WEIGHT:
            self._flush(objects)
        if classifications.length >= BATCH_ROWS:
            self._flush(classifications)

    def _check_full(self) -> None:
        self._check_hot()
        for columns in self._tables():
            if columns.length >= BATCH_ROWS:
                self._flush(columns)

    def _flush(self, columns: Columns | PlacedColumns) -> None:
        if columns is self.hot.objects:
            self.emit(self._take_objects())
            return
        if columns is self.hot.classifications:
            self.written_classifications.update(self.hot.classification_types())
        self.emit(columns.take())

    def account(self) -> list[Account]:
        """What was found, written and refused, by shape and data type; classifications are one line a data type."""
        hot = self.hot
        lines = [
            Account(shape, data_type, hot.found[key], self.written[key], hot.refused[key])
            for key in sorted({*hot.found, *self.written}, key=str)
            for data_type, shape in [key]
        ]
        lines += [
            Account("classification", data_type, found, self.written_classifications[data_type], refused)
            for data_type, found in sorted(hot.found_classifications.items(), key=str)
            for refused in [hot.refused_classifications[data_type]]
        ]
        return lines

    def finish(self) -> None:
        """Give away what is left; every table gives at least one batch, if an empty one."""
        for columns in self._tables():
            self._flush(columns)
