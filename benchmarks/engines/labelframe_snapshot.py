"""labelframe: all its tables, in a snapshot."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

import labelframe.compiled  # noqa: F401  (loading packages is not timed; labelframe does it late)
from engines.tables import Kind
from labelframe.labels import flatten_to_snapshot
from labelframe.tables import Options


def one_worker(export: Path, kind: Kind, out: Path) -> None:
    """Write the snapshot in this process alone."""
    _flatten(export, out, {"workers": 1})


def all_workers(export: Path, kind: Kind, out: Path) -> None:
    """Write the snapshot with a worker for each core."""
    _flatten(export, out, {"workers": os.cpu_count() or 1})


def _flatten(export: Path, out: Path, options: dict[str, Any]) -> None:
    flatten_to_snapshot([export], out / "snapshot", options=Options(**options))


def count(out: Path, kind: Kind) -> int:
    """How many rows of the snapshot are those of the table that the peers make."""
    table = "attributes" if kind.table == "answers" else "objects"
    files = (out / "snapshot" / table).glob("*.parquet")
    if table == "objects":
        return sum(pq.read_metadata(path).num_rows for path in files)
    owners = [pq.read_table(path, columns=["owner"])["owner"] for path in files]
    return sum(pc.sum(pc.equal(owner.cast("string"), "object")).as_py() or 0 for owner in owners)
