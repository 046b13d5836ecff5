"""The command line, as a person or a scheduler meets it: arguments, both outputs, exit codes."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest
from rows import image_row

import labelframe as lf
from labelframe.cli import main
from labelframe.schema import DATABASE, MANIFEST, TABLES
from labelframe.stats import statistics
from labelframe.version import __version__

WriteExport = Callable[..., Path]
Run = subprocess.CompletedProcess[str]

COMMANDS = ("demo", "diff", "extra", "flatten", "prune", "register", "schema", "snapshot", "snapshots", "sql", "stats")
SHELL = Path(sys.executable).with_name("duckdb.exe" if os.name == "nt" else "duckdb")
posix_only = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX system")


def with_objects(objects: object) -> dict[str, Any]:
    """A label row whose frame lists these objects."""
    row = image_row("abc")
    row["data_units"]["unit"]["labels"]["objects"] = objects
    return row


def labelframe(*arguments: str | Path, folder: Path | None = None) -> Run:
    """Run the command line in a folder, in this process: a new one for each call would take a minute."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["labelframe", *map(str, arguments)])
        patch.setenv("COLUMNS", "200")
        patch.chdir(folder if folder is not None else ".")
        patch.setattr(signal, "signal", lambda number, handler: None)  # the tests' own handlers stay
        with pytest.raises(SystemExit) as stopped:
            main()
    code = stopped.value.code
    assert isinstance(code, int)
    return Run(arguments, code, out.getvalue(), err.getvalue())


def process(*arguments: str | Path, folder: Path | None = None) -> Run:
    """Run the command line in a folder, as a shell does."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "labelframe", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )


def answer(run: Run) -> str:
    """What a run that went well printed."""
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout


def message(run: Run) -> list[str]:
    """The lines of the one message of a run that could not do it."""
    assert (run.returncode, run.stdout) == (2, "")
    assert "Traceback" not in run.stderr
    first, *rest = run.stderr.splitlines()
    # One message: what belongs to it is indented.
    assert first.startswith("Error: ")
    assert [line for line in rest if not line.startswith("  ")] == []
    return [first.removeprefix("Error: "), *(line.strip() for line in rest)]


def usage_error(run: Run) -> str:
    """What is said of arguments that cannot be understood, without the frame around it."""
    assert (run.returncode, run.stdout) == (2, "")
    assert "Traceback" not in run.stderr
    return " ".join(re.sub("[│╭╮╰╯─]", " ", run.stderr).split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an export of two images and its snapshot."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "export.json").write_text(json.dumps([image_row("a", "Car", "Bus"), image_row("b", "Car")]), "utf-8")
    lf.flatten(folder / "export.json").write_parquet(folder / "snapshot")
    return folder


# Help and version


def test_the_version_is_shown() -> None:
    assert answer(process("--version")) == f"labelframe {__version__}\n"


def test_the_console_script_is_the_same_program() -> None:
    script = Path(sys.executable).with_name("labelframe.exe" if os.name == "nt" else "labelframe")

    run = subprocess.run([script, "--version"], capture_output=True, text=True)

    assert answer(run) == f"labelframe {__version__}\n"


def test_help_names_every_command() -> None:
    text = answer(labelframe("--help"))

    assert [command for command in COMMANDS if not re.search(rf"^\W*{command} +[A-Z]", text, re.MULTILINE)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    text = answer(labelframe(command, "--help"))

    assert f"labelframe {command}" in text
    assert "--help" in text


HELP = """
import sys
import typer
from typer.testing import CliRunner
from labelframe.cli import app
for command in ([], *([name] for name in typer.main.get_command(app).commands)):
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0 and "--help" in result.output, (command, result.output)
    print(*command or ["labelframe"])
