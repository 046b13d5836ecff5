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

from labelframe.errors import LabelframeError, QueryError, printable, unknown_name
from labelframe.version import __version__

if TYPE_CHECKING:
    from labelframe.queries import Query
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


class OnError(str, Enum):
    """What to do about a fault."""

    stop = "stop"
    collect = "collect"


class Format(str, Enum):
    """How a result is shown."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"


def _folder(text: str) -> Path:
    """A folder that may be a store: an address on the network is refused while one can tell it from a path."""
    from labelframe.store import local

    return local(text)


Snapshot = Annotated[
    Path,
    typer.Argument(
        metavar="DIR", parser=_folder, help="A snapshot, as `labelframe flatten` writes it, or a store: its latest."
    ),
]
Store = Annotated[
    Path,
    typer.Argument(metavar="STORE", parser=_folder, help="A folder of snapshots, as `labelframe snapshot` makes it."),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="TIME", help="Of a store the latest snapshot taken by then: 2026-11-24, or with a time."
    ),
]
Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE...",
        help="Files, folders, patterns, or - for standard input: .json, .jsonl, each also .gz or .zst, or in a .zip.",
    ),
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write; it must not exist.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the snapshot that is there.")]
Where = Annotated[
    str | None, typer.Option("--where", metavar="SQL", help="A condition on label_rows: only those that meet it.")
]
OnErrorOption = Annotated[
    OnError, typer.Option("--on-error", help="Stop at the first fault, or collect all in the table rejects.")
]
Branch = Annotated[str | None, typer.Option("--branch", metavar="NAME", help="Take this branch's label rows only.")]
StripLinks = Annotated[bool, typer.Option("--strip-links", help="Keep no link to the data.")]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, metavar="N", help="Cores to use; all of them where left out.")
]
Verbose = Annotated[
    bool, typer.Option("--verbose", help="Name every file taken and passed over; say what compiled code took.")
]
OntologyFile = Annotated[
    str | None,
    typer.Option("--ontology", metavar="FILE", help="The ontology's structure: .json, also as .gz or .zst."),
]
Parameters = Annotated[
    list[str] | None, typer.Option("--param", metavar="KEY=VALUE", help="What it can be told; may be given again.")
]
As = Annotated[Format, typer.Option("--format", help="How the result is shown.")]


class _Stopped(BaseException):
    """A signal asked the program to end."""


_signals: list[int] = []  # that were received: DuckDB makes an exception of its own of ours


def main() -> NoReturn:
    """Run the command line; every expected error becomes one message and exit code 2."""
    # Arrow is not imported yet. Its own way to keep memory takes more of it; OpenBLAS, which does nothing here, begins
    # a thread for each core.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a letter that a terminal lacks is no reason to fail
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    # SQL may begin with a comment: that is no option.
    arguments = [f" {part}" if part.startswith(("-- ", "--\n")) else part for part in sys.argv[1:]]
    _signals.clear()
    try:
        app(arguments)
    except (Exception, _Stopped) as error:
        if _signals:
            errors.print("Stopped. Nothing unfinished was left behind.", markup=False)
            sys.exit(128 + _signals[0])
        if not isinstance(error, LabelframeError):
            raise
        errors.print(f"Error: {error}", markup=False, soft_wrap=True)
        sys.exit(2)
    sys.exit(0)


def _stop(number: int, frame: object) -> NoReturn:
    _signals.append(number)
    raise _Stopped


@contextmanager
def _output(code: int = 0) -> Iterator[None]:
    """Write on standard output within: a reader that has had enough, as `head` has, is no error; a full disk is one.
    `code`: the exit code where the reader has had enough."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            sys.exit(code)
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
def flatten(
    sources: Sources,
    out: Out,
    overwrite: Overwrite = False,
    on_error: OnErrorOption = OnError.stop,
    branch: Branch = None,
    strip_links: StripLinks = False,
    ontology: OntologyFile = None,
    workers: Workers = None,
    verbose: Verbose = False,
) -> None:
    """Flatten exports into a snapshot: a folder of Parquet tables with a DuckDB database over them.

    Exit code 1: some of the export is in rejects, all else is written.
    """
    from labelframe.labels import flatten_to_snapshot
    from labelframe.tables import Options

    options = Options(on_error.value, branch, strip_links, ontology, workers)
    with _progress_bar() as progress:
        run = flatten_to_snapshot(sources, out, overwrite, progress, options)
    _tell(run, out, verbose)
    with _output():
        print(out.as_posix())
    if run.rows["rejects"]:
        sys.exit(1)


