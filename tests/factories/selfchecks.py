"""Lists, plans and rounds of self-checks."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from supervision.account.models import Account
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped, visible
from supervision.core.statutory import Certainty
from supervision.enterprise import queries as enterprises
from supervision.hazard.rules import Category, Factor
from supervision.selfcheck import service
from supervision.selfcheck.models import (
    CheckAssignment,
    CheckPhoto,
    CheckPlan,
    CheckRound,
    CheckTemplate,
    CheckTemplateItem,
)
from supervision.selfcheck.rules import Frequency
from tests.factories.hazards import photo

BEGAN = date(2026, 1, 1)


def a_list(
    code: str = "TEST",
    *frequencies: Frequency,
    effective_from: date = BEGAN,
    effective_to: date | None = None,
    enterprise_id: int | None = None,
) -> CheckTemplate:
    """A list in force with an item of each frequency (a daily one unless said)."""
    made = CheckTemplate(
        code=code,
        name=f"Walk {code}",
        enterprise_id=enterprise_id,
        effective_from=effective_from,
        effective_to=effective_to,
        source="Invented",
        certainty=Certainty.MEDIUM,
        items=[
            CheckTemplateItem(
                position=n,
                section="Workshop",
                text=f"Item {n}",
                basis="Work Safety Law art. 41",
                method="Look",
                frequency=frequency,
                factor=Factor.OBJECT,
                category=Category.EQUIPMENT,
            )
            for n, frequency in enumerate(frequencies or (Frequency.DAILY,), start=1)
        ],
    )
    db.session.add(made)
    db.session.flush()
    return made


def a_plan_of_rounds(
    enterprise_id: int, code: str = "TEST", *, account_id: int | None = None, area: str = ""
) -> CheckPlan:
    """The enterprise walks the list from today on; the rounds of today are made."""
    fields = service.PlanFields(code, clock.today(), area=area, account_id=account_id)
    return service.adopt(enterprises.get_enterprise(enterprise_id, SYSTEM), SYSTEM, fields)


def an_assignment(code: str) -> CheckAssignment:
    """What the section chief has asked for and nobody has worked on yet."""
    chief = select(Account.id).where(Account.username == "section_chief")
    made = CheckAssignment(
        template_code=code,
        begins_on=clock.today() + timedelta(days=1),
        asked_by_id=db.session.scalars(unscoped(chief, reason="the cast")).one(),
        asked_by="Section Chief",
        asked_at=clock.now(),
        total=1,
    )
    db.session.add(made)
    db.session.flush()
    return made


def a_selfcheck(enterprise_id: int, mark: str) -> dict[str, int]:
    """A list that is walked, with an open round and a photo; its next version; one set for many."""
    with transaction():
        code = f"OWN-{enterprise_id}"
        tomorrow = clock.today() + timedelta(days=1)
        made = a_list(code, enterprise_id=enterprise_id, effective_to=clock.today())
        draft = a_list(code, enterprise_id=enterprise_id, effective_from=tomorrow)
        made.name = draft.name = f"{mark} walk"
        plan = a_plan_of_rounds(enterprise_id, code, area=f"{mark} hall")
        stmt = visible(CheckRound, SYSTEM).where(CheckRound.plan_id == plan.id)
        one = db.session.scalars(stmt).one()
        taken = CheckPhoto(
            round_id=one.id,
            attachment_id=photo(SYSTEM).id,
            client_id=f"photo-{enterprise_id}",
            taken_at=clock.now(),
            taken_by=mark,
        )
        db.session.add(taken)
        db.session.flush()
        return {
            "selfcheck.round_id": one.id,
            "selfcheck.photo_id": taken.id,
            "selfcheck.plan_id": plan.id,
            "selfcheck.list_id": draft.id,
            "selfcheck.item_id": draft.items[0].id,
            "selfcheck.assignment_id": an_assignment(code).id,
        }
