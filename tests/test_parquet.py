"""Snapshots: complete or not there, and on disk what they are in memory."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rows import image_row

import labelframe as lf
from labelframe import database, parquet, workplace
from labelframe.errors import LabelframeError, LabelRowError, SnapshotError
from labelframe.flattening import flattener
from labelframe.labels import flatten_to_snapshot
from labelframe.parquet import ROW_GROUP_ROWS, SnapshotWriter, file_sha256, is_snapshot, read_manifest
from labelframe.schema import DATABASE, FORMAT_VERSION, MANIFEST, TABLES, Table, field_metadata
from labelframe.stats import run_query
from labelframe.version import __version__

WriteExport = Callable[..., Path]

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


def bad_row() -> dict[str, Any]:
    """A label row with a box that is no number wide."""
    row = image_row("bad", "Car")
    row["data_units"]["unit"]["labels"]["objects"][0]["boundingBox"]["w"] = None
    return row


def below(folder: Path) -> dict[str, bytes]:
    """Everything that a folder holds, hidden files too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty folder for snapshots, apart from the exports."""
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


# Complete or not there


def test_a_snapshot_holds_its_tables_the_manifest_and_the_database_and_nothing_else(
    write_export: WriteExport, place: Path
) -> None:
    flatten_to_snapshot([write_export([image_row("a", "Car")])], place / "snapshot")

    parts = [f"snapshot/{name}/part-00000.parquet" for name in TABLES]
    assert sorted(below(place)) == sorted([*parts, f"snapshot/{MANIFEST}", f"snapshot/{DATABASE}"])


def test_a_fault_in_the_second_label_row_leaves_nothing(write_export: WriteExport, place: Path) -> None:
    export = write_export([image_row("a", "Car"), bad_row()])

    with pytest.raises(LabelRowError):
        flatten_to_snapshot([export], place / "snapshot")

    assert list(place.iterdir()) == []


def test_a_fault_leaves_no_new_parent_folder_either(write_export: WriteExport, place: Path) -> None:
    with pytest.raises(LabelRowError):
        flatten_to_snapshot([write_export([bad_row()])], place / "new" / "newer" / "snapshot")

    assert list(place.iterdir()) == []


def test_parent_folders_are_made(write_export: WriteExport, place: Path) -> None:
    flatten_to_snapshot([write_export([image_row("a")])], place / "new" / "newer" / "snapshot")

    assert is_snapshot(place / "new" / "newer" / "snapshot")


@pytest.mark.parametrize(
    ("where", "what"),
    [(pq.ParquetWriter, "write_table"), (pq.ParquetWriter, "close"), (Path, "write_text"), (Path, "rename")],
)
def test_a_disk_that_is_full_leaves_nothing(
    where: type, what: str, write_export: WriteExport, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export([image_row("a", "Car")])
    done = getattr(where, what)

    def fail(self: Any, *args: Any, **options: Any) -> None:
        if what == "close":
            done(self)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(where, what, fail)

    with pytest.raises(SnapshotError, match="cannot be written: No space left on device") as caught:
        flatten_to_snapshot([export], place / "snapshot")

    assert caught.value.source == (place / "snapshot").as_posix()
    assert list(place.iterdir()) == []


def test_an_interruption_leaves_nothing(
    write_export: WriteExport, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export([image_row("a", "Car")])

    def interrupt(self: SnapshotWriter, table: str, batch: pa.RecordBatch) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SnapshotWriter, "write", interrupt)

    with pytest.raises(KeyboardInterrupt):
        flatten_to_snapshot([export], place / "snapshot")

    assert list(place.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(write_export: WriteExport, place: Path) -> None:
    export = write_export([image_row("a")])

    with pytest.raises(SnapshotError, match="Not a directory"):
        flatten_to_snapshot([export], export / "snapshot")

    assert list(place.iterdir()) == []


def test_nothing_is_there_before_commit(place: Path) -> None:
    with SnapshotWriter(place / "snapshot") as writer:
        before = (place / "snapshot").exists()
        writer.commit({})

    assert (before, is_snapshot(place / "snapshot")) == (False, True)


def test_a_writer_that_is_not_committed_leaves_nothing(place: Path) -> None:
    with SnapshotWriter(place / "snapshot"):
        pass

    assert list(place.iterdir()) == []


def test_a_folder_that_came_into_the_place_meanwhile_is_kept(place: Path) -> None:
    with SnapshotWriter(place / "snapshot") as late:
        with SnapshotWriter(place / "elsewhere") as early:
            early.commit({"who": "early"})
        (place / "elsewhere").rename(place / "snapshot")
        with pytest.raises(SnapshotError, match="something in this place already"):
            late.commit({"who": "late"})

    assert read_manifest(place / "snapshot")["who"] == "early"
    assert [path.name for path in place.iterdir()] == ["snapshot"]


# What is there already


def make_file(path: Path) -> None:
    path.write_text("mine")


def make_folder(path: Path) -> None:
    path.mkdir()
    (path / "notes.txt").write_text("mine")


def make_link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing")


def make_link_to_folder(path: Path) -> None:
    make_folder(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def make_snapshot(path: Path) -> None:
    with SnapshotWriter(path) as writer:
        writer.commit({"who": "first"})


@pytest.mark.parametrize(
    "make", [make_file, make_folder, Path.mkdir, make_link_to_nothing, make_link_to_folder, make_snapshot]
)
def test_nothing_is_overwritten_unasked(make: Callable[[Path], None], write_export: WriteExport, place: Path) -> None:
    make(place / "snapshot")
    before = below(place)

    with pytest.raises(SnapshotError, match="something in this place already"):
        flatten_to_snapshot([write_export([image_row("a")])], place / "snapshot")

    assert below(place) == before
    assert os.path.lexists(place / "snapshot")


@pytest.mark.parametrize("make", [make_file, make_folder, Path.mkdir, make_link_to_nothing, make_link_to_folder])
def test_what_is_no_snapshot_is_never_overwritten(
    make: Callable[[Path], None], write_export: WriteExport, place: Path
) -> None:
    make(place / "snapshot")
    before = below(place)

    with pytest.raises(SnapshotError, match="no snapshot, so it is not overwritten"):
        flatten_to_snapshot([write_export([image_row("a")])], place / "snapshot", overwrite=True)

    assert below(place) == before
    assert os.path.lexists(place / "snapshot")


def test_a_snapshot_is_overwritten_when_asked(write_export: WriteExport, place: Path) -> None:
    flatten_to_snapshot([write_export([image_row("a", "Car", "Bus")])], place / "snapshot")

    flatten_to_snapshot([write_export([image_row("b", "Van")])], place / "snapshot", overwrite=True)

    assert lf.open(place / "snapshot")["objects"]["name"].to_pylist() == ["Van"]
    assert [path.name for path in place.iterdir()] == ["snapshot"]


@pytest.mark.parametrize("name", ["notes.txt", "export.json", "plots/box.png", "objects/mine.parquet"])
def test_a_file_that_is_not_of_the_snapshot_is_never_lost(name: str, write_export: WriteExport, place: Path) -> None:
    make_snapshot(place / "snapshot")
    (place / "snapshot" / name).parent.mkdir(exist_ok=True)
    (place / "snapshot" / name).write_text("mine")

    with suppress(SnapshotError):  # to refuse is as good as to keep
        flatten_to_snapshot([write_export([image_row("b", "Van")])], place / "snapshot", overwrite=True)

    assert (place / "snapshot" / name).read_text() == "mine"
    assert [path.name for path in place.iterdir()] == ["snapshot"]


def test_a_link_to_a_snapshot_stays_a_link(write_export: WriteExport, place: Path) -> None:
    make_snapshot(place / "dated")
    (place / "latest").symlink_to("dated")

    flatten_to_snapshot([write_export([image_row("b", "Van")])], place / "latest", overwrite=True)

    assert sorted(path.name for path in place.iterdir()) == ["dated", "latest"]
    assert (place / "latest").is_symlink()
    assert lf.open(place / "dated")["objects"]["name"].to_pylist() == ["Van"]


@pytest.mark.parametrize("working_folder", [".", "here", "here/deep"])
def test_a_relative_folder_is_one_and_the_same_from_begin_to_end(
    working_folder: str, write_export: WriteExport, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export([image_row("a", "Car")])
    (place / working_folder).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(place / working_folder)

    flatten_to_snapshot([export], "sub/../snapshot")

    files = sorted(path.name for path in (place / working_folder / "snapshot").glob("*.*"))
    assert files == [MANIFEST, DATABASE]


def test_two_dots_after_a_link_lead_where_the_system_says(write_export: WriteExport, place: Path) -> None:
    (place / "far" / "away").mkdir(parents=True)
    (place / "near").symlink_to("far/away")

    flatten_to_snapshot([write_export([image_row("a", "Car")])], place / "near" / ".." / "snapshot")

    assert lf.open(place / "far" / "snapshot")["objects"].num_rows == 1
    assert not (place / "snapshot").exists()


def test_the_working_folder_itself_can_be_written_anew(
    write_export: WriteExport, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export([image_row("b", "Van")])
    make_snapshot(place / "snapshot")
    monkeypatch.chdir(place / "snapshot")

    flatten_to_snapshot([export], ".", overwrite=True)

    assert (place / "snapshot" / "labels.duckdb").is_file()
    assert lf.open(place / "snapshot")["objects"].num_rows == 1


def test_the_old_snapshot_stays_when_the_new_run_fails(write_export: WriteExport, place: Path) -> None:
    flatten_to_snapshot([write_export([image_row("a", "Car")])], place / "snapshot")
    before = below(place)

    with pytest.raises(LabelRowError):
        flatten_to_snapshot([write_export([image_row("b"), bad_row()])], place / "snapshot", overwrite=True)

    assert below(place) == before


@pytest.mark.parametrize("failing", [1, 2])
def test_the_old_snapshot_stays_when_it_cannot_be_moved(
    failing: int, write_export: WriteExport, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export([image_row("a", "Car")])
    flatten_to_snapshot([export], place / "snapshot")
    before = below(place)
    rename, calls = Path.rename, []

    def fail(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == failing:
            raise OSError(16, "Device or resource busy")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    monkeypatch.setattr(workplace, "_swap", lambda one, other: False)

    with pytest.raises(SnapshotError, match="Device or resource busy"):
        flatten_to_snapshot([export], place / "snapshot", overwrite=True)

    assert below(place) == before


def test_a_database_that_cannot_be_made_leaves_no_half_snapshot(
    write_export: WriteExport, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export([image_row("a", "Car")])

    def fail(*args: object) -> None:
        raise SnapshotError("No.")

    monkeypatch.setattr(database, "comment_tables", fail)

    with pytest.raises(SnapshotError):
        flatten_to_snapshot([export], place / "snapshot")

    # Whichever way: a folder that is there is complete.
    assert not (place / "snapshot").exists() or (place / "snapshot" / DATABASE).exists()


def test_a_snapshot_can_be_written_over_itself(write_export: WriteExport, place: Path) -> None:
    flatten_to_snapshot([write_export([image_row("a", "Car")])], place / "snapshot")
    labels = lf.open(place / "snapshot")
    before = dict(labels)

    again = labels.write_parquet(place / "snapshot", overwrite=True)

    assert {name: table.equals(before[name]) for name, table in again.items()} == dict.fromkeys(TABLES, True)


# The manifest


def test_the_manifest_tells_what_was_read_and_written(write_export: WriteExport, place: Path) -> None:
    first = write_export([image_row("a", "Car", "Bus")], "first.json")
    second = write_export([image_row("b")], "second.json")

    run = flatten_to_snapshot([first, second], place / "snapshot")

    manifest = read_manifest(place / "snapshot")
    assert manifest["format_version"] == FORMAT_VERSION
    assert manifest["labelframe_version"] == __version__
    assert manifest["created_at"].endswith("+00:00")
    assert manifest["rejects"] == 0
    assert manifest["sources"] == [
        {
            "name": path.as_posix(),
            "size": len(path.read_bytes()),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in (first, second)
    ]
    assert {name: table["rows"] for name, table in manifest["tables"].items()} == run.rows


def test_the_manifest_tells_the_bytes_of_every_part(demo: Path) -> None:
    snapshot = demo / "snapshot"

    parts = {name: table["parts"] for name, table in read_manifest(snapshot)["tables"].items()}

    on_disk = {
        name: [
            {
                "path": path.relative_to(snapshot).as_posix(),
                "rows": pq.ParquetFile(path).metadata.num_rows,
                "size": path.stat().st_size,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            }
            for path in sorted((snapshot / name).iterdir())
        ]
        for name in TABLES
    }
    assert parts == on_disk


def test_the_hash_of_a_gzip_file_is_of_its_bytes_on_disk(tmp_path: Path, place: Path) -> None:
    export = tmp_path / "export.json.gz"
    export.write_bytes(gzip.compress(json.dumps([image_row("a", "Car")]).encode()))

    flatten_to_snapshot([export], place / "snapshot")

    (source,) = read_manifest(place / "snapshot")["sources"]
    assert (source["size"], source["sha256"]) == (export.stat().st_size, file_sha256(export))


def test_a_file_that_was_passed_over_is_no_source(tmp_path: Path, place: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "a.json").write_text(json.dumps([image_row("a", "Car")]))
    (tmp_path / "exports" / "ontology.json").write_text('{"objects": [], "classifications": []}')

    run = flatten_to_snapshot([tmp_path / "exports"], place / "snapshot")

    assert [Path(source["name"]).name for source in read_manifest(place / "snapshot")["sources"]] == ["a.json"]
    assert [(Path(over.name).name, over.why) for over in run.passed_over] == [("ontology.json", "an ontology")]
    assert [over["why"] for over in read_manifest(place / "snapshot")["passed_over"]["first"]] == ["an ontology"]


def test_a_snapshot_inside_the_folder_it_was_made_of_is_no_source(write_export: WriteExport, tmp_path: Path) -> None:
    write_export([image_row("a", "Car")])
    flatten_to_snapshot([tmp_path], tmp_path / "snapshot")

    flatten_to_snapshot([tmp_path], tmp_path / "snapshot", overwrite=True)

    manifest = read_manifest(tmp_path / "snapshot")
    assert [Path(source["name"]).name for source in manifest["sources"]] == ["export.json"]
    assert manifest["tables"]["objects"]["rows"] == 1


def test_a_copy_tells_the_sources_of_the_first(demo: Path, place: Path) -> None:
    manifest = read_manifest(demo / "snapshot")

    lf.open(demo / "snapshot").write_parquet(place / "copy")

    copy = read_manifest(place / "copy")
    assert {key: copy[key] for key in ("sources", "account", "rejects")} == {
        key: manifest[key] for key in ("sources", "account", "rejects")
    }
    assert {name: table["rows"] for name, table in copy["tables"].items()} == {
        name: table["rows"] for name, table in manifest["tables"].items()
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "manifest cannot be read"),
        ("{", "manifest cannot be read"),
        ("[]", "format that this version cannot read"),
        ("{}", "format that this version cannot read"),
        (f'{{"format_version": {FORMAT_VERSION + 1}, "tables": {{}}}}', "format that this version cannot read"),
        (f'{{"format_version": {FORMAT_VERSION}}}', "manifest"),
        (f'{{"format_version": {FORMAT_VERSION}, "tables": {{}}}}', "manifest"),
    ],
)
def test_a_manifest_that_cannot_be_understood_is_told(text: str, message: str, place: Path) -> None:
    make_snapshot(place / "snapshot")
    (place / "snapshot" / MANIFEST).write_text(text)

    with pytest.raises(SnapshotError, match=message) as caught:
        lf.open(place / "snapshot").row_counts()

    assert caught.value.remedy is not None


# The tables on disk


@every_table
def test_tables_read_back_are_what_they_were_in_memory(table: Table, demo: Path) -> None:
    in_memory = lf.flatten(demo / "export.json")[table.name]

    on_disk = lf.open(demo / "snapshot")[table.name]

    assert on_disk.schema.equals(in_memory.schema, check_metadata=True)
    assert on_disk.schema.equals(table.schema, check_metadata=True)
    assert on_disk.equals(in_memory)


@every_table
def test_parquet_fields_carry_meaning_unit_and_source(table: Table, demo: Path) -> None:
    schema = pq.read_schema(demo / "snapshot" / table.name / "part-00000.parquet")

    # Parquet adds the number of each field.
    kept = [
        {key.decode(): fact.decode() for key, fact in field.metadata.items() if not key.startswith(b"PARQUET:")}
        for field in schema
    ]
    assert kept == [field_metadata(table, column) for column in table.columns]
    assert schema.metadata[b"labelframe.doc"].decode() == table.doc


@every_table
def test_a_part_needs_nothing_but_itself_to_be_read(table: Table, demo: Path) -> None:
    # Any reader, without our schema: dictionaries are kept in the file, too.
    alone = pq.ParquetFile(demo / "snapshot" / table.name / "part-00000.parquet")

    assert alone.schema_arrow.equals(table.schema)


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of a label row that holds nothing."""
    folder = tmp_path_factory.mktemp("nothing")
    (folder / "export.json").write_text('{"label_hash": "row", "data_units": {}}')
    flatten_to_snapshot([folder / "export.json"], folder / "snapshot")
    return folder / "snapshot"


