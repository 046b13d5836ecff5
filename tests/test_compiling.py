"""Machine code is made once, kept, and called without numba."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from labelframe import kept
from labelframe.kernel import compiling
from labelframe.kernel.compiling import Entry


class Pair(NamedTuple):
    """Two arrays."""

    first: np.ndarray[Any, Any]
    second: np.ndarray[Any, Any]


@compiling.inlined
def twice(number: int) -> int:
    return 2 * number


def total(pair: Any, step: int, out: Any) -> tuple[int, int]:
    """Adds up what two arrays hold, one of them by columns."""
    numbers = 0
    for index in range(0, len(pair.first), step):
        numbers += twice(pair.first[index])
    out[0] = numbers
    columns = 0
    for index in range(len(pair.second)):
        columns += pair.second[index, 1]
    return numbers, columns


ARGUMENTS = Pair(np.arange(6), np.arange(12, dtype=np.int32).reshape(3, 4)[:, 1:]), 2
ANSWER = 2 * (0 + 2 + 4), 2 + 6 + 10


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Where machine code is kept."""
    chosen = [tmp_path / "beside", tmp_path / "cache"]

    def listed() -> Iterator[Path]:
        yield from chosen

    monkeypatch.setattr(kept, "places", listed)
    return chosen


def test_machine_code_is_compiled_once_and_kept(places: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    out = np.zeros(1, np.int64)
    first = Entry(total, gives=2)(*ARGUMENTS, out)
    monkeypatch.setattr(Entry, "_compiled", None)

    second = Entry(total, gives=2)(*ARGUMENTS, out)

    assert first == second == ANSWER
    assert out.tolist() == [ANSWER[0]]
    assert len(list(places[0].iterdir())) == 1


def test_where_there_is_no_place_beside_the_source_it_is_kept_in_the_cache(places: list[Path]) -> None:
    places[0].write_text("no folder")

    assert Entry(total, gives=2)(*ARGUMENTS, np.zeros(1, np.int64)) == ANSWER
    assert len(list(places[1].iterdir())) == 1


def test_where_there_is_no_place_at_all_it_works_all_the_same(places: list[Path]) -> None:
    for place in places:
        place.write_text("no folder")

    assert Entry(total, gives=2)(*ARGUMENTS, np.zeros(1, np.int64)) == ANSWER


def test_other_types_are_compiled_anew(places: list[Path]) -> None:
    entry = Entry(total, gives=2)
    pair = ARGUMENTS[0]
    entry(*ARGUMENTS, np.zeros(1, np.int64))

    assert entry(Pair(pair.first.astype(np.int16), pair.second), 2, np.zeros(1, np.int64)) == ANSWER
    assert len(entry.known) == len(list(places[0].iterdir())) == 2


def test_what_calls_into_the_interpreter_is_refused(places: list[Path]) -> None:
    def speak(number: int) -> None:
        print(number)

    with pytest.raises(RuntimeError, match="speak needs"):
        Entry(speak, gives=0)(1)


def test_what_is_kept_is_called_without_numba() -> None:
    program = (
        "import sys; from labelframe.compiled import Pool; Pool(1, None, None).load(); print('numba' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)  # compiles where nothing is kept

    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert done.stdout == "False\n"


def test_with_bounds_checked_no_access_beyond_an_array_passes() -> None:
    program = """
import numpy as np
from labelframe.kernel.compiling import Entry
def beyond(numbers: object, place: int) -> int:
    return numbers[place]
print(Entry(beyond, gives=1)(np.arange(3), 3))
"""
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1"}
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, env=environment)

    assert done.returncode == 1
    assert "beyond ended with" in done.stderr
