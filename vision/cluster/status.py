"""Machines and groups as lines for people, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def show(status: Mapping[str, Any], *, as_json: bool) -> None:
    print(json.dumps(status, indent=2) if as_json else text_of(status))


def text_of(status: Mapping[str, Any]) -> str:
    """A table of machines, one of groups, and what is wrong, if anything is."""
    by_node = {one["node"]: one["machine"] for one in status["machines"]}
    machines = [
        (
            one["machine"],
            one["site"] or "-",
            "gpu" if one["gpu"] else "cpu",
            f"{one['cameras']}/{one['capacity']}",
            "leaving" if one["leaving"] else "",
        )
        for one in status["machines"]
    ]
    groups = [
        (
            one["group"],
            by_node.get(one.get("node", ""), "(waits for a machine)"),
            f"{one.get('running', 0)}/{one['cameras']}",
            f"started {one['starts']} times, last exit code {one['exit_code']}"
            if one.get("starts", 1) > 1
            else "",
        )
        for one in status["groups"]
    ]
    lines = [
        *([f"! {status['problem']}"] if status["problem"] else []),
        *_table(("machine", "site", "", "cameras", ""), machines),
        "",
        *_table(("group", "machine", "running", ""), groups),
    ]
    return "\n".join(lines)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    ]
