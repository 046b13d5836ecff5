"""What the statistics over the history must answer, found by plain loops over the tables of each snapshot.

In: tables as lists of rows, each with its `snapshot`. Out: rows, as the SQL gives them. It shares no code with `sql/`.
Functions are named as the queries are. There are no Data Groups in it: cases hold those.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import datetime
from statistics import median
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Key = tuple[Any, ...]


class History:
    """Snapshots, and in each the label rows by what they are followed by."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.names = [row["snapshot"] for row in tables["snapshots"]]
        self.at = {row["snapshot"]: datetime.fromisoformat(row["taken_at"]) for row in tables["snapshots"]}
        self.rows: dict[str, dict[Key, Row]] = {name: {} for name in self.names}
        for row in tables["label_rows"]:
            there = self.rows[row["snapshot"]]
            branch = row.get("branch_name") or "main"
            key: Key = ("label", row.get("label_hash"), branch)
            number = 0
            while row.get("label_hash") is None and (key in there or key[0] == "label"):
                key, number = ("content", row["content_hash"], branch, number), number + 1
            there[key] = row

    def steps(self) -> list[tuple[str, str]]:
        return list(zip(self.names[1:], self.names, strict=False))

    def of(self, table: str, snapshot: str, row: Row | None) -> list[Row]:
        """The rows of a table that belong to a label row, deleted objects left out."""
        if row is None:
            return []
        return [
            one
            for one in self.tables.get(table, [])
            if (one["snapshot"], one["row_id"]) == (snapshot, row["row_id"]) and not one.get("is_deleted")
        ]

    def days(self, later: str, earlier: str) -> float:
        return (self.at[later] - self.at[earlier]).total_seconds() / 86400


def class_growth(history: History) -> list[Row]:
    """How does the number of objects of each class grow?"""
    counts: dict[str, dict[Any, tuple[int, int, int]]] = {}
    for name in history.names:
        of_class = defaultdict(list)
        for row in history.rows[name].values():
            for one in history.of("objects", name, row):
                of_class[one.get("name")].append((row["row_id"], one.get("object_hash")))
        counts[name] = {
            kind: (len(keys), len(set(keys)), len({row for row, _ in keys})) for kind, keys in of_class.items()
        }
    found = []
    for place, name in enumerate(history.names):
        before = counts[history.names[place - 1]] if place else {}
        for kind in {*counts[name], *before}:
            now, then = counts[name].get(kind, (0, 0, 0)), before.get(kind, (0, 0, 0))
            change = [a - b if place else None for a, b in zip(now, then, strict=True)]
            found.append(
                {
                    "snapshot": name,
                    "class": kind,
                    "objects": now[0],
                    "instances": now[1],
                    "label_rows": now[2],
                    "objects_change": change[0],
                    "instances_change": change[1],
                    "label_rows_change": change[2],
                }
            )
    return found


PLACE = ("object_hash", "space_id", "frame", "range_start", "range_end")


def annotator_velocity(history: History) -> list[Row]:
    """How much did each annotator make and edit between snapshots?"""
    found = []
    for now, then in history.steps():
        new_instances: set[Key] = set()
        new_objects: Counter[Any] = Counter()
        edited_instances: set[Key] = set()
        edited_objects: Counter[Any] = Counter()
        for key, row in history.rows[now].items():
            there, here = history.of("objects", then, history.rows[then].get(key)), history.of("objects", now, row)
            hashes = {one["object_hash"] for one in there}
            for one in here:
                same = [other for other in there if all(one.get(name) == other.get(name) for name in PLACE)]
                maker = one.get("created_by") or None
                if not same:
                    new_objects[maker] += 1
                    if one["object_hash"] not in hashes:
                        new_instances.add((maker, key, one["object_hash"]))
                elif any(one.get(name) != same[0].get(name) for name in ("last_edited_at", "last_edited_by")):
                    editor = one.get("last_edited_by")
                    edited_objects[editor] += 1
                    edited_instances.add((editor, key, one["object_hash"]))
        days = history.days(now, then)
        for annotator in {*new_objects, *edited_objects}:
            instances = sum(1 for one in new_instances if one[0] == annotator)
            found.append(
                {
                    "snapshot": now,
                    "annotator": annotator,
                    "new_instances": instances,
                    "new_objects": new_objects[annotator],
                    "edited_instances": sum(1 for one in edited_instances if one[0] == annotator),
                    "edited_objects": edited_objects[annotator],
                    "hours": round(days * 24, 4),
                    "new_instances_per_day": round(instances / days, 4),
                    "new_objects_per_day": round(new_objects[annotator] / days, 4),
                }
            )
    return found


