"""The same export in every form: time and memory of flattening each, and whether all give the same tables.

    python benchmarks/forms.py benchmarks/data/mixed.json

Each is measured in a process of its own. A run that collects faults stands beside the plain one, and one with a bad
object in the middle of the export. The figures of the last run that was kept stand in benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

import duckdb

from labelframe.schema import TABLES

FLATTEN = """
import json, resource, sys, time
from pathlib import Path
from labelframe.labels import flatten_to_snapshot
from labelframe.tables import Options
start = time.perf_counter()
run = flatten_to_snapshot([sys.argv[1]], Path(sys.argv[2]), options=Options(sys.argv[3]))
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": seconds, "peak": peak, "rows": run.rows}))
"""


def measure(
    source: str, folder: Path, on_error: str = "stop", pipe: Path | None = None
) -> tuple[float, float, dict[str, int]]:
    """(seconds, peak memory in MB, rows by table) of flattening a source into a new folder."""
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-c", FLATTEN, source, str(folder), on_error]
    if pipe is None:
        done = subprocess.run(command, check=True, capture_output=True)
    else:
        with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as cat:
            done = subprocess.run(command, check=True, capture_output=True, stdin=cat.stdout)
    told = json.loads(done.stdout)
    return told["seconds"], told["peak"] * (1 if sys.platform == "darwin" else 1024) / 1e6, told["rows"]


def differing(one: Path, other: Path) -> str:
    """How many rows of each table of one snapshot are not in the other, or the other way round; the file that they were
    read from does not count."""
    found = []
    with duckdb.connect() as connection:
        for name, table in TABLES.items():
            columns = ", ".join(f'"{column.name}"' for column in table.columns if column.name != "source")
            rows = [
                f"SELECT hash({columns}) FROM read_parquet('{(folder / name / '*.parquet').as_posix()}')"
                for folder in (one, other)
            ]
            sql = "SELECT greatest({}, {})".format(
                *(f"(SELECT count(*) FROM ({a} EXCEPT ALL {b}))" for a, b in (rows, reversed(rows)))
            )
            ((count,),) = connection.execute(sql).fetchall()
            if count:
                found.append(f"{name} {count:,}")
    return ", ".join(found) or "none"


def packed(export: Path, scratch: Path) -> dict[str, Path]:
    """The export in each form that a file can have."""
    forms = {".json": export, ".json.gz": scratch / "export.json.gz", ".json.zst": scratch / "export.json.zst"}
    with export.open("rb") as plain, gzip.open(forms[".json.gz"], "wb", compresslevel=6) as file:
        shutil.copyfileobj(plain, file)
    with export.open("rb") as plain, zstd.open(forms[".json.zst"], "wb") as file:
        shutil.copyfileobj(plain, file)
    forms[".zip"] = scratch / "export.zip"
    with zipfile.ZipFile(forms[".zip"], "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(export, "export.json")
    return forms


def with_a_bad_object(export: Path, scratch: Path) -> Path:
    """The export with the width of a box in its middle made a text. It is not read whole: a process that this one
    starts would count this one's memory as its own."""
    path = scratch / "bad.json"
    shutil.copyfile(export, path)
    with path.open("rb+") as file:
        half = path.stat().st_size // 2
        file.seek(half)
        text = file.read(1 << 20)
        place = text.index(b'"w":', text.index(b'"boundingBox"')) + len(b'"w":')
        end = min(text.index(mark, place) for mark in (b",", b"}") if mark in text[place : place + 40])
        file.seek(half + place)
        file.write(b'"' + b"w" * (end - place - 2) + b'"')
    return path


def main() -> None:
    """Measure the export named on the command line; the best of the runs counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}: {options.export.name}\n")
    print("| form | on error | s | peak, MB | objects | rejects | rows that differ |")
    print("|---|---|---:|---:|---:|---:|---|")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        forms = packed(options.export, scratch)
        bad = with_a_bad_object(options.export, scratch)
        runs = [(form, str(path), "stop", None) for form, path in forms.items()]
        runs += [("pipe", "-", "stop", options.export), (".json", str(options.export), "collect", None)]
        runs += [("a bad object", str(bad), "collect", None)]
        first = scratch / "first"
        best: dict[tuple[str, str], float] = {}
        peak: dict[tuple[str, str], float] = {}
        told: dict[tuple[str, str], str] = {}
        for _ in range(options.runs):
            for form, source, on_error, pipe in runs:
                folder = scratch / "snapshot" if first.exists() else first
                seconds, memory, rows = measure(source, folder, on_error, pipe)
                key = form, on_error
                best[key] = min(seconds, best.get(key, seconds))
                peak[key] = max(memory, peak.get(key, memory))
                told[key] = f"{rows['objects']:,} | {rows['rejects']:,} | {differing(first, folder)}"
    for key, seconds in best.items():
        print(f"| {key[0]} | {key[1]} | {seconds:.2f} | {peak[key]:.0f} | {told[key]} |")


if __name__ == "__main__":
    main()
