"""The list of all slices; a new one is one line here."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from supervision.core.slice import Slice

NAMES = (
    "home",
    "enterprise",
    "account",
    "licence",
    "people",
    "risk",
    "chemical",
    "document",
    "authority",
    "hazard",
    "inspection",
    "plan",
    "order",
    "casefile",
    "escalation",
    "video",
    "atlas",
    "report",
    "statute",
    "inbox",
    "channel",
    "audit",
    "demo",
)


@cache
def slices() -> tuple[Slice, ...]:
    """Every slice's manifest, in menu order of :data:`NAMES`."""
    return tuple(import_module(f"supervision.{name}.slice").SLICE for name in NAMES)
