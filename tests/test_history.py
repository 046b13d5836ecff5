"""Statistics over the history: each answers its cases in tests/sql/history/<query>/, and what a plain loop does."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import history_loops
import polars as pl
import pyarrow as pa
import pytest
import test_sql
from test_cli import answer, labelframe, message

import labelframe as lf
from labelframe import database, history
from labelframe.demo_export import demo_export
from labelframe.errors import QueryError, SnapshotError, UnknownNameError
from labelframe.labels import flatten_to_snapshot
from labelframe.queries import Query, sql_folder
from labelframe.schema import TABLES
from labelframe.stats import run_query, statistics

STATISTICS = history.history_statistics()
VIEWS = history.history_views()
QUERIES = {**STATISTICS, **VIEWS}
TWINS = ("label_rows_tree", "object_copies", "objects_once")  # of views of one snapshot
CASES = sorted((Path(__file__).parent / "sql" / "history").glob("*/*.json"))
DAYS = [f"2026-{month}-{day:02}T020000Z" for month in (11, 12) for day in range(1, 31)]

Row = Mapping[str, Any]  # as json has it
every_statistic = pytest.mark.parametrize("name", STATISTICS)


def connect(given: Mapping[str, Sequence[Row]]) -> duckdb.DuckDBPyConnection:
    """A connection with the given tables over a history, the others empty, and every view. A case gives of `snapshots`
    what they are called: they were taken when their name says."""
    unknown = given.keys() - {*TABLES, "snapshots"}
    if unknown:
        raise ValueError(f"no table {', '.join(sorted(unknown))}")
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute("create table snapshots (snapshot varchar, taken_at timestamptz, previous varchar)")
    for place, row in enumerate(given.get("snapshots", [])):
        before = given["snapshots"][place - 1]["snapshot"] if place else None
        connection.execute("insert into snapshots values (?, ?, ?)", [row["snapshot"], taken_at(row), before])
    for name, table in TABLES.items():
        rows = given.get(name, [])
        plain = [{key: value for key, value in row.items() if key != "snapshot"} for row in rows]
        of = pa.array([row["snapshot"] for row in rows], pa.string())
        connection.register(name, test_sql.arrow_table(table, plain).add_column(0, "snapshot", of))
    for view in VIEWS.values():
        connection.execute(f"create view {view.name} as {view.sql}")
    return connection


def taken_at(row: Row) -> str:
    return f"{row['snapshot'][:13]}:{row['snapshot'][13:15]}:{row['snapshot'][15:17]}+00:00"


def text_of(query: Query) -> str:
    return query.sql if query.name in STATISTICS else f"select * from {query.name} order by all"


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_query_over_the_history_answers_its_case(path: Path) -> None:
    case = json.loads(path.read_text("utf-8"))
    query = QUERIES[path.parent.name]

    with connect(case["given"]) as connection:
        values = query.values(case.get("parameters", {}))
        columns = run_query(connection, text_of(query), values).column_names
        rows = test_sql.rows_of(connection, text_of(query), values)

    assert {name for row in case["expect"] for name in row} <= set(columns)
    assert rows == [{name: row.get(name) for name in columns} for row in case["expect"]]


def test_every_query_over_the_history_has_a_case_and_every_case_a_query() -> None:
    assert {path.parent.name for path in CASES} == QUERIES.keys() - set(TWINS)


@pytest.mark.parametrize("name", QUERIES)
def test_query_over_no_history_has_no_rows(name: str) -> None:
    with connect({}) as connection:
        assert test_sql.rows_of(connection, text_of(QUERIES[name]), QUERIES[name].values({})) == []


@pytest.mark.parametrize("name", QUERIES)
def test_query_over_the_history_opens_with_its_question_and_what_a_row_means(name: str) -> None:
    question, row, third, *_ = QUERIES[name].comments
    body = [line for line in QUERIES[name].sql.splitlines() if not line.startswith("--")]

    assert question.endswith("?")
    assert row.startswith("One row per ")
    assert third == ("Deleted objects do not count." if name in STATISTICS else "")
    assert body[0].split()[0] in ("select", "with")
    assert ";" not in "\n".join(body)
    assert name in VIEWS or re.search(r"^order by ", QUERIES[name].sql, re.MULTILINE)


def test_no_statistic_over_the_history_is_named_as_another() -> None:
    assert STATISTICS.keys() & statistics().keys() == set()


# Against loops


def invented(rng: random.Random) -> dict[str, list[dict[str, Any]]]:
    """A history in which label rows come, go, change and change back, some on two branches, some without a hash."""
    names = sorted(rng.sample(DAYS[:30], rng.randint(1, 6)))
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in ("snapshots", "label_rows", "rejects")}
    tables |= {"objects": [], "classifications": [], "attributes": []}
    keys = [(label, branch) for label in ("a", "b", "c", None) for branch in (None, "two")]
    earlier: dict[Any, list[dict[str, Any]]] = {key: [] for key in keys}
    for name in names:
        tables["snapshots"].append({"snapshot": name, "taken_at": taken_at({"snapshot": name})})
        tables["rejects"] += [{"snapshot": name, "row_id": None}] * rng.choice([0, 0, 2])
        row_id = rng.randint(0, 5)
        for key in rng.sample(keys, rng.randint(0, len(keys))):
            for _ in range(1 if key[0] else rng.randint(1, 2)):
                versions = earlier[key]
                content = rng.choice(versions) if versions and rng.random() < 0.7 else invented_content(rng)
                versions.append(content)
                row_id += rng.randint(1, 3)
                where = {"snapshot": name, "row_id": row_id, "label_hash": key[0]}
                branch = key[1] or rng.choice([None, "main"])
                tables["label_rows"].append({**where, "branch_name": branch, **content["label_row"]})
                for table in ("objects", "classifications", "attributes"):
                    tables[table] += [{**where, **one} for one in content[table]]
    return tables


def invented_content(rng: random.Random) -> dict[str, Any]:
    statuses = [None, "NOT_LABELLED", "LABELLED", "REVIEWED"]
    row = {"label_status": rng.choice(statuses), "annotation_task_status": rng.choice([None, "QUEUED", "COMPLETED"])}
    people = [None, "", "ann", "ben"]
    objects = []
    for object_hash in rng.sample("pqr", rng.randint(0, 3)):
        name = rng.choice([None, "Car", "Bus"])
        for frame in rng.sample([None, 0, 1], rng.randint(1, 3)):
            one: dict[str, Any] = {"object_hash": object_hash, "space_id": "s", "frame": frame, "range_start": frame}
            one |= {"name": name if rng.random() < 0.9 else "Van", "x": rng.choice([None, 0.5])}
            one |= {"created_by": rng.choice(people), "last_edited_by": rng.choice([None, "ann", "ben"])}
            one |= {"last_edited_at": rng.choice([None, "2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00"])}
            objects.append({**one, "is_deleted": rng.choice([None, False, False, True])})
    classifications = [
        {"classification_hash": one, "name": rng.choice(["Day", "Night"])}
        for one in rng.sample("kl", rng.randint(0, 2))
    ]
    attributes = [
        {"owner": owner, "owner_hash": one, "attribute": "Colour", "answer": rng.choice("xy")}
        for owner, one in (("object", "p"), ("classification", "k"), ("object", "gone"))
        if rng.random() < 0.5
    ]
    content: dict[str, Any] = {"objects": objects, "classifications": classifications, "attributes": attributes}
    said = json.dumps([row, content])
    return {**content, "label_row": {**row, "content_hash": said}}


def comparable(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    """Rows as text, in no order; of times the moment."""
    shown = [
        {name: str(row[name])[:19] if name.endswith(("_at", "since")) else row[name] for name in names} for row in rows
    ]
    return sorted(repr(list(one.items())) for one in shown)


@every_statistic
@pytest.mark.parametrize("seed", range(15))
def test_statistic_over_the_history_equals_a_plain_loop(name: str, seed: int) -> None:
    tables = invented(random.Random(seed))
    values = STATISTICS[name].values({"days": 3} if name == "untouched_label_rows" else {})
    loop: Callable[..., list[Row]] = getattr(history_loops, name)
    told = {} if name == "label_churn" else values

    with connect(tables) as connection:
        rows = run_query(connection, STATISTICS[name].sql, values).to_pylist()
        again = run_query(connection, STATISTICS[name].sql, values).to_pylist()

    expected = loop(history_loops.History(tables), **told)
    assert rows == again
    columns = list(expected[0]) if expected else []
    assert comparable(rows, columns) == comparable(expected, columns)


def test_status_flow_equals_a_plain_loop_with_its_parameters() -> None:
    tables = invented(random.Random(0))
    told = {"of": "annotation_task_status", "stayed": True}

    with connect(tables) as connection:
        rows = run_query(connection, STATISTICS["status_flow"].sql, told).to_pylist()

    expected = history_loops.status_flow(history_loops.History(tables), "annotation_task_status", True)
    assert {"added", "moved", "removed", "stayed"} == {row["change"] for row in expected}
    assert comparable(rows, list(expected[0])) == comparable(expected, list(expected[0]))


# On stores


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of three snapshots of the demo: whole, with another status, without its last label rows."""
    folder = tmp_path_factory.mktemp("store")
    rows: list[Any] = json.loads(json.dumps(demo_export()))
    for name, change in zip(DAYS, ({}, {"label_status": "REVIEWED"}, {"label_status": "REVIEWED"}), strict=False):
        rows = [{**row, **change} for row in rows]
        export = folder / "export.json"
        export.write_text(json.dumps(rows if name != DAYS[2] else rows[:-3]), "utf-8")
        flatten_to_snapshot([export], folder / "labels" / f"snapshot={name}")
    return folder / "labels"


