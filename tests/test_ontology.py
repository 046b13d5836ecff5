"""The ontology: its tables, and what it tells of labels."""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import exports
import polars as pl
import pyarrow as pa
import pytest
from compare import OF_ONTOLOGY, flatten
from conftest import real_label_rows
from hypothesis import given, settings
from normal import normal
from rows import image_row

import labelframe as lf
from labelframe import parquet
from labelframe.errors import OntologyError, SourceError
from labelframe.labels import flatten_to_snapshot
from labelframe.restore import restore_tables
from labelframe.tables import Options
from labelframe.verify import verify

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Json = dict[str, Any]
WriteExport = Callable[..., Path]


def option(label: str, *nested: Json, **more: Any) -> Json:
    value = label.lower()
    own = {"id": "1", "label": label, "value": value, "featureNodeHash": value, "archived": False}
    return own | ({"options": list(nested)} if nested else {}) | more


def attribute(name: str, kind: str, *options: Json, **more: Any) -> Json:
    own = {"id": "1.1", "name": name, "type": kind, "featureNodeHash": name.lower(), "required": False}
    return own | ({"options": list(options)} if options else {}) | more


def vehicle() -> Json:
    """An object with attributes three deep."""
    shade = attribute("Shade", "text")
    colour = attribute("Colour", "radio", option("Red", shade), option("Blue", archived=True))
    kind = attribute("Type", "radio", option("Car", colour), option("Bus"), dynamic=True, required=True)
    return {
        "id": "1",
        "name": "Vehicle",
        "color": "#D33115",
        "shape": "bounding_box",
        "featureNodeHash": "vehicle",
        "required": True,
        "archived": False,
        "attributes": [kind, attribute("Lights", "checklist", option("Brake"), option("Left"), archived=True)],
    }


def ontology() -> Json:
    speech = {"name": "Speech", "color": "#00FF00", "shape": "audio", "featureNodeHash": "speech", "archived": True}
    rain = attribute("How much", "numeric")
    weather = {
        "id": "1",
        "featureNodeHash": "weather",
        "level": "global",
        "attributes": [attribute("Weather?", "radio", option("Rain", rain), option("Sun"))],
    }
    return {"objects": [vehicle(), speech], "classifications": [weather], "skeleton_templates": []}


def answered(name: str, answers: object, **more: Any) -> Json:
    return {"name": name, "featureHash": name.lower(), "answers": answers, **more}


def chosen(*labels: str) -> list[Json]:
    return [{"name": label, "value": label.lower(), "featureHash": label.lower()} for label in labels]


def vehicle_row(**parts: Any) -> Json:
    row = image_row("row", "Vehicle")
    row["data_units"]["unit"]["labels"]["objects"][0]["featureHash"] = "vehicle"
    return {**row, **parts}


def audio_row(**parts: Any) -> Json:
    units = {"unit": {"data_type": "audio/mpeg", "labels": {}}}
    return {"label_hash": "row", "data_type": "audio", "data_units": units, **parts}


def columns(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in table.select(list(names)).to_pylist()]


# Tables


def test_every_class_has_a_row_whether_it_is_used_or_not() -> None:
    table = flatten([vehicle_row()], ontology=ontology())["ontology_classes"]

    assert table.to_pylist() == [
        {
            "owner": "object",
            "feature_hash": "vehicle",
            "ontology_id": "1",
            "name": "Vehicle",
            "shape": "bounding_box",
            "color": "#D33115",
            "level": None,
            "required": True,
            "archived": False,
            "n_attributes": 4,
            "position": 0,
            "extra": None,
        },
        {
            "owner": "object",
            "feature_hash": "speech",
            "ontology_id": None,
            "name": "Speech",
            "shape": "audio",
            "color": "#00FF00",
            "level": None,
            "required": None,
            "archived": True,
            "n_attributes": 0,
            "position": 1,
            "extra": None,
        },
        {
            "owner": "classification",
            "feature_hash": "weather",
            "ontology_id": "1",
            "name": "Weather?",
            "shape": None,
            "color": None,
            "level": "global",
            "required": None,
            "archived": None,
            "n_attributes": 2,
            "position": 0,
            "extra": None,
        },
    ]


