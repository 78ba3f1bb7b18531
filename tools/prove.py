"""Run the promises of ``bench/promises.toml`` and print promised beside measured.

``make prove`` runs all, ``make prove ONLY=main-job`` one group. Each row is a command. What it
measured is the last line of its output that is a JSON object; a row's ``checks`` compare those
figures (``"episodes >= 3"``). A row without checks promises that the command succeeds.

A command that cannot run here ends with 77, or prints ``{"skipped": "why"}``; a pytest run that
skipped anything counts as skipped too. Skipped is not kept: the run then ends with 1, as it does
when something falls short. A row with ``only_where`` promises something only where that is at hand
("a GPU"): its command's 77 then reads "not applicable", and the run may still end with 0. Raw figures go to ``bench/results/<time>.json``.
"""

from __future__ import annotations

import argparse
import json
import operator
import os
import platform
import re
import shlex
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PROMISES = Path("bench/promises.toml")
RESULTS = Path("bench/results")
SKIPPED_STATUS = 77
NO_TESTS_COLLECTED = 5
TAIL = 4000

COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
}
CHECK = re.compile(r"^\s*(\w+)\s*(>=|<=|==|>|<)\s*(-?\d+(?:\.\d+)?)\s*$")
PYTEST_SKIPPED = re.compile(r"\b(\d+) skipped\b")


class PromiseError(ValueError):
    """``promises.toml`` says something that cannot be run; the text names the row."""


class Verdict(StrEnum):
    KEPT = "kept"
    SHORT = "falls short"
    SKIPPED = "skipped"
    ABSENT = "not applicable"


@dataclass(frozen=True)
class Check:
    """One threshold: *metric* of the command's JSON against a number."""

    metric: str
    sign: str
    number: float

    def __str__(self) -> str:
        return f"{self.metric} {self.sign} {self.number:g}"

    def holds(self, figures: Mapping[str, Any]) -> bool:
        """Whether the figure is there, is a number, and compares."""
        value = figures.get(self.metric)
        return isinstance(value, int | float) and COMPARE[self.sign](float(value), self.number)


@dataclass(frozen=True)
class Promise:
    """A row: what a person gets (*gives*) and the command that shows it."""

    group: str
    name: str
    gives: str
    command: str
    checks: tuple[Check, ...] = ()
    timeout_s: float = 900
    only_where: str = ""


@dataclass
class Outcome:
    """What running a row came to; *figures* as printed by the command."""

    promise: Promise
    verdict: Verdict
    status: int
    seconds: float
    figures: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    tail: str = ""


def parse_check(text: str) -> Check:
    """``"episodes >= 3"`` as a Check. Raises PromiseError."""
    found = CHECK.match(text)
    if found is None:
        raise PromiseError(f"{text!r} is not of the form `metric >= number`")
    return Check(found[1], found[2], float(found[3]))


def load(text: str) -> tuple[list[Promise], dict[str, list[str]]]:
    """Rows, and the extras that each group needs. Raises PromiseError."""
    held = tomllib.loads(text)
    groups = {name: list(row.get("extras", [])) for name, row in held.get("groups", {}).items()}
    rows = [_row(row, groups) for row in held.get("promise", [])]
    names = [(row.group, row.name) for row in rows]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise PromiseError(f"named twice: {sorted(doubled)}")
    return rows, groups


def _row(row: dict[str, Any], groups: Mapping[str, Any]) -> Promise:
    try:
        checks = tuple(parse_check(text) for text in row.pop("checks", ()))
        promise = Promise(checks=checks, **row)
    except TypeError as error:
        raise PromiseError(f"promise {row.get('name', '?')!r}: {error}") from None
    if promise.group not in groups:
        raise PromiseError(f"promise {promise.name!r}: group {promise.group!r} is not declared")
    return promise


def figures_of(output: str) -> dict[str, Any]:
    """The last line that is a JSON object; empty where there is none."""
    for line in reversed(output.splitlines()):
        if not line.lstrip().startswith("{"):
            continue
        try:
            held = json.loads(line)
        except ValueError:
            continue
        if isinstance(held, dict):
            return held
    return {}


def judge(promise: Promise, status: int, output: str, seconds: float) -> Outcome:
    """The verdict on a command that ended with *status* and printed *output*."""
    figures = {"seconds": round(seconds, 1), **figures_of(output)}
    outcome = Outcome(promise, Verdict.KEPT, status, seconds, figures, tail=output[-TAIL:])
    if promise.only_where and status == SKIPPED_STATUS:
        outcome.verdict, outcome.note = Verdict.ABSENT, f"no {promise.only_where} at hand"
    elif (why := _skip_reason(promise, status, output, figures)) is not None:
        outcome.verdict, outcome.note = Verdict.SKIPPED, why
    elif status != 0:
        outcome.verdict, outcome.note = Verdict.SHORT, f"ended with {status}"
    elif missed := [str(check) for check in promise.checks if not check.holds(figures)]:
        outcome.verdict, outcome.note = Verdict.SHORT, "not " + ", not ".join(missed)
    return outcome


