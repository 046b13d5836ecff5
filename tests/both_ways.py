"""Flatten bytes in compiled code and on the general path, and tell what differs.

    python tests/both_ways.py --examples 20000              invented exports
    python tests/both_ways.py --mutations 200000            label rows with a change in the JSON, or in a byte
    python tests/both_ways.py --verdicts 200000             what the compiled reader takes, against orjson
    NUMBA_BOUNDSCHECK=1 python tests/both_ways.py --verdicts 200000

With NUMBA_BOUNDSCHECK every access of the compiled code to a single element is checked. Figures of the last long runs
stand in tests/README.md.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings

sys.path.insert(0, str(Path(__file__).parent))

import exports

from labelframe import compiled, content
from labelframe.demo_export import demo_export
from labelframe.errors import LabelframeError
from labelframe.flattening.cold import content_hash
from labelframe.flattening.ordinary import flatten_batch
from labelframe.kernel.grammar import PARENT
from labelframe.kernel.machine import ROW_ODD, UNREAD
from labelframe.kernel.reader import Reader
from labelframe.kernel.text import PADDING
from labelframe.read import find_sources
from labelframe.schema import TABLES
from labelframe.tables import Options, flatten_sources

SHARED = Path(__file__).parent.parent.parent / "shared" / "exports"
Outcome = tuple[dict[str, list[Any]], Any] | str


def outcome(path: Path, is_compiled: bool, **options: Any) -> Outcome:
    """The tables of a file and the account of the run, or the message of the error."""
    parts: dict[str, list[pa.RecordBatch]] = {name: [] for name in TABLES}
    try:
        run = flatten_sources(
            find_sources([path]),
            lambda name, batch: parts[name].append(batch),
            Options(**{"compiled": is_compiled, "workers": 1, **options}),
        )
    except LabelframeError as error:
        return str(error)
    rows = {name: [repr(row) for batch in batches for row in batch.to_pylist()] for name, batches in parts.items()}
    rows["rejects"].sort()  # masks are measured late, and told of then
    return rows, (run.account, run.reasons, run.extra, run.delete_events, run.rows, run.other_branches)


def difference(data: bytes, folder: Path, suffix: str = ".json", **options: Any) -> str | None:
    """What differs between the two ways with some bytes, None where nothing does."""
    path = folder / f"export{suffix}"
    path.write_bytes(data)
    general, ordinary = outcome(path, False, **options), outcome(path, True, **options)
    if isinstance(general, str) or isinstance(ordinary, str):
        return None if general == ordinary else f"general: {general}\ncompiled: {ordinary}"
    for name, rows in general[0].items():
        others = ordinary[0][name]
        if rows != others:
            first = next((pair for pair in zip(rows, others, strict=False) if pair[0] != pair[1]), ("", ""))
            return f"{name}: {len(rows)} and {len(others)} rows\ngeneral: {first[0]}\ncompiled: {first[1]}"
    return None if general[1] == ordinary[1] else f"general: {general[1]}\ncompiled: {ordinary[1]}"


ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 0.5, -0.0, 2.0, 1e300, 1e-320, 2**53, 2**53 + 1, 2**63, -(2**63), 10**25),
    *("", "x", "0", "None", 'a"b', "é", "日本", "\n", "🎈", "delete", "polygon", "bounding_box", "2024-02-30 10:00:00"),
    *(
        [],
        {},
        [[]],
        [None],
        {"": 1},
        {"x": 1, "y": 2},
        {"0": {"x": 1, "y": 2}},
        [[0, 1]],
        [[1, 0]],
        [[0.5, 0.25, 1, 2]],
    ),
)


def nodes(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a JSON value: (what holds it, its key)."""
    for key, part in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(part, (dict, list)):
            yield from nodes(part)


def change(row: Any, rng: random.Random) -> None:
    """Change one thing in a label row."""
    holder, key = rng.choice(list(nodes(row)))
    kind = rng.randrange(8)
    if kind < 3:
        holder[key] = copy.deepcopy(rng.choice(ODD))
    elif kind == 3:
        del holder[key]
    elif kind == 4 and isinstance(holder, dict):
        holder[rng.choice(("priority", "", "x", "name", "objectId", "shape", "0", "metadata", "label_hash"))] = (
            rng.choice(ODD)
        )
    elif kind == 5:
        other, there = rng.choice(list(nodes(row)))
        holder[key] = copy.deepcopy(other[there])
    elif kind == 6 and isinstance(holder, dict):
        items = list(holder.items())
        rng.shuffle(items)
        holder.clear()
        holder.update(items)
    elif isinstance(holder, dict):
        holder[f"{key}{rng.choice(('0', ' ', 'a'))}"] = holder.pop(key)
    else:
        holder.append(copy.deepcopy(rng.choice(ODD)))


BYTES = b'{}[],:"\\0123456789.-+eE \n\ttrufalsn\x00\x1f\x80\xc3\xa9\xed\xa0\xf4\xff'


def spoil(data: bytes, rng: random.Random) -> bytes:
    """Change a few bytes, anywhere."""
    text = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        place, kind = rng.randrange(len(text)), rng.randrange(5)
        if kind == 0:
            text[place] = rng.choice(BYTES)
        elif kind == 1:
            text.insert(place, rng.choice(BYTES))
        elif kind == 2:
            del text[place]
        elif kind == 3:
            end = place + rng.randrange(40)
            text[place:place] = text[place:end]
        else:
            del text[place : place + rng.randrange(200)]
    return bytes(text) or b" "


