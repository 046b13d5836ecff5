"""Label rows of an export as Python holds them, a batch at a time, and what each holds: for peers that loop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

BATCH = 16_000_000
"""Bytes of JSON a batch."""

LabelRow = dict[str, Any]


def batches(export: Path) -> Iterator[list[LabelRow]]:
    """Yield label rows; of a list, all are parsed before the first."""
    if export.suffix == ".json":
        rows = orjson.loads(export.read_bytes())
        size = max(1, len(rows) * BATCH // export.stat().st_size)
        for first in range(0, len(rows), size):
            yield rows[first : first + size]
        return
    batch, length = [], 0
    with export.open("rb") as lines:
        for line in lines:
            batch.append(orjson.loads(line))
            length += len(line)
            if length > BATCH:
                yield batch
                batch, length = [], 0
    if batch:
        yield batch


def frames(row: LabelRow) -> Iterator[tuple[str, int, list[LabelRow]]]:
    """Yield data unit, frame and objects of each frame."""
    for data_unit, unit in row["data_units"].items():
        labels = unit["labels"]
        if "objects" in labels:
            yield data_unit, 0, labels["objects"]
        else:
            for frame, blob in labels.items():
                yield data_unit, int(frame), blob["objects"]


def attributes(row: LabelRow) -> Iterator[tuple[str, LabelRow, bool]]:
    """Yield object, entry and whether it can change over the frames, of each attribute."""
    for object_hash, answer in row["object_answers"].items():
        for entry in answer["classifications"]:
            yield object_hash, entry, False
    for object_hash, answer in row["object_actions"].items():
        for entry in answer["actions"]:
            yield object_hash, entry, True


def options(entry: LabelRow) -> list[tuple[str | None, str | None]]:
    """Return text and hash of each answer in an entry; a number as JSON, and nothing chosen as None."""
    answers = entry["answers"]
    if isinstance(answers, list):
        return [(option["name"], option["featureHash"]) for option in answers] or [(None, None)]
    if answers is None or isinstance(answers, str):
        return [(answers, None)]
    return [(orjson.dumps(answers).decode(), None)]
