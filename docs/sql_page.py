"""Make the page of the queries.

In: the headers of the files of `sql/`. Out: `sql/README.md`, which `python docs/make.py` writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from pages import markdown_table

from labelframe.changes import CHANGES
from labelframe.checks import checks, severity_of
from labelframe.database import views
from labelframe.diff import STEPS, queries
from labelframe.history import history_statistics, history_views
from labelframe.queries import Query
from labelframe.schema import Table, type_name
from labelframe.stats import statistics

PAGE = Path(__file__).parents[1] / "sql" / "README.md"

INTRODUCTION = """
# Queries

<!-- Made by docs/make.py from the headers of the SQL files: change those, then run it. -->

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

HISTORY = """
## Statistics over the history

Asked of a store of snapshots, as `labelframe snapshot` makes it: `labelframe stats STORE class_growth`, in Python
`labelframe.stats_of_history(STORE, "class_growth")`. They read all its snapshots at once: every table has `snapshot`
as its first column, keys begin with it, and `snapshots` lists them: snapshot, taken_at, previous. `--where` keeps the
label rows that meet a condition in each snapshot; of other tables,
`(snapshot, row_id) in (select (snapshot, row_id) from objects where name = 'Person')`.

Any of the statistics above can be asked of every snapshot too: `labelframe stats STORE class_counts --over-time`, in
Python `labelframe.stats_over_time(STORE, "class_counts")`.
"""

CHECKS = """
## Checks

All give rows of one shape: check, severity, row_id, label_hash, space_id, frame, owner, owner_hash, message, value.
`labelframe check` adds the file's title and link, and a fingerprint by which a baseline knows a finding again.
"""

DIFF = """
## Diff

What `labelframe diff` and `labels.diff` run, one after another: each makes a table that those after it read, beside the
schemas `old` and `new`. The last of them are the tables of a diff; their columns are told below.
"""

VIEWS = """
## Views

In every connection and in `labels.duckdb`. What their columns mean: [docs/tables.md](../docs/tables.md).
"""

HISTORY_VIEWS = """
What the statistics over the history read, over all snapshots:
"""


def page() -> str:
    """The page, as it should be."""
    diff = queries()
    parts = [
        INTRODUCTION,
        STATISTICS,
        _contents(statistics().values()),
        *map(_section, statistics().values()),
        HISTORY,
        _contents(history_statistics().values()),
        *map(_section, history_statistics().values()),
        CHECKS,
        _contents(checks().values(), with_severity=True),
        *map(_section, checks().values()),
        DIFF,
        _contents(diff[step] for step in STEPS if step in diff),
        *(_diff_section(table) for table in CHANGES.values()),
        VIEWS,
        _contents(sorted(views().values(), key=lambda view: view.name)),
        HISTORY_VIEWS,
        _contents(sorted(history_views().values(), key=lambda view: view.name)),
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _contents(queries: Iterable[Query], with_severity: bool = False) -> str:
    if with_severity:
        rows = [(f"`{query.name}`", severity_of(query), query.question) for query in queries]
        return markdown_table(("check", "severity", "question"), rows)
    return markdown_table(("name", "question"), [(f"`{query.name}`", query.question) for query in queries])


def _diff_section(table: Table) -> str:
    rows = [(f"`{column.name}`", f"`{type_name(column.type)}`", column.doc) for column in table.columns]
    return f"### diff: {table.name}\n\n{table.doc}\n\n{markdown_table(('column', 'type', 'meaning'), rows)}"


def _section(query: Query) -> str:
    parts = [f"### {query.name}", query.question, *_prose(query)]
    if query.parameters:
        told = query.parameters.values()
        rows = [(f"`{one.name}`", f"`{one.text}`", one.limits or "", one.doc) for one in told]
        parts.append(markdown_table(("parameter", "default", "takes", "meaning"), rows))
    if query.columns:
        parts.append(markdown_table(("column", "meaning"), [(f"`{name}`", doc) for name, doc in query.columns.items()]))
    return "\n\n".join(parts)


def _prose(query: Query) -> Iterator[str]:
    """The paragraphs of a header: what a row is, and what else is said."""
    lines = [line for line in query.comments[1:] if not line.startswith(("parameter ", "column "))]
    for is_blank, group in groupby(lines, key=lambda line: not line):
        if not is_blank:
            yield "\n".join(group)
