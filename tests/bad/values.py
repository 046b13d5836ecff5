"""Values within a label row that are not what they should be: geometry, masks, entries, hashes, parts, keys, ranges.

In: the good export. Out: `Kind`s of bad input whose JSON is well. Each says what was planted, where, and why.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exports import encode_rle

from bad.export import ATTRIBUTE, BOX, FIRST, LAST, MASK, Json, answer, export, label_row, thing, verdict
from bad.kind import (
    ABSENT,
    BROKEN,
    FILE,
    FOREIGN_GEOMETRY,
    GEOMETRY,
    GEOMETRY_AND_SHAPE,
    RANGE,
    ROW,
    Cost,
    Input,
    Kind,
    Steps,
    dump,
    path_of,
    place_of,
    planted,
)

NAN, INFINITY = float("nan"), float("inf")
FRAME: Steps = ("data_units", "unit", "labels", "0")
AMONG_OBJECTS: Steps = (*FRAME, "objects", 1)
AMONG_CLASSIFICATIONS: Steps = (*FRAME, "classifications", 1)


def without(part: Mapping[str, Any], *keys: str) -> Json:
    """An object less some keys."""
    return {key: value for key, value in part.items() if key not in keys}


def drawn(
    name: str,
    reason: str,
    shape: str,
    geometry: Json,
    path: Steps,
    *,
    good: Json | None = None,
    costs: Cost = GEOMETRY,
) -> Kind:
    """An object whose geometry cannot be read; it keeps its row. `good` is a geometry that can."""
    bad = thing(BROKEN, shape, **geometry)
    mended = thing(BROKEN, shape, **(SHAPES[shape].geometry if good is None else good))
    return planted(name, reason, AMONG_OBJECTS, bad, mended=mended, path=path, raw=geometry, costs=costs)


@dataclass(frozen=True)
class Shape:
    """A shape in words, a good geometry of it, a coordinate in that; `fixed`: a list in which none can be missing."""

    words: str
    geometry: Json
    coordinate: Steps
    fixed: bool = False


TRIANGLE = [{"x": 0.1, "y": 0.1}, {"x": 0.9, "y": 0.1}, {"x": 0.5, "y": 0.9}]
POINTS = [{"name": name, "value": name, **vertex} for name, vertex in zip("abc", TRIANGLE, strict=True)]
RING = [0.1, 0.1, 0.9, 0.1, 0.5, 0.9]
CUBOID = {"position": [1, 2, 3], "orientation": [0, 0, 0.5], "size": [4, 2, 1.5]}
CUBOID_2D = {"front": RING, "offset": {"x": 0.1, "y": 0.05}}
VANISHING = {"front": RING, "vanishingPoint": {"x": 0.5, "y": 0.5}, "scaleRatio": 0.5}
SHAPES = {
    "bounding_box": Shape("a box", {"boundingBox": BOX}, ("boundingBox", "x")),
    "rotatable_bounding_box": Shape(
        "a rotated box", {"rotatableBoundingBox": {**BOX, "theta": 30}}, ("rotatableBoundingBox", "w")
    ),
    "polygon": Shape("a polygon", {"polygons": [[RING]]}, ("polygons", 0, 0, 3), fixed=True),
    "polyline": Shape("a polyline", {"polyline": TRIANGLE}, ("polyline", 1, "y")),
    "point": Shape("a point", {"point": TRIANGLE[:1]}, ("point", 0, "x")),
    "skeleton": Shape("a skeleton", {"skeleton": POINTS}, ("skeleton", 2, "x")),
    "ellipse": Shape("an ellipse", {"ellipse": {"x": 0.5, "y": 0.5, "rx": 0.2, "ry": 0.1}}, ("ellipse", "ry")),
    "circle": Shape("a circle", {"circle": {"x": 0.5, "y": 0.5, "r": 0.2}}, ("circle", "r")),
    "cuboid": Shape("a cuboid", {"cuboid": CUBOID}, ("cuboid", "position", 1), fixed=True),
    "cuboid_2d": Shape("a flat cuboid", {"cuboid_2d": CUBOID_2D}, ("cuboid_2d", "offset", "y")),
    "bitmask": Shape("a mask", {"bitmask": MASK}, ("bitmask", "height")),
    "segmentation": Shape("a selection of points", {"segmentation": "06"}, ("segmentation",)),
}
NO_NUMBERS: dict[str, Any] = {
    "null": None,
    "text": "0.5",
    "a truth value": True,
    "a list": [0.5],
    "an object": {"value": 0.5},
    "NaN": NAN,
    "infinite": -INFINITY,
}


def with_coordinate(shape: Shape, value: object) -> Json:
    """The shape's geometry with something else in the place of a coordinate, or with nothing there."""
    geometry: Any = copy.deepcopy(shape.geometry)
    holder = geometry
    for step in shape.coordinate[:-1]:
        holder = holder[step]
    if value is ABSENT:
        del holder[shape.coordinate[-1]]
    else:
        holder[shape.coordinate[-1]] = value
    assert isinstance(geometry, dict)
    return geometry


