"""labelframe: annotation exports as tables.

>>> import labelframe as lf
>>> labels = lf.flatten("export.json")  # doctest: +SKIP
>>> labels.polars("objects")  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labelframe.errors import LabelframeError
from labelframe.version import __version__

if TYPE_CHECKING:
    from labelframe.history import stats_of_history, stats_over_time
    from labelframe.labels import Labels, flatten, open, snapshot, snapshots

__all__ = [
    "LabelframeError",
    "Labels",
    "__version__",
    "flatten",
    "open",
    "snapshot",
    "snapshots",
    "stats_of_history",
    "stats_over_time",
]


def __getattr__(name: str) -> object:
    # Imported when first used: `labelframe --help` needs no pyarrow.
    if name in ("stats_of_history", "stats_over_time"):
        from labelframe import history

        return getattr(history, name)
    if name in __all__:  # what is not imported above
        from labelframe import labels

        return getattr(labels, name)
    raise AttributeError(f"module 'labelframe' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
