"""Label rows can be chosen, and asked about group by group."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from rows import image_row

import labelframe as lf
from labelframe.errors import QueryError


@pytest.fixture(params=["in memory", "from a snapshot"])
def labels(request: pytest.FixtureRequest, tmp_path: Path) -> lf.Labels:
    rows = [image_row("one", "Car", "Car", "Bus"), image_row("two", "Car"), image_row("three", "Bus")]
    for row, dataset, annotator in zip(rows, ["day", "night", "night"], ["ann", "bob", None], strict=True):
        row["dataset_title"] = dataset
        for entry in row["data_units"]["unit"]["labels"]["objects"]:
            entry["createdBy"] = annotator
    path = tmp_path / "export.json"
    path.write_text(json.dumps(rows), "utf-8")
    flattened = lf.flatten(path)
    return flattened if request.param == "in memory" else flattened.write_parquet(tmp_path / "snapshot")


def counts(frame: pl.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    return frame.select(*columns, "class", "objects").rows()


def test_a_condition_keeps_the_label_rows_that_meet_it(labels: lf.Labels) -> None:
    assert counts(labels.stats("class_counts", where="dataset_title = 'night'")) == [("Bus", 1), ("Car", 1)]


def test_a_condition_holds_in_every_table_and_view(labels: lf.Labels) -> None:
    with labels.connect(where="label_hash = 'two'") as connection:
        found = connection.execute(
            "select (select count(*) from objects), (select count(*) from labels_flat), (select count(*) from frames)"
        ).fetchall()

    assert found == [(1, 1, 1)]


def test_a_condition_may_name_other_tables(labels: lf.Labels) -> None:
    where = "(select count(*) from objects where objects.row_id = label_rows.row_id) = 3"

    assert counts(labels.stats("class_counts", where=where)) == [("Car", 2), ("Bus", 1)]


def test_a_statistic_is_asked_of_each_dataset(labels: lf.Labels) -> None:
    frame = labels.stats("class_counts", by="dataset")

    assert counts(frame, "by_dataset") == [
        ("day", "Car", 2),
        ("day", "Bus", 1),
        ("night", "Bus", 1),
        ("night", "Car", 1),
    ]


def test_a_statistic_is_asked_of_each_annotator(labels: lf.Labels) -> None:
    frame = labels.stats("class_counts", by="annotator")

    assert counts(frame, "by_annotator") == [("ann", "Car", 2), ("ann", "Bus", 1), ("bob", "Car", 1), (None, "Bus", 1)]


def test_a_statistic_is_asked_by_any_sql(labels: lf.Labels) -> None:
    frame = labels.stats("class_counts", by="label_hash = 'one'", where="label_hash <> 'three'")

    assert counts(frame, "by") == [("false", "Car", 1), ("true", "Car", 2), ("true", "Bus", 1)]


def test_a_split_can_stand_in_a_file(labels: lf.Labels, tmp_path: Path) -> None:
    splits = tmp_path / "splits.csv"
    splits.write_text("label_hash,split\none,train\ntwo,test\n", "utf-8")
    by = f"(select any_value(split) from '{splits.as_posix()}' as s where s.label_hash = label_rows.label_hash)"

    frame = labels.stats("class_counts", by=by)

    assert counts(frame, "by") == [("test", "Car", 1), ("train", "Car", 2), ("train", "Bus", 1), (None, "Bus", 1)]


@pytest.mark.parametrize("wanted", [{"where": "nothing = 1"}, {"where": "1; drop view objects"}, {"by": "nothing"}])
def test_what_is_no_sql_is_refused(wanted: dict[str, str], labels: lf.Labels) -> None:
    with pytest.raises(QueryError, match="label_rows"):
        labels.stats("class_counts", **wanted)
