"""Verbs that bring a licence into the file: entered, corrected, verified, followed by another.

Services flush; the edge commits. A raised error means that nothing happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select

from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.licence import rules, types
from supervision.licence.journal import MOST_FILES, attach, log, tell_other_side
from supervision.licence.models import Licence, LicenceScopeItem, LicenceType
from supervision.licence.rules import FileKind, Item, Means, Origin
from supervision.licence.workflow import LICENCE_WORKFLOW, LicenceState

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on a licence."""

    type_code: str
    number: str
    issuing_authority: str
    issued_on: date
    valid_from: date
    valid_to: date | None
    scope_text: str = ""
    with_storage: bool | None = None
    items: tuple[Item, ...] = ()
    scans: list[Attachment] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Succession:
    """How a licence follows an earlier one. ``is_clean``: a term without a fatal accident."""

    origin: Origin
    before: Licence
    is_clean: bool = False


def record(enterprise: Enterprise, actor: Actor, paper: Paper) -> Licence:
    """Enter a licence; an officer compares it with the paper before it counts."""
    return _enter(enterprise.id, actor, paper, None)


def succeed(succession: Succession, actor: Actor, paper: Paper) -> Licence:
    """Enter the licence that renews, changes or extends an earlier one."""
    before = succession.before
    rules.check_successor(
        succession.origin,
        before.status,
        before.type.terms,
        has_successor=before.successor is not None,
        is_clean=succession.is_clean,
    )
    if paper.type_code != before.type_code:
        raise InvalidInput(N_("It follows a licence of the same type."), field="type_code")
    if succession.origin is not Origin.CHANGE and paper.valid_from <= before.valid_from:
        raise InvalidInput(N_("It begins after the licence that it follows."), field="valid_from")
    return _enter(before.enterprise_id, actor, paper, succession)


def _enter(
    enterprise_id: int, actor: Actor, paper: Paper, succession: Succession | None
) -> Licence:
    if not actor.may(Permission.LICENCE_EDIT):
        raise Forbidden
    licence = Licence(
        enterprise_id=enterprise_id,
        status=LicenceState.DRAFT,
        origin=succession.origin if succession else Origin.FIRST,
        renews=succession.before if succession else None,
        created_at=clock.now(),
        created_by_id=actor.id,
        created_by=actor.name,
        files=[],
        events=[],
        successors=[],
    )
    _write(licence, paper)
    db.session.add(licence)
    db.session.flush()
    attach(licence, paper.scans, FileKind.SCAN)
    log(licence, actor, "record", None, origin=licence.origin)
    tell_other_side(licence, actor, "licence.recorded")
    return licence


def correct(licence: Licence, actor: Actor, paper: Paper) -> None:
    """Change an entry that is not verified; what was returned waits for the officer again."""
    step = LICENCE_WORKFLOW.check("correct", licence, actor)
    before = licence.status
    if len(licence.files) + len(paper.scans) > MOST_FILES:
        raise InvalidInput(N_("At most %(count)s files."), field="scans", count=MOST_FILES)
    if licence.renews is not None and paper.type_code != licence.renews.type_code:
        raise InvalidInput(N_("It follows a licence of the same type."), field="type_code")
    _write(licence, paper)
    licence.status = step.target
    attach(licence, paper.scans, FileKind.SCAN)
    log(licence, actor, "correct", before)
    if before is LicenceState.RETURNED:
        tell_other_side(licence, actor, "licence.recorded")


def _write(licence: Licence, paper: Paper) -> None:
    """Put the words of a paper into its row, checked by the version that it was issued under."""
    version = types.version_for(paper.type_code, paper.issued_on)
    _check_paper(paper, version)
    _check_number(paper, licence)
    licence.type, licence.type_id, licence.type_code = version, version.id, version.code
    licence.number = paper.number
    licence.issuing_authority = paper.issuing_authority
    licence.issued_on = paper.issued_on
    licence.valid_from, licence.valid_to = paper.valid_from, paper.valid_to
    licence.apply_by = rules.apply_by(version.terms, paper.valid_to)
    licence.scope_text = paper.scope_text
    licence.with_storage = paper.with_storage if version.has_storage else None
    wanted = {item.cas: item.name for item in paper.items} if version.has_scope else {}
    kept = [row for row in (licence.items if licence.id else []) if row.cas in wanted]
    for row in kept:
        row.name = wanted.pop(row.cas)
    new = [LicenceScopeItem(cas=cas, name=name) for cas, name in wanted.items()]
    licence.items = [*kept, *new]


