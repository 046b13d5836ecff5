"""Read a store with pandas (and pyarrow): `python with_pandas.py STORE`."""

import sys
from pathlib import Path

import pandas as pd

store = Path(sys.argv[1])
snapshots = sorted(path for path in store.glob("snapshot=*") if (path / "_labelframe.json").exists())

# All columns of a snapshot may be more than fits: name those that you need.
columns = ["row_id", "object_hash", "name", "is_deleted"]
tables = [
    pd.read_parquet(path / "objects", columns=columns, partitioning=None).assign(snapshot=path.name.partition("=")[2])
    for path in snapshots
]
objects = pd.concat(tables, ignore_index=True)

kept = objects[objects["is_deleted"].astype("boolean").fillna(False).ne(True)]
growth = kept.groupby(["snapshot", "name"], dropna=False, observed=True).size().rename("objects").reset_index()
print(growth.to_string(index=False))