DONE = {"COMPLETED", "LABELLED", "REVIEWED", "REVIEWED_TWICE"}


def is_done(row: Row) -> bool:
    return row.get("label_status") in DONE or row.get("annotation_task_status") in DONE


def label_churn(history: History) -> list[Row]:
    """How much changed in label rows that were done?"""
    found = []
    for now, then in history.steps():
        counts: Counter[str] = Counter()
        for key, before in history.rows[then].items():
            after = history.rows[now].get(key)
            if not is_done(before):
                continue
            counts["done_before"] += 1
            if after is None:
                counts["vanished"] += 1
            elif not is_done(after):
                counts["reopened"] += 1
            changed = after is not None and after["content_hash"] != before["content_hash"]
            counts["changed"] += changed
            if not changed and after is not None:
                continue
            differences = _differences(_owners(history, then, before), _owners(history, now, after))
            counts["relabelled"] += changed and bool(differences)
            counts += differences
        names = ("done_before", "changed", "relabelled", "reopened", "vanished")
        kinds = [
            f"{owner}s_{what}" for owner in ("object", "classification") for what in ("added", "removed", "changed")
        ]
        found.append({"snapshot": now, **{name: counts[name] for name in (*names, *kinds)}})
    return found


def _owners(history: History, snapshot: str, row: Row | None) -> dict[Key, list[str]]:
    """What is said of each object and classification, in no order."""
    owners: dict[Key, list[str]] = defaultdict(list)
    for owner in ("object", "classification"):
        for one in history.of(f"{owner}s", snapshot, row):
            owners[owner, one[f"{owner}_hash"]].append(_said(one))
    for one in history.of("attributes", snapshot, row):
        if (one["owner"], one["owner_hash"]) in owners:
            owners[one["owner"], one["owner_hash"]].append(_said(one))
    return {key: sorted(said) for key, said in owners.items()}


def _said(row: Row) -> str:
    told = {key: value for key, value in row.items() if value is not None}
    return json.dumps({key: told[key] for key in sorted(told) if key not in ("snapshot", "row_id", "label_hash")})


