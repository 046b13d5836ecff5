"""Text that is not the JSON that it should be: of a label row, between label rows, in lines.

In: the good export as text. Out: `Kind`s of bad input, each made by changing one place of that text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from bad.export import BOX, Json, export, thing
from bad.kind import (
    BROKEN,
    ENTRY,
    FILE,
    FILE_REST,
    GEOMETRY,
    NULL,
    ROW,
    Cost,
    Input,
    Kind,
    Steps,
    Text,
    dump,
    path_of,
    place_of,
)

LINES = "export.jsonl"
PLACE = 2  # of the label row that is changed
MARK = 0.125  # a number that stands nowhere else
ROW_BEGIN = '{"label_hash": "video"'
TOP, IN_UNIT = '"label_status": "LABELLED"', '"data_title": "unit file"'
IN_OBJECT, IN_BOX, IN_ANSWER = '"name": "Broken"', f'"x": {MARK}', f'{{"objectHash": "{BROKEN}", "classifications"'
IN_ACTIONS = '"dynamic": true'
OBJECT: Steps = ("data_units", "unit", "labels", "0", "objects", 1)
NO_JSON, NOT_UTF_8, NO_END = "label row is no JSON", "label row is not UTF-8", "label row never ends"


def base() -> list[Json]:
    """The good export, with one object more in its video."""
    rows = export()
    video = rows[PLACE]
    assert place_of(rows, "video") == PLACE
    entry = thing(BROKEN, "bounding_box", boundingBox={**BOX, "x": MARK}) | {"name": "Broken"}
    video["data_units"]["unit"]["labels"]["0"]["objects"].insert(1, entry)
    video["object_answers"][BROKEN] = {"objectHash": BROKEN, "classifications": []}
    return rows


def others() -> list[Json]:
    """The good export without its video."""
    rows = base()
    del rows[PLACE]
    return rows


def texts() -> list[bytes]:
    """The label rows of the good export as text."""
    return [dump(row).encode() for row in base()]


def as_bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def changed(old: str, new: str | bytes) -> bytes:
    """The text of the video with one place changed."""
    text = texts()[PLACE]
    assert old.encode() in text, old
    return text.replace(old.encode(), as_bytes(new), 1)


def listed(rows: list[bytes]) -> bytes:
    """Label rows as a list."""
    return b"[" + b", ".join(rows) + b"]"


def raw_of(text: bytes) -> Text:
    """Text as `raw` gives it back."""
    return Text(text.decode("utf-8", "backslashreplace"))


def torn(
    name: str, old: str, new: str | bytes, reason: str = NO_JSON, *, also: tuple[str, ...] = (), raw: object = None
) -> Kind:
    """A change that costs the label row."""

    def make() -> Input:
        row = changed(old, new)
        rows = texts()
        rows[PLACE] = row
        return Input({FILE: listed(rows)}, others(), number=PLACE, raw=raw_of(row) if raw is None else raw)

    return Kind(name, reason, make, ROW, also)


def told(
    name: str,
    reason: str,
    old: str,
    new: str | bytes,
    path: Steps,
    raw: object,
    *,
    costs: Cost = ENTRY,
    mend: Callable[[Json], None] = lambda video: None,
    also: tuple[str, ...] = (),
    changes: bool = False,
) -> Kind:
    """A change that costs one value. `mend` makes the video what it must be taken for, which `changes` it."""

    def make() -> Input:
        rows, good = texts(), base()
        rows[PLACE] = changed(old, new)
        mend(good[PLACE])
        label_hash = good[PLACE]["label_hash"] if changes else None
        return Input({FILE: listed(rows)}, good, number=PLACE, path=path_of(path), raw=raw, changed=label_hash)

    return Kind(name, reason, make, costs, also)


NO_NUMBERS = {
    "begins with its point": ".5",
    "ends with its point": "1.",
    "begins with a plus": "+0.5",
    "begins with a zero": "01",
    "is hexadecimal": "0x1F",
    "has a decimal comma": "0,5",
    "has an underscore": "1_000",
    "has an exponent that is missing": "1e",
    "is a lone minus": "-",
    "has two points": "0.1.2",
    "has a unit": "12px",
    "is a fraction": "1/2",
    "is undefined": "undefined",
    "is Python's None": "None",
    "is Python's True": "True",
    "is NULL in capitals": "NULL",
    "is nan in small letters": "nan",
    "is inf": "inf",
    "is missing": "",
    "is a bare word": "left",
    "is a template's": "{{ x }}",
    "is a call": "float(0.5)",
    "stands in single quotes": "'0.5'",
    "stands in round brackets": "(0.5)",
    "is an ellipsis": "...",
    "is an object that was printed": "<object at 0x7f>",
    "is followed by another": "0.5 0.5",
    "is followed by a semicolon": "0.5;",
    "is followed by a comment": "0.5 /* left */",
    "is followed by a line's comment": "0.5 // left\n",
    "is followed by a script's comment": "0.5 # left\n",
    "is followed by two commas": "0.5,",
}
NO_STRINGS: dict[str, str] = {
    "holds a line break": '"LABEL\nLED"',
    "holds a tab": '"LABEL\tLED"',
    "holds a zero byte": '"LABEL\0LED"',
    "holds an escape of a terminal": '"\x1b[31mLABELLED"',
    "has an escape of hexadecimal": r'"LABEL\x41LED"',
    "has an escape that is cut short": r'"LABEL\u00e"',
    "has an escaped apostrophe": r'"LABEL\'LED"',
    "is a path of Windows": r'"C:\labels\done"',
    "holds quotes": '"LABEL "the" LED"',
    "stands in single quotes": "'LABELLED'",
    "stands in typographic quotes": "“LABELLED”",
    "stands in no quotes": "LABELLED",
    "is joined of two": '"LABEL" + "LED"',
    "is two": '"LABEL" "LED"',
    "has a prefix": 'u"LABELLED"',
}
NO_CHARACTERS: dict[str, bytes] = {
    "a letter of Latin-1": b"caf\xe9",
    "an overlong slash": b"a\xc0\xafb",
    "half a character of UTF-16": b"a\xed\xa0\xbd",
    "a lone continuation": b"a\x80b",
    "a character that is cut short": b"5 \xe2\x82",
    "a byte beyond all characters": b"a\xffb",
    "a character beyond Unicode": b"\xf4\x90\x80\x80",
}
BETWEEN_PARTS = {
    "a comma is missing between two keys": (f"{TOP}, ", f"{TOP} "),
    "a comma is missing between two objects": ('}}, {"objectHash": "broken"', '}} {"objectHash": "broken"'),
    "a comma stands behind the last key of a box": ('"h": 0.4}', '"h": 0.4,}'),
    "a comma stands behind the last of a list": ('}], "classifications": [{"class', '},], "classifications": [{"class'),
    "a comma stands before the first key": ('"boundingBox": {"x": 0.125', '"boundingBox": {,"x": 0.125'),
    "a colon is missing": (IN_BOX, f'"x" {MARK}'),
    "a colon stands twice": (IN_BOX, f'"x":: {MARK}'),
    "a colon is an equals sign": (IN_BOX, f'"x" = {MARK}'),
    "a key stands in no quotes": (IN_BOX, f"x: {MARK}"),
    "a key stands in single quotes": (TOP, "'label_status': \"LABELLED\""),
    "a key is a number": (IN_BOX, f"0: {MARK}"),
    "a key is missing": (IN_OBJECT, ': "Broken"'),
    "a value has no key": (IN_OBJECT, '"Broken"'),
    "a blank between parts is none of JSON": (f"{TOP}, ", f"{TOP},\u00a0"),
    "a byte-order mark stands between parts": (f"{TOP}, ", f"{TOP},\ufeff"),
    "a square bracket closes a box": ('"x": 0.125, "y": 0.2, "w": 0.3, "h": 0.4}', '"x": 0.125, "y": 0.2, "w": 0.3]}'),
    "a square bracket is missing": ('}], "classifications": [{"class', '}, "classifications": [{"class'),
    "a square bracket stands twice": ('}], "classifications": [{"class', '}]], "classifications": [{"class'),
    "words stand between parts": (f"{TOP}, ", f"{TOP}, and so on, "),
    "a merge's mark stands between parts": (f"{TOP}, ", f"{TOP},\n<<<<<<< HEAD\n"),
}
QUOTES = {
    "at the top": (TOP, TOP[:-1]),
    "of a key at the top": (TOP, TOP.replace('s"', "s")),
    "in a data unit": (IN_UNIT, IN_UNIT[:-1]),
    "in an object": (IN_OBJECT, IN_OBJECT[:-1]),
    "by a backslash": (TOP, f'{TOP[:-1]}\\"'),
}
BRACES = {
    "is a round one": ('"w": 0.3, "h": 0.4}', '"w": 0.3, "h": 0.4)'),
    "closes a box": ('"x": 0.125, "y": 0.2, "w": 0.3, "h": 0.4}', '"x": 0.125, "y": 0.2, "w": 0.3, "h": 0.4'),
    "closes a frame": ('"classifications": [{"class', '"classifications": [{{"class'),
    "closes an answer": (f'"{BROKEN}": {{"objectHash"', f'"{BROKEN}": {{{{"objectHash"'),
}
TOO_MANY = {
    "that opened as a bracket": ('"boundingBox": {"x": 0.125', '"boundingBox": ["x": 0.125'),
    "behind a box": ('"x": 0.125, "y": 0.2, "w": 0.3, "h": 0.4}', '"x": 0.125, "y": 0.2, "w": 0.3, "h": 0.4}}'),
    "behind a key at the top": (f"{TOP}, ", f"{TOP}}}, "),
    "behind an object": ('"h": 0.4}}, {"objectHash": "lane"', '"h": 0.4}}}, {"objectHash": "lane"'),
    "behind an answer": (f'{{"objectHash": "{BROKEN}", "classifications": []}}', "{}}"),
}


def broken_json() -> Iterator[Kind]:
    """Label rows that are no JSON."""
    for words, number in NO_NUMBERS.items():
        yield torn(f"a number {words}", IN_BOX, f'"x": {number}')
    for words, text in NO_STRINGS.items():
        yield torn(f"a text {words}", TOP, f'"label_status": {text}')
    for words, byte in NO_CHARACTERS.items():
        yield torn(f"a text holds {words}", IN_UNIT, IN_UNIT.replace("unit file", "%s").encode() % byte, NOT_UTF_8)
    yield torn("a byte beyond all characters stands between parts", f"{TOP}, ", f"{TOP},".encode() + b"\xff", NOT_UTF_8)
    yield torn("a key is not UTF-8", IN_OBJECT, b'"nam\xe9": "Broken"', NOT_UTF_8)
    for words, (old, new) in BETWEEN_PARTS.items():
        yield torn(words, old, new)
    for words, (old, new) in QUOTES.items():
        yield torn(f"a quote is missing {words}", old, new, NO_END)
    for words, (old, new) in BRACES.items():
        yield torn(f"a brace is missing that {words}", old, new, NO_END)
    for words, (old, new) in TOO_MANY.items():
        yield torn(f"a brace is too many {words}", old, new)
    for words, nest in {
        "in 300 lists": "[" * 300 + "]" * 300,
        "in 300 objects": '{"a":' * 300 + "1" + "}" * 300,
        "just too deeply": "[" * 250 + "]" * 250,
        "in a hundred thousand lists": "[" * 100_000 + "]" * 100_000,
    }.items():
        yield torn(f"a label row is nested {words}", IN_BOX, f'"x": {nest}', "label row is nested too deeply")


HUGE = {"beyond a float": "1e400", "below a float": "-1e999", "of 400 digits": "9" * 400}


def odd_values() -> Iterator[Kind]:
    """Values that JSON texts can hold and that are none, or that are displaced by others."""
    for words, number in HUGE.items():
        kept = Text(f'{{"boundingBox":{{"x":{number},"y":0.2,"w":0.3,"h":0.4}}}}')
        path = (*OBJECT, "boundingBox", "x")
        reason = "coordinate is no number"
        yield told(f"a number is {words}", reason, IN_BOX, f'"x": {number}', path, kept, costs=GEOMETRY, changes=True)
    twice: dict[str, tuple[str, Steps, str, object]] = {
        "at the top": (TOP, ("label_status",), '"label_status": "NOT_LABELLED"', "NOT_LABELLED"),
        "for the label_hash": (ROW_BEGIN[1:], ("label_hash",), '"label_hash": "other"', "other"),
        "for the data units": ('"data_units": {', ("data_units",), '"data_units": {}', {}),
        "for a data unit": ('"unit": {', ("data_units", "unit"), '"unit": null', NULL),
        "in a data unit": (IN_UNIT, (*OBJECT[:2], "data_title"), '"data_title": ""', ""),
        "for a frame": ('"0": {"objects"', OBJECT[:4], '"0": {"objects": []}', {"objects": []}),
        "for objects": ('"objects": [', OBJECT[:5], '"objects": [5]', [5]),
        "in an object": (IN_OBJECT, (*OBJECT, "name"), '"name": "Bus"', "Bus"),
        "for a geometry": (
            '"boundingBox": {"x": 0.125',
            (*OBJECT, "boundingBox"),
            '"boundingBox": {"x": 1}',
            {"x": 1},
        ),
        "in a box": (IN_BOX, (*OBJECT, "boundingBox", "x"), '"x": 0.5', 0.5),
        "for an answer": (
            f'"{BROKEN}": {{',
            ("object_answers", BROKEN),
            f'"{BROKEN}": "Lion"',
            "Lion",
        ),
        "in an action": (IN_ACTIONS, ("object_actions", "car", "actions", 0, "dynamic"), '"dynamic": false', False),
        "once by an escape": (TOP, ("label_status",), r'"label\u005fstatus": "NOT_LABELLED"', "NOT_LABELLED"),
    }
    for words, (old, path, first, raw) in twice.items():
        yield told(f"a key stands twice {words}", "key stands twice", old, f"{first}, {old}", path, raw)
    yield told(
        "a key stands three times",
        "key stands twice",
        TOP,
        f'"label_status": 1, "label_status": 2, {TOP}',
        ("label_status",),
        1,
        also=("key stands twice",),
    )

    def rename(key: str, value: str) -> Callable[[Json], None]:
        def mend(video: Json) -> None:
            video["data_units"]["unit"]["labels"]["0"]["objects"][1][key] = value

        return mend

    def title(video: Json) -> None:
        video["data_units"]["unit"]["data_title"] = "a\ufffd"

    def status(video: Json) -> None:
        video["label_status"] = "\ufffd\ufffd"

    def odd_key(video: Json) -> None:
        video["data_units"]["unit"]["labels"]["0"]["objects"][1]["odd\ufffd"] = 1

    def odd_hash(video: Json) -> None:
        video["label_hash"] = "video\ufffd"

    half = "text is no Unicode"
    name = (*OBJECT, "name")
    yield told(
        "a name ends in half a character",
        half,
        IN_OBJECT,
        r'"name": "Bus\ud83d"',
        name,
        "Bus\ud83d",
        mend=rename("name", "Bus\ufffd"),
    )
    yield told(
        "a name begins with the other half",
        half,
        IN_OBJECT,
        r'"name": "\ude00Bus"',
        name,
        "\ude00Bus",
        mend=rename("name", "\ufffdBus"),
    )
    yield told(
        "a title is cut in a character",
        half,
        IN_UNIT,
        r'"data_title": "a\ud83d"',
        (*OBJECT[:2], "data_title"),
        "a\ud83d",
        mend=title,
    )
    yield told(
        "two halves are in the wrong order",
        half,
        TOP,
        r'"label_status": "\ude00\ud83d"',
        ("label_status",),
        "\ude00\ud83d",
        mend=status,
    )
    yield told(
        "a key holds half a character",
        half,
        IN_OBJECT,
        rf'{IN_OBJECT}, "odd\ud83d": 1',
        OBJECT,
        "odd\ud83d",
        mend=odd_key,
    )
    yield told(
        "a label_hash holds half a character",
        half,
        ROW_BEGIN,
        r'{"label_hash": "video\ud83d"',
        ("label_hash",),
        "video\ud83d",
        mend=odd_hash,
    )


def between(
    name: str, reason: str, text: str | bytes, raw: object, *, also: tuple[str, ...] = (), number: int = PLACE + 1
) -> Kind:
    """Text between the video and the label row behind it, which costs neither."""

    def make() -> Input:
        rows = texts()
        data = b"[" + b", ".join(rows[: PLACE + 1]) + as_bytes(text) + b", ".join(rows[PLACE + 1 :]) + b"]"
        return Input({FILE: data}, base(), number=number, raw=raw)

    return Kind(name, reason, make, ENTRY, also)


def around(
    name: str, reason: str, before: str, after: str, raw: object, *, number: int, also: tuple[str, ...] = ()
) -> Kind:
    """Text before or behind all label rows."""

    def make() -> Input:
        data = as_bytes(before) + b", ".join(texts()) + as_bytes(after)
        return Input({FILE: data}, base(), number=number, raw=raw)

    return Kind(name, reason, make, FILE_REST, also)


ONTOLOGY: dict[str, Any] = {"objects": [{"id": "1", "name": "Car"}], "classifications": []}
ALL = 7  # label rows of the good export


def between_rows() -> Iterator[Kind]:
    """What stands between label rows, before and behind them."""
    missing, many = "comma is missing", "comma too many"
    no_object, no_row = "label row is no object", "object is no label row"
    words, end = "text between label rows", "text after the end"
    yield between("two label rows have a blank between them", missing, " ", None)
    yield between("two label rows have nothing between them", missing, "", None)
    yield between("two label rows have a line break between them", missing, "\r\n", None)
    yield between("two commas stand between label rows", many, ",,", Text(","))
    yield between("three commas stand between label rows", many, ", , ,", Text(","), also=(many,))
    yield around("a comma stands before the first label row", many, "[, ", "]", Text(","), number=0)
    yield around("a comma stands behind the last label row", many, "[", ",]", Text("]"), number=ALL)
    scalars: dict[str, tuple[str, object]] = {
        "a number": ("5", 5),
        "a number with an exponent": ("-1.5e3", -1500.0),
        "null": ("null", NULL),
        "a truth value": ("true", True),
        "text": ('"Lion"', "Lion"),
        "text that looks like a label row": (r'"{\"label_hash\": 1}"', '{"label_hash": 1}'),
        "empty text": ('""', ""),
        "undefined": ("undefined", Text("undefined")),
        "None": ("None", Text("None")),
        "NaN": ("NaN", Text("NaN")),
        "a word in single quotes": ("'Lion'", Text("'Lion'")),
        "an ellipsis": ("...", Text("...")),
    }
    for what, (text, raw) in scalars.items():
        yield between(f"{what} stands among label rows", no_object, f", {text}, ", raw)
    objects: dict[str, object] = {
        "an empty object": {},
        "an object": {"name": "Lion"},
        "an ontology": ONTOLOGY,
        "an error of a server": {"error": {"code": 502, "message": "Bad gateway"}},
        "an answer": {"objectHash": "car", "classifications": []},
        "a data unit": {"data_hash": "unit", "labels": {}, "data_type": "video"},
    }
    for what, value in objects.items():
        yield between(f"{what} stands among label rows", no_row, f", {dump(value)}, ", value)
    yield between(
        "an ontology stands behind a label row without a comma", missing, f" {dump(ONTOLOGY)}, ", None, also=(no_row,)
    )
    yield between("words stand behind a label row", words, " and then, ", Text("and then"))
    yield between("a semicolon stands behind a label row", words, " ;, ", Text(";"))
    yield between("a comment stands behind a label row", words, " /* next */, ", Text("/* next */"))
    yield between("a lone quote stands behind a label row", words, ' "a, ', Text('"a'))
    yield between("a brace stands behind a label row", words, "}, ", Text("}"))
    yield between("two braces stand behind a label row", words, "}}, ", Text("}}"))
    yield between("a colon stands behind a label row", words, ": ", Text(":"))
    yield between(
        "a page of HTML stands behind a label row",
        words,
        " <html>Bad gateway</html>, ",
        Text("<html>Bad gateway</html>"),
    )
    yield between("a zero byte stands behind a label row", words, "\0, ", Text("\0"))
    yield between("a byte that is no UTF-8 stands behind a label row", words, b" \xff, ", Text("\\xff"))
    yield around("words stand behind the list", end, "[", "] more", Text("more"), number=ALL)
    yield around("a bracket stands behind the list", end, "[", "]]", Text("]"), number=ALL)
    yield around("a brace stands behind the list", end, "[", "]}", Text("}"), number=ALL)
    yield around("a comma stands behind the list", end, "[", "],", Text(","), number=ALL)
    yield around("a semicolon stands behind the list", end, "[", "];", Text(";"), number=ALL)
    yield around("null stands behind the list", end, "[", "] null", Text("null"), number=ALL)
    yield around("zero bytes stand behind the list", end, "[", "]\0\0\0", Text("\0\0\0"), number=ALL)
    yield around("label rows stand in no list", end, "", "", Text(","), number=1)
    yield around("label rows stand in no list, with a comma behind", end, "", ",", Text(","), number=1)
    yield around("a script's variable holds the list", no_object, "var rows = [", "]", Text("var rows ="), number=0)
    yield around("a function is called with the list", no_object, "load([", "])", Text("load("), number=0, also=(end,))
    yield around("words stand before the first label row", no_object, "[these, ", "]", Text("these"), number=0)
    yield around("a bracket is open before the list", "file is cut off", "[[", "]", None, number=ALL)
    yield around("a list never closes", "file is cut off", "[", "", None, number=ALL)
    yield around("a list closes with a brace", words, "[", "}", Text("}"), number=ALL)
    yield around("a wrapper never closes", "file is cut off", '{"rows": [', "]", None, number=ALL)
    yield around("a wrapper closes twice", end, '{"rows": [', "]}}", Text("}"), number=ALL)


def in_lines(
    name: str,
    reason: str,
    line: str | bytes,
    raw: object,
    *,
    instead: bool = False,
    keeps: bool = False,
    place: int = PLACE,
    also: tuple[str, ...] = (),
    after: str = "\n",
    costs: Cost = ENTRY,
) -> Kind:
    """A bad line among the lines of a file, or instead of the video's, which it may keep."""

    def make() -> Input:
        rows, good = texts(), base()
        if instead:
            del rows[place]
        if instead and not keeps:
            del good[place]
        rows.insert(place, as_bytes(line))
        return Input({LINES: b"\n".join(rows) + as_bytes(after)}, good, LINES, number=place, raw=raw)

    return Kind(name, reason, make, costs, also)


