"""What anybody may read of duty lists; every read begins at the actor's scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import visible
from supervision.core.search import contains
from supervision.dutylist.models import (
    DutyDone,
    DutyFile,
    DutyMonth,
    DutyTemplate,
    EnterpriseDuty,
    SupervisionDone,
    SupervisionDuty,
)
from supervision.dutylist.rules import Grade
from supervision.enterprise.coverage import LIVING
from supervision.enterprise.models import Enterprise, narrowed

MOST_DUTIES = 200
MOST_DONE = 40
MOST_DUES = 50


@dataclass(frozen=True, slots=True)
class DutyFilter:
    """``is_late``: only those whose period is over; ``account_id`` 0: nobody's."""

    text: str = ""
    account_id: int | None = None
    is_late: bool = False


def list_duties(enterprise_id: int, actor: Actor, wanted: DutyFilter = DutyFilter()) -> Select[Any]:
    """An enterprise's list in force, in its order."""
    stmt = visible(EnterpriseDuty, actor).where(
        EnterpriseDuty.enterprise_id == enterprise_id, EnterpriseDuty.ends_on.is_(None)
    )
    if wanted.text:
        columns = (EnterpriseDuty.what, EnterpriseDuty.clause, EnterpriseDuty.person)
        stmt = stmt.where(contains(wanted.text, *columns))
    if wanted.account_id is not None:
        is_his = EnterpriseDuty.account_id == wanted.account_id
        stmt = stmt.where(is_his if wanted.account_id else EnterpriseDuty.account_id.is_(None))
    if wanted.is_late:
        stmt = stmt.where(EnterpriseDuty.due_on < clock.today())
    return stmt.order_by(EnterpriseDuty.position, EnterpriseDuty.id)


def live(enterprise_id: int, actor: Actor) -> Sequence[EnterpriseDuty]:
    """All lines in force, for figures and adoption."""
    return db.session.scalars(list_duties(enterprise_id, actor).limit(MOST_DUTIES)).all()


def get_duty(duty_id: int, actor: Actor, *, for_update: bool = False) -> EnterpriseDuty:
    """A line with its periods and files. Raises NotFound out of scope."""
    stmt = (
        visible(EnterpriseDuty, actor)
        .where(EnterpriseDuty.id == duty_id)
        .options(joinedload(EnterpriseDuty.enterprise), joinedload(EnterpriseDuty.template))
    )
    if for_update:
        stmt = stmt.with_for_update(of=EnterpriseDuty).execution_options(populate_existing=True)
    found: EnterpriseDuty | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def done_of(duty_id: int, actor: Actor) -> Sequence[DutyDone]:
    """What was done of a duty, the latest period first."""
    stmt = (
        visible(DutyDone, actor)
        .where(DutyDone.duty_id == duty_id)
        .options(selectinload(DutyDone.files))
        .order_by(DutyDone.starts_on.desc())
        .limit(MOST_DONE)
    )
    return db.session.scalars(stmt).all()


def list_done(enterprise_id: int, actor: Actor) -> Select[Any]:
    """Everything that was done of an enterprise's list, newest first."""
    return (
        visible(DutyDone, actor)
        .where(DutyDone.enterprise_id == enterprise_id)
        .options(joinedload(DutyDone.item))
        .order_by(DutyDone.at.desc(), DutyDone.id.desc())
    )


