"""Register tables in DuckDB, with the views of `sql/`.

In: a snapshot's folder, or Arrow tables. Out: a connection, or `DIR/labels.duckdb`, with a view of every table (its
columns commented), the views of `sql/views/` and one `wide_<class>` for each class. It computes no statistics.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import duckdb
import pyarrow as pa

from labelframe.errors import Found, SnapshotError, printable, unknown_name
from labelframe.kept import keep, kept
from labelframe.parquet import part_paths, read_manifest
from labelframe.queries import Query, read_folder, sql_folder
from labelframe.schema import BOOL, DATABASE, FLOAT, INT, OBJECTS, TABLES, TIME, Column, Table

STORAGE_VERSION = "v1.0.0"  # what DuckDB 1.0 and every later shell can open
WIDE_BASE = (
    *("row_id", "label_hash", "space_id", "timeline_id", "frame", "range_start", "range_end", "range_unit"),
    *("object_hash", "name", "shape", "is_deleted", "x", "y", "w", "h"),
)


def connect() -> duckdb.DuckDBPyConnection:
    """A new in-memory connection that shows times in UTC, as the tables hold them. What does not fit into memory goes
    to the system's place for temporary files, not to the working directory."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    with suppress(duckdb.InvalidInputException):  # in a notebook without ipywidgets, where there can be none
        connection.execute("SET enable_progress_bar = false")  # it would be printed among the results
    spill = Path(gettempdir()) / f"labelframe-{os.getpid()}-{secrets.token_hex(4)}"
    connection.execute(f"SET temp_directory = {literal(spill.as_posix())}")
    return connection


