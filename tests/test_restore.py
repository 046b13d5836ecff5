"""What was flattened comes back, from the tables alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import exports
import pyarrow.parquet as pq
import pytest
from compare import flatten
from conftest import real_label_rows
from hypothesis import given, settings
from normal import normal
from rows import image_row

import labelframe as lf
from labelframe.demo_export import demo_export
from labelframe.errors import QueryError, SnapshotError, SourceError
from labelframe.labels import flatten_to_snapshot
from labelframe.restore import restore_tables
from labelframe.write_json import write_label_rows


def differences(before: Any, after: Any, path: str = "$") -> list[str]:
    """Where two values differ, a line each."""
    if isinstance(before, dict) and isinstance(after, dict):
        found = []
        for key in before | after:
            if key not in after:
                found.append(f"{path}.{key}: lost {before[key]!r}")
            elif key not in before:
                found.append(f"{path}.{key}: invented {after[key]!r}")
            else:
                found += differences(before[key], after[key], f"{path}.{key}")
        return found
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            line
            for index, (one, other) in enumerate(zip(before, after, strict=True))
            for line in differences(one, other, f"{path}[{index}]")
        ]
    return [] if before == after and type(before) is type(after) else [f"{path}: {before!r} became {after!r}"]


def lost(rows: list[Any]) -> list[str]:
    """What does not come back of label rows."""
    restored = [json.loads(json.dumps(row)) for row in restore_tables(flatten(rows))]
    return differences([normal(row) for row in rows], [normal(row) for row in restored])


@settings(max_examples=150)
@given(exports.exports())
def test_invented_exports_come_back(rows: list[Any]) -> None:
    assert lost(rows) == []


@pytest.mark.parametrize("modality", sorted(exports.MODALITIES))
def test_every_modality_comes_back(modality: str) -> None:
    @settings(max_examples=10)
    @given(exports.MODALITIES[modality]())
    def come_back(row: Any) -> None:
        assert lost([row]) == []

    come_back()


def test_the_demo_comes_back() -> None:
    assert lost(list(demo_export())) == []


@pytest.mark.parametrize("path", real_label_rows(), ids=lambda path: path.stem)
def test_real_label_rows_come_back(path: Path) -> None:
    assert lost([json.loads(path.read_text("utf-8"))]) == []


# From a folder


def image_rows(count: int) -> list[dict[str, Any]]:
    """Label rows of an image each, with a box."""
    return [image_row(f"row-{number}", "Car", "Bus") for number in range(count)]


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """A snapshot of three label rows."""
    (tmp_path / "export.json").write_text(json.dumps(image_rows(3)))
    flatten_to_snapshot([tmp_path / "export.json"], tmp_path / "snapshot")
    return tmp_path / "snapshot"


def rewrite(snapshot: Path, table: str, sql: str) -> None:
    """Replace the files of a table by what a query over it gives, as somebody who edits in SQL does."""
    with lf.open(snapshot).connect() as connection:
        edited = connection.sql(sql).to_arrow_table()
    for path in (snapshot / table).iterdir():
        path.unlink()
    pq.write_table(edited, snapshot / table / "edited.parquet")


def test_a_snapshot_comes_back_as_lines_or_a_list_however_packed(snapshot: Path, tmp_path: Path) -> None:
    rows = image_rows(3)

    for name in ("a.json", "a.jsonl", "a.ndjson", "a.json.gz", "a.jsonl.zst"):
        assert write_label_rows(lf.open(snapshot).restore(), tmp_path / name) == 3
        flattened = lf.flatten(tmp_path / name)
        assert list(flattened.restore()) == list(lf.open(snapshot).restore())
    assert differences([normal(row) for row in rows], [normal(row) for row in lf.open(snapshot).restore()]) == []


def test_a_condition_picks_label_rows(snapshot: Path) -> None:
    picked = lf.open(snapshot).restore("label_hash like '%-1' or row_id = 2 -- the last two")

    assert [row["label_hash"] for row in picked] == ["row-1", "row-2"]


def test_a_condition_that_duckdb_refuses_is_told(snapshot: Path) -> None:
    with pytest.raises(QueryError, match="status"):
        list(lf.open(snapshot).restore("status = 'REVIEWED'"))


def test_a_class_that_was_renamed_and_a_box_that_was_moved_come_back_so(snapshot: Path) -> None:
    rewrite(
        snapshot, "objects", "select * replace ('Lorry' as name, x + 0.25 as x) from objects order by object_hash desc"
    )

    rows = list(lf.open(snapshot).restore())

    objects = [entry for row in rows for entry in row["data_units"]["unit"]["labels"]["objects"]]
    assert {entry["name"] for entry in objects} == {"Lorry"}
    assert {entry["boundingBox"]["x"] for entry in objects} == {0.35}
    assert [entry["objectHash"] for entry in objects] == ["object-1", "object-0"] * 3


def test_a_label_row_that_was_dropped_takes_what_is_its_own_with_it(snapshot: Path) -> None:
    rewrite(snapshot, "label_rows", "select * from label_rows where row_id <> 1")

    assert [row["label_hash"] for row in lf.open(snapshot).restore()] == ["row-0", "row-2"]


@pytest.mark.parametrize(
    ("table", "sql", "place", "found"),
    [
        ("objects", "select * replace ('gone' as space_id) from objects", "objects.space_id of label row 0", "gone"),
        ("objects", "select * exclude (x) from objects", "objects.x", "none"),
        ("objects", "select * replace ('wide' as x) from objects", "objects.x", "wide"),
        ("frames", "select * replace (nullif(space_id, 'unit') as space_id) from frames", "frames.space_id", "null"),
        ("objects", "select * replace ('{' as extra) from objects", "objects.extra of label row 0", "{"),
        ("label_rows", "select * replace (0 as row_id) from label_rows", "label_rows.row_id of label row 0", "3 times"),
        ("instances", "select * replace ('cat' as owner) from instances", "instances.owner of label row 0", "cat"),
    ],
)
def test_an_edit_that_broke_the_tables_is_told_with_its_place(
    table: str, sql: str, place: str, found: str, snapshot: Path
) -> None:
    rewrite(snapshot, table, sql)

    with pytest.raises(SnapshotError) as caught:
        list(lf.open(snapshot).restore())

    assert place in str(caught.value)
    assert found in str(caught.value.found)


def test_a_table_without_files_is_told(snapshot: Path) -> None:
    for path in (snapshot / "frames").iterdir():
        path.unlink()

    with pytest.raises(SnapshotError, match="no Parquet file of the table frames"):
        list(lf.open(snapshot).restore())


def test_a_restored_file_takes_no_place_that_is_taken_unasked(snapshot: Path, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("mine")

    with pytest.raises(SourceError, match="something in this place"):
        write_label_rows(lf.open(snapshot).restore(), tmp_path / "a.json")
    with pytest.raises(SourceError, match="does not say how to write it"):
        write_label_rows(lf.open(snapshot).restore(), tmp_path / "a.txt")

    assert (tmp_path / "a.json").read_text() == "mine"
    assert write_label_rows(lf.open(snapshot).restore(), tmp_path / "a.json", overwrite=True) == 3


def test_tables_in_memory_in_another_order_come_back_too() -> None:
    tables = flatten([*image_rows(3)])
    shuffled = {
        name: table.take(list(reversed(range(table.num_rows)))) if name == "label_rows" else table
        for name, table in tables.items()
    }

    assert list(restore_tables(shuffled)) == list(restore_tables(tables))
