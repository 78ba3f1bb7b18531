"""Reads of tickets' clocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from supervision.core.actor import Side
from supervision.core.clocks import running_clause
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.core.statutory import StatutoryRule
from supervision.hazard.clock_models import HazardClock
from supervision.hazard.clocks import EXT_REPLY, RECHECK
from supervision.hazard.models import Hazard, HazardExtension
from supervision.hazard.workflow import OPEN, ExtensionState

_DAILY = "the daily care of clocks spans all regions"


def running_of(code: str) -> ColumnElement[bool]:
    """Tickets on which a clock of this code runs: what a change of its rule is about."""
    return exists().where(
        HazardClock.hazard_id == Hazard.id, HazardClock.code == code, running_clause(HazardClock)
    )


def without_clock(*, after: int, limit: int) -> Sequence[int]:
    """Ids of the authority's open tickets that lack a clock for which there is a rule."""
    pending = exists().where(
        HazardExtension.hazard_id == Hazard.id, HazardExtension.status == ExtensionState.PENDING
    )
    missing = or_(
        and_(Hazard.due_on.is_not(None), ~running_of(RECHECK), _has_rule(RECHECK)),
        and_(pending, ~running_of(EXT_REPLY), _has_rule(EXT_REPLY)),
    )
    stmt = select(Hazard.id).where(
        Hazard.status.in_(OPEN), Hazard.raised_side == Side.REGULATOR, missing
    )
    return _ids(stmt, Hazard.id, after, limit)


def provisional(*, after: int, limit: int) -> Sequence[int]:
    """Ids of tickets with a running clock that was counted without a year's table."""
    stmt = select(HazardClock.hazard_id).where(
        running_clause(HazardClock), HazardClock.is_provisional
    )
    return _ids(stmt.distinct(), HazardClock.hazard_id, after, limit)


def _has_rule(code: str) -> ColumnElement[bool]:
    return exists().where(StatutoryRule.code == code)


def _ids(stmt: Select[Any], column: Any, after: int, limit: int) -> Sequence[int]:
    stmt = stmt.where(column > after).order_by(column).limit(limit)
    return db.session.scalars(unscoped(stmt, reason=_DAILY)).all()
