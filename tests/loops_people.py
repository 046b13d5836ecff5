"""Loops for attributes and their answers, for the people who label, and for label rows and ontologies."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from loops import Given, Row, quantile, rounded

Label = tuple[str, int, str]  # owner, row_id, hash


def _share(part: int, whole: int) -> float | None:
    return None if whole == 0 else rounded(part / whole)


def _rows(given: Given) -> list[Row]:
    """Rows of objects that count and of classifications, with their owner and hash."""
    objects = [{**row, "owner": "object", "owner_hash": row["object_hash"]} for row in given.objects]
    return objects + [
        {**row, "owner": "classification", "owner_hash": row["classification_hash"], "in_child": False}
        for row in given.tables["classifications"]
    ]


def _label(row: Row) -> Label:
    return row["owner"], row["row_id"], row["owner_hash"]


def _least(values: Iterable[str | None]) -> str | None:
    return min((value for value in values if value is not None), default=None)


def _labels(given: Given) -> dict[Label, list[Row]]:
    """The rows of every object and classification that counts."""
    found: dict[Label, list[Row]] = {}
    for row in _rows(given):
        if not row["in_child"]:
            found.setdefault(_label(row), []).append(row)
    return found


def _classes(given: Given) -> dict[Label, str | None]:
    return {label: _least(row["name"] for row in rows) for label, rows in _labels(given).items()}


def _first(*values: str | None) -> str | None:
    return next((value for value in values if value is not None), None)


def _attribute(row: Row) -> str | None:
    return _first(row["attribute"], row["attribute_value"], row["attribute_feature_hash"])


def _answer(row: Row) -> str | None:
    return _first(row["answer"], row["answer_value"], row["answer_feature_hash"])


def attribute_counts(given: Given) -> list[Row]:
    """How is each attribute answered?"""
    classes = _classes(given)
    groups: dict[tuple[Any, ...], list[Label]] = {}
    for row in given.tables["attributes"]:
        label = _label(row)
        if label in classes:
            groups.setdefault((label[0], classes[label], _attribute(row), _answer(row)), []).append(label)
    return [
        {
            "owner": owner,
            "class": name,
            "attribute": attribute,
            "answer": answer,
            "instances": len(set(labels)),
            "answers": len(labels),
        }
        for (owner, name, attribute, answer), labels in groups.items()
    ]


def attribute_pairs(given: Given, **parameters: str | None) -> list[Row]:
    """Which answers to two attributes go together?"""
    wanted, first_only, other_only = parameters["class"], parameters["attribute"], parameters["other"]
    answers: dict[Label, set[tuple[str, str]]] = {}
    classes = _classes(given)
    for row in given.tables["attributes"]:
        attribute, answer = _attribute(row), _answer(row)
        if _label(row) not in classes or attribute is None or answer is None:
            continue
        if row["kind"] == "option" or attribute in (first_only, other_only):
            answers.setdefault(_label(row), set()).add((attribute, answer))
    counts: dict[tuple[Any, ...], int] = {}
    totals: dict[tuple[Any, ...], int] = {}
    for label, chosen in answers.items():
        if wanted is not None and classes[label] != wanted:
            continue
        for first in chosen:
            key = (label[0], classes[label], first)
            totals[key] = totals.get(key, 0) + 1
            for second in chosen:
                if second[0] != first[0]:
                    counts[(*key, second)] = counts.get((*key, second), 0) + 1
    return [
        {
            "owner": owner,
            "class": name,
            "attribute": first[0],
            "answer": first[1],
            "other": second[0],
            "other_answer": second[1],
            "instances": count,
            "share": _share(count, totals[owner, name, first]),
        }
        for (owner, name, first, second), count in counts.items()
        if first_only in (None, first[0]) and other_only in (None, second[0])
    ]


def _nodes(ontology: Mapping[str, Any]) -> list[Row]:
    """Classes, attributes and options of an ontology, in one list, each with its class and what it hangs on."""
    found: list[Row] = []
    for key, owner in (("objects", "object"), ("classifications", "classification")):
        for node in ontology.get(key) or []:
            below = node.get("attributes") or []
            name = node.get("name") if owner == "object" else below[0].get("name") if below else None
            name = node["featureNodeHash"] if name is None else name
            about = {"owner": owner, "class_hash": node["featureNodeHash"], "class": name}
            found.append({**about, "level": "class", "path": name, "node": node})
            for place, attribute in enumerate(below):
                naming = owner == "classification" and place == 0
                found += _nodes_of_attribute(about, attribute, [name], None, naming)
    return found


def _nodes_of_attribute(about: Row, node: Row, above: list[str], parent: str | None, naming: bool = False) -> list[Row]:
    name = node["featureNodeHash"] if node.get("name") is None else node["name"]
    names = above if naming else [*above, name]
    own = {**about, "attribute_hash": node["featureNodeHash"], "attribute": name}
    found = [{**own, "level": "attribute", "path": " > ".join(names), "parent": parent, "node": node}]
    for option in node.get("options") or []:
        label = _first(option.get("label"), option.get("value"), option["featureNodeHash"])
        part = {**own, "level": "option", "option_hash": option["featureNodeHash"], "option": label}
        found.append({**part, "path": " > ".join([*names, str(label)]), "node": option})
        for nested in option.get("options") or []:
            found += _nodes_of_attribute(about, nested, names, option["featureNodeHash"])
    return found


def _class_keys(given: Given) -> dict[Label, str]:
    """By what the class of each object and classification is known: its hash, else its name."""
    return {
        label: _first(_least(row["feature_hash"] for row in rows), _least(row["name"] for row in rows), "") or ""
        for label, rows in _labels(given).items()
    }


def _attribute_key(row: Row) -> str:
    return _first(row["attribute_feature_hash"], row["attribute"], row["attribute_value"], "") or ""


def attributes_missing(given: Given) -> list[Row]:
    """Which attributes are not answered?"""
    names, keys = _classes(given), _class_keys(given)
    hashes = {label: _least(row["feature_hash"] for row in rows) for label, rows in _labels(given).items()}
    members: dict[tuple[str, str], list[Label]] = {}
    for label, key in keys.items():
        members.setdefault((label[0], key), []).append(label)
    entries: dict[tuple[str, str, str], dict[Label, bool]] = {}
    entry_names: dict[tuple[str, str, str], list[str | None]] = {}
    entry_hashes: dict[tuple[str, str, str], list[str | None]] = {}
    chosen: dict[Label, set[str]] = {}
    for row in given.tables["attributes"]:
        label = _label(row)
        if label not in keys:
            continue
        part = (label[0], keys[label], _attribute_key(row))
        empty = row["kind"] == "text" and row["answer"] == ""
        is_answered = not empty and _answer(row) is not None
        told = entries.setdefault(part, {})
        told[label] = told.get(label, False) or is_answered
        entry_names.setdefault(part, []).append(_attribute(row))
        entry_hashes.setdefault(part, []).append(row["attribute_feature_hash"])
        if row["answer_feature_hash"] is not None:
            chosen.setdefault(label, set()).add(row["answer_feature_hash"])
    nodes: dict[tuple[str, str, str], list[Row]] = {}
    for node in _nodes(given.ontology or {}):
        if node["level"] == "attribute":
            nodes.setdefault((node["owner"], node["class_hash"], node["attribute_hash"]), []).append(node)
    found = []
    for part in entries.keys() | nodes.keys():
        known = nodes.get(part, [])
        due = members.get(part[:2], [])
        parents = [node["parent"] for node in known]
        if known and None not in parents:
            due = [label for label in due if chosen.get(label, set()) & set(parents)]
        if not due:
            continue
        told = entries.get(part, {})
        answered = sum(told.get(label, False) for label in due)
        nothing = sum(not told[label] for label in due if label in told)
        name = _first(_least(node["node"].get("name") for node in known), _least(entry_names.get(part, [])), part[2])
        found.append(
            {
                "owner": part[0],
                "class": _least(names[label] for label in members[part[:2]]),
                "attribute": name,
                "path": _least(node["path"] for node in known),
                "required": any(node["node"].get("required") for node in known) if known else None,
                "instances": len(due),
                "answered": answered,
                "nothing_chosen": nothing,
                "no_entry": len(due) - answered - nothing,
                "share_missing": _share(len(due) - answered, len(due)),
                "class_feature_hash": _least(hashes[label] for label in members[part[:2]]),
                "attribute_feature_hash": part[2] if known else _least(entry_hashes.get(part, [])),
            }
        )
    return found


def attribute_changes(given: Given) -> list[Row]:
    """How often do dynamic attributes change their answer?"""
    classes = _classes(given)
    tracks: dict[tuple[Any, ...], dict[tuple[float, float], set[str]]] = {}
    for row in given.tables["attributes"]:
        if row["dynamic"] and row["owner"] == "object" and _label(row) in classes:
            track = (_label(row), row["space_id"], _attribute(row))
            start = -math.inf if row["range_start"] is None else row["range_start"]
            end = math.inf if row["range_end"] is None else row["range_end"]
            answers = tracks.setdefault(track, {}).setdefault((start, end), set())
            answer = _answer(row)
            if answer is not None:
                answers.add(answer)
    groups: dict[tuple[str | None, str | None], list[tuple[int, int]]] = {}
    for (label, _, attribute), ranges in tracks.items():
        changes = 0
        before: set[str] | None = None
        for place in sorted(ranges):
            changes += before is not None and before != ranges[place]
            before = ranges[place]
        groups.setdefault((classes[label], attribute), []).append((len(ranges), changes))
    found = []
    for (name, attribute), told in groups.items():
        counts = [changes for _, changes in told]
        found.append(
            {
                "class": name,
                "attribute": attribute,
                "tracks": len(told),
                "ranges": sum(ranges for ranges, _ in told),
                "changes": sum(counts),
                "changes_mean": _share(sum(counts), len(counts)),
                "changes_p50": float(quantile([float(count) for count in counts], 0.5)),
                "changes_max": max(counts),
                "never_changing": counts.count(0),
            }
        )
    return found


def _day(time: datetime | None) -> date | None:
    return None if time is None else time.astimezone(UTC).date()


def _earliest(rows: Iterable[Row]) -> datetime | None:
    return min((row["created_at"] for row in rows if row["created_at"] is not None), default=None)


def _latest(rows: Iterable[Row]) -> datetime | None:
    return max((row["created_at"] for row in rows if row["created_at"] is not None), default=None)


def annotators(given: Given) -> list[Row]:
    """Who made how much, and whose labels were changed by others?"""
    rows = _rows(given)
    people: dict[str | None, list[Row]] = {}
    for row in rows:
        people.setdefault(row["created_by"] or None, []).append(row)
        if row["last_edited_by"]:
            people.setdefault(row["last_edited_by"], [])
    found = []
    for person, own in people.items():
        counted = [row for row in own if not row["in_child"]]
        days: dict[date, set[Label]] = {}
        for row in counted:
            day = _day(row["created_at"])
            if day is not None:
                days.setdefault(day, set()).add(_label(row))
        sizes = [len(labels) for labels in days.values()]
        told = [row["manual_annotation"] for row in own if row["manual_annotation"] is not None]
        others = [row for row in counted if person and row["last_edited_by"] and row["last_edited_by"] != person]
        theirs = [
            row
            for row in rows
            if person and row["last_edited_by"] == person and row["created_by"] and row["created_by"] != person
        ]
        labels = {_label(row) for row in counted}
        found.append(
            {
                "annotator": person,
                "objects": sum(row["owner"] == "object" for row in own),
                "instances": sum(label[0] == "object" for label in labels),
                "classifications": sum(label[0] == "classification" for label in labels),
                "classes": len({(row["owner"], row["name"]) for row in own if row["name"] is not None}),
                "label_rows": len({row["row_id"] for row in own}),
                "share_manual": _share(sum(told), len(told)),
                "first_created_at": _earliest(own),
                "last_created_at": _latest(own),
                "days_active": len(days),
                "labels_per_day_mean": _share(sum(sizes), len(sizes)),
                "labels_per_day_max": max(sizes, default=None),
                "edited_by_others": len({_label(row) for row in others}),
                "edited_of_others": len({_label(row) for row in theirs if not row["in_child"]}),
            }
        )
    return found


def annotator_classes(given: Given) -> list[Row]:
    """Who labels which classes?"""
    made: dict[tuple[str | None, Label, str | None], list[Row]] = {}
    for row in _rows(given):
        made.setdefault((row["created_by"] or None, _label(row), row["name"]), []).append(row)
    groups: dict[tuple[str | None, str, str | None], list[list[Row]]] = {}
    for (person, label, name), rows in made.items():
        groups.setdefault((person, label[0], name), []).append(rows)
    counts = {key: sum(not rows[0]["in_child"] for rows in lists) for key, lists in groups.items()}
    return [
        {
            "annotator": person,
            "owner": owner,
            "class": name,
            "placements": sum(len(rows) for rows in lists),
            "instances": counts[person, owner, name],
            "label_rows": len({rows[0]["row_id"] for rows in lists}),
            "share_of_annotator": _share(
                counts[person, owner, name], sum(count for key, count in counts.items() if key[0] == person)
            ),
            "share_of_class": _share(
                counts[person, owner, name], sum(count for key, count in counts.items() if key[1:] == (owner, name))
            ),
        }
        for (person, owner, name), lists in groups.items()
    ]


def annotator_pace(given: Given) -> list[Row]:
    """How much does each annotator make in a day?"""
    groups: dict[tuple[str | None, date], list[Row]] = {}
    for row in _rows(given):
        day = _day(row["created_at"])
        if day is not None:
            groups.setdefault((row["created_by"] or None, day), []).append(row)
    return [
        {
            "annotator": person,
            "day": day,
            "objects": sum(row["owner"] == "object" for row in rows),
            "instances": len({_label(row) for row in rows if row["owner"] == "object" and not row["in_child"]}),
            "classifications": len({_label(row) for row in rows if row["owner"] == "classification"}),
            "label_rows": len({row["row_id"] for row in rows}),
            "first_created_at": _earliest(rows),
            "last_created_at": _latest(rows),
        }
        for (person, day), rows in groups.items()
    ]


def edits_of_others(given: Given) -> list[Row]:
    """Who changes whose labels?"""
    pairs: dict[tuple[str, str], dict[Label, list[Row]]] = {}
    for label, rows in _labels(given).items():
        for row in rows:
            maker, editor = row["created_by"], row["last_edited_by"]
            if maker and editor and maker != editor:
                pairs.setdefault((maker, editor), {}).setdefault(label, []).append(row)
    found = []
    for (maker, editor), labels in pairs.items():
        hours = []
        for rows in labels.values():
            made = _earliest(rows)
            edited = max((row["last_edited_at"] for row in rows if row["last_edited_at"] is not None), default=None)
            if made is not None and edited is not None:
                hours.append((edited - made) / timedelta(hours=1))
        found.append(
            {
                "made_by": maker,
                "edited_by": editor,
                "instances": sum(label[0] == "object" for label in labels),
                "classifications": sum(label[0] == "classification" for label in labels),
                "label_rows": len({label[1] for label in labels}),
                "hours_p50": quantile(hours, 0.5) if hours else None,
            }
        )
    return found


def _told(review: object, *keys: str) -> str | None:
    for key in keys:
        value = review.get(key) if isinstance(review, dict) else None
        if value is not None:
            return value if isinstance(value, str) else json.dumps(value)
    return None


def reviews(given: Given) -> list[Row]:
    """What did reviewers say?"""
    groups: dict[tuple[Any, ...], set[tuple[Label, str]]] = {}
    for label, rows in _labels(given).items():
        for row in rows:
            told = row["reviews"]
            for review in [] if told is None else told if isinstance(told, list) else [told]:
                approved = review.get("approved") if isinstance(review, dict) else None
                key = (
                    label[0],
                    row["name"],
                    _told(review, "status", "action"),
                    approved if isinstance(approved, bool) else None,
                    _told(review, "user_email", "createdBy"),
                )
                groups.setdefault(key, set()).add((label, json.dumps(review)))
    return [
        {
            "owner": owner,
            "class": name,
            "status": status,
            "approved": approved,
            "reviewer": reviewer,
            "instances": len({label for label, _ in entries}),
            "reviews": len(entries),
            "label_rows": len({label[1] for label, _ in entries}),
        }
        for (owner, name, status, approved, reviewer), entries in groups.items()
    ]


def _period(time: datetime | None, unit: str) -> date | None:
    day = _day(time)
    if day is None:
        return None
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    assert unit == "day"
    return day


def labels_per_day(given: Given, unit: str) -> list[Row]:
    """How many labels were made each day?"""
    groups: dict[tuple[date | None, str, str | None], list[Row]] = {}
    for row in _rows(given):
        groups.setdefault((_period(row["created_at"], unit), row["owner"], row["name"]), []).append(row)
    return [
        {
            "period_start": start,
            "owner": owner,
            "class": name,
            "instances": len({_label(row) for row in rows if not row["in_child"]}),
            "placements": len(rows),
            "label_rows": len({row["row_id"] for row in rows}),
            "annotators": len({row["created_by"] for row in rows if row["created_by"]}),
        }
        for (start, owner, name), rows in groups.items()
    ]


def ontology_coverage(given: Given) -> list[Row]:
    """Which parts of the ontology are used, and what is used that it does not know?"""
    nodes = _nodes(given.ontology or {})
    if not nodes:
        return []
    names, keys = _classes(given), _class_keys(given)
    used: dict[tuple[str, ...], set[Label]] = {}
    seen: dict[tuple[str, ...], list[str | None]] = {}
    for label, key in keys.items():
        used.setdefault((label[0], key), set()).add(label)
        seen.setdefault((label[0], key), []).append(names[label])
    for row in given.tables["attributes"]:
        label = _label(row)
        if label not in keys or _answer(row) is None:
            continue
        part: tuple[str, ...] = (label[0], keys[label], _attribute_key(row))
        used.setdefault(part, set()).add(label)
        seen.setdefault(part, []).append(_attribute(row))
        if row["kind"] == "option":
            option = _first(row["answer_feature_hash"], row["answer_value"], row["answer"]) or ""
            used.setdefault((*part, option), set()).add(label)
            seen.setdefault((*part, option), []).append(_answer(row))
    known: dict[tuple[str, ...], list[Row]] = {}
    for node in nodes:
        part = (node["owner"], node["class_hash"])
        part += (node["attribute_hash"],) if node["level"] != "class" else ()
        part += (node["option_hash"],) if node["level"] == "option" else ()
        known.setdefault(part, []).append(node)

    def shown(part: tuple[str, ...]) -> str | None:
        """The name of a class, attribute or option: the ontology's, else what labels call it."""
        if part in known:
            return _least(node[node["level"]] for node in known[part])
        return _least(seen[part])

    found = []
    for part in used.keys() | known.keys():
        about = known.get(part, [])
        path = _least(node["path"] for node in known.get(part[:3], []))
        if len(part) > 3:
            path = f"{path} > {shown(part)}" if about else None
        count = len(used.get(part, ()))
        found.append(
            {
                "owner": part[0],
                "level": ("class", "attribute", "option")[len(part) - 2],
                "class": shown(part[:2]),
                "attribute": shown(part[:3]) if len(part) > 2 else None,
                "option": shown(part) if len(part) > 3 else None,
                "path": path,
                "archived": all(node["node"].get("archived") for node in about) if about else None,
                "used": count,
                "never_used": count == 0,
                "in_ontology": bool(about),
            }
        )
    return found


