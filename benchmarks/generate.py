"""Write large invented exports to measure with, the same ones for the same options.

In: a size, a kind of labels, how many digits coordinates have. Out: a file of label rows, as a JSON list or one a line.
One label row at a time is held in memory.

    python benchmarks/generate.py benchmarks/data/mixed.json --megabytes 200
    python benchmarks/generate.py benchmarks/data/boxes.jsonl --kind boxes --form jsonl --digits 17
"""

import argparse
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import pi, sin
from pathlib import Path
from random import Random

import orjson

from labelframe.demo_export import (
    BLUR,
    COMMENT,
    DIAGNOSIS,
    DRUG,
    INSTRUMENT,
    LIVER,
    OBJECT_CLASSES,
    PERSON,
    POSE,
    POSE_JOINTS,
    SCENE_TAGS,
    TUMOUR,
    VEGETATION,
    VEHICLE,
    WEATHER,
    Attribute,
    Box,
    Canvas,
    Draft,
    Json,
    ObjectClass,
    Project,
    conversation,
    demo_ontology,
    encode_rle,
    feature_hash,
    name_and_value,
    outline,
    street_box,
    track,
)

WIDTH, HEIGHT = 1280, 720
SLICE = 512  # width and height of a DICOM slice

PLAIN_BOX = replace(VEHICLE, attributes=())
PLAIN_POLYGON = replace(INSTRUMENT, attributes=())
PLAIN_TUMOUR = replace(TUMOUR, attributes=())
PLAIN_LIVER = replace(LIVER, attributes=())
LESION = ObjectClass("Lesion", "#5B8FF9", "bounding_box")
INSPECTED = ObjectClass(
    "Inspected Vehicle",
    "#A4DD00",
    "bounding_box",
    tuple(
        Attribute(f"Inspected Vehicle/Question {number}", kind, ("None", "Some", "Much", "All"), dynamic=dynamic)
        for number, (kind, dynamic) in enumerate(
            itertools.product(("radio", "checklist", "text", "numeric", "radio"), (False, False, True))
        )
        if not (dynamic and kind == "numeric")
    ),
)


@dataclass(frozen=True)
class Made:
    """A label row, and how many objects it holds."""

    row: Json
    objects: int


