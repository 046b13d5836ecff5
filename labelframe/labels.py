"""Labels as people hold them in Python: flattened in memory, or opened from a snapshot.

In: exports or a snapshot. Out: `Labels`, whose tables come as pyarrow, Polars or DuckDB. Everything is done by the
rooms before this one.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from labelframe import parquet, tables
from labelframe.decode import paused_garbage_collection
from labelframe.errors import Found, SnapshotError, UnknownNameError, unknown_name
from labelframe.frame import frame
from labelframe.queries import read_folder, sql_folder
from labelframe.read import find_sources
from labelframe.schema import TABLES
from labelframe.version import __version__

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from labelframe import database
    from labelframe.diff import Diff
    from labelframe.keep import Taken
    from labelframe.store import AsOf

PathLike = str | os.PathLike[str]
PASSED_OVER = 1000  # files that the manifest names
BATCH_ROWS = 1 << 16


class Labels(Mapping[str, pa.Table]):
    """The tables of flattened exports, by name.

    Made by `flatten` (in memory) or `open` (read from Parquet when asked for). `labels["objects"]` is a pyarrow.Table.
    """

    def __init__(
        self, *, in_memory: dict[str, pa.Table] | None = None, folder: Path | None = None, run: tables.Run | None = None
    ) -> None:
        self._in_memory = in_memory
        self._folder = folder
        self._run = run
        self._manifest = parquet.read_manifest(folder) if folder is not None else None

    def __getitem__(self, name: str) -> pa.Table:
        """A table as pyarrow. Raises UnknownNameError where there is none of that name."""
        self._check(name)
        if self._in_memory is not None:
            return self._in_memory[name]
        try:
            # A folder may be called date=2024-01-01: that is no column of ours.
            return pq.read_table(self._parts(name), schema=TABLES[name].schema, partitioning=None)
        except (OSError, pa.ArrowException) as error:
            raise self._unreadable(name, error) from None

    def _unreadable(self, name: str, error: Exception) -> SnapshotError:
        return SnapshotError(
            f"The table cannot be read: {error}.",
            source=(self._root / name).as_posix(),
            remedy="Flatten the export again.",
        )

    def __contains__(self, name: object) -> bool:
        return name in TABLES

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)

    def __repr__(self) -> str:
        where = f" of {self._folder.as_posix()}" if self._folder is not None else " in memory"
        width = max(map(len, TABLES))
        lines = [f"  {name:<{width}} {rows:>12,}" for name, rows in self.row_counts().items()]
        return "\n".join([f"labels{where}: table, rows", *lines])

    @property
    def _root(self) -> Path:
        assert self._folder is not None
        return self._folder

    def _check(self, name: str) -> None:
        if name not in TABLES:
            raise unknown_name("table", name, list(TABLES))

    def _parts(self, name: str) -> list[Path]:
        assert self._manifest is not None
        return parquet.part_paths(self._root, self._manifest, name)

    @property
    def snapshot(self) -> str | None:
        """The name of the snapshot in its store, such as "2026-11-24T020000Z"; None where it is in none."""
        from labelframe import store

        one = None if self._folder is None else store.dated(self._folder.resolve())
        return None if one is None else one.name

    def history(self) -> duckdb.DuckDBPyConnection:
        """A new in-memory DuckDB connection to all snapshots of the store: each table with a first column `snapshot`,
        and the table `snapshots`, which lists them.

        row_id is unique within a snapshot: join on it and `snapshot`. Raises SnapshotError where the labels are not of
        a store.
        """
        from labelframe import database, store

        if self.snapshot is None:
            raise SnapshotError(
                "Only labels of a store have a history.",
                source=None if self._folder is None else self._folder.as_posix(),
                expected="a snapshot of a store",
                found=Found("labels in memory" if self._folder is None else "a snapshot by itself"),
                remedy="Keep snapshots in one with: labelframe snapshot EXPORT --store STORE",
            )
        connection = database.connect()
        store.register_history(connection, self._root.resolve().parent)
        return connection

    def row_counts(self) -> dict[str, int]:
        """Rows of each table."""
        if self._in_memory is not None:
            return {name: table.num_rows for name, table in self._in_memory.items()}
        assert self._manifest is not None
        return {name: self._manifest["tables"][name]["rows"] for name in TABLES}

    def polars(self, name: str) -> pl.DataFrame:
        """A table as a Polars data frame; numeric columns are not copied."""
        return frame(self[name])

    def scan(self, name: str, where: str | None = None) -> pl.LazyFrame:
        """A table as a Polars lazy frame: of a snapshot, only what a query needs is read.

        Args:
            name: the table.
            where: an SQL condition on label_rows, such as "label_hash = '9f2c'": only rows of label rows that meet it.

        A filter on a number or a time (`row_id`, `frame`, `created_at`) skips every row group whose min and max cannot
        meet it; one on a text (`name`) unpacks that column of each, and the others only where it is met. `where`
        filters by `row_id`, which rises through every table: the row groups of those label rows alone are read.
        """
        import polars as pl

        self._check(name)
        if self._in_memory is not None:
            lazy = self.polars(name).lazy()
        else:
            lazy = pl.scan_parquet(self._parts(name), glob=False, hive_partitioning=False)
        if where is None or "row_id" not in TABLES[name].schema.names:
            return lazy
        return lazy.filter(pl.col("row_id").is_in(self._rows_where(where)))

    def _rows_where(self, where: str) -> list[int]:
        """The label rows that meet a condition."""
        with self._asked(where, None) as connection:
            return [row for (row,) in connection.execute("SELECT row_id FROM chosen_rows ORDER BY row_id").fetchall()]

    def connect(self, wide: bool = True, where: str | None = None) -> duckdb.DuckDBPyConnection:
        """A new in-memory DuckDB connection with every table and view.

        With `wide` false it has no `wide_<class>`: a thousand classes take seconds. `where`: an SQL condition on
        label_rows; tables and views hold only label rows that meet it.
        """
        from labelframe import database, narrow

        connection = self._connect(database.How(wide, narrowed=where is not None))
        if where is not None:
            narrow.choose(connection, where)
        return connection

    def _connect(self, how: database.How) -> duckdb.DuckDBPyConnection:
        from labelframe import database

        connection = database.connect()
        if self._in_memory is not None:
            database.register_tables(connection, self._in_memory, how)
        else:
            database.register_snapshot(connection, self._root, how)
        return connection

    def stats(
        self,
        name: str | None = None,
        /,
        *,
        by: str | None = None,
        where: str | None = None,
        sql_dir: PathLike | None = None,
        ontology: PathLike | Mapping[str, Any] | None = None,
        **parameters: object,
    ) -> pl.DataFrame:
        """The result of a statistic of `sql/stats/`; without a name, what can be asked: name, question, parameters.

        Args:
            name: the statistic.
            by: ask it of each group of label rows: "dataset", "data_type", "status", "task_status", "branch",
                "annotator" (who made the labels), or any SQL on label_rows. The first column says of which group.
            where: an SQL condition on label_rows: only those that meet it count.
            sql_dir: a folder of statistics of your own, `*.sql`.
            ontology: the ontology's structure, for the tables of the ontology instead of the snapshot's own.
            parameters: what the statistic can be told, as `sql/README.md` lists; `class` as **{"class": "Vehicle"}.

        Raises UnknownNameError for a statistic or parameter that there is not, QueryError for SQL that is none.
        """
        if name is None:
            from labelframe import stats

            known = stats.statistics(None if sql_dir is None else Path(sql_dir))
            return frame(pa.table({"statistic": list(known), **stats.listed(known)}))
        return frame(self.statistic(name, parameters, by, where, sql_dir, ontology))

    def statistic(
        self,
        name: str,
        parameters: Mapping[str, object] | None = None,
        by: str | None = None,
        where: str | None = None,
        sql_dir: PathLike | None = None,
        ontology: PathLike | Mapping[str, Any] | None = None,
    ) -> pa.Table:
        """As `stats`, as pyarrow."""
        from labelframe import stats

        own = None if sql_dir is None else Path(sql_dir)
        if name not in stats.statistics(own) and name in read_folder(sql_folder() / "history"):
            raise UnknownNameError(
                f"There is no statistic of one snapshot named {name}.",
                remedy=f'It is asked of the history of a store: lf.stats_of_history(store, "{name}")',
            )
        with self._asked(where, ontology, narrowed=by is not None) as connection:
            return stats.run_statistic(connection, name, parameters, own, by)

    def _asked(
        self, where: str | None, ontology: PathLike | Mapping[str, Any] | None, narrowed: bool = False
    ) -> duckdb.DuckDBPyConnection:
        from labelframe import database, narrow

        instead = {} if ontology is None else tables.ontology_tables(ontology)
        connection = self._connect(database.How(False, False, narrowed or where is not None, instead))
        if where is not None:
            narrow.choose(connection, where)
        return connection

    def check(
        self,
        *,
        only: Iterable[str] = (),
        severity: str = "note",
        where: str | None = None,
        ontology: PathLike | Mapping[str, Any] | None = None,
        baseline: PathLike | None = None,
        parameters: Mapping[str, object] | None = None,
    ) -> pl.DataFrame:
        """The labels that are odd, one row per finding: error before warning before note.

        Args:
            only: the checks to run; all where none is named.
            severity: the least that counts: "error", "warning" or "note".
            where: an SQL condition on label_rows: only those that meet it are checked.
            ontology: the ontology's structure, for the tables of the ontology instead of the snapshot's own.
            baseline: a file of findings that are known, as `labelframe check --write-baseline` writes it.
            parameters: what checks can be told, by `check.parameter`, or `parameter` for all that have it.

        Raises UnknownNameError for a check, severity or parameter that there is not.
        """
        return frame(self.findings(only, severity, where, ontology, baseline, parameters))

    def findings(
        self,
        only: Iterable[str],
        severity: str,
        where: str | None,
        ontology: PathLike | Mapping[str, Any] | None,
        baseline: PathLike | None,
        parameters: Mapping[str, object] | None,
    ) -> pa.Table:
        """As `check`, as pyarrow."""
        from labelframe import checks

        known = None if baseline is None else checks.read_baseline(Path(baseline))
        with self._asked(where, ontology) as connection:
            found = checks.run_checks(connection, only, severity, parameters)
        return found if known is None else checks.without(found, known)

    def pivot_attributes(self, name: str, where: str | None = None) -> pl.DataFrame:
        """The objects of one class with a column for each attribute: one row per row of objects.

        Answers are those in force on that frame or range; several of a checklist are joined by ", ", "" is nothing
        chosen, null is no entry at all; deleted objects are there, with is_deleted true. `where`: an SQL condition on
        label_rows: only those that meet it. Raises UnknownNameError where there is no object of that class.
        """
        from labelframe import database

        with self._asked(where, None) as connection:
            return frame(database.pivot_attributes(connection, name))

    def restore(self, where: str | None = None) -> Iterator[dict[str, Any]]:
        """The label rows as the export had them, one after another, rebuilt from the tables alone.

        Args:
            where: an SQL condition on label_rows, such as "label_status = 'REVIEWED'".

        Of a snapshot, whatever Parquet stands in its folder is read, so that tables can be edited before. Equal to the
        export but for this: keys that are null are left out, times are ISO 8601 in UTC, polygons have their current
        form (`polygons`), a number may be written another way, keys may stand in another order. What is in `rejects`
        does not come back. Raises SnapshotError where the tables do not hold together.
        """
        from labelframe import restore

        if self._in_memory is not None:
            return restore.restore_tables(self._in_memory, where)
        return restore.restore_folder(self._root, where)

    def object_copies(self) -> int:
        """How many objects of Data Groups' label rows stand in a child's label row too (the view `object_copies`)."""
        sql = "select count(distinct (row_id, object_hash)) from object_copies"
        from labelframe import database

        with self._connect(database.BARE) as connection:
            ((copies,),) = connection.execute(sql).fetchall()
        return int(copies)

    def diff(self, other: Labels, *, iou: float = 0.9, where: str | None = None) -> Diff:
        """What changed from these labels to the other ones, which are the newer: label rows, objects, classifications,
        answers, and how many of each class and annotator.

        Args:
            other: what they became.
            iou: overlap from which an object of another hash stands in the place of one that is gone, 0.5 to 1.
            where: an SQL condition on label_rows: only those are compared that meet it in one of the two.

        Label rows of equal content_hash are taken for equal, unless tables were edited since they were written, or by
        another version of labelframe. Raises SnapshotError where tables have other columns than they should.
        """
        from labelframe import diff

        made_by = self._made_by(diff.READ)
        trusted = made_by is not None and made_by == other._made_by(diff.READ)
        chosen = "true" if where is None else where
        return diff.compare(self._register_in, other._register_in, trusted, iou, chosen, (self, other))

    def _made_by(self, names: Iterable[str]) -> str | None:
        """The version that wrote these tables; None where they were edited since."""
        if self._in_memory is not None:
            return __version__
        assert self._manifest is not None
        for name in names:
            self._parts(name)
        if not parquet.is_as_written(self._root, self._manifest, names):
            return None
        return str(self._manifest.get("labelframe_version"))

    def _register_in(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make views of the tables alone, in the schema that is set."""
        from labelframe import database

        if self._in_memory is not None:
            database.register_tables_alone(connection, self._in_memory)
        else:
            database.register_tables_of_snapshot(connection, self._root)

    def extra(self) -> pl.DataFrame:
        """Which keys of the export no column covers: one row per table and path.

        `path` leads to the key within the entry that a row of the table stands for: `$.sensor.gain`, elements of lists
        as `[*]`, keys that are hashes rather than names as `.*`. `why` is `unknown` where no column covers the key,
        `unfit` where one does but could not take the value: it has the wrong type, or stands elsewhere in the export
        otherwise. `kind` names the JSON types met; `rows` counts rows of the table, `label_rows` label rows; `example`
        is one value as JSON text, shortened.
        """
        from labelframe import extra

        return frame(extra.uncovered({name: partial(self._extras, name) for name in extra.KNOWN}))

    def _extras(self, name: str) -> Iterator[pa.RecordBatch]:
        """The columns row_id, where there is one, and extra of a table, in batches."""
        columns = [name for name in TABLES[name].schema.names if name in ("row_id", "extra")]
        if self._in_memory is not None:
            yield from self._in_memory[name].select(columns).to_batches(max_chunksize=BATCH_ROWS)
            return
        try:
            for path in self._parts(name):
                with pq.ParquetFile(path) as file:
                    yield from file.iter_batches(BATCH_ROWS, columns=columns)
        except (OSError, pa.ArrowException) as error:
            raise self._unreadable(name, error) from None

    def write_parquet(self, folder: PathLike, overwrite: bool = False) -> Labels:
        """Write a snapshot and open it.

        Raises SnapshotError where `folder` exists (with `overwrite`: where it is no snapshot).
        """
        with parquet.SnapshotWriter(folder, overwrite) as writer:
            for name in self:
                for batch in self[name].to_batches():
                    writer.write(name, batch)
            about = _about(self._run) if self._run is not None else _told(self._manifest)
            writer.commit(about, _write_database)
        return open(folder)


