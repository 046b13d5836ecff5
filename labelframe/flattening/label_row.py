"""What the hot and the cold room share: the label row at hand, its spaces and their frames, and the table columns.

In: a decoded label row. Out: nothing by itself; the two rooms fill in what is here. It reads no labels.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Protocol

from labelframe.decode import Json
from labelframe.errors import Fault, JsonPath, Origin
from labelframe.flattening.ontology import Ontology
from labelframe.flattening.values import whole

NAN = math.nan
EMPTY: Mapping[str, object] = MappingProxyType({})


@dataclass(slots=True)
class BlobPlace:
    """Where the export lists the labels of a frame: in which data unit or space, under which key (None: they are its
    labels themselves), and how. `rest`: its keys that are no labels; `deleted`: places of delete events in its list."""

    holder: tuple[str | int, ...]
    key: str | int | None
    absent: Sequence[str] = ()
    rest: Mapping[str, object] = field(default_factory=lambda: EMPTY)
    deleted: tuple[int, ...] = ()
    n_objects: int = 0
    n_classifications: int = 0


@dataclass(slots=True)
class Frame:
    """One row of `frames` in the making."""

    frame: int
    n_objects: int = 0
    n_classifications: int = 0
    own: dict[str, object] = field(default_factory=dict)
    extra: dict[str, object] = field(default_factory=dict)
    listed: list[Json] = field(default_factory=list)  # entries of its space's list of frames that stand for it
    listed_at: list[int] = field(default_factory=list)  # their places in that list
    entries: int = 0  # of the export that stand for it
    places: list[BlobPlace] = field(default_factory=list)

    def size(self, space: Space) -> tuple[float, float]:
        """Width and height in px: the frame's own, as its blob or its list tells, else the space's; NaN is unknown."""
        sizes = []
        for name, default in (("width", space.width), ("height", space.height)):
            told = [self.own.get(name), *(whole(entry.get(name)) for entry in self.listed), default]
            sizes.append(next(value for value in told if isinstance(value, (int, float)) and value))
        return sizes[0], sizes[1]

    def keep(self, left: Mapping[str, object]) -> None:
        """Take keys that no column covers. Where two places of the export tell the same frame and say different things,
        those of the later one are kept under `also`."""
        odd = {name: value for name, value in left.items() if self.extra.get(name, value) != value}
        self.extra.update((name, value) for name, value in left.items() if name not in odd)
        if odd:
            also = self.extra.setdefault("also", [])
            assert isinstance(also, list)
            also.append(odd)


@dataclass(slots=True, eq=False)
class Space:
    """One row of `spaces` in the making, and what its labels need to know of it.

    `range_unit` is what its ranges count, `own` the columns of its row; `emit` is False for a space that gets a row
    only where labels lie on it.
    """

    space_id: str
    timeline_id: str | None
    space_type: str | None
    origin: str
    range_unit: str
    width: float = NAN
    height: float = NAN
    fps: float | None = None
    frames: dict[int, Frame] = field(default_factory=dict)
    own: dict[str, object] = field(default_factory=dict)
    extra: dict[str, object] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    in_nanoseconds: bool = False
    emit: bool = True

    def frame(self, number: int) -> Frame:
        """The row of a frame, the same one wherever the export lists it again."""
        found = self.frames.get(number)
        if found is None:
            found = self.frames[number] = Frame(number)
        return found


def entries_of(value: Json, key: str) -> Iterator[Json]:
    """The entries of all lists of `objects` or of `classifications` under `labels`, in the order of the export."""
    for holders in (value.get("data_units"), value.get("spaces")):
        for holder in holders.values() if isinstance(holders, dict) else ():
            labels = holder.get("labels") if isinstance(holder, dict) else None
            if isinstance(labels, dict):
                for blob in [labels] if is_blob(labels) else labels.values():
                    entries = blob.get(key) if isinstance(blob, dict) else None
                    yield from (
                        (entry for entry in entries if isinstance(entry, dict)) if isinstance(entries, list) else ()
                    )


class Names:
    """The names of classifications that entries of a label row tell (by hash, then by feature), and the ontology."""

    def __init__(self, value: Json, ontology: Ontology | None = None) -> None:
        self._by_hash: dict[str, str] = {}
        self._by_feature: dict[str, str] = {}
        self._features: dict[str, str] = {}
        self._ontology = ontology
        answers = value.get("classification_answers")
        self._answers = answers if isinstance(answers, dict) else {}
        for entry in entries_of(value, "classifications"):
            owner, feature, name = (entry.get(key) for key in ("classificationHash", "featureHash", "name"))
            if isinstance(owner, str) and isinstance(feature, str):
                self._features.setdefault(owner, feature)
            if isinstance(owner, str) and isinstance(name, str):
                self._by_hash.setdefault(owner, name)
                if isinstance(feature, str):
                    self._by_feature.setdefault(feature, name)

    def feature(self, classification_hash: str) -> str | None:
        """The feature hash that an entry of the classification tells."""
        return self._features.get(classification_hash)

    def name(self, classification_hash: str, feature_hash: object) -> str | None:
        """The name of a classification: of an entry of its hash, else of its feature, else the ontology's, else of its
        only attribute."""
        answer = self._answers.get(classification_hash)
        answer = answer if isinstance(answer, dict) else {}
        feature = feature_hash if isinstance(feature_hash, str) else answer.get("featureHash")
        told = self._by_hash.get(classification_hash)
        if told is None and isinstance(feature, str):
            told = self._by_feature.get(feature)
        attributes = answer.get("classifications")
        attributes = attributes if isinstance(attributes, list) else []
        if told is None and self._ontology is not None:
            hashes = [entry.get("featureHash") for entry in attributes if isinstance(entry, dict)]
            told = self._ontology.classification_name(feature, hashes)
        if told is None and len(attributes) == 1 and isinstance(attributes[0], dict):
            name = attributes[0].get("name")
            told = name if isinstance(name, str) else None
        return told


@dataclass(slots=True)
class Place:
    """Where a label row is, in the tables (null: nowhere) and in its file. It can outlive the label row."""

    row_id: int | None
    origin: Origin
    label_hash: str | None = None
    data_type: str | None = None


@dataclass
class OddObject:
    """An object that goes the general path by itself, while compiled code reads the rest of its label row: its place
    among the batch's objects, its label row's in the batch, and all that must be known of where it lies."""

    place: int
    row: int
    entry: Json
    path: tuple[str | int, ...]
    index: int
    width: float
    height: float
    number: int | None  # that its answer tells


@dataclass
class Tally:
    """How many entries of the JSON were found, written and refused, by (table, data_type of the label row, shape)."""

    found: Counter[Kind] = field(default_factory=Counter)
    written: Counter[Kind] = field(default_factory=Counter)
    refused: Counter[Kind] = field(default_factory=Counter)


Kind = tuple[str, str | None, str | None]


@dataclass
class LabelRow:
    """The label row at hand: its header, its spaces by id, and where each object and classification was met."""

    value: Json
    place: Place
    data_hash: str | None = None
    continuous: bool = False
    spaces: dict[str, Space] = field(default_factory=dict)
    units: dict[str, Json] = field(default_factory=dict)
    listed: dict[str, Json] = field(default_factory=dict)  # entries of `spaces`
    sequence: dict[str, int] = field(default_factory=dict)  # data_sequence by unit
    unit_rows: dict[str, int] = field(default_factory=dict)  # place of each unit in the batch of data_units
    kinds: dict[tuple[str | int, ...], str] = field(default_factory=dict)  # how labels are written, by their holder
    object_rows: dict[str, int] = field(default_factory=dict)  # rows of objects by object_hash; 0: only delete events
    classification_rows: Counter[str] = field(default_factory=Counter)
    classification_frames: dict[str, dict[str, list[int]]] = field(default_factory=dict)  # hash, space, frames
    ontology: Ontology | None = None

    @cached_property
    def names(self) -> Names:
        """The names that the entries tell, gathered when first asked for."""
        return Names(self.value, self.ontology)

    @cached_property
    def object_features(self) -> dict[str, str]:
        """The feature hashes that entries tell of objects, gathered when first asked for."""
        features: dict[str, str] = {}
        for entry in entries_of(self.value, "objects"):
            owner, feature = entry.get("objectHash"), entry.get("featureHash")
            if isinstance(owner, str) and isinstance(feature, str):
                features.setdefault(owner, feature)
        return features

    @cached_property
    def answer_numbers(self) -> dict[str, int]:
        """The numbers that answers give to objects."""
        answers = self.value.get("object_answers")
        return {
            object_hash: number
            for object_hash, answer in (answers.items() if isinstance(answers, dict) else ())
            if isinstance(answer, dict)
            for number in [whole(answer.get("objectNumber")) or whole(answer.get("objectId"))]
            if number is not None
        }

    def __post_init__(self) -> None:
        assert self.place.row_id is not None
        self.row_id: int = self.place.row_id
        self.label_hash = self.place.label_hash
        self.data_type = self.place.data_type
        self.owner = {"row_id": self.row_id, "label_hash": self.label_hash}  # what every row of a table begins with

    @property
    def is_image_group(self) -> bool:
        return self.data_type in ("img_group", "image_group")


class Report(Protocol):
    """Takes a fault: where its label row is, the path to the part at hand, the table that misses it, the fault, the
    part itself, and the hash of the object or classification that it belongs to. `entry`: the part is a whole entry of
    that table, which gets no row."""

    def __call__(
        self,
        place: Place,
        path: JsonPath,
        table: str,
        fault: Fault,
        raw: object,
        *,
        owner_hash: object = None,
        entry: str | None = None,
    ) -> None: ...


def is_frame_key(key: str) -> bool:
    """Whether a key of `labels` is a frame number that an int64 holds."""
    return key.isascii() and key.isdigit() and len(key) <= 19 and int(key) < 1 << 63


def kind_of_labels(labels: object) -> str:
    """How a `labels` is written: `absent`, `empty`, `blob`, `map`, or `other` for what is none of these."""
    if labels is None:
        return "absent"
    if not isinstance(labels, dict):
        return "other"
    if not labels:
        return "empty"
    return "blob" if is_blob(labels) else "map"


def is_blob(labels: Mapping[str, object]) -> bool:
    """Whether `labels` is a frame's labels themselves, not a map of frames."""
    return "objects" in labels or "classifications" in labels
