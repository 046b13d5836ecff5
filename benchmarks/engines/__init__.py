"""What people would point at the JSON of a label export, one module a tool, and labelframe beside them.

In: an export, a kind of `generate.py`, a folder. Out: one zstd Parquet file there, whose columns `tables` names; of
labelframe a whole snapshot. `python -m engines` runs one of them and tells how long it took.
"""

PEERS = {
    "orjson.loads alone": ("loop", "parse"),
    "orjson, a loop, pyarrow": ("loop", "flatten"),
    "pandas json_normalize": ("pandas_normalize", "flatten"),
    "DuckDB read_json, typed": ("duckdb_json", "typed"),
    "DuckDB read_json_auto": ("duckdb_json", "inferred"),
    "chDB JSONEachRow, typed": ("chdb_json", "flatten"),
    "Polars, typed": ("polars_json", "flatten"),
    "dlt, flat rows": ("dlt_pipeline", "flat_rows"),
    "dlt, Arrow tables": ("dlt_pipeline", "arrow_tables"),
    "Encord SDK": ("encord_sdk", "flatten"),
    "labelframe, one worker": ("labelframe_snapshot", "one_worker"),
    "labelframe, all workers": ("labelframe_snapshot", "all_workers"),
}
"""Module and function of each peer; functions take an export, its kind, and the folder to write to."""

WITHOUT_PANDAS = {"loop", "labelframe_snapshot"}
"""Modules that need no pandas; yet where it is installed, pyarrow would import it, in the time that is measured."""