@every_statistic
def test_every_statistic_over_the_history_runs_on_a_store(name: str, store: Path) -> None:
    result = lf.stats_of_history(store, name)

    assert result.width > 3
    assert result.height > 0 or name in ("annotator_velocity", "back_and_forth", "untouched_label_rows")
    assert [column for column in result.columns if not column.isidentifier() or column != column.lower()] == []


@pytest.mark.parametrize("name", TWINS)
def test_views_over_the_history_equal_those_of_each_snapshot(name: str) -> None:
    groups = sorted({text for text in (path.read_text("utf-8") for path in test_sql.CASES) if '"children"' in text})
    given = [json.loads(text)["given"] for text in groups]
    names = DAYS[: len(given)]
    tables: dict[str, list[Row]] = {"snapshots": [{"snapshot": one} for one in names]}
    for of, case in zip(names, given, strict=True):
        for table, rows in case.items():
            tables.setdefault(table, []).extend({"snapshot": of, **row} for row in rows)

    with connect(tables) as connection:
        over = test_sql.rows_of(connection, f"select * from {name} order by all")

    assert len(given) > 3
    columns = [column for column in over[0] if column != "snapshot"]
    expected: list[Row] = []
    for of, case in zip(names, given, strict=True):
        with test_sql.connect(case) as connection:
            rows = test_sql.rows_of(connection, f"select {', '.join(columns)} from {name} order by all")
        expected += [{"snapshot": of, **row} for row in rows if row.get("child_row_id", 0) is not None]
    assert over == expected