def coordinates() -> Iterator[Kind]:
    """One coordinate of each shape that is no number."""
    for name, shape in SHAPES.items():
        if name == "segmentation":
            continue
        path = shape.coordinate if name != "cuboid" else shape.coordinate[:-1]
        if not shape.fixed:
            missing = with_coordinate(shape, ABSENT)
            yield drawn(f"{shape.words} lacks a coordinate", "coordinate is missing", name, missing, path)
        for words, value in NO_NUMBERS.items():
            bad = with_coordinate(shape, value)
            yield drawn(f"a coordinate of {shape.words} is {words}", "coordinate is no number", name, bad, path)


def geometries() -> Iterator[Kind]:
    """Geometry that is not there, is not one, or is not that of its shape."""
    for name, shape in SHAPES.items():
        (key,) = shape.geometry
        there: Steps = (key,) if name != "polygon" else ("polygon",)
        reason = "geometry is missing" if name != "segmentation" else "run lengths are missing"
        yield drawn(f"{shape.words} has no geometry", reason, name, {}, there)
        yield drawn(f"the geometry of {shape.words} is null", reason, name, {key: None}, there)
        for words, value in (("text", "0,0,1,1"), ("a number", 5), ("a truth value", True)):
            if name == "segmentation" and words == "text":
                continue
            wrong = "geometry is of the wrong type"
            yield drawn(f"the geometry of {shape.words} is {words}", wrong, name, {key: value}, (key,))
        other = {"point": {"0": {"x": 0.5, "y": 0.5}}} if name != "point" else {"boundingBox": BOX}
        wrong = "geometry is not the one of its shape"
        yield drawn(
            f"{shape.words} has the geometry of another shape", wrong, name, other, there, costs=FOREIGN_GEOMETRY
        )