@contextmanager
def place_for_views(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """A place of their own for the tables and views made within, which is gone afterwards: to make a connection takes
    longer than to make the views."""
    connection.execute("ATTACH ':memory:' AS place")
    connection.execute("USE place")
    try:
        yield
    finally:
        connection.execute("USE memory")
        connection.execute("DETACH place")


def identifier(name: str) -> str:
    """A name as SQL takes any name.

    >>> identifier('a "b"')
    '"a ""b\"""'
    """
    return '"' + name.replace('"', '""') + '"'


def sql_type(kind: pa.DataType) -> str:
    """The type that DuckDB has for a column of the tables.

    >>> sql_type(pa.list_(pa.struct([("x", pa.float64())])))
    'STRUCT("x" DOUBLE)[]'
    """
    if pa.types.is_list(kind):
        return f"{sql_type(kind.value_type)}[]"
    if pa.types.is_struct(kind):
        return f"STRUCT({', '.join(f'{identifier(field.name)} {sql_type(field.type)}' for field in kind)})"
    return _SQL_TYPES.get(kind, "VARCHAR")


_SQL_TYPES = {INT: "BIGINT", FLOAT: "DOUBLE", BOOL: "BOOLEAN", TIME: "TIMESTAMP WITH TIME ZONE"}


def literal(text: str) -> str:
    """Text as SQL takes any text; for DDL, where DuckDB takes no parameters."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class How:
    """How tables are registered.

    wide: with a view for each class, a thousand of which take seconds. described: every column says what it means,
    which takes longer than all else. narrowed: the tables can be narrowed, see `narrow`. instead: tables that stand for
    the snapshot's own. asked: SQL that will be run, where no other will be: only the tables and views that it may read
    are made. schema: where the tables are to be found, if the schema main has others of the same names.
    """

    wide: bool = True
    described: bool = True
    narrowed: bool = False
    instead: Mapping[str, pa.Table] = field(default_factory=dict)
    asked: str | None = None
    schema: str | None = None

    @cached_property
    def made(self) -> frozenset[str]:
        """The tables and views that are made."""
        known = views()
        if self.asked is None:
            return frozenset((*TABLES, *known))
        found = set(NARROWING if self.narrowed else ())
        texts = [self.asked]
        while texts:
            named = (_words(texts.pop()) & {*TABLES, *known}) - found
            found |= named
            texts += [known[name].body for name in named if name in known]
        return frozenset(found)


OF_ANNOTATORS = ("objects", "classifications")
"""Tables whose rows tell who made them."""
NARROWING = ("label_rows", *OF_ANNOTATORS)
"""Tables by which the others are narrowed."""

USUAL = How()
BARE = How(wide=False, described=False)


def register_snapshot(connection: duckdb.DuckDBPyConnection, folder: str | os.PathLike[str], how: How = USUAL) -> None:
    """Make views of a snapshot's tables, by absolute path, and every view on them.

    Raises SnapshotError where the folder is no snapshot or a table's files are missing.
    """
    with _tables_in(connection, how):
        register_tables_of_snapshot(connection, folder, how.instead, how.made)
    try:
        _create_views(connection, how)
    except duckdb.Error as error:
        raise unreadable(Path(folder).resolve(), error) from None


NOTHING: Mapping[str, pa.Table] = {}


def register_tables_of_snapshot(
    connection: duckdb.DuckDBPyConnection,
    folder: str | os.PathLike[str],
    instead: Mapping[str, pa.Table] = NOTHING,
    made: Container[str] = TABLES,
) -> None:
    """Make views of a snapshot's tables alone (those of `made`), in the schema that is set."""
    manifest = read_manifest(folder)
    root = Path(folder).resolve()
    for name in TABLES:
        if name not in made:
            continue
        if name in instead:
            connection.from_arrow(instead[name]).create_view(name)
            continue
        try:
            register_files(connection, name, part_paths(root, manifest, name))
        except duckdb.Error as error:
            raise unreadable(root / name, error) from None


def register_files(connection: duckdb.DuckDBPyConnection, table: str, paths: Iterable[Path]) -> None:
    """Make a view of the Parquet files of one table."""
    files = ", ".join(literal(pattern(path)) for path in paths)
    source = f"read_parquet([{files}], hive_partitioning = false)"
    connection.execute(f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM {source}")


def pattern(path: Path) -> str:
    """A path as `read_parquet` takes it: a folder's name may hold characters that DuckDB would take for a pattern."""
    return re.sub(r"([\[*?])", r"[\1]", path.as_posix())


def unreadable(path: Path, error: duckdb.Error) -> SnapshotError:
    """The error of Parquet files that DuckDB cannot read."""
    return SnapshotError(
        "The snapshot cannot be read.",
        source=path.as_posix(),
        expected="its Parquet files as they were written",
        found=Found(printable(str(error).partition("\n")[0])),
        remedy="Flatten the export again.",
    )


def register_tables(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table], how: How = USUAL) -> None:
    """Make views of Arrow tables, without copying them, and every view on them."""
    with _tables_in(connection, how):
        register_tables_alone(connection, {**tables, **how.instead}, how.made)
    _create_views(connection, how)


def register_tables_alone(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table], made: Container[str] = TABLES
) -> None:
    """Make views of Arrow tables alone (those of `made`), in the schema that is set."""
    for name in TABLES:
        if name in made:
            connection.from_arrow(tables[name]).create_view(name)


@contextmanager
def _tables_in(connection: duckdb.DuckDBPyConnection, how: How) -> Iterator[None]:
    """Where the tables are made: as they are, or whole in a schema of their own, with views that can be narrowed before
    them. What is chosen stands in `chosen_rows` and `chosen_annotator`; at first it is all."""
    if not how.narrowed:
        yield
        return
    connection.execute("CREATE SCHEMA whole")
    connection.execute("SET schema = 'whole'")
    yield
    connection.execute("SET schema = 'main'")
    connection.execute("CREATE TABLE chosen_rows AS SELECT row_id FROM whole.label_rows")
    connection.execute("CREATE TABLE chosen_annotator AS SELECT NULL::VARCHAR AS created_by, true AS is_any")
    for table in TABLES.values():
        if table.name not in how.made:
            continue
        conditions = []
        if any(column.name == "row_id" for column in table.columns):
            conditions.append("row_id IN (SELECT row_id FROM chosen_rows)")
        if table.name in OF_ANNOTATORS:
            conditions.append(
                "((SELECT is_any FROM chosen_annotator) "
                "OR created_by IS NOT DISTINCT FROM (SELECT created_by FROM chosen_annotator))"
            )
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        connection.execute(f"CREATE VIEW {table.name} AS SELECT * FROM whole.{table.name}{where}")


