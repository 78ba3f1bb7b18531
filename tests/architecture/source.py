"""Our own source as syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@cache
def modules(*folders: str) -> tuple[Path, ...]:
    found = [p for f in folders for p in sorted((ROOT / f).rglob("*.py"))]
    return tuple(found)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that ``path`` imports, wherever in the file, with its line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def every(paths: Iterable[Path]) -> Callable[[Callable[[Path], None]], Callable[[], None]]:
    """A rule of one file, asked of all of them in one test that names every offender.

    A test of its own for each of a thousand files costs more in telling than in looking.
    """
    asked = tuple(paths)

    def of_all(rule: Callable[[Path], None]) -> Callable[[], None]:
        def test() -> None:
            offences = []
            for path in asked:
                try:
                    rule(path)
                except AssertionError as error:
                    offences.append(str(error).splitlines()[0] if str(error) else str(path))
            assert asked, "there is nothing to look at"
            assert not offences, "\n".join(offences)

        test.__name__, test.__doc__ = rule.__name__, rule.__doc__
        return test

    return of_all
