"""Licences brought to a state the way people bring them there."""

from __future__ import annotations

import io
from datetime import date, timedelta

from supervision import seeds
from supervision.core import attachments, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import Attachment
from supervision.core.db import transaction
from supervision.core.workdays import add_months
from supervision.enterprise import queries as enterprises
from supervision.licence import queries, service, steps
from supervision.licence.models import Licence
from supervision.licence.rules import Means
from supervision.licence.service import Paper
from supervision.licence.steps import Decision
from supervision.licence.workflow import LicenceState
from tests.cast import Cast

S = LicenceState
TERM = 36
PDF = b"%PDF-1.4\n%%EOF\n"


def scan(actor: Actor) -> Attachment:
    return attachments.store_scan(actor, io.BytesIO(PDF), "licence.pdf", field="scans")


def paper(**changes: object) -> Paper:
    """A work safety licence that began half a year ago; ``valid_to`` moves its beginning along."""
    today = clock.today()
    begin = add_months(today, -6)
    end = changes.get("valid_to", add_months(begin, TERM) - timedelta(days=1))
    if isinstance(end, date):
        begin = add_months(end + timedelta(days=1), -TERM)
    values: dict[str, object] = {
        "type_code": "WORK_SAFETY",
        "number": "ZJ-WS-2026-0001",
        "issuing_authority": "Invented Bureau",
        "issued_on": min(begin, today),
        "valid_from": begin,
        "valid_to": end,
    }
    return Paper(**{**values, **changes})  # type: ignore[arg-type]


def decision(**changes: object) -> Decision:
    values: dict[str, object] = {
        "decision_number": "Invented Decision 7",
        "decided_on": clock.today(),
        "reason": "Conditions are no longer met",
    }
    return Decision(**{**values, **changes})  # type: ignore[arg-type]


def make_licence(
    cast: Cast,
    state: LicenceState = S.VALID,
    *,
    by: str = "plant_manager",
    officer: str = "district_officer",
    enterprise_id: int | None = None,
    applied_on: date | None = None,
    with_scan: bool = False,
    **changes: object,
) -> int:
    """A licence of the plant in ``state``; returns its id. Loads the types where there are none."""
    actor, judge = cast[by], cast[officer]
    with transaction():
        seeds.load_licence_types()
        plant = enterprises.get_enterprise(enterprise_id or cast.plant_id, actor)
        scans = [scan(actor)] if with_scan else []
        made = service.record(plant, actor, paper(scans=scans, **changes))
        licence = queries.get_licence(made.id, SYSTEM)
        if state is S.RETURNED:
            service.send_back(licence, judge, reason="The number differs")
        elif state is S.DISCARDED:
            service.discard(licence, actor, reason="Entered twice")
        elif state is not S.DRAFT:
            service.verify(licence, judge, means=Means.SCAN)
        if applied_on is not None:
            steps.apply(licence, actor, applied_on=applied_on)
        verbs = {
            S.SUSPENDED: steps.suspend,
            S.REVOKED: steps.revoke,
            S.SURRENDERED: steps.surrender,
        }
        if state in verbs:
            verbs[state](licence, judge, decision())
        return licence.id


def load_licence(licence_id: int, actor: Actor = SYSTEM) -> Licence:
    return queries.get_licence(licence_id, actor)


def ending(days: int) -> date:
    """The last day of a licence whose last day to apply is ``days`` ahead (three months before)."""
    return add_months(clock.today() + timedelta(days=days), 3)


def a_licence(cast: Cast, enterprise_id: int, officer: str, mark: str) -> dict[str, int]:
    """Ids of a licence with a scan, under the names that addresses give them."""
    made = make_licence(
        cast,
        by=officer,
        officer=officer,
        enterprise_id=enterprise_id,
        number=f"{mark} licence",
        issuing_authority=f"{mark} issuer",
        valid_to=ending(-3),
        with_scan=True,
    )
    licence = load_licence(made)
    return {
        "licence.licence_id": made,
        "licence.file_id": licence.files[0].id,
        "licence.type_id": licence.type_id,
    }
