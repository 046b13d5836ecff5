"""Make tables of label rows that are wholly ordinary, column by column.

In: what the compiled reader read of a batch of label rows (`Read`). Out: `Batch`, the columns of every table, and what
has to go the general path: label rows, and single objects. It says of an ordinary label row just what the general path
says; for what it does not know it makes no rules, but hands the label row back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from labelframe import content
from labelframe.arrays import bitmap, bool_array, dictionary_array, number_array, string_array, text_array
from labelframe.flattening.cold import (
    IMPLIED_SHAPES,
    NO_FRAMES,
    OWN_UNIT_TYPES,
    Placement,
    range_unit_of,
    space_type_of,
    without_taken,
)
from labelframe.flattening.form import USUAL_PARTS
from labelframe.flattening.geometry import Geometry
from labelframe.flattening.label_row import OddObject
from labelframe.flattening.values import json_text, microseconds
from labelframe.kernel import columns
from labelframe.kernel.grammar import KINDS, NAME, PARENT, SPAN
from labelframe.kernel.machine import (
    ABSENT,
    N_UNKNOWN,
    NULL,
    NUMBER_ANSWER,
    ODD,
    OPTIONS_ANSWER,
    READ,
    ROW_READ,
    TEXT_ANSWER,
    UNREAD,
    WHOLE,
)
from labelframe.kernel.reader import Read, Reader, Records
from labelframe.schema import (
    ATTRIBUTES,
    BOOL,
    CLASSIFICATIONS,
    DATA_UNITS,
    EXPORT_HISTORY,
    FLOAT,
    FRAMES,
    INSTANCES,
    INT,
    LABEL_ROWS,
    OBJECTS,
    SPACES,
    STRING,
    TIME,
    Column,
    Table,
)

Ints = NDArray[Any]  # of 64 or 32 bits
Bools = NDArray[Any]
Json = dict[str, Any]
NO_TIME = np.int64(-1) << np.int64(63)
IMAGE_GROUPS = ("img_group", "image_group")


@dataclass
class Batch:
    """Tables of a batch of label rows. `columns`: by table, `row_id`, `row_number` and the like missing; `rows`: the
    label row of each row of a table, by its place in the batch. Nothing of it lies in the reader's own memory, in which
    the next batch is read meanwhile. `is_read`: of each label row, whether it is in the tables; the others go the
    general path whole."""

    is_read: Bools
    columns: dict[str, dict[str, pa.Array]]
    rows: dict[str, Ints]
    headers: list[tuple[str, str | None, str | None]]  # label_hash, branch_name, data_type
    odd_objects: list[OddObject]
    found: Counter[tuple[str, str | None, str | None]] = field(default_factory=Counter)
    written: Counter[tuple[str, str | None, str | None]] = field(default_factory=Counter)
    extra: Counter[tuple[str, str]] = field(default_factory=Counter)


def flatten_batch(
    reader: Reader,
    buffer: NDArray[np.uint8],
    begins: Ints,
    ends: Ints,
    branch: str | None = None,
    clean: Callable[[Any], Any] | None = None,
    skip: Bools | None = None,
) -> Batch:
    """Flatten label rows; what is not ordinary, of another branch or to be skipped is handed back. `clean`: takes links
    out of JSON, where none are wanted."""
    read = reader.read(buffer, begins, ends, skip)
    made = _Tables(read, clean)
    odd = made.find_odd() | made.of_other_branches(branch)
    odd &= read.status == ROW_READ
    if odd.any():
        read = reader.read(buffer, begins, ends, odd | (read.status != ROW_READ))
        made = _Tables(read, clean)
        assert not (made.find_odd() & (read.status == ROW_READ)).any()
    return made.batch()


def _spread(begins: Ints, sizes: Ints) -> Ints:
    """The numbers of stretches, one after another: from each begin on as many as its size says."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(begins - (ends - sizes), sizes) + np.arange(total)


def _uneven(records: Records, key: str) -> Bools:
    """Where a number is no whole one that an int64 holds, as its column needs it."""
    number, known = records.number(key)
    return np.asarray(known & ((number != np.floor(number)) | (np.abs(number) >= 2.0**63)))


def _numbers(values: NDArray[Any], known: Bools, kind: pa.DataType) -> pa.Array:
    """Numbers or times as an Arrow array, null where they are not known."""
    if kind == BOOL:
        return bool_array(values, known)
    return number_array(np.ascontiguousarray(values, np.float64 if kind == FLOAT else np.int64), kind, known)


def _named(codes: NDArray[Any], words: Sequence[str | None]) -> pa.Array:
    """Words by their numbers, as an array with a dictionary; null where the word or the number is none."""
    known = [word for word in words if word is not None]
    places = np.array([known.index(word) if word is not None else -1 for word in words] + [-1], np.int32)
    return dictionary_array(places[codes], text_array(known))


def _spelled(codes: NDArray[Any], words: Sequence[str | None]) -> pa.Array:
    """Words by their numbers, without a dictionary: of columns in which nearly all are none."""
    if not any(words[code] is not None for code in np.unique(codes).tolist()):
        return pa.nulls(len(codes), STRING)
    return _named(codes, words).dictionary_decode()


def _texts(count: int, by_row: dict[int, str]) -> pa.Array:
    """Texts that few rows have."""
    if not by_row:
        return pa.nulls(count, STRING)
    places = {text: place for place, text in enumerate(dict.fromkeys(by_row.values()))}
    codes = np.full(count, -1)
    codes[list(by_row)] = [places[text] for text in by_row.values()]
    return _named(codes, list(places)).dictionary_decode()


Source = tuple[Records, Ints]
"""Records, and which of them (-1: none) the rows of a table are made of."""


def _gather(records: Records, index: Ints) -> Callable[[NDArray[Any], Any], NDArray[Any]]:
    """What takes the values at an index, and something else where there is none."""
    if len(index) == len(records) and bool((index == np.arange(len(index))).all()):
        return lambda values, missing: values
    none = index < 0
    if len(records) == 0:
        return lambda values, missing: np.full(len(index), missing, values.dtype)
    if not none.any():
        return lambda values, missing: values[index]
    places = np.where(none, 0, index)
    return lambda values, missing: np.where(none, missing, values[places])


