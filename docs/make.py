"""Make the page of the tables, and with it that of the queries (`sql_page.py`).

In: `schema.py`, the views of `sql/`, the label rows of `docs/examples/`. Out: `docs/tables.md`. Its prose stands here;
the rows that it shows are what labelframe makes of those label rows today.

    python docs/make.py            write the pages
    python docs/make.py --check    exit code 1 where a page differs from what would be written
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import sql_page
from pages import markdown_table

import labelframe
from labelframe import database
from labelframe.queries import Query
from labelframe.schema import TABLES, Column, Table, type_name
from labelframe.stats import run_query

DOCS = Path(__file__).parent
PAGE = DOCS / "tables.md"

INTRODUCTION = """
# The tables

<!-- Made by docs/make.py from schema.py, sql/views/ and docs/examples/: change those, then run it. -->

What every table, column and view means, and what becomes of a label row of each modality. At a prompt, `labelframe
schema objects` says the same of one table.
"""

READING = """
## How to read this page

**Rows.** Every table but those of the ontology starts with `row_id`, the number of the label row in the snapshot. Join
on it. `label_hash` stands beside it for people: it can be null, and it can repeat over branches. All other hashes are
only unique within their label row, so every join begins with `row_id`.

**Spaces.** A space is a canvas that labels lie on: a file of the label row, or a layer of a Data Group or a scene.
The same query therefore works on an image, on a video and on a Data Group. `(row_id, space_id)` joins `spaces`,
`frames`, `objects` and `classifications`.

**Timelines.** A timeline is what frames are counted on: mostly the space itself. The images of an image group are a
space each, but share one timeline. So a track is `(row_id, timeline_id, object_hash)`.

**What is settled.** These tables and views are format version 1, which the manifest of a snapshot (`_labelframe.json`)
tells. Within a version columns, tables and views are only ever added, and mean what they meant: a query that runs today
runs tomorrow, and gives the same. A column that is renamed, removed, of another type or of another meaning makes the
next version; labelframe then says which versions it opens, and refuses the others rather than misread them. Statistics
and checks may gain columns and rows of their own between releases; the changelog tells.

**Null.** What the export does not tell is null: never 0, an empty text or NaN. An empty text that the export has
stays one.

**Units.** Coordinates are fractions of the frame, from 0 to 1, with the origin at the top left. Times are in UTC.
Ranges include both ends, and `range_unit` says what they count.

**Types** are those of Arrow. A column marked *never null* always has a value.

**JSON paths** say where a value stands in the export. `$` is the label row, `*` any key, `[*]` any element of a list,
and `<frame>` the key that the column holds. `@` is what a row stands for: its path is given above the table. Where
there is no path, the value is computed or comes from the run.
"""

JOINS = {
    "label_rows": "Every other table joins it on `row_id`.",
    "data_units": "To `spaces` on `row_id` and `unit_id = space_id`, where the file is a space.",
    "spaces": "To `frames`, `objects` and `classifications` on `(row_id, space_id)`.",
    "frames": "To `objects` and `classifications` on `(row_id, space_id, frame)`; to `spaces` on `(row_id, space_id)`.",
    "objects": (
        "To `instances` and `attributes` on `row_id` and `object_hash = owner_hash`, where `owner = 'object'`. With "
        "`attributes` a row comes back for each frame and each answer: the view `object_attributes` keeps one row each."
    ),
    "classifications": (
        "To `instances` and `attributes` on `row_id` and `classification_hash = owner_hash`, where "
        "`owner = 'classification'`."
    ),
    "instances": (
        "To `attributes` on `(row_id, owner, owner_hash)`. To `objects` and `classifications` as they say: one "
        "instance has a row for each of its frames there."
    ),
    "attributes": (
        "To `instances` on `(row_id, owner, owner_hash)`. On `space_id` only where it is not null: else the answer "
        "holds on all spaces."
    ),
    "export_history": "To `label_rows` on `row_id`.",
    "rejects": "To `label_rows` on `row_id`, where it is not null.",
    "ontology_classes": (
        "To `objects`, `classifications` and `instances` on `feature_hash`. Empty where no ontology was given."
    ),
    "ontology_attributes": (
        "To `attributes` on `feature_hash = attribute_feature_hash` and `path`; to `ontology_classes` on "
        "`(owner, class_feature_hash)`."
    ),
    "ontology_options": "To `attributes` on `feature_hash = answer_feature_hash`; to `ontology_attributes`.",
}

VIEWS = """
## Views

They are in every connection that `labels.connect()` gives, and in `labels.duckdb`. A column that is not explained
otherwise here means what it means in the tables.
"""

CLASS_VIEWS = """
### One view a class

