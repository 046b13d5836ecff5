"""Checks run by name and severity, findings have their place, and a baseline keeps the known ones out."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from rows import image_row

import labelframe as lf
from labelframe import cli
from labelframe.checks import SEVERITIES, checks, severity_of
from labelframe.errors import CheckError, QueryError, UnknownNameError
from labelframe.schema import FINDINGS

Run = Callable[..., tuple[int, str, str]]


def faulty_rows() -> list[dict[str, Any]]:
    """Two label rows: one with an object outside its frame and one that is there twice, and one without faults."""
    bad, good = image_row("bad", "Car", "Car", "Bus"), image_row("good", "Car")
    for row in (bad, good):
        row["data_title"] = f"{row['label_hash']}.png"
        unit = row["data_units"]["unit"]
        unit.update(width=1000, height=500, data_link=f"https://example.com/{row['label_hash']}.png")
        entries = unit["labels"]["objects"]
        for number, entry in enumerate(entries):
            entry["boundingBox"] = {"x": 0.1 + 0.2 * number, "y": 0.2, "w": 0.1, "h": 0.4}
            row.setdefault("object_answers", {})[entry["objectHash"]] = {
                "objectHash": entry["objectHash"],
                "classifications": [],
            }
    outside, twice = bad["data_units"]["unit"]["labels"]["objects"][:2]
    outside["boundingBox"]["x"] = 0.95
    bad["data_units"]["unit"]["labels"]["objects"].append(copy.deepcopy(twice))
    return [bad, good]


@pytest.fixture
def labels(write_export: Callable[..., Path]) -> lf.Labels:
    return lf.flatten(write_export(faulty_rows()))


@pytest.fixture
def snapshot(labels: lf.Labels, tmp_path: Path) -> Path:
    labels.write_parquet(tmp_path / "snapshot")
    return tmp_path / "snapshot"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line: exit code, standard output, standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["labelframe", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, told.out, told.err

    return call


def found(frame: pl.DataFrame) -> list[tuple[str, str]]:
    return frame.select("check", "owner_hash").rows()


def test_a_finding_has_its_place_and_file(labels: lf.Labels) -> None:
    frame = labels.check(only=["outside_frame"])

    assert frame.columns == [column.name for column in FINDINGS.columns]
    (row,) = frame.to_dicts()
    assert row["file_title"] == "bad.png"
    assert row["file_link"] == "https://example.com/bad.png"
    assert (row["row_id"], row["label_hash"], row["branch_name"]) == (0, "bad", "main")
    assert (row["space_id"], row["frame"], row["owner"], row["owner_hash"]) == ("unit", 0, "object", "object-0")
    assert row["severity"] == "warning"
    assert "Car" in row["message"]


def test_errors_come_before_warnings(labels: lf.Labels) -> None:
    severities = labels.check()["severity"].to_list()

    assert severities == sorted(severities, key=SEVERITIES.index)
    assert set(severities) == {"error", "warning"}


def test_a_severity_leaves_the_lesser_out(labels: lf.Labels) -> None:
    assert found(labels.check(severity="error")) == [("same_object_twice", "object-1")]


def test_a_condition_keeps_label_rows(labels: lf.Labels) -> None:
    assert labels.check(where="label_hash = 'good'").height == 0


def test_a_parameter_is_told_to_the_checks_that_have_it(labels: lf.Labels) -> None:
    assert found(labels.check(only=["tiny"])) == []
    assert len(found(labels.check(only=["tiny"], parameters={"tiny.px": 150}))) == 5
    assert len(found(labels.check(only=["tiny", "duplicate"], parameters={"px": 150}))) == 5


@pytest.mark.parametrize(
    ("wanted", "near"),
    [
        ({"only": ["tinny"]}, "tiny"),
        ({"severity": "errors"}, "error"),
        ({"parameters": {"tiny.pix": 1}}, "px"),
        ({"parameters": {"tinny.px": 1}}, "tiny"),
        ({"parameters": {"toleranc": 1}}, "tolerance"),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_one(wanted: dict[str, Any], near: str, labels: lf.Labels) -> None:
    with pytest.raises(UnknownNameError, match=f"Did you mean.*{near}"):
        labels.check(**wanted)


def test_a_parameter_of_the_wrong_kind_is_refused(labels: lf.Labels) -> None:
    with pytest.raises(QueryError, match=r"px does not take this value.\n +expected a (whole )?number, found many"):
        labels.check(only=["tiny"], parameters={"px": "many"})


def test_an_ontology_can_be_given_with_the_check(labels: lf.Labels) -> None:
    ontology: dict[str, Any] = {"objects": [], "classifications": []}
    known = {
        "objects": [{"id": "1", "name": "Car", "shape": "polygon", "featureNodeHash": "car"}],
        "classifications": [],
    }

    assert labels.check(only=["unknown_shape"], ontology=ontology).height == 0
    assert labels.check(only=["unknown_class"], ontology=known).height == 0  # these objects have no feature hash


def test_findings_of_a_clean_export_are_none(write_export: Callable[..., Path], run: Run, tmp_path: Path) -> None:
    lf.flatten(write_export(faulty_rows()[1:])).write_parquet(tmp_path / "clean")

    code, out, err = run("check", tmp_path / "clean")

    assert (code, out, err) == (0, "", "no findings\n")


def test_findings_are_counted_and_shown(snapshot: Path, run: Run) -> None:
    code, out, err = run("check", snapshot)

    assert code == 1
    assert "outside_frame" in out
    assert "bad.png, frame 0: Car" in out
    assert "owner_hash object-0" in out
    assert err.endswith(" findings\n")


def test_examples_are_as_many_as_asked_for(snapshot: Path, run: Run) -> None:
    _, out, _ = run("check", snapshot, "--only", "tiny", "--param", "px=150", "--examples", 2)
    _, counts, _ = run("check", snapshot, "--only", "tiny", "--param", "px=150", "--examples", 0)

    assert out.count("bad.png, frame 0") + out.count("good.png, frame 0") == 2
    assert "and 3 more" in out
    assert "tiny" in counts
    assert "frame 0" not in counts


def test_findings_as_json_and_csv_are_all_there(snapshot: Path, run: Run, tmp_path: Path) -> None:
    _, as_json, _ = run("check", snapshot, "--format", "json")
    code, out, _ = run("check", snapshot, "--format", "csv", "--out", tmp_path / "found.csv")

    rows = [json.loads(line) for line in as_json.splitlines()]
    assert [row["check"] for row in rows] == pl.read_csv(tmp_path / "found.csv")["check"].to_list()
    assert (code, out) == (1, "")


def test_findings_as_parquet_are_a_table(snapshot: Path, run: Run, tmp_path: Path) -> None:
    run("check", snapshot, "--format", "parquet", "--out", tmp_path / "found.parquet")

    table = pq.read_table(tmp_path / "found.parquet")
    assert table.schema.names == FINDINGS.schema.names
    assert table.num_rows == lf.open(snapshot).check().height


def test_findings_for_github_are_workflow_commands(write_export: Callable[..., Path], run: Run, tmp_path: Path) -> None:
    rows = faulty_rows()
    rows[0]["data_title"] = "50%\n::stop"
    lf.flatten(write_export(rows)).write_parquet(tmp_path / "odd")

    _, out, _ = run("check", tmp_path / "odd", "--format", "github")

    lines = out.splitlines()
    assert any(line.startswith("::error title=same_object_twice::50%25%0A::stop, frame 0: ") for line in lines)
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)


def test_a_baseline_keeps_what_is_known_out(snapshot: Path, run: Run, tmp_path: Path) -> None:
    baseline = tmp_path / "known.json"

    code, out, _ = run("check", snapshot, "--write-baseline", baseline)
    again = run("check", snapshot, "--baseline", baseline)

    assert (code, out) == (0, f"{baseline.as_posix()}\n")
    assert again == (0, "", "no new findings\n")


def test_a_new_finding_is_told_beside_known_ones(
    labels: lf.Labels, write_export: Callable[..., Path], run: Run, tmp_path: Path
) -> None:
    labels.write_parquet(tmp_path / "first")
    run("check", tmp_path / "first", "--write-baseline", tmp_path / "known.json")
    rows = faulty_rows()
    rows.insert(0, image_row("new", "Bike"))  # all row_ids change
    entries = rows[2]["data_units"]["unit"]["labels"]["objects"]
    entries[0]["boundingBox"]["x"] = -0.5
    later = lf.flatten(write_export(rows))

    new = later.check(baseline=tmp_path / "known.json", severity="warning")

    assert new.select("check", "label_hash").rows() == [("outside_frame", "good")]


def test_a_finding_that_stands_more_often_than_known_is_new(labels: lf.Labels, tmp_path: Path) -> None:
    frame = labels.check(only=["outside_frame"])
    (print_,) = frame["fingerprint"].to_list()
    known = {"baseline_version": 1, "findings": {"outside_frame": {print_: 0}}}
    (tmp_path / "known.json").write_text(json.dumps(known), "utf-8")

    assert labels.check(only=["outside_frame"], baseline=tmp_path / "known.json").height == 1


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"baseline_version": 2, "findings": {}}', '{"baseline_version": 1, "findings": {"a": 1}}']
)
def test_what_is_no_baseline_is_refused(text: str, labels: lf.Labels, tmp_path: Path) -> None:
    (tmp_path / "known.json").write_text(text, "utf-8")

    with pytest.raises(CheckError, match="--write-baseline"):
        labels.check(baseline=tmp_path / "known.json")


def test_a_baseline_that_is_not_there_is_one_message(snapshot: Path, run: Run, tmp_path: Path) -> None:
    code, out, err = run("check", snapshot, "--baseline", tmp_path / "none.json")

    assert (code, out) == (2, "")
    assert "The baseline cannot be read" in err


def test_checks_are_listed(snapshot: Path, run: Run) -> None:
    code, out, _ = run("check", snapshot, "--list")

    assert code == 0
    assert all(name in out for name in checks())


@pytest.mark.parametrize("name", checks())
def test_a_check_has_a_severity_and_asks_a_question(name: str) -> None:
    check = checks()[name]

    assert severity_of(check) in SEVERITIES
    assert check.question.endswith("?")
    assert check.comments[1].startswith("One row per ")