@app.command()
def snapshot(
    sources: Sources,
    store: Annotated[
        Path,
        typer.Option(
            "--store", metavar="STORE", parser=_folder, help="Folder of snapshots; made where it is not there."
        ),
    ],
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="File it under this time, in UTC; now where left out.")
    ] = None,
    always: Annotated[bool, typer.Option("--always", help="Take it also where nothing has changed.")] = False,
    on_error: OnErrorOption = OnError.stop,
    branch: Branch = None,
    strip_links: StripLinks = False,
    ontology: OntologyFile = None,
    workers: Workers = None,
    verbose: Verbose = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say what was done in one line of JSON.")] = False,
) -> None:
    """Flatten exports into a new snapshot of a store, unless nothing has changed since the one before.

    A store has a folder snapshot=TIME for each, and labels.duckdb over them all. Exit code 1: some of the export is in
    rejects, all else is written.
    """
    import json
    import time

    from labelframe.labels import take_snapshot
    from labelframe.tables import Options

    start = time.monotonic()
    options = Options(on_error.value, branch, strip_links, ontology, workers)
    with _progress_bar() as progress:
        taken, run = take_snapshot(sources, store, options, at, always, progress)
    new, before, changes = taken.snapshot, taken.previous, taken.changes
    if new is not None:
        _tell(run, new.path, verbose)
    for note in taken.notes:
        _say(f"note: {note}")
    if before is not None and new is None:
        _say(f"nothing has changed since {before.name}: no new snapshot")
    elif before is not None and changes is not None:
        counts = f"{changes.added:,} added, {changes.removed:,} removed, {changes.changed:,} changed"
        rejected = f"; rejects: {changes.rejects:,} differ" if changes.rejects else ""
        ontology_differs = "; the ontology differs" if changes.ontology else ""
        _say(f"label rows since {before.name}: {counts}{rejected}{ontology_differs}")
    told = {
        "store": store.as_posix(),
        "snapshot": new and new.name,
        "changed": new is not None if changes is None else not changes.are_none,
        "previous": before and before.name,
        **{name: taken.rows[name] for name in ("label_rows", "objects", "rejects")},
        **{f"{name}_label_rows": changes and getattr(changes, name) for name in ("added", "removed", "changed")},
        **{f"{name}_changed": changes and getattr(changes, name) for name in ("rejects", "ontology")},
        "notes": list(taken.notes),
        "seconds": round(time.monotonic() - start, 3),
    }
    with _output():
        if as_json:
            print(json.dumps(told))
        elif new is not None:
            print(new.path.as_posix())
    if new is not None and taken.rows["rejects"]:
        sys.exit(1)


@app.command()
def snapshots(store: Store, form: As = Format.table) -> None:
    """List the snapshots of a store, oldest first."""
    from labelframe import store as stores

    listed, notes = stores.listing(stores.snapshots(store))
    _show(listed.drop_columns(["previous"]), form)
    for note in notes:
        _say(f"note: {note}")
    for one in stores.incomplete(store):
        _say(f"not complete, and not listed: {one.path.as_posix()}")


