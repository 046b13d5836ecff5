"""Stand-in for the store, to be replaced: only what reads the history needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from labelframe.database import literal, pattern
from labelframe.errors import SnapshotError
from labelframe.parquet import is_snapshot, part_paths, read_manifest
from labelframe.schema import TABLES


@dataclass(frozen=True)
class Dated:
    """A snapshot of a store."""

    name: str
    path: Path
    taken_at: datetime


def snapshots(store: Path) -> list[Dated]:
    """The snapshots, oldest first."""
    found = [
        Dated(name, path, datetime.strptime(name, "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC))
        for path in sorted(Path(store).glob("snapshot=*"))
        if is_snapshot(path)
        for name in [path.name.removeprefix("snapshot=")]
    ]
    if not found:
        raise SnapshotError(
            "This is no store.",
            source=Path(store).as_posix(),
            expected="a folder with folders snapshot=...",
            remedy="Make one with: labelframe snapshot EXPORT --store STORE",
        )
    return found


def register_history(connection: duckdb.DuckDBPyConnection, store: Path) -> None:
    """Make `snapshots` and a view per table over all snapshots."""
    listed = snapshots(store)
    manifests = [read_manifest(one.path) for one in listed]
    connection.execute(
        "CREATE TABLE snapshots (snapshot VARCHAR, taken_at TIMESTAMPTZ, previous VARCHAR, "
        "label_rows BIGINT, objects BIGINT, rejects BIGINT)"
    )
    rows = [
        [
            one.name,
            one.taken_at.isoformat(),
            before.name if before else None,
            *(manifest["tables"][table]["rows"] for table in ("label_rows", "objects", "rejects")),
        ]
        for one, before, manifest in zip(listed, [None, *listed], manifests, strict=False)
    ]
    connection.executemany("INSERT INTO snapshots VALUES (?, ?, ?, ?, ?, ?)", rows)
    for table in TABLES:
        paths = [
            path
            for one, manifest in zip(listed, manifests, strict=True)
            for path in part_paths(one.path, manifest, table)
        ]
        files = ", ".join(literal(pattern(path.absolute())) for path in paths)
        connection.execute(
            f"CREATE VIEW {table} AS SELECT snapshot, * EXCLUDE (snapshot) FROM read_parquet([{files}], "
            "hive_partitioning = true, hive_types = {'snapshot': VARCHAR})"
        )


def is_store(folder: Path) -> bool:
    """Whether a folder holds snapshots."""
    return folder.is_dir() and not is_snapshot(folder) and any(folder.glob("snapshot=*"))
