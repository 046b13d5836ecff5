"""Loops for what there is: how often classes appear, how far label rows are."""

from __future__ import annotations

from loops import Given, Row, rounded


def class_counts(given: Given) -> list[Row]:
    """How often does each class appear?"""
    groups: dict[tuple[str | None, str | None], list[Row]] = {}
    for row in given.objects:
        groups.setdefault((row["name"], row["shape"]), []).append(row)
    return [
        {
            "class": name,
            "shape": shape,
            "objects": len(rows),
            "instances": len({(row["row_id"], row["object_hash"]) for row in rows if not row["in_child"]}),
            "frames": len({(row["row_id"], row["space_id"], row["frame"]) for row in rows if row["frame"] is not None}),
            "label_rows": len({row["row_id"] for row in rows}),
            "share": rounded(len(rows) / len(given.objects)),
        }
        for (name, shape), rows in groups.items()
    ]