def vertices() -> list[Kind]:
    """Vertices and rings that are none, too few, or keyed by no number."""
    no_vertex, no_key = "vertex is no object", "vertex key is no number"
    odd, missing, wrong = "odd number of coordinates", "geometry is missing", "geometry is of the wrong type"
    return [
        drawn("a vertex is a pair", no_vertex, "polyline", {"polyline": [TRIANGLE[0], [1, 2]]}, ("polyline", 1)),
        drawn("a vertex is null", no_vertex, "skeleton", {"skeleton": [POINTS[0], None]}, ("skeleton", 1)),
        drawn("a vertex is text", no_vertex, "point", {"point": ["0.5, 0.5"]}, ("point", 0)),
        drawn("a polygon is a flat list", no_vertex, "polygon", {"polygon": RING}, ("polygon", 0)),
        drawn("a vertex is keyed by a letter", no_key, "polygon", {"polygon": {"a": TRIANGLE[0]}}, ("polygon",)),
        drawn("a vertex is keyed below zero", no_key, "polyline", {"polyline": {"-1": TRIANGLE[0]}}, ("polyline",)),
        drawn("a vertex is keyed by a fraction", no_key, "skeleton", {"skeleton": {"1.5": POINTS[0]}}, ("skeleton",)),
        drawn("a vertex is keyed by nothing", no_key, "polyline", {"polyline": {"": TRIANGLE[0]}}, ("polyline",)),
        drawn("a vertex is keyed by a foreign digit", no_key, "point", {"point": {"٣": TRIANGLE[0]}}, ("point",)),
        drawn("a point is not in an object by number", no_key, "point", {"point": TRIANGLE[0]}, ("point",)),
        drawn(
            "a vertex is keyed by 5000 digits",
            no_key,
            "polyline",
            {"polyline": {"9" * 5000: TRIANGLE[0]}},
            ("polyline",),
        ),
        drawn(
            "a vertex in an object by number lacks a coordinate",
            "coordinate is missing",
            "polyline",
            {"polyline": {"10": {"x": 0.5}, "2": TRIANGLE[0]}},
            ("polyline", "10", "y"),
        ),
        drawn("a ring has an x without y", odd, "polygon", {"polygons": [[RING[:5]]]}, ("polygons", 0, 0)),
        drawn("a hole has an x without y", odd, "polygon", {"polygons": [[RING, [0.5]]]}, ("polygons", 0, 1)),
        drawn(
            "a front has an x without y",
            odd,
            "cuboid_2d",
            {"cuboid_2d": CUBOID_2D | {"front": RING[:3]}},
            ("cuboid_2d", "front"),
        ),
        drawn("a polygon has no vertex", missing, "polygon", {"polygon": {}}, ("polygon",)),
        drawn("a polygon has an empty list of vertices", missing, "polygon", {"polygon": []}, ("polygon",)),
        drawn("a polyline has no vertex", missing, "polyline", {"polyline": []}, ("polyline",)),
        drawn("a skeleton has no point", missing, "skeleton", {"skeleton": {}}, ("skeleton",)),
        drawn("a polygon has a part without rings", missing, "polygon", {"polygons": [[]]}, ("polygons",)),
        drawn("a polygon has a ring without vertices", missing, "polygon", {"polygons": [[[]]]}, ("polygons",)),
        drawn("polygons are keyed by number", wrong, "polygon", {"polygons": {"0": [RING]}}, ("polygons",)),
        drawn("polygons are one ring", wrong, "polygon", {"polygons": RING}, ("polygons", 0)),
        drawn("polygons are one part", wrong, "polygon", {"polygons": [RING]}, ("polygons", 0, 0)),
        drawn("a ring is null", wrong, "polygon", {"polygons": [[RING, None]]}, ("polygons", 0, 1)),
        drawn("a ring holds vertices", "coordinate is no number", "polygon", {"polygons": [[TRIANGLE]]}, RING_PATH),
        drawn(
            "one vertex of a polyline lacks its height",
            "coordinate is missing",
            "polyline",
            {"polyline": [{**TRIANGLE[0], "z": 1}, TRIANGLE[1]]},
            ("polyline", 1, "z"),
        ),
        drawn(
            "the height of a point is text",
            "coordinate is no number",
            "point",
            {"point": [{**TRIANGLE[0], "z": "low"}]},
            ("point", 0, "z"),
        ),
    ]


RING_PATH: Steps = ("polygons", 0, 0, 0)


