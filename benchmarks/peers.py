"""labelframe beside the engines that people would point at the JSON: time, memory and objects, on the same bytes.

    python benchmarks/peers.py --megabytes 20 200 --kinds boxes images --digits 4 17

Exports are made once, below benchmarks/data. Every peer (`engines`) runs in a process of its own; the best of the runs
counts, for memory the worst. Tables are printed as Markdown, one an export, and drawn as multiples of what orjson alone
takes to parse.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import itertools
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psutil
from engines import PEERS
from engines.tables import KINDS
from generate import label_rows, write_export

BENCHMARKS = Path(__file__).parent
PARSER = "orjson.loads alone"
REFERENCE = "labelframe, one worker"
PACKAGES = ("labelframe", "orjson", "pyarrow", "pandas", "duckdb", "chdb", "polars", "dlt", "encord")


@dataclass(frozen=True)
class Export:
    """An invented export: what it holds, and how it is written."""

    kind: str
    megabytes: float
    digits: int
    form: str

    def __str__(self) -> str:
        form = "a list" if self.form == "list" else "one row a line"
        digits = "4 decimals" if self.digits == 4 else "all digits"
        return f"{self.kind}, {self.megabytes:g} MB, {digits}, {form}"

    def path(self, folder: Path) -> Path:
        """The file, made now where it is missing."""
        suffix = "json" if self.form == "list" else "jsonl"
        path = folder / f"{self.kind}_{self.megabytes:g}mb_{self.digits}.{suffix}"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            write_export(part, label_rows(self.kind, 0, self.digits), round(self.megabytes * 1e6), self.form)
            part.rename(path)
        return path


@dataclass(frozen=True)
class Measured:
    """What a peer took: seconds, those of its whole process, bytes at the peak; or why it failed."""

    seconds: float = 0.0
    process: float = 0.0
    peak: int = 0
    objects: int | None = None
    failure: str | None = None


Results = dict[str, Measured]


@dataclass(frozen=True)
class Limits:
    """What a peer may take before it is ended: seconds, bytes of memory."""

    seconds: float
    memory: float


def measure(peer: str, export: Path, kind: str, limits: Limits) -> Measured:
    """Run a peer in a process of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        command = [sys.executable, "-m", "engines", peer, str(export.absolute()), kind, scratch]
        start = time.perf_counter()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=BENCHMARKS, stdout=log, stderr=log, start_new_session=True)
            peak, ended = _watched(process, limits)
        seconds = time.perf_counter() - start
        told = folder / "told.json"
        if told.exists():
            return Measured(process=seconds, peak=peak, **json.loads(told.read_text()))
        if ended:
            return Measured(failure=ended)
        log_text = (folder / "log").read_text(errors="replace").strip()
        return Measured(failure=f"exit {process.returncode}: {log_text.rpartition(chr(10))[2]}")


def _watched(process: subprocess.Popen[bytes], limits: Limits) -> tuple[int, str | None]:
    """Wait for a process; return the most memory that it and its children held at once, and why it had to be ended."""
    peak, until = 0, time.perf_counter() + limits.seconds
    ended = None
    root = psutil.Process(process.pid)
    while process.poll() is None:
        peak = max(peak, _resident(root))
        if time.perf_counter() > until:
            ended = f"not done in {limits.seconds:g} s"
        elif peak > limits.memory:
            ended = f"more than {limits.memory / 1e9:.1f} GB"
        if ended:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        time.sleep(0.02)
    return peak, ended


def _resident(root: psutil.Process) -> int:
    resident = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        for one in (root, *root.children(recursive=True)):
            resident += one.memory_info().rss
    return resident


def measure_all(path: Path, kind: str, peers: list[str], runs: int, limits: Limits) -> Results:
    """Run every peer in turn, several times over; one that failed is not run again."""
    results: Results = {}
    with path.open("rb") as file:  # so that the first peer finds it in memory too
        while file.read(1 << 20):
            pass
    for run, peer in itertools.product(range(runs), peers):
        before = results.get(peer)
        if before and before.failure:
            continue
        now = measure(peer, path, kind, limits)
        if before and not now.failure:
            best = min(before, now, key=lambda one: one.seconds)
            process, peak = min(before.process, now.process), max(before.peak, now.peak)
            now = replace(best, process=process, peak=peak)
        results[peer] = now
        print(f"run {run + 1}, {peer}: {now.failure or f'{now.seconds:.2f} s'}", file=sys.stderr)
    return results


