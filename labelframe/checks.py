"""Run the checks of `sql/checks/`: which labels are odd.

In: a connection with the tables registered. Out: findings, one row each, as `FINDINGS` of `schema.py` says. The checks
themselves are SQL files. A baseline is a file of findings that are known: what stands in it counts no more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import orjson
import pyarrow as pa

from labelframe.database import literal, sql_type
from labelframe.errors import CheckError, Found, QueryError, unknown_name
from labelframe.queries import Query, read_folder, sql_folder
from labelframe.schema import FINDINGS
from labelframe.stats import run_query

SEVERITIES = ("error", "warning", "note")
"""From worst to least."""
BASELINE_VERSION = 1

_SEVERITY = re.compile(r"^-- severity: (\w+)$", re.MULTILINE)
ADDED = ("branch_name", "file_title", "file_link", "fingerprint")
"""Columns of findings that `sql/findings.sql` adds; all others a check gives itself, in their order."""
FOUND = tuple(column for column in FINDINGS.columns if column.name not in ADDED)


def checks() -> dict[str, Query]:
    """The checks, by name."""
    return read_folder(sql_folder() / "checks")


def severity_of(check: Query) -> str:
    """How bad what it finds is: error, warning or note."""
    told = _SEVERITY.search(check.sql)
    assert told is not None and told[1] in SEVERITIES, check.name
    return told[1]


def chosen(only: Iterable[str] = (), least: str = "note") -> dict[str, Query]:
    """The checks of these names (none: all) that are at least so severe.

    Raises UnknownNameError for a check or a severity that there is not.
    """
    known = checks()
    only = list(only)
    for name in only:
        if name not in known:
            raise unknown_name("check", name, list(known))
    if least not in SEVERITIES:
        raise unknown_name("severity", least, SEVERITIES)
    severe = SEVERITIES[: SEVERITIES.index(least) + 1]
    return {name: check for name, check in known.items() if (not only or name in only) and severity_of(check) in severe}


def values_of(asked: Mapping[str, Query], given: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """The parameters' values by check. `given` names them as `check.parameter`, or `parameter` for every check that has
    one of that name. Raises UnknownNameError where no check takes it."""
    known = checks()
    own: dict[str, dict[str, object]] = {name: {} for name in asked}
    for key, value in given.items():
        check, dot, parameter = key.rpartition(".")
        if dot and check not in asked:
            if check in known:
                continue  # it is not run
            raise unknown_name("check", check, list(known))
        takers = [check] if dot else [name for name, query in asked.items() if parameter in query.parameters]
        if not takers:
            raise unknown_name(
                "parameter", parameter, sorted({name for query in asked.values() for name in query.parameters})
            )
        for name in takers:
            own[name][parameter] = value
    return {name: dict(query.values(own[name])) for name, query in asked.items()}


def run_checks(
    connection: duckdb.DuckDBPyConnection,
    only: Iterable[str] = (),
    least: str = "note",
    parameters: Mapping[str, object] | None = None,
) -> pa.Table:
    """What the checks find: error before warning before note.

    Raises UnknownNameError for a check, severity or parameter that there is not.
    """
    asked = chosen(only, least)
    values = values_of(asked, parameters or {})
    kinds = ", ".join(f'"{column.name}" {sql_type(column.type)}' for column in FOUND)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE found ({kinds})")
    for name, check in asked.items():
        try:
            connection.execute(f"INSERT INTO found {check.sql}", values[name])
        except duckdb.Error as error:
            raise QueryError(f"The check {name} failed: {error}") from None
    table = run_query(connection, (sql_folder() / "findings.sql").read_text("utf-8"))
    return table.cast(FINDINGS.schema)


def summary(findings: pa.Table) -> pa.Table:
    """How many there are of each check, the worst first."""
    with duckdb.connect() as connection:
        connection.register("findings", findings)
        return connection.sql(
            'select "check", severity, count(*) as findings, count(distinct row_id) as label_rows '
            'from findings group by "check", severity '
            f'order by list_position([{", ".join(map(literal, SEVERITIES))}], severity), findings desc, "check"'
        ).to_arrow_table()


def read_baseline(path: Path) -> Counter[str]:
    """How often each finding is known, by fingerprint. Raises CheckError where the file is no baseline."""
    try:
        value = orjson.loads(path.read_bytes())
    except OSError as error:
        raise _no_baseline(path, "a file", error.strerror or str(error)) from None
    except orjson.JSONDecodeError as error:
        raise _no_baseline(path, "JSON", str(error)) from None
    known = value.get("findings") if isinstance(value, dict) else None
    if not isinstance(known, dict) or value.get("baseline_version") != BASELINE_VERSION:
        raise _no_baseline(path, f"baseline_version {BASELINE_VERSION} and findings", "something else")
    counts: Counter[str] = Counter()
    for check, prints in known.items():
        if not isinstance(prints, dict) or not all(type(count) is int for count in prints.values()):
            raise _no_baseline(path, "a count by fingerprint", f"something else at findings.{check}")
        counts.update(prints)
    return counts


def _no_baseline(path: Path, expected: str, found: str) -> CheckError:
    return CheckError(
        "The baseline cannot be read.",
        source=path.as_posix(),
        expected=expected,
        found=Found(found),
        remedy="Write it with: labelframe check DIR --write-baseline FILE",
    )


def write_baseline(findings: pa.Table, path: Path) -> None:
    """Write what is known. Raises CheckError where it cannot be written."""
    known: dict[str, Counter[str]] = {}
    for check, print_ in zip(findings["check"].to_pylist(), findings["fingerprint"].to_pylist(), strict=True):
        known.setdefault(check, Counter())[print_] += 1
    value = {"baseline_version": BASELINE_VERSION, "findings": known}
    try:
        path.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
    except OSError as error:
        raise CheckError(
            f"The baseline cannot be written: {error.strerror or error}.",
            source=path.as_posix(),
            remedy="Name another file.",
        ) from None


def without(findings: pa.Table, known: Mapping[str, int]) -> pa.Table:
    """The findings that are new: of those that are alike, as many as there are more than were known."""
    left = Counter(known)
    new = []
    for print_ in findings["fingerprint"].to_pylist():
        new.append(left[print_] <= 0)
        left[print_] -= 1
    return findings.filter(pa.array(new, pa.bool_()))
