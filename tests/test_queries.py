"""Queries can be told parameters, and people's own are run as ours are."""

from __future__ import annotations

from pathlib import Path

import pytest
import sql_page

import labelframe as lf
from labelframe.errors import QueryError, UnknownNameError
from labelframe.queries import Query, read_folder, sql_folder
from labelframe.stats import statistics

OWN = """-- How many objects of a class are there?
-- One row.
--
-- More about it.
-- parameter class = "Vehicle" (Vehicle, Person): The class.
-- parameter least = 1: At least so many.
-- parameter share = 0.5 (0 to 1): A share.
-- parameter all = false: Whether all count.
-- parameter nothing = null: Text or nothing.
-- column objects: How many.
select count(*) as objects, $share as share, $least as least, $nothing as nothing
from objects
where name = $class or $all
having count(*) >= $least
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with one statistic."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "how_many.sql").write_text(OWN, "utf-8")
    return tmp_path / "mine"


@pytest.fixture(scope="module")
def labels(demo: Path) -> lf.Labels:
    return lf.open(demo / "snapshot")


def test_a_header_tells_question_parameters_and_columns() -> None:
    query = Query("how_many", OWN)

    assert query.question == "How many objects of a class are there?"
    assert query.comments[1] == "One row."
    assert {name: one.default for name, one in query.parameters.items()} == {
        "class": "Vehicle",
        "least": 1,
        "share": 0.5,
        "all": False,
        "nothing": None,
    }
    assert query.columns == {"objects": "How many."}
    assert "--" not in query.body


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"class": "Person"}, {"class": "Person"}),
        ({"least": "3"}, {"least": 3}),
        ({"least": 3.0}, {"least": 3}),
        ({"share": "1e-3"}, {"share": 0.001}),
        ({"share": 1}, {"share": 1.0}),
        ({"all": "TRUE"}, {"all": True}),
        ({"nothing": "x"}, {"nothing": "x"}),
        ({"nothing": None}, {"nothing": None}),
    ],
)
def test_a_value_is_of_the_kind_of_its_default(given: dict[str, object], told: dict[str, object]) -> None:
    values = Query("how_many", OWN).values(given)

    ((name, value),) = told.items()
    assert (values[name], type(values[name])) == (value, type(value))


@pytest.mark.parametrize(
    "given",
    [
        {"least": "3.5"},
        {"least": "many"},
        {"share": "x"},
        {"all": "yes"},
        {"class": [1]},
        {"share": 1.5},
        {"share": -1},
        {"share": "nan"},
        {"class": "person"},
    ],
)
def test_a_value_of_another_kind_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(QueryError, match="does not take this value"):
        Query("how_many", OWN).values(given)


def test_a_default_that_cannot_be_read_is_told() -> None:
    with pytest.raises(QueryError, match="default of the parameter class cannot be read"):
        Query("bad", "-- Why?\n-- parameter class = Vehicle: Text without quotes.\nselect 1").values({})


def test_a_misspelt_parameter_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean class"):
        Query("how_many", OWN).values({"clas": "Vehicle"})


def test_people_s_own_statistics_are_run_as_ours(own: Path, labels: lf.Labels) -> None:
    frame = labels.stats("how_many", sql_dir=own, **{"class": "Person"})

    with labels.connect(wide=False) as connection:
        expected = connection.execute("select count(*) from objects where name = 'Person'").fetchall()
    assert frame.select("objects").rows() == expected
    assert labels.stats("class_counts", sql_dir=own).height > 1


def test_people_s_own_statistic_stands_before_ours_of_the_same_name(own: Path, labels: lf.Labels) -> None:
    (own / "how_many.sql").rename(own / "class_counts.sql")

    assert labels.stats("class_counts", sql_dir=own).columns == ["objects", "share", "least", "nothing"]
    assert statistics(own).keys() == statistics().keys()


@pytest.mark.parametrize("name", ["none", "empty"])
def test_a_folder_without_sql_is_refused(name: str, labels: lf.Labels, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(QueryError, match=r"Give a folder of \.sql files"):
        labels.stats("class_counts", sql_dir=tmp_path / name)


def test_a_statistic_can_be_told_another_ontology(labels: lf.Labels) -> None:
    ontology = {"objects": [{"id": "1", "name": "Never", "shape": "polygon", "featureNodeHash": "never"}]}

    frame = labels.stats("ontology_coverage", ontology=ontology)

    assert frame.filter(frame["in_ontology"]).select("class", "never_used").rows() == [("Never", True)]


def test_the_page_of_the_queries_is_up_to_date() -> None:
    made = sql_page.page()

    assert (sql_folder() / "README.md").read_text("utf-8") == made, "run: python docs/make.py"
    names = [*read_folder(sql_folder() / "stats"), *read_folder(sql_folder() / "checks")]
    assert len(names) > 70
    assert [name for name in names if f"\n### {name}\n" not in made] == []
