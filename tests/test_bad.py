"""Bad input of every kind: it is told clearly, and costs no more than what is bad."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from bad.corpus import KINDS, LEGAL
from bad.files import zipped
from bad.kind import ANY, BROKEN, ENTRY, Cost, Input, Kind, Text, dump

import labelframe as lf
from labelframe.cli import main
from labelframe.errors import GIVE_AN_EXPORT, REMEDIES, LabelframeError, SourceError

Tables = dict[str, list[dict[str, Any]]]

WHERE_READ = ("source", "row_number")
OWNERS = {"objects": "object_hash", "instances": "owner_hash", "classifications": "classification_hash"}

NOTHING = {
    "list.json": b"[]",
    "lists.json": b"[[], [[]]]",
    "wrapper.json": b'{"rows": []}',
    "empty.zip": zipped({}),
    "others.zip": zipped({"notes.txt": b"hello", "picture.png": b"\x89PNG"}),
}
"""Files that are well and hold no label row."""

kinds = pytest.mark.parametrize("kind", [pytest.param(kind, id=name) for name, kind in KINDS.items()])


@pytest.fixture
def lay_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes bad input into a folder of its own; gives what is to be read."""

    def write(bad: Input) -> list[Path]:
        folder = tmp_path / "in"
        folder.mkdir()
        for name, data in bad.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        if bad.arrange is not None:
            bad.arrange(folder, monkeypatch)
        return [folder / name for name in bad.given or bad.files]

    return write


def rows_of(labels: Mapping[str, Any]) -> Tables:
    """All tables as rows, less where they were read."""
    return {
        name: [{key: value for key, value in row.items() if key not in WHERE_READ} for row in table.to_pylist()]
        for name, table in labels.items()
        if name != "rejects"
    }


@cache
def good_tables(text: str) -> Tables:
    """The tables of a good export, which has no fault."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.json"
        path.write_text(text, "utf-8")
        return rows_of(lf.flatten(path))


def blank(tables: Tables, costs: Cost, changed: str | None, null: tuple[str, ...] = ()) -> Tables:
    """Tables without the cells that a fault may cost, some of which must be null, and without the form of the label row
    that is `changed` and its hash."""
    blanked: Tables = {}
    for table, rows in tables.items():
        columns = costs.cells.get(table, ())
        blanked[table] = []
        for row in rows:
            left = {"json_form", "content_hash"} if row["label_hash"] == changed else set()
            if columns and row[OWNERS[table]] == BROKEN:
                assert all(row[column] is None for column in null), row
                left.update(columns)
            blanked[table].append({key: value for key, value in row.items() if key not in left})
    return blanked


def differences(found: Tables, expected: Tables) -> Iterator[tuple[object, ...]]:
    """Where tables are not the same: (table, row, column, what was found, what was expected)."""
    for name in expected:
        if len(found[name]) != len(expected[name]):
            yield name, "rows", found[name], expected[name]
        for place, (row, other) in enumerate(zip(found[name], expected[name], strict=False)):
            for column in row.keys() | other.keys():
                if row.get(column) != other.get(column):
                    yield name, place, column, row.get(column), other.get(column)


def check_clear(error: LabelframeError, kind: Kind, bad: Input) -> None:
    """An error tells what is wrong, where, what was expected and found, and what to do."""
    text = str(error)
    assert error.reason == kind.reason
    assert error.source is not None
    assert error.source.split("/in/")[-1] == bad.bad_file
    assert error.remedy is not None
    assert error.remedy.startswith(REMEDIES[kind.reason])
    assert error.expected
    assert error.found
    for part in (error.expected, error.found, error.remedy):
        assert part in text
    assert all(character.isprintable() for character in text.replace("\n", ""))
    assert "OddNumber" not in text
    assert len(text) < 3000
    check_place(error, bad)


def check_place(told: Any, bad: Input) -> None:
    """The label row and the place in it are those where the fault was planted."""
    number, path = (
        (told["row_number"], told["json_path"]) if isinstance(told, dict) else (told.row_number, told.json_path)
    )
    assert number == bad.number
    if bad.path is None:
        assert path is None
    else:
        assert path == bad.path


@kinds
def test_a_fault_is_one_clear_error(kind: Kind, lay_out: Any) -> None:
    bad = kind.make()
    paths = lay_out(bad)

    with pytest.raises(LabelframeError) as caught:
        lf.flatten(*paths)

    check_clear(caught.value, kind, bad)


@kinds
def test_a_fault_costs_no_more_than_what_is_bad(kind: Kind, lay_out: Any) -> None:
    bad = kind.make()
    paths = lay_out(bad)

    labels = lf.flatten(*paths, on_error="collect")

    rejects = labels["rejects"].to_pylist()
    assert [reject["reason"] for reject in rejects] == kind.reasons
    check_reject(rejects[0], kind, bad)
    found = blank(rows_of(labels), kind.costs, bad.changed, kind.costs.null)
    expected = blank(good_tables(dump(bad.good)), kind.costs, bad.changed)
    assert list(differences(found, expected)) == []


def check_reject(reject: dict[str, Any], kind: Kind, bad: Input) -> None:
    """A line of `rejects` tells what the error tells, and gives back the smallest part."""
    data = bad.files.get(bad.bad_file, b"")
    assert reject["source"].split("/in/")[-1] == bad.bad_file
    assert reject["remedy"] == REMEDIES[kind.reason]
    assert reject["expected"]
    assert reject["found"]
    check_place(reject, bad)
    if bad.raw is None:
        assert reject["raw"] is None
    elif isinstance(bad.raw, Text):
        assert reject["raw"] == bad.raw
    elif bad.raw is not ANY:
        assert dump(json.loads(reject["raw"])) == dump(bad.raw)
    offset = reject["byte_offset"]
    if bad.path is not None:
        assert data[offset:].startswith(b"{")
    elif isinstance(bad.raw, Text) and offset is not None:
        places = [place.span() for place in re.finditer(re.escape(bad.raw.encode()), data)]
        assert not places or any(begin <= offset <= end for begin, end in places)


def labelframe(*arguments: str | Path) -> tuple[int, str, str]:
    """The command line in this process: (exit code, standard output, standard error)."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["labelframe", *map(str, arguments)])
        patch.setattr(signal, "signal", lambda number, handler: None)
        with pytest.raises(SystemExit) as stopped:
            main()
    assert isinstance(stopped.value.code, int)
    return stopped.value.code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("kind", [pytest.param(KINDS[name], id=name) for name in sorted(KINDS)[::3]])
