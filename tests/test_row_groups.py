"""What a filter leaves unread. The proof: row groups that need not be read are made unreadable."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import labelframe as lf
from labelframe import parquet
from labelframe.parquet import SnapshotWriter
from labelframe.schema import TABLES

ROWS = 8  # of a row group: two label rows with four objects each
GROUPS = 6
HASHES = [f"{'0f'[row % 2]}{sha256(bytes([row])).hexdigest()[:8]}" for row in range(2 * GROUPS)]
"""Of the label rows: min and max of every row group are about the same."""
PART = Path("objects", "part-00000.parquet")

needs_bloom_filters = pytest.mark.skipif(
    "bloom_filter_options" not in parquet.writing(TABLES["objects"]), reason="this pyarrow writes no Bloom filters"
)


def batch(table: str, **columns: list[Any]) -> pa.RecordBatch:
    """Rows of a table; columns that are not given are null, or hold nothing where they must not be null."""
    schema = TABLES[table].schema
    (rows,) = {len(values) for values in columns.values()}
    nothing: dict[str, object] = {"int64": 0, "bool": False}
    empty = {field.name: None if field.nullable else nothing.get(str(field.type), "") for field in schema}
    arrays = [pa.array(columns.get(field.name, [empty[field.name]] * rows), field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot whose objects stand in six row groups; frames rise through them, each class is in one of them."""
    folder = tmp_path_factory.mktemp("groups") / "snapshot"
    numbers = range(ROWS * GROUPS)
    row_ids = [number // 4 for number in numbers]
    objects = batch(
        "objects",
        row_id=row_ids,
        label_hash=[HASHES[row] for row in row_ids],
        object_hash=[f"object-{number}" for number in numbers],
        frame=[10 * number for number in numbers],
        name=[f"class-{number // ROWS}" for number in numbers],
        area=[number / 100 for number in numbers],
        x=[number / 1000 for number in numbers],
        shape=["bounding_box" for _ in numbers],
        is_deleted=[False for _ in numbers],
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "ROW_GROUP_ROWS", ROWS)
        with SnapshotWriter(folder) as writer:
            writer.write("label_rows", batch("label_rows", row_id=list(range(2 * GROUPS)), label_hash=HASHES))
            writer.write("objects", objects)
            writer.commit({})
    return folder


@pytest.fixture
def snapshot(whole: Path, tmp_path: Path) -> Path:
    """The same, to do harm to."""
    return Path(shutil.copytree(whole, tmp_path / "snapshot"))


ZSTD = b"\x28\xb5\x2f\xfd"  # what a compressed page begins with


def spoil(snapshot: Path, but: set[int], keep: str | None = None) -> None:
    """Make all row groups of objects but these unreadable. With `keep` of all columns but one, and of their pages not
    the headers and dictionaries, only the data: it can no longer be unpacked."""
    file = snapshot / PART
    groups = pq.ParquetFile(file).metadata
    data = bytearray(file.read_bytes())
    for number in set(range(groups.num_row_groups)) - but:
        group = groups.row_group(number)
        for column in map(group.column, range(group.num_columns)):
            start = column.dictionary_page_offset or column.data_page_offset
            end = start + column.total_compressed_size
            if keep is None:
                data[start:end] = b"\xff" * (end - start)
            elif column.path_in_schema != keep:
                start = column.data_page_offset
                data[start:end] = data[start:end].replace(ZSTD, b"\xff" * len(ZSTD))
    file.write_bytes(data)


def in_polars(snapshot: Path, condition: pl.Expr) -> list[int]:
    """The frames of the objects that meet a condition."""
    found = lf.open(snapshot).scan("objects").filter(condition).select("frame", "x", "object_hash").collect()
    return list(found["frame"])


def in_duckdb(snapshot: Path, condition: str) -> list[int]:
    """The same in SQL."""
    with lf.open(snapshot).connect(wide=False) as connection:
        rows = connection.execute(f"SELECT frame, x, object_hash FROM objects WHERE {condition}").fetchall()
    return [frame for frame, _, _ in rows]


def frames_of(first: int, rows: int) -> list[int]:
    """The frames of so many rows."""
    return [10 * number for number in range(first, first + rows)]


def column_of(file: pq.ParquetFile, number: int, column: str) -> Any:
    """What a row group tells of a column."""
    group = file.metadata.row_group(number)
    (found,) = (told for told in map(group.column, range(group.num_columns)) if told.path_in_schema == column)
    return found


# Written


def test_a_row_group_holds_no_more_rows_than_it_may(whole: Path) -> None:
    groups = pq.ParquetFile(whole / PART).metadata

    assert [groups.row_group(number).num_rows for number in range(groups.num_row_groups)] == [ROWS] * GROUPS


@pytest.mark.parametrize("column", ["row_id", "label_hash", "frame", "name", "area"])
def test_every_row_group_tells_min_and_max(column: str, whole: Path) -> None:
    file = pq.ParquetFile(whole / PART)
    told = [column_of(file, number, column).statistics for number in range(GROUPS)]
    values = [file.read_row_group(number)[column].to_pylist() for number in range(GROUPS)]

    assert [(statistics.min, statistics.max) for statistics in told] == [(min(held), max(held)) for held in values]


def test_min_and_max_of_label_hash_tell_nothing(whole: Path) -> None:
    file = pq.ParquetFile(whole / PART)
    told = [column_of(file, number, "label_hash").statistics for number in range(GROUPS)]

    # So that the tests below show what a Bloom filter does.
    assert sum(statistics.min <= HASHES[6] <= statistics.max for statistics in told) > 1


@pytest.mark.parametrize(("digits", "in_dictionary"), [(4, True), (17, False)])
def test_coordinates_have_a_dictionary_where_they_repeat(digits: int, in_dictionary: bool, tmp_path: Path) -> None:
    rows = parquet.ROW_GROUP_ROWS
    numbers = [round(number / rows, digits) for number in range(rows)]

    with SnapshotWriter(tmp_path / "snapshot") as writer:
        writer.write("objects", batch("objects", x=numbers))
        writer.commit({})

    file = pq.ParquetFile(tmp_path / "snapshot" / PART)
    size = column_of(file, 0, "x").total_uncompressed_size
    assert size < 3 * rows if in_dictionary else size > 7 * rows
    assert file.read(["x"])["x"].to_pylist() == numbers


@pytest.mark.parametrize(
    ("condition", "groups"),
    [
        (pc.field("row_id") == 5, [2]),
        (pc.field("row_id").isin([1, 11]), [0, 5]),
        (pc.field("frame") > 400, [5]),
        ((pc.field("frame") >= 80) & (pc.field("frame") < 160), [1]),
        (pc.field("area") < 0.1, [0, 1]),
    ],
)
def test_arrow_needs_only_the_row_groups_that_can_meet_a_filter(
    condition: pc.Expression, groups: list[int], whole: Path
) -> None:
    (fragment,) = ds.dataset(whole / PART).get_fragments()

    needed = fragment.split_by_row_group(condition)

    assert [group.id for part in needed for group in part.row_groups] == groups


# Read


@pytest.mark.parametrize("read", [in_polars, in_duckdb])
def test_what_is_spoilt_cannot_be_read(read: Callable[[Path, Any], list[int]], snapshot: Path) -> None:
    spoil(snapshot, but={2})

    with pytest.raises((pl.exceptions.PolarsError, duckdb.Error)):
        read(snapshot, pl.lit(True) if read is in_polars else "true")


@pytest.mark.parametrize(
    ("condition", "groups", "frames"),
    [
        (pl.col("row_id") == 5, {2}, frames_of(20, 4)),
        (pl.col("row_id").is_in([1, 11]), {0, 5}, frames_of(4, 4) + frames_of(44, 4)),
        (pl.col("frame") > 400, {5}, frames_of(41, 7)),
        (pl.col("frame").is_between(80, 159), {1}, frames_of(8, 8)),
        ((pl.col("frame") == 250) & (pl.col("name") == "class-3"), {3}, [250]),
    ],
    ids=str,
)
def test_polars_reads_only_the_row_groups_that_can_meet_a_filter(
    condition: pl.Expr, groups: set[int], frames: list[int], snapshot: Path
) -> None:
    spoil(snapshot, but=groups)

    assert in_polars(snapshot, condition) == frames


@pytest.mark.parametrize(
    ("column", "value", "group", "frames"),
    [("name", "class-3", 3, frames_of(24, 8)), ("label_hash", HASHES[6], 3, frames_of(24, 4))],
)
def test_of_the_other_row_groups_polars_unpacks_the_text_alone_that_is_asked_for(
    column: str, value: str, group: int, frames: list[int], snapshot: Path
) -> None:
    spoil(snapshot, but={group}, keep=column)

    assert in_polars(snapshot, pl.col(column) == value) == frames


@pytest.mark.parametrize(
    ("where", "groups", "frames"),
    [
        (f"label_hash = '{HASHES[6]}'", {3}, frames_of(24, 4)),
        (f"label_hash IN ('{HASHES[0]}', '{HASHES[11]}')", {0, 5}, frames_of(0, 4) + frames_of(44, 4)),
    ],
    ids=["one", "two"],
)
def test_scan_reads_only_the_row_groups_of_the_label_rows_that_are_wanted(
    where: str, groups: set[int], frames: list[int], snapshot: Path
) -> None:
    spoil(snapshot, but=groups)

    found = lf.open(snapshot).scan("objects", where=where).collect()

    assert list(found["frame"]) == frames


@pytest.mark.parametrize(
    ("condition", "groups", "frames"),
    [
        ("row_id = 5", {2}, frames_of(20, 4)),
        ("row_id IN (1, 11)", {0, 5}, frames_of(4, 4) + frames_of(44, 4)),
        ("frame > 400", {5}, frames_of(41, 7)),
        ("name = 'class-3'", {3}, frames_of(24, 8)),
        ("name = 'class-3' AND area > 0.29", {3}, frames_of(30, 2)),
    ],
)
def test_duckdb_reads_only_the_row_groups_that_can_meet_a_filter(
    condition: str, groups: set[int], frames: list[int], snapshot: Path
) -> None:
    spoil(snapshot, but=groups)

    assert in_duckdb(snapshot, condition) == frames


@needs_bloom_filters
@pytest.mark.parametrize(
    ("condition", "group", "frames"),
    [
        (f"label_hash = '{HASHES[6]}'", 3, frames_of(24, 4)),
        ("object_hash = 'object-17'", 2, frames_of(17, 1)),
    ],
    ids=["label_hash", "object_hash"],
)
def test_duckdb_finds_a_hash_by_bloom_filters(condition: str, group: int, frames: list[int], snapshot: Path) -> None:
    spoil(snapshot, but={group})

    assert in_duckdb(snapshot, condition) == frames


def test_a_connection_to_some_label_rows_reads_only_their_row_groups(snapshot: Path) -> None:
    spoil(snapshot, but={3})

    with lf.open(snapshot).connect(wide=False, where=f"label_hash = '{HASHES[6]}'") as connection:
        rows = connection.execute("SELECT frame, x, object_hash FROM objects ORDER BY frame").fetchall()

    assert [frame for frame, _, _ in rows] == frames_of(24, 4)
