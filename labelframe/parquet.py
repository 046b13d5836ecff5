"""Write a snapshot: a folder of Parquet files that is either complete or not there.

In: record batches of tables. Out: `DIR/<table>/part-00000.parquet ...` and `DIR/_labelframe.json`. It is written beside
its place and moved in whole. It knows no JSON exports and no DuckDB.

zstd 1 and dictionary pages; coordinates do not repeat, so their columns go without dictionaries.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labelframe.errors import Found, SnapshotError, printable
from labelframe.schema import FORMAT_VERSION, TABLES, Table
from labelframe.version import __version__

MANIFEST = "_labelframe.json"
ROW_GROUP_ROWS = 1 << 17
PART_ROWS = 1 << 23

Manifest = dict[str, Any]


def is_snapshot(folder: Path) -> bool:
    """Whether a folder is a complete snapshot: its manifest, written last, is there."""
    return (folder / MANIFEST).is_file()


def read_manifest(folder: str | os.PathLike[str]) -> Manifest:
    """The manifest of a snapshot. Raises SnapshotError where the folder is none, or one of a newer format."""
    folder = Path(folder)
    try:
        manifest: object = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        there = "a folder without it" if folder.is_dir() else "a file" if folder.exists() else "nothing"
        raise SnapshotError(
            "This is no snapshot.",
            source=folder.as_posix(),
            expected=f"a folder with {MANIFEST}",
            found=Found(there),
            remedy="Make one with: labelframe flatten EXPORT --out DIR",
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
    return manifest


class SnapshotWriter:
    """Writes a snapshot to `folder`, which is there, complete, once `commit` has returned.

    Use it as a context manager: what is not committed leaves nothing behind. Raises SnapshotError where `folder` exists
    (with `overwrite`: where it is no snapshot) or cannot be written.
    """

    def __init__(self, folder: str | os.PathLike[str], overwrite: bool = False) -> None:
        self.folder = Path(os.path.abspath(folder))
        self.overwrite = overwrite
        self._check_place()
        self._beside = self.folder.parent / f".{self.folder.name}.{secrets.token_hex(4)}.labelframe"
        self._parts: dict[str, _TableWriter] = {}

    def _check_place(self) -> None:
        if not os.path.lexists(self.folder):
            return
        if not self.overwrite:
            raise SnapshotError(
                "There is something in this place already.",
                source=self.folder.as_posix(),
                remedy="Name another folder, or pass --overwrite to replace the snapshot.",
            )
        if not is_snapshot(self.folder):
            raise SnapshotError(
                "What is in this place is no snapshot, so it is not overwritten.",
                source=self.folder.as_posix(),
                expected=f"a folder with {MANIFEST}",
                found=Found("a folder without it" if self.folder.is_dir() else "a file"),
                remedy="Name another folder, or remove it yourself.",
            )

    def __enter__(self) -> SnapshotWriter:
        try:
            self._beside.mkdir(parents=True)
            self._parts = {name: _TableWriter(self._beside, table) for name, table in TABLES.items()}
        except OSError as error:
            self.__exit__(None, None, None)
            raise self._unwritable(error) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._parts.values():
            writer.abandon()
        shutil.rmtree(self._beside, ignore_errors=True)

    def _unwritable(self, error: OSError) -> SnapshotError:
        return SnapshotError(
            f"The snapshot cannot be written: {error.strerror or error}.",
            source=self.folder.as_posix(),
            remedy="Make room there, or name a folder that you may write to. Nothing was left behind.",
        )

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Add a batch to a table."""
        try:
            self._parts[table].write(batch)
        except OSError as error:
            raise self._unwritable(error) from None

    def commit(self, about: Manifest) -> Manifest:
        """Finish the files, write the manifest (`about` and the parts), move the folder into its place."""
        try:
            parts = {name: writer.finish() for name, writer in self._parts.items()}
            manifest = {
                "format_version": FORMAT_VERSION,
                "labelframe_version": __version__,
                "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
                **about,
                "tables": {
                    name: {"rows": sum(part["rows"] for part in of_table), "parts": of_table}
                    for name, of_table in parts.items()
                },
            }
            (self._beside / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
            self._move_in()
        except OSError as error:
            raise self._unwritable(error) from None
        return manifest

    def _move_in(self) -> None:
        self._check_place()
        if not self.folder.exists():
            self._beside.rename(self.folder)
            return
        old = self._beside.with_name(f"{self._beside.name}.old")
        self.folder.rename(old)
        try:
            self._beside.rename(self.folder)
        except OSError:
            old.rename(self.folder)
            raise
        shutil.rmtree(old, ignore_errors=True)


class _TableWriter:
    """The Parquet parts of one table."""

    def __init__(self, folder: Path, table: Table) -> None:
        self._root = folder
        self._folder = folder / table.name
        self._table = table
        self._folder.mkdir()
        self._done: list[Path] = []
        self._rows: list[int] = []
        self._dictionaries = [
            column.name
            for column in table.columns
            if pa.types.is_dictionary(column.type) or pa.types.is_string(column.type)
        ]
        self._writer: pq.ParquetWriter | None = None
        self._open()

    def _open(self) -> None:
        path = self._folder / f"part-{len(self._done):05}.parquet"
        self._writer = pq.ParquetWriter(
            path, self._table.schema, compression="zstd", compression_level=1, use_dictionary=self._dictionaries
        )
        self._done.append(path)
        self._rows.append(0)

    def write(self, batch: pa.RecordBatch) -> None:
        if batch.num_rows == 0:
            return
        if self._rows[-1] >= PART_ROWS:
            self._close()
            self._open()
        assert self._writer is not None
        self._writer.write_batch(batch, row_group_size=ROW_GROUP_ROWS)
        self._rows[-1] += batch.num_rows

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def finish(self) -> list[Manifest]:
        self._close()
        return [
            {
                "path": path.relative_to(self._root).as_posix(),
                "rows": rows,
                "size": path.stat().st_size,
                "sha256": file_sha256(path),
            }
            for path, rows in zip(self._done, self._rows, strict=True)
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