def test_class_growth_agrees_with_class_counts_of_each_snapshot(store: Path) -> None:
    growth = lf.stats_of_history(store, "class_growth").filter(pl.col("objects") > 0)
    counts = lf.stats_over_time(store, "class_counts")

    columns = ["snapshot", "class", "objects", "instances"]
    sums = counts.group_by("snapshot", "class").agg(pl.col("objects", "instances").sum())
    assert growth.select(columns).sort(columns).equals(sums.select(columns).sort(columns))


@pytest.mark.parametrize("name", statistics())
def test_every_statistic_over_time_is_that_of_each_snapshot(name: str, store: Path) -> None:
    result = lf.stats_over_time(store, name)

    paths = sorted(store.iterdir())
    alone = [lf.open(path).stats(name) for path in paths]
    assert result.columns[:2] == ["snapshot", "taken_at"]
    assert result.drop("snapshot", "taken_at").equals(pl.concat(alone))
    taken = [day for path, rows in zip(DAYS, alone, strict=False) for day in [path] * rows.height]
    assert result["snapshot"].to_list() == taken
    assert result["taken_at"].dt.strftime("%Y-%m-%dT%H%M%SZ").to_list() == taken


def test_a_statistic_over_time_takes_what_statistics_take(store: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.sql").write_text(
        "-- parameter n = 1: A number.\nselect $n as n, count(*) as rows from label_rows"
    )
    only = "data_type = 'video'"

    by = lf.stats_over_time(store, "class_counts", by="data_type", where=only)
    mine = lf.stats_over_time(store, "mine", sql_dir=tmp_path, n=3)

    assert by.columns[:3] == ["snapshot", "taken_at", "by_data_type"]
    first = lf.open(store / f"snapshot={DAYS[0]}").stats("class_counts", by="data_type", where=only)
    assert by.filter(snapshot=DAYS[0]).drop("snapshot", "taken_at").equals(first)
    assert mine["n"].to_list() == [3, 3, 3]
    assert mine["rows"][0] - mine["rows"][2] == 3


