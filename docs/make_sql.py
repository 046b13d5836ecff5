"""Make the page of the queries.

In: the headers of the files of `sql/`. Out: `sql/README.md`.

    python docs/make_sql.py            write the page
    python docs/make_sql.py --check    exit code 1 where the page differs from what would be written
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from labelframe.checks import checks, severity_of
from labelframe.database import views
from labelframe.queries import Query
from labelframe.stats import statistics

PAGE = Path(__file__).parents[1] / "sql" / "README.md"

INTRODUCTION = """
# Queries

<!-- Made by docs/make_sql.py from the headers of the SQL files: change those, then run it. -->

One file, one question. Each opens with the question, then says what a row of the answer is, what counts, and what it
can be told. Statistics and checks are run by name:

```sh
labelframe stats DIR class_pairs
labelframe stats DIR box_positions --param grid=8 --by dataset
labelframe check DIR --only tiny --param tiny.px=4
```

In Python: `labels.stats("box_positions", grid=8, by="dataset")` and
`labels.check(only=["tiny"], parameters={"tiny.px": 4})`.

`--by` asks a statistic of each `dataset`, `data_type`, `status`, `task_status`, `branch` or `annotator`, or of each
value of an SQL expression on `label_rows`; `--where` keeps the label rows that meet a condition. A split that stands in
a file is an expression too:
`--by "(select any_value(split) from 'splits.csv' as s where s.data_hash = label_rows.data_hash)"`.

**Your own.** `labelframe stats DIR --sql-dir my_sql/` runs a folder of your own in the same way; a file named as one of
these stands in its place. A parameter is declared in a line of comment, its default as JSON writes it:

```sql
-- How many objects of a class are there on a frame?
-- One row per frame that has one.
-- parameter class = "Vehicle": The class.
select row_id, space_id, frame, count(*) as objects
from objects
where name = $class and frame is not null and not coalesce(is_deleted, false)
group by row_id, space_id, frame
order by row_id, space_id, frame
```

Which tables and views there are, and what their columns mean: [docs/tables.md](../docs/tables.md).
"""

STATISTICS = """
## Statistics

Deleted objects count in none. `class` is the class as the ontology names it, null where an object has no name.
"""

CHECKS = """
## Checks

All give rows of one shape: check, severity, row_id, label_hash, space_id, frame, owner, owner_hash, message, value.
`labelframe check` adds the file's title and link, and a fingerprint by which a baseline knows a finding again.
"""

VIEWS = """
## Views

In every connection and in `labels.duckdb`. What their columns mean: [docs/tables.md](../docs/tables.md).
"""


def page() -> str:
    """The page, as it should be."""
    parts = [
        INTRODUCTION,
        STATISTICS,
        _contents(statistics().values()),
        *map(_section, statistics().values()),
        CHECKS,
        _contents(checks().values(), with_severity=True),
        *map(_section, checks().values()),
        VIEWS,
        _contents(sorted(views().values(), key=lambda view: view.name)),
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _contents(queries: Iterable[Query], with_severity: bool = False) -> str:
    lines = (
        ["| check | severity | question |", "|---|---|---|"] if with_severity else ["| name | question |", "|---|---|"]
    )
    for query in queries:
        cells = [f"`{query.name}`", severity_of(query)] if with_severity else [f"`{query.name}`"]
        lines.append(f"| {' | '.join([*cells, query.question])} |")
    return "\n".join(lines)


def _section(query: Query) -> str:
    parts = [f"### {query.name}", query.question, *_prose(query)]
    if query.parameters:
        rows = [
            f"| `{one.name}` | `{one.text}` | {one.limits or ''} | {one.doc} |" for one in query.parameters.values()
        ]
        parts.append("\n".join(["| parameter | default | takes | meaning |", "|---|---|---|---|", *rows]))
    if query.columns:
        rows = [f"| `{name}` | {doc} |" for name, doc in query.columns.items()]
        parts.append("\n".join(["| column | meaning |", "|---|---|", *rows]))
    return "\n\n".join(parts)


def _prose(query: Query) -> Iterator[str]:
    """The paragraphs of a header: what a row is, and what else is said."""
    lines = [line for line in query.comments[1:] if not line.startswith(("parameter ", "column "))]
    for is_blank, group in groupby(lines, key=lambda line: not line):
        if not is_blank:
            yield "\n".join(group)


def main() -> int:
    """Write the page, or say whether it is what would be written."""
    parser = argparse.ArgumentParser(description="Make sql/README.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 where the page differs")
    made = page()
    if parser.parse_args().check:
        if PAGE.exists() and PAGE.read_text("utf-8") == made:
            return 0
        print(f"{PAGE.as_posix()} is not up to date: python docs/make_sql.py", file=sys.stderr)
        return 1
    PAGE.write_text(made, "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
