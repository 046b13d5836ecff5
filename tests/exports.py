"""Hypothesis strategies that invent label rows as exports have them, of every modality, shape and kind of answer.

In: nothing. Out: strategies of decoded JSON. It refuses to know the package and what should become of a row.

`label_rows()` and `exports()` are valid in every oddity that real exports show: keys missing, null or of another
type, both spellings of whatever has two, unknown keys at every level. `broken_rows()` holds one fault each.

Most values come from small pools, not from text() and floats(): what matters here is which keys meet, and a row
must stay small enough to draw hundreds of them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

Json = dict[str, Any]


def encode_rle(counts: Sequence[int]) -> str:
    """COCO's compressed string of run lengths: groups of five bits, low ones first.

    >>> encode_rle([1, 3, 4, 1, 1, 1, 4])
    '134NM03'
    """
    text = ""
    for index, count in enumerate(counts):
        # From the fourth count on, the difference to the count two places back is written.
        left = count - counts[index - 2] if index > 2 else count
        more = True
        while more:
            group = left & 31
            left >>= 5
            more = left != (-1 if group & 16 else 0)
            text += chr((group | 32 if more else group) + 48)
    return text


def mask_counts(pixels: Sequence[bool]) -> list[int]:
    """Run lengths of pixels in row-major order: background, mask, background and so on.

    >>> mask_counts([True, True, False])
    [0, 2, 1]
    """
    counts = [0]
    is_mask = False
    for pixel in pixels:
        if pixel != is_mask:
            counts.append(0)
            is_mask = pixel
        counts[-1] += 1
    return counts


def encode_mask(rows: Sequence[Sequence[bool]]) -> str:
    """The run-length string of a mask given as rows of pixels.

    >>> encode_mask([[False, True, True, True, False], [False, False, False, True, False], [True] + [False] * 4])
    '134NM03'
    """
    return encode_rle(mask_counts([pixel for row in rows for pixel in row]))


# Pools

OBJECT_HASHES = ["o7XU+3ux", "saG3/h6C", "fbb97dda-1e66-48f9-b749-af2f83dab9fc", "428fba2b"]
CLASSIFICATION_HASHES = ["3AqiIPrF", "HVwOV4hB", "9b3e2e91-3c4a-45dd-a142-b9e53642f1c3"]
FEATURE_HASHES = ["MjI2NzEy", "r4M5dkj7", "9dt+r+op"]
NAMES = ["Car", "Epiglottis ", "Fußgänger", "日本 の車", 'say "hi"\n', "🚗", ""]
OTHER_SPACES = ["telemetry/speed", "channel é"]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def spell_time(time: datetime, spelling: str) -> str:
    """One of the spellings that exports have for a time in UTC."""
    east, west = time + timedelta(hours=5, minutes=30), time - timedelta(hours=8)
    mail = f"{WEEKDAYS[time.weekday()]}, {time.day:02} {MONTHS[time.month - 1]} {time:%Y %H:%M:%S}"
    script = f"{WEEKDAYS[east.weekday()]} {MONTHS[east.month - 1]} {east.day:02} {east:%Y %H:%M:%S}"
    spellings = {
        "space": f"{time:%Y-%m-%d %H:%M:%S}",
        "iso": f"{time:%Y-%m-%dT%H:%M:%S}",
        "iso zulu": f"{time:%Y-%m-%dT%H:%M:%S.%f}Z",
        "iso milliseconds": f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}+00:00",
        "iso east": f"{east:%Y-%m-%dT%H:%M:%S}+05:30",
        "iso west": f"{west:%Y-%m-%dT%H:%M:%S.%f}-08:00",
        "mail utc": f"{mail} UTC",
        "mail gmt": f"{mail} GMT",
        "mail": mail,
        "script": f"{script} GMT+0530 (India Standard Time)",
    }
    return spellings[spelling]


SPELLINGS = [
    "space",
    "iso",
    "iso zulu",
    "iso milliseconds",
    "iso east",
    "iso west",
    "mail utc",
    "mail gmt",
    "mail",
    "script",
]
MOMENTS = [
    datetime(2023, 2, 9, 14, 12, 3, tzinfo=UTC),
    datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=UTC),
    datetime(2019, 12, 31, 22, 0, 0, 500000, tzinfo=UTC),
]


@cache
def times() -> SearchStrategy[Any]:
    """A time in any spelling; missing ones are null or ""; rarely one that nobody can read."""
    spelled = [spell_time(moment, spelling) for spelling in SPELLINGS for moment in MOMENTS]
    return st.sampled_from([*spelled, None, "", "yesterday", 1675951923])


@cache
def odd_keys() -> SearchStrategy[Json]:
    """Keys that nobody knows, mostly none."""
    odd: list[Json] = [
        {"odd": 1},
        {"später": {"a": [None, "ü"]}},
        {"odd": None},
        {"x-new": [0.5, "é"], "odd": False},
        {'\u0000"\\/\n\U0001f600': {"": {}}, "1e-320": [1e-320, -0.0, 2**53 + 1, 1e308, 2**64 - 1]},
    ]
    return st.sampled_from([{}] * 8 + odd)


@st.composite
def mostly(draw: DrawFn, often: SearchStrategy[Json], rarely: SearchStrategy[Json]) -> Json:
    return draw(rarely if draw(st.integers(0, 5)) == 5 else often)


@cache
def names() -> SearchStrategy[Any]:
    return st.sampled_from(NAMES)


def number(thousandths: int) -> float | int:
    """A coordinate; JSON writes whole ones without a point."""
    return thousandths // 1000 if thousandths % 1000 == 0 else thousandths / 1000


EDGES = (1e-320, -0.0, 2**53 + 1, 1e308, 0.30000000000000004, 0.12345678901234566, -1e200, 5e-324)


@cache
def coordinates() -> SearchStrategy[float | int]:
    """0..1, but not clipped; rarely a number at the edge of what a float64 holds."""
    return st.integers(-50, 1050).map(lambda drawn: EDGES[drawn % len(EDGES)] if drawn > 1040 else number(drawn))


@cache
def lengths() -> SearchStrategy[float | int]:
    return st.integers(0, 1050).map(
        lambda drawn: abs(EDGES[drawn % len(EDGES)]) if drawn > 1040 else number(min(drawn, 1000))
    )


@cache
def stamps() -> SearchStrategy[Json]:
    """Who made a label and when: of entries and answers alike."""
    return st.fixed_dictionaries(
        {},
        optional={
            "createdAt": times(),
            "createdBy": st.sampled_from(["ann@example.org", "NlZNOzo0M5fq", None, 7]),
            "lastEditedAt": times(),
            "lastEditedBy": st.sampled_from(["bob@example.org", None, ""]),
            "confidence": st.sampled_from([1, 0.5, 1.0, 0, -0.25, 2, None, "1"]),
            "manualAnnotation": st.sampled_from([True, False, None, "yes"]),
        },
    )


@cache
def reviews() -> SearchStrategy[Any]:
    return st.sampled_from([[], None, [{"uid": "r1", "comment": "genau"}], {"status": "open"}])


# Shapes


@st.composite
def vertex_lists(draw: DrawFn, counts: Sequence[int] = (1, 2, 3, 4, 11)) -> list[tuple[float, float]]:
    """Points anywhere; one seed makes them all, so that they cost two draws."""
    count = draw(st.sampled_from(list(counts)))
    seed = draw(st.integers(0, 9999))
    points = []
    for index in range(count):
        x = (seed * (37 * index + 11) + 101 * index) % 1101 - 50
        y = (seed * (53 * index + 7) + 211 * index) % 1101 - 50
        points.append((number(x), number(y)))
    return points


@st.composite
def vertices(draw: DrawFn, points: Sequence[Json]) -> Any:
    """Vertices as a list, or as a dict by integer keys whose order means nothing."""
    spelling = draw(st.sampled_from(["dict", "dict", "reversed dict", "list"]))
    if spelling == "list":
        return list(points)
    numbered = list(enumerate(points))
    if spelling == "reversed dict":
        numbered.reverse()
    return {str(index): point for index, point in numbered}


@cache
@st.composite
def bounding_boxes(draw: DrawFn) -> Json:
    x, y, w, h = draw(coordinates()), draw(coordinates()), draw(lengths()), draw(lengths())
    return {"shape": "bounding_box", "boundingBox": {"x": x, "y": y, "w": w, "h": h} | draw(odd_keys())}


@cache
@st.composite
def rotatable_bounding_boxes(draw: DrawFn) -> Json:
    box = {"x": draw(coordinates()), "y": draw(coordinates()), "w": draw(lengths()), "h": draw(lengths())}
    theta: list[Json] = [{}, {"theta": None}] + [{"theta": theta} for theta in (0, 180, 180.0, 90, 218.2, 45.5, 360)]
    box |= draw(st.sampled_from(theta))
    return {"shape": "rotatable_bounding_box", "rotatableBoundingBox": box | draw(odd_keys())}


@cache
@st.composite
def polygons(draw: DrawFn) -> Json:
    """Every spelling: the older key alone, the newer alone, both, both but unlike, holes and several parts."""
    outline = draw(vertex_lists(counts=(3, 4, 11)))
    parts = [[outline]]
    form = draw(st.sampled_from(["older", "older", "both", "newer", "stale", "holes", "parts"]))
    if form in ("holes", "parts"):
        x, y = draw(st.integers(-50, 400)), draw(st.integers(-50, 400))
        square = [(x, y), (x + 500, y), (x + 500, y + 400), (x, y + 400)]
        hole = [(x + 100, y + 100), (x + 100, y + 200), (x + 300, y + 150)]
        outline = [(number(a), number(b)) for a, b in square]
        parts = [[outline, [(number(a), number(b)) for a, b in hole]]]
    if form == "parts":
        parts.append([draw(vertex_lists(counts=(3, 4)))])
    older = draw(vertices([{"x": x, "y": y} for x, y in outline]))
    newer = [[[value for point in ring for value in point] for ring in part] for part in parts]
    if form == "older":
        absent: list[Json] = [{}, {"polygons": None}, {"polygons": []}]
        return {"shape": "polygon", "polygon": older} | draw(st.sampled_from(absent))
    if form == "newer":
        return {"shape": "polygon", "polygons": newer}
    if form == "stale":
        older = draw(vertices([{"x": 0.125, "y": y} for _, y in outline]))
    return {"shape": "polygon", "polygon": older, "polygons": newer}


@cache
@st.composite
def polylines(draw: DrawFn) -> Json:
    shape = draw(st.sampled_from(["polyline", "point"]))
    points = draw(vertex_lists(counts=(1,) if shape == "point" else (1, 2, 4, 11)))
    has_z = draw(st.booleans())
    z = draw(st.sampled_from([0, -2.5, 40])) if has_z else None
    listed = [{"x": x, "y": y} | ({} if z is None else {"z": z}) for x, y in points]
    if shape == "point":
        return {"shape": shape, shape: {"0": listed[0]}}
    return {"shape": shape, shape: draw(vertices(listed))}


@cache
@st.composite
def skeletons(draw: DrawFn) -> Json:
    states: list[Json] = [
        {},
        {"visibility": None},
        {"visible": True},
        {"visible": False, "occluded": True, "invisible": False, "selfOccluded": False},
        {"visible": True, "invisible": True},
        {"occluded": True, "selfOccluded": True},
        {"selfOccluded": True, "visible": False},
        {"visibility": "visible"},
        {"visibility": "occluded"},
        {"visibility": "selfOccluded", "occluded": False},
        {"visibility": "visible", "invisible": True},
    ]
    keypoints = []
    for index, (x, y) in enumerate(draw(vertex_lists(counts=(1, 2, 11)))):
        keypoint: Json = {"x": x, "y": y, "name": f"point_{index}", "value": f"point_{index}"}
        if index < 2:
            keypoint |= draw(st.sampled_from(states)) | draw(odd_keys())
            labels: list[Json] = [{"color": "#000000", "featureHash": "A9sGmBca"}, {"color": None}, {"name": 3}]
            keypoint |= draw(st.sampled_from(labels))
        keypoints.append(keypoint)
    return {"shape": "skeleton", "skeleton": draw(vertices(keypoints))}


@cache
@st.composite
def bitmasks(draw: DrawFn) -> Json:
    """Masks small enough to see, some of the size of a frame; old ones have their fields on the object."""
    width, height = draw(st.sampled_from([(4, 3), (5, 3), (40, 30), (1, 1), (3, 4)]))
    bits = draw(st.one_of(st.just(0), st.integers(0, 2**15 - 1)))
    pixels = [bool(bits >> (index % 15) & 1) for index in range(width * height)]
    mask: Json = {"rleString": encode_rle(mask_counts(pixels)), "width": width, "height": height}
    place: list[Json] = [{"top": 0, "left": 0}, {"top": 2, "left": 1}, {}, {"top": None, "left": 3}, {"top": 1.0}]
    mask |= draw(st.sampled_from(place))
    if draw(st.integers(0, 3)) == 0:
        return {"shape": "bitmask"} | mask
    return {"shape": "bitmask", "bitmask": mask | draw(odd_keys())}


@cache
@st.composite
def ellipses(draw: DrawFn) -> Json:
    centre = {"x": draw(coordinates()), "y": draw(coordinates())}
    turn: list[Json] = [{}, {"theta": 0}, {"theta": 30}, {"theta": 90.0}, {"theta": None}]
    if draw(st.booleans()):
        ellipse = centre | {"rx": draw(lengths()), "ry": draw(lengths())} | draw(st.sampled_from(turn))
        return {"shape": "ellipse", "ellipse": ellipse | draw(odd_keys())}
    stretch: list[Json] = [{}, {"stretch": 1}, {"stretch": 0.5}, {"stretch": None}]
    circle = centre | {"r": draw(lengths())} | draw(st.sampled_from(stretch)) | draw(st.sampled_from(turn))
    return {"shape": "circle", "circle": circle | draw(odd_keys())}


@cache
@st.composite
def cuboids_2d(draw: DrawFn) -> Json:
    front = [value for point in draw(vertex_lists(counts=(4, 3))) for value in point]
    cuboid: Json = {"front": front}
    if draw(st.booleans()):
        cuboid["vanishingPoint"] = {"x": draw(coordinates()), "y": draw(coordinates())} | draw(odd_keys())
        cuboid["scaleRatio"] = draw(st.sampled_from([0, 0.5, 1, 1.25]))
    else:
        cuboid["offset"] = {"x": draw(coordinates()), "y": draw(coordinates())} | draw(odd_keys())
    return {"shape": "cuboid_2d", "cuboid_2d": cuboid | draw(odd_keys())}


@cache
@st.composite
def cuboids(draw: DrawFn) -> Json:
    position, size, orientation = draw(
        st.sampled_from(
            [
                ([0, 0, 0], [1, 1, 1], [0, 0, 0]),
                ([-12.5, 3, 0.25], [4.5, 2, 1.5], [0, 0, 3.14159]),
                ([1e3, -2, 7], [0, 0.5, 1], [0.1, -0.2, 0.3]),
            ]
        )
    )
    cuboid = {"position": position, "orientation": orientation, "size": size}
    return {"shape": "cuboid", "cuboid": cuboid | draw(odd_keys())}


@cache
def segmentations() -> SearchStrategy[Json]:
    """A selection of a point cloud's points; a trailing unselected count is left out."""
    counts = st.sampled_from([[], [0, 6], [10, 6], [3, 1, 100, 2], [0, 1, 1, 1, 1, 40], [5, 0], [2000, 77]])
    return counts.map(lambda runs: {"shape": "segmentation", "segmentation": encode_rle(runs)})


