"""An enterprise's months in figures: counted again from its rounds whenever one of them changes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, Subquery, and_, func, literal, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import unscoped, visible
from supervision.core.workdays import add_months
from supervision.enterprise.models import Enterprise
from supervision.selfcheck.models import CheckMonth, CheckRound, ZeroReport
from supervision.selfcheck.workflow import RoundState

FIGURES = ("due", "done", "late", "missed", "excused", "findings", "zero_reports")


def month_of(day: date) -> date:
    """The first day of the month that holds ``day``."""
    return day.replace(day=1)


def refresh(enterprise_id: int, month: date) -> None:
    """Count the figures of the month that holds ``month`` again; a round counts where it ends."""
    refresh_many({enterprise_id}, month)


def refresh_many(enterprise_ids: Collection[int] | Select[Any], month: date) -> None:
    """:func:`refresh` of many enterprises, or of those that a statement gives, in one statement."""
    db.session.flush()
    is_postgres = db.engine.dialect.name == "postgresql"
    if is_postgres:
        _hold(enterprise_ids)
    first = month_of(month)
    rounds, zeroes = _rounds(enterprise_ids, first), _zeroes(enterprise_ids, first)
    counted = [func.coalesce(rounds.c[name], 0) for name in FIGURES[:-1]]
    counted.append(func.coalesce(zeroes.c.zero_reports, 0))
    rows = (
        visible(Enterprise, SYSTEM, Enterprise.id, literal(first), *counted)
        .outerjoin(rounds, rounds.c.enterprise_id == Enterprise.id)
        .outerjoin(zeroes, zeroes.c.enterprise_id == Enterprise.id)
        .where(Enterprise.id.in_(enterprise_ids))
    )
    insert = postgres_insert if is_postgres else sqlite_insert
    stmt = insert(CheckMonth).from_select(["enterprise_id", "month", *FIGURES], rows)
    stmt = stmt.on_conflict_do_update(
        index_elements=["enterprise_id", "month"],
        set_={name: stmt.excluded[name] for name in FIGURES},
    )
    db.session.execute(stmt)


def _hold(enterprise_ids: Collection[int] | Select[Any]) -> None:
    """One after the other where two rounds of an enterprise are finished at once.

    The second would count without the first, and write it over. SQLite has one writer anyway.
    """
    stmt = select(Enterprise.id).where(Enterprise.id.in_(enterprise_ids)).order_by(Enterprise.id)
    held = unscoped(stmt.with_for_update(key_share=True), reason="figures are everybody's alike")
    db.session.execute(held).all()


def _rounds(enterprise_ids: Collection[int] | Select[Any], first: date) -> Subquery:
    done = CheckRound.status == RoundState.DONE
    is_open = CheckRound.status == RoundState.OPEN
    figures = (
        func.count(CheckRound.id),
        count_if(done),
        count_if(and_(done, CheckRound.done_at > CheckRound.due_at)),
        count_if(and_(is_open, CheckRound.missed_at.is_not(None))),
        count_if(CheckRound.status == RoundState.EXCUSED),
        func.coalesce(func.sum(CheckRound.findings), 0),
    )
    named = [figure.label(name) for name, figure in zip(FIGURES, figures, strict=False)]
    stmt = visible(CheckRound, SYSTEM, CheckRound.enterprise_id, *named)
    return (
        stmt.where(CheckRound.enterprise_id.in_(enterprise_ids))
        # By the hour at which it is due, which the index knows: it lies within the last day.
        .where(CheckRound.due_at > clock.start_of(first))
        .where(CheckRound.due_at <= clock.start_of(add_months(first, 1)))
        .group_by(CheckRound.enterprise_id)
        .subquery()
    )


def _zeroes(enterprise_ids: Collection[int] | Select[Any], first: date) -> Subquery:
    count = func.count(ZeroReport.id).label("zero_reports")
    return (
        visible(ZeroReport, SYSTEM, ZeroReport.enterprise_id, count)
        .where(ZeroReport.enterprise_id.in_(enterprise_ids), ZeroReport.overtaken_at.is_(None))
        .where(ZeroReport.day >= first, ZeroReport.day < add_months(first, 1))
        .group_by(ZeroReport.enterprise_id)
        .subquery()
    )


__all__ = ["FIGURES", "month_of", "refresh", "refresh_many"]
