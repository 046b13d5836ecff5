"""Statistics: each of `sql/stats/` runs, on much and on nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

import labelframe as lf
from labelframe.demo_export import demo_export, demo_ontology
from labelframe.errors import QueryError, UnknownNameError
from labelframe.stats import run_query, run_statistic, statistic, statistics

every_statistic = pytest.mark.parametrize("name", statistics())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the tables of the demo and its ontology."""
    path = tmp_path_factory.mktemp("stats") / "export.json"
    path.write_text(json.dumps(demo_export()), "utf-8")
    with lf.flatten(path, ontology=demo_ontology()).connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the tables of a label row that holds nothing."""
    path = tmp_path_factory.mktemp("stats") / "export.json"
    path.write_text(json.dumps([{"label_hash": "row", "data_units": {}}]), "utf-8")
    with lf.flatten(path).connect() as connection:
        yield connection


@every_statistic
def test_every_statistic_finds_something_in_the_demo(name: str, demo: duckdb.DuckDBPyConnection) -> None:
    result = run_statistic(demo, name)

    assert result.num_rows > 0


@every_statistic
def test_every_statistic_gives_the_same_rows_in_the_same_order_again(
    name: str, demo: duckdb.DuckDBPyConnection
) -> None:
    demo.execute("SET threads = 1")
    first = run_statistic(demo, name)
    demo.execute("SET threads = 4")

    again = run_statistic(demo, name)

    assert again.equals(first)


@every_statistic
def test_every_statistic_runs_on_labels_without_objects(name: str, nothing: duckdb.DuckDBPyConnection) -> None:
    result = run_statistic(nothing, name)

    assert result.num_columns > 0


@every_statistic
def test_every_column_of_a_statistic_has_a_name_that_needs_no_quotes(
    name: str, demo: duckdb.DuckDBPyConnection
) -> None:
    names = run_statistic(demo, name).column_names

    assert [column for column in names if not column.isidentifier() or column != column.lower()] == []
    assert len(set(names)) == len(names)


@every_statistic
def test_every_statistic_asks_a_question(name: str) -> None:
    assert statistics()[name].question.endswith("?")


def test_statistics_are_listed_by_name() -> None:
    names = list(statistics())

    assert names == sorted(names)
    assert "class_counts" in names


def test_a_misspelt_statistic_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"no statistic named clas_counts\.\n +Did you mean class_counts"):
        statistic("clas_counts")


def test_a_statistic_with_nothing_near_is_answered_with_all() -> None:
    with pytest.raises(UnknownNameError) as caught:
        statistic("zzz")

    assert [name for name in statistics() if name not in str(caught.value)] == []


def test_the_name_of_a_statistic_is_no_path() -> None:
    with pytest.raises(UnknownNameError):
        statistic("../stats/class_counts")


@pytest.mark.parametrize("sql", ["selec 1", "select * from nothing", "select 1 / 'x'", "select error('no')"])
def test_sql_that_duckdb_refuses_is_a_query_error(sql: str, demo: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(QueryError):
        run_query(demo, sql)


@pytest.mark.parametrize("sql", ["", "-- nothing"])
def test_sql_without_a_result_is_an_empty_table(sql: str, demo: duckdb.DuckDBPyConnection) -> None:
    assert run_query(demo, sql).equals(pa.table({}))


def test_columns_of_the_same_name_are_all_there(demo: duckdb.DuckDBPyConnection) -> None:
    result = run_query(demo, "select 1 as a, 2 as a")

    assert [column.to_pylist() for column in result.columns] == [[1], [2]]


def test_times_are_shown_in_utc(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_text(json.dumps([{"label_hash": "row", "created_at": "2024-01-02T03:04:05+05:30", "data_units": {}}]))

    with lf.flatten(path).connect() as connection:
        result = run_query(connection, "select created_at::varchar as created_at from label_rows")

    assert result.to_pylist() == [{"created_at": "2024-01-01 21:34:05+00"}]
