"""Declare the tables of a diff once, as data.

In: `schema.py`'s way of declaring. Out: `CHANGES`, the tables that two snapshots' diff is told in; a file of
`sql/diff/` of the same name makes each. It knows no files and no SQL.
"""

from __future__ import annotations

import pyarrow as pa

from labelframe.schema import BOOL, FLOAT, INT, STRING, TIME, Column, Table

STRINGS = pa.list_(pa.field("element", STRING))


def _counts(*names_and_docs: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, INT, doc, nullable=False) for name, doc in names_and_docs)


def _change(doc: str) -> Column:
    return Column("change", STRING, doc, nullable=False)


def _what(doc: str) -> Column:
    return Column("what", STRINGS, f"{doc}; empty of what was added or removed.", nullable=False)


def _both(name: str, kind: pa.DataType, doc: str, unit: str | None = None) -> tuple[Column, Column]:
    """A value before and after."""
    return (
        Column(f"old_{name}", kind, f"{doc}, before; null of what was added.", unit=unit),
        Column(f"new_{name}", kind, f"{doc}, now; null of what was removed.", unit=unit),
    )


_LABEL_ROW = (
    Column("label_hash", STRING, "Hash of the label row."),
    Column("branch_name", STRING, "Branch of the label row; `main` where the export names none.", nullable=False),
)
_ROW_IDS = (
    Column("old_row_id", INT, "row_id of the label row in the old snapshot; null where it was added."),
    Column("new_row_id", INT, "row_id of the label row in the new snapshot; null where it was removed."),
)
_TITLE = Column("data_title", STRING, "Title of what is labelled.")
_SPACE = Column("space_id", STRING, "The space that it lies on.")
_FRAME = Column("frame", INT, "The frame that it lies on; null where it lies on none.")
_RANGES = (
    *_both("range_start", INT, "First place where it holds"),
    *_both("range_end", INT, "Last place where it holds"),
)
_CLASS = Column("class", STRING, "Its class, as the ontology names it: the new one, of what was removed the old one.")
_PEOPLE = (
    Column("annotator", STRING, "Who last edited it, else who made it, as the new snapshot tells; null where removed."),
    Column("old_annotator", STRING, "Who last edited it, else who made it, as the old snapshot tells."),
    Column("edited_at", TIME, "When it was last edited, else when it was made, as the new snapshot tells."),
)
_CLASS_CHANGED = Column("class_changed", BOOL, "Whether its name or feature_hash differs.", nullable=False)

LABEL_ROWS = Table(
    "label_rows",
    "One row per label row that is not the same in both snapshots.",
    "",
    ("label_hash", "branch_name"),
    (
        _change("added, removed or changed."),
        _what(
            "What differs: columns of label_rows, and objects, classifications and attributes where rows of these are "
            "told below; `other` where none of these tells"
        ),
        *_LABEL_ROW,
        *_ROW_IDS,
        Column("data_hash", STRING, "Hash of what is labelled."),
        _TITLE,
        Column("data_type", STRING, "Modality: video, image, img_group, dicom, ..."),
        Column("dataset_hash", STRING, "Hash of its dataset."),
        Column("dataset_title", STRING, "Title of its dataset."),
        *_both("label_status", STRING, "Status of the labels"),
        *_both("annotation_task_status", STRING, "Status of the task"),
        *_both("data_title", STRING, "Title"),
        Column("edited_at", TIME, "When the label row was last edited, as the new snapshot tells."),
        *_counts(
            ("objects_added", "Rows of objects that were added."),
            ("objects_removed", "Rows of objects that were removed."),
            ("objects_replaced", "Rows of objects that were replaced."),
            ("objects_moved", "Rows of objects that were moved."),
            ("objects_class_changed", "Rows of objects that got another class; they may have been moved too."),
            ("objects_otherwise_changed", "Rows of objects of which something else changed, and nothing of these."),
            ("classifications_changed", "Rows of classifications that were added, removed or changed."),
            ("attributes_changed", "Answers that were added, removed or changed."),
        ),
    ),
)

OBJECTS = Table(
    "objects",
    "One row per row of objects, an object on one frame or range, that is not the same in both snapshots.",
    "",
    ("label_hash", "branch_name", "space_id", "frame", "object_hash"),
    (
        _change(
            "added, removed, changed, or replaced: its hash is gone from there, and another object of the same shape "
            "stands in its place."
        ),
        Column("moved", BOOL, "Whether its geometry or range differs.", nullable=False),
        _CLASS_CHANGED,
        _what("Columns of objects that differ"),
        *_LABEL_ROW,
        _TITLE,
        *_ROW_IDS,
        _SPACE,
        _FRAME,
        *_RANGES,
        _CLASS,
        *_both("class", STRING, "Its class"),
        *_both("feature_hash", STRING, "Hash of the ontology's node"),
        Column("shape", STRING, "Its shape."),
        Column("object_hash", STRING, "Hash of the object: the new one, of what was removed the old one."),
        Column("old_object_hash", STRING, "Its hash before: another one where it was replaced."),
        Column(
            "iou",
            FLOAT,
            "Intersection over union of the axis-aligned boxes around the shape before and now; null without.",
        ),
        *(
            Column(
                f"{side}_{name}",
                FLOAT,
                f"{what} of the axis-aligned box around the shape, {when}.",
                unit=f"fraction of the frame's {unit}",
            )
            for side, when in (("old", "before"), ("new", "now"))
            for name, what, unit in (
                ("x", "Left edge", "width"),
                ("y", "Top edge", "height"),
                ("w", "Width", "width"),
                ("h", "Height", "height"),
            )
        ),
        *_both("is_deleted", BOOL, "True where it is deleted, false where the export does not tell"),
        *_PEOPLE,
    ),
)