def table(export: Export, size: int, results: Results) -> str:
    """The results of one export, as Markdown."""
    lines = [
        f"{export} ({size / 1e6:.1f} MB written):\n",
        "| peer | s | × orjson | MB/s | peak, MB | objects | whole process, s |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    alone = results.get(PARSER, Measured()).seconds
    expected = results.get(REFERENCE, Measured()).objects
    for peer, one in results.items():
        if one.failure:
            text = one.failure if len(one.failure) < 120 else f"{one.failure[:117]}..."
            lines.append(f"| {peer} | {text.replace('|', '/')} | | | | | |")
            continue
        ratio = f"{one.seconds / alone:.1f}" if alone else ""
        objects = "" if one.objects is None else f"{one.objects:,}"
        if expected and one.objects not in (None, expected):
            objects = f"**{objects}**"
        lines.append(
            f"| {peer} | {one.seconds:.2f} | {ratio} | {size / 1e6 / one.seconds:.1f} | {one.peak / 1e6:.0f} "
            f"| {objects} | {one.process:.2f} |"
        )
    found = {one.objects for one in results.values() if not one.failure and one.objects is not None}
    if len(found) > 1:
        lines.append("\nThe peers do not agree on the objects: those set in bold differ from labelframe.")
    return "\n".join(lines) + "\n"


def draw(found: dict[str, Results], path: Path) -> None:
    """Draw a panel for each export: bars as long as multiples of what orjson alone takes."""
    try:
        import matplotlib
    except ModuleNotFoundError:
        print("no picture: matplotlib is not installed", file=sys.stderr)
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot

    width = min(3, len(found))
    height = -(-len(found) // width)
    run = {peer for results in found.values() for peer, one in results.items() if not one.failure}
    peers = [peer for peer in PEERS if peer in run - {PARSER}]
    figure, grid = pyplot.subplots(
        height,
        width,
        figsize=(2.6 + 4.2 * width, height * (1.1 + 0.3 * len(peers))),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    panels = list(grid.flat)
    for panel, (title, results) in zip(panels, found.items(), strict=False):
        alone = results[PARSER].seconds
        for place, peer in enumerate(peers):
            one = results.get(peer, Measured(failure="not run"))
            if one.failure:
                panel.text(1.05, place, "failed" if ":" in one.failure else one.failure, va="center", color="0.45")
                continue
            ratio = one.seconds / alone
            color = "#D33115" if peer.startswith("labelframe") else "#8FA3B8"
            panel.barh(place, ratio - 1, left=1, color=color, height=0.7)
            panel.text(max(ratio, 1) * 1.06, place, f"{ratio:.1f}", va="center", fontsize=9)
        panel.set_title(title, fontsize=10)
        panel.set_xscale("log")
        panel.axvline(1, color="0.3", linewidth=1)
        panel.set_yticks(range(len(peers)), peers)
        panel.spines[["top", "right"]].set_visible(False)
        panel.xaxis.set_major_formatter(lambda value, _: f"{value:g}×")
        panel.xaxis.set_minor_formatter(lambda *_: "")
        panel.tick_params(axis="x", labelbottom=True)
    for panel in panels[len(found) :]:
        panel.set_visible(False)
    low, high = panels[0].get_xlim()
    panels[0].set(xlim=(low, high * 1.6), ylim=(len(peers) - 0.4, -0.6))
    figure.supxlabel("time, as a multiple of what orjson alone takes to parse the same bytes", fontsize=10)
    figure.savefig(path, dpi=130)
    pyplot.close(figure)


def versions() -> str:
    """The machine, and the versions of what is installed of the peers."""
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"no {package}")
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; {', '.join(found)}\n"


def main() -> None:
    """Measure what the command line asks for; tables and picture are written anew after each export."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, nargs="+", default=[20], help="sizes of the exports (default 20)")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="default all")
    parser.add_argument("--digits", type=int, nargs="+", choices=(4, 17), default=[4], help="default 4")
    parser.add_argument("--forms", nargs="+", choices=("list", "jsonl"), default=["list", "jsonl"], help="default both")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS), help="default all")
    parser.add_argument("--runs", type=int, default=3, help="default 3")
    parser.add_argument("--timeout", type=float, default=600, help="seconds that a peer may take (default 600)")
    parser.add_argument("--memory", type=float, help="GB that a peer may take (default half of the machine's)")
    parser.add_argument("--data", type=Path, default=BENCHMARKS / "data", help="where exports and results lie")
    parser.add_argument("--redraw", action="store_true", help="measure nothing, draw peers.json once more")
    options = parser.parse_args()
    file, picture = options.data / "peers.json", options.data / "peers.png"
    if options.redraw:
        saved = json.loads(file.read_text())
        draw({title: {peer: Measured(**one) for peer, one in rows.items()} for title, rows in saved.items()}, picture)
        return
    peers = [peer for peer in PEERS if peer in {PARSER, *options.peers}]
    memory = options.memory * 1e9 if options.memory else psutil.virtual_memory().total / 2
    limits = Limits(options.timeout, memory)
    print(versions())
    found: dict[str, Results] = {}
    for choice in itertools.product(options.kinds, options.megabytes, options.digits, options.forms):
        export = Export(*choice)
        path = export.path(options.data)
        results = measure_all(path, export.kind, peers, options.runs, limits)
        print(table(export, path.stat().st_size, results), flush=True)
        found[str(export)] = results
        plain = {title: {peer: asdict(one) for peer, one in rows.items()} for title, rows in found.items()}
        file.write_text(json.dumps(plain, indent=1))
        if all(not results[PARSER].failure for results in found.values()):
            draw(found, picture)


if __name__ == "__main__":
    main()