@cache
def unknown_shapes() -> SearchStrategy[Json]:
    return st.sampled_from(
        [
            {"shape": "hexagon", "hexagon": {"x": 0.5, "sides": [1, 2]}},
            {"shape": "hexagon", "boundingBox": {"x": 0.5, "y": 0.5, "w": 0.1, "h": 0.1}},
            {"shape": "nébula"},
        ]
    )


@cache
@st.composite
def geometries(draw: DrawFn) -> Json:
    """Any shape with its geometry; where the key tells the shape, `shape` can be missing."""
    geometry: Json = draw(
        st.one_of(
            bounding_boxes(),
            rotatable_bounding_boxes(),
            polygons(),
            polylines(),
            skeletons(),
            bitmasks(),
            ellipses(),
            cuboids_2d(),
            cuboids(),
            segmentations(),
            unknown_shapes(),
        )
    )
    boxes = ("bounding_box", "rotatable_bounding_box")
    is_told_by_key = geometry["shape"] in geometry or geometry["shape"] in boxes
    if is_told_by_key and geometry["shape"] != "hexagon" and draw(st.integers(0, 9)) == 9:
        geometry = {key: value for key, value in geometry.items() if key != "shape"}
    return geometry


# Blobs


@cache
@st.composite
def object_entries(draw: DrawFn) -> Json:
    """One entry of a blob's `objects`."""
    entry: Json = {"objectHash": draw(st.sampled_from(OBJECT_HASHES))}
    entry |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "featureHash": st.sampled_from([*FEATURE_HASHES, None]),
                "name": st.sampled_from([*NAMES, None, 5]),
                "value": names(),
                "color": st.sampled_from(["#D33115", None]),
                "reviews": reviews(),
                "isDeleted": st.sampled_from([False, True, None, 0]),
                "frame": st.just(5),
            },
        )
    )
    numbered: list[Json] = [{}, {}, {"objectNumber": 4}, {"objectNumber": 2.0}, {"objectId": 3}, {"objectNumber": "4"}]
    entry |= draw(st.sampled_from(numbered))
    return entry | draw(stamps()) | draw(geometries()) | draw(odd_keys())


