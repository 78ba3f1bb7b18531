"""Duty lists of both sides."""

from __future__ import annotations

from dataclasses import replace

from supervision import seeds
from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor, Side
from supervision.core.attachments import Attachment
from supervision.core.db import db, transaction
from supervision.core.spans import Frequency
from supervision.dutylist import queries, service, supervising
from supervision.dutylist.models import EnterpriseDuty
from supervision.dutylist.rules import Grade
from supervision.enterprise import queries as enterprises
from tests.factories.licences import scan

# Somebody of an enterprise of whom the cast has nobody.
HAND = replace(SYSTEM, side=Side.ENTERPRISE)


def adopt(enterprise_id: int, actor: Actor = HAND) -> dict[str, int]:
    """The law's duties on an enterprise's list: id by code."""
    with transaction():
        seeds.load_duties()
        service.adopt(enterprises.get_enterprise(enterprise_id, actor), actor)
        return {d.code: d.id for d in queries.live(enterprise_id, actor)}


def load_duty(duty_id: int, actor: Actor = SYSTEM) -> EnterpriseDuty:
    return queries.get_duty(duty_id, actor)


def line(**changes: object) -> supervising.Line:
    values: dict[str, object] = {
        "what": "Check the dust collectors",
        "basis": "Invented Plan 7",
        "grade": Grade.KEY,
        "frequency": Frequency.MONTHLY,
        "unit": "Industry section",
        "person": "Section head",
    }
    return supervising.Line(**{**values, **changes})  # type: ignore[arg-type]


def some_duties(authority_id: int, enterprise_id: int, mark: str) -> dict[str, int | str]:
    """Ids of a duty with a file and of an authority's line, under the names of addresses."""
    actor = HAND
    with transaction():
        seeds.load_duties()
        plant = enterprises.get_enterprise(enterprise_id, actor)
        fields = service.Fields(
            f"{mark} duty", Frequency.MONTHLY, person=f"{mark} post", clause=f"{mark} clause"
        )
        duty = service.add(plant, actor, fields)
        shown: list[Attachment] = [scan(actor)]
        evidence = service.Evidence(f"{mark} note", files=shown)
        first = clock.today().replace(day=1)
        entry = service.complete(duty, actor, starts_on=first, given=evidence)
        file_id = entry.files[0].id
        task = supervising.add(authority_id, SYSTEM, line(what=f"{mark} task"))
        db.session.flush()
        return {
            "dutylist.duty_id": duty.id,
            "dutylist.file_id": file_id,
            "dutylist.task_id": task.id,
            "dutylist.kind": "xlsx",
        }
