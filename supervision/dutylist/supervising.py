"""Verbs of an authority's list: each change of a line is a new version of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from supervision.authority import queries as authorities
from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.spans import Frequency, due_after
from supervision.core.text import N_
from supervision.dutylist import queries, rules
from supervision.dutylist.models import SupervisionDone, SupervisionDuty
from supervision.dutylist.rules import Grade

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """Item, basis, class, frequency, unit and person of a line."""

    what: str
    basis: str
    grade: Grade
    frequency: Frequency
    unit: str
    industry: str = ""
    account_id: int | None = None
    person: str = ""


def add(authority_id: int, actor: Actor, given: Line) -> SupervisionDuty:
    """A line of an authority of the actor's own."""
    _check(actor, Permission.DUTYLIST_EDIT, given)
    try:
        authority = authorities.editable(authority_id, actor)
    except NotFound:
        raise InvalidInput(N_("Choose one of the list."), field="authority_id") from None
    made = _version(authority.id, actor, given, None, "")
    made.line = made.id
    db.session.flush()
    audit.record(actor, "supervision_duty.add", made, **asdict(given))
    return made


def change(old: SupervisionDuty, actor: Actor, given: Line, *, reason: str) -> SupervisionDuty:
    """Another version from today on; the one before ends with the same reason."""
    _check(actor, Permission.DUTYLIST_EDIT, given)
    _check_live(old)
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    if line_of(old) == given:
        raise InvalidInput(N_("Nothing was changed."), field="what")
    old.ends_on, old.end_reason = clock.today() - _DAY, reason
    made = _version(old.authority_id, actor, given, old, reason)
    audit.record(actor, "supervision_duty.change", made, reason=reason, **asdict(given))
    return made


def end(duty: SupervisionDuty, actor: Actor, *, reason: str) -> None:
    """Take a line off the list; its versions and what was done stay."""
    _check(actor, Permission.DUTYLIST_EDIT)
    _check_live(duty)
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    duty.ends_on, duty.end_reason = clock.today() - _DAY, reason
    db.session.flush()
    audit.record(actor, "supervision_duty.end", duty, reason=reason)


def complete(
    duty: SupervisionDuty, actor: Actor, *, starts_on: date, note: str, link: str
) -> SupervisionDone:
    """Say that it was done for the period that begins on ``starts_on``."""
    _check(actor, Permission.DUTYLIST_DO)
    _check_live(duty)
    rules.check_evidence(note, link, 0)
    known = [d.starts_on for d in queries.supervision_done(duty.line, actor)]
    if starts_on in known:
        raise Conflict(N_("It was said to be done for this period already."))
    spans = rules.open_spans(duty.frequency, duty.begins_on, clock.today(), known)
    span = next((s for s in spans if s.first == starts_on), None)
    if span is None:
        raise InvalidInput(N_("Choose one of the list."), field="period")
    made = SupervisionDone(
        authority_id=duty.authority_id,
        duty_id=duty.id,
        line=duty.line or duty.id,
        starts_on=span.first,
        ends_on=span.last,
        at=clock.now(),
        by_id=actor.id,
        by=actor.name,
        note=note,
        link=link,
    )
    db.session.add(made)
    duty.done_until = max(span.last, duty.done_until or span.last)
    duty.due_on = due_after(duty.frequency, duty.begins_on, duty.done_until).last
    db.session.flush()
    audit.record(actor, "supervision_duty.done", duty, starts_on=span.first, note=note, link=link)
    return made


def line_of(duty: SupervisionDuty) -> Line:
    names = Line.__dataclass_fields__
    return Line(**{name: getattr(duty, name) for name in names})


def _version(
    authority_id: int, actor: Actor, given: Line, old: SupervisionDuty | None, reason: str
) -> SupervisionDuty:
    today = clock.today()
    until = old.done_until if old else None
    made = SupervisionDuty(
        **asdict(given),
        authority_id=authority_id,
        line=old.line if old else None,
        reason=reason,
        begins_on=today,
        done_until=until,
        due_on=due_after(given.frequency, today, until).last,
        created_at=clock.now(),
        created_by=actor.name,
    )
    db.session.add(made)
    db.session.flush()
    if given.account_id and given.account_id != actor.id:
        notices.queue(
            "dutylist.assigned",
            Audience.ACCOUNT,
            given.account_id,
            link=f"/duties/supervision/{made.id}",
            what=given.what[:80],
            due_on=made.due_on,
        )
    return made


def _check(actor: Actor, permission: Permission, given: Line | None = None) -> None:
    if not actor.is_regulator or not actor.may(permission):
        raise Forbidden(N_("This is for the authority."))
    if given is None:
        return
    for name in ("what", "basis", "unit"):
        if not getattr(given, name):
            raise InvalidInput(N_("This field is required."), field=name)
    if given.industry and not given.industry.isdecimal():
        raise InvalidInput(N_("Digits of GB/T 4754."), field="industry")
    if given.account_id is None and not given.person:
        raise InvalidInput(N_("Choose a person, or name a post."), field="account_id")


def _check_live(duty: SupervisionDuty) -> None:
    if not duty.is_live:
        raise Conflict(N_("This line has ended."))
