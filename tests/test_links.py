"""Flattening without links."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import labelframe as lf
from labelframe.flattening.links import link_free

SECRET = "signature=1234"
LINK = f"https://host/file?{SECRET}"


def signed_rows() -> list[dict[str, Any]]:
    """Label rows with a link wherever exports have one, and where they might."""
    blob = {
        "objects": [],
        "classifications": [],
        "metadata": {"file_uri": LINK, "width": 0},
        "odd": {"data_link": LINK},
    }
    video = {
        "label_hash": "video",
        "data_type": "dicom",
        "video_link": LINK,
        "image_sequence_link": LINK,
        "client_metadata": {"where": LINK},
        "data_units": {
            "u": {
                "data_type": "application/dicom",
                "data_link": LINK,
                "data_links": [LINK],
                "labels": {"0": blob, "00": blob},
            }
        },
        "object_answers": {"o": {"classifications": "none", "data_link": LINK}},
    }
    group = {
        "label_hash": "group",
        "data_type": "group",
        "data_units": {"g": {"data_type": "group", "labels": {"objects": [], "classifications": []}}},
        "spaces": {
            "s": {
                "space_type": "image_sequence",
                "child_info": {"data_link": LINK, "file_name": "a"},
                "root_info": {"data_link": LINK, "file_name": "b"},
                "scene_info": {"uri": LINK, "data_link": LINK},
                "frames": [{"data_sequence": 3, "data_link": LINK, "data_title": "x"}, {"data_link": LINK}],
                "labels": {"0": {"objects": [], "classifications": []}},
            }
        },
    }
    return [video, group, {**video, "label_hash": "video"}]


def test_no_table_holds_a_link_or_what_signs_it(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    broken = json.dumps({"label_hash": "b", "data_link": LINK, "data_units": {}}).replace('"b",', '"b"')
    path.write_text("\n".join([*map(json.dumps, signed_rows()), broken]))

    labels = lf.flatten(path, on_error="collect", strip_links=True)

    kept = json.dumps({name: table.to_pylist() for name, table in labels.items()}, default=str)
    assert SECRET not in kept
    assert labels["rejects"]["reason"].to_pylist() == [
        "part is no list",
        "label row stands twice",
        "label row is no JSON",
    ]
    assert SECRET in json.dumps(
        {name: table.to_pylist() for name, table in lf.flatten(path, on_error="collect").items()}, default=str
    )


def test_a_link_that_is_cut_off_is_taken_out_too() -> None:
    assert SECRET not in link_free(f'{{"a": 1, "data_links": ["{LINK}", "{LINK}')
    assert SECRET not in link_free(f'{{"data_link": "{LINK}')