@app.command()
def prune(
    store: Store,
    last: Annotated[int | None, typer.Option("--keep", min=1, metavar="N", help="Keep the last N.")] = None,
    daily: Annotated[
        int | None,
        typer.Option("--keep-daily", min=1, metavar="N", help="Keep the last of each of N days."),
    ] = None,
    weekly: Annotated[
        int | None,
        typer.Option("--keep-weekly", min=1, metavar="N", help="Keep the last of each of N weeks."),
    ] = None,
    monthly: Annotated[
        int | None,
        typer.Option(
            "--keep-monthly", min=1, metavar="N", help="Keep the last of each of N months.", show_default=False
        ),
    ] = None,
    older_than: Annotated[
        str | None,
        typer.Option("--older-than", metavar="AGE", help="Remove only what is older: 90d, 12w, 6m (months), 2y."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; remove nothing.")] = False,
) -> None:
    """Remove old snapshots of a store: those that no rule keeps. The latest always stays.

    Only days, weeks (from Monday) and months that have a snapshot count; times are UTC.
    """
    from datetime import UTC, datetime

    from labelframe import keep

    if not (last or daily or weekly or monthly or older_than):
        raise LabelframeError("Nothing says what to keep.", remedy="Give --keep N, say, or --older-than 90d.")
    limit = None if older_than is None else keep.ago(older_than, datetime.now(UTC))
    pruned = keep.prune(store, keep.Rules(last or 0, daily or 0, weekly or 0, monthly or 0, limit), dry_run)
    for note in pruned.notes:
        _say(f"note: {note}")
    _say(f"{len(pruned.gone):,} {'would go' if dry_run else 'gone'}, {len(pruned.kept):,} kept")
    with _output():
        for one in pruned.gone:
            print(one.path.as_posix())


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
                total=state.bytes_total or None,
                completed=state.bytes_done,
                rows=state.label_rows,
                objects=state.objects,
            )

        yield update


if TYPE_CHECKING:
    from collections.abc import Callable

    Progressing = Callable[[Progress], None]


FILES = 5  # of a kind, that are named


def _say(text: str) -> None:
    errors.print(text, markup=False, soft_wrap=True)


def _tell(run: Run, out: Path, verbose: bool) -> None:
    """The account of a run, on standard error: what was found and written, what was passed over, what was refused."""
    _tell_account(run)
    most = None if verbose else FILES
    _say(f"taken: {_listed(run.taken, most)}")
    if run.ontology is not None:
        _say(f"ontology: {_listed([str(run.ontology.name)], most)}")
    if run.passed_over:
        _say(f"passed over: {_listed([f'{over.name} ({over.why})' for over in run.passed_over], most)}")
    if run.other_branches:
        branches = ", ".join(f"{printable(name, 40)} {count:,}" for name, count in run.other_branches.most_common())
        _say(f"passed over, label rows of other branches: {branches}")
    if run.delete_events:
        _say(f"{run.delete_events:,} delete events are no labels: they are in extra of frames")
    if run.extra:
        keys = [f"{table}.{key} {count:,}" for (table, key), count in run.extra.most_common()]
        _say(f"kept in extra, for no column fits: {_listed(keys, None if verbose else 2 * FILES)}")
    _tell_copies(run, out)
    counts = ", ".join(f"{name} {rows:,}" for name, rows in run.rows.items() if rows)
    _say(f"rows: {counts}")
    if verbose:
        shares = [f"{_share(run.compiled[name], run.rows[name])} of {name}" for name in ("label_rows", "objects")]
        _say(f"read by compiled code: {', '.join(shares)}; the rest went the general path")
    if run.reasons:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in run.reasons.most_common())
        _say(f"rejects: {reasons}")
        _say(f"see them with: labelframe rejects {printable(out.as_posix(), 1000)}")


def _share(part: int, of: int) -> str:
    return f"{part:,} ({part / of:.2%})" if of else "0"


def _tell_copies(run: Run, out: Path) -> None:
    """How many objects of Data Groups are there twice: a group is downloaded with its children's label rows."""
    if any(line.table == "label_rows" and line.data_type == "group" and line.written for line in run.account):
        from labelframe import labels

        copies = labels.open(out).object_copies()
        if copies:
            stand = "1 object stands" if copies == 1 else f"{copies:,} objects stand"
            _say(f"{stand} both in a group's label row and in a child's: statistics count the child's")


def _listed(names: list[str], most: int | None) -> str:
    shown = ", ".join(printable(name, 300) for name in names[:most])
    more = len(names) - (len(names) if most is None else min(most, len(names)))
    return f"{shown}, and {more:,} more" if more else shown or "nothing"