def lines() -> Iterator[Kind]:
    """Files of a label row a line."""
    no_row = "object is no label row"
    video = texts()[PLACE]
    cut = video[: len(video) // 2]
    last = len(texts()) - 1
    end = texts()[last][:-30]
    yield in_lines("a line is cut off", NO_JSON, cut, raw_of(cut), instead=True, costs=ROW)
    yield in_lines(
        "the last line is cut off", "file is cut off", end, raw_of(end), instead=True, place=last, after="", costs=ROW
    )
    yield in_lines(
        "the last line is cut off before its line break", NO_JSON, end, raw_of(end), instead=True, place=last, costs=ROW
    )
    yield in_lines("a line is words", NO_JSON, "and so on", Text("and so on"))
    yield in_lines("a line is a comment", NO_JSON, "// next", Text("// next"))
    yield in_lines("a line is an empty object", no_row, "{}", {})
    yield in_lines("a line is an ontology", no_row, dump(ONTOLOGY), ONTOLOGY)
    yield in_lines("a line is null", no_row, "null", NULL)
    yield in_lines("a line is a number", no_row, "5", 5)
    yield in_lines("a line is text", no_row, '"Lion"', "Lion")
    yield in_lines("a line is a brace", NO_JSON, "}", Text("}"))
    yield in_lines("a line holds a list of numbers", no_row, "[1, 2]", [1, 2])
    latin = changed(IN_UNIT, b'"data_title": "caf\xe9"')
    yield in_lines("a line is in Latin-1", NOT_UTF_8, latin, raw_of(latin), instead=True, costs=ROW)
    single = video.replace(b'"', b"'")
    yield in_lines("a line is in single quotes", NO_JSON, single, raw_of(single), instead=True, costs=ROW)
    comma = "comma too many"
    yield in_lines("a line ends with a comma", comma, video + b",", Text(","), instead=True, keeps=True)
    yield in_lines("a line begins with a comma", comma, b"," + video, Text(","), instead=True, keeps=True)
    yield in_lines("a line begins with a separator", NO_JSON, b"\x1e" + video, Text("\x1e"), instead=True, keeps=True)
    yield in_lines("a line begins with words", NO_JSON, b"data: " + video, Text("data:"), instead=True, keeps=True)
    doubled = changed(TOP, f'"label_status": "NOT_LABELLED", {TOP}')

    def twice() -> Input:
        rows = texts()
        rows[PLACE] = doubled
        data = b"\r\n".join(rows)
        return Input({LINES: data}, base(), LINES, number=PLACE, path="$.label_status", raw="NOT_LABELLED")

    yield Kind("a key stands twice in a line", "key stands twice", twice)


TEXTS = [*broken_json(), *odd_values(), *between_rows(), *lines()]

assert json.loads(listed(texts())) == base()
