"""Declare every table and column once, as data.

In: nothing. Out: `TABLES`, from which Arrow schemas, Parquet field metadata, DuckDB comments and `labelframe schema`
are made. It knows no JSON values, no files, no SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

FORMAT_VERSION = 1
MANIFEST = "_labelframe.json"  # of a snapshot; written last
DATABASE = "labels.duckdb"

STRING = pa.string()
TEXT = pa.dictionary(pa.int32(), pa.string())  # a string column with few distinct values
INT = pa.int64()
FLOAT = pa.float64()
BOOL = pa.bool_()
TIME = pa.timestamp("us", tz="UTC")


def _struct(kind: pa.DataType, *names: str) -> pa.DataType:
    return pa.struct([(name, kind) for name in names])


def _list(kind: pa.DataType) -> pa.DataType:
    """A list whose field is named as Parquet names it, so that a table comes back from disk with the type it had."""
    return pa.list_(pa.field("element", kind))


XY = _struct(FLOAT, "x", "y")
XYZ = _struct(FLOAT, "x", "y", "z")


@dataclass(frozen=True)
class Column:
    """One column. `key` is the JSON key whose value it copies from the object that a row stands for (its JSON text
    where `is_json`); `source` says where a value comes from when it is not that simple. `is_link`: it lets one fetch
    the data, and is left out where links are not wanted."""

    name: str
    type: pa.DataType
    doc: str
    key: str | None = None
    source: str | None = None
    unit: str | None = None
    nullable: bool = True
    is_json: bool = False
    is_link: bool = False


@dataclass(frozen=True)
class Table:
    """One table: what a row is, the JSON path of the object it stands for, its key, and its columns in order."""

    name: str
    doc: str
    path: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema, every field carrying its meaning, unit and JSON source as metadata."""
        fields = [
            pa.field(column.name, column.type, column.nullable, metadata=field_metadata(self, column))
            for column in self.columns
        ]
        return pa.schema(fields, metadata={"labelframe.table": self.name, "labelframe.doc": self.doc})

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def json_source(self, column: Column) -> str | None:
        """JSON path (or paths, split by ` | `) that the column is read from, None where it is made by us."""
        if column.source is not None:
            return column.source
        if column.key is None:
            return None
        return _below(self.path, column.key)


def field_metadata(table: Table, column: Column) -> dict[str, str]:
    """What Parquet keeps beside a field: doc, and unit and source where there are any."""
    facts = {"doc": column.doc, "unit": column.unit, "source": table.json_source(column)}
    return {name: fact for name, fact in facts.items() if fact is not None}


def type_name(kind: pa.DataType) -> str:
    """The type as people write it: a dictionary-encoded column is a string to whoever reads it."""
    if pa.types.is_dictionary(kind):
        return "string"
    if pa.types.is_timestamp(kind):
        return "timestamp[us, UTC]"
    if pa.types.is_list(kind):
        return f"list<{type_name(kind.value_type)}>"
    if pa.types.is_struct(kind):
        fields = ", ".join(f"{field.name}: {type_name(field.type)}" for field in kind)
        return f"struct<{fields}>"
    return {"double": "float64"}.get(str(kind), str(kind))


ROW_ID = Column(
    "row_id", INT, "Number of the label row, unique in the snapshot, rising in export order.", nullable=False
)
LABEL_HASH = Column("label_hash", TEXT, "Hash of the label row, for people; join on row_id.", source="$.label_hash")
SPACE_ID = Column(
    "space_id",
    TEXT,
    "The canvas it lies on: with row_id the key of spaces.",
    source="$.data_units.<space_id> | $.spaces.<space_id>",
)
TIMELINE_ID = Column(
    "timeline_id",
    TEXT,
    "The timeline its frames count on: the space, but one for all images of an image group ($.data_hash).",
)
RANGE_UNIT = Column(
    "range_unit",
    TEXT,
    "What range_start and range_end count: frame, millisecond, character, html or nanosecond; "
    "null where it holds for its whole space.",
)


def _below(paths: str, *keys: str) -> str:
    """Keys below each of some JSON paths."""
    return " | ".join(f"{path}.{key}" for path in paths.split(" | ") for key in keys)


_FORM = Column(
    "json_form",
    STRING,
    "JSON text: how the export wrote this where that is not the usual way and no column tells; for restore.",
)


def _extra(source: str) -> Column:
    return Column(
        "extra", STRING, "JSON text of the keys that no column covers; null when there are none.", None, source
    )


_EDITS = (
    Column("created_at", TIME, "When it was made.", "createdAt"),
    Column("created_by", TEXT, "Who made it: an email or a user id.", "createdBy"),
    Column("last_edited_at", TIME, "When it was last changed.", "lastEditedAt"),
    Column("last_edited_by", TEXT, "Who last changed it.", "lastEditedBy"),
)
_CONFIDENCE = Column("confidence", FLOAT, "Confidence, 1 for what a person drew.", "confidence")
_MANUAL = Column("manual_annotation", BOOL, "True where a person made it, false where a model did.", "manualAnnotation")
_FEATURE = Column("feature_hash", TEXT, "Hash of the ontology's node (featureNodeHash there).", "featureHash")
_COLOR = Column("color", TEXT, "Colour in the editor, as #RRGGBB.", "color")
_REVIEWS = Column("reviews", STRING, "JSON text of its reviews, as exported.", "reviews", is_json=True)


