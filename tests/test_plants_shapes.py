"""Faults of shapes, boxes and tracks are found where they were planted, and nowhere else."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any

import compare
import plants_shapes
import pyarrow as pa
import pytest

from labelframe import database
from labelframe.demo_export import demo_export, demo_ontology
from labelframe.queries import read_folder, sql_folder
from labelframe.stats import run_query

PLANTS = {
    name: function
    for name, function in inspect.getmembers(plants_shapes, inspect.isfunction)
    if not name.startswith("_") and function.__module__ == "plants_shapes"
}
CHECKS = read_folder(sql_folder() / "checks")
HIDES = {"track_gap"}
"""Checks that find something in the demo: it hides people and vehicles for a few frames on purpose."""


def found(tables: Mapping[str, pa.Table], name: str) -> list[tuple[object, ...]]:
    """What a check finds in tables: where, and of what."""
    with database.connect() as connection:
        database.register_tables(connection, tables, database.BARE)
        query = CHECKS[name]
        result = run_query(connection, query.sql, query.values({}))
    return [
        (row["label_hash"], row["space_id"], row["frame"], row["owner_hash"])
        for row in result.to_pylist()
        if row["check"] == name
    ]


@cache
def exported(seed: int) -> str:
    return json.dumps(demo_export(seed))


def label_rows(seed: int) -> list[Any]:
    rows: list[Any] = json.loads(exported(seed))
    return rows


@cache
def demo_tables() -> Mapping[str, pa.Table]:
    return compare.flatten(label_rows(0), ontology=demo_ontology())


@pytest.mark.parametrize("name", sorted(PLANTS.keys() - HIDES))
def test_nothing_is_found_in_the_demo(name: str) -> None:
    assert found(demo_tables(), name) == []


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", PLANTS)
def test_planted_faults_are_found_and_nothing_else(name: str, seed: int) -> None:
    rows = label_rows(seed)

    expected = PLANTS[name](rows, demo_ontology(), Random(seed))

    findings = found(compare.flatten(rows, ontology=demo_ontology()), name)
    assert len(expected) > 1
    assert set(findings) == expected
    assert len(findings) == len(expected)