def write_database(folder: str | os.PathLike[str], into: str | os.PathLike[str] | None = None) -> Path:
    """Write `labels.duckdb` into a snapshot (or into another folder): views over its Parquet files, where they are
    now."""
    read_manifest(folder)
    with _Draft() as draft:
        with _unwritten(Path(folder if into is None else into)):
            draft.begin()
        return draft.write(folder, into)


@contextmanager
def begun_database() -> Iterator[Callable[[Path], Path]]:
    """What writes `labels.duckdb` into a snapshot: most of it is made meanwhile, in a thread of its own."""
    with _Draft() as draft, ThreadPoolExecutor(1, "labelframe-database") as thread:
        begun = thread.submit(draft.begin)

        def write(folder: Path) -> Path:
            with _unwritten(folder):
                begun.result()
            return draft.write(folder)

        yield write


def write_views(
    folder: Path, register: Callable[[duckdb.DuckDBPyConnection], object], work: Path | None = None
) -> Path:
    """Write `labels.duckdb` into a folder, whole or not at all, with what `register` makes in its schema main. Until it
    is whole it is in `work`, a folder of the same file system, else beside its place."""
    with _Draft() as draft:
        with _unwritten(folder):
            register(draft.connection)
        return draft.move(folder, work)


class _Draft:
    """A `labels.duckdb` in the making, in a place of its own: DuckDB cannot write a database below a folder with a
    question mark in its name. Use it as a context manager."""

    @cached_property
    def _scratch(self) -> TemporaryDirectory[str]:
        return TemporaryDirectory(prefix="labelframe-")

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection to it, in a transaction."""
        connection = duckdb.connect()
        connection.execute("SET threads = 1")  # many short statements: more of them wait for each other
        made = literal(str(self._path))
        connection.execute(f"ATTACH {made} AS labels (STORAGE_VERSION {literal(STORAGE_VERSION)})")
        connection.execute("USE labels")
        connection.execute("BEGIN")
        return connection

    @property
    def _path(self) -> Path:
        return Path(self._scratch.name) / DATABASE

    def __enter__(self) -> _Draft:
        return self

    def __exit__(self, *_: object) -> None:
        if "connection" in self.__dict__:
            self.connection.close()
        if "_scratch" in self.__dict__:
            self._scratch.cleanup()

    def begin(self) -> None:
        """Make all that needs no files of a snapshot: the views that stand upon those of the tables. Made once, it is
        kept."""
        tables = [f"CREATE VIEW {table.name} AS SELECT {_nothing(table)}" for table in TABLES.values()]
        made_of = repr((duckdb.__version__, tables, views(), _DOCS, Path(__file__).read_bytes()))
        name = f"views-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}.duckdb"
        before = kept(name)
        if before is not None:
            self._path.write_bytes(before)
            with suppress(duckdb.Error):
                _ = self.connection
                return
            self._path.unlink()  # it is damaged
        self.connection.execute(";\n".join(tables))
        _create_views(self.connection, BARE)
        _comment_views(self.connection, views().values())
        self._close()
        keep(name, self._path.read_bytes())

    def _close(self) -> None:
        """Close the connection, with all that was made."""
        for statement in ("COMMIT", "USE memory", "DETACH labels"):
            self.connection.execute(statement)
        self.connection.close()
        del self.connection

    def write(self, folder: str | os.PathLike[str], into: str | os.PathLike[str] | None = None) -> Path:
        """Finish it with views of a snapshot's tables, and write it into the snapshot or another folder."""
        target = Path(folder if into is None else into)
        with _unwritten(target):
            try:
                register_tables_of_snapshot(self.connection, folder)
                comment_tables(self.connection)
                self.connection.execute("RESET threads")  # which classes there are is asked of all objects
                _create_wide_views(self.connection, None)
            except duckdb.Error as error:
                if isinstance(error, duckdb.IOException):
                    raise
                raise unreadable(Path(folder).resolve(), error) from None
        return self.move(target)

    def move(self, folder: Path, work: Path | None = None) -> Path:
        """Move it into a folder, as it is. Until it is whole there it is in `work`, else beside its place."""
        path = folder.resolve() / DATABASE
        beside = (work or path.parent) / (f".{DATABASE}.{secrets.token_hex(4)}")
        with _unwritten(folder):
            try:
                self._close()
                shutil.copyfile(self._path, beside)
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)
        return path


