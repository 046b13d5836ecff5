"""What the way a Parquet file is written costs and gains: time of writing, size, time of reading.

    python benchmarks/parquet.py SNAPSHOT [--table objects] [--rows 320000] [--digits 17]

Writes rows of a table of the snapshot in one way after another, and reads each file with pyarrow, Polars and DuckDB:
all of it, one label row (by its label_hash, by its row_id), and large objects of one class (name and area). All times
are CPU time, since pyarrow writes on one core and a busy machine bends that less; the best of four counts. The first
row tells of the way that labelframe writes; the others are ratios to it, measured just before, the median of the runs.
`--digits 17` gives coordinates the digits that a model's predictions have. The figures of the last run that was kept
stand in benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import labelframe as lf
from labelframe import parquet
from labelframe.schema import TABLES

COORDINATES = ("x", "y", "w", "h", "area")
FRAMES = ("frame", "range_start", "range_end")
READERS = ("pyarrow", "Polars", "DuckDB")
TIMES = 4  # the best counts
Figures = dict[str, list[float]]
Question = tuple[Any, Any, str]
"""A filter, as pyarrow, Polars and DuckDB take it."""


@dataclass(frozen=True)
class Way:
    """A way of writing: rows, how many a row group, and what is told to ParquetWriter beside what labelframe tells."""

    table: pa.Table
    group: int
    options: dict[str, Any]


def ways(table: pa.Table, leaves: list[str]) -> dict[str, Way]:
    """Ways of writing, by what is different about them."""
    texts = [
        field.name for field in table.schema if pa.types.is_dictionary(field.type) or pa.types.is_string(field.type)
    ]
    numbers = [column for column in leaves if column in COORDINATES]
    frames = [column for column in leaves if column in FRAMES]
    delta = dict.fromkeys(frames, "DELTA_BINARY_PACKED")
    options: dict[str, dict[str, Any]] = {
        "zstd 2": {"compression_level": 2},
        "zstd 3": {"compression_level": 3},
        "lz4": {"compression": "lz4", "compression_level": None},
        "snappy": {"compression": "snappy", "compression_level": None},
        "dictionaries of 1 MB": {"dictionary_pagesize_limit": 1 << 20},
        "dictionaries of texts alone": {"use_dictionary": texts, "dictionary_pagesize_limit": 1 << 20},
        "delta for frames": {"use_dictionary": sorted({*leaves} - {*frames}), "column_encoding": delta},
        "byte stream split": {"use_dictionary": sorted({*leaves} - {*numbers}), "use_byte_stream_split": numbers},
        "20,000 rows a page": {"max_rows_per_page": 20_000},
        "pages of 128 kB": {"data_page_size": 1 << 17},
        "data pages v2": {"data_page_version": "2.0"},
        "page index": {"write_page_index": True},
        "1,024 rows at once": {"write_batch_size": 1024},
        "no statistics": {"write_statistics": False},
        "no Bloom filters": {"bloom_filter_options": None},
    }
    usual = parquet.ROW_GROUP_ROWS
    found = {what: Way(table, usual, told) for what, told in options.items()}
    found |= {f"{rows:,} rows a group": Way(table, rows, {}) for rows in (1 << 15, 1 << 16, 1 << 18, 1 << 20)}
    keys = [column for column in ("row_id", "object_hash", "frame") if column in table.schema.names]
    ordered = table.sort_by([(key, "ascending") for key in keys])
    return found | {"tracks side by side": Way(ordered, usual, {})}


def write(way: Way, name: str, path: Path) -> float:
    """Write a file; gives the CPU time."""
    options = {**parquet.writing(TABLES[name]), **way.options}
    start = time.process_time()
    with pq.ParquetWriter(path, way.table.schema, **options) as writer:
        for first in range(0, way.table.num_rows, way.group):
            writer.write_table(way.table.slice(first, way.group), row_group_size=way.group)
    return time.process_time() - start


def questions(table: pa.Table) -> dict[str, Question]:
    """What is asked, as pyarrow, Polars and DuckDB take it."""
    middle = table.slice(table.num_rows // 2, 1).to_pylist()[0]
    found: dict[str, Question] = {"all": (None, None, "true")}
    for column in ("label_hash", "row_id"):
        value = middle[column]
        literal = f"'{value}'" if isinstance(value, str) else value
        found[column] = (pc.field(column) == value, pl.col(column) == value, f"{column} = {literal}")
    if "area" in table.schema.names:
        name, large = middle["name"], float(np.nanquantile(table["area"].to_numpy(), 0.99))
        found["name, area"] = (
            (pc.field("name") == name) & (pc.field("area") > large),
            (pl.col("name") == name) & (pl.col("area") > large),
            f"name = '{name}' AND area > {large}",
        )
    return found


def read(path: Path, reader: str, asked: Question, columns: list[str]) -> float:
    """Read columns of the rows that are asked for; gives the CPU time."""
    for_arrow, for_polars, for_duckdb = asked
    picked = ", ".join(f'"{column}"' for column in columns)
    connection = duckdb.connect()
    start = time.process_time()
    if reader == "pyarrow":
        pq.read_table(path, columns=columns, filters=for_arrow)
    elif reader == "Polars":
        scan = pl.scan_parquet(path, glob=False)
        (scan if for_polars is None else scan.filter(for_polars)).select(columns).collect()
    else:
        connection.sql(f"SELECT {picked} FROM read_parquet('{path}') WHERE {for_duckdb}").to_arrow_table()
    return time.process_time() - start


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
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    table = lf.open(options.snapshot)[options.table].slice(0, options.rows).unify_dictionaries().combine_chunks()
    if options.digits == 17:
        table = with_digits(table)
    asked = questions(table)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "part.parquet"
        usual = Way(table, parquet.ROW_GROUP_ROWS, {})
        measure(usual, options.table, asked, path)
        schema = pq.ParquetFile(path).metadata.schema
        known = ways(table, [schema.column(number).path for number in range(len(schema))])
        first: list[Figures] = []
        ratios: dict[str, list[Figures]] = {what: [] for what in known}
        for _ in range(options.runs):
            for what, way in known.items():
                normal, other = (measure(each, options.table, asked, path) for each in (usual, way))
                first.append(normal)
                ratios[what].append({key: _divided(other[key], normal[key]) for key in normal})
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, pyarrow {pa.__version__},"
    )
    print(f"Polars {pl.__version__}, DuckDB {duckdb.__version__}; {table.num_rows:,} {options.table}:\n")
    print(f"| | {' | '.join(first[0])} |")
    print("|---|" + "---:|" * len(first[0]))
    figures = _middle(first)
    cells = [f"{' '.join(f'{figure * 1e3:.0f}' for figure in figures[key])} ms" for key in figures if key != "size"]
    cells.insert(1, f"{figures['size'][0]:.2f} MB")
    print(f"| as labelframe writes | {' | '.join(cells)} |")
    for what, measured in ratios.items():
        cells = [" ".join(f"{ratio:.2f}" for ratio in found) for found in _middle(measured).values()]
        print(f"| {what} | {' | '.join(cells)} |")


def measure(way: Way, name: str, asked: dict[str, Question], path: Path) -> Figures:
    """Write a file in some way and ask it everything."""
    figures = {"write": [min(write(way, name, path) for _ in range(TIMES))], "size": [path.stat().st_size / 1e6]}
    names = way.table.schema.names
    some = [column for column in ("name", "answer", "frame", *COORDINATES) if column in names]
    for question, forms in asked.items():
        columns = names if question == "all" else some
        figures[question] = [min(read(path, reader, forms, columns) for _ in range(TIMES)) for reader in READERS]
    return figures


def _divided(figures: list[float], by: list[float]) -> list[float]:
    return [figure / normal for figure, normal in zip(figures, by, strict=True)]


def _middle(measured: list[Figures]) -> Figures:
    return {key: list(map(median, zip(*(figures[key] for figures in measured), strict=True))) for key in measured[0]}


if __name__ == "__main__":
    main()
