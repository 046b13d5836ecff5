"""Run one peer on one export in this process, and print as JSON what it took.

    cd benchmarks && python -m engines loop "orjson, a loop, pyarrow" data/boxes.jsonl boxes /tmp/out

The clock starts when the tool's packages are imported, and stops when its file is written.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
from pathlib import Path

from engines.tables import KINDS, Kind, Peer


def main() -> None:
    module, name, export, kind_name, out = sys.argv[1:]
    kind, folder = KINDS[kind_name], Path(out)
    try:
        peer: Peer = importlib.import_module(f"engines.{module}").PEERS[name]
    except ModuleNotFoundError as error:
        print(json.dumps({"failure": f"{error.name} is not installed"}))
        return
    if not peer.collects_garbage:
        gc.disable()
    start = time.perf_counter()
    try:
        peer.flatten(Path(export).absolute(), kind, folder)
    except Exception as error:  # whatever a tool raises is told beside what the others took
        print(json.dumps({"failure": f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"}))
        return
    seconds = time.perf_counter() - start
    count = peer.count or rows_written
    print(json.dumps({"seconds": seconds, "objects": count(folder, kind)}))


def rows_written(folder: Path, kind: Kind) -> int:
    """How many rows are in the Parquet file that a peer wrote."""
    import pyarrow.parquet as pq

    rows: int = pq.read_metadata(folder / "objects.parquet").num_rows
    return rows


if __name__ == "__main__":
    main()