def _tell_account(run: Run) -> None:
    """One line for each shape and data type of objects, and for each other table."""
    lines = [("table", "data type", "shape", "found", "written", "rejected")]
    sums: dict[tuple[str, str, str], list[int]] = {}
    for line in run.account:
        key = (line.table, "", "")
        if line.table in ("objects", "classifications"):
            shape = ("(none)" if line.shape is None else line.shape) if line.table == "objects" else ""
            key = (line.table, "(none)" if line.data_type is None else line.data_type, shape)
        counts = sums.setdefault(key, [0, 0, 0])
        for place, count in enumerate((line.found, line.written, line.rejected)):
            counts[place] += count
    for key, (found, written, rejected) in sums.items():
        names = [printable(name, 40) for name in key]
        lines.append((names[0], names[1], names[2], f"{found:,}", f"{written:,}", f"{rejected:,}"))
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    for line_cells in lines:
        texts = [cell.ljust(width) for cell, width in zip(line_cells[:3], widths[:3], strict=True)]
        numbers = [cell.rjust(width) for cell, width in zip(line_cells[3:], widths[3:], strict=True)]
        _say("  ".join((*texts, *numbers)))


@app.command()
def schema(
    table: Annotated[
        str | None, typer.Argument(metavar="[TABLE]", help="One table or view; all tables where left out.")
    ] = None,
) -> None:
    """Show the columns: type, meaning, unit, JSON source."""
    from labelframe.schema import TABLES

    if table is None or table in TABLES:
        lines = [line for name in TABLES if table in (None, name) for line in _table_lines(name)]
    else:
        from labelframe import database

        views = database.views()
        if table not in views:
            raise unknown_name("table or view", table, [*TABLES, *views])
        lines = _view_lines(views[table])
    with _output():
        print("\n".join(lines), end="")


def _table_lines(name: str) -> list[str]:
    from labelframe.schema import TABLES, type_name

    declared = TABLES[name]
    lines = [f"{name}: {declared.doc}", f"  key: {', '.join(declared.key)}"]
    width = max(len(column.name) for column in declared.columns)
    for column in declared.columns:
        unit = f" [{column.unit}]" if column.unit else ""
        null = "" if column.nullable else " not null"
        lines.append(f"  {column.name:<{width}}  {type_name(column.type)}{null}: {column.doc}{unit}")
        source = declared.json_source(column)
        if source:
            lines.append(f"  {'':<{width}}  {source}")
    return [*lines, ""]


def _view_lines(view: Query) -> list[str]:
    from labelframe import database

    with database.connect() as connection:
        database.register_tables(connection, database.empty_tables(), database.BARE)
        columns = database.view_columns(connection, view)
    width = max(len(column) for column, _, _ in columns)
    return [
        f"{view.name} (view): {view.question}",
        *(f"  {column:<{width}}  {kind}: {doc}" for column, kind, doc in columns),
        "",
    ]


@app.command()
def sql(
    folder: Snapshot,
    query: Annotated[str | None, typer.Argument(help="SQL; the DuckDB shell opens where left out.")] = None,
    form: As = Format.table,
    as_of: AsOf = None,
    history: Annotated[
        bool, typer.Option("--history", help="On the tables of all snapshots of a store, with a first column snapshot.")
    ] = False,
) -> None:
    """Run SQL on a snapshot's tables and views, or open the DuckDB shell on them."""
    from labelframe import labels, stats

    if history and as_of is not None:
        raise LabelframeError("--history and --as-of do not go together.", remedy="Say in SQL which snapshots count.")
    opened = labels.open(folder, as_of)
    if query is None:
        _shell(folder, as_of, history)
        return
    with opened.history() if history else opened.connect(wide=_may_name_wide_views(query)) as connection:
        _show(stats.run_query(connection, query), form)


def _may_name_wide_views(query: str) -> bool:
    """Whether a query may ask for one of the views of single classes, which take a while to make."""
    words = ("wide", "show", "describe", "duckdb_", "information_schema", "pragma", "sqlite_master", "pg_catalog")
    return any(word in query.lower() for word in words)


def _shell(folder: Path, as_of: str | None, history: bool) -> None:
    from tempfile import TemporaryDirectory

    from labelframe.database import write_database
    from labelframe.schema import DATABASE
    from labelframe.store import dated, resolve

    beside = Path(sys.executable).with_name("duckdb")
    shell = shutil.which("duckdb") or (str(beside) if beside.exists() else None)
    if shell is None:
        raise QueryError(
            "There is no DuckDB shell on this machine.",
            remedy=f"Get one with: {sys.executable} -m pip install duckdb-cli. Or give the query as an argument.",
        )
    chosen = resolve(folder, as_of)
    one = dated(chosen.resolve())
    if one is not None and not history:  # it has no database of its own
        with TemporaryDirectory(prefix="labelframe-") as scratch:
            code = subprocess.call([shell, "-readonly", str(write_database(chosen, scratch))])
        sys.exit(code)
    place = folder if one is None else one.store
    try:
        _register(place)  # anew: the snapshot may have been moved
    except LabelframeError:
        if not (place / DATABASE).exists():
            raise
    sys.exit(subprocess.call([shell, "-readonly", str(place / DATABASE)]))