@every_table
def test_an_empty_table_has_one_part_with_the_whole_schema(table: Table, nothing: Path) -> None:
    (part,) = (nothing / table.name).iterdir()

    assert pq.read_table(part, partitioning=None).schema.equals(table.schema)
    assert pq.ParquetFile(part).metadata.num_rows == (1 if table.name == "label_rows" else 0)


@pytest.mark.parametrize("rows", [1, ROW_GROUP_ROWS, ROW_GROUP_ROWS + 1, 3 * ROW_GROUP_ROWS - 1])
def test_row_groups_hold_no_more_than_131072_rows(rows: int, place: Path) -> None:
    schema = TABLES["export_history"].schema
    columns = [pa.nulls(rows, field.type) if field.nullable else pa.array(range(rows), field.type) for field in schema]

    with SnapshotWriter(place / "snapshot") as writer:
        writer.write("export_history", pa.RecordBatch.from_arrays(columns, schema=schema))
        writer.commit({})

    groups = pq.ParquetFile(place / "snapshot" / "export_history" / "part-00000.parquet").metadata
    sizes = [groups.row_group(number).num_rows for number in range(groups.num_row_groups)]
    assert max(sizes) <= 131_072
    assert sum(sizes) == rows


def test_row_groups_are_full_however_the_batches_fall(place: Path) -> None:
    schema = TABLES["export_history"].schema
    rows = ROW_GROUP_ROWS + 3  # a batch ends with the frame that fills it
    columns = [pa.nulls(rows, field.type) if field.nullable else pa.array(range(rows), field.type) for field in schema]
    batch = pa.RecordBatch.from_arrays(columns, schema=schema)

    with SnapshotWriter(place / "snapshot") as writer:
        for _ in range(4):
            writer.write("export_history", batch)
        writer.commit({})

    groups = pq.ParquetFile(place / "snapshot" / "export_history" / "part-00000.parquet").metadata
    sizes = [groups.row_group(number).num_rows for number in range(groups.num_row_groups)]
    assert min(sizes[:-1]) > ROW_GROUP_ROWS // 2


