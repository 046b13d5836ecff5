"""Time of opening a store, and of what is asked of it, with 1 snapshot and with many.

    python benchmarks/store.py SNAPSHOT --snapshots 1 30 365

A store is made by copying one snapshot's folder, a day apart, in benchmarks/data. Each figure is of a process of its
own, the second of two runs there, so that the files are in the system's memory; `first` is the first of them, with what
is imported. The figures of the last run that was kept stand in benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from labelframe.schema import DATABASE
from labelframe.store import Dated

DATA = Path(__file__).parent / "data"

ASK = """
import json, sys, time
import labelframe as lf
from labelframe import database, store
folder, what = sys.argv[1:]
def history():
    connection = database.connect()
    store.register_history(connection, folder)
    return connection
def asked(sql):
    with history() as connection:
        return connection.execute(sql).fetchall()
ways = {
    "open": lambda: lf.open(folder),
    "stats on the latest": lambda: lf.open(folder).stats("class_counts"),
    "list": lambda: lf.snapshots(folder),
    "register_history": history,
    "... and count objects by snapshot": lambda: asked("select snapshot, count(*) from objects group by all"),
    "... and count classes by snapshot": lambda: asked("select snapshot, name, count(*) from objects group by all"),
    "... and read one snapshot": lambda: asked(
        "select count(name) from objects where snapshot = (select max(snapshot) from snapshots)"
    ),
    "write labels.duckdb": lambda: store.write_store_database(folder),
}
took = []
for _ in range(2):
    start = time.perf_counter()
    ways[what]()
    took.append(time.perf_counter() - start)
print(json.dumps(took))
"""

WAYS = (
    "open",
    "stats on the latest",
    "list",
    "register_history",
    "... and count objects by snapshot",
    "... and count classes by snapshot",
    "... and read one snapshot",
    "write labels.duckdb",
)


def store_of(source: Path, count: int) -> Path:
    """A store of so many copies of a snapshot."""
    folder = DATA / f"store-{count}"
    shutil.rmtree(folder, ignore_errors=True)
    first = datetime(2025, 1, 1, 2, tzinfo=UTC)
    for day in range(count):
        place = Dated(folder, first + timedelta(days=day)).path
        shutil.copytree(source, place, ignore=shutil.ignore_patterns(DATABASE))
    return folder


def main() -> None:
    """Print a table of seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("--snapshots", type=int, nargs="+", default=[1, 30, 365])
    options = parser.parse_args()
    for count in options.snapshots:
        folder = store_of(options.snapshot, count)
        print(f"\n{count} snapshots: seconds, first")
        for what in WAYS:
            run = subprocess.run(
                [sys.executable, "-c", ASK, str(folder), what], check=True, capture_output=True, text=True
            )
            first, again = json.loads(run.stdout)
            print(f"  {what:<34} {again:7.3f} {first:7.3f}")


if __name__ == "__main__":
    main()