@cache
@st.composite
def event_entries(draw: DrawFn) -> Json:
    """One entry of a continuous scene: an upsert, or a delete with zeroed, null or no geometry."""
    if draw(st.integers(0, 3)) > 0:
        event: list[Json] = [{}, {"event": "upsert"}, {"event": "upsert", "interpolate": "linear"}, {"event": None}]
        upsert: Json = draw(object_entries()) | draw(st.sampled_from(event))
        return upsert
    geometry: list[Json] = [
        {},
        {"boundingBox": None},
        {"cuboid": {"position": [0, 0, 0], "orientation": [0, 0, 0], "size": [0, 0, 0]}},
    ]
    entry = {"objectHash": draw(st.sampled_from(OBJECT_HASHES)), "shape": "cuboid", "event": "delete"}
    return entry | draw(st.sampled_from(geometry)) | draw(odd_keys())


@cache
@st.composite
def classification_entries(draw: DrawFn) -> Json:
    """One entry of a blob's `classifications`."""
    entry: Json = {"classificationHash": draw(st.sampled_from(CLASSIFICATION_HASHES))}
    entry |= draw(
        st.fixed_dictionaries(
            {"featureHash": st.sampled_from(FEATURE_HASHES)},
            optional={"name": st.sampled_from([*NAMES, None]), "value": names(), "reviews": reviews()},
        )
    )
    return entry | draw(stamps()) | draw(odd_keys())


@st.composite
def blobs(draw: DrawFn, entries: SearchStrategy[Json] | None = None) -> Json:
    """A blob: at least one of its two lists, which can be empty or null. A hash can be there twice."""
    object_list = st.lists(object_entries() if entries is None else entries, max_size=4)
    classification_list = st.lists(classification_entries(), max_size=3)
    form = draw(st.sampled_from(["both", "both", "both", "objects", "classifications", "null"]))
    blob: Json = {}
    if form in ("both", "objects"):
        blob["objects"] = draw(object_list)
    if form == "null":
        blob["objects"] = None
    if form in ("both", "classifications", "null"):
        blob["classifications"] = draw(classification_list)
    return blob | draw(odd_keys())


@st.composite
def blob_maps(
    draw: DrawFn,
    keys: Sequence[str] = ("0", "1", "2", "9", "10", "100"),
    entries: SearchStrategy[Json] | None = None,
    has_metadata: bool = False,
) -> Json:
    """Frame, slice or page -> blob, in any order of keys."""
    labels: Json = {}
    if draw(st.integers(0, 9)) == 9:
        return labels
    for key in draw(st.lists(st.sampled_from(list(keys)), unique=True, min_size=1, max_size=4)):
        labels[key] = draw(blobs(entries)) if draw(st.integers(0, 5)) else {}
        if has_metadata and draw(st.integers(0, 2)) < 2:
            labels[key] = labels[key] | {"metadata": draw(slice_metadata())}
    return labels


