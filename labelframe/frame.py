"""Give Arrow tables as Polars data frames.

In: an Arrow table. Out: a data frame; numeric columns are not copied. Polars is imported when the first is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    import polars as pl


def frame(table: pa.Table) -> pl.DataFrame:
    """A table as a Polars data frame."""
    import polars as pl

    made = pl.from_arrow(table)
    assert isinstance(made, pl.DataFrame)
    return made
