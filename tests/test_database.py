"""Views in DuckDB: of tables in memory, of a snapshot, and in `labels.duckdb` as DuckDB's own shell sees it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

import labelframe as lf
from labelframe import database, kept
from labelframe.database import WIDE_BASE, comment, identifier, literal, write_database
from labelframe.errors import SnapshotError
from labelframe.labels import flatten_to_snapshot
from labelframe.queries import Query, sql_folder
from labelframe.schema import DATABASE, TABLES
from labelframe.stats import run_query

WriteExport = Callable[..., Path]

VIEWS = sorted(path.stem for path in (sql_folder() / "views").glob("*.sql"))
SHELL = Path(sys.executable).with_name("duckdb.exe" if os.name == "nt" else "duckdb")

# What other systems have no names or links for.
posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")


def image_row(*names: str, attributes: tuple[str, ...] = ()) -> dict[str, Any]:
    """A label row of one image, with a box of each of these classes, each of them asked these attributes."""
    hashes = [f"object-{number}" for number in range(len(names))]
    objects = [
        {
            "objectHash": object_hash,
            "name": name,
            "shape": "bounding_box",
            "boundingBox": {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4},
        }
        for object_hash, name in zip(hashes, names, strict=True)
    ]
    answers = [{"name": name, "featureHash": f"feature of {name}", "answers": f"to {name}"} for name in attributes]
    labels = {"objects": objects, "classifications": []}
    return {
        "label_hash": "row",
        "data_type": "image",
        "data_units": {"unit": {"data_type": "image/png", "width": 100, "height": 50, "labels": labels}},
        "object_answers": {name: {"objectHash": name, "classifications": answers} for name in hashes},
    }


def views(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of all views, ours and those of each class."""
    found = connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY view_name").fetchall()
    return [name for (name,) in found]


def columns(connection: duckdb.DuckDBPyConnection, view: str) -> list[tuple[str, str]]:
    """Name and type of each column of a view."""
    return [(name, kind) for name, kind, *_ in connection.execute(f"DESCRIBE {identifier(view)}").fetchall()]


def ask_shell(database: Path, sql: str, folder: Path) -> list[dict[str, Any]]:
    """What the DuckDB shell answers, called in `folder`."""
    if not SHELL.exists():
        pytest.skip("the duckdb shell is not installed")
    asked = subprocess.run(
        [SHELL, "-readonly", "-json", database, sql], cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )
    assert (asked.returncode, asked.stderr) == (0, "")
    answer = json.loads(asked.stdout) if asked.stdout.strip() else []
    assert isinstance(answer, list)
    return answer


# labels.duckdb in the shell


def test_the_shell_lists_every_table_and_view_from_another_folder(demo: Path, tmp_path: Path) -> None:
    found = ask_shell(demo / "snapshot" / DATABASE, "select view_name from duckdb_views() where not internal", tmp_path)

    names = [row["view_name"] for row in found]
    assert [name for name in names if not name.startswith("wide_")] == sorted({*TABLES, *VIEWS}, key=names.index)
    assert {"wide_Vehicle", "wide_Traffic Light"} <= set(names)


def test_the_shell_can_read_every_table_and_view(demo: Path, tmp_path: Path) -> None:
    names = [*TABLES, *VIEWS, "wide_Vehicle", "wide_Traffic Light"]
    asked = " union all ".join(f"(select count(*) as n from {identifier(name)})" for name in names)
    with lf.open(demo / "snapshot").connect() as connection:
        expected = connection.execute(asked).fetchall()

    found = ask_shell(demo / "snapshot" / DATABASE, asked, tmp_path)

    assert [(row["n"],) for row in found] == expected


def test_the_shell_sees_the_same_columns_as_python(demo: Path, tmp_path: Path) -> None:
    sql = (
        "select view_name, column_name, data_type from duckdb_columns() join duckdb_views() "
        "on duckdb_columns.table_oid = duckdb_views.view_oid where not duckdb_views.internal order by all"
    )
    with lf.open(demo / "snapshot").connect() as connection:
        expected = connection.execute(sql).fetchall()

    found = ask_shell(demo / "snapshot" / DATABASE, sql, tmp_path)

    assert [tuple(row.values()) for row in found] == expected