def small_rows() -> list[Any]:
    """Label rows of every modality, each small: the demo's, and real ones where they are at hand."""
    rows = demo_export()
    for path in sorted(SHARED.glob("*.json")):
        value = orjson.loads(path.read_bytes())
        rows += [row for row in (value if isinstance(value, list) else [value]) if "data_units" in row]
    return [row for row in rows if len(orjson.dumps(row)) < 30_000]


def written(rows: list[Any], rng: random.Random) -> bytes:
    """A list of label rows as some program or other would write it."""
    style = rng.randrange(4)
    if style == 0:
        return json.dumps(rows).encode()
    if style == 1:
        return json.dumps(rows, ensure_ascii=False, indent=rng.randrange(3)).encode()
    return orjson.dumps(rows) if all_fit(rows) else json.dumps(rows, ensure_ascii=False).encode()


def all_fit(value: Any) -> bool:
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


def mutations(count: int, seed: int, folder: Path) -> None:
    """Hold label rows with a change against both ways; AssertionError at the first that differs."""
    rng = random.Random(seed)
    base = small_rows()
    ends: Counter[str] = Counter()
    start = time.monotonic()
    for number in range(count):
        rows = copy.deepcopy(rng.sample(base, rng.choice((1, 1, 2, 3))))
        in_bytes = rng.random() < 0.5
        for _ in range(0 if in_bytes else rng.choice((1, 1, 2, 5))):
            change(rng.choice(rows), rng)
        data = written(rows, rng)
        if in_bytes:
            data = spoil(data, rng)
        options = {"on_error": rng.choice(("stop", "collect", "collect"))}
        if rng.random() < 0.1:
            options |= {"strip_links": True}  # type: ignore[dict-item]
        if rng.random() < 0.05:
            options |= {"branch": "main"}
        found = difference(data, folder, **options)
        if found is not None:
            (folder / "differs.json").write_bytes(data)
            raise AssertionError(f"{number} {options}: {found}\nin {folder / 'differs.json'}")
        ends["in bytes" if in_bytes else "in JSON"] += 1
        if number % 1000 == 999:
            print(f"{number + 1:,} in {time.monotonic() - start:.0f} s", flush=True)
    print(f"{count:,} label rows with a change ({dict(ends)}): both ways the same, {time.monotonic() - start:.0f} s.")


def verdicts(count: int, seed: int) -> Counter[str]:
    """Hold what the compiled reader takes of label rows with changed bytes against orjson: JSON that says the same.
    AssertionError at the first that it should not have taken."""
    rng = random.Random(seed)
    rows = [orjson.dumps(row) for row in small_rows()]
    reader, ends = Reader(), Counter[str]()
    for _ in range(count):
        data = spoil(rng.choice(rows), rng)
        buffer = np.frombuffer(bytearray(data + bytes(PADDING)), np.uint8)
        read = reader.read(buffer, np.zeros(1, np.int64), np.array([len(data)]))
        try:
            value = orjson.loads(data)
        except orjson.JSONDecodeError:
            # A number beyond float64 within an object is seen when that is parsed by itself.
            assert read.status[0] == ROW_ODD or not is_read(reader, data), data
            ends["no JSON"] += 1
            continue
        if read.status[0] == ROW_ODD:
            ends["handed back"] += 1
            continue
        ends["read"] += 1
        if (read["object"].size[:, PARENT] == UNREAD).any() or b'"data_links"' in data:
            continue  # whose hash is told elsewhere
        first, second = read.sums[0]
        if content.shown((int(first), int(second))) != content_hash(value):
            # Two answers of one hash, or two frames of one number, are seen later.
            assert not is_read(reader, data), data
    return ends


def is_read(reader: Reader, data: bytes) -> bool:
    """Whether compiled code makes tables of a label row."""
    buffer = np.frombuffer(bytearray(data + bytes(PADDING)), np.uint8)
    return bool(flatten_batch(reader, buffer, np.zeros(1, np.int64), np.array([len(data)])).is_read[0])


def invented(count: int, folder: Path) -> None:
    """Hold invented exports against both ways."""
    start = time.monotonic()

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(exports.exports())
    def run(rows: list[Any]) -> None:
        data = orjson.dumps(rows) if all_fit(rows) else json.dumps(rows).encode()
        assert difference(data, folder, on_error="collect") is None

    run()
    print(f"{count:,} invented exports: both ways the same, {time.monotonic() - start:.0f} s.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=0)
    parser.add_argument("--mutations", type=int, default=0)
    parser.add_argument("--verdicts", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    compiled.WORTH = 0
    folder = Path(tempfile.mkdtemp())
    if options.examples:
        invented(options.examples, folder)
    if options.verdicts:
        start = time.monotonic()
        ends = verdicts(options.verdicts, options.seed)
        print(f"{options.verdicts:,} label rows with changed bytes {dict(ends)}: {time.monotonic() - start:.0f} s.")
    if options.mutations:
        mutations(options.mutations, options.seed, folder)


if __name__ == "__main__":
    main()