def test_a_table_of_many_rows_has_several_parts(demo: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "PART_ROWS", 100)
    monkeypatch.setattr(flattener, "BATCH_ROWS", 60)
    whole = lf.open(demo / "snapshot")

    flatten_to_snapshot([demo / "export.json"], place / "snapshot")

    parts = lf.open(place / "snapshot")
    assert len(list((place / "snapshot" / "objects").iterdir())) > 5
    for name in TABLES:
        # Each part has dictionaries of its own.
        assert parts[name].unify_dictionaries().equals(whole[name]), name
        assert parts.scan(name).collect().equals(whole.scan(name).collect()), name
    assert parts.row_counts() == whole.row_counts()


@pytest.mark.parametrize("size", [1, 50])
def test_batches_of_any_size_make_the_same_tables(size: int, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = lf.open(demo / "snapshot")
    monkeypatch.setattr(flattener, "BATCH_ROWS", size)

    labels = lf.flatten(demo / "export.json")

    assert {name: labels[name].equals(whole[name]) for name in TABLES} == dict.fromkeys(TABLES, True)


@every_table
def test_files_have_nothing_that_an_old_reader_lacks(table: Table, demo: Path) -> None:
    metadata = pq.ParquetFile(demo / "snapshot" / table.name / "part-00000.parquet").metadata
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    columns = [group.column(number) for group in groups for number in range(group.num_columns)]

    assert {column.compression for column in columns} <= {"ZSTD"}
    assert {encoding for column in columns for encoding in column.encodings} <= {"PLAIN", "RLE", "RLE_DICTIONARY"}


# Snapshots that something happened to


@pytest.fixture(scope="module")
def whole_parted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parted")
    (folder / "export.json").write_text(json.dumps([image_row(name, "Car") for name in "abc"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "PART_ROWS", 1)
        patch.setattr(flattener, "BATCH_ROWS", 1)
        flatten_to_snapshot([folder / "export.json"], folder / "snapshot")
    return folder / "snapshot"


@pytest.fixture
def parted(whole_parted: Path, tmp_path: Path) -> Path:
    """A snapshot with three parts of objects, to do harm to."""
    return Path(shutil.copytree(whole_parted, tmp_path / "parted"))


def test_a_part_for_every_batch_where_parts_are_small(parted: Path) -> None:
    names = sorted(path.name for path in (parted / "objects").iterdir())

    assert names == ["part-00000.parquet", "part-00001.parquet", "part-00002.parquet"]
    assert lf.open(parted)["objects"]["row_id"].to_pylist() == [0, 1, 2]


@pytest.mark.parametrize("gone", [["part-00001"], ["part-00000", "part-00001", "part-00002"]])
@pytest.mark.parametrize("take", [lf.Labels.__getitem__, lf.Labels.polars, lf.Labels.scan])
def test_a_table_whose_files_are_gone_is_told(
    take: Callable[[lf.Labels, str], object], gone: list[str], parted: Path
) -> None:
    labels = lf.open(parted)
    for name in gone:
        (parted / "objects" / f"{name}.parquet").unlink()

    with pytest.raises(SnapshotError, match=gone[0]):
        take(labels, "objects")


@pytest.mark.parametrize("gone", [["part-00001"], ["part-00000", "part-00001", "part-00002"]])
def test_sql_on_a_table_whose_files_are_gone_is_told(gone: list[str], parted: Path) -> None:
    for name in gone:
        (parted / "objects" / f"{name}.parquet").unlink()

    with pytest.raises(SnapshotError, match="objects"):
        lf.open(parted).connect().close()


def test_a_file_that_is_no_part_is_not_read(parted: Path) -> None:
    labels = lf.open(parted)
    part = parted / "objects" / "part-00000.parquet"
    part.with_name("part-00000 (copy).parquet").write_bytes(part.read_bytes())

    counts = labels["objects"].num_rows, labels.scan("objects").collect().height
    with labels.connect() as connection:
        in_sql = connection.execute("select count(*) from objects").fetchall()

    assert (*counts, *in_sql[0]) == (3, 3, 3)


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"\0" * 1000])
def test_a_broken_part_is_told(damage: bytes, parted: Path) -> None:
    (parted / "objects" / "part-00001.parquet").write_bytes(damage)

    with pytest.raises(SnapshotError, match="cannot be read") as caught:
        lf.open(parted)["objects"]

    assert caught.value.source is not None
    assert caught.value.source.startswith((parted / "objects").as_posix())


@pytest.mark.parametrize("table", ["objects", "label_rows"])
def test_sql_on_a_broken_part_is_told(table: str, parted: Path) -> None:
    # Whole footers, but nothing between that could be read.
    for part in (parted / table).iterdir():
        data = part.read_bytes()
        footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
        part.write_bytes(b"PAR1" + b"\xff" * (footer - 4) + data[footer:])

    # Some tables are read when connecting, others when they are asked.
    with pytest.raises(LabelframeError), lf.open(parted).connect() as connection:
        run_query(connection, f"from {table}")