def solids() -> list[Kind]:
    """Parts of cuboids and rotated shapes."""
    wrong, no_number = "geometry is of the wrong type", "coordinate is no number"

    def flat(name: str, reason: str, cuboid: Json, *path: str) -> Kind:
        return drawn(name, reason, "cuboid_2d", {"cuboid_2d": cuboid}, ("cuboid_2d", *path))

    def solid(name: str, part: str, **value: object) -> Kind:
        cuboid = {**without(CUBOID, part), **value}
        return drawn(name, no_number, "cuboid", {"cuboid": cuboid}, ("cuboid", part))

    return [
        solid("a cuboid lacks its size", "size"),
        solid("the orientation of a cuboid is null", "orientation", orientation=None),
        solid("the position of a cuboid is flat", "position", position=[1, 2]),
        solid("the size of a cuboid is four numbers", "size", size=[1, 2, 3, 4]),
        solid("the position of a cuboid is by axis", "position", position={"x": 1, "y": 2, "z": 3}),
        solid("the orientation of a cuboid is a number", "orientation", orientation=0.5),
        flat("a flat cuboid has nothing behind its front", "geometry is missing", {"front": RING}),
        flat("a vanishing point has no ratio", "geometry is missing", without(VANISHING, "scaleRatio")),
        flat("a ratio has no vanishing point", "geometry is missing", without(VANISHING, "vanishingPoint")),
        flat("a flat cuboid has no front", no_number, without(CUBOID_2D, "front"), "front"),
        flat("a front has no vertex", "geometry is missing", CUBOID_2D | {"front": []}, "front"),
        flat("a front is vertices", no_number, CUBOID_2D | {"front": TRIANGLE}, "front"),
        flat("a front is text", no_number, CUBOID_2D | {"front": "0,0,1,1"}, "front"),
        flat("an offset is a list", wrong, CUBOID_2D | {"offset": [0.1, 0.1]}, "offset"),
        flat("a vanishing point is a list", wrong, VANISHING | {"vanishingPoint": [0.5, 0.5]}, "vanishingPoint"),
        flat(
            "a vanishing point lacks its x",
            "coordinate is missing",
            VANISHING | {"vanishingPoint": {"y": 0.5}},
            *("vanishingPoint", "x"),
        ),
        flat("a ratio is text", no_number, VANISHING | {"scaleRatio": "1/2"}, "scaleRatio"),
        drawn(
            "the angle of a box is text",
            no_number,
            "rotatable_bounding_box",
            {"rotatableBoundingBox": {**BOX, "theta": "30°"}},
            ("rotatableBoundingBox", "theta"),
        ),
        drawn(
            "the angle of an ellipse is NaN",
            no_number,
            "ellipse",
            {"ellipse": {"x": 0.5, "y": 0.5, "rx": 0.2, "ry": 0.1, "theta": NAN}},
            ("ellipse", "theta"),
        ),
        drawn(
            "the stretch of a circle is a list",
            no_number,
            "circle",
            {"circle": {"x": 0.5, "y": 0.5, "r": 0.2, "stretch": [1]}},
            ("circle", "stretch"),
        ),
        drawn("a box is a list of numbers", wrong, "bounding_box", {"boundingBox": [0, 0, 1, 1]}, ("boundingBox",)),
        drawn(
            "a box is keyed by number",
            "coordinate is missing",
            "bounding_box",
            {"boundingBox": {"0": BOX}},
            ("boundingBox", "x"),
        ),
    ]