CLASSIFICATIONS = Table(
    "classifications",
    "One row per row of classifications that is not the same in both snapshots; answers are in attributes.",
    "",
    ("label_hash", "branch_name", "space_id", "frame", "classification_hash"),
    (
        _change("added, removed or changed."),
        Column("moved", BOOL, "Whether its range differs.", nullable=False),
        _CLASS_CHANGED,
        _what("Columns of classifications that differ"),
        *_LABEL_ROW,
        _TITLE,
        *_ROW_IDS,
        _SPACE,
        _FRAME,
        *_RANGES,
        _CLASS,
        *_both("class", STRING, "Its name"),
        Column("classification_hash", STRING, "Hash of the classification."),
        *_PEOPLE,
    ),
)

ATTRIBUTES = Table(
    "attributes",
    "One row per owner, attribute and range on which the answers are not the same in both snapshots.",
    "",
    ("label_hash", "branch_name", "owner", "owner_hash", "attribute", "space_id", "range_start"),
    (
        _change("added, removed or changed: whether there was an answer before, is one now, or both."),
        *_LABEL_ROW,
        _TITLE,
        *_ROW_IDS,
        Column("owner", STRING, "object or classification.", nullable=False),
        Column(
            "owner_hash",
            STRING,
            "Hash of the object or classification; of a replaced object the new one.",
            nullable=False,
        ),
        Column("class", STRING, "Class of the owner."),
        Column("space_id", STRING, "The space that the answer holds on, where the export names one."),
        Column("attribute_feature_hash", STRING, "Hash of the attribute in the ontology."),
        Column("attribute", STRING, "Name of the attribute."),
        Column("range_start", INT, "First frame on which they differ; null where answers hold on all."),
        Column("range_end", INT, "Last frame on which they differ; null where answers hold on all."),
        Column("old_answers", STRINGS, "The answers before, in order of the alphabet.", nullable=False),
        Column("new_answers", STRINGS, "The answers now, in order of the alphabet.", nullable=False),
        *_PEOPLE,
    ),
)

_KINDS = (
    ("added", "Rows that were added."),
    ("removed", "Rows that were removed."),
    ("replaced", "Rows of objects that were replaced."),
    ("moved", "Rows that were moved."),
    ("class_changed", "Rows that got another class; they may have been moved too."),
    ("otherwise_changed", "Rows of which something else changed, and nothing of these."),
    ("attributes_changed", "Answers that were added, removed or changed, by range, of what both have."),
)

SUMMARY = Table(
    "summary",
    "One row per kind of thing: label_rows, object_rows (an object on one frame or range), objects (once in their "
    "label row), classification_rows, answers.",
    "",
    ("counted",),
    (
        Column("counted", STRING, "What is counted.", nullable=False),
        Column("added", INT, "How many were added.", nullable=False),
        Column("removed", INT, "How many were removed.", nullable=False),
        Column("replaced", INT, "How many were replaced by one of another hash; null where there is no such thing."),
        Column("moved", INT, "How many were moved; null where there is no such thing."),
        Column("class_changed", INT, "How many got another class; null where there is no such thing."),
        Column("changed", INT, "How many were changed in nothing but something else.", nullable=False),
        Column("unchanged", INT, "How many are the same; null of answers."),
    ),
)

CLASSES = Table(
    "classes",
    "One row per class of objects or classifications in the new snapshot, or of what changed.",
    "",
    ("owner", "class"),
    (
        Column("owner", STRING, "Whether it is a class of objects or of classifications.", nullable=False),
        Column("class", STRING, "Class, as the ontology names it; the new one where it changed."),
        *_counts(*_KINDS, ("unchanged", "Rows that are the same.")),
    ),
)

ANNOTATORS = Table(
    "annotators",
    "One row per annotator of a label that changed; of what was removed, whoever last edited or made it.",
    "",
    ("annotator",),
    (
        Column("annotator", STRING, "Who last edited it, else who made it; null where the export names nobody."),
        *_counts(*_KINDS, ("label_rows", "Label rows that these are in.")),
    ),
)

CHANGES: dict[str, Table] = {
    table.name: table for table in (SUMMARY, CLASSES, ANNOTATORS, LABEL_ROWS, OBJECTS, CLASSIFICATIONS, ATTRIBUTES)
}
