"""Snapshots are verified: nothing is found in one as it was written, and every kind of damage is found."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import exports
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from compare import flatten
from conftest import real_label_rows
from hypothesis import given, settings
from rows import image_row

from labelframe import parquet
from labelframe.database import write_database
from labelframe.errors import SnapshotError
from labelframe.labels import flatten_to_snapshot
from labelframe.parquet import SnapshotWriter, file_sha256, read_manifest
from labelframe.queries import sql_folder
from labelframe.schema import DATABASE, MANIFEST, TABLES, Table
from labelframe.store import database_note
from labelframe.verify import UNIQUE_KEYS, Finding, extent, verify

Damage = Callable[[Path], object]
Told = list[tuple[str, str | None, int]]  # check, table, count

ODD_NAMES = ["date=2024-01-01", "it's a [0-9]", "Größe {a,b}", "日本 %41 $x #1 ''"]
if os.name != "nt":
    ODD_NAMES += ["what?*", 'a "quoted" \\n', "two\nlines"]


def label_rows() -> list[object]:
    """An image with two objects, a classification and an object that is none; a sound with ranges."""
    image = image_row("image", "Car", "Bus")
    labels = image["data_units"]["unit"]["labels"]
    labels["objects"].append(None)
    labels["classifications"].append({"classificationHash": "weather", "name": "Weather"})
    colour, plate = {"name": "Colour", "answers": "red"}, {"name": "Plate", "answers": "AB 1"}
    image["object_answers"] = {"object-0": {"classifications": [colour, plate]}}
    image["classification_answers"] = {"weather": {"classifications": [{"name": "Weather", "answers": "rain"}]}}
    image["export_history"] = [{"export_hash": "e"}]
    sound = {
        "label_hash": "sound",
        "data_type": "audio",
        "data_units": {"sound": {"data_type": "audio/mpeg", "labels": {}}},
        "object_answers": {"speech": {"name": "Speech", "range": [[100, 200], [300, 400]]}},
        "classification_answers": {"music": {"range": [[0, 50]], "classifications": []}},
    }
    return [image, sound]


COLOUR = {
    "name": "Colour",
    "type": "radio",
    "featureNodeHash": "colour",
    "options": [{"label": "Red", "featureNodeHash": "red", "options": [{"name": "Shade", "featureNodeHash": "shade"}]}],
}
ONTOLOGY: dict[str, object] = {"objects": [{"name": "Car", "featureNodeHash": "car", "attributes": [COLOUR]}]}


def write_snapshot(rows: list[object], folder: Path) -> None:
    """A snapshot of label rows with what could not be taken in its rejects."""
    tables = flatten(rows, ontology=ONTOLOGY)
    with SnapshotWriter(folder) as writer:
        for name, table in tables.items():
            for batch in table.to_batches():
                writer.write(name, batch)
        account = [{"found": 5, "written": 4, "rejected": 1}, {"found": 2, "written": 2, "rejected": 0}]
        writer.commit({"rejects": tables["rejects"].num_rows, "account": account}, write_database)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify") / "snapshot"
    write_snapshot(label_rows(), folder)
    return folder


@pytest.fixture
def snapshot(written: Path, tmp_path: Path) -> Path:
    """A snapshot of `label_rows`, to be damaged."""
    return Path(shutil.copytree(written, tmp_path / "snapshot"))


def told(folder: Path) -> Told:
    return [(finding.check, finding.table, finding.count) for finding in verify(folder)]


def part(folder: Path, table: str) -> Path:
    return folder / table / "part-00000.parquet"


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = read_manifest(folder)
    change(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")


def describe_anew(folder: Path, table: str, rows: int) -> None:
    """Let the manifest tell of a part as it is now, so that nothing but what it holds is wrong."""
    path = part(folder, table)
    about = {"path": f"{table}/{path.name}", "rows": rows, "size": path.stat().st_size, "sha256": file_sha256(path)}
    edit_manifest(folder, lambda manifest: manifest["tables"].update({table: {"rows": rows, "parts": [about]}}))


def rewrite(table: str, change: Callable[[pa.Table], pa.Table]) -> Damage:
    """Writes a table's only part anew, changed, with the manifest that it would have had."""

    def damage(folder: Path) -> None:
        changed = change(pq.read_table(part(folder, table), partitioning=None))
        pq.write_table(changed, part(folder, table))
        describe_anew(folder, table, changed.num_rows)

    return damage


