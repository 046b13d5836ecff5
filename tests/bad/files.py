"""Whole files that are no exports, are cut off, are packed badly, or cannot be read.

In: the good export. Out: `Kind`s of bad input: most stand in a file between two good ones, or in an archive between two
good members.
"""

from __future__ import annotations

import errno
import gzip
import io
import os
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bad.export import Json, audio, export, image, video
from bad.kind import ENTRY, FILE_REST, Cost, Input, Kind, Text, dump

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BEFORE, BAD, AFTER = "a.json", "b.json", "c.json"
ARCHIVE = "export.zip"
BOM = b"\xef\xbb\xbf"
CUT, EMPTY, NO_JSON, NO_EXPORT = "file is cut off", "file is empty", "file is no JSON", "file is no export"


def own_rows() -> list[Json]:
    """The label rows of the file in the middle."""
    rows: list[Json] = [image(), video(), audio()]
    for number, row in enumerate(rows):
        row["label_hash"] = f"own {number} é"
    return rows


def own_list() -> bytes:
    return dump(own_rows()).encode()


def among(
    name: str,
    reason: str,
    data: bytes | Callable[[], bytes],
    *,
    good: int = 0,
    number: int | None = None,
    raw: object = None,
    file: str = BAD,
    also: tuple[str, ...] = (),
    arrange: Any = None,
    costs: Cost = FILE_REST,
) -> Kind:
    """A bad file between two good ones. `good`: so many of its own label rows come out."""

    def make() -> Input:
        rows = export()
        files = {
            BEFORE: dump(rows[:3]).encode(),
            file: data() if callable(data) else data,
            AFTER: dump(rows[3:]).encode(),
        }
        kept = [*rows[:3], *own_rows()[:good], *rows[3:]]
        return Input(files, kept, file, number=number, raw=raw, arrange=arrange)

    return Kind(name, reason, make, costs, also)


NOTHING = {
    "a file is empty": b"",
    "a file is white space": b" \r\n\t\n",
    "a file is a byte-order mark": BOM,
    "a file is a byte-order mark and a line break": BOM + b"\n",
    "a file is gzip of nothing": gzip.compress(b""),
    "a file is gzip of a line break": gzip.compress(b"\n"),
    "a file is zstd of nothing": zstd.compress(b""),
}
OTHERS = {
    "a PNG picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "a JPEG picture": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "a GIF picture": b"GIF89a\x01\0\x01\0",
    "a PDF": b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj",
    "a Parquet file": b"PAR1\x15\x04\x15\x20PAR1",
    "a DuckDB database": b"\x12\x34\x56\x78\x12\x34\x56\x78DUCK" + b"\x40" + b"\0" * 50,
    "an SQLite database": b"SQLite format 3\0\x10\0\x01\x01",
    "a page of HTML": b"<!doctype html><html><body>Sign in</body></html>",
    "XML": b"<?xml version='1.0'?>\n<annotation><object/></annotation>",
    "CSV": b"label_hash,data_hash\nabc,def\n",
    "YAML": b"label_hash: abc\ndata_units:\n  unit: {}\n",
    "words": b"404: Not found",
    "bzip2 data": b"BZh91AY&SY\x12\x34",
    "xz data": b"\xfd7zXZ\0\0\x04\xe6\xd6",
    "a 7z archive": b"7z\xbc\xaf\x27\x1c\0\x04",
    "a RAR archive": b"Rar!\x1a\x07\x01\0",
    "a tar archive": b"export.json".ljust(257, b"\0") + b"ustar\x0000",
    "a pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00]\x94.",
    "a number": b"5",
    "null": b"null",
    "text": b'"Lion"',
    "a closing bracket": b"]",
    "EBCDIC": '[{"label_hash": "a"}]'.encode("cp500"),
}
NO_EXPORTS: dict[str, object] = {
    "an empty object": {},
    "an error of the platform": {"detail": "Unauthorized"},
    "an ontology": {"objects": [], "classifications": [], "skeleton_templates": []},
    "a COCO file": {"images": [{"id": 1}], "annotations": [], "categories": []},
    "GeoJSON": {"type": "FeatureCollection", "features": []},
    "settings": {"version": 3, "paths": {"exports": "exports"}},
    "a wrapper of a number": {"rows": 5},
}
WIDE = {
    "UTF-16": "utf-16",
    "UTF-16 that begins with its small end": "utf-16-le",
    "UTF-16 that begins with its big end": "utf-16-be",
    "UTF-32": "utf-32",
    "UTF-32 that begins with its small end": "utf-32-le",
    "UTF-32 that begins with its big end": "utf-32-be",
}