def masks() -> list[Kind]:
    """Masks and selections of points whose run lengths or sizes cannot be."""
    short, long, cut = ("run lengths are too short", "run lengths are too long", "run lengths are cut off")
    negative, foreign, missing = (
        "run length is negative",
        "foreign character in run lengths",
        "run lengths are missing",
    )
    fraction, wrong = "size is no whole number", "geometry is of the wrong type"

    def mask(name: str, reason: str, path: Steps, **parts: object) -> Kind:
        bad = {"bitmask": {**MASK, **parts}}
        return drawn(name, reason, "bitmask", bad, (*path,))

    def runs(name: str, reason: str, text: object) -> Kind:
        # Run lengths are measured late, many at once: the path is then the object's.
        return mask(name, reason, (), rleString=text)

    def old_mask(name: str, reason: str, path: Steps = (), **parts: object) -> Kind:
        bad = {**MASK, **parts}
        return drawn(name, reason, "bitmask", bad, path, good=MASK)

    def points(name: str, reason: str, text: str) -> Kind:
        return drawn(name, reason, "segmentation", {"segmentation": text}, ())

    return [
        runs("a mask has too few pixels", short, encode_rle([1, 3, 7])),
        runs("a mask has one pixel too many", long, encode_rle([1, 3, 9])),
        runs("a mask has no runs", short, ""),
        runs("a mask is that of a larger frame", long, encode_rle([500, 3, 2_000_000])),
        runs("a run is longer than any frame", long, encode_rle([1 << 37])),
        runs("a run is longer than can be counted", long, encode_rle([1 << 60])),
        runs("a mask is cut off in a number", cut, "13P"),
        runs("a mask has a run below zero", negative, encode_rle([1, 3, -2, 4, 6])),
        runs("the runs of a mask fall below zero by a difference", negative, encode_rle([5, 2, 1, -3, 7])),
        runs("run lengths hold a blank", foreign, "1 3"),
        runs("run lengths hold a letter beyond o", foreign, "13p"),
        runs("run lengths hold a line break", foreign, "13\n4"),
        mask("run lengths hold an umlaut", foreign, ("bitmask", "rleString"), rleString="1ä4"),
        mask("run lengths are null", missing, ("bitmask", "rleString"), rleString=None),
        mask("run lengths are a list", wrong, ("bitmask", "rleString"), rleString=[1, 3, 8]),
        mask("run lengths are a number", wrong, ("bitmask", "rleString"), rleString=138),
        drawn(
            "a mask has no run lengths at all",
            missing,
            "bitmask",
            {"bitmask": without(MASK, "rleString")},
            ("bitmask", "rleString"),
        ),
        mask("the width of a mask is a fraction", fraction, ("bitmask", "width"), width=4.5),
        mask("the width of a mask is beyond 31 bits", fraction, ("bitmask", "width"), width=1 << 31),
        mask("the top of a mask is a fraction", fraction, ("bitmask", "top"), top=0.25),
        mask("the height of a mask is below zero", "size is negative", ("bitmask",), height=-3),
        mask("the left of a mask is text", "coordinate is no number", ("bitmask", "left"), left="0"),
        mask("the width of a mask is zero", long, (), width=0),
        old_mask("a mask of old is too short", short, rleString=encode_rle([1, 3])),
        old_mask("a mask of old has a width of text", "coordinate is no number", ("width",), width="4"),
        old_mask("a mask of old has run lengths that are null", missing, ("rleString",), rleString=None),
        points("a selection is cut off in a number", cut, "0P"),
        points("a selection has a run below zero", negative, encode_rle([3, -2])),
        points("a selection holds a comma", foreign, "0,6"),
        drawn(
            "a selection holds an umlaut",
            foreign,
            "segmentation",
            {"segmentation": "0ö"},
            ("segmentation",),
        ),
        drawn("a selection is a list of points", wrong, "segmentation", {"segmentation": [0, 1]}, ("segmentation",)),
    ]


def shapeless() -> list[Kind]:
    """Objects that do not say what they are."""
    missing = "geometry is missing"
    bad, null = thing(BROKEN, ""), thing(BROKEN, "")
    del bad["shape"]
    null["shape"] = None
    number = null | {"shape": 5}
    mended = thing(BROKEN, "bounding_box", boundingBox=BOX)
    told = bad | {"boundingBox": without(BOX, "h")}

    def shapeless(name: str, entry: Json) -> Kind:
        return planted(name, missing, AMONG_OBJECTS, entry, mended=mended, path=(), raw={}, costs=GEOMETRY_AND_SHAPE)

    return [
        shapeless("an object has neither shape nor geometry", bad),
        shapeless("an object has no geometry and a shape of null", null),
        planted(
            "an object has no geometry and a shape that is a number",
            missing,
            AMONG_OBJECTS,
            number,
            mended=mended | {"shape": 5},
            path=(),
            raw={},
            costs=GEOMETRY_AND_SHAPE,
        ),
        planted(
            "an object without shape has a bad geometry",
            "coordinate is missing",
            AMONG_OBJECTS,
            told,
            mended=without(mended, "shape"),
            path=("boundingBox", "h"),
            raw={"boundingBox": without(BOX, "h")},
            costs=GEOMETRY,
        ),
    ]


NO_OBJECTS: dict[str, Any] = {
    "text": "Lion",
    "a number": 7,
    "null": None,
    "a list": [{"objectHash": BROKEN}],
    "a truth value": False,
}
ATTRIBUTES: Steps = ("object_answers", "car", "classifications", 1)
ENTRIES: dict[str, tuple[str, Steps]] = {
    "an object": ("video", AMONG_OBJECTS),
    "a classification": ("video", AMONG_CLASSIFICATIONS),
    "an attribute": ("video", ATTRIBUTES),
    "an action": ("video", ("object_actions", "car", "actions", 2)),
    "an entry of the history": ("video", ("export_history", 1)),
    "a frame": ("video", ("data_units", "unit", "labels", "4")),
    "a data unit": ("video", ("data_units", BROKEN)),
    "an answer": ("video", ("object_answers", BROKEN)),
    "an answer of a classification": ("video", ("classification_answers", BROKEN)),
    "the actions of an object": ("video", ("object_actions", BROKEN)),
    "a space": ("group", ("spaces", BROKEN)),
    "a slice": ("group", ("spaces", "right", "frames", 3)),
    "an object on a layer": ("group", ("spaces", "left", "labels", "3", "objects", 1)),
}