def cell(table: str, column: str, value: object) -> Damage:
    """Changes a column's value in the first row, to null even where the schema says that it holds none."""

    def change(rows: pa.Table) -> pa.Table:
        kind = rows[column].type
        values = pa.array([value, *rows[column].to_pylist()[1:]], kind)
        return rows.set_column(rows.column_names.index(column), pa.field(column, kind), values)

    return rewrite(table, change)


def without_first_row(table: str) -> Damage:
    return rewrite(table, lambda rows: rows.slice(1))


def first_row_twice(table: str) -> Damage:
    return rewrite(table, lambda rows: pa.concat_tables([rows, rows.slice(0, 1)]))


def reverse_a_range(rows: pa.Table) -> pa.Table:
    starts = rows["range_start"].to_pylist()
    ends = rows["range_end"].to_pylist()
    place = next(place for place, start in enumerate(starts) if start is not None)
    ends[place] = starts[place] - 1
    return rows.set_column(rows.column_names.index("range_end"), "range_end", pa.array(ends))


def in_manifest(change: Callable[[dict[str, Any]], object]) -> Damage:
    return lambda folder: edit_manifest(folder, change)


def in_part(change: Callable[[dict[str, Any]], object]) -> Damage:
    """Changes what the manifest tells of the part of frames."""
    return in_manifest(lambda manifest: change(manifest["tables"]["frames"]["parts"][0]))