@contextmanager
def _unwritten(folder: Path) -> Iterator[None]:
    """Raises SnapshotError where `labels.duckdb` cannot be written into a folder."""
    try:
        yield
    except (OSError, duckdb.IOException) as error:
        raise SnapshotError(
            f"{DATABASE} cannot be written: {getattr(error, 'strerror', None) or error}.",
            source=(folder.resolve() / DATABASE).as_posix(),
            remedy="Close the program that holds it open, or make room, then: labelframe register DIR",
        ) from None


def _nothing(table: Table) -> str:
    """What to select for a view that has the columns of a table."""
    return ", ".join(f"NULL::{sql_type(column.type)} AS {identifier(column.name)}" for column in table.columns)


def comment(table: Table, column: Column) -> str:
    """What DuckDB shows of a column: its meaning, unit and JSON source."""
    unit = f" [{column.unit}]" if column.unit else ""
    source = table.json_source(column)
    return f"{column.doc}{unit}" + (f" JSON: {source}" if source else "")


def comment_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the views of the tables, and their columns, say what they are."""
    there = {
        name for (name,) in connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    }
    for table in TABLES.values():
        if table.name not in there:
            continue
        columns = {column.name: comment(table, column) for column in table.columns}
        connection.execute(_comments(table.name, table.doc, columns))


def _create_views(connection: duckdb.DuckDBPyConnection, how: How) -> None:
    made = [view for view in views().values() if view.name in how.made]
    for view in made:
        # It is small, and read so often by objects_once that to plan it takes most of a statistic on a small snapshot.
        is_kept = view.name == "object_copies" and how.asked is not None and not how.narrowed
        connection.execute(f"CREATE {'TABLE' if is_kept else 'VIEW'} {view.name} AS {_reading(view.sql, how.schema)}")
    if how.described:
        comment_tables(connection)
        _comment_views(connection, made)
    if how.wide:
        _create_wide_views(connection, how.schema)


def _reading(sql: str, schema: str | None) -> str:
    """SQL of a view that reads the tables and views of a schema; of the one that is set where none is named.

    Without it DuckDB 1.0 would look for them in main, whichever schema the view is in.
    """
    if schema is None:
        return sql
    names = sorted({*TABLES, *(path.stem for path in (sql_folder() / "views").glob("*.sql"))} & _words(sql))
    theirs = ", ".join(f"{name} AS NOT MATERIALIZED (SELECT * FROM {schema}.{name})" for name in names)
    return f"WITH {theirs} SELECT * FROM ({sql}\n)"


def _comment_views(connection: duckdb.DuckDBPyConnection, made: Iterable[Query]) -> None:
    columns: dict[str, list[str]] = {}  # to describe each view would bind it once more
    listed = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
    for table, column in connection.execute(listed).fetchall():
        columns.setdefault(table, []).append(column)
    for view in made:
        connection.execute(_comments(view.name, view.question, {name: _doc(view, name) for name in columns[view.name]}))


def _comments(view: str, doc: str, columns: Mapping[str, str]) -> str:
    """SQL that lets a view and its columns say what they are."""
    statements = [f"COMMENT ON VIEW {view} IS {literal(doc)}"]
    statements += [f"COMMENT ON COLUMN {view}.{identifier(name)} IS {literal(text)}" for name, text in columns.items()]
    return ";\n".join(statements)


def views() -> dict[str, Query]:
    """The views of `sql/views/`, by name; each after those that it reads."""
    return in_order(read_folder(sql_folder() / "views"))


def in_order(found: Mapping[str, Query]) -> dict[str, Query]:
    """Views by name, each after those that it reads."""
    read = {name: sorted(found.keys() & _words(view.body) - {name}) for name, view in found.items()}
    return {name: found[name] for name in TopologicalSorter(read).static_order()}


def _words(sql: str) -> set[str]:
    """What may be names in SQL; DuckDB does not tell upper case from lower in them."""
    return set(re.findall(r"\w+", sql.lower()))


def view_columns(connection: duckdb.DuckDBPyConnection, view: Query) -> list[tuple[str, str, str]]:
    """(name, type, meaning) of each column of a view: as its SQL says in a line `-- column NAME: ...`, else as the
    tables do."""
    described = connection.execute(f"DESCRIBE {view.name}").fetchall()
    return [(name, kind, _doc(view, name)) for name, kind, *_ in described]


def _doc(view: Query, column: str) -> str:
    return view.columns.get(column) or _DOCS.get(column, "")


_DOCS = {column.name: column.doc for table in (*reversed(TABLES.values()), OBJECTS) for column in table.columns}
"""What a column means that several tables have: in objects, else in the first of them."""


def empty_tables() -> dict[str, pa.Table]:
    """Every table, without rows."""
    return {name: table.schema.empty_table() for name, table in TABLES.items()}


_ATTRIBUTES_BY_CLASS = """
SELECT o.name, list(DISTINCT coalesce(a.attribute, a.attribute_value, a.attribute_feature_hash, ''))
FROM (SELECT DISTINCT row_id, object_hash, name FROM objects WHERE name IS NOT NULL) AS o
JOIN attributes AS a ON a.owner = 'object' AND a.row_id = o.row_id AND a.owner_hash = o.object_hash
GROUP BY o.name
"""


def _create_wide_views(connection: duckdb.DuckDBPyConnection, schema: str | None) -> None:
    """One view a class with a column an attribute. DuckDB takes no PIVOT by data in a view: the names are literals."""
    taken: set[str] = set()
    for name, attributes in _attributes_by_class(connection).items():
        view = _free(f"wide_{name}", taken)
        connection.execute(f"CREATE VIEW {identifier(view)} AS {_reading(_wide_sql(name, attributes), schema)}")
        what = (
            f"One row per row of objects of the class {name}, one column per attribute; several answers joined by ', '."
        )
        connection.execute(f"COMMENT ON VIEW {identifier(view)} IS {literal(what)}")


def _attributes_by_class(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The attributes that objects of each class have, by the class's name, in order of these."""
    names = connection.execute("SELECT DISTINCT name FROM objects WHERE name IS NOT NULL ORDER BY name").fetchall()
    attributes = dict(connection.execute(_ATTRIBUTES_BY_CLASS).fetchall())
    return {name: attributes.get(name, []) for (name,) in names}