def test_nested_attributes_tell_the_option_that_they_hang_on_and_their_path() -> None:
    table = flatten([vehicle_row()], ontology=ontology())["ontology_attributes"]

    names = (
        "class_feature_hash",
        "parent_attribute_feature_hash",
        "parent_feature_hash",
        "feature_hash",
        "depth",
        "path",
    )
    assert columns(table, *names) == [
        ("vehicle", None, None, "type", 0, "Vehicle > Type"),
        ("vehicle", "type", "car", "colour", 1, "Vehicle > Type > Colour"),
        ("vehicle", "colour", "red", "shade", 2, "Vehicle > Type > Colour > Shade"),
        ("vehicle", None, None, "lights", 0, "Vehicle > Lights"),
        ("weather", None, None, "weather?", 0, "Weather?"),
        ("weather", "weather?", "rain", "how much", 1, "Weather? > How much"),
    ]
    assert columns(
        table.slice(0, 4), "feature_hash", "kind", "multiple", "required", "dynamic", "archived", "position"
    ) == [
        ("type", "radio", False, True, True, None, 0),
        ("colour", "radio", False, False, None, None, 0),
        ("shade", "text", False, False, None, None, 0),
        ("lights", "checklist", True, False, None, True, 1),
    ]


def test_options_tell_their_attribute_their_label_and_whether_they_are_archived() -> None:
    table = flatten([vehicle_row()], ontology=ontology())["ontology_options"]

    names = ("class_feature_hash", "attribute_feature_hash", "feature_hash", "label", "value", "archived", "position")
    assert columns(table, *names) == [
        ("vehicle", "type", "car", "Car", "car", False, 0),
        ("vehicle", "colour", "red", "Red", "red", False, 0),
        ("vehicle", "colour", "blue", "Blue", "blue", True, 1),
        ("vehicle", "type", "bus", "Bus", "bus", False, 1),
        ("vehicle", "lights", "brake", "Brake", "brake", False, 0),
        ("vehicle", "lights", "left", "Left", "left", False, 1),
        ("weather", "weather?", "rain", "Rain", "rain", False, 0),
        ("weather", "weather?", "sun", "Sun", "sun", False, 1),
    ]


def test_what_no_column_covers_is_kept_in_extra() -> None:
    known = {
        "objects": [
            {
                "name": 5,
                "featureNodeHash": "a",
                "isNew": True,
                "attributes": [
                    {
                        "featureNodeHash": "b",
                        "type": "radio",
                        "hint": "?",
                        "options": [{"featureNodeHash": "c", "n": 1}],
                    }
                ],
            }
        ],
        "classifications": [{"featureNodeHash": "d", "name": "its own"}],
    }

    tables = flatten([vehicle_row()], ontology=known)

    extras = [json.loads(text) for name in OF_ONTOLOGY for text in tables[name]["extra"].to_pylist()]
    assert extras == [{"isNew": True, "name": 5}, {"name": "its own"}, {"hint": "?"}, {"n": 1}]
    assert tables["ontology_classes"]["name"].to_pylist() == [None, None]
    assert tables["ontology_attributes"]["path"].to_pylist() == ["a > b"]


def test_what_no_column_of_the_ontology_covers_is_told_with_what_none_of_the_export_does() -> None:
    known: Json = {"objects": [{"name": 5, "featureNodeHash": "a", "isNew": True}]}
    labels = lf.Labels(in_memory=flatten([vehicle_row()], ontology=known))

    told = labels.extra().filter(pl.col("table") == "ontology_classes").drop("table").rows()

    assert told == [
        ("$.isNew", "unknown", "boolean", 1, 0, "true"),
        ("$.name", "unfit", "number", 1, 0, "5"),
    ]


