"""How functions are compiled: without reference counts (nothing here makes an array) and the interpreter's lock.

`compiled` and `inlined` are for functions that others here call, `entry` for those that are called from outside, whose
machine code is kept on disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function as part of whatever calls it."""
    made: Function = njit(_nrt=False, nogil=True, error_model="numpy")(function)
    return made


def inlined(function: Function) -> Function:
    """Compile a function into each place that calls it: a call would cost more than what it does."""
    made: Function = njit(_nrt=False, nogil=True, error_model="numpy", forceinline=True)(function)
    return made


def entry(function: Function) -> Function:
    """Compile a function that is called from outside. Its machine code is kept beside the source, or where that cannot
    be written in the user's cache; where there is no place at all it is compiled each time."""
    options = {"_nrt": False, "nogil": True, "error_model": "numpy"}
    try:
        made: Any = njit(cache=True, **options)(function)
        # numba looks at the function's own file alone, but what it calls stands in others, and constants come from the
        # schema.
        made._cache._cache_file._source_stamp = sources()
    except RuntimeError:
        made = njit(**options)(function)
    return made  # type: ignore[no-any-return]


@cache
def sources() -> str:
    """A hash of all that the machine code is made of."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in [*sorted(here.glob("*.py")), here.parent / "content.py", here.parent / "schema.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()