def test_the_shell_shows_what_every_table_and_column_means(demo: Path, tmp_path: Path) -> None:
    of_tables = "select view_name, comment from duckdb_views() where not internal"
    of_columns = "select table_name, column_name, comment from duckdb_columns() where not internal"

    tables = ask_shell(demo / "snapshot" / DATABASE, of_tables, tmp_path)
    commented = ask_shell(demo / "snapshot" / DATABASE, of_columns, tmp_path)

    told = {row["view_name"]: row["comment"] for row in tables}
    assert {name: told[name] for name in TABLES} == {name: table.doc for name, table in TABLES.items()}
    assert [name for name, text in told.items() if not text] == []
    columns = {(row["table_name"], row["column_name"]): row["comment"] for row in commented}
    assert (
        columns.items()
        >= {
            (table.name, column.name): comment(table, column) for table in TABLES.values() for column in table.columns
        }.items()
    )
    assert [name for name, text in columns.items() if not text and not name[0].startswith("wide_")] == []


def test_the_shell_writes_nothing_into_a_snapshot(demo: Path, tmp_path: Path) -> None:
    before = sorted(path.name for path in (demo / "snapshot").iterdir())

    ask_shell(demo / "snapshot" / DATABASE, "select count(*) as n from objects", tmp_path)

    assert sorted(path.name for path in (demo / "snapshot").iterdir()) == before


