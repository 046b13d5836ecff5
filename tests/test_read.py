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

from labelframe import read
from labelframe.errors import SourceError
from labelframe.read import find_sources, read_source

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


def values(path: Path) -> Values:
    """Byte offset and bytes of each value in a file."""
    (source,) = find_sources([path])
    return [(raw.origin.byte_offset, raw.data) for raw in read_source(source)]


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
    scan = read._Scan()

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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "The file is empty"),
        (b" \n ", "The file is empty"),
        (b"hello", "expected JSON: a list or an object, found b'hello'"),
        (b"\xff\xfe[\x00", "expected JSON: a list or an object"),
        (b'[{"a": 1}', "expected the closing ], found the end of the file"),
        (b'[{"a": 1}, {"b', "expected the end of this label row, found the end of the file"),
        (b'[{"a": 1} {"b": 2}]', "expected a comma or the end of the list, found {"),
        (b'[{"a": 1},]', "expected a label row: a JSON object, found ]"),
        (b'[{"a": 1}, 5]', "expected a label row: a JSON object, found 5"),
        (b'[{"a": 1}]]', "expected a comma or the end of the list, found ]"),
        (b'[{"a": 1}] more', "expected a comma or the end of the list, found more"),
        (gzip.compress(b'[{"a": 1}]')[:-9], "The gzip data is broken"),
    ],
)
def test_a_broken_file_is_refused_with_one_message(
    read_text: Callable[..., Values], text: bytes, words: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError) as caught:
        read_text(text)

    assert words in str(caught.value)
    assert str(caught.value).startswith((tmp_path / "export.json").as_posix())
    assert caught.value.remedy


def test_a_folder_is_read_by_name_without_what_is_no_json(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/two.jsonl", "a.json", "c.json.gz", "notes.txt", ".hidden.json", "picture.png"):
        (tmp_path / name).write_bytes(b"{}")

    names = [source.path.relative_to(tmp_path).as_posix() for source in find_sources([tmp_path])]

    assert names == ["a.json", "b/two.jsonl", "c.json.gz"]


def test_a_folder_without_exports_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"There is no \.json"):
        find_sources([tmp_path])


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="There is no such file or folder"):
        find_sources([tmp_path / "nothing.json"])


def test_sources_are_counted_and_hashed(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(b'[{"label_hash": "a"}]\n')
    (source,) = find_sources([path])
    ticks = []

    list(read_source(source, lambda: ticks.append(source.bytes_done)))

    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert source.bytes_done == source.size == ticks[-1] == 22
