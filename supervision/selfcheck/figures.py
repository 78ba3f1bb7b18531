"""Rounds of a period, for those who count them: by enterprise, one by one, and counts made by SQL.

A round belongs to the day on which its own period ends. It counts as it stood at the window's end:
walked later, it stays missed in what was reported. An excuse counts whenever it was given, for it
carries no time; a zero report counts unless it was overtaken within the window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise, narrowed
from supervision.hazard.figures import Window
from supervision.selfcheck.models import CheckPlan, CheckRound, CheckTemplate, ZeroReport
from supervision.selfcheck.rules import Frequency
from supervision.selfcheck.workflow import RoundState

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class RoundSums:
    """An enterprise's rounds that were due, and its zero reports."""

    enterprise_id: int
    enterprise: str
    uscc: str
    due: int = 0
    on_time: int = 0
    late: int = 0
    missed: int = 0
    excused: int = 0
    findings: int = 0
    zero_reports: int = 0


@dataclass(frozen=True, slots=True)
class MissedSums:
    """Missed rounds of one list in one place; the first and the last day that passed."""

    enterprise: str
    uscc: str
    list_name: str
    area: str
    frequency: Frequency
    missed: int
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round. What was done after the window's end is not in it."""

    id: int
    list_name: str
    area: str
    frequency: Frequency
    starts_on: date
    ends_on: date
    due_at: datetime
    done_at: datetime | None
    done_by: str
    is_excused: bool
    items: int
    findings: int


def round_sums(
    actor: Actor, window: Window, *, enterprise_id: int | None = None, region: str = ""
) -> Iterator[RoundSums]:
    """One row an enterprise that had rounds or said that it found nothing; streamed."""
    zeroes = _zeroes(actor, window, enterprise_id, region)
    owner = (CheckRound.enterprise_id, Enterprise.name, Enterprise.uscc)
    stmt = _rounds(actor, window, *owner, *_sums(window)).group_by(*owner)
    stmt = narrowed(stmt, owner[0], enterprise_id=enterprise_id, region=region)
    stmt = stmt.order_by(Enterprise.name, owner[0])
    for row in db.session.execute(stmt.execution_options(yield_per=_CHUNK)):
        zero = zeroes.pop(row[0], None)
        said = zero.zero_reports if zero else 0
        due, on_time, late, missed, excused, found = (int(n) for n in row[3:])
        yield RoundSums(*(row[0], row[1], row[2]), due, on_time, late, missed, excused, found, said)
    yield from zeroes.values()


def missed_sums(
    actor: Actor, window: Window, *, enterprise_id: int | None = None, region: str = ""
) -> Iterator[MissedSums]:
    """One row a list in a place where a round was missed, most first; streamed."""
    owner = (Enterprise.name, Enterprise.uscc, CheckTemplate.name, CheckPlan.area)
    by = (*owner, CheckRound.frequency)
    days = (func.min(CheckRound.ends_on), func.max(CheckRound.ends_on))
    stmt = (
        _named(_rounds(actor, window, *by, func.count(CheckRound.id), *days))
        .where(_states(window)["missed"])
        .group_by(CheckRound.plan_id, *by)
    )
    stmt = narrowed(stmt, CheckRound.enterprise_id, enterprise_id=enterprise_id, region=region)
    stmt = stmt.order_by(func.count(CheckRound.id).desc(), Enterprise.name, CheckRound.plan_id)
    for row in db.session.execute(stmt.execution_options(yield_per=_CHUNK)):
        yield MissedSums(*row)


def round_rows(actor: Actor, window: Window, *, enterprise_id: int) -> Iterator[RoundRow]:
    """An enterprise's rounds in the order of their last days; streamed."""
    model = CheckRound
    columns = (
        model.id,
        CheckTemplate.name,
        CheckPlan.area,
        model.frequency,
        model.starts_on,
        model.ends_on,
        model.due_at,
        model.done_at,
        model.done_by,
        model.status == RoundState.EXCUSED,
        model.items,
        model.findings,
    )
    stmt = narrowed(
        _named(_rounds(actor, window, *columns)), model.enterprise_id, enterprise_id=enterprise_id
    )
    stmt = stmt.order_by(model.due_at, model.id)
    for values in db.session.execute(stmt.execution_options(yield_per=_CHUNK)):
        row = RoundRow(*values)
        is_later = row.done_at is not None and row.done_at >= window.end
        yield (replace(row, done_at=None, done_by="", items=0, findings=0) if is_later else row)


