"""The page of the tables says what is true."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from labelframe.database import views
from labelframe.schema import TABLES

DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def make() -> ModuleType:
    """The script that makes the page."""
    spec = importlib.util.spec_from_file_location("docs_make", DOCS / "make.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_schema_and_the_examples_make(make: ModuleType) -> None:
    page = (DOCS / "tables.md").read_text("utf-8")

    assert page == make.page(), "out of date: python docs/make.py"


def test_the_page_tells_of_every_table_column_and_view() -> None:
    page = (DOCS / "tables.md").read_text("utf-8")

    for name in [*TABLES, *views()]:
        assert f"\n### {name}\n" in page
    for table in TABLES.values():
        section = page.partition(f"\n### {table.name}\n")[2].partition("\n### ")[0]
        assert [column.name for column in table.columns if f"| `{column.name}` |" not in section] == []


@pytest.mark.parametrize("path", sorted((DOCS / "examples").glob("*.json")), ids=lambda path: path.stem)
def test_every_example_is_on_the_page(path: Path) -> None:
    page = (DOCS / "tables.md").read_text("utf-8")

    label_hash = json.loads(path.read_text("utf-8"))["label_hash"]

    assert label_hash in page
