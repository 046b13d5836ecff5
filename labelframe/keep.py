"""Keep a store: take a snapshot into it, remove old ones.

In: what writes the tables of a snapshot, or rules of what to keep. Out: a new folder `STORE/snapshot=<time>`, or fewer;
each appears and disappears in one step. `STORE/labels.duckdb` is written anew after it. It knows no JSON exports.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import orjson

from labelframe import content
from labelframe.database import connect, register_files
from labelframe.errors import Found, LabelframeError, SnapshotError, printable
from labelframe.flattening.cold import EXPORT_KEYS, LINK_KEYS
from labelframe.parquet import Manifest, SnapshotWriter, is_snapshot, part_paths, read_manifest, unseen
from labelframe.queries import sql_folder
from labelframe.store import (
    AsOf,
    Dated,
    PathLike,
    database_note,
    hold,
    is_store,
    local,
    moment,
    snapshots,
    sound,
    unwritable,
    write_held_database,
)
from labelframe.workplace import Held, Slot, remove, sync_folder

COMPARED = ("label_rows", "rejects", "ontology_classes", "ontology_attributes", "ontology_options")
"""The tables in which a snapshot differs from the one before it, where anything has changed."""


@dataclass(frozen=True)
class Changes:
    """How a snapshot differs from the one before it: label rows added, removed and changed, and how many rows of
    rejects and of the ontology's tables only one of the two has."""

    added: int
    removed: int
    changed: int
    rejects: int
    ontology: int

    @property
    def are_none(self) -> bool:
        """Whether the two hold the same labels."""
        return not any(vars(self).values())


@dataclass(frozen=True)
class Taken:
    """What came of taking a snapshot. `snapshot` is None where nothing had changed since `previous`; `changes` is None
    where there was nothing to compare with. `notes` tell what went wrong beside it."""

    store: Path
    snapshot: Dated | None
    previous: Dated | None
    changes: Changes | None
    rows: Mapping[str, int]
    notes: tuple[str, ...] = ()


def take(
    store: PathLike, write: Callable[[SnapshotWriter], Manifest], at: AsOf | None = None, always: bool = False
) -> Taken:
    """Take a snapshot into a store, unless it holds the labels of the one before it.

    Args:
        store: the folder; made where it is not there.
        write: writes the tables, and gives what the manifest says of the run.
        at: the time it is filed under; now where left out.
        always: also where nothing has changed.

    Links, hashes and times of an export differ each time: compared are label rows by their `content_hash`, rejects by
    reason, place and what they say without these, and the ontology. The store's database is written anew where it is
    not current. Raises SnapshotError for a time that is taken, for a store that cannot be written, and while another
    run writes to it.
    """
    time = None if at is None else moment(at).replace(microsecond=0)
    with _held(store) as (folder, work):
        there = snapshots(folder)
        new = _new(folder, time)
        previous = max(
            (one for one in there if one.taken_at < new.taken_at), key=lambda one: one.taken_at, default=None
        )
        with SnapshotWriter(new.path, workplace=Slot(work, new.path)) as writer:
            manifest = writer.finish(write(writer))
            changes, notes = _compare(previous, writer)
            is_new = always or changes is None or not changes.are_none
            if is_new:
                writer.move_in()
        # Not current where a run was killed before it had written the database, or a snapshot was damaged since.
        if is_new or database_note(folder) is not None:
            these = sorted({*there, *([new] if is_new else [])}, key=lambda one: one.taken_at)
            notes += _registered(folder, work, these)
        else:
            notes += sound(there)[1]
    rows = {name: table["rows"] for name, table in manifest["tables"].items()}
    return Taken(folder, new if is_new else None, previous, changes, rows, notes)


@contextmanager
def _held(store: PathLike) -> Iterator[tuple[Path, Held]]:
    """The store, while no other run writes to it; what a killed run left there is gone."""
    folder = local(store)
    _check_place(folder)
    work = hold(folder)
    try:
        try:
            work.enter()
            work.empty()
        except OSError as error:
            raise unwritable(folder, error) from None
        yield folder, work
    finally:
        work.leave()