def _range(doc: str, source: str, unit: str = "see range_unit") -> tuple[Column, Column]:
    return (
        Column("range_start", INT, f"First {doc}", None, source, unit),
        Column("range_end", INT, f"Last {doc}", None, source, unit),
    )


_HTML_ENDS = tuple(
    Column(
        f"html_{end}_{part}",
        kind,
        f"{'Node' if part == 'xpath' else 'Character in that node'} where an HTML range {end}s.",
        None,
        f"$.object_answers.*.range_html[*].{end}.{keys} | $.object_answers.*.spaces.*.range[*].{end}.{keys}",
        unit,
    )
    for end in ("start", "end")
    for part, kind, keys, unit in (("xpath", STRING, "(xpath or node)", None), ("offset", INT, "offset", "character"))
)

LABEL_ROWS = Table(
    "label_rows",
    "One row per label row of the export.",
    "$",
    ("row_id",),
    (
        ROW_ID,
        LABEL_HASH,
        Column("branch_name", TEXT, "Branch; null is `main`.", "branch_name"),
        Column("data_hash", STRING, "Hash of what is labelled; need not be a key of data_units.", "data_hash"),
        Column("data_title", STRING, "Title of what is labelled.", "data_title"),
        Column("data_type", TEXT, "Modality: video, image, img_group, dicom, ...", "data_type"),
        Column("dataset_hash", TEXT, "Hash of its dataset.", "dataset_hash"),
        Column("dataset_title", TEXT, "Title of its dataset.", "dataset_title"),
        Column("is_image_sequence", BOOL, "True for an image sequence.", "is_image_sequence"),
        Column("is_continuous", BOOL, "True for a scene whose frames are nanoseconds.", None, "$.scene.isContinuous"),
        Column("label_status", TEXT, "Status of the labels: LABELLED, REVIEWED, ...", "label_status"),
        Column("annotation_task_status", TEXT, "Status of the task: QUEUED, COMPLETED, ...", "annotation_task_status"),
        Column("is_valid", BOOL, "Whether the labels are valid.", "is_valid"),
        Column("is_shadow_data", BOOL, "Whether the data is shadow data.", "is_shadow_data"),
        Column("video_link", STRING, "Link to the video.", "video_link", is_link=True),
        Column(
            "image_sequence_link", STRING, "Link to the image sequence's video.", "image_sequence_link", is_link=True
        ),
        Column("backing_item_uuid", STRING, "The file's id in storage.", "backing_item_uuid"),
        Column("created_at", TIME, "When the label row was made.", "created_at"),
        Column("last_edited_at", TIME, "When the label row was last changed.", "last_edited_at"),
        Column("export_hash", TEXT, "Hash of this export.", "export_hash"),
        Column("exported_at", TIME, "When it was exported.", "exported_at"),
        Column("source", TEXT, "File that the label row was read from.", nullable=False),
        Column("row_number", INT, "Place of the label row in that file, from 0.", nullable=False),
        Column(
            "content_hash",
            STRING,
            "Hash of the label row without what changes from export to export: export_hash, exported_at, "
            "export_history and the query part of links. Neither the order of keys nor how numbers are written counts.",
            nullable=False,
        ),
        _FORM,
        _extra("$.*"),
    ),
)

DATA_UNITS = Table(
    "data_units",
    "One row per entry of data_units: a file of the label row.",
    "$.data_units.<unit_id>",
    ("row_id", "unit_id"),
    (
        ROW_ID,
        LABEL_HASH,
        Column("unit_id", TEXT, "Key of the entry; also its space_id.", None, "$.data_units.<unit_id>", nullable=False),
        Column("data_hash", STRING, "Hash of the file.", "data_hash"),
        Column("data_title", STRING, "Title of the file.", "data_title"),
        Column("data_type", TEXT, "MIME type, or `group` or `scene`.", "data_type"),
        Column("data_sequence", INT, "Place of the file among the label row's, from 0.", "data_sequence"),
        Column("data_link", STRING, "Link to the file.", "data_link", is_link=True),
        Column(
            "data_links",
            _list(STRING),
            "Links to the files of a DICOM series, not in slice order.",
            "data_links",
            is_link=True,
        ),
        Column("width", INT, "Width; null where unknown (0 in the export).", "width", unit="px"),
        Column("height", INT, "Height; null where unknown (0 in the export).", "height", unit="px"),
        Column("fps", FLOAT, "Frames per second; null where unknown (0 in the export).", "data_fps", unit="1/s"),
        Column("duration_seconds", FLOAT, "Duration of a video or audio file.", "data_duration", unit="s"),
        Column("audio_codec", TEXT, "Audio codec.", "audio_codec"),
        Column("audio_sample_rate", INT, "Audio sample rate.", "audio_sample_rate", unit="Hz"),
        Column("audio_num_channels", INT, "Number of audio channels.", "audio_num_channels"),
        Column("audio_bit_depth", INT, "Bits in an audio sample.", "audio_bit_depth", unit="bit"),
        Column("patient_id", STRING, "DICOM patient.", None, "$.data_units.<unit_id>.metadata.patient_id"),
        Column("study_uid", STRING, "DICOM study.", None, "$.data_units.<unit_id>.metadata.study_uid"),
        Column("series_uid", STRING, "DICOM series.", None, "$.data_units.<unit_id>.metadata.series_uid"),
        Column(
            "children",
            _list(_struct(STRING, "data_hash", "label_hash", "name", "layout_key")),
            "The files of a Data Group.",
            None,
            "$.data_units.<unit_id>.metadata.children[*]",
        ),
        _FORM,
        _extra("$.data_units.<unit_id>.*"),
    ),
)

