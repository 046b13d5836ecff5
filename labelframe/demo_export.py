"""Invent a small export that holds every modality and every shape, to try labelframe on before one's own data.

In: a seed. Out: label rows as a parsed export holds them, the same ones for the same seed, and the ontology they were
labelled with. It knows no files and no tables; names, places and people are made up.

The project is a mixed one: street scenes for a driving team, surgery and radiology for a hospital, podcasts, letters
and machine sensors. One function below draws each kind of label row; `demo_export` at the end lists them.
"""

import itertools
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache, lru_cache
from hashlib import blake2b
from math import ceil, cos, pi, sin, sqrt, tau
from random import Random
from uuid import UUID

Json = dict[str, object]
Point = tuple[float, float]
Ring = list[Point]
Box = tuple[float, float, float, float]
Ranges = Sequence[tuple[int, int]]


# Ontology: what can be labelled, and which questions are asked about it.


@dataclass(frozen=True)
class Attribute:
    """A question. Its path is unique in the ontology and ends in its name.

    The choices are the options of a radio or checklist, the commonest first, or sample answers of a text.
    """

    path: str
    kind: str
    choices: tuple[str, ...] = ()
    limits: tuple[float, float] = (0, 10)
    dynamic: bool = False
    nested: Mapping[str, "Attribute"] = field(default_factory=dict)


@dataclass(frozen=True)
class ObjectClass:
    """A class of objects, drawn in one shape."""

    name: str
    color: str
    shape: str
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True)
class ClassificationClass:
    """A question about a frame, a range or a whole file; it takes its name from its attribute."""

    attribute: Attribute
    of_whole_file: bool = False


VEHICLE = ObjectClass(
    "Vehicle",
    "#D33115",
    "bounding_box",
    (
        Attribute(
            "Vehicle/Type",
            "radio",
            ("Car", "Van", "Lorry", "Bus", "Tram"),
            nested={"Lorry": Attribute("Vehicle/Type/Lorry/Trailers", "numeric", limits=(0, 2))},
        ),
        Attribute("Vehicle/Paint", "radio", ("White", "Black", "Silver", "Red", "Blue", "Green")),
        Attribute("Vehicle/Number Plate", "text", ("LB 4471", "HX 902", "KD 3318", "", "not readable")),
        Attribute("Vehicle/Lights On", "checklist", ("Brake", "Left Indicator", "Right Indicator"), dynamic=True),
    ),
)
PERSON = ObjectClass(
    "Person",
    "#E27300",
    "bounding_box",
    (
        Attribute("Person/Carries", "checklist", ("Bag", "Phone", "Umbrella", "Child")),
        Attribute("Person/Activity", "radio", ("Walking", "Standing", "Running"), dynamic=True),
    ),
)
TRAFFIC_LIGHT = ObjectClass(
    "Traffic Light",
    "#FCDC00",
    "bounding_box",
    (
        Attribute("Traffic Light/Colour", "radio", ("Red", "Green", "Amber"), dynamic=True),
        Attribute("Traffic Light/Note", "text", ("in use", "flickers", "hidden by a lorry"), dynamic=True),
    ),
)
PARKED_CAR = ObjectClass(
    "Parked Car",
    "#A4DD00",
    "rotatable_bounding_box",
    (Attribute("Parked Car/Within Bay", "radio", ("Yes", "No", "Cannot Tell")),),
)
ROAD = ObjectClass(
    "Road", "#808890", "polygon", (Attribute("Road/Surface", "radio", ("Asphalt", "Cobbles", "Gravel")),)
)
LANE = ObjectClass("Lane", "#16406C", "polyline", (Attribute("Lane/Marking", "radio", ("Dashed", "Solid", "None")),))
STREET_LAMP = ObjectClass("Street Lamp", "#FE9200", "point")
POSE = ObjectClass("Pose", "#FA28FF", "skeleton", (Attribute("Pose/Age Group", "radio", ("Adult", "Child", "Senior")),))
VEGETATION = ObjectClass("Vegetation", "#68CCCA", "bitmask")
DELIVERY_VAN = ObjectClass("Delivery Van", "#AEA1FF", "cuboid_2d")
MANHOLE = ObjectClass("Manhole Cover", "#653294", "ellipse")
ROUND_SIGN = ObjectClass(
    "Round Sign", "#9F0500", "circle", (Attribute("Round Sign/Speed Limit", "numeric", limits=(20, 80)),)
)
CAR_3D = ObjectClass("Car 3D", "#4904A5", "cuboid", (Attribute("Car 3D/Moving", "radio", ("Yes", "No"), dynamic=True),))
KERB_3D = ObjectClass("Kerb", "#C45100", "polyline")
GROUND = ObjectClass(
    "Ground", "#0C797D", "segmentation", (Attribute("Ground/Wetness", "radio", ("Dry", "Damp", "Wet")),)
)
INSTRUMENT = ObjectClass(
    "Instrument",
    "#7B64FF",
    "polygon",
    (
        Attribute("Instrument/Tool", "radio", ("Grasper", "Scissors", "Clip Applier", "Hook")),
        Attribute("Instrument/Touches Tissue", "radio", ("No", "Yes"), dynamic=True),
    ),
)
BLEEDING = ObjectClass("Bleeding", "#F44E3B", "bitmask")
TUMOUR = ObjectClass(
    "Tumour",
    "#194D33",
    "polygon",
    (
        Attribute(
            "Tumour/Margin",
            "radio",
            ("Smooth", "Lobulated", "Spiculated"),
            nested={"Spiculated": Attribute("Tumour/Margin/Spiculated/Spicules", "text", ("few, short", "many, long"))},
        ),
        Attribute("Tumour/Diameter mm", "numeric", limits=(4.0, 38.0)),
    ),
)
AORTA = ObjectClass("Aorta", "#B0BC00", "ellipse")
CARINA = ObjectClass("Carina", "#009CE0", "point")
LIVER = ObjectClass("Liver", "#D8A25E", "bitmask", (Attribute("Liver/Texture", "radio", ("Homogeneous", "Nodular")),))
SPEECH = ObjectClass(
    "Speech",
    "#A4FF00",
    "audio",
    (
        Attribute("Speech/Speaker", "radio", ("Host", "Guest", "Caller")),
        Attribute(
            "Speech/Transcript",
            "text",
            (
                "Welcome back to the show.",
                "So how did you end up at sea?",
                "It started with a leaking boat.",
                "We never planned to stay that long.",
                "Right.",
                "And nobody had brought a map?",
                "Caf\u00e9 first, map later!",
            ),
        ),
    ),
)
MUSIC = ObjectClass("Music", "#73D8FF", "audio")
LAUGHTER = ObjectClass("Laughter", "#FDA1FF", "audio", (Attribute("Laughter/People", "numeric", limits=(1, 4)),))
DRUG = ObjectClass("Drug", "#DBDF00", "text", (Attribute("Drug/Form", "radio", ("Tablet", "Infusion", "Inhaler")),))
DIAGNOSIS = ObjectClass(
    "Diagnosis", "#AB149E", "text", (Attribute("Diagnosis/Certain", "radio", ("Yes", "Suspected")),)
)
TABLE = ObjectClass("Table", "#333333", "bounding_box", (Attribute("Table/Rows", "numeric", limits=(2, 30)),))
SIGNATURE = ObjectClass("Signature", "#0062B1", "bounding_box")
FAULT = ObjectClass(
    "Fault",
    "#E91E63",
    "time_range",
    (Attribute("Fault/Cause", "checklist", ("Vibration", "Heat", "Voltage Drop")),),
)
OBJECT_CLASSES = (
    VEHICLE, PERSON, TRAFFIC_LIGHT, PARKED_CAR, ROAD, LANE, STREET_LAMP, POSE, VEGETATION, DELIVERY_VAN, MANHOLE,
    ROUND_SIGN, CAR_3D, KERB_3D, GROUND, INSTRUMENT, BLEEDING, TUMOUR, AORTA, CARINA, LIVER, SPEECH, MUSIC, LAUGHTER,
    DRUG, DIAGNOSIS, TABLE, SIGNATURE, FAULT,
)  # fmt: skip

