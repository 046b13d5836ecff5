"""Print the rows of a result: as a table for people, as CSV or JSON for programs, as Markdown for a page.

In: an Arrow table. Out: text on standard output. Whatever the export holds, a terminal gets no control characters.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from labelframe.errors import CheckError, printable

Row = dict[str, Any]

CELL = 200  # characters of a cell that a table shows
FOLDED = 12  # characters of a text that a table gives room to at least, before it folds


def show(table: pa.Table, form: str) -> None:
    """Print a result. `form` is table, csv, json or markdown."""
    if not table.column_names:
        return
    {"table": _table, "csv": _csv, "json": _json, "markdown": _markdown}[form](table)


def _rows(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    for batch in table.to_batches(max_chunksize=10_000):
        yield from zip(*(column.to_pylist(maps_as_pydicts="lossy") for column in batch.columns), strict=True)


def _write(text: str) -> None:
    """Write text that is not made for people; on a terminal even that must not be obeyed."""
    if sys.stdout.isatty():
        text = _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
    sys.stdout.write(text)


def show_findings(findings: pa.Table, summary: pa.Table, form: str, out: Path | None, examples: int) -> None:
    """Print the findings of checks, or write them to a file. `form` is that of `show`, parquet, or github (workflow
    commands); a table and github show some `examples` of each check, unless they go to a file.

    Raises CheckError where the file cannot be written.
    """
    if out is None and form == "parquet":
        pq.write_table(findings, sys.stdout.buffer, compression="zstd")
    elif out is None:
        _print_findings(findings, summary, form, examples)
    else:
        try:
            if form == "parquet":
                pq.write_table(findings, out, compression="zstd")
                return
            with out.open("w", encoding="utf-8", newline="") as file, redirect_stdout(file):
                _print_findings(findings, summary, form, None)
        except OSError as error:
            raise CheckError(
                f"The findings cannot be written: {error.strerror or error}.",
                source=out.as_posix(),
                remedy="Name another file.",
            ) from None


def _print_findings(findings: pa.Table, summary: pa.Table, form: str, examples: int | None) -> None:
    if form == "github":
        show_lines(_workflow_commands(findings, summary, examples))
    elif form != "table":
        show(findings, form)
    elif findings.num_rows:
        show(summary, "table")
        if examples != 0:
            print("\n".join(_told(findings, summary, examples)))


def _told(findings: pa.Table, summary: pa.Table, examples: int | None) -> Iterator[str]:
    """Examples of each check, as people read them."""
    for check, count, found in _by_check(findings, summary, examples):
        yield ""
        yield f"{check}, {count:,}:"
        for row in found:
            value = "" if row["value"] is None else f" ({_cell(row['value'], True)})"
            yield f"  {printable(_place(row), 200)}: {printable(row['message'], 300)}{value}"
            ids = ("label_hash", "space_id", "owner_hash")
            told = [f"{name} {printable(row[name], 60)}" for name in ids if row[name] is not None]
            if told:
                yield f"    {', '.join(told)}"
        if count > len(found):
            yield f"  and {count - len(found):,} more"


def _place(row: Row) -> str:
    """Where a finding lies: its file and frame."""
    title = row["file_title"] or ("" if row["row_id"] is None else f"label row {row['row_id']}") or "all label rows"
    return title if row["frame"] is None else f"{title}, frame {row['frame']}"


def _by_check(findings: pa.Table, summary: pa.Table, examples: int | None) -> Iterator[tuple[str, int, list[Row]]]:
    """(check, how many, the first findings) of each check; its findings stand together."""
    starts: dict[str, int] = {}
    for place, check in enumerate(findings["check"].to_pylist()):
        starts.setdefault(check, place)
    for row in summary.to_pylist():
        count = row["findings"]
        yield row["check"], count, findings.slice(starts[row["check"]], min(count, examples or count)).to_pylist()


LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
"""What a workflow of GitHub Actions calls a severity."""


def _workflow_commands(findings: pa.Table, summary: pa.Table, examples: int | None) -> Iterator[str]:
    """Findings as GitHub Actions shows them beside a run; it shows ten of a level, so each check comes to its turn."""
    for check, count, found in _by_check(findings, summary, None if examples is None else max(examples, 1)):
        for row in found:
            ids = ", ".join(f"{name} {row[name]}" for name in ("label_hash", "owner_hash") if row[name] is not None)
            text = f"{_place(row)}: {row['message']}" + (f" ({ids})" if ids else "")
            yield f"::{LEVELS[row['severity']]} title={_escaped(check, ':,')}::{_escaped(text)}"
        if count > len(found):
            yield f"::notice title={_escaped(check, ':,')}::and {count - len(found)} more"


def _escaped(text: str, more: str = "") -> str:
    for letter in f"%\r\n{more}":
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text


def show_lines(lines: Iterable[str]) -> None:
    """Print lines made for programs."""
    for line in lines:
        _write(f"{line}\n")


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def _plain(value: object) -> Any:
    """A value as text of a cell, null as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return orjson.dumps(value, default=_other).decode()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ").replace("+00:00", "Z")
    return value


