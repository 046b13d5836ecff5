"""Read a store with Polars alone: `python with_polars.py STORE`."""

import sys

import polars as pl

store = sys.argv[1]

# `snapshot` is a column, taken from the folders' names; as text, lest it be read as a time.
objects = pl.scan_parquet(
    f"{store}/snapshot=*/objects/*.parquet", hive_partitioning=True, hive_schema={"snapshot": pl.String}
)

# Lazily: the columns named here are all that is read.
growth = (
    objects.filter(pl.col("is_deleted").fill_null(False).not_())
    .group_by("snapshot", "name")
    .agg(pl.len().alias("objects"), pl.struct("row_id", "object_hash").n_unique().alias("instances"))
    .sort("snapshot", "objects", "name", descending=[False, True, False])
)
print(growth.collect())

# A filter on `snapshot` reads the files of those snapshots only. row_id is unique within a snapshot: join on both.
latest = objects.select(pl.col("snapshot").max()).collect().item()
print(objects.filter(pl.col("snapshot") == latest).select("name", "frame", "x", "y", "w", "h").collect())
