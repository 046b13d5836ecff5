"""Every statistic answers what a plain loop over the JSON does: on real exports, the demo's, and invented ones."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import compare
import duckdb
import exports
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from loops import Given, comparable, loops

from labelframe import database
from labelframe.demo_export import demo_export, demo_ontology
from labelframe.stats import run_query, statistics

LOOPS = loops()
STATISTICS = statistics()


def differences(rows: list[Any], ontology: dict[str, Any] | None = None, names: list[str] | None = None) -> list[str]:
    """What statistics answer otherwise than their loops do, a text each."""
    tables = compare.flatten(rows, ontology=ontology)
    told = Given(rows, ontology)
    found = []
    with database.connect() as connection:
        database.register_tables(connection, tables, database.BARE)
        for name in names or STATISTICS:
            found += _differences_of(connection, name, told)
    return found


def _differences_of(connection: duckdb.DuckDBPyConnection, name: str, told: Given) -> list[str]:
    query = STATISTICS[name]
    result = run_query(connection, query.sql, query.values({}))
    rows = comparable(result.to_pylist(maps_as_pydicts="lossy"))
    expected = comparable(LOOPS[name](told, **query.values({})))
    ours, theirs = Counter(rows), Counter(expected)
    return [f"{name}: {row}" for row in (ours - theirs)] + [f"{name}, loop: {row}" for row in (theirs - ours)]


def test_every_statistic_has_a_loop() -> None:
    assert [name for name in STATISTICS if name not in LOOPS] == []


@pytest.mark.parametrize("name", STATISTICS)
def test_a_statistic_equals_a_plain_loop_on_the_demo(name: str) -> None:
    rows: list[Any] = json.loads(json.dumps(demo_export()))

    assert differences(rows, demo_ontology(), [name]) == []


def test_statistics_equal_plain_loops_on_real_exports(real_exports: Path) -> None:
    found = {}
    for path in sorted(real_exports.glob("*.json")):
        value = orjson.loads(path.read_bytes())
        rows = value if isinstance(value, list) else [value]
        if all(isinstance(row, dict) and "data_units" in row for row in rows):
            found[path.name] = differences(rows)

    assert len(found) > 10
    assert {name: lines for name, lines in found.items() if lines} == {}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(exports.exports())
def test_statistics_equal_plain_loops_on_invented_exports(rows: list[Any]) -> None:
    assert differences(json.loads(json.dumps(rows))) == []
