"""The normal form in which a restored export equals the one that was flattened.

In: a label row as an export has it. Out: the same without the keys that are null or empty times, times as ISO 8601 in
UTC, every number as a float, and polygons in their current form. It shares no code with the package.
"""

from __future__ import annotations

from typing import Any

from reference import read_time

TIMES = ("createdAt", "lastEditedAt", "created_at", "last_edited_at", "exported_at")


def normal(value: Any) -> Any:
    """The normal form of a label row, or of a part of one."""
    if isinstance(value, dict):
        part = _current_polygon(value)
        return {key: normal(_time(key, inner)) for key, inner in part.items() if _time(key, inner) is not None}
    if isinstance(value, list):
        return [normal(part) for part in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return value


def _time(key: str, value: Any) -> Any:
    if key in TIMES and isinstance(value, str):
        time = read_time(value) if value else None
        return time.isoformat() if time is not None else value or None
    return value


def _current_polygon(part: dict[str, Any]) -> dict[str, Any]:
    """Exports of old have `polygon` alone: one ring, its vertices keyed by their number. `polygons` says the same."""
    vertices = part.get("polygon")
    is_object = part.get("shape") == "polygon" or ("shape" not in part and "objectHash" in part)
    if not is_object or part.get("polygons") not in (None, []) or not isinstance(vertices, (dict, list)):
        return {key: value for key, value in part.items() if not (is_object and key == "polygons" and value == [])}
    listed = vertices if isinstance(vertices, list) else [vertices[key] for key in sorted(vertices, key=int)]
    if any(set(vertex) - {"x", "y"} for vertex in listed):
        return {key: value for key, value in part.items() if key != "polygons"}
    ring = [number for vertex in listed for number in (vertex["x"], vertex["y"])]
    return {**{key: value for key, value in part.items() if key != "polygon"}, "polygons": [[ring]]}