def test_the_command_line_tells_it_and_leaves_nothing(kind: Kind, lay_out: Any, tmp_path: Path) -> None:
    paths = lay_out(kind.make())

    code, out, err = labelframe("flatten", *paths, "--out", tmp_path / "out")

    assert (code, out) == (2, "")
    assert err.startswith("Error: ")
    assert REMEDIES[kind.reason] in err
    assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("name", ["a vertex is null", "a number is undefined", "a file is a PNG picture"])
def test_a_shell_sees_no_traceback(name: str, lay_out: Any, tmp_path: Path) -> None:
    kind = KINDS[name]
    command = [sys.executable, "-W", "error", "-m", "labelframe", "flatten", *lay_out(kind.make()), "--out", "out"]

    run = subprocess.run(
        command, cwd=tmp_path, capture_output=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"}
    )

    assert (run.returncode, run.stdout) == (2, "")
    assert REMEDIES[kind.reason] in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("reason", sorted({kind.reason for kind in KINDS.values()})[::3])
def test_the_command_line_writes_all_else(reason: str, lay_out: Any, tmp_path: Path) -> None:
    kind = next(kind for kind in KINDS.values() if kind.reason == reason)
    paths = lay_out(kind.make())

    code, out, err = labelframe("flatten", *paths, "--out", tmp_path / "out", "--on-error", "collect")

    assert code == 1
    assert out == f"{(tmp_path / 'out').as_posix()}\n"
    assert f"rejects: {reason}" in err
    labels = lf.open(tmp_path / "out")
    assert [reject["reason"] for reject in labels["rejects"].to_pylist()] == kind.reasons


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in LEGAL.items()])
def test_what_only_looks_bad_is_taken(make: Callable[[], Input], lay_out: Any) -> None:
    odd = make()

    labels = lf.flatten(*lay_out(odd))

    found, expected = (blank(rows, ENTRY, odd.changed) for rows in (rows_of(labels), good_tables(dump(odd.good))))
    assert labels["rejects"].num_rows == 0
    assert list(differences(found, expected)) == []


@pytest.mark.parametrize("name", NOTHING)
def test_nothing_to_take_is_told(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(NOTHING[name])

    with pytest.raises(SourceError, match="There is no label row in what was given") as caught:
        lf.flatten(path, on_error="collect")

    assert caught.value.source == path.as_posix()
    assert caught.value.remedy is not None
    assert caught.value.remedy.startswith(GIVE_AN_EXPORT)


def test_there_are_many_kinds_and_every_reason_is_reached() -> None:
    assert len(KINDS) >= 150
    assert {kind.reason for kind in KINDS.values()} == set(REMEDIES)