class _Tables:
    """The tables of one batch in the making."""

    def __init__(self, read: Read, clean: Callable[[Any], Any] | None) -> None:
        self.read = read
        self.clean = clean
        self.rows, self.units, self.frames = read["row"], read["unit"], read["frame"]
        self.objects, self.classes = read["object"], read["classification"]
        self.object_answers, self.class_answers = read["object_answer"], read["classification_answer"]
        self.actions, self.attributes, self.options = read["action"], read["attribute"], read["option"]
        self.history = read["history"]
        # The label row (in the batch) of each record.
        self.of_row = self.rows.parent.copy()  # what a batch keeps must not lie where the next is read
        self.of_unit = self.of_row[self.units.parent]
        self.of_frame = self.of_unit[self.frames.parent]
        self.of_object = self.of_frame[self.objects.parent]
        self.of_class = self.of_frame[self.classes.parent]
        self.of_object_answer = self.of_row[self.object_answers.parent]
        self.of_class_answer = self.of_row[self.class_answers.parent]
        self.of_action = self.of_row[self.actions.parent]
        self.n_rows = len(read.status)
        self.header = np.full(self.n_rows, -1)  # the record of each label row
        self.header[self.of_row] = np.arange(len(self.rows))
        self.odd = np.zeros(self.n_rows, bool)
        self.times: dict[tuple[str, str], tuple[Ints, Bools]] = {}
        self.nulls: dict[tuple[int, pa.DataType], pa.Array] = {}
        self._tell_kinds()

    # What of it is not ordinary.

    def find_odd(self) -> Bools:
        """The label rows that go the general path; objects that do are marked."""
        self._check_units()
        self._check_frames()
        self._check_answers()
        self._check_times()
        self._check_masks()
        self._gather_owners()
        self._check_attributes()
        self._read_odd_objects()
        return self.odd

    def of_other_branches(self, branch: str | None) -> Bools:
        other = np.zeros(self.n_rows, bool)
        if branch is not None:
            names = self.rows.text("branch_name")
            for name in np.unique(names):
                if (self.read.text(name) if name >= 0 else "main") != branch:
                    other[self.of_row[names == name]] = True
        return other

    def _tell_kinds(self) -> None:
        """The kind of space that each unit is, and what its ranges count."""
        read, units = self.read, self.units
        row_types = self.rows.text("data_type")
        pairs = row_types[units.parent] * (read.n_texts + 1) + units.text("data_type")
        _, first, codes = np.unique(pairs, return_index=True, return_inverse=True)
        unit_types = units.text("data_type")
        self.kinds: list[str | None] = [
            space_type_of(self._text(row_types[units.parent[place]]), self._text(unit_types[place])) for place in first
        ]
        self.kind = codes.reshape(-1)  # of each unit
        self.is_group_row = np.zeros(len(self.rows), bool)
        for text in np.unique(row_types):
            if self._text(text) in IMAGE_GROUPS:
                self.is_group_row |= row_types == text
        labels_begin, labels_size = units.cell("labels")
        self.n_frames = np.maximum(labels_size, 0).astype(np.int64)
        bare = np.zeros(len(units), bool)
        full = self.n_frames > 0
        bare[full] = self.frames.size[labels_begin[full], NAME] == ABSENT
        self.is_bare = bare

    def _text(self, number: int) -> str | None:
        return None if number < 0 else self.read.text(int(number))

    def _is_kind(self, wanted: Callable[[str | None], bool]) -> Bools:
        return np.asarray(np.array([wanted(kind) for kind in self.kinds], bool)[self.kind])

    def _refuse(self, rows: Ints, where: Bools) -> None:
        self.odd[rows[where]] = True

    def _check_units(self) -> None:
        units, of_unit = self.units, self.of_unit
        self._refuse(of_unit, self._is_kind(lambda kind: kind is None or kind in OWN_UNIT_TYPES))
        is_image = self._is_kind(lambda kind: kind == "image")
        empty = self.n_frames == 0
        self._refuse(of_unit, ~empty & (self.is_bare != is_image))
        self._refuse(of_unit, ~empty & self._is_kind(lambda kind: kind in NO_FRAMES))
        self._refuse_doubles(of_unit, units.parent, units.name)
        for column in DATA_UNITS.columns:
            if column.type == INT and column.key is not None:
                self._refuse(of_unit, _uneven(units, column.key))
        begin, size = units.cell("data_links")
        for place in np.flatnonzero(size >= 0):
            links = orjson.loads(self.read.piece(begin[place], size[place]))
            if not isinstance(links, list) or not all(link is None or isinstance(link, str) for link in links):
                self.odd[of_unit[place]] = True
        spaces, has_spaces = self.rows.cell("spaces")
        self._refuse(self.of_row, (has_spaces >= 0) & (self.read.buffer[np.where(has_spaces >= 0, spaces, 0)] != 0x7B))
        links = self.rows.text("video_link")
        for text in np.unique(links):
            if self._text(text) == "None":
                self._refuse(self.of_row, links == text)

    def _refuse_doubles(self, of_record: Ints, parents: Ints, names: Ints) -> None:
        """Refuse label rows in which two records of one parent have the same name."""
        if len(parents) < 2:
            return
        same = parents[1:] == parents[:-1]
        if not (same & (names[1:] <= names[:-1])).any():
            return  # all in order, as frames are
        order = np.lexsort((names, parents))
        parents, names = parents[order], names[order]
        twice = np.flatnonzero((parents[1:] == parents[:-1]) & (names[1:] == names[:-1]))
        self.odd[of_record[order[twice]]] = True

    def _check_frames(self) -> None:
        frames, of_frame = self.frames, self.of_frame
        self._refuse_doubles(of_frame, frames.parent, np.where(frames.size[:, NAME] == ABSENT, 0, frames.name))
        metadata = self.read["frame_metadata"]
        of_metadata = of_frame[metadata.parent]
        for key in ("width", "height"):
            number, known = metadata.number(key)
            self._refuse(of_metadata, known & (number == 0))
        for key in ("width", "height", "multiframe_frame_number"):
            self._refuse(of_metadata, _uneven(metadata, key))
        told = np.zeros(len(metadata), bool)
        for key in KINDS["frame_metadata"].keys:
            told |= metadata.has(key)
        self._refuse(of_metadata, ~told)

    def _check_answers(self) -> None:
        buffer = self.read.buffer
        for answers, of_answer, hash_key in (
            (self.object_answers, self.of_object_answer, "objectHash"),
            (self.class_answers, self.of_class_answer, "classificationHash"),
        ):
            told = answers.text(hash_key)
            self._refuse(of_answer, (told >= 0) & (told != answers.name))
            number, older = answers.cell("objectNumber")[1], answers.cell("objectId")[1]
            self._refuse(of_answer, (number != ABSENT) & ((number != WHOLE) | (older != ABSENT)))
            self._refuse(of_answer, (older != ABSENT) & (older != WHOLE))
            for key, opening in (("range_html", 0x5B), ("spaces", 0x7B)):
                place, size = answers.cell(key)
                self._refuse(of_answer, (size >= 0) & (buffer[np.where(size >= 0, place, 0)] != opening))
        told = self.actions.text("objectHash")
        self._refuse(self.of_action, (told >= 0) & (told != self.actions.name))

    def _check_times(self) -> None:
        for name, table, of_record in (
            ("row", LABEL_ROWS, self.of_row),
            ("object", OBJECTS, self.of_object),
            ("classification", CLASSIFICATIONS, self.of_class),
            ("object_answer", INSTANCES, self.of_object_answer),
            ("classification_answer", INSTANCES, self.of_class_answer),
            ("history", EXPORT_HISTORY, self.of_row[self.history.parent]),
        ):
            records = self.read[name]
            for column in table.columns:
                if column.type == TIME and column.key is not None:
                    unread = self._read_times(name, records, column.key) if records.is_met(column.key) else None
                    if unread is None:
                        continue
                    if name == "object":
                        self._mark_odd(unread)
                    else:
                        self._refuse(of_record, unread)

    def _read_times(self, name: str, records: Records, key: str) -> Bools | None:
        """Read the times at a key; where one cannot be read."""
        read = self.read
        codes, used = read.distinct(records.text(key))
        times = np.empty(len(used), np.int64)
        columns.read_times(read.buffer, read.texts.begin, read.texts.size, used, times)
        unread = np.zeros(len(used) + 1, bool)
        empty = np.zeros(len(used), bool)
        for place in np.flatnonzero(times == NO_TIME):
            text = read.text(used[place])
            time = microseconds(text) if text else None
            empty[place] = not text
            unread[place] = bool(text) and time is None
            times[place] = 0 if time is None else time
        known = codes >= 0
        if empty.any():
            known &= ~np.append(empty, True)[codes]
        taken = times[np.where(codes >= 0, codes, 0)] if len(times) else np.zeros(len(codes), np.int64)
        self.times[name, key] = taken, known
        return unread[codes] & (codes >= 0) if unread.any() else None

    def _mark_odd(self, where: Bools) -> None:
        """Mark objects as going the general path; their hash is told already."""
        size = self.objects.size[:, PARENT]
        size[where & (size == READ)] = ODD

    def _check_masks(self) -> None:
        """Measure masks; those that cannot be taken go the general path."""
        begin, size = self.objects.cell("bitmask")
        is_read = self.objects.size[:, PARENT] == READ
        self.mask_objects = np.flatnonzero((size >= 0) & is_read)
        masks = self.read["mask"]
        records = begin[self.mask_objects]
        self.masks = Records("mask", masks.begin[records], masks.size[records])
        begins, sizes = self.masks.cell("rleString")
        widths, heights = (self.masks.number(key)[0].astype(np.int64) for key in ("width", "height"))
        count = len(self.mask_objects)
        self.mask_pixels, self.mask_extent = np.zeros(count, np.int64), np.zeros((4, count), np.int64)
        good = np.zeros(count, bool)
        columns.measure_masks(
            self.read.buffer,
            self.read.escaped,
            np.ascontiguousarray(begins),
            np.ascontiguousarray(sizes),
            widths,
            heights,
            self.mask_pixels,
            self.mask_extent,
            good,
        )
        bad = np.zeros(len(self.objects), bool)
        bad[self.mask_objects[~good]] = True
        self._mark_odd(bad)
        if not good.all():
            self.mask_objects, self.mask_pixels = self.mask_objects[good], self.mask_pixels[good]
            self.mask_extent = self.mask_extent[:, good]
            self.masks = Records("mask", self.masks.begin[good], self.masks.size[good])

    def _starts(self, of_record: Ints) -> Ints:
        """Where the records of each label row begin."""
        return np.searchsorted(of_record, np.arange(self.n_rows + 1))

    def _gather_owners(self) -> None:
        """Objects and classifications themselves, in the order in which each label row tells of them."""
        nothing = np.zeros(0, np.int64)
        row_of = np.full(self.read.n_texts + 1, -1, np.int64)
        at = np.zeros(self.read.n_texts + 1, np.int64)
        owners = []
        for met, of_met, answers, of_answer, actions, of_action in (
            (
                self.objects.text("objectHash"),
                self.of_object,
                self.object_answers.name,
                self.of_object_answer,
                self.actions.name,
                self.of_action,
            ),
            (
                self.classes.text("classificationHash"),
                self.of_class,
                self.class_answers.name,
                self.of_class_answer,
                nothing,
                nothing,
            ),
        ):
            row_of[:] = -1
            most = len(met) + len(answers) + len(actions)
            out, owner_of = np.empty((5, most), np.int64), np.empty(len(met), np.int64)
            count = columns.gather_owners(
                self.n_rows,
                self._starts(of_met),
                np.ascontiguousarray(met),
                self._starts(of_answer),
                np.ascontiguousarray(answers),
                self._starts(of_action),
                np.ascontiguousarray(actions),
                row_of,
                at,
                out,
                owner_of,
                self.odd,
            )
            owners.append((out[:, :count].copy(), owner_of))
        (self.object_owners, self.owner_of_object), (self.class_owners, self.owner_of_class) = owners

    def _check_attributes(self) -> None:
        """Whose each attribute is, and whether the spaces that they name are there."""
        attributes = self.attributes
        self.of_attribute = np.zeros(len(attributes), np.int64)  # the label row
        for holders, of_holder, key in (
            (self.object_answers, self.of_object_answer, "classifications"),
            (self.class_answers, self.of_class_answer, "classifications"),
            (self.actions, self.of_action, "actions"),
        ):
            begins, counts = holders.cell(key)[0], holders.count(key)
            self.of_attribute[_spread(begins, counts)] = np.repeat(of_holder, counts)
        named = attributes.text("spaceId")
        with_space = np.flatnonzero(named >= 0)
        if len(with_space):
            factor = self.read.n_texts + 1
            there = self.of_unit * factor + self.units.name
            asked = self.of_attribute[with_space] * factor + named[with_space]
            self.odd[self.of_attribute[with_space[~np.isin(asked, there)]]] = True
        options = self.options
        told = np.zeros(len(options), bool)
        for key in KINDS["option"].keys:
            told |= options.cell(key)[1] != ABSENT
        self._refuse(self.of_attribute[options.parent], ~told)
        self._check_placements()

    def _check_placements(self) -> None:
        """Ranges that place objects and classifications."""
        ranges = self.read.streams.ranges
        units_of_row = np.bincount(self.of_unit, minlength=self.n_rows)
        is_group = np.zeros(self.n_rows, bool)
        is_group[self.of_row] = self.is_group_row
        for answers, of_answer, owners in (
            (self.object_answers, self.of_object_answer, self.object_owners),
            (self.class_answers, self.of_class_answer, None),
        ):
            begins, counts = answers.cell("range")[0], answers.count("range")
            if owners is not None:  # objects that lie in frames are not placed by their answers
                placed = np.zeros(len(answers), bool)
                free = (owners[2] >= 0) & (owners[4] == 0)
                placed[owners[2, free]] = True
                counts = np.where(placed, counts, 0)
            if not counts.any():
                continue
            places = _spread(begins // 2, counts)
            backward = ranges[2 * places + 1] < ranges[2 * places]
            self._refuse(np.repeat(of_answer, counts), backward)
            self._refuse(of_answer, (counts > 0) & (is_group[of_answer] | (units_of_row[of_answer] == 0)))

    def _read_odd_objects(self) -> None:
        """Parse the objects that go the general path; a label row goes it whole where one cannot be by itself."""
        self.odd_entries: dict[int, Json] = {}
        for place in np.flatnonzero(self.objects.size[:, PARENT] != READ):
            text = self.read.piece(self.objects.begin[place, SPAN], self.objects.size[place, SPAN])
            try:
                entry = orjson.loads(text)
            except orjson.JSONDecodeError:
                entry = None
            odd = not isinstance(entry, dict) or entry.get("event") == "delete"
            if odd or b"\\u0022" in text or text.count(b'"') != orjson.dumps(entry).count(b'"'):
                self.odd[self.of_object[place]] = True  # a key may stand twice in it
            else:
                self.odd_entries[int(place)] = entry

    # The tables.

    def batch(self) -> Batch:
        read = self.read
        self._gather_extras()
        self._add_links()
        is_read = read.status == ROW_READ
        made = Batch(is_read, {}, {}, self._headers(), [])
        self.made = made
        types = [header[2] for header in made.headers]
        self.types = list(dict.fromkeys(types))  # each once
        places = {name: place for place, name in enumerate(self.types)}
        self.type_of = np.array([places[name] for name in types], np.int64)  # of each label row
        self._label_rows()
        self._data_units()
        self._spaces()
        self._placed = self._place_classifications()
        self._instances()
        self._attributes()
        self._objects()
        self._classifications()
        self._frames()
        self._export_history()
        made.columns["label_rows"]["content_hash"] = self._content_hashes()
        return made

    def _headers(self) -> list[tuple[str, str | None, str | None]]:
        headers: list[tuple[str, str | None, str | None]] = [("", None, None)] * self.n_rows
        hashes, branches, types = (
            self.read.words(self.rows.text(key)) for key in ("label_hash", "branch_name", "data_type")
        )
        for row, label_hash, branch, data_type in zip(self.of_row.tolist(), hashes, branches, types, strict=True):
            headers[row] = label_hash or "", branch, data_type
        return headers

    def _content_hashes(self) -> pa.Array:
        shown = self.read.sums[self.of_row].astype(">u8").tobytes().hex()  # as content.shown
        offsets = np.arange(len(self.of_row) + 1, dtype=np.int32) * 32
        return string_array(offsets, np.frombuffer(shown.encode(), np.uint8), np.ones(len(self.of_row), bool))

    def _add_sums(self, row: int, value: object, path: int) -> None:
        """Add to the content hash of a label row what is at a path."""
        first, second = self.read.sums[row].tolist()
        self.read.sums[row] = np.array(content.added((first, second), content.sums(value, path)), np.uint64)

    def _add_links(self) -> None:
        """Add to the content hashes the lists of links, without their queries."""
        begin, size = self.units.cell("data_links")
        for place in np.flatnonzero(size != ABSENT):
            links = None if size[place] == NULL else orjson.loads(self.read.piece(begin[place], size[place]))
            cut = [link and link.partition("?")[0] for link in links] if isinstance(links, list) else links
            path = content.ROOT
            for key in ("data_units", self.read.text(self.units.name[place]), "data_links"):
                path = content.step(path, key)
            self._add_sums(int(self.of_unit[place]), cut, path)

    def _gather_extras(self) -> None:
        """The keys that no column covers, by kind and record."""
        self.extras: dict[str, dict[int, Json]] = {kind: {} for kind in KINDS}
        names = list(KINDS)
        unknown = self.read.streams.unknown[: self.read.lengths[N_UNKNOWN]].tolist()
        for kind, record, key, length, begin, end in unknown:
            value = orjson.loads(self.read.piece(begin, end - begin))
            self.extras[names[kind]].setdefault(record, {})[self.read.piece(key, length).decode()] = value

    def _extra(self, table: Table, kinds: list[tuple[str, Ints]], order: NDArray[Any] | None = None) -> pa.Array:
        """The column `extra` of rows that are made of records of these kinds."""
        count = sum(len(index) for _, index in kinds)
        texts: dict[int, str] = {}
        first = 0
        for kind, index in kinds:
            extras = self.extras.get(kind)
            if extras:
                for row in np.flatnonzero(np.isin(index, np.fromiter(extras, np.int64, len(extras)))).tolist():
                    extra = extras[int(index[row])]
                    extra = self.clean(extra) if self.clean is not None else extra
                    if extra:
                        texts[first + row] = json_text(extra)
                        self.made.extra.update((table.name, key) for key in extra)
            first += len(index)
        array = _texts(count, texts)
        return array if order is None or not texts else array.take(number_array(order))

    def _keyed(self, table: Table, sources: list[Source], order: NDArray[Any] | None = None) -> dict[str, pa.Array]:
        """The columns that copy a JSON key, of rows that are made of records: each source's in turn, then ordered."""
        made: dict[str, pa.Array] = {}
        count = sum(len(index) for _, index in sources)
        gathers = [_gather(records, index) for records, index in sources]
        for column in table.columns:
            key = column.key
            if key is None or any(key not in KINDS[records.kind].keys for records, _ in sources):
                continue
            is_met = any(records.is_met(key) for records, _ in sources)
            if not is_met or (column.is_link and self.clean is not None):
                made[column.name] = self._nulls(count, column.type)
                continue
            parts = [
                [taken(*part) for part in self._cells(column, records)]
                for (records, _), taken in zip(sources, gathers, strict=True)
            ]
            joined = [np.concatenate(part) if len(parts) > 1 else part[0] for part in zip(*parts, strict=True)]
            if order is not None:
                joined = [part[order] for part in joined]
            made[column.name] = self._array(column, *joined)
        return made

    def _nulls(self, count: int, kind: pa.DataType) -> pa.Array:
        """A column without values."""
        if (count, kind) not in self.nulls:
            self.nulls[count, kind] = pa.nulls(count, kind)
        return self.nulls[count, kind]

    def _cells(self, column: Column, records: Records) -> list[tuple[NDArray[Any], Any]]:
        """What `_array` needs to make a column of records, and what it is where there is none."""
        assert column.key is not None
        if column.is_json or pa.types.is_list(column.type):
            begin, size = records.cell(column.key)
            return [(begin, 0), (size, ABSENT)]
        if column.type == TIME:
            nothing = np.zeros(len(records), np.int64), np.zeros(len(records), bool)
            values, known = self.times.get((records.kind, column.key), nothing)
        elif column.type == BOOL:
            values, known = records.flag(column.key)
        elif column.type in (INT, FLOAT):
            values, known = records.number(column.key)
        else:
            return [(records.text(column.key), -1)]
        return [(values, 0), (known, False)]

    def _array(self, column: Column, *cells: NDArray[Any]) -> pa.Array:
        if column.is_json:
            return self._json(*cells)
        if pa.types.is_list(column.type):
            return self._lists(column, *cells)
        if len(cells) == 1:
            return self.read.strings(cells[0]) if column.type == STRING else self.read.dictionary(cells[0])
        return _numbers(cells[0], cells[1], column.type)

    def _json(self, begins: Ints, sizes: NDArray[np.int32]) -> pa.Array:
        """Any JSON values as text."""
        if not (sizes >= 0).any():
            return pa.nulls(len(begins), STRING)
        encoded = self.read.spans(begins, sizes).dictionary_encode()
        values = [orjson.loads(text) for text in encoded.dictionary.to_pylist()]
        texts = [json_text(value if self.clean is None else self.clean(value)) for value in values]
        return text_array(texts).take(encoded.indices)

    def _lists(self, column: Column, begins: Ints, sizes: NDArray[np.int32]) -> pa.Array:
        if not (sizes >= 0).any():
            return pa.nulls(len(begins), column.type)
        values = [
            orjson.loads(self.read.piece(begin, size)) if size >= 0 else None
            for begin, size in zip(begins.tolist(), sizes.tolist(), strict=True)
        ]
        return pa.array(values, column.type)

    def _of_rows(self, key: str, rows: Ints) -> Ints:
        """A text of the label rows, for rows of a table."""
        return np.asarray(self.rows.text(key)[self.header[rows]])

    def _keep(self, table: Table, rows: Ints, made: dict[str, pa.Array]) -> None:
        made["label_hash"] = self.read.dictionary(self._of_rows("label_hash", rows))
        self.made.columns[table.name], self.made.rows[table.name] = made, rows

    def _tally(self, table: Table, rows: Ints, counts: Ints | None = None, found: bool = True) -> None:
        """Count entries that were found and written, by the type of their label row."""
        totals = np.bincount(self.type_of[rows], counts, len(self.types)) if len(rows) else np.zeros(0)
        for place in np.flatnonzero(totals).tolist():
            kind = (table.name, self.types[place], None)
            self.made.written[kind] += int(totals[place])
            if found:
                self.made.found[kind] += int(totals[place])

    def _label_rows(self) -> None:
        every = np.arange(len(self.rows))
        made = self._keyed(LABEL_ROWS, [(self.rows, every)])
        made["is_continuous"] = self._nulls(len(every), BOOL)
        parts = np.stack([~self.rows.has(key) for key in USUAL_PARTS], axis=1)
        no_history = self.rows.cell("export_history")[1] == 0
        codes = parts @ (1 << np.arange(len(USUAL_PARTS))) + no_history * (1 << len(USUAL_PARTS))
        forms: list[str | None] = [None] * (2 << len(USUAL_PARTS))
        for code in np.unique(codes).tolist():
            form: Json = {}
            absent = [key for place, key in enumerate(USUAL_PARTS) if code >> place & 1]
            if absent:
                form["absent"] = absent
            if code >> len(USUAL_PARTS):
                form["empty"] = ["export_history"]
            forms[code] = json_text(form) if form else None
        made["json_form"] = _spelled(codes, forms)
        made["extra"] = self._extra(LABEL_ROWS, [("row", every)])
        self._keep(LABEL_ROWS, self.of_row, made)
        self._tally(LABEL_ROWS, self.of_row)

    def _data_units(self) -> None:
        units, every = self.units, np.arange(len(self.units))
        made = self._keyed(DATA_UNITS, [(units, every)])
        made["unit_id"] = self.read.dictionary(units.name)
        for name, key in (("width", "width"), ("height", "height"), ("fps", "data_fps")):
            values, known = units.number(key)
            made[name] = _numbers(values, known & (values != 0), DATA_UNITS.column(name).type)
        metadata, has_metadata = units.cell("metadata")
        index = np.where(has_metadata > 0, metadata, -1)
        of_unit = self.read["unit_metadata"]
        for key in KINDS["unit_metadata"].keys:
            told = of_unit.text(key)
            made[key] = self.read.strings(
                np.where(index >= 0, told[index], -1) if len(told) else np.full(len(units), -1)
            )
        made["children"] = self._nulls(len(units), DATA_UNITS.column("children").type)
        made["json_form"] = _texts(len(units), self._unit_forms(index))
        made["extra"] = self._extra(DATA_UNITS, [("unit", every)])
        self._keep(DATA_UNITS, self.of_unit, made)
        self._tally(DATA_UNITS, self.of_unit)

    def _unit_forms(self, metadata: Ints) -> dict[int, str]:
        """How a data unit is written where that is not the usual way."""
        units = self.units
        zero = {}
        for key in ("width", "height", "data_fps"):
            number, known = units.number(key)
            zero[key] = known & (number == 0)
        of_unit = self.read["unit_metadata"]
        told = np.zeros(len(of_unit), bool)
        for key in KINDS["unit_metadata"].keys:
            told |= of_unit.has(key)
        untold = (metadata >= 0) & ~told[metadata] if len(told) else np.zeros(len(units), bool)
        empty = (self.n_frames == 0) & self._is_kind(lambda kind: kind == "image")
        forms: dict[int, str] = {}
        for place in np.flatnonzero(np.logical_or.reduce([*zero.values(), untold, empty])).tolist():
            form: Json = {}
            zeros = [key for key, where in zero.items() if where[place]]
            if zeros:
                form["zero"] = zeros
            if untold[place]:
                form["empty"] = ["metadata"]
            if empty[place]:
                form["labels"] = "empty"
            forms[place] = json_text(form)
        return forms

    def _is_root(self) -> Bools:
        """Which units are named root."""
        names = self.units.name
        short = np.unique(names[self.read.texts.size[names] == 4])
        return np.isin(names, [name for name in short if self._text(name) == "root"])

    def _timelines(self) -> Ints:
        """The timeline of each unit: itself, or its image group."""
        units = self.units
        return np.where(self.is_group_row[units.parent], self.rows.text("data_hash")[units.parent], units.name)

    def _spaces(self) -> None:
        units, read, count = self.units, self.read, len(self.units)
        fps, has_fps = units.number("data_fps")
        has_fps &= fps != 0
        seconds, has_seconds = units.number("data_duration")
        is_image, is_video = (self._is_kind(lambda kind, name=name: kind == name) for name in ("image", "video"))  # type: ignore[misc]
        with np.errstate(over="ignore", invalid="ignore"):
            frames = np.ceil(fps * seconds)
            derived = is_video & has_fps & has_seconds & np.isfinite(fps * seconds) & (np.abs(frames) < 2.0**63)
            milliseconds = seconds * 1000
        frames = np.where(is_image, 1, np.where(derived, frames, 0))
        derived |= is_image
        made: dict[str, pa.Array] = {
            "space_id": read.dictionary(units.name),
            "timeline_id": read.dictionary(self._timelines()),
            "space_type": _named(self.kind, self.kinds),
            "origin": _named(np.zeros(count, np.int64), ["data_unit"]),
            "data_hash": read.strings(units.text("data_hash")),
            "file_name": read.strings(units.text("data_title")),
            "data_link": read.strings(units.text("data_link")),
            "number_of_frames": _numbers(frames, derived, INT),
            "number_of_frames_derived": bool_array(derived),
            "duration_ms": _numbers(milliseconds, has_seconds, FLOAT),
            "fps": _numbers(fps, has_fps, FLOAT),
            "is_root": bool_array(self._is_root()),
        }
        if self.clean is not None:
            made["data_link"] = pa.nulls(count, STRING)
        for name in ("width", "height"):
            values, known = units.number(name)
            made[name] = _numbers(values, known & (values != 0), INT)
        for column in SPACES.columns:
            made.setdefault(column.name, self._nulls(count, column.type))
        self._keep(SPACES, self.of_unit, made)

    def _instances(self) -> None:
        """Objects, then classifications, of each label row; where the attributes of each are."""
        objects, classes = self.object_owners, self.class_owners
        order = np.argsort(np.concatenate([2 * objects[0], 2 * classes[0] + 1]), kind="stable")
        rows, names = (np.concatenate([objects[part], classes[part]])[order] for part in (0, 1))
        is_class = order >= objects.shape[1]
        nothing = np.full(classes.shape[1], -1)
        answers = (
            np.concatenate([objects[2], nothing])[order],
            np.concatenate([np.full(objects.shape[1], -1), classes[2]])[order],
        )
        actions = np.concatenate([objects[3], nothing])[order]
        placed = np.concatenate([self._placed_objects(), self._placed_classes])[order]
        sources = [(self.object_answers, objects[2]), (self.class_answers, classes[2])]
        self.of_owner = (rows, names, is_class, answers, actions)
        count = len(rows)
        plain = Table(
            "",
            "",
            "",
            (),
            tuple(
                c for c in INSTANCES.columns if c.name not in ("answer_ranges", "answer_range_html", "answer_spaces")
            ),
        )
        made = self._keyed(plain, sources, order)
        made["owner"] = _named(is_class.astype(np.int64), ["object", "classification"])
        made["owner_hash"] = self.read.strings(names)
        numbers, known = (np.zeros(count), np.zeros(count, bool))
        has_answer = np.zeros(count, bool)
        ranges_begin, ranges_size = np.zeros(count, np.int64), np.full(count, ABSENT)
        empties = {key: np.zeros(count, bool) for key in ("range_html", "spaces")}
        forms: dict[int, str] = {}
        for holders, index, hash_key in zip(
            (self.object_answers, self.class_answers), answers, ("objectHash", "classificationHash"), strict=True
        ):
            mine = np.flatnonzero(index >= 0)
            of_answer = index[mine]
            has_answer[mine] = True
            for key in ("objectNumber", "objectId"):
                number, told = (part[of_answer] for part in holders.number(key))
                numbers[mine] = np.where(told, number, numbers[mine])
                known[mine] |= told
            begin, size = holders.cell("range")
            ranges_begin[mine], ranges_size[mine] = begin[of_answer], size[of_answer]
            for key, where in empties.items():
                where[mine] = holders.cell(key)[1][of_answer] >= 0
            no_hash, no_list = ~holders.has(hash_key)[of_answer], ~holders.has("classifications")[of_answer]
            is_older = holders.number("objectId")[1][of_answer]
            for place in np.flatnonzero(no_hash | no_list | is_older).tolist():
                form: Json = {}
                absent = [key for key, where in ((hash_key, no_hash), ("classifications", no_list)) if where[place]]
                if absent:
                    form["absent"] = absent
                if is_older[place]:
                    form["number"] = "objectId"
                forms[int(mine[place])] = json_text(form)
        acting = np.flatnonzero(actions >= 0)
        lacking = ~self.actions.has("objectHash"), ~self.actions.has("actions")
        for place in acting[
            lacking[0][actions[acting]] | (self.actions.count("actions")[actions[acting]] == 0)
        ].tolist():
            missing = [
                key for key, where in zip(("objectHash", "actions"), lacking, strict=True) if where[actions[place]]
            ]
            forms[place] = json_text({**orjson.loads(forms.get(place, "{}")), "actions": missing})
        made["object_number"] = _numbers(numbers, known, INT)
        made["has_answer"] = bool_array(has_answer)
        made["answer_ranges"] = self._ranges(ranges_begin, ranges_size)
        made["answer_range_html"] = _spelled(empties["range_html"].astype(np.int64), [None, "[]"])
        made["answer_spaces"] = _spelled(empties["spaces"].astype(np.int64), [None, "{}"])
        made["n_placements"] = number_array(placed)
        made["json_form"] = _texts(count, forms)
        made["extra"] = self._extra(
            INSTANCES, [("object_answer", objects[2]), ("classification_answer", classes[2])], order
        )
        self._keep(INSTANCES, rows, made)
        for of_record in (self.of_object_answer, self.of_class_answer, self.of_action):
            self._tally(INSTANCES, of_record)

    def _ranges(self, begins: Ints, sizes: NDArray[Any]) -> pa.Array:
        """Lists of ranges, null where there is no list."""
        counts = np.maximum(sizes, 0)
        places = _spread(begins // 2, counts)
        ranges = self.read.streams.ranges
        kind = INSTANCES.column("answer_ranges").type
        pairs = pa.StructArray.from_arrays(
            [number_array(ranges[2 * places]), number_array(ranges[2 * places + 1])], fields=list(kind.value_type)
        )
        offsets = np.zeros(len(counts) + 1, np.int32)
        np.cumsum(counts, out=offsets[1:])
        return pa.Array.from_buffers(kind, len(counts), [bitmap(sizes >= 0), pa.py_buffer(offsets)], children=[pairs])

    def _attributes(self) -> None:
        rows, names, is_class, answers, actions = self.of_owner
        count = len(rows)
        # Stretches of attributes: of each owner those of its answer, then those of its actions.
        begins, sizes = np.zeros((count, 2), np.int64), np.zeros((count, 2), np.int64)
        for holders, index, key, part in (
            (self.object_answers, answers[0], "classifications", 0),
            (self.class_answers, answers[1], "classifications", 0),
            (self.actions, actions, "actions", 1),
        ):
            mine = np.flatnonzero(index >= 0)
            begins[mine, part] = holders.cell(key)[0][index[mine]]
            sizes[mine, part] = holders.count(key)[index[mine]]
        attribute = _spread(np.where(sizes > 0, begins, 0).reshape(-1), sizes.reshape(-1))
        place = _spread(np.zeros(2 * count, np.int64), sizes.reshape(-1))
        stretch = np.repeat(np.arange(2 * count), sizes.reshape(-1))
        owner, is_action = stretch // 2, stretch % 2 == 1

        attributes, options = self.attributes, self.options
        how = attributes.size[:, NAME][attribute]
        begin, size = (part[attribute] for part in attributes.cell("answers"))
        n_options = np.where(how == OPTIONS_ANSWER, size, 0).astype(np.int64)
        ranges_begin, ranges_size = (part[attribute] for part in attributes.cell("range"))
        n_ranges = np.maximum(ranges_size, 0).astype(np.int64)
        per_answer = np.maximum(n_ranges, 1)
        per_attribute = np.maximum(n_options, 1) * per_answer
        line = np.repeat(np.arange(len(attribute)), per_attribute)  # of each row, which of `attribute`
        inner = _spread(np.zeros(len(attribute), np.int64), per_attribute)
        which_option, which_range = inner // per_answer[line], inner % per_answer[line]
        index = attribute[line]
        has_option = n_options[line] > 0
        option = np.where(has_option, begin[line] + which_option, -1)
        has_range = n_ranges[line] > 0
        at = np.where(has_range, ranges_begin[line] + 2 * which_range, 0)
        ranges = self.read.streams.ranges

        made = self._keyed(ATTRIBUTES, [(attributes, index)])
        kinds = np.select([how == OPTIONS_ANSWER, how == TEXT_ANSWER, how == NUMBER_ANSWER], [0, 1, 2], 3)
        made["kind"] = _named(kinds[line], ["option", "text", "number", "unknown"])
        named = options.text("name") if len(options) else np.zeros(1, np.int64)
        told = np.where(np.isin(how, (TEXT_ANSWER, NUMBER_ANSWER)), attributes.name[attribute], -1)[line]
        made["answer"] = self._answers(
            np.where(has_option, named[np.maximum(option, 0)], told), how[line] == NUMBER_ANSWER
        )
        for name, key in (("answer_value", "value"), ("answer_feature_hash", "featureHash")):
            texts = options.text(key) if len(options) else np.zeros(1, np.int64)
            made[name] = self.read.dictionary(np.where(has_option, texts[np.maximum(option, 0)], -1))
        is_number = how == NUMBER_ANSWER
        made["answer_number"] = _numbers(np.where(is_number, begin, 0)[line].view(np.float64), is_number[line], FLOAT)
        dynamic, has_dynamic = (part[attribute] for part in attributes.flag("dynamic"))
        made["dynamic"] = bool_array((is_action | (dynamic & has_dynamic))[line])
        made["range_start"] = _numbers(ranges[at], has_range, INT)
        made["range_end"] = _numbers(ranges[at + 1], has_range, INT)
        made["owner"] = _named(is_class[owner[line]].astype(np.int64), ["object", "classification"])
        made["owner_hash"] = self.read.strings(names[owner[line]])
        made["attribute_index"] = number_array(place[line])
        made["answer_index"] = _numbers(which_option, has_option, INT)
        made["parent_feature_hash"] = self._nulls(len(line), ATTRIBUTES.column("parent_feature_hash").type)
        made["path"] = self._nulls(len(line), ATTRIBUTES.column("path").type)
        codes = is_action * 8 + np.where(has_dynamic, np.where(dynamic, 2, 1), 0) * 2 + (ranges_size == 0)
        made["json_form"] = _spelled(codes[line], _ATTRIBUTE_FORMS)
        made["extra"] = self._extra(ATTRIBUTES, [("attribute", index)])
        rows_of = rows[owner]
        self._keep(ATTRIBUTES, rows_of[line], made)
        self._tally(ATTRIBUTES, rows_of)
        n_attributes = np.bincount(owner, per_attribute, count) if len(owner) else np.zeros(count)
        self.made.columns["instances"]["n_attributes"] = number_array(n_attributes.astype(np.int64))

    def _answers(self, texts: Ints, is_number: Bools) -> pa.Array:
        """Answers as shown: texts as they are, numbers as JSON writes them."""
        if not is_number.any():
            return self.read.strings(texts)
        codes, used = self.read.distinct(np.where(is_number, texts, -1))
        numbers = text_array([json_text(orjson.loads(self.read.text(number))) for number in used])
        shown = self.read.strings(np.where(is_number, -1, texts))
        index = np.where(is_number, len(shown) + codes, np.arange(len(shown)))
        return pa.concat_arrays([shown, numbers]).take(number_array(index))

    def _place_classifications(self) -> tuple[Ints, Ints, Ints, Ints, Bools]:
        """The rows of classifications that only an answer places: (answer, unit or -1, first and last frame or what
        else it counts, whether there are such)."""
        owners = self.class_owners
        self._placed_classes = owners[4].copy()
        counts = self.class_answers.count("range")
        answering = np.flatnonzero(owners[2] >= 0)
        asked = answering[(owners[4][answering] == 0) | (counts[owners[2][answering]] > 0)]
        asked = asked[np.argsort(owners[2][asked])]  # as the answers stand in the export
        found: list[tuple[int, int, int, int, bool]] = []
        if len(asked):
            units_of_row = self._starts(self.of_unit)
            begins, ranges = self.class_answers.cell("range")[0], self.read.streams.ranges
            by_owner = np.argsort(self.owner_of_class, kind="stable")
            first = np.searchsorted(self.owner_of_class[by_owner], np.arange(owners.shape[1] + 1))
            # Of image groups, whose frames are no frame keys, no ranges come here.
            numbers = np.where(self.frames.size[:, NAME] == ABSENT, 0, self.frames.name)
            for owner in asked.tolist():
                answer = int(owners[2, owner])
                entries = self.classes.parent[by_owner[first[owner] : first[owner + 1]]]
                unit = int(units_of_row[owners[0, owner]])
                if not counts[answer]:
                    found.append((answer, -1, 0, 0, False))
                    self._placed_classes[owner] += 1
                    continue
                of_unit = entries[self.frames.parent[entries] == unit]
                taken = [(frame, frame) for frame in numbers[of_unit].tolist()]
                begin = int(begins[answer])
                for place in range(begin, begin + 2 * int(counts[answer]), 2):
                    span = Placement(None, int(ranges[place]), int(ranges[place + 1]))
                    for start, end in without_taken(span, taken, bool(len(of_unit))):
                        assert start is not None
                        assert end is not None
                        taken.append((start, end))
                        found.append((answer, unit, start, end, True))
                        self._placed_classes[owner] += 1
        parts = (
            [np.array(part, np.int64) for part in zip(*found, strict=True)] if found else [np.zeros(0, np.int64)] * 5
        )
        return parts[0], parts[1], parts[2], parts[3], parts[4].astype(bool)

    def _placed_objects(self) -> Ints:
        """How many rows each object has; notes which answers place some."""
        owners = self.object_owners
        free = np.flatnonzero((owners[2] >= 0) & (owners[4] == 0))
        counts = self.object_answers.count("range")[owners[2, free]]
        self.answer_placed = np.repeat(owners[2, free], counts)
        self.answer_range = _spread(self.object_answers.cell("range")[0][owners[2, free]] // 2, counts)
        placed = owners[4].copy()
        placed[free] += counts
        return np.asarray(placed)

    def _lie(
        self, units: Ints, frames: Ints, has_frame: Bools, starts: Ints, ends: Ints, has_range: Bools
    ) -> dict[str, pa.Array]:
        """The columns that say where rows lie. `units`: -1 where they lie on none."""
        none = units < 0
        place = np.where(none, 0, units)
        names, timelines = self.units.name, self._timelines()
        words = [range_unit_of(kind, False) for kind in self.kinds]
        kind = np.where(none | ~has_range, -1, self.kind[place] if len(self.kind) else -1)
        some = len(names) > 0
        return {
            "space_id": self.read.dictionary(np.where(none, -1, names[place] if some else -1)),
            "timeline_id": self.read.dictionary(np.where(none, -1, timelines[place] if some else -1)),
            "frame": _numbers(frames, has_frame, INT),
            "range_start": _numbers(starts, has_range, INT),
            "range_end": _numbers(ends, has_range, INT),
            "range_unit": _named(kind, words),
        }

    def _unit_numbers(self) -> Ints:
        """The frame of a unit whose labels are no map of frames: of the images of a group their place in it, else 0."""
        sequence, known = self.units.number("data_sequence")
        places = np.arange(len(self.units)) - self._starts(self.of_unit)[self.of_unit]
        number = np.where(known, sequence.astype(np.int64), places)
        return np.where(self.is_group_row[self.units.parent], number, 0)

    def _frame_numbers(self) -> Ints:
        """The number of each frame: its key, or its unit's."""
        is_bare = self.frames.size[:, NAME] == ABSENT
        return np.where(is_bare, self._unit_numbers()[self.frames.parent], self.frames.name)

    def _objects(self) -> None:
        objects, read, count = self.objects, self.read, len(self.objects)
        self.numbers = self._frame_numbers()
        placed, answers = self.answer_placed, self.answer_range
        of_placed = self.of_object_answer[placed]
        rows = np.concatenate([self.of_object, of_placed])
        order = None if not len(placed) else np.argsort(rows, kind="stable")
        every = np.arange(count)
        units = np.concatenate([self.frames.parent[objects.parent], self._starts(self.of_unit)[of_placed]])
        frames = np.concatenate([self.numbers[objects.parent], np.zeros(len(placed), np.int64)])
        ranges = read.streams.ranges
        starts = np.concatenate([frames[:count], ranges[2 * answers]])
        ends = np.concatenate([frames[:count], ranges[2 * answers + 1]])
        in_frame = np.arange(len(rows)) < count
        arrays = [units, frames, in_frame, starts, ends, np.ones(len(rows), bool)]
        if order is not None:
            arrays = [part[order] for part in arrays]
        made = self._lie(*arrays)
        sources = [(objects, every), (self.object_answers, placed)] if len(placed) else [(objects, every)]
        made.update(self._keyed(OBJECTS, sources, order))
        shape_texts = np.concatenate([objects.text("shape"), self.object_answers.text("shape")[placed]])
        made["object_hash"] = read.strings(
            self._taken(np.concatenate([objects.text("objectHash"), self.object_answers.name[placed]]), order)
        )
        shapes, shape_names = self._shapes(shape_texts, count, placed, of_placed)
        shapes = self._taken(shapes, order)
        made["shape"] = dictionary_array(shapes, text_array(shape_names))
        numbers, known, forms = self._object_numbers(placed)
        made["object_number"] = _numbers(self._taken(numbers, order), self._taken(known, order), INT)
        positions = np.arange(count)
        if order is not None:
            where = np.empty(len(rows), np.int64)
            where[order] = np.arange(len(rows))
            positions = where[:count]
        made.update(self._geometry(positions, len(rows)))
        made["json_form"] = self._object_forms(forms, order, len(placed))
        # Keys of an answer that no column of an instance covers stay with the instance.
        is_read = objects.size[:, PARENT] == READ
        kinds = [("object", np.where(is_read, every, -1)), ("", np.full(len(placed), -1))]
        made["extra"] = self._extra(OBJECTS, kinds, order)
        for column in OBJECTS.columns:
            if column.name not in made:
                made[column.name] = self._nulls(len(rows), column.type)
        rows = self._taken(rows, order)
        self._keep(OBJECTS, rows, made)
        self._tally_objects(shapes, shape_names, rows, positions)
        self._odd_objects(positions)

    @staticmethod
    def _taken(values: NDArray[Any], order: NDArray[Any] | None) -> NDArray[Any]:
        return values if order is None else values[order]

    def _shapes(self, texts: Ints, count: int, placed: Ints, of_placed: Ints) -> tuple[NDArray[np.int32], list[str]]:
        """Shapes as told, of what an answer places else as its space implies: (of each the place of its name, -1 where
        there is none; the names)"""
        codes, used = self.read.distinct(texts)
        words = [self.read.text(number) for number in used]
        first_unit = self._starts(self.of_unit)[of_placed]
        for place in np.flatnonzero(codes[count:] < 0):
            implied = IMPLIED_SHAPES.get(self.kinds[self.kind[first_unit[place]]] or "")
            if implied is not None:
                if implied not in words:
                    words.append(implied)
                codes[count + place] = words.index(implied)
        return codes, words

    def _object_numbers(self, placed: Ints) -> tuple[NDArray[np.float64], Bools, NDArray[np.int64]]:
        """(number of each object and of what answers place, whether it is known, how it is told: 0 as usual, 1 by its
        answer, 2 as objectId)"""
        answers, owners = self.object_answers, self.object_owners
        number, has_number = self.objects.number("objectNumber")
        older, has_older = self.objects.number("objectId")
        told, has_told = answers.number("objectNumber")
        told_older, has_told_older = answers.number("objectId")
        own, has_own = np.where(has_number, number, older), has_number | has_older
        answer = owners[2][self.owner_of_object] if len(self.owner_of_object) else np.zeros(0, np.int64)
        lacks = ~has_own & (answer >= 0)
        # As the general path does, 0 of objectNumber counts as none here.
        first = np.where(has_told & (told != 0), told, told_older)
        has_first = (has_told & (told != 0)) | has_told_older
        by_answer = np.zeros(len(own), bool)
        if lacks.any():
            by_answer[lacks] = has_first[answer[lacks]]
            own = np.where(by_answer, first[np.maximum(answer, 0)], own)
        self.answer_number = (answer, first, has_first)
        how = np.where(by_answer, 1, np.where(has_older & ~has_number, 2, 0))
        numbers = np.concatenate([own, np.where(has_told, told, told_older)[placed]])
        return numbers, np.concatenate([has_own | by_answer, (has_told | has_told_older)[placed]]), how

    def _object_forms(self, how: NDArray[np.int64], order: NDArray[Any] | None, placed: int) -> pa.Array:
        polygons, polygon = self.objects.cell("polygons")[1], self.objects.cell("polygon")[1]
        outline = np.where((polygons < 0) & (polygon >= 0), 1, np.where((polygons >= 0) & (polygon < 0), 2, 0))
        codes = np.concatenate([3 * how + outline, np.zeros(placed, np.int64)])
        return _spelled(self._taken(codes, order), _OBJECT_FORMS)

    def _geometry(self, positions: Ints, length: int) -> dict[str, pa.Array]:
        """The geometry columns; `positions`: the row of each object."""
        objects, read, numbers = self.objects, self.read, self.read.streams.numbers
        is_read = objects.size[:, PARENT] == READ
        geometry = Geometry()
        units = self.frames.parent[objects.parent]

        def sizes(index: Ints) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
            """Width and height of the frames of objects, NaN where unknown."""
            frame = objects.parent[index]
            metadata, has_metadata = self.frames.cell("metadata")
            of_frame = np.where(has_metadata[frame] > 0, metadata[frame], -1)
            both = []
            for key in ("width", "height"):
                size, known = self.units.number(key)
                told = np.where(known & (size != 0), size, np.nan)[units[index]]
                own, has_own = read["frame_metadata"].number(key)
                if len(own):
                    told = np.where((of_frame >= 0) & has_own[of_frame], own[of_frame], told)
                both.append(told)
            return both[0], both[1]

        def columns_of(kind: str, key: str, names: Iterable[str]) -> tuple[Ints, list[NDArray[np.float64]]]:
            begin, size = objects.cell(key)
            index = np.flatnonzero((size > 0) & is_read)
            records = read[kind]
            return index, [records.number(name)[0][begin[index]] for name in names]

        index, box = columns_of("box", "boundingBox", "xywh")
        geometry.boxes.fill(positions[index], *box)
        index, rotated = columns_of("rotated", "rotatableBoundingBox", ("x", "y", "w", "h", "theta"))
        geometry.rotated.fill(positions[index], *rotated, *sizes(index))
        self._fill_polygons(geometry, positions, is_read)
        points, counts, flat = [], [], []
        for key in ("polyline", "point"):
            begin, size = objects.cell(key)
            index = np.flatnonzero((size > 0) & is_read)
            points.append(positions[index])
            counts.append(size[index].astype(np.int64))
            flat.append(_stretches(numbers, begin[index], 3 * counts[-1]))
        geometry.fill_points(np.concatenate(points), np.concatenate(counts), np.concatenate(flat))
        self._fill_skeletons(geometry, positions, is_read)
        index = self.mask_objects
        masks = self.masks
        mask_sizes = [masks.number(key)[0] for key in ("width", "height")]
        corner = [np.where(known, number, np.nan) for number, known in (masks.number(key) for key in ("top", "left"))]
        begin, size = masks.cell("rleString")
        geometry.fill_masks(
            positions[index],
            (*mask_sizes, *corner, *sizes(index)),
            read.spans(begin, size),
            self.mask_pixels,
            tuple(self.mask_extent),  # type: ignore[arg-type]
        )
        made, faults = geometry.take(length)
        assert not faults
        return made

    def _fill_polygons(self, geometry: Geometry, positions: Ints, is_read: Bools) -> None:
        objects, streams = self.objects, self.read.streams
        begin, size = objects.cell("polygons")
        rows, polygons, polygon_sizes, ring_sizes, flat = [], [], [], [], []
        index = np.flatnonzero((size >= 0) & is_read)
        if len(index):
            begins = np.ascontiguousarray(begin[index])
            totals = np.zeros(2, np.int64)
            columns.count_rings(streams.rings, begins, totals)
            n_polygons, rings, sizes = (
                np.empty(len(index), np.int64),
                np.empty(totals[0], np.int64),
                np.empty(totals[1], np.int64),
            )
            columns.ring_sizes(streams.rings, begins, n_polygons, rings, sizes)
            rows, polygons, polygon_sizes, ring_sizes = [positions[index]], [n_polygons], [rings], [sizes // 2]
            flat = [_stretches(streams.numbers, streams.rings[begins], size[index].astype(np.int64))]
        older_begin, older = objects.cell("polygon")
        index = np.flatnonzero((size < 0) & (older > 0) & is_read)
        if len(index):
            ones, counts = np.ones(len(index), np.int64), older[index].astype(np.int64)
            rows.append(positions[index])
            polygons.append(ones)
            polygon_sizes.append(ones)
            ring_sizes.append(counts)
            triples = _stretches(streams.numbers, older_begin[index], 3 * counts).reshape(-1, 3)
            flat.append(triples[:, :2].reshape(-1))
        if rows:
            geometry.fill_polygons(
                *(np.concatenate(part) for part in (rows, polygons, polygon_sizes, ring_sizes, flat))
            )

    def _fill_skeletons(self, geometry: Geometry, positions: Ints, is_read: Bools) -> None:
        begin, size = self.objects.cell("skeleton")
        index = np.flatnonzero((size > 0) & is_read)
        counts = size[index].astype(np.int64)
        joints = _spread(begin[index], counts)
        records = self.read["joint"]
        texts = [
            self.read.strings(records.text(key)[joints])
            for key in ("name", "value", "featureHash", "color", "visibility")
        ]
        x, y = (records.number(key)[0][joints] for key in ("x", "y"))
        geometry.fill_skeletons(positions[index], counts, np.stack([x, y], axis=1).reshape(-1), texts)

    def _tally_objects(self, shapes: NDArray[np.int32], shape_names: list[str], rows: Ints, positions: Ints) -> None:
        """Count objects by the type of their label row and their shape; those that go the general path count there."""
        here = np.ones(len(rows), bool)
        here[positions[self.objects.size[:, PARENT] != READ]] = False
        words = [*shape_names, None]
        codes = np.where(shapes < 0, len(shape_names), shapes)
        both = np.bincount((self.type_of[rows] * len(words) + codes)[here]) if len(rows) else np.zeros(0, np.int64)
        for code in np.flatnonzero(both).tolist():
            kind = ("objects", self.types[code // len(words)], words[code % len(words)])
            self.made.found[kind] += int(both[code])
            self.made.written[kind] += int(both[code])

    def _odd_objects(self, positions: Ints) -> None:
        objects, frames, units = self.objects, self.frames, self.units
        answer, first, has_first = self.answer_number
        for place, entry in sorted(self.odd_entries.items()):
            frame = int(objects.parent[place])
            unit = int(frames.parent[frame])
            path: tuple[str | int, ...] = ("data_units", self.read.text(units.name[unit]), "labels")
            if frames.size[frame, NAME] != ABSENT:
                path = (*path, str(frames.name[frame]))
            index = place - int(frames.cell("objects")[0][frame])
            told = answer[place] >= 0 and has_first[answer[place]]
            number = int(first[answer[place]]) if told else None
            row = int(self.of_object[place])
            width, height = self._frame_size(frame, unit)
            if objects.size[place, PARENT] == UNREAD:
                here = content.ROOT
                for key in (*path, "objects", index):
                    here = content.step(here, key)
                self._add_sums(row, entry, here)
            self.made.odd_objects.append(
                OddObject(int(positions[place]), row, entry, path, index, width, height, number)
            )

    def _frame_size(self, frame: int, unit: int) -> tuple[float, float]:
        metadata, has_metadata = self.frames.cell("metadata")
        both = []
        for key in ("width", "height"):
            number, known = self.units.number(key)
            size = float(number[unit]) if known[unit] and number[unit] else np.nan
            if has_metadata[frame] > 0:
                own, has_own = self.read["frame_metadata"].number(key)
                size = float(own[metadata[frame]]) if has_own[metadata[frame]] else size
            both.append(size)
        return both[0], both[1]

    def _classifications(self) -> None:
        classes, read, count = self.classes, self.read, len(self.classes)
        answers, units, starts, ends, has_range = self._placed
        of_placed = self.of_class_answer[answers]
        rows = np.concatenate([self.of_class, of_placed])
        order = None if not len(answers) else np.argsort(rows, kind="stable")
        frames = self.numbers[classes.parent]
        arrays = [
            np.concatenate([self.frames.parent[classes.parent], units]),
            np.concatenate([frames, np.zeros(len(answers), np.int64)]),
            np.arange(len(rows)) < count,
            np.concatenate([frames, starts]),
            np.concatenate([frames, ends]),
            np.concatenate([np.ones(count, bool), has_range]),
        ]
        made = self._lie(*(self._taken(part, order) for part in arrays))
        sources = (
            [(classes, np.arange(count)), (self.class_answers, answers)]
            if len(answers)
            else [(classes, np.arange(count))]
        )
        made.update(self._keyed(CLASSIFICATIONS, sources, order))
        hashes = np.concatenate([classes.text("classificationHash"), self.class_answers.name[answers]])
        made["classification_hash"] = read.strings(self._taken(hashes, order))
        features, names = self._told_by_entries(answers, of_placed)
        for name, key, told in (("feature_hash", "featureHash", features), ("name", "name", names)):
            made[name] = read.dictionary(self._taken(np.concatenate([classes.text(key), told]), order))
        made["json_form"] = self._nulls(len(rows), STRING)
        kinds = [("classification", np.arange(count)), ("", np.full(len(answers), -1))]
        made["extra"] = self._extra(CLASSIFICATIONS, kinds, order)
        self._keep(CLASSIFICATIONS, self._taken(rows, order), made)
        self._tally(CLASSIFICATIONS, rows)

    def _told_by_entries(self, answers: Ints, rows: Ints) -> tuple[Ints, Ints]:
        """(feature hash, name) of classifications that answers place: the answer's, else of an entry of its hash; the
        name of an entry of its hash, else of its feature, else of its only attribute."""
        if not len(answers):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        classes = self.classes
        feature, name = classes.text("featureHash"), classes.text("name")
        wanted = set(rows.tolist())
        features: dict[tuple[int, int], int] = {}
        names: dict[tuple[int, int], int] = {}
        by_feature: dict[tuple[int, int], int] = {}
        hashes = classes.text("classificationHash")
        for place in np.flatnonzero(np.isin(self.of_class, list(wanted))).tolist():
            row = int(self.of_class[place])
            names.setdefault((row, int(hashes[place])), int(name[place]))
            if feature[place] >= 0:
                features.setdefault((row, int(hashes[place])), int(feature[place]))
                by_feature.setdefault((row, int(feature[place])), int(name[place]))
        told_features, told_names = [], []
        own_feature = self.class_answers.text("featureHash")
        begin, count = self.class_answers.cell("classifications")[0], self.class_answers.count("classifications")
        attribute_names = self.attributes.text("name")
        for answer, row in zip(answers.tolist(), rows.tolist(), strict=True):
            key = (row, int(self.class_answers.name[answer]))
            told = int(own_feature[answer])
            told = told if told >= 0 else features.get(key, -1)
            found = names.get(key, -1)
            if found < 0 and told >= 0:
                found = by_feature.get((row, told), -1)
            if found < 0 and count[answer] == 1:
                found = int(attribute_names[begin[answer]])
            told_features.append(told)
            told_names.append(found)
        return np.array(told_features, np.int64), np.array(told_names, np.int64)

    def _frames(self) -> None:
        frames, units, read = self.frames, self.units, self.read
        # An image without labels is a frame too.
        bare = np.flatnonzero((self.n_frames == 0) & self._is_kind(lambda kind: kind == "image"))
        unit = np.concatenate([frames.parent, bare])
        number = np.concatenate([self.numbers, self._unit_numbers()[bare]])
        order = None if not len(bare) else np.argsort(unit, kind="stable")
        index = self._taken(np.concatenate([np.arange(len(frames)), np.full(len(bare), -1)]), order)
        unit, number = self._taken(unit, order), self._taken(number, order)
        fps, has_fps = units.number("data_fps")
        has_fps &= fps != 0
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            seconds = number / fps[unit]
        counts = [
            np.where(index >= 0, frames.count(key)[index] if len(frames) else 0, 0)
            for key in ("objects", "classifications")
        ]
        made = {
            "space_id": read.dictionary(units.name[unit]),
            "timeline_id": read.dictionary(self._timelines()[unit]),
            "frame": number_array(number),
            "timestamp_seconds": _numbers(seconds, has_fps[unit], FLOAT),
            "n_objects": number_array(counts[0]),
            "n_classifications": number_array(counts[1]),
            "file_name": self._nulls(len(unit), STRING),
        }
        metadata, has_metadata = frames.cell("metadata")
        of_frame = np.where(has_metadata > 0, metadata, -1)
        of_index = np.where(index >= 0, of_frame[index] if len(frames) else -1, -1)
        records = read["frame_metadata"]
        for name in KINDS["frame_metadata"].keys:
            column = FRAMES.column(name)
            if not len(records) or (column.is_link and self.clean is not None):
                made[name] = self._nulls(len(unit), column.type)
            elif column.type == STRING:
                made[name] = read.strings(np.where(of_index >= 0, records.text(name)[of_index], -1))
            else:
                values, told = records.number(name)
                made[name] = _numbers(values[of_index], told[of_index] & (of_index >= 0), INT)
        made["json_form"] = self._frame_forms(index)
        made["extra"] = self._nulls(len(unit), STRING)
        rows = self.of_unit[unit]
        self._keep(FRAMES, rows, made)
        self._tally(FRAMES, self.of_frame)

    def _frame_forms(self, index: Ints) -> pa.Array:
        frames = self.frames
        absent = [~frames.has(key) for key in ("objects", "classifications")]
        codes = absent[0] + 2 * absent[1] if len(frames) else np.zeros(0, np.int64)
        of_index = np.where(index >= 0, codes[index] if len(frames) else 0, 0)
        return _spelled(of_index, _FRAME_FORMS)

    def _export_history(self) -> None:
        every = np.arange(len(self.history))
        rows = self.of_row[self.history.parent]
        made = self._keyed(EXPORT_HISTORY, [(self.history, every)])
        made["extra"] = self._extra(EXPORT_HISTORY, [("history", every)])
        self._keep(EXPORT_HISTORY, rows, made)
        self._tally(EXPORT_HISTORY, rows)


def _stretches(numbers: NDArray[np.float64], begins: Ints, sizes: Ints) -> NDArray[np.float64]:
    """Stretches of numbers, one after another."""
    out = np.empty(int(sizes.sum()))
    columns.copy_numbers(numbers, np.ascontiguousarray(begins), np.ascontiguousarray(sizes), out)
    return out


def _attribute_form(code: int) -> str | None:
    """How an attribute is written where that is not the usual way: of a code made in `_attributes`."""
    is_action, exported, no_range = code >> 3 & 1, (None, False, True, None)[code >> 1 & 3], code & 1
    form: Json = {}
    if exported is not (True if is_action else None):
        form["dynamic"] = exported
    if not is_action and exported is True:
        form["in"] = "classifications"
    if no_range:
        form["range"] = []
    return json_text(form) if form else None


_ATTRIBUTE_FORMS = [_attribute_form(code) for code in range(16)]
_OBJECT_FORMS = [
    json_text({**number, **polygon}) if number or polygon else None
    for number in ({}, {"number": None}, {"number": "objectId"})
    for polygon in ({}, {"polygon": "only"}, {"polygon": "absent"})
]
_FRAME_FORMS = [None] + [
    json_text({"places": [{"absent": absent}]})
    for absent in (["objects"], ["classifications"], ["objects", "classifications"])
]