def _register(folder: Path) -> Path:
    from labelframe.database import write_database
    from labelframe.parquet import is_snapshot
    from labelframe.store import is_store, write_store_database

    if is_snapshot(folder) or not is_store(folder):
        return write_database(folder)
    path, notes = write_store_database(folder)
    for note in notes:
        _say(f"note: {note}")
    return path


@app.command()
def stats(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", parser=_folder, help="A snapshot, or a store: `labelframe snapshot` writes into one."
        ),
    ],
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A statistic; the list of them where left out.")
    ] = None,
    parameters: Parameters = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="GROUP",
            help="Ask it of each dataset, data_type, status, task_status, branch, annotator, or by SQL on label_rows.",
        ),
    ] = None,
    where: Where = None,
    over_time: Annotated[
        bool, typer.Option("--over-time", help="Ask it of every snapshot of a store, oldest first.")
    ] = False,
    sql_dir: Annotated[
        Path | None, typer.Option("--sql-dir", metavar="DIR", help="A folder of statistics of your own: *.sql.")
    ] = None,
    ontology: OntologyFile = None,
    form: As = Format.table,
    as_of: AsOf = None,
) -> None:
    """Answer a question about the labels; without NAME say what can be asked.

    Of a store it is asked of the latest snapshot, or of the history where it is a statistic over that.
    """
    from labelframe import history, labels, store
    from labelframe import stats as statistics

    known = statistics.statistics(sql_dir)
    over_history = {key: query for key, query in history.history_statistics().items() if key not in known}
    if name is None:
        if store.is_store(folder):
            asked_of = {"asked_of": ["snapshot"] * len(known) + ["history"] * len(over_history)}
            _show(_listed_queries("statistic", {**known, **over_history}, form, asked_of), form)
            return
        labels.open(folder, as_of)
        _show(_listed_queries("statistic", known, form), form)
        return
    values = _values(parameters)
    if name not in known and name not in over_history:
        raise unknown_name("statistic", name, [*known, *over_history])
    if name in over_history:
        _refuse(name, {"--as-of": as_of, "--by": by, "--ontology": ontology, "--over-time": over_time})
        result = history.of_history(folder, name, values, where)
    elif over_time:
        _refuse("--over-time", {"--as-of": as_of})
        result = history.over_time(folder, name, values, by, where, sql_dir, ontology)
    else:
        result = labels.open(folder, as_of).statistic(name, values, by, where, sql_dir, ontology)
    _show(result, form)


def _refuse(of_all: str, options: dict[str, object]) -> None:
    """Refuse options that nothing can be made of beside what is asked of all snapshots."""
    for option, given in options.items():
        if given:
            raise QueryError(
                f"{option} cannot be had with {of_all}, which is asked of all snapshots.",
                remedy=f"Leave {option} out.",
            )


