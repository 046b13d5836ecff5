"""What the way a Parquet file is written costs and gains: time of writing, size, time of reading.

    python benchmarks/parquet.py SNAPSHOT [--table objects] [--rows 320000] [--digits 17]

Writes rows of a table of the snapshot in one way after another, and reads each file with pyarrow, Polars and DuckDB:
all of it, one label row (`label_hash = ...`, then the same by its row_id), and large objects of one class (`name = ...
and area > ...`). Writing is CPU time, since pyarrow writes on one core; reading is wall time; the best of the runs
counts. All is told as ratios to the way that `labelframe` writes, whose own figures stand in the first row. `--digits`
gives coordinates so many digits, as a model that predicts has them. The figures of the last run that was kept stand in
benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq

import labelframe as lf
from labelframe import parquet
from labelframe.schema import TABLES

COORDINATES = ("x", "y", "w", "h", "area")
FRAMES = ("frame", "range_start", "range_end")
Way = tuple[int, dict[str, Any]]
"""Rows of a row group, and what is told to ParquetWriter beside what labelframe tells it."""


def ways(table: pa.Table, name: str) -> dict[str, Way]:
    """Ways of writing, by what is different about them."""
    usual = parquet.ROW_GROUP_ROWS
    texts = [
        field.name for field in table.schema if pa.types.is_dictionary(field.type) or pa.types.is_string(field.type)
    ]
    numbers = [column for column in COORDINATES if column in table.schema.names]
    frames = [column for column in FRAMES if column in table.schema.names]
    others = [column for column in table.schema.names if column not in (*numbers, *frames)]
    codecs: dict[str, Any] = {
        f"zstd {level}": {"compression_level": level} for level in (2, 3)
    } | {codec: {"compression": codec, "compression_level": None} for codec in ("lz4", "snappy", "none")}
    pages = {
        "20,000 rows a page": {"max_rows_per_page": 20_000},
        "pages of 128 kB": {"data_page_size": 1 << 17},
        "data pages v2": {"data_page_version": "2.0"},
        "page index": {"write_page_index": True},
        "1,024 rows at once": {"write_batch_size": 1024},
    }
    dictionaries = {
        "dictionaries of 1 MB": {"dictionary_pagesize_limit": 1 << 20},
        "dictionaries of texts alone": {"use_dictionary": texts, "dictionary_pagesize_limit": 1 << 20},
        "delta for frames": {"use_dictionary": others, "column_encoding": dict.fromkeys(frames, "DELTA_BINARY_PACKED")},
        "byte stream split": {"use_dictionary": [*others, *frames], "use_byte_stream_split": numbers},
    }
    kept = {"no statistics": {"write_statistics": False}, "no Bloom filters": {"bloom_filter_options": None}}
    found: dict[str, Way] = {"as labelframe writes": (usual, {})}
    found |= {what: (usual, options) for what, options in (codecs | dictionaries | pages | kept).items()}
    return found | {f"{rows:,} rows a group": (rows, {}) for rows in (1 << 15, 1 << 16, 1 << 18, 1 << 20)}


def write(table: pa.Table, name: str, way: Way, path: Path) -> float:
    """Write a file; gives the CPU time."""
    rows, options = way
    start = time.process_time()
    with pq.ParquetWriter(path, table.schema, **{**parquet.writing(TABLES[name]), **options}) as writer:
        for first in range(0, table.num_rows, rows):
            writer.write_table(table.slice(first, rows), row_group_size=rows)
    return time.process_time() - start


def readers(table: pa.Table, path: Path) -> dict[str, Callable[[], object]]:
    """Ways of reading a file, by name: the question and who is asked."""
    middle = table.slice(table.num_rows // 2, 1).to_pylist()[0]
    columns = [column for column in ("name", "area", "x", "y", "w", "h", "answer", "frame") if column in table.schema.names]
    questions: dict[str, tuple[Any, Any, str]] = {"all": (None, None, "true")}
    for column in ("label_hash", "row_id"):
        value = middle[column]
        literal = f"'{value}'" if isinstance(value, str) else value
        questions[column] = (pa.dataset.field(column) == value, pl.col(column) == value, f"{column} = {literal}")
    if "area" in table.schema.names:
        large = float(np.nanquantile(table["area"].to_numpy(), 0.99))
        questions["name, area"] = (
            (pa.dataset.field("name") == middle["name"]) & (pa.dataset.field("area") > large),
            (pl.col("name") == middle["name"]) & (pl.col("area") > large),
            f"name = '{middle['name']}' and area > {large}",
        )
    connection = duckdb.connect()
    found: dict[str, Callable[[], object]] = {}
    for question, (for_arrow, for_polars, sql) in questions.items():
        wanted = table.schema.names if question == "all" else columns
        picked = ", ".join(f'"{column}"' for column in wanted)
        query = f"SELECT {picked} FROM read_parquet('{path}') WHERE {sql}"

        def arrow(for_arrow: Any = for_arrow, wanted: list[str] = wanted) -> object:
            return pq.read_table(path, columns=wanted, filters=for_arrow)

        def polars(for_polars: Any = for_polars, wanted: list[str] = wanted) -> object:
            scan = pl.scan_parquet(path, glob=False)
            return (scan if for_polars is None else scan.filter(for_polars)).select(wanted).collect()

        def sql_of(query: str = query) -> object:
            return connection.sql(query).to_arrow_table()

        found |= {f"{question}: pyarrow": arrow, f"{question}: Polars": polars, f"{question}: DuckDB": sql_of}
    return found


def with_digits(table: pa.Table) -> pa.Table:
    """The table with coordinates of as many digits as a float has."""
    random = np.random.default_rng(0)
    for column in COORDINATES:
        if column in table.schema.names:
            values = table[column].to_numpy() + random.random(table.num_rows) * 1e-4
            place = table.schema.get_field_index(column)
            table = table.set_column(place, table.schema.field(column), pa.array(values, from_pandas=True))
    return table


def main() -> None:
    """Measure every way of writing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("--table", default="objects")
    parser.add_argument("--rows", type=int, default=320_000)
    parser.add_argument("--digits", type=int, choices=[4, 17], default=4)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    table = lf.open(options.snapshot)[options.table].slice(0, options.rows).unify_dictionaries().combine_chunks()
    if options.digits == 17:
        table = with_digits(table)
    known = ways(table, options.table)
    known = {what: way for what, way in known.items() if not options.only or what in options.only or way[1] == {}}
    told: dict[str, dict[str, float]] = {what: {} for what in known}
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "part.parquet"
        for _ in range(options.runs):
            for what, way in known.items():
                best = told[what]
                best["write"] = min(best.get("write", np.inf), write(table, options.table, way, path))
                best["size"] = path.stat().st_size / 1e6
                for question, read in readers(table, path).items():
                    start = time.perf_counter()
                    read()
                    best[question] = min(best.get(question, np.inf), time.perf_counter() - start)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, pyarrow {pa.__version__}, ", end="")
    print(f"Polars {pl.__version__}, DuckDB {duckdb.__version__}; {options.table}, {table.num_rows:,} rows\n")
    columns = list(next(iter(told.values())))
    print("| way | " + " | ".join(columns) + " |")
    print("|---|" + "---:|" * len(columns))
    first = next(iter(told.values()))
    for what, best in told.items():
        if best is first:
            cells = [f"{best[column]:.1f} MB" if column == "size" else f"{best[column] * 1e3:.0f} ms" for column in columns]
        else:
            cells = [f"{best[column] / first[column]:.2f}" for column in columns]
        print(f"| {what} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
