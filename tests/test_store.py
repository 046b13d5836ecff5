"""A store of dated snapshots: taken, listed, opened, pruned, checked, and read by plain tools."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import kills
import polars as pl
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from rows import image_row
from test_cli import Run, answer, labelframe, message

import labelframe as lf
from labelframe import database, keep, store
from labelframe.errors import LabelframeError, SnapshotError, UnknownNameError
from labelframe.parquet import SnapshotWriter
from labelframe.schema import DATABASE, MANIFEST, TABLES
from labelframe.store import PREFIX, WORK, Dated, database_note, register_history, resolve
from labelframe.verify import verify, verify_store

WriteExport = Callable[..., Path]

FIRST, SECOND, THIRD = "2026-05-01T020000Z", "2026-05-02T020000Z", "2026-05-02T140000Z"
SHELL = Path(sys.executable).with_name("duckdb.exe" if os.name == "nt" else "duckdb")


def rows(*hashes: str, name: str = "Car") -> list[dict[str, Any]]:
    """Label rows of one object each."""
    return [image_row(label_hash, name) for label_hash in hashes]


def names(folder: Path) -> list[str]:
    return [one.name for one in store.snapshots(folder)]


def below(folder: Path) -> list[str]:
    """What stands in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of three snapshots: a; a and b; a, b and c without objects."""
    folder = tmp_path_factory.mktemp("store")
    for at, exported in (
        (FIRST, rows("a")),
        (SECOND, rows("a", "b")),
        (THIRD, [*rows("a", "b"), image_row("c")]),
    ):
        (folder / "export.json").write_text(json.dumps(exported), "utf-8")
        lf.snapshot(folder / "export.json", folder / "store", at=at)
    return folder / "store"


@pytest.fixture
def own(made: Path, tmp_path: Path) -> Path:
    """A copy of that store, to be changed."""
    shutil.copytree(made, tmp_path / "store")
    store.write_store_database(tmp_path / "store")
    return tmp_path / "store"


# Taken


def test_a_store_has_a_folder_for_each_snapshot_and_one_database(made: Path) -> None:
    assert below(made) == [DATABASE, *(f"{PREFIX}{name}" for name in (FIRST, SECOND, THIRD))]
    assert below(made / f"{PREFIX}{FIRST}") == sorted([MANIFEST, *TABLES])


def test_a_snapshot_is_what_flatten_makes_of_the_same_export(write_export: WriteExport, tmp_path: Path) -> None:
    export = write_export(rows("a", "b"))

    labels = lf.snapshot(export, tmp_path / "store")

    assert labels is not None
    assert all(labels[name].equals(table) for name, table in lf.flatten(export).items())
    assert verify(tmp_path / "store" / f"{PREFIX}{labels.snapshot}") == []


def test_nothing_changed_makes_no_snapshot_however_the_file_differs(write_export: WriteExport, tmp_path: Path) -> None:
    first, second = rows("a", "b"), rows("a", "b")
    for row, day in ((first[0], "01"), (second[0], "02")):
        row["export_hash"], row["exported_at"] = day, f"2026-05-{day}T00:00:00Z"
        row["data_units"]["unit"]["data_link"] = f"https://example.com/a.png?signature={day}"

    assert lf.snapshot(write_export(first), tmp_path / "store", at="2026-05-01") is not None
    assert lf.snapshot(write_export(second[::-1]), tmp_path / "store", at="2026-05-02") is None
    assert names(tmp_path / "store") == ["2026-05-01T000000Z"]
    assert lf.snapshot(write_export(second), tmp_path / "store", at="2026-05-02", always=True) is not None
    assert below(tmp_path / "store") == [DATABASE, f"{PREFIX}2026-05-01T000000Z", f"{PREFIX}2026-05-02T000000Z"]


def without_hash(*names: str) -> list[dict[str, Any]]:
    return [{**image_row("", name), "label_hash": None} for name in names]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (rows("a"), rows("a", "b"), (1, 0, 0)),
        (rows("a", "b"), rows("b"), (0, 1, 0)),
        (rows("a", "b"), [*rows("a"), *rows("b", name="Bus")], (0, 0, 1)),
        (rows("a"), rows("b"), (1, 1, 0)),
        ([{**rows("a")[0], "branch_name": "x"}, *rows("a")], rows("a"), (0, 1, 0)),
        (without_hash("Car"), without_hash("Car", "Car"), (1, 0, 0)),
        (without_hash("Car", "Bus"), without_hash("Bus", "Van"), (1, 1, 0)),
        (without_hash("Car", "Bus", "Bus"), without_hash("Bus", "Car", "Bus"), (0, 0, 0)),
    ],
)
def test_label_rows_added_removed_and_changed_are_counted(
    before: list[Any], after: list[Any], expected: tuple[int, int, int], write_export: WriteExport, tmp_path: Path
) -> None:
    answer_of(snapshot(write_export(before), tmp_path / "store", "--at", "2026-05-01"))

    told = answer_of(snapshot(write_export(after), tmp_path / "store", "--at", "2026-05-02"))

    counts = tuple(told[f"{what}_label_rows"] for what in ("added", "removed", "changed"))
    assert counts == expected
    assert told["changed"] is any(expected)
    assert told["snapshot"] == ("2026-05-02T000000Z" if any(expected) else None)
    assert told["previous"] == "2026-05-01T000000Z"


def snapshot(export: Path, folder: Path, *arguments: str) -> Run:
    return labelframe("snapshot", export, "--store", folder, "--json", *arguments)


def answer_of(run: Run, code: int = 0) -> dict[str, Any]:
    """The one line of JSON."""
    assert run.returncode == code, run.stderr
    (line,) = run.stdout.splitlines()
    told = json.loads(line)
    assert isinstance(told, dict)
    return told


def test_rejects_and_the_ontology_count_as_changes(write_export: WriteExport, tmp_path: Path) -> None:
    bad = rows("a", "b")
    bad[1]["data_units"]["unit"]["labels"]["objects"] = 3
    export, folder = write_export(bad), tmp_path / "store"
    ontology = write_export(
        {"objects": [{"id": "1", "name": "Car", "featureNodeHash": "f"}], "classifications": []}, "o"
    )

    first = answer_of(snapshot(export, folder, "--at", "2026-05-01", "--on-error", "collect"), 1)
    second = answer_of(snapshot(export, folder, "--at", "2026-05-02", "--on-error", "collect"))
    third = answer_of(
        snapshot(export, folder, "--at", "2026-05-03", "--on-error", "collect", "--ontology", str(ontology)), 1
    )
    bad[1]["data_units"]["unit"]["labels"]["objects"] = 4
    fourth = answer_of(snapshot(write_export(bad), folder, "--on-error", "collect", "--ontology", str(ontology)), 1)

    assert [told["changed"] for told in (first, second, third, fourth)] == [True, False, True, True]
    assert [told["rejects"] for told in (first, second, third, fourth)] == [1, 1, 1, 1]
    assert [told["rejects_changed"] for told in (first, second, third, fourth)] == [None, 0, 0, 2]
    assert [told["ontology_changed"] for told in (first, second, third, fourth)] == [None, 0, 1, 0]


def test_what_differs_of_rejects_and_ontology_is_told(write_export: WriteExport, tmp_path: Path) -> None:
    bad = rows("a", "b")
    bad[1]["data_units"]["unit"]["labels"]["objects"] = 3
    snapshot(write_export(bad), tmp_path / "store", "--at", "2026-05-01", "--on-error", "collect")
    bad[1]["data_units"]["unit"]["labels"]["objects"] = 4
    ontology = write_export(
        {"objects": [{"id": "1", "name": "Car", "featureNodeHash": "f"}], "classifications": []}, "o"
    )
    more = ["--on-error", "collect", "--at"]

    rejects = snapshot(write_export(bad), tmp_path / "store", *more, "2026-05-02")
    structure = snapshot(write_export(bad), tmp_path / "store", *more, "2026-05-03", "--ontology", str(ontology))

    since = "label rows since 2026-05-0{}T000000Z: 0 added, 0 removed, {} changed"
    assert since.format(1, 1) + "; rejects: 2 differ\n" in rejects.stderr
    assert since.format(2, 0) + "; the ontology differs\n" in structure.stderr


def of_a_day(day: str, name: str = "Car") -> dict[str, Any]:
    """A label row as the export of that day has it."""
    row = image_row("a", name)
    row["export_hash"], row["exported_at"] = f"export-{day}", f"2026-05-{day}T00:00:00Z"
    row["export_history"] = [{"export_hash": f"export-{day}", "exported_at": f"2026-05-{day}T00:00:00Z"}]
    row["data_units"]["unit"]["data_link"] = f"https://example.com/a.png?signature={day}"
    return row


def test_rejects_that_differ_only_in_what_each_export_changes_are_no_change(
    write_export: WriteExport, tmp_path: Path
) -> None:
    taken = []
    for day, name in (("01", "Car"), ("02", "Car"), ("03", "Bus")):
        exported = json.dumps([of_a_day(day), of_a_day(day, name), 7])
        export = tmp_path / "twice.json"
        export.write_text(exported.replace("7]", f'{{"label_hash": "b", "exported_at": "{day}", "x": tru}}]'), "utf-8")
        taken.append(lf.snapshot(export, tmp_path / "store", at=f"2026-05-{day}", on_error="collect"))

    assert [labels is not None for labels in taken] == [True, False, True]
    assert taken[0] is not None
    assert len(taken[0]["rejects"]) >= 2


@pytest.mark.parametrize(
    ("json_path", "old", "new", "same"),
    [
        ("$", '{"a": 1, "exported_at": "x"}', '{"export_history": [], "a": 1.0}', True),
        ("$", '{"a": 1}', '{"a": 2}', False),
        ("$.spaces.s", '{"child_info": {"data_link": "u?1"}}', '{"child_info": {"data_link": "u?2"}}', True),
        ("$.data_units.u.data_link", '"u?1"', '"u?2"', True),
        ("$.data_units.u.data_links[0]", '"u?1"', '"v?1"', False),
        ("$.data_units.u", '{"data_links": ["u?1", 3]}', '{"data_links": ["u?2", 3]}', True),
        ("$.exported_at", '"x"', '"y"', True),
        ("$.label_title", '"x?1"', '"x?2"', False),
        ("", "{broken 1", "{broken 2", True),
        ("$", '{"a": ' + "[" * 1010 + "1" + "]" * 1010 + "}", "{", True),
    ],
)
def test_what_a_reject_says_is_compared(json_path: str, old: str, new: str, same: bool) -> None:
    assert (keep.said_of(json_path, old) == keep.said_of(json_path, new)) is same


def test_a_fault_leaves_the_store_as_it_was(write_export: WriteExport, own: Path, tmp_path: Path) -> None:
    export = write_export([{"label_hash": "a", "data_units": 3}])
    before = below(own)

    with pytest.raises(LabelframeError):
        lf.snapshot(export, own)
    with pytest.raises(LabelframeError):
        lf.snapshot(export, tmp_path / "other" / "store")

    assert below(own) == before
    assert not (tmp_path / "other").exists()


def test_a_time_that_is_taken_is_refused_and_now_is_the_next_second(
    write_export: WriteExport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export(rows("a"))

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 5, 1, 12, 0, 0, 999999, tz)

    monkeypatch.setattr(keep, "datetime", Clock)
    for _ in range(3):
        lf.snapshot(export, tmp_path / "store", always=True)

    assert names(tmp_path / "store") == [f"2026-05-01T12000{second}Z" for second in range(3)]
    with pytest.raises(SnapshotError, match="There is a snapshot of 2026-05-01T120001Z already"):
        lf.snapshot(export, tmp_path / "store", at="2026-05-01T14:00:01+02:00")


def test_an_export_of_old_is_compared_with_the_one_before_its_time(own: Path, write_export: WriteExport) -> None:
    assert lf.snapshot(write_export(rows("a")), own, at="2026-05-01T12:00") is None
    assert lf.snapshot(write_export(rows("a")), own, at="2026-04-01") is not None
    assert names(own) == ["2026-04-01T000000Z", FIRST, SECOND, THIRD]
    assert lf.open(own).snapshot == THIRD


@pytest.mark.parametrize("what", ["snapshot", "file", "strangers"])
def test_what_is_no_store_is_never_made_one(what: str, tmp_path: Path, write_export: WriteExport) -> None:
    export = write_export(rows("a"))
    place = tmp_path / "place"
    if what == "snapshot":
        lf.flatten(export).write_parquet(place)
    elif what == "file":
        place.touch()
    else:
        place.mkdir()
        (place / DATABASE).touch()

    with pytest.raises(SnapshotError, match="What is in this place is no store"):
        lf.snapshot(export, place)


def test_an_empty_folder_becomes_a_store(tmp_path: Path, write_export: WriteExport) -> None:
    (tmp_path / "disk" / "lost+found").mkdir(parents=True)

    assert lf.snapshot(write_export(rows("a")), tmp_path / "disk") is not None


def test_a_store_on_the_network_is_refused(tmp_path: Path, write_export: WriteExport) -> None:
    for asked in (["snapshot", write_export(rows("a")), "--store"], ["snapshots"], ["stats"]):
        assert message(labelframe(*asked, "s3://bucket/store"))[1] == "A store is a local folder."


def test_a_folder_whose_name_ends_with_a_colon_is_local(tmp_path: Path, write_export: WriteExport) -> None:
    export = write_export(rows("a"))

    run = labelframe("snapshot", export, "--store", "data:/x", "--at", "2026-05-01", folder=tmp_path)

    assert (run.returncode, run.stdout) == (0, f"data:/x/{PREFIX}2026-05-01T000000Z\n")
    assert answer(labelframe("snapshots", "data:/x", folder=tmp_path))
    with pytest.raises(SnapshotError, match="A store is a local folder"):
        lf.snapshot(export, "abfss://data@account/x")


def test_two_runs_on_one_store_do_not_meet(own: Path, write_export: WriteExport) -> None:
    export = write_export(rows("z"))
    held = store.hold(own)
    held.enter()

    for run in (snapshot(export, own), labelframe("prune", own, "--keep", "1"), labelframe("register", own)):
        assert message(run)[1] == "Another run is writing to this place."

    held.leave()
    assert names(own) == [FIRST, SECOND, THIRD]
    assert answer_of(snapshot(export, own))["changed"]


@pytest.mark.parametrize(("where", "what"), [(pq.ParquetWriter, "write_table"), (Path, "write_text"), (Path, "rename")])
def test_a_full_disk_leaves_the_store_as_it_was(
    where: type, what: str, own: Path, write_export: WriteExport, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export(rows("z"))
    before = below(own)

    def fail(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(where, what, fail)
    with pytest.raises(SnapshotError, match="cannot be written: No space left on device"):
        lf.snapshot(export, own)

    assert below(own) == before


def test_a_store_that_cannot_be_written_is_told(
    own: Path, write_export: WriteExport, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export(rows("z"))

    def fail(*args: object, **options: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", fail)
    for run in (snapshot(export, own), labelframe("prune", own, "--keep", "1"), labelframe("register", own)):
        assert message(run)[1] == "The store cannot be written: Read-only file system."


def test_a_database_that_cannot_be_written_costs_no_snapshot(own: Path, write_export: WriteExport) -> None:
    (own / DATABASE).unlink()
    (own / DATABASE).mkdir()

    run = snapshot(write_export(rows("z")), own)

    assert answer_of(run)["snapshot"] == names(own)[-1]
    assert f"note: {DATABASE} cannot be written: " in run.stderr
    assert f"labelframe register {own.as_posix()}" in run.stderr
    (own / DATABASE).rmdir()
    answer(labelframe("register", own))
    assert database_note(own) is None


def test_a_previous_snapshot_that_is_damaged_is_no_hindrance(own: Path, write_export: WriteExport) -> None:
    (own / f"{PREFIX}{THIRD}" / "label_rows" / "part-00000.parquet").unlink()

    run = snapshot(write_export(rows("a", "b", "c")), own)

    assert answer_of(run)["added_label_rows"] is None
    assert f"note: {THIRD} cannot be compared with" in run.stderr
    assert {finding.snapshot for finding in verify_store(own)} == {THIRD}


def damage(folder: Path, name: str, what: str) -> None:
    """Damage a snapshot of a store."""
    part = folder / f"{PREFIX}{name}" / "objects" / "part-00000.parquet"
    if what == "gone":
        part.unlink()
    elif what == "cut off":
        part.write_bytes(part.read_bytes()[:-1])
    elif what == "empty":
        part.write_bytes(b"")
    else:
        manifest = folder / f"{PREFIX}{name}" / MANIFEST
        manifest.write_text(manifest.read_text("utf-8")[:100], "utf-8")


def in_database(folder: Path) -> tuple[list[str], list[int]]:
    """Which snapshots `labels.duckdb` shows, and how many label rows the latest has."""
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        shown = connection.sql("select distinct snapshot from label_rows order by all").fetchall()
        connection.sql("select count(*) from objects").fetchall()
        latest = connection.sql("select count(*) from latest.label_rows").fetchall()
    return [name for (name,) in shown], [count for (count,) in latest]


@pytest.mark.parametrize("what", ["missing", "stale", "no database"])
def test_a_run_without_changes_writes_a_database_that_is_not_current(
    what: str, own: Path, write_export: WriteExport, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export(rows("a", "z"))
    if what == "missing":
        (own / DATABASE).unlink()
    elif what == "no database":
        (own / DATABASE).write_bytes(b"SQLite")
    with monkeypatch.context() as patch:  # as if it had been killed there
        patch.setattr(keep, "_registered", lambda *_: ())
        assert lf.snapshot(export, own) is not None
    assert database_note(own) is not None

    assert lf.snapshot(export, own) is None

    assert database_note(own) is None
    assert in_database(own) == (names(own), [2])


def test_a_run_without_changes_leaves_a_current_database_alone(own: Path, write_export: WriteExport) -> None:
    export = write_export(rows("z"))
    lf.snapshot(export, own)
    before = (own / DATABASE).stat().st_mtime_ns

    told = answer_of(snapshot(export, own))

    assert (told["snapshot"], told["notes"]) == (None, [])
    assert (own / DATABASE).stat().st_mtime_ns == before


@pytest.mark.parametrize("what", ["gone", "cut off", "empty", "manifest"])
def test_a_damaged_snapshot_is_left_out_and_told(what: str, own: Path, write_export: WriteExport) -> None:
    damage(own, FIRST, what)

    listed = labelframe("snapshots", own, "--format", "csv")
    registered = labelframe("register", own)
    after_register = in_database(own)
    taken = snapshot(write_export(rows("z")), own)
    again = snapshot(write_export(rows("z")), own)

    assert [line.partition(",")[0] for line in listed.stdout.splitlines()[1:]] == [SECOND, THIRD]
    assert (listed.returncode, registered.returncode) == (0, 0)
    assert after_register == ([SECOND, THIRD], [3])
    for run in (listed, registered, taken, again):
        assert f"note: {FIRST} is damaged" in run.stderr
        assert f"labelframe verify {own.as_posix()}" in run.stderr
        assert "are well" not in run.stderr
    for run in (taken, again):
        (note,) = answer_of(run)["notes"]
        assert note.startswith(f"{FIRST} is damaged")
    assert in_database(own) == (names(own)[1:], [1])
    assert database_note(own) is None
    assert {finding.snapshot for finding in verify_store(own)} == {FIRST}
    with pytest.warns(UserWarning, match=f"{FIRST} is damaged"):
        assert lf.snapshots(own)["snapshot"].to_list() == names(own)[1:]


@pytest.mark.parametrize("what", ["gone", "cut off", "empty", "manifest"])
def test_a_damaged_latest_is_named_and_the_one_before_it_is_the_latest_of_the_database(what: str, own: Path) -> None:
    damage(own, THIRD, what)

    registered = labelframe("register", own)

    assert f"note: the latest that is well is {SECOND}" in registered.stderr
    assert in_database(own) == ([FIRST, SECOND], [2])
    with pytest.raises(SnapshotError, match=f"The snapshot {THIRD} is damaged: "):
        lf.open(own)
    assert message(labelframe("stats", own, "class_counts"))[1].startswith(f"The snapshot {THIRD} is damaged: ")
    assert lf.open(own, as_of="2026-05-02T12:00").snapshot == SECOND
    assert {finding.snapshot for finding in verify_store(own)} == {THIRD}


def test_a_snapshot_that_was_damaged_later_leaves_the_database_with_the_next_run(
    own: Path, write_export: WriteExport
) -> None:
    export = write_export(rows("z"))
    lf.snapshot(export, own)
    damage(own, SECOND, "gone")

    told = answer_of(snapshot(export, own))

    assert told["snapshot"] is None
    assert in_database(own)[0] == [FIRST, THIRD, names(own)[-1]]


def test_a_store_without_a_snapshot_that_is_well_has_no_database(own: Path) -> None:
    for name in (FIRST, SECOND, THIRD):
        damage(own, name, "gone")

    assert message(labelframe("register", own))[1] == "No snapshot of the store is well."


# Listed and chosen


def test_snapshots_are_listed_oldest_first(made: Path) -> None:
    frame = lf.snapshots(made)

    assert frame["snapshot"].to_list() == [FIRST, SECOND, THIRD]
    assert frame["previous"].to_list() == [None, FIRST, SECOND]
    assert frame["taken_at"].to_list()[0] == datetime(2026, 5, 1, 2, tzinfo=UTC)
    assert frame["label_rows"].to_list() == [1, 2, 3]
    assert frame["objects"].to_list() == [1, 2, 2]
    assert all(size > 0 for size in frame["bytes"])
    listed = answer(labelframe("snapshots", made, "--format", "csv")).splitlines()
    assert listed[0] == "snapshot,taken_at,label_rows,objects,classifications,rejects,bytes,labelframe_version"
    assert [line.partition(",")[0] for line in listed[1:]] == [FIRST, SECOND, THIRD]


def test_a_folder_without_a_manifest_is_told_and_not_listed(own: Path) -> None:
    (own / f"{PREFIX}{SECOND}" / MANIFEST).unlink()
    (own / f"{PREFIX}2026-02-31T000000Z").mkdir()  # no day of ours

    run = labelframe("snapshots", own, "--format", "csv")

    assert [line.partition(",")[0] for line in run.stdout.splitlines()[1:]] == [FIRST, THIRD]
    assert run.stderr.splitlines() == [f"not complete, and not listed: {(own / PREFIX).as_posix()}{SECOND}"]
    assert [(finding.check, finding.snapshot) for finding in verify_store(own)] == [("manifest", SECOND)]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (None, THIRD),
        ("2026-05-01", FIRST),
        ("2026-05-02", THIRD),
        (date(2026, 5, 2), THIRD),
        ("2026-05-02T02:00:00Z", SECOND),
        ("2026-05-02 04:00+02:00", SECOND),
        ("2026-05-02T03:59:59+02:00", FIRST),
        ("2026-05-02t10:00", SECOND),
        ("2026-05-02_01:00", FIRST),
        (" 20260502 ", THIRD),
        ("2026-05-02T01:59:59", FIRST),
        (datetime(2026, 5, 2, 13), SECOND),
        (datetime(2026, 5, 2, 14, tzinfo=UTC), THIRD),
        (SECOND, SECOND),
        ("2100-01-01", THIRD),
    ],
)
def test_the_latest_by_then_is_meant(as_of: str | date | None, expected: str, made: Path) -> None:
    assert resolve(made, as_of) == made / f"{PREFIX}{expected}"
    assert lf.open(made, as_of).snapshot == expected


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-04-30", f"The first is {FIRST}"),
        ("yesterday", "This is no time: yesterday"),
        ("0001-01-01T00:00+14:00", "This is no time"),
        ("", "This is no time"),
    ],
)
def test_a_time_without_a_snapshot_or_that_is_none_is_told(as_of: str, expected: str, made: Path) -> None:
    with pytest.raises(LabelframeError, match=expected):
        lf.open(made, as_of)


def test_a_snapshot_is_itself_and_has_no_other_time(made: Path, demo: Path) -> None:
    assert lf.open(made / f"{PREFIX}{FIRST}").snapshot == FIRST
    assert lf.open(demo / "snapshot").snapshot is None
    for folder in (made / f"{PREFIX}{FIRST}", demo / "snapshot", demo):
        with pytest.raises(SnapshotError, match="Only of a store"):
            lf.open(folder, "2026-05-01")


def test_no_store_and_an_empty_one_are_told(tmp_path: Path, demo: Path) -> None:
    (tmp_path / f"{PREFIX}{FIRST}").mkdir()

    with pytest.raises(SnapshotError, match="The store has no complete snapshot"):
        lf.open(tmp_path)
    for folder in (demo, demo / "snapshot", tmp_path / "nothing", demo / "export.json"):
        with pytest.raises(SnapshotError, match="This is no store"):
            lf.snapshots(folder)


COMMANDS = (
    ["sql", "", "select count(*) as n from boxes_px"],
    ["stats", "", "class_counts"],
    ["check", ""],
    ["extra", ""],
    ["rejects", ""],
    ["verify", ""],
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_takes_a_store_and_a_time(command: list[str], made: Path) -> None:
    def run(folder: Path, *more: str) -> Run:
        return labelframe(*(folder if part == "" else part for part in command), *more)

    latest, first = run(made / f"{PREFIX}{THIRD}"), run(made / f"{PREFIX}{FIRST}")

    assert latest.returncode == first.returncode < 2
    assert run(made).stdout == latest.stdout
    assert run(made, "--as-of", "2026-05-01").stdout == first.stdout
    assert message(run(made, "--as-of", "2026-04-01"))[1] == "There is no snapshot as early as 2026-04-01."


def test_restore_takes_a_store_and_a_time(made: Path, tmp_path: Path) -> None:
    for name, more in (("latest", []), ("first", ["--as-of", "2026-05-01"])):
        assert labelframe("restore", made, "--out", tmp_path / f"{name}.json", *more).returncode == 0

    assert [row["label_hash"] for row in json.loads((tmp_path / "latest.json").read_text())] == ["a", "b", "c"]
    assert [row["label_hash"] for row in json.loads((tmp_path / "first.json").read_text())] == ["a"]


def test_sql_is_asked_of_the_latest_or_of_all(made: Path, demo: Path) -> None:
    asked = "select count(*) as n from label_rows"

    assert answer(labelframe("sql", made, asked, "--format", "csv")).split() == ["n", "3"]
    assert answer(labelframe("sql", made, asked, "--format", "csv", "--history")).split() == ["n", "6"]
    assert "do not go together" in message(labelframe("sql", made, asked, "--history", "--as-of", "2026-05-01"))[0]
    assert (
        "Only labels of a store have a history" in message(labelframe("sql", demo / "snapshot", asked, "--history"))[1]
    )


@pytest.mark.parametrize(
    ("more", "expected"), [([], 3), (["--as-of", "2026-05-01"], 1), (["--history"], 6)], ids=["latest", "first", "all"]
)
def test_the_shell_opens_on_the_latest_or_on_all(
    more: list[str], expected: int, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []

    def shell(command: list[str]) -> int:
        with duckdb.connect(command[-1], read_only=True) as connection:
            counted.extend(connection.execute("select count(*) from label_rows").fetchall())
        return 0

    monkeypatch.setattr(subprocess, "call", shell)
    monkeypatch.setattr(shutil, "which", lambda name: name)

    assert labelframe("sql", own, *more).returncode == 0
    assert counted == [(expected,)]


# All at once


def test_history_has_every_table_with_the_snapshot_before_it(made: Path) -> None:
    with lf.open(made).history() as connection:
        for name, table in TABLES.items():
            columns = [column for column, *_ in connection.execute(f"describe {name}").fetchall()]
            assert columns == ["snapshot", *table.schema.names]
        counts = connection.sql("select snapshot, count(*) from objects group by all order by all").fetchall()
        listed = connection.sql("select snapshot, previous, label_rows from snapshots order by all").fetchall()

    assert counts == [(FIRST, 1), (SECOND, 2), (THIRD, 2)]
    assert listed == [(FIRST, None, 1), (SECOND, FIRST, 2), (THIRD, SECOND, 3)]


def test_history_of_some_snapshots(made: Path) -> None:
    with database.connect() as connection:
        register_history(connection, made, [THIRD, FIRST])

        assert connection.sql("select snapshot, previous from snapshots order by all").fetchall() == [
            (FIRST, None),
            (THIRD, FIRST),
        ]
        assert connection.sql("select distinct snapshot from frames order by all").fetchall() == [(FIRST,), (THIRD,)]
    with database.connect() as connection, pytest.raises(UnknownNameError, match=f"Did you mean {THIRD}"):
        register_history(connection, made, ["2026-05-02T140001Z"])


def files_read(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    plan = connection.execute(f"explain analyze {sql}").fetchall()[0][1]
    (count,) = re.findall(r"Total Files Read: (\d+)", plan)
    return int(count)


@pytest.mark.parametrize("place", ["store", "day=2026/snapshot=x/name=y"])
def test_what_is_asked_of_one_snapshot_reads_its_files_only(place: str, made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / place)
    with lf.open(tmp_path / place).history() as connection:
        asked = "select count(name), min(snapshot) from objects where snapshot"

        assert connection.sql(f"{asked} = '{SECOND}'").fetchall() == [(2, SECOND)]
        assert files_read(connection, f"{asked} = '{SECOND}'") == 1
        assert files_read(connection, f"{asked} in ('{FIRST}', '{SECOND}')") == 2
        assert files_read(connection, f"{asked} > '2026-05-02'") == 2
        assert connection.sql("select distinct name from objects").fetchall() == [("Car",)]


def test_labels_that_are_of_no_store_have_no_history(demo: Path) -> None:
    for labels in (lf.open(demo / "snapshot"), lf.flatten(demo / "export.json")):
        with pytest.raises(SnapshotError, match="Only labels of a store have a history"):
            labels.history()


def test_a_statistic_over_the_history_says_how_it_is_asked(made: Path) -> None:
    with pytest.raises(UnknownNameError) as caught:
        lf.open(made).stats("class_growth")

    assert caught.value.remedy == 'It is asked of the history of a store: lf.stats_of_history(store, "class_growth")'
    with pytest.raises(UnknownNameError, match="Did you mean class_counts"):
        lf.open(made).stats("class_count")


ASKED = """
select (select count(*) from objects), (select count(*) from snapshots), (select count(*) from latest.objects),
(select count(*) from latest.label_rows), (select count(*) from latest.boxes_px),
(select count(*) from latest.object_attributes), (select count(*) from latest."wide_Car")
"""


def test_the_database_has_all_snapshots_and_the_latest_with_its_views(made: Path) -> None:
    with duckdb.connect(str(made / DATABASE), read_only=True) as connection:
        assert connection.execute(ASKED).fetchall() == [(5, 3, 2, 3, 0, 2, 2)]
        comments = connection.execute("select count(comment) from duckdb_columns() where table_name = 'objects'")
        assert comments.fetchall() == [(2 * len(TABLES["objects"].columns) + 1,)]
        views = connection.execute("select view_name from duckdb_views() where schema_name = 'latest'").fetchall()

    assert {*TABLES, *database.views(), "wide_Car"} == {name for (name,) in views}


def test_views_of_the_latest_read_the_latest_where_a_shell_looks_in_main_first(made: Path) -> None:
    # As DuckDB 1.0 does. Each view names the schema of all that it reads, so that main is asked for nothing.
    with duckdb.connect(str(made / DATABASE), read_only=True) as connection:
        views = connection.execute("select view_name, sql from duckdb_views() where schema_name = 'latest'").fetchall()

    known = {*TABLES, *database.views()}
    for name, sql in views:
        if name not in TABLES:
            head, read = sql.partition(" SELECT * FROM (")[::2]
            named = set(re.findall(r"latest\.\"?(\w+)", head))
            assert set(re.findall(r"(?:FROM|JOIN) \(*(\w+)", read, re.IGNORECASE)) & known <= named


def test_the_shell_opens_the_database_of_a_store(made: Path, tmp_path: Path) -> None:
    if not SHELL.exists():
        pytest.skip("the duckdb shell is not installed")

    asked = subprocess.run(
        [SHELL, "-readonly", "-csv", "-noheader", made / DATABASE, ASKED], cwd=tmp_path, capture_output=True, text=True
    )

    assert (asked.stdout.strip(), asked.stderr) == ("5,3,2,3,0,2,2", "")


def test_a_store_that_was_moved_is_registered_again(own: Path, tmp_path: Path) -> None:
    own.rename(tmp_path / "moved")
    moved = labelframe("verify", tmp_path / "moved")

    assert moved.returncode == 0
    assert moved.stderr.startswith(f"note: {DATABASE} points elsewhere")
    answer(labelframe("register", tmp_path / "moved"))
    assert database_note(tmp_path / "moved") is None
    assert lf.snapshots(tmp_path / "moved").height == 3


# Plain readers


def by_readers(folder: Path, table: str, pattern: str = "*") -> dict[str, list[tuple[str, str | None]]]:
    """(snapshot, label_hash) of every row of a table, as readers see it that know nothing of labelframe."""
    files = f"{folder.as_posix()}/{pattern}/{table}/*.parquet"
    polars = pl.scan_parquet(files, hive_partitioning=True, try_parse_hive_dates=False)
    duck = f"select snapshot, label_hash from read_parquet('{files}', hive_partitioning = true)"
    dataset = ds.dataset(sorted(map(str, folder.glob(f"{pattern}/{table}/*.parquet"))), partitioning="hive")
    found = {
        "polars": polars.select(pl.col("snapshot"), pl.col("label_hash").cast(pl.String)).collect().rows(),
        "duckdb": duckdb.execute(duck).fetchall(),
        "pyarrow": [
            (str(row["snapshot"]), row["label_hash"])
            for row in dataset.to_table(columns=["snapshot", "label_hash"]).to_pylist()
        ],
    }
    return {reader: sorted(seen) for reader, seen in found.items()}


@pytest.mark.parametrize("pattern", ["*", "**"])
@pytest.mark.parametrize("table", ["label_rows", "objects", "rejects"])
def test_plain_readers_read_all_of_history(table: str, pattern: str, made: Path) -> None:
    with lf.open(made).history() as connection:
        expected = connection.sql(f"select snapshot, label_hash from {table} order by all").fetchall()

    assert by_readers(made, table, pattern) == dict.fromkeys(("polars", "duckdb", "pyarrow"), expected)


def test_pyarrow_and_pandas_read_a_store_by_its_folder(made: Path) -> None:
    pd = pytest.importorskip("pandas")
    files = [str(path) for path in sorted(made.glob("*/objects/*.parquet"))]

    dataset = ds.dataset(files, partitioning="hive", partition_base_dir=str(made))
    frame = pd.concat([pd.read_parquet(file) for file in files])

    assert dataset.count_rows() == len(frame) == 5


def test_parts_of_a_table_have_one_schema_whether_they_hold_rows_or_not(made: Path) -> None:
    for name, table in TABLES.items():
        schemas = [pq.read_schema(path) for path in made.glob(f"*/{name}/*.parquet")]

        assert len(schemas) == 3
        assert all(schema.equals(table.schema, check_metadata=True) for schema in schemas)
        polars = [pl.scan_parquet(path).collect_schema() for path in made.glob(f"*/{name}/*.parquet")]
        assert all(schema == polars[0] for schema in polars)


def seen(folder: Path) -> set[str]:
    """The snapshots whose files a reader finds that looks into every folder."""
    files = f"{folder.as_posix()}/**/*.parquet"
    found = duckdb.execute("select file from glob(?)", [files]).fetchall()
    return {re.sub(r".*/snapshot=([^/]*)/.*", r"\1", file) for (file,) in found if "~" not in file}


@pytest.mark.parametrize("pattern", ["*", "**"])
def test_readers_see_nothing_of_a_snapshot_that_is_being_written(
    pattern: str, own: Path, write_export: WriteExport, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = write_export(rows("x", "y", "z"))
    while_it_was_written = []
    finish = SnapshotWriter.finish

    def look(self: SnapshotWriter, about: Any) -> Any:
        manifest = finish(self, about)
        while_it_was_written.append(by_readers(own, "label_rows", pattern))
        return manifest

    before = by_readers(own, "label_rows", pattern)
    monkeypatch.setattr(SnapshotWriter, "finish", look)
    assert lf.snapshot(export, own) is not None

    assert while_it_was_written == [before]
    assert by_readers(own, "label_rows", pattern) != before


@pytest.mark.parametrize("pattern", ["*", "**"])
def test_readers_see_nothing_of_a_snapshot_that_is_being_removed(
    pattern: str, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    while_it_was_removed = []

    def look(folder: Path) -> None:
        assert folder.exists()
        while_it_was_removed.append(seen(own))
        assert set(dict(by_readers(own, "label_rows", pattern)["polars"])) == {SECOND, THIRD}
        shutil.rmtree(folder)

    monkeypatch.setattr(keep, "remove", look)
    keep.prune(own, keep.Rules(last=2))

    assert while_it_was_removed == [{SECOND, THIRD}]


# Pruned


def test_prune_removes_what_no_rule_keeps_and_says_so(own: Path) -> None:
    asked: list[str | Path] = ["prune", own, "--keep-daily", "2"]

    dry = labelframe(*asked, "--dry-run")
    after_dry = names(own)
    wet = labelframe(*asked)

    gone = f"{(own / PREFIX).as_posix()}{SECOND}\n"
    assert (dry.returncode, dry.stdout, dry.stderr) == (0, gone, "1 would go, 2 kept\n")
    assert (wet.returncode, wet.stdout, wet.stderr) == (0, gone, "1 gone, 2 kept\n")
    assert after_dry == [FIRST, SECOND, THIRD]
    assert below(own) == [DATABASE, f"{PREFIX}{FIRST}", f"{PREFIX}{THIRD}"]
    assert (verify_store(own), database_note(own)) == ([], None)


def test_the_latest_is_never_pruned(own: Path) -> None:
    answer_to = labelframe("prune", own, "--older-than", "0d")

    assert answer_to.returncode == 0
    assert names(own) == [THIRD]


def test_a_damaged_snapshot_stays_and_counts_for_no_rule(own: Path) -> None:
    (own / f"{PREFIX}{THIRD}" / MANIFEST).write_text("{")

    answer_to = labelframe("prune", own, "--keep", "1")

    assert answer_to.returncode == 0
    assert names(own) == [SECOND, THIRD]
    assert f"{THIRD} is damaged" in answer_to.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "Nothing says what to keep."),
        (["--older-than", "soon"], "This is no age: soon."),
        (["--older-than", "999999y"], "This is no age: 999999y."),
    ],
)
def test_rules_that_are_none_are_told(arguments: list[str], expected: str, own: Path) -> None:
    assert message(labelframe("prune", own, *arguments))[0] == expected
    assert names(own) == [FIRST, SECOND, THIRD]


@pytest.mark.parametrize(
    ("age", "expected"), [("90d", "2026-02-28"), ("2w", "2026-05-15"), ("3m", "2026-02-28"), ("2y", "2024-05-29")]
)
def test_ages_are_counted_back(age: str, expected: str) -> None:
    assert keep.ago(age, datetime(2026, 5, 29, 12, tzinfo=UTC)).date().isoformat() == expected


def slowly_kept(times: Sequence[datetime], rules: keep.Rules) -> set[datetime]:
    """What is kept, by going back day by day, week by week, month by month."""
    if not times:
        return set()
    kept = {max(times)} | set(sorted(times)[-rules.last :] if rules.last else [])
    for wanted, form in ((rules.daily, "%Y-%m-%d"), (rules.weekly, "%G-%V"), (rules.monthly, "%Y-%m")):
        found: list[str] = []
        for time in sorted(times, reverse=True):
            if time.strftime(form) not in found and len(found) < wanted:
                found.append(time.strftime(form))
                kept.add(time)
    if rules.older_than is not None:
        for time in times:
            if not time < rules.older_than:
                kept.add(time)
    return kept


def test_rules_keep_what_the_obvious_loop_keeps() -> None:
    generator = random.Random(5)
    start = datetime(2025, 12, 20, tzinfo=UTC)
    for _ in range(2000):
        span = generator.choice([2, 20, 200, 800])
        seconds = {generator.randrange(span * 86400) for _ in range(generator.randrange(30))}
        times = [start + timedelta(seconds=second) for second in seconds]
        last, daily, weekly, monthly = (generator.choice([0, 0, 1, 2, 5, 40]) for _ in range(4))
        limit = generator.choice([None, start + timedelta(days=span / 2)])
        rules = keep.Rules(last, daily, weekly, monthly, limit)

        assert rules.kept(times) == slowly_kept(times, rules)


# Checked


def test_verify_tells_which_snapshot_is_damaged(own: Path) -> None:
    (own / f"{PREFIX}{SECOND}" / "objects" / "part-00000.parquet").write_bytes(b"PAR1")
    (own / f"{PREFIX}{THIRD}" / MANIFEST).write_text("{}")

    run = labelframe("verify", own, "--format", "json")

    assert run.returncode == 1
    found = {(row["snapshot"], row["check"]) for row in map(json.loads, run.stdout.splitlines())}
    assert {(SECOND, "part_size"), (THIRD, "manifest")} <= found
    assert FIRST not in {one for one, _ in found}


def test_what_a_killed_run_left_is_told_and_no_damage(own: Path, write_export: WriteExport) -> None:
    left = own / WORK / f"{PREFIX}2026-05-03T000000Z" / "objects~"
    left.mkdir(parents=True)
    (left / "part-00000.parquet").write_bytes(b"PAR1")

    run = labelframe("verify", own)
    seen_before = seen(own)
    lf.snapshot(write_export(rows("z")), own)

    assert run.returncode == 0
    assert f"note: {(own / WORK).as_posix()} is of a run that goes on, or that was killed" in run.stderr
    assert "All is well: 3 snapshots" in run.stderr
    assert seen_before == {FIRST, SECOND, THIRD}
    assert not (own / WORK).exists()


def test_names_and_times_of_snapshots_are_one() -> None:
    one = Dated(Path("store"), datetime(987, 6, 5, 4, 3, 2, tzinfo=UTC))

    assert one.name == "0987-06-05T040302Z"
    assert store.dated(one.path) == one


STOPPED = """
import os, signal, sys, time
from labelframe import cli, store
def interrupted(connection, **options):
    try:
        os.kill(os.getpid(), signal.{signal})
        time.sleep(10)
    except BaseException:  # as DuckDB does while it runs a query
        raise RuntimeError("Query interrupted") from None
store._register_store = interrupted
sys.argv[0] = "labelframe"
cli.main()
"""


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_while_the_database_is_written_stops_the_run(name: str, own: Path, write_export: WriteExport) -> None:
    arguments = ["snapshot", str(write_export(rows("z"))), "--store", str(own)]

    run = subprocess.run(
        [sys.executable, "-c", STOPPED.format(signal=name), *arguments], capture_output=True, text=True, timeout=60
    )

    assert run.returncode == 128 + getattr(signal, name)
    assert run.stderr.endswith("Stopped. Nothing unfinished was left behind.\n")
    assert "Traceback" not in run.stderr
    assert not (own / WORK).exists()
    assert len(names(own)) == 4


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_a_killed_snapshot_or_prune_leaves_a_whole_store(tmp_path: Path) -> None:
    outcome = kills.kill_at_random_moments(tmp_path, times=4, seed=1)

    assert sum(count for what, count in outcome.items() if "done" in what) == 4
