"""Tell what changed between two sets of labels, label by label.

In: two ways to register tables, the old and the new. Out: `Diff`, whose tables are those of `CHANGES`. What counts as a
change is said by the files of `sql/diff/`, which are run one after another, each on what those before it made.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from labelframe import content, database
from labelframe.changes import CHANGES
from labelframe.errors import Found, QueryError, SnapshotError, unknown_name
from labelframe.frame import frame
from labelframe.queries import Query, Value, read_folder, sql_folder
from labelframe.schema import TABLES

if TYPE_CHECKING:
    import polars as pl

Register = Callable[[duckdb.DuckDBPyConnection], object]
"""Makes views of the tables of one side in the schema that is set."""

STEPS = (
    "pairs",
    *(
        "objects_surplus",
        "objects_left",
        "objects_met",
        "objects_alike",
        "objects_replaced",
        "objects_alone",
        "objects",
    ),
    *("classifications_surplus", "classifications_left", "classifications_met", "classifications"),
    *("owners_replaced", "answers", "answers_owners", "attributes"),
    *("facts", "label_rows", "summary", "classes", "annotators"),
)
"""The tables that are made, in order. All but objects_replaced are files of `sql/diff/`."""
READ = ("label_rows", "data_units", "spaces", "frames", "objects", "classifications", "instances", "attributes")
"""The tables of the two sides that are read."""
MEMORY = "2GB"  # more goes to the disk


class Diff(Mapping[str, pa.Table]):
    """What changed from old to new, as tables by name: see `CHANGES`. It is true where anything did."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, holds: object = None) -> None:
        self._connection = connection
        self._holds = holds  # what the tables are read from, for as long as they are

    def __getitem__(self, name: str) -> pa.Table:
        """A table as pyarrow. Raises UnknownNameError where there is none of that name."""
        if name not in CHANGES:
            raise unknown_name("table", name, list(CHANGES))
        return self._connection.sql(f"FROM {name}").to_arrow_table().cast(CHANGES[name].schema)

    def __contains__(self, name: object) -> bool:
        return name in CHANGES

    def __iter__(self) -> Iterator[str]:
        return iter(CHANGES)

    def __len__(self) -> int:
        return len(CHANGES)

    def __bool__(self) -> bool:
        return bool(self._connection.sql("SELECT 1 FROM label_rows LIMIT 1").fetchall())

    def __repr__(self) -> str:
        width = max(map(len, CHANGES))
        counts = [(name, self._connection.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0]) for name in CHANGES]
        return "\n".join(["diff: table, rows", *(f"  {name:<{width}} {rows:>12,}" for name, rows in counts)])

    def __enter__(self) -> Diff:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back, and the disk."""
        self._connection.close()

    def polars(self, name: str) -> pl.DataFrame:
        """A table as a Polars data frame."""
        return frame(self[name])

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection with the tables of the diff, and both sides' as `old.objects` and `new.objects`."""
        return self._connection.cursor()

    def write_parquet(self, folder: str | os.PathLike[str]) -> Path:
        """Write every table into a folder, as NAME.parquet. Raises SnapshotError where that cannot be."""
        folder = Path(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, table in CHANGES.items():
                with pq.ParquetWriter(folder / f"{name}.parquet", table.schema, compression="zstd") as writer:
                    for batch in self._connection.sql(f"FROM {name}").to_arrow_reader(1 << 17):
                        writer.write_table(pa.Table.from_batches([batch]).cast(table.schema))
        except OSError as error:
            raise SnapshotError(
                f"The diff cannot be written: {error.strerror or error}.",
                source=folder.as_posix(),
                remedy="Name another folder.",
            ) from None
        return folder


def compare(
    old: Register, new: Register, trusted: bool = True, iou: float = 0.9, where: str = "true", holds: object = None
) -> Diff:
    """What changed from old to new.

    Args:
        trusted: whether equal content_hash means equal tables: both were made by one version and not edited since.
        iou: overlap from which an object of another hash stands in the place of one that is gone.
        where: an SQL condition on label_rows; only those are compared that meet it in the old or in the new.
        holds: what must live as long as the diff.
    """
    connection = database.connect()
    try:
        connection.execute(f"SET memory_limit = {database.literal(MEMORY)}")
        connection.execute("SET preserve_insertion_order = false")  # the tables are ordered by what makes them
        connection.create_function("content_of", content_of, ["VARCHAR"], "VARCHAR")
        for side, register in (("old", old), ("new", new)):
            connection.execute(f"CREATE SCHEMA {side}")
            connection.execute(f"SET schema = {database.literal(side)}")
            register(connection)
            _check_columns(connection, side)
            _choose(connection, side, where)
        connection.execute("SET schema = 'main'")
        run(connection, trusted, iou)
        for name in {"old_chosen", "new_chosen", *STEPS} - set(CHANGES):
            connection.execute(f"DROP TABLE {name}")
        connection.execute("SET preserve_insertion_order = true")
    except duckdb.OutOfMemoryException as error:
        connection.close()
        raise QueryError(
            f"There is more to compare than fits into memory: {str(error).partition(chr(10))[0]}",
            remedy="Compare a part of the label rows at a time: where (--where).",
        ) from None
    except BaseException:
        connection.close()
        raise
    return Diff(connection, holds)


def run(connection: duckdb.DuckDBPyConnection, trusted: bool = True, iou: float = 0.9) -> None:
    """Make the tables of all steps, on a connection with the two sides in the schemas `old` and `new`."""
    known = queries()
    given: dict[str, Value] = {"trusted": trusted, "iou": iou}
    for step in STEPS:
        if step == "objects_replaced":
            _replace(connection)
            continue
        query = known[step]
        values = query.values({name: value for name, value in given.items() if name in query.parameters})
        connection.execute(f"CREATE TABLE {step} AS {query.sql}", values or None)


def queries() -> dict[str, Query]:
    """The files of `sql/diff/`, by name."""
    return read_folder(sql_folder() / "diff")


def content_of(text: str) -> str:
    """What JSON text says, whatever the order of its keys and the writing of its numbers.

    >>> content_of('{"a": 1, "b": 2.50}') == content_of('{"b":2.5,"a":1.0}')
    True
    """
    try:
        return content.shown(content.sums(orjson.loads(text)))
    except orjson.JSONDecodeError:
        return text


def _check_columns(connection: duckdb.DuckDBPyConnection, side: str) -> None:
    """Raise SnapshotError where a side lacks a column: an older labelframe made it."""
    for name in READ:
        there = connection.sql(f"FROM {side}.{name} LIMIT 0").columns
        missing = [column.name for column in TABLES[name].columns if column.name not in there]
        if missing or len(there) > len(TABLES[name].columns):
            raise SnapshotError(
                f"The {side} snapshot has other columns than this version of labelframe writes.",
                expected=f"{name} with the columns of this version",
                found=Found(f"none named {', '.join(missing)}" if missing else "more columns"),
                remedy="Flatten its export again, then compare.",
            )


def _choose(connection: duckdb.DuckDBPyConnection, side: str, where: str) -> None:
    """Note which label rows of a side, whose schema is set, meet a condition. Raises QueryError where it is none."""
    try:
        connection.execute(f"CREATE TABLE main.{side}_chosen AS SELECT row_id FROM label_rows WHERE ({where}\n)")
    except duckdb.Error as error:
        said = str(error).partition("\n\nLINE ")[0]
        raise QueryError(
            f"The condition on label_rows cannot be understood: {said}",
            remedy="It is on the label rows of both sides, by their columns: dataset_title = 'Streets'.",
        ) from None


def _replace(connection: duckdb.DuckDBPyConnection) -> None:
    """Of the pairs in objects_alike, best first, take each of which neither object was taken before."""
    ((most,),) = connection.execute("SELECT coalesce(max(id), 0) FROM objects_left").fetchall()
    taken = np.zeros(most + 1, dtype=bool)
    pairs = array("q"), array("q")  # there may be as many as objects
    for batch in connection.sql("SELECT old_id, new_id FROM objects_alike").to_arrow_reader(1 << 16):
        for old_id, new_id in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            if not taken[old_id] and not taken[new_id]:
                taken[old_id] = taken[new_id] = True
                pairs[0].append(old_id)
                pairs[1].append(new_id)
    table = pa.table([pa.array(np.asarray(ids, np.int64)) for ids in pairs], names=["old_id", "new_id"])
    connection.register("taken", table)
    connection.execute("CREATE TABLE objects_replaced AS SELECT old_id, new_id FROM taken ORDER BY old_id")
    connection.unregister("taken")