def _wide_sql(name: str, attributes: Iterable[str]) -> str:
    """The objects of a class with a column an attribute."""
    columns = set(WIDE_BASE)
    parts = [identifier(column) for column in WIDE_BASE]
    for attribute in sorted(attributes):
        value = f"array_to_string(map_extract(attributes, {literal(attribute)})[1], ', ')"
        parts.append(f"{value} AS {identifier(_free(attribute, columns))}")
    return f"SELECT {', '.join(parts)} FROM object_attributes WHERE name = {literal(name)}"


def pivot_attributes(connection: duckdb.DuckDBPyConnection, name: str) -> pa.Table:
    """The objects of a class with a column an attribute, as `wide_<class>` has them, in export order.

    Raises UnknownNameError where there is no object of that class.
    """
    known = _attributes_by_class(connection)
    if name not in known:
        raise unknown_name("class", name, list(known))
    order = "ORDER BY row_id, space_id, frame, range_start, object_hash"
    return connection.sql(f"{_wide_sql(name, known[name])} {order}").to_arrow_table()


def _free(name: str, taken: set[str]) -> str:
    """The name, or with a number where it is taken: DuckDB does not tell upper case from lower in names."""
    free, number = name or "unnamed", 2
    while free.lower() in taken:
        free, number = f"{name} ({number})", number + 1
    taken.add(free.lower())
    return free
