"""The demo: what it makes, and that what it tells people to do works as it stands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from compare import OF_ONTOLOGY

import labelframe as lf
from labelframe.demo import run_demo
from labelframe.demo_export import demo_export
from labelframe.errors import SnapshotError
from labelframe.schema import MANIFEST

MODALITIES = [
    *("audio", "dicom", "group", "image", "img_group", "nifti", "pdf", "plain_text", "scene", "time_series", "video"),
]
SHAPES = [
    *("audio", "bitmask", "bounding_box", "circle", "cuboid", "cuboid_2d", "ellipse", "point", "polygon", "polyline"),
    *("rotatable_bounding_box", "segmentation", "skeleton", "text", "time_range"),
]


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> lf.Labels:
    """The labels of the demo."""
    path = tmp_path_factory.mktemp("demo") / "export.json"
    path.write_text(json.dumps(demo_export()), "utf-8")
    return lf.flatten(path)


def demo(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `labelframe demo` in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "labelframe", "demo", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )


def test_the_demo_has_every_modality_and_shape(labels: lf.Labels) -> None:
    assert sorted(labels["label_rows"]["data_type"].unique().to_pylist()) == MODALITIES
    assert sorted(labels["objects"]["shape"].unique().to_pylist()) == SHAPES


def test_the_demo_has_something_in_every_table_of_label_rows_and_nothing_rejected(labels: lf.Labels) -> None:
    rows = labels.row_counts()

    assert [name for name, count in rows.items() if count == 0] == [*OF_ONTOLOGY, "rejects"]


def test_the_demo_has_dynamic_answers_and_nothing_that_no_column_covers(labels: lf.Labels) -> None:
    assert True in labels["attributes"]["dynamic"].to_pylist()
    assert labels["objects"]["extra"].null_count == labels["objects"].num_rows


def test_the_demo_writes_the_export_and_its_snapshot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_demo(tmp_path / "demo")

    told = capsys.readouterr()
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == ["export.json", "snapshot"]
    assert json.loads((tmp_path / "demo" / "export.json").read_text("utf-8")) == demo_export()
    assert lf.open(tmp_path / "demo" / "snapshot").row_counts()["label_rows"] == len(demo_export())
    assert f"{len(demo_export())} label rows" in told.out
    assert told.err == ""


@pytest.mark.skipif(os.name == "nt", reason="the commands are for a POSIX shell here")
def test_the_commands_that_the_demo_shows_work_as_they_stand(tmp_path: Path) -> None:
    told = demo("--out", "it's my $HOME (1)", folder=tmp_path)

    commands = [line[2:].strip() for line in told.stdout.splitlines() if line.startswith(("$ ", "   "))]
    commands = [line for line in commands if "labelframe" in line]
    runs = [subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True) for line in commands]

    assert len(commands) == 6
    assert [(line, run.stderr) for line, run in zip(commands, runs, strict=True) if run.returncode != 0] == []
    assert [line for line, run in zip(commands, runs, strict=True) if run.stdout == ""] == []


def test_the_demo_can_be_run_again(tmp_path: Path) -> None:
    first = demo(folder=tmp_path)

    second = demo(folder=tmp_path)

    assert (first.returncode, first.stderr, second.returncode, second.stderr) == (0, "", 0, "")
    assert second.stdout == first.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["labelframe-demo"]


@pytest.mark.parametrize("name", ["notes.txt", "snapshot/notes.txt", "export.json/notes.txt"])
def test_the_demo_touches_no_folder_that_holds_anything_else(name: str, tmp_path: Path) -> None:
    (tmp_path / "demo" / name).parent.mkdir(parents=True)
    (tmp_path / "demo" / name).write_text("mine")

    with pytest.raises(SnapshotError):
        run_demo(tmp_path / "demo")

    assert [path.name for path in (tmp_path / "demo").rglob("*") if path.is_file()] == [Path(name).name]


def test_the_demo_keeps_an_export_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "export.json").write_text("[mine]")

    with pytest.raises(SnapshotError):
        run_demo(tmp_path / "demo")

    assert (tmp_path / "demo" / "export.json").read_text() == "[mine]"


def test_the_demo_keeps_a_snapshot_that_is_not_its_own(tmp_path: Path, labels: lf.Labels) -> None:
    labels.write_parquet(tmp_path / "demo" / "snapshot")
    before = (tmp_path / "demo" / "snapshot" / MANIFEST).read_text()

    with pytest.raises(SnapshotError):
        run_demo(tmp_path / "demo")

    assert (tmp_path / "demo" / "snapshot" / MANIFEST).read_text() == before


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")

    with pytest.raises(SnapshotError) as caught:
        run_demo(tmp_path / "file" / "demo")

    assert caught.value.source == (tmp_path / "file" / "demo").as_posix()