SPACES = Table(
    "spaces",
    "One row per space: a canvas that labels lie on. A Data Group's or scene's own data unit is one only where "
    "labels lie on it.",
    "$.spaces.<space_id>",
    ("row_id", "space_id"),
    (
        ROW_ID,
        LABEL_HASH,
        Column(
            "space_id",
            TEXT,
            SPACE_ID.doc.replace("with row_id the key of spaces", "key of the entry"),
            None,
            SPACE_ID.source,
            nullable=False,
        ),
        TIMELINE_ID,
        Column(
            "space_type",
            TEXT,
            "Kind of canvas: image, video, medical_stack, medical_file, audio, text, html, pdf, time_series, scene, "
            "group, point_cloud, ...",
            "space_type",
        ),
        Column(
            "origin",
            TEXT,
            "What made it a space: data_unit, space (an entry of `spaces`), or labels (only a label key or an answer "
            "names it).",
            nullable=False,
        ),
        Column(
            "data_hash",
            STRING,
            "Hash of the file it shows, where known.",
            None,
            "$.data_units.<space_id>.data_hash | $.data_units.*.metadata.children[*].data_hash by layout_key",
        ),
        Column(
            "layout_key", TEXT, "Place in the Data Group's layout.", None, "$.spaces.<space_id>.child_info.layout_key"
        ),
        Column(
            "file_name",
            STRING,
            "Name of the file it shows.",
            None,
            "$.data_units.<space_id>.data_title | $.spaces.<space_id>.child_info.file_name | "
            "$.spaces.<space_id>.root_info.file_name",
        ),
        Column(
            "data_link",
            STRING,
            "Link to the file.",
            None,
            "$.data_units.<space_id>.data_link | $.spaces.<space_id>.child_info.data_link",
            is_link=True,
        ),
        Column(
            "number_of_frames",
            INT,
            "Frames, slices or images in it: as exported, else the listed frames, else ceil(fps * duration) of a video "
            "and 1 of an image.",
            "number_of_frames",
            unit="frame",
        ),
        Column(
            "number_of_frames_derived",
            BOOL,
            "True where number_of_frames was computed, not exported.",
            nullable=False,
        ),
        Column("number_of_pages", INT, "Pages of a PDF.", "number_of_pages", unit="page"),
        Column(
            "duration_ms",
            FLOAT,
            "Duration.",
            None,
            "$.spaces.<space_id>.duration_ms | 1000 * $.spaces.<space_id>.data_duration | "
            "1000 * $.data_units.<space_id>.data_duration",
            "ms",
        ),
        Column(
            "fps",
            FLOAT,
            "Frames per second; null where unknown (0 in the export).",
            None,
            "$.spaces.<space_id>.data_fps | $.data_units.<space_id>.data_fps",
            "1/s",
        ),
        Column(
            "width",
            INT,
            "Width; null where unknown (0 in the export).",
            None,
            "$.spaces.<space_id>.width | $.data_units.<space_id>.width",
            "px",
        ),
        Column(
            "height",
            INT,
            "Height; null where unknown (0 in the export).",
            None,
            "$.spaces.<space_id>.height | $.data_units.<space_id>.height",
            "px",
        ),
        Column("stream_id", TEXT, "Stream of a scene.", None, "$.spaces.<space_id>.scene_info.stream_id"),
        Column("event_index", INT, "Place in its stream.", None, "$.spaces.<space_id>.scene_info.event_index"),
        Column(
            "start_frame",
            INT,
            "First frame of the scene that shows it.",
            None,
            "$.spaces.<space_id>.scene_info.start_frame",
            "frame",
        ),
        Column("uri", STRING, "File of a scene's event.", None, "$.spaces.<space_id>.scene_info.uri"),
        Column("is_root", BOOL, "True for the layer of the whole Data Group (space_id `root`).", nullable=False),
        _FORM,
        _extra("$.spaces.<space_id>.*"),
    ),
)

