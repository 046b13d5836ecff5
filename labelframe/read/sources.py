"""Find the files to read.

In: paths of files and folders, patterns, `-`. Out: `Source`s in the order given, those of a folder by name, and what
was passed over for its name. It looks into no file.
"""

from __future__ import annotations

import glob
import mimetypes
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from labelframe.errors import GIVE_AN_EXPORT, Fault, SourceError
from labelframe.errors import Found as FoundWords
from labelframe.schema import MANIFEST

STANDARD_INPUT = "-"
LINE_SUFFIXES = (".jsonl", ".ndjson")
SUFFIXES = (".json", *LINE_SUFFIXES, ".zip")
PACKED_SUFFIXES = (".gz", ".zst")
HEAD = 1 << 16  # bytes of a file that are looked at to tell what it is


@dataclass
class Source:
    """A file to read, or standard input (no path).

    `listed`: found in a folder or by a pattern; what proves to be no export is then passed over. `size` and `sha256`
    are of the bytes on disk, the latter known once all of them were read. `fault`: why it cannot be read at all.
    `begun`: of standard input, what was read ahead.
    """

    path: Path | None
    listed: bool = False
    size: int = 0
    sha256: str | None = None
    bytes_done: int = 0
    fault: Fault | None = None
    begun: BytesIO | None = None

    @property
    def name(self) -> str:
        """The path as text; a name that is no Unicode has its odd bytes escaped."""
        return STANDARD_INPUT if self.path is None else shown(self.path)


@dataclass(frozen=True)
class PassedOver:
    """A file that was met and not read, and why."""

    name: str
    why: str


@dataclass
class Found:
    """The files to read, and those that were passed over."""

    sources: list[Source] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)


def shown(path: Path) -> str:
    """A path as text that every output can hold."""
    return path.as_posix().encode("utf-8", "backslashreplace").decode()


def find_sources(paths: Iterable[str | os.PathLike[str]]) -> Found:
    """The files to read: of a folder all below it, of a pattern (`exports/*.json`, `**` for any depth) all that match.

    Raises SourceError for an empty path, a path or pattern that matches nothing, and a folder without any export.
    """
    found = Found()
    for given in paths:
        text = os.fspath(given)
        if not text.strip():
            raise SourceError("The path is empty.", remedy=GIVE_AN_EXPORT)
        if text == STANDARD_INPUT:
            found.sources.append(Source(None))
        else:
            _find(Path(given), found)
    return _without_repeats(found)


def _find(path: Path, found: Found) -> None:
    if os.path.lexists(path):
        if not path.is_dir():
            found.sources.append(_source(path))
            return
        before = len(found.sources)
        _walk(path, found)
        if len(found.sources) == before:
            raise SourceError("There is no export in this folder.", source=shown(path), remedy=GIVE_AN_EXPORT)
        return
    # Path.glob would take no pattern that begins at the root.
    matches = sorted(glob.glob(str(path), recursive=True)) if glob.has_magic(str(path)) else []  # noqa: PTH207
    if not matches:
        what = "There is no such file or folder." if not glob.has_magic(str(path)) else "No file matches this pattern."
        raise SourceError(what, source=shown(path), remedy="Check the path.")
    for match in map(Path, matches):
        if match.is_dir():
            if "**" not in path.parts:  # such a pattern matches what lies below by itself
                _walk(match, found)
        else:
            _take_or_pass(match, found)


def _source(path: Path, listed: bool = False) -> Source:
    source = Source(path, listed)
    try:
        source.size = path.stat().st_size
    except OSError as error:
        source.fault = unreadable(error)
    return source


def unreadable(error: OSError, what: str = "file") -> Fault:
    """The fault of a file or folder that the system does not let us read."""
    return Fault(f"{what} cannot be read", f"a {what} that can be read", FoundWords(str(error.strerror or error)))


def _walk(folder: Path, found: Found) -> None:
    def refuse(error: OSError) -> None:
        found.sources.append(Source(Path(str(error.filename)), fault=unreadable(error, "folder")))

    files: list[Path] = []
    seen: set[str] = set()
    for parent, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        real = os.path.realpath(parent)
        here = Path(parent)
        if real in seen:  # a link that leads back
            folders.clear()
            continue
        seen.add(real)
        if MANIFEST in names:
            found.passed_over.append(PassedOver(shown(here), "a snapshot"))
            folders.clear()
            continue
        hidden = sorted(name for name in folders if name.startswith("."))
        found.passed_over += [PassedOver(shown(here / name), "a hidden folder") for name in hidden]
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [here / name for name in names]
    for file in sorted(files):
        _take_or_pass(file, found)


def _take_or_pass(file: Path, found: Found) -> None:
    """Take a file that nobody named, or pass it over."""
    why = why_not(file.name)
    if why is not None:
        found.passed_over.append(PassedOver(shown(file), why))
    else:
        found.sources.append(_source(file, listed=True))


def kind_of_name(name: str) -> str | None:
    """The suffix that tells what is in a file (below .gz or .zst), None where the name does not say.

    >>> kind_of_name("a.jsonl.gz"), kind_of_name("a.txt")
    ('.jsonl', None)
    """
    low = name.lower()
    for suffix in PACKED_SUFFIXES:
        low = low.removesuffix(suffix)
    return next((suffix for suffix in SUFFIXES if low.endswith(suffix)), None)


def why_not(name: str) -> str | None:
    """Why a file that nobody named is passed over for its name alone, None where it may be an export."""
    if name.startswith("."):
        return "a hidden file"
    mime = mimetypes.guess_type(name)[0]
    if mime is not None and mime.partition("/")[0] in ("audio", "font", "image", "video"):
        return mime
    return None


def not_export(head: bytes) -> str:
    """Why a file that begins with these bytes is passed over, where its name says nothing either."""
    return f"no export by its name, and {what_it_is(head)} by its content"


def may_be_export(head: bytes) -> bool:
    """Whether the first bytes of a file, unpacked, look like label rows."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return start in (b"{", b"[") and (b'"label_hash"' in head or b'"data_units"' in head)


_KINDS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF"),
    (b"PK", "a zip archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ", "xz data"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format", "an SQLite database"),
    (b"<", "HTML or XML"),
)


def what_it_is(head: bytes) -> str:
    """In words, what a file is that begins with these bytes."""
    if not head:
        return "nothing"
    if head[257:262] == b"ustar":
        return "a tar archive"
    if head[8:12] == b"DUCK":
        return "a DuckDB database"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    known = next((words for magic, words in _KINDS if start.startswith(magic)), None)
    if known is not None:
        return known
    if start[:1] in (b"{", b"["):
        return "JSON without label rows"
    return f"{start[:12]!r}"[1:] if b"\0" not in head[:512] else "binary data"


def _without_repeats(found: Found) -> Found:
    """Read a file once that was given twice, by its name and within a folder for instance."""
    kept: dict[str, Source] = {}
    for source in found.sources:
        real = STANDARD_INPUT if source.path is None else os.path.realpath(source.path)
        if real in kept:
            found.passed_over.append(PassedOver(source.name, "given twice, read once"))
            kept[real].listed &= source.listed
        else:
            kept[real] = source
    return Found(list(kept.values()), found.passed_over)


def parts_of(name: str) -> Iterator[str]:
    """The folders and the file of a name in an archive."""
    return (part for part in name.replace("\\", "/").split("/") if part)
