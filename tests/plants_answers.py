"""Plant faults in the demo's export that the checks of answers, names and ranges must find: one function a check.

In: label rows and ontology of the demo, as JSON, to be changed in place, and dice. Out: (label_hash, space_id, frame,
owner_hash) of every finding that the check of that name must then have, beside those that the demo has already.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

from labelframe.demo_export import feature_hash

Json = dict[str, Any]
Key = tuple[str | None, str | None, int | None, str | None]


# What the demo holds.


def titled(rows: list[Json], title: str, branch: str = "main") -> Json:
    """The label row of that title."""
    return next(row for row in rows if row["data_title"] == title and row["branch_name"] == branch)


def blobs(row: Json) -> Iterator[tuple[str, int, Json]]:
    """(space, frame, its labels) wherever a label row has labels."""
    for space_id, holder in [*row["data_units"].items(), *row["spaces"].items()]:
        labels = holder["labels"]
        if "objects" in labels:
            yield space_id, int(holder.get("data_sequence") or 0), labels
        else:
            for key, blob in labels.items():
                if key.isdigit():
                    yield space_id, int(key), blob


def entries(row: Json, object_hash: str) -> list[tuple[str, int, Json]]:
    """(space, frame, entry) of an object."""
    return [
        (space_id, frame, entry)
        for space_id, frame, blob in blobs(row)
        for entry in blob["objects"]
        if entry["objectHash"] == object_hash
    ]


def drawn(row: Json, name: str | None = None) -> list[str]:
    """Hashes of the objects of a class that are drawn on frames, in order."""
    return list(
        dict.fromkeys(
            entry["objectHash"]
            for _, _, blob in blobs(row)
            for entry in blob["objects"]
            if name in (None, entry["name"]) and entry.get("event") != "delete"
        )
    )


def placed(row: Json, name: str | None = None) -> list[str]:
    """Hashes of the objects of a class that lie where their answer says, in order."""
    return [key for key, answer in row["object_answers"].items() if "name" in answer and name in (None, answer["name"])]


def classified(row: Json, name: str) -> list[str]:
    """Hashes of the classifications of that name."""
    wanted = feature_hash(f"classification {name}")
    return [key for key, answer in row["classification_answers"].items() if answer["featureHash"] == wanted]


def pick(rng: Random, hashes: list[str], most: int = 2) -> list[str]:
    return rng.sample(hashes, min(len(hashes), rng.randint(1, most)))


def everywhere(row: Json, object_hash: str) -> list[Json]:
    """All that tells what an object is: its entries on frames, and its answer where that places it."""
    answer = row["object_answers"].get(object_hash, {})
    return [*(entry for _, _, entry in entries(row, object_hash)), *([answer] if "featureHash" in answer else [])]


def of_label(row: Json, owner_hash: str | None = None) -> Key:
    return row["label_hash"], None, None, owner_hash


def one_of_each(rows: list[Json], rng: Random) -> list[tuple[Json, str]]:
    """Objects of every modality: (label row, hash)."""
    drawn_on = [
        "street_0003.jpg",
        "crossing-all-sides",
        "dash-camera",
        "high_street.mp4",
        "chest-ct-017",
        "liver_017.nii.gz",
    ]
    drawn_on += ["report_2025.pdf", "crossing-two-cameras", "patient-0042", "drive-07", "drive-08.mcap"]
    told_in = ["episode_01.mp3", "letter_1.txt", "leaflet.html", "press_3.csv", "patient-0042"]
    rows_drawn_on = [titled(rows, title) for title in drawn_on]
    rows_told_in = [row for row in rows if row["data_title"] in told_in or row["data_type"] == "plain_text"]
    return [
        *((row, rng.choice(drawn(row))) for row in rows_drawn_on),
        *((row, rng.choice(placed(row))) for row in rows_told_in),
    ]


def attribute_nodes(ontology: Json) -> Iterator[Json]:
    """Every attribute of an ontology, nested ones too."""
    for kind in [*ontology["objects"], *ontology["classifications"]]:
        stack = list(kind["attributes"])
        while stack:
            node = stack.pop()
            yield node
            stack += [nested for option in node.get("options", []) for nested in option.get("options", [])]


def entry_of(answer: Json, path: str) -> Json | None:
    """The entry of an attribute among an answer's."""
    wanted = feature_hash(path)
    return next((entry for entry in answer["classifications"] if entry["featureHash"] == wanted), None)