FRAMES = Table(
    "frames",
    "One row per frame, slice or page that the export lists, labelled or not.",
    "$.data_units.<space_id>.labels.<frame> | $.spaces.<space_id>.labels.<frame>",
    ("row_id", "space_id", "frame"),
    (
        ROW_ID,
        LABEL_HASH,
        SPACE_ID,
        TIMELINE_ID,
        Column(
            "frame",
            INT,
            "Frame, slice or page, from 0; data_sequence in an image group; nanoseconds in a continuous scene; 0 where "
            "the space has no frames.",
            unit="frame (ns in a continuous scene)",
            nullable=False,
            source="$.data_units.<space_id>.labels.<frame> | $.spaces.<space_id>.labels.<frame> | "
            "$.data_units.<space_id>.data_sequence",
        ),
        Column(
            "timestamp_seconds", FLOAT, "frame / fps; frame / 1e9 in a continuous scene; null where unknown.", unit="s"
        ),
        Column("n_objects", INT, "Rows of objects on this frame.", nullable=False),
        Column("n_classifications", INT, "Entries of the frame's classifications.", nullable=False),
        Column(
            "dicom_instance_uid",
            STRING,
            "DICOM instance of the slice.",
            None,
            "$.data_units.<space_id>.labels.<frame>.metadata.dicom_instance_uid | "
            "$.spaces.<space_id>.frames[<frame>].instance_uid",
        ),
        Column(
            "multiframe_frame_number",
            INT,
            "Frame within a multi-frame DICOM file.",
            None,
            "$.data_units.<space_id>.labels.<frame>.metadata.multiframe_frame_number",
        ),
        Column(
            "file_uri",
            STRING,
            "File of the slice.",
            None,
            "$.data_units.<space_id>.labels.<frame>.metadata.file_uri | $.spaces.<space_id>.frames[*].data_link",
            is_link=True,
        ),
        Column(
            "file_name",
            STRING,
            "Name of the slice's or image's own file.",
            None,
            "$.spaces.<space_id>.frames[<frame>].file_name | $.spaces.<space_id>.frames[*].data_title",
        ),
        Column(
            "width",
            INT,
            "The slice's own width; null where it has none: then the space's holds.",
            None,
            "$.data_units.<space_id>.labels.<frame>.metadata.width | $.spaces.<space_id>.frames[<frame>].width",
            "px",
        ),
        Column(
            "height",
            INT,
            "The slice's own height; null where it has none: then the space's holds.",
            None,
            "$.data_units.<space_id>.labels.<frame>.metadata.height | $.spaces.<space_id>.frames[<frame>].height",
            "px",
        ),
        _FORM,
        _extra("$.data_units.<space_id>.labels.<frame>.*"),
    ),
)

_ENTRY = "$.data_units.*.labels.<frame>.objects[*] | $.spaces.*.labels.<frame>.objects[*]"


def _shape(key: str) -> str:
    return _below(_ENTRY, key)


