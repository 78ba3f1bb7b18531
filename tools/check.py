"""Everything that can be said about the source without running it; used by ``make check``.

All checks run even where one fails, so that one round shows everything.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = ("supervision", "vision", "tools", "bench", "tests", "app.py")
CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("style", ("ruff", "check", *CODE)),
    ("layout", ("ruff", "format", "--check", *CODE)),
    ("types", ("mypy",)),
    ("types of the tools", ("mypy", "--strict", "--follow-imports=silent", "tools")),
    ("templates", ("djlint", "templates", "--lint", "--quiet")),
    ("translations", ("tools.catalogue", "missing")),
    ("workflow drawings", ("tools.workflow_docs", "--check")),
    ("packages", ("tools.forbidden",)),
)


def passes(name: str, command: tuple[str, ...]) -> bool:
    """Run one check; its output is shown only where it fails."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:20} {verdict:7} {time.monotonic() - started:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


def main() -> int:
    """0 where every check passes."""
    results = [passes(name, command) for name, command in CHECKS]
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
