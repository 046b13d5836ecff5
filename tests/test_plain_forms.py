"""Forms that no export seen so far has, but that are plain to read: each is taken, and comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from compare import differences, flatten
from test_restore import lost


def image(labels: Any, **header: Any) -> dict[str, Any]:
    """A label row of one image."""
    unit = {"data_hash": "u", "data_type": "image/png", "width": 5, "height": 4, "labels": labels}
    return {"label_hash": "row", "data_type": "image", "data_units": {"u": unit}, **header}


def objects_of(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of objects of a label row."""
    rows: list[dict[str, Any]] = flatten([row])["objects"].to_pylist()
    return rows


def assert_whole(*rows: dict[str, Any]) -> None:
    """Nothing of these label rows is refused or lost, and the reference says the same."""
    assert flatten([*rows])["rejects"].num_rows == 0
    assert differences([*rows]) == []
    assert lost([*rows]) == []


def test_a_relation_is_an_answer_of_unknown_kind() -> None:
    answers = {"relations": [{"objectHash": "other", "type": "carries"}]}
    entry = {"name": "Carries", "featureHash": "f", "answers": answers}
    row = image(
        {"objects": [], "classifications": []},
        object_answers={"o": {"objectHash": "o", "classifications": [entry]}},
    )

    (attribute,) = flatten([row])["attributes"].to_pylist()

    assert (attribute["kind"], json.loads(attribute["answer"])) == ("unknown", answers)
    assert_whole(row)


def test_a_deleted_row_is_taken_as_it_is() -> None:
    row = image({"objects": [], "classifications": []})
    row["data_type"] = "deleted"

    assert flatten([row])["label_rows"]["data_type"].to_pylist() == ["deleted"]
    assert_whole(row)


def test_answers_straight_in_a_classification_answer_are_kept_in_extra() -> None:
    answer = {
        "classificationHash": "c",
        "classificationName": "Weather",
        "answers": [{"name": "Rain", "value": "rain"}],
    }
    row = image({"objects": [], "classifications": []}, classification_answers={"c": answer})

    (instance,) = flatten([row])["instances"].to_pylist()

    assert json.loads(instance["extra"]) == {key: answer[key] for key in ("classificationName", "answers")}
    assert_whole(row)


@pytest.mark.parametrize(
    ("size", "top", "left", "box", "area"),
    [
        ((2, 2), 1, 3, (0.6, 0.25, 0.4, 0.5), 0.2),  # smaller than its frame: it lies at left, top
        ((5, 4), 1, 3, (0.0, 0.0, 1.0, 1.0), 1.0),  # of the frame's size: it lies at the frame's corner
    ],
)
def test_a_mask_lies_at_its_corner_only_where_it_is_smaller_than_its_frame(
    size: tuple[int, int], top: int, left: int, box: tuple[float, ...], area: float
) -> None:
    width, height = size
    runs = {4: "04", 20: "0d0"}[width * height]  # 0 pixels unset, then all of them set
    mask = {"rleString": runs, "top": top, "left": left, "width": width, "height": height}
    row = image({"objects": [{"objectHash": "o", "shape": "bitmask", "bitmask": mask}], "classifications": []})

    (found,) = objects_of(row)

    assert tuple(round(found[name], 12) for name in "xywh") == box
    assert found["area"] == pytest.approx(area)
    assert_whole(row)


@pytest.mark.parametrize(
    "wrap", ["[{}]", '{{"rows": [{}]}}', '{{"data": {{"rows": [[{}]]}}}}', "[[{}]]", '[{{"row": {}}}]']
)
def test_other_wrappers_are_seen_through(wrap: str, tmp_path: Any) -> None:
    import labelframe as lf

    row = image({"objects": [], "classifications": []})
    (tmp_path / "export.json").write_text(wrap.format(json.dumps(row)))

    assert lf.flatten(tmp_path / "export.json")["label_rows"]["label_hash"].to_pylist() == ["row"]


def test_the_same_label_row_on_two_branches_is_two() -> None:
    rows = [image({}, branch_name=name) for name in (None, "experiment")]

    assert flatten([*rows])["label_rows"]["branch_name"].to_pylist() == [None, "experiment"]
    assert_whole(*rows)


def test_spaces_of_before_their_release_are_taken() -> None:
    spaces = {
        "a": {"space_type": "vision", "title": "left", "info": {"width": 3}, "labels": {}},
        "b": {"space_type": "multilayer_image", "labels": {"0": {"objects": [], "classifications": []}}},
    }
    row = image({"objects": [], "classifications": []}, spaces=spaces)

    assert set(flatten([row])["spaces"]["space_type"].to_pylist()) == {"image", "vision", "multilayer_image"}
    assert_whole(row)
