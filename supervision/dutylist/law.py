"""The duties that the law gives every enterprise: versions in force, new ones, their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import func, or_, select

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.spans import Frequency
from supervision.core.statutory import Certainty
from supervision.core.text import N_
from supervision.dutylist.models import DutyTemplate
from supervision.dutylist.rules import Holder

MOST = 200


@dataclass(frozen=True, slots=True)
class Version:
    """What a new version says. ``duty``: key of its explanation, "" for none."""

    code: str
    duty: str
    holder: Holder
    what: str
    how: str
    clause: str
    frequency: Frequency
    effective_from: date
    source: str
    certainty: Certainty
    note: str = ""


def current() -> Sequence[DutyTemplate]:
    """Of each duty the version in force and those to come, in their order."""
    until = DutyTemplate.effective_to
    stmt = (
        select(DutyTemplate)
        .where(or_(until.is_(None), until >= clock.today()))
        .order_by(DutyTemplate.position, DutyTemplate.code, DutyTemplate.effective_from)
        .limit(MOST)
    )
    return db.session.scalars(stmt).all()


def get(template_id: int) -> DutyTemplate:
    found = db.session.get(DutyTemplate, template_id)
    if found is None:
        raise NotFound
    return found


def versions(code: str) -> Sequence[DutyTemplate]:
    """All versions of a duty, newest first."""
    stmt = (
        select(DutyTemplate)
        .where(DutyTemplate.code == code)
        .order_by(DutyTemplate.effective_from.desc())
        .limit(MOST)
    )
    return db.session.scalars(stmt).all()


def add_version(actor: Actor, version: Version) -> DutyTemplate:
    """A new duty, or a new version of one; the version before it ends the day before.

    No list changes by this: each enterprise is offered the new version, and takes it over.
    """
    _check(actor)
    earlier = versions(version.code)
    _check_day(version.effective_from, earlier)
    if earlier and earlier[0].effective_to is None:
        earlier[0].effective_to = version.effective_from - clock.DAY
    position = earlier[0].position if earlier else _last_position() + 1
    row = DutyTemplate(**asdict(version), position=position, effective_to=None)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "duty_template.add", row, code=row.code, since=row.effective_from)
    return row


def end(template: DutyTemplate, actor: Actor, *, last_day: date, reason: str) -> None:
    """The law no longer asks it after ``last_day``; enterprises may then end their lines of it."""
    _check(actor)
    if template.effective_to is not None:
        raise Conflict(N_("This version has an end already."))
    if last_day < max(clock.today(), template.effective_from):
        raise InvalidInput(N_("A duty ends today or later."), field="last_day")
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    template.effective_to = last_day
    db.session.flush()
    audit.record(actor, "duty_template.end", template, last_day=last_day, reason=reason)


def _check(actor: Actor) -> None:
    if not (actor.is_regulator and actor.may(Permission.DUTYLIST_EDIT)):
        raise Forbidden(N_("This is for the authority."))


def _check_day(since: date, earlier: Sequence[DutyTemplate]) -> None:
    if since <= clock.today():
        raise InvalidInput(N_("A new version begins tomorrow or later."), field="effective_from")
    last = max((d for v in earlier for d in (v.effective_from, v.effective_to) if d), default=None)
    if last is not None and last >= since:
        raise InvalidInput(N_("A later version exists already."), field="effective_from")


def _last_position() -> int:
    return db.session.scalar(select(func.max(DutyTemplate.position))) or 0
