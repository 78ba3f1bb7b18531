"""Verbs of registration: an enterprise asks to be put on the roll, an officer answers.

Whoever applies is nobody's account, so nothing here tells them what stands on the roll: a code
that is known already is taken in like any other, and the officer sees what it meets.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from supervision.core import audit, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.enterprise import rules, service
from supervision.enterprise.duplicate_rules import digits
from supervision.enterprise.file_values import restored, stored
from supervision.enterprise.models import Enterprise
from supervision.enterprise.request_models import Registration, RegistrationFile
from supervision.enterprise.workflow import REGISTRATION_WORKFLOW, RegistrationState

# Somebody without an account. Sees all divisions, may do nothing.
APPLICANT = replace(SYSTEM, name="applicant", role="", permissions=frozenset())
# Nothing that is misread over the telephone: no 0/O, 1/I/L.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 3, 4

# (actor, enterprise id, user name, name, telephone) -> the user name and first password.
Welcome = Callable[[Actor, int, str, str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who answers questions about the registration."""

    contact: str
    contact_phone: str


class Unknowing:
    """Checks a file without telling which codes are on the roll."""

    def has_region(self, code: str) -> bool:
        return service.ROLL.has_region(code)

    def holder(self, uscc: str) -> int | None:  # noqa: ARG002 - that is the point
        return None


def receipt_number() -> str:
    """A number that nobody guesses (59 bits): it is half of the key to the receipt."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(("ZC", *groups))


def submit(
    values: Mapping[str, Any], applicant: Applicant, scans: Sequence[Attachment] = ()
) -> Registration:
    """Take a registration in. Raises InvalidInput naming the field that does not fit."""
    clean = _checked(values, applicant)
    row = Registration(
        number=receipt_number(),
        status=RegistrationState.SUBMITTED,
        uscc=clean["uscc"],
        name=clean["name"],
        region_code=clean["region_code"],
        given=stored(clean),
        contact=applicant.contact,
        contact_phone=applicant.contact_phone,
        submitted_at=clock.now(),
        rounds=1,
        answer="",
    )
    db.session.add(row)
    db.session.flush()
    _keep(row, scans)
    audit.record(APPLICANT, "registration.submit", row, number=row.number, given=row.given)
    return row


def resend(
    row: Registration,
    values: Mapping[str, Any],
    applicant: Applicant,
    scans: Sequence[Attachment] = (),
) -> None:
    """Send a returned registration in again, mended."""
    if row.status is not RegistrationState.RETURNED:
        raise Conflict(N_("This registration is not waiting for you."))
    clean = _checked(values, applicant)
    row.uscc, row.name, row.region_code = clean["uscc"], clean["name"], clean["region_code"]
    row.given, row.contact = stored(clean), applicant.contact
    row.contact_phone = applicant.contact_phone
    row.status, row.submitted_at = RegistrationState.SUBMITTED, clock.now()
    row.rounds += 1
    _keep(row, scans)
    audit.record(APPLICANT, "registration.resend", row, number=row.number, given=row.given)


def check(values: Mapping[str, Any], applicant: Applicant) -> None:
    """Raises InvalidInput as :func:`submit` would, before anything of a stranger's is stored."""
    _checked(values, applicant)


def _checked(values: Mapping[str, Any], applicant: Applicant) -> dict[str, Any]:
    if not applicant.contact:
        raise InvalidInput(N_("This field is required."), field="contact")
    if not rules.is_phone(applicant.contact_phone):
        raise InvalidInput(N_("This is not a telephone number."), field="contact_phone")
    return service.checked(APPLICANT, values, known=Unknowing())


def _keep(row: Registration, scans: Sequence[Attachment]) -> None:
    for scan in scans:
        db.session.add(RegistrationFile(registration_id=row.id, attachment_id=scan.id))
    db.session.flush()
    db.session.expire(row, ["files"])


def find(number: str, phone: str) -> Registration | None:
    """The registration with this number, if the telephone is the one that was given with it."""
    stmt = select(Registration).where(Registration.number == number.strip().upper())
    reason = "the number and the telephone together are the key to the receipt"
    row = db.session.scalars(unscoped(stmt, reason=reason)).first()
    expected = digits(row.contact_phone) if row is not None else "-"
    fits = hmac.compare_digest(expected.encode(), (digits(phone) or "+").encode())
    return row if row is not None and fits else None


def accept(
    row: Registration,
    actor: Actor,
    *,
    officer_id: int | None = None,
    answer: str = "",
    welcome: Welcome | None = None,
) -> tuple[Enterprise, tuple[str, str] | None]:
    """Put the enterprise on the roll and open its first account.

    Returns the file, and the user name and password of the principal, which are kept nowhere.
    """
    step = REGISTRATION_WORKFLOW.check("accept", row, actor)
    enterprise = service.register(actor, {**restored(row.given), "officer_id": officer_id})
    row.status, row.enterprise_id = step.target, enterprise.id
    _answer(row, actor, answer)
    row.decided_at = row.answered_at
    audit.record(
        actor,
        "registration.accept",
        row,
        enterprise_id=enterprise.id,
        number=row.number,
        answer=answer,
    )
    if welcome is None:
        return enterprise, None
    person = enterprise.principal
    phone = enterprise.principal_phone or row.contact_phone
    return enterprise, welcome(actor, enterprise.id, enterprise.uscc.lower(), person, phone)


def give_back(row: Registration, actor: Actor, *, answer: str) -> None:
    """Say what has to be mended."""
    step = REGISTRATION_WORKFLOW.check("return", row, actor, {"answer": answer})
    row.status = step.target
    _answer(row, actor, answer)
    audit.record(actor, "registration.return", row, number=row.number, answer=answer)


def refuse(row: Registration, actor: Actor, *, answer: str) -> None:
    """Refuse for good, with the reason."""
    step = REGISTRATION_WORKFLOW.check("refuse", row, actor, {"answer": answer})
    row.status = step.target
    _answer(row, actor, answer)
    row.decided_at = row.answered_at
    audit.record(actor, "registration.refuse", row, number=row.number, answer=answer)


def _answer(row: Registration, actor: Actor, answer: str) -> None:
    row.answer, row.answered_at, row.answered_by = answer, clock.now(), actor.name
