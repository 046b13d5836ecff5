"""The vendor's SDK, offline: label rows parsed into `LabelRowV2`, then their annotations one by one.

It needs no server for this, but an ontology, and metadata that the platform would tell. It refuses what the platform
would not write, so the label row is put right for it first: classifications are left out, unanswered attributes too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from encord.constants.enums import DataType
from encord.objects import ChecklistAttribute, LabelRowV2, ObjectInstance, OntologyStructure
from encord.objects.bitmask import BitmaskCoordinates
from encord.objects.coordinates import (
    BoundingBoxCoordinates,
    PolygonCoordinates,
    PolygonCoordsToDict,
    SkeletonCoordinates,
)
from encord.objects.options import Option
from encord.ontology import Ontology
from encord.orm.label_row import LabelRowMetadata, LabelStatus
from encord.orm.ontology import Ontology as OrmOntology
from generate import ontology

from engines import loop, rows
from engines.tables import ANSWERS, Kind

NOW = datetime(2025, 1, 1)


def flatten(export: Path, kind: Kind, out: Path) -> None:
    """Write the table."""
    structure = OntologyStructure.from_dict(ontology())
    labelled_with = Ontology(OrmOntology("benchmark", structure, "benchmark", NOW, NOW), None)
    table = {"frames": _frames, "ranges": _ranges, "answers": _answers}[kind.table]
    schema = loop.schema(kind)
    with pq.ParquetWriter(out / "objects.parquet", schema, compression="zstd") as writer:
        for batch in rows.batches(export):
            found = [flat for row in batch for flat in table(parsed(row, labelled_with))]
            writer.write_table(pa.Table.from_pylist(found, schema))


def parsed(row: rows.LabelRow, labelled_with: Ontology) -> LabelRowV2:
    """Return the label row as the SDK's."""
    unit = next(iter(row["data_units"].values()))
    if row["data_type"] == "audio":
        unit = {"audio_num_channels": 2, "audio_bit_depth": 16, **unit}
        row["data_units"] = {unit["data_hash"]: unit}
    row["classification_answers"] = {}
    for answer in row["object_answers"].values():
        answer["classifications"] = [entry for entry in answer["classifications"] if entry["answers"] is not None]
    metadata = LabelRowMetadata(
        label_hash=row["label_hash"],
        created_at=None,
        last_edited_at=None,
        branch_name=row["branch_name"],
        data_hash=row["data_hash"],
        dataset_hash=row["dataset_hash"],
        dataset_title=row["dataset_title"],
        data_title=row["data_title"],
        data_type=DataType(row["data_type"]).to_upper_case_string(),
        data_link=None,
        label_status=LabelStatus(row["label_status"]),
        annotation_task_status=None,
        workflow_graph_node=None,
        is_shadow_data=False,
        frames_per_second=unit.get("data_fps"),
        number_of_frames=ceil(unit.get("data_fps", 0) * unit.get("data_duration", 0)) or len(unit["labels"]),
        duration=unit.get("data_duration"),
        height=unit.get("height"),
        width=unit.get("width"),
        audio_sample_rate=unit.get("audio_sample_rate"),
        audio_codec=unit.get("audio_codec"),
        audio_bit_depth=unit.get("audio_bit_depth"),
        audio_num_channels=unit.get("audio_num_channels"),
        spaces={},
    )
    label_row = LabelRowV2(metadata, None, labelled_with)
    label_row.from_labels_dict(row)
    return label_row


def _frames(row: LabelRowV2) -> Iterator[dict[str, Any]]:
    for instance in row.get_object_instances():
        for annotation in instance.get_annotations():
            yield {
                "label_hash": row.label_hash,
                "data_unit": row.data_hash,
                "frame": annotation.frame,
                **_entry(instance, annotation),
                **_geometry(annotation.coordinates),
            }


def _entry(instance: ObjectInstance, annotation: Any) -> dict[str, Any]:
    item = instance.ontology_item
    return {
        "object_hash": instance.object_hash,
        "feature_hash": instance.feature_hash,
        "name": item.name,
        "value": item.name.lower().replace(" ", "_"),
        "color": item.color,
        "shape": item.shape.value,
        "created_at": str(annotation.created_at),
        "created_by": annotation.created_by,
        "last_edited_at": str(annotation.last_edited_at),
        "last_edited_by": annotation.last_edited_by,
        "confidence": annotation.confidence,
        "manual_annotation": annotation.manual_annotation,
    }


def _geometry(coordinates: object) -> dict[str, Any]:
    match coordinates:
        case BoundingBoxCoordinates():
            return dict(coordinates.to_dict())
        case PolygonCoordinates():
            return {"polygons": coordinates.to_dict(PolygonCoordsToDict.multiple_polygons)}
        case BitmaskCoordinates():
            mask = coordinates.to_dict()
            sides = {f"mask_{side}": mask[side] for side in ("top", "left", "width", "height")}
            return {"rle": mask["rleString"], **sides}
        case SkeletonCoordinates():
            return {"keypoints": list(coordinates.to_dict().values())}
    raise ValueError(coordinates)


def _ranges(row: LabelRowV2) -> Iterator[dict[str, Any]]:
    for instance in row.get_object_instances():
        annotation = instance.get_annotations()[0]
        flat = {"label_hash": row.label_hash, "data_unit": row.data_hash, **_entry(instance, annotation)}
        for span in instance.range_list or []:
            yield {**flat, "range_start": span.start, "range_end": span.end}


def _answers(row: LabelRowV2) -> Iterator[dict[str, Any]]:
    names = [name for name, _ in ANSWERS]
    for instance in row.get_object_instances():
        for attribute in instance.ontology_item.attributes:
            given = instance.get_answer(attribute)
            where = (row.label_hash, instance.object_hash, attribute.feature_node_hash, attribute.name)
            spans = (
                [(one.answer, span.start, span.end) for one in given for span in one.ranges]
                if attribute.dynamic
                else [(given, None, None)]
            )
            for answer, start, end in spans:
                answers = (list(answer) or [None]) if isinstance(attribute, ChecklistAttribute) else [answer]
                for one in answers:
                    option = (one.label, one.feature_node_hash) if isinstance(one, Option) else (_text(one), None)
                    yield dict(zip(names, (*where, attribute.dynamic, *option, start, end), strict=True))


def _text(answer: object) -> str | None:
    return None if answer is None else str(answer)
