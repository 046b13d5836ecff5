"""All kinds of bad input by name.

In: the kinds of the other files. Out: `KINDS`, which are met as they should be, and `LEGAL`, input that only looks bad;
`PENDING` names those of both that are not yet, and are left out, with what goes wrong.
"""

from __future__ import annotations

from bad import legal
from bad.files import FILES
from bad.kind import by_name
from bad.texts import TEXTS
from bad.values import VALUES

ALL = by_name(VALUES, TEXTS, FILES)

PENDING: dict[str, str] = {}
KINDS = {name: kind for name, kind in ALL.items() if name not in PENDING}
LEGAL = {name: make for name, make in legal.LEGAL.items() if name not in PENDING}

assert PENDING.keys() <= ALL.keys() | legal.LEGAL.keys()