Which objects of this class are there, with which attributes? `wide_<class>` has one row per row of `objects` of that
class, and a column for each attribute. There is one for each class in the snapshot, such as `wide_Car` or
`"wide_Traffic Light"`. Several answers to one attribute are joined by a comma.
"""

SAMPLES = """
## Examples

One label row of each modality, and the rows that it becomes. Hashes are words here, so that one sees what belongs
together, and most of what an export tells of who labelled what and when is left out. The label rows are in
[examples/](examples).

Columns that are null in all rows are not shown. Nor are `content_hash`, `source`, `row_number` and `json_form`; and,
but in `label_rows`, `row_id` (always 0 here) and `label_hash`. A table with many columns lies on its side: a column
is a line.
"""

NOT_UNIQUE = {
    "objects": "one hash can stand twice on a frame",
    "classifications": "one hash can stand twice on a frame",
    "attributes": "one range can stand twice",
    "export_history": "a history may repeat a hash",
    "rejects": "one part can have more than one fault",
}
"""Tables whose rows nothing tells apart but their order, and why."""


@dataclass(frozen=True)
class Example:
    """A label row of one modality: what is to be seen in it, and queries whose results are shown too."""

    name: str
    title: str
    text: str
    queries: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        return DOCS / "examples" / f"{self.name}.json"


EXAMPLES = (
    Example(
        "image",
        "Image",
        "An image is one space with one frame, 0. A box that is turned has the box around it in `x`, `y`, `w`, `h`, "
        "and is kept as drawn in `box`. The hole of the polygon is taken from its area. A key that no column covers "
        "is in `extra`. Answers are rows of `attributes`: one for each option of a checklist. Nested attributes stand"
        " beside their parents.",
        ("select object_hash, x_px, y_px, w_px, h_px, area_px from boxes_px order by object_hash",),
    ),
    Example(
        "image_group",
        "Image group",
        "Each image is a space. `data_sequence` is its frame on the timeline of the whole group. So the same object "
        "can be on several images, and its dynamic answer holds on those that its range counts. A range of a "
        "classification becomes a row for each image in it.",
        ("select space_id, frame, object_hash, attributes from object_attributes order by frame",),
    ),
    Example(
        "image_sequence",
        "Image sequence",
        "The same as an image group, with `is_image_sequence`. A skeleton is in `keypoints`, and `x`, `y`, `w`, `h` "
        "are the box around its points.",
    ),
    Example(
        "video",
        "Video",
        "`labels` has the frames that hold labels; `timestamp_seconds` is the frame over `fps`. The number of frames "
        "follows from duration and `fps`, since the export does not tell it. The classification has an entry on frame"
        " 3 and a range from 3 to 9: a row for the entry, and one for the rest of the range. The colour of the "
        "traffic light is dynamic: a row of `attributes` for each range. The view `object_attributes` says what is in"
        " force on each frame, the view of the class has a column for each attribute, and `classification_ranges` "
        "puts ranges together.",
        (
            "select frame, object_hash, attributes from object_attributes order by frame",
            'select frame, object_hash, "Colour" from "wide_Traffic Light" order by frame',
            "select name, range_start, range_end, length from classification_ranges",
        ),
    ),
    Example(
        "dicom",
        "DICOM",
        "A series is one space, and a slice is a frame. Slices without labels are listed too, with what the export "
        "tells of them. `data_links` is not in the order of the slices: `file_uri` is the file of each.",
    ),
    Example(
        "nifti",
        "NIfTI",
        "A slice is a frame. The run lengths of a mask go row by row. These are 1, 3, 4, 1, 1, 1, 4: one pixel unset,"
        " three set, and so on.",
    ),
    Example(
        "audio",
        "Audio",
        "There are no frames. Objects lie in the answers: one row for each range, in milliseconds. A classification "
        "with neither entries nor ranges holds for the whole label row: its `space_id` is null.",
    ),
    Example("text", "Text", "As audio, but ranges count characters."),
    Example(
        "html",
        "HTML",
        "Ranges go from a character in one node to a character in another.",
    ),
    Example(
        "pdf",
        "PDF",
        "A page is a frame. Pages have no size in pixels: 0 in the export is null here, and there is nothing in "
        "`boxes_px`.",
    ),
    Example("time_series", "Time series", "As audio. Ranges count what the export counts: `range_unit` is `frame`."),
    Example(
        "scene",
        "Scene",
        "The scene itself is a space with the frames that `data_units` has. Each file of a stream is a space of its "
        "own: here a point cloud and a picture. A cuboid has `position`, `orientation` and `size`. A segmentation "
        "selects points of its cloud: 10 are left out, then 6 are taken.",
    ),
    Example(
        "continuous_scene",
        "Continuous scene",
        "Frames are nanoseconds. An object holds from its event until the next one, as `range_end` says; a delete "
        "event ends it and is no row, but is kept in `extra` of its frame. Spaces that only a label key or an answer "
        "names have the origin `labels`.",
        (
            "select object_hash, range_start / 1e9 as since, (range_end + 1) / 1e9 as until from objects "
            "where space_id = 'recording'",
        ),
    ),
    Example(
        "data_group",
        "Data Group",
        "Each file of the group is a space, with its place in the layout. Its `data_hash` is found through `children`. "
        "The group's own data unit is no space, since nothing lies on it. Answers say which space they hold on.",
        (
            "select space_id, layout_key, file_title, frame, range_start, class from labels_flat order by layout_key",
            "select space_id, frame, object_hash, attributes from object_attributes order by space_id",
        ),
    ),
)

LEFT_OUT = ("content_hash", "source", "row_number", "json_form")
BY_ROW = ("row_id", "label_hash")
MANY = 6  # columns, from which on a table is turned on its side


def page() -> str:
    """The whole page."""
    parts = [
        INTRODUCTION,
        _contents(),
        READING,
        "## Tables",
        *(_table_section(table) for table in TABLES.values()),
        *_view_sections(),
        *_example_sections(),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def anchor(heading: str) -> str:
    """The link to a heading, as Markdown pages make it.

    >>> anchor("How to read this page")
    '#how-to-read-this-page'
    """
    return "#" + re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _contents() -> str:
    def links(headings: Iterable[str]) -> str:
        return " · ".join(f"[{heading}]({anchor(heading)})" for heading in headings)

    return "\n".join(
        [
            "## Contents",
            "",
            f"- {links(['How to read this page'])}",
            f"- {links(['Tables'])}: {links(TABLES)}",
            f"- {links(['Views'])}: {links([*database.views(), 'One view a class'])}",
            f"- {links(['Examples'])}: {links(example.title for example in EXAMPLES)}",
        ]
    )


# Tables


def _table_section(table: Table) -> str:
    columns = [_column_cells(table, column) for column in table.columns]
    path = (
        f"- JSON path of `@`: {' or '.join(f'`{path}`' for path in table.path.split(' | '))}"
        if table.path != "$"
        else ""
    )
    facts = (f"- Key: {_key(table)}", f"- Joins: {JOINS[table.name]}", path)
    listed = "\n".join(fact for fact in facts if fact)
    head = ("column", "type, unit", "meaning, JSON path")
    return f"### {table.name}\n\n{_sentence(table.doc)}\n\n{listed}\n\n{markdown_table(head, columns)}"


def _key(table: Table) -> str:
    names = ", ".join(f"`{name}`" for name in table.key if name in {column.name for column in table.columns})
    reason = NOT_UNIQUE.get(table.name)
    return f"none that is unique: {reason}. Nearest to one: {names}." if reason else f"{names}."


def _column_cells(table: Table, column: Column) -> tuple[str, ...]:
    """Three cells: five would leave the meaning too little room."""
    kind = [f"`{type_name(column.type)}`", *([] if column.nullable else ["*never null*"]), column.unit or ""]
    meaning = [_sentence(column.doc), *_sources(table, column)]
    return f"`{column.name}`", "<br>".join(filter(None, kind)), "<br>".join(meaning)


def _sources(table: Table, column: Column) -> list[str]:
    """The JSON paths of a column, from the table's own on where they begin with it."""
    source = table.json_source(column)
    if source is None:
        return []
    if "$" not in source:
        return [f"From {source}."]
    if table.path == "$":
        return [f"`{path}`" for path in source.split(" | ")]
    above = table.path.split(" | ")
    short = [path.replace(above[0], "@") for path in source.split(" | ")]
    for path in list(short):
        twins = [path.replace("@", other) for other in above[1:]]
        if "@" in path and set(twins) <= set(short):
            short = [other for other in short if other not in twins]
        elif "@" in path:
            short[short.index(path)] = path.replace("@", above[0])
    return [f"`{path}`" for path in short]