class FindingsFormat(str, Enum):
    """How findings are shown."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"
    parquet = "parquet"
    github = "github"


class Severity(str, Enum):
    """How bad a finding is, from worst to least."""

    error = "error"
    warning = "warning"
    note = "note"


@app.command()
def check(
    folder: Snapshot,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="CHECK", help="Run this check only; may be given again.")
    ] = None,
    severity: Annotated[Severity, typer.Option("--severity", help="The least that counts.")] = Severity.note,
    ontology: OntologyFile = None,
    where: Where = None,
    parameters: Parameters = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="Findings that are known: only others count."),
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option("--write-baseline", metavar="FILE", help="Write the findings there as known; exit 0.")
    ] = None,
    form: Annotated[
        FindingsFormat, typer.Option("--format", help="How the findings are shown.")
    ] = FindingsFormat.table,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write all findings there, as --format says.")
    ] = None,
    examples: Annotated[
        int, typer.Option("--examples", min=0, metavar="N", help="How many of each check table and github show.")
    ] = 5,
    listed: Annotated[bool, typer.Option("--list", help="Say what is checked; check nothing.")] = False,
    as_of: AsOf = None,
) -> None:
    """Find labels that are odd. Exit code 1: there are some.

    Parameters of a check are named CHECK.KEY, or KEY for every check that has it.
    """
    from labelframe import checks, labels
    from labelframe.show import show_findings

    opened = labels.open(folder, as_of)
    if listed:
        known = checks.chosen(only or (), severity.value)
        severities = {"severity": [checks.severity_of(query) for query in known.values()]}
        _show(_listed_queries("check", known, Format.table, severities), Format.table)
        return
    if out is None and form is FindingsFormat.parquet and sys.stdout.isatty():
        raise LabelframeError("Parquet is nothing for a terminal.", remedy="Name a file with --out FILE.")
    found = opened.findings(only or (), severity.value, where, ontology, baseline, _values(parameters))
    if write_baseline is not None:
        checks.write_baseline(found, write_baseline)
        _say(f"{len(found):,} findings are known now")
        with _output():
            print(write_baseline.as_posix())
        return
    with _output(1 if len(found) else 0):
        show_findings(found, checks.summary(found), form.value, out, examples)
    what = "findings" if baseline is None else "new findings"
    _say(f"{len(found):,} {what}" if len(found) > 1 else f"1 {what[:-1]}" if len(found) else f"no {what}")
    if len(found):
        sys.exit(1)


class DiffFormat(str, Enum):
    """How a diff is shown."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"
    markdown = "markdown"


class DiffTable(str, Enum):
    """The tables of a diff."""

    summary = "summary"
    classes = "classes"
    annotators = "annotators"
    label_rows = "label_rows"
    objects = "objects"
    classifications = "classifications"
    attributes = "attributes"


