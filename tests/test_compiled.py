"""Compiled code and the general path say the same of everything; compiled code is there only where it is worth it."""

from __future__ import annotations

import copy
import gc
import hashlib
import io
import json
import logging
import random
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import both_ways
import exports
import numpy as np
import orjson
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

import labelframe as lf
from labelframe import compiled, content, tables
from labelframe.demo_export import demo_export
from labelframe.flattening.ordinary import flatten_batch
from labelframe.kernel import columns, machine, scan
from labelframe.kernel.numbers import UNDECIDED, read_number
from labelframe.kernel.reader import Reader
from labelframe.kernel.text import PADDING
from labelframe.kernel.walk import ROOT, new_scratch, walk
from labelframe.read import find_sources

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
KINDS = ("mixed", "boxes", "polygons", "images", "bitmasks", "skeletons", "attributes", "audio", "dicom", "text")


@pytest.fixture(autouse=True)
def _every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches are read by compiled code too."""
    monkeypatch.setattr(compiled, "WORTH", 0)


def same(rows: list[Any], folder: Path, **options: Any) -> None:
    data = orjson.dumps(rows) if both_ways.all_fit(rows) else json.dumps(rows).encode()
    assert both_ways.difference(data, folder, **options) is None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exports.exports())
def test_invented_exports_give_the_same_both_ways(tmp_path: Path, rows: list[Any]) -> None:
    same(rows, tmp_path, on_error="collect")


@pytest.mark.parametrize("seed", range(4))
def test_label_rows_with_a_change_give_the_same_both_ways(tmp_path: Path, seed: int) -> None:
    both_ways.mutations(100, seed, tmp_path)


def test_only_json_is_read_and_it_says_the_same_as_to_orjson() -> None:
    ends = both_ways.verdicts(3000, seed=0)
    assert min(ends[end] for end in ("no JSON", "handed back", "read")) > 100


@pytest.mark.parametrize("options", [{}, {"strip_links": True}, {"branch": "main"}, {"workers": 3}], ids=str)
def test_the_demo_gives_the_same_both_ways(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "BATCH", 1 << 16)
    path = tmp_path / "export.json"
    path.write_bytes(orjson.dumps(demo_export()))
    general, ordinary = (both_ways.outcome(path, way, **options) for way in (False, True))
    assert general == ordinary


@pytest.mark.parametrize("digits", ["4", "17"])
@pytest.mark.parametrize("kind", KINDS)
def test_ordinary_exports_are_taken_by_compiled_code(tmp_path: Path, kind: str, digits: str) -> None:
    path = tmp_path / "export.json"
    command = [sys.executable, str(BENCHMARKS / "generate.py"), str(path), "--kind", kind, "--digits", digits]
    subprocess.run([*command, "--megabytes", "0.4"], check=True, capture_output=True)
    assert both_ways.difference(path.read_bytes(), tmp_path) is None
    run = tables.flatten_sources(find_sources([path]), lambda *_: None, tables.Options(compiled=True))
    assert run.compiled["label_rows"] == run.rows["label_rows"]
    assert run.compiled["objects"] >= 0.99 * run.rows["objects"]


def test_label_rows_of_one_hash_are_told_in_the_order_of_the_export(tmp_path: Path) -> None:
    rows = demo_export()[:12]
    odd = {**rows[3], "label_hash": rows[5]["label_hash"], "scene": {}}  # this one goes the general path
    for order in ([odd, *rows], [*rows, odd], [*rows[:6], odd, *rows[6:], rows[2]]):
        same(order, tmp_path, on_error="collect")
        same(order, tmp_path)


def test_single_objects_go_the_general_path_at_their_place(tmp_path: Path) -> None:
    rows = [row for row in demo_export() if row["data_type"] == "video"][:3]
    for row in rows:
        units: Any = row["data_units"]
        unit = next(iter(units.values()))
        entries = [entry for blob in unit["labels"].values() for entry in blob["objects"]]
        for number, entry in enumerate(entries[::3]):
            entry["name"] = ['quo"te', "tab\there", 5, entry["name"]][number % 4]
            if number % 5 == 0:
                entry["shape"] = "hexagon"
            if number % 7 == 0:
                entry["boundingBox"] = None
    same(rows, tmp_path, on_error="collect")
    path = tmp_path / "export.json"
    run = tables.flatten_sources(find_sources([path]), lambda *_: None, tables.Options("collect", compiled=True))
    assert run.compiled["label_rows"] == len(rows)
    assert 0 < run.compiled["objects"] < run.rows["objects"]


def test_what_answers_place_stands_in_the_order_of_the_answers(tmp_path: Path) -> None:
    answers = {
        "b": {"classificationHash": "b", "classifications": [], "range": [[3, 4]]},
        "a": {"classificationHash": "a", "classifications": [], "range": [[0, 0]]},
    }
    entry = {"classificationHash": "a", "featureHash": "f", "name": "Met in a frame"}
    unit = {"data_type": "application/nifti1", "labels": {"1": {"classifications": [entry]}}}
    row = {"label_hash": "r", "data_type": "nifti", "data_units": {"u": unit}, "classification_answers": answers}
    same([row], tmp_path)


@pytest.mark.parametrize("number", [1e300, -1e19, 2.0**63, -(2.0**63), 1e18, 0.5])
@pytest.mark.parametrize("key", ["width", "height", "data_sequence", "audio_sample_rate", "audio_num_channels"])
def test_whole_numbers_are_those_that_an_int64_holds(key: str, number: float, tmp_path: Path) -> None:
    unit = {"data_type": "image/png", key: number, "labels": {}}
    same([{"label_hash": "r", "data_type": "image", "data_units": {"u": unit}}], tmp_path)


@pytest.mark.parametrize("number", [1e300, 2.0**63, 0.5])
@pytest.mark.parametrize("key", ["width", "height", "multiframe_frame_number"])
def test_whole_numbers_of_slices_are_those_that_an_int64_holds(key: str, number: float, tmp_path: Path) -> None:
    unit = {"data_type": "application/dicom", "labels": {"0": {"objects": [], "metadata": {key: number}}}}
    same([{"label_hash": "r", "data_type": "dicom", "data_units": {"u": unit}}], tmp_path)


def test_an_empty_shape_of_an_answer_is_a_shape(tmp_path: Path) -> None:
    answers = {"o": {"objectHash": "o", "shape": "", "classifications": [], "range": [[3, 4]]}}
    unit = {"data_type": "audio/mpeg", "labels": {}}
    row = {"label_hash": "r", "data_type": "audio", "data_units": {"u": unit}, "object_answers": answers}
    same([row], tmp_path)
    assert lf.flatten(tmp_path / "export.json")["objects"]["shape"].to_pylist() == [""]


def test_a_file_that_is_no_export_is_passed_over_both_ways(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.json").write_bytes(orjson.dumps([{"x": number} for number in range(9)]))
    (folder / "b.json").write_bytes(orjson.dumps(demo_export()[:3]))
    (folder / "c.json").write_bytes(orjson.dumps([{"x": 1}, *demo_export()[3:5]]))
    (folder / "d.json").write_bytes(orjson.dumps([*demo_export()[5:7], {"x": 1}]))
    for how in ("stop", "collect"):
        general, ordinary = (both_ways.outcome(folder, way, on_error=how) for way in (False, True))
        assert general == ordinary


def test_there_is_room_for_more_than_was_guessed(tmp_path: Path) -> None:
    unit = {"data_type": "image/png", "labels": {"objects": [{"objectHash": f"{n}", "k": n} for n in range(9000)]}}
    same([{"label_hash": "a", "data_type": "image", "data_units": {"b": unit}}], tmp_path)


def test_each_function_is_compiled_for_one_kind_of_arguments() -> None:
    entries = [
        *(machine.read_rows, scan.find_rows, scan.find_lines, scan.rows_before, columns.distinct, columns.text_length),
        *(columns.copy_texts, columns.copy_spans, columns.read_times, columns.measure_masks, columns.gather_owners),
        *(columns.ring_sizes, columns.count_rings, columns.copy_numbers),
    ]
    compiled.Pool(1, None, None).load()
    assert {entry.name: len(entry.known) for entry in entries} == {entry.name: 1 for entry in entries}


def padded(data: bytes) -> np.ndarray[Any, Any]:
    return np.frombuffer(bytearray(data + bytes(PADDING)), np.uint8)


def some_numbers(count: int) -> list[str]:
    rng = random.Random(0)
    made: list[str] = []
    while len(made) < count:
        (bits,) = struct.unpack("<d", rng.randbytes(8))
        whole = rng.randrange(-(10**17), 10**17)
        number = rng.choice([bits, rng.random(), round(rng.uniform(-9, 9), 4), whole / 10 ** rng.randrange(25)])
        text = rng.choice([repr(number), f"{number:.{rng.randrange(18)}e}", str(whole), f"{number:.17g}"])
        if abs(float(text)) < float("inf"):
            made.append(text)
    return made


def test_numbers_are_rounded_to_the_nearest() -> None:
    decided = 0
    for text in some_numbers(20_000):
        value, how, end = read_number(padded(text.encode()), 0)
        assert end == len(text)
        if how != UNDECIDED:
            decided += 1
            assert struct.pack("<d", value) == struct.pack("<d", float(text)) or value == float(text) == 0, text
    assert decided > 15_000


@pytest.mark.parametrize(
    "text",
    [
        *(
            "18446744073709551616",
            "18446744073709551617",
            "0.1",
            "-0",
            "-0.0",
            "1e5",
            "1E-07",
            "9007199254740993",
            "5e-324",
        ),
        *('"é"', '"\\u00e9"', "[]", "{}", "null", "true", "false", '{"a":[1,{"b":[]}],"c":"","d":{"e":null}}'),
        *(
            "01",
            "1.",
            "1e",
            "-",
            ".5",
            "+1",
            "tru",
            "nul",
            "[1,]",
            "[1 2]",
            '{"a":1,}',
            '{"a" 1}',
            "{a:1}",
            "[",
            '"',
            '"\t"',
        ),
        *('"\\x"', '"\\ud800"', '"\\udc00"', '"\\ud83d\\ude00"', '"\\u12g4"', "[[[[[[]]]]]]", "{}}", '{"a":1,"a":2}'),
    ],
)
def test_any_value_is_walked_as_orjson_reads_it(text: str) -> None:
    data = text.encode()
    sums = np.zeros(2, np.uint64)
    end, how = walk(padded(data), 0, ROOT, sums, new_scratch())
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        assert how == -1 or end < len(data)
        return
    assert how >= 0
    assert end == len(data)
    if how == 0:
        assert (int(sums[0]), int(sums[1])) == content.sums(value)


@pytest.mark.parametrize(
    "data", [b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\xf4\x90\x80\x80"', b'"\xe2\x82"', b'"\x1f"']
)
def test_text_that_is_not_utf8_is_no_string(data: bytes) -> None:
    assert walk(padded(data), 0, ROOT, np.zeros(2, np.uint64), new_scratch())[1] == -1


def test_a_reader_reads_no_byte_beyond_what_it_is_given() -> None:
    for row in demo_export()[:40:3]:
        data = orjson.dumps(row)
        for cut in range(0, len(data), max(1, len(data) // 60)):
            read = Reader().read(padded(data[:cut]), np.zeros(1, np.int64), np.array([cut]))
            assert read.status[0] == machine.ROW_ODD


def test_without_numba_all_goes_the_general_path_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(orjson.dumps(demo_export()[:5]))
    monkeypatch.setitem(sys.modules, "labelframe.compiled", None)
    with caplog.at_level(logging.WARNING, "labelframe"):
        tables.flatten_sources(find_sources([path]), lambda *_: None, tables.Options(compiled=True))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "compiled code cannot be used" in caplog.text


def test_small_exports_do_not_load_numba(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(orjson.dumps(demo_export()))
    program = "import sys, labelframe; labelframe.flatten(sys.argv[1]); print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("size", "is_kept", "uses"),
    [(3 << 20, True, False), (5 << 20, True, True), (5 << 20, False, False), (65 << 20, False, True)],
)
def test_code_is_compiled_only_for_what_takes_as_long(
    size: int, is_kept: bool, uses: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(orjson.dumps(demo_export()).ljust(size))
    monkeypatch.setattr(compiled.Pool, "is_kept", lambda: is_kept)

    run = tables.flatten_sources(find_sources([path]), lambda *_: None)

    assert bool(run.compiled) == uses


def test_the_number_of_workers_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "BATCH", 1 << 15)
    path = tmp_path / "export.json"
    path.write_bytes(orjson.dumps(demo_export()))

    one, many = (_tables(path, workers) for workers in (1, 3))

    assert one.keys() == many.keys()
    assert all(one[name].equals(many[name]) for name in one)


def test_what_a_batch_leaves_is_freed_without_collecting_garbage() -> None:
    """Garbage collection is paused while exports are read: what lay in a cycle would stay until the end."""
    rows = [orjson.dumps(row) for row in demo_export()]
    ends = np.cumsum([len(row) for row in rows])
    begins = ends - np.array([len(row) for row in rows])
    reader = Reader()
    flatten_batch(reader, padded(b"".join(rows)), begins, ends)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        flatten_batch(reader, padded(b"".join(rows)), begins, ends)
        gc.collect()
        left = {type(thing).__module__.partition(".")[0] for thing in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()

    assert left & {"numpy", "pyarrow", "labelframe"} == set()


def test_a_batch_has_nothing_in_memory_that_is_used_again() -> None:
    rows = [orjson.dumps(row) for row in demo_export()]
    lengths = np.array([len(row) for row in rows])
    ends = np.cumsum(lengths)
    reader, buffer = Reader(), padded(b"".join(rows))
    batch = flatten_batch(reader, buffer, ends - lengths, ends)

    def told() -> list[Any]:
        columns = [{name: array.to_pylist() for name, array in table.items()} for table in batch.columns.values()]
        return [columns, [rows.tolist() for rows in batch.rows.values()], batch.headers, batch.is_read.tolist()]

    before = told()
    cells, texts = reader._cells, reader._texts
    assert cells is not None
    assert texts is not None
    for memory in (buffer, *reader._streams, reader._bytes, reader._unknown, cells.begin, cells.size, *texts):
        memory.view(np.uint8)[...] = 0xAB

    assert told() == before


def test_rows_that_are_handed_back_keep_their_place_with_any_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "BATCH", 1 << 16)
    path = tmp_path / "export.json"
    rows = [copy.deepcopy(row) for row in demo_export() if row["data_type"] == "image"][:20] * 20
    rows = [{**row, "label_hash": f"{number}"} for number, row in enumerate(rows)]
    for row in rows[::3]:
        row["object_answers"] = []  # it goes the general path, which takes its time
    path.write_bytes(orjson.dumps(rows))
    for workers in (1, 2, 4):
        table = _tables(path, workers, "collect")["label_rows"]
        assert table["row_number"].to_pylist() == [int(label_hash) for label_hash in table["label_hash"].to_pylist()]
        assert table["row_id"].to_pylist() == list(range(len(table)))


def _tables(path: Path, workers: int, on_error: tables.OnError = "stop") -> dict[str, pa.Table]:
    batches: dict[str, list[pa.RecordBatch]] = {}
    options = tables.Options(on_error, compiled=True, workers=workers)
    tables.flatten_sources(
        find_sources([path]), lambda name, batch: batches.setdefault(name, []).append(batch), options
    )
    return {name: pa.Table.from_batches(parts).unify_dictionaries().combine_chunks() for name, parts in batches.items()}


@pytest.mark.parametrize(
    ("size", "is_kept", "uses"), [(0, True, False), (5, True, True), (5, False, False), (9, False, True)]
)
def test_standard_input_is_looked_at_before_code_is_compiled_for_it(
    size: int, is_kept: bool, uses: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = orjson.dumps(demo_export()).ljust(size << 20)
    monkeypatch.setattr(compiled.Pool, "is_kept", lambda: is_kept)
    monkeypatch.setattr(tables, "COMPILE_FROM", 8 << 20)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(data))))
    batches: list[int] = []

    run = tables.flatten_sources(find_sources(["-"]), lambda _, batch: batches.append(len(batch)))

    assert bool(run.compiled) == uses
    assert run.rows["label_rows"] == len(demo_export())
    assert run.sources[0].sha256 == hashlib.sha256(data).hexdigest()
    assert run.sources[0].bytes_done == len(data)
