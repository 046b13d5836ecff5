"""What the project says of itself is true: the README's commands and examples run."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import orjson
import pytest

import labelframe
from labelframe.demo_export import demo_export

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str = r"\w+") -> list[str]:
    """The fenced code blocks of the README, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def in_a_folder_with_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with what the README's examples expect there."""
    (tmp_path / "export.json").write_bytes(orjson.dumps(demo_export()))
    monkeypatch.chdir(tmp_path)
    labelframe.flatten("export.json").write_parquet("labels")
    return tmp_path


def test_the_first_two_blocks_are_one_command_each() -> None:
    demo, check = blocks()[:2]

    for block in (demo, check):
        assert block.count("\n") == 1
        assert block.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert demo.endswith("labelframe demo\n")
    assert check.endswith("tests/check.py\n")


def test_the_python_examples_run(in_a_folder_with_labels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reading, editing = blocks("python")
    names: dict[str, object] = {}

    exec(reading, names)
    exec(editing, {})

    large = names["large"]
    assert getattr(large, "height", 0) > 0
    assert capsys.readouterr().out
    edited = [json.dumps(row) for row in labelframe.open("edited").restore()]
    assert any('"name": "Car"' in row for row in edited)
    assert not any('"name": "Vehicle", "value"' in row for row in edited)


def test_the_queries_of_the_shell_example_run(in_a_folder_with_labels: Path) -> None:
    queries = re.findall(r"^D (.*)$", README, re.MULTILINE)

    with labelframe.open("labels").connect() as connection:
        results = [connection.sql(query).fetchall() for query in queries]

    assert len(results) == 2
    assert all(results)


def test_every_command_of_the_readme_exists() -> None:
    from labelframe.cli import app

    known = {command.callback.__name__ for command in app.registered_commands if command.callback is not None}
    fenced = "\n".join(re.findall(r"^```.*?^```", README, re.MULTILINE | re.DOTALL))
    named = set(re.findall(r"^(?:\$ )?labelframe (\w+) ", fenced, re.MULTILINE))
    named |= set(re.findall(r"`labelframe (\w+) ", README))

    assert named <= known
    assert {"flatten", "rejects", "restore", "schema", "sql", "stats", "register", "verify"} <= named


def test_every_table_and_view_is_in_the_readme() -> None:
    from labelframe.queries import sql_folder
    from labelframe.schema import TABLES

    for name in [*TABLES, *(path.stem for path in (sql_folder() / "views").glob("*.sql"))]:
        assert f"| `{name}` |" in README


def test_no_file_names_a_machine_or_a_registry() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode != 0:
        pytest.skip("not a git checkout")
    forbidden = re.compile(r"/home/\w|/Users/\w|/root/|\b[A-Z]:\\\\Users|index-url|pypi\.org|files\.pythonhosted")

    found = [
        name
        for name in tracked.stdout.splitlines()
        if (ROOT / name).is_file() and name != "tests/test_project.py"
        if forbidden.search((ROOT / name).read_text("utf-8"))
    ]

    assert found == []


def test_constraints_hold_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()

    assert all(re.fullmatch(r"#.*|[\w.-]+==[\w.]+", line) for line in lines)


def test_public_names_are_sorted_and_documented() -> None:
    names = labelframe.__all__

    assert names == sorted(names)
    assert all(getattr(labelframe, name).__doc__ for name in names if name != "__version__")