OBJECTS = Table(
    "objects",
    "One row per entry of a frame's objects; of an object that lies only in the answers, one per space and range.",
    _ENTRY,
    ("row_id", "space_id", "frame", "object_hash", "and its place among equals"),
    (
        ROW_ID,
        LABEL_HASH,
        SPACE_ID,
        TIMELINE_ID,
        Column(
            "frame",
            INT,
            "Frame, slice or page, from 0 (see frames.frame); null for an object that only its answer places.",
            unit="frame (ns in a continuous scene)",
            source="$.data_units.*.labels.<frame> | $.spaces.*.labels.<frame>",
        ),
        *_range(
            "place where it holds, inclusive; the frame itself on a frame's row; null for the whole space.",
            "$.object_answers.*.range[*] | $.object_answers.*.spaces.*.range[*]",
        ),
        RANGE_UNIT,
        *_HTML_ENDS,
        Column(
            "object_hash",
            STRING,
            "Hash of the object: the same over all its frames.",
            "objectHash",
            nullable=False,
        ),
        Column(
            "object_number",
            INT,
            "Number of the object in the editor.",
            None,
            f"{_shape('(objectNumber or objectId)')} | $.object_answers.*.(objectNumber or objectId)",
        ),
        _FEATURE,
        Column("name", TEXT, "Class, as the ontology names it.", "name"),
        Column("value", TEXT, "Class in snake case.", "value"),
        _COLOR,
        Column(
            "shape",
            TEXT,
            "Shape; where the export does not say, told from the geometry's key, the ontology, or the space.",
            "shape",
        ),
        _CONFIDENCE,
        _MANUAL,
        Column("is_deleted", BOOL, "True where it was deleted; null is false.", "isDeleted"),
        *_EDITS,
        Column("event", TEXT, "upsert (or null) in a continuous scene; delete events are no rows.", "event"),
        Column("interpolate", TEXT, "How it moves until its next event: hold or linear.", "interpolate"),
        *(
            Column(
                name,
                FLOAT,
                f"{what} of the axis-aligned box around the shape; null where it has none, and where a rotation needs "
                "pixel sizes that are unknown.",
                source="the shape's geometry",
                unit=f"fraction of the frame's {side}",
            )
            for name, what, side in (
                ("x", "Left edge", "width"),
                ("y", "Top edge", "height"),
                ("w", "Width", "width"),
                ("h", "Height", "height"),
            )
        ),
        Column(
            "theta",
            FLOAT,
            "Rotation of a rotatable box, ellipse or circle, clockwise on screen, about its centre, in pixel space.",
            source=_shape("(rotatableBoundingBox or ellipse or circle).theta"),
            unit="degree",
        ),
        Column(
            "box",
            _struct(FLOAT, "x", "y", "w", "h"),
            "A rotatable box before its rotation.",
            source=_shape("rotatableBoundingBox"),
            unit="fraction of the frame",
        ),
        Column(
            "ellipse",
            _struct(FLOAT, "x", "y", "rx", "ry"),
            "Centre and semi-axes of an ellipse.",
            source=_shape("ellipse"),
            unit="fraction of the frame",
        ),
        Column(
            "circle",
            _struct(FLOAT, "x", "y", "r", "stretch"),
            "Centre and radius of a circle, the radius a fraction of the width; stretch: second radius over the first.",
            source=_shape("circle"),
            unit="fraction of the frame",
        ),
        Column(
            "area",
            FLOAT,
            "Area; times width * height it is px. Polygons less their holes; a mask's pixels over its frame's (its own "
            "where the frame's are unknown). Null for what has no area.",
            source="the shape's geometry",
            unit="fraction of the frame",
        ),
        Column(
            "polygons",
            _list(_list(_list(XY))),
            "polygon, ring, vertex: ring 0 is the outline, further rings are holes; rings are not closed.",
            source=_shape("(polygons or polygon)"),
            unit="fraction of the frame",
        ),
        Column(
            "points",
            _list(XYZ),
            "Vertices of a polyline or point; with z they are scene coordinates.",
            source=_shape("(polyline or point)"),
            unit="fraction of the frame; scene units with z",
        ),
        Column(
            "keypoints",
            _list(
                pa.struct(
                    [
                        ("name", STRING),
                        ("value", STRING),
                        ("feature_hash", STRING),
                        ("color", STRING),
                        ("x", FLOAT),
                        ("y", FLOAT),
                        ("visibility", STRING),
                    ]
                )
            ),
            "Points of a skeleton; visibility: visible, occluded, invisible or selfOccluded.",
            source=_shape("skeleton"),
            unit="fraction of the frame",
        ),
        Column(
            "cuboid_2d",
            pa.struct(
                [
                    ("front", _list(XY)),
                    ("vanishing_x", FLOAT),
                    ("vanishing_y", FLOAT),
                    ("scale_ratio", FLOAT),
                    ("offset_x", FLOAT),
                    ("offset_y", FLOAT),
                ]
            ),
            "A cuboid in an image: its front face, and how the back face follows from it.",
            source=_shape("cuboid_2d"),
            unit="fraction of the frame",
        ),
        Column("n_vertices", INT, "Vertices of a polygon (all rings), polyline, point or skeleton."),
        Column(
            "rle",
            STRING,
            "A mask's run lengths in COCO's compressed text, but row by row where COCO goes column by column; of a "
            "point cloud segmentation, over the indices of its points.",
            source=f"{_shape('bitmask.rleString')} | {_shape('segmentation')}",
        ),
        Column("mask_top", INT, "Top of the mask in its frame.", source=_shape("bitmask.top"), unit="px"),
        Column("mask_left", INT, "Left of the mask in its frame.", source=_shape("bitmask.left"), unit="px"),
        Column("mask_width", INT, "Width of the mask.", source=_shape("bitmask.width"), unit="px"),
        Column("mask_height", INT, "Height of the mask.", source=_shape("bitmask.height"), unit="px"),
        Column("mask_pixels", INT, "Pixels set in the mask; points that a segmentation selects.", unit="px or points"),
        Column("position", XYZ, "Centre of a cuboid.", source=_shape("cuboid.position"), unit="scene units"),
        Column(
            "orientation",
            XYZ,
            "Rotation of a cuboid: Euler angles, intrinsic XYZ.",
            source=_shape("cuboid.orientation"),
            unit="radian",
        ),
        Column("size", XYZ, "Size of a cuboid along its own axes.", source=_shape("cuboid.size"), unit="scene units"),
        _REVIEWS,
        _FORM,
        _extra(_shape("*")),
    ),
)