def _check_place(folder: Path) -> None:
    """Raises SnapshotError where something else is in the store's place: its files could be ours by name."""
    if is_store(folder) or not folder.exists():
        return
    try:
        others = [path.name for path in sorted(folder.iterdir()) if path.name[0] != "." and path.name != "lost+found"]
    except OSError:  # it is no folder
        others = None
    if others == []:
        return
    found = "a snapshot" if is_snapshot(folder) else "a file" if others is None else printable(", ".join(others[:5]))
    raise SnapshotError(
        "What is in this place is no store.",
        source=folder.as_posix(),
        expected="a store, an empty folder or nothing",
        found=Found(found),
        remedy="Name another folder.",
    )


def _new(store: Path, time: datetime | None) -> Dated:
    """The snapshot to make. Now is the next second that is free; a time that was asked for must be."""
    new = Dated(store, time or datetime.now(UTC).replace(microsecond=0))
    while new.path.exists():
        if time is not None:
            raise SnapshotError(
                f"There is a snapshot of {new.name} already.",
                source=store.as_posix(),
                remedy="Name another time, or remove that one yourself.",
            )
        new = Dated(store, new.taken_at + timedelta(seconds=1))
    return new


def _compare(previous: Dated | None, writer: SnapshotWriter) -> tuple[Changes | None, tuple[str, ...]]:
    """How what was written differs from the snapshot before it; None, and why, where that cannot be told."""
    if previous is None:
        return None, ()
    query = sql_folder() / "store" / "changes.sql"
    try:
        manifest = read_manifest(previous.path)
        with connect() as connection:
            connection.create_function("said_of", said_of, ["VARCHAR", "VARCHAR"], "VARCHAR")
            connection.execute("CREATE SCHEMA old_snapshot; CREATE SCHEMA new_snapshot")
            for name in COMPARED:
                register_files(connection, f"old_snapshot.{name}", part_paths(previous.path, manifest, name))
                register_files(connection, f"new_snapshot.{name}", writer.finished(name))
            (counts,) = connection.sql(query.read_text("utf-8")).fetchall()
        return Changes(*counts), ()
    except (LabelframeError, duckdb.Error) as error:
        told = printable(str(error).partition("\n")[0])
        return None, (f"{previous.name} cannot be compared with: {told}; see labelframe verify",)


def said_of(json_path: str, raw: str) -> str:
    """What a rejected part says without what changes from export to export, nothing where it is no JSON.

    >>> said_of("$", '{"label_hash": "a", "exported_at": "May"}') == said_of("$", '{"label_hash":"a"}')
    True
    """
    key = re.search(r"\.(\w+)(?:\[\d+\])*$", json_path)  # a part may be what stands at such a key
    try:
        part = orjson.loads(raw)
        return content.shown(content.sums(_lasting({key[1]: part} if key else part)))
    except (orjson.JSONDecodeError, RecursionError):
        return ""


