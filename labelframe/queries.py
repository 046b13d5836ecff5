"""Read the SQL files of `sql/`, and people's own: what each asks, and what it can be told.

In: files. Out: `Query`: name, SQL, question, parameters. It runs nothing.

A file opens with comments: its question, then what a row means. Lines of this form declare a parameter, which the SQL
names `$iou`, its default as JSON writes it, and tell what a column means:

    -- parameter iou = 0.95 (0 to 1): Overlap above which two boxes are the same.
    -- parameter unit = "day" (day, week, month): How long a period is.
    -- column class: Name of the class.

What stands in brackets is what it takes: numbers from one to another (without the second: no end), or these texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import orjson

from labelframe.errors import Found, QueryError, unknown_name

Value = str | int | float | bool | None


def sql_folder() -> Path:
    """The folder of SQL files: inside the package when installed from a wheel, beside it in a source tree."""
    inside = Path(__file__).parent / "sql"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "sql"


@dataclass(frozen=True)
class Parameter:
    """What a query can be told: a name, the value it has else, and what it means."""

    name: str
    default: Value
    doc: str
    limits: str | None = None  # as the header has them in brackets

    @property
    def text(self) -> str:
        """The default, as a command line takes it."""
        return self.default if isinstance(self.default, str) else orjson.dumps(self.default).decode()

    def value(self, given: object) -> Value:
        """What was given, of the kind that the default has; of text that a command line gives, what it says.

        Raises QueryError where it is of another kind, or not within the limits.
        """
        value = self._of_kind(given)
        if self.limits is not None and value is not None and not self._is_within(value):
            raise self._refused(given, self.limits)
        return value

    def _is_within(self, value: Value) -> bool:
        assert self.limits is not None
        if isinstance(value, str):
            return value in self.limits.split(", ")
        low, _, high = self.limits.partition(" to ")
        return value is not None and float(low) <= value and (not high or value <= float(high))

    def _of_kind(self, given: object) -> Value:
        if self.default is None or isinstance(self.default, str):
            if given is None or isinstance(given, (str, bool, int, float)):
                return None if given is None else str(given)
        elif isinstance(self.default, bool):
            told = {"true": True, "false": False}.get(given.lower(), given) if isinstance(given, str) else given
            if isinstance(told, bool):
                return told
        elif isinstance(given, (str, int, float)) and not isinstance(given, bool):
            try:
                number = float(given)
                if isinstance(self.default, float):
                    return number
                if number.is_integer():
                    return int(number)
            except (ValueError, OverflowError):
                pass
        kind = {bool: "true or false", int: "a whole number", float: "a number"}.get(type(self.default), "text")
        raise self._refused(given, kind)

    def _refused(self, given: object, expected: str) -> QueryError:
        return QueryError(
            f"The parameter {self.name} does not take this value.",
            expected=expected,
            found=Found(str(given)),
            remedy=f"{self.name}: {self.doc}",
        )


_PARAMETER = re.compile(r"^-- parameter (\w+) = (.+?)(?: \((.+?)\))?: (.*)$", re.MULTILINE)
_COLUMN = re.compile(r"^-- column (\w+): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Query:
    """One file of SQL."""

    name: str
    sql: str

    @property
    def question(self) -> str:
        """What it answers: the first comment.

        >>> Query("often", "-- How often?\\n-- One row per class.\\nselect 1").question
        'How often?'
        """
        first = self.sql.lstrip().partition("\n")[0]
        return first.removeprefix("--").strip() if first.startswith("--") else ""

    @property
    def told(self) -> str:
        """What it can be told, with what it has else."""
        return ", ".join(f"{name}={parameter.text}" for name, parameter in self.parameters.items())

    @cached_property
    def comments(self) -> list[str]:
        """The lines of comment that it opens with, in order."""
        lines: list[str] = []
        for line in self.sql.splitlines():
            if not line.startswith("--"):
                break
            lines.append(line.removeprefix("--").strip())
        return lines

    @property
    def body(self) -> str:
        """The SQL without its comments."""
        return re.sub(r"--.*", "", self.sql)

    @cached_property
    def columns(self) -> dict[str, str]:
        """What columns mean that say so, by name."""
        return dict(_COLUMN.findall(self.sql))

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """What it can be told, by name. Raises QueryError where a default is no JSON."""
        found = {}
        for name, default, limits, doc in _PARAMETER.findall(self.sql):
            try:
                value = orjson.loads(default)
            except orjson.JSONDecodeError:
                raise QueryError(
                    f"The default of the parameter {name} cannot be read.",
                    source=self.name,
                    expected="text in double quotes, a number, true, false or null",
                    found=Found(default),
                    remedy='Write it so: -- parameter unit = "day": What it means.',
                ) from None
            found[name] = Parameter(name, value, doc, limits or None)
        return found

    def values(self, given: Mapping[str, object]) -> dict[str, Value]:
        """The value of every parameter: what was given, else its default.

        Raises UnknownNameError where there is no parameter of a name given.
        """
        for name in given:
            if name not in self.parameters:
                raise unknown_name(f"parameter of {self.name}", name, list(self.parameters))
        return {
            name: parameter.value(given[name]) if name in given else parameter.default
            for name, parameter in self.parameters.items()
        }


def read_folder(folder: Path) -> dict[str, Query]:
    """The queries of a folder, `*.sql`, by name. Raises QueryError where it cannot be read."""
    try:
        return {path.stem: Query(path.stem, path.read_text("utf-8")) for path in sorted(folder.glob("*.sql"))}
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(
            f"SQL cannot be read: {error}.", source=folder.as_posix(), remedy="Write it as UTF-8."
        ) from None
