"""What all tests share: where real exports lie, and how exports are written to disk."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from labelframe.demo_export import demo_export
from labelframe.labels import flatten_to_snapshot

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("default")

REAL_EXPORTS = Path(os.environ.get("LABELFRAME_EXPORTS", Path(__file__).parents[2] / "shared" / "exports"))


def real_label_rows() -> list[Path]:
    """Files of real label rows, where this machine has some."""
    return sorted(path for path in REAL_EXPORTS.glob("*.json") if path.name != "ontology.json")


@pytest.fixture
def real_exports() -> Path:
    """The folder of real exports; skips the test where there is none."""
    if not real_label_rows():
        pytest.skip(f"no real exports in {REAL_EXPORTS}: LABELFRAME_EXPORTS names a folder of some")
    return REAL_EXPORTS


@pytest.fixture
def write_export(tmp_path: Path) -> Callable[..., Path]:
    """Writes label rows to a file and gives its path."""

    def write(rows: object, name: str = "export.json") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(rows), "utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's export and its snapshot."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "export.json").write_text(json.dumps(demo_export()), "utf-8")
    flatten_to_snapshot([folder / "export.json"], folder / "snapshot")
    return folder
