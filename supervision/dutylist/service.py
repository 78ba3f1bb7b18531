"""Verbs of an enterprise's list: adopt the law's duties, add one's own, assign, do, end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from supervision.account import queries as accounts
from supervision.account.grants import ROLE_GRANTS
from supervision.account.models import Account
from supervision.account.roles import Role
from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.spans import Frequency, due_after, span_of
from supervision.core.text import N_
from supervision.dutylist import months, queries, rules
from supervision.dutylist.models import DutyDone, DutyFile, DutyTemplate, EnterpriseDuty
from supervision.dutylist.rules import Holder
from supervision.enterprise.models import Enterprise

_DAY = timedelta(days=1)
_ROLES = {Holder.PRINCIPAL: Role.PRINCIPAL, Holder.MANAGER: Role.SAFETY_MANAGER}


@dataclass(frozen=True, slots=True)
class Fields:
    """A line that an enterprise adds: what, how, by whom, how often."""

    what: str
    frequency: Frequency
    how: str = ""
    clause: str = ""
    account_id: int | None = None
    person: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows that it was done; at least one of the three."""

    note: str = ""
    link: str = ""
    files: Sequence[Attachment] = field(default_factory=tuple)


def adopt(enterprise: Enterprise, actor: Actor) -> int:
    """Take over the law's duties in force today; returns how many lines are new.

    Again it takes what was added or changed since: the old version ends, its person stays.
    """
    _check_own(actor, Permission.DUTYLIST_EDIT)
    # Of two who press it at once the second finds what the first took over.
    months.hold([enterprise.id])
    today, made = clock.today(), 0
    known = {d.code: d for d in queries.live(enterprise.id, actor) if d.code}
    people = assignable(enterprise.id, actor)
    for template in queries.templates_on(today):
        old = known.get(template.code)
        if old is not None and old.template_id == template.id:
            continue
        if old is not None:
            old.ends_on, old.end_reason = today - _DAY, template.source
        _take_over(enterprise, actor, template, old, people)
        made += 1
    if not made:
        raise Conflict(N_("Every duty of the law is on the list already."))
    db.session.flush()
    audit.record(actor, "dutylist.adopt", enterprise, enterprise_id=enterprise.id, count=made)
    months.refresh(enterprise.id, today)
    return made


def _take_over(
    enterprise: Enterprise,
    actor: Actor,
    template: DutyTemplate,
    old: EnterpriseDuty | None,
    people: Collection[Account],
) -> None:
    role = _ROLES.get(template.holder)
    first = next((a.id for a in people if a.role is role), None)
    until = old.done_until if old else None
    today = clock.today()
    db.session.add(
        EnterpriseDuty(
            enterprise_id=enterprise.id,
            template_id=template.id,
            code=template.code,
            duty=template.duty,
            position=template.position,
            holder=template.holder,
            what=template.what,
            how=template.how,
            clause=template.clause,
            frequency=template.frequency,
            account_id=old.account_id if old else first,
            person=old.person if old else "",
            begins_on=today,
            done_until=until,
            due_on=due_after(template.frequency, today, until).last,
            created_at=clock.now(),
            created_by=actor.name,
        )
    )


def add(enterprise: Enterprise, actor: Actor, given: Fields) -> EnterpriseDuty:
    """A line of the enterprise's own. Raises InvalidInput naming the field."""
    _check_own(actor, Permission.DUTYLIST_EDIT)
    if not given.what:
        raise InvalidInput(N_("This field is required."), field="what")
    _check_person(enterprise.id, actor, given.account_id, given.person)
    lines = queries.live(enterprise.id, actor)
    if len(lines) >= queries.MOST_DUTIES:
        raise Conflict(N_("The list is full: end a line that is no longer needed."))
    today = clock.today()
    made = EnterpriseDuty(
        enterprise_id=enterprise.id,
        position=max((d.position for d in lines), default=0) + 1,
        holder=Holder.OTHER,
        what=given.what,
        how=given.how,
        clause=given.clause,
        frequency=given.frequency,
        account_id=given.account_id,
        person=given.person,
        begins_on=today,
        due_on=span_of(given.frequency, today).last,
        created_at=clock.now(),
        created_by=actor.name,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "dutylist.add", made, what=given.what, frequency=given.frequency)
    _tell(made, actor)
    months.refresh(enterprise.id, today)
    return made


