"""Runs that are killed, and runs that meet."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rows import image_row

import labelframe as lf
from labelframe import workplace
from labelframe.errors import SnapshotError
from labelframe.labels import flatten_to_snapshot
from labelframe.parquet import SnapshotWriter
from labelframe.verify import verify
from labelframe.workplace import Workplace, beside

WriteExport = Callable[..., Path]

posix_only = pytest.mark.skipif(os.name == "nt", reason="needs signals")


def test_two_runs_into_one_place_do_not_meet(tmp_path: Path) -> None:
    with SnapshotWriter(tmp_path / "snapshot") as first:
        with pytest.raises(SnapshotError, match="Another run is writing to this place"):
            SnapshotWriter(tmp_path / "snapshot").__enter__()
        first.commit({"rejects": 0})

    assert [path.name for path in tmp_path.iterdir()] == ["snapshot"]
    assert verify(tmp_path / "snapshot") == []


def test_places_whose_names_begin_alike_are_two(tmp_path: Path) -> None:
    long = "x" * 60

    with SnapshotWriter(tmp_path / f"{long}a") as one, SnapshotWriter(tmp_path / f"{long}b") as other:
        one.commit({})
        other.commit({})

    assert sorted(path.name[-1] for path in tmp_path.iterdir()) == ["a", "b"]


def test_what_a_dead_run_left_is_cleaned_by_the_next(tmp_path: Path, write_export: WriteExport) -> None:
    left = beside(tmp_path / "snapshot")
    (left / "new" / "objects").mkdir(parents=True)
    (left / "new" / "objects" / "part-00000.parquet").write_bytes(b"PAR1")
    (left / "lock").touch()
    export = write_export([image_row("a", "Car")])

    flatten_to_snapshot([export], tmp_path / "snapshot")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.json", "snapshot"]


def test_a_snapshot_that_a_dead_run_had_moved_away_is_put_back(tmp_path: Path, write_export: WriteExport) -> None:
    export = write_export([image_row("a", "Car")])
    flatten_to_snapshot([export], tmp_path / "snapshot")
    beside(tmp_path / "snapshot").mkdir()
    (tmp_path / "snapshot").rename(beside(tmp_path / "snapshot") / "old")

    with pytest.raises(SnapshotError, match="A run was killed while it replaced it"):
        lf.open(tmp_path / "snapshot")
    with pytest.raises(SnapshotError, match="There is something in this place already"):
        flatten_to_snapshot([export], tmp_path / "snapshot")

    assert verify(tmp_path / "snapshot") == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.json", "snapshot"]


@pytest.mark.parametrize("swaps", [True, False])
def test_a_folder_changes_places_with_the_new_one_and_back(
    swaps: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not swaps:
        monkeypatch.setattr(workplace, "_swap", lambda one, other: False)
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "old.txt").touch()
    work = Workplace(tmp_path / "place")
    work.enter()
    (work.new / "new.txt").touch()

    work.move_in()
    after = [path.name for path in (tmp_path / "place").iterdir()]
    work.move_back()
    back = [path.name for path in (tmp_path / "place").iterdir()]
    work.leave()

    assert (after, back) == (["new.txt"], ["old.txt"])
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


def kill_at_random_moments(folder: Path, export: Path, times: int, seed: int) -> None:
    """Kill `flatten --overwrite` again and again; each time one whole snapshot must be there."""
    command = [sys.executable, "-m", "labelframe", "flatten", str(export), "--out", "snapshot", "--overwrite"]
    start = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    whole = time.monotonic() - start
    generator = random.Random(seed)
    for _ in range(times):
        run = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(generator.uniform(0.3, 1.05) * whole)
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert verify(folder / "snapshot") == []
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    assert sorted(path.name for path in folder.iterdir()) == ["snapshot"]


@posix_only
def test_a_killed_run_leaves_the_old_snapshot_or_the_new_one(tmp_path: Path) -> None:
    export = tmp_path / "export.json"
    export.write_text(json.dumps([image_row(f"row-{number}", "Car", "Bus") for number in range(200)]))
    (tmp_path / "place").mkdir()

    kill_at_random_moments(tmp_path / "place", export, times=8, seed=1)