def test_without_an_ontology_its_tables_are_empty_and_the_rest_is_as_ever() -> None:
    rows: list[object] = [
        vehicle_row(object_answers={"object-0": {"classifications": [answered("Type", chosen("Car"))]}})
    ]

    tables = flatten(rows)

    assert [tables[name].num_rows for name in OF_ONTOLOGY] == [0, 0, 0]
    assert columns(tables["attributes"], "parent_feature_hash", "path") == [(None, None)]


# What it tells of labels


def test_every_answer_of_a_known_attribute_has_its_parent_and_path() -> None:
    answers = [
        answered("Type", chosen("Car")),
        answered("Shade", "dark"),
        answered("Lights", chosen("Brake", "Left")),
        answered("Colour", chosen("Red")),
        {"name": "Colour", "featureHash": "unknown", "answers": "by hash, not by name"},
        {"name": "Type", "answers": "without a hash"},
        {"name": "Type", "featureHash": ["odd"], "answers": "x"},
    ]
    row = vehicle_row(
        object_answers={"object-0": {"classifications": answers}},
        object_actions={"object-0": {"actions": [answered("Type", chosen("Bus"), range=[[0, 0]], dynamic=True)]}},
    )

    table = flatten([row], ontology=ontology())["attributes"]

    assert columns(table, "attribute_feature_hash", "parent_feature_hash", "path") == [
        ("type", None, "Vehicle > Type"),
        ("shade", "red", "Vehicle > Type > Colour > Shade"),
        ("lights", None, "Vehicle > Lights"),
        ("lights", None, "Vehicle > Lights"),
        ("colour", "car", "Vehicle > Type > Colour"),
        ("unknown", None, None),
        (None, None, None),
        (None, None, None),
        ("type", None, "Vehicle > Type"),
    ]


def shared_attribute() -> Json:
    """Two classes of objects with an attribute of one hash, which hangs on different things."""
    note = attribute("Note", "text")
    kind = attribute("Kind", "radio", option("Other", note))
    return {
        "objects": [
            {"name": "Car", "featureNodeHash": "car", "attributes": [note]},
            {"name": "Bus", "featureNodeHash": "bus", "attributes": [kind]},
        ],
        "classifications": [{"featureNodeHash": "sky", "attributes": [note]}],
    }


@pytest.mark.parametrize(
    ("in_frame", "in_answer", "expected"),
    [
        ("car", None, (None, "Car > Note")),
        ("bus", None, ("other", "Bus > Kind > Note")),
        (None, "bus", ("other", "Bus > Kind > Note")),
        ("car", "bus", (None, "Car > Note")),
        ("tram", None, (None, None)),
        (None, None, (None, None)),
    ],
)
def test_an_attribute_that_classes_share_is_that_of_its_owners_class(
    in_frame: str | None, in_answer: str | None, expected: tuple[str | None, str | None]
) -> None:
    row = image_row("row", "whatever")
    row["data_units"]["unit"]["labels"]["objects"][0]["featureHash"] = in_frame
    row["object_answers"] = {"object-0": {"featureHash": in_answer, "classifications": [answered("Note", "x")]}}

    table = flatten([row], ontology=shared_attribute())["attributes"]

    assert columns(table, "parent_feature_hash", "path") == [expected]


def weather_row(entry: Json | None = None, **answer: Any) -> Json:
    """An image with a classification of two answers, the nested one first."""
    row = image_row("row")
    row["data_units"]["unit"]["labels"]["classifications"] = [entry] if entry is not None else []
    given_answers = [answered("How much", 3), answered("Weather?", chosen("Rain"))]
    row["classification_answers"] = {"c": {"classifications": given_answers, **answer}}
    return row


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (weather_row(featureHash="weather"), "Weather?"),
        (weather_row(), "Weather?"),  # as before 2024: by its attributes
        (weather_row(featureHash="other"), None),
        (weather_row({"classificationHash": "c", "featureHash": "weather", "name": "As exported"}), "As exported"),
        (weather_row({"classificationHash": "c", "featureHash": "weather"}), "Weather?"),
        (
            weather_row({"classificationHash": "d", "featureHash": "weather", "name": "As d"}, featureHash="weather"),
            "As d",
        ),
    ],
)
def test_a_classification_is_named_by_an_entry_else_by_the_ontology(row: Json, expected: str | None) -> None:
    table = flatten([row], ontology=ontology())["classifications"]

    assert set(table["name"].to_pylist()) == {expected}