def entries() -> Iterator[Kind]:
    """Entries of lists and objects that should be objects."""
    for words, (row, at) in ENTRIES.items():
        for what, value in NO_OBJECTS.items():
            if words == "a frame" and value is None:
                continue  # a frame without labels
            yield planted(f"{words} is {what}", "entry is no object", at, value, row=row)


def hashes() -> Iterator[Kind]:
    """Entries without the hash that tells whose they are."""
    box = thing(BROKEN, "bounding_box", boundingBox=BOX)
    for words, key, at, entry in (
        ("an object", "objectHash", AMONG_OBJECTS, box),
        ("a classification", "classificationHash", AMONG_CLASSIFICATIONS, {"name": "Weather"}),
    ):
        yield planted(f"{words} has no hash", "hash is missing", at, without(entry, key), path=(key,))
        for what, value in (("null", None), ("a number", 5), ("a list", [BROKEN])):
            bad = {**entry, key: value}
            yield planted(f"the hash of {words} is {what}", "hash is missing", at, bad, path=(key,))


def parts() -> list[Kind]:
    """Parts of a label row that are of another type than they should be."""
    no_object, no_list = "part is no object", "part is no list"
    frame = (*FRAME[:-1], "1")
    lion, many = "Lion", [{"objectHash": BROKEN}]
    actions = {"objectHash": BROKEN, "actions": []}
    spare = answer(BROKEN, classifications=[])

    def held(name: str, reason: str, at: Steps, key: str, good: Json, value: object) -> Kind:
        """A part of something that is planted whole."""
        return planted(name, reason, at, {**good, key: value}, mended=without(good, key), path=(key,), raw=value)

    def placed(name: str, reason: str, key: str, value: object) -> Kind:
        at = ("object_answers", BROKEN)
        return planted(
            name,
            reason,
            at,
            {**spare, "shape": "audio", key: value},
            row="audio",
            mended={**spare, "shape": "audio"},
            path=(key,),
            raw=value,
            costs=RANGE,
        )

    return [
        planted("data_units are a list", no_object, ("data_units",), many, row="group", mended={}),
        planted("data_units are text", no_object, ("data_units",), lion, row="group", mended={}),
        planted("object_answers are a list", no_object, ("object_answers",), many),
        planted("object_answers are a number", no_object, ("object_answers",), 3),
        planted("classification_answers are text", no_object, ("classification_answers",), lion),
        planted("classification_answers are a list", no_object, ("classification_answers",), []),
        planted("object_actions are a truth value", no_object, ("object_actions",), True),
        planted("spaces are a list", no_object, ("spaces",), many),
        planted("the spaces of a group are text", no_object, ("spaces",), "left", row="group", raw="left"),
        planted("labels are text", no_object, (*FRAME[:-1],), lion),
        planted("labels are a list of frames", no_object, (*FRAME[:-1],), [{"objects": []}]),
        planted("the labels of a layer are a number", no_object, ("spaces", "right", "labels"), 3, row="group"),
        planted("objects are text", no_list, (*frame, "objects"), lion),
        planted("objects are by hash", no_list, (*frame, "objects"), {BROKEN: {}}),
        planted("objects are a truth value", no_list, (*frame, "objects"), False),
        planted("classifications are an object", no_list, (*frame, "classifications"), {"classificationHash": "rain"}),
        planted("classifications are a number", no_list, (*frame, "classifications"), 0),
        held("attributes are text", no_list, ("object_answers", BROKEN), "classifications", spare, lion),
        held("attributes are by hash", no_list, ("object_answers", BROKEN), "classifications", spare, {"a": ATTRIBUTE}),
        held(
            "attributes of a classification are a number",
            no_list,
            ("classification_answers", BROKEN),
            "classifications",
            verdict(BROKEN),
            5,
        ),
        held("actions are text", no_list, ("object_actions", BROKEN), "actions", actions, lion),
        held("actions are an object", no_list, ("object_actions", BROKEN), "actions", actions, {"0": ATTRIBUTE}),
        placed("a range is text", no_list, "range", "0-5"),
        placed("a range is a number", no_list, "range", 5),
        placed("a range is an object", no_list, "range", {"start": 0, "end": 5}),
        placed("an HTML range is an object", no_list, "range_html", {"start": FIRST, "end": LAST}),
        placed("the spaces of an answer are a list", no_object, "spaces", ["unit"]),
        placed("the spaces of an answer are text", no_object, "spaces", "unit"),
    ]


