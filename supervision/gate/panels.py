"""What other pages show of art. 41: a ticket, a violation, what waits, an order's paper."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Todo
from supervision.gate import labels, queries, rules
from supervision.gate.models import CameraGate, PenaltyMark
from supervision.gate.queries import Group
from supervision.gate.rules import Lack
from supervision.hazard.workflow import HazardState
from supervision.video import queries as video
from supervision.video.models import Violation
from supervision.video.workflow import ReviewState

SIGHTINGS = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """What one sighting could prove. ``mark`` is None for the enterprise, whatever stands."""

    violation: Violation
    gate: CameraGate | None
    lacks: tuple[Lack, ...]
    mark: PenaltyMark | None
    by_person: bool

    @property
    def may_mark(self) -> bool:
        return self.by_person and self.gate is not None and not self.lacks and self.mark is None


def standing(violation: Violation, actor: Actor) -> Standing:
    """Needs the violation's camera and hazard loaded."""
    seen_at = rules.seen_at(violation.started_at, violation.received_at)
    gate, lacks = queries.judge(violation.camera, seen_at)
    by_person = (
        violation.status is ReviewState.CONFIRMED
        and violation.verdict_side is not None
        and not violation.is_automatic
        and (violation.hazard is None or violation.hazard.status is not HazardState.INVALID)
    )
    return Standing(violation, gate, lacks, queries.mark_of(violation.id, actor), by_person)


def ticket_part(hazard_id: int, actor: Actor) -> str:
    """Of the newest sightings of a ticket: what may prove a penalty; nothing for the enterprise."""
    if not actor.is_regulator:
        return ""
    found = queries.violations_of(hazard_id, actor, SIGHTINGS)
    if not found:
        return ""
    return render_template(
        "gate/ticket.html", standings=[standing(v, actor) for v in found], labels=labels
    )


def violation_part(violation_id: int, actor: Actor) -> str:
    """The same of one violation; "" until it is confirmed."""
    if not actor.is_regulator:
        return ""
    violation = video.get_violation(violation_id, actor)
    if violation.status is not ReviewState.CONFIRMED:
        return ""
    return render_template(
        "gate/ticket.html", standings=[standing(violation, actor)], labels=labels
    )


def todos(actor: Actor) -> Sequence[Todo]:
    found = []
    if actor.may(Permission.GATE_APPROVE):
        found.append(
            Todo(
                _("Reviews of cameras to approve"),
                queries.group_count(actor, Group.WAITING),
                url_for("gate.index", group=Group.WAITING),
            )
        )
    if actor.may(Permission.GATE_EDIT):
        found.append(
            Todo(
                _("Reviews of cameras that end soon"),
                queries.group_count(actor, Group.ENDING),
                url_for("gate.index", group=Group.ENDING),
            )
        )
    return found


def evidence_of(hazard_ids: Collection[int]) -> Mapping[int, Sequence[Mapping[str, Any]]]:
    """By hazard: what was marked as penalty evidence, and the record behind it, as plain data."""
    found: dict[int, list[Mapping[str, Any]]] = {}
    for mark in queries.standing_of_hazards(hazard_ids):
        violation, gate = mark.violation, mark.gate
        if violation.hazard_id is not None:
            found.setdefault(violation.hazard_id, []).append(_line(violation, gate))
    return found


def _line(violation: Violation, gate: CameraGate) -> dict[str, Any]:
    seen = violation.started_at.astimezone(clock.SHANGHAI)
    return {
        "files": [e.attachment_id for e in violation.evidence if e.attachment_id is not None],
        "camera": violation.camera.name,
        "place": violation.camera.place,
        "seen_at": seen.isoformat(timespec="minutes"),
        "gate_number": gate.number or "",
        "legal_by": gate.legal_by,
        "legal_number": gate.legal_number,
        "legal_on": gate.legal_on.isoformat() if gate.legal_on else "",
        "technical_by": gate.technical_by,
        "technical_number": gate.technical_number,
        "technical_on": gate.technical_on.isoformat() if gate.technical_on else "",
        "published_where": gate.published_where,
        "published_on": gate.published_on.isoformat() if gate.published_on else "",
    }
