"""A place beside a folder, where its new contents are made before they are moved in.

In: the folder's path. Out: an empty folder that no other run uses, and the moves between the two. What a run that was
killed left there is recognised, since its lock is gone with it. For a store of many snapshots the place is in the
store. It knows nothing of what is written.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from labelframe.errors import SnapshotError

LOCK = "lock"
TRIES = 20  # to make the place, while others that end remove it


def beside(folder: Path) -> Path:
    """Where the contents of a folder are made: the same place for every run."""
    digest = hashlib.sha256(os.fsencode(folder.name)).hexdigest()[:8]
    return folder.parent / f".{folder.name[:40]}.{digest}.labelframe"


class Held:
    """A folder of ours that one run at a time holds, from `enter` to `leave`; gone when nobody does.

    `of` is what it is held for, to be named where another run holds it.
    """

    def __init__(self, root: Path, of: Path) -> None:
        self.root = root
        self.of = of
        self._lock: FileLock | None = None
        self._made_parents: list[Path] = []

    def enter(self) -> None:
        """Take the folder. Raises SnapshotError where another run holds it, OSError where it cannot be made."""
        self._made_parents = [parent for parent in self.root.parents if not os.path.exists(parent)]
        for tries in range(TRIES):
            self.root.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.root / LOCK)
            try:
                lock.acquire(timeout=0.3)  # that a run which just ends can end
            except Timeout:
                raise SnapshotError(
                    "Another run is writing to this place.",
                    source=self.of.as_posix(),
                    remedy="Wait until it has ended, or name another folder.",
                ) from None
            except OSError:
                if tries == TRIES - 1:
                    raise
                continue  # the run before this one was just removing the place
            self._lock = lock
            break

    def empty(self) -> None:
        """Remove all that is in it, such as what a killed run left."""
        paths: list[Path] = []
        with suppress(OSError):  # somebody else may have removed it
            paths = list(self.root.iterdir())
        for path in paths:
            if path.name != LOCK:
                remove(path)
                with suppress(OSError):  # a folder that is gone, or will not go
                    path.unlink()

    def leave(self) -> None:
        """Give it up, with all that is in it, and the parents that were made for it where they are empty."""
        if self._lock is not None:
            self.empty()
            if os.name != "nt":  # removed while it is held: who opened it meanwhile sees that it is gone
                (self.root / LOCK).unlink(missing_ok=True)
            self._lock.release()
            self._lock = None
            with suppress(OSError):
                (self.root / LOCK).unlink(missing_ok=True)
        for folder in (self.root, *self._made_parents):
            with suppress(OSError):  # somebody else may have put something there
                folder.rmdir()


class Slot:
    """Where the contents of a new folder are made within a folder that is held: `new`."""

    def __init__(self, held: Held, folder: Path) -> None:
        self.folder = folder
        self.new = held.root / folder.name

    def enter(self) -> None:
        """Make the folder to write to."""
        self.new.mkdir()

    def leave(self) -> None:
        """Remove what was not moved in."""
        remove(self.new)

    def move_in(self) -> None:
        """Put `new` in the folder's place, where there is nothing."""
        self.new.rename(self.folder)
        sync_folder(self.folder.parent)

    def move_back(self) -> None:
        """Undo `move_in`."""
        self.folder.rename(self.new)


class Workplace(Held):
    """Holds the place beside a folder from `enter` to `leave`; one run at a time can.

    `new` is the folder to write to. `old` holds what was replaced, where the system cannot swap two folders at once.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(beside(folder), folder)
        self.folder = folder
        self.new, self.old = self.root / "new", self.root / "old"

    def enter(self) -> None:
        """Take the place and empty it; a folder that a killed run was about to replace is put back.

        Raises SnapshotError where another run holds it, OSError where it cannot be made.
        """
        super().enter()
        if self.old.exists() and not os.path.lexists(self.folder):
            self.old.rename(self.folder)
        self.empty()
        self.new.mkdir()

    def move_in(self) -> None:
        """Put `new` in the folder's place. What was there is in `new` or `old` then; at no moment is there nothing,
        unless the system cannot swap two folders."""
        if not self.folder.exists():
            self.new.rename(self.folder)
        elif not _swap(self.new, self.folder):
            self.folder.rename(self.old)
            try:
                self.new.rename(self.folder)
            except BaseException:
                self.old.rename(self.folder)
                raise
        sync_folder(self.folder.parent)

    def move_back(self) -> None:
        """Undo `move_in`."""
        if self.new.exists() and _swap(self.new, self.folder):
            return
        self.folder.rename(self.new)
        if self.old.exists():
            self.old.rename(self.folder)


_AT_FDCWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux and RENAME_SWAP of macOS


def _swap(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system cannot."""
    function = {"linux": "renameat2", "darwin": "renamex_np"}.get(sys.platform)
    call = getattr(ctypes.CDLL(None, use_errno=True), function, None) if function is not None else None
    if call is None:
        return False
    paths = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux":
        return bool(call(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _EXCHANGE) == 0)
    return bool(call(*paths, _EXCHANGE) == 0)


def sync_file(path: Path) -> None:
    """Let a file reach the disk before anything tells that it is there."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Let what was made or renamed in a folder reach the disk."""
    if os.name == "nt":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove(folder: Path) -> None:
    """Remove a folder of ours, also where somebody has protected its files from writing."""
    for parent, _, files in os.walk(folder):
        for protected in (Path(parent), *(Path(parent) / file for file in files)):
            with suppress(OSError):
                protected.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
