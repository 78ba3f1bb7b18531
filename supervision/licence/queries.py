"""Reads of licences. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, not_, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.search import contains
from supervision.core.validity import STEPS, Standing
from supervision.core.web.paging import capped_count
from supervision.enterprise.models import Enterprise
from supervision.enterprise.tiles import owned_counts
from supervision.licence import needs
from supervision.licence.models import Licence, LicenceEvent, LicenceFile
from supervision.licence.workflow import LIVE, UNVERIFIED, LicenceState

HORIZON = timedelta(days=STEPS[0])

_END = func.coalesce(Licence.valid_to, date.max)

SORTS: dict[str, tuple[Any, ...]] = {
    "end": (_END, Licence.id),
    "deadline": (func.coalesce(Licence.apply_by, Licence.valid_to, date.max), Licence.id),
    "newest": (Licence.created_at.desc(), Licence.id.desc()),
    "enterprise": (Enterprise.name, Licence.id),
}


@dataclass(frozen=True, slots=True)
class LicenceFilter:
    """What a list is narrowed to; empty means all that is or was held.

    ``days``: what binds next (the last day to apply, else the end) comes within so many days.
    ``gap``: chemicals on the ledger lie beyond the scope.
    """

    text: str = ""
    type_code: str = ""
    standing: Standing | None = None
    status: LicenceState | None = None
    enterprise_id: int | None = None
    region: str = ""
    days: int | None = None
    gap: bool = False
    sort: str = "deadline"


def list_licences(actor: Actor, wanted: LicenceFilter) -> Select[Any]:
    """The ordered statement behind the page and its export; enterprise and type come along."""
    stmt = (
        visible(Licence, actor)
        .join(Enterprise, Enterprise.id == Licence.enterprise_id)
        .options(contains_eager(Licence.enterprise), joinedload(Licence.type))
    )
    for clause in _clauses(wanted):
        stmt = stmt.where(clause)
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["deadline"]))


def _clauses(wanted: LicenceFilter) -> list[Any]:
    today = clock.today()
    clauses: list[Any] = []
    if wanted.status is None:
        clauses.append(Licence.status != LicenceState.DISCARDED)
    if wanted.text:
        columns = (Licence.number, Enterprise.name, Enterprise.uscc, Licence.issuing_authority)
        clauses.append(contains(wanted.text, *columns))
    if wanted.standing is not None:
        clauses.append(standing_clause(wanted.standing, today))
    if wanted.days is not None:
        clauses.append(within(today, timedelta(days=wanted.days)))
    if wanted.gap:
        clauses.append(and_(Licence.status.in_(LIVE), needs.gap_clause()))
    for column, value in (
        (Licence.type_code, wanted.type_code),
        (Licence.status, wanted.status),
        (Licence.enterprise_id, wanted.enterprise_id),
    ):
        if value:
            clauses.append(column == value)
    if wanted.region:
        clauses.append(region_range(Enterprise.region_code, wanted.region))
    return clauses


def late_clause(today: date) -> ColumnElement[bool]:
    """The last day to apply has passed, nobody applied, and it has not ended yet."""
    return and_(
        Licence.status.in_(LIVE),
        Licence.apply_by < today,
        Licence.valid_to >= today,
        Licence.applied_on.is_(None),
        Licence.renewed_on.is_(None),
    )


def within(today: date, ahead: timedelta) -> ColumnElement[bool]:
    """:func:`supervision.core.validity.days_left` is at most ``ahead``, as SQL."""
    until = today + ahead
    return and_(
        Licence.status.in_(LIVE),
        or_(
            Licence.apply_by.between(today, until),
            and_(
                or_(Licence.apply_by.is_(None), Licence.apply_by < today),
                Licence.valid_to.between(today, until),
            ),
        ),
    )


def standing_clause(wanted: Standing, today: date) -> ColumnElement[bool]:
    """:func:`supervision.core.validity.standing` of what is in force, as SQL."""
    live, begun = Licence.status.in_(LIVE), Licence.valid_from <= today
    running = and_(live, begun, Licence.valid_to >= today)
    late, soon = late_clause(today), within(today, HORIZON)
    clauses: dict[Standing, ColumnElement[bool]] = {
        Standing.OPEN_ENDED: and_(live, begun, Licence.valid_to.is_(None)),
        Standing.NOT_YET: and_(live, not_(begun)),
        # Both may be empty; a comparison with nothing is nothing, and cannot be negated.
        Standing.OK: and_(running, not_(_sure(late)), not_(_sure(soon))),
        Standing.DUE: and_(running, not_(_sure(late)), soon),
        Standing.LATE_TO_APPLY: and_(begun, late),
        Standing.EXPIRED: or_(
            Licence.status == LicenceState.EXPIRED, and_(live, Licence.valid_to < today)
        ),
    }
    return clauses[wanted]


def _sure(clause: ColumnElement[bool]) -> ColumnElement[bool]:
    yes: ColumnElement[bool] = func.coalesce(clause, False)
    return yes


def get_licence(licence_id: int, actor: Actor) -> Licence:
    """One licence with all that its page shows. Raises NotFound out of scope."""
    stmt = (
        visible(Licence, actor)
        .where(Licence.id == licence_id)
        .options(
            joinedload(Licence.enterprise),
            joinedload(Licence.type),
            joinedload(Licence.renews).joinedload(Licence.type),
            selectinload(Licence.successors),
            selectinload(Licence.items),
            selectinload(Licence.files),
            selectinload(Licence.events),
        )
    )
    found: Licence | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def get_file(licence_id: int, file_id: int, actor: Actor) -> LicenceFile:
    """A file of a licence that ``actor`` may see."""
    stmt = (
        visible(Licence, actor, LicenceFile)
        .join(LicenceFile, LicenceFile.licence_id == Licence.id)
        .where(Licence.id == licence_id, LicenceFile.id == file_id)
    )
    found: LicenceFile | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of the start page and of the list; each stops one beyond 10,000."""

    live: int
    due: int
    late: int
    expired: int
    to_verify: int
    returned: int


