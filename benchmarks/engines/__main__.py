"""Run one peer on one export in this process, and write into its folder as JSON what it took.

    cd benchmarks && python -m engines "orjson, a loop, pyarrow" data/boxes.jsonl boxes /tmp/out

The clock starts when the tool's packages are imported, and stops when its file is written.
"""

from __future__ import annotations

import importlib
import importlib.abc
import json
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from engines import PEERS, WITHOUT_PANDAS
from engines.tables import KINDS, Kind


class NoPandas(importlib.abc.MetaPathFinder):
    """Hides pandas from imports."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(name=fullname)


def main() -> None:
    """Run the peer that the command line names."""
    name, export, kind, folder = sys.argv[1:]
    told = run(*PEERS[name], Path(export).absolute(), KINDS[kind], Path(folder).absolute())
    (Path(folder) / "told.json").write_text(json.dumps(told))


def run(module_name: str, function: str, export: Path, kind: Kind, folder: Path) -> dict[str, Any]:
    """Return seconds and objects, or the failure."""
    if module_name in WITHOUT_PANDAS:
        sys.meta_path.insert(0, NoPandas())
    try:
        module = importlib.import_module(f"engines.{module_name}")
    except ModuleNotFoundError as error:
        return {"failure": f"{error.name} is not installed"}
    start = time.perf_counter()
    try:
        getattr(module, function)(export, kind, folder)
    except Exception as error:  # whatever a tool raises is told beside what the others took
        return {"failure": f"{type(error).__name__}: {' '.join(str(error).split())}"}
    return {"seconds": time.perf_counter() - start, "objects": objects(module, folder, kind)}


def objects(module: ModuleType, folder: Path, kind: Kind) -> int | None:
    """How many rows of the table a peer wrote; None where it writes none."""
    if hasattr(module, "count"):
        count: int = module.count(folder, kind)
        return count
    import pyarrow.parquet as pq

    file = folder / "objects.parquet"
    return pq.read_metadata(file).num_rows if file.exists() else None


if __name__ == "__main__":
    main()