def _about(run: tables.Run) -> dict[str, Any]:
    """What the manifest says of the run that made a snapshot."""
    taken = set(run.taken)
    return {
        "sources": [
            {"name": source.name, "size": source.size or source.bytes_done, "sha256": source.sha256}
            for source in run.sources
            if source.name in taken or any(name.startswith(f"{source.name}/") for name in taken)
        ],
        "options": {
            key: value for key, value in vars(run.options).items() if key not in ("ontology", "workers", "compiled")
        },
        "ontology": None if run.ontology is None else vars(run.ontology),
        "passed_over": {
            "count": len(run.passed_over),
            "first": [vars(over) for over in run.passed_over[:PASSED_OVER]],
            "other_branches": dict(run.other_branches),
        },
        "account": [vars(line) for line in run.account],
        "reasons": dict(run.reasons),
        "extra": [
            {"table": table, "key": key, "rows": rows} for (table, key), rows in run.extra.most_common(PASSED_OVER)
        ],
        "delete_events": run.delete_events,
        "rejects": run.rows["rejects"],
    }


def _told(manifest: parquet.Manifest | None) -> dict[str, Any]:
    made_anew = ("format_version", "labelframe_version", "created_at", "tables")
    return {key: value for key, value in (manifest or {}).items() if key not in made_anew}


