"""Labels as people hold them in Python."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from rows import image_row

import labelframe as lf
from labelframe.errors import LabelframeError, LabelRowError, QueryError, SnapshotError, SourceError, UnknownNameError
from labelframe.schema import MANIFEST, TABLES
from labelframe.stats import run_statistic, statistics

WriteExport = Callable[..., Path]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of three images."""
    path = tmp_path_factory.mktemp("export") / "export.json"
    rows = [image_row("a", "Car", "Bus"), image_row("b"), image_row("c", "Car")]
    path.write_text(json.dumps(rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def snapshot(export: Path) -> Path:
    """The same as a snapshot."""
    lf.flatten(export).write_parquet(export.parent / "snapshot")
    return export.parent / "snapshot"


@pytest.fixture(params=["in memory", "on disk"])
def labels(request: pytest.FixtureRequest, export: Path, snapshot: Path) -> lf.Labels:
    """The same labels, flattened just now and opened."""
    return lf.flatten(export) if request.param == "in memory" else lf.open(snapshot)


# A mapping of tables


def test_labels_are_a_mapping_of_the_tables_in_order(labels: lf.Labels) -> None:
    assert isinstance(labels, Mapping)
    assert list(labels) == list(TABLES)
    assert len(labels) == len(TABLES)
    assert [name for name, table in labels.items() if not table.schema.equals(TABLES[name].schema)] == []


def test_a_table_that_is_not_there_is_not_in_labels(labels: lf.Labels) -> None:
    assert "objects" in labels
    assert "object" not in labels
    assert labels.get("object") is None
    with pytest.raises(KeyError):
        labels["object"]


def test_to_ask_whether_a_table_is_there_reads_nothing(snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = lf.open(snapshot)

    def read(*args: object) -> None:
        raise AssertionError("read")

    monkeypatch.setattr(lf.Labels, "__getitem__", read)

    assert "objects" in labels


def test_a_table_is_a_pyarrow_table(labels: lf.Labels) -> None:
    table = labels["objects"]

    assert isinstance(table, pa.Table)
    assert table.select(["row_id", "label_hash", "name", "x"]).to_pylist() == [
        {"row_id": 0, "label_hash": "a", "name": "Car", "x": 0.1},
        {"row_id": 0, "label_hash": "a", "name": "Bus", "x": 0.1},
        {"row_id": 2, "label_hash": "c", "name": "Car", "x": 0.1},
    ]


def test_row_counts_are_told_without_reading(labels: lf.Labels) -> None:
    counts = labels.row_counts()

    assert counts == {name: table.num_rows for name, table in labels.items()}
    assert list(counts) == list(TABLES)


def test_labels_show_their_tables_and_rows(export: Path) -> None:
    assert repr(lf.flatten(export)).splitlines() == [
        "labels in memory: table, rows",
        "  label_rows                     3",
        "  data_units                     3",
        "  spaces                         3",
        "  frames                         3",
        "  objects                        3",
        "  classifications                0",
        "  instances                      3",
        "  attributes                     0",
        "  export_history                 0",
        "  ontology_classes               0",
        "  ontology_attributes            0",
        "  ontology_options               0",
        "  rejects                        0",
    ]


def test_labels_of_a_snapshot_show_where_it_is(snapshot: Path) -> None:
    assert repr(lf.open(snapshot)).startswith(f"labels of {snapshot.as_posix()}: table, rows\n  label_rows ")


@pytest.mark.parametrize("ask", [lf.Labels.__getitem__, lf.Labels.polars, lf.Labels.scan], ids=["[]", "polars", "scan"])
def test_a_misspelt_table_is_answered_with_the_nearest(
    ask: Callable[[lf.Labels, str], object], labels: lf.Labels
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        ask(labels, "obects")

    assert str(caught.value) == "There is no table named obects.\n  Did you mean objects or rejects?"


def test_a_name_that_is_near_to_nothing_is_answered_with_all(labels: lf.Labels) -> None:
    with pytest.raises(UnknownNameError) as caught:
        labels["zzz"]

    assert str(caught.value) == f"There is no table named zzz.\n  There are: {', '.join(TABLES)}."


# Polars


@pytest.mark.parametrize("name", TABLES)
def test_a_polars_frame_holds_what_the_table_holds(name: str, labels: lf.Labels) -> None:
    frame = labels.polars(name)

    assert isinstance(frame, pl.DataFrame)
    assert frame.to_dicts() == labels[name].to_pylist()


def test_numeric_columns_are_not_copied(export: Path) -> None:
    labels = lf.flatten(export)

    column = labels.polars("objects")["x"].to_arrow()

    assert column.buffers()[1].address == labels["objects"]["x"].chunk(0).buffers()[1].address


@pytest.mark.parametrize("name", TABLES)
def test_a_scan_is_lazy_and_has_the_columns_and_rows_of_the_frame(name: str, labels: lf.Labels) -> None:
    scan = labels.scan(name)

    assert isinstance(scan, pl.LazyFrame)
    assert scan.collect_schema() == labels.polars(name).schema
    assert scan.collect().equals(labels.polars(name))


@pytest.mark.parametrize("where", ["label_hash = 'a'", "label_hash <> 'b'", "row_id in (select row_id from objects)"])
@pytest.mark.parametrize("name", TABLES)
def test_a_scan_of_some_label_rows_has_the_rows_that_a_connection_has(where: str, name: str, labels: lf.Labels) -> None:
    scan = labels.scan(name, where=where)

    with labels.connect(wide=False, where=where) as connection:
        (rows,) = connection.execute(f"SELECT count(*) FROM {name}").fetchone() or ()
    assert scan.collect().height == rows
    assert scan.collect_schema() == labels.scan(name).collect_schema()


def test_a_scan_of_label_rows_that_are_not_there_is_empty(labels: lf.Labels) -> None:
    assert labels.scan("objects", where="label_hash = 'no such'").collect().height == 0


def test_a_scan_by_a_condition_that_is_none_is_refused(labels: lf.Labels) -> None:
    with pytest.raises(QueryError, match="label_hsh"):
        labels.scan("objects", where="label_hsh = 'a'")


def test_a_scan_of_a_snapshot_reads_only_what_is_asked(snapshot: Path) -> None:
    plan = lf.open(snapshot).scan("objects").filter(pl.col("name") == "Car").select("row_id", "name").explain()

    assert f"PROJECT 2/{len(TABLES['objects'].columns)} COLUMNS" in plan
    assert "SELECTION" in plan


# SQL


def test_a_connection_has_every_table_and_view(labels: lf.Labels) -> None:
    with labels.connect() as connection:
        found = connection.execute("select count(*), count(distinct name) from objects").fetchall()
        wide = connection.execute('select row_id, name from "wide_Car" order by row_id').fetchall()

    assert found == [(3, 2)]
    assert wide == [(0, "Car"), (2, "Car")]


@pytest.mark.parametrize("name", statistics())
def test_a_statistic_is_a_polars_frame(name: str, labels: lf.Labels) -> None:
    with labels.connect() as connection:
        expected = run_statistic(connection, name)

    frame = labels.stats(name)

    assert isinstance(frame, pl.DataFrame)
    assert frame.to_dicts() == expected.to_pylist()


def test_a_misspelt_statistic_is_answered_with_the_nearest(labels: lf.Labels) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean class_counts"):
        labels.stats("class_count")


# Flatten, write, open


def test_what_was_written_is_what_is_opened(labels: lf.Labels, tmp_path: Path) -> None:
    written = labels.write_parquet(tmp_path / "copy")

    assert repr(written).startswith(f"labels of {(tmp_path / 'copy').as_posix()}:")
    for name in TABLES:
        assert written[name].equals(labels[name]), name
        assert lf.open(tmp_path / "copy")[name].equals(labels[name]), name


def test_what_is_there_is_not_overwritten_unasked(labels: lf.Labels, tmp_path: Path) -> None:
    labels.write_parquet(tmp_path / "copy")

    with pytest.raises(SnapshotError, match="something in this place already"):
        labels.write_parquet(tmp_path / "copy")

    assert labels.write_parquet(tmp_path / "copy", overwrite=True).row_counts() == labels.row_counts()


def test_paths_may_be_text_or_paths(export: Path, tmp_path: Path) -> None:
    labels = lf.flatten(str(export))

    labels.write_parquet(str(tmp_path / "copy"))

    assert lf.open(str(tmp_path / "copy")).row_counts() == lf.flatten(export).row_counts()


def test_several_files_make_one_set_of_tables(write_export: WriteExport) -> None:
    first, second = write_export([image_row("a", "Car")], "1.json"), write_export([image_row("b", "Bus")], "2.json")

    labels = lf.flatten(second, first)

    assert labels["label_rows"].select(["row_id", "label_hash", "source", "row_number"]).to_pylist() == [
        {"row_id": 0, "label_hash": "b", "source": second.as_posix(), "row_number": 0},
        {"row_id": 1, "label_hash": "a", "source": first.as_posix(), "row_number": 0},
    ]
    assert labels["objects"]["name"].to_pylist() == ["Bus", "Car"]


def test_flattening_nothing_is_told() -> None:
    with pytest.raises(SourceError, match="no label row"):
        lf.flatten()


@pytest.mark.parametrize("path", ["", " "])
def test_an_empty_path_is_not_the_working_folder(
    path: str, write_export: WriteExport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As in `labelframe flatten "$EXPORT"` where EXPORT is not set.
    write_export([image_row("a", "Car")])
    monkeypatch.chdir(tmp_path)

    with pytest.raises(LabelframeError):
        lf.flatten(path)


def test_what_is_wrong_with_a_label_row_is_told(write_export: WriteExport) -> None:
    row = image_row("b", "Car", "Bus")
    row["data_units"]["unit"]["labels"]["objects"][1]["boundingBox"]["w"] = None
    path = write_export([image_row("a"), row])

    with pytest.raises(LabelRowError) as caught:
        lf.flatten(path)

    error = caught.value
    assert (error.source, error.row_number, error.label_hash) == (path.as_posix(), 1, "b")
    assert error.json_path == "$.data_units.unit.labels.objects[1].boundingBox.w"
    assert (error.expected, error.found) == ("a number", "null")
    assert error.remedy is not None


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda path: None, "found nothing"),
        (Path.mkdir, "found a folder without it"),
        (lambda path: path.write_text("[]"), "found a file"),
    ],
    ids=["nothing", "folder", "file"],
)
def test_what_is_no_snapshot_cannot_be_opened(make: Callable[[Path], None], found: str, tmp_path: Path) -> None:
    make(tmp_path / "place")

    with pytest.raises(SnapshotError) as caught:
        lf.open(tmp_path / "place")

    assert caught.value.source == (tmp_path / "place").as_posix()
    assert f"expected a folder with {MANIFEST}, {found}" in str(caught.value)
    assert "labelframe flatten" in str(caught.value)


# The package


def python(code: str) -> str:
    """What a new Python prints."""
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_public_names_are_sorted_and_there() -> None:
    assert lf.__all__ == sorted(lf.__all__)
    assert dir(lf) == lf.__all__
    assert [name for name in lf.__all__ if not hasattr(lf, name)] == []


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'labelframe' has no attribute 'flaten'"):
        lf.flaten  # noqa: B018


def test_importing_labelframe_is_quick() -> None:
    code = "import sys, labelframe; print(sorted({'duckdb', 'numpy', 'polars', 'pyarrow', 'typer'} & set(sys.modules)))"

    assert python(code) == "[]"


def test_help_needs_no_arrow() -> None:
    code = "import sys, labelframe.cli; print(sorted({'duckdb', 'numpy', 'polars', 'pyarrow'} & set(sys.modules)))"

    assert python(code) == "[]"


@pytest.mark.parametrize(
    "first", ["import labelframe.flattening", "import labelframe.labels", "import labelframe.flattening.flattener"]
)
def test_flatten_is_the_function_whatever_was_imported_first(first: str) -> None:
    code = f"{first}; import labelframe as lf; print(lf.flatten.__module__, lf.open.__module__, lf.Labels.__name__)"

    assert python(code) == "labelframe.labels labelframe.labels Labels"


def test_every_error_is_a_labelframe_error() -> None:
    from labelframe import errors

    found = [kind for kind in vars(errors).values() if isinstance(kind, type) and kind.__name__.endswith("Error")]

    assert {kind.__name__ for kind in found if not issubclass(kind, lf.LabelframeError)} == set()


def test_type_hints_are_shipped() -> None:
    assert resources.files("labelframe").joinpath("py.typed").is_file()


def test_attributes_are_pivoted_as_the_view_of_the_class_has_them(labels: lf.Labels) -> None:
    with labels.connect() as connection:
        expected = connection.sql('select * from "wide_Car" order by row_id, space_id, frame, object_hash').pl()

    assert labels.pivot_attributes("Car").equals(expected)
    assert labels.pivot_attributes("Car", where="row_id = 0")["row_id"].to_list() == [0]


def test_a_class_that_is_not_there_is_answered_with_the_nearest(labels: lf.Labels) -> None:
    with pytest.raises(UnknownNameError, match="no class named Carr"):
        labels.pivot_attributes("Carr")


def test_without_a_name_the_statistics_are_listed(labels: lf.Labels) -> None:
    assert labels.stats()["statistic"].to_list() == list(statistics())
