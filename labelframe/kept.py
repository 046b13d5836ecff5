"""Keep what is made once for later runs: machine code, and the part of `labels.duckdb` that is the same for all.

In: bytes, and a name that tells of all they depend on. Out: the same bytes, in any process. They lie beside the source,
where that can be written, else in the user's cache, else nowhere: then they are made each time. It knows not what they
are.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path


def places() -> Iterator[Path]:
    """Where things are kept, the first choice first."""
    yield Path(__file__).parent / "__pycache__"
    yield user_cache_path("labelframe")


def is_kept(pattern: str) -> bool:
    """Whether there is something whose name matches a pattern."""
    return any(True for place in places() for _ in place.glob(pattern))


def kept(name: str) -> bytes | None:
    """What was kept under a name, None where nothing was."""
    for place in places():
        with suppress(OSError):
            return (place / name).read_bytes()
    return None


def keep(name: str, data: bytes) -> None:
    """Keep something, where there is a place for it."""
    for place in places():
        with suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
            part = place / f".{name}.{secrets.token_hex(4)}"
            part.write_bytes(data)
            part.replace(place / name)
            return