def _write_database(folder: PathLike) -> None:
    from labelframe import database

    database.write_database(folder)


def flatten(
    *paths: PathLike,
    on_error: tables.OnError = "stop",
    branch: str | None = None,
    strip_links: bool = False,
    ontology: PathLike | Mapping[str, Any] | None = None,
) -> Labels:
    """Flatten exports into tables in memory.

    Args:
        paths: files, folders, patterns or "-" (standard input): .json, .jsonl or .ndjson, each also .gz or .zst, .zip.
        on_error: "stop" raises the first fault; "collect" keeps everything that is good and lists the rest in the table
            `rejects`.
        branch: take the label rows of this branch only ("main" where a label row names none).
        strip_links: keep no link to the data.
        ontology: the ontology's structure, as a file (.json, also .gz or .zst) or as JSON has it. It tells what classes
            and attributes there are, names what an export leaves nameless, and on which option an attribute hangs.

    Raises SourceError for what cannot be read, OntologyError for what is no ontology, LabelRowError for a label row of
    which something cannot be taken.
    """
    batches: dict[str, list[pa.RecordBatch]] = {name: [] for name in TABLES}
    options = tables.Options(on_error, branch, strip_links, ontology)
    run = tables.flatten_sources(find_sources(paths), lambda name, batch: batches[name].append(batch), options)
    return Labels(
        in_memory={
            name: pa.Table.from_batches(batches[name], TABLES[name].schema).unify_dictionaries() for name in TABLES
        },
        run=run,
    )


