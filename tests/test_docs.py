"""The page of the tables is true: it is what its script makes today, and what it says beyond that holds."""

from __future__ import annotations

import doctest
import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import pytest

import labelframe
from labelframe.database import views
from labelframe.flattening.geometry import NO_GEOMETRY, SHAPE_KEYS
from labelframe.labels import Labels
from labelframe.schema import TABLES

DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def make() -> Any:
    """The script, as a module: it lies in no package."""
    spec = importlib.util.spec_from_file_location("docs_make", DOCS / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def examples() -> Labels:
    """All example label rows together."""
    return labelframe.flatten(DOCS / "examples")


def test_the_page_of_the_tables_is_up_to_date(make: Any) -> None:
    page = (DOCS / "tables.md").read_text("utf-8")

    assert page == make.page(), "run: python docs/make.py"


def test_the_page_tells_of_every_table_column_and_view(make: Any) -> None:
    page = (DOCS / "tables.md").read_text("utf-8")

    assert all(f"\n### {name}\n" in page for name in [*TABLES, *views(), *(one.title for one in make.EXAMPLES)])
    for table in TABLES.values():
        section = page.partition(f"\n### {table.name}\n")[2].partition("\n### ")[0]
        assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [column.name for column in table.columns]


def test_every_link_of_the_page_leads_somewhere(make: Any) -> None:
    page = (DOCS / "tables.md").read_text("utf-8")
    headings = [make.anchor(heading) for heading in re.findall(r"^#+ (.*)$", page, re.MULTILINE)]

    links = re.findall(r"\]\(([^)]*)\)", page)

    assert len(headings) == len(set(headings))
    assert len(links) > len(TABLES)
    assert all(link in headings if link.startswith("#") else (DOCS / link).exists() for link in links)


def test_keys_are_unique_where_the_page_does_not_deny_it(make: Any, demo: Path, examples: Labels) -> None:
    for name in set(TABLES) - set(make.NOT_UNIQUE):
        key = list(TABLES[name].key)
        for labels in (labelframe.open(demo / "snapshot"), examples):
            table = labels[name].select(key)

            assert table.group_by(key).aggregate([]).num_rows == table.num_rows, (name, key)


def test_how_tables_join_is_told_of_every_table_in_names_that_exist(make: Any) -> None:
    known = {*TABLES, *views(), *(column.name for table in TABLES.values() for column in table.columns)}
    told = {
        word for code in re.findall(r"`([^`]+)`", " ".join(make.JOINS.values())) for word in re.findall(r"\w+", code)
    }

    assert set(make.JOINS) == set(TABLES)
    assert set(make.NOT_UNIQUE) < set(TABLES)
    assert told - known == {"object", "classification"}


def test_every_modality_and_every_shape_is_among_the_examples(make: Any, demo: Path, examples: Labels) -> None:
    modalities = {
        name: set(labels["label_rows"]["data_type"].to_pylist())
        for name, labels in (("demo", labelframe.open(demo / "snapshot")), ("examples", examples))
    }

    assert modalities["demo"] == modalities["examples"]
    assert set(examples["objects"]["shape"].to_pylist()) == {*SHAPE_KEYS, *NO_GEOMETRY}
    assert {example.path for example in make.EXAMPLES} == set((DOCS / "examples").iterdir())


def test_the_script_tells_whether_the_page_differs(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make, "PAGE", tmp_path / "tables.md")
    monkeypatch.setattr(make, "page", lambda: "# The tables\n")
    codes = []

    for arguments in (["--check"], [], ["--check"]):
        monkeypatch.setattr(sys, "argv", ["make.py", *arguments])
        codes.append(make.main())

    assert codes == [1, 0, 0]
    assert (tmp_path / "tables.md").read_bytes() == b"# The tables\n"
    assert capsys.readouterr().err == f"{(tmp_path / 'tables.md').as_posix()} is not up to date: python docs/make.py\n"


def test_the_examples_in_the_script_itself_hold(make: Any) -> None:
    assert doctest.testmod(make) == doctest.TestResults(failed=0, attempted=2)