def _check_paper(paper: Paper, version: LicenceType) -> None:
    for name in ("number", "issuing_authority"):
        if not getattr(paper, name):
            raise InvalidInput(N_("This field is required."), field=name)
    rules.check_days(
        version.terms,
        clock.today(),
        issued_on=paper.issued_on,
        valid_from=paper.valid_from,
        valid_to=paper.valid_to,
    )
    last_day = rules.apply_by(version.terms, paper.valid_to)
    if last_day is not None and last_day < paper.valid_from:
        raise InvalidInput(
            N_("Its term is shorter than the time in which a renewal is to be applied for."),
            field="valid_to",
        )


def _check_number(paper: Paper, licence: Licence) -> None:
    """A paper is entered once; only those that follow it may keep its number."""
    if licence.origin is not Origin.FIRST:
        return
    stmt = select(Licence.id).where(
        Licence.type_code == paper.type_code,
        Licence.number == paper.number,
        Licence.origin == Origin.FIRST,
        Licence.status != LicenceState.DISCARDED,
        Licence.id != (licence.id or 0),
    )
    taken = unscoped(stmt, reason="a number is given once, whoever holds the paper")
    if db.session.scalar(taken.limit(1)) is not None:
        raise InvalidInput(
            N_("A licence of this type with this number is entered already."), field="number"
        )


def verify(licence: Licence, actor: Actor, *, means: Means, note: str = "") -> None:
    """An officer has compared it with the paper: from now on it counts."""
    step = LICENCE_WORKFLOW.check("verify", licence, actor, {"means": means})
    before = licence.renews
    if before is not None and before.status is LicenceState.REVOKED:
        raise Conflict(N_("The licence that it follows was revoked."))
    was = licence.status
    licence.means = means
    licence.verified_at, licence.verified_by_id = clock.now(), actor.id
    licence.verified_by = actor.name
    licence.status = step.target
    log(licence, actor, "verify", was, note=note, means=means)
    if before is not None:
        _follow(before, licence)
    if licence.valid_to is not None and licence.valid_to < clock.today():
        expire(licence)
    tell_other_side(licence, actor, "licence.verified")


def _follow(before: Licence, licence: Licence) -> None:
    """The earlier one is settled; it runs on while its successor has not begun."""
    before.renewed_on = clock.today()
    if licence.valid_from <= clock.today():
        replace(before)


def send_back(licence: Licence, actor: Actor, *, reason: str) -> None:
    """The entry does not say what the paper says."""
    step = LICENCE_WORKFLOW.check("return", licence, actor, {"reason": reason})
    before = licence.status
    licence.status = step.target
    log(licence, actor, "return", before, note=reason)
    tell_other_side(licence, actor, "licence.returned")


def discard(licence: Licence, actor: Actor, *, reason: str) -> None:
    """An entry that should not be there; it stays in the history, out of every list."""
    step = LICENCE_WORKFLOW.check("discard", licence, actor, {"reason": reason})
    before = licence.status
    licence.status = step.target
    log(licence, actor, "discard", before, note=reason)


def expire(licence: Licence) -> None:
    """Its last day has passed. For the daily job, and for papers that are entered late."""
    step = LICENCE_WORKFLOW.check("expire", licence, SYSTEM)
    if licence.valid_to is None or licence.valid_to >= clock.today():
        raise Conflict(N_("Its last day has not passed yet."))
    before = licence.status
    licence.suspended_on, licence.ended_on = None, licence.valid_to
    licence.status = step.target
    log(licence, SYSTEM, "expire", before)


def replace(licence: Licence) -> None:
    """Its successor counts from now on."""
    step = LICENCE_WORKFLOW.check("replace", licence, SYSTEM)
    before = licence.status
    licence.suspended_on, licence.ended_on = None, clock.today() - _DAY
    licence.status = step.target
    log(licence, SYSTEM, "replace", before)
