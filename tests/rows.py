"""The smallest label rows that tests are made of."""

from __future__ import annotations

from typing import Any


def image_row(label_hash: str, *names: str) -> dict[str, Any]:
    """A label row of one image with a box of each of these classes."""
    objects = [
        {
            "objectHash": f"object-{number}",
            "name": name,
            "shape": "bounding_box",
            "boundingBox": {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4},
            "createdAt": "2024-01-02T03:04:05Z",
        }
        for number, name in enumerate(names)
    ]
    labels = {"objects": objects, "classifications": []}
    return {
        "label_hash": label_hash,
        "data_type": "image",
        "data_units": {"unit": {"data_type": "image/png", "labels": labels}},
    }
