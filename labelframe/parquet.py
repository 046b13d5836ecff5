"""Write a snapshot: a folder of Parquet files that is either complete or not there.

In: record batches of tables. Out: `DIR/<table>/part-00000.parquet ...` and `DIR/_labelframe.json`. It is written beside
its place and moved in whole. It knows no JSON exports and no DuckDB.

How a file is written was chosen by measuring (`benchmarks/parquet.py`; the figures stand in benchmarks/README.md):
writing counts most, then size, then reading.

- zstd 1: with Snappy or LZ4 objects are a tenth to a fifth larger, hashes and texts by half, to save a tenth of the
  time at most.
- Dictionary pages for every column, up to 128 kB: coordinates of four decimals repeat, row_id and object_number do even
  more; coordinates of 17 digits leave their dictionary after 16,384 values.
- Pages end at 1 MB, not at 20,000 rows: most columns are one page.
- Row groups of 131,072 rows, or 40 MB of Arrow data: so much waits in memory. They have min and max of every column:
  row_id rises through a table, so that one label row is read from one or two of them.
- A Bloom filter for every column of hashes, which are random, so that min and max tell nothing of them. DuckDB from 1.2
  on asks it, Polars and pyarrow do not.

All of it is plain Parquet: data pages v1, PLAIN and RLE_DICTIONARY, which DuckDB 1.0 reads. Delta encodings would make
`frame` smaller and BYTE_STREAM_SPLIT long coordinates, but older readers lack them.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import queue
import shutil
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labelframe.errors import Found, SnapshotError, printable
from labelframe.schema import DATABASE, FORMAT_VERSION, MANIFEST, OBJECTS, TABLES, Table
from labelframe.version import __version__
from labelframe.workplace import Slot, Workplace, beside, sync_file

ROW_GROUP_ROWS = 1 << 17
ROW_GROUP_BYTES = 40 << 20  # of Arrow data: long polygons fill a row group sooner than rows do
PART_ROWS = 1 << 23

WRITING: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 1,
    "use_dictionary": True,
    "dictionary_pagesize_limit": 1 << 17,
    "max_rows_per_page": 1 << 20,
    "write_batch_size": 1 << 13,  # with 1,024, the default, writing takes 7 % longer
}
"""How ParquetWriter writes any table."""

Manifest = dict[str, Any]


def is_snapshot(folder: Path) -> bool:
    """Whether a folder is a complete snapshot: its manifest, written last, is there."""
    return os.access(folder / MANIFEST, os.F_OK)  # False, too, where one may not look


UNSEEN = "~"  # ends the name of a table's folder while it is written or removed: see `unseen`


def unseen(folder: Path) -> None:
    """Rename the folders of the tables, so that no pattern for a table's files finds them, hidden folder or not: DuckDB
    and Polars look into hidden folders too."""
    for name in TABLES:
        with suppress(FileNotFoundError):
            (folder / name).rename(folder / f"{name}{UNSEEN}")


def read_manifest(folder: str | os.PathLike[str]) -> Manifest:
    """The manifest of a snapshot. Raises SnapshotError where the folder is none, or one of a newer format."""
    folder = Path(folder)
    try:
        manifest: object = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        there = "a folder without it" if folder.is_dir() else "a file" if folder.exists() else "nothing"
        killed = beside(folder.resolve()) / "old"
        remedy = "Make one with: labelframe flatten EXPORT --out DIR"
        if not folder.exists() and killed.exists():
            remedy = f"A run was killed while it replaced it: move {killed.as_posix()} there, or flatten anew."
        raise SnapshotError(
            "This is no snapshot.",
            source=folder.as_posix(),
            expected=f"a folder with {MANIFEST}",
            found=Found(there),
            remedy=remedy,
        ) from None
    except (OSError, ValueError) as error:
        raise SnapshotError(
            f"The manifest cannot be read: {error}.",
            source=(folder / MANIFEST).as_posix(),
            remedy="Flatten the export again.",
        ) from None
    version = manifest.get("format_version") if isinstance(manifest, dict) else None
    if not isinstance(manifest, dict) or version != FORMAT_VERSION:
        raise SnapshotError(
            "The snapshot has a format that this version cannot read.",
            source=folder.as_posix(),
            expected=f"format version {FORMAT_VERSION}",
            found=Found(printable(version)),
            remedy="Upgrade labelframe, or flatten the export again.",
        )
    tables = manifest.get("tables")
    if not isinstance(tables, dict) or not all(_is_described(tables.get(name)) for name in TABLES):
        raise SnapshotError(
            "The manifest cannot be read: it does not tell of every table.",
            source=(folder / MANIFEST).as_posix(),
            remedy="Flatten the export again.",
        )
    return manifest


def _is_described(table: object) -> bool:
    if not isinstance(table, dict) or not isinstance(table.get("rows"), int):
        return False
    parts = table.get("parts")
    return isinstance(parts, list) and all(
        isinstance(part, dict) and isinstance(part.get("path"), str) for part in parts
    )


def part_paths(folder: Path, manifest: Manifest, table: str) -> list[Path]:
    """The Parquet files of a table. Raises SnapshotError where one of them is gone."""
    paths = [folder / part["path"] for part in manifest["tables"][table]["parts"]]
    for path in paths:
        if not path.is_file():
            raise SnapshotError(
                "A file of the snapshot is gone.",
                source=folder.as_posix(),
                expected=path.relative_to(folder).as_posix(),
                found=Found("nothing"),
                remedy="Put it back, or flatten the export again.",
            )
    return paths


def is_as_written(folder: Path, manifest: Manifest, tables: Iterable[str]) -> bool:
    """Whether the files of these tables are those that the manifest tells of: nobody has edited them since."""
    parts = [part for name in tables for part in manifest["tables"][name]["parts"]]
    if any((folder / part["path"]).stat().st_size != part.get("size") for part in parts):
        return False
    with ThreadPoolExecutor() as threads:
        sums = threads.map(file_sha256, (folder / part["path"] for part in parts))
        return all(part.get("sha256") == digest for part, digest in zip(parts, sums, strict=True))


class SnapshotWriter:
    """Writes a snapshot to `folder`, which is there, complete, once `commit` has returned.

    Use it as a context manager: what is not committed leaves nothing behind. Raises SnapshotError where `folder` exists
    (with `overwrite`: where it is no snapshot, or holds files that are not of it) or cannot be written. It is made in
    the `workplace`: beside the folder where none is given.
    """

    def __init__(
        self, folder: str | os.PathLike[str], overwrite: bool = False, workplace: Workplace | Slot | None = None
    ) -> None:
        self._given = Path(folder)
        self.folder = self._given.resolve()
        self.overwrite = overwrite
        self._check_place()
        self._workplace = workplace or Workplace(self.folder)
        self._parts: dict[str, _TableWriter] = {}
        objects, rest = _Background(), _Background()  # objects are about as much as all else together
        self._backgrounds = {name: objects if name == OBJECTS.name else rest for name in TABLES}

    def _check_place(self) -> None:
        if not os.path.lexists(self._given) and not os.path.lexists(self.folder):
            return
        where = self.folder.as_posix()
        if not self.overwrite:
            raise SnapshotError(
                "There is something in this place already.",
                source=where,
                remedy="Name another folder, or pass --overwrite to replace the snapshot.",
            )
        if not is_snapshot(self.folder):
            raise SnapshotError(
                "What is in this place is no snapshot, so it is not overwritten.",
                source=where,
                expected=f"a folder with {MANIFEST}",
                found=Found("a folder without it" if self.folder.is_dir() else "a file"),
                remedy="Name another folder, or remove it yourself.",
            )
        try:
            strangers = _strangers(self.folder)
        except SnapshotError as error:
            error.remedy = "Name another folder, or remove it yourself."
            raise
        if strangers:
            raise SnapshotError(
                "The snapshot's folder holds files that are not of the snapshot, so it is not overwritten.",
                source=where,
                expected="the snapshot's own files alone",
                found=Found(printable(", ".join(strangers[:5]))),
                remedy="Move them elsewhere, or name another folder.",
            )

    def __enter__(self) -> SnapshotWriter:
        try:
            self._workplace.enter()
            self._check_place()
            self._parts = {name: _TableWriter(self._workplace.new, table) for name, table in TABLES.items()}
        except OSError as error:
            self.__exit__(None, None, None)
            raise self._unwritable(error) from None
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for background in self._backgrounds.values():
            background.stop()
        for writer in self._parts.values():
            writer.abandon()
        self._workplace.leave()

    def _unwritable(self, error: OSError) -> SnapshotError:
        return SnapshotError(
            f"The snapshot cannot be written: {error.strerror or error}.",
            source=self.folder.as_posix(),
            remedy="Make room there, or name a folder that you may write to. Nothing was left behind.",
        )

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Add a batch to a table. It is written while the caller goes on: an error may come with a later batch."""
        try:
            self._backgrounds[table].do(self._parts[table].write, batch)
        except OSError as error:
            raise self._unwritable(error) from None

    def commit(self, about: Manifest, complete: Callable[[Path], object] = lambda _: None) -> Manifest:
        """Finish the files, write the manifest (`about` and the parts), move the folder into its place.

        `complete` adds what needs the files where they are to stay; if it fails, all is as it was before.
        """
        manifest = self.finish(about)
        self.move_in(complete)
        return manifest

    def finish(self, about: Manifest) -> Manifest:
        """Finish the files and write the manifest; nothing is in its place before `move_in`."""
        try:
            names = sorted(self._parts, key=lambda name: name != OBJECTS.name)  # what takes longest first
            with ThreadPoolExecutor() as threads:
                parts = dict(zip(names, threads.map(self._finish_table, names), strict=True))
            manifest = {
                "format_version": FORMAT_VERSION,
                "labelframe_version": __version__,
                "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
                **about,
                "tables": {
                    name: {"rows": sum(part["rows"] for part in parts[name]), "parts": parts[name]}
                    for name in self._parts
                },
            }
            path = self._workplace.new / MANIFEST
            path.write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
            sync_file(path)
        except OSError as error:
            raise self._unwritable(error) from None
        return manifest

    def _finish_table(self, name: str) -> list[Manifest]:
        self._backgrounds[name].finish()
        return self._parts[name].finish()

    def finished(self, table: str) -> list[Path]:
        """The files of a table, between `finish` and `move_in`."""
        return self._parts[table].done

    def move_in(self, complete: Callable[[Path], object] = lambda _: None) -> None:
        """Move what is finished into its place: see `commit`."""
        try:
            self._move_in(complete)
        except OSError as error:
            raise self._unwritable(error) from None

    def _move_in(self, complete: Callable[[Path], object]) -> None:
        self._check_place()
        with suppress(OSError):
            # Until the new one is made, which needs the new files in their place, the old one serves.
            shutil.copyfile(self.folder / DATABASE, self._workplace.new / DATABASE)
        for name in self._parts:
            (self._workplace.new / f"{name}{UNSEEN}").rename(self._workplace.new / name)
        self._workplace.move_in()
        try:
            complete(self.folder)
        except BaseException as error:
            self._workplace.move_back()
            if isinstance(error, SnapshotError):
                error.remedy = "Make room there, or name a folder that you may write to. All is as it was before."
            raise


