"""Check that a snapshot is what was written, and that its tables hold together.

In: a snapshot's folder, or a store's. Out: findings, none where all is well. What tables must hold to is asked by the
SQL files of `sql/verify/`; keys and columns without nulls come from `schema.py`. It knows no JSON exports, judges no
labels and repairs nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from labelframe import store
from labelframe.database import connect, identifier, literal, register_files
from labelframe.errors import SnapshotError, printable
from labelframe.parquet import Manifest, file_sha256, is_snapshot, read_manifest
from labelframe.queries import sql_folder
from labelframe.schema import TABLES, Table
from labelframe.stats import run_query

PathLike = str | os.PathLike[str]

UNIQUE_KEYS = ("label_rows", "data_units", "spaces", "frames", "instances")
"""Tables whose key is one row's alone. Elsewhere an export may say the same thing twice: one hash in a frame's list,
one range of an attribute, one export in a history."""


@dataclass(frozen=True)
class Finding:
    """Something wrong with a snapshot: the check that found it, the table (None where it is no one table's), and how
    many rows, keys, files or lines are concerned."""

    check: str
    table: str | None
    message: str
    count: int
    snapshot: str | None = None  # of a store: in which it was found


@dataclass(frozen=True)
class Extent:
    """How much there is to a snapshot, or to all of a store."""

    parts: int
    bytes: int
    rows: int
    snapshots: int = 1


def verify(folder: PathLike) -> list[Finding]:
    """What is wrong with a snapshot: with its manifest and files first, then with what its tables hold.

    Every byte is read. What tables hold is asked only of those whose files are as they were written. Raises
    SnapshotError where the manifest cannot be read, QueryError where DuckDB cannot answer (it has no room, say).
    """
    manifest = read_manifest(folder)
    root = Path(folder).resolve()
    findings = list(_check_manifest(manifest))
    sound: dict[str, list[Path]] = {}
    for name, table in TABLES.items():
        described = manifest["tables"][name]
        of_files, rows = _check_files(root, table, described["parts"])
        findings += of_files
        if rows is not None:
            sound[name] = [root / part["path"] for part in described["parts"]]
            if rows != described["rows"]:
                message = f"the manifest tells of {described['rows']:,} rows, its files hold {rows:,}"
                findings.append(Finding("table_rows", name, message, abs(rows - described["rows"])))
    findings += _check_contents(sound)
    return findings


def verify_store(folder: PathLike) -> list[Finding]:
    """What is wrong with the snapshots of a store, one after another. Raises SnapshotError where there is no store."""
    findings = []
    for one in store.snapshots(folder):
        try:
            of_one = verify(one.path)
        except SnapshotError as error:
            of_one = [Finding("manifest", None, printable(error.message), 1)]
        findings += [replace(finding, snapshot=one.name) for finding in of_one]
    # A reader of Parquet takes its files for a snapshot.
    message = "its manifest is gone: put it back, or remove the folder"
    findings += [Finding("manifest", None, message, 1, one.name) for one in store.incomplete(Path(folder))]
    return findings


def leftover_note(folder: PathLike) -> str | None:
    """What to know of work on a store that is not finished; None where there is none."""
    left = Path(folder) / store.WORK
    if not left.exists():
        return None
    return f"{left.as_posix()} is of a run that goes on, or that was killed: the next snapshot or prune removes it"


def extent(folder: PathLike) -> Extent:
    """How much there is to a snapshot, or to all of a store, as the manifests tell: what `verify` has read where it
    found nothing."""
    path = Path(folder)
    folders = [path] if is_snapshot(path) else [one.path for one in store.snapshots(path)]
    tables = [read_manifest(each)["tables"][name] for each in folders for name in TABLES]
    parts = [part for table in tables for part in table["parts"]]
    size, rows = sum(part.get("size", 0) for part in parts), sum(table["rows"] for table in tables)
    return Extent(len(parts), size, rows, len(folders))


def _check_manifest(manifest: Manifest) -> Iterator[Finding]:
    told, rows = manifest.get("rejects"), manifest["tables"]["rejects"]["rows"]
    if told != rows:
        message = f"the manifest tells of {printable(told)} rejects, its table has {rows:,} rows"
        yield Finding("rejects_count", "rejects", message, 1)
    account = manifest.get("account", [])
    if not isinstance(account, list):
        yield Finding("account", None, "the manifest's account is no list", 1)
        return
    odd = [place for place, line in enumerate(account) if not _adds_up(line)]
    if odd:
        message = f"the manifest's account does not add up: found is not written + rejected, first in line {odd[0]}"
        yield Finding("account", None, message, len(odd))


def _adds_up(line: object) -> bool:
    if not isinstance(line, dict):
        return False
    found, written, rejected = (line.get(name) for name in ("found", "written", "rejected"))
    if isinstance(found, int) and isinstance(written, int) and isinstance(rejected, int):
        return found == written + rejected
    return False


def _check_files(root: Path, table: Table, parts: list[Manifest]) -> tuple[list[Finding], int | None]:
    """What is wrong with a table's files, and its rows: None where not all of its files are as they were written."""
    findings: list[Finding] = []
    rows: int | None = 0
    if not parts:
        findings.append(Finding("part_missing", table.name, "the manifest tells of no part", 1))
        rows = None
    for part in parts:
        of_part, rows_of_part = _check_part(root, table, part)
        findings += of_part
        rows = None if rows is None or rows_of_part is None else rows + rows_of_part
    strangers = _strangers(root, table.name, {part["path"] for part in parts})
    if strangers:
        message = f"files that are no part of the snapshot, first {printable(strangers[0])}"
        findings.append(Finding("stranger", table.name, message, len(strangers)))
    return findings, rows


def _check_part(root: Path, table: Table, part: Manifest) -> tuple[list[Finding], int | None]:
    """What is wrong with a part, and its rows: None where it is not as it was written."""

    def found(check: str, message: str, count: int = 1) -> list[Finding]:
        return [Finding(check, table.name, f"{printable(part['path'])}: {message}", count)]

    place = PurePosixPath(part["path"])
    if place.is_absolute() or ".." in place.parts or place.parts[:1] != (table.name,):
        return found("part_place", f"a part of {table.name} lies in its folder"), None
    path = root / place
    if not path.is_file():
        return found("part_missing", "it is gone"), None
    try:
        size = path.stat().st_size
        if size != part.get("size"):
            return found("part_size", f"it has {size:,} bytes, expected {printable(part.get('size'))}"), None
        if file_sha256(path) != part.get("sha256"):
            return found("part_checksum", "its bytes are others than were written (SHA-256)"), None
        with pq.ParquetFile(path) as file:
            differences = _differences(file.schema_arrow, table.schema)
            if differences:
                return found("part_schema", "; ".join(differences), len(differences)), None
            # Read, not just opened: a page that cannot be unpacked is found nowhere else.
            rows = sum(file.read_row_group(group).num_rows for group in range(file.num_row_groups))
    except (OSError, pa.ArrowException) as error:
        return found("part_unreadable", f"it cannot be read: {printable(error)}"), None
    if rows != part.get("rows"):
        return found("part_rows", f"it has {rows:,} rows, expected {printable(part.get('rows'))}"), rows
    return [], rows


def _differences(found: pa.Schema, expected: pa.Schema) -> list[str]:
    """Where the columns of a file are not the table's. Whether a column may hold nulls is no matter: that it holds none
    is checked of what it holds."""
    types = dict(zip(found.names, found.types, strict=True))
    differences = [f"column {field.name} is missing" for field in expected if field.name not in types]
    differences += [
        f"column {field.name} is {types[field.name]}, expected {field.type}"
        for field in expected
        if types.get(field.name, field.type) != field.type
    ]
    differences += [f"column {printable(name)} is not the table's" for name in types if name not in expected.names]
    if not differences and found.names != expected.names:
        differences.append("the columns are in another order")
    return differences


def _strangers(root: Path, table: str, own: set[str]) -> list[str]:
    """Files in a table's folder that are no part: who reads the whole folder would read them too."""
    files = (path for path in sorted((root / table).rglob("*")) if not path.is_dir() and path.name != ".DS_Store")
    return [name for name in (path.relative_to(root).as_posix() for path in files) if name not in own]


def _check_contents(sound: dict[str, list[Path]]) -> Iterator[Finding]:
    """What does not hold in tables, by their files. A question that needs a table without sound files is not asked."""
    not_asked: dict[str, None] = {}
    with connect() as connection:
        for name, paths in sound.items():
            register_files(connection, name, paths)
        for check, sql in _questions():
            if not _tables_of(sql) <= sound.keys():
                not_asked[check] = None
                continue
            for row in run_query(connection, sql).to_pylist():
                first = "" if row["first_row_id"] is None else f", first in label row {row['first_row_id']}"
                yield Finding(check, row["table_name"], row["message"] + first, row["n"])
    if not_asked:
        damaged = ", ".join(name for name in TABLES if name not in sound)
        message = f"not asked, or not of every table, for the files of {damaged} are not sound: {', '.join(not_asked)}"
        yield Finding("not_asked", None, message, len(not_asked))


def _questions() -> Iterator[tuple[str, str]]:
    """(check, SQL) of all that tables must hold to; the answer's columns are table_name, message, n, first_row_id."""
    for table in TABLES.values():
        yield "null_in_column", _sql_of_nulls(table)
    for name in UNIQUE_KEYS:
        yield "key_repeated", _sql_of_key(TABLES[name])
    for path in sorted((sql_folder() / "verify").glob("*.sql")):
        yield path.stem, path.read_text("utf-8")


def _sql_of_nulls(table: Table) -> str:
    """Which columns that hold no null hold some?"""
    first = "min(row_id)" if any(column.name == "row_id" for column in table.columns) else "null::bigint"
    return "\nUNION ALL\n".join(
        f"SELECT {literal(table.name)} AS table_name, {literal(f'{column.name} is null')} AS message, count(*) AS n, "
        f"{first} AS first_row_id FROM {table.name} WHERE {identifier(column.name)} IS NULL HAVING count(*) > 0"
        for column in table.columns
        if not column.nullable
    )


def _sql_of_key(table: Table) -> str:
    """Which keys are not one row's alone?"""
    key = ", ".join(table.key)
    return (
        f"SELECT {literal(table.name)} AS table_name, {literal(f'{key} stand in more than one row')} AS message, "
        f"count(*) AS n, min(row_id) AS first_row_id "
        f"FROM (SELECT row_id FROM {table.name} GROUP BY {key} HAVING count(*) > 1) HAVING count(*) > 0"
    )


def _tables_of(sql: str) -> set[str]:
    """The tables that a question reads.

    >>> sorted(_tables_of("with a as (select 1 from objects) select 1 from a join frames using (row_id)"))
    ['frames', 'objects']
    """
    return set(re.findall(r"\b(?:from|join) (\w+)", sql, re.IGNORECASE)) & TABLES.keys()
