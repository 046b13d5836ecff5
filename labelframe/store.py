"""Know a store: dated snapshots beside each other in one folder, `STORE/snapshot=2026-11-24T020000Z/<table>/...`.

In: a store's folder. Out: which snapshots there are, which of them is meant, and a DuckDB connection or `labels.duckdb`
with the tables of them all. It makes no snapshot and removes none: that does `keep`.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from labelframe.database import (
    How,
    comment_tables,
    identifier,
    literal,
    pattern,
    register_snapshot,
    unreadable,
    write_views,
)
from labelframe.errors import Found, LabelframeError, SnapshotError, printable, unknown_name
from labelframe.parquet import Manifest, is_snapshot, part_paths, read_manifest
from labelframe.schema import DATABASE, TABLES, TIME, Table
from labelframe.workplace import Held

PREFIX = "snapshot="  # Hive style: any reader of Parquet makes a column `snapshot` of it
WORK = ".labelframe"  # the folder of a store where one run at a time works
PARQUET = b"PAR1"  # how its files end
TIMES = "2026-11-24, 2026-11-24T02:00, 2026-11-24T02:00:00+01:00; UTC where it names no zone"

AsOf = str | date  # a datetime is a date too
PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class Dated:
    """A snapshot of a store: where it lies, and when it was taken (UTC, to the second)."""

    store: Path
    taken_at: datetime

    @property
    def name(self) -> str:
        """What the column `snapshot` says; names rise with time.

        >>> Dated(Path("store"), datetime(2026, 11, 24, 2, tzinfo=UTC)).name
        '2026-11-24T020000Z'
        """
        return f"{self.taken_at.replace(tzinfo=None).isoformat(timespec='seconds').replace(':', '')}Z"

    @property
    def path(self) -> Path:
        """Its folder."""
        return self.store / f"{PREFIX}{self.name}"


def dated(folder: Path) -> Dated | None:
    """The snapshot of a store that a folder is, as its name tells; None where it tells of none."""
    found = re.fullmatch(rf"{PREFIX}(\d{{4}}-\d\d-\d\dT\d{{6}})Z", folder.name)
    if found is None:
        return None
    try:
        return Dated(folder.parent, datetime.fromisoformat(found[1]).replace(tzinfo=UTC))
    except ValueError:  # as 2026-02-31
        return None


def _folders(store: Path) -> list[Dated]:
    """The snapshots of a store by their names, oldest first, whether they are complete or not."""
    try:
        found = [dated(store / entry.name) for entry in os.scandir(store) if entry.name.startswith(PREFIX)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise SnapshotError(
            f"The folder cannot be read: {error.strerror or error}.",
            source=store.as_posix(),
            remedy="Check that you may read it.",
        ) from None
    return sorted(filter(None, found), key=lambda one: one.taken_at)


def is_store(folder: Path) -> bool:
    """Whether a folder is a store: snapshots are in it, or are being made."""
    return bool(_folders(folder)) or os.access(folder / WORK, os.F_OK)


def snapshots(store: PathLike) -> list[Dated]:
    """The complete snapshots of a store, oldest first. Raises SnapshotError where there is no store."""
    folder = local(store)
    if not is_store(folder):
        there = "a snapshot" if is_snapshot(folder) else "a folder without" if folder.is_dir() else None
        raise SnapshotError(
            "This is no store.",
            source=folder.as_posix(),
            expected=f"a folder with snapshots, {PREFIX}<time>",
            found=Found(there or ("a file" if folder.exists() else "nothing")),
            remedy="Make one with: labelframe snapshot EXPORT --store STORE",
        )
    return [one for one in _folders(folder) if is_snapshot(one.path)]


def incomplete(store: Path) -> list[Dated]:
    """What bears the name of a snapshot and is none: its manifest is not there."""
    return [one for one in _folders(store) if not is_snapshot(one.path)]


def local(store: PathLike) -> Path:
    """The folder of a store. Raises SnapshotError for an address on the network."""
    if re.match(r"[A-Za-z][\w+.-]+://", os.fspath(store)):
        raise SnapshotError(
            "A store is a local folder.",
            source=os.fspath(store),
            remedy="Keep it on a disk, and copy its folders to the object store from there.",
        )
    return Path(store)


def resolve(folder: PathLike, as_of: AsOf | None = None) -> Path:
    """The folder of the snapshot that is meant: a snapshot is itself; of a store it is the latest, with `as_of` the
    latest taken by then (on a day without a time: by its end, UTC). What is neither is given back as it is.

    Raises SnapshotError for a store without such a snapshot, and for a time that is none.
    """
    path = local(folder)
    if is_snapshot(path) or not is_store(path):
        if as_of is not None:
            raise SnapshotError(
                "Only of a store one can tell which snapshot is meant.",
                source=path.as_posix(),
                expected=f"a folder with snapshots, {PREFIX}<time>",
                found=Found("a snapshot" if is_snapshot(path) else "no snapshots"),
                remedy="Name the store, or leave the time out.",
            )
        return path
    there = some(path)
    if as_of is None:
        return there[-1].path
    end = last_moment(as_of)
    early = [one for one in there if one.taken_at <= end]
    if not early:
        raise SnapshotError(
            f"There is no snapshot as early as {printable(as_of)}.",
            source=path.as_posix(),
            remedy=f"The first is {there[0].name}.",
        )
    return early[-1].path


def some(store: Path) -> list[Dated]:
    """The snapshots of a store. Raises SnapshotError where there are none."""
    there = snapshots(store)
    if not there:
        raise SnapshotError(
            "The store has no complete snapshot.",
            source=store.as_posix(),
            remedy="Make one with: labelframe snapshot EXPORT --store STORE",
        )
    return there


def moment(when: AsOf) -> datetime:
    """A time in UTC; of a day, its first moment. Raises LabelframeError where it is no time."""
    try:
        if isinstance(when, str):
            when = datetime.fromisoformat(when.strip())
        elif not isinstance(when, datetime):
            when = datetime(when.year, when.month, when.day)
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        raise LabelframeError(
            f"This is no time: {printable(when)}.", expected="a day or a time", remedy=f"Write it so: {TIMES}."
        ) from None


def last_moment(when: AsOf) -> datetime:
    """The last moment that a time or a day stands for.

    >>> last_moment("2026-11-24").isoformat()
    '2026-11-24T23:59:59.999999+00:00'
    """
    start = moment(when)
    return datetime.combine(start, datetime.max.time(), UTC) if _is_day(when) else start


def _is_day(when: AsOf) -> bool:
    """Whether a time that can be read is a day."""
    if not isinstance(when, str):
        return not isinstance(when, datetime)
    try:
        date.fromisoformat(when.strip())
    except ValueError:
        return False
    return True


LISTING = pa.schema(
    [
        pa.field("snapshot", pa.string(), metadata={"doc": "Name of the snapshot: when it was taken."}),
        pa.field("taken_at", TIME, metadata={"doc": "When it was taken."}),
        pa.field("previous", pa.string(), metadata={"doc": "The snapshot before it; null of the first."}),
        *(
            pa.field(name, pa.int64(), metadata={"doc": f"Rows of {name}."})
            for name in ("label_rows", "objects", "classifications", "rejects")
        ),
        pa.field("bytes", pa.int64(), metadata={"doc": "Size of its Parquet files."}),
        pa.field("labelframe_version", pa.string(), metadata={"doc": "The labelframe that took it."}),
    ]
)
"""The columns of the table `snapshots`."""


def sound(these: Sequence[Dated]) -> tuple[dict[Dated, Manifest], tuple[str, ...]]:
    """The snapshots that can be read, with their manifests, and a note on each that is damaged. That their files are
    there and whole is seen by how they end: to read them all is for `verify`."""
    manifests, notes = {}, []
    for one in these:
        try:
            manifests[one] = _sound_manifest(one)
        except SnapshotError as error:
            see = f"See labelframe verify {one.store.as_posix()}"
            notes.append(f"{one.name} is damaged, and left out: {printable(error.message)} {see}")
    if these and manifests and these[-1] not in manifests:
        notes.append(f"the latest that is well is {max(one.name for one in manifests)}")
    return manifests, tuple(notes)


def check_sound(folder: Path) -> None:
    """Raises SnapshotError, which names it, where a snapshot of a store is damaged."""
    one = dated(folder)
    if one is None:
        return
    try:
        _sound_manifest(one)
    except SnapshotError as error:
        raise SnapshotError(
            f"The snapshot {one.name} is damaged: {error.message}",
            source=one.store.as_posix(),
            expected=error.expected,
            found=None if error.found is None else Found(error.found),
            remedy="See labelframe verify STORE; an older one is opened with as_of (--as-of TIME).",
        ) from None


def _sound_manifest(one: Dated) -> Manifest:
    """The manifest of a snapshot. Raises SnapshotError where it cannot be read, or a file is gone or cut off."""
    manifest = read_manifest(one.path)
    for path in (path for table in TABLES for path in part_paths(one.path, manifest, table)):
        try:
            with path.open("rb") as file:
                file.seek(-len(PARQUET), os.SEEK_END)
                is_whole = file.read() == PARQUET
        except OSError:  # shorter than its end, or unreadable
            is_whole = False
        if not is_whole:
            raise SnapshotError(f"{path.relative_to(one.path).as_posix()} is no whole file of Parquet.")
    return manifest


def listing(these: Sequence[Dated]) -> tuple[pa.Table, tuple[str, ...]]:
    """One row for each snapshot, as their manifests tell; those that are damaged are left out, with a note on each."""
    manifests, notes = sound(these)
    return _listing(manifests), notes


def _listing(manifests: Mapping[Dated, Manifest]) -> pa.Table:
    rows = []
    previous = None
    for one, manifest in manifests.items():
        tables = manifest["tables"]
        parts = [part for name in TABLES for part in tables[name]["parts"]]
        told = {
            "snapshot": one.name,
            "taken_at": one.taken_at,
            "previous": previous,
            "bytes": sum(part.get("size", 0) for part in parts),
            "labelframe_version": manifest.get("labelframe_version"),
        }
        rows.append({**{name: tables[name]["rows"] for name in TABLES}, **told})
        previous = one.name
    return pa.Table.from_pylist(rows, LISTING)


def register_history(
    connection: duckdb.DuckDBPyConnection, store: PathLike, names: Collection[str] | None = None
) -> None:
    """Make a view of each table over all snapshots of a store, or over those of these names, with a first column
    `snapshot`; and the table `snapshots`, which lists them.

    row_id is unique within a snapshot: a key begins with `snapshot`. What is asked of one snapshot reads its files
    only. Raises SnapshotError where there is no snapshot, UnknownNameError for a name that there is not.
    """
    there = {one.name: one for one in some(local(store).resolve())}
    for name in names or ():
        if name not in there:
            raise unknown_name("snapshot", name, list(there))
    chosen = [one for name, one in there.items() if names is None or name in names]
    manifests = {one: read_manifest(one.path) for one in chosen}
    connection.from_arrow(_listing(manifests)).create("snapshots")
    for table in TABLES.values():
        files = [path for one, manifest in manifests.items() for path in part_paths(one.path, manifest, table.name)]
        try:
            connection.execute(f"CREATE VIEW {table.name} AS {_over_all(chosen[0], table, files)}")
        except duckdb.Error as error:
            raise unreadable(files[0].parent, error) from None


def _over_all(first: Dated, table: Table, files: Iterable[Path]) -> str:
    """The rows of many snapshots' files, with the snapshot that a file's folder names."""
    listed = ", ".join(literal(pattern(path)) for path in files)
    columns = ", ".join(identifier(column.name) for column in table.columns)
    if "=" not in first.store.as_posix():
        options = "hive_partitioning = true, hive_types = {'snapshot': VARCHAR}"
        return f"SELECT snapshot, {columns} FROM read_parquet([{listed}], {options})"
    # A folder above the store would become a column too, or hide one of ours. The way above is the better one: there
    # DuckDB leaves files out also by what a subquery or a join tells.
    place = len(f"{first.store.as_posix().rstrip('/')}/{PREFIX}") + 1
    options = "hive_partitioning = false, filename = true"
    snapshot = f"substr(filename, {place}, {len(first.name)}) AS snapshot"
    return f"SELECT {snapshot}, {columns} FROM read_parquet([{listed}], {options})"


def write_store_database(store: PathLike) -> tuple[Path, tuple[str, ...]]:
    """Write `STORE/labels.duckdb`: every table over all snapshots, and the latest, with every view, in the schema
    `latest`. Those that are damaged are left out, with a note on each.

    Raises SnapshotError where it cannot be written, no snapshot is well, or another run is writing to the store.
    """
    folder = local(store)
    work = hold(folder)
    try:
        work.enter()
    except OSError as error:
        raise unwritable(folder, error) from None
    try:
        well, notes = sound(some(folder))
        return write_held_database(folder, work, [one.name for one in well]), notes
    finally:
        work.leave()


def write_held_database(store: Path, work: Held, names: Sequence[str]) -> Path:
    """As `write_store_database`, over these snapshots of a store that is held."""
    if not names:
        raise SnapshotError(
            "No snapshot of the store is well.",
            source=store.as_posix(),
            remedy="See what is wrong with: labelframe verify STORE",
        )
    return write_views(store, partial(_register_store, store=store, names=names), work.root)


def _register_store(connection: duckdb.DuckDBPyConnection, store: Path, names: Sequence[str]) -> None:
    register_history(connection, store, names)
    comment_tables(connection)
    for name in TABLES:
        connection.execute(f"COMMENT ON COLUMN {name}.snapshot IS 'The snapshot: a key begins with it.'")
    connection.execute("COMMENT ON TABLE snapshots IS 'One row per snapshot of the store.'")
    for field in LISTING:
        doc = literal(field.metadata[b"doc"].decode())
        connection.execute(f"COMMENT ON COLUMN snapshots.{identifier(field.name)} IS {doc}")
    connection.execute("CREATE SCHEMA latest")
    connection.execute("SET schema = 'labels.latest'")
    register_snapshot(connection, store / f"{PREFIX}{max(names)}", How(schema="latest"))


def database_note(folder: PathLike) -> str | None:
    """What to do about `labels.duckdb`, None where it shows this snapshot, or this store. It can be made anew: this is
    no finding. A snapshot of a store needs none."""
    root = Path(folder).resolve()
    path = root / DATABASE
    if not path.is_file():
        return None if dated(root) else f"{DATABASE} is missing: write it with labelframe register DIR"
    try:
        with TemporaryDirectory(prefix="labelframe-") as scratch:
            # A copy: DuckDB finds no database below a folder with a question mark in its name.
            copy = Path(scratch) / DATABASE
            shutil.copyfile(path, copy)
            with duckdb.connect(str(copy), read_only=True) as connection:
                rows = connection.execute("SELECT schema_name, view_name, sql FROM duckdb_views()").fetchall()
    except (OSError, duckdb.Error):
        return f"{DATABASE} cannot be opened: write it anew with labelframe register DIR"
    views = {(schema, name): set(re.findall(r"'((?:[^']|'')+\.parquet)'", sql)) for schema, name, sql in rows}
    try:
        read = _read_by_views(root)
    except SnapshotError:  # that a manifest is damaged is a finding
        return None
    for view, paths in read.items():
        if views.get(view) != {literal(pattern(path))[1:-1] for path in paths}:
            return f"{DATABASE} points elsewhere: run labelframe register DIR"
    return None


def _read_by_views(root: Path) -> dict[tuple[str, str], list[Path]]:
    """The files that views of `labels.duckdb` must read: those of a store are all written at once, so one tells."""

    def parts(folder: Path, manifest: Manifest, name: str) -> list[Path]:
        return [folder / part["path"] for part in manifest["tables"][name]["parts"]]

    if is_snapshot(root):
        manifest = read_manifest(root)
        return {("main", name): parts(root, manifest, name) for name in TABLES}
    of_each = [parts(one.path, manifest, "label_rows") for one, manifest in sound(snapshots(root))[0].items()]
    return {("main", "label_rows"): [*chain(*of_each)], ("latest", "label_rows"): [*chain(*of_each[-1:])]}


def hold(store: Path) -> Held:
    """The folder where one run at a time works on a store. It is in the store, since one may not be able to write
    beside it; what is in it bears names that no pattern for a table's files finds."""
    return Held(store.resolve() / WORK, store)


def unwritable(store: Path, error: OSError) -> SnapshotError:
    """The error of a store that cannot be written."""
    return SnapshotError(
        f"The store cannot be written: {error.strerror or error}.",
        source=store.as_posix(),
        remedy="Make room there, or see that you may write to it.",
    )
