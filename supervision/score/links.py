"""Where a point's records are: one address for each kind, and for each source the list behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from supervision.core.actor import Actor
from supervision.core.permissions import Permission as P


@dataclass(frozen=True, slots=True)
class Place:
    """An endpoint, what it calls its number, and who may open it."""

    endpoint: str
    number: str
    permission: P
    more: Mapping[str, Any] = field(default_factory=dict)


PLACES: Mapping[str, Place] = {
    "enterprise": Place("enterprise.file", "enterprise_id", P.ENTERPRISE_READ),
    "person": Place("people.detail", "person_id", P.PEOPLE_READ),
    "certificate": Place("people.certificate", "certificate_id", P.PEOPLE_READ),
    "licence": Place("licence.detail", "licence_id", P.LICENCE_READ),
    "document": Place("document.detail", "document_id", P.DOCUMENT_READ),
    # What is missing has no page of its own: the tab that says so.
    "licence_missing": Place(
        "enterprise.tab", "enterprise_id", P.LICENCE_READ, {"key": "licences"}
    ),
    "document_missing": Place(
        "enterprise.tab", "enterprise_id", P.DOCUMENT_READ, {"key": "documents"}
    ),
    "risk": Place("risk.detail", "point_id", P.RISK_READ),
    "hazard": Place("hazard.detail", "hazard_id", P.HAZARD_READ),
    "order": Place("order.detail", "order_id", P.ORDER_READ),
    "case": Place("casefile.detail", "case_id", P.CASE_READ),
    "round": Place("selfcheck.detail", "round_id", P.SELFCHECK_READ),
    "return": Place("returns.detail", "return_id", P.RETURN_READ),
    "fact": Place("score.fact", "fact_id", P.SCORE_READ),
}

_TAB = "enterprise.tab"
# What a source counts: a list narrowed to the enterprise by ``enterprise`` in its address, or the
# tab of its file.
_LISTS: Mapping[str, tuple[str, P, Mapping[str, Any]]] = {
    "assessments_valid": ("people.certificates", P.PEOPLE_READ, {}),
    "special_valid": ("people.certificates", P.PEOPLE_READ, {"group": "special_operations"}),
    "staffing_met": (_TAB, P.PEOPLE_READ, {"key": "staff"}),
    "training_hours": ("people.hours", P.PEOPLE_READ, {"state": "all"}),
    "licences_valid": (_TAB, P.LICENCE_READ, {"key": "licences"}),
    "documents_valid": (_TAB, P.DOCUMENT_READ, {"key": "documents"}),
    "insurance": ("document.index", P.DOCUMENT_READ, {"kind": "LIABILITY_INSURANCE"}),
    "standardization": ("document.index", P.DOCUMENT_READ, {"kind": "STANDARDIZATION"}),
    "emergency_document": ("document.index", P.DOCUMENT_READ, {"kind": "RISK_RESOURCES"}),
    "risks_assessed": ("risk.index", P.RISK_READ, {}),
    "hazards_in_time": ("hazard.index", P.HAZARD_READ, {}),
    "hazards_overdue": ("hazard.index", P.HAZARD_READ, {"group": "overdue"}),
    "own_rectified_early": ("hazard.index", P.HAZARD_READ, {"source": "self_check"}),
    "major_after_order": ("hazard.index", P.HAZARD_READ, {"grade": "major"}),
    "orders_overdue": ("order.index", P.ORDER_READ, {}),
    "penalties": ("casefile.index", P.CASE_READ, {}),
    "posts_filled": ("enterprise.file", P.ENTERPRISE_READ, {}),
    "rounds_done": ("selfcheck.index", P.SELFCHECK_READ, {}),
    "zero_reports": ("selfcheck.index", P.SELFCHECK_READ, {}),
    "returns_in_time": ("returns.index", P.RETURN_READ, {}),
}


def url_of(kind: str, number: int, actor: Actor) -> str | None:
    """The address of a record; None for who may not open it."""
    place = PLACES.get(kind)
    if place is None or not actor.may(place.permission):
        return None
    values: dict[str, Any] = {place.number: number, **place.more}
    return url_for(place.endpoint, **values)


def list_url(source: str, enterprise_id: int, actor: Actor) -> str | None:
    """Where everything that a source counts stands; None for who may not open it."""
    if source.startswith("commitments"):
        if not actor.may(P.COMMITMENT_READ):
            return None
        return url_for("commitment.of_enterprise", enterprise_id=enterprise_id)
    if source in {"fact", "awards"}:
        return url_for("score.of_enterprise", enterprise_id=enterprise_id, _anchor="facts")
    endpoint, permission, args = _LISTS.get(source, ("enterprise.file", P.ENTERPRISE_READ, {}))
    if not actor.may(permission):
        return None
    name = "enterprise_id" if endpoint.startswith("enterprise.") else "enterprise"
    values: dict[str, Any] = {name: enterprise_id, **args}
    return url_for(endpoint, **values)


def resolved(lines: Sequence[Mapping[str, Any]], actor: Actor) -> dict[str, list[Any]]:
    """By code of the line: kind, text and address of each record."""
    return {
        line["code"]: [
            (kind, text, url_of(kind, number, actor)) for kind, number, text in line["records"]
        ]
        for line in lines
    }
