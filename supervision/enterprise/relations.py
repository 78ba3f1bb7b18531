"""Verbs of parks and of agreements between enterprises that work on one site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.enterprise import relation_queries, rules, uscc
from supervision.enterprise.journal import log
from supervision.enterprise.models import Enterprise, EventKind
from supervision.enterprise.relation_models import EnterpriseLink, LinkCheck, Park
from supervision.enterprise.relation_rules import MOST_CHECK_MONTHS, LinkKind, next_check

PARK_FIELDS = ("name", "region_code", "managing_body", "contact", "contact_phone", "note")


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement as it is entered. ``valid_to`` None: until it is ended."""

    kind: LinkKind
    counterpart_name: str
    counterpart_uscc: str
    subject: str
    place: str
    agreement_no: str
    agreed_on: date
    valid_from: date
    valid_to: date | None
    coordinator: str
    coordination: str
    check_months: int


def keeps(enterprise_id: int, actor: Actor) -> bool:
    """Whether ``actor`` keeps the agreements of an enterprise: its own people, or the authority.

    The other side of an agreement reads it and does not write in it, nor does its authority.
    """
    if not actor.may(Permission.DOCUMENT_EDIT):
        return False
    if not actor.is_regulator:
        return enterprise_id in actor.enterprise_ids
    seen = visible(Enterprise, actor, Enterprise.id).where(Enterprise.id == enterprise_id)
    return db.session.scalar(seen) is not None


def add_link(
    enterprise: Enterprise, actor: Actor, terms: Agreement, scan: Attachment | None = None
) -> EnterpriseLink:
    """Enter an agreement that ``enterprise`` coordinates."""
    if not keeps(enterprise.id, actor):
        raise Forbidden
    code = uscc.normalise_uscc(terms.counterpart_uscc)
    _check(terms, code)
    other = relation_queries.holder(code) if code else None
    if other == enterprise.id:
        raise InvalidInput(
            N_("An enterprise has no agreement with itself."), field="counterpart_uscc"
        )
    row = EnterpriseLink(
        enterprise_id=enterprise.id,
        counterpart_id=other,
        kind=terms.kind,
        counterpart_name=terms.counterpart_name,
        counterpart_uscc=code,
        subject=terms.subject,
        place=terms.place,
        agreement_no=terms.agreement_no,
        agreed_on=terms.agreed_on,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        coordinator=terms.coordinator,
        coordination=terms.coordination,
        check_months=terms.check_months,
        next_check_on=next_check(terms.valid_from, terms.check_months, terms.valid_to),
        scan_id=scan.id if scan is not None else None,
        created_at=clock.now(),
        created_by=actor.name,
        ended_reason="",
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor,
        "link.add",
        row,
        enterprise_id=enterprise.id,
        kind=terms.kind,
        counterpart=terms.counterpart_name,
        about=terms.subject,
        valid_to=terms.valid_to,
    )
    _log(row, actor, EventKind.LINK, terms.subject)
    return row


def _check(terms: Agreement, code: str) -> None:
    for name in ("counterpart_name", "subject", "coordinator", "coordination"):
        if not getattr(terms, name):
            raise InvalidInput(N_("This field is required."), field=name)
    for problem in uscc.uscc_problems(code) if code else ():
        raise InvalidInput(problem.msgid, field="counterpart_uscc", **problem.params)
    if terms.valid_to is not None and terms.valid_to < terms.valid_from:
        raise InvalidInput(N_("The end lies before the beginning."), field="valid_to")
    if not 1 <= terms.check_months <= MOST_CHECK_MONTHS:
        raise InvalidInput(
            N_("Between 1 and %(most)s months."), field="check_months", most=MOST_CHECK_MONTHS
        )


def record_check(
    row: EnterpriseLink,
    actor: Actor,
    *,
    done_on: date,
    checked_by: str,
    findings: str,
    urged: str = "",
) -> LinkCheck:
    """Record that the coordinating side checked the other one (art. 49); the next one is set."""
    _check_running(row, actor)
    if done_on > clock.today():
        raise InvalidInput(N_("This day lies in the future."), field="done_on")
    for name, value in (("checked_by", checked_by), ("findings", findings)):
        if not value:
            raise InvalidInput(N_("This field is required."), field=name)
    check = LinkCheck(
        link_id=row.id,
        done_on=done_on,
        checked_by=checked_by,
        findings=findings,
        urged=urged,
        recorded_at=clock.now(),
        recorded_by=actor.name,
    )
    db.session.add(check)
    last = max([done_on, *(c.done_on for c in row.checks)])
    row.next_check_on = next_check(last, row.check_months, row.valid_to)
    db.session.flush()
    audit.record(
        actor, "link.check", row, done_on=done_on, checked_by=checked_by, findings=findings
    )
    _log(row, actor, EventKind.LINK_CHECKED, findings)
    return check


def end_link(row: EnterpriseLink, actor: Actor, *, reason: str) -> None:
    """The agreement is over; it stays in the file."""
    _check_running(row, actor)
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    row.ended_on, row.ended_reason, row.next_check_on = clock.today(), reason, None
    audit.record(actor, "link.end", row, reason=reason)
    _log(row, actor, EventKind.LINK_ENDED, reason)


def _check_running(row: EnterpriseLink, actor: Actor) -> None:
    if not keeps(row.enterprise_id, actor):
        raise Forbidden
    if row.ended_on is not None:
        raise Conflict(N_("This agreement has ended."))


def _log(row: EnterpriseLink, actor: Actor, kind: EventKind, note: str) -> None:
    # In the coordinating side's story only: the other side may lie out of the writer's sight.
    log(row.enterprise_id, actor, kind, note=f"{row.counterpart_name}\n{note}")


def add_park(actor: Actor, values: Mapping[str, Any]) -> Park:
    """A new park in the actor's region."""
    clean = _checked_park(actor, values, None)
    park = Park(**clean, created_at=clock.now())
    db.session.add(park)
    db.session.flush()
    audit.record(actor, "park.add", park, **clean)
    return park


def change_park(park: Park, actor: Actor, values: Mapping[str, Any]) -> None:
    clean = _checked_park(actor, values, park)
    diff = {n: [getattr(park, n), v] for n, v in clean.items() if getattr(park, n) != v}
    for name, (_before, after) in diff.items():
        setattr(park, name, after)
    if diff:
        audit.record(actor, "park.change", park, diff=diff)


def close_park(park: Park, actor: Actor) -> None:
    """No enterprise is put into it any more; those that are in it stay until they are moved."""
    if park.closed_on is not None:
        raise Conflict(N_("This park is closed already."))
    park.closed_on = clock.today()
    audit.record(actor, "park.close", park)


def _checked_park(actor: Actor, values: Mapping[str, Any], park: Park | None) -> dict[str, Any]:
    clean = {name: values.get(name, "") or "" for name in PARK_FIELDS}
    if not clean["name"]:
        raise InvalidInput(N_("This field is required."), field="name")
    if clean["contact_phone"] and not rules.is_phone(clean["contact_phone"]):
        raise InvalidInput(N_("This is not a telephone number."), field="contact_phone")
    code = clean["region_code"]
    if not actor.everything and not any(code.startswith(own) for own in actor.regions):
        raise InvalidInput(N_("This region is outside your own."), field="region_code")
    stmt = select(Park.id).where(Park.name == clean["name"])
    found = db.session.scalar(unscoped(stmt, reason="a park's name is unique"))
    if found is not None and (park is None or found != park.id):
        raise InvalidInput(N_("There is a park with this name."), field="name")
    return clean
