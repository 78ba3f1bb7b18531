"""The list of all slices; a new one is one line here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from importlib import import_module
from typing import Any

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
    "detector",
    "video",
    "canary",
    "dataset",
    "gate",
    "proof",
    "live",
    "digest",
    "desk",
    "selfcheck",
    "returns",
    "commitment",
    "dutylist",
    "score",
    "guide",
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


def traits_of(enterprise_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """What the slices say holds for these enterprises, for rules of a slice that knows no other."""
    found: dict[int, frozenset[str]] = {}
    for manifest in slices():
        if manifest.traits is not None and enterprise_ids:
            for enterprise_id, held in manifest.traits(enterprise_ids).items():
                found[enterprise_id] = found.get(enterprise_id, frozenset()) | held
    return found


def evidence_of(hazard_ids: Collection[int]) -> dict[int, list[Mapping[str, Any]]]:
    """What upper slices hold to prove a penalty for these hazards, for the paper of an order."""
    found: dict[int, list[Mapping[str, Any]]] = {}
    for manifest in slices():
        if manifest.evidence_of is not None and hazard_ids:
            for hazard_id, lines in manifest.evidence_of(hazard_ids).items():
                found.setdefault(hazard_id, []).extend(lines)
    return found