def round_counts(
    actor: Actor, window: Window, *, enterprise_id: int | None = None, region: str = ""
) -> dict[str, int]:
    """All of it in numbers, counted without the rows."""
    names = ("due", *_states(window), "findings")
    stmt = narrowed(
        _rounds(actor, window, *_sums(window)),
        CheckRound.enterprise_id,
        enterprise_id=enterprise_id,
        region=region,
    )
    said = narrowed(
        _said(actor, window, func.count(ZeroReport.id)),
        ZeroReport.enterprise_id,
        enterprise_id=enterprise_id,
        region=region,
    )
    row = db.session.execute(stmt).one()
    counted = {f"rounds_{name}": int(value) for name, value in zip(names, row, strict=True)}
    return {**counted, "zero_reports": int(db.session.scalar(said) or 0)}


def _rounds(actor: Actor, window: Window, *columns: Any) -> Select[Any]:
    """Rounds that ended in the window; the instants are there for the index."""
    model = CheckRound
    return (
        visible(model, actor, *columns)
        .join(Enterprise, Enterprise.id == model.enterprise_id)
        .where(model.ends_on >= window.first, model.ends_on <= window.due_through)
        .where(model.due_at >= window.start, model.due_at <= clock.end_of(window.due_through))
    )


def _named(stmt: Select[Any]) -> Select[Any]:
    return stmt.join(CheckPlan, CheckPlan.id == CheckRound.plan_id).join(
        CheckTemplate, CheckTemplate.id == CheckRound.template_id
    )


def _walked(window: Window) -> ColumnElement[bool]:
    return and_(CheckRound.status == RoundState.DONE, CheckRound.done_at < window.end)


def _states(window: Window) -> dict[str, ColumnElement[bool]]:
    """How a round stood; each stands in one way."""
    walked, is_excused = _walked(window), CheckRound.status == RoundState.EXCUSED
    return {
        "on_time": and_(walked, CheckRound.done_at <= CheckRound.due_at),
        "late": and_(walked, CheckRound.done_at > CheckRound.due_at),
        "missed": and_(not_(walked), not_(is_excused)),
        "excused": is_excused,
    }


def _sums(window: Window) -> list[Any]:
    """In the order of the fields of :class:`RoundSums`."""
    found = func.sum(CheckRound.findings).filter(_walked(window))
    states = [count_if(state) for state in _states(window).values()]
    return [func.count(CheckRound.id), *states, func.coalesce(found, 0)]


def _said(actor: Actor, window: Window, *columns: Any) -> Select[Any]:
    model = ZeroReport
    last = clock.day_of(window.end - clock.DAY / 2)
    return (
        visible(model, actor, *columns)
        .join(Enterprise, Enterprise.id == model.enterprise_id)
        .where(model.day >= window.first, model.day <= last, model.said_at < window.end)
        .where(or_(model.overtaken_at.is_(None), model.overtaken_at >= window.end))
    )


def _zeroes(
    actor: Actor, window: Window, enterprise_id: int | None, region: str
) -> dict[int, RoundSums]:
    owner = (ZeroReport.enterprise_id, Enterprise.name, Enterprise.uscc)
    stmt = _said(actor, window, *owner, func.count(ZeroReport.id)).group_by(*owner)
    stmt = narrowed(stmt, owner[0], enterprise_id=enterprise_id, region=region)
    stmt = stmt.order_by(Enterprise.name, owner[0])
    return {
        one: RoundSums(one, name, uscc, zero_reports=said)
        for one, name, uscc, said in db.session.execute(stmt)
    }
