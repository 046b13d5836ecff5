"""Open what is to be compared: snapshots, a store's snapshots, or exports that are flattened on the fly.

In: paths, as a command line gives them. Out: `Labels`, for as long as they are compared. It compares nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from labelframe import labels, parquet, store
from labelframe.errors import Found, SnapshotError
from labelframe.labels import Labels
from labelframe.read import find_sources
from labelframe.tables import OnError, Options

LARGE = 1 << 26  # bytes of exports from which on they are flattened to disk


def sides(old: str, new: str | None) -> tuple[str, str]:
    """The two paths to compare: of a store alone its last two snapshots, of a store and something else its last one.

    Raises SnapshotError where one alone is no store, or has no two snapshots.
    """
    if new is not None:
        first, second = (str(store.resolve(path)) if store.is_store(Path(path)) else path for path in (old, new))
        return first, second
    if not store.is_store(Path(old)):
        raise SnapshotError(
            "There is nothing to compare it with.",
            source=old,
            expected="two snapshots or exports, or one store of snapshots",
            found=Found("one that is no store"),
            remedy="Name both: labelframe diff OLD NEW",
        )
    there = store.snapshots(old)
    if len(there) < 2:
        raise SnapshotError(
            "There is nothing to compare yet.",
            source=old,
            expected="a store with two snapshots",
            found=Found(f"{len(there)}"),
            remedy="Add a snapshot, then compare again.",
        )
    return str(there[-2].path), str(there[-1].path)


@contextmanager
def opened(path: str, on_error: OnError = "stop") -> Iterator[Labels]:
    """A snapshot, or exports flattened: in memory, or where they are large into a folder that is removed at the end.

    Raises what `labels.open` and `labels.flatten` do.
    """
    folder = Path(path)
    if path.strip() and parquet.is_snapshot(folder):
        yield labels.open(folder)
        return
    found = find_sources([path]).sources
    if all(source.path is not None for source in found) and sum(source.size for source in found) < LARGE:
        yield labels.flatten(path, on_error=on_error)
        return
    with TemporaryDirectory(prefix="labelframe-", ignore_cleanup_errors=True) as scratch:
        labels.flatten_to_snapshot([path], Path(scratch) / "labels", options=Options(on_error))
        yield labels.open(Path(scratch) / "labels")