WEATHER = ClassificationClass(
    Attribute(
        "Weather",
        "radio",
        ("Clear", "Cloudy", "Rain", "Fog"),
        nested={"Rain": Attribute("Weather/Rain/Strength", "radio", ("Light", "Heavy"))},
    )
)
SCENE_TAGS = ClassificationClass(
    Attribute("Scene Tags", "checklist", ("Junction", "Crossing", "Roadworks", "School", "Tunnel"))
)
BLUR = ClassificationClass(Attribute("Blur", "numeric", limits=(0.0, 1.0)))
PHASE = ClassificationClass(Attribute("Surgical Phase", "radio", ("Dissection", "Preparation", "Clipping", "Closure")))
FINDING = ClassificationClass(
    Attribute("Finding", "text", ("Nodule, follow up in 3 months", "No change since last scan", "Unremarkable"))
)
USABLE = ClassificationClass(Attribute("Usable", "radio", ("Yes", "No")), of_whole_file=True)
COMMENT = ClassificationClass(
    Attribute("Comment", "text", ("Please check the second half", "Nice example", "Nothing to add")), of_whole_file=True
)
CLASSIFICATION_CLASSES = (WEATHER, SCENE_TAGS, BLUR, PHASE, FINDING, USABLE, COMMENT)

POSE_JOINTS: dict[str, Point] = {
    "head": (0.5, 0.06), "neck": (0.5, 0.2), "left hand": (0.1, 0.5), "right hand": (0.9, 0.52), "hip": (0.5, 0.55),
    "left knee": (0.36, 0.76), "right knee": (0.62, 0.77), "left foot": (0.3, 0.98), "right foot": (0.7, 1.0),
}  # fmt: skip


@cache
def feature_hash(path: str) -> str:
    """Return the ontology's own hash of a class, attribute or option: the same in every export, whatever the seed."""
    return b64encode(blake2b(path.encode(), digest_size=6).digest()).decode()


def name_and_value(path: str) -> Json:
    """Return the last part of a path as exports spell names: as shown, and in snake case."""
    name = path.rpartition("/")[2]
    return {"name": name, "value": name.lower().replace(" ", "_")}


def demo_ontology(object_classes: Iterable[ObjectClass] = OBJECT_CLASSES) -> Json:
    """Return the ontology of the demo export, in the form the platform downloads it; with other classes of objects
    where some are given."""
    objects: list[Json] = [
        {
            "id": str(number),
            "name": kind.name,
            "color": kind.color,
            "shape": kind.shape,
            "featureNodeHash": feature_hash(kind.name),
            "required": False,
            "archived": False,
            "attributes": _attribute_nodes(kind.attributes, str(number)),
        }
        for number, kind in enumerate(object_classes, 1)
    ]
    classifications: list[Json] = [
        {
            "id": str(number),
            "featureNodeHash": feature_hash(f"classification {kind.attribute.path}"),
            **({"level": "global"} if kind.of_whole_file else {}),
            "attributes": _attribute_nodes([kind.attribute], str(number)),
        }
        for number, kind in enumerate(CLASSIFICATION_CLASSES, 1)
    ]
    return {"objects": objects, "classifications": classifications}


def _attribute_nodes(attributes: Iterable[Attribute], parent_id: str) -> list[Json]:
    nodes: list[Json] = []
    for number, attribute in enumerate(attributes, 1):
        node: Json = {
            "id": f"{parent_id}.{number}",
            "name": attribute.path.rpartition("/")[2],
            "type": attribute.kind,
            "featureNodeHash": feature_hash(attribute.path),
            "required": False,
            "archived": False,
            "dynamic": attribute.dynamic,
        }
        if attribute.kind in ("radio", "checklist"):
            node["options"] = _option_nodes(attribute, f"{parent_id}.{number}")
        nodes.append(node)
    return nodes


def _option_nodes(attribute: Attribute, parent_id: str) -> list[Json]:
    nodes: list[Json] = []
    for number, choice in enumerate(attribute.choices, 1):
        path = f"{attribute.path}/{choice}"
        node: Json = {
            "id": f"{parent_id}.{number}",
            "label": choice,
            "value": name_and_value(path)["value"],
            "featureNodeHash": feature_hash(path),
            "archived": False,
        }
        if choice in attribute.nested:
            node["options"] = _attribute_nodes([attribute.nested[choice]], f"{parent_id}.{number}")
        nodes.append(node)
    return nodes


# Answers: what annotators said to the questions.


def skewed(rng: Random, choices: Sequence[str]) -> str:
    """Return one of the choices; each is rarer than the one before it."""
    return choices[min(int(rng.expovariate(0.9)), len(choices) - 1)]


def answer_entry(attribute: Attribute, answers: object) -> Json:
    """Return the entry of a list of answers; options are given by their names."""
    if isinstance(answers, list):
        paths = [f"{attribute.path}/{name}" for name in answers]
        answers = [{**name_and_value(path), "featureHash": feature_hash(path)} for path in paths]
    return {
        **name_and_value(attribute.path),
        "answers": answers,
        "featureHash": feature_hash(attribute.path),
        "manualAnnotation": True,
    }


def answer_all(rng: Random, attributes: Iterable[Attribute]) -> list[Json]:
    """Answer the static attributes; nested answers follow their parent in the same flat list."""
    entries: list[Json] = []
    for attribute in attributes:
        if attribute.dynamic:
            continue
        answers = _answer(rng, attribute)
        entries.append(answer_entry(attribute, answers))
        if isinstance(answers, list):
            entries += answer_all(rng, [attribute.nested[name] for name in answers if name in attribute.nested])
    return entries


def _answer(rng: Random, attribute: Attribute) -> list[str] | str | float | None:
    """Return the names of options, a text or a number; once in a while nothing, as annotators do."""
    has_options = attribute.kind in ("radio", "checklist")
    if rng.random() < 0.05:
        return [] if has_options else None
    if attribute.kind == "radio":
        return [skewed(rng, attribute.choices)]
    if attribute.kind == "checklist":
        return [choice for rank, choice in enumerate(attribute.choices) if rng.random() < 0.6 / (rank + 1)]
    if attribute.kind == "text":
        return skewed(rng, attribute.choices)
    low, high = attribute.limits
    if isinstance(low, int) and isinstance(high, int):
        return rng.randint(low, high)
    return round(rng.uniform(low, high), 1)


def answer_over_time(rng: Random, attribute: Attribute, first: int, last: int) -> Iterator[tuple[object, Ranges]]:
    """Yield the answers to a dynamic attribute from the first frame to the last, with the frames each holds on.

    A radio or text passes from one answer to the next; of a checklist each option comes alone, with ranges that can
    overlap those of the others.
    """
    if attribute.kind == "checklist":
        for choice in attribute.choices:
            start = rng.randint(first, last)
            stop = rng.randint(start, last)
            rest = (rng.randint(stop + 2, last), last) if stop + 2 <= last and rng.random() < 0.5 else None
            if rng.random() < 0.6:
                yield [choice], [(start, stop), rest] if rest else [(start, stop)]
        return
    cuts = sorted(rng.sample(range(first + 1, last + 1), min(rng.randint(0, 3), last - first)))
    offset = rng.randrange(len(attribute.choices))
    for number, (start, stop) in enumerate(zip([first, *cuts], [*cuts, last + 1], strict=True)):
        choice = attribute.choices[(offset + number) % len(attribute.choices)]
        yield [choice] if attribute.kind == "radio" else choice, [(start, stop - 1)]


# Geometry: each function returns the key and value that a shape has in a frame's entry.


def near(share: float) -> float:
    """Return a coordinate as exported: within the frame, with four decimals."""
    return round(min(max(share, 0.0), 1.0), 4)


def bounding_box(box: Box) -> Json:
    x, y, w, h = (near(side) for side in box)
    return {"boundingBox": {"h": h, "w": w, "x": x, "y": y}}


def rotatable_bounding_box(box: Box, theta: float) -> Json:
    x, y, w, h = (near(side) for side in box)
    return {"rotatableBoundingBox": {"h": h, "w": w, "x": x, "y": y, "theta": round(theta % 360, 2)}}


def polygon(*parts: Sequence[Ring]) -> Json:
    """Return both keys of a polygon: `polygons` with every part and hole, `polygon` with the first outline only."""
    flat = [[[near(side) for point in ring for side in point] for ring in rings] for rings in parts]
    return {"polygon": _vertices(parts[0][0]), "polygons": flat}


def polyline(points: Iterable[Point]) -> Json:
    return {"polyline": _vertices(points)}


def polyline_3d(points: Iterable[tuple[float, float, float]]) -> Json:
    vertices = {str(n): {"x": round(x, 3), "y": round(y, 3), "z": round(z, 3)} for n, (x, y, z) in enumerate(points)}
    return {"polyline": vertices}


def point(x: float, y: float) -> Json:
    return {"point": _vertices([(x, y)])}


def _vertices(points: Iterable[Point]) -> Json:
    return {str(number): {"x": near(x), "y": near(y)} for number, (x, y) in enumerate(points)}


