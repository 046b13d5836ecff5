"""The table that every peer makes of an export, and the kinds of exports that differ in how they hold it.

Three tables: `frames`, a row per object of a frame; `ranges`, a row per range of an object that lies in the answers
alone; `answers`, a row per answer to an attribute of an object. Times stay the text that they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ENTRY = (
    ("objectHash", "object_hash", "text"),
    ("featureHash", "feature_hash", "text"),
    ("name", "name", "text"),
    ("value", "value", "text"),
    ("color", "color", "text"),
    ("shape", "shape", "text"),
    ("createdAt", "created_at", "text"),
    ("createdBy", "created_by", "text"),
    ("lastEditedAt", "last_edited_at", "text"),
    ("lastEditedBy", "last_edited_by", "text"),
    ("confidence", "confidence", "number"),
    ("manualAnnotation", "manual_annotation", "flag"),
)
"""Key, column and type of what every object tells of itself."""

BOX = ("x", "y", "w", "h")
MASK = (
    ("rleString", "rle", "text"),
    ("top", "mask_top", "integer"),
    ("left", "mask_left", "integer"),
    ("width", "mask_width", "integer"),
    ("height", "mask_height", "integer"),
)
JOINT = (
    ("name", "text"),
    ("value", "text"),
    ("featureHash", "text"),
    ("color", "text"),
    ("x", "number"),
    ("y", "number"),
    ("visibility", "text"),
)
ANSWERS = (
    ("label_hash", "text"),
    ("object_hash", "text"),
    ("attribute_hash", "text"),
    ("attribute", "text"),
    ("dynamic", "flag"),
    ("answer", "text"),
    ("option_hash", "text"),
    ("range_start", "integer"),
    ("range_end", "integer"),
)

Geometry = Literal["box", "polygons", "mask", "keypoints"]


@dataclass(frozen=True)
class Kind:
    """What a kind of export holds.

    labels: a data unit's labels are a map of frames, one frame's blob, or either. geometry: what its frames draw.
    """

    table: Literal["frames", "ranges", "answers"] = "frames"
    labels: Literal["map", "blob", "either"] = "map"
    geometry: tuple[Geometry, ...] = ()

    @property
    def scalars(self) -> list[tuple[str, str]]:
        """Name and type of the columns, less those of polygons and keypoints, which are nested."""
        if self.table == "answers":
            return list(ANSWERS)
        entry = [(column, kind) for _, column, kind in ENTRY]
        if self.table == "ranges":
            place = [("label_hash", "text"), ("data_unit", "text")]
            return [*place, *entry, ("range_start", "integer"), ("range_end", "integer")]
        place = [("label_hash", "text"), ("data_unit", "text"), ("frame", "integer")]
        boxes = [(column, "number") for column in BOX if "box" in self.geometry]
        masks = [(column, kind) for _, column, kind in MASK if "mask" in self.geometry]
        return [*place, *entry, *boxes, *masks]


KINDS = {
    "mixed": Kind(labels="either", geometry=("box", "polygons")),
    "boxes": Kind(geometry=("box", "polygons")),
    "polygons": Kind(labels="blob", geometry=("polygons",)),
    "images": Kind(labels="blob", geometry=("box",)),
    "bitmasks": Kind(labels="blob", geometry=("mask",)),
    "skeletons": Kind(geometry=("keypoints",)),
    "dicom": Kind(geometry=("box", "polygons", "mask")),
    "audio": Kind("ranges"),
    "text": Kind("ranges"),
    "attributes": Kind("answers"),
}
