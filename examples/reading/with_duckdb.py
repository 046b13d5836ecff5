"""Read a store with DuckDB alone (1.1 or later): `python with_duckdb.py STORE`.

The store has a labels.duckdb of its own with every table and view; this is how it goes without it.
"""

import sys

import duckdb

store = sys.argv[1]

# `snapshot` is a column, taken from the folders' names; as text, lest some be read as times.
objects = f"read_parquet('{store}/snapshot=*/objects/*.parquet', hive_types = {{'snapshot': varchar}})"

growth = f"""
    select snapshot, name, count(*) as objects, count(distinct (row_id, object_hash)) as instances
    from {objects}
    where not coalesce(is_deleted, false)
    group by snapshot, name
    order by snapshot, objects desc, name
"""
duckdb.sql(growth).show(max_rows=200)

# A condition on `snapshot` reads the files of those snapshots only. row_id is unique within a snapshot: join on both.
print(
    duckdb.sql(f"select name, frame, x, y, w, h from {objects} where snapshot = (select max(snapshot) from {objects})")
)