CLASSIFICATIONS = Table(
    "classifications",
    "Where a classification holds: one row per frame entry, then one per range of its answer less the frames that have "
    "entries, one with null range for a whole space (with space_id) or a whole label row (without).",
    "$.data_units.*.labels.<frame>.classifications[*] | $.spaces.*.labels.<frame>.classifications[*] | "
    "$.classification_answers.*",
    ("row_id", "space_id", "frame", "range_start", "classification_hash"),
    (
        ROW_ID,
        LABEL_HASH,
        SPACE_ID,
        TIMELINE_ID,
        Column(
            "frame",
            INT,
            "Frame of the entry (see frames.frame); null where only the answer places it.",
            unit="frame (ns in a continuous scene)",
            source="$.data_units.*.labels.<frame> | $.spaces.*.labels.<frame>",
        ),
        *_range(
            "place where it holds, inclusive; the frame itself on a frame's row; null for a whole space or label row.",
            "$.classification_answers.*.range[*] | $.classification_answers.*.spaces.*.range[*]",
        ),
        RANGE_UNIT,
        Column(
            "classification_hash",
            STRING,
            "Hash of the classification: the same wherever it holds.",
            "classificationHash",
            nullable=False,
        ),
        _FEATURE,
        Column(
            "name",
            TEXT,
            "Its name: of the entry, else of another of the same hash or feature, else the ontology's, else of its "
            "only attribute.",
            "name",
        ),
        Column("value", TEXT, "Its name in snake case, as the entry or the answer tells it.", "value"),
        _CONFIDENCE,
        _MANUAL,
        *_EDITS,
        _REVIEWS,
        _FORM,
        _extra("$.data_units.*.labels.<frame>.classifications[*].* | $.spaces.*.labels.<frame>.classifications[*].*"),
    ),
)

INSTANCES = Table(
    "instances",
    "One row per object and per classification of a label row: the thing itself, over all its frames, as its answer "
    "tells it.",
    "$.object_answers.<owner_hash> | $.classification_answers.<owner_hash>",
    ("row_id", "owner", "owner_hash"),
    (
        ROW_ID,
        LABEL_HASH,
        Column("owner", TEXT, "object or classification.", nullable=False),
        Column(
            "owner_hash",
            STRING,
            "objects.object_hash or classifications.classification_hash.",
            None,
            "$.object_answers.<owner_hash> | $.classification_answers.<owner_hash> | $.object_actions.<owner_hash>",
            nullable=False,
        ),
        Column(
            "object_number",
            INT,
            "Number of the object in the editor.",
            None,
            "$.object_answers.<owner_hash>.(objectNumber or objectId)",
        ),
        _FEATURE,
        Column("name", TEXT, "Class, where the answer tells it.", "name"),
        Column("value", TEXT, "Class in snake case, where the answer tells it.", "value"),
        _COLOR,
        Column("shape", TEXT, "Shape, where the answer tells it.", "shape"),
        _CONFIDENCE,
        _MANUAL,
        *_EDITS,
        Column("has_answer", BOOL, "False where only the labels or the actions tell of it.", nullable=False),
        Column("answer_ranges", _list(_struct(INT, "start", "end")), "The answer's ranges, inclusive.", "range"),
        Column(
            "answer_range_html",
            STRING,
            "JSON text of the answer's HTML ranges, as exported.",
            "range_html",
            is_json=True,
        ),
        Column("answer_spaces", STRING, "JSON text of the answer's spaces, as exported.", "spaces", is_json=True),
        _REVIEWS,
        Column("n_attributes", INT, "Its rows of attributes.", nullable=False),
        Column(
            "n_placements", INT, "Its rows of objects or classifications; 0: an answer without a label.", nullable=False
        ),
        _FORM,
        _extra("$.object_answers.<owner_hash>.* | $.classification_answers.<owner_hash>.*"),
    ),
)

_ATTRIBUTE = (
    "$.object_answers.<owner_hash>.classifications[*] | $.classification_answers.<owner_hash>.classifications[*] | "
    "$.object_actions.<owner_hash>.actions[*]"
)


