"""labelframe: all its tables, in a snapshot."""

from __future__ import annotations

import dataclasses
import os
from functools import partial
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from engines.tables import Kind, Peer
from labelframe.labels import flatten_to_snapshot
from labelframe.tables import Options


def flatten(workers: int, export: Path, kind: Kind, out: Path) -> None:
    """Write the snapshot."""
    flatten_to_snapshot([export], out / "snapshot", options=Options(**_with_workers(workers)))


def _with_workers(workers: int) -> dict[str, int]:
    """The option, where this version has it."""
    return {"workers": workers} if has_workers() else {}


def has_workers() -> bool:
    return any(field.name == "workers" for field in dataclasses.fields(Options))


def count(out: Path, kind: Kind) -> int:
    """How many rows of the snapshot are those of the table that the peers make."""
    table = "attributes" if kind.table == "answers" else "objects"
    files = (out / "snapshot" / table).glob("*.parquet")
    if table == "objects":
        return sum(pq.read_metadata(path).num_rows for path in files)
    owners = [pq.read_table(path, columns=["owner"])["owner"] for path in files]
    return sum(pc.sum(pc.equal(owner.cast("string"), "object")).as_py() or 0 for owner in owners)


PEERS = {"labelframe, one worker" if has_workers() else "labelframe": Peer(partial(flatten, 1), count)}
if has_workers():
    PEERS[f"labelframe, {os.cpu_count()} workers"] = Peer(partial(flatten, os.cpu_count() or 1), count)
