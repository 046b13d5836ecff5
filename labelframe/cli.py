"""The command line.

In: arguments. Out: results on standard output, progress and errors on standard error, an exit code (0 done, 2 could
not do it). It computes nothing: every command calls a room before it. Those are imported when a command runs, so that
--help is quick.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from labelframe.errors import LabelframeError, QueryError, printable
from labelframe.version import __version__

if TYPE_CHECKING:
    from labelframe.tables import Progress, Run

app = typer.Typer(
    name="labelframe",
    help="Flatten annotation exports into tables: Parquet, DuckDB, Polars.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
errors = Console(stderr=True, highlight=False)


class Format(str, Enum):
    """How a result is shown."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"


Snapshot = Annotated[Path, typer.Argument(metavar="DIR", help="A snapshot, as `labelframe flatten` writes it.")]
Sources = Annotated[
    list[str], typer.Argument(metavar="SOURCE...", help="Files or folders: .json, .jsonl, each also .gz.")
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write; it must not exist.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the snapshot that is there.")]
As = Annotated[Format, typer.Option("--format", help="How the result is shown.")]


class _Stopped(BaseException):
    """A signal asked the program to end."""


def main() -> NoReturn:
    """Run the command line; every expected error becomes one message and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a letter that a terminal lacks is no reason to fail
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    # SQL may begin with a comment: that is no option.
    arguments = [f" {part}" if part.startswith(("-- ", "--\n")) else part for part in sys.argv[1:]]
    try:
        app(arguments)
    except LabelframeError as error:
        errors.print(f"Error: {error}", markup=False, soft_wrap=True)
        sys.exit(2)
    except _Stopped as stopped:
        errors.print("Stopped. Nothing was left behind.", markup=False)
        sys.exit(128 + stopped.args[0])
    sys.exit(0)


def _stop(number: int, frame: object) -> NoReturn:
    raise _Stopped(number)


@contextmanager
def _output() -> Iterator[None]:
    """Write on standard output within: a reader that has had enough, as `head` has, is no error; a full disk is one."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            sys.exit(0)
        raise LabelframeError(
            f"The output cannot be written: {error.strerror or error}.", remedy="Make room, or write elsewhere."
        ) from None


def _version(wanted: bool) -> None:
    if wanted:
        print(f"labelframe {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def flatten(sources: Sources, out: Out, overwrite: Overwrite = False) -> None:
    """Flatten exports into a snapshot: a folder of Parquet tables with a DuckDB database over them."""
    from labelframe.labels import flatten_to_snapshot

    with _progress_bar() as progress:
        run = flatten_to_snapshot(sources, out, overwrite, progress)
    _tell(run)
    with _output():
        print(out.as_posix())


@contextmanager
def _progress_bar() -> Iterator[Progressing]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not errors.is_terminal:
        yield lambda state: None
        return
    from rich import progress as bars

    columns = (
        bars.BarColumn(8),
        bars.TaskProgressColumn(),
        bars.DownloadColumn(),
        bars.TransferSpeedColumn(),
        bars.TextColumn("{task.fields[rows]:,} rows, {task.fields[objects]:,} objects"),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task("", rows=0, objects=0)

        def update(state: Progress) -> None:
            bar.update(
                task,
                total=state.bytes_total,
                completed=state.bytes_done,
                rows=state.label_rows,
                objects=state.objects,
            )

        yield update


if TYPE_CHECKING:
    from collections.abc import Callable

    Progressing = Callable[[Progress], None]


def _tell(run: Run) -> None:
    """The account of a run, on standard error."""
    for note in run.notes:
        errors.print(f"note: {printable(note, 1000)}", markup=False, soft_wrap=True)
    lines = [("data type", "shape", "found", "written", "rejected")]
    lines += [
        (
            printable(line.data_type if line.data_type is not None else "(none)", 40),
            printable(line.shape if line.shape is not None else "(none)", 40),
            f"{line.found:,}",
            f"{line.written:,}",
            f"{line.rejected:,}",
        )
        for line in run.account
    ]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    for data_type, shape, *counts in lines:
        numbers = "  ".join(count.rjust(width) for count, width in zip(counts, widths[2:], strict=True))
        errors.print(f"{data_type:<{widths[0]}}  {shape:<{widths[1]}}  {numbers}", markup=False, soft_wrap=True)
    if run.delete_events:
        errors.print(f"{run.delete_events:,} delete events are no labels: they are in extra of frames", soft_wrap=True)
    counts_of_rows = ", ".join(f"{name} {rows:,}" for name, rows in run.rows.items() if rows)
    errors.print(f"rows: {counts_of_rows}", markup=False, soft_wrap=True)


@app.command()
def schema(
    table: Annotated[
        str | None, typer.Argument(metavar="[TABLE]", help="One table; all of them where left out.")
    ] = None,
) -> None:
    """Show the columns: type, meaning, unit, JSON source."""
    from labelframe.errors import unknown_name
    from labelframe.schema import TABLES, type_name

    if table is not None and table not in TABLES:
        raise unknown_name("table", table, list(TABLES))
    lines = []
    for name in [table] if table is not None else TABLES:
        declared = TABLES[name]
        lines += [f"{name}: {declared.doc}", f"  key: {', '.join(declared.key)}"]
        width = max(len(column.name) for column in declared.columns)
        for column in declared.columns:
            unit = f" [{column.unit}]" if column.unit else ""
            null = "" if column.nullable else " not null"
            lines.append(f"  {column.name:<{width}}  {type_name(column.type)}{null}: {column.doc}{unit}")
            source = declared.json_source(column)
            if source:
                lines.append(f"  {'':<{width}}  {source}")
        lines.append("")
    with _output():
        print("\n".join(lines), end="")


@app.command()
def sql(
    folder: Snapshot,
    query: Annotated[str | None, typer.Argument(help="SQL; the DuckDB shell opens where left out.")] = None,
    form: As = Format.table,
) -> None:
    """Run SQL on a snapshot's tables and views, or open the DuckDB shell on them."""
    from labelframe import labels, stats

    opened = labels.open(folder)
    if query is None:
        _shell(folder)
        return
    with opened.connect(wide="wide" in query.lower()) as connection:
        _show(stats.run_query(connection, query), form)


def _shell(folder: Path) -> None:
    from labelframe.database import DATABASE, write_database

    beside = Path(sys.executable).with_name("duckdb")
    shell = shutil.which("duckdb") or (str(beside) if beside.exists() else None)
    if shell is None:
        raise QueryError(
            "There is no DuckDB shell on this machine.",
            remedy="Get one with: pip install duckdb-cli. Or give the query as an argument.",
        )
    database = folder / DATABASE
    try:
        write_database(folder)  # anew: the snapshot may have been moved
    except LabelframeError:
        if not database.exists():
            raise
    sys.exit(subprocess.call([shell, "-readonly", str(database)]))


@app.command()
def stats(
    folder: Snapshot,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A statistic; the list of them where left out.")
    ] = None,
    form: As = Format.table,
) -> None:
    """Answer a question about the labels; without NAME say what can be asked."""
    from labelframe import labels
    from labelframe import stats as statistics

    opened = labels.open(folder)
    if name is None:
        import pyarrow as pa

        known = statistics.statistics()
        _show(pa.table({"statistic": list(known), "question": list(known.values())}), form)
        return
    sql = statistics.statistic_sql(name)
    with opened.connect(wide=False) as connection:
        _show(statistics.run_query(connection, sql), form)


@app.command()
def register(folder: Snapshot) -> None:
    """Write labels.duckdb anew, after the snapshot was moved."""
    from labelframe.database import write_database

    path = write_database(folder)
    with _output():
        print(path.as_posix())


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write the demo to.")] = Path(
        "labelframe-demo"
    ),
) -> None:
    """Make a small export, flatten it, show what can be asked."""
    from labelframe.demo import run_demo

    with _output():
        run_demo(out)


def _show(table: object, form: Format) -> None:
    """Print a result on standard output."""
    from labelframe.show import show

    with _output():
        show(table, form.value)


if __name__ == "__main__":
    main()
