"""Invent exports for a long time, and hold every property against them.

    python tests/fuzz.py --examples 20000

Properties: the package equals the reference, table by table; what was flattened comes back; flattening twice gives the
same. The first export that breaks one is shown as small as it can be made. The figures of the last long run stand in
tests/README.md.
"""

from __future__ import annotations

import argparse
import copy
import sys
import time
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

sys.path.insert(0, str(Path(__file__).parent))

import compare
import exports
from test_restore import lost


def check(rows: list[Any]) -> None:
    """Raise AssertionError where a property does not hold for these label rows."""
    before = copy.deepcopy(rows)
    assert compare.differences(rows) == []
    assert lost(rows) == []
    once, again = compare.flatten(rows), compare.flatten(copy.deepcopy(rows))
    assert all(once[name].equals(again[name]) for name in once)
    assert rows == before, "flattening changed what it was given"


def main() -> None:
    """Run as many examples as asked for; exit code 1 at the first that breaks a property."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=20_000)
    options = parser.parse_args()
    count = 0

    @settings(
        max_examples=options.examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(exports.exports())
    def run(rows: list[Any]) -> None:
        nonlocal count
        count += 1
        check(rows)

    start = time.monotonic()
    run()
    print(f"{count:,} invented exports in {time.monotonic() - start:.0f} s: every property holds.")


if __name__ == "__main__":
    main()