@app.command()
def diff(
    old: Annotated[
        str,
        typer.Argument(metavar="OLD", help="A snapshot, or an export: file, folder or pattern. A store: its last two."),
    ],
    new: Annotated[
        str | None, typer.Argument(metavar="[NEW]", help="The same, newer; left out where OLD is a store.")
    ] = None,
    form: Annotated[DiffFormat, typer.Option("--format", help="How it is shown.")] = DiffFormat.table,
    table: Annotated[
        DiffTable | None, typer.Option("--table", help="One table of it, whole; else a summary of all.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PATH", help="Write it there: a file, of all as parquet a folder.")
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where there are differences.")] = False,
    where: Annotated[
        str | None,
        typer.Option(
            "--where", metavar="SQL", help="A condition on label_rows: only those that meet it in one of the two."
        ),
    ] = None,
    iou: Annotated[
        float,
        typer.Option(
            "--iou", min=0.5, max=1, help="Overlap from which an object of another hash stands in a lost one's place."
        ),
    ] = 0.9,
    rows: Annotated[int, typer.Option("--rows", min=0, metavar="N", help="Label rows that a summary shows.")] = 10,
    on_error: Annotated[
        OnError, typer.Option("--on-error", help="Of an export: stop at the first fault, or leave out what is bad.")
    ] = OnError.stop,
) -> None:
    """Tell what changed between two snapshots or exports, label by label.

    As json without --table every row of every table is a line, with the table's name.
    """
    from labelframe.show_diff import check_form, show_diff, write_diff
    from labelframe.sides import opened, sides

    one = None if table is None else table.value
    check_form(form.value, one, out)
    names = sides(old, new)
    with opened(names[0], on_error.value) as first, opened(names[1], on_error.value) as second:
        for name, side in zip(names, (first, second), strict=True):
            rejected = side.row_counts()["rejects"]
            if rejected:
                _say(f"note: {rejected:,} rejects of {printable(name, 1000)} are not compared")
        with first.diff(second, iou=iou, where=where) as found:
            code = 1 if found and exit_code else 0
            with _output(code):
                if out is None:
                    show_diff(found, form.value, one, names, rows)
                else:
                    write_diff(found, form.value, one, names, rows, out)
                    print(out.as_posix())
    if code:
        sys.exit(code)


def _listed_queries(
    what: str, known: dict[str, Query], form: Format, more: dict[str, list[str]] | None = None
) -> object:
    """What can be asked, and what it can be told: in a table for people behind the question, else beside it."""
    import pyarrow as pa

    from labelframe.stats import listed

    columns = listed(known)
    if form is Format.table:
        pairs = zip(columns["question"], columns.pop("parameters"), strict=True)
        columns["question"] = [f"{question} [{told}]" if told else question for question, told in pairs]
    return pa.table({what: list(known), **(more or {}), **columns})


def _values(parameters: list[str] | None) -> dict[str, str]:
    """The values of parameters, as `key=value` gives them."""
    values = {}
    for parameter in parameters or ():
        key, sign, value = parameter.partition("=")
        if not sign:
            raise QueryError(
                f"This is no parameter: {printable(parameter)}.",
                expected="key=value",
                remedy="Write it so: --param key=value",
            )
        values[key.strip()] = value
    return values


@app.command()
def extra(folder: Snapshot, form: As = Format.table, as_of: AsOf = None) -> None:
    """Show which keys of the export no column covers: where, how often, an example.

    why: unknown (no column covers the key) or unfit (one does, but could not take the value). A line that was not there
    before means that exports have changed.
    """
    from labelframe import labels

    _show(labels.open(folder, as_of).extra().to_arrow(), form)


@app.command()
def register(folder: Snapshot) -> None:
    """Write labels.duckdb anew, after the snapshot or the store was moved."""
    path = _register(folder)
    with _output():
        print(path.as_posix())


@app.command()
def rejects(
    folder: Snapshot,
    form: As = Format.table,
    raw: Annotated[
        bool,
        typer.Option(
            "--raw", help="Give them back as JSON lines, each in a label row, to be mended and flattened again."
        ),
    ] = False,
    as_of: AsOf = None,
) -> None:
    """Show what of the export could not be taken, why, and what to do."""
    from labelframe import labels

    opened = labels.open(folder, as_of)
    if raw:
        from labelframe.mend import mendable
        from labelframe.show import show_lines

        with _output():
            show_lines(mendable(opened))
        return
    table = opened["rejects"]
    _show(table.select([name for name in table.column_names if name not in ("raw", "row_id", "owner_hash")]), form)


@app.command()
def restore(
    folder: Snapshot,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE",
            help="File to write: .json or .jsonl, each also .gz or .zst; - for standard output.",
        ),
    ],
    where: Where = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file that is there.")] = False,
    as_of: AsOf = None,
) -> None:
    """Write the export again, from the tables alone; edits of the tables are in it."""
    from labelframe import labels, store
    from labelframe.write_json import write_label_rows

    opened = labels.open(folder, as_of)
    with _output():
        count = write_label_rows(opened.restore(where), out, overwrite)
        _say("1 label row" if count == 1 else f"{count:,} label rows")
        rejected = opened.row_counts()["rejects"]
        if rejected:
            where_from = printable(store.resolve(folder, as_of).as_posix(), 1000)
            _say(f"{rejected:,} rejects are not in it: labelframe rejects {where_from} --raw")
        if str(out) != "-":
            print(out.as_posix())


@app.command()
def verify(folder: Snapshot, form: As = Format.table, as_of: AsOf = None) -> None:
    """Check a snapshot, or all of a store: files against the manifest, tables against each other.

    Exit code 1: it is damaged.
    """
    import pyarrow as pa

    from labelframe import verify as checking
    from labelframe.parquet import is_snapshot
    from labelframe.store import database_note, is_store, resolve

    chosen = folder if as_of is None else resolve(folder, as_of)
    of_store = is_store(chosen) and not is_snapshot(chosen)
    findings = checking.verify_store(chosen) if of_store else checking.verify(chosen)
    for note in (checking.leftover_note(chosen), database_note(chosen)):
        if note is not None:
            _say(f"note: {note}")
    if findings:
        names = (*(["snapshot"] if of_store else []), "check", "table", "message", "count")
        _show(pa.table({name: [getattr(finding, name) for finding in findings] for name in names}), form)
        sys.exit(1)
    whole = checking.extent(chosen)
    many = f"{whole.snapshots:,} snapshots, " if of_store else ""
    _say(f"All is well: {many}{whole.parts:,} files, {whole.bytes:,} bytes, {whole.rows:,} rows.")


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
