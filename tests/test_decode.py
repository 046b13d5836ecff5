"""Parsing label rows."""

from __future__ import annotations

import gc
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelframe.decode import BrokenJsonError, decode, decode_wrapper, label_rows, paused_garbage_collection
from labelframe.errors import OddNumber


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
    assert list(label_rows(decode(data).value)) == [({"label_hash": "a"}, None)]


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
    ((_, fault),) = label_rows(decode(data).value)

    assert fault is not None
    assert (fault.reason, fault.found) == ("file is no export", found)


def test_what_is_no_label_row_costs_no_neighbour_in_a_wrapper() -> None:
    parts = label_rows(decode(b'{"rows": [{"label_hash": "a"}, 5, {"label_hash": "b"}]}').value)

    assert [(part, fault is None) for part, fault in parts] == [
        ({"label_hash": "a"}, True),
        (5, False),
        ({"label_hash": "b"}, True),
    ]


@pytest.mark.parametrize(
    ("data", "reason", "offset"),
    [
        (b'{"a": nul}', "label row is no JSON", 6),
        (b'{"a": 1,}', "label row is no JSON", 7),
        (b'{"a": "\t"}', "label row is no JSON", 7),
        (b'{"\xc3\xa9\xc3\xa9": x}', "label row is no JSON", 9),
        (b'{"a": "\xff"}', "label row is not UTF-8", 7),
        (b"[" * 255 + b"]" * 255, "label row is nested too deeply", 0),
        (b"[" * 2000 + b"]" * 2000, "label row is nested too deeply", 0),
        (b"[" * 200_000 + b"]" * 200_000, "label row is nested too deeply", 0),
    ],
)
def test_broken_json_is_refused_with_its_place(data: bytes, reason: str, offset: int) -> None:
    with pytest.raises(BrokenJsonError) as caught:
        decode_wrapper(data)

    assert (caught.value.fault.reason, caught.value.offset) == (reason, offset)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e400", "-1e999"])
def test_a_number_that_json_does_not_know_is_kept_as_its_text(text: str) -> None:
    decoded = decode(b'{"a": [%s, 1]}' % text.encode())

    assert decoded.value == {"a": [OddNumber(text), 1]}
    assert decoded.odd == []


def test_a_key_that_stands_twice_costs_the_earlier_value() -> None:
    decoded = decode_wrapper(b'{"a": [{"b": {"c": 1}, "d": 2, "b": 3}]}')

    assert decoded.value == {"a": [{"b": 3, "d": 2}]}
    (odd,) = decoded.odd
    assert ((*odd.path, *odd.fault.path), odd.fault.reason, odd.raw) == (("a", 0, "b"), "key stands twice", '{"c": 1}')


def test_half_a_character_costs_that_character() -> None:
    decoded = decode(b'{"a": "x\\ud83d", "\\ude00": "\\ud83d\\ude00"}')

    assert decoded.value == {"a": "x\ufffd", "\ufffd": "\U0001f600"}
    assert [(odd.path, odd.raw) for odd in decoded.odd] == [(("a",), '"x\\ud83d"'), ((), '"\\ude00"')]


def test_broken_keys_that_look_alike_when_mended_lose_no_value_silently() -> None:
    decoded = decode(b'{"a": {"\\ud83d": {"\\ud83e": "\\ud83f"}, "\\ud83e": 2}}')

    assert decoded.value == {"a": {"\ufffd": 2}}
    told = [((*odd.path, *odd.fault.path), odd.fault.reason, odd.raw) for odd in decoded.odd]
    assert (("a", "\ufffd"), "key stands twice", '{"\\ufffd": "\\ufffd"}') in told
    assert all(str(path).isascii() or "\ufffd" in str(path) for path, _, _ in told)
    json.dumps(told, ensure_ascii=False).encode()


def test_an_escaped_quote_is_no_key() -> None:
    assert decode_wrapper(b'{"a": "\\u0022", "b": "\\"\\""}').value == {"a": '"', "b": '""'}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.booleans(), st.sampled_from([None, 1]))
def test_json_without_fault_is_what_it_is(value: object, ascii_only: bool, indent: int | None) -> None:
    decoded = decode_wrapper(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode())

    assert decoded.odd == []
    assert decoded.value == value


@given(st.lists(st.tuples(st.text(max_size=2), JSON), min_size=1, max_size=5))
def test_no_value_of_a_key_that_stands_twice_is_lost(pairs: list[tuple[str, object]]) -> None:
    data = "{" + ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs) + "}"

    decoded = decode_wrapper(data.encode())

    assert decoded.value == dict(pairs)
    assert len(decoded.odd) == len(pairs) - len(dict(pairs))


def test_garbage_collection_is_paused_and_goes_on() -> None:
    assert gc.isenabled()

    with paused_garbage_collection():
        assert not gc.isenabled()

    assert gc.isenabled()
