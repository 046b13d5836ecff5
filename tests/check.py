"""Run every check of the project, one after another, and stop at the first that fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent

CHECKS = (
    (str(BIN / "ruff"), "check", "."),
    (str(BIN / "ruff"), "format", "--check", "."),
    (sys.executable, "-m", "mypy"),
    (str(BIN / "lint-imports"),),
    (sys.executable, "-m", "pytest", "--numprocesses", "auto"),
)


def main() -> int:
    """Exit code 0 where every check passes."""
    for command in CHECKS:
        print(f"$ {' '.join([Path(command[0]).name, *command[1:]])}", flush=True)
        code = subprocess.call(command, cwd=ROOT)
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