@cache
@st.composite
def slice_metadata(draw: DrawFn) -> Any:
    """The metadata of a DICOM slice."""
    metadata: Json = {
        "dicom_instance_uid": "1.2.826.0.1.3680043.8.498.7",
        "multiframe_frame_number": draw(st.sampled_from([None, 3])),
        "file_uri": "dicoms/é/1",
        "width": draw(st.sampled_from([4, 512, 0, None])),
        "height": 3,
    }
    full = metadata | draw(odd_keys())
    return draw(st.sampled_from([full, full, full, {"width": 5.0, "height": 3}, {"file_uri": 7}, {}, None]))


# Answers


@cache
@st.composite
def options(draw: DrawFn) -> Json:
    option: Json = draw(
        st.sampled_from(
            [
                {"name": "Sad", "value": "sad", "featureHash": "Nzg3MDE3"},
                {"name": "Größe 2", "value": "größe_2", "featureHash": "J/I/karX"},
                {"name": "", "value": None, "featureHash": "aOQGJvce"},
                {"name": "Old"},
            ]
        )
    )
    return option | draw(odd_keys())


@cache
def given_answers() -> SearchStrategy[Json]:
    """What was answered, under the key `answers`: every kind."""
    texts: list[Any] = ["", "The moon is pretty", "ü\n日本"]
    numbers: list[Any] = [5, 2.5, -1, 0, 3.0]
    others: list[Any] = [True, {"b": [1, {"ä": None}]}, ["x", 1], [[0.5, "é"]], {}]
    single: list[Json] = [{"answers": value} for value in [None, *texts, *numbers, *others]]
    return st.one_of(
        st.lists(options(), max_size=2).map(lambda chosen: {"answers": chosen}),
        st.sampled_from([{}, *single]),
    )


@cache
@st.composite
def attribute_entries(draw: DrawFn) -> Json:
    """One attribute that does not change over time."""
    entry: Json = draw(
        st.sampled_from(
            [
                {"name": "Mood", "value": "mood", "featureHash": "ODcxMDAy"},
                {"name": "First name ", "value": "first_name_", "featureHash": "OTkxMjU1"},
                {"name": None, "featureHash": "OxrtEM+v"},
            ]
        )
    )
    rarer: list[Json] = [{}, {}, {"dynamic": False}, {"dynamic": None, "range": []}, {"shouldPropagate": False}]
    manual: list[Json] = [{}, {"manualAnnotation": True}, {"manualAnnotation": False}]
    extra = draw(st.sampled_from(rarer)) | draw(st.sampled_from(manual)) | draw(odd_keys())
    return entry | draw(given_answers()) | extra


@cache
@st.composite
def attribute_lists(draw: DrawFn) -> Any:
    """The attributes of one answer. Nested ones are flat siblings, before or after their parent."""
    parent: Json = {
        "name": "Radio level 1",
        "value": "radio_level_1",
        "featureHash": "MTExMjI3",
        "answers": [{"name": "1 option 2", "value": "1_option_2", "featureHash": "MTcxMjAy"}],
        "manualAnnotation": True,
    }
    child: Json = parent | {"name": "1 2 text", "value": "1_2_text", "featureHash": "MTg0MjIw", "answers": "nested"}
    nested = st.sampled_from([[parent, child], [child, parent]])
    return draw(st.one_of(st.lists(attribute_entries(), max_size=2), nested, st.sampled_from([[], None])))


def number_ranges(limit: int = 12, scale: int = 1) -> SearchStrategy[list[list[Any]]]:
    """Ranges with inclusive ends, in any order, also overlapping."""
    one = st.tuples(st.integers(0, limit), st.integers(0, 3)).map(
        lambda pair: [pair[0] * scale, (pair[0] + pair[1]) * scale]
    )
    return st.lists(one, min_size=1, max_size=3)


@st.composite
def action_entries(draw: DrawFn, space_ids: Sequence[str]) -> Json:
    """One dynamic attribute."""
    entry = draw(attribute_entries()) | {"dynamic": True}
    entry["range"] = draw(st.one_of(number_ranges(), st.sampled_from([[], None, [[0, 3.0]]])))
    rarer: list[Json] = [{}, {"trackHash": ""}, {"trackHash": "2e21dbab-e3b3", "shouldPropagate": True}]
    rarer += [{"spaceId": space_id} for space_id in space_ids]
    return entry | draw(st.sampled_from(rarer))


@cache
def html_ranges() -> SearchStrategy[list[Any]]:
    """The three forms of an HTML range, with both spellings of a node."""
    first, last = {"xpath": "/html/body/p[1]/text()", "offset": 5}, {"xpath": "/html/body/p[2]/text()", "offset": 10}
    vendor_first, vendor_last = {"node": "/html/body/é", "offset": 0}, {"node": "/html/body/é", "offset": 3}
    forms: list[Any] = [
        {"start": first, "end": last},
        {"start": vendor_first, "end": vendor_last},
        [first, last],
        [vendor_first, vendor_last],
    ]
    return st.lists(st.sampled_from(forms), min_size=1, max_size=2)


class Canvas:
    """What answers need to know of a row's spaces.

    `home` is where a top-level range lies, `kinds` the space_type of every space that answers can name.
    """

    def __init__(self, home: str, home_kind: str, kinds: dict[str, str], unit: int = 1) -> None:
        self.home = home
        self.home_kind = home_kind
        self.kinds = kinds
        self.unit = unit


@st.composite
def answer_spaces(draw: DrawFn, canvas: Canvas, has_top_level: bool) -> Json:
    """The `spaces` of an answer. A whole space is named only where no range lies on it already."""
    spaces: Json = {}
    for space_id in draw(st.lists(st.sampled_from(sorted(canvas.kinds)), unique=True, max_size=2)):
        ranges = number_ranges(scale=canvas.unit)
        if canvas.kinds[space_id] == "html":
            ranges = st.one_of(html_ranges(), ranges)
        is_image = canvas.kinds[space_id] == "image group"
        has_range = has_top_level and (is_image or space_id == canvas.home)
        if is_image and has_range:
            continue
        if is_image or (draw(st.booleans()) and not has_range):
            whole: list[Json] = [{"range": []}, {"range": [], "type": "frame"}, {"type": "global"}]
            spaces[space_id] = draw(st.sampled_from(whole))
        else:
            kind: list[Json] = [{}, {"type": "html" if canvas.kinds[space_id] == "html" else "frame"}]
            spaces[space_id] = {"range": draw(ranges)} | draw(st.sampled_from(kind))
    if has_top_level and canvas.home == "root" and draw(st.booleans()):
        spaces["root"] = {"range": [[0, 0]], "type": "frame"}
    return spaces


