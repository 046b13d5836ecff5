"""Time and memory of `labels.diff`, between a snapshot and an edited copy of it.

    python benchmarks/diff.py SNAPSHOT --spread 0.1 1

From a snapshot (such as `benchmarks/queries.py` makes in benchmarks/data) it makes a copy in which one of a hundred
objects was changed: moved, given another class, removed, added, or given another hash, a fifth of them each. They lie
in a share of the label rows (`--spread`), whose content_hash changes. The diff runs in a process of its own; what it
finds is compared with what was edited. The figures of the last run that was kept stand in benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import labelframe as lf
from labelframe import parquet
from labelframe.schema import TABLES

DATA = Path(__file__).parent / "data"

ASK = """
import json, resource, sys, time
import labelframe as lf
start = time.perf_counter()
with lf.open(sys.argv[1]).diff(lf.open(sys.argv[2])) as diff:
    seconds = time.perf_counter() - start
    found = {row["counted"]: row for row in diff["summary"].to_pylist()}
try:  # of this program alone: on Linux ru_maxrss begins with what the one that started it had
    peak = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": seconds, "peak": peak, "found": found}))
"""

KINDS = ("moved", "class_changed", "removed", "added", "replaced")
SHARE = 0.01  # of the objects that are edited


def edited_copy(source: Path, spread: float) -> tuple[Path, dict[str, int]]:
    """A copy of a snapshot, edited in this share of its label rows; and how many objects of each kind."""
    folder = DATA / f"{source.name}-edited-{spread}"
    told = folder.with_name(f"{folder.name}.json")
    if folder.exists():
        return folder, json.loads(told.read_text())
    labels = lf.open(source)
    rng = np.random.default_rng(17)
    counts = dict.fromkeys(KINDS, 0)
    touched: set[int] = set()
    with labels.connect(wide=False) as connection, parquet.SnapshotWriter(folder) as writer:
        for batch in connection.sql("from objects").to_arrow_reader(1 << 17):
            edited = _edited(
                pa.Table.from_batches([batch]).cast(TABLES["objects"].schema), rng, spread, counts, touched
            )
            for part in edited.combine_chunks().to_batches():
                writer.write("objects", part)
        for name, table in TABLES.items():
            if name == "objects":
                continue
            for batch in connection.sql(f"from {name}").to_arrow_reader(1 << 17):
                rows = pa.Table.from_batches([batch]).cast(table.schema)
                if name == "label_rows":
                    is_touched = pc.is_in(rows["row_id"], pa.array(sorted(touched)))
                    rows = _with(rows, "content_hash", _marked(rows["content_hash"], is_touched))
                for part in rows.combine_chunks().to_batches():
                    writer.write(name, part)
        writer.commit({"sources": []}, lambda folder: None)
    told.write_text(json.dumps(counts))
    return folder, counts


def _edited(table: pa.Table, rng: np.random.Generator, spread: float, counts: dict[str, int], touched: set[int]) -> Any:
    """Rows of objects with a share of them edited."""
    row_ids = table["row_id"].to_numpy()
    in_touched = (row_ids * 2654435761 % 1000) < spread * 1000
    is_edited = in_touched & (rng.random(len(row_ids)) < SHARE / spread)
    kind = np.where(is_edited, rng.integers(0, len(KINDS), len(row_ids)), -1)
    is_box = pc.equal(table["shape"].cast(pa.string()), "bounding_box").to_numpy()
    kind = np.where((kind == 0) & ~is_box, 1, kind)  # x of another shape is computed: to change it moves nothing
    touched.update(row_ids[is_edited].tolist())
    for number, name in enumerate(KINDS):
        counts[name] += int((kind == number).sum())
    times = np.where(kind == 2, 0, np.where(kind == 3, 2, 1))
    places = np.repeat(np.arange(len(row_ids)), times)
    is_first = np.diff(places, prepend=-1) != 0
    table, kind = table.take(places), kind[places]
    moved, renamed, marked = (
        pa.array(mask) for mask in (kind == 0, kind == 1, (kind == 4) | ((kind == 3) & ~is_first))
    )
    table = _with(table, "x", pc.if_else(moved, pc.add(pc.multiply(table["x"], 0.9), 0.01), table["x"]))
    table = _with(table, "name", pc.if_else(renamed, "Another class", table["name"].cast(pa.string())))
    return _with(table, "object_hash", _marked(table["object_hash"], marked))


def _marked(texts: Any, mask: Any) -> Any:
    return pc.if_else(mask, pc.binary_join_element_wise(texts, "new", "-"), texts)


def _with(table: pa.Table, name: str, values: Any) -> pa.Table:
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(place), values.cast(table.schema.field(place).type))


def measure(old: Path, new: Path) -> dict[str, Any]:
    """What the diff takes, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", ASK, str(old), str(new)], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-4000:])
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main() -> None:
    """Measure the diff at every spread."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("snapshot", type=Path)
    parser.add_argument(
        "--spread", nargs="+", type=float, default=[0.1, 1.0], help="share of label rows that is edited"
    )
    parser.add_argument("--clean", action="store_true", help="remove the copies that were made")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| objects | edited label rows | seconds | peak MB | " + " | ".join(KINDS) + " |")
    print("|---:|---:|---:|---:|" + "---:|" * len(KINDS))
    size = lf.open(options.snapshot).row_counts()["objects"]
    for spread in options.spread:
        copy, counts = edited_copy(options.snapshot, spread)
        told = measure(options.snapshot, copy)
        found = told["found"]["object_rows"]
        megabytes = told["peak"] * (1 if sys.platform == "darwin" else 1024) / 1e6
        cells = [f"{found[kind]:,} of {counts[kind]:,}" for kind in KINDS]
        print(
            f"| {size:,} | {spread:.0%} | {told['seconds']:.1f} | {megabytes:,.0f} | {' | '.join(cells)} |", flush=True
        )
        if options.clean:
            shutil.rmtree(copy)
            copy.with_name(f"{copy.name}.json").unlink()


if __name__ == "__main__":
    main()