def _sentence(doc: str) -> str:
    """A meaning as Markdown: JSON paths in it are code."""
    return re.sub(r"(?<![`\w])(\$\.[\w.]+\w)", r"`\1`", doc)


# Views


def _view_sections() -> Iterator[str]:
    yield VIEWS
    views = database.views()
    with database.connect() as connection:
        database.register_tables(connection, database.empty_tables(), database.BARE)
        for name, view in views.items():
            meanings = {column: doc for column, _, doc in database.view_columns(connection, view)}
            schema = run_query(connection, f"select * from {name} limit 0").schema
            yield _view_section(view, meanings, {field.name: view_type(field.type) for field in schema})
    base = ", ".join(f"`{name}`" for name in database.WIDE_BASE)
    yield f"{CLASS_VIEWS.strip()}\nIts first columns are {base}."


def _view_section(view: Query, meanings: Mapping[str, str], types: Mapping[str, str]) -> str:
    name, row = view.name, view.comments[1]
    whole = [table for table in TABLES.values() if set(meanings) > {column.name for column in table.columns}]
    copied = {column.name for table in whole for column in table.columns}
    text = f"### {name}\n\n{view.question} {row}"
    if whole:
        text += f"\n\nIt has every column of [`{whole[0].name}`]({anchor(whole[0].name)}), and:"
    rows = [
        (f"`{column}`", f"`{types[column]}`", _sentence(doc))
        for column, doc in meanings.items()
        if column not in copied
    ]
    return f"{text}\n\n{markdown_table(('column', 'type', 'meaning'), rows)}"