@st.composite
def places(draw: DrawFn, canvas: Canvas) -> Json:
    """Where an answer says that it holds: `range`, `spaces`, both or neither."""
    answer: Json = {}
    form = draw(st.sampled_from(["none", "empty", "range", "range", "spaces", "both"]))
    if form == "empty":
        answer |= draw(st.sampled_from([{"range": []}, {"range": None}, {"range": [], "spaces": {}}, {"spaces": None}]))
    if form in ("range", "both"):
        answer["range"] = draw(number_ranges(scale=canvas.unit))
    if form in ("spaces", "both"):
        answer["spaces"] = draw(answer_spaces(canvas, form == "both"))
    return answer


@st.composite
def object_answers(draw: DrawFn, canvas: Canvas, object_hash: str) -> Json:
    """The answer of one object; often it is the whole object."""
    answer: Json = {"objectHash": object_hash, "classifications": draw(attribute_lists())}
    if draw(st.integers(0, 4)) == 0:
        del answer["classifications"]
    numbered: list[Json] = [{}, {}, {"objectNumber": 9}, {"objectId": 8}]
    answer |= draw(st.sampled_from(numbered)) | draw(odd_keys())
    if draw(st.booleans()):
        return answer
    answer |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "featureHash": st.sampled_from(FEATURE_HASHES),
                "name": st.sampled_from([*NAMES, None]),
                "value": names(),
                "color": st.just("#A4FF00"),
                "reviews": reviews(),
            },
        )
    )
    shapes = {"audio": "audio", "text": "text", "html": "text", "time_series": "time_range"}
    shape: list[Json] = [{"shape": shapes.get(canvas.home_kind, "segmentation")}, {}, {"shape": None}]
    answer |= draw(st.sampled_from(shape)) | draw(stamps()) | draw(places(canvas))
    if canvas.home_kind == "html" and "spaces" not in answer and draw(st.booleans()):
        answer |= {"range": [], "range_html": draw(html_ranges())}
    return answer


@st.composite
def classification_answers(draw: DrawFn, canvas: Canvas, classification_hash: str) -> Json:
    """The answer of one classification."""
    answer: Json = {"classificationHash": classification_hash, "classifications": draw(attribute_lists())}
    answer |= draw(
        st.fixed_dictionaries(
            {}, optional={"featureHash": st.sampled_from([*FEATURE_HASHES, None]), "reviews": reviews()}
        )
    )
    return answer | draw(stamps()) | draw(places(canvas)) | draw(odd_keys())


@st.composite
def answers(draw: DrawFn, canvas: Canvas) -> Json:
    """The three answer maps of a row; each can be absent, and hold owners that no label has."""
    row: Json = {}
    hashes = draw(st.lists(st.sampled_from(OBJECT_HASHES), unique=True, max_size=3))
    row["object_answers"] = {each: draw(object_answers(canvas, each)) for each in hashes}
    hashes = draw(st.lists(st.sampled_from(CLASSIFICATION_HASHES), unique=True, max_size=3))
    row["classification_answers"] = {each: draw(classification_answers(canvas, each)) for each in hashes}
    row["object_actions"] = {}
    if draw(st.booleans()):
        object_hash = draw(st.sampled_from(OBJECT_HASHES))
        listed = draw(st.lists(action_entries(sorted(canvas.kinds)), max_size=2))
        actions = {"objectHash": object_hash, "actions": listed} | draw(odd_keys())
        row["object_actions"] = {object_hash: actions}
    absent = draw(st.sampled_from([None, None, None, "object_answers", "classification_answers", "object_actions"]))
    if absent is not None and not row[absent]:
        del row[absent]
    return row


# Label rows


@st.composite
def headers(draw: DrawFn, data_type: str, data_hashes: Sequence[str | None]) -> Json:
    """The top of a label row."""
    return draw(
        st.fixed_dictionaries(
            {
                "label_hash": st.sampled_from(["28f0e9d2-51e0", "7ed1217b-e975", "1b4398aa-1d4d", None]),
                "data_type": st.just(data_type),
                "data_hash": st.sampled_from(list(data_hashes)),
            },
            optional={
                "branch_name": st.sampled_from(["main", None, "prédictions"]),
                "data_title": st.sampled_from(["vidéo 1.mp4", "", None]),
                "dataset_hash": st.just("b0d93919-a5e8"),
                "dataset_title": names(),
                "is_image_sequence": st.sampled_from([None, "None", False]),
                "label_status": st.sampled_from(["LABELLED", "NOT_LABELLED", 3]),
                "annotation_task_status": st.sampled_from(["QUEUED", None]),
                "is_valid": st.sampled_from([True, False, "true"]),
                "is_shadow_data": st.just(False),
                "video_link": st.sampled_from(["https://example.org/v.mp4?sig=1", None, False, "None", ""]),
                "image_sequence_link": st.just("https://example.org/s"),
                "backing_item_uuid": st.just("0aea5ac7-cbc0"),
                "created_at": times(),
                "last_edited_at": times(),
                "export_hash": st.sampled_from(["e-1", None]),
                "exported_at": times(),
                "export_history": histories(),
                "priority": st.sampled_from([0.5, None]),
                "client_metadata": st.just({"straße": [1, "x"]}),
            },
        )
    )


@cache
@st.composite
def histories(draw: DrawFn) -> Any:
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from([[], None]))
    entry: Json = {"export_hash": "e-0", "exported_at": draw(times()), "user_email": "ann@example.org"}
    return [entry | draw(odd_keys()), {"export_hash": None}]


@st.composite
def units(draw: DrawFn, unit_id: str, data_type: str) -> Json:
    """The keys that every data unit has, but `labels`."""
    return draw(
        st.fixed_dictionaries(
            {
                "data_hash": st.sampled_from([unit_id, unit_id, None]),
                "data_type": st.sampled_from([data_type, data_type, ""] if "text" not in data_type else [data_type]),
            },
            optional={
                "data_title": st.sampled_from(["9970.jpg", "", "été.png"]),
                "data_sequence": st.sampled_from([0, "0", 0.0, None]),
                "data_link": st.sampled_from(["https://example.org/x?sig=1", None, ""]),
            },
        )
    ) | draw(odd_keys())


@cache
def sizes() -> SearchStrategy[Json]:
    """Width and height, as often unknown as not."""
    return st.sampled_from(
        [
            {"width": 4, "height": 3},
            {"width": 5, "height": 3},
            {"width": 1920, "height": 1080},
            {"width": 540.0, "height": 841},
            {"width": 0, "height": 0},
            {"width": None, "height": None},
            {"width": 7},
            {},
        ]
    )


@cache
def blob_labels() -> SearchStrategy[Json]:
    """The `labels` of a unit without frame level: the blob itself, {}, null or absent."""
    empty: list[Json] = [{"labels": {}}, {"labels": None}, {}, {"labels": {"objects": [], "classifications": []}}]
    return mostly(blobs().map(lambda blob: {"labels": blob}), st.sampled_from(empty))