def flatten_to_snapshot(
    paths: Iterable[PathLike],
    folder: PathLike,
    overwrite: bool = False,
    progress: Callable[[tables.Progress], None] = lambda _: None,
    options: tables.Options = tables.STOP,
) -> tables.Run:
    """Flatten exports into a snapshot on disk, a batch at a time: memory is bounded whatever their size.

    Raises what `flatten` raises, and SnapshotError where `folder` exists (with `overwrite`: where it is no snapshot).
    """
    from labelframe.database import begun_database

    with (
        paused_garbage_collection(),  # until the database is written: there is nothing to collect
        parquet.SnapshotWriter(folder, overwrite) as writer,
        begun_database() as write_database,
    ):
        run = tables.flatten_sources(find_sources(paths), writer.write, options, progress)
        writer.commit(_about(run), write_database)
    return run


def open(folder: PathLike, as_of: AsOf | None = None) -> Labels:
    """Open a snapshot, or the latest of a store; its tables are read when asked for.

    Args:
        folder: the folder of a snapshot, or a store.
        as_of: of a store the latest snapshot taken by then: a time or a day, such as "2026-11-24" (all of it, in UTC).

    Raises SnapshotError where the folder is neither, the store has no snapshot that early, or that one is damaged.
    """
    from labelframe import store

    chosen = store.resolve(folder, as_of)
    if chosen != Path(folder):
        store.check_sound(chosen)
    return Labels(folder=chosen)