def _other(value: object) -> str:
    return str(value)


def _cell(value: object, number: bool) -> str:
    plain = _plain(value)
    if number and isinstance(plain, float):
        return (
            f"{plain:,.4g}" if 1e-4 < abs(plain) < 1e4 else f"{plain:,.0f}" if 1e4 <= abs(plain) < 1e15 else repr(plain)
        )
    if number and isinstance(plain, int):
        return f"{plain:,}"
    return printable(plain, CELL)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _table(table: pa.Table) -> None:
    """A grid, or where it is too wide for the terminal the columns of one row below each other."""
    console = _Console(highlight=False)
    numbers = [_is_number(field.type) for field in table.schema]
    grid = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    for field, number in zip(table.schema, numbers, strict=True):
        name = Text(printable(field.name))
        grid.add_column(
            name, justify="right" if number else "left", overflow="fold", no_wrap=number, min_width=len(name)
        )
    widths = [len(printable(field.name)) for field in table.schema]
    for row in _rows(table):
        cells = [_cell(value, number) for value, number in zip(row, numbers, strict=True)]
        widths = [
            max(width, len(cell) if number else min(len(cell), FOLDED))
            for width, cell, number in zip(widths, cells, numbers, strict=True)
        ]
        grid.add_row(*map(Text, cells))
    if not console.is_terminal:
        # A pipe has no width: let no line be cut or folded there.
        wide = _Console(highlight=False, width=1 << 20)
        _Console(highlight=False, width=wide.measure(grid).maximum).print(grid)
    elif sum(widths) + 2 * len(widths) <= console.width:
        console.print(grid)
    else:
        for place, row in enumerate(_rows(table), start=1):
            console.print(_record(table.column_names, row, numbers, f"row {place}"))


def _record(names: list[str], row: tuple[Any, ...], numbers: list[bool], title: str) -> Table:
    record = Table(box=None, show_header=False, pad_edge=False, title=title, title_justify="left")
    record.add_column(style="bold")
    record.add_column(overflow="fold")
    for name, value, number in zip(names, row, numbers, strict=True):
        record.add_row(Text(printable(name)), Text(_cell(value, number)))
    return record


def _csv(table: pa.Table) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.column_names)
    for row in _rows(table):
        writer.writerow([_plain(value) for value in row])
        if out.tell() > 1 << 16:
            _write(out.getvalue())
            out.seek(0)
            out.truncate()
    _write(out.getvalue())


def _json(table: pa.Table) -> None:
    names: list[str] = []
    for name in table.column_names:  # a query may name two columns alike: JSON would lose one
        again = sum(name == earlier for earlier in table.column_names[: len(names)])
        names.append(f"{name}_{again}" if again else name)
    for row in _rows(table):
        _write(orjson.dumps(dict(zip(names, row, strict=True)), default=_other).decode() + "\n")


def _markdown(table: pa.Table) -> None:
    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    numbers = [_is_number(field.type) for field in table.schema]
    print(line([printable(name) for name in table.column_names]))
    print(line(["---:" if number else "---" for number in numbers]))
    for row in _rows(table):
        print(line([_cell(value, number) for value, number in zip(row, numbers, strict=True)]))
