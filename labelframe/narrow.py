"""Narrow a connection to some of the label rows, or to one annotator's labels.

In: a connection whose tables can be narrowed (`database.How.narrowed`), conditions and
expressions of SQL on `label_rows`. Out: the same connection, whose tables and views hold only what was chosen. It reads
no files and runs no statistics.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from labelframe.errors import QueryError

GROUPS = {
    "dataset": "coalesce(dataset_title, dataset_hash)",
    "data_type": "data_type",
    "status": "label_status",
    "task_status": "annotation_task_status",
    "branch": "coalesce(branch_name, 'main')",
}
"""By what label rows are often told apart, as SQL on label_rows."""
ANNOTATOR = "annotator"


def column_of(by: str) -> str:
    """The name of the column that says of which group a row of a result is.

    >>> column_of("dataset"), column_of("label_status"), column_of("created_at::date")
    ('by_dataset', 'by_label_status', 'by')
    """
    return f"by_{by}" if by.isidentifier() else "by"


def choose(connection: duckdb.DuckDBPyConnection, where: str) -> None:
    """Keep the label rows that meet a condition, of those that are kept. Raises QueryError where it is none."""
    find(connection, where, "row_id")
    connection.execute("DELETE FROM chosen_rows WHERE row_id NOT IN (SELECT row_id FROM met)")


def find(connection: duckdb.DuckDBPyConnection, where: str, keys: str) -> None:
    """Put the keys of the label rows that meet a condition into the table `met`. Raises QueryError where it is none."""
    _execute(
        connection,
        f"CREATE OR REPLACE TEMP TABLE met AS SELECT {keys} FROM label_rows WHERE ({where}\n)",
        "The condition on label_rows cannot be understood",
        "It keeps whole label rows, by their columns: dataset_title = 'Streets'. Of other tables: "
        "row_id in (select row_id from objects where name = 'Person').",
    )


def each_group(connection: duckdb.DuckDBPyConnection, by: str) -> Iterator[str | None]:
    """Keep one group of label rows after another; gives its value. After the last all are kept again.

    Args:
        by: one of `GROUPS`, `annotator` (who made the objects and classifications), or SQL on label_rows.

    Raises QueryError where `by` is neither.
    """
    if by == ANNOTATOR:
        yield from _each_annotator(connection)
        return
    sql = GROUPS.get(by, by)
    _execute(
        connection,
        f"CREATE OR REPLACE TEMP TABLE grouped AS SELECT row_id, ({sql}\n)::VARCHAR AS value FROM label_rows",
        "There is no such group",
        f"Name one of {', '.join([*GROUPS, ANNOTATOR])}, or a column of label_rows, or any SQL on them.",
    )
    values = connection.execute("SELECT DISTINCT value FROM grouped ORDER BY value NULLS LAST").fetchall()
    for (value,) in values:
        connection.execute("DELETE FROM chosen_rows")
        connection.execute(
            "INSERT INTO chosen_rows SELECT row_id FROM grouped WHERE value IS NOT DISTINCT FROM $value",
            {"value": value},
        )
        yield value
    connection.execute("DELETE FROM chosen_rows")
    connection.execute("INSERT INTO chosen_rows SELECT row_id FROM grouped")


def _each_annotator(connection: duckdb.DuckDBPyConnection) -> Iterator[str | None]:
    names = connection.execute(
        "SELECT created_by FROM objects UNION SELECT created_by FROM classifications ORDER BY created_by NULLS LAST"
    ).fetchall()
    for (name,) in names:
        connection.execute("UPDATE chosen_annotator SET is_any = false, created_by = $name", {"name": name})
        yield name
    connection.execute("UPDATE chosen_annotator SET is_any = true")


def _execute(connection: duckdb.DuckDBPyConnection, sql: str, problem: str, remedy: str) -> None:
    try:
        connection.execute(sql)
    except duckdb.Error as error:
        said = str(error).partition("\n\nLINE ")[0]  # its text of the statement is more than was given
        raise QueryError(f"{problem}: {said}", remedy=remedy) from None