@dataclass(frozen=True)
class Maker:
    """Where label rows come from: the demo's invented project, a rounding for coordinates, and a frame's pixels."""

    project: Project
    coordinate: Callable[[float], float]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def rng(self) -> Random:
        return self.project.rng

    def geometry(self, shape: str, box: Box, vertices: int) -> Json:
        """Return a shape that fills the box, or nearly so; only polygons heed the vertices."""
        match shape:
            case "bounding_box":
                return self._bounding_box(box)
            case "polygon":
                return self._polygon(box, vertices)
            case "skeleton":
                return self._skeleton(box)
            case "bitmask":
                return self._bitmask(box)
        raise ValueError(shape)

    def _bounding_box(self, box: Box) -> Json:
        coordinate = self.coordinate
        x, y, w, h = box
        return {"boundingBox": {"h": coordinate(h), "w": coordinate(w), "x": coordinate(x), "y": coordinate(y)}}

    def _polygon(self, box: Box, vertices: int) -> Json:
        x, y, w, h = box
        coordinate = self.coordinate
        ring = outline(x + w / 2, y + h / 2, 0.44 * w, 0.44 * h, lobes=5, phase=9 * x, vertices=vertices)
        points = [(coordinate(px), coordinate(py)) for px, py in ring]
        return {
            "polygon": {str(number): {"x": px, "y": py} for number, (px, py) in enumerate(points)},
            "polygons": [[list(itertools.chain.from_iterable(points))]],
        }

    def _skeleton(self, box: Box) -> Json:
        x, y, w, h = box
        joints = {
            str(number): {"x": self.coordinate(x + dx * w), "y": self.coordinate(y + dy * h), **JOINTS[name]}
            for number, (name, (dx, dy)) in enumerate(POSE_JOINTS.items())
        }
        return {"skeleton": joints}

    def _bitmask(self, box: Box) -> Json:
        """Return a mask with a ragged right edge, so that its string is as long as that of a mask drawn by a model."""
        x, y, w, h = box
        frame: Json = {"top": 0, "left": 0, "width": self.width, "height": self.height}
        left, top, width, height = int(x * self.width), int(y * self.height), int(w * self.width), int(h * self.height)
        inside = self.rng.choices(range(width // 2, width), k=height)
        rows = [(run, self.width - run) for run in inside]
        counts = [top * self.width + left, *itertools.chain.from_iterable(rows)]
        counts[-1] += self.width * self.height - sum(counts)
        return {"bitmask": {"rleString": encode_rle(counts), **frame}}


JOINTS: dict[str, Json] = {
    name: {
        **name_and_value(f"{POSE.name}/{name}"),
        "color": POSE.color,
        "featureHash": feature_hash(f"{POSE.name}/{name}"),
        "visibility": "occluded" if "hand" in name else "visible",
    }
    for name in POSE_JOINTS
}


def video(maker: Maker, kinds: Sequence[ObjectClass], objects: int, *, classified: bool = False) -> Made:
    """Make a video in which tracks of the given classes come and go until there are enough objects on its frames."""
    rng, draft, canvas = maker.rng, maker.project.draft("Benchmark Videos"), Canvas()
    length = rng.randint(300, 2500)
    drawn = 0
    while drawn < objects:
        kind = rng.choice(kinds)
        first = rng.randrange(length - 20)
        frames = range(first, min(length, first + rng.randint(20, 300)))
        label, vertices = draft.new_object(kind), rng.randint(12, 60)
        for frame, box in track(rng, frames, aspect=0.8):
            canvas.draw(label, maker.geometry(kind.shape, box, vertices), frame)
            drawn += 1
        if any(attribute.dynamic for attribute in kind.attributes):
            draft.act(label, kind, frames[0], frames[-1])
    if classified:
        classify_video(draft, canvas, length)
    unit = draft.unit(
        f"{draft.label_hash[:8]}.mp4",
        "video/mp4",
        canvas.by_frame(),
        data_fps=25.0,
        data_duration=length / 25,
        width=WIDTH,
        height=HEIGHT,
    )
    return Made(draft.row("video", str(unit["data_title"]), [unit]), drawn)


def classify_video(draft: Draft, canvas: Canvas, length: int) -> None:
    """Classify a video in each way: frame by frame, over ranges, and as a whole."""
    rng = draft.rng
    for _ in range(rng.randint(2, 12)):
        first = rng.randrange(length)
        last = min(length - 1, first + rng.randrange(200))
        canvas.mark(draft.new_classification(WEATHER, ranges=[(first, last)]), range(first, last + 1))
    for frame in range(0, length, rng.randint(20, 60)):
        canvas.mark(draft.new_classification(BLUR, ranges=[(frame, frame)]), [frame])
    for _ in range(rng.randint(5, 40)):
        first = rng.randrange(length)
        draft.new_classification(SCENE_TAGS, ranges=[(first, min(length - 1, first + rng.randrange(100)))])
    draft.new_classification(COMMENT)


def image(maker: Maker, kinds: Sequence[ObjectClass], objects: int, vertices: tuple[int, int] = (12, 60)) -> Made:
    """Make an image with objects of the given classes; polygons have a number of vertices between the two."""
    rng, draft, canvas = maker.rng, maker.project.draft("Benchmark Images"), Canvas()
    for _ in range(objects):
        kind = rng.choice(kinds)
        box = street_box(rng, rng.random(), aspect=0.8)
        canvas.draw(draft.new_object(kind), maker.geometry(kind.shape, box, rng.randint(*vertices)))
    canvas.mark(draft.new_classification(WEATHER))
    title = f"{draft.label_hash[:8]}.jpg"
    unit = draft.unit(title, "image/jpeg", canvas.blob(), width=WIDTH, height=HEIGHT)
    return Made(draft.row("image", title, [unit]), objects)


def swell(rng: Random, frames: range) -> Iterator[tuple[int, Box]]:
    """Yield a box for each slice: a body cut through, thin at both ends."""
    x, y, size = rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.8), rng.uniform(0.05, 0.35)
    for frame in frames:
        side = size * sin(pi * (frame - frames.start + 1) / (len(frames) + 1))
        yield frame, (x - side / 2, y - side / 2, side, side)


# Kinds: each makes one label row.


def mixed(maker: Maker) -> Made:
    rng = maker.rng
    if rng.random() < 0.4:
        return image(maker, [PLAIN_POLYGON, PLAIN_POLYGON, VEHICLE, PERSON], rng.randint(20, 150), vertices=(10, 200))
    return video(maker, [VEHICLE, VEHICLE, PERSON, PLAIN_BOX], rng.randint(1200, 8000), classified=True)


def boxes(maker: Maker) -> Made:
    return video(maker, [PLAIN_BOX, PLAIN_BOX, PLAIN_BOX, PLAIN_BOX, PLAIN_POLYGON], maker.rng.randint(1000, 5000))


def polygons(maker: Maker) -> Made:
    return image(maker, [PLAIN_POLYGON], maker.rng.randint(5, 40), vertices=(200, 2000))


def images(maker: Maker) -> Made:
    return image(maker, [PLAIN_BOX, PLAIN_BOX, PERSON], maker.rng.randint(1, 12))


def bitmasks(maker: Maker) -> Made:
    return image(maker, [VEGETATION], maker.rng.randint(5, 60))


def skeletons(maker: Maker) -> Made:
    return video(maker, [replace(POSE, attributes=())], maker.rng.randint(400, 2500))


def attributes(maker: Maker) -> Made:
    rng = maker.rng
    if rng.random() < 0.5:
        return image(maker, [INSPECTED], rng.randint(10, 80))
    return video(maker, [INSPECTED], rng.randint(300, 1500))


def audio(maker: Maker) -> Made:
    draft = maker.project.draft("Benchmark Recordings")
    hours = maker.rng.randint(1, 6)
    conversation(draft, hours * 3_600_000)
    title = f"{draft.label_hash[:8]}.mp3"
    unit = draft.unit(title, "audio/mpeg", {}, data_duration=hours * 3600, audio_codec="mp3", audio_sample_rate=44100)
    # Music at both ends is one object, but lies on two ranges.
    return Made(draft.row("audio", title, [unit]), len(draft.object_answers) + 1)


def dicom(maker: Maker) -> Made:
    """Make a series that lists every slice; bodies are boxed, outlined or painted on some."""
    maker = replace(maker, width=SLICE, height=SLICE)
    rng, draft, canvas = maker.rng, maker.project.draft("Benchmark Series"), Canvas()
    slices = rng.randint(40, 200)
    drawn = 0
    for _ in range(rng.randint(5, 25)):
        kind = rng.choice([LESION, LESION, PLAIN_TUMOUR, PLAIN_TUMOUR, PLAIN_LIVER])
        first = rng.randrange(slices - 10)
        frames = range(first, min(slices, first + rng.randint(10, 60)))
        label, vertices = draft.new_object(kind), rng.randint(12, 60)
        for frame, box in swell(rng, frames):
            canvas.draw(label, maker.geometry(kind.shape, box, vertices), frame)
        drawn += len(frames)
    links = [draft.link(f"series/{maker.project.uuid()}") for _ in range(slices)]
    labels: Json = {
        str(number): {**canvas.blob(number), "metadata": slice_metadata(rng, link)} for number, link in enumerate(links)
    }
    size: Json = {"width": SLICE, "height": SLICE}
    unit = draft.unit("series", "application/dicom", labels, data_links=rng.sample(links, slices), **size)
    study = f"1.2.826.0.1.3680043.8.498.{rng.getrandbits(80)}"
    unit["metadata"] = {"patient_id": f"P-{rng.randrange(10**5):05d}", "study_uid": study, "series_uid": f"{study}.3"}
    del unit["data_link"]
    return Made(draft.row("dicom", "series", [unit]), drawn)


def slice_metadata(rng: Random, link: str) -> Json:
    return {
        "dicom_instance_uid": f"1.2.826.0.1.3680043.8.498.{rng.getrandbits(96)}",
        "multiframe_frame_number": None,
        "file_uri": link.partition("?")[0].removeprefix("https://storage.example.com/"),
        "width": SLICE,
        "height": SLICE,
    }


def text(maker: Maker) -> Made:
    """Make a plain text whose terms are marked, now and then one over two ranges of characters."""
    rng, draft = maker.rng, maker.project.draft("Benchmark Texts")
    end = ranges = 0
    for _ in range(rng.randint(20, 1500)):
        spans = []
        for _ in range(2 if rng.random() < 0.1 else 1):
            start = end + rng.randint(2, 120)
            end = start + rng.randint(3, 40)
            spans.append((start, end))
        draft.new_placed_object(rng.choice([DRUG, DIAGNOSIS]), spans)
        ranges += len(spans)
    draft.new_classification(COMMENT)
    title = f"{draft.label_hash[:8]}.txt"
    return Made(draft.row("plain_text", title, [draft.unit(title, "text/plain", {})]), ranges)


KINDS: dict[str, Callable[[Maker], Made]] = {
    "mixed": mixed,
    "boxes": boxes,
    "polygons": polygons,
    "images": images,
    "bitmasks": bitmasks,
    "skeletons": skeletons,
    "attributes": attributes,
    "audio": audio,
    "dicom": dicom,
    "text": text,
}


def ontology() -> Json:
    """Return the ontology that every kind is labelled with."""
    return demo_ontology([*OBJECT_CLASSES, INSPECTED, LESION])


def label_rows(kind: str, seed: int, digits: int) -> Iterator[Made]:
    """Yield label rows of one kind without end, with four decimals or all digits that a float has."""
    coordinate = float if digits == 17 else lambda share: round(share, 4)
    maker = Maker(Project(seed), coordinate)
    while True:
        yield KINDS[kind](maker)


def write_export(path: Path, rows: Iterator[Made], size: int, form: str) -> str:
    """Write label rows until the file has the wanted size, and say what was written."""
    before, between, after = (b"[\n", b",\n", b"\n]\n") if form == "list" else (b"", b"\n", b"\n")
    count = objects = 0
    with path.open("wb") as file:
        file.write(before)
        for made in rows:
            file.write((between if count else b"") + orjson.dumps(made.row))
            count += 1
            objects += made.objects
            if file.tell() >= size:
                break
        file.write(after)
        return f"{file.tell():,} bytes, {count:,} label rows, {objects:,} objects"


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a large invented export.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--megabytes", type=float, default=200, help="about how large (default 200)")
    parser.add_argument("--digits", type=int, choices=(4, 17), default=4, help="of coordinates: 4 decimals, or all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--form", choices=("list", "jsonl"), default="list", help="a JSON list, or one row a line")
    parser.add_argument("--kind", choices=KINDS, default="mixed", help="what the label rows hold (default mixed)")
    options = parser.parse_args()
    started = time.perf_counter()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    rows = label_rows(options.kind, options.seed, options.digits)
    written = write_export(options.out, rows, round(options.megabytes * 1e6), options.form)
    print(f"{options.out}: {written}, {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