def take_snapshot(
    paths: Iterable[PathLike],
    store: PathLike,
    options: tables.Options = tables.STOP,
    at: AsOf | None = None,
    always: bool = False,
    progress: Callable[[tables.Progress], None] = lambda _: None,
) -> tuple[Taken, tables.Run]:
    """As `snapshot`: what came of it, and the account of the run."""
    from labelframe import keep

    runs = []

    def write(writer: parquet.SnapshotWriter) -> parquet.Manifest:
        runs.append(tables.flatten_sources(find_sources(paths), writer.write, options, progress))
        return _about(runs[-1])

    taken = keep.take(store, write, at, always)
    return taken, runs[-1]


def snapshot(
    sources: PathLike | Iterable[PathLike],
    store: PathLike,
    *,
    on_error: tables.OnError = "stop",
    branch: str | None = None,
    strip_links: bool = False,
    ontology: PathLike | Mapping[str, Any] | None = None,
    at: AsOf | None = None,
    always: bool = False,
) -> Labels | None:
    """Flatten exports into a new snapshot of a store, and open it; None where nothing has changed since the one before.

    Args:
        sources: one or more files, folders or patterns, as `flatten` takes them.
        store: the folder of snapshots; made where it is not there.
        on_error, branch, strip_links, ontology: as `flatten` takes them.
        at: the time to file it under, for an export of old; now where left out.
        always: take it also where nothing has changed: no label row, no reject, nothing in the ontology.

    Raises what `flatten` raises, and SnapshotError where the store cannot be written, another run writes to it, or
    there is a snapshot of that time.
    """
    options = tables.Options(on_error, branch, strip_links, ontology)
    paths = [sources] if isinstance(sources, (str, os.PathLike)) else list(sources)
    taken, _ = take_snapshot(paths, store, options, at, always)
    for note in taken.notes:
        warnings.warn(note, stacklevel=2)
    return None if taken.snapshot is None else open(taken.snapshot.path)


def snapshots(store: PathLike) -> pl.DataFrame:
    """The complete snapshots of a store, oldest first, one row each: name, time, rows, size. Those that are damaged are
    left out, with a warning.

    Raises SnapshotError where there is no store.
    """
    from labelframe import store as stores

    listed, notes = stores.listing(stores.snapshots(store))
    for note in notes:
        warnings.warn(note, stacklevel=2)
    return frame(listed)