def test_a_condition_keeps_its_label_rows_in_every_snapshot(store: Path) -> None:
    summary = lf.stats_of_history(store, "snapshot_summary", where="data_type = 'video'")
    changed = lf.stats_of_history(store, "snapshot_summary", where="label_status = 'REVIEWED'")

    counts = lf.stats_over_time(store, "label_rows_by_status").filter(data_type="video")
    sums = counts.group_by("snapshot", maintain_order=True).agg(pl.col("label_rows", "objects").sum())
    assert summary["label_rows"].to_list() == sums["label_rows"].to_list()
    assert summary["objects"].to_list() == sums["objects"].to_list()
    assert changed["label_rows_added"].to_list()[0] is None
    with pytest.raises(QueryError, match="condition on label_rows"):
        lf.stats_of_history(store, "snapshot_summary", where="nothing = 1")


def test_what_can_be_asked_of_the_history_is_listed() -> None:
    listed = lf.stats_of_history("anywhere")

    assert listed["statistic"].to_list() == sorted(STATISTICS)
    assert listed.columns == ["statistic", "question", "parameters"]


def test_a_misspelt_statistic_over_the_history_is_answered_with_the_nearest(store: Path) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean class_growth"):
        lf.stats_of_history(store, "class_grow")
    with pytest.raises(UnknownNameError, match="no parameter of class_growth"):
        lf.stats_of_history(store, "class_growth", days=3)


def test_a_snapshot_or_an_empty_folder_has_no_history(store: Path, tmp_path: Path) -> None:
    for folder in (store / f"snapshot={DAYS[0]}", tmp_path, tmp_path / "none"):
        with pytest.raises(SnapshotError):
            lf.stats_of_history(folder, "class_growth")
        with pytest.raises(SnapshotError):
            lf.stats_over_time(folder, "class_counts")


def test_only_tables_and_views_that_are_asked_for_are_made(store: Path) -> None:
    how = database.How(False, False, asked="select * from BOXES_PX")

    assert how.made == {"boxes_px", "objects", "frames", "spaces"}
    with database.connect() as connection:
        database.register_snapshot(connection, store / f"snapshot={DAYS[0]}", how)
        assert connection.sql("select * from boxes_px").fetchall()


# On the command line


def test_the_command_line_answers_over_time_and_over_the_history(store: Path) -> None:
    over_time = answer(labelframe("stats", store, "label_rows_by_status", "--over-time", "--format", "csv"))
    growth = answer(labelframe("stats", store, "class_growth", "--format", "csv"))
    flow = answer(labelframe("stats", store, "status_flow", "--param", "stayed=true", "--format", "json"))

    assert over_time.startswith("snapshot,taken_at,data_type,")
    assert growth.startswith("snapshot,taken_at,class,objects,")
    assert {"moved", "removed", "stayed"} <= {json.loads(row)["change"] for row in flow.splitlines()}


def test_the_command_line_lists_what_a_store_can_be_asked(store: Path) -> None:
    listed = [json.loads(line) for line in answer(labelframe("stats", store, "--format", "json")).splitlines()]
    of_snapshot = answer(labelframe("stats", store / f"snapshot={DAYS[0]}"))

    asked_of = {row["statistic"]: row["asked_of"] for row in listed}
    assert asked_of == {**dict.fromkeys(statistics(), "snapshot"), **dict.fromkeys(STATISTICS, "history")}
    assert "class_growth" not in of_snapshot


@pytest.mark.parametrize("option", [["--by", "dataset"], ["--over-time"], ["--ontology", "o.json"]])
def test_what_makes_no_sense_with_the_history_is_refused(option: list[str], store: Path) -> None:
    lines = message(labelframe("stats", store, "class_growth", *option))

    assert lines[0].startswith(f"{option[0]} cannot be had with class_growth")


def test_the_command_line_says_what_a_history_needs(store: Path) -> None:
    lines = message(labelframe("stats", store / f"snapshot={DAYS[0]}", "class_growth"))
    misspelt = message(labelframe("stats", store, "class_grows", "--over-time"))

    assert "This is a single snapshot: it has no history." in lines[1]
    assert "class_growth" in misspelt[1]


def test_the_folder_of_sql_is_wholly_known() -> None:
    assert {path.stem for path in (sql_folder() / "history").rglob("*.sql")} == QUERIES.keys()
