"""Kill `snapshot` and `prune` at random moments, again and again: the store must be whole after each.

    python tests/kills.py --times 100

After each kill `verify` finds nothing wrong, readers that look into every folder see whole snapshots only, and the next
snapshot is taken, and pruning works. `tests/test_store.py` does it a few times. The figures of the last long run stand
in tests/README.md.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import polars as pl

sys.path.insert(0, str(Path(__file__).parent))

from rows import image_row

from labelframe import store
from labelframe.verify import verify_store

LABEL_ROWS = 200


def write_export(path: Path, number: int) -> None:
    """An export that differs from every other."""
    rows = [image_row(f"row-{row}", "Car", f"Bus {number}") for row in range(LABEL_ROWS)]
    path.write_text(json.dumps(rows), "utf-8")


def check(folder: Path) -> list[str]:
    """The snapshots that are there; raises AssertionError where one is damaged, or readers see anything else."""
    names = [one.name for one in store.snapshots(folder)]
    assert verify_store(folder) == []
    for pattern in ("*", "**"):
        for table, rows in (("label_rows", LABEL_ROWS), ("objects", 2 * LABEL_ROWS)):
            files = f"{folder.as_posix()}/{pattern}/{table}/*.parquet"
            asked = f"select snapshot, count(*) from read_parquet('{files}', hive_partitioning = true) group by all"
            frame = pl.scan_parquet(files, hive_partitioning=True, try_parse_hive_dates=False)
            counted = frame.group_by("snapshot").len().collect().rows()
            assert dict(duckdb.execute(asked).fetchall()) == dict(counted) == dict.fromkeys(names, rows)
    return names


def command(folder: Path, name: str) -> list[str]:
    """The command to be killed."""
    arguments = {"snapshot": [name, "export.json", "--store", "store"], "prune": [name, "store", "--keep", "2"]}[name]
    return [sys.executable, "-m", "labelframe", *arguments]


def kill_at_random_moments(folder: Path, times: int, seed: int) -> Counter[str]:
    """Kill one of the two again and again; gives how often each had done its work by then, and how often not."""
    generator = random.Random(seed)
    export, kept = folder / "export.json", folder / "store"
    outcome: Counter[str] = Counter()
    whole: dict[str, float] = {}
    write_export(export, -1)
    for name in ("snapshot", "snapshot", "snapshot", "prune"):
        start = time.monotonic()
        more = ["--always"] if name == "snapshot" else []
        subprocess.run([*command(folder, name), *more], cwd=folder, check=True, capture_output=True)
        whole[name] = min(time.monotonic() - start, whole.get(name, 60))
    for number in range(times):
        name = ("snapshot", "prune")[number % 2]
        write_export(export, number)
        while name == "prune" and len(store.snapshots(kept)) < 4:
            more = [*command(folder, "snapshot"), "--always"]
            subprocess.run(more, cwd=folder, check=True, capture_output=True)
        before = check(kept)
        run = subprocess.Popen(command(folder, name), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(generator.uniform(0.3, 1.0) * whole[name])
        run.send_signal(signal.SIGKILL)
        run.wait()
        after = check(kept)
        if name == "snapshot":
            assert before == [one for one in after if one in before]
            assert len(after) - len(before) in (0, 1)
        else:
            assert after == [one for one in before if one in after]
            assert after[-2:] == before[-2:]
        outcome[f"{name}: {'it was done' if before != after else 'nothing was done'}"] += 1
        if (kept / store.WORK).exists():
            outcome[f"{name}: something was left"] += 1
        subprocess.run([*command(folder, "snapshot"), "--always"], cwd=folder, check=True, capture_output=True)
        assert len(check(kept)) == len(after) + 1
        assert not (kept / store.WORK).exists()
        subprocess.run(command(folder, "prune"), cwd=folder, check=True, capture_output=True)
        assert len(check(kept)) == 2
    return outcome


def main() -> None:
    """Kill as often as asked for; exit code 1 at the first store that is not whole."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        outcome = kill_at_random_moments(Path(folder), options.times, options.seed)
    print(f"{options.times} kills: every store was whole. {dict(sorted(outcome.items()))}")


if __name__ == "__main__":
    main()
