"""The checks of answers, names and ranges find in the demo what was planted there, and nothing else."""

from __future__ import annotations

import copy
from functools import cache
from random import Random
from typing import Any

import compare
import plants_answers
import pytest
from plants_answers import Json, Key, titled

from labelframe import database
from labelframe.demo_export import demo_export, demo_ontology
from labelframe.queries import read_folder, sql_folder
from labelframe.stats import run_query

CHECKS = read_folder(sql_folder() / "checks")
NAMES = (
    "answers_missing",
    "class_name_variants",
    "complete_without_labels",
    "foreign_ontology",
    "missing_name",
    "object_without_answer",
    "orphan_answer",
    "overlapping_ranges",
    "range_beyond_space",
    "range_outside_object",
    "reversed_range",
    "time_travel",
    "two_radio_answers",
    "unknown_class",
    "unknown_option",
    "unknown_shape",
    "unlabelled_between",
)
ON_PURPOSE = {"object_without_answer": 1, "orphan_answer": 1}
"""How often the demo has this by itself: one of its photos shows it (`unfinished_image`)."""


def found_in(rows: list[Any], ontology: Json, names: tuple[str, ...]) -> dict[str, list[Key]]:
    """What checks find: (label_hash, space_id, frame, owner_hash) of each finding."""
    found = {}
    tables = compare.flatten(rows, ontology=ontology)
    with database.connect() as connection:
        database.register_tables(connection, tables, database.BARE)
        for name in names:
            query = CHECKS[name]
            result = run_query(connection, query.sql, query.values({}))
            found[name] = [
                (row["label_hash"], row["space_id"], row["frame"], row["owner_hash"]) for row in result.to_pylist()
            ]
    return found


def demo() -> tuple[list[Any], Json]:
    """Label rows and ontology, to be changed."""
    return copy.deepcopy(demo_export()), copy.deepcopy(demo_ontology())


@cache
def found_in_demo() -> dict[str, list[Key]]:
    return found_in(*demo(), NAMES)


def test_the_demo_has_nothing_but_what_it_has_on_purpose() -> None:
    found = {name: keys for name, keys in found_in_demo().items() if keys}

    assert {name: len(keys) for name, keys in found.items()} == ON_PURPOSE
    unfinished = titled(demo_export(), "street_draft.jpg")["label_hash"]
    assert {key[0] for keys in found.values() for key in keys} == {unfinished}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", NAMES)
def test_a_check_finds_what_was_planted(name: str, seed: int) -> None:
    rows, ontology = demo()
    expected = getattr(plants_answers, name)(rows, ontology, Random(seed))

    found = found_in(rows, ontology, (name,))[name]

    assert expected
    assert set(found) == expected | set(found_in_demo()[name])


def test_every_plant_is_one_of_a_check() -> None:
    assert all(hasattr(plants_answers, name) and name in CHECKS for name in NAMES)
