"""Input that looks bad and is not: odd spellings, forms and packings that must be taken without a word.

In: the good export. Out: `LEGAL`, what makes such input, by name. `good` of it is the same in the usual form.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

from bad.export import BOX, Json, export, thing
from bad.files import AFTER, ARCHIVE, BAD, BEFORE, BOM, deep, gzipped, in_zstd, own_list, own_rows, zipped, zstandard
from bad.kind import ABSENT, BROKEN, FILE, Input, Steps, dump, place_of, put
from bad.texts import LINES

Make = Callable[[], Input]

VIDEO: Steps = ("data_units", "unit", "labels")
SAME = object()


def valued(at: Steps, value: object, same: object = SAME, row: str = "video") -> Make:
    """A value within a label row; `same` is one that says the same in the usual form."""

    def make() -> Input:
        rows, good = export(), export()
        put(rows[place_of(rows, row)], at, value)
        put(good[place_of(good, row)], at, value if same is SAME else same)
        return Input({FILE: dump(rows).encode()}, good, changed=row)

    return make


def spelled(old: str, new: str, good: Callable[[], list[Json]] = export) -> Make:
    """The export as text, with one place spelled in another way."""
    text = dump(export())
    assert old in text
    return lambda: Input({FILE: text.replace(old, new, 1).encode()}, good())


def formed(data: bytes, name: str = FILE, good: Callable[[], list[Json]] = export) -> Make:
    """A file of another form."""
    return lambda: Input({name: data}, good())


def beside(files: dict[str, bytes], *, given: tuple[str, ...] = (), good: Callable[[], list[Json]] = export) -> Make:
    """Files beside the export, which comes first."""
    return lambda: Input({BEFORE: dump(export()).encode(), **files}, good(), given=given)


def twice(change: Json) -> Make:
    """The video once more, which is another label row for this change."""

    def make() -> Input:
        rows = export()
        rows[4:4] = [rows[place_of(rows, "video")] | change]
        return Input({FILE: dump(rows).encode()}, rows)

    return make


def nameless() -> Input:
    """Two label rows that do not tell their hash."""
    rows = export()
    rows[1]["label_hash"] = rows[5]["label_hash"] = None
    return Input({FILE: dump(rows).encode()}, rows)


def _values() -> Iterator[tuple[str, Make]]:
    empty: Json = {"objects": [], "classifications": []}
    polygon = thing(BROKEN, "polygon", polygon=[{"x": 0, "y": 0}, {"x": 1, "y": 0}, {"x": 0, "y": 1}])
    at = (*VIDEO, "0", "objects", 1)
    yield "a frame is null", valued((*VIDEO, "5"), None, {})
    yield "objects are null", valued((*VIDEO, "5"), {"objects": None}, {"objects": []})
    yield "labels are null", valued(VIDEO, None, {})
    yield "labels are absent", valued(VIDEO, ABSENT, {})
    yield "answers are null", valued(("object_answers",), None, {})
    yield "actions are null", valued(("object_actions",), None, {})
    yield "the history is null", valued(("export_history",), None, [])
    yield "spaces are null", valued(("spaces",), None, {})
    yield "a frame key has zeros before it", valued((*VIDEO, "007"), empty)
    yield "a frame lies beyond 32 bits", valued((*VIDEO, "9223372036854775807"), empty)
    yield "a data_sequence is text", valued(("data_units", "unit", "data_sequence"), "0", 0)
    yield "a data_sequence is a word", valued(("data_units", "unit", "data_sequence"), "first")
    yield "a data_sequence has 5000 digits", valued(("data_units", "unit", "data_sequence"), "9" * 5000)
    yield (
        "a range is of whole floats",
        valued(("object_answers", "word", "range"), [[0.0, 100.0], [300, 400.0]], [[0, 100], [300, 400]], "audio"),
    )
    yield "a shape is unknown", valued(at, thing(BROKEN, "hexagon", hexagon=[1, "a", None]))
    yield "a shape is unknown and has a known geometry", valued(at, thing(BROKEN, "hexagon", boundingBox=5))
    yield "polygons are null beside a polygon", valued(at, polygon | {"polygons": None}, polygon)
    yield "polygons are empty beside a polygon", valued(at, polygon | {"polygons": []}, polygon)
    yield (
        "a polygon of old is broken beside a good one",
        valued(at, thing(BROKEN, "polygon", polygons=[[[0, 0, 1, 0, 0, 1]]], polygon={"a": 5})),
    )
    yield "coordinates lie outside", valued(at, thing(BROKEN, "bounding_box", boundingBox={**BOX, "x": -7, "w": 90}))
    yield (
        "coordinates are as large as they can be",
        valued(at, thing(BROKEN, "bounding_box", boundingBox=dict.fromkeys("xywh", 1.5e308))),
    )
    yield (
        "an ellipse is as large as it can be",
        valued(at, thing(BROKEN, "ellipse", ellipse={**dict.fromkeys(("x", "y", "rx", "ry"), 1.5e308), "theta": 30})),
    )
    yield "an unknown key is nested deeply", valued(("odd",), json.loads("[" * 200 + "]" * 200))
    camera = {"space_type": "scene_image", "scene_info": {"stream_id": "camera", "event_index": 1}, "labels": {}}
    for words, number in (("a raised digit", "²"), ("5000 digits", "9" * 5000)):
        make = valued(("spaces", "camera"), camera, row="scene")

        def with_key(make: Make = make, number: str = number) -> Input:
            rows: list[Json] = json.loads(make().files[FILE])
            scene = rows[place_of(rows, "scene")]
            scene["data_units"]["unit"]["labels"][f"camera#{number}"] = empty
            return Input({FILE: dump(rows).encode()}, rows)

        yield f"a key of a scene ends in {words}", with_key
    yield "a label row is on another branch", twice({"branch_name": "predictions"})
    yield "label rows have no hash", nameless


def _spellings() -> Iterator[tuple[str, Make]]:
    yield "a key is escaped", spelled('"label_hash": "video"', r'"label\u005fhash": "video"')
    yield "a text is escaped", spelled('"Weather"', r'"\u0057e\u0061ther"')
    yield "a slash is escaped", spelled('"video/mp4"', r'"video\/mp4"')
    yield "a number has an exponent", spelled('"x": 0.1,', '"x": 1E-1,')
    yield "a number has thirty digits", spelled('"x": 0.1,', '"x": 0.100000000000000000000000000001,')
    yield (
        "a text holds an escaped quote and a brace",
        spelled(
            '"label_status": "LABELLED"',
            r'"label_status": "\u0022}"',
            lambda: json.loads(dump(export()).replace('"label_status": "LABELLED"', r'"label_status": "\"}"', 1)),
        ),
    )


def _forms() -> Iterator[tuple[str, Make]]:
    rows = [dump(row) for row in export()]
    text = dump(export())
    yield "a file begins with a byte-order mark", formed(BOM + text.encode())
    yield "a file begins with white space", formed(b"\r\n\t " + text.encode())
    yield "lines begin with a byte-order mark", formed(BOM + "\n".join(rows).encode(), LINES)
    yield "lines end as on Windows", formed("\r\n".join(rows).encode(), LINES)
    yield "lines end as on old computers", formed("\r".join(rows).encode(), LINES)
    yield "lines are empty between label rows", formed("\n \n\r\n".join(rows).encode(), LINES)
    yield "the last line has a line break", formed(("\n".join(rows) + "\n\n").encode(), LINES)
    yield "lines are called JSON", formed("\n".join(rows).encode())
    yield "lines are lists", formed("\n".join(f"[{row}]" for row in rows).encode(), LINES)
    yield "lines hold two label rows", formed("\n".join([*rows[:2], rows[2] + rows[3], *rows[4:]]).encode(), LINES)
    yield "lines are a list", formed(text.encode(), LINES)
    yield "lines are pretty", formed("\n".join(json.dumps(row, indent=1) for row in export()).encode(), LINES)
    yield "label rows follow each other", formed(" ".join(rows).encode())
    yield "lists follow each other", formed(f"[{', '.join(rows[:3])}] [{', '.join(rows[3:])}]".encode())
    yield "a list is in a list", formed(f"[[{', '.join(rows[:3])}], [{', '.join(rows[3:])}]]".encode())
    yield "an empty list is among label rows", formed(f"[{', '.join([*rows[:3], '[]', *rows[3:]])}]".encode())
    yield "a list is in a wrapper", formed(f'{{"rows": {text}}}'.encode())
    yield "a wrapper is in a wrapper", formed(f'{{"data": {{"rows": {text}}}}}'.encode())
    yield "each label row is in a wrapper", formed(dump([{"row": row} for row in export()]).encode())
    yield "a list is pretty", formed(json.dumps(export(), indent=4).encode())
    yield "a file beside is an empty list", beside({BAD: b"[]"})


def _packings() -> Iterator[tuple[str, Make]]:
    data, packed = own_list(), gzipped()
    halves: dict[str, Any] = {BEFORE: dump(export()).encode(), AFTER: data}

    def both() -> list[Json]:
        return [*export(), *own_rows()]

    yield "gzip data is called JSON", formed(packed, good=own_rows)
    yield "zstd data is called gzip", formed(zstandard(), "export.json.gz", own_rows)
    yield "gzip data is followed by zero bytes", formed(packed + b"\0" * 512, good=own_rows)
    yield (
        "gzip data is followed by gzip data",
        formed(gzip.compress(data[:50]) + gzip.compress(data[50:]), good=own_rows),
    )
    yield "gzip data is packed again", formed(gzip.compress(packed), good=own_rows)
    yield "gzip data is packed by zstd", formed(in_zstd(packed), good=own_rows)
    yield "an archive is packed by gzip", formed(gzip.compress(zipped(halves)), good=both)
    yield "an archive is in an archive", formed(deep(zipped(halves)), ARCHIVE, both)
    yield "an archive is followed by garbage", formed(zipped(halves) + b"garbage", ARCHIVE, both)
    pictures = {"picture.png": b"\x89PNG", "notes.txt": b"hello", "__MACOSX/._a.json": b"\0\5", "folder/": b""}
    yield "an archive holds other files", formed(zipped({**halves, **pictures}), ARCHIVE, both)
    others = {f"all/{name}": text for name, text in {"notes.txt": b"hello", "words.json": b"hello"}.items()}
    yield "a folder holds other files", beside({f"all/{AFTER}": data, **others}, given=(BEFORE, "all"), good=both)


LEGAL: dict[str, Make] = dict([*_values(), *_spellings(), *_forms(), *_packings()])
