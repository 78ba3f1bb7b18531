"""Make ``constraints.txt`` from what pip resolves for all extras together.

Run by ``make pins`` after a change of ``pyproject.toml``. pip only resolves (``--dry-run``),
nothing is installed. The file holds names and exact versions, transitive ones included, and
neither hosts nor paths.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HEADER = """\
# Exact versions of everything that `make venv`, `make test`, `make check` and the `train` extra
# install, resolved together. Made by `make pins`; do not edit by hand.
"""
# pip and setuptools belong to the virtual environment, not to the project.
NOT_OURS = {"anqi", "pip", "setuptools", "wheel"}


def canonical(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def lines(report: Mapping[str, Any]) -> list[str]:
    """``name==version`` for each package in pip's installation *report*, in order."""
    found = {
        canonical(row["metadata"]["name"]): row["metadata"]["version"] for row in report["install"]
    }
    # A local version ("+cpu") exists on one index only.
    return [
        f"{name}=={version.partition('+')[0]}"
        for name, version in sorted(found.items())
        if name not in NOT_OURS
    ]


def resolve(root: Path, extras: Iterable[str]) -> dict[str, Any]:
    """pip's report for the project with *extras*. Raises CalledProcessError with pip's text."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        wanted = f"{root}[{','.join(extras)}]"
        pip = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
        subprocess.run([*pip, "--report", str(report), wanted], check=True)
        held: dict[str, Any] = json.loads(report.read_text("utf-8"))
        return held


def main() -> int:
    """Write the file; 0 when it was made."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    report = resolve(ROOT, sorted(project["optional-dependencies"]))
    pins = lines(report)
    (ROOT / "constraints.txt").write_text(HEADER + "\n".join(pins) + "\n", "utf-8")
    print(f"constraints.txt: {len(pins)} packages")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
