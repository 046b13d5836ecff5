"""What people would point at the JSON of a label export instead of labelframe, one module a tool.

In: an export, a kind of `generate.py`, a folder. Out: one zstd Parquet file there, whose columns `tables` names; of
labelframe a whole snapshot. `python -m engines` runs one of them and tells how long it took.
"""
