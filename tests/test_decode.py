"""Parsing label rows."""

from __future__ import annotations

import gc

import pytest

from labelframe.decode import decode, paused_garbage_collection
from labelframe.errors import LabelframeError, LabelRowError, Origin, SourceError
from labelframe.read import RawRow, Source


def raw(data: bytes) -> RawRow:
    """The bytes as if read from a file, 100 bytes into it."""
    from pathlib import Path

    return RawRow(Origin("export.json", 3, 100), data, Source(Path("export.json")))


@pytest.mark.parametrize(
    "data",
    [
        b'{"label_hash": "a"}',
        b'[{"label_hash": "a"}]',
        b'{"rows": [{"label_hash": "a"}]}',
        b'{"data": {"rows": [[{"label_hash": "a"}]]}}',
    ],
)
def test_lists_and_objects_with_one_key_are_unwrapped(data: bytes) -> None:
    assert decode(raw(data)) == [{"label_hash": "a"}]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'{"objects": [], "classifications": []}', "an ontology"),
        (b'{"a": 1, "b": 2}', "an object with the keys a, b"),
        (b"[1]", "the number 1"),
        (b"null", "null"),
        (b'"text"', 'the text "text"'),
    ],
)
def test_json_that_is_no_export_is_refused(data: bytes, found: str) -> None:
    with pytest.raises(SourceError) as caught:
        decode(raw(data))

    assert caught.value.found == found


@pytest.mark.parametrize(
    "data", [b'{"a": nul}', b'{"a": NaN}', b'{"a": 1,}', b'{"a": "\xff"}', b'{"\xc3\xa9\xc3\xa9": x}']
)
def test_broken_json_is_refused_with_its_place(data: bytes) -> None:
    with pytest.raises(LabelRowError) as caught:
        decode(raw(data))

    error: LabelframeError = caught.value
    assert (error.source, error.row_number, error.expected) == ("export.json", 3, "JSON")
    assert error.byte_offset is not None
    assert 100 <= error.byte_offset <= 100 + len(data)


def test_garbage_collection_is_paused_and_goes_on() -> None:
    assert gc.isenabled()

    with paused_garbage_collection():
        assert not gc.isenabled()

    assert gc.isenabled()
