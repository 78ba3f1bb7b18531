"""An enterprise's months in figures: counted again from its rounds whenever one of them changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import and_, func
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from supervision.core.actor import SYSTEM
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.core.workdays import add_months
from supervision.selfcheck.models import CheckMonth, CheckRound, ZeroReport
from supervision.selfcheck.workflow import RoundState

FIGURES = ("due", "done", "late", "missed", "excused", "findings", "zero_reports")


def month_of(day: date) -> date:
    """The first day of the month that holds ``day``."""
    return day.replace(day=1)


def refresh(enterprise_id: int, month: date) -> None:
    """Count the figures of the month that holds ``month`` again; a round counts where it ends."""
    refresh_many({enterprise_id}, month)


def refresh_many(enterprise_ids: Collection[int], month: date) -> None:
    """:func:`refresh` of many enterprises in three statements."""
    if not enterprise_ids:
        return
    db.session.flush()
    first = month_of(month)
    rounds = _rounds(enterprise_ids, first)
    zeroes = _zeroes(enterprise_ids, first)
    rows = [
        {
            "enterprise_id": one,
            "month": first,
            **rounds.get(one, dict.fromkeys(FIGURES, 0)),
            "zero_reports": zeroes.get(one, 0),
        }
        for one in sorted(enterprise_ids)
    ]
    insert = postgres_insert if db.engine.dialect.name == "postgresql" else sqlite_insert
    stmt = insert(CheckMonth).values(rows)
    stmt = stmt.on_conflict_do_update(
        index_elements=["enterprise_id", "month"],
        set_={name: stmt.excluded[name] for name in FIGURES},
    )
    db.session.execute(stmt)


def _rounds(enterprise_ids: Collection[int], first: date) -> Mapping[int, dict[str, int]]:
    done = CheckRound.status == RoundState.DONE
    is_open = CheckRound.status == RoundState.OPEN
    stmt = (
        visible(
            CheckRound,
            SYSTEM,
            CheckRound.enterprise_id,
            func.count(CheckRound.id),
            count_if(done),
            count_if(and_(done, CheckRound.done_at > CheckRound.due_at)),
            count_if(and_(is_open, CheckRound.missed_at.is_not(None))),
            count_if(CheckRound.status == RoundState.EXCUSED),
            func.coalesce(func.sum(CheckRound.findings), 0),
        )
        .where(CheckRound.enterprise_id.in_(enterprise_ids))
        .where(CheckRound.ends_on >= first, CheckRound.ends_on < add_months(first, 1))
        .group_by(CheckRound.enterprise_id)
    )
    return {
        row[0]: dict(zip(FIGURES, (*(int(n) for n in row[1:]), 0), strict=True))
        for row in db.session.execute(stmt)
    }


def _zeroes(enterprise_ids: Collection[int], first: date) -> Mapping[int, int]:
    stmt: Any = (
        visible(ZeroReport, SYSTEM, ZeroReport.enterprise_id, func.count(ZeroReport.id))
        .where(ZeroReport.enterprise_id.in_(enterprise_ids), ZeroReport.overtaken_at.is_(None))
        .where(ZeroReport.day >= first, ZeroReport.day < add_months(first, 1))
        .group_by(ZeroReport.enterprise_id)
    )
    return dict(db.session.execute(stmt).tuples().all())


__all__ = ["FIGURES", "month_of", "refresh", "refresh_many"]
