"""Cutting files into label rows, whatever their form."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelframe.errors import SourceError
from labelframe.read import Broken, PassedOver, RawRow, find_sources, open_parts, read_rows
from labelframe.read import split as splitting

Values = list[tuple[int, bytes]]

TEXTS = st.text('ab"\\{}[],:\n ', max_size=6)
PARTS = st.recursive(
    TEXTS | st.none() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
ROWS = st.lists(
    st.fixed_dictionaries({"label_hash": st.text(max_size=3), "data_units": st.dictionaries(TEXTS, PARTS)}), min_size=1
)


def pieces(path: Path) -> list[RawRow | Broken]:
    """What a file is cut into."""
    (source,) = find_sources([path]).sources
    return [piece for part in open_parts(source, []) for piece in read_rows(part)]


def values(path: Path) -> Values:
    """Byte offset and bytes of each value in a file that has no fault."""
    found = pieces(path)
    assert not [piece for piece in found if isinstance(piece, Broken)]
    return [(piece.offset, piece.data) for piece in found if isinstance(piece, RawRow)]


@pytest.fixture
def read_text(tmp_path: Path) -> Callable[..., Values]:
    def write_and_read(text: str | bytes, name: str = "export.json") -> Values:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return values(path)

    return write_and_read


@given(ROWS, st.sampled_from([1, 2, 3, 7, 64, 1 << 20]), st.sampled_from([None, 1, 4]))
def test_a_list_is_cut_into_its_rows_at_any_chunk_size(rows: list[object], chunk: int, indent: int | None) -> None:
    text = json.dumps(rows, indent=indent, ensure_ascii=False).encode()
    scan = splitting._Scan()

    found, begin = [], 0
    for offset in range(0, len(text), chunk):
        for first, last in scan.objects(text[offset : offset + chunk]):
            begin = offset + first if first is not None else begin
            if last is not None:
                found.append(text[begin : offset + last])

    assert [json.loads(value) for value in found] == rows


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("export.json", "{}"),
        ("export.json", "\ufeff  {}\n"),
        ("export.json", '{{"rows": {}}}'),
        ("export.json", "[{}]"),
        ("export.jsonl", "{}"),
        ("export.txt", "{}"),
    ],
)
def test_wrappers_and_byte_order_marks_are_seen_through(read_text: Callable[..., Values], name: str, form: str) -> None:
    rows = [{"label_hash": "a", "data_units": {"}": ["{"]}}, {"label_hash": "b", "data_units": {}}]
    text = form.format(json.dumps(rows, indent=1))

    found = read_text(text, name)

    assert [json.loads(value) for _, value in found] == rows
    assert all(text.encode()[offset:].startswith(value) for offset, value in found)


@pytest.mark.parametrize("name", ["export.jsonl", "export.ndjson", "export.json", "export"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n", ""])
def test_lines_are_rows(read_text: Callable[..., Values], name: str, ending: str) -> None:
    lines = ['{"label_hash": "a", "data_units": {}}', '{"label_hash": "b"}']

    found = read_text("\n".join(lines) + ending, name)

    assert [value.strip().decode() for _, value in found] == lines
    assert [offset for offset, _ in found] == [0, len(lines[0]) + 1]


def test_gzip_is_told_by_its_bytes(read_text: Callable[..., Values]) -> None:
    packed = gzip.compress(b'[{"label_hash": "a"}]')

    assert read_text(packed, "export.json.gz") == read_text(packed, "export.json") == [(1, b'{"label_hash": "a"}')]


def test_a_single_row_is_one_value(read_text: Callable[..., Values]) -> None:
    text = json.dumps({"label_hash": "a", "data_units": {"u": {}}}, indent=2)

    assert read_text(text) == [(0, text.encode())]


def test_a_row_that_begins_with_a_list_of_objects_is_no_wrapper(read_text: Callable[..., Values]) -> None:
    text = '{"odd": [{"a": 1}, {"b": 2}], "label_hash": "a", "data_units": {}}'

    assert read_text(text) == [(0, text.encode())]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes], Path]:
    def to_disk(data: bytes) -> Path:
        path = tmp_path / "export.json"
        path.write_bytes(data)
        return path

    return to_disk


A, B, C = (f'{{"label_hash": "{name}", "data_units": {{"u": {{}}}}}}'.encode() for name in "abc")


@pytest.mark.parametrize(
    ("data", "rows", "reasons"),
    [
        (b"", [], ["file is empty"]),
        (b" \n ", [], ["file is empty"]),
        (b"hello", [], ["file is no JSON"]),
        (b"\x89PNG\r\n", [], ["file is no JSON"]),
        (b"\xff\xfe[\0", [], ["file is not UTF-8"]),
        ('[{"a": 1}]'.encode("utf-16-be"), [], ["file is not UTF-8"]),
        (b"[" + A, [A], ["file is cut off"]),
        (b"[" + A + b", " + B[:-9], [A], ["file is cut off"]),
        (b"[" + A + b"," + B + b',{"b', [A, B], ["file is cut off"]),
        (b"[" + A + b" " + B + b"]", [A, B], ["comma is missing"]),
        (b"[" + A + b",]", [A], ["comma too many"]),
        (b"[," + A + b",," + B + b"]", [A, B], ["comma too many", "comma too many"]),
        (b"[" + A + b', 5, null, "text", ' + B + b"]", [A, B], ["label row is no object"] * 3),
        (b"[" + A + b" some words, " + B + b"]", [A, B], ["text between label rows"]),
        (b"[" + A + b' "a, ' + B + b"]", [A, B], ["text between label rows"]),
        (b"[" + A + b"}, " + B + b"]", [A, B], ["text between label rows"]),
        (b"[" + A + b"]]", [A], ["text after the end"]),
        (b"[" + A + b"] more", [A], ["text after the end"]),
        (b"var rows = [" + A + b", " + B + b"];", [A, B], ["label row is no object", "text after the end"]),
        (A + b"," + B + b"," + C, [A, B, C], ["text after the end"]),
        # A brace too many closes a label row early: what follows belongs to it.
        (b"[" + A + b', "object_answers": {}}, ' + B + b"]", [B], ["label row is no JSON"]),
        # One too few, or a quote, would swallow all that follows.
        (b"[" + A + b"," + B[:-1] + b"," + C + b"]", [A, C], ["label row never ends"]),
        (b"[" + A + b"," + B.replace(b'"b"', b'"b') + b"," + C + b"]", [A, C], ["label row never ends"]),
        (b"[" + B[:-1] + b"," + B[:-1] + b"," + C + b"]", [C], ["label row never ends"]),
    ],
)
@pytest.mark.parametrize("step", [64, 1 << 20])
def test_no_fault_costs_a_neighbour(
    data: bytes,
    rows: list[bytes],
    reasons: list[str],
    step: int,
    write: Callable[[bytes], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write(data)
    monkeypatch.setattr("labelframe.read.unpack.CHUNK", step)

    found = pieces(path)

    assert [piece.data for piece in found if isinstance(piece, RawRow)] == rows
    # Words between two rows are told in more parts where they come in more pieces.
    told = [piece.fault.reason for piece in found if isinstance(piece, Broken)]
    assert told == reasons if step > 64 else set(told) == set(reasons)


def test_a_fault_is_told_with_its_text_and_place(write: Callable[[bytes], Path]) -> None:
    data = b"[" + A + b", 5, " + B[:-1] + b", " + C + b"]"

    found = [(piece.offset, piece.data) for piece in pieces(write(data))]

    assert [text for _, text in found] == [A, b"5", B[:-1], C]
    assert all(data[offset or 0 :].startswith(text) for offset, text in found)


def test_a_row_that_holds_what_looks_like_the_begin_of_one_is_whole(write: Callable[[bytes], Path]) -> None:
    children = [{"label_hash": str(number), "data_hash": "d"} for number in range(5)]
    row = json.dumps({"label_hash": "a", "data_units": {"u": {"metadata": {"children": children}}}}).encode()

    assert [piece.data for piece in pieces(write(b"[" + row + b"," + row + b"]"))] == [row, row]


@given(
    st.lists(st.sampled_from([A, B, C]), min_size=3, max_size=6),
    st.sampled_from([b"}", b"{", b"]", b"[", b'"', b",", b"x", b":", b"\\"]),
    st.data(),
    st.booleans(),
)
def test_a_byte_too_many_or_too_few_costs_one_row(
    rows: list[bytes], byte: bytes, data: st.DataObject, takes: bool
) -> None:
    import io

    from labelframe.read import Part
    from labelframe.read.unpack import Pieces

    which = data.draw(st.integers(1, len(rows) - 2))
    place = data.draw(st.integers(1, len(rows[which]) - 1))
    bad = rows[which][:place] + (b"" if takes else byte) + rows[which][place + takes :]
    text = b"[" + b",".join([*rows[:which], bad, *rows[which + 1 :]]) + b"]"
    (source,) = find_sources(["-"]).sources

    part = Part("export.json", source, False, Pieces(io.BytesIO(text)), ".json")
    found = [piece.data for piece in read_rows(part) if isinstance(piece, RawRow)]
    salvaged = []
    for row in found:
        try:
            json.loads(row)
        except ValueError:
            rest = splitting.salvage(RawRow(0, row))
            salvaged += [piece.data for piece in rest[1] if isinstance(piece, RawRow)] if rest is not None else []
        else:
            salvaged.append(row)

    others = iter(salvaged)
    assert all(row in others for row in [*rows[:which], *rows[which + 1 :]]), (bad, salvaged)


def test_a_folder_is_read_by_name_and_what_is_no_export_is_told(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/two.jsonl", "a.json", "c.json.gz", "d.zip", "notes.txt", ".hidden.json", "picture.png"):
        (tmp_path / name).write_bytes(b"{}")
    (tmp_path / "export").write_bytes(A)

    found = find_sources([tmp_path])
    passed_over = list(found.passed_over)
    parts = [part.name for source in found.sources for part in open_parts(source, passed_over)]

    names = [Path(name).relative_to(tmp_path).as_posix() for name in parts]
    assert names == ["a.json", "b/two.jsonl", "c.json.gz", "d.zip", "export"]
    assert {Path(over.name).name: over.why for over in passed_over} == {
        ".hidden.json": "a hidden file",
        "notes.txt": "no export by its name, and JSON without label rows by its content",
        "picture.png": "image/png",
    }


def test_a_snapshot_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "_labelframe.json").write_bytes(b"{}")
    (tmp_path / "a.json").write_bytes(A)

    found = find_sources([tmp_path])

    assert found.passed_over == [PassedOver((tmp_path / "labels").as_posix(), "a snapshot")]


def test_a_pattern_takes_what_matches(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/two.json", "a.json", "c.jsonl"):
        (tmp_path / name).write_bytes(A)

    def names(pattern: str) -> list[str]:
        found = find_sources([str(tmp_path / pattern)])
        return [source.path.relative_to(tmp_path).as_posix() for source in found.sources if source.path]

    assert names("*.json") == ["a.json"]
    assert names("**/*.json") == ["a.json", "b/two.json"]
    assert names("[ac].*") == ["a.json", "c.jsonl"]
    assert names("?") == ["b/two.json"]


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(A)

    found = find_sources([path, tmp_path])

    assert len(found.sources) == 1
    assert not found.sources[0].listed
    assert [over.why for over in found.passed_over] == ["given twice, read once"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "There is no export in this folder"),
        ("nothing.json", "There is no such file or folder"),
        ("*.json", "No file matches this pattern"),
    ],
)
def test_what_is_not_there_is_refused(name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=words):
        find_sources([tmp_path / name])


def test_sources_are_counted_and_hashed(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(b"[" + A + b"]\n")
    (source,) = find_sources([path]).sources
    ticks = []

    for part in open_parts(source, [], lambda: ticks.append(source.bytes_done)):
        list(read_rows(part))

    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert source.bytes_done == source.size == ticks[-1] == len(A) + 3
