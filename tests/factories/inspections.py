"""Inspections of the plant brought to a state the way people bring them there."""

from __future__ import annotations

import io
import uuid
from datetime import date, timedelta

from PIL import Image

from supervision import seeds
from supervision.core import attachments, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import Attachment
from supervision.core.db import transaction
from supervision.core.statutory import Certainty
from supervision.enterprise import queries as enterprises
from supervision.hazard.rules import Category, Factor
from supervision.inspection import checklists, queries, service
from supervision.inspection.checklist_rules import ItemFields
from supervision.inspection.models import Inspection, ItemResult, Signer
from supervision.inspection.rules import NoticeForm
from supervision.inspection.service import Task
from supervision.inspection.workflow import InspectionKind, InspectionState
from tests.cast import Cast
from tests.factories.authorities import OFFICERS, certified_district
from tests.factories.hazards import photo

K, S = InspectionKind, InspectionState
ORDER = (S.DRAFT, S.SUBMITTED, S.APPROVED, S.NOTIFIED, S.ONGOING, S.RECORDED)
VISIT_ORDER = (S.DRAFT, S.ONGOING, S.RECORDED)


def prepare(cast: Cast) -> int:
    """The authority with its officers, and the templates of its papers; the authority's id."""
    with transaction():
        seeds.load_documents()
    return certified_district(cast)


def task(cast: Cast, **changes: object) -> Task:
    values: dict[str, object] = {
        "kind": K.ADMINISTRATIVE,
        "subject": "Guards of machines",
        "planned_on": clock.today(),
        "officer_ids": [cast.accounts[who] for who in OFFICERS],
        "basis": "Annual plan, line 3",
        "place": "Press shop",
    }
    return Task(**{**values, **changes})  # type: ignore[arg-type]


def signature(actor: Actor) -> Attachment:
    """A stroke on white, as a screen gives it."""
    out = io.BytesIO()
    Image.new("RGB", (120, 40), "white").save(out, "PNG")
    out.seek(0)
    return attachments.store_file(actor, out, "signature.png", "image/png", limit=100_000)


def load(inspection_id: int, actor: Actor) -> Inspection:
    return queries.get_inspection(inspection_id, actor)


def make_inspection(
    cast: Cast,
    state: InspectionState = S.DRAFT,
    *,
    by: str = "district_officer",
    approver: str | None = "section_chief",
    enterprise_id: int | None = None,
    failed: int = 1,
    with_photo: bool = False,
    day: date | None = None,
    **changes: object,
) -> int:
    """An inspection of the plant in ``state``, ``failed`` of its items so; returns its id.

    ``approver`` None: the administrator of the installation, for whom no one has to stand.
    Needs :func:`prepare`. The items are two of its own, since no checklist is asked for.
    """
    officer = cast[by]
    wanted = task(cast, **({"planned_on": day} if day else {}), **changes)
    order = ORDER if wanted.kind is K.ADMINISTRATIVE else VISIT_ORDER
    steps = order[: order.index(state) + 1]
    with transaction():
        plant = enterprises.get_enterprise(enterprise_id or cast.plant_id, officer)
        found = service.create(plant, officer, wanted)
        if S.SUBMITTED in steps:
            service.submit(found, officer)
        if S.APPROVED in steps:
            service.approve(found, cast[approver] if approver else SYSTEM, note="Go")
        if S.NOTIFIED in steps:
            service.notify(found, officer, form=NoticeForm.WRITTEN)
        if S.ONGOING in steps:
            service.start(found, officer)
            answer(found, officer, failed=failed, items=max(2, failed))
            if with_photo:
                add_photo(found, officer)
        if S.RECORDED in steps:
            facts(found, officer)
            sign_all(found, officer, cast)
            service.record(found, officer)
        return found.id


def answer(inspection: Inspection, officer: Actor, *, failed: int, items: int = 2) -> None:
    """Items of the officers' own, the first ``failed`` of them with a finding."""
    for number in range(1, items + 1):
        is_bad = number <= failed
        service.add_item(
            inspection,
            officer,
            text=f"Guard {number} is fitted",
            basis="Work Safety Law, art. 36",
            client_id=str(uuid.uuid4()),
            result=ItemResult.FAIL if is_bad else ItemResult.PASS,
            finding=f"Guard {number} is missing" if is_bad else "",
        )


def add_photo(inspection: Inspection, officer: Actor) -> None:
    service.add_photo(
        inspection,
        officer,
        photo(officer),
        item=inspection.items[0],
        client_id=str(uuid.uuid4()),
    )


def make_checklist(
    cast: Cast, *, code: str = "PRESS", by: str = "section_chief", begins_in: int = 1
) -> tuple[int, int]:
    """A list of one item that begins in so many days; ids of both."""
    fields = ItemFields(
        section="Guards",
        text="Guard is fitted",
        basis="Work Safety Law, art. 36",
        method="Look",
        factor=Factor.OBJECT,
        category=Category.EQUIPMENT,
    )
    with transaction():
        head = checklists.Head(
            name="Presses",
            industry="33",
            effective_from=clock.today() + timedelta(days=begins_in),
            source="Written for tests",
            certainty=Certainty.MEDIUM,
        )
        made = checklists.create(cast[by], code, head, [fields])
        return made.id, made.items[0].id


def facts(inspection: Inspection, officer: Actor, **changes: str | bool) -> None:
    values: dict[str, str | bool] = {
        "party_name": "P. Principal",
        "party_post": "Principal",
        "party_phone": "13800000001",
        "certificates_shown": True,
        "recusal_told": True,
        "situation": "Two presses of line 2 were looked at.",
        "handling": "Correction within a time limit is ordered.",
        "private_note": "ZZPRIVATE: they knew beforehand",
    }
    service.describe(inspection, officer, **{**values, **changes})


def sign_all(inspection: Inspection, officer: Actor, cast: Cast) -> None:
    """Both officers and the enterprise's person."""
    for one in inspection.officers:
        service.sign(
            inspection,
            officer,
            signer=Signer.OFFICER,
            account_id=one.account_id,
            name=one.name,
            attachment=signature(officer),
            client_id=str(uuid.uuid4()),
        )
    service.sign(
        inspection,
        officer,
        signer=Signer.PARTY,
        name="P. Principal",
        attachment=signature(officer),
        client_id=str(uuid.uuid4()),
    )