def flip_a_byte(folder: Path) -> None:
    data = bytearray(part(folder, "frames").read_bytes())
    data[len(data) // 2] ^= 1
    part(folder, "frames").write_bytes(data)


def truncate(folder: Path) -> None:
    part(folder, "frames").write_bytes(part(folder, "frames").read_bytes()[:-1])


def flip_a_byte_of_a_page(folder: Path) -> None:
    """A page that cannot be unpacked, in a file that can be opened and has the checksum of the manifest."""
    path = part(folder, "frames")
    column = pq.read_metadata(path).row_group(0).column(0)
    start = column.dictionary_page_offset if column.has_dictionary_page else column.data_page_offset
    data = bytearray(path.read_bytes())
    data[start : start + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    describe_anew(folder, "frames", pq.read_metadata(path).num_rows)


def no_parquet(folder: Path) -> None:
    part(folder, "frames").write_text("frames")
    describe_anew(folder, "frames", 0)


def add_strangers(folder: Path) -> None:
    shutil.copy(part(folder, "frames"), folder / "frames" / "part-00001.parquet")
    (folder / "frames" / "deep").mkdir()
    (folder / "frames" / "deep" / "notes.txt").write_text("mine")
    (folder / "frames" / ".DS_Store").write_text("a Mac's, in every folder that somebody has looked at")


def list_part_of_another_table(manifest: dict[str, Any]) -> None:
    manifest["tables"]["frames"] = manifest["tables"]["spaces"]


# Questions that need frames: what is told besides when the files of frames are not sound.
WITHOUT_FRAMES = ("not_asked", None, 8)

FILE_DAMAGES: dict[str, tuple[Damage, Told]] = {
    "a byte flipped": (flip_a_byte, [("part_checksum", "frames", 1), WITHOUT_FRAMES]),
    "cut off": (truncate, [("part_size", "frames", 1), WITHOUT_FRAMES]),
    "gone": (lambda folder: part(folder, "frames").unlink(), [("part_missing", "frames", 1), WITHOUT_FRAMES]),
    "folder gone": (lambda folder: shutil.rmtree(folder / "frames"), [("part_missing", "frames", 1), WITHOUT_FRAMES]),
    "strangers": (add_strangers, [("stranger", "frames", 2)]),
    "no Parquet": (no_parquet, [("part_unreadable", "frames", 1), WITHOUT_FRAMES]),
    "a page that cannot be unpacked": (flip_a_byte_of_a_page, [("part_unreadable", "frames", 1), WITHOUT_FRAMES]),
    "another size in the manifest": (
        in_part(lambda about: about.update(size=1)),
        [("part_size", "frames", 1), WITHOUT_FRAMES],
    ),
    "no size in the manifest": (in_part(lambda about: about.pop("size")), [("part_size", "frames", 1), WITHOUT_FRAMES]),
    "another checksum in the manifest": (
        in_part(lambda about: about.update(sha256="0" * 64)),
        [("part_checksum", "frames", 1), WITHOUT_FRAMES],
    ),
    "other rows of a part in the manifest": (
        in_part(lambda about: about.update(rows=9)),
        [("part_rows", "frames", 1)],
    ),
    "other rows of a table in the manifest": (
        in_manifest(lambda manifest: manifest["tables"]["frames"].update(rows=4)),
        [("table_rows", "frames", 3)],
    ),
    "no part in the manifest": (
        in_manifest(lambda manifest: manifest["tables"]["frames"].update(parts=[])),
        [("part_missing", "frames", 1), ("stranger", "frames", 1), WITHOUT_FRAMES],
    ),
    "another table's part in the manifest": (
        in_manifest(list_part_of_another_table),
        [("part_place", "frames", 1), ("stranger", "frames", 1), WITHOUT_FRAMES],
    ),
    "a part outside of the snapshot": (
        in_part(lambda about: about.update(path="frames/../../elsewhere.parquet")),
        [("part_place", "frames", 1), ("stranger", "frames", 1), WITHOUT_FRAMES],
    ),
    "a column missing": (
        rewrite("frames", lambda rows: rows.drop_columns(["n_objects"])),
        [("part_schema", "frames", 1), WITHOUT_FRAMES],
    ),
    "a column too many, another of another type": (
        rewrite(
            "frames",
            lambda rows: rows.append_column("mine", rows["frame"]).set_column(
                2, "space_id", rows["space_id"].cast(pa.string())
            ),
        ),
        [("part_schema", "frames", 2), WITHOUT_FRAMES],
    ),
    "columns in another order": (
        rewrite("frames", lambda rows: rows.select(rows.column_names[::-1])),
        [("part_schema", "frames", 1), WITHOUT_FRAMES],
    ),
    "other rejects in the manifest": (
        in_manifest(lambda manifest: manifest.update(rejects=2)),
        [("rejects_count", "rejects", 1)],
    ),
    "an account that does not add up": (
        in_manifest(lambda manifest: manifest["account"][1].update(written=0)),
        [("account", None, 1)],
    ),
    "lines of account that are none": (
        in_manifest(lambda manifest: manifest["account"].extend([None, {"found": 1}])),
        [("account", None, 2)],
    ),
    "an account that is none": (
        in_manifest(lambda manifest: manifest.update(account="all is well")),
        [("account", None, 1)],
    ),
}

CONTENT_DAMAGES: dict[str, tuple[Damage, Told]] = {
    "a row twice": (first_row_twice("frames"), [("key_repeated", "frames", 1)]),
    "a null in a column that holds none": (cell("spaces", "origin", None), [("null_in_column", "spaces", 1)]),
    "label rows out of order": (
        rewrite("label_rows", lambda rows: rows.take([1, 0])),
        [("label_row_order", "label_rows", 2)],
    ),
    "a label row less": (
        rewrite("label_rows", lambda rows: rows.slice(0, 1)),
        [
            ("label_rows_missing", "classifications", 1),
            ("label_rows_missing", "data_units", 1),
            ("label_rows_missing", "instances", 2),
            ("label_rows_missing", "objects", 2),
            ("label_rows_missing", "spaces", 1),
        ],
    ),
    "a row of no label row": (cell("data_units", "row_id", 99), [("label_rows_missing", "data_units", 1)]),
    "a reject of no label row": (cell("rejects", "row_id", 99), [("label_rows_missing", "rejects", 1)]),
    "another label hash": (cell("attributes", "label_hash", "other"), [("label_hash_differs", "attributes", 1)]),
    "a label hash less": (cell("export_history", "label_hash", None), [("label_hash_differs", "export_history", 1)]),
    "an attribute on no space": (cell("attributes", "space_id", "nowhere"), [("spaces_missing", "attributes", 1)]),
    "an object on no space": (
        cell("objects", "space_id", None),
        [("frame_counts", "frames", 1), ("frames_missing", "objects", 1), ("spaces_missing", "objects", 1)],
    ),
    "a classification of a frame on no space": (
        cell("classifications", "space_id", None),
        [
            ("frame_counts", "frames", 1),
            ("frames_missing", "classifications", 1),
            ("spaces_missing", "classifications", 1),
        ],
    ),
    "a classification of no instance": (
        cell("classifications", "classification_hash", "other"),
        [("instance_counts", "instances", 1), ("instances_missing", "classifications", 1)],
    ),
    "another timeline": (cell("frames", "timeline_id", "other"), [("timeline_differs", "frames", 1)]),
    "a frame less": (
        without_first_row("frames"),
        [("frames_missing", "classifications", 1), ("frames_missing", "objects", 2)],
    ),
    "an instance less": (
        without_first_row("instances"),
        [("instances_missing", "attributes", 2), ("instances_missing", "objects", 1)],
    ),
    "another number of objects": (cell("frames", "n_objects", 9), [("frame_counts", "frames", 1)]),
    "another number of classifications": (cell("frames", "n_classifications", 3), [("frame_counts", "frames", 1)]),
    "an object twice": (
        first_row_twice("objects"),
        [("frame_counts", "frames", 1), ("instance_counts", "instances", 1)],
    ),
    "another number of placements": (cell("instances", "n_placements", 0), [("instance_counts", "instances", 1)]),
    "another number of attributes": (cell("instances", "n_attributes", 0), [("instance_counts", "instances", 1)]),
    "an attribute less": (without_first_row("attributes"), [("instance_counts", "instances", 1)]),
    "an object's range reversed": (rewrite("objects", reverse_a_range), [("ranges_reversed", "objects", 1)]),
    "a classification's range reversed": (
        rewrite("classifications", reverse_a_range),
        [("ranges_reversed", "classifications", 1)],
    ),
    "a class of the ontology less": (
        without_first_row("ontology_classes"),
        [("ontology_nodes_missing", "ontology_attributes", 2), ("ontology_nodes_missing", "ontology_options", 1)],
    ),
    "an attribute of the ontology less": (
        without_first_row("ontology_attributes"),
        [("ontology_nodes_missing", "ontology_attributes", 1), ("ontology_nodes_missing", "ontology_options", 1)],
    ),
    "an option of the ontology less": (
        without_first_row("ontology_options"),
        [("ontology_nodes_missing", "ontology_attributes", 1)],
    ),
    "an attribute on an option that the ontology has not": (
        cell("attributes", "parent_feature_hash", "other"),
        [("ontology_nodes_missing", "attributes", 1)],
    ),
}


# All is well


def test_nothing_is_found_in_the_demo(demo: Path) -> None:
    assert verify(demo / "snapshot") == []


def test_nothing_is_found_in_what_is_damaged_below(snapshot: Path) -> None:
    assert verify(snapshot) == []


def test_verifying_changes_nothing(snapshot: Path) -> None:
    before = {path: path.read_bytes() for path in snapshot.rglob("*") if path.is_file()}

    verify(snapshot)

    assert {path: path.read_bytes() for path in snapshot.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("path", real_label_rows(), ids=lambda path: path.stem)
def test_nothing_is_found_in_real_label_rows(path: Path, tmp_path: Path) -> None:
    flatten_to_snapshot([path], tmp_path / "snapshot")

    assert verify(tmp_path / "snapshot") == []


@settings(max_examples=20)
@given(exports.exports())
def test_nothing_is_found_in_invented_exports(rows: list[object]) -> None:
    with TemporaryDirectory() as place:
        write_snapshot(rows, Path(place) / "snapshot")

        assert verify(Path(place) / "snapshot") == []


@pytest.mark.parametrize("fault", sorted(exports.FAULTS))
def test_nothing_is_found_where_parts_were_rejected(fault: str) -> None:
    @settings(max_examples=1)
    @given(exports.broken_rows(fault))
    def check(row: object) -> None:
        with TemporaryDirectory() as place:
            write_snapshot([row, image_row("good", "Car")], Path(place) / "snapshot")

            assert verify(Path(place) / "snapshot") == []

    check()


def test_what_an_export_may_say_twice_is_no_finding(tmp_path: Path) -> None:
    row = image_row("row", "Car", "Car")
    for entry in row["data_units"]["unit"]["labels"]["objects"]:
        entry["objectHash"] = "object"
    action = {"featureHash": "f", "answers": "a", "range": [[0, 2], [0, 5], [4, 3]]}
    row["object_answers"] = {"object": {"classifications": [{"featureHash": "f", "answers": "a", "dynamic": True}]}}
    row["object_actions"] = {"object": {"actions": [action]}}
    row["export_history"] = [{"export_hash": "e"}, {"export_hash": "e"}, {}, {}]

    write_snapshot([row], tmp_path / "snapshot")

    assert verify(tmp_path / "snapshot") == []


def test_an_account_may_tell_more(snapshot: Path) -> None:
    edit_manifest(snapshot, lambda manifest: manifest["account"][0].update(space_type="image", also={"a": [1]}))

    assert verify(snapshot) == []


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_folder_may_have_any_name(name: str, snapshot: Path) -> None:
    folder = snapshot.rename(snapshot.with_name(name))

    assert verify(folder) == []


def test_tables_of_many_parts_are_one(
    write_export: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", 3)
    monkeypatch.setattr(parquet, "PART_ROWS", 6)
    rows = [image_row(f"row {number}", "Car", "Bus") for number in range(20)]
    flatten_to_snapshot([write_export(rows)], tmp_path / "snapshot")

    assert len(read_manifest(tmp_path / "snapshot")["tables"]["label_rows"]["parts"]) == 4
    assert verify(tmp_path / "snapshot") == []


def test_the_extent_is_that_of_the_files(demo: Path) -> None:
    files = list((demo / "snapshot").glob("*/*.parquet"))

    found = extent(demo / "snapshot")

    assert found.parts == len(files)
    assert found.bytes == sum(path.stat().st_size for path in files)
    assert found.rows == sum(pq.read_metadata(path).num_rows for path in files)


# Damage


@pytest.mark.parametrize("damage", FILE_DAMAGES)
def test_damage_to_files_is_found(damage: str, snapshot: Path) -> None:
    do, expected = FILE_DAMAGES[damage]

    do(snapshot)

    assert told(snapshot) == expected


@pytest.mark.parametrize("damage", CONTENT_DAMAGES)
def test_damage_to_what_tables_hold_is_found(damage: str, snapshot: Path) -> None:
    do, expected = CONTENT_DAMAGES[damage]

    do(snapshot)

    assert told(snapshot) == expected


def test_every_check_has_its_damage() -> None:
    found = {check for _, expected in (FILE_DAMAGES | CONTENT_DAMAGES).values() for check, _, _ in expected}

    assert {path.stem for path in (sql_folder() / "verify").glob("*.sql")} <= found
    assert {"key_repeated", "null_in_column"} <= found


@pytest.mark.parametrize("table", UNIQUE_KEYS)
def test_a_row_that_stands_twice_is_found_in_every_table_with_a_key(table: str, snapshot: Path) -> None:
    first_row_twice(table)(snapshot)

    assert ("key_repeated", table, 1) in told(snapshot)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_null_is_found_in_every_column_that_holds_none(table: Table, snapshot: Path) -> None:
    columns = [column.name for column in table.columns if not column.nullable]
    for column in columns:
        cell(table.name, column, None)(snapshot)

    found = [finding.message.split(",")[0] for finding in verify(snapshot) if finding.check == "null_in_column"]

    assert found == [f"{column} is null" for column in columns]


def test_a_missing_part_of_several_is_found(
    write_export: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", 3)
    monkeypatch.setattr(parquet, "PART_ROWS", 6)
    rows = [image_row(f"row {number}", "Car", "Bus") for number in range(20)]
    flatten_to_snapshot([write_export(rows)], tmp_path / "snapshot")
    (tmp_path / "snapshot" / "objects" / "part-00002.parquet").unlink()

    findings = verify(tmp_path / "snapshot")

    assert findings[0] == Finding("part_missing", "objects", "objects/part-00002.parquet: it is gone", 1)
    assert [finding.check for finding in findings] == ["part_missing", "not_asked"]


def test_findings_say_what_is_wrong_and_where_it_begins(snapshot: Path) -> None:
    cell("frames", "n_objects", 9)(snapshot)
    rewrite("spaces", lambda rows: rows.drop_columns(["width"]).append_column("w\x1b", rows["width"]))(snapshot)
    part(snapshot, "objects").write_bytes(part(snapshot, "objects").read_bytes()[:1000])

    findings = verify(snapshot)

    size = read_manifest(snapshot)["tables"]["objects"]["parts"][0]["size"]
    assert [finding.message for finding in findings] == [
        "spaces/part-00000.parquet: column width is missing; column w\\x1b is not the table's",
        f"objects/part-00000.parquet: it has 1,000 bytes, expected {size}",
        "not asked, or not of every table, for the files of spaces, objects are not sound: null_in_column, "
        "key_repeated, frame_counts, frames_missing, instance_counts, instances_missing, label_hash_differs, "
        "label_rows_missing, ranges_reversed, spaces_missing, timeline_differs",
    ]


def test_a_count_says_in_which_label_row_it_is_wrong(snapshot: Path) -> None:
    cell("frames", "n_objects", 9)(snapshot)

    (finding,) = verify(snapshot)

    message = "n_objects is not the rows of objects on the frame, first in label row 0"
    assert finding == Finding("frame_counts", "frames", message, 1)


@pytest.mark.parametrize("folder", ["nothing", "objects", "."])
def test_what_is_no_snapshot_cannot_be_verified(folder: str, snapshot: Path) -> None:
    (snapshot / MANIFEST).unlink()

    with pytest.raises(SnapshotError, match="This is no snapshot"):
        verify(snapshot / folder)


def test_a_manifest_that_cannot_be_read_is_told(snapshot: Path) -> None:
    (snapshot / MANIFEST).write_text("{")

    with pytest.raises(SnapshotError, match="The manifest cannot be read"):
        verify(snapshot)


@pytest.mark.parametrize("path", sorted((sql_folder() / "verify").glob("*.sql")), ids=lambda path: path.stem)
def test_a_question_opens_with_itself_and_what_a_row_means(path: Path) -> None:
    question, row, *_ = path.read_text("utf-8").splitlines()

    assert question.startswith("-- Which ")
    assert question.endswith("?")
    assert row.startswith("-- One row per ")


# labels.duckdb


def test_there_is_nothing_to_say_of_a_database_that_shows_the_snapshot(demo: Path) -> None:
    assert database_note(demo / "snapshot") is None


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_database_points_elsewhere_after_a_move_until_it_is_written_anew(name: str, snapshot: Path) -> None:
    folder = snapshot.rename(snapshot.with_name(name))

    moved = database_note(folder)
    write_database(folder)

    assert moved == "labels.duckdb points elsewhere: run labelframe register DIR"
    assert database_note(folder) is None


def test_a_database_that_misses_a_part_points_elsewhere(snapshot: Path) -> None:
    write_database(snapshot)
    about = {"path": "objects/part-00001.parquet", "rows": 0}
    edit_manifest(snapshot, lambda manifest: manifest["tables"]["objects"]["parts"].append(about))

    assert database_note(snapshot) == "labels.duckdb points elsewhere: run labelframe register DIR"


def test_a_database_that_is_missing_is_told(snapshot: Path) -> None:
    (snapshot / DATABASE).unlink()

    assert database_note(snapshot) == "labels.duckdb is missing: write it with labelframe register DIR"
    assert verify(snapshot) == []


def test_a_database_that_is_none_is_told(snapshot: Path) -> None:
    (snapshot / DATABASE).write_text("no database")

    assert database_note(snapshot) == "labels.duckdb cannot be opened: write it anew with labelframe register DIR"
    assert verify(snapshot) == []