def option(path: str) -> Json:
    name = path.rpartition("/")[2]
    return {"name": name, "value": name.lower().replace(" ", "_"), "featureHash": feature_hash(path)}


def attribute(path: str, answers: object, **more: object) -> Json:
    return {**option(path), "answers": answers, "manualAnnotation": True, **more}


# Answers and the ontology.

REQUIRED: dict[str, object] = {
    "Parked Car/Within Bay": [option("Parked Car/Within Bay/Yes")],
    "Pose/Age Group": [option("Pose/Age Group/Adult")],
    "Tumour/Diameter mm": 12.5,
    "Tumour/Margin/Spiculated/Spicules": "few, short",
    "Table/Rows": 4,
    "Ground/Wetness": [option("Ground/Wetness/Dry")],
    "Speech/Speaker": [option("Speech/Speaker/Host")],
    "Speech/Transcript": "Right.",
    "Drug/Form": [option("Drug/Form/Tablet")],
    "Fault/Cause": [option("Fault/Cause/Heat")],
    "Weather": [option("Weather/Clear")],
}
"""Attributes to be required, each with an answer to it."""


def answers_missing(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected: set[Key] = set()
    hashes = {feature_hash(path) for path in [*REQUIRED, "Traffic Light/Colour"]}
    for node in attribute_nodes(ontology):
        node["required"] = node["featureNodeHash"] in hashes
    for path, answer in REQUIRED.items():
        name = path.partition("/")[0]
        owners = [
            (row, key, holder[key])
            for row in rows
            for holder, found in (
                (row["object_answers"], dict.fromkeys([*drawn(row, name), *placed(row, name)])),
                (row["classification_answers"], dict.fromkeys(classified(row, name))),
            )
            for key in found
        ]
        for _, _, told in owners:
            told["classifications"] = [
                entry for entry in told["classifications"] if entry["featureHash"] != feature_hash(path)
            ]
            if path == "Tumour/Margin/Spiculated/Spicules":
                margin = entry_of(told, "Tumour/Margin")
                assert margin is not None
                margin["answers"] = [option(f"Tumour/Margin/{rng.choice(['Smooth', 'Spiculated'])}")]
                if margin["answers"][0]["name"] == "Smooth":
                    continue
            told["classifications"].append(attribute(path, copy.deepcopy(answer)))
        for row, key, told in rng.sample(owners, min(len(owners), 3)):
            entry = entry_of(told, path)
            if entry is not None:
                how = rng.choice(["gone", "null", "empty"])
                if how == "gone":
                    told["classifications"].remove(entry)
                else:
                    entry["answers"] = None if how == "null" else "" if isinstance(answer, str) else []
                expected.add(of_label(row, key))
    for title in ("high_street.mp4", "ring_road.mp4"):
        row = titled(rows, title)
        for key in drawn(row, "Traffic Light"):
            actions = row["object_actions"][key]["actions"]
            kept = [action for action in actions if action["featureHash"] != feature_hash("Traffic Light/Colour")]
            row["object_actions"][key]["actions"] = kept
            expected.add(of_label(row, key))
    return expected | _required_classification(rows, ontology)


def _required_classification(rows: list[Json], ontology: Json) -> set[Key]:
    """Whether something is usable must be told of every label row that is labelled."""
    for node in ontology["classifications"]:
        node["required"] = node["featureNodeHash"] == feature_hash("classification Usable")
    return {
        of_label(row)
        for row in rows
        if (drawn(row) or placed(row) or row["classification_answers"]) and not classified(row, "Usable")
    }


def orphan_answer(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected = set()
    for number, row in enumerate(rng.sample(rows, 8)):
        row["object_answers"][f"orphan {number}"] = {"objectHash": f"orphan {number}", "classifications": []}
        expected.add(of_label(row, f"orphan {number}"))
    for title, name in (("chest-ct-042", "Carina"), ("street_0001.jpg", "Road"), ("patient-0042", "Aorta")):
        row = titled(rows, title)
        key = rng.choice(drawn(row, name))
        for _, _, blob in blobs(row):
            blob["objects"] = [entry for entry in blob["objects"] if entry["objectHash"] != key]
        expected.add(of_label(row, key))
    group = titled(rows, "crossing-all-sides")
    key = classified(group, "Weather")[0]
    group["classification_answers"][key]["range"] = [[77, 80]]  # there are no such images
    speech = titled(rows, "episode_02.mp3")
    word = rng.choice(placed(speech, "Speech"))
    speech["object_answers"][word]["range"] = []
    return expected | {of_label(group, key), of_label(speech, word)}


def object_without_answer(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected = set()
    for row, key in one_of_each(rows, rng):
        if key in drawn(row) and "range" not in row["object_answers"][key]:
            del row["object_answers"][key]
            expected.add(of_label(row, key))
    return expected


def unknown_class(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected = set()
    for row, key in one_of_each(rows, rng):
        for told in everywhere(row, key):
            told["featureHash"] = "AAAA0000"
        expected.add(of_label(row, key))
    for title, name in (("ring_road.mp4", "Weather"), ("chest-ct-017", "Finding"), ("episode_03.mp3", "Comment")):
        row = titled(rows, title)
        for key in classified(row, name):
            row["classification_answers"][key]["featureHash"] = "BBBB0000"
            for _, _, blob in blobs(row):
                for entry in blob["classifications"]:
                    if entry["classificationHash"] == key:
                        entry["featureHash"] = "BBBB0000"
            expected.add(of_label(row, key))
    return expected


def unknown_option(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected: set[Key] = set()
    own = {of_label(row, key) for row in rows for key in row["object_answers"] if key in {*drawn(row), *placed(row)}}
    own |= {of_label(row, key) for row in rows for key in row["classification_answers"]}
    chances = [
        (row, key, entry)
        for row in rows
        for holder, part in (
            ("object_answers", "classifications"),
            ("classification_answers", "classifications"),
            ("object_actions", "actions"),
        )
        for key, answer in row[holder].items()
        for entry in answer[part]
        if of_label(row, key) in own and isinstance(entry["answers"], list) and entry["answers"]
    ]
    for row, key, entry in rng.sample(chances, 25):
        how = rng.choice(["attribute", "option", "option of another"])
        if how == "attribute":
            entry["featureHash"] = "CCCC0000"
        else:
            entry["answers"][0]["featureHash"] = "DDDD0000" if how == "option" else feature_hash("Ground/Wetness/Damp")
            if how != "option" and entry["featureHash"] == feature_hash("Ground/Wetness"):
                continue
        expected.add(of_label(row, key))
    for row in rows:
        if row["data_type"] in ("audio", "plain_text"):
            key = rng.choice(list(row["classification_answers"]))
            row["classification_answers"][key]["classifications"].append(attribute("Nobody knows this", "a text"))
            expected.add(of_label(row, key))
    return expected


def unknown_shape(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected = set()
    for row, key in one_of_each(rows, rng):
        for told in everywhere(row, key):
            told["shape"] = "hexagon"
        expected.add(of_label(row, key))
    for node in ontology["objects"]:
        if node["name"] in ("Aorta", "Laughter", "Signature"):
            node["shape"] = "circle"
            expected |= {
                of_label(row, key) for row in rows for key in [*drawn(row, node["name"]), *placed(row, node["name"])]
            }
    return expected


def two_radio_answers(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected = set()
    for title, name, path in (
        ("street_0002.jpg", "Vehicle", "Vehicle/Paint"),
        ("ring_road.mp4", "Vehicle", "Vehicle/Type"),
        ("patient-0042", "Tumour", "Tumour/Margin"),
        ("episode_01.mp3", "Speech", "Speech/Speaker"),
        ("high_street.mp4", "Weather", "Weather"),
    ):
        row = titled(rows, title)
        is_object = name != "Weather"
        holder = row["object_answers" if is_object else "classification_answers"]
        key = rng.choice([*drawn(row, name), *placed(row, name)] if is_object else classified(row, name))
        two = [option(f"{path}/first"), option(f"{path}/second")]
        others = [entry for entry in holder[key]["classifications"] if entry["featureHash"] != feature_hash(path)]
        as_one = rng.random() < 0.5
        holder[key]["classifications"] = [
            *others,
            *([attribute(path, two)] if as_one else [attribute(path, [two[0]]), attribute(path, [two[1]])]),
        ]
        expected.add(of_label(row, key))
    for title, name, path in (
        ("ring_road.mp4", "Traffic Light", "Traffic Light/Colour"),
        ("dash-camera", "Person", "Person/Activity"),
        ("operation_1.mp4", "Instrument", "Instrument/Touches Tissue"),
    ):
        row = titled(rows, title)
        key = drawn(row, name)[0]
        actions = row["object_actions"][key]["actions"]
        action = next(action for action in actions if action["featureHash"] == feature_hash(path))
        start, end = action["range"][0]
        middle = rng.randint(start, end)
        again = {**action, "range": [[middle, middle]]}
        actions.append({**again, "trackHash": "the same answer again is none"})
        actions.append({**again, "answers": [option(f"{path}/another")]})
        expected.add(of_label(row, key))
    row = titled(rows, "patient-0042")
    one, other = list(row["spaces"])[:2]
    actions = row["object_actions"][drawn(row, "Instrument")[0]]["actions"]
    for action in list(actions):  # on two spaces, two answers are none too many
        action["spaceId"] = one
        actions.append({**action, "spaceId": other, "answers": [option("Instrument/Touches Tissue/another")]})
    return expected


# Ranges.


def range_outside_object(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected: set[Key] = set()
    for title, branch in (
        ("high_street.mp4", "main"),
        ("ring_road.mp4", "main"),
        ("high_street.mp4", "detector-v2"),
        ("dash-camera", "main"),
        ("crossing-all-sides", "main"),
        ("operation_2.mp4", "main"),
        ("drive-07", "main"),
        ("patient-0042", "main"),
        ("crossing-two-cameras", "main"),
    ):
        row = titled(rows, title, branch)
        acting = [key for key, actions in row["object_actions"].items() if actions["actions"]]
        for key in pick(rng, acting):
            action = rng.choice(row["object_actions"][key]["actions"])
            space_id = action.get("spaceId")
            frames = [frame for space, frame, _ in entries(row, key) if space_id in (None, space)]
            if min(frames) > 0 and rng.random() < 0.5:
                action["range"][0][0] = min(frames) - 1
            else:
                action["range"][-1][1] = max(frames) + rng.randint(1, 9)
            expected.add((row["label_hash"], space_id, None, key))
    row = titled(rows, "patient-0042")
    key = drawn(row, "Instrument")[0]
    elsewhere = next(space_id for space_id, space in row["spaces"].items() if space["space_type"] == "pdf")
    about = attribute("Instrument/Touches Tissue", [option("Instrument/Touches Tissue/Yes")])
    row["object_actions"][key]["actions"].append({**about, "dynamic": True, "range": [[5, 6]], "spaceId": elsewhere})
    expected.add((row["label_hash"], elsewhere, None, key))
    scene = titled(rows, "drive-08.mcap")
    car = drawn(scene, "Car 3D")[0]
    times = [frame for _, frame, _ in entries(scene, car)]
    about = attribute("Car 3D/Moving", [option("Car 3D/Moving/No")], dynamic=True)
    within = {**about, "range": [[min(times), max(times) - 1]]}
    scene["object_actions"][car] = {"objectHash": car, "actions": [within]}
    if rng.random() < 0.5:
        scene["object_actions"][car]["actions"].append({**about, "range": [[min(times), max(times) + 7]]})
        expected.add((scene["label_hash"], None, None, car))
    return expected


def reversed_range(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected: set[Key] = set()
    for title, name in (
        ("high_street.mp4", "Traffic Light"),
        ("dash-camera", "Person"),
        ("operation_1.mp4", "Instrument"),
        ("drive-07", "Car 3D"),
    ):
        row = titled(rows, title)
        key = rng.choice(drawn(row, name))
        action = rng.choice(row["object_actions"][key]["actions"])
        action["range"] = rng.choice([[[9, 3]], [[1, 2], [9, 3]], [[9, 3], ["unreadable", 4]]])
        expected.add((row["label_hash"], None, None, key))
    for title in ("episode_01.mp3", "press_4.csv"):
        row = titled(rows, title)
        for key in pick(rng, placed(row)):
            row["object_answers"][key]["range"].append([500, rng.randint(0, 499)])
            expected.add((row["label_hash"], None, None, key))
    for title, name in (("ring_road.mp4", "Scene Tags"), ("operation_2.mp4", "Surgical Phase")):
        row = titled(rows, title)
        key = rng.choice(classified(row, name))
        row["classification_answers"][key]["range"].append([20, 19])
        expected.add((row["label_hash"], None, None, key))
    row = titled(rows, "patient-0042")
    for holder in ("object_answers", "classification_answers"):
        on_spaces = [key for key, answer in row[holder].items() if answer.get("spaces")]
        key = rng.choice(on_spaces)
        space_id = next(iter(row[holder][key]["spaces"]))
        row[holder][key]["spaces"][space_id]["range"].append([8, 1])
        expected.add((row["label_hash"], space_id, None, key))
    scene = titled(rows, "drive-08.mcap")
    key = placed(scene, "Fault")[0]
    scene["object_answers"][key]["spaces"]["/imu/acceleration.x"]["range"].append([10**18, 3])
    return expected | {(scene["label_hash"], "/imu/acceleration.x", None, key)}


def range_beyond_space(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected: set[Key] = set()

    def move(row: Json, space_id: str, frame: int, is_fault: bool = True) -> None:
        """Draw one of a space's objects on a frame that is not there."""
        holder = row["spaces"].get(space_id) or row["data_units"][space_id]
        first = next(blob["objects"][0] for space, _, blob in blobs(row) if space == space_id and blob["objects"])
        holder["labels"][str(frame)] = {"objects": [copy.deepcopy(first)], "classifications": []}
        if is_fault:
            expected.add((row["label_hash"], space_id, frame, first["objectHash"]))

    video = titled(rows, "high_street.mp4")  # 100 frames, as its rate and duration tell
    unit_id = next(iter(video["data_units"]))
    move(video, unit_id, 101 + rng.randint(0, 50))
    move(titled(rows, "ring_road.mp4"), next(iter(titled(rows, "ring_road.mp4")["data_units"])), 80, is_fault=False)
    tags = classified(video, "Scene Tags")[0]
    video["classification_answers"][tags]["range"].append([99, 130])
    expected.add((video["label_hash"], unit_id, None, tags))
    light = drawn(video, "Traffic Light")[0]
    rng.choice(video["object_actions"][light]["actions"])["range"][0] = rng.choice([[-4, 2], [95, 400]])
    expected.add((video["label_hash"], None, None, light))
    case = titled(rows, "patient-0042")
    for space_id, space in case["spaces"].items():
        beyond = {"video": 50, "image_sequence": 8, "medical_stack": 12, "medical_file": 30, "pdf": 5, "image": 1}
        # Whether a space's own number of frames is exported or counted, it has no frame after the last.
        if space["space_type"] in beyond and space_id != "root":
            slack = 0 if space["space_type"] != "video" else rng.randint(0, 9)
            move(case, space_id, beyond[space["space_type"]] + slack)
    dictation = next(space_id for space_id, space in case["spaces"].items() if space["space_type"] == "audio")
    words = [key for key in placed(case) if dictation in case["object_answers"][key]["spaces"]]
    one, other = rng.sample(words, 2)
    case["object_answers"][one]["spaces"][dictation]["range"].append([46_001, 50_000])
    case["object_answers"][other]["spaces"][dictation]["range"].append([45_900, 45_990])
    expected.add((case["label_hash"], dictation, None, one))
    podcast = titled(rows, "episode_03.mp3")
    (unit,) = podcast["data_units"].values()
    speech = rng.choice(placed(podcast, "Speech"))
    podcast["object_answers"][speech]["range"].append([0, 1000 * unit["data_duration"] + 1001])
    expected.add((podcast["label_hash"], unit["data_hash"], None, speech))
    letter = next(row for row in rows if row["data_title"].endswith(".txt"))
    word = rng.choice(placed(letter))
    letter["object_answers"][word]["range"].append([-3, 4])
    expected.add((letter["label_hash"], next(iter(letter["data_units"])), None, word))
    return expected


def overlapping_ranges(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected: set[Key] = set()

    def again(row: Json, holder: str, key: str, space_id: str | None, on_spaces: bool = False) -> None:
        answer = row[holder][key]
        ranges = answer["spaces"][space_id]["range"] if on_spaces else answer["range"]
        start, end = ranges[0]
        middle = (start + end) // 2
        ranges.insert(rng.randint(0, len(ranges)), rng.choice([[middle, end], [start, end], [start - 1, end + 5]]))
        expected.add((row["label_hash"], space_id, None, key))

    for row in rows:
        unit_id = next(iter(row["data_units"]))
        if row["data_type"] in ("audio", "time_series") or row["data_title"].endswith(".txt"):
            wide = [key for key in placed(row) if _is_wide(row["object_answers"][key]["range"])]
            for key in pick(rng, wide):
                again(row, "object_answers", key, unit_id)
    podcast = titled(rows, "episode_02.mp3")
    speech = rng.choice(placed(podcast, "Speech"))
    if not any(key[3] == speech for key in expected):
        end = podcast["object_answers"][speech]["range"][-1][1]
        podcast["object_answers"][speech]["range"].append([end, end + 10])  # goes on where it ended
    for title, name in (("high_street.mp4", "Scene Tags"), ("operation_1.mp4", "Surgical Phase")):
        row = titled(rows, title)
        again(row, "classification_answers", rng.choice(classified(row, name)), next(iter(row["data_units"])))
    group = titled(rows, "crossing-all-sides")
    weather = classified(group, "Weather")[0]
    group["classification_answers"][weather]["range"].append([1, 2])
    expected.add((group["label_hash"], None, None, weather))
    case = titled(rows, "patient-0042")
    film = next(space_id for space_id, space in case["spaces"].items() if space["space_type"] == "video")
    again(case, "classification_answers", classified(case, "Surgical Phase")[0], film, on_spaces=True)
    again(case, "classification_answers", classified(case, "Finding")[0], "root")
    dictation = next(space_id for space_id, space in case["spaces"].items() if space["space_type"] == "audio")
    words = [key for key in placed(case, "Speech") if dictation in case["object_answers"][key]["spaces"]]
    again(case, "object_answers", rng.choice(words), dictation, on_spaces=True)
    stack = titled(rows, "chest-ct-042")
    space_id, _, blob = next(found for found in blobs(stack) if found[2]["classifications"])
    blob["classifications"].append(copy.deepcopy(blob["classifications"][0]))
    expected.add((stack["label_hash"], space_id, None, blob["classifications"][0]["classificationHash"]))
    return expected


def _is_wide(ranges: list[list[int]]) -> bool:
    """Whether the half of a range is more than a point."""
    return ranges[0][1] - ranges[0][0] > 2


def unlabelled_between(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected: set[Key] = set()

    def clear(row: Json, first: int, last: int, space_type: str | None = None) -> None:
        spaces = {space_id for space_id, space in row["spaces"].items() if space["space_type"] == space_type}
        cleared = []
        for space_id, frame, blob in blobs(row):
            if first <= frame <= last and (space_type is None or space_id in spaces):
                blob["objects"], blob["classifications"] = [], []
                cleared.append((frame, space_id))
        if last - first < 10:
            expected.add((row["label_hash"], min(cleared)[1], first, None))

    clear(titled(rows, "chest-ct-017"), 11, 11 + rng.randint(0, 1))
    clear(titled(rows, "liver_017.nii.gz"), 12, 12 + rng.randint(0, 2))
    clear(titled(rows, "dash-camera"), 5, 5 + rng.randint(0, 2))
    clear(titled(rows, "high_street.mp4", "detector-v2"), 8, 8 + rng.randint(0, 2))
    case = titled(rows, "patient-0042")
    clear(case, 26, 26 + rng.choice([0, 5, 9, 10, 12]), "video")
    clear(case, 4, 4, "image_sequence")
    clear(case, 15, 17, "medical_file")
    clear(titled(rows, "report_2025.pdf"), 4, 4 + 99)  # pages are none of these
    return expected


# Names, times and status.


def class_name_variants(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected: set[Key] = set()
    for title, name, variants in (
        ("street_0004.jpg", "Vehicle", ("vehicle", "VEHICLE", " Vehicle")),
        ("ring_road.mp4", "Traffic Light", ("Traffic  Light", "traffic_light", "Traffic-Light ")),
        ("chest-ct-042", "Carina", ("Carina ", "carina")),
        ("report_2025.pdf", "Signature", ("signature",)),
        ("patient-0042", "Instrument", ("_Instrument", "instrument")),
    ):
        row = titled(rows, title)
        space_id, frame, entry = rng.choice(entries(row, rng.choice(drawn(row, name))))
        # One entry stands on all frames of an object that does not move: only this one is changed.
        blob = next(blob for space, number, blob in blobs(row) if (space, number) == (space_id, frame))
        place = next(index for index, other in enumerate(blob["objects"]) if other is entry)
        blob["objects"][place] = {**entry, "name": rng.choice(variants)}
        expected.add((row["label_hash"], space_id, frame, entry["objectHash"]))
    podcast = titled(rows, "episode_02.mp3")
    key = rng.choice(placed(podcast, "Speech"))
    podcast["object_answers"][key]["name"] = "speech"
    expected.add((podcast["label_hash"], next(iter(podcast["data_units"])), None, key))
    video = titled(rows, "high_street.mp4")
    space_id, frame, blob = rng.choice([found for found in blobs(video) if len(found[2]["classifications"]) == 1])
    (entry,) = blob["classifications"]
    blob["classifications"] = [{**entry, "name": entry["name"].upper() + " "}]
    expected.add((video["label_hash"], space_id, frame, entry["classificationHash"]))
    parked = titled(rows, "car_park_north.png")
    for key, change in zip(rng.sample(drawn(parked), 2), ("attribute", "option"), strict=True):
        told = attribute("Parked Car/Within Bay", [option("Parked Car/Within Bay/Yes")])
        changed = told if change == "attribute" else told["answers"][0]
        changed["name"] = changed["name"].lower() + ("  " if change == "attribute" else "")
        parked["object_answers"][key]["classifications"] = [told]
        expected.add(of_label(parked, key))
    return expected


def complete_without_labels(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected: set[Key] = set()
    done = ("COMPLETED", "LABELLED", "REVIEWED", "REVIEWED_TWICE")

    def finish(row: Json, status: str) -> None:
        row["annotation_task_status"] = status if status == "COMPLETED" else "IN_REVIEW"
        row["label_status"] = "LABEL_IN_PROGRESS" if status == "COMPLETED" else status

    def empty(row: Json) -> None:
        for _, _, blob in blobs(row):
            blob["objects"], blob["classifications"] = [], []
        row["object_answers"], row["classification_answers"], row["object_actions"] = {}, {}, {}

    for row in rows:
        if row["data_type"] in ("image", "dicom", "audio", "plain_text", "nifti", "pdf") and rng.random() < 0.4:
            empty(row)
            finish(row, rng.choice([*done, "REVIEW_IN_PROGRESS"]))
            if row["annotation_task_status"] == "COMPLETED" or row["label_status"] in done:
                expected.add(of_label(row))
    night = titled(rows, "night_bus.mp4")
    finish(night, rng.choice(done))
    group = titled(rows, "crossing-two-cameras")
    empty(group)
    finish(group, rng.choice(done))
    if rng.random() < 0.5:  # a label on a child is one of the group
        film = titled(rows, "crossing_left.mp4")
        (unit,) = film["data_units"].values()
        _, frame, blob = next(found for found in blobs(titled(rows, "ring_road.mp4")) if found[2]["objects"])
        unit["labels"] = {str(frame): copy.deepcopy(blob)}
    else:
        expected.add(of_label(group))
    return expected | {of_label(night)}


def time_travel(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected: set[Key] = set()
    past, future = "Mon, 03 Jan 2000 08:00:00 GMT", "Fri, 03 Jan 2031 08:00:00 GMT"
    for row, key in one_of_each(rows, rng):
        for told in everywhere(row, key):
            told.update({"lastEditedAt": past} if rng.random() < 0.5 else {"createdAt": future, "lastEditedAt": future})
        expected.add(of_label(row, key))
    for title, name in (("ring_road.mp4", "Scene Tags"), ("episode_01.mp3", "Comment"), ("patient-0042", "Finding")):
        row = titled(rows, title)
        key = classified(row, name)[0]
        row["classification_answers"][key].update(createdAt=future, lastEditedAt=None)
        for _, _, blob in blobs(row):
            for entry in blob["classifications"]:
                if entry["classificationHash"] == key:
                    entry.update(createdAt=future, lastEditedAt=None)
        expected.add(of_label(row, key))
    for row in rng.sample(rows, 3):
        row.update(rng.choice([{"last_edited_at": "2001-01-01 00:00:00"}, {"created_at": "2031-01-01 00:00:00"}]))
        expected.add(of_label(row))
    return expected


def missing_name(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    expected = set()
    for row, key in one_of_each(rows, rng):
        is_known = rng.random() < 0.3  # then the ontology tells its name
        for told in everywhere(row, key):
            told["name"] = rng.choice([None, "", " "])
            told["value"] = None
            if not is_known:
                told["featureHash"] = rng.choice([None, "AAAA0000"])
        if not is_known:
            expected.add(of_label(row, key))
    return expected


def foreign_ontology(rows: list[Json], ontology: Json, rng: Random) -> set[Key]:
    def rename(node: object) -> None:
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            rename(child)
        if isinstance(node, dict) and "featureNodeHash" in node and rng.random() < 0.8:
            node["featureNodeHash"] = f"{rng.getrandbits(40):x}"

    rename(ontology)
    return {(None, None, None, None)}