def skeleton(rng: Random, box: Box) -> Json:
    """Return a pose within a box; the state of hidden joints has two spellings in exports."""
    x, y, w, h = box
    joints: Json = {}
    as_flag = rng.random() < 0.5
    for number, (name, (dx, dy)) in enumerate(POSE_JOINTS.items()):
        path = f"{POSE.name}/{name}"
        joint = {"x": near(x + w * (dx + rng.gauss(0, 0.03))), "y": near(y + h * (dy + rng.gauss(0, 0.01)))}
        state = skewed(rng, ("visible", "visible", "occluded", "invisible"))
        spelling: Json = {state: True} if as_flag else {"visibility": state}
        joints[str(number)] = {
            **joint, **name_and_value(path), "color": POSE.color, "featureHash": feature_hash(path), **spelling,
        }  # fmt: skip
    return {"skeleton": joints}


def cuboid(position: Sequence[float], yaw: float, size: Sequence[float]) -> Json:
    return {
        "cuboid": {
            "position": [round(side, 3) for side in position],
            "orientation": [0, 0, round(yaw, 4)],
            "size": [round(side, 3) for side in size],
        }
    }


def cuboid_2d(box: Box, depth: Json) -> Json:
    """Return a cuboid drawn by its front face; the depth tells where its back face is."""
    x, y, w, h = box
    front = [near(side) for corner in ((x, y), (x + w, y), (x + w, y + h), (x, y + h)) for side in corner]
    return {"cuboid_2d": {"front": front, **depth}}


def ellipse(x: float, y: float, rx: float, ry: float, theta: float = 0) -> Json:
    return {"ellipse": {"x": near(x), "y": near(y), "rx": near(rx), "ry": near(ry), "theta": round(theta, 2)}}


def circle(x: float, y: float, r: float) -> Json:
    return {"circle": {"x": near(x), "y": near(y), "r": near(r)}}


def outline(
    x: float, y: float, rx: float, ry: float, *, lobes: int = 3, phase: float = 0.0, vertices: int = 18
) -> Ring:
    """Return a closed, slightly wavy curve around a centre."""
    angles = [tau * number / vertices for number in range(vertices)]
    waves = [1 + 0.14 * sin(lobes * angle + phase) for angle in angles]
    return [(x + rx * wave * cos(angle), y + ry * wave * sin(angle)) for angle, wave in zip(angles, waves, strict=True)]


def bitmask(width: int, height: int, spans: Iterable[tuple[int, int, int]]) -> Json:
    mask = {"rleString": encode_rle(mask_counts(width, height, spans)), "top": 0, "left": 0}
    return {"bitmask": {**mask, "width": width, "height": height}}


def blob_spans(
    width: int, height: int, x: float, y: float, rx: float, ry: float, phase: float = 0.0
) -> Iterator[tuple[int, int, int]]:
    """Yield row, start and stop (exclusive) of the pixels of a wavy ellipse; all four measures in pixels."""
    for row in range(max(0, ceil(y - ry)), min(height, int(y + ry) + 1)):
        half = rx * sqrt(max(0.0, 1 - ((row - y) / ry) ** 2)) * (1 + 0.15 * sin(9 * (row - y) / ry + phase))
        start, stop = max(0, round(x - half)), min(width, round(x + half))
        if start < stop:
            yield row, start, stop


def mask_counts(width: int, height: int, spans: Iterable[tuple[int, int, int]]) -> list[int]:
    """Return how many pixels, row by row, lie in turn outside and inside of the spans; they add up to width * height.

    >>> mask_counts(5, 3, [(0, 1, 4), (1, 3, 4), (2, 0, 1)])
    [1, 3, 4, 1, 1, 1, 4]
    """
    counts: list[int] = []
    end = 0
    for row, start, stop in spans:
        begin = row * width + start
        if counts and begin == end:
            counts[-1] += stop - start
        else:
            counts += [begin - end, stop - start]
        end = row * width + stop
    return [*counts, width * height - end] if end < width * height else counts


def encode_rle(counts: Sequence[int]) -> str:
    """Return the run lengths in COCO's compressed string codec: from the fourth on as differences to two places back.

    >>> encode_rle([1, 3, 4, 1, 1, 1, 4])
    '134NM03'
    """
    differences = [now - before for now, before in zip(counts[3:], counts[1:], strict=False)]
    return "".join(map(_rle_number, itertools.chain(counts[:3], differences)))


@lru_cache(maxsize=4096)
def _rle_number(number: int) -> str:
    """Return the number in groups of five bits, the lowest first, as letters; a sixth bit says that more follow."""
    letters = ""
    more = True
    while more:
        bits = number & 31
        number >>= 5
        more = number != (-1 if bits & 16 else 0)
        letters += chr((bits | 32 if more else bits) + 48)
    return letters


# Label rows: the state that one label row, or the whole export, gathers while it is drawn.


@dataclass(frozen=True)
class Label:
    """One object or classification; its entry is what stands in every frame that it lies on, less the geometry."""

    hash: str
    entry: Json


class Canvas:
    """What was drawn on one space, frame by frame."""

    def __init__(self) -> None:
        self._objects: defaultdict[int, list[Json]] = defaultdict(list)
        self._classifications: defaultdict[int, list[Json]] = defaultdict(list)

    def draw(self, label: Label, geometry: Json, frame: int = 0) -> None:
        self._objects[frame].append({**label.entry, **geometry})

    def mark(self, label: Label, frames: Iterable[int] = (0,)) -> None:
        for frame in frames:
            self._classifications[frame].append(label.entry)

    def blob(self, frame: int = 0) -> Json:
        return {"objects": self._objects.get(frame, []), "classifications": self._classifications.get(frame, [])}

    def by_frame(self, empty: Iterable[int] = ()) -> Json:
        """Return the labels of all frames that have any, and of those to be listed although they are empty."""
        frames = sorted({*self._objects, *self._classifications, *empty})
        return {str(frame): self.blob(frame) for frame in frames}


class Project:
    """What the label rows of an export share: the dice, the people, the datasets, the export itself."""

    annotators = ("ana.souza@example.com", "tom.becker@example.com", "li.wei@example.com", "ruth.adeyemi@example.com")
    reviewers = ("nora.haddad@example.com", "jonas.lind@example.com")
    detector = "detector@example.com"

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.exported = datetime(2025, 6, 2, 7, 30, tzinfo=UTC)
        self.export_hash = self.uuid()
        self._datasets: defaultdict[str, str] = defaultdict(self.uuid)

    def uuid(self) -> str:
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    def short_hash(self) -> str:
        return b64encode(self.rng.randbytes(6)).decode()

    def draft(self, dataset: str, by_detector: float = 0.12) -> "Draft":
        """Start a label row; by_detector is the share of objects that a model proposed and nobody touched."""
        return Draft(self, dataset, self._datasets[dataset], by_detector)