def no_exports() -> Iterator[Kind]:
    """Files that hold nothing, or something else."""
    for name, data in NOTHING.items():
        yield among(name, EMPTY, data)
    for words, data in OTHERS.items():
        yield among(f"a file is {words}", NO_JSON, data)
    yield among("a file is gzip of words", NO_JSON, gzip.compress(b"hello"), file="b.json.gz")
    for words, value in NO_EXPORTS.items():
        yield among(f"a file is {words}", NO_EXPORT, dump(value).encode(), number=0, raw=value)
    yield among("a list begins with an object that is no label row", NO_EXPORT, b'[{"id": 1}]', number=0, raw={"id": 1})
    no_row = "label row is no object"
    yield among("a file is a list of numbers", no_row, b"[1, 2]", number=0, raw=1, also=(no_row,))
    yield among("a file is a list of texts", no_row, b'["a"]', number=0, raw="a")
    yield among(
        "a file is a list that Python printed", "label row is no JSON", b"[{'a': 1}]", number=0, raw=Text("{'a': 1}")
    )
    for words, encoding in WIDE.items():
        yield among(f"a file is {words}", "file is not UTF-8", own_list().decode().encode(encoding))


def cut_before(mark: str, more: int = 0) -> bytes:
    """The list of the middle file, cut where a text stands in it for the last time."""
    data = own_list()
    return data[: data.rindex(mark.encode()) + more]


def last_row(data: bytes) -> Text:
    """What is left of the last label row of a list that is cut off."""
    return Text(data[data.rindex(b'{"label_hash"') :].decode("utf-8", "backslashreplace").strip())


CUTS: dict[str, tuple[str, int]] = {
    "in a key": ('"data_units"', 4),
    "behind a key": ('"data_units"', len('"data_units"')),
    "behind a colon": ('"data_units"', len('"data_units":')),
    "in a text": ("audio/mpeg", 5),
    "in a number": ("10}", 1),
    "in a character": ("é", 1),
    "behind a comma": (', "object_answers"', 1),
    "before its last brace": ("}]", 0),
    "in a list": ("[[0, 100], [300", 10),
}


def cut_off() -> Iterator[Kind]:
    """Exports that end before their end."""
    yield among("a list is cut off behind its bracket", CUT, b"[", number=0)
    yield among("a list is cut off behind its bracket and a blank", CUT, b"[ \n", number=0)
    yield among("a list is cut off in its first label row", CUT, b'[{"label_ha', number=0, raw=Text('{"label_ha'))
    yield among("a label row is cut off behind its brace", CUT, b"{", number=0, raw=Text("{"))
    for words, (mark, more) in CUTS.items():
        data = cut_before(mark, more)
        yield among(f"a list is cut off {words}", CUT, data, good=2, number=2, raw=last_row(data))
    yield among("a list is cut off behind a label row", CUT, cut_before(', {"label_hash"'), good=2, number=2)
    yield among(
        "a list is cut off behind the comma of a label row", CUT, cut_before(', {"label_hash"', 1), good=2, number=2
    )
    yield among("a list is cut off before its bracket", CUT, own_list()[:-1], good=3, number=3)
    single = dump(own_rows()[0]).encode()[:-9]
    yield among("a lone label row is cut off", CUT, single, number=0, raw=Text(single.decode()))
    wrapped = b'{"rows": ' + cut_before("audio/mpeg")
    yield among("a wrapper is cut off", CUT, wrapped, good=2, number=2, raw=last_row(wrapped))


def flushed(compressor: Any, flush: int) -> bytes:
    """The list of the middle file, packed so that two label rows can be read without what follows."""
    data = own_list()
    place = data.rindex(b'{"label_hash"')
    first = compressor.compress(data[:place]) + compressor.flush(flush)
    return bytes(first) + bytes(compressor.compress(data[place:]) + compressor.flush())