def test_a_classification_is_named_by_the_ontology_before_its_only_attribute() -> None:
    row = image_row("row")
    stale = {"name": "Weather of old", "featureHash": "weather?", "answers": chosen("Sun")}
    row["classification_answers"] = {"c": {"featureHash": "weather", "classifications": [stale]}}

    tables = flatten([row], ontology=ontology())

    assert columns(tables["classifications"], "name") == [("Weather?",)]
    assert columns(tables["attributes"], "attribute", "path") == [("Weather of old", "Weather?")]
    assert columns(flatten([row])["classifications"], "name") == [("Weather of old",)]


def test_an_object_that_its_answer_places_takes_name_color_and_shape_from_the_ontology() -> None:
    bare = {"featureHash": "speech", "range": [[0, 9]]}
    named = {**bare, "name": "As exported", "color": "#000000", "shape": "text"}
    unknown = {"featureHash": "other", "range": [[0, 9]]}
    row = audio_row(object_answers={"bare": bare, "named": named, "unknown": unknown})

    tables = flatten([row], ontology=ontology())

    assert columns(tables["objects"], "object_hash", "name", "color", "shape") == [
        ("bare", "Speech", "#00FF00", "audio"),
        ("named", "As exported", "#000000", "text"),
        ("unknown", None, None, "audio"),
    ]
    assert columns(tables["instances"], "owner_hash", "name", "color", "shape") == [
        ("bare", None, None, None),
        ("named", "As exported", "#000000", "text"),
        ("unknown", None, None, None),
    ]


def test_the_view_tells_radio_from_checklist() -> None:
    box = {"objectHash": "o", "featureHash": "vehicle", "shape": "bounding_box"}
    box["boundingBox"] = {"x": 0, "y": 0, "w": 1, "h": 1}  # type: ignore[assignment]
    actions = [
        answered(name, chosen(label), dynamic=True, range=[span])
        for name, first, second in (("Type", "Car", "Bus"), ("Lights", "Brake", "Left"))
        for label, span in ((first, [0, 5]), (second, [3, 9]))
    ]
    row = {
        "label_hash": "row",
        "data_type": "video",
        "data_units": {"unit": {"labels": {"4": {"objects": [box]}}}},
        "object_actions": {"o": {"objectHash": "o", "actions": actions}},
    }
    query = "select attributes['Type'], attributes['Lights'], ambiguous from object_attributes"

    told = [
        lf.Labels(in_memory=flatten([row], ontology=known)).connect().sql(query).fetchall()
        for known in (None, ontology())
    ]

    assert told == [[(["Car", "Bus"], ["Brake", "Left"], True)], [(["Bus"], ["Brake", "Left"], False)]]


# Restoring


def lost(rows: list[Any], known: Json | None) -> bool:
    """Whether something of label rows does not come back."""
    restored = [json.loads(json.dumps(row)) for row in restore_tables(flatten(rows, ontology=known))]
    return [normal(row) for row in rows] != [normal(row) for row in restored]