ATTRIBUTES = Table(
    "attributes",
    "One row per answer given to an attribute (per range, where it is dynamic); one with a null answer where nothing "
    "was chosen.",
    _ATTRIBUTE,
    ("row_id", "owner", "owner_hash", "dynamic", "attribute_index", "answer_index", "range_start"),
    (
        ROW_ID,
        LABEL_HASH,
        Column("owner", TEXT, "object or classification.", nullable=False),
        Column(
            "owner_hash",
            STRING,
            "objects.object_hash or classifications.classification_hash.",
            None,
            "$.object_answers.<owner_hash> | $.classification_answers.<owner_hash> | $.object_actions.<owner_hash>",
            nullable=False,
        ),
        Column("attribute_feature_hash", TEXT, "Hash of the attribute in the ontology.", "featureHash"),
        Column("attribute", TEXT, "Name of the attribute.", "name"),
        Column("attribute_value", TEXT, "Name of the attribute in snake case.", "value"),
        Column(
            "kind",
            TEXT,
            "option (radio or checklist), text, number, or unknown (JSON text in answer; null: unanswered).",
            nullable=False,
        ),
        Column(
            "answer",
            STRING,
            "The answer as shown; of a number its JSON text.",
            None,
            _below(_ATTRIBUTE, "answers[*].name", "answers"),
        ),
        Column("answer_value", TEXT, "The option in snake case.", None, _below(_ATTRIBUTE, "answers[*].value")),
        Column(
            "answer_feature_hash",
            TEXT,
            "Hash of the option in the ontology.",
            None,
            _below(_ATTRIBUTE, "answers[*].featureHash"),
        ),
        Column("answer_number", FLOAT, "The answer to a numeric attribute.", None, _below(_ATTRIBUTE, "answers")),
        Column("dynamic", BOOL, "True where the answer can change over the frames.", "dynamic", nullable=False),
        *_range(
            "frame that the answer holds on, inclusive; overlapping ranges as exported.",
            _below(_ATTRIBUTE, "range[*]"),
            "frame (ns in a continuous scene)",
        ),
        Column("space_id", TEXT, "The space it holds on, where the export names one; else it holds on all.", "spaceId"),
        Column("track_hash", STRING, "Hash of the dynamic answer's track.", "trackHash"),
        Column("should_propagate", BOOL, "Whether the answer is carried to later frames.", "shouldPropagate"),
        _MANUAL,
        Column("attribute_index", INT, "Place in the list of attributes or actions, from 0.", nullable=False),
        Column("answer_index", INT, "Place in the list of options chosen, from 0; null for what is no option."),
        Column("parent_feature_hash", TEXT, "The option that this nested attribute hangs on; needs an ontology."),
        Column(
            "path",
            TEXT,
            "Names from the class down to this attribute, as ontology_attributes.path; needs an ontology.",
        ),
        _FORM,
        _extra(_below(_ATTRIBUTE, "*")),
    ),
)

EXPORT_HISTORY = Table(
    "export_history",
    "One row per entry of a label row's export history, newest first.",
    "$.export_history[*]",
    ("row_id", "export_hash"),
    (
        ROW_ID,
        LABEL_HASH,
        Column("export_hash", TEXT, "Hash of the export.", "export_hash"),
        Column("exported_at", TIME, "When it was made.", "exported_at"),
        Column("user_email", TEXT, "Who made it.", "user_email"),
        _extra("$.export_history[*].*"),
    ),
)

REJECTS = Table(
    "rejects",
    "One row per part of the export that could not be taken.",
    "$",
    ("source", "row_number", "json_path"),
    (
        Column("row_id", INT, "Number of the label row; null where all of it was refused."),
        LABEL_HASH,
        Column("source", TEXT, "File it was read from.", nullable=False),
        Column("row_number", INT, "Place of the label row in that file, from 0; null where the file cannot be read."),
        Column(
            "byte_offset",
            INT,
            "Where the label row starts in that file, unpacked; of broken JSON, the place of the fault.",
            unit="byte",
        ),
        Column("json_path", STRING, "Path of the part within its label row; null where there is no label row."),
        Column("table", TEXT, "Table that misses it."),
        Column("owner_hash", STRING, "Hash of the object or classification that it belongs to, where one is known."),
        Column("reason", TEXT, "What is wrong, in a word; the same word for the same fault."),
        Column("expected", STRING, "What was expected there."),
        Column("found", STRING, "What was found there."),
        Column("remedy", STRING, "What to do about it."),
        Column("raw", STRING, "JSON text of the smallest part rejected; of broken JSON the text as it is."),
    ),
)

_ONTOLOGY_OWNER = Column("owner", TEXT, "object or classification: what the class is of.", nullable=False)
_ONTOLOGY_ID = Column("ontology_id", STRING, "Number in the ontology, dotted below a class; may repeat.", "id")
_CLASS_FEATURE = Column(
    "class_feature_hash",
    TEXT,
    "Hash of its class: feature_hash of ontology_classes.",
    source="$.objects[*].featureNodeHash | $.classifications[*].featureNodeHash",
    nullable=False,
)
_REQUIRED = Column("required", BOOL, "Whether the editor asks for it.", "required")
_ARCHIVED = Column("archived", BOOL, "Whether it is kept for old labels only; null is false.", "archived")


def _node(doc: str) -> Column:
    return Column("feature_hash", TEXT, doc, "featureNodeHash", nullable=False)


def _position(doc: str) -> Column:
    return Column("position", INT, f"Place among {doc}, from 0.", nullable=False)


ONTOLOGY_CLASSES = Table(
    "ontology_classes",
    "One row per class of the ontology, used or not: its objects, then its classifications. JSON paths are the "
    "ontology's.",
    "$.objects[*] | $.classifications[*]",
    ("owner", "feature_hash"),
    (
        _ONTOLOGY_OWNER,
        _node("Hash of the class: feature_hash of objects, classifications and instances."),
        _ONTOLOGY_ID,
        Column(
            "name",
            TEXT,
            "Name of the class; of a classification, that of its attribute.",
            None,
            "$.objects[*].name | $.classifications[*].attributes[0].name",
        ),
        Column("shape", TEXT, "Shape of its objects; null of a classification.", "shape"),
        _COLOR,
        Column("level", TEXT, "`global`: a classification that holds for the whole label row.", "level"),
        _REQUIRED,
        _ARCHIVED,
        Column("n_attributes", INT, "Its rows of ontology_attributes, nested ones too.", nullable=False),
        _position("the ontology's objects, or its classifications"),
        _extra("$.objects[*].* | $.classifications[*].*"),
    ),
)

