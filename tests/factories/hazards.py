"""Tickets brought to a state the way people bring them there."""

from __future__ import annotations

import io
from datetime import date, timedelta

from PIL import Image

from supervision.core import attachments, clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import transaction
from supervision.enterprise import queries as enterprises
from supervision.hazard import major, queries, service
from supervision.hazard.major_rules import PLAN_PARTS, PlanParts, RecordForm, RecordKind
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Category, Factor, Grade, Source
from supervision.hazard.workflow import HazardState
from tests.cast import Cast

ORDER = (
    HazardState.REPORTED,
    HazardState.GRADED,
    HazardState.ASSIGNED,
    HazardState.RECTIFYING,
    HazardState.SUBMITTED,
    HazardState.CLOSED,
)


def picture(colour: str = "orange", size: tuple[int, int] = (64, 48)) -> bytes:
    """A real JPEG."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def photo(actor: Actor) -> Attachment:
    return attachments.store_photo(actor, io.BytesIO(picture()), "photo.jpg", field="photos")


def finding(**changes: object) -> service.Finding:
    values: dict[str, object] = {
        "source": Source.PATROL,
        "found_at": clock.now() - timedelta(minutes=5),
        "place": "Line 2",
        "description": "Guard of the press is missing",
        "factor": Factor.OBJECT,
        "category": Category.EQUIPMENT,
    }
    return service.Finding(**{**values, **changes})  # type: ignore[arg-type]


def plan_parts(**changes: str) -> PlanParts:
    """A plan that says something in each part."""
    parts = {name: f"Plan: {name}" for name in PLAN_PARTS}
    return PlanParts(**{**parts, **changes})


def document(
    hazard: Hazard, actor: Actor, *kinds: RecordKind, paper: Attachment | None = None
) -> None:
    """Tell everybody of a major hazard, today."""
    for kind in kinds or RecordKind:
        major.record(
            hazard,
            actor,
            kind=kind,
            given_on=clock.today(),
            form=RecordForm.WRITTEN,
            given_by="P. Principal",
            receiver="Those concerned",
            attachment=paper,
        )


def make_hazard(
    cast: Cast,
    state: HazardState = HazardState.REPORTED,
    *,
    by: str = "district_officer",
    rectifier: str = "safety_manager",
    verifier: str | None = None,
    due_on: date | None = None,
    grade: Grade = Grade.GENERAL,
    **changes: object,
) -> int:
    """A ticket of the plant in ``state``; returns its id."""
    raiser, fixer = cast[by], cast[rectifier]
    if not raiser.is_regulator:
        changes.setdefault("source", Source.SELF_CHECK)
    steps = ORDER[: ORDER.index(state) + 1]
    with transaction():
        plant = enterprises.get_enterprise(cast.plant_id, raiser)
        hazard = service.report(plant, raiser, finding(**changes))
        if HazardState.GRADED in steps:
            reason = "in words" if grade is Grade.MAJOR else ""
            service.grade(hazard, raiser, grade=grade, reason=reason)
        if HazardState.ASSIGNED in steps:
            day = due_on or clock.today() + timedelta(days=7)
            service.assign(hazard, raiser, responsible_person="S. Manager", due_on=day)
        if HazardState.RECTIFYING in steps:
            parts = plan_parts() if grade is Grade.MAJOR else None
            service.start(hazard, fixer, measures="Fit the guard", parts=parts)
        if HazardState.SUBMITTED in steps:
            if grade is Grade.MAJOR:
                document(hazard, fixer)
            service.submit(hazard, fixer, note="Guard fitted", photos=[photo(fixer)])
        if HazardState.CLOSED in steps:
            service.verify(hazard, cast[verifier or by], note="Seen on site")
        return hazard.id


def load(hazard_id: int, actor: Actor):
    return queries.get_hazard(hazard_id, actor)
