"""Print a diff: a summary for people, Markdown for a pull request, tables and lines for programs.

In: a `Diff`. Out: text on standard output. It computes nothing but texts.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from labelframe.diff import Diff
from labelframe.errors import LabelframeError, printable
from labelframe.show import show, show_lines

Row = dict[str, Any]

WORDS = {
    "label_rows": "label rows",
    "object_rows": "objects on frames",
    "objects": "objects",
    "classification_rows": "classifications",
    "answers": "answers",
}
"""What summary.counted is called before people."""
KINDS = ("added", "removed", "replaced", "moved", "class_changed", "otherwise_changed", "attributes_changed")
MOST = 30  # classes and annotators that are shown


def show_diff(diff: Diff, form: str, table: str | None, names: tuple[str, str], most: int) -> None:
    """Print a diff, or one table of it. `form` is that of `show`; `most`: label rows that a summary shows."""
    if table is not None:
        show(diff[table], form)
    elif form == "csv":
        show(diff["summary"], form)
    elif form == "json":
        for name in diff:
            show_lines(orjson.dumps({"table": name, **row}, default=str).decode() for row in _rows(diff[name]))
    elif form == "markdown":
        print("\n".join(_markdown(diff, names, most)))
    else:
        _summary(diff, names, most)


def write_diff(diff: Diff, form: str, table: str | None, names: tuple[str, str], most: int, out: Path) -> None:
    """Write it to a file; as Parquet one table to a file, or all to a folder."""
    try:
        if form == "parquet" and table is None:
            diff.write_parquet(out)
        elif form == "parquet" and table is not None:
            pq.write_table(diff[table], out, compression="zstd")
        else:
            with out.open("w", encoding="utf-8", newline="") as file, redirect_stdout(file):
                show_diff(diff, form, table, names, most)
    except OSError as error:
        raise LabelframeError(
            f"The diff cannot be written: {error.strerror or error}.",
            source=out.as_posix(),
            remedy="Name another place.",
        ) from None


def _rows(table: pa.Table) -> Iterator[Row]:
    for batch in table.to_batches(max_chunksize=10_000):
        yield from batch.to_pylist()


def _summary(diff: Diff, names: tuple[str, str], most: int) -> None:
    print(f"old: {printable(names[0], 1000)}\nnew: {printable(names[1], 1000)}")
    if not diff:
        print("\nThe labels are the same.")
        return
    print()
    show(_totals(diff["summary"]), "table")
    for name in ("classes", "annotators"):
        changed = _changed(diff[name])
        if changed.num_rows:
            print(f"By {'class' if name == 'classes' else 'annotator'}:\n")
            show(_shown(changed.slice(0, MOST)), "table")
            _tell_more(changed.num_rows, MOST)
    rows = diff["label_rows"]
    if most:
        print("Label rows:\n")
        show_lines(_label_row_lines(_rows(rows.slice(0, most))))
        _tell_more(rows.num_rows, most)


def _tell_more(count: int, most: int) -> None:
    if count > most:
        print(f"and {count - most:,} more\n")


def _totals(summary: pa.Table) -> pa.Table:
    counted = pa.array([WORDS[name] for name in summary["counted"].to_pylist()])
    return _shown(summary.set_column(0, "", counted))


def _shown(table: pa.Table) -> pa.Table:
    """Counts as people read them: nothing where there are none, and columns with nothing left out."""
    columns = {}
    for name in table.column_names:
        values = table[name]
        if pa.types.is_integer(values.type):
            values = pc.if_else(pc.equal(values, 0), None, values)
            if name in KINDS and values.null_count == len(values):
                continue
        columns[name.replace("_", " ")] = values
    return pa.table(columns)


def _changed(table: pa.Table) -> pa.Table:
    """The rows of classes or annotators that tell of a change."""
    total = pa.array([0] * len(table), pa.int64())
    for kind in KINDS:
        total = pc.add(total, table[kind])
    return table.filter(pc.greater(total, 0))


def _label_row_lines(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        title = row["data_title"] if row["data_title"] is not None else row["label_hash"] or "label row"
        yield f"  {row['change']:<8} {printable(title, 80)}"
        told = list(_told(row))
        if told:
            yield f"           {printable('; '.join(told), 400)}"
        ids = [row["label_hash"]] if row["label_hash"] is not None and title != row["label_hash"] else []
        branch = [f"branch {row['branch_name']}"] if row["branch_name"] != "main" else []
        if ids or branch:
            yield f"           {printable(', '.join([*ids, *branch]), 200)}"
    yield ""


def _told(row: Row) -> Iterator[str]:
    """What changed of a label row, in words."""
    counts = {
        "added": row["objects_added"],
        "removed": row["objects_removed"],
        "replaced": row["objects_replaced"],
        "moved": row["objects_moved"],
        "of another class": row["objects_class_changed"],
        "otherwise changed": row["objects_otherwise_changed"],
    }
    of_objects = ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count)
    if row["change"] == "changed":
        header = [name for name in row["what"] if name not in ("objects", "classifications", "attributes")]
        for name in header:
            known = f"old_{name}" in row
            yield f"{name} {row[f'old_{name}']} → {row[f'new_{name}']}" if known else name
    if of_objects:
        yield f"objects: {of_objects}"
    for name, word in (("classifications_changed", "classifications"), ("attributes_changed", "answers")):
        if row[name]:
            yield f"{word}: {row[name]:,}"


def _markdown(diff: Diff, names: tuple[str, str], most: int) -> Iterator[str]:
    """For a comment on a pull request: totals at once, label rows behind a click."""
    yield "### Labels"
    yield ""
    yield f"`{_code(names[0])}` → `{_code(names[1])}`"
    yield ""
    if not diff:
        yield "The labels are the same."
        return
    yield from _markdown_table(_totals(diff["summary"]))
    for name, word in (("classes", "By class"), ("annotators", "By annotator")):
        changed = _changed(diff[name])
        if changed.num_rows:
            yield ""
            yield f"**{word}**"
            yield ""
            yield from _markdown_table(_shown(changed.slice(0, MOST)))
            if changed.num_rows > MOST:
                yield ""
                yield f"and {changed.num_rows - MOST:,} more"
    rows = diff["label_rows"]
    if most:
        yield ""
        yield f"<details><summary>{rows.num_rows:,} label row{'s' if rows.num_rows > 1 else ''}</summary>"
        yield ""
        told = [
            {
                "": row["change"],
                "label row": row["data_title"] if row["data_title"] is not None else row["label_hash"],
                "label_hash": row["label_hash"],
                "what": "; ".join(_told(row)),
            }
            for row in _rows(rows.slice(0, most))
        ]
        yield from _markdown_table(pa.Table.from_pylist(told))
        if rows.num_rows > most:
            yield ""
            yield f"and {rows.num_rows - most:,} more"
        yield ""
        yield "</details>"


def _code(text: str) -> str:
    return printable(text, 1000).replace("`", "'")


def _markdown_table(table: pa.Table) -> Iterator[str]:
    text = io.StringIO()
    with redirect_stdout(text):
        show(table, "markdown")
    yield from text.getvalue().splitlines()


def check_form(form: str, table: str | None, out: Path | None) -> None:
    """Raise LabelframeError where Parquet is asked for without a place."""
    if form == "parquet" and out is None:
        raise LabelframeError(
            "Parquet is nothing for standard output.",
            remedy=f"Name {'a folder' if table is None else 'a file'} with --out.",
        )
