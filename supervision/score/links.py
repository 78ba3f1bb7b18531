"""Where a point's records are: one address for each kind, and for each source the list behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for

from supervision.core.actor import Actor
from supervision.core.permissions import Permission as P


@dataclass(frozen=True, slots=True)
class Place:
    """An endpoint, what it calls its number, and who may open it."""

    endpoint: str
    number: str
    permission: P


PLACES: Mapping[str, Place] = {
    "enterprise": Place("enterprise.file", "enterprise_id", P.ENTERPRISE_READ),
    "person": Place("people.detail", "person_id", P.PEOPLE_READ),
    "certificate": Place("people.certificate", "certificate_id", P.PEOPLE_READ),
    "licence": Place("licence.detail", "licence_id", P.LICENCE_READ),
    "document": Place("document.detail", "document_id", P.DOCUMENT_READ),
    "risk": Place("risk.detail", "point_id", P.RISK_READ),
    "hazard": Place("hazard.detail", "hazard_id", P.HAZARD_READ),
    "order": Place("order.detail", "order_id", P.ORDER_READ),
    "case": Place("casefile.detail", "case_id", P.CASE_READ),
    "round": Place("selfcheck.detail", "round_id", P.SELFCHECK_READ),
    "return": Place("returns.detail", "return_id", P.RETURN_READ),
    "fact": Place("score.fact", "fact_id", P.SCORE_READ),
}

# The list that a source counts, narrowed to the enterprise by ``enterprise`` in its address.
_LISTS: Mapping[str, tuple[str, P, Mapping[str, Any]]] = {
    "assessments_valid": ("people.certificates", P.PEOPLE_READ, {"group": "assessment"}),
    "special_valid": ("people.certificates", P.PEOPLE_READ, {"group": "special_operations"}),
    "staffing_met": ("people.staffing", P.PEOPLE_READ, {}),
    "training_hours": ("people.hours", P.PEOPLE_READ, {}),
    "licences_valid": ("licence.index", P.LICENCE_READ, {}),
    "documents_valid": ("document.index", P.DOCUMENT_READ, {}),
    "insurance": ("document.index", P.DOCUMENT_READ, {}),
    "standardization": ("document.index", P.DOCUMENT_READ, {}),
    "emergency_document": ("document.index", P.DOCUMENT_READ, {}),
    "risks_assessed": ("risk.index", P.RISK_READ, {}),
    "hazards_in_time": ("hazard.index", P.HAZARD_READ, {}),
    "hazards_overdue": ("hazard.index", P.HAZARD_READ, {"status": "overdue"}),
    "own_rectified_early": ("hazard.index", P.HAZARD_READ, {"source": "self_check"}),
    "major_after_order": ("hazard.index", P.HAZARD_READ, {"grade": "major"}),
    "orders_overdue": ("order.index", P.ORDER_READ, {}),
    "penalties": ("casefile.index", P.CASE_READ, {}),
    "rounds_done": ("selfcheck.index", P.SELFCHECK_READ, {}),
    "zero_reports": ("selfcheck.index", P.SELFCHECK_READ, {}),
    "returns_in_time": ("returns.index", P.RETURN_READ, {}),
}


def url_of(kind: str, number: int, actor: Actor) -> str | None:
    """The address of a record; None for who may not open it."""
    place = PLACES.get(kind)
    if place is None or not actor.may(place.permission):
        return None
    values: dict[str, Any] = {place.number: number}
    return url_for(place.endpoint, **values)


def list_url(source: str, enterprise_id: int, actor: Actor) -> str | None:
    """The list behind a source; the enterprise's own file where there is none of its own."""
    if source.startswith("commitments") and actor.may(P.COMMITMENT_READ):
        return url_for("commitment.of_enterprise", enterprise_id=enterprise_id)
    if source == "fact":
        return url_for("score.of_enterprise", enterprise_id=enterprise_id, _anchor="facts")
    endpoint, permission, args = _LISTS.get(source, ("", P.ENTERPRISE_READ, {}))
    if endpoint in current_app.view_functions and actor.may(permission):
        return url_for(endpoint, enterprise=enterprise_id, **args)
    return url_of("enterprise", enterprise_id, actor)


def resolved(lines: Sequence[Mapping[str, Any]], actor: Actor) -> dict[str, list[Any]]:
    """By code of the line: kind, text and address of each record."""
    return {
        line["code"]: [
            (kind, text, url_of(kind, number, actor)) for kind, number, text in line["records"]
        ]
        for line in lines
    }
