"""What was flattened comes back, from the tables alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import exports
import pytest
from compare import flatten
from conftest import real_label_rows
from hypothesis import given, settings
from normal import normal

from labelframe.demo_export import demo_export
from labelframe.restore import restore_tables


def differences(before: Any, after: Any, path: str = "$") -> list[str]:
    """Where two values differ, a line each."""
    if isinstance(before, dict) and isinstance(after, dict):
        found = []
        for key in before | after:
            if key not in after:
                found.append(f"{path}.{key}: lost {before[key]!r}")
            elif key not in before:
                found.append(f"{path}.{key}: invented {after[key]!r}")
            else:
                found += differences(before[key], after[key], f"{path}.{key}")
        return found
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            line
            for index, (one, other) in enumerate(zip(before, after, strict=True))
            for line in differences(one, other, f"{path}[{index}]")
        ]
    return [] if before == after and type(before) is type(after) else [f"{path}: {before!r} became {after!r}"]


def lost(rows: list[Any]) -> list[str]:
    """What does not come back of label rows."""
    restored = [json.loads(json.dumps(row)) for row in restore_tables(flatten(rows))]
    return differences([normal(row) for row in rows], [normal(row) for row in restored])


@settings(max_examples=150)
@given(exports.exports())
def test_invented_exports_come_back(rows: list[Any]) -> None:
    assert lost(rows) == []


@pytest.mark.parametrize("modality", sorted(exports.MODALITIES))
def test_every_modality_comes_back(modality: str) -> None:
    @settings(max_examples=10)
    @given(exports.MODALITIES[modality]())
    def come_back(row: Any) -> None:
        assert lost([row]) == []

    come_back()


def test_the_demo_comes_back() -> None:
    assert lost(list(demo_export())) == []


@pytest.mark.parametrize("path", real_label_rows(), ids=lambda path: path.stem)
def test_real_label_rows_come_back(path: Path) -> None:
    assert lost([json.loads(path.read_text("utf-8"))]) == []