def gzipped() -> bytes:
    return flushed(zlib.compressobj(wbits=31), zlib.Z_FULL_FLUSH)


def zstandard() -> bytes:
    options: dict[int, int] = {zstd.CompressionParameter.checksum_flag: 1}
    return flushed(zstd.ZstdCompressor(options=options), zstd.ZstdCompressor.FLUSH_BLOCK)


def in_zstd(data: bytes) -> bytes:
    """Data packed by zstd."""
    return zstd.compress(data)


def flipped(data: bytes, place: int) -> bytes:
    """Data with one byte changed."""
    changed = bytearray(data)
    changed[place] ^= 0x55
    return bytes(changed)


def streams() -> Iterator[Kind]:
    """Files that are packed badly by gzip or zstd."""
    for what, suffix, pack in (("gzip", ".gz", gzipped), ("zstd", ".zst", zstandard)):
        reason = f"{what} data is broken"
        packed = partial(among, file=f"b.json{suffix}")
        data = pack()
        yield packed(f"{what} data is cut off in its head", reason, data[:5])
        left = last_row(zlib.decompressobj(31).decompress(data[:-40])) if what == "gzip" else None  # zstd gives blocks
        yield packed(f"{what} data is cut off in a label row", reason, data[:-40], good=2, number=2, raw=left)
        yield packed(f"{what} data is cut off before its last byte", reason, data[:-1], good=3, number=3)
        yield packed(f"{what} data is followed by garbage", reason, data + b"garbage", good=3, number=3)
    yield among("gzip data has a wrong checksum", "gzip data is broken", flipped(gzipped(), -6), good=3, number=3)
    yield among("zstd data has a wrong checksum", "zstd data is broken", flipped(zstandard(), -2))
    yield among("gzip data has a wrong length", "gzip data is broken", flipped(gzipped(), -2), good=3, number=3)
    yield among("gzip data is two bytes", "gzip data is broken", b"\x1f\x8b")
    yield among("gzip data is packed by no method", "gzip data is broken", flipped(gzipped(), 2))
    cut = gzip.compress(own_list())[:-4]
    yield among("gzip of gzip is cut off", "gzip data is broken", gzip.compress(cut), good=3, number=3)
    yield among(
        "packed label rows are cut off", CUT, gzip.compress(cut_before("]")), good=3, number=3, file="b.json.gz"
    )
    rows = [dump(row).encode() for row in own_rows()]
    lines = b"\n".join([rows[0], b"and so on", *rows[1:]])
    yield among(
        "packed lines hold words",
        "label row is no JSON",
        zstd.compress(lines),
        good=3,
        number=1,
        raw=Text("and so on"),
        file="b.jsonl.zst",
    )
    yield among("zstd data is followed by zero bytes", "zstd data is broken", zstandard() + b"\0\0", good=3, number=3)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6)), data, method)
    return file.getvalue()


def member(
    name: str,
    reason: str,
    spoil: Callable[[bytes], bytes] = bytes,
    *,
    data: bytes | None = None,
    file: str = BAD,
    good: int = 0,
    number: int | None = None,
    raw: object = None,
    method: int = zipfile.ZIP_DEFLATED,
) -> Kind:
    """A bad member between two good ones of an archive, which `spoil` can change as a whole."""

    def make() -> Input:
        rows = export()
        members = {
            BEFORE: dump(rows[:3]).encode(),
            file: own_list() if data is None else data,
            AFTER: dump(rows[3:]).encode(),
        }
        kept = [*rows[:3], *own_rows()[:good], *rows[3:]]
        archive = spoil(zipped(members, method))
        return Input({ARCHIVE: archive}, kept, f"{ARCHIVE}/{file}", number=number, raw=raw)

    return Kind(name, reason, make, FILE_REST)


def headers_of(archive: bytes) -> tuple[int, int]:
    """Where the headers of the middle member are: before its data, and in the directory at the end."""
    return archive.index(b"PK\x03\x04", 4), archive.index(b"PK\x01\x02", archive.index(b"PK\x01\x02") + 4)


def header_changed(local: int, central: int, change: Callable[[int], int], archive: bytes) -> bytes:
    """An archive with a byte changed in both headers of its middle member."""
    changed = bytearray(archive)
    for begin, offset in zip(headers_of(archive), (local, central), strict=True):
        changed[begin + offset] = change(changed[begin + offset])
    return bytes(changed)