def _differences(before: dict[Key, list[str]], after: dict[Key, list[str]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for key in {*before, *after}:
        if before.get(key) != after.get(key):
            what = "added" if key not in before else "removed" if key not in after else "changed"
            counts[f"{key[0]}s_{what}"] += 1
    return counts


def status_flow(history: History, of: str = "label_status", stayed: bool = False) -> list[Row]:
    """From which status to which did label rows move?"""
    counts: Counter[Key] = Counter()
    for now, then in history.steps():
        for key in {*history.rows[now], *history.rows[then]}:
            before, after = history.rows[then].get(key), history.rows[now].get(key)
            old, new = (before or {}).get(of), (after or {}).get(of)
            change = "added" if before is None else "removed" if after is None else "moved" if old != new else "stayed"
            counts[now, change, old, new] += 1
    names = ("snapshot", "change", "from_status", "to_status")
    return [
        {**dict(zip(names, key, strict=True)), "label_rows": count}
        for key, count in counts.items()
        if stayed or key[1] != "stayed"
    ]


def untouched_label_rows(history: History, days: int = 30) -> list[Row]:
    """Which label rows have not changed for long?"""
    found = []
    latest = history.names[-1]
    for key, row in history.rows[latest].items():
        since = latest
        for name in reversed(history.names):
            earlier = history.rows[name].get(key)
            if earlier is not None:
                if earlier["content_hash"] != row["content_hash"]:
                    break
                since = name
        if history.days(latest, since) >= days:
            found.append(
                {
                    "label_hash": row.get("label_hash"),
                    "branch": row.get("branch_name") or "main",
                    "data_title": row.get("data_title"),
                    "since": history.at[since],
                    "since_first": since == history.names[0],
                    "days": round(history.days(latest, since), 1),
                }
            )
    return found


def snapshot_summary(history: History) -> list[Row]:
    """What is in each snapshot, and how much changed since the previous one?"""
    found = []
    for place, now in enumerate(history.names):
        then = history.names[place - 1] if place else None
        rows, before = history.rows[now], history.rows[then] if then is not None else {}
        both = rows.keys() & before.keys()
        changed = sum(1 for key in both if rows[key]["content_hash"] != before[key]["content_hash"])
        found.append(
            {
                "snapshot": now,
                "hours": round(history.days(now, then) * 24, 4) if then is not None else None,
                "label_rows": len(rows),
                "objects": sum(len(history.of("objects", now, row)) for row in rows.values()),
                "classifications": sum(len(history.of("classifications", now, row)) for row in rows.values()),
                "rejects": sum(1 for row in history.tables.get("rejects", []) if row["snapshot"] == now),
                "label_rows_added": len(rows.keys() - before.keys()) if place else None,
                "label_rows_removed": len(before.keys() - rows.keys()) if place else None,
                "label_rows_changed": changed if place else None,
            }
        )
    return found


def back_and_forth(history: History) -> list[Row]:
    """What went back to a value that it had before?"""
    series: dict[Key, list[tuple[str, str | None]]] = defaultdict(list)
    for name in history.names:
        for key, row in history.rows[name].items():
            if row.get("label_hash") is None:
                continue
            for what in ("label_status", "annotation_task_status"):
                series[what, *key[1:], None].append((name, row.get(what)))
            classes = defaultdict(set)
            for one in history.of("objects", name, row):
                classes[one["object_hash"]].add(one.get("name"))
            for object_hash, names in classes.items():
                told = sorted(name for name in names if name is not None)
                series["class", *key[1:], object_hash].append((name, " + ".join(told) or None))
    found = []
    for (what, label_hash, branch, object_hash), values in series.items():
        runs = [one for place, one in enumerate(values) if place == 0 or values[place - 1][1] != one[1]]
        returns = [at for place, (at, value) in enumerate(runs) if value in [other for _, other in runs[:place]]]
        if returns:
            found.append(
                {
                    "what": what,
                    "label_hash": label_hash,
                    "branch": branch,
                    "object_hash": object_hash,
                    "path": " → ".join("null" if value is None else value for _, value in runs),
                    "times": len(returns),
                    "first_at": history.at[returns[0]],
                    "last_at": history.at[returns[-1]],
                }
            )
    return found


def time_in_status(history: History, of: str = "label_status") -> list[Row]:
    """How long do label rows stay in a status?"""
    stays: dict[str | None, list[float | None]] = defaultdict(list)
    for key in {key for rows in history.rows.values() for key in rows if key[0] == "label"}:
        values = [(name, history.rows[name][key].get(of)) for name in history.names if key in history.rows[name]]
        runs = [one for place, one in enumerate(values) if place == 0 or values[place - 1][1] != one[1]]
        for place, (name, status) in enumerate(runs):
            is_known = place + 1 < len(runs) and name != history.names[0]
            stays[status].append(history.days(runs[place + 1][0], name) if is_known else None)
    now = Counter(row.get(of) for key, row in history.rows[history.names[-1]].items() if key[0] == "label")
    found = []
    for status, lengths in stays.items():
        known = [one for one in lengths if one is not None]
        found.append(
            {
                "status": status,
                "stays": len(lengths),
                "measured": len(known),
                "days_median": round(median(known), 4) if known else None,
                "days_mean": round(sum(known) / len(known), 4) if known else None,
                "days_max": round(max(known), 4) if known else None,
                "label_rows_now": now[status],
            }
        )
    return found