@st.composite
def finish(draw: DrawFn, header: Json, data_units: Json, canvas: Canvas, spaces: Json | None = None) -> Json:
    """A whole row from its parts."""
    row = header | {"data_units": data_units} | draw(answers(canvas))
    if spaces is not None:
        row["spaces"] = spaces
    else:
        row |= draw(st.sampled_from([{"spaces": {}}, {}, {"spaces": None}]))
    return row


def plain_canvas(unit_id: str, kind: str) -> Canvas:
    return Canvas(unit_id, kind, {unit_id: kind})


@cache
@st.composite
def image_rows(draw: DrawFn) -> Json:
    unit = draw(units("u-1", "image/jpeg")) | draw(sizes()) | draw(blob_labels())
    header = draw(headers("image", ["u-1", "another"]))
    return draw(finish(header, {"u-1": unit}, plain_canvas("u-1", "image")))


@st.composite
def image_group_rows(draw: DrawFn, is_sequence: bool = False) -> Json:
    """One unit an image; the order of units is free, and their numbers can be strings or missing."""
    order = draw(st.permutations([0, 1, 2]))[: draw(st.integers(1, 3))]
    spelling = draw(st.sampled_from(["int", "str", "absent"]))
    data_units = {}
    for sequence in order:
        unit = draw(units(f"u-{sequence}", "image/png")) | draw(sizes()) | draw(blob_labels())
        unit.pop("data_sequence", None)
        if spelling != "absent":
            unit["data_sequence"] = sequence if spelling == "int" else str(sequence)
        data_units[f"u-{sequence}"] = unit
    header = draw(headers("img_group", ["group-1", "group-1", None])) | {"is_image_sequence": is_sequence}
    first = next(iter(data_units))
    kinds = dict.fromkeys(data_units, "image group")
    return draw(finish(header, data_units, Canvas(first, "image group", kinds)))


@cache
def image_sequence_rows() -> SearchStrategy[Json]:
    return image_group_rows(is_sequence=True)


def map_labels(labels: SearchStrategy[Json]) -> SearchStrategy[Json]:
    """The `labels` of a unit with frames: the map, null or absent."""
    return mostly(labels.map(lambda found: {"labels": found}), st.sampled_from([{"labels": None}, {}]))


@cache
@st.composite
def video_rows(draw: DrawFn) -> Json:
    rate: SearchStrategy[Json] = st.sampled_from(
        [{"data_fps": 25.0, "data_duration": 4.5}, {"data_fps": 30, "data_duration": 2}]
    )
    unknown_rate: SearchStrategy[Json] = st.sampled_from(
        [{"data_fps": 0}, {"data_duration": 0.125, "data_fps": None}, {}]
    )
    unit = draw(units("u-1", "video/mp4")) | draw(sizes()) | draw(mostly(rate, unknown_rate))
    unit |= draw(map_labels(blob_maps()))
    return draw(finish(draw(headers("video", ["u-1"])), {"u-1": unit}, plain_canvas("u-1", "video")))


@cache
@st.composite
def dicom_rows(draw: DrawFn) -> Json:
    metadata = st.fixed_dictionaries(
        {},
        optional={
            "patient_id": st.just("p-1"),
            "study_uid": st.just("1.2.3"),
            "series_uid": st.sampled_from([None, "4.5"]),
        },
    )
    study: list[Json] = [
        {"metadata": draw(metadata) | draw(odd_keys()), "data_links": ["dicoms/b", "dicoms/a"]},
        {"metadata": None, "data_links": []},
        {"data_links": [1, "dicoms/a"]},
        {},
    ]
    unit = draw(units("u-1", "application/dicom")) | draw(sizes()) | draw(st.sampled_from(study))
    unit |= draw(map_labels(blob_maps(has_metadata=True)))
    data_type = draw(st.sampled_from(["dicom", "dicom_study"]))
    return draw(finish(draw(headers(data_type, ["u-1"])), {"u-1": unit}, plain_canvas("u-1", "medical_stack")))


@cache
@st.composite
def nifti_rows(draw: DrawFn) -> Json:
    unit = draw(units("u-1", "application/nifti1")) | draw(sizes()) | draw(map_labels(blob_maps()))
    return draw(finish(draw(headers("nifti", ["u-1"])), {"u-1": unit}, plain_canvas("u-1", "medical_file")))


@cache
@st.composite
def pdf_rows(draw: DrawFn) -> Json:
    unit = draw(units("u-1", "application/pdf")) | {"width": 0, "height": 0, "data_fps": 0}
    unit |= draw(map_labels(blob_maps()))
    data_type = draw(st.sampled_from(["pdf", "application/pdf"]))
    return draw(finish(draw(headers(data_type, ["u-1"])), {"u-1": unit}, plain_canvas("u-1", "pdf")))


@cache
def answer_only_labels() -> SearchStrategy[Json]:
    return st.sampled_from([{"labels": {}}, {"labels": {}}, {"labels": None}, {}])


@cache
@st.composite
def audio_rows(draw: DrawFn) -> Json:
    sound: list[Json] = [
        {"data_duration": 100, "audio_codec": "mp3", "audio_sample_rate": 44100, "audio_num_channels": 2},
        {"data_duration": 0.5, "audio_bit_depth": 8, "audio_sample_rate": "44100"},
        {"audio_codec": None},
        {},
    ]
    unit = draw(units("u-1", "audio/mpeg")) | draw(st.sampled_from(sound)) | draw(answer_only_labels())
    return draw(finish(draw(headers("audio", ["u-1", "another"])), {"u-1": unit}, plain_canvas("u-1", "audio")))


@cache
@st.composite
def plain_text_rows(draw: DrawFn) -> Json:
    unit = draw(units("u-1", "text/plain")) | draw(answer_only_labels())
    return draw(finish(draw(headers("plain_text", ["u-1"])), {"u-1": unit}, plain_canvas("u-1", "text")))


@cache
@st.composite
def html_rows(draw: DrawFn) -> Json:
    unit = draw(units("u-1", "text/html")) | draw(answer_only_labels())
    return draw(finish(draw(headers("plain_text", ["u-1"])), {"u-1": unit}, plain_canvas("u-1", "html")))


@cache
@st.composite
def time_series_rows(draw: DrawFn) -> Json:
    unit = draw(units("u-1", "text/csv")) | draw(answer_only_labels())
    return draw(finish(draw(headers("time_series", ["u-1"])), {"u-1": unit}, plain_canvas("u-1", "time_series")))


@st.composite
def scene_spaces(draw: DrawFn, stream_id: str, event_index: int, kind: str) -> Json:
    """A point cloud or a camera image of a scene."""
    info: Json = {"stream_id": stream_id, "event_index": event_index, "uri": f"path/{stream_id}"}
    where: list[Json] = [{}, {"start_frame": 100 + event_index}, {"start_frame": None}]
    space: Json = {"space_type": kind, "scene_info": info | draw(st.sampled_from(where)) | draw(odd_keys())}
    if kind == "scene_image":
        space |= draw(sizes()) | {"labels": draw(st.one_of(blobs(), st.just({})))}
    else:
        space |= {"labels": draw(blobs())}
    return space | draw(odd_keys())


