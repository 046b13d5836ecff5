"""Run the statistics of `sql/stats/`, and those that people keep in a folder of their own.

In: a connection with the tables registered, and a statistic's name. Out: its result as an Arrow table. The statistics
themselves are SQL files: nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from labelframe.errors import QueryError, unknown_name
from labelframe.narrow import column_of, each_group
from labelframe.queries import Query, read_folder, sql_folder


def statistics(own: Path | None = None) -> dict[str, Query]:
    """The statistics by name; those of the folder `own` come before ours of the same name.

    Raises QueryError where `own` is no folder, or holds no SQL.
    """
    found = read_folder(sql_folder() / "stats")
    if own is not None:
        if not own.is_dir():
            raise QueryError("There is no such folder.", source=own.as_posix(), remedy="Give a folder of .sql files.")
        theirs = read_folder(own)
        if not theirs:
            raise QueryError("There is no SQL.", source=own.as_posix(), remedy="Give a folder of .sql files.")
        found = dict(sorted({**found, **theirs}.items()))
    return found


def statistic(name: str, own: Path | None = None) -> Query:
    """A statistic. Raises UnknownNameError where there is none of that name."""
    known = statistics(own)
    if name not in known:
        raise unknown_name("statistic", name, list(known))
    return known[name]


def run_statistic(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    parameters: Mapping[str, object] | None = None,
    own: Path | None = None,
    by: str | None = None,
) -> pa.Table:
    """The result of a statistic. With `by` it is asked of each group of label rows, on a connection that can be
    narrowed, and the first column says of which: see `narrow.each_group`.

    Raises UnknownNameError for a statistic or a parameter that there is not.
    """
    query = statistic(name, own)
    return run_by(connection, query, query.values(parameters or {}), by)


def run_by(
    connection: duckdb.DuckDBPyConnection, query: Query, values: Mapping[str, object], by: str | None
) -> pa.Table:
    """As `run_statistic`, of a query that is read and told its parameters."""
    if by is None:
        return run(connection, query, values)
    parts = []
    for group in each_group(connection, by):
        part = run(connection, query, values)
        parts.append(part.add_column(0, column_of(by), pa.array([group] * len(part), pa.string())))
    return pa.concat_tables(parts) if parts else pa.table({})


def listed(known: Mapping[str, Query]) -> dict[str, list[str]]:
    """The question of each query, and what it can be told, as columns."""
    return {
        "question": [query.question for query in known.values()],
        "parameters": [query.told for query in known.values()],
    }


def run(connection: duckdb.DuckDBPyConnection, query: Query, values: Mapping[str, object]) -> pa.Table:
    """The result of a query of a file. Raises QueryError, which names the file, with what DuckDB says of it."""
    try:
        return run_query(connection, query.sql, values)
    except QueryError as error:
        error.source = f"{query.name}.sql"
        raise


def run_query(connection: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, object] | None = None) -> pa.Table:
    """The result of any query. Raises QueryError with what DuckDB says of it."""
    try:
        relation = connection.sql(sql, params=dict(values)) if values else connection.sql(sql)
        return pa.table({}) if relation is None else relation.to_arrow_table()
    except duckdb.Error as error:
        raise QueryError(str(error)) from None
