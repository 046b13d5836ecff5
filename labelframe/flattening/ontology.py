"""Know an ontology: its classes, their attributes, the options of those, and on what each hangs.

In: an ontology's structure, as JSON has it. Out: an `Ontology`, which gives the rows of its tables and tells of a hash
what it is. It goes by hashes alone, never by names, and knows no label rows and no files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from labelframe.errors import GIVE_AN_ONTOLOGY, JsonPath, OntologyError, kind_of, path_text

Json = dict[str, object]

OWNERS = {"objects": "object", "classifications": "classification"}
SEPARATOR = " > "


@dataclass(frozen=True)
class Node:
    """A part of an ontology: its hash, the columns that are not keys of its JSON, and that JSON."""

    owner: str
    feature_hash: str
    columns: Mapping[str, object]
    entry: Json


@dataclass(frozen=True)
class Attribute(Node):
    """An attribute of a class, and the option that it hangs on (None: the class itself)."""

    class_feature_hash: str
    parent_feature_hash: str | None
    path: str


@dataclass(frozen=True)
class Place:
    """What attributes hang on: a class, or an option of an attribute."""

    owner: str
    class_feature_hash: str
    names: tuple[str, ...]
    option: str | None = None
    attribute: str | None = None
    depth: int = 0


class Ontology:
    """An ontology, in three lists in its own order, and by hash.

    `structure` is an object with the lists `objects` and `classifications`, either of which may be absent. Raises
    OntologyError, without a file, for a part of it that cannot be understood.
    """

    def __init__(self, structure: Json) -> None:
        self.classes: list[Node] = []
        self.attributes: list[Attribute] = []
        self.options: list[Node] = []
        self._object_classes: dict[str, Node] = {}
        self._names: dict[str, str] = {}  # of classifications, by hash
        self._by_hash: dict[tuple[str, str], list[Attribute]] = {}
        for key, owner in OWNERS.items():
            for position, entry, path in _entries(structure, key, ()):
                self._take_class(owner, position, entry, path)
        for attribute in self.attributes:
            self._by_hash.setdefault((attribute.owner, attribute.feature_hash), []).append(attribute)

    def _take_class(self, owner: str, position: int, entry: Json, path: JsonPath) -> None:
        feature_hash = _hash(entry, path)
        attributes = list(_entries(entry, "attributes", path))
        name = entry.get("name")
        if owner == "classification":  # it has one attribute, which names it
            name = attributes[0][1].get("name") if attributes else None
        place = Place(owner, feature_hash, (name if isinstance(name, str) else feature_hash,))
        before = len(self.attributes)
        for number, attribute, here in attributes:
            self._take_attribute(place, number, attribute, here)
        columns = {
            "owner": owner,
            "name": name,
            "n_attributes": len(self.attributes) - before,
            "position": position,
        }
        node = Node(owner, feature_hash, columns, entry)
        self.classes.append(node)
        if owner == "object":
            self._object_classes.setdefault(feature_hash, node)
        elif isinstance(name, str):
            self._names.setdefault(feature_hash, name)

    def _take_attribute(self, place: Place, position: int, entry: Json, path: JsonPath) -> None:
        feature_hash, name, kind = _hash(entry, path), entry.get("name"), entry.get("type")
        names = (*place.names, name if isinstance(name, str) else feature_hash)
        if place.owner == "classification" and place.depth == 0 and position == 0:
            names = place.names
        columns = {
            "owner": place.owner,
            "class_feature_hash": place.class_feature_hash,
            "multiple": kind == "checklist" if isinstance(kind, str) else None,
            "parent_feature_hash": place.option,
            "parent_attribute_feature_hash": place.attribute,
            "path": SEPARATOR.join(names),
            "depth": place.depth,
            "position": position,
        }
        self.attributes.append(
            Attribute(
                place.owner,
                feature_hash,
                columns,
                entry,
                place.class_feature_hash,
                place.option,
                SEPARATOR.join(names),
            )
        )
        for number, option, here in _entries(entry, "options", path):
            option_hash = _hash(option, here)
            own = {
                "owner": place.owner,
                "class_feature_hash": place.class_feature_hash,
                "attribute_feature_hash": feature_hash,
                "position": number,
            }
            self.options.append(Node(place.owner, option_hash, own, option))
            below = Place(place.owner, place.class_feature_hash, names, option_hash, feature_hash, place.depth + 1)
            for nested_number, nested, nested_path in _entries(option, "options", here):
                self._take_attribute(below, nested_number, nested, nested_path)

    def object_class(self, feature_hash: str) -> Node | None:
        """The class of objects of that hash."""
        return self._object_classes.get(feature_hash)

    def classification_name(self, feature_hash: object, attribute_hashes: Iterable[object]) -> str | None:
        """The name of the classification of that hash; where it has none (exports before 2024), of the one class that
        has all of these attributes that are known."""
        if isinstance(feature_hash, str):
            return self._names.get(feature_hash)
        classes = {
            attribute.class_feature_hash
            for each in attribute_hashes
            if isinstance(each, str)
            for attribute in self._by_hash.get(("classification", each), ())
        }
        return self._names.get(classes.pop()) if len(classes) == 1 else None

    def attribute(self, owner: str, feature_hash: str, class_of: Callable[[], str | None]) -> Attribute | None:
        """The attribute of that hash. Where several classes have it, the one of the class that `class_of` tells; None
        where that leaves more than one place for it."""
        found = self._by_hash.get((owner, feature_hash), [])
        if len(found) > 1:
            wanted = class_of()
            found = [attribute for attribute in found if attribute.class_feature_hash == wanted]
        return found[0] if len(found) == 1 else None


def _entries(holder: Json, key: str, path: JsonPath) -> Iterator[tuple[int, Json, JsonPath]]:
    """(place, entry, path) of the objects in a list."""
    entries = holder.get(key)
    if entries is None:
        return
    if not isinstance(entries, list):
        raise damaged((*path, key), "a list", entries)
    for position, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise damaged((*path, key, position), "an object", entry)
        yield position, entry, (*path, key, position)


def _hash(entry: Json, path: JsonPath) -> str:
    feature_hash = entry.get("featureNodeHash")
    if not isinstance(feature_hash, str):
        raise damaged((*path, "featureNodeHash"), "a hash as text", feature_hash)
    return feature_hash


def damaged(path: JsonPath, expected: str, found: object) -> OntologyError:
    """The error of a part of an ontology, or of what is none."""
    return OntologyError(
        "This is no ontology.",
        json_path=path_text(path),
        expected=expected,
        found=kind_of(found),
        remedy=GIVE_AN_ONTOLOGY,
    )