def latest_done(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[DutyDone]:
    """For the timeline, newest first."""
    stmt = list_done(enterprise_id, actor)
    if before is not None:
        stmt = stmt.where(DutyDone.at < before)
    return db.session.scalars(stmt.limit(limit)).all()


def months(enterprise_id: int, actor: Actor, limit: int = 12) -> Sequence[DutyMonth]:
    """The newest months first."""
    stmt = visible(DutyMonth, actor).where(DutyMonth.enterprise_id == enterprise_id)
    return db.session.scalars(stmt.order_by(DutyMonth.month.desc()).limit(limit)).all()


def get_file(duty_id: int, file_id: int, actor: Actor) -> DutyFile:
    """A file of this duty and no other. Raises NotFound."""
    get_duty(duty_id, actor)
    stmt = (
        visible(DutyDone, actor, DutyFile)
        .join(DutyFile, DutyFile.done_id == DutyDone.id)
        .where(DutyDone.duty_id == duty_id, DutyFile.id == file_id)
    )
    found: DutyFile | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def templates_on(day: date) -> Sequence[DutyTemplate]:
    """The law's duties in force on a day, in their order."""
    stmt = (
        select(DutyTemplate)
        .where(DutyTemplate.effective_from <= day)
        .where(or_(DutyTemplate.effective_to.is_(None), DutyTemplate.effective_to >= day))
        .order_by(DutyTemplate.position, DutyTemplate.id)
        .limit(MOST_DUTIES)
    )
    return db.session.scalars(stmt).all()


def due_of_enterprise(actor: Actor, until: date) -> Sequence[EnterpriseDuty]:
    """What this person, or nobody by name, has to have done up to a day; the latest first."""
    stmt = (
        visible(EnterpriseDuty, actor)
        .join(Enterprise, Enterprise.id == EnterpriseDuty.enterprise_id)
        .where(EnterpriseDuty.ends_on.is_(None), EnterpriseDuty.due_on <= until)
        .where(or_(EnterpriseDuty.account_id.is_(None), EnterpriseDuty.account_id == actor.id))
        .where(Enterprise.roll_status.in_(LIVING))
        .options(contains_eager(EnterpriseDuty.enterprise))
        .order_by(EnterpriseDuty.due_on, EnterpriseDuty.id)
        .limit(MOST_DUES)
    )
    return db.session.scalars(stmt).all()


@dataclass(frozen=True, slots=True)
class MonthFilter:
    month: date
    text: str = ""
    region: str = ""
    is_behind: bool = False
    sort: str = "missed"


MONTH_SORTS: dict[str, tuple[Any, ...]] = {
    "missed": (DutyMonth.missed.desc(), DutyMonth.enterprise_id.desc()),
    "done": (DutyMonth.done.desc(), DutyMonth.enterprise_id.desc()),
    "name": (Enterprise.name, DutyMonth.enterprise_id),
}


def list_months(actor: Actor, wanted: MonthFilter) -> Select[Any]:
    """Figures of a month by enterprise. Whoever has left the roll is behind with nothing."""
    stmt = (
        visible(DutyMonth, actor)
        .join(Enterprise, Enterprise.id == DutyMonth.enterprise_id)
        .where(DutyMonth.month == wanted.month, Enterprise.roll_status.in_(LIVING))
        .options(contains_eager(DutyMonth.enterprise))
    )
    if wanted.is_behind:
        stmt = stmt.where(DutyMonth.missed > 0)
    if wanted.text:
        stmt = stmt.where(
            contains(wanted.text, Enterprise.name, Enterprise.short_name, Enterprise.uscc)
        )
    stmt = narrowed(stmt, DutyMonth.enterprise_id, region=wanted.region)
    return stmt.order_by(*MONTH_SORTS.get(wanted.sort, MONTH_SORTS["missed"]))


def month_of(enterprise_id: int, actor: Actor, month: date) -> DutyMonth | None:
    """An enterprise's figures of a month. Read by the score as well."""
    stmt = visible(DutyMonth, actor).where(
        DutyMonth.enterprise_id == enterprise_id, DutyMonth.month == month
    )
    return db.session.scalars(stmt).first()


@dataclass(frozen=True, slots=True)
class SupervisionFilter:
    """``is_old``: also lines that ended."""

    text: str = ""
    grade: Grade | None = None
    is_late: bool = False
    is_mine: bool = False


def list_supervision(actor: Actor, wanted: SupervisionFilter) -> Select[Any]:
    """The lists of the authorities in sight, in force, what is late first."""
    model = SupervisionDuty
    stmt = visible(model, actor).where(model.ends_on.is_(None)).options(joinedload(model.authority))
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, model.what, model.basis, model.unit, model.person))
    if wanted.grade is not None:
        stmt = stmt.where(model.grade == wanted.grade)
    if wanted.is_late:
        stmt = stmt.where(model.due_on < clock.today())
    if wanted.is_mine:
        stmt = stmt.where(model.account_id == actor.id)
    return stmt.order_by(model.due_on, model.id)


def get_supervision(task_id: int, actor: Actor, *, for_update: bool = False) -> SupervisionDuty:
    """A version of a line. Raises NotFound out of scope."""
    stmt = (
        visible(SupervisionDuty, actor)
        .where(SupervisionDuty.id == task_id)
        .options(joinedload(SupervisionDuty.authority))
    )
    if for_update:
        stmt = stmt.with_for_update(of=SupervisionDuty).execution_options(populate_existing=True)
    found: SupervisionDuty | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def versions(line: int | None, actor: Actor) -> Sequence[SupervisionDuty]:
    """All versions of a line, newest first."""
    stmt = visible(SupervisionDuty, actor).where(SupervisionDuty.line == line)
    return db.session.scalars(stmt.order_by(SupervisionDuty.id.desc()).limit(MOST_DONE)).all()


def supervision_done(line: int | None, actor: Actor) -> Sequence[SupervisionDone]:
    """What was done of a line, the latest period first."""
    stmt = visible(SupervisionDone, actor).where(SupervisionDone.line == line)
    return db.session.scalars(
        stmt.order_by(SupervisionDone.starts_on.desc()).limit(MOST_DONE)
    ).all()
