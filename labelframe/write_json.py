"""Write label rows to a file as they come.

In: label rows. Out: a file of JSON, a list or one label row a line, packed as its name says; complete or not there. It
knows nothing of what is in a label row.
"""

from __future__ import annotations

import gzip
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson

from labelframe.errors import SourceError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SUFFIXES = (".json", ".jsonl", ".ndjson")
_PACKERS: dict[str, Callable[[BinaryIO], Any]] = {
    ".gz": lambda file: gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6, mtime=0),
    ".zst": lambda file: zstd.ZstdFile(file, "wb"),
}


def write_label_rows(rows: Iterable[Mapping[str, Any]], path: Path, overwrite: bool = False) -> int:
    """Write label rows to `path` (.json: a list; .jsonl: one a line; each also .gz or .zst), or to standard output
    where it is `-`, as lines. Gives how many there were.

    Raises SourceError where the file exists, its name says no form, or it cannot be written; nothing is left then.
    """
    if str(path) == "-":
        return _write(rows, sys.stdout.buffer, as_list=False)
    packed = path.suffix.lower() if path.suffix.lower() in _PACKERS else ""
    form = Path(path.name[: len(path.name) - len(packed)]).suffix.lower()
    if form not in SUFFIXES:
        raise SourceError(
            "The file's name does not say how to write it.",
            source=path.as_posix(),
            expected="a name that ends in .json, .jsonl or .ndjson, each also with .gz or .zst",
            remedy="Name it so.",
        )
    if os.path.lexists(path) and not overwrite:
        raise SourceError(
            "There is something in this place already.",
            source=path.as_posix(),
            remedy="Name another file, or pass --overwrite to replace it.",
        )
    try:
        with _beside(path) as file:
            if not packed:
                return _write(rows, file, form == ".json")
            with _PACKERS[packed](file) as packer:
                return _write(rows, packer, form == ".json")
    except OSError as error:
        raise SourceError(
            f"The file cannot be written: {error.strerror or error}.",
            source=path.as_posix(),
            remedy="Make room there, or name a place that you may write to. Nothing was left behind.",
        ) from None


@contextmanager
def _beside(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its place once it is whole."""
    made = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}")
    try:
        with made.open("wb") as file:
            yield cast(BinaryIO, file)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


def _write(rows: Iterable[Mapping[str, Any]], file: Any, as_list: bool) -> int:
    count = 0
    for count, row in enumerate(rows, start=1):
        if as_list:
            file.write(b"[\n" if count == 1 else b",\n")
        file.write(orjson.dumps(row))
        if not as_list:
            file.write(b"\n")
    if as_list:
        file.write(b"\n]\n" if count else b"[]\n")
    return count
