"""What changed between two sets of labels: found all, and nothing made up."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import exports
import polars as pl
import pyarrow.parquet as pq
import pytest
from compare import flatten
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from plain_diff import AmbiguousError, PlainDiff
from test_cli import answer, labelframe
from test_sql import arrow_table

import labelframe as lf
from labelframe import diff as diffing
from labelframe import sides
from labelframe.changes import CHANGES
from labelframe.demo_export import demo_export
from labelframe.diff import Diff
from labelframe.errors import QueryError, SnapshotError, UnknownNameError
from labelframe.labels import Labels
from labelframe.schema import MANIFEST, TABLES

Json = dict[str, Any]


def labels_of(rows: list[Any]) -> Labels:
    return Labels(in_memory=flatten(rows))


def diff_of(old: list[Any], new: list[Any]) -> Diff:
    return labels_of(old).diff(labels_of(new))


PLACE = ("old_row_id", "new_row_id", "space_id", "frame", "old_range_start", "new_range_start")
FACTS: dict[str, tuple[str, ...]] = {
    "label_rows": ("change", "what", "old_row_id", "new_row_id"),
    "objects": ("change", "moved", "class_changed", "what", *PLACE, "old_object_hash", "object_hash"),
    "classifications": ("change", "what", *PLACE, "classification_hash"),
    "attributes": (
        *("change", "old_row_id", "new_row_id", "owner", "owner_hash", "space_id", "range_start", "range_end"),
        *("old_answers", "new_answers"),
    ),
}


def facts(diff: Diff, name: str) -> list[str]:
    """The rows of a table as the plain loops tell them."""
    found = []
    for row in diff[name].to_pylist():
        fact = [tuple(row[column]) if isinstance(row[column], list) else row[column] for column in FACTS[name]]
        if "what" in row:
            fact[FACTS[name].index("what")] = tuple(sorted(row["what"]))
        found.append(str(tuple(fact)))
    return sorted(found)


def compare(old: list[Any], new: list[Any]) -> Diff:
    """The diff, which the plain loops tell alike."""
    try:
        plain = PlainDiff(old, new)
    except AmbiguousError:
        assume(False)
        raise
    diff = diff_of(old, new)
    for name in FACTS:
        assert facts(diff, name) == sorted(map(str, getattr(plain, name))), name
    return diff


# Edits of an export. Each gives False where there is nothing to edit.

Edit = Callable[[list[Json], random.Random], bool]


def entries(rows: list[Json], kind: str) -> Iterator[tuple[list[Json], int]]:
    """Every entry of objects or classifications of a frame: its list and its place there."""
    waiting: list[Any] = [
        holder.get("labels")
        for row in rows
        for key in ("data_units", "spaces")
        for holder in (row.get(key) or {}).values()
        if isinstance(holder, dict)
    ]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, dict):
            listed = part.get(kind)
            if isinstance(listed, list):
                yield from ((listed, place) for place in range(len(listed)) if isinstance(listed[place], dict))
            else:
                waiting += part.values()


def an_entry(rows: list[Json], rng: random.Random, kind: str = "objects") -> tuple[list[Json], int] | None:
    found = list(entries(rows, kind))
    return rng.choice(found) if found else None


def move_object(rows: list[Json], rng: random.Random) -> bool:
    found = [
        listed[place]["boundingBox"]
        for listed, place in entries(rows, "objects")
        if isinstance(listed[place].get("boundingBox"), dict)
    ]
    if found:
        rng.choice(found)["x"] = rng.choice([0.0625, 0.375, 0.5])
    return bool(found)


def change_class(rows: list[Json], rng: random.Random) -> bool:
    return _set(rows, rng, "name", ["Another class", "Car"])


def change_confidence(rows: list[Json], rng: random.Random) -> bool:
    return _set(rows, rng, "confidence", [0.125, 0.75])


def delete_softly(rows: list[Json], rng: random.Random) -> bool:
    return _set(rows, rng, "isDeleted", [True])


def replace_hash(rows: list[Json], rng: random.Random) -> bool:
    return _set(rows, rng, "objectHash", ["another-hash", *exports.OBJECT_HASHES[:1]])


def rename_classification(rows: list[Json], rng: random.Random) -> bool:
    return _set(rows, rng, "name", ["Another name"], "classifications")


def _set(rows: list[Json], rng: random.Random, key: str, values: list[Any], kind: str = "objects") -> bool:
    found = an_entry(rows, rng, kind)
    if found:
        found[0][found[1]][key] = rng.choice(values)
    return bool(found)


def remove_object(rows: list[Json], rng: random.Random) -> bool:
    found = an_entry(rows, rng)
    if found:
        del found[0][found[1]]
    return bool(found)


def add_object(rows: list[Json], rng: random.Random) -> bool:
    found = an_entry(rows, rng)
    if found:
        found[0].insert(rng.randint(0, len(found[0])), {**copy.deepcopy(found[0][found[1]]), "objectHash": "added"})
    return bool(found)


def shuffle_objects(rows: list[Json], rng: random.Random) -> bool:
    found = an_entry(rows, rng)
    if found:
        rng.shuffle(found[0])
    return bool(found)


def remove_classification(rows: list[Json], rng: random.Random) -> bool:
    found = an_entry(rows, rng, "classifications")
    if found:
        del found[0][found[1]]
    return bool(found)


def _answers(rows: list[Json]) -> list[Json]:
    return [
        answer
        for row in rows
        for key in ("object_answers", "classification_answers", "object_actions")
        for answer in (row.get(key) or {}).values()
        if isinstance(answer, dict)
    ]


def _given(rows: list[Json]) -> list[Json]:
    """Every attribute that is answered somewhere."""
    return [
        given
        for answer in _answers(rows)
        for key in ("classifications", "actions")
        for given in (answer.get(key) or [])
        if isinstance(given, dict)
    ]


def change_answer(rows: list[Json], rng: random.Random) -> bool:
    found = [given for given in _given(rows) if "answers" in given]
    if found:
        option = {"name": "Other option", "value": "other_option", "featureHash": "other"}
        rng.choice(found)["answers"] = rng.choice(["another text", [option], []])
    return bool(found)


def change_range(rows: list[Json], rng: random.Random) -> bool:
    found = [part for part in [*_answers(rows), *_given(rows)] if isinstance(part.get("range"), list)]
    if found:
        rng.choice(found)["range"] = rng.choice([[[0, 1]], [[1, 3], [5, 5]], [[2, 9]]])
    return bool(found)


def change_status(rows: list[Json], rng: random.Random) -> bool:
    rng.choice(rows)["label_status"] = rng.choice(["LABELLED", "REVIEWED"])
    return True


def change_extra(rows: list[Json], rng: random.Random) -> bool:
    rng.choice(rows)["a new key"] = {"b": 1, "a": [rng.random()]}
    return True


def remove_label_row(rows: list[Json], rng: random.Random) -> bool:
    rows.pop(rng.randrange(len(rows)))
    return True


def add_label_row(rows: list[Json], rng: random.Random) -> bool:
    rows.insert(rng.randint(0, len(rows)), {**copy.deepcopy(rng.choice(rows)), "label_hash": f"new-{rng.random()}"})
    return True


def shuffle_label_rows(rows: list[Json], rng: random.Random) -> bool:
    rng.shuffle(rows)
    return True


EDITS: list[Edit] = [
    *(move_object, change_class, change_confidence, delete_softly, replace_hash, rename_classification, remove_object),
    *(add_object, shuffle_objects, remove_classification, change_answer, change_range, change_status, change_extra),
    *(remove_label_row, add_label_row, shuffle_label_rows),
]


@settings(max_examples=40)
@given(exports.exports(), st.lists(st.sampled_from(EDITS), max_size=4), st.randoms(use_true_random=False))
def test_edits_of_invented_exports_are_told_as_plain_loops_tell_them(
    rows: list[Json], edits: list[Edit], rng: random.Random
) -> None:
    new = copy.deepcopy(rows)
    for edit in edits:
        assume(new)
        edit(new, rng)
    assume(new)

    compare(rows, new)


@pytest.mark.parametrize("modality", sorted(exports.MODALITIES))
def test_two_label_rows_that_only_share_their_hash_are_told_as_plain_loops_tell_them(modality: str) -> None:
    @settings(max_examples=5)
    @given(exports.MODALITIES[modality](), exports.MODALITIES[modality]())
    def tell(one: Json, other: Json) -> None:
        one, other = copy.deepcopy(one), copy.deepcopy(other)
        other["label_hash"], other["branch_name"] = one["label_hash"] = "row", one.get("branch_name")
        compare([one], [other])

    tell()


@pytest.fixture(scope="module")
def demo_rows() -> list[Json]:
    return json.loads(json.dumps(demo_export()))  # type: ignore[no-any-return]


TOLD: dict[str, tuple[Edit, str, str, str | None]] = {
    "move": (move_object, "objects", "changed", "x"),
    "class": (change_class, "objects", "changed", "name"),
    "confidence": (change_confidence, "objects", "changed", "confidence"),
    "deleted": (delete_softly, "objects", "changed", "is_deleted"),
    "hash": (replace_hash, "objects", "replaced", "object_hash"),
    "removed": (remove_object, "objects", "removed", None),
    "classification": (rename_classification, "classifications", "changed", "name"),
    "status": (change_status, "label_rows", "changed", "label_status"),
    "extra": (change_extra, "label_rows", "changed", "extra"),
    "label row removed": (remove_label_row, "label_rows", "removed", None),
    "label row added": (add_label_row, "label_rows", "added", None),
}


@pytest.mark.parametrize("name", TOLD)
def test_an_edit_of_the_demo_is_told_alone(name: str, demo_rows: list[Json]) -> None:
    edit, table, change, column = TOLD[name]
    new = copy.deepcopy(demo_rows)
    rng = random.Random(3)
    while json.dumps(new) == json.dumps(demo_rows):
        edit(new, rng)

    diff = diff_of(demo_rows, new)

    (row,) = [row for row in diff[table].to_pylist() if row["change"] != "unchanged"]
    assert row["change"] == change
    assert column is None or column in row["what"]
    assert diff["label_rows"].num_rows == 1


def as_exported_another_day(rows: list[Json]) -> list[Json]:
    """The same labels: other links, hashes and dates of export, key order, order of label rows."""

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(part) for key, part in reversed(value.items())}
        if isinstance(value, list):
            return [turned(part) for part in value]
        return f"{value}?signed=again" if isinstance(value, str) and value.startswith("https://") else value

    new = [
        {**turned(row), "export_hash": "another", "exported_at": "2031-01-01 00:00:00", "export_history": []}
        for row in rows
    ]
    return new[::-1]


def unsigned(rows: list[Json]) -> list[Json]:
    """Links without their query part."""
    return json.loads(json.dumps(rows).replace("?", "%3F"))  # type: ignore[no-any-return]


def test_labels_are_the_same_as_themselves_in_another_export(demo_rows: list[Json]) -> None:
    rows = unsigned(demo_rows)

    diff = diff_of(rows, as_exported_another_day(rows))

    assert not diff
    assert all(diff[name].num_rows == 0 for name in FACTS)


def test_what_is_only_written_otherwise_is_no_change_beside_one_that_is(demo_rows: list[Json]) -> None:
    new = as_exported_another_day(demo_rows)
    for row in new:
        row["label_status"] = "ANOTHER"

    diff = diff_of(demo_rows, new)

    assert {tuple(row["what"]) for row in diff["label_rows"].to_pylist()} == {("label_status",)}
    assert [diff[name].num_rows for name in ("objects", "classifications", "attributes")] == [0, 0, 0]


def test_the_direction_is_from_old_to_new(demo_rows: list[Json]) -> None:
    forth, back = diff_of(demo_rows, demo_rows[1:]), diff_of(demo_rows[1:], demo_rows)

    assert forth["label_rows"]["change"].to_pylist() == ["removed"]
    assert back["label_rows"]["change"].to_pylist() == ["added"]


def test_an_object_that_was_moved_and_renamed_is_one_row_with_both(demo_rows: list[Json]) -> None:
    new = copy.deepcopy(demo_rows)
    entry = next(
        listed[place] for listed, place in entries(new, "objects") if isinstance(listed[place].get("boundingBox"), dict)
    )
    entry["boundingBox"]["x"] += 0.015625
    entry["name"] = "Another class"

    (row,) = diff_of(demo_rows, new)["objects"].to_pylist()

    assert (row["moved"], row["class_changed"]) == (True, True)
    assert (row["new_x"] - row["old_x"], row["new_class"]) == (0.015625, "Another class")
    assert 0 < row["iou"] < 1


def test_the_summary_adds_up(demo_rows: list[Json]) -> None:
    new, rng = copy.deepcopy(demo_rows), random.Random(5)
    for edit in EDITS:
        edit(new, rng)

    diff = diff_of(demo_rows, new)

    classes = diff.polars("classes")
    there = labels_of(new).polars("objects").height
    (rows,) = diff.polars("summary").filter(pl.col("counted") == "object_rows").to_dicts()
    assert classes.filter(pl.col("owner") == "object")["unchanged"].sum() == rows["unchanged"]
    changed = diff.polars("objects").filter(pl.col("change") != "removed").height
    assert rows["unchanged"] + changed == there
    for kind in ("added", "removed", "replaced"):
        assert classes.filter(pl.col("owner") == "object")[kind].sum() == rows[kind]


def test_tables_are_those_that_are_declared(demo_rows: list[Json], tmp_path: Path) -> None:
    diff = diff_of(demo_rows, demo_rows[:-1])

    diff.write_parquet(tmp_path / "diff")

    assert list(diff) == list(CHANGES)
    for name, table in CHANGES.items():
        assert diff[name].schema == table.schema
        assert pq.read_table(tmp_path / "diff" / f"{name}.parquet").equals(diff[name])
    with pytest.raises(UnknownNameError):
        diff["object"]


def test_sql_goes_on_from_the_diff(demo_rows: list[Json]) -> None:
    diff = diff_of(demo_rows, demo_rows[:-1])

    with diff.connect() as connection:
        ((old, new, told),) = connection.sql(
            "select (select count(*) from old.objects), (select count(*) from new.objects), "
            "(select count(*) from objects where change = 'removed')"
        ).fetchall()

    assert old - new == told


def test_a_condition_keeps_label_rows_that_meet_it_before_or_after(demo_rows: list[Json]) -> None:
    new = copy.deepcopy(demo_rows)
    new[0]["label_status"] = "WANTED"
    new[1]["label_status"] = "OTHER"

    diff = labels_of(demo_rows).diff(labels_of(new), where="label_status = 'WANTED'")

    assert diff["label_rows"]["new_row_id"].to_pylist() == [0]
    with pytest.raises(QueryError, match="condition on label_rows"):
        labels_of(demo_rows).diff(labels_of(new), where="nonsense = 1")


def test_tables_that_were_edited_are_compared_whatever_their_hashes_say(demo: Path, tmp_path: Path) -> None:
    labels = lf.open(demo / "snapshot").write_parquet(tmp_path / "edited")
    frame = labels.polars("objects")
    first = pl.int_range(pl.len()) == 0
    edited = frame.with_columns(name=pl.when(first).then(pl.lit("Edited")).otherwise(pl.col("name").cast(pl.String)))
    edited.write_parquet(tmp_path / "edited" / "objects" / "part-00000.parquet")

    diff = lf.open(demo / "snapshot").diff(lf.open(tmp_path / "edited"))

    assert diff["objects"]["what"].to_pylist() == [["name"]]
    assert diff["label_rows"]["what"].to_pylist() == [["objects"]]


def test_a_snapshot_with_other_columns_or_of_another_format_is_one_error(demo: Path, tmp_path: Path) -> None:
    labels = lf.open(demo / "snapshot").write_parquet(tmp_path / "older")
    labels.polars("objects").drop("theta").write_parquet(tmp_path / "older" / "objects" / "part-00000.parquet")

    with pytest.raises(SnapshotError, match="theta"):
        lf.open(demo / "snapshot").diff(labels)

    manifest = tmp_path / "older" / MANIFEST
    manifest.write_text(manifest.read_text("utf-8").replace('"format_version": 1', '"format_version": 0'), "utf-8")
    with pytest.raises(SnapshotError, match="format version 1"):
        lf.open(demo / "snapshot").diff(lf.open(tmp_path / "older"))


@pytest.mark.parametrize("name", ["label_rows", "objects", "classifications"])
def test_every_column_is_compared_or_left_out_on_purpose(name: str) -> None:
    sql = diffing.queries()[name].sql
    left_out = {
        *(
            "row_id",
            "label_hash",
            "timeline_id",
            "json_form",
            "space_id",
            "frame",
            "object_hash",
            "classification_hash",
        ),
        *("branch_name", "export_hash", "exported_at", "source", "row_number", "content_hash"),
        *("area", "n_vertices", "mask_pixels"),  # computed of the geometry: in facts
    }

    missing = [column.name for column in TABLES[name].columns if f"'{column.name}'" not in sql]

    assert set(missing) <= left_out


CASES = sorted((Path(__file__).parent / "sql" / "diff").glob("*/*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_step_answers_its_case(path: Path) -> None:
    case = json.loads(path.read_text("utf-8"))
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.create_function("content_of", diffing.content_of, ["VARCHAR"], "VARCHAR")
        for side in ("old", "new"):
            connection.execute(f"create schema {side}")
            for name, table in TABLES.items():
                connection.register("given", arrow_table(table, case[side].get(name, [])))
                connection.execute(f"create table {side}.{name} as from given")
            connection.execute(f"create table {side}_chosen as select row_id from {side}.label_rows")
        diffing.run(connection)
        rows = connection.sql(f"from {path.parent.name}").to_arrow_table().to_pylist()

    assert [{name: row[name] for name in expected} for row, expected in zip(rows, case["expect"], strict=True)] == (
        case["expect"]
    )


def test_every_step_is_a_file_opens_with_its_question_and_has_a_case() -> None:
    queries = diffing.queries()

    assert {path.parent.name for path in CASES} == set(queries) == set(diffing.STEPS) - {"objects_replaced"}
    for query in queries.values():
        assert query.question.endswith("?")
        assert query.comments[1].startswith("One row per ")
        assert query.body.lstrip().startswith(("select", "with"))
        assert "\norder by" in query.body or query.name.endswith(("_left", "_alone"))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, demo_rows: list[Json]) -> Path:
    """A folder with an export, a snapshot of it, and an export in which something changed."""
    folder = tmp_path_factory.mktemp("two")
    new, rng = copy.deepcopy(demo_rows), random.Random(5)
    for edit in (move_object, change_class, remove_object, replace_hash, change_status, remove_label_row):
        edit(new, rng)
    (folder / "old.json").write_text(json.dumps(demo_rows), "utf-8")
    (folder / "new.json").write_text(json.dumps(new), "utf-8")
    lf.flatten(folder / "old.json").write_parquet(folder / "old")
    return folder


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_the_command_takes_snapshots_and_exports(form: str, two: Path) -> None:
    told = answer(labelframe("diff", "old", "new.json", "--format", form, folder=two))

    assert "label_rows" in told or "label rows" in told
    assert answer(labelframe("diff", "old.json", "new.json", "--format", form, folder=two)).replace(
        "old.json", "old"
    ) == told.replace("old.json", "old")


def test_labels_that_are_the_same_are_told_to_be(two: Path) -> None:
    assert "The labels are the same." in answer(labelframe("diff", "old", "old.json", "--exit-code", folder=two))


def test_the_exit_code_tells_of_differences_where_it_is_asked_to(two: Path) -> None:
    codes = [labelframe("diff", "old", "new.json", *more, folder=two).returncode for more in ([], ["--exit-code"])]

    assert codes == [0, 1]


def test_json_gives_every_row_of_every_table_with_its_name(two: Path) -> None:
    lines = answer(labelframe("diff", "old", "new.json", "--format", "json", folder=two)).splitlines()

    with lf.open(two / "old").diff(lf.flatten(two / "new.json")) as diff:
        counts = {name: diff[name].num_rows for name in CHANGES}
    told = [json.loads(line)["table"] for line in lines]
    assert {name: told.count(name) for name in CHANGES} == counts


def test_one_table_is_given_whole(two: Path) -> None:
    told = answer(labelframe("diff", "old", "new.json", "--table", "objects", "--format", "csv", folder=two))

    with lf.open(two / "old").diff(lf.flatten(two / "new.json")) as diff:
        assert pl.read_csv(told.encode()).height == diff["objects"].num_rows


@pytest.mark.parametrize("table", [None, "objects"])
def test_parquet_is_written_to_a_folder_or_a_file(table: str | None, two: Path, tmp_path: Path) -> None:
    more = [] if table is None else ["--table", table]

    answer(labelframe("diff", "old", "new.json", "--format", "parquet", *more, "--out", tmp_path / "out", folder=two))

    path = tmp_path / "out" if table is not None else tmp_path / "out" / "objects.parquet"
    assert pq.read_table(path, partitioning=None).schema.names == CHANGES["objects"].schema.names


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["old", "nowhere"], "no such file"),
        (["old"], "nothing to compare"),
        (["old", "new.json", "--format", "parquet"], "--out"),
        (["old", "new.json", "--where", "nonsense"], "nonsense"),
        (["old", "new.json", "--out", "missing/file"], "cannot be written"),
    ],
)
def test_what_cannot_be_compared_is_one_message(arguments: list[str], expected: str, two: Path) -> None:
    run = labelframe("diff", *arguments, folder=two)

    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("Error: ")
    assert expected in run.stderr


def test_large_exports_are_flattened_to_disk(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sides, "LARGE", 0)

    told = answer(labelframe("diff", "old.json", "old", folder=two))

    assert "The labels are the same." in told


def test_a_store_alone_is_its_last_two_snapshots(tmp_path: Path) -> None:
    export = tmp_path / "export.json"
    store = tmp_path / "store"
    for day in (1, 2, 3):
        export.write_text(json.dumps([{**row, "label_status": f"day {day}"} for row in demo_export()[:2]]))
        lf.snapshot(export, store=store, at=f"2026-01-0{day}")
    first, second, third = (str(store / f"snapshot=2026-01-0{day}T000000Z") for day in (1, 2, 3))

    assert sides.sides(str(store), None) == (second, third)
    assert sides.sides(str(store), "export.json") == (third, "export.json")
    assert sides.sides(first, str(store)) == (first, third)


def test_a_store_of_one_snapshot_has_nothing_to_compare(tmp_path: Path) -> None:
    export = tmp_path / "export.json"
    export.write_text(json.dumps(demo_export()[:1]))
    lf.snapshot(export, store=tmp_path / "store")

    with pytest.raises(SnapshotError, match="nothing to compare yet"):
        sides.sides(str(tmp_path / "store"), None)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("attributes", "attribute", "Renamed"),
        ("instances", "color", "#ffffff"),
        ("data_units", "width", 4321),
        ("frames", "width", 4321),
        ("spaces", "number_of_frames", 4321),
        ("label_rows", "is_valid", False),
        ("objects", "area", 0.125),
    ],
)
def test_edited_tables_are_never_called_the_same(table: str, column: str, value: object, tmp_path: Path) -> None:
    export = tmp_path / "export.json"
    export.write_text(json.dumps(demo_export()[:6]))
    lf.flatten(export).write_parquet(tmp_path / "old")
    lf.open(tmp_path / "old").write_parquet(tmp_path / "new")
    path = tmp_path / "new" / table / "part-00000.parquet"
    parts = pl.read_parquet(path)
    kind = parts.schema[column]
    parts.with_columns(pl.lit(value, dtype=pl.String if kind == pl.Categorical else kind).alias(column)).write_parquet(
        path
    )

    with lf.open(tmp_path / "old").diff(lf.open(tmp_path / "new")) as diff:
        assert diff
        assert diff.polars("label_rows")["change"].unique().to_list() == ["changed"]
        assert len(diff["objects"]) == 0


def test_a_copy_with_other_links_alone_is_the_same(tmp_path: Path) -> None:
    export = tmp_path / "export.json"
    export.write_text(json.dumps(demo_export()[:6]))
    lf.flatten(export).write_parquet(tmp_path / "old")
    lf.open(tmp_path / "old").write_parquet(tmp_path / "new")
    for table in ("data_units", "spaces"):
        path = tmp_path / "new" / table / "part-00000.parquet"
        pl.read_parquet(path).with_columns(data_link=pl.lit("https://elsewhere")).write_parquet(path)

    with lf.open(tmp_path / "old").diff(lf.open(tmp_path / "new")) as diff:
        assert not diff


def test_objects_have_not_moved_where_their_file_has_another_size() -> None:
    old: list[Any] = demo_export()
    new = copy.deepcopy(old)
    for row in new:
        for unit in row["data_units"].values():
            if unit.get("width"):
                unit["width"] += 1

    with diff_of(old, new) as diff:
        assert len(diff["objects"]) == 0
        assert {tuple(what) for what in diff.polars("label_rows")["what"]} == {("other",)}


def test_a_classification_has_no_other_class_where_an_answer_was_added() -> None:
    old: list[Any] = demo_export()
    new = copy.deepcopy(old)
    for row in new:
        for answer_of in row.get("classification_answers", {}).values():
            answer_of["classifications"].append(
                {"name": "Nested", "value": "nested", "answers": "t", "featureHash": "N"}
            )

    with diff_of(old, new) as diff:
        assert len(diff["classifications"]) == 0
        assert set(diff.polars("attributes")["change"]) == {"added"}
        assert diff.polars("classes")["class_changed"].sum() == 0