def _skip_reason(
    promise: Promise, status: int, output: str, figures: Mapping[str, Any]
) -> str | None:
    if figures.get("skipped"):
        return str(figures["skipped"])
    if status == SKIPPED_STATUS:
        return "the command says that it cannot run here"
    if "pytest" not in promise.command:
        return None
    if status == NO_TESTS_COLLECTED:
        return "no tests there"
    last = output.strip().splitlines()[-1:] or [""]
    found = PYTEST_SKIPPED.search(last[0])
    return f"{found[1]} tests were skipped" if found else None


def run(promise: Promise, root: Path) -> Outcome:
    """Run a row with CI=1, its output going to the screen's end only if it fails."""
    words = [sys.executable if w == "python" else w for w in shlex.split(promise.command)]
    if words[:1] == ["pytest"]:
        words = [sys.executable, "-m", *words]
    started = time.monotonic()
    try:
        done = subprocess.run(
            words,
            cwd=root,
            env={**os.environ, "CI": "1", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=promise.timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        seconds = time.monotonic() - started
        note = f"not finished after {promise.timeout_s:g} s"
        return Outcome(promise, Verdict.SHORT, -1, seconds, {}, note)
    except OSError as error:
        return Outcome(promise, Verdict.SHORT, -1, 0.0, {}, str(error))
    return judge(promise, done.returncode, done.stdout, time.monotonic() - started)


def table(outcomes: Sequence[Outcome]) -> str:
    """Promised beside measured, one row a promise."""
    lines = ["| group | promise | promised | measured | verdict |", "|---|---|---|---|---|"]
    for outcome in outcomes:
        row = outcome.promise
        promised = "; ".join(map(str, row.checks)) or "the command succeeds"
        wanted = [check.metric for check in row.checks] or ["seconds"]
        measured = "; ".join(f"{m} = {outcome.figures.get(m, 'none')}" for m in wanted)
        verdict = outcome.verdict + (f" ({outcome.note})" if outcome.note else "")
        lines.append(f"| {row.group} | {row.name} | {promised} | {measured} | {verdict} |")
    return "\n".join(lines)


def save(outcomes: Sequence[Outcome], root: Path) -> Path:
    """Raw figures with the machine they were taken on; returns the file."""
    now = datetime.now(UTC)
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False
    ).stdout.strip()
    held = {
        "at": now.isoformat(timespec="seconds"),
        "commit": commit,
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "outcomes": [asdict(outcome) for outcome in outcomes],
    }
    target = root / RESULTS / f"{now:%Y%m%dT%H%M%SZ}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return target


def install(extras: Sequence[str], root: Path) -> None:
    """Install what a group needs into this environment, at the pinned versions."""
    if not extras:
        return
    wanted = f"{root}[{','.join(extras)}]"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "-c", "constraints.txt", "-e", wanted]
    subprocess.run(pip, cwd=root, check=True)


def prove(rows: Sequence[Promise], root: Path) -> list[Outcome]:
    """Run the rows one after the other, saying what is happening."""
    outcomes = []
    for number, promise in enumerate(rows, 1):
        print(f"[{number}/{len(rows)}] {promise.group}: {promise.name}", flush=True)
        outcome = run(promise, root)
        print(f"    {outcome.verdict}, {outcome.seconds:.0f} s {outcome.note}", flush=True)
        if outcome.verdict is Verdict.SHORT and outcome.tail:
            print("    " + "\n    ".join(outcome.tail.splitlines()[-15:]), flush=True)
        outcomes.append(outcome)
    return outcomes


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Command line; 0 only where every promise was run and kept."""
    parser = argparse.ArgumentParser(prog="python -m tools.prove")
    parser.add_argument("--only", default="", help="one group")
    parser.add_argument("--list", action="store_true", help="print the promises, run nothing")
    parser.add_argument("--measure", action="store_true", help="0 even where one falls short")
    parser.add_argument("--no-install", action="store_true", help="the extras are there")
    chosen = parser.parse_args(arguments)
    try:
        rows, groups = load((root / PROMISES).read_text("utf-8"))
    except (OSError, PromiseError, tomllib.TOMLDecodeError) as error:
        print(f"{PROMISES}: {error}", file=sys.stderr)
        return 2
    if chosen.only and chosen.only not in groups:
        print(f"no group {chosen.only!r}; there are: {', '.join(groups)}", file=sys.stderr)
        return 2
    rows = [row for row in rows if chosen.only in {"", row.group}]
    if chosen.list:
        print("\n".join(f"{row.group:12} {row.name:40} {row.gives}" for row in rows))
        return 0
    if not chosen.no_install:
        install(sorted({extra for row in rows for extra in groups[row.group]}), root)
    outcomes = prove(rows, root)
    print(f"\n{table(outcomes)}\n\nraw figures: {save(outcomes, root).relative_to(root)}")
    kept = all(outcome.verdict in {Verdict.KEPT, Verdict.ABSENT} for outcome in outcomes)
    return 0 if chosen.measure or kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
