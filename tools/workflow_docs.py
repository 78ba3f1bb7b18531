"""Draw ``docs/workflows/<noun>.md`` from the transition tables; ``--check`` only compares.

A drawing that is made from the table that the code runs on cannot be out of date for longer than
until the next ``make check``.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from supervision.core.workflow import Transition, Workflow

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path("docs/workflows")


def workflows(root: Path) -> Iterator[tuple[str, Workflow[Any]]]:
    """(module, workflow) of every table in ``supervision/*/workflow.py``, in order."""
    for path in sorted((root / "supervision").glob("*/workflow.py")):
        if path.parent.name == "core":
            continue
        name = f"supervision.{path.parent.name}.workflow"
        module = importlib.import_module(name)
        for value in vars(module).values():
            if isinstance(value, Workflow):
                yield name, value


def drawing(workflow: Workflow[Any]) -> str:
    """A Mermaid state diagram."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for step in workflow.transitions:
        lines += [f"    {source} --> {step.target}: {step.name}" for source in sorted(step.sources)]
    sources = {source for step in workflow.transitions for source in step.sources}
    targets = {step.target for step in workflow.transitions}
    lines += [f"    [*] --> {state}" for state in sorted(sources - targets)]
    lines += [f"    {state} --> [*]" for state in sorted(targets - sources)]
    return "\n".join([*lines, "```"])


def row(step: Transition[Any]) -> str:
    """A transition as a line of the table."""
    guards = "; ".join(guard_text(guard) for guard in step.guards) or "—"
    needs = ", ".join(f"`{need}`" for need in step.needs) or "—"
    sources = ", ".join(sorted(step.sources))
    return f"| {step.name} | {sources} | {step.target} | `{step.permission}` | {needs} | {guards} |"


def guard_text(guard: Any) -> str:
    """First line of a guard's docstring, else its name in words."""
    doc = inspect.getdoc(guard)
    return doc.splitlines()[0].rstrip(".") if doc else guard.__name__.replace("_", " ")


def page(module: str, workflow: Workflow[Any]) -> str:
    """The whole file of one workflow."""
    table = [
        "| step | from | to | permission | must be given | and only if |",
        "|---|---|---|---|---|---|",
        *(row(step) for step in workflow.transitions),
    ]
    head = f"# {workflow.noun}\n\nDrawn by `make docs` from `{module}`; do not edit by hand.\n"
    return "\n".join([head, drawing(workflow), "", *table, ""])


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Command line; 1 where ``--check`` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m tools.workflow_docs")
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args(arguments)
    folder = root / FOLDER
    wanted = {f"{w.noun}.md": page(module, w) for module, w in workflows(root)}
    held = {path.name: path.read_text("utf-8") for path in folder.glob("*.md")}
    if chosen.check:
        stale = sorted(
            name for name in wanted.keys() | held.keys() if wanted.get(name) != held.get(name)
        )
        print("\n".join(f"{FOLDER / name} is not what the code says: make docs" for name in stale))
        return 1 if stale else 0
    folder.mkdir(parents=True, exist_ok=True)
    for name in held.keys() - wanted.keys():
        (folder / name).unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, "utf-8")
    print(f"{len(wanted)} workflows drawn in {FOLDER}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