_ONTOLOGY_ATTRIBUTE = "$..attributes[*] | $..options[*].options[*]"

ONTOLOGY_ATTRIBUTES = Table(
    "ontology_attributes",
    "One row per attribute of each class of the ontology, nested ones too. JSON paths are the ontology's.",
    _ONTOLOGY_ATTRIBUTE,
    ("owner", "class_feature_hash", "parent_feature_hash", "feature_hash"),
    (
        _node("Hash of the attribute: attribute_feature_hash of attributes; classes may share one."),
        _ONTOLOGY_ID,
        _ONTOLOGY_OWNER,
        _CLASS_FEATURE,
        Column("name", TEXT, "Name of the attribute.", "name"),
        Column("kind", TEXT, "As the ontology spells it: radio, checklist, text, numeric.", "type"),
        Column(
            "multiple",
            BOOL,
            "Whether several options can be chosen at once (checklist); null where kind is.",
            None,
            _below(_ONTOLOGY_ATTRIBUTE, "type"),
        ),
        _REQUIRED,
        Column("dynamic", BOOL, "Whether the answer can change over the frames.", "dynamic"),
        _ARCHIVED,
        Column(
            "parent_feature_hash",
            TEXT,
            "The option that this nested attribute hangs on; null where it hangs on the class.",
            None,
            "$..options[*].featureNodeHash",
        ),
        Column("parent_attribute_feature_hash", TEXT, "The attribute of that option."),
        Column(
            "path",
            TEXT,
            "Names from the class down to this attribute, joined by ` > `; a classification and the attribute that "
            "names it are one step.",
            nullable=False,
        ),
        Column("depth", INT, "Options above it: 0 of an attribute of the class itself.", nullable=False),
        _position("the attributes of its class or option"),
        _extra(_below(_ONTOLOGY_ATTRIBUTE, "*")),
    ),
)

_ONTOLOGY_OPTION = "$..attributes[*].options[*] | $..options[*].options[*].options[*]"

ONTOLOGY_OPTIONS = Table(
    "ontology_options",
    "One row per option of each radio and checklist attribute of the ontology. JSON paths are the ontology's.",
    _ONTOLOGY_OPTION,
    ("owner", "class_feature_hash", "attribute_feature_hash", "feature_hash"),
    (
        _node("Hash of the option: answer_feature_hash of attributes."),
        _ONTOLOGY_ID,
        _ONTOLOGY_OWNER,
        _CLASS_FEATURE,
        Column(
            "attribute_feature_hash",
            TEXT,
            "Hash of its attribute: feature_hash of ontology_attributes.",
            None,
            _below(_ONTOLOGY_ATTRIBUTE, "featureNodeHash"),
            nullable=False,
        ),
        Column("label", STRING, "The option as shown; exports call it name.", "label"),
        Column("value", TEXT, "The option in snake case.", "value"),
        _ARCHIVED,
        _position("the options of its attribute"),
        _extra(_below(_ONTOLOGY_OPTION, "*")),
    ),
)

FINDINGS = Table(
    "findings",
    "One row per finding of a check: a label that is odd.",
    "",
    ("check", "fingerprint"),
    (
        Column("check", STRING, "The check that found it: a file of `sql/checks/`.", nullable=False),
        Column("severity", STRING, "error, warning or note.", nullable=False),
        Column("row_id", INT, "The label row; null where it is about all of them."),
        Column("label_hash", STRING, "Hash of the label row."),
        Column("branch_name", STRING, "Branch of the label row; `main` where the export names none."),
        Column("file_title", STRING, "Title of the file that it lies on."),
        Column("file_link", STRING, "Link to that file."),
        Column("space_id", STRING, "The space that it lies on."),
        Column("frame", INT, "The frame that it lies on, the first where there are several; null where there is none."),
        Column("owner", STRING, "Whether it is about an `object` or a `classification`."),
        Column("owner_hash", STRING, "Hash of that object or classification."),
        Column("message", STRING, "What is odd.", nullable=False),
        Column("value", FLOAT, "The number that was measured."),
        Column(
            "fingerprint",
            STRING,
            "The same for the same finding in a later export: a baseline knows it by this.",
            nullable=False,
        ),
    ),
)
"""What `labelframe check` gives; no table of a snapshot."""

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        LABEL_ROWS,
        DATA_UNITS,
        SPACES,
        FRAMES,
        OBJECTS,
        CLASSIFICATIONS,
        INSTANCES,
        ATTRIBUTES,
        EXPORT_HISTORY,
        ONTOLOGY_CLASSES,
        ONTOLOGY_ATTRIBUTES,
        ONTOLOGY_OPTIONS,
        REJECTS,
    )
}