FRAME_KEYS = {
    "a word": "left",
    "below zero": "-1",
    "a fraction": "1.5",
    "beyond 64 bits": "99999999999999999999",
    "just beyond 64 bits": "9223372036854775808",
    "nothing": "",
    "a blank and a number": " 4",
    "a foreign digit": "٣",
    "a power of ten": "1e3",
    "a stream's": "camera#4",
}


def frame_keys() -> Iterator[Kind]:
    """Frames whose key is no number."""
    blob = {"objects": [thing(BROKEN, "bounding_box", boundingBox=BOX)], "classifications": []}
    for words, key in FRAME_KEYS.items():
        yield planted(
            f"the key of a frame is {words}",
            "frame key is no number",
            ("data_units", "unit", "labels", key),
            blob,
        )
    yield planted(
        "the key of a page of a layer is a word",
        "frame key is no number",
        ("spaces", "left", "labels", "cover"),
        blob,
        row="group",
    )


NO_RANGES: dict[str, Any] = {
    "three numbers": [0, 1, 2],
    "one number": [0],
    "nothing": [],
    "a number": 5,
    "text": "0-5",
    "null": None,
    "two texts": ["0", "5"],
    "fractions": [0.5, 1.5],
    "NaN": [NAN, 5],
    "infinite": [0, INFINITY],
    "truth values": [False, True],
    "two nulls": [None, None],
    "beyond 64 bits": [0, 1 << 63],
    "lists": [[0], [5]],
    "an object without ends": {"from": 0, "to": 5},
    "half a node": [FIRST, 5],
    "a text that sets a terminal's colour": ["\x9b31m", 5],
    "a text that turns the direction of writing": ["\u202e", 5],
}
NO_NODES: dict[str, Any] = {
    "has no xpath": {"start": FIRST, "end": {"offset": 3}},
    "has an xpath of null": {"start": FIRST, "end": {"xpath": None, "offset": 3}},
    "has an offset of text": {"start": FIRST, "end": {"xpath": "/html", "offset": "3"}},
    "is text": {"start": FIRST, "end": "/html"},
    "is missing": {"start": FIRST},
}


