"""Ask a store how its labels changed: the statistics of `sql/history/`, and any other of every snapshot.

In: a store, a statistic's name. Out: its result as an Arrow table, with the snapshot that a row is of. The statistics
themselves are SQL files: nothing is computed here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from labelframe import database, narrow, stats, store, tables
from labelframe.errors import Found, SnapshotError, unknown_name
from labelframe.frame import frame
from labelframe.parquet import is_snapshot
from labelframe.queries import Query, read_folder, sql_folder
from labelframe.schema import TABLES, TIME

if TYPE_CHECKING:
    import polars as pl

PathLike = str | os.PathLike[str]


def history_statistics() -> dict[str, Query]:
    """The statistics over the history of a store, by name."""
    return read_folder(sql_folder() / "history")


def history_views() -> dict[str, Query]:
    """The views that these read, by name; each after those that it reads."""
    return database.in_order(read_folder(sql_folder() / "history" / "views"))


def stats_of_history(
    store: PathLike, name: str | None = None, /, *, where: str | None = None, **parameters: object
) -> pl.DataFrame:
    """The result of a statistic over the history of a store; without a name, what can be asked.

    Args:
        store: a folder of snapshots.
        name: a statistic of `sql/history/`.
        where: an SQL condition on label_rows: of each snapshot only those that meet it count.
        parameters: what the statistic can be told, as `sql/README.md` lists.

    Raises UnknownNameError for a statistic or parameter that there is not, SnapshotError for a folder that is no store.
    """
    if name is None:
        known = history_statistics()
        return frame(pa.table({"statistic": list(known), **stats.listed(known)}))
    return frame(of_history(store, name, parameters, where))


def stats_over_time(
    store: PathLike,
    name: str,
    /,
    *,
    by: str | None = None,
    where: str | None = None,
    sql_dir: PathLike | None = None,
    ontology: PathLike | Mapping[str, Any] | None = None,
    **parameters: object,
) -> pl.DataFrame:
    """The result of a statistic for every snapshot of a store, oldest first; `snapshot` and `taken_at` say for which.

    The arguments are those of `Labels.stats`. Raises what that raises, and SnapshotError for a folder that is no store.
    """
    return frame(over_time(store, name, parameters, by, where, sql_dir, ontology))


def of_history(
    folder: PathLike, name: str, parameters: Mapping[str, object] | None = None, where: str | None = None
) -> pa.Table:
    """As `stats_of_history`, as pyarrow."""
    known = history_statistics()
    if name not in known:
        raise unknown_name("statistic over the history", name, list(known))
    values = known[name].values(parameters or {})
    with connect(folder, where) as connection:
        return stats.run(connection, known[name], values)


def over_time(
    folder: PathLike,
    name: str,
    parameters: Mapping[str, object] | None = None,
    by: str | None = None,
    where: str | None = None,
    sql_dir: PathLike | None = None,
    ontology: PathLike | Mapping[str, Any] | None = None,
) -> pa.Table:
    """As `stats_over_time`, as pyarrow."""
    query = stats.statistic(name, None if sql_dir is None else Path(sql_dir))
    values = query.values(parameters or {})
    instead = {} if ontology is None else tables.ontology_tables(ontology)
    asked = " ".join((query.sql, by or "", where or ""))
    how = database.How(False, False, by is not None or where is not None, instead, asked)
    listed = _snapshots(folder)

    def of_some(some: list[store.Dated]) -> list[pa.Table]:
        with database.connect() as connection:
            return [_of_one(connection, one, how, query, values, by, where) for one in some]

    # Most of the time goes into plans, not rows: snapshots side by side keep the cores busy.
    workers = min(os.cpu_count() or 1, len(listed))
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(of_some, (listed[first::workers] for first in range(workers))))
    ordered = [parts[place % workers][place // workers] for place in range(len(listed))]
    return pa.concat_tables(ordered, promote_options="permissive")


def _of_one(
    connection: duckdb.DuckDBPyConnection,
    snapshot: store.Dated,
    how: database.How,
    query: Query,
    values: Mapping[str, object],
    by: str | None,
    where: str | None,
) -> pa.Table:
    """The result of a statistic for one snapshot, on a connection that serves one after another."""
    with database.place_for_views(connection):
        database.register_snapshot(connection, snapshot.path, how)
        if where is not None:
            narrow.choose(connection, where)
        result = stats.run_by(connection, query, values, by)
    return pa.table(
        {
            "snapshot": pa.repeat(snapshot.name, len(result)),
            "taken_at": pa.repeat(pa.scalar(snapshot.taken_at, TIME), len(result)),
            **dict(zip(result.column_names, result.columns, strict=True)),
        }
    )


def connect(folder: PathLike, where: str | None = None) -> duckdb.DuckDBPyConnection:
    """A connection with every table over all snapshots of a store, its first column `snapshot`; with `where`, of each
    snapshot only the label rows that meet that SQL condition.

    Raises SnapshotError for a folder that is no store, QueryError where the condition is none.
    """
    _snapshots(folder)
    connection = database.connect()
    if where is None:
        store.register_history(connection, Path(folder))
    else:
        connection.execute("CREATE SCHEMA whole")
        connection.execute("SET schema = 'whole'")
        store.register_history(connection, Path(folder))
        narrow.find(connection, where, "snapshot, row_id")
        connection.execute("SET schema = 'main'")
        connection.execute("CREATE VIEW snapshots AS SELECT * FROM whole.snapshots")
        for table in TABLES.values():
            kept = " SEMI JOIN met USING (snapshot, row_id)" if "row_id" in table.schema.names else ""
            connection.execute(f"CREATE TEMP VIEW {table.name} AS SELECT * FROM whole.{table.name}{kept}")
    for view in history_views().values():
        connection.execute(f"CREATE TEMP VIEW {view.name} AS {view.sql}")
    return connection


def _snapshots(folder: PathLike) -> list[store.Dated]:
    """The snapshots of a store. Raises SnapshotError for a folder that is none."""
    if is_snapshot(Path(folder)):
        raise SnapshotError(
            "This is a single snapshot: it has no history.",
            source=Path(folder).as_posix(),
            expected="a store, with a folder for each snapshot",
            found=Found("a snapshot"),
            remedy="Make one with: labelframe snapshot EXPORT --store STORE",
        )
    return store.some(Path(folder))
