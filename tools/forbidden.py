"""Packages that must never come in, checked in the pins, the manifest and the environment.

- ``supervision``, ``rfdetr``, ``inference``, ``trackers``: our own package is called
  ``supervision``; PyPI's would shadow it, and the others bring it along.
- OpenCV builds with a window system: they fail on a server without X libraries, and two OpenCV
  builds in one environment overwrite each other.
- plain ``ultralytics``: it asks for the OpenCV build with windows; the headless one is ours.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import distributions
from pathlib import Path

from tools.pins import canonical

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {
    "supervision": "it has the name of our own package",
    "rfdetr": "it brings the package `supervision`",
    "inference": "it brings the package `supervision`",
    "trackers": "it brings the package `supervision`",
    "opencv-python": "needs X libraries; take opencv-python-headless",
    "opencv-contrib-python": "needs X libraries; take opencv-python-headless",
    "ultralytics": "asks for opencv-python; take ultralytics-opencv-headless",
}
NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def name_of(requirement: str) -> str | None:
    """Distribution of a requirement line; None for a comment or an empty line."""
    found = NAME.match(requirement)
    return canonical(found[1]) if found else None


def breaches(place: str, requirements: Iterable[str]) -> Iterator[str]:
    """A sentence for every forbidden package among *requirements*."""
    for requirement in requirements:
        name = name_of(requirement)
        if name in FORBIDDEN:
            yield f"{place}: {name} must not be installed: {FORBIDDEN[name]}"


def places(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Everything that says what is installed: (where, requirement lines)."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    yield "pyproject.toml", list(project.get("dependencies", []))
    for extra, wanted in project.get("optional-dependencies", {}).items():
        yield f"pyproject.toml [{extra}]", list(wanted)
    pins = root / "constraints.txt"
    if pins.exists():
        yield "constraints.txt", pins.read_text("utf-8").splitlines()
    yield "this environment", [dist.name for dist in distributions() if dist.name]


def main() -> int:
    """Print what breaks the rule; 1 if anything does."""
    found = [line for place, wanted in places(ROOT) for line in breaches(place, wanted)]
    print("\n".join(found) or "no forbidden package")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
