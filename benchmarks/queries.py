"""Time and memory of every statistic and check, beside counting the objects' hashes in the same process.

    python benchmarks/queries.py SNAPSHOT --objects 100_000 1_000_000 10_000_000

From a snapshot it makes one of about so many objects, by repeating its label rows under other hashes (or by leaving
some out), in benchmarks/data. Each query runs in a process of its own, after `select count(distinct object_hash) from
objects` has run there twice; the ratio is to the second. `--only NAME` picks queries. The figures of the last run that
was kept stand in benchmarks/README.md.
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

import labelframe as lf
from labelframe import checks, parquet, stats
from labelframe.schema import TABLES

DATA = Path(__file__).parent / "data"
HASHES = ("label_hash", "object_hash", "owner_hash", "classification_hash")

ASK = """
import json, resource, sys, time
import labelframe as lf
from labelframe import checks, stats
folder, kind, name = sys.argv[1:]
labels = lf.open(folder)
with labels.connect(wide=False) as connection:
    for _ in range(2):
        start = time.perf_counter()
        connection.execute("select count(distinct object_hash) from objects").fetchall()
        counted = time.perf_counter() - start
    start = time.perf_counter()
    if kind == "check":
        rows = checks.run_checks(connection, [name]).num_rows
    else:
        rows = stats.run_statistic(connection, name).num_rows
    seconds = time.perf_counter() - start
try:  # of this program alone: on Linux ru_maxrss begins with what the one that started it had
    peak = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": seconds, "counted": counted, "peak": peak, "rows": rows}))
"""


def repeated(source: Path, objects: int) -> Path:
    """A snapshot of about so many objects, made of another."""
    folder = DATA / f"objects-{objects}"
    if folder.exists():
        return folder
    labels = lf.open(source)
    copies = max(1, round(objects / labels.row_counts()["objects"]))
    with labels.connect(wide=False) as connection:
        (rows, last) = connection.execute(
            "select count(*), (select max(row_id) from (select row_id, sum(count(*)) over (order by row_id) as reach "
            "from objects group by row_id) where reach <= $objects) from label_rows",
            {"objects": objects},
        ).fetchall()[0]
        with parquet.SnapshotWriter(folder, overwrite=False) as writer:
            for copy in range(copies):
                for name, table in TABLES.items():
                    writer_rows = connection.sql(_copy_sql(name, copy, rows, None if copies > 1 else last))
                    for batch in writer_rows.to_arrow_reader(1 << 17):
                        writer.write(name, _as_declared(batch, table.schema))
            writer.commit({"sources": []}, lambda folder: None)
    return folder


def _copy_sql(name: str, copy: int, rows: int, last: int | None) -> str:
    columns = {column.name for column in TABLES[name].columns}
    if "row_id" not in columns:
        return f"select * from {name}" + (" limit 0" if copy else "")
    new = [f"row_id + {copy * rows} as row_id"]
    new += [f"{column} || '-{copy}' as {column}" for column in HASHES if column in columns]
    where = "" if last is None else f" where row_id <= {last}"
    return f"select * replace ({', '.join(new)}) from {name}{where}"


def _as_declared(batch: Any, schema: Any) -> Any:
    import pyarrow as pa

    (made,) = pa.Table.from_batches([batch]).cast(schema).combine_chunks().to_batches() or [None]
    return schema.empty_table().to_batches()[0] if made is None else made


def measure(folder: Path, kind: str, name: str) -> dict[str, float]:
    """What a query takes, in a process of its own; `failed` where it does not end well."""
    done = subprocess.run([sys.executable, "-c", ASK, str(folder), kind, name], capture_output=True, text=True)
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return {"seconds": float("nan"), "counted": float("nan"), "peak": float("nan"), "rows": float("nan")}
    told: dict[str, float] = json.loads(done.stdout)
    return told


def main() -> None:
    """Measure every query at every size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("--objects", nargs="+", type=int, default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--runs", type=int, default=2, help="of each query; the best ratio counts")
    parser.add_argument("--clean", action="store_true", help="remove the snapshots that were made")
    options = parser.parse_args()
    asked = [("statistic", name) for name in stats.statistics()] + [("check", name) for name in checks.checks()]
    folders = {objects: repeated(options.snapshot, objects) for objects in options.objects}
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    sizes = [lf.open(folder).row_counts()["objects"] for folder in folders.values()]
    print("| query | " + " | ".join(f"{size:,}: s | x count | ns/row | MB" for size in sizes) + " |")
    print("|---|" + "---:|---:|---:|---:|" * len(sizes))
    for kind, name in asked:
        if options.only and name not in options.only:
            continue
        cells = []
        for folder, size in zip(folders.values(), sizes, strict=True):
            runs = [measure(folder, kind, name) for _ in range(options.runs)]
            told = min(runs, key=lambda run: run["seconds"] / run["counted"])
            megabytes = told["peak"] * (1 if sys.platform == "darwin" else 1024) / 1e6
            ratio = told["seconds"] / told["counted"]
            cells.append(f"{told['seconds']:.2f} | {ratio:.1f} | {told['seconds'] / size * 1e9:.0f} | {megabytes:.0f}")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    if options.clean:
        for folder in folders.values():
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