def test_a_snapshot_that_was_moved_works_again_after_it_is_registered(
    write_export: WriteExport, tmp_path: Path
) -> None:
    flatten_to_snapshot([write_export([image_row("Car")])], tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")

    database = write_database(tmp_path / "new")

    assert database == tmp_path / "new" / DATABASE
    assert ask_shell(database, 'select name from objects union all select name from "wide_Car"', tmp_path) == [
        {"name": "Car"},
        {"name": "Car"},
    ]


def test_a_snapshot_that_was_moved_is_read_in_python_without_more(write_export: WriteExport, tmp_path: Path) -> None:
    flatten_to_snapshot([write_export([image_row("Car")])], tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")

    with lf.open(tmp_path / "new").connect() as connection:
        found = connection.execute('select name from objects union all select name from "wide_Car"').fetchall()

    assert found == [("Car",), ("Car",)]


def test_a_database_is_written_while_another_program_reads_it(write_export: WriteExport, tmp_path: Path) -> None:
    flatten_to_snapshot([write_export([image_row("Car")])], tmp_path / "snapshot")

    with duckdb.connect(str(tmp_path / "snapshot" / DATABASE), read_only=True) as reader:
        reader.execute("select * from objects")
        write_database(tmp_path / "snapshot")

        assert reader.execute("select name from objects").fetchall() == [("Car",)]


def test_what_is_no_snapshot_gets_no_database(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="This is no snapshot"):
        write_database(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_database_that_cannot_be_written_is_told(write_export: WriteExport, tmp_path: Path) -> None:
    flatten_to_snapshot([write_export([image_row("Car")])], tmp_path / "snapshot")
    database = tmp_path / "snapshot" / DATABASE
    database.unlink()
    database.mkdir()

    with pytest.raises(SnapshotError, match=r"labels\.duckdb cannot be written"):
        write_database(tmp_path / "snapshot")

    assert [path.name for path in database.parent.iterdir() if DATABASE in path.name] == [DATABASE]


def test_no_room_for_temporary_files_is_told(
    write_export: WriteExport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export([image_row("Car")])
    flatten_to_snapshot([export], tmp_path / "snapshot")

    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(database, "TemporaryDirectory", full)

    for write in (
        lambda: write_database(tmp_path / "snapshot"),
        lambda: flatten_to_snapshot([export], tmp_path / "other"),
    ):
        with pytest.raises(SnapshotError, match="cannot be written: No space left"):
            write()
    assert not (tmp_path / "other").exists()


def told_by(database: Path, folder: Path) -> list[list[dict[str, Any]]]:
    """All that `labels.duckdb` says of its views and columns."""
    columns = "select * exclude (database_oid, table_oid) from duckdb_columns() where not internal order by all"
    views = "select * exclude (database_oid, view_oid) from duckdb_views() where not internal order by all"
    return [ask_shell(database, sql, folder) for sql in (columns, views)]


def test_the_views_that_all_snapshots_have_are_made_once(
    write_export: WriteExport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flatten_to_snapshot([write_export([image_row("Car")])], tmp_path / "snapshot")
    monkeypatch.setattr(kept, "places", lambda: [tmp_path / "kept"])
    first = told_by(write_database(tmp_path / "snapshot"), tmp_path)
    (made,) = (tmp_path / "kept").iterdir()
    monkeypatch.setattr(database, "_create_views", None)

    assert told_by(write_database(tmp_path / "snapshot"), tmp_path) == first
    assert list((tmp_path / "kept").iterdir()) == [made]


@pytest.mark.parametrize("damage", [b"", b"no database", bytes(1 << 16)])
def test_views_that_were_kept_and_are_damaged_are_made_anew(
    damage: bytes, write_export: WriteExport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flatten_to_snapshot([write_export([image_row("Car")])], tmp_path / "snapshot")
    monkeypatch.setattr(kept, "places", lambda: [tmp_path / "kept"])
    first = told_by(write_database(tmp_path / "snapshot"), tmp_path)
    (made,) = (tmp_path / "kept").iterdir()
    made.write_bytes(damage)

    assert told_by(write_database(tmp_path / "snapshot"), tmp_path) == first
    assert made.read_bytes() != damage


def test_views_that_can_be_kept_nowhere_are_made_each_time(
    write_export: WriteExport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").write_text("no folder")
    monkeypatch.setattr(kept, "places", lambda: [tmp_path / "kept"])

    flatten_to_snapshot([write_export([image_row("Car")])], tmp_path / "snapshot")

    assert ask_shell(tmp_path / "snapshot" / DATABASE, "select count(*) as n from objects", tmp_path) == [{"n": 1}]


# Folders of any name


@pytest.fixture(scope="module")
def one_car(tmp_path_factory: pytest.TempPathFactory) -> lf.Labels:
    """The labels of one car, in memory."""
    path = tmp_path_factory.mktemp("car") / "export.json"
    path.write_text(json.dumps([image_row("Car", attributes=("Colour",))]), "utf-8")
    return lf.flatten(path)


@pytest.mark.parametrize(
    "name",
    [
        "it's; a {b,c} %20 $HOME",
        "~/-dash",
        "ünïcödé 日本 🚗",
        "[x]",
        "[!a]",
        "date=2024-01-01/x=0.5",
        "name=Bus/row_id=7",
        pytest.param('"quoted"', marks=posix_only),
        pytest.param("a*b", marks=posix_only),
        pytest.param("**", marks=posix_only),
        pytest.param("a?b", marks=posix_only),
        pytest.param("a\nb", marks=posix_only),
    ],
)
def test_a_folder_may_have_any_name(name: str, one_car: lf.Labels, tmp_path: Path) -> None:
    (tmp_path / "a b" / "snapshot" / "objects").mkdir(parents=True)  # a pattern would find it
    (tmp_path / "a b" / "snapshot" / "objects" / "part-00000.parquet").write_text("not ours")

    labels = one_car.write_parquet(tmp_path / name / "snapshot")

    assert labels["objects"].equals(one_car["objects"])
    assert labels.scan("objects").collect().equals(one_car.polars("objects"))
    with labels.connect() as connection, one_car.connect() as reference:
        assert columns(connection, "objects") == columns(reference, "objects")
        sql = "select * from object_attributes join label_rows using (row_id, label_hash)"
        assert connection.execute(sql).fetchall() == reference.execute(sql).fetchall()
    database = tmp_path / name / "snapshot" / DATABASE
    assert ask_shell(database, 'select row_id, name, x, "Colour" from "wide_Car"', tmp_path) == [
        {"row_id": 0, "name": "Car", "x": 0.1, "Colour": "to Colour"}
    ]


# In memory and on disk


def test_tables_in_memory_and_on_disk_have_the_same_views_columns_and_rows(demo: Path) -> None:
    with lf.flatten(demo / "export.json").connect() as memory, lf.open(demo / "snapshot").connect() as disk:
        names = views(disk)

        assert views(memory) == names
        for name in names:
            assert columns(memory, name) == columns(disk, name), name
        for name in [*TABLES, *VIEWS, "wide_Vehicle"]:
            sql = f"SELECT * FROM {identifier(name)} ORDER BY ALL"
            assert run_query(memory, sql).equals(run_query(disk, sql)), name


def test_times_come_as_python_times(demo: Path) -> None:
    sql = "select created_at from label_rows where created_at is not null limit 1"

    with lf.open(demo / "snapshot").connect() as connection:
        ((time,),) = connection.execute(sql).fetchall()

    assert time.utcoffset() == timedelta(0)


def test_types_in_sql_are_those_of_the_schema(demo: Path) -> None:
    with lf.open(demo / "snapshot").connect() as connection:
        found = dict(columns(connection, "objects"))

    assert {name: found[name] for name in ("row_id", "name", "x", "is_deleted", "created_at", "box", "points")} == {
        "row_id": "BIGINT",
        "name": "VARCHAR",
        "x": "DOUBLE",
        "is_deleted": "BOOLEAN",
        "created_at": "TIMESTAMP WITH TIME ZONE",
        "box": "STRUCT(x DOUBLE, y DOUBLE, w DOUBLE, h DOUBLE)",
        "points": "STRUCT(x DOUBLE, y DOUBLE, z DOUBLE)[]",
    }


def test_connections_know_nothing_of_each_other(write_export: WriteExport) -> None:
    labels = lf.flatten(write_export([image_row("Car")]))

    with labels.connect() as one, labels.connect() as other:
        one.execute("CREATE TABLE mine AS SELECT 1")

        assert [name for (name,) in other.execute("SELECT table_name FROM duckdb_tables()").fetchall()] == []


def test_a_connection_outlives_its_labels(write_export: WriteExport) -> None:
    connection = lf.flatten(write_export([image_row("Car")])).connect()

    with connection:
        assert connection.execute("select name from objects").fetchall() == [("Car",)]


# One view a class

BASE = len(WIDE_BASE)
NAME = WIDE_BASE.index("name")


def wide(labels: lf.Labels) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each wide view: name, and what comes after the columns that all have."""
    with labels.connect() as connection:
        return {
            view: [
                (row[NAME], *row[BASE:]) for row in connection.execute(f"SELECT * FROM {identifier(view)}").fetchall()
            ]
            for view in views(connection)
            if view.startswith("wide_")
        }


ODD_NAMES = (
    "Car",
    "Traffic Light",
    "Car ",
    " Car",
    'say "hi"',
    "it's",
    "\"'",
    "'; drop view objects; --",
    "日本 の車",
    "🚗",
    "Fußgänger",
    "a\nb",
    "a\tb",
    "a\\b",
    "\x1b[31mred",
    "[red]",
    "%",
    "$1",
    "{x}",
    "objects",
    "select",
    "a.b",
    "",
    "x" * 3000,
    "nothing\0after",
)


def test_a_class_of_any_name_has_a_view(write_export: WriteExport) -> None:
    labels = lf.flatten(write_export([image_row(*ODD_NAMES, attributes=("Colour",))]))

    found = wide(labels)

    assert found == {f"wide_{name}": [(name, "to Colour")] for name in ODD_NAMES}


def test_the_shell_can_read_the_view_of_a_class_of_any_name(write_export: WriteExport, tmp_path: Path) -> None:
    # No argument of a program holds a zero byte, so the shell cannot be asked about that class.
    names = ODD_NAMES[:-1]
    flatten_to_snapshot([write_export([image_row(*ODD_NAMES, attributes=("Colour",))])], tmp_path / "snapshot")
    asked = " union all ".join(f"(select name from {identifier(f'wide_{name}')})" for name in names)

    found = ask_shell(tmp_path / "snapshot" / DATABASE, asked, tmp_path)

    assert tuple(row["name"] for row in found) == names


def test_a_class_without_a_name_has_no_view_and_one_of_an_empty_name_has(write_export: WriteExport) -> None:
    row = image_row("", "gone")
    del row["data_units"]["unit"]["labels"]["objects"][1]["name"]

    found = wide(lf.flatten(write_export([row])))

    assert found == {"wide_": [("",)]}


def test_classes_that_differ_in_case_alone_have_a_view_each(write_export: WriteExport) -> None:
    names = ("car", "Car", "CAR", "car (2)", "Ära", "ära")

    found = wide(lf.flatten(write_export([image_row(*names)])))

    assert sorted(name for rows in found.values() for (name,) in rows) == sorted(names)
    assert len({view.lower() for view in found}) == len(names)
    assert found["wide_CAR"] == [("CAR",)]


@pytest.mark.parametrize(
    "names",
    [
        ("frame", "x", "name", "row_id", "shape"),
        ("Frame", "X"),
        ("Colour", "colour", "COLOUR"),
        ("Colour", "colour", "Colour (2)", "colour (2)"),
        ("attributes", "ambiguous", "rle", "extra"),
        ("", "unnamed", " "),
        ('q"q', "it's", "a\nb", "日本", "[red]", "a,b", "nothing\0after"),
    ],
)
def test_attributes_of_any_names_have_a_column_each(names: tuple[str, ...], write_export: WriteExport) -> None:
    labels = lf.flatten(write_export([image_row("Car", attributes=names)]))

    ((name, *answers),) = wide(labels)["wide_Car"]

    assert name == "Car"
    assert sorted(answers) == sorted(f"to {attribute}" for attribute in names)


def test_columns_of_attributes_are_named_after_them(write_export: WriteExport) -> None:
    labels = lf.flatten(write_export([image_row("Car", attributes=("Colour", "colour", "frame", ""))]))

    with labels.connect() as connection:
        names = [name for name, _ in columns(connection, "wide_Car")]

    assert names[BASE:] == ["unnamed", "Colour", "colour (2)", "frame (2)"]


def test_several_answers_share_a_cell_and_none_is_null(write_export: WriteExport) -> None:
    row = image_row("Car", "Car")
    options = [{"name": "Brake", "featureHash": "b"}, {"name": "Left", "featureHash": "l"}]
    lights = {"name": "Lights", "featureHash": "lights", "answers": options}
    row["object_answers"]["object-0"]["classifications"] = [lights]

    found = wide(lf.flatten(write_export([row])))

    assert found == {"wide_Car": [("Car", "Brake, Left"), ("Car", None)]}


def test_a_class_has_columns_for_its_own_attributes_only(write_export: WriteExport) -> None:
    row = image_row("Car", "Bus", attributes=("Colour",))
    row["object_answers"]["object-1"]["classifications"][0]["name"] = "Line"

    found = wide(lf.flatten(write_export([row])))

    assert found == {"wide_Car": [("Car", "to Colour")], "wide_Bus": [("Bus", "to Colour")]}
    with lf.flatten(write_export([row])).connect() as connection:
        assert columns(connection, "wide_Bus")[BASE:] == [("Line", "VARCHAR")]


# Text for SQL


@pytest.mark.parametrize("name", ["a", 'a"b', '""', "a'b", "a\nb", "select", "日本"])
def test_any_name_is_an_identifier(name: str) -> None:
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT 1 AS {identifier(name)}").description[0][0] == name


@pytest.mark.parametrize("text", ["", "a'b", "''", '"', "a\\nb", "a\nb", "$1", "日本"])
def test_any_text_is_a_literal(text: str) -> None:
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT {literal(text)}").fetchall() == [(text,)]


@pytest.mark.parametrize("path", sorted(sql_folder().rglob("*.sql")), ids=lambda path: path.stem)
def test_every_query_begins_with_its_question(path: Path) -> None:
    assert Query(path.stem, path.read_text("utf-8")).question.endswith("?")


def test_queries_are_beside_the_package_or_in_it(tmp_path: Path) -> None:
    assert sql_folder().is_dir()
    assert shutil.which("labelframe") is None or (sql_folder() / "views" / "object_attributes.sql").is_file()