def ranges() -> Iterator[Kind]:
    """Ranges of answers that are none, among good ones."""
    good: list[Any] = [[0, 2], [7, 8]]

    def one(
        name: str,
        value: object,
        reason: str = "range is unreadable",
        path: Steps = (),
        maker: Any = answer,
        **where: Any,
    ) -> Kind:
        owner = "object_answers" if maker is answer else "classification_answers"
        shape = {"name": "Word", "shape": "audio"} if maker is answer else {}
        key = where.get("key", "range")
        rest = where.get("good", good)
        return planted(
            name,
            reason,
            (owner, BROKEN),
            maker(BROKEN, **shape, **{key: [rest[0], value, *rest[1:]]}),
            row=where.get("row", "audio"),
            mended=maker(BROKEN, **shape, **{key: rest}),
            path=(key, 1, *path),
            raw=value,
            costs=RANGE,
        )

    for words, value in NO_RANGES.items():
        yield one(f"one range is {words}", value, path=("start",) if isinstance(value, dict) else ())
    nodes = [{"start": FIRST, "end": LAST}, {"start": LAST, "end": LAST}]
    for words, value in NO_NODES.items():
        yield one(
            f"an end of an HTML range {words}", value, path=("end",), row="plain_text", key="range_html", good=nodes
        )
    backwards = "range ends before it starts"
    yield one("one range ends before it starts", [5, 3], backwards)
    yield one("one range of a classification ends before it starts", [5, 3], backwards, maker=verdict, row="video")
    yield one("one range of a classification is text", "0-5", maker=verdict, row="img_group")
    for words, bad, reason in (("is text", "0-5", "range is unreadable"), ("ends before it starts", [5, 3], backwards)):
        yield planted(
            f"one range on a layer {words}",
            reason,
            ("classification_answers", BROKEN),
            verdict(BROKEN, spaces={"left": {"range": [[0, 2], bad, [7, 8]]}}),
            row="group",
            mended=verdict(BROKEN, spaces={"left": {"range": good}}),
            path=("spaces", "left", "range", 1),
            raw=bad,
            costs=RANGE,
        )
    yield planted(
        "what an answer says of a layer is text",
        "entry is no object",
        ("classification_answers", BROKEN),
        verdict(BROKEN, spaces={"left": {"range": good}, "right": "all"}),
        row="group",
        mended=verdict(BROKEN, spaces={"left": {"range": good}}),
        path=("spaces", "right"),
        raw="all",
        costs=RANGE,
    )
    yield planted(
        "what an answer says of a layer is a range of text",
        "part is no list",
        ("classification_answers", BROKEN),
        verdict(BROKEN, spaces={"left": {"range": good}, "right": {"range": "0-5"}}),
        row="group",
        mended=verdict(BROKEN, spaces={"left": {"range": good}}),
        path=("spaces", "right", "range"),
        raw="0-5",
        costs=RANGE,
    )


def no_unit() -> Kind:
    """A range that lies on nothing."""

    def make() -> Input:
        rows = [label_row("audio", {}, label_hash=words) for words in ("before", BROKEN, "after")]
        rows[1]["object_answers"] = {BROKEN: answer(BROKEN, shape="audio", range=[[0, 5]])}
        good = copy.deepcopy(rows)
        good[1]["object_answers"][BROKEN]["range"] = []
        path = path_of(("object_answers", BROKEN, "range", 0))
        return Input({FILE: dump(rows).encode()}, good, number=1, path=path, raw=[0, 5], changed=BROKEN)

    return Kind("a label row without data units has a range", "data unit is missing", make, RANGE)


def whole_rows() -> list[Kind]:
    """Label rows that cannot be taken for what they are: repeated ones, and those of 2020."""

    def again(name: str, first: object, second: object) -> Kind:
        def make() -> Input:
            rows = export()
            place = place_of(rows, "video")
            for branch, row in ((first, rows[place]), (second, copy.deepcopy(rows[place]))):
                row.pop("branch_name", None)
                if branch is not ABSENT:
                    row["branch_name"] = branch
                if row is not rows[place]:
                    row["data_title"] = "again"
                    bad = [*rows[: place + 2], row, *rows[place + 2 :]]
            return Input({FILE: dump(bad).encode()}, rows, number=place + 2, path="$", raw=row)

        return Kind(name, "label row stands twice", make, ROW)

    def of_2020(name: str, label_hash: str) -> Kind:
        def make() -> Input:
            rows = export()
            place = place_of(rows, label_hash)
            old = rows[place] | {"labels": rows[place]["data_units"]["unit"]["labels"]}
            del old["data_units"]
            good = [row for row in rows if row is not rows[place]]
            bad = [old if row is rows[place] else row for row in rows]
            return Input({FILE: dump(bad).encode()}, good, number=place, path="$.labels", raw=old)

        return Kind(name, "label row of the time before data units", make, ROW)

    return [
        again("a label row stands twice", "main", "main"),
        again("a label row stands twice on a branch", "predictions", "predictions"),
        again("a label row stands on main and on no branch", "main", None),
        again("a label row stands on a branch of null and on none", None, ABSENT),
        again("a label row stands on no branch and on main", ABSENT, "main"),
        of_2020("a video is exported as in 2020", "video"),
        of_2020("an image is exported as in 2020", "image"),
    ]


VALUES = [
    *coordinates(),
    *geometries(),
    *vertices(),
    *solids(),
    *masks(),
    *shapeless(),
    *entries(),
    *hashes(),
    *parts(),
    *frame_keys(),
    *ranges(),
    no_unit(),
    *whole_rows(),
]