encrypted = partial(header_changed, 6, 8, lambda flags: flags | 1)
of_unknown_method = partial(header_changed, 8, 10, lambda _: 98)
with_wrong_crc = partial(header_changed, 14, 16, lambda byte: byte ^ 0x55)


def with_data_flipped(archive: bytes) -> bytes:
    return flipped(archive, headers_of(archive)[0] + 30 + len(BAD) + 40)


def renamed_in_header(archive: bytes) -> bytes:
    return flipped(archive, headers_of(archive)[0] + 30)


def without_header(archive: bytes) -> bytes:
    return flipped(archive, headers_of(archive)[0])


def deep(data: bytes) -> bytes:
    """An archive in an archive."""
    return zipped({"inner.zip": data})


def archives() -> Iterator[Kind]:
    """Archives that cannot be read, and members that cannot."""
    broken = "zip archive is broken"
    whole = zipped({"own.json": own_list()})
    central, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    as_zip = partial(among, file="b.zip")
    yield as_zip("an archive is cut off", broken, whole[:-30])
    yield as_zip("an archive is cut off in its first member", broken, whole[:60])
    yield as_zip("an archive is four bytes", broken, b"PK\x03\x04")
    yield as_zip("the directory of an archive is broken", broken, flipped(whole, central))
    yield as_zip("the end of an archive is broken", broken, flipped(whole, end))
    yield member("a member has a wrong checksum", broken, with_wrong_crc, good=3, number=3)
    yield member("a short member has a wrong checksum", broken, with_wrong_crc, data=b"[ ]")
    yield member("a member has a byte changed", broken, with_data_flipped)
    yield member("a member packed by bzip2 has a byte changed", broken, with_data_flipped, method=zipfile.ZIP_BZIP2)
    yield member("a member packed by LZMA has a byte changed", broken, with_data_flipped, method=zipfile.ZIP_LZMA)
    yield member("a member has another name in its header", broken, renamed_in_header)
    yield member("a member has no header", broken, without_header)
    yield member("a member is encrypted", "zip archive is encrypted", encrypted)
    yield member("a member is packed by an unknown method", "zip method is unknown", of_unknown_method)
    yield member("a member is empty", EMPTY, data=b"")
    cut = cut_before("audio/mpeg")
    yield member("a member is cut off", CUT, data=cut, good=2, number=2, raw=last_row(cut))
    yield member(
        "a member is packed again and that is cut off",
        "gzip data is broken",
        data=gzip.compress(own_list())[:-4],
        file="b.json.gz",
        good=3,
        number=3,
    )
    yield member("a member is an archive that is cut off", broken, data=whole[:-30], file="b.zip")
    wide = own_list().decode().encode("utf-16")
    yield member("a member is UTF-16", "file is not UTF-8", data=wide)
    torn = own_list().replace(b'"label_status": "LABELLED"', b'"label_status": LABELLED', 1)
    yield member(
        "a member holds a label row that is no JSON",
        "label row is no JSON",
        data=torn.replace(b"[", b"[" + b'{"label_hash": "torn", "data_units": x}, ', 1).replace(
            b": LABELLED", b': "LABELLED"'
        ),
        good=3,
        number=0,
        raw=Text('{"label_hash": "torn", "data_units": x}'),
    )


class _Opened(io.FileIO):
    """A file that gives a few bytes; then something happens to it, and the rest comes."""

    happens: Callable[[Path], None]
    is_begun = False
    has_happened = False

    def readinto(self, buffer: Any, /) -> int | None:
        """The bytes of the file."""
        if not self.is_begun:
            self.is_begun = True
            return super().readinto(memoryview(buffer)[:20])
        if not self.has_happened:
            self.happens(Path(os.fsdecode(self.name)))
            self.has_happened = True
        return super().readinto(buffer)


def opening(open_as: Callable[[Path], Any], name: str = BAD) -> Callable[[Path, pytest.MonkeyPatch], None]:
    """Lets a file be opened in another way than others."""

    def arrange(folder: Path, patch: pytest.MonkeyPatch) -> None:
        usual = Path.open

        def opened(path: Path, *arguments: Any, **named: Any) -> Any:
            return open_as(path) if path.name == name else usual(path, *arguments, **named)

        patch.setattr(Path, "open", opened)

    return arrange


