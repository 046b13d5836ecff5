"""Run the statistics of `sql/stats/`.

In: a connection with the tables registered, and a statistic's name. Out: its result as an Arrow table. The statistics
themselves are SQL files: nothing is computed here.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from labelframe.database import question, sql_folder
from labelframe.errors import QueryError, unknown_name


def statistics() -> dict[str, str]:
    """The question that each statistic answers, by its name."""
    return {path.stem: question(path.read_text("utf-8")) for path in _files()}


def _files() -> list[Path]:
    return sorted((sql_folder() / "stats").glob("*.sql"))


def statistic_sql(name: str) -> str:
    """The SQL of a statistic. Raises UnknownNameError where there is none of that name."""
    for path in _files():
        if path.stem == name:
            return path.read_text("utf-8")
    raise unknown_name("statistic", name, [path.stem for path in _files()])


def run_statistic(connection: duckdb.DuckDBPyConnection, name: str) -> pa.Table:
    """The result of a statistic."""
    return run_query(connection, statistic_sql(name))


def run_query(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    """The result of any query. Raises QueryError with what DuckDB says of it."""
    try:
        relation = connection.sql(sql)
        return pa.table({}) if relation is None else relation.to_arrow_table()
    except duckdb.Error as error:
        raise QueryError(str(error)) from None
