"""Find exports and give the bytes of one label row at a time.

In: what people name: files, folders, patterns, `-`. Out: `RawRow`s and `Broken` pieces with where they came from, and
what was passed over. No more than the largest label row is held. Of a label row it knows only the keys that tell one.

    sources   which files there are
    unpack    their bytes, out of gzip, zstd and zip
    split     the label rows in those bytes
"""

from labelframe.read.batches import RowBatch, read_batches
from labelframe.read.sources import Found, PassedOver, Source, find_sources
from labelframe.read.split import Broken, RawRow, is_label_row, read_rows, resplit, salvage
from labelframe.read.unpack import Part, begins_with, open_parts

__all__ = [
    "Broken",
    "Found",
    "Part",
    "PassedOver",
    "RawRow",
    "RowBatch",
    "Source",
    "begins_with",
    "find_sources",
    "is_label_row",
    "open_parts",
    "read_batches",
    "read_rows",
    "resplit",
    "salvage",
]