def while_read(happens: Callable[[Path], None]) -> Callable[[Path, pytest.MonkeyPatch], None]:
    """Lets something happen to a file while it is read."""

    def open_as(path: Path) -> _Opened:
        file = _Opened(path, "rb")
        file.happens = happens
        return file

    return opening(open_as)


def refuse(number: int, path: Path) -> Any:
    raise OSError(number, os.strerror(number), str(path))


def grow(path: Path) -> None:
    os.utime(path, ns=(0, 0))
    with io.FileIO(path, "ab") as file:
        file.write(b" \n")


def touch(path: Path) -> None:
    os.utime(path, ns=(0, 0))


def shrink(path: Path) -> None:
    os.truncate(path, 10)


def fail(path: Path) -> None:
    refuse(errno.EIO, path)


def link(target: str) -> Callable[[Path, pytest.MonkeyPatch], None]:
    """Makes the middle file a link."""

    def arrange(folder: Path, patch: pytest.MonkeyPatch) -> None:
        if os.name == "nt":
            pytest.skip("needs a POSIX system")
        (folder / BAD).unlink()
        (folder / BAD).symlink_to(target)

    return arrange


def in_folder(name: str, reason: str, data: bytes) -> Kind:
    """A bad file in a folder that is given, between two good ones."""

    def make() -> Input:
        rows = export()
        files = {BEFORE: dump(rows[:3]).encode(), BAD: data, AFTER: dump(rows[3:]).encode()}
        return Input({f"all/{file}": text for file, text in files.items()}, rows, f"all/{BAD}", ("all",), raw=None)

    return Kind(name, reason, make, FILE_REST)


def closed_folder() -> Input:
    """A folder that cannot be entered, among those of an export."""
    rows = export()
    files = {
        f"all/{BEFORE}": dump(rows[:3]).encode(),
        f"all/b/{BAD}": b"[]",
        f"all/{AFTER}": dump(rows[3:]).encode(),
    }

    def arrange(folder: Path, patch: pytest.MonkeyPatch) -> None:
        usual = os.scandir

        def scan(path: Any = ".") -> Any:
            return refuse(errno.EACCES, path) if path == str(folder / "all" / "b") else usual(path)

        patch.setattr(os, "scandir", scan)

    return Input(files, rows, "all/b", ("all",), arrange=arrange, raw=None)


def disks() -> Iterator[Kind]:
    """Files that the system does not let us read, or that change meanwhile."""
    unreadable, changed = "file cannot be read", "file changed while it was read"
    refused = {"may not be read": errno.EACCES, "is gone when it is read": errno.ENOENT, "is too many": errno.EMFILE}
    for words, number in refused.items():
        yield among(f"a file {words}", unreadable, b"[]", arrange=opening(partial(refuse, number)))
    begin = Text(own_list()[1:20].decode())
    yield among("a disk fails in a file", unreadable, own_list, number=0, raw=begin, arrange=while_read(fail))
    yield among("a file is a link to nothing", unreadable, b"", arrange=link("nothing.json"))
    yield among("a file is a link to itself", unreadable, b"", arrange=link(BAD))
    yield among("a file grows while it is read", changed, own_list, good=3, arrange=while_read(grow), costs=ENTRY)
    yield among(
        "a file is written again while it is read", changed, own_list, good=3, arrange=while_read(touch), costs=ENTRY
    )
    yield among(
        "a file shrinks while it is read",
        CUT,
        own_list,
        number=0,
        raw=begin,
        arrange=while_read(shrink),
        also=(changed,),
    )
    yield in_folder("a file in a folder is empty", EMPTY, b"")
    yield in_folder("a file in a folder is gzip that is cut off", "gzip data is broken", gzip.compress(own_list())[:20])
    yield in_folder("a file in a folder is UTF-16", "file is not UTF-8", own_list().decode().encode("utf-16"))
    yield in_folder(
        "a file in a folder is an archive that is cut off", "zip archive is broken", b"PK\x03\x04" + b"a" * 99
    )
    yield Kind("a folder may not be read", "folder cannot be read", closed_folder, FILE_REST)


FILES = [*no_exports(), *cut_off(), *streams(), *archives(), *disks()]