class Draft:
    """A label row in the making: hands out labels, and keeps the answers that belong to them."""

    def __init__(self, project: Project, dataset: str, dataset_hash: str, by_detector: float) -> None:
        self.project = project
        self.rng = project.rng
        self.label_hash = project.uuid()
        self._dataset = dataset
        self._dataset_hash = dataset_hash
        self._by_detector = by_detector
        self._annotator = skewed(self.rng, project.annotators)
        self._created = project.exported - timedelta(minutes=self.rng.randint(60 * 24 * 14, 60 * 24 * 200))
        self._clock = self._created
        self._object_numbers = itertools.count(1)
        self.object_answers: dict[str, Json] = {}
        self.classification_answers: dict[str, Json] = {}
        self.object_actions: dict[str, Json] = {}

    def new_object(self, kind: ObjectClass) -> Label:
        """Return a new object of the class, with its answers given."""
        object_hash = self.project.short_hash()
        number = next(self._object_numbers)
        self.object_answers[object_hash] = {
            "objectHash": object_hash,
            "objectNumber": number,
            "classifications": answer_all(self.rng, kind.attributes),
        }
        entry: Json = {
            "objectHash": object_hash,
            "objectNumber": number,
            "featureHash": feature_hash(kind.name),
            **name_and_value(kind.name),
            "color": kind.color,
            "shape": kind.shape,
            **self._signature(),
        }
        if "lastEditedAt" in entry:
            entry["isDeleted"] = False
        return Label(object_hash, entry)

    def new_placed_object(
        self, kind: ObjectClass, ranges: Ranges = (), html: Sequence[Json] | None = None, spaces: Json | None = None
    ) -> Label:
        """Return a new object that lies where its answer says: on ranges, HTML nodes or whole spaces."""
        label = self.new_object(kind)
        answer = self.object_answers[label.hash]
        answer.update({key: value for key, value in label.entry.items() if key != "isDeleted"})
        answer["range"] = [list(span) for span in ranges]
        if html is not None:
            answer["range_html"] = html
        if spaces is not None:
            answer["spaces"] = spaces
        return label

    def act(self, label: Label, kind: ObjectClass, first: int, last: int, space_id: str | None = None) -> None:
        """Answer the dynamic attributes of an object from one frame to another."""
        actions: list[Json] = [
            {
                **answer_entry(attribute, answers),
                "range": [list(span) for span in ranges],
                "dynamic": True,
                "shouldPropagate": attribute.kind != "checklist",
                "trackHash": self.project.uuid(),
                **({"spaceId": space_id} if space_id else {}),
            }
            for attribute in kind.attributes
            if attribute.dynamic
            for answers, ranges in answer_over_time(self.rng, attribute, first, last)
        ]
        self.object_actions[label.hash] = {"objectHash": label.hash, "actions": actions}

    def leave(self, label: Label, last: int) -> None:
        """Cut the answers over time of an object that is not there after that frame."""
        actions = self.object_actions[label.hash]["actions"]
        assert isinstance(actions, list)
        for action in actions:
            action["range"] = [[start, min(stop, last)] for start, stop in action["range"] if start <= last]
        self.object_actions[label.hash]["actions"] = [action for action in actions if action["range"]]

    def new_classification(self, kind: ClassificationClass, ranges: Ranges = (), spaces: Json | None = None) -> Label:
        """Return a new classification; without ranges, spaces or marks on a canvas it is one of the whole label row."""
        classification_hash = self.project.short_hash()
        identity: Json = {
            "classificationHash": classification_hash,
            "featureHash": feature_hash(f"classification {kind.attribute.path}"),
        }
        signature = self._signature()
        self.classification_answers[classification_hash] = {
            **identity,
            "classifications": answer_all(self.rng, [kind.attribute]),
            "range": [list(span) for span in ranges],
            "spaces": spaces or {},
            **signature,
        }
        return Label(classification_hash, {**identity, **name_and_value(kind.attribute.path), **signature})

    def _signature(self) -> Json:
        """Return who labelled, when, and how surely. Most labels are edited once more; those of a model never."""
        created = self._tick()
        if self.rng.random() < self._by_detector:
            confidence = round(self.rng.betavariate(7, 2), 4)
            by_model: Json = {"createdAt": created, "createdBy": Project.detector, "confidence": confidence}
            return {**by_model, "manualAnnotation": False}
        person = self._annotator if self.rng.random() < 0.85 else self.rng.choice(Project.annotators)
        by_hand: Json = {"createdAt": created, "createdBy": person, "confidence": 1, "manualAnnotation": True}
        if self.rng.random() < 0.6:
            editor = person if self.rng.random() < 0.8 else skewed(self.rng, Project.reviewers)
            by_hand.update(lastEditedAt=self._tick(), lastEditedBy=editor)
        return by_hand

    def _tick(self) -> str:
        self._clock += timedelta(seconds=round(self.rng.lognormvariate(2.6, 0.8)))
        return format_datetime(self._clock, usegmt=True)

    def link(self, file_name: str) -> str:
        """Return a signed link, as exports give them: good for a week, another one in each export."""
        signature = self.rng.randbytes(16).hex()
        folder = self._dataset.lower().replace(" ", "-")
        return f"https://storage.example.com/{folder}/{file_name}?X-Goog-Expires=604800&X-Goog-Signature={signature}"

    def unit(self, file_name: str, mime_type: str, labels: Json, **more: object) -> Json:
        """Return one data unit: a file of the label row."""
        data_hash = self.project.uuid()
        unit: Json = {"data_hash": data_hash, "data_title": file_name, "data_type": mime_type, "data_sequence": 0}
        return {**unit, "data_link": self.link(data_hash), "labels": labels, **more}

    def row(self, data_type: str, title: str, units: Sequence[Json], **more: object) -> Json:
        """Return the finished label row."""
        labelled = bool(self._clock > self._created)
        label_status, task_status = ("NOT_LABELLED", "QUEUED") if not labelled else self._status()
        return {
            "label_hash": self.label_hash,
            "branch_name": "main",
            "created_at": stamp(self._created),
            "last_edited_at": stamp(self._clock),
            "dataset_hash": self._dataset_hash,
            "dataset_title": self._dataset,
            "data_title": title,
            "data_hash": units[0]["data_hash"] if len(units) == 1 else self.project.uuid(),
            "data_type": data_type,
            "backing_item_uuid": self.project.uuid(),
            "is_image_sequence": False if data_type == "img_group" else None,
            "video_link": None,
            "is_shadow_data": False,
            "is_valid": True,
            "data_units": {str(unit["data_hash"]): unit for unit in units},
            "object_answers": self.object_answers,
            "classification_answers": self.classification_answers,
            "object_actions": self.object_actions,
            "spaces": {},
            "label_status": label_status,
            "annotation_task_status": task_status,
            "export_history": self._history() if labelled else [],
            "export_hash": self.project.export_hash,
            "exported_at": stamp(self.project.exported),
            **more,
        }

    def _status(self) -> tuple[str, str]:
        statuses = (
            "LABELLED COMPLETED", "REVIEWED COMPLETED", "REVIEWED_TWICE COMPLETED", "REVIEW_IN_PROGRESS IN_REVIEW",
            "LABEL_IN_PROGRESS ASSIGNED", "LABEL_IN_PROGRESS RETURNED",
        )  # fmt: skip
        label_status, task_status = self.rng.choice(statuses).split()
        return label_status, task_status

    def _history(self) -> list[Json]:
        """Return the exports of this row, the newest, which is this one, first."""
        earlier = [self.project.exported - timedelta(weeks=weeks) for weeks in range(1, self.rng.randint(1, 4))]
        exports = [
            (self.project.export_hash, self.project.exported),
            *((self.project.uuid(), week) for week in earlier),
        ]
        return [
            {"export_hash": export_hash, "exported_at": stamp(exported), "user_email": Project.reviewers[0]}
            for export_hash, exported in exports
        ]