@cache
@st.composite
def scene_rows(draw: DrawFn) -> Json:
    """A scene that is not continuous: cuboids on the root timeline, labels of images and point clouds beside them."""
    spaces: Json = {}
    kinds: dict[str, str] = {}
    labels = draw(blob_maps(keys=("20", "7", "3")))
    for index, kind in enumerate(draw(st.lists(st.sampled_from(["point_cloud", "scene_image"]), max_size=2))):
        space_id, stream_id = f"path/to/file{index}.pcd", f"cam#{index}"
        spaces[space_id] = draw(scene_spaces(stream_id, index + 1, kind))
        kinds[space_id] = kind
        if kind == "scene_image":
            label_keys = [space_id, f"{stream_id}#{index + 1}", None]
            if spaces[space_id]["scene_info"].get("start_frame") is not None:
                label_keys.append(f"{stream_id}#{spaces[space_id]['scene_info']['start_frame']}")
            label_key = draw(st.sampled_from(label_keys))
            if label_key is not None:
                labels[label_key] = draw(blobs())
    if draw(st.integers(0, 3)) == 0:
        labels["lost#5"] = draw(blobs())
    unit = draw(units("u-1", "scene")) | {"width": 0, "height": 0, "data_fps": 0, "labels": labels}
    scene: list[Json] = [{}, {"scene": {"isContinuous": False} | draw(odd_keys())}, {"scene": None}, {"scene": {}}]
    header = draw(headers("scene", ["u-1"])) | draw(st.sampled_from(scene))
    for space_id in draw(st.lists(st.sampled_from(OTHER_SPACES), unique=True, max_size=1)):
        kinds[space_id] = "other"
    canvas = Canvas("u-1", "scene", kinds or {OTHER_SPACES[0]: "other"})
    return draw(finish(header, {"u-1": unit}, canvas, spaces))


@cache
@st.composite
def continuous_scene_rows(draw: DrawFn) -> Json:
    """A scene in nanoseconds: every entry is an event, spaces exist only as keys."""
    keys = ("0", "1700000000000000000", "99999999999", "100000000000", "9000000000000000000")
    labels = draw(blob_maps(keys=keys, entries=event_entries()))
    for stream in draw(st.lists(st.sampled_from(["lidar/points", "lidar@rear"]), unique=True, max_size=2)):
        labels[f"{stream}@1700000000000000123"] = draw(blobs())
    unit = draw(units("u-1", "application/mcap")) | {"data_fps": 0, "labels": labels}
    header = draw(headers("scene", ["u-1"])) | {"scene": {"isContinuous": True} | draw(odd_keys())}
    kinds = dict.fromkeys(OTHER_SPACES, "other")
    canvas = Canvas("u-1", "scene", kinds, unit=10_000_000_000)
    return draw(finish(header, {"u-1": unit}, canvas, {}))


@st.composite
def group_spaces(draw: DrawFn, kind: str) -> Json:
    """One layer of a Data Group, without what names it."""
    space: Json = {"space_type": kind, "labels": {}}
    if kind in ("video", "image", "image_sequence", "medical_file", "medical_stack"):
        space |= draw(sizes())
    if kind in ("video", "image_sequence", "medical_file", "medical_stack"):
        space |= draw(st.sampled_from([{"number_of_frames": 10}, {"number_of_frames": 10.0}, {}]))
        space["labels"] = draw(blob_maps())
    if kind == "video":
        rate: list[Json] = [{"data_fps": 12.5, "data_duration": 2}, {"data_fps": 0}, {}]
        space |= draw(st.sampled_from(rate))
    if kind == "image_sequence":
        listed: list[Json] = [
            {"data_uuid": "a", "data_type": "image/png", "data_sequence": 1, "data_link": "s/1", "data_title": "1.png"},
            {"data_uuid": "b", "data_type": "image/png", "data_sequence": "0", "data_title": ""} | draw(odd_keys()),
        ]
        space["frames"] = draw(st.sampled_from([listed, listed, listed[:1], []]))
    if kind == "medical_stack":
        slices: list[Json] = [
            {"width": 4, "height": 3, "instance_uid": "1.2.3", "file_name": "é.dcm"} | draw(odd_keys()),
            {"width": 0, "height": None, "instance_uid": "1.2.4"},
        ]
        space["frames"] = draw(st.sampled_from([slices, slices, slices[:1], []]))
    if kind == "image":
        space["labels"] = draw(blob_maps(keys=("0",)))
    if kind == "pdf":
        space |= {"number_of_pages": 3, "labels": draw(blob_maps(keys=("0", "2")))}
    if kind == "audio":
        space |= draw(st.sampled_from([{"duration_ms": 12000}, {}]))
    if kind == "text":
        space |= draw(st.sampled_from([{"number_of_characters": 500}, {}]))
    return space | draw(odd_keys())


GROUP_KINDS = [
    "video",
    "image",
    "image_sequence",
    "pdf",
    "medical_file",
    "medical_stack",
    "audio",
    "text",
    "html",
    "time_series",
]


@cache
@st.composite
def group_rows(draw: DrawFn) -> Json:
    """A Data Group: layers of every type, sometimes one of the whole group, sometimes labels on its own unit."""
    spaces: Json = {}
    kinds: dict[str, str] = {}
    children = []
    for index, kind in enumerate(draw(st.lists(st.sampled_from(GROUP_KINDS), max_size=3))):
        child: Json = {"layout_key": f"left-{index}", "file_name": f"Kamera {index}"}
        linked: list[Json] = [{}, {"data_link": "https://example.org/c"}, {"layout_key": None}]
        info = child | draw(st.sampled_from(linked)) | draw(odd_keys())
        spaces[f"space-{index}"] = draw(group_spaces(kind)) | {"child_info": info}
        kinds[f"space-{index}"] = kind
        child = {"data_hash": f"child-{index}", "layout_key": f"left-{index}", "name": "left"}
        children.append(child | draw(st.sampled_from([{"label_hash": None}, {"label_hash": "l"}])) | draw(odd_keys()))
    has_root = draw(st.booleans())
    if has_root:
        kind = draw(st.sampled_from(["image", "time_series"]))
        info = {"file_name": "ganze Gruppe"} | draw(odd_keys())
        spaces["root"] = draw(group_spaces(kind)) | {"root_info": info}
    unit = draw(units("u-1", draw(st.sampled_from(["group", "application/vnd.encord.data.group"]))))
    metadata: list[Json] = [{"metadata": {"children": children} | draw(odd_keys())}, {}, {"metadata": {}}]
    unit |= draw(st.sampled_from(metadata))
    empty: list[Json] = [{"labels": {"objects": [], "classifications": []}}, {"labels": {}}, {"labels": None}]
    on_unit = st.lists(object_entries(), min_size=1, max_size=1).map(lambda entries: {"labels": {"objects": entries}})
    unit |= draw(mostly(st.sampled_from(empty), on_unit))
    kinds |= {OTHER_SPACES[0]: "other"} if not kinds or draw(st.integers(0, 3)) == 0 else {}
    home = "root" if has_root else "u-1"
    canvas = Canvas(home, spaces[home]["space_type"] if has_root else "group", kinds)
    return draw(finish(draw(headers("group", ["u-1"])), {"u-1": unit}, canvas, spaces))