def _lasting(value: object) -> object:
    """A JSON value without hashes and times of its export, and without the queries of its links."""
    if isinstance(value, list):
        return [_lasting(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _unsigned(part) if key in LINK_KEYS else _lasting(part)
        for key, part in value.items()
        if key not in EXPORT_KEYS
    }


def _unsigned(link: object) -> object:
    if isinstance(link, list):
        return [_unsigned(each) for each in link]
    return link.partition("?")[0] if isinstance(link, str) else _lasting(link)


def _registered(store: Path, work: Held, these: Sequence[Dated]) -> tuple[str, ...]:
    """Write the store's database over those of these snapshots that are well; what went wrong, as notes."""
    well, notes = sound(these)
    try:
        write_held_database(store, work, [one.name for one in well])
    except (LabelframeError, OSError, duckdb.Error) as error:
        told = (error.message if isinstance(error, LabelframeError) else None) or str(error).partition("\n")[0]
        unharmed = "" if notes else " The snapshots are well; afterwards:"
        remedy = f"{unharmed} labelframe register {store.as_posix()}" if well else ""
        notes += (f"{printable(told)}{remedy}",)
    return notes


@dataclass(frozen=True)
class Rules:
    """What is kept: the last `last`; the latest of each of the last `daily` days, `weekly` weeks (from Monday) and
    `monthly` months that have one, in UTC. With `older_than` only what was taken before that time goes, of what no
    other rule keeps. The latest is always kept."""

    last: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    older_than: datetime | None = None

    def kept(self, times: Sequence[datetime]) -> set[datetime]:
        """Of the times of all snapshots those that are kept."""
        newest = sorted(times, reverse=True)
        kept = set(newest[: max(self.last, 1)])
        for count, period in (
            (self.daily, lambda time: time.date()),
            (self.weekly, lambda time: time.isocalendar()[:2]),
            (self.monthly, lambda time: (time.year, time.month)),
        ):
            latest = {period(time): time for time in reversed(newest)}  # of one period the last one stays
            kept |= set(sorted(latest.values(), reverse=True)[:count])
        if self.older_than is not None:
            kept |= {time for time in times if time >= self.older_than}
        return kept


def ago(age: str, now: datetime) -> datetime:
    """The time that lies an age before now: 90d, 12w, 6m (months) or 2y. Raises LabelframeError where it is no age.

    >>> ago("1m", datetime(2026, 3, 31)).date().isoformat()
    '2026-02-28'
    """
    found = re.fullmatch(r"(\d{1,6})\s*([dwmy])", age.strip())
    try:
        if found is None:
            raise ValueError
        number, unit = int(found[1]), found[2]
        if unit in "dw":
            return now - timedelta(days=number * (7 if unit == "w" else 1))
        months = now.year * 12 + now.month - 1 - number * (12 if unit == "y" else 1)
        year, month = months // 12, months % 12 + 1
        return now.replace(year=year, month=month, day=min(now.day, calendar.monthrange(year, month)[1]))
    except (ValueError, OverflowError):
        raise LabelframeError(
            f"This is no age: {printable(age)}.", remedy="Write it so: 90d, 12w, 6m (months) or 2y."
        ) from None


@dataclass(frozen=True)
class Pruned:
    """What went of a store (of a dry run: what would go), what stays, and what went wrong beside it."""

    gone: list[Dated]
    kept: list[Dated]
    notes: tuple[str, ...] = ()


def prune(store: PathLike, rules: Rules, dry_run: bool = False) -> Pruned:
    """Remove the snapshots that no rule keeps. Each vanishes in one step, before its files are deleted.

    Raises SnapshotError where there is no store, or it cannot be written.
    """
    if dry_run:
        return _chosen(local(store), rules)
    snapshots(store)  # there is a store
    with _held(store) as (folder, work):
        pruned = _chosen(folder, rules)
        notes = pruned.notes
        if pruned.gone:
            # First: what goes must not be missed by who reads the database.
            notes = _registered(folder, work, pruned.kept)  # which tells of damaged ones too
        for one in pruned.gone:
            away = work.root / one.path.name
            try:
                one.path.rename(away)
                unseen(away)
            except OSError as error:
                raise unwritable(folder, error) from None
            sync_folder(folder)
            remove(away)
            if away.exists():
                notes += (f"not all of it can be removed: {away.as_posix()}",)
    return Pruned(pruned.gone, pruned.kept, notes)


def _chosen(store: Path, rules: Rules) -> Pruned:
    """What goes and what stays. A damaged snapshot stays, and counts for no rule: it may be mended, and nothing that is
    well goes on its account."""
    there = snapshots(store)
    well, notes = sound(there)
    kept = rules.kept([one.taken_at for one in well])
    gone = [one for one in well if one.taken_at not in kept]
    return Pruned(gone, [one for one in there if one not in gone], notes)
