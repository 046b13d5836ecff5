"""pandas: `json_normalize`, after hashes that are keys have become lists, a batch of label rows at a time."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engines import loop, rows
from engines.tables import ANSWERS, BOX, ENTRY, MASK, Kind

RENAMED = {
    **{key: column for key, column, _ in ENTRY},
    **{f"boundingBox.{side}": side for side in BOX},
    **{f"bitmask.{key}": column for key, column, _ in MASK},
}


def flatten(export: Path, kind: Kind, out: Path) -> None:
    """Write the table."""
    normalized = {"frames": _frames, "ranges": _ranges, "answers": _answers}[kind.table]
    schema = loop.schema(kind)
    with pq.ParquetWriter(out / "objects.parquet", schema, compression="zstd") as writer:
        for batch in rows.batches(export):
            frame = normalized(batch).rename(columns=RENAMED).reindex(columns=schema.names)
            writer.write_table(pa.Table.from_pandas(frame, schema, preserve_index=False))


def _frames(batch: list[rows.LabelRow]) -> pd.DataFrame:
    blobs = []
    for row in batch:
        for data_unit, frame, objects in rows.frames(row):
            for entry in objects:
                # Each vertex and joint would become columns of its own.
                entry.pop("polygon", None)
                if "skeleton" in entry:
                    entry["keypoints"] = list(entry.pop("skeleton").values())
            place = {"label_hash": row["label_hash"], "data_unit": data_unit, "frame": frame}
            blobs.append({**place, "objects": objects})
    return pd.json_normalize(blobs, "objects", ["label_hash", "data_unit", "frame"])


def _ranges(batch: list[rows.LabelRow]) -> pd.DataFrame:
    answers = [
        {"label_hash": row["label_hash"], "data_unit": row["data_hash"], **answer}
        for row in batch
        for answer in row["object_answers"].values()
    ]
    frame = pd.json_normalize(answers, max_level=0).explode("range", ignore_index=True)
    return frame.assign(range_start=frame["range"].str[0], range_end=frame["range"].str[1])


def _answers(batch: list[rows.LabelRow]) -> pd.DataFrame:
    entries = [
        {
            "label_hash": row["label_hash"],
            "object_hash": object_hash,
            "attribute_hash": entry["featureHash"],
            "attribute": entry["name"],
            "dynamic": dynamic,
            "options": [{"answer": answer, "option_hash": option_hash} for answer, option_hash in rows.options(entry)],
            "range": entry["range"] if dynamic else [None],
        }
        for row in batch
        for object_hash, entry, dynamic in rows.attributes(row)
    ]
    place = [name for name, _ in ANSWERS[:5]]
    frame = pd.json_normalize(entries, "options", [*place, "range"]).explode("range", ignore_index=True)
    return frame.assign(range_start=frame["range"].str[0], range_end=frame["range"].str[1])