def stamp(moment: datetime) -> str:
    """Return a time as label rows spell it; their entries spell it as mail does."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"


# Motion: boxes that a camera at the roadside would see.


def street_box(rng: Random, nearness: float, aspect: float) -> Box:
    """Return a box that stands on the road: the nearer, the lower and the larger."""
    h = (0.035 + 0.3 * nearness**2) * rng.lognormvariate(0, 0.15)
    w = min(h * aspect, 0.6)
    return rng.uniform(0, 1 - w), min(0.43 + 0.45 * nearness - h / 2, 1 - h), w, h


def track(rng: Random, frames: range, aspect: float) -> Iterator[tuple[int, Box]]:
    """Yield a box for each frame: it comes nearer or leaves, swaying a little, and is hidden now and then."""
    x, y, w, h = street_box(rng, rng.uniform(0.2, 0.7), aspect)
    speed, growth = rng.gauss(0, 0.5), rng.uniform(-0.5, 0.9)
    sway, phase = rng.uniform(0, 0.006), rng.uniform(0, tau)
    hidden = rng.uniform(0.3, 0.7) if rng.random() < 0.3 else 2.0
    for frame in frames:
        progress = (frame - frames.start) / len(frames)
        scale = 1 + growth * progress**2
        centre = x + w / 2 + speed * progress
        if not 0 < centre < 1:
            return
        if not hidden < progress < hidden + 0.1:
            middle = y + h / 2 + sway * sin(frame / 5 + phase)
            left, right = max(centre - w * scale / 2, 0.0), min(centre + w * scale / 2, 1.0)
            top, bottom = max(middle - h * scale / 2, 0.0), min(middle + h * scale / 2, 1.0)
            yield frame, (left, top, right - left, bottom - top)


def street_polygons(rng: Random) -> list[list[Ring]]:
    """Return a road with a traffic island cut out of it, and a second part behind a parked lorry."""
    left, right = rng.uniform(0.0, 0.15), rng.uniform(0.85, 1.0)
    road = [
        (left, 1.0),
        (left + 0.1, 0.8),
        (0.38, 0.52),
        (0.46, 0.46),
        (0.55, 0.46),
        (0.62, 0.53),
        (right, 0.83),
        (right, 1.0),
    ]
    island = outline(rng.uniform(0.45, 0.55), 0.75, 0.05, 0.03, vertices=9)
    side_street = outline(0.1, 0.55, 0.06, 0.015, phase=rng.uniform(0, tau), vertices=7)
    return [[road, island], [side_street]]


# Modalities: one function each, from a project to a label row.


def street_image(project: Project, number: int) -> Json:
    """A photo from a car, with nearly every 2D shape on it."""
    draft, canvas, rng = project.draft("City Streets"), Canvas(), project.rng
    width, height = 1280, 720
    for _ in range(min(2 + int(rng.expovariate(0.2)), 24)):
        canvas.draw(draft.new_object(VEHICLE), bounding_box(street_box(rng, rng.random(), 0.9)))
    for _ in range(rng.randint(0, 6)):
        canvas.draw(draft.new_object(PERSON), bounding_box(street_box(rng, rng.random(), 0.22)))
    canvas.draw(draft.new_object(ROAD), polygon(*street_polygons(rng)))
    for lane in range(rng.randint(1, 3)):
        curve = [(0.3 + 0.2 * lane + 0.05 * step * (lane - 1), 0.5 + 0.1 * step) for step in range(6)]
        canvas.draw(draft.new_object(LANE), polyline(curve))
    for _ in range(rng.randint(0, 4)):
        canvas.draw(draft.new_object(STREET_LAMP), point(rng.random(), rng.uniform(0.1, 0.3)))
    street_furniture(draft, canvas, width, height)
    canvas.mark(draft.new_classification(WEATHER))
    canvas.mark(draft.new_classification(SCENE_TAGS))
    file_name = f"street_{number:04d}.jpg"
    unit = draft.unit(file_name, "image/jpeg", canvas.blob(), width=width, height=height)
    return draft.row("image", file_name, [unit])


def street_furniture(draft: Draft, canvas: Canvas, width: int, height: int) -> None:
    """Draw what not every photo has: trees, poses, vans, covers and signs."""
    rng = draft.rng
    if rng.random() < 0.7:
        x, rx, ry = rng.uniform(0, width), rng.uniform(40, 220), rng.uniform(30, 130)
        spans = blob_spans(width, height, x, 0.35 * height, rx, ry, rng.uniform(0, tau))
        canvas.draw(draft.new_object(VEGETATION), bitmask(width, height, spans))
    for _ in range(rng.randint(0, 2)):
        canvas.draw(draft.new_object(POSE), skeleton(rng, street_box(rng, rng.uniform(0.4, 1), 0.25)))
    if rng.random() < 0.5:
        vanishing: Json = {"vanishingPoint": {"x": 0.5, "y": 0.45}, "scaleRatio": round(rng.uniform(0.5, 0.9), 3)}
        oblique: Json = {"offset": {"x": near(rng.uniform(0.02, 0.08)), "y": -0.02}}
        depth = rng.choice((vanishing, oblique))
        canvas.draw(draft.new_object(DELIVERY_VAN), cuboid_2d(street_box(rng, 0.6, 0.5), depth))
    if rng.random() < 0.6:
        x, y, w, _ = street_box(rng, 0.8, 0.3)
        canvas.draw(draft.new_object(MANHOLE), ellipse(x, y + 0.1, w / 2, w / 5, rng.uniform(0, 20)))
    if rng.random() < 0.6:
        canvas.draw(draft.new_object(ROUND_SIGN), circle(rng.random(), rng.uniform(0.2, 0.4), rng.uniform(0.008, 0.03)))


def unfinished_image(project: Project) -> Json:
    """A photo whose answers and objects do not quite match: one of each lost its partner."""
    draft, canvas, rng = project.draft("City Streets"), Canvas(), project.rng
    for kind in (VEHICLE, VEHICLE, PERSON):
        canvas.draw(draft.new_object(kind), bounding_box(street_box(rng, 0.5, 0.6)))
    without_answer = draft.new_object(VEHICLE)
    canvas.draw(without_answer, bounding_box(street_box(rng, 0.9, 0.9)))
    del draft.object_answers[without_answer.hash]
    draft.new_object(PERSON)
    unit = draft.unit("street_draft.jpg", "image/jpeg", canvas.blob(), width=1280, height=720)
    return draft.row("image", "street_draft.jpg", [unit])


def car_park_image(project: Project) -> Json:
    """A car park seen from a drone: many rotated boxes, a classification of the whole file."""
    draft, canvas, rng = project.draft("Car Parks"), Canvas(), project.rng
    for row in range(5):
        for bay in range(14):
            if rng.random() < 0.75:
                box = (0.06 + 0.062 * bay + rng.gauss(0, 0.003), 0.1 + 0.17 * row, 0.028, 0.09)
                theta = rng.choice((0, 180)) + rng.gauss(12, 4)
                canvas.draw(draft.new_object(PARKED_CAR), rotatable_bounding_box(box, theta))
    draft.new_classification(USABLE)
    unit = draft.unit("car_park_north.png", "image/png", canvas.blob(), width=4000, height=3000)
    return draft.row("image", "car_park_north.png", [unit])


REVIEWS: list[Json] = [
    {
        "id": 41,
        "status": "RESOLVED",
        "approved": True,
        "comment": "Tight enough.",
        "user_email": "nora.haddad@example.com",
        "createdAt": "2024-05-14 09:31:07",
    },
    {
        "id": 44,
        "status": "OPEN",
        "approved": False,
        "comment": "The left foot is cut off.",
        "user_email": "nora.haddad@example.com",
        "createdAt": "2024-05-15 16:02:44",
    },
]


def image_group(project: Project) -> Json:
    """Photos of one crossing from several sides: the same vehicle, under the same hash, is on more than one."""
    draft, rng = project.draft("City Streets"), project.rng
    shared = draft.new_object(VEHICLE)
    draft.act(shared, VEHICLE, 0, 3)
    units: list[Json] = []
    for sequence, side in enumerate(("north", "east", "south", "west")):
        canvas = Canvas()
        canvas.draw(shared, bounding_box(street_box(rng, 0.7, 0.9)))
        for _ in range(rng.randint(1, 5)):
            canvas.draw(draft.new_object(VEHICLE), bounding_box(street_box(rng, rng.random(), 0.9)))
        for place in range(rng.randint(0, 3)):
            label = draft.new_object(PERSON)
            canvas.draw(label, {**bounding_box(street_box(rng, rng.random(), 0.22)), "reviews": REVIEWS[:place]})
        size = {"width": 1920, "height": 1080} if sequence else {"width": 1080, "height": 1920}
        file_name = f"crossing_{side}.jpg"
        units.append({**draft.unit(file_name, "image/jpeg", canvas.blob()), "data_sequence": sequence, **size})
    draft.new_classification(WEATHER, ranges=[(0, 1), (3, 3)])
    rng.shuffle(units)
    return draft.row("img_group", "crossing-all-sides", units)


def image_sequence(project: Project) -> Json:
    """Frames of a dash camera, kept as images: an ordinary track over all of them."""
    draft, rng = project.draft("City Streets"), project.rng
    canvas, length = Canvas(), 16
    for kind, aspect in ((VEHICLE, 0.9), (VEHICLE, 0.9), (PERSON, 0.22)):
        label = draft.new_object(kind)
        last = 0
        for frame, box in track(rng, range(length), aspect):
            canvas.draw(label, bounding_box(box), frame)
            last = frame
        draft.act(label, kind, 0, length - 1)
        draft.leave(label, last)
    pose = draft.new_object(POSE)
    for frame, box in track(rng, range(3, 12), 0.25):
        canvas.draw(pose, skeleton(rng, box), frame)
    units = [
        {
            **draft.unit(f"dash_{frame:03d}.jpg", "image/jpeg", canvas.blob(frame), width=1280, height=720),
            "data_sequence": frame,
        }
        for frame in range(length)
    ]
    return draft.row("img_group", "dash-camera", units, is_image_sequence=True, video_link=draft.link("dash.mp4"))


def street_video(project: Project, title: str, seconds: float) -> Json:
    """A roadside camera: vehicles and people that pass, lights that change, weather told frame by frame."""
    draft, canvas, rng = project.draft("City Streets"), Canvas(), project.rng
    fps, length = 25.0, round(25 * seconds)
    for kind, about, aspect in ((VEHICLE, 7, 0.9), (PERSON, 4, 0.22)):
        for _ in range(rng.randint(about - 2, about + 2)):
            first = rng.randrange(2, length // 2)
            frames = range(first, min(first + rng.randint(15, 80), length - 3))
            draw_track(draft, canvas, kind, track(rng, frames, aspect))
    lamp = (rng.uniform(0.2, 0.8), 0.2, 0.018, 0.06)
    draw_track(draft, canvas, TRAFFIC_LIGHT, ((frame, lamp) for frame in range(2, length - 3, 2)))
    canvas.mark(draft.new_classification(WEATHER, ranges=[(2, length // 2)]), range(2, length // 2 + 1))
    for frame in range(10, length - 3, 20):
        canvas.mark(draft.new_classification(BLUR, ranges=[(frame, frame)]), [frame])
    draft.new_classification(SCENE_TAGS, ranges=[(0, 9), (length // 2, length - 1)])
    unit = video_unit(draft, title, canvas.by_frame(empty=[0]), fps, length)
    return draft.row("video", title, [unit], video_link=unit["data_link"])


def draw_track(draft: Draft, canvas: Canvas, kind: ObjectClass, boxes: Iterable[tuple[int, Box]]) -> None:
    """Draw one object on all its frames, and answer its dynamic attributes from the first to the last of them."""
    label = draft.new_object(kind)
    frames: list[int] = []
    for frame, box in boxes:
        canvas.draw(label, bounding_box(box), frame)
        frames.append(frame)
    draft.act(label, kind, frames[0], frames[-1])


def video_unit(draft: Draft, title: str, labels: Json, fps: float, length: int) -> Json:
    return draft.unit(
        title, "video/mp4", labels, data_fps=fps, data_duration=round(length / fps, 3), width=1280, height=720
    )


def detector_branch(project: Project, video: Json) -> Json:
    """The same video on another branch, labelled by a model alone."""
    draft, canvas, rng = project.draft("City Streets", by_detector=1.0), Canvas(), project.rng
    for _ in range(6):
        draw_track(draft, canvas, VEHICLE, track(rng, range(5, 5 + rng.randint(20, 60)), 0.9))
    title = str(video["data_title"])
    unit = {**video_unit(draft, title, canvas.by_frame(), 25.0, 100), "data_hash": video["data_hash"]}
    return draft.row("video", title, [unit], branch_name="detector-v2", video_link=unit["data_link"])


def unlabelled_video(project: Project, title: str) -> Json:
    """A video that nobody has opened yet."""
    draft = project.draft("City Streets")
    unit = video_unit(draft, title, {}, 29.97, 300)
    return draft.row("video", title, [unit], video_link=unit["data_link"])


def surgery_video(project: Project, title: str) -> Json:
    """A keyhole operation: instruments as polygons, bleeding as masks, phases told by range only."""
    draft, canvas, rng = project.draft("Operating Theatre"), Canvas(), project.rng
    fps, length, width, height = 29.97, 120, 640, 360
    for _ in range(rng.randint(2, 3)):
        label, frames = draft.new_object(INSTRUMENT), range(rng.randint(4, 30), rng.randint(80, 112), 2)
        x, y, turn = rng.uniform(0.25, 0.75), rng.uniform(0.35, 0.7), rng.uniform(0, tau)
        for frame in frames:
            centre = x + 0.1 * sin(frame / 25 + turn), y + 0.05 * cos(frame / 18)
            canvas.draw(label, polygon([outline(*centre, 0.07, 0.05, lobes=2, phase=turn)]), frame)
        draft.act(label, INSTRUMENT, frames[0], frames[-1])
    blood, x, y = draft.new_object(BLEEDING), rng.uniform(200, 440), rng.uniform(120, 240)
    for frame in range(52, 76, 2):
        radius = 4 + 1.4 * (frame - 50)
        spans = blob_spans(width, height, x, y, 1.5 * radius, radius, frame / 9)
        canvas.draw(blood, bitmask(width, height, spans), frame)
    for ranges in ([(0, 29)], [(30, 59), (80, 95)], [(60, 79)], [(96, length - 1)]):
        draft.new_classification(PHASE, ranges=ranges)
    draft.new_classification(COMMENT)
    unit = {**video_unit(draft, title, canvas.by_frame(), fps, length), "width": width, "height": height}
    return draft.row("video", title, [unit], video_link=unit["data_link"])


def dicom_series(project: Project, patient: int) -> Json:
    """A CT of the chest: every slice is listed, a tumour is outlined on some."""
    draft, rng = project.draft("Chest CT"), project.rng
    slices = 24
    canvas = tumour_stack(draft, slices)
    canvas.mark(draft.new_classification(FINDING, ranges=[(9, 9)]), [9])
    links = [draft.link(f"series/{project.uuid()}") for _ in range(slices)]
    labels: Json = {}
    for number, link in enumerate(links):
        metadata: Json = {
            "dicom_instance_uid": f"1.2.826.0.1.3680043.8.498.{rng.getrandbits(96)}",
            "multiframe_frame_number": None,
            "file_uri": link.partition("?")[0].removeprefix("https://storage.example.com/"),
            "width": 512,
            "height": 512,
        }
        labels[str(number)] = {**canvas.blob(number), "metadata": metadata}
    study = f"1.2.826.0.1.3680043.8.498.{rng.getrandbits(80)}"
    title = f"chest-ct-{patient:03d}"
    unit = draft.unit(title, "application/dicom", labels, width=512, height=512, data_links=rng.sample(links, slices))
    unit["metadata"] = {"patient_id": f"P-{patient:05d}", "study_uid": study, "series_uid": f"{study}.3"}
    del unit["data_link"]
    return draft.row("dicom", title, [unit])


def tumour_stack(draft: Draft, slices: int) -> Canvas:
    """Outline a tumour that swells and shrinks through a stack, above the aorta's round cut."""
    canvas, rng = Canvas(), draft.rng
    tumour, aorta, carina = draft.new_object(TUMOUR), draft.new_object(AORTA), draft.new_object(CARINA)
    x, y, radius, phase = rng.uniform(0.25, 0.4), rng.uniform(0.35, 0.6), rng.uniform(0.02, 0.06), rng.uniform(0, tau)
    first, last = slices // 4, slices - slices // 3
    for number in range(first, last + 1):
        swell = radius * sin(pi * (number - first + 1) / (last - first + 2))
        rings = [outline(x, y, swell, swell, lobes=5, phase=phase, vertices=24)]
        if swell > 0.8 * radius:
            rings.append(outline(x, y, 0.3 * swell, 0.3 * swell, vertices=8))
        canvas.draw(tumour, polygon(rings), number)
        canvas.draw(aorta, ellipse(0.55, 0.6 - 0.002 * number, 0.03, 0.028, 8), number)
    canvas.draw(carina, point(0.5, 0.48), slices // 2)
    return canvas


def nifti_volume(project: Project) -> Json:
    """A liver, painted slice by slice; volumes have no metadata per slice."""
    draft = project.draft("Liver Volumes")
    canvas = liver_stack(draft, 128)
    unit = draft.unit("liver_017.nii.gz", "application/nifti1", canvas.by_frame(empty=[0, 1]), width=128, height=128)
    return draft.row("nifti", "liver_017.nii.gz", [unit])


def liver_stack(draft: Draft, size: int) -> Canvas:
    canvas, liver, phase = Canvas(), draft.new_object(LIVER), draft.rng.uniform(0, tau)
    for number in range(6, 26):
        radius = 0.3 * size * sin(pi * (number - 4) / 23)
        spans = blob_spans(size, size, 0.4 * size, 0.45 * size, 1.1 * radius, 0.8 * radius, phase + number / 6)
        canvas.draw(liver, bitmask(size, size, spans), number)
    return canvas


def podcast(project: Project, episode: int) -> Json:
    """A conversation: everything lies in the answers, in milliseconds."""
    draft = project.draft("Podcasts")
    seconds = draft.rng.randint(90, 240)
    conversation(draft, 1000 * seconds)
    draft.new_classification(USABLE)
    draft.new_classification(COMMENT)
    title = f"episode_{episode:02d}.mp3"
    sound: Json = {"audio_codec": "mp3", "audio_sample_rate": 44100, "audio_num_channels": 2, "audio_bit_depth": 16}
    unit = draft.unit(title, "audio/mpeg", {}, data_duration=seconds, **sound)
    return draft.row("audio", title, [unit])


def conversation(draft: Draft, duration_ms: int, space_id: str | None = None) -> None:
    """Place music at both ends, speech that fills the time between, and laughter over it."""
    rng = draft.rng

    def place(kind: ObjectClass, *ranges: tuple[int, int]) -> None:
        if space_id is None:
            draft.new_placed_object(kind, ranges)
        else:
            draft.new_placed_object(kind, spaces=on_space(space_id, ranges))

    place(MUSIC, (0, 7200), (duration_ms - 6500, duration_ms - 1))
    start = 7000
    while start < duration_ms - 12000:
        end = start + round(min(rng.lognormvariate(8.2, 0.6), 20000))
        place(SPEECH, (start, end))
        if rng.random() < 0.15:
            place(LAUGHTER, (end - 300, end + rng.randint(400, 1800)))
        start = end + rng.randint(80, 1500)


def on_space(space_id: str, ranges: Ranges) -> Json:
    """Return the `spaces` of an answer that holds on ranges of one space."""
    return {space_id: {"range": [list(span) for span in ranges], "type": "frame"}}


LETTER = """Dear Dr Haddad, thank you for referring this 61 year old sailor. The CT shows a nodule of 9 mm in the left
upper lobe; we suspect a hamartoma. He also has asthma, treated with salbutamol. We started amoxicillin 500 mg three
times a day for pneumonia and will repeat the scan in three months. Salbutamol as before. Kind regards, R. Adeyemi"""
LETTER_TERMS = (
    (DIAGNOSIS, "hamartoma"), (DIAGNOSIS, "asthma"), (DRUG, "salbutamol"), (DRUG, "amoxicillin"),
    (DIAGNOSIS, "pneumonia"), (DRUG, "Salbutamol"), (DIAGNOSIS, "nodule of 9 mm"),
)  # fmt: skip


def term_ranges() -> Iterator[tuple[ObjectClass, tuple[int, int]]]:
    """Yield the class and the first and last character of each term of the letter."""
    for kind, term in LETTER_TERMS:
        start = LETTER.index(term)
        yield kind, (start, start + len(term) - 1)


def letter(project: Project, number: int) -> Json:
    """A plain text, labelled by ranges of characters."""
    draft = project.draft("Clinic Letters")
    for kind, span in term_ranges():
        if draft.rng.random() < 0.85:
            draft.new_placed_object(kind, [span])
    draft.new_classification(USABLE)
    title = f"letter_{number:03d}.txt"
    return draft.row("plain_text", title, [draft.unit(title, "text/plain", {})])


def html_range(paragraph: int, start: int, end: int) -> Json:
    xpath = f"/html/body/main/p[{paragraph}]/text()[1]"
    return {"start": {"xpath": xpath, "offset": start}, "end": {"xpath": xpath, "offset": end}}


def web_page(project: Project) -> Json:
    """A page of a drug leaflet, labelled by its nodes."""
    draft, rng = project.draft("Clinic Letters"), project.rng
    for paragraph in range(1, 13):
        start = rng.randint(0, 180)
        kind = DRUG if rng.random() < 0.7 else DIAGNOSIS
        draft.new_placed_object(kind, html=[html_range(paragraph, start, start + rng.randint(5, 18))])
    draft.new_placed_object(DRUG, html=[html_range(2, 0, 11), html_range(9, 40, 51)])
    draft.new_classification(COMMENT)
    return draft.row("plain_text", "leaflet.html", [draft.unit("leaflet.html", "text/html", {})])


def document(project: Project) -> Json:
    """A scanned report; pages have no size in pixels."""
    draft = project.draft("Clinic Letters")
    labels = page_boxes(draft, 9).by_frame()
    unit = draft.unit("report_2025.pdf", "application/pdf", labels, width=0, height=0, data_fps=0)
    return draft.row("pdf", "report_2025.pdf", [unit])


def page_boxes(draft: Draft, pages: int) -> Canvas:
    canvas, rng = Canvas(), draft.rng
    for page in range(0, pages - 1, 2):
        for top in (0.12, 0.55)[: rng.randint(1, 2)]:
            canvas.draw(draft.new_object(TABLE), bounding_box((0.1, top, 0.8, rng.uniform(0.1, 0.4))), page)
    canvas.draw(draft.new_object(SIGNATURE), bounding_box((0.6, 0.85, 0.22, 0.05)), pages - 1)
    return canvas


def machine_log(project: Project, number: int) -> Json:
    """Sensor readings of a press, with its faults marked."""
    draft, rng = project.draft("Machine Sensors"), project.rng
    start = 0
    for _ in range(rng.randint(6, 14)):
        start += round(rng.expovariate(1 / 900)) + 50
        end = start + round(rng.lognormvariate(4, 1))
        draft.new_placed_object(FAULT, [(start, end)])
        start = end
    draft.new_classification(USABLE)
    title = f"press_{number}.csv"
    return draft.row("time_series", title, [draft.unit(title, "text/csv", {})])


def car_paths(rng: Random, count: int) -> Iterator[tuple[list[float], float, list[float], float]]:
    """Yield position, heading, size and speed (metres a frame) of cars that keep to their heading."""
    for _ in range(count):
        position = [rng.uniform(-30, 30), rng.uniform(-12, 12), 0.8]
        size = [rng.gauss(4.4, 0.3), rng.gauss(1.8, 0.1), rng.gauss(1.6, 0.1)]
        yield position, rng.choice((0.0, pi)) + rng.gauss(0, 0.05), size, abs(rng.gauss(0, 0.6))


def moved(position: Sequence[float], yaw: float, distance: float) -> list[float]:
    return [position[0] + distance * cos(yaw), position[1] + distance * sin(yaw), position[2]]


def ground_segmentation(rng: Random) -> Json:
    """Select stretches of a file's points; the unselected rest after the last of them is left out."""
    counts = [rng.randint(0, 900)]
    for _ in range(rng.randint(4, 12)):
        counts += [rng.randint(50, 4000), rng.randint(10, 800)]
    return {"segmentation": encode_rle(counts[:-1])}


def point_cloud_scene(project: Project) -> Json:
    """A drive as single files: cuboids on the scene's own frames, point clouds and pictures as spaces."""
    draft, canvas, rng = project.draft("Lidar Drives"), Canvas(), project.rng
    length = 12
    for position, yaw, size, speed in car_paths(rng, 7):
        label = draft.new_object(CAR_3D)
        for frame in range(length):
            canvas.draw(label, cuboid(moved(position, yaw, frame * speed), yaw, size), frame)
        draft.act(label, CAR_3D, 0, length - 1)
    clouds = [f"drive-07/lidar/{frame:06d}.pcd" for frame in range(0, length, 3)]
    ground = draft.new_placed_object(GROUND, spaces={uri: {"range": [], "type": "frame"} for uri in clouds})
    spaces: Json = {}
    for index, uri in enumerate(clouds):
        cloud = Canvas()
        cloud.draw(ground, ground_segmentation(rng))
        spaces[uri] = scene_space("point_cloud", "lidar_top", index, uri, cloud.blob(), start_frame=3 * index)
    pictures: Json = {}
    for index in range(3):
        picture, uri = Canvas(), f"drive-07/camera_front/{index:06d}.jpg"
        for _ in range(rng.randint(1, 4)):
            picture.draw(draft.new_object(VEHICLE), bounding_box(street_box(rng, rng.random(), 0.9)))
        if index == 0:
            spaces[uri] = scene_space("scene_image", "camera_front", index, uri, picture.blob(), width=1600, height=900)
        else:
            # A picture's labels can lie in the data unit as well, under its stream and event.
            spaces[uri] = scene_space("scene_image", "camera_front", index, uri, {}, width=1600, height=900)
            pictures[f"camera_front#{index}"] = picture.blob()
    draft.new_classification(WEATHER, ranges=[(0, length - 1)])
    return scene_row(draft, "drive-07", "scene", {**canvas.by_frame(), **pictures}, spaces, is_continuous=False)


def scene_space(space_type: str, stream: str, index: int, uri: str, labels: Json, **more: object) -> Json:
    info: Json = {"stream_id": stream, "event_index": index, "uri": uri}
    if "start_frame" in more:
        info["start_frame"] = more.pop("start_frame")
    return {"space_type": space_type, "scene_info": info, "labels": labels, **more}


def scene_row(draft: Draft, title: str, mime_type: str, labels: Json, spaces: Json, *, is_continuous: bool) -> Json:
    unit = draft.unit(title, mime_type, labels, width=0, height=0, data_fps=0)
    unit["data_link"] = ""
    return draft.row("scene", title, [unit], spaces=spaces, scene={"isContinuous": is_continuous})


def continuous_scene(project: Project) -> Json:
    """A recording without frames: events in nanoseconds, each of which holds until the object's next."""
    draft, canvas, rng = project.draft("Lidar Drives"), Canvas(), project.rng
    step, steps = 500_000_000, 16
    for position, yaw, size, speed in car_paths(rng, 5):
        label, first, last = draft.new_object(CAR_3D), rng.randint(0, 4), rng.randint(9, steps)
        for tick in range(first, last):
            upsert: Json = {"event": "upsert", "interpolate": "linear"}
            canvas.draw(label, {**cuboid(moved(position, yaw, 5 * speed * tick), yaw, size), **upsert}, tick * step)
        canvas.draw(label, {**cuboid((0, 0, 0), 0, (0, 0, 0)), "event": "delete"}, last * step)
    kerb = draft.new_object(KERB_3D)
    stones = polyline_3d((2.0 * number, 4.1, 0.12) for number in range(8))
    canvas.draw(kerb, {**stones, "event": "upsert", "interpolate": "hold"})
    labels = canvas.by_frame()
    clouds = [f"/lidar_top@{tick * step}" for tick in (2, 6, 10)]
    ground = draft.new_placed_object(GROUND, spaces={key: {"range": [], "type": "frame"} for key in clouds})
    for key in clouds:
        cloud = Canvas()
        cloud.draw(ground, ground_segmentation(rng))
        labels[key] = cloud.blob()
    jolts = [(3 * step, 4 * step), (9 * step, 9 * step + 80_000_000)]
    draft.new_placed_object(FAULT, spaces=on_space("/imu/acceleration.x", jolts))
    draft.new_classification(WEATHER, ranges=[(0, steps * step)])
    return scene_row(draft, "drive-08.mcap", "application/mcap", labels, {}, is_continuous=True)


def space(space_type: str, layout_key: str, file_name: str, labels: Json, **more: object) -> Json:
    """Return one space of a Data Group."""
    child_info: Json = {"layout_key": layout_key, "file_name": file_name}
    return {"space_type": space_type, "child_info": child_info, "labels": labels, **more}


def group_row(draft: Draft, title: str, spaces: Json, children: Sequence[Json]) -> Json:
    """Return the row of a Data Group: its one data unit has no labels, but lists the files."""
    unit = draft.unit(title, "application/vnd.encord.data.group", {}, metadata={"children": children})
    del unit["data_link"]
    return draft.row("group", title, [unit], spaces=spaces)


def case_file(project: Project) -> Json:
    """Everything about one patient side by side: a space of each type, and a layer over the whole group."""
    draft = project.draft("Case Files")
    spaces: Json = {"root": case_overview(draft)}
    for part in (case_pictures(draft), case_volumes(draft), case_recordings(draft), case_documents(draft)):
        spaces.update(part)
    files = [one["child_info"] for one in spaces.values() if isinstance(one, dict) and "child_info" in one]
    children: list[Json] = [
        {"data_hash": project.uuid(), "name": info["file_name"], "label_hash": None, "layout_key": info["layout_key"]}
        for info in files
    ]
    draft.new_classification(COMMENT)
    return group_row(draft, "patient-0042", spaces, children)


def case_overview(draft: Draft) -> Json:
    canvas = Canvas()
    for _ in range(3):
        left, top = draft.rng.uniform(0, 0.5), draft.rng.uniform(0, 0.7)
        canvas.draw(draft.new_object(TABLE), bounding_box((left, top, 0.4, 0.2)))
    canvas.mark(draft.new_classification(FINDING, ranges=[(0, 0)]))
    info: Json = {"file_name": "patient-0042"}
    return {"space_type": "image", "root_info": info, "width": 2400, "height": 1600, "labels": canvas.by_frame()}


def case_pictures(draft: Draft) -> Json:
    """The video of the operation, a photo, and a sequence of ultrasound frames."""
    uuid = draft.project.uuid
    video, photo, sequence = Canvas(), Canvas(), Canvas()
    instrument = draft.new_object(INSTRUMENT)
    for frame in range(5, 45):
        video.draw(instrument, polygon([outline(0.4 + frame / 200, 0.5, 0.06, 0.05, lobes=2)]), frame)
    draft.act(instrument, INSTRUMENT, 5, 44)
    photo.draw(draft.new_object(TUMOUR), polygon([outline(0.5, 0.4, 0.12, 0.1, lobes=5)]))
    aorta = draft.new_object(AORTA)
    for frame in range(8):
        sequence.draw(aorta, ellipse(0.5, 0.5, 0.1 + 0.01 * sin(frame), 0.1, 30), frame)
    video_id, photo_id, sequence_id = uuid(), uuid(), uuid()
    draft.new_classification(PHASE, spaces=on_space(video_id, [(0, 24), (40, 49)]))
    draft.new_classification(USABLE, spaces={photo_id: {"range": []}})
    files = [ultrasound_file(draft, number) for number in range(8)]
    size: Json = {"width": 640, "height": 480}
    timing: Json = {"number_of_frames": 50, "data_duration": 2.0, "data_fps": 25.0}
    return {
        video_id: space("video", "operation", "operation.mp4", video.by_frame(), **timing, **size),
        photo_id: space("image", "photo", "specimen.jpg", photo.by_frame(), width=1200, height=900),
        sequence_id: space(
            "image_sequence", "ultrasound", "us", sequence.by_frame(), number_of_frames=8, frames=files, **size
        ),
    }


def ultrasound_file(draft: Draft, number: int) -> Json:
    name = f"us_{number}.png"
    place: Json = {"data_uuid": draft.project.uuid(), "data_sequence": number, "data_link": draft.link(name)}
    return {**place, "data_type": "image/png", "data_title": name}


def case_volumes(draft: Draft) -> Json:
    """A stack of DICOM slices and a NIfTI volume."""
    slices: list[Json] = [
        {"width": 512, "height": 512, "instance_uid": f"1.2.826.0.1.3680043.8.498.{n + 1}", "file_name": f"IM{n:04d}"}
        for n in range(12)
    ]
    stack, volume = tumour_stack(draft, len(slices)), liver_stack(draft, 96)
    size: Json = {"number_of_frames": 30, "width": 96, "height": 96}
    return {
        draft.project.uuid(): space("medical_stack", "ct", "ct-series", stack.by_frame(), frames=slices),
        draft.project.uuid(): space("medical_file", "mri", "liver.nii.gz", volume.by_frame(), **size),
    }


def case_recordings(draft: Draft) -> Json:
    """The dictation and the monitor's curve; their labels lie in the answers."""
    dictation_id, monitor_id = draft.project.uuid(), draft.project.uuid()
    conversation(draft, 45_000, dictation_id)
    for start in (120, 900, 2400):
        draft.new_placed_object(FAULT, spaces=on_space(monitor_id, [(start, start + 60)]))
    return {
        dictation_id: space("audio", "dictation", "dictation.wav", {}, duration_ms=45_000),
        monitor_id: space("time_series", "monitor", "monitor.csv", {}),
    }


def case_documents(draft: Draft) -> Json:
    """The letter, the leaflet and the scanned report."""
    letter_id, leaflet_id, report_id = draft.project.uuid(), draft.project.uuid(), draft.project.uuid()
    for kind, span in term_ranges():
        draft.new_placed_object(kind, spaces=on_space(letter_id, [span]))
    for paragraph in (1, 3, 4):
        html: Json = {"range": [html_range(paragraph, 10, 22)], "type": "html"}
        draft.new_placed_object(DRUG, spaces={leaflet_id: html})
    return {
        letter_id: space("text", "letter", "letter.txt", {}),
        leaflet_id: space("html", "leaflet", "leaflet.html", {}),
        report_id: space("pdf", "report", "report.pdf", page_boxes(draft, 5).by_frame(), number_of_pages=5),
    }


def two_cameras(project: Project) -> list[Json]:
    """A crossing filmed from two sides: a group, and a row for each of its videos, as a Data Group is downloaded."""
    draft, rng = project.draft("City Streets"), project.rng
    films = [unlabelled_video(project, f"crossing_{side}.mp4") for side in ("left", "right")]
    canvases, space_ids = [Canvas(), Canvas()], [project.uuid(), project.uuid()]
    for _ in range(3):
        seen_by_both = draft.new_object(VEHICLE)
        lasts: list[int] = []
        for canvas in canvases:
            last = 20
            for frame, box in track(rng, range(20, 60), 0.9):
                canvas.draw(seen_by_both, bounding_box(box), frame)
                last = frame
            lasts.append(last)
        draft.act(seen_by_both, VEHICLE, 20, 59, space_ids[0])
        draft.leave(seen_by_both, lasts[0])
    both = {space_id: {"range": [[0, 99]], "type": "frame"} for space_id in space_ids}
    draft.new_classification(WEATHER, spaces=dict(both))
    spaces: Json = {}
    children: list[Json] = []
    for film, side, canvas, space_id in zip(films, ("left", "right"), canvases, space_ids, strict=True):
        name, size = str(film["data_title"]), {"width": 1280, "height": 720}
        spaces[space_id] = space("video", side, name, canvas.by_frame(), number_of_frames=300, **size)
        hashes = {"data_hash": film["data_hash"], "label_hash": film["label_hash"]}
        children.append({**hashes, "name": name, "layout_key": side})
    return [group_row(draft, "crossing-two-cameras", spaces, children), *films]


def demo_export(seed: int = 0) -> list[Json]:
    """Return the label rows of the demo export.

    >>> rows = demo_export()
    >>> rows[0]["data_type"], rows == demo_export(0), rows == demo_export(1)
    ('image', True, False)
    """
    project = Project(seed)
    videos = [street_video(project, "high_street.mp4", seconds=4), street_video(project, "ring_road.mp4", seconds=3.2)]
    return [
        *(street_image(project, number) for number in range(1, 11)),
        unfinished_image(project),
        car_park_image(project),
        image_group(project),
        image_sequence(project),
        *videos,
        detector_branch(project, videos[0]),
        unlabelled_video(project, "night_bus.mp4"),
        *two_cameras(project),
        point_cloud_scene(project),
        continuous_scene(project),
        *(surgery_video(project, f"operation_{number}.mp4") for number in (1, 2)),
        *(dicom_series(project, patient) for patient in (17, 42)),
        nifti_volume(project),
        case_file(project),
        *(podcast(project, episode) for episode in (1, 2, 3)),
        *(letter(project, number) for number in (1, 2)),
        web_page(project),
        document(project),
        *(machine_log(project, number) for number in (3, 4)),
    ]