MODALITIES: dict[str, Callable[[], SearchStrategy[Json]]] = {
    "image": image_rows,
    "image group": image_group_rows,
    "image sequence": image_sequence_rows,
    "video": video_rows,
    "dicom": dicom_rows,
    "nifti": nifti_rows,
    "pdf": pdf_rows,
    "audio": audio_rows,
    "plain text": plain_text_rows,
    "html": html_rows,
    "time series": time_series_rows,
    "scene": scene_rows,
    "continuous scene": continuous_scene_rows,
    "group": group_rows,
}


@cache
def label_rows() -> SearchStrategy[Json]:
    """One label row of any modality. It is a copy: tests may change it."""
    return st.one_of([rows() for rows in MODALITIES.values()]).map(copy.deepcopy)


@cache
@st.composite
def exports(draw: DrawFn) -> list[Json]:
    """One to four label rows, none of them the same label row twice."""
    rows = draw(st.lists(label_rows(), min_size=1, max_size=4))
    taken = set()
    for index, row in enumerate(rows):
        branch = row.get("branch_name") or "main"
        if row["label_hash"] is not None and (row["label_hash"], branch) in taken:
            row["label_hash"] = f"{row['label_hash']}-{index}"
        taken.add((row["label_hash"], branch))
    return rows


# Faults. Each takes a video row with frames 0 and 1, and plants one.


def spoil_object(row: Json, entry: Any) -> None:
    """Add an entry, good or bad, to the objects of the first frame."""
    objects_of(row).append(entry)


def objects_of(row: Json) -> list[Any]:
    found: list[Any] = row["data_units"]["u-1"]["labels"]["0"]["objects"]
    return found


def bad_geometry(geometry: Json) -> Callable[[Json], None]:
    """A fault that adds an object whose geometry cannot be read."""

    def plant(row: Json) -> None:
        spoil_object(row, {"objectHash": "broken", "featureHash": "MjI2NzEy", "name": "Broken"} | geometry)

    return plant


def put(*path: str, value: Any) -> Callable[[Json], None]:
    """A fault that puts a value where another belongs."""

    def plant(row: Json) -> None:
        thing = row
        for key in path[:-1]:
            thing = thing.setdefault(key, {})
        thing[path[-1]] = value

    return plant


def plant_object(entry: Any) -> Callable[[Json], None]:
    """A fault that adds something to a list of objects that is none."""

    def plant(row: Json) -> None:
        spoil_object(row, entry)

    return plant


def plant_classification(row: Json) -> None:
    row["data_units"]["u-1"]["labels"]["0"]["classifications"].append("HVwOV4hB")


def plant_history(row: Json) -> None:
    row["export_history"] = ["e-0"]


def plant_2020(row: Json) -> None:
    row["labels"] = row.pop("data_units")["u-1"]["labels"]


def square_mask(rle: str) -> Json:
    return {"shape": "bitmask", "bitmask": {"rleString": rle, "top": 0, "left": 0, "width": 2, "height": 2}}


LABELS = ("data_units", "u-1", "labels")

FAULTS: dict[str, Callable[[Json], None]] = {
    "geometry null": bad_geometry({"shape": "bounding_box", "boundingBox": None}),
    "geometry missing": bad_geometry({"shape": "polyline"}),
    "geometry of another shape": bad_geometry({"shape": "bounding_box", "point": {"0": {"x": 0, "y": 0}}}),
    "coordinate null": bad_geometry({"shape": "bounding_box", "boundingBox": {"x": None, "y": 0, "w": 1, "h": 1}}),
    "coordinate text": bad_geometry({"shape": "ellipse", "ellipse": {"x": "0.5", "y": 0, "rx": 1, "ry": 1}}),
    "ring of odd length": bad_geometry({"shape": "polygon", "polygons": [[[0, 0, 1, 0, 1]]]}),
    "vertex without y": bad_geometry({"shape": "polyline", "polyline": {"0": {"x": 0.5}}}),
    "keypoint without x": bad_geometry({"shape": "skeleton", "skeleton": {"0": {"y": 0.5, "name": "a"}}}),
    "cuboid without size": bad_geometry(
        {"shape": "cuboid", "cuboid": {"position": [0, 0, 0], "orientation": [0, 0, 0]}}
    ),
    "cuboid of text": bad_geometry({"shape": "cuboid", "cuboid": {"position": "0,0,0"}}),
    "mask too short": bad_geometry(square_mask(encode_rle([1, 2]))),
    "mask too long": bad_geometry(square_mask(encode_rle([1, 4]))),
    "mask cut off": bad_geometry(square_mask("1P")),
    "mask of another alphabet": bad_geometry(square_mask("1é")),
    "mask without size": bad_geometry({"shape": "bitmask", "bitmask": {"rleString": "04"}}),
    "segmentation cut off": bad_geometry({"shape": "segmentation", "segmentation": "0P"}),
    "object is text": plant_object("o7XU+3ux"),
    "object is null": plant_object(None),
    "object without hash": plant_object({"shape": "point", "point": {"0": {"x": 0.5, "y": 0.5}}}),
    "objects are no list": put(*LABELS, "1", "objects", value={"0": {}}),
    "classification is text": plant_classification,
    "frame is a list": put(*LABELS, "4", value=[]),
    "frame is no number": put(*LABELS, "left#4", value={"objects": [], "classifications": []}),
    "frame beyond 64 bits": put(*LABELS, "99999999999999999999", value={"objects": [], "classifications": []}),
    "unit is a list": put("data_units", "u-2", value=[]),
    "object answer is text": put("object_answers", "broken", value="Lion"),
    "classification answer is text": put("classification_answers", "broken", value="Lion"),
    "attribute is text": put("object_answers", "broken", value={"objectHash": "broken", "classifications": ["Lion"]}),
    "actions are text": put("object_actions", "broken", value={"objectHash": "broken", "actions": "Lion"}),
    "history is text": plant_history,
    "row of 2020": plant_2020,
}


@st.composite
def broken_rows(draw: DrawFn, fault: str | None = None) -> Json:
    """A video row with one fault, this one or any of FAULTS."""
    row = copy.deepcopy(draw(video_rows()))
    unit = row["data_units"]["u-1"]
    labels = unit["labels"] = unit.get("labels") or {}
    for key in ("0", "1"):
        labels[key] = {"objects": [], "classifications": []} | {
            name: entries for name, entries in labels.get(key, {}).items() if entries is not None
        }
    plant = FAULTS[draw(st.sampled_from(sorted(FAULTS))) if fault is None else fault]
    plant(row)
    return row