print(*sys.modules)
"""


def test_help_loads_nothing_that_takes_long() -> None:
    done = subprocess.run([sys.executable, "-c", HELP], check=True, capture_output=True, text=True)

    *commands, modules = done.stdout.splitlines()
    loaded = set(modules.split())
    assert set(COMMANDS) < set(commands)
    assert "labelframe.cli" in loaded
    assert loaded & {"duckdb", "numba", "numpy", "orjson", "polars", "pyarrow"} == set()


# flatten


def test_flatten_prints_the_folder_and_tells_the_rest_on_standard_error(write_export: WriteExport) -> None:
    export = write_export([image_row("a", "Car", "Bus"), image_row("b")])

    run = process("flatten", export.name, "--out", "new/snapshot", folder=export.parent)

    assert (run.returncode, run.stdout) == (0, "new/snapshot\n")
    assert run.stderr.splitlines() == [
        "table       data type  shape         found  written  rejected",
        "label_rows                               2        2         0",
        "data_units                               2        2         0",
        "frames                                   2        2         0",
        "objects     image      bounding_box      2        2         0",
        "taken: export.json",
        "rows: label_rows 2, data_units 2, spaces 2, frames 2, objects 2, instances 2",
    ]
    assert lf.open(export.parent / "new" / "snapshot")["objects"]["name"].to_pylist() == ["Car", "Bus"]


def test_flatten_takes_several_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "more" / "deep").mkdir(parents=True)
    (tmp_path / "1.json").write_text(json.dumps(image_row("one")))
    (tmp_path / "more" / "2.jsonl").write_text(f"{json.dumps(image_row('two'))}\n{json.dumps(image_row('three'))}\n")
    (tmp_path / "more" / "deep" / "3.json.gz").write_bytes(gzip.compress(json.dumps([image_row("four")]).encode()))
    (tmp_path / "more" / "ontology.json").write_text('{"objects": [], "classifications": []}')

    run = labelframe("flatten", "1.json", "more", "--out", "snapshot", folder=tmp_path)

    assert (run.returncode, run.stdout) == (0, "snapshot\n")
    assert lf.open(tmp_path / "snapshot")["label_rows"]["label_hash"].to_pylist() == ["one", "two", "three", "four"]
    told = run.stderr.splitlines()
    assert "taken: 1.json, more/2.jsonl, more/deep/3.json.gz" in told
    assert "passed over: more/ontology.json (an ontology)" in told


def test_the_same_label_row_twice_is_a_fault_of_the_later_one(write_export: WriteExport) -> None:
    export = write_export([image_row("a", "Car"), image_row("a")])

    told = message(labelframe("flatten", export.name, "--out", "snapshot", folder=export.parent))
    run = labelframe("flatten", export.name, "--out", "snapshot", "--on-error", "collect", folder=export.parent)

    assert told[:3] == [
        "export.json, label row 1 (a)",
        "at $",
        "expected each label row once on a branch, found it stands in export.json as label row 0 too",
    ]
    assert run.returncode == 1
    assert "rejects: label row stands twice 1" in run.stderr.splitlines()
    assert lf.open(export.parent / "snapshot").row_counts()["label_rows"] == 1


def test_flatten_overwrites_only_when_asked(write_export: WriteExport) -> None:
    export = write_export([image_row("a")])
    arguments = ("flatten", export.name, "--out", "snapshot")
    labelframe(*arguments, folder=export.parent)

    refused = labelframe(*arguments, folder=export.parent)
    taken = labelframe(*arguments, "--overwrite", folder=export.parent)

    told = message(refused)
    assert told[0].endswith("snapshot")
    assert told[1:] == [
        "There is something in this place already.",
        "Name another folder, or pass --overwrite to replace the snapshot.",
    ]
    assert (taken.returncode, taken.stdout) == (0, "snapshot\n")
    assert sorted(path.name for path in export.parent.iterdir()) == ["export.json", "snapshot"]


BROKEN: dict[str, tuple[bytes, list[str]]] = {
    "nothing": (b"", ["export.json", "File is empty."]),
    "blanks": (b" \n\n", ["export.json", "File is empty."]),
    "no label rows": (b"[]", ["export.json", "There is no label row in what was given."]),
    "no JSON": (b"hello", ["export.json", "File is no JSON.", "expected JSON: a list or an object, found 'hello'"]),
    "a text": (
        b'"hello"',
        ["export.json", "File is no JSON.", "expected JSON: a list or an object, found '\"hello\"'"],
    ),
    "numbers": (
        b"[1, 2]",
        ["export.json, label row 0, byte 1", "Label row is no object.", "expected a label row: an object, found 1"],
    ),
    "an ontology": (
        b'{"objects": [], "classifications": []}',
        [
            "export.json, label row 0, byte 0",
            "File is no export.",
            "expected a label row: an object with data_units and label_hash, found an ontology",
        ],
    ),
    "other JSON": (
        b'{"a": 1, "b": 2}',
        [
            "export.json, label row 0, byte 0",
            "File is no export.",
            "expected a label row: an object with data_units and label_hash, found an object with the keys a, b",
        ],
    ),
    "a truncated file": (
        json.dumps([image_row("a"), image_row("b")]).encode()[:-40],
        [
            f"export.json, label row 1, byte {len(json.dumps([image_row('a')])) + 1}",
            "File is cut off.",
            "expected the end of this label row, found the end of the file",
        ],
    ),
    "a truncated list": (
        json.dumps([image_row("a")]).encode()[:-1],
        [
            f"export.json, label row 1, byte {len(json.dumps([image_row('a')])) - 1}",
            "File is cut off.",
            "expected the closing ], found the end of the file",
        ],
    ),
    "a broken label row": (
        b'[{"label_hash": "a", "data_units": {}}, {"label_hash": "b" "data_units": {}}]',
        ["export.json, label row 1, byte 59"],
    ),
    "a truncated gzip file": (
        gzip.compress(json.dumps([image_row("a")]).encode(), mtime=0)[:-20],
        [
            "export.json, label row 0, byte 1",
            "Gzip data is broken.",
            "expected gzip data, found Compressed file ended before the end-of-stream marker was reached",
        ],
    ),
    "a list of the wrong type": (
        json.dumps([image_row("a"), with_objects(5)]).encode(),
        [
            "export.json, label row 1 (abc)",
            "at $.data_units.unit.labels.objects",
            "expected a list, found the number 5",
        ],
    ),
    "an object of the wrong type": (
        json.dumps([with_objects(["x"])]).encode(),
        [
            "export.json, label row 0 (abc)",
            "at $.data_units.unit.labels.objects[0]",
            'expected an object, found the text "x"',
        ],
    ),
    "a hash of the wrong type": (
        json.dumps([with_objects([{"objectHash": None}])]).encode(),
        [
            "export.json, label row 0 (abc)",
            "at $.data_units.unit.labels.objects[0].objectHash",
            "expected a hash as text, found null",
        ],
    ),
    "a box of the wrong type": (
        json.dumps([with_objects([{"objectHash": "o", "shape": "bounding_box", "boundingBox": {"x": "1"}}])]).encode(),
        [
            "export.json, label row 0 (abc)",
            "at $.data_units.unit.labels.objects[0].boundingBox.x",
            'expected a number, found the text "1"',
        ],
    ),
    "a frame that is no number": (
        b'{"label_hash": "abc", "data_type": "video", "data_units": {"unit": {"labels": {"first": {}}}}}',
        [
            "export.json, label row 0 (abc)",
            "at $.data_units.unit.labels.first",
            'expected the number of a frame, found the text "first"',
        ],
    ),
    "an answer of the wrong type": (
        b'{"label_hash": "abc", "data_units": {}, "object_answers": []}',
        ["export.json, label row 0 (abc)", "at $.object_answers", "expected an object by hash, found a list of 0"],
    ),
    "an export of 2020": (
        b'{"label_hash": "abc", "labels": {}}',
        ["export.json, label row 0 (abc)", "at $.labels"],
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_file_that_cannot_be_taken_is_one_message_and_leaves_nothing(what: str, tmp_path: Path) -> None:
    data, expected = BROKEN[what]
    (tmp_path / "export.json").write_bytes(data)

    told = message(labelframe("flatten", "export.json", "--out", "out/snapshot", folder=tmp_path))

    assert told[: len(expected)] == expected
    assert len(told) > len(expected)  # what to do about it
    assert [path.name for path in tmp_path.iterdir()] == ["export.json"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("missing.json", ["missing.json", "There is no such file or folder."]),
        ("empty", ["empty", "There is no export in this folder."]),
        ("texts", ["texts/notes.txt", "There is no label row in what was given."]),
        ("ontologies", ["ontologies/ontology.json", "There is no label row in what was given."]),
        ("x" * 300, ["x" * 300]),
        pytest.param("links", ["links/gone.json"], marks=posix_only),
    ],
    ids=["missing", "empty", "texts", "ontologies", "long", "links"],
)
def test_a_source_that_is_no_export_is_one_message_and_leaves_nothing(
    source: str, expected: list[str], tmp_path: Path
) -> None:
    for name in ("empty", "texts", "ontologies", "links"):
        (tmp_path / name).mkdir()
    (tmp_path / "texts" / "notes.txt").write_text("[]")
    (tmp_path / "ontologies" / "ontology.json").write_text('{"objects": [], "classifications": []}')
    if os.name != "nt":
        (tmp_path / "links" / "gone.json").symlink_to("nowhere.json")
    before = sorted(tmp_path.rglob("*"))

    told = message(labelframe("flatten", source, "--out", "snapshot", folder=tmp_path))

    assert told[: len(expected)] == expected
    assert sorted(tmp_path.rglob("*")) == before


@posix_only
def test_a_file_whose_name_is_no_unicode_is_taken_or_told(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.json")).write_text(json.dumps([image_row("a")]))

    run = labelframe("flatten", ".", "--out", "snapshot", folder=tmp_path)

    assert run.returncode in (0, 2)
    assert "Traceback" not in run.stderr
    assert (tmp_path / "snapshot").exists() == (run.returncode == 0)


def test_an_empty_source_is_not_the_working_folder(write_export: WriteExport) -> None:
    # As in `labelframe flatten "$EXPORT"` where EXPORT is not set.
    export = write_export([image_row("a")])

    run = labelframe("flatten", "", "--out", "snapshot", folder=export.parent)

    assert (run.returncode, run.stdout) == (2, "")
    assert [path.name for path in export.parent.iterdir()] == ["export.json"]


@posix_only
@pytest.mark.parametrize(
    "arguments",
    [
        ["flatten", "secret.json", "--out", "snapshot"],
        ["flatten", "secret", "--out", "snapshot"],
        ["flatten", "secret/export.json", "--out", "snapshot"],
        ["flatten", "export.json", "--out", "secret/snapshot"],
        ["demo", "--out", "secret/demo"],
        ["stats", "secret/snapshot"],
        ["register", "secret/snapshot"],
    ],
    ids=" ".join,
)
def test_what_may_not_be_read_or_written_is_told(arguments: list[str], write_export: WriteExport) -> None:
    folder = write_export([image_row("a")]).parent
    secret = write_export([image_row("a")], "secret.json")
    (folder / "secret").mkdir()
    for path in (secret, folder / "secret"):
        path.chmod(0)
    if os.access(secret, os.R_OK):
        pytest.skip("this user may read everything")

    run = labelframe(*arguments, folder=folder)

    (folder / "secret").chmod(0o700)
    assert (run.returncode, run.stdout) == (2, "")
    assert "secret" in run.stderr
    assert sorted(path.name for path in folder.rglob("*")) == ["export.json", "secret", "secret.json"]


@posix_only
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_run_that_is_stopped_leaves_nothing(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "export.json")
    run = subprocess.Popen(
        [sys.executable, "-m", "labelframe", "flatten", "export.json", "--out", "snapshot"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
    )

    # The pipe opens for writing once the run reads from it: it is in the middle then, and waits.
    with (tmp_path / "export.json").open("wb") as pipe:
        pipe.write(b"[" + orjson.dumps(image_row("a")) + b",")
        pipe.flush()
        time.sleep(0.2)
        run.send_signal(getattr(signal, name))
        _, told = run.communicate(timeout=20)

    assert run.returncode != 0
    assert "Traceback" not in told
    assert [path.name for path in tmp_path.iterdir()] == ["export.json"]


# Arguments


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["flatten", "a.json"], "Missing option '--out'"),
        (["flatten", "--out", "snapshot"], "Missing argument 'SOURCE...'"),
        (["flatten", "a.json", "--out", "snapshot", "--overwrit"], "No such option: --overwrit"),
        (["flaten"], "No such command 'flaten'"),
        (["sql"], "Missing argument 'DIR'"),
        (["stats", "x", "y", "--format", "xml"], "'xml' is not one of 'table', 'csv', 'json', 'markdown'"),
        (["schema", "objects", "frames"], "unexpected extra argument"),
    ],
)
def test_arguments_that_cannot_be_understood_are_told(arguments: list[str], expected: str, tmp_path: Path) -> None:
    told = usage_error(labelframe(*arguments, folder=tmp_path))

    assert expected in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["sql", "place", "select 1"], ["sql", "place"], ["stats", "place"]])
def test_what_is_no_snapshot_is_told(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()

    assert message(labelframe(*arguments, folder=tmp_path)) == [
        "place",
        "This is no snapshot.",
        f"expected a folder with {MANIFEST}, found a folder without it",
        "Make one with: labelframe flatten EXPORT --out DIR",
    ]


# --ontology


def test_flatten_takes_an_ontology(folder: Path, tmp_path: Path) -> None:
    known = {"objects": [{"name": "Car", "featureNodeHash": "car"}], "classifications": []}
    (tmp_path / "known.json").write_text(json.dumps(known), "utf-8")

    run = labelframe("flatten", folder / "export.json", "--ontology", "known.json", "--out", "labels", folder=tmp_path)

    assert (run.returncode, run.stdout) == (0, "labels\n")
    assert "ontology: known.json" in run.stderr.splitlines()
    assert lf.open(tmp_path / "labels")["ontology_classes"]["name"].to_pylist() == ["Car"]


def test_a_file_that_is_no_ontology_is_one_message_and_no_snapshot(folder: Path, tmp_path: Path) -> None:
    export = folder / "export.json"

    run = labelframe("flatten", export, "--ontology", export, "--out", "labels", folder=tmp_path)

    assert message(run) == [
        export.as_posix(),
        "This is no ontology.",
        "at $",
        "expected an object with the lists objects and classifications, found a list of 2",
        "Give the ontology's structure: .json (also .gz or .zst) with an object that has the lists objects and "
        "classifications.",
    ]
    assert list(tmp_path.iterdir()) == []


# schema


def test_schema_shows_every_column_of_every_table() -> None:
    text = answer(labelframe("schema"))

    blocks = dict(block.split(":", 1) for block in text.strip().split("\n\n"))
    assert list(blocks) == list(TABLES)
    for table in TABLES.values():
        shown = re.findall(r"^  (\w+) +\S.*: ", blocks[table.name], re.MULTILINE)
        assert shown == [column.name for column in table.columns], table.name


def test_schema_of_a_table_shows_types_meaning_unit_and_source() -> None:
    text = answer(labelframe("schema", "data_units"))

    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[0] == f"data_units: {TABLES['data_units'].doc}"
    assert "row_id int64 not null: Number of the label row, unique in the snapshot, rising in export order." in lines
    place = lines.index("width int64: Width; null where unknown (0 in the export). [px]")
    assert lines[place + 1] == "$.data_units.<unit_id>.width"


def test_schema_of_a_misspelt_table_is_answered_with_the_nearest() -> None:
    assert message(labelframe("schema", "obects")) == [
        "There is no table or view named obects.",
        "Did you mean objects or objects_once or object_copies?",
    ]


# sql


QUERY = "select name, count(*) as objects, null as nothing from objects group by name order by name"


def test_sql_as_a_table(folder: Path) -> None:
    text = answer(labelframe("sql", folder / "snapshot", QUERY))

    lines = [line.split() for line in text.splitlines() if line.strip()]
    assert [lines[0], *lines[2:]] == [["name", "objects", "nothing"], ["Bus", "1"], ["Car", "2"]]
    assert set("".join(lines[1])) == {"─"}


def test_sql_as_csv(folder: Path) -> None:
    text = answer(labelframe("sql", folder / "snapshot", QUERY, "--format", "csv"))

    assert text == "name,objects,nothing\nBus,1,\nCar,2,\n"


def test_sql_as_json(folder: Path) -> None:
    text = answer(labelframe("sql", folder / "snapshot", QUERY, "--format", "json"))

    assert [json.loads(line) for line in text.splitlines()] == [
        {"name": "Bus", "objects": 1, "nothing": None},
        {"name": "Car", "objects": 2, "nothing": None},
    ]


def test_sql_as_markdown(folder: Path) -> None:
    text = answer(labelframe("sql", folder / "snapshot", QUERY, "--format", "markdown"))

    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    assert [lines[0], *lines[2:]] == [["name", "objects", "nothing"], ["Bus", "1", ""], ["Car", "2", ""]]


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_values_of_every_kind_can_be_shown(form: str, folder: Path) -> None:
    query = (
        "select true as a, 1.5 as b, 'x' as c, date '2024-01-02' as d, timestamptz '2024-01-02 03:04:05Z' as e, "
        "[1, 2] as f, {'x': 1} as g, map {'k': ['v']} as h, 12345678901234567890 as i, 1.25::decimal(9, 2) as j, "
        "'\\x01'::blob as k, interval 1 day as l, uuid '00000000-0000-0000-0000-000000000001' as m, time '01:02' as n, "
        "'nan'::double as o, 'infinity'::double as p, null as q, attributes from object_attributes limit 1"
    )

    text = answer(labelframe("sql", folder / "snapshot", query, "--format", form))

    assert len(text.splitlines()) >= 1
    assert "2024-01-02" in text


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_columns_of_the_same_name_are_all_shown(form: str, folder: Path) -> None:
    text = answer(labelframe("sql", folder / "snapshot", "select 11 as a, 22 as a, 33 as b", "--format", form))

    assert [number for number in ("11", "22", "33") if number not in text] == []


def test_csv_can_be_read_back(folder: Path) -> None:
    values = ["a,b", 'say "hi"', "two\nlines", " blank ", ""]
    query = " union all ".join(f"select {place} as place, '{value}' as value" for place, value in enumerate(values))

    text = answer(labelframe("sql", folder / "snapshot", f"{query} order by place", "--format", "csv"))

    assert [row["value"] for row in csv.DictReader(io.StringIO(text))] == values


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_a_statement_without_a_result_shows_nothing(form: str, folder: Path) -> None:
    assert answer(labelframe("sql", folder / "snapshot", "/* nothing */", "--format", form)) == ""


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("selec 1", "syntax error"),
        ("select * from obects", "obects does not exist"),
        ("select name::int as number from objects", "Could not convert string"),
    ],
)
def test_sql_that_duckdb_refuses_is_one_message(query: str, expected: str, folder: Path) -> None:
    told = message(labelframe("sql", folder / "snapshot", query))

    assert expected in told[0]
    assert "\\n" not in " ".join(told)  # its lines are lines


def test_a_query_may_begin_with_a_comment_as_ours_do(folder: Path) -> None:
    query = "-- How many?\n-- One row.\nselect count(*) as n from objects"

    assert answer(labelframe("sql", folder / "snapshot", query, "--format", "csv")) == "n\n3\n"


@pytest.mark.skipif(not SHELL.exists(), reason="the duckdb shell is not installed")
@pytest.mark.parametrize("change", ["none", "moved", "without database"])
def test_sql_without_a_query_opens_the_shell_on_the_snapshot_where_it_is(
    change: str, folder: Path, tmp_path: Path
) -> None:
    lf.open(folder / "snapshot").write_parquet(tmp_path / "snapshot")
    if change == "moved":
        (tmp_path / "snapshot").rename(tmp_path / "elsewhere")
    if change == "without database":
        (tmp_path / "snapshot" / DATABASE).unlink()

    run = subprocess.run(
        [sys.executable, "-m", "labelframe", "sql", "elsewhere" if change == "moved" else "snapshot"],
        cwd=tmp_path,
        input='.mode csv\nselect count(*) as n from "wide_Car";\n',
        capture_output=True,
        text=True,
    )

    assert answer(run).split() == ["n", "2"]


def test_sql_changes_nothing_in_the_snapshot(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (folder / "snapshot").rglob("*")}

    labelframe("sql", folder / "snapshot", "create table mine as select 1")

    assert {path: path.stat().st_mtime_ns for path in (folder / "snapshot").rglob("*")} == before


# extra


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_extra_shows_which_keys_no_column_covers(form: str, tmp_path: Path) -> None:
    row = image_row("a", "Car")
    row["data_units"]["unit"]["labels"]["objects"][0]["\x1b[31mred"] = "\x1b]0;title\x07"
    (tmp_path / "export.json").write_text(json.dumps([row]), "utf-8")
    lf.flatten(tmp_path / "export.json").write_parquet(tmp_path / "snapshot")

    shown = answer(labelframe("extra", "snapshot", "--format", form, folder=tmp_path))

    for word in ("table", "objects", "why", "unknown", "label_rows", "31mred"):
        assert word in shown
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", shown) or form in ("csv", "json")


def test_extra_of_a_snapshot_without_any_shows_no_rows(folder: Path) -> None:
    assert answer(labelframe("extra", "snapshot", "--format", "csv", folder=folder)) == (
        "table,path,why,kind,rows,label_rows,example\n"
    )


# Data Groups


@pytest.mark.parametrize(
    ("hashes", "told"),
    [
        ([], []),
        (["object-0"], ["1 object stands both in a group's label row and in a child's: statistics count the child's"]),
        (
            ["object-0", "object-1", "other"],
            ["2 objects stand both in a group's label row and in a child's: statistics count the child's"],
        ),
    ],
)
def test_flatten_tells_of_objects_that_a_group_and_a_child_both_have(
    hashes: list[str], told: list[str], write_export: WriteExport
) -> None:
    child = image_row("child", "Car", "Bus")
    objects = [{**child["data_units"]["unit"]["labels"]["objects"][0], "objectHash": name} for name in hashes]
    children = [{"label_hash": "child", "layout_key": "left"}]
    group = {
        "label_hash": "group",
        "data_type": "group",
        "data_units": {"g": {"data_type": "group", "labels": {}, "metadata": {"children": children}}},
        "spaces": {
            "canvas": {
                "space_type": "image",
                "child_info": {"layout_key": "left"},
                "labels": {"0": {"objects": objects, "classifications": []}},
            }
        },
    }
    export = write_export([group, child])

    run = labelframe("flatten", export.name, "--out", "snapshot", folder=export.parent)

    assert [line for line in run.stderr.splitlines() if "group's label row" in line] == told
    counts = lf.open(export.parent / "snapshot").stats("class_counts")
    assert counts["objects"].sum() == 2 + ("other" in hashes)
    assert counts["instances"].sum() == 2 + ("other" in hashes)


# stats, register


@pytest.mark.parametrize("form", ["table", "json"])
def test_stats_without_a_name_lists_what_can_be_asked(form: str, folder: Path) -> None:
    text = answer(labelframe("stats", folder / "snapshot", "--format", form))

    assert [name for name, asked in statistics().items() if name not in text or asked.question not in text] == []


def test_stats_with_a_name_answers(folder: Path) -> None:
    text = answer(labelframe("stats", folder / "snapshot", "class_counts", "--format", "json"))

    rows = [json.loads(line) for line in text.splitlines()]
    assert [(row["class"], row["objects"]) for row in rows] == [("Car", 2), ("Bus", 1)]


def test_a_misspelt_statistic_is_answered_with_the_nearest(folder: Path) -> None:
    told = message(labelframe("stats", folder / "snapshot", "class_count"))

    assert told[0] == "There is no statistic named class_count."
    assert told[1].startswith("Did you mean class_counts")


def test_register_writes_the_database_anew(folder: Path, tmp_path: Path) -> None:
    lf.open(folder / "snapshot").write_parquet(tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")

    text = answer(labelframe("register", "new", folder=tmp_path))

    assert text.endswith(f"new/{DATABASE}\n")
    with duckdb.connect(str(tmp_path / "new" / DATABASE), read_only=True) as connection:
        assert connection.execute("select count(*) from objects").fetchall() == [(3,)]


def test_register_of_what_is_no_snapshot_is_told(tmp_path: Path) -> None:
    assert message(labelframe("register", "nowhere", folder=tmp_path))[:2] == ["nowhere", "This is no snapshot."]


# What exports may hold


ODD = "\x1b[31mred\x1b[0m [bold]x[/bold] [red] \x9b \x07 \r\n 日本"


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a snapshot that holds an odd name."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "export.json").write_text(json.dumps([image_row(ODD, ODD)]), "utf-8")
    lf.flatten(folder / "export.json").write_parquet(folder / "snapshot")
    return folder


@posix_only
@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_names_from_the_export_reach_no_terminal_as_commands(form: str, odd: Path) -> None:
    arguments = ["sql", "snapshot", "select name from objects", "--format", form]

    shown = on_terminal([sys.executable, "-m", "labelframe", *arguments], odd)

    assert "[red]" in shown
    assert "日本" in shown
    # What is bold in the head of a table is our own.
    assert set(re.findall("\x1b.{3}|[\x9b\x07]", shown)) <= {"\x1b[1m", "\x1b[0m"}


def on_terminal(command: list[str], folder: Path) -> str:
    """What a program shows on a terminal."""
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=folder, stdout=theirs, env={**os.environ, "COLUMNS": "200", "TERM": "xterm"}):
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # Linux says so when the other end is closed
            while data := os.read(ours, 1 << 16):
                shown += data
    os.close(ours)
    return shown.decode()


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_what_people_read_has_no_control_characters(form: str, odd: Path) -> None:
    text = answer(labelframe("sql", odd / "snapshot", "select name from objects", "--format", form))

    assert "[bold]x[/bold] [red]" in text
    assert [letter for letter in text if not letter.isprintable() and letter != "\n"] == []


def test_what_programs_read_is_the_name_as_it_is(odd: Path) -> None:
    arguments = ("sql", odd / "snapshot", "select name from objects", "--format")

    as_json = json.loads(answer(labelframe(*arguments, "json")))
    as_csv = list(csv.reader(io.StringIO(answer(labelframe(*arguments, "csv")), newline="")))

    assert as_json == {"name": ODD}
    assert as_csv == [["name"], [ODD]]


def test_errors_and_notes_show_odd_names_harmlessly(tmp_path: Path) -> None:
    row = image_row(ODD, ODD)
    (tmp_path / "twice.json").write_text(json.dumps([row, row]))
    row = image_row(ODD)
    row["data_units"]["unit"]["labels"] = {"objects": ODD}
    (tmp_path / "bad.json").write_text(json.dumps([row]))
    (tmp_path / "key.json").write_text(json.dumps({**image_row(ODD), "data_units": {ODD: {"labels": {ODD: []}}}}))
    (tmp_path / "list.json").write_bytes(b"[\x1b[31m1]")
    (tmp_path / "other.json").write_text(json.dumps({ODD: 1, "more": 2}))

    runs = [
        labelframe("flatten", name, "--out", "snapshot", folder=tmp_path)
        for name in ("twice.json", "bad.json", "key.json", "list.json", "other.json")
    ]

    assert [run.returncode for run in runs] == [2, 2, 2, 2, 2]
    assert [run.stderr for run in runs if re.search("[\x1b\x9b\x07]", run.stderr)] == []
    assert "[bold]x[/bold] [red]" in runs[0].stderr


def test_odd_data_types_and_shapes_are_told_harmlessly(write_export: WriteExport) -> None:
    row = image_row("a", "Car")
    row["data_type"] = ODD
    row["data_units"]["unit"]["labels"]["objects"][0] |= {"shape": ODD, ODD: {}}
    export = write_export([row])

    run = labelframe("flatten", export.name, "--out", "snapshot", folder=export.parent)

    assert run.returncode == 0
    assert re.findall("[\x1b\x9b\x07]", run.stderr) == []


# Where output goes


@posix_only
@pytest.mark.parametrize(
    "arguments",
    [
        ["schema"],
        ["sql", "snapshot", "select * from range(300000)", "--format", "csv"],
        ["sql", "snapshot", "select * from range(10000)", "--format", "markdown"],
        ["sql", "snapshot", "select * from range(3000)"],
    ],
    ids=lambda arguments: " ".join(arguments[:1] + arguments[3:]),
)
def test_a_reader_that_has_had_enough_is_no_error(arguments: list[str], folder: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-m", "labelframe", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert run.stdout is not None
    assert run.stderr is not None

    run.stdout.close()  # as `head -0` does
    told = run.stderr.read()
    run.stderr.close()

    assert (run.wait(), told) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("form", ["table", "csv"])
def test_output_that_cannot_be_written_is_told(form: str, folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "labelframe", "sql", folder / "snapshot", QUERY, "--format", form],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )

    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert "No space left on device" in run.stderr


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_output_in_an_encoding_that_lacks_a_letter_is_no_crash(form: str, folder: Path) -> None:
    # The encoding is what Windows takes for a pipe.
    query = "select 'Fußgänger 日本' as name"

    run = subprocess.run(
        [sys.executable, "-m", "labelframe", "sql", folder / "snapshot", query, "--format", form],
        capture_output=True,
        env={**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"},
    )

    assert (run.returncode, run.stderr) == (0, b"")
    assert b"nger" in run.stdout