@pytest.mark.parametrize("known", [None, ontology()], ids=["without", "with"])
def test_names_of_the_ontology_are_not_invented_in_what_is_restored(known: Json | None) -> None:
    rows = [
        weather_row(featureHash="weather"),
        weather_row({"classificationHash": "c", "featureHash": "weather"}),
        audio_row(
            object_answers={"o": {"featureHash": "speech", "range": [[0, 9]], "classifications": []}},
            classification_answers={"c": {"featureHash": "weather", "range": [[0, 9]], "classifications": []}},
        ),
        vehicle_row(object_answers={"object-0": {"classifications": [answered("Shade", "dark")]}}),
    ]
    for number, row in enumerate(rows):
        row["label_hash"] = str(number)
        for owner, key in (("object", "object_answers"), ("classification", "classification_answers")):
            for owner_hash, answer in row.get(key, {}).items():
                answer[f"{owner}Hash"] = owner_hash

    assert not lost(rows, known)


def ontology_of(value: object) -> Json:
    """An ontology with a class and an attribute of every feature hash that stands anywhere in label rows, each
    attribute hanging on an option."""
    hashes: dict[str, None] = {}

    def gather(part: object) -> None:
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            gather(inner)
        if isinstance(part, dict) and isinstance(part.get("featureHash"), str):
            hashes[part["featureHash"]] = None

    gather(value)
    nested = [{"featureNodeHash": name, "name": f"attribute {name}", "type": "text"} for name in hashes]
    top = attribute("Top", "radio", option("Above", *nested))
    classes = [
        {"featureNodeHash": name, "name": f"class {name}", "shape": "audio", "color": "#123456", "attributes": [top]}
        for name in hashes
    ]
    return {"objects": classes[:1], "classifications": classes[1:]}


TOLD_BY_ONTOLOGY = {
    "objects": {"name", "color", "shape"},
    "classifications": {"name"},
    "attributes": {"parent_feature_hash", "path"},
}


@settings(max_examples=60)
@given(exports.exports())
def test_an_ontology_changes_nothing_but_what_it_tells(rows: list[Any]) -> None:
    known = ontology_of(rows)

    without, with_it = flatten(rows), flatten(rows, ontology=known)

    for name, table in without.items():
        if name not in OF_ONTOLOGY:
            same = [column for column in table.column_names if column not in TOLD_BY_ONTOLOGY.get(name, ())]
            assert with_it[name].select(same).to_pylist() == table.select(same).to_pylist()
    for path, in_answer in zip(
        with_it["attributes"]["path"].to_pylist(),
        with_it["attributes"]["attribute_feature_hash"].to_pylist(),
        strict=True,
    ):
        assert path is None or path.endswith(f"Top > attribute {in_answer}")
    assert not lost(rows, known)


# Reading


@pytest.mark.parametrize("wrapped", ["bare", "structure", "ontology", "anything"])
@pytest.mark.parametrize(
    ("suffix", "pack"),
    [(".json", bytes), (".json.gz", gzip.compress), (".json.zst", zstd.compress)],
)
def test_an_ontology_is_read_from_a_file(
    wrapped: str, suffix: str, pack: Callable[[bytes], bytes], write_export: WriteExport, tmp_path: Path
) -> None:
    value = ontology() if wrapped == "bare" else {wrapped: ontology()}
    path = tmp_path / f"known{suffix}"
    path.write_bytes(pack(json.dumps(value).encode()))
    export = write_export([vehicle_row()])

    labels = lf.flatten(export, ontology=path)

    assert labels["ontology_classes"].equals(lf.flatten(export, ontology=value)["ontology_classes"])
    assert labels["ontology_classes"].num_rows == 3


def test_the_manifest_says_which_ontology_was_used(write_export: WriteExport, tmp_path: Path) -> None:
    known = write_export({"title": "T", "structure": ontology()}, "known.json")
    export = write_export([vehicle_row()])

    flatten_to_snapshot([export], tmp_path / "with", options=Options(ontology=known))
    lf.open(tmp_path / "with").write_parquet(tmp_path / "copied")
    lf.flatten(export, ontology=ontology()).write_parquet(tmp_path / "given")
    lf.flatten(export).write_parquet(tmp_path / "without")

    told = {name: parquet.read_manifest(tmp_path / name)["ontology"] for name in ("with", "copied", "given", "without")}
    text = known.read_bytes()
    assert (
        told["with"]
        == told["copied"]
        == {
            "name": known.as_posix(),
            "size": len(text),
            "sha256": hashlib.sha256(text).hexdigest(),
            "extra": {"title": "T", "skeleton_templates": []},
        }
    )
    assert told["given"]["name"] is None
    assert told["given"]["extra"] == {"skeleton_templates": []}
    assert told["without"] is None
    assert "ontology" not in parquet.read_manifest(tmp_path / "with")["options"]


