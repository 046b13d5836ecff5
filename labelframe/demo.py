"""The demo: make a small export, flatten it, and show the commands that do the same by hand.

In: a folder to write to. Out: `DIR/export.json`, `DIR/snapshot`, and text on standard output. Everything it does is one
of the commands that it prints.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from pathlib import Path

import orjson
import pyarrow as pa

from labelframe.demo_export import demo_export
from labelframe.errors import Found, SnapshotError
from labelframe.labels import flatten_to_snapshot, open
from labelframe.parquet import is_snapshot
from labelframe.show import show


def run_demo(folder: Path) -> None:
    """Write the demo into a new folder, or over an earlier demo.

    Raises SnapshotError where the folder holds anything else, or cannot be written.
    """
    export, snapshot = folder / "export.json", folder / "snapshot"
    rows = demo_export()
    written = orjson.dumps(rows, option=orjson.OPT_INDENT_2)
    _check_place(folder, export, snapshot, written)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        export.write_bytes(written)
    except OSError as error:
        raise SnapshotError(
            f"The demo cannot be written: {error.strerror or error}.",
            source=folder.as_posix(),
            remedy="Name a folder that you may write to: labelframe demo --out DIR",
        ) from None
    print(f"An invented export with every modality: {export.as_posix()}, {len(rows)} label rows.\n")

    command = _command()
    _step(f"{command} flatten {_quoted(export)} --out {_quoted(snapshot)} --overwrite")
    run = flatten_to_snapshot([export], snapshot, overwrite=True)
    show(pa.table({"table": list(run.rows), "rows": list(run.rows.values())}), "table")

    _step(f"{command} stats {_quoted(snapshot)} class_counts")
    show(open(snapshot).statistic("class_counts"), "table")

    print("Four things to try next:\n")
    query = (
        "select frame, attributes['Colour'][1] as colour from object_attributes "
        "where name = 'Traffic Light' order by row_id, frame"
    )
    print("1. The colour of a traffic light, which changes from frame to frame:")
    _step(f"   {command} sql {_quoted(snapshot)} {_quoted(query)}")
    print("2. What else can be asked without writing SQL:")
    _step(f"   {command} stats {_quoted(snapshot)}")
    print("3. What is checked when labels are looked at for mistakes (without --list it is done):")
    _step(f"   {command} check {_quoted(snapshot)} --list")
    print("4. The same tables in Python:")
    code = f'import labelframe as lf; print(lf.open({json.dumps(snapshot.as_posix())}).polars("objects"))'
    _step(f"   {_python()} -c {_quoted(code)}")


def _check_place(folder: Path, export: Path, snapshot: Path, written: bytes) -> None:
    """Refuse a folder that holds anything but an earlier demo."""
    if not os.path.lexists(folder):
        return
    is_demo = folder.is_dir() and set(folder.iterdir()) <= {export, snapshot}
    if is_demo and export.exists():
        is_demo = export.is_file() and export.read_bytes() == written
    if is_demo and snapshot.exists():
        is_demo = export.exists() and is_snapshot(snapshot)
    if not is_demo:
        raise SnapshotError(
            "There is something else in this place already.",
            source=folder.as_posix(),
            expected="nothing, or an earlier demo",
            found=Found("other things" if folder.is_dir() else "a file"),
            remedy="Name another folder: labelframe demo --out DIR",
        )


def _step(command: str) -> None:
    print(f"{command}\n" if command.startswith(" ") else f"$ {command}")


def _command() -> str:
    """How labelframe was called, so that the commands shown work as they stand."""
    called = Path(sys.argv[0])
    if called.stem != "labelframe":
        return f"{_python()} -m labelframe"
    found = shutil.which("labelframe")
    if found is not None and Path(found).resolve() == called.resolve():
        return "labelframe"
    return _quoted(called)


def _python() -> str:
    """The Python at work, as short as it can be said from here."""
    here, python = Path.cwd(), Path(sys.executable)
    return _quoted(python.relative_to(here) if python.is_relative_to(here) else python)


def _quoted(part: Path | str) -> str:
    """A part of a command as a shell takes it."""
    text = part.as_posix() if isinstance(part, Path) else part
    if os.name == "nt" or (" " in text and not set(text) & set('"$`\\!')):
        return f'"{text}"' if " " in text else text
    return shlex.quote(text)
