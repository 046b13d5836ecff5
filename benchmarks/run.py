"""Time and memory of flattening an export to a snapshot, beside `orjson.loads` of the same bytes in the same run.

    python benchmarks/run.py benchmarks/data/mixed.json [more exports ...]

Each is measured in a process of its own, so that its peak memory is its own. The figures of the last run that was kept
stand in benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

FLATTEN = """
import json, resource, sys, time
from pathlib import Path
from labelframe.labels import flatten_to_snapshot
start = time.perf_counter()
run = flatten_to_snapshot([sys.argv[1]], Path(sys.argv[2]) / "snapshot")
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": seconds, "peak": peak, "rows": run.rows}))
"""

PARSE = """
import gc, json, sys, time
from pathlib import Path
import orjson
data = Path(sys.argv[1]).read_bytes()
lines = data.splitlines() if sys.argv[1].endswith("l") else [data]
gc.disable()
start = time.perf_counter()
for line in lines:
    orjson.loads(line)
print(json.dumps({"seconds": time.perf_counter() - start}))
"""


def measure(program: str, *arguments: str) -> dict[str, float | dict[str, int]]:
    """What a program prints of itself, run in a process of its own."""
    done = subprocess.run([sys.executable, "-c", program, *arguments], check=True, capture_output=True, text=True)
    told: dict[str, float | dict[str, int]] = json.loads(done.stdout)
    return told


def main() -> None:
    """Measure every export named on the command line; the best of three runs counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exports", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| export | MB | objects | flatten, s | MB/s | objects/s | peak, MB | orjson alone, s | ratio |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for export in options.exports:
        parsed = min(_seconds(measure(PARSE, str(export))) for _ in range(options.runs))
        runs = []
        for _ in range(options.runs):
            with tempfile.TemporaryDirectory() as scratch:
                runs.append(measure(FLATTEN, str(export), scratch))
        best = min(runs, key=_seconds)
        seconds, rows = _seconds(best), best["rows"]
        assert isinstance(rows, dict)
        peak = max(float(run["peak"]) for run in runs if isinstance(run["peak"], (int, float)))
        megabytes = export.stat().st_size / 1e6
        peak *= (1 if sys.platform == "darwin" else 1024) / 1e6  # ru_maxrss counts bytes there, KiB elsewhere
        print(
            f"| {export.name} | {megabytes:.0f} | {rows['objects']:,} | {seconds:.2f} | {megabytes / seconds:.1f} "
            f"| {rows['objects'] / seconds:,.0f} | {peak:.0f} | {parsed:.2f} | {seconds / parsed:.1f} |"
        )


def _seconds(told: dict[str, float | dict[str, int]]) -> float:
    seconds = told["seconds"]
    assert isinstance(seconds, float)
    return seconds


if __name__ == "__main__":
    main()