def view_type(kind: pa.DataType) -> str:
    """The type of a view's column, written as those of the tables are."""
    if pa.types.is_map(kind):
        return f"map<{view_type(kind.key_type)}, {view_type(kind.item_type)}>"
    if pa.types.is_list(kind):
        return f"list<{view_type(kind.value_type)}>"
    return type_name(kind)


# Examples


def _example_sections() -> Iterator[str]:
    yield SAMPLES
    for example in EXAMPLES:
        yield _example_section(example)


def _example_section(example: Example) -> str:
    labels = labelframe.flatten(example.path)
    exported = example.path.read_text("utf-8").strip()
    parts = [f"### {example.title}\n\n{example.text}\n\n```json\n{exported}\n```"]
    for name in labels:
        hidden = LEFT_OUT if name == "label_rows" else (*LEFT_OUT, *BY_ROW)
        rows = labels[name].drop_columns([column for column in hidden if column in TABLES[name].schema.names])
        if rows.num_rows:
            parts.append(f"**{name}**\n\n{_rows(rows)}")
    with labels.connect() as connection:
        for query in example.queries:
            rows = run_query(connection, query)
            parts.append(f"```sql\n{query}\n```\n\n{_rows(rows, as_asked=True)}")
    return "\n\n".join(parts)


def _rows(table: pa.Table, as_asked: bool = False) -> str:
    """Rows as a Markdown table: without columns that are null in all of them, on its side where it would be wide."""
    told = [name for name in table.column_names if as_asked or table[name].null_count < table.num_rows]
    cells = [[_cell(value) for value in table[name].to_pylist(maps_as_pydicts="strict")] for name in told]
    if as_asked or len(told) <= MANY:
        return markdown_table([f"`{name}`" for name in told], zip(*cells, strict=True))
    head = ["column", *(f"row {number}" for number in range(1, table.num_rows + 1))]
    return markdown_table(head, [(f"`{name}`", *line) for name, line in zip(told, cells, strict=True)])


def _cell(value: object) -> str:
    """A value as text of a cell; null as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, (list, dict)):
        return f"`{_structure(value)}`"
    text = str(value)
    return text if re.fullmatch(r"\w[\w ./:-]*\.?", text) and "://" not in text else _code(text)


def _code(text: str) -> str:
    return f"`{text}`" if text else '`""`'


def _structure(value: object) -> str:
    """A list or struct, with blanks where a line may break.

    >>> _structure([{"x": 0.1, "y": None}])
    '[{x: 0.1, y: null}]'
    """
    if isinstance(value, list):
        return f"[{', '.join(map(_structure, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_structure(part)}' for key, part in value.items())}}}"
    if isinstance(value, float):
        return f"{value:.6g}"
    return json.dumps(value, ensure_ascii=False)


def main() -> int:
    """Write the pages, or say which are not what would be written."""
    parser = argparse.ArgumentParser(description="Make docs/tables.md and sql/README.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 where a page differs")
    is_check = parser.parse_args().check
    made = {PAGE: page(), sql_page.PAGE: sql_page.page()}
    stale = [path for path, text in made.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if is_check:
            print(f"{path.as_posix()} is not up to date: python docs/make.py", file=sys.stderr)
        else:
            path.write_text(made[path], "utf-8", newline="\n")
    return 1 if is_check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