@pytest.mark.parametrize("known", [None, ontology()], ids=["without", "with"])
def test_nothing_is_wrong_with_a_snapshot_with_or_without_ontology(
    known: Json | None, write_export: WriteExport, tmp_path: Path
) -> None:
    row = vehicle_row(object_answers={"object-0": {"classifications": [answered("Shade", "dark")]}})

    run = flatten_to_snapshot([write_export([row])], tmp_path / "snapshot", options=Options(ontology=known))

    assert verify(tmp_path / "snapshot") == []
    assert [run.rows[name] for name in OF_ONTOLOGY] == ([0, 0, 0] if known is None else [3, 6, 8])
    assert {line.table: (line.found, line.written) for line in run.account if line.table in OF_ONTOLOGY} == (
        {} if known is None else dict(zip(OF_ONTOLOGY, [(3, 3), (6, 6), (8, 8)], strict=True))
    )


def test_what_json_does_not_know_is_text_in_the_manifest(write_export: WriteExport, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    known.write_text('{"objects": [{"featureNodeHash": "a", "weight": NaN}], "version": Infinity}')

    labels = lf.flatten(write_export([vehicle_row()]), ontology=known).write_parquet(tmp_path / "snapshot")

    assert labels["ontology_classes"]["extra"].to_pylist() == ['{"weight":"NaN"}']
    assert parquet.read_manifest(tmp_path / "snapshot")["ontology"]["extra"] == {"version": "Infinity"}


def test_no_links_of_the_ontology_are_kept_where_none_are_wanted(write_export: WriteExport, tmp_path: Path) -> None:
    known = {**ontology(), "thumbnail": "https://host/a.png?signature=1"}

    flatten_to_snapshot(
        [write_export([vehicle_row()])], tmp_path / "snapshot", options=Options(strip_links=True, ontology=known)
    )

    kept = parquet.read_manifest(tmp_path / "snapshot")["ontology"]["extra"]
    assert kept == {"skeleton_templates": [], "thumbnail": "https://host/a.png"}


NO_ONTOLOGIES: dict[str, tuple[object, str, str, str]] = {
    "a label row": (image_row("a"), "$", "an object with the lists objects and classifications", "label_hash"),
    "an export": ([image_row("a")], "$", "an object with the lists objects and classifications", "a list of 1"),
    "other JSON": ({"structure": {"a": 1}}, "$.structure.a", "an object with the lists", "the number 1"),
    "objects by name": ({"objects": {"a": {}}}, "$.objects", "a list", "an object with the keys a"),
    "an odd class": ({"structure": {"objects": ["x"]}}, "$.structure.objects[0]", "an object", 'the text "x"'),
    "no hash": ({"objects": [{"name": "A"}]}, "$.objects[0].featureNodeHash", "a hash as text", "null"),
    "an odd option": (
        {"objects": [{"featureNodeHash": "a", "attributes": [{"featureNodeHash": "b", "options": [{"label": "C"}]}]}]},
        "$.objects[0].attributes[0].options[0].featureNodeHash",
        "a hash as text",
        "null",
    ),
}


@pytest.mark.parametrize("value", NO_ONTOLOGIES.values(), ids=NO_ONTOLOGIES)
def test_what_is_no_ontology_is_told_with_its_place(
    value: tuple[object, str, str, str], write_export: WriteExport
) -> None:
    given_value, json_path, expected, found = value
    known = write_export(given_value, "known.json")

    with pytest.raises(OntologyError) as caught:
        lf.flatten(write_export([vehicle_row()]), ontology=known)

    error = caught.value
    assert (error.source, error.json_path) == (known.as_posix(), json_path)
    assert error.expected is not None and expected in error.expected
    assert error.found is not None and found in error.found
    assert error.remedy is not None and error.remedy.startswith("Give the ontology's structure")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "JSON"),
        (b"hello", "JSON"),
        (b'{"objects": [', "JSON"),
        (b'{"objects": [], "objects": [{}]}', "each key once"),
        (b'{"objects": [], "a": "\\ud800"}', "whole characters"),
        (gzip.compress(b'{"objects": []}', mtime=0)[:-6], "gzip data"),
        (b'{"objects": ["\xff"]}', "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_understood_is_told(
    data: bytes, expected: str, write_export: WriteExport, tmp_path: Path
) -> None:
    known = tmp_path / "known.json"
    known.write_bytes(data)

    with pytest.raises(OntologyError) as caught:
        lf.flatten(write_export([vehicle_row()]), ontology=known)

    assert (caught.value.source, caught.value.expected) == (known.as_posix(), expected)