def status_over_time(given: Given, unit: str) -> list[Row]:
    """When were the label rows last edited, and how far are they?"""
    groups: dict[date | None, dict[str | None, int]] = {}
    for row in given.tables["label_rows"]:
        counts = groups.setdefault(_period(row["last_edited_at"], unit), {})
        counts[row["label_status"]] = counts.get(row["label_status"], 0) + 1
    return [
        {
            "period_start": start,
            "label_status": status,
            "label_rows": count,
            "share": _share(count, sum(counts.values())),
        }
        for start, counts in groups.items()
        for status, count in counts.items()
    ]


def label_row_sizes(given: Given) -> list[Row]:
    """How large are the label rows?"""
    labels = _labels(given)
    groups: dict[str | None, list[dict[str, int]]] = {}
    for label_row in given.tables["label_rows"]:
        row_id = label_row["row_id"]
        groups.setdefault(label_row["data_type"], []).append(
            {
                "objects": sum(row["row_id"] == row_id for row in given.objects),
                "instances": sum(label[:2] == ("object", row_id) for label in labels),
                "classifications": sum(label[:2] == ("classification", row_id) for label in labels),
                "frames": sum(row["row_id"] == row_id for row in given.tables["frames"]),
                "answers": sum(
                    row["row_id"] == row_id and _label(row) in labels and _answer(row) is not None
                    for row in given.tables["attributes"]
                ),
            }
        )
    found = []
    for data_type, sizes in groups.items():
        row: Row = {
            "data_type": data_type,
            "label_rows": len(sizes),
            "without_labels": sum(size["objects"] == 0 and size["classifications"] == 0 for size in sizes),
        }
        for measure in ("objects", "instances", "classifications", "frames", "answers"):
            values = [size[measure] for size in sizes]
            row[measure] = sum(values)
            row[f"{measure}_p50"] = quantile([float(value) for value in values], 0.5)
            row[f"{measure}_p95"] = quantile([float(value) for value in values], 0.95)
            row[f"{measure}_max"] = max(values)
        found.append(row)
    return found
