"""Rebuild the export from the tables.

In: the tables of a snapshot's folder, whatever Parquet stands there, or of Arrow. Out: label rows as the export had
them, one after another, in the normal form: without the keys that are null, times as ISO 8601 in UTC, a polygon in its
current form. It reads no exports; what it cannot rebuild is a mistake in the tables, told by table, row and column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from labelframe.database import BARE, connect, literal, pattern, register_files, register_tables
from labelframe.errors import Found, QueryError, SnapshotError, printable, unknown_name
from labelframe.flattening.cold import space_type_of
from labelframe.flattening.form import (
    LISTS,
    USUAL_PARTS,
    blob_rest,
    listed_entry,
    merged,
    space_entry,
    usual_kind,
    usual_places,
)
from labelframe.flattening.geometry import visibility_of
from labelframe.schema import (
    ATTRIBUTES,
    CLASSIFICATIONS,
    DATA_UNITS,
    EXPORT_HISTORY,
    FRAMES,
    INSTANCES,
    LABEL_ROWS,
    OBJECTS,
    SPACES,
    Table,
)

Json = dict[str, Any]
Record = dict[str, Any]

BATCH_ROWS = 4096
RESTORED = (*(LABEL_ROWS, DATA_UNITS, SPACES, FRAMES, OBJECTS, CLASSIFICATIONS, INSTANCES, ATTRIBUTES, EXPORT_HISTORY),)
NOT_NEEDED = {
    *("label_hash", "timeline_id", "range_unit", "timestamp_seconds", "area", "n_vertices", "mask_pixels"),
    *("n_objects", "n_classifications", "n_attributes", "n_placements", "parent_feature_hash", "path"),
}
"""Columns that tell nothing that others do not; those of label_rows itself are needed all the same."""


def needed(table: Table) -> list[str]:
    """The columns of a table that an export is rebuilt from."""
    if table is LABEL_ROWS:
        return [column.name for column in table.columns if column.name not in ("content_hash", "source", "row_number")]
    return [column.name for column in table.columns if column.name not in NOT_NEEDED]


def restore_folder(folder: Path, where: str | None = None) -> Iterator[Json]:
    """The label rows of a snapshot's folder, in the order of row_id.

    Args:
        where: an SQL condition on label_rows; only label rows that meet it are given.

    Memory is bounded by the largest label row. Raises SnapshotError where the tables do not hold together.
    """
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix="labelframe-")))
        paths = {table.name: _files(folder, table.name) for table in RESTORED}
        wanted = None
        if where is not None:
            with connect() as connection:
                register_files(connection, LABEL_ROWS.name, paths[LABEL_ROWS.name])
                wanted = _wanted(connection, where)
        streams = {}
        for table in RESTORED:
            files = _in_order(paths[table.name], table, scratch)
            streams[table.name] = _grouped(_batches_of_files(files, table))
        yield from _label_rows(streams, wanted)


def restore_tables(tables: Mapping[str, pa.Table], where: str | None = None) -> Iterator[Json]:
    """The label rows of tables in memory; as `restore_folder`."""
    wanted = None
    if where is not None:
        with connect() as connection:
            register_tables(connection, tables, BARE)
            wanted = _wanted(connection, where)
    streams = {}
    for table in RESTORED:
        whole = tables[table.name]
        if not _is_rising(iter([whole["row_id"].combine_chunks()])):
            whole = whole.take(pa.compute.sort_indices(whole, [("row_id", "ascending")]))
        streams[table.name] = _grouped(_batches_of_table(whole, table))
    yield from _label_rows(streams, wanted)


def _files(folder: Path, table: str) -> list[Path]:
    found = sorted((folder / table).glob("*.parquet"))
    if not found:
        raise SnapshotError(
            f"There is no Parquet file of the table {table}.",
            source=(folder / table).as_posix(),
            remedy="Put it back, or flatten the export again.",
        )
    return found


def _wanted(connection: Any, where: str) -> set[int]:
    import duckdb

    try:
        rows = connection.execute(f"SELECT row_id FROM label_rows WHERE ({where}\n)").fetchall()
    except duckdb.Error as error:
        raise QueryError(f"The condition cannot be understood: {error}") from None
    return {row_id for (row_id,) in rows}


def _is_rising(pieces: Iterable[pa.Array]) -> bool:
    last = None
    for piece in pieces:
        if len(piece) == 0 or piece.null_count:
            continue
        numbers = piece.to_numpy(zero_copy_only=False)
        if (last is not None and numbers[0] < last) or (numbers[1:] < numbers[:-1]).any():
            return False
        last = numbers[-1]
    return True


def _in_order(files: list[Path], table: Table, scratch: Path) -> list[Path]:
    """Files whose rows rise by row_id: those given, or a sorted copy where somebody wrote them in another order."""

    def pieces() -> Iterator[pa.Array]:
        for path in files:
            with _open(path, table) as file:
                if "row_id" not in file.schema_arrow.names:
                    raise _wrong(table, None, "row_id", "a column of that name", "none")
                for batch in file.iter_batches(columns=["row_id"]):
                    yield batch.column(0)

    if _is_rising(pieces()):
        return files
    made = scratch / f"{table.name}.parquet"
    names = ", ".join(literal(pattern(path)) for path in files)
    with connect() as connection:
        connection.execute(f"SET temp_directory = {literal(str(scratch))}")
        connection.execute(
            f"COPY (SELECT * EXCLUDE (filename, file_row_number) FROM read_parquet([{names}], filename = true, "
            "file_row_number = true, hive_partitioning = false) ORDER BY row_id, filename, file_row_number) "
            f"TO {literal(str(made))} (FORMAT parquet)"
        )
    return [made]


def _open(path: Path, table: Table) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise SnapshotError(
            f"The file cannot be read: {error}.",
            source=path.as_posix(),
            remedy=f"Write the table {table.name} again, as Parquet.",
        ) from None


def _batches_of_files(files: list[Path], table: Table) -> Iterator[pa.RecordBatch]:
    for path in files:
        with _open(path, table) as file:
            missing = [name for name in needed(table) if name not in file.schema_arrow.names]
            if missing:
                raise _wrong(table, None, missing[0], f"a column of that name in {path.as_posix()}", "none")
            for batch in file.iter_batches(BATCH_ROWS, columns=needed(table)):
                yield _checked(table, batch)


def _batches_of_table(whole: pa.Table, table: Table) -> Iterator[pa.RecordBatch]:
    for batch in whole.to_batches(max_chunksize=BATCH_ROWS):
        yield _checked(table, batch)


def _checked(table: Table, batch: pa.RecordBatch) -> pa.RecordBatch:
    """The columns needed, of the types that the table has; those that hold no null hold none."""
    arrays, names = [], []
    for name in needed(table):
        column, array = table.column(name), batch.column(name)
        kind = pa.string() if pa.types.is_dictionary(column.type) else column.type
        if array.type != kind:
            try:
                array = array.cast(kind)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                raise _wrong(table, None, name, str(kind), f"{array.type}: {printable(error)}") from None
        if array.null_count and not column.nullable:
            place = array.is_null().index(True).as_py()
            row_id = batch.column("row_id")[place].as_py()
            raise _wrong(table, row_id, name, "a value", "null")
        if array.null_count < len(array) or name == "row_id":
            arrays.append(array)
            names.append(name)
    return pa.RecordBatch.from_arrays(arrays, names)


def _grouped(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[int, Iterator[Record]]]:
    records = (_Sparse(record) for batch in batches for record in batch.to_pylist())
    return groupby(records, key=lambda record: record["row_id"])


class _Sparse(Record):
    """A row of a table; a column that was null throughout its batch is null."""

    def __missing__(self, key: str) -> None:
        return None


def _wrong(table: Table, row_id: int | None, column: str, expected: str, found: object) -> SnapshotError:
    if column not in (known := [each.name for each in table.columns]):
        raise unknown_name("column", column, known)
    where = f"{table.name}.{column}" + ("" if row_id is None else f" of label row {row_id} (row_id)")
    return SnapshotError(
        f"The tables do not hold together: {where}.",
        expected=expected,
        found=Found("null" if found is None else printable(found)),
        remedy="Correct the table, or flatten the export again.",
    )


def _label_rows(streams: dict[str, Iterator[tuple[int, Iterator[Record]]]], wanted: set[int] | None) -> Iterator[Json]:
    cursors = {name: _Cursor(stream) for name, stream in streams.items() if name != LABEL_ROWS.name}
    for row_id, records in streams[LABEL_ROWS.name]:
        header, *others = records
        if others:
            raise _wrong(LABEL_ROWS, row_id, "row_id", "each number once", f"it {1 + len(others)} times")
        parts = {name: cursor.take(row_id) for name, cursor in cursors.items()}
        if wanted is None or row_id in wanted:
            yield _Rebuilt(header, parts).label_row()


class _Cursor:
    """Gives the rows of each label row in turn; those of label rows that are gone are passed over."""

    def __init__(self, stream: Iterator[tuple[int, Iterator[Record]]]) -> None:
        self._stream = stream
        self._next: tuple[int, list[Record]] | None = None
        self._step()

    def _step(self) -> None:
        found = next(self._stream, None)
        self._next = None if found is None else (found[0], list(found[1]))

    def take(self, row_id: int) -> list[Record]:
        while self._next is not None and self._next[0] < row_id:
            self._step()
        if self._next is None or self._next[0] != row_id:
            return []
        rows = self._next[1]
        self._step()
        return rows


def _json(text: str | None, table: Table, row_id: int, column: str) -> Any:
    if text is None:
        return {}
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _wrong(table, row_id, column, "JSON", text) from None


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value


_KEYED = {table.name: [column for column in table.columns if column.key is not None] for table in RESTORED}


class _Rebuilt:
    """One label row in the making."""

    def __init__(self, header: Record, parts: dict[str, list[Record]]) -> None:
        self.header = header
        self.row_id: int = header["row_id"]
        self.parts = parts
        self.spaces = {record["space_id"]: record for record in parts["spaces"]}
        self.blobs: dict[tuple[str, str], dict[str | None, Json]] = defaultdict(dict)

    def label_row(self) -> Json:
        form, extra = self._odd(LABEL_ROWS, self.header)
        whole = self._keys(LABEL_ROWS, self.header)
        if self.header["label_hash"] is not None:
            whole["label_hash"] = self.header["label_hash"]
        if self.header["is_continuous"] is not None:
            whole["scene"] = {"isContinuous": self.header["is_continuous"]}
        whole = merged(whole, extra)
        history = [self._entry(EXPORT_HISTORY, record) for record in self.parts["export_history"]]
        if history:
            whole["export_history"] = history
        for key in form.get("empty", ()):
            whole.setdefault(key, [] if key == "export_history" else {})
        self._lay_labels()
        built = {"data_units": self._units(), "spaces": self._spaces(), **self._answers()}
        for key in USUAL_PARTS:
            if built[key] or key not in form.get("absent", ()):
                whole[key] = built[key]
        return whole

    def _odd(self, table: Table, record: Record) -> tuple[Json, Json]:
        """(json_form, extra) of a row."""
        form = _json(record["json_form"], table, self.row_id, "json_form") if record["json_form"] is not None else {}
        extra = _json(record["extra"], table, self.row_id, "extra") if record["extra"] is not None else {}
        return form, extra

    def _keys(self, table: Table, record: Record) -> Json:
        """The JSON keys that columns hold as they are."""
        entry = {}
        for column in _KEYED[table.name]:
            value = record[column.name]
            if value is not None:
                assert column.key is not None
                is_json = column.is_json
                entry[column.key] = _json(value, table, self.row_id, column.name) if is_json else _value(value)
        return entry

    def _entry(self, table: Table, record: Record) -> Json:
        extra = _json(record["extra"], table, self.row_id, "extra") if record["extra"] is not None else {}
        return merged(self._keys(table, record), extra)

    # Data units and spaces

    def _units(self) -> Json:
        units = {}
        for record in self.parts["data_units"]:
            form, extra = self._odd(DATA_UNITS, record)
            unit = self._keys(DATA_UNITS, record)
            sequence = form.get("data_sequence")
            if sequence is not None and unit.get("data_sequence") in (None, _number_in(sequence)):
                unit["data_sequence"] = sequence
            for key in form.get("zero", ()):
                unit.setdefault(key, 0)
            metadata = {
                key: record[key] for key in ("patient_id", "study_uid", "series_uid") if record[key] is not None
            }
            if record["children"] is not None:
                metadata["children"] = [
                    {key: value for key, value in child.items() if value is not None} for child in record["children"]
                ]
            if metadata or "metadata" in form.get("empty", ()):
                unit["metadata"] = metadata
            unit = merged(unit, extra)
            kind = space_type_of(self.header["data_type"], unit.get("data_type"))
            self._put_labels(unit, "data_units", record["unit_id"], kind, form)
            units[record["unit_id"]] = unit
        return units

    def _spaces(self) -> Json:
        spaces = {}
        for record in self.parts["spaces"]:
            if record["origin"] != "space":
                continue
            form, extra = self._odd(SPACES, record)
            entry = space_entry(record, extra)
            for key, (there, told) in form.get("entry", {}).items():
                if ([entry[key]] if key in entry else []) == told:
                    entry.pop(key, None)
                    if there:
                        entry[key] = there[0]
            listed = self._listed(record, form)
            if listed is not None:
                entry["frames"] = listed
            elif "frames" in extra:
                entry["frames"] = extra["frames"]
            self._put_labels(entry, "spaces", record["space_id"], record["space_type"], form)
            spaces[record["space_id"]] = entry
        return spaces

    def _listed(self, space: Record, form: Json) -> list[Json] | None:
        if "frames" not in form:
            return None
        placed: list[tuple[int, Json]] = []
        for record in self.parts["frames"]:
            if record["space_id"] != space["space_id"]:
                continue
            frame_form, extra = self._odd(FRAMES, record)
            if "listed" in frame_form:
                placed += [(at, entry) for at, entry in frame_form["listed"]]
            elif 0 <= record["frame"] < form["frames"]:
                placed.append((record["frame"], listed_entry(record, extra, space["space_type"], record["frame"])))
        return [entry for _, entry in sorted(placed, key=lambda pair: pair[0])]

    # Labels

    def _lay_labels(self) -> None:
        """Put the labels of every frame where the export had them."""
        objects = self._by_frame(OBJECTS, self._object)
        classifications = self._by_frame(CLASSIFICATIONS, self._classification)
        for record in self.parts["frames"]:
            key = record["space_id"], record["frame"]
            self._lay_frame(record, objects.pop(key, []), classifications.pop(key, []))
        for space_id, frame in dict.fromkeys([*objects, *classifications]):
            # Labels that somebody has put on a frame without labels so far.
            record = _Sparse(space_id=space_id, frame=frame)
            key = space_id, frame
            self._lay_frame(record, objects.get(key, []), classifications.get(key, []))

    def _by_frame(self, table: Table, build: Any) -> dict[tuple[Any, Any], list[Json]]:
        found: dict[tuple[Any, Any], list[Json]] = defaultdict(list)
        for record in self.parts[table.name]:
            if record["frame"] is None:
                continue
            if record["space_id"] not in self.spaces:
                raise _wrong(table, self.row_id, "space_id", "a space of the label row", record["space_id"])
            found[record["space_id"], record["frame"]].append(build(record))
        return found

    def _lay_frame(self, record: Record, objects: list[Json], classifications: list[Json]) -> None:
        form, extra = self._odd(FRAMES, record)
        space = self.spaces.get(record["space_id"])
        if space is None:
            raise _wrong(FRAMES, self.row_id, "space_id", "a space of the label row", record["space_id"])
        part = {"data_unit": "data_units", "space": "spaces"}.get(space["origin"])
        is_listed = "listed" in form and bool(form["listed"])
        if "listed" not in form:
            is_listed = 0 <= record["frame"] < self._odd(SPACES, space)[0].get("frames", 0)
        places = form.get("places")
        if places is None:
            places = usual_places(is_listed, self._kind_of_labels(part, space))
        if not places and (objects or classifications):
            places = [{}]
        usual_key = None
        if part is None or usual_kind(part, space["space_type"]) == "map":
            usual_key = str(record["frame"])
        deleted = extra.get("objects", [])
        rest_of_lists = [objects, classifications, deleted if isinstance(deleted, list) else []]
        for number, place in enumerate(places):
            counts = place.get("n")
            lists = []
            for index, entries in enumerate(rest_of_lists):
                count = len(entries) if counts is None or number == len(places) - 1 else counts[index]
                lists.append(entries[:count])
                rest_of_lists[index] = entries[count:]
            blob: Json = dict(place["rest"]) if "rest" in place else blob_rest(record, extra, is_listed)
            for key, entries in zip(
                LISTS, (_interleaved(lists[0], lists[2], place.get("deleted")), lists[1]), strict=True
            ):
                if entries or key not in place.get("absent", ()):
                    blob[key] = entries
            holder = tuple(place["in"]) if "in" in place else (part or "data_units", record["space_id"])
            self.blobs[holder][place.get("key", usual_key)] = blob

    def _kind_of_labels(self, part: str | None, space: Record) -> str | None:
        if part == "spaces":
            return self._odd(SPACES, space)[0].get("labels")
        for record in self.parts["data_units"]:
            if part is not None and record["unit_id"] == space["space_id"]:
                return self._odd(DATA_UNITS, record)[0].get("labels")
        return None

    def _put_labels(self, holder: Json, part: str, name: str, space_type: str | None, form: Json) -> None:
        blobs = self.blobs.pop((part, name), {})
        for key, absent in form.get("blobs", ()):
            blobs.setdefault(key, {each: [] for each in LISTS if each not in absent})
        kind = form.get("labels") or usual_kind(part, space_type)
        if not blobs and kind == "absent":
            return
        if not blobs and kind == "blob":
            holder["labels"] = {each: [] for each in LISTS}
        elif None in blobs:
            holder["labels"] = blobs[None]
        else:
            holder["labels"] = dict(blobs)

    def _object(self, record: Record) -> Json:
        form, extra = self._odd(OBJECTS, record)
        entry = self._keys(OBJECTS, record)
        if "shape" in form.get("absent", ()):
            entry.pop("shape", None)
        number_key = form.get("number", "objectNumber")
        if number_key is not None and record["object_number"] is not None:
            entry[number_key] = record["object_number"]
        entry |= _geometry(record, form, extra)
        if "polygon" in extra and "polygon" not in form:
            entry.pop("polygon", None)  # told otherwise than its outline: as it is
        return merged(entry, extra)

    def _classification(self, record: Record) -> Json:
        form, extra = self._odd(CLASSIFICATIONS, record)
        entry = self._keys(CLASSIFICATIONS, record)
        for key in form.get("absent", ()):
            entry.pop(key, None)
        return merged(entry, extra)

    # Answers

    def _answers(self) -> dict[str, Json]:
        entries: dict[tuple[str, str, bool], list[Json]] = defaultdict(list)
        known = {(record["owner"], record["owner_hash"]) for record in self.parts["instances"]}
        rows = self.parts["attributes"]
        for (owner, owner_hash, is_action, _), group in groupby(rows, key=self._attribute_key):
            if (owner, owner_hash) not in known:
                raise _wrong(ATTRIBUTES, self.row_id, "owner_hash", "the hash of an instance", owner_hash)
            entries[owner, owner_hash, is_action].append(self._attribute(list(group), is_action))
        built: dict[str, Json] = {"object_answers": {}, "classification_answers": {}, "object_actions": {}}
        for record in self.parts["instances"]:
            owner, owner_hash = record["owner"], record["owner_hash"]
            if owner not in ("object", "classification"):
                raise _wrong(INSTANCES, self.row_id, "owner", "object or classification", owner)
            form, extra = self._odd(INSTANCES, record)
            left = extra.pop("object_actions", None)
            hash_key = f"{owner}Hash"
            if record["has_answer"]:
                answer = {hash_key: owner_hash, **self._keys(INSTANCES, record)}
                answer["classifications"] = entries[owner, owner_hash, False]
                if record["answer_ranges"] is not None:
                    answer["range"] = [[span["start"], span["end"]] for span in record["answer_ranges"]]
                if record["object_number"] is not None:
                    answer[form.get("number", "objectNumber")] = record["object_number"]
                for key in form.get("absent", ()):
                    if not (key == "classifications" and answer[key]):
                        answer.pop(key, None)
                built[f"{owner}_answers"][owner_hash] = merged(answer, extra)
            actions = entries[owner, owner_hash, True]
            if actions or left is not None or "actions" in form:
                whole: Json = {"objectHash": owner_hash, "actions": actions}
                for key in form.get("actions", ()):
                    if not (key == "actions" and actions):
                        whole.pop(key, None)
                built["object_actions"][owner_hash] = merged(whole, left or {})
        return built

    def _attribute_key(self, record: Record) -> tuple[Any, Any, bool, Any]:
        form, _ = self._odd(ATTRIBUTES, record)
        is_action = bool(record["dynamic"]) and form.get("in") != "classifications"
        return record["owner"], record["owner_hash"], is_action, record["attribute_index"]

    def _attribute(self, rows: list[Record], is_action: bool) -> Json:
        """An entry of attributes or actions: its rows are one an answer and range."""
        first = rows[0]
        form, extra = self._odd(ATTRIBUTES, first)
        extra.pop("answers", None)
        entry = self._keys(ATTRIBUTES, first)
        entry.pop("dynamic", None)
        if is_action or form.get("in") == "classifications":
            entry["dynamic"] = True
        if "dynamic" in form:
            entry.pop("dynamic", None)
            if form["dynamic"] is not None:
                entry["dynamic"] = form["dynamic"]
        ranges = [
            [row["range_start"], row["range_end"]]
            for row in rows
            if row["answer_index"] == first["answer_index"] and row["range_start"] is not None
        ]
        if ranges or "range" in form:
            entry["range"] = ranges
        answers = self._given(rows)
        if answers is not None:
            entry["answers"] = answers
        return merged(entry, extra)

    def _given(self, rows: list[Record]) -> Any:
        first = rows[0]
        kind, answer = first["kind"], first["answer"]
        if kind == "text":
            return answer
        if kind == "number":
            told = orjson.loads(answer) if answer is not None else None
            return told if told is not None and float(told) == first["answer_number"] else first["answer_number"]
        if kind == "unknown":
            return None if answer is None else _json(answer, ATTRIBUTES, self.row_id, "answer")
        if kind != "option":
            raise _wrong(ATTRIBUTES, self.row_id, "kind", "option, text, number or unknown", kind)
        options: dict[int, Json] = {}
        for row in rows:
            if row["answer_index"] is None or row["answer_index"] in options:
                continue
            columns = {"name": "answer", "value": "answer_value", "featureHash": "answer_feature_hash"}
            option = {key: row[column] for key, column in columns.items() if row[column] is not None}
            left = self._odd(ATTRIBUTES, row)[1].get("answers")
            options[row["answer_index"]] = merged(option, left) if isinstance(left, dict) else option
        return list(options.values())


def _number_in(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _interleaved(entries: list[Json], deleted: list[Json], places: list[int] | None) -> list[Json]:
    """Entries with the delete events at the places where they stood; at the end where none are told."""
    whole = list(entries)
    for number, event in enumerate(deleted):
        place = places[number] if places is not None and number < len(places) else len(whole)
        whole.insert(place, event)
    return whole


# Geometry


def _geometry(record: Record, form: Json, extra: Json) -> Json:
    """The geometry key of an object, from its columns."""
    build = _BUILDERS.get(record["shape"] or "")
    return build(record, form, extra) if build is not None else {}


def _keyed(vertices: list[Json], form: Json) -> Any:
    """Vertices keyed "0", "1", ..., or as they were written."""
    written = form.get("vertices")
    if written == "list":
        return vertices
    if isinstance(written, list) and len(written) == len(vertices):
        return dict(zip(written, vertices, strict=True))
    return {str(place): vertex for place, vertex in enumerate(vertices)}


def _with(part: Json, record: Record, form: Json, *names: str) -> Json:
    absent = form.get("absent", ())
    for name in names:
        value = record["theta"] if name == "theta" else part.get(name)
        usual = 1 if name == "stretch" else 0
        if value is None or (name in absent and value == usual):
            part.pop(name, None)
        else:
            part[name] = value
    return part


def _box(record: Record, form: Json, extra: Json) -> Json:
    if record["x"] is None:
        return {}
    return {"boundingBox": {name: record[name] for name in "xywh"}}


def _rotated(record: Record, form: Json, extra: Json) -> Json:
    if record["box"] is None:
        return {}
    return {"rotatableBoundingBox": _with(dict(record["box"]), record, form, "theta")}


def _ellipse(record: Record, form: Json, extra: Json) -> Json:
    if record["ellipse"] is None:
        return {}
    return {"ellipse": _with(dict(record["ellipse"]), record, form, "theta")}


def _circle(record: Record, form: Json, extra: Json) -> Json:
    if record["circle"] is None:
        return {}
    return {"circle": _with(dict(record["circle"]), record, form, "stretch", "theta")}


def _polygon(record: Record, form: Json, extra: Json) -> Json:
    polygons = record["polygons"]
    if polygons is None:
        return {}
    flat = [
        [[number for vertex in ring for number in (vertex["x"], vertex["y"])] for ring in each] for each in polygons
    ]
    outline = [dict(vertex) for vertex in polygons[0][0]] if polygons and polygons[0] else []
    if form.get("polygon") == "only" and "polygon" in extra:
        return {"polygon": _keyed(outline, form)}  # its vertices have keys that only this form holds
    entry: Json = {"polygons": flat}
    if "polygon" not in form:
        entry["polygon"] = _keyed(outline, form)
    return entry


def _points(key: str) -> Any:
    def build(record: Record, form: Json, extra: Json) -> Json:
        if record["points"] is None:
            return {}
        vertices = [{name: part for name, part in point.items() if part is not None} for point in record["points"]]
        return {key: _keyed(vertices, form)}

    return build


def _skeleton(record: Record, form: Json, extra: Json) -> Json:
    if record["keypoints"] is None:
        return {}
    vertices = []
    states = form.get("states", [])
    for place, point in enumerate(record["keypoints"]):
        vertex = {
            key: point[column]
            for key, column in (
                *(("x", "x"), ("y", "y"), ("name", "name"), ("value", "value")),
                *(("featureHash", "feature_hash"), ("color", "color")),
            )
            if point[column] is not None
        }
        state = states[place] if place < len(states) else None
        if state is not None and visibility_of(state) == point["visibility"]:
            vertex |= state
        else:
            vertex["visibility"] = point["visibility"]
        vertices.append(vertex)
    return {"skeleton": _keyed(vertices, form)}


def _mask(record: Record, form: Json, extra: Json) -> Json:
    if record["rle"] is None:
        return {}
    columns = {"rleString": "rle"} | {key: f"mask_{key}" for key in ("top", "left", "width", "height")}
    mask = {key: record[column] for key, column in columns.items() if record[column] is not None}
    return mask if form.get("bitmask") == "old" else {"bitmask": mask}


def _segmentation(record: Record, form: Json, extra: Json) -> Json:
    return {} if record["rle"] is None else {"segmentation": record["rle"]}


def _cuboid(record: Record, form: Json, extra: Json) -> Json:
    if record["position"] is None:
        return {}
    return {"cuboid": {name: [record[name][axis] for axis in "xyz"] for name in ("position", "orientation", "size")}}


def _cuboid_2d(record: Record, form: Json, extra: Json) -> Json:
    told = record["cuboid_2d"]
    if told is None:
        return {}
    cuboid: Json = {"front": [number for vertex in told["front"] for number in (vertex["x"], vertex["y"])]}
    for key, name in (("vanishingPoint", "vanishing"), ("offset", "offset")):
        if told[f"{name}_x"] is not None:
            cuboid[key] = {"x": told[f"{name}_x"], "y": told[f"{name}_y"]}
    if told["scale_ratio"] is not None:
        cuboid["scaleRatio"] = told["scale_ratio"]
    return {"cuboid_2d": cuboid}


_BUILDERS: dict[str, Any] = {
    "bounding_box": _box,
    "rotatable_bounding_box": _rotated,
    "polygon": _polygon,
    "polyline": _points("polyline"),
    "point": _points("point"),
    "skeleton": _skeleton,
    "bitmask": _mask,
    "segmentation": _segmentation,
    "cuboid": _cuboid,
    "cuboid_2d": _cuboid_2d,
    "ellipse": _ellipse,
    "circle": _circle,
}