def counts(actor: Actor, enterprise_id: int | None = None) -> Counts:
    """All figures in one statement, each read only as far as anybody looks."""
    today = clock.today()
    clauses = (
        Licence.status.in_(LIVE),
        standing_clause(Standing.DUE, today),
        standing_clause(Standing.LATE_TO_APPLY, today),
        standing_clause(Standing.EXPIRED, today),
        Licence.status == LicenceState.DRAFT,
        Licence.status == LicenceState.RETURNED,
    )
    return Counts(*owned_counts(Licence, actor, clauses, enterprise_id=enterprise_id))


# Regulations on hazardous chemicals (State Council Order 591), art. 14 and 33: nobody produces or
# trades in them without. The words are the codes of sectors that staffing goes by.
_TRAITS = {"HAZCHEM_PRODUCTION": "hazchem_production", "HAZCHEM_OPERATING": "hazchem_operation"}


def traits(enterprise_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """What the licences in force say of these enterprises."""
    stmt = (
        select(Licence.enterprise_id, Licence.type_code)
        .where(
            Licence.enterprise_id.in_(enterprise_ids),
            Licence.status.in_(LIVE),
            Licence.type_code.in_(_TRAITS),
        )
        .distinct()
    )
    found: dict[int, frozenset[str]] = {}
    reason = "rules of other slices ask what holds for an enterprise"
    for enterprise_id, code in db.session.execute(unscoped(stmt, reason=reason)):
        found[enterprise_id] = found.get(enterprise_id, frozenset()) | {_TRAITS[code]}
    return found


def late_count(actor: Actor, *, cap: int) -> int:
    """How many are past their last day to apply, up to ``cap + 1``: it stands on every page."""
    clause = standing_clause(Standing.LATE_TO_APPLY, clock.today())
    return capped_count(visible(Licence, actor, Licence.id).where(clause), cap)


def first(actor: Actor, wanted: LicenceFilter, limit: int) -> Sequence[Licence]:
    """The first few of a filtered list."""
    return db.session.scalars(list_licences(actor, wanted).limit(limit)).unique().all()


def of_enterprise(enterprise_id: int, actor: Actor, *, limit: int) -> Sequence[Licence]:
    """What an enterprise holds or held, what is in force first; with scope and type."""
    in_force = case((Licence.status.in_(LIVE | UNVERIFIED), 0), else_=1)
    stmt = (
        visible(Licence, actor)
        .where(Licence.enterprise_id == enterprise_id, Licence.status != LicenceState.DISCARDED)
        .options(joinedload(Licence.type), selectinload(Licence.items))
        .order_by(in_force, _END, Licence.id)
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def events_of_enterprise(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[LicenceEvent]:
    """Steps of all of an enterprise's licences, newest first, for the file's timeline."""
    stmt = (
        visible(LicenceEvent, actor)
        .where(LicenceEvent.enterprise_id == enterprise_id)
        .options(joinedload(LicenceEvent.licence).joinedload(Licence.type))
        .order_by(LicenceEvent.at.desc(), LicenceEvent.id.desc())
        .limit(limit)
    )
    if before is not None:
        stmt = stmt.where(LicenceEvent.at < before)
    return db.session.scalars(stmt).all()


def batch(actor: Actor, clause: Any, *, after: int, limit: int) -> Sequence[Licence]:
    """Licences in order of their ids from ``after`` on, for the daily job."""
    stmt = (
        visible(Licence, actor)
        .where(clause, Licence.id > after)
        .options(joinedload(Licence.type), joinedload(Licence.enterprise))
        .order_by(Licence.id)
        .limit(limit)
    )
    return db.session.scalars(stmt).all()
