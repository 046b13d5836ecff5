"""The examples hold: every command in them exists with its options, what can be run is run, the rest is parsed."""

from __future__ import annotations

import ast
import configparser
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from labelframe.cli import app
from labelframe.demo_export import demo_export
from labelframe.labels import flatten_to_snapshot

EXAMPLES = Path(__file__).parents[1] / "examples"
FILES = sorted(path for path in EXAMPLES.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
SCRIPTS = [path for path in FILES if path.suffix == ".py"]
UNITS = sorted((EXAMPLES / "systemd").iterdir())
SNAPSHOTS = ("2026-11-23T020000Z", "2026-11-24T020000Z")


def commands_in(text: str) -> Iterator[list[str]]:
    """The calls of labelframe in a file, as their words: of shell, and of Python's lists of words."""
    text = re.sub(r"\{(?:STORE|config\.\w+)\}", "there", text)
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            continue
        for found in re.finditer(r"(?:^|[\s/\"(=])labelframe ((?:snapshot|[a-z]+) [^>|&`\"]*)", line):
            yield shlex.split(found[1])
    for words in re.findall(r"\(\"labelframe\", ([^)\n]*)\)|run\(\"labelframe\", ([^)\n]*)\)", text):
        parts = [part.strip() for part in "".join(words).split(",")]
        yield [part.strip('"') if part.startswith('"') else "there" for part in parts if "fine=" not in part]


COMMANDS = [
    pytest.param(words, id=f"{path.relative_to(EXAMPLES).as_posix()}: {' '.join(words)[:50]}")
    for path in FILES
    if path.suffix not in (".md", ".ipynb")
    for words in commands_in(path.read_text("utf-8"))
]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_of_the_examples_can_be_parsed(words: list[str]) -> None:
    group = typer.main.get_group(app)
    name, *arguments = words

    assert name in group.commands
    command = group.commands[name]
    with command.make_context(name, list(arguments)) as context:
        assert context.params


def test_the_commands_of_the_examples_are_found() -> None:
    names = [param.values[0][0] for param in COMMANDS]  # type: ignore[index]

    assert {"snapshot", "prune", "verify", "diff", "stats", "rejects", "check"} == set(names)
    assert names.count("snapshot") == 5
    for path in FILES:
        if path.suffix not in (".md", ".ipynb") and path.parent.name != "reading" and path.suffix != ".timer":
            assert list(commands_in(path.read_text("utf-8"))) or path.name == "export.py", path


def test_every_example_is_named_on_their_page() -> None:
    page = (EXAMPLES / "README.md").read_text("utf-8")
    links = re.findall(r"\]\(([^)]*)\)", page)

    assert [link for link in links if not (EXAMPLES / link).exists()] == []
    for path in FILES:
        relative = path.relative_to(EXAMPLES).as_posix()
        assert relative == "README.md" or relative in links or f"{relative.partition('/')[0]}/" in links


def test_the_crontab_has_five_fields_and_a_command_on_each_line() -> None:
    lines = (EXAMPLES / "cron" / "labelframe.crontab").read_text("utf-8").splitlines()
    jobs = [line for line in lines if line and not line.startswith(("#", "PATH="))]

    assert len(jobs) == 3
    limits = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
    for job in jobs:
        *fields, command = job.split(maxsplit=5)
        assert all(field == "*" or low <= int(field) <= high for field, (low, high) in zip(fields, limits, strict=True))
        assert command.startswith("labelframe ")
        assert "%" not in command  # cron would end the command there


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_of_systemd_can_be_read(path: Path) -> None:
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(path.read_text("utf-8"))

    kind = path.suffix[1:].capitalize()
    assert set(unit.sections()) == {"Unit", kind, "Install"}
    assert unit["Unit"]["Description"]
    if kind == "Timer":
        assert path.with_suffix(".service") in UNITS  # which it starts by its name
    else:
        assert all(unit[kind][key].startswith("/") for key in ("ExecStart", "ExecStartPost"))
        assert unit[kind]["ReadWritePaths"] in shlex.split(unit[kind]["ExecStart"])


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze")
    program = tmp_path / "labelframe"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for path in UNITS:  # a program that is there
        text = path.read_text("utf-8").replace("/opt/labelframe/.venv/bin/labelframe", program.as_posix())
        (tmp_path / path.name).write_text(text, "utf-8")

    run = subprocess.run(
        [analyze, "verify", *(str(tmp_path / path.name) for path in UNITS)], capture_output=True, text=True
    )

    said = [line for line in run.stderr.splitlines() if "labelframe" in line and "Failed to" not in line]
    assert said == []


def test_the_workflow_has_the_shape_that_github_reads() -> None:
    workflow: dict[Any, Any] = yaml.safe_load((EXAMPLES / "github-actions" / "labels.yml").read_text("utf-8"))
    job = workflow["jobs"]["snapshot"]
    steps = job["steps"]

    assert set(workflow) <= {"name", True, "permissions", "concurrency", "jobs"}  # YAML takes `on` for true
    assert workflow[True]["schedule"] == [{"cron": "0 2 * * *"}]
    assert job["runs-on"] == "ubuntu-latest"
    assert all(("uses" in step) != ("run" in step) for step in steps)
    assert all(re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", step["uses"]) for step in steps if "uses" in step)
    ids = {step["id"] for step in steps if "id" in step}
    asked = set(re.findall(r"steps\.(\w+)\.outputs\.(\w+)", json.dumps(steps)))
    told = set(re.findall(r'echo \\?"(\w+)=[^\n]*GITHUB_OUTPUT', "\n".join(step.get("run", "") for step in steps)))
    assert {step for step, _ in asked} <= ids
    assert {output for _, output in asked} <= told
    keys = [step["with"]["key"] for step in steps if "cache" in step.get("uses", "")]
    assert len(keys) == 2
    assert len(set(keys)) == 1


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_shell_of_the_workflow_can_be_parsed() -> None:
    workflow = yaml.safe_load((EXAMPLES / "github-actions" / "labels.yml").read_text("utf-8"))
    scripts = [step["run"] for step in workflow["jobs"]["snapshot"]["steps"] if "run" in step]

    for script in scripts:
        plain = re.sub(r"\$\{\{.*?\}\}", "value", script)
        run = subprocess.run(["bash", "-n", "-c", plain], capture_output=True, text=True)
        assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_what_it_is_for_and_can_be_parsed(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))

    assert ast.get_docstring(tree)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two snapshots of the demo."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "export.json").write_text(json.dumps(demo_export()), "utf-8")
    for name in SNAPSHOTS:
        flatten_to_snapshot([folder / "export.json"], folder / "store" / f"snapshot={name}")
    return folder / "store"


@pytest.mark.parametrize("library", ["duckdb", "polars", "pandas", "pyspark"])
def test_a_store_is_read(library: str, store: Path) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    if library == "pyspark" and shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    script = EXAMPLES / "reading" / f"with_{library.removeprefix('py')}.py"

    run = subprocess.run(
        [sys.executable, str(script), str(store)], capture_output=True, encoding="utf-8", env=_environment(store)
    )

    assert run.returncode == 0, run.stderr
    assert all(name in run.stdout for name in SNAPSHOTS[: 1 if library == "pyspark" else 2])
    assert "Vehicle" in run.stdout


def _environment(store: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1", "POLARS_FMT_MAX_ROWS": "200", "HOME": store.as_posix()}


def test_the_dag_of_airflow_loads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", tmp_path.as_posix())
    pytest.importorskip("airflow.sdk")
    module = _load(EXAMPLES / "airflow" / "labels_dag.py")

    dag = module.labels()
    assert {task.task_id: task.downstream_task_ids for task in dag.tasks} == {
        "export": {"snapshot"},
        "snapshot": {"changes", "prune"},
        "changes": set(),
        "prune": set(),
    }


def test_the_job_of_dagster_loads() -> None:
    pytest.importorskip("dagster")
    module = _load(EXAMPLES / "dagster" / "labels_job.py")

    assert module.defs.resolve_job_def("labels").name == "labels"
    assert module.nightly.cron_schedule == "0 2 * * *"


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