def _strangers(folder: Path) -> list[str]:
    """Files in a snapshot's folder that are not of the snapshot."""
    manifest = read_manifest(folder)
    own = {MANIFEST, *(part["path"] for table in manifest["tables"].values() for part in table["parts"])}
    files = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if not path.is_dir())
    return [name for name in files if name not in own and not name.startswith((DATABASE, f".{DATABASE}", ".DS_Store"))]


def writing(table: Table) -> dict[str, Any]:
    """How ParquetWriter writes a table, as far as this pyarrow can: before 26 it writes no Bloom filters."""
    hashes = [column.name for column in table.columns if column.name.endswith("_hash")]
    # Sized for the most values that there can be; what is not needed of it is not written.
    filters = {name: {"ndv": ROW_GROUP_ROWS, "fpp": 0.01} for name in hashes}
    known = inspect.signature(pq.ParquetWriter).parameters
    options = {**WRITING, "bloom_filter_options": filters or None}
    return {name: option for name, option in options.items() if name in known}


class _Background:
    """Does one thing after another in a thread of its own; a few may wait. What one raises, the next call raises, and
    nothing is done any more."""

    WAITING = 2

    def __init__(self) -> None:
        self._queue: queue.Queue[tuple[Callable[[Any], object], Any] | None] = queue.Queue(self.WAITING)
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._finishing = threading.Lock()

    def do(self, what: Callable[[Any], object], argument: Any) -> None:
        """Do something soon."""
        self._raise()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="labelframe-write", daemon=True)
            self._thread.start()
        self._queue.put((what, argument))

    def _work(self) -> None:
        while (asked := self._queue.get()) is not None:
            if self._error is None:
                try:
                    asked[0](asked[1])
                except BaseException as error:
                    self._error = error

    def _raise(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            self._end()
            raise error

    def _end(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def finish(self) -> None:
        """Wait until all is done. Several threads may."""
        with self._finishing:
            self._end()
            self._raise()

    def stop(self) -> None:
        """Do no more than what is being done."""
        while self._thread is not None and not self._queue.empty():
            with suppress(queue.Empty):
                self._queue.get_nowait()
        self._end()
        self._error = None


class _TableWriter:
    """The Parquet parts of one table."""

    def __init__(self, folder: Path, table: Table) -> None:
        self._folder = folder / f"{table.name}{UNSEEN}"
        self._table = table
        self._folder.mkdir()
        self.done: list[Path] = []
        self._rows: list[int] = []
        self._options = writing(table)
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_bytes = 0
        self._writer: pq.ParquetWriter | None = None
        self._open()

    def _open(self) -> None:
        path = self._folder / f"part-{len(self.done):05}.parquet"
        self._writer = pq.ParquetWriter(path, self._table.schema, **self._options)
        self.done.append(path)
        self._rows.append(0)

    def write(self, batch: pa.RecordBatch) -> None:
        """Keep a batch until a row group is full: a batch ends with the frame that fills it, a few rows late."""
        if batch.num_rows == 0:
            return
        self._waiting.append(batch)
        self._waiting_bytes += batch.nbytes
        rows = sum(waiting.num_rows for waiting in self._waiting)
        group = min(ROW_GROUP_ROWS, PART_ROWS)
        if rows >= group or self._waiting_bytes >= ROW_GROUP_BYTES:
            waiting = pa.Table.from_batches(self._waiting)
            full = rows - rows % group or rows
            # Of the batches as they came: the slice keeps no more than the last of them in memory.
            self._waiting = waiting.slice(full).to_batches()
            self._waiting_bytes = sum(rest.nbytes for rest in self._waiting)
            waiting = waiting.slice(0, full).unify_dictionaries()
            for start in range(0, full, group):
                self._write(waiting.slice(start, group))

    def _write(self, table: pa.Table) -> None:
        if table.num_rows == 0:
            return
        if self._rows[-1] >= PART_ROWS:
            self._close()
            self._open()
        assert self._writer is not None
        self._writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
        self._rows[-1] += table.num_rows

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def finish(self) -> list[Manifest]:
        self._write(pa.Table.from_batches(self._waiting, self._table.schema).unify_dictionaries())
        self._close()
        for path in self.done:
            sync_file(path)
        return [
            {
                "path": f"{self._table.name}/{path.name}",
                "rows": rows,
                "size": path.stat().st_size,
                "sha256": file_sha256(path),
            }
            for path, rows in zip(self.done, self._rows, strict=True)
        ]

    def abandon(self) -> None:
        try:
            self._close()
        except OSError:
            self._writer = None


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