def assign(duty: EnterpriseDuty, actor: Actor, *, account_id: int | None, person: str) -> None:
    """Give it to an account, or to a post by its name. The words of the law stay."""
    _check_own(actor, Permission.DUTYLIST_EDIT)
    _check_live(duty)
    _check_person(duty.enterprise_id, actor, account_id, person)
    before = [duty.account_id, duty.person]
    duty.account_id, duty.person = account_id, person
    db.session.flush()
    audit.record(actor, "dutylist.assign", duty, before=before, after=[account_id, person])
    if before[0] != account_id:
        _tell(duty, actor)


def complete(duty: EnterpriseDuty, actor: Actor, *, starts_on: date, given: Evidence) -> DutyDone:
    """Say that it was done for the period that begins on ``starts_on``."""
    _check_own(actor, Permission.DUTYLIST_DO)
    _check_live(duty)
    rules.check_evidence(given.note, given.link, len(given.files))
    known = [d.starts_on for d in queries.done_of(duty.id, actor)]
    if starts_on in known:
        raise Conflict(N_("It was said to be done for this period already."))
    spans = rules.open_spans(duty.frequency, duty.begins_on, clock.today(), known)
    span = next((s for s in spans if s.first == starts_on), None)
    if span is None:
        raise InvalidInput(N_("Choose one of the list."), field="period")
    made = DutyDone(
        enterprise_id=duty.enterprise_id,
        duty_id=duty.id,
        starts_on=span.first,
        ends_on=span.last,
        at=clock.now(),
        by_id=actor.id,
        by=actor.name,
        note=given.note,
        link=given.link,
        files=[DutyFile(attachment=f) for f in given.files],
    )
    db.session.add(made)
    duty.done_until = max(span.last, duty.done_until or span.last)
    duty.due_on = due_after(duty.frequency, duty.begins_on, duty.done_until).last
    db.session.flush()
    audit.record(
        actor, "dutylist.done", duty, starts_on=span.first, note=given.note, link=given.link,
        files=len(given.files),
    )  # fmt: skip
    months.refresh(duty.enterprise_id, span.last)
    return made


def end(duty: EnterpriseDuty, actor: Actor, *, reason: str) -> None:
    """Take off the list a line of one's own, or one that the law no longer asks.

    What was done of it stays.
    """
    _check_own(actor, Permission.DUTYLIST_EDIT)
    _check_live(duty)
    if duty.template is not None and is_in_force(duty.template):
        raise Conflict(N_("A duty of the law is not taken off the list."))
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    duty.ends_on, duty.end_reason = max(clock.today(), duty.begins_on) - _DAY, reason
    db.session.flush()
    audit.record(actor, "dutylist.end", duty, reason=reason)
    months.refresh(duty.enterprise_id, clock.today())


def is_in_force(template: DutyTemplate) -> bool:
    return template.effective_to is None or template.effective_to >= clock.today()


def assignable(enterprise_id: int, actor: Actor) -> list[Account]:
    """The enterprise's people who can say that a duty was done."""
    people = accounts.members(enterprise_id, actor)
    return [a for a in people if a.is_active and Permission.DUTYLIST_DO in ROLE_GRANTS[a.role]]


def _check_person(enterprise_id: int, actor: Actor, account_id: int | None, person: str) -> None:
    if account_id is None and not person:
        raise InvalidInput(N_("Choose a person, or name a post."), field="account_id")
    if account_id is not None and account_id not in {
        a.id for a in assignable(enterprise_id, actor)
    }:
        raise InvalidInput(N_("Choose one of the list."), field="account_id")


def _check_own(actor: Actor, permission: Permission) -> None:
    """The list is the enterprise's own; the authority only reads it."""
    if actor.is_regulator or not actor.may(permission):
        raise Forbidden(N_("This is for the enterprise."))


def _check_live(duty: EnterpriseDuty) -> None:
    if not duty.is_live:
        raise Conflict(N_("This line has ended."))


def _tell(duty: EnterpriseDuty, actor: Actor) -> None:
    if duty.account_id is None or duty.account_id == actor.id:
        return
    notices.queue(
        "dutylist.assigned",
        Audience.ACCOUNT,
        duty.account_id,
        link=f"/duties/items/{duty.id}",
        what=duty.what[:80],
        due_on=duty.due_on,
    )