def test_a_file_that_is_not_there_or_a_folder_is_told(write_export: WriteExport, tmp_path: Path) -> None:
    export = write_export([vehicle_row()])

    with pytest.raises(SourceError, match="There is no such file"):
        lf.flatten(export, ontology=tmp_path / "nothing.json")
    with pytest.raises(OntologyError, match="cannot be read"):
        lf.flatten(export, ontology=tmp_path)


def test_a_byte_order_mark_is_passed_over(write_export: WriteExport, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    known.write_bytes(b"\xef\xbb\xbf" + json.dumps(ontology()).encode())

    assert lf.flatten(write_export([vehicle_row()]), ontology=known)["ontology_classes"].num_rows == 3


# Real ones


def real_ontology(folder: Path) -> Json:
    path = folder / "ontology.json"
    if not path.exists():
        pytest.skip(f"no ontology.json in {folder}")
    known = json.loads(path.read_text("utf-8"))
    assert isinstance(known, dict)
    return known


def test_a_real_ontology_is_taken_whole(real_exports: Path) -> None:
    known = real_ontology(real_exports)

    tables = flatten([vehicle_row()], ontology=known)

    text = json.dumps(known)
    nodes = text.count('"featureNodeHash"')
    assert sum(tables[name].num_rows for name in OF_ONTOLOGY) == nodes
    assert tables["ontology_options"].num_rows == text.count('"label"')
    assert [text for name in OF_ONTOLOGY for text in tables[name]["extra"].to_pylist() if text is not None] == []
    paths = tables["ontology_attributes"]["path"].to_pylist()
    assert "Keypoint Dynamic Answers > Radio level 1  > 1 2 radio 1" in paths


def test_real_attributes_get_the_path_of_their_owners_class(real_exports: Path) -> None:
    rows = [json.loads(path.read_text("utf-8")) for path in real_label_rows()]
    tables = flatten(
        [{**row, "label_hash": str(number)} for number, row in enumerate(rows)], ontology=real_ontology(real_exports)
    )

    told = columns(tables["attributes"], "owner", "attribute_feature_hash", "parent_feature_hash", "path")

    assert {
        ("object", "OTkxMjU1", None, "Nested Box > First name"),
        ("object", "OTkxMjU1", None, "Keypoint Dynamic Answers > First name"),
        ("classification", "MTg0MjIw", "MjUzMTg1", "Radio classification 1 > cl 1 2 text"),
    } <= set(told)


@pytest.mark.parametrize("path", real_label_rows(), ids=lambda path: path.stem)
def test_real_label_rows_come_back_with_an_ontology(path: Path) -> None:
    assert not lost([json.loads(path.read_text("utf-8"))], real_ontology(path.parent))
