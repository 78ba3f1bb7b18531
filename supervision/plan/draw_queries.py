"""Reads of draws and their results."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from supervision.account.models import Account
from supervision.authority.models import OfficerCertificate
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import unscoped, visible
from supervision.enterprise.models import Enterprise
from supervision.plan.models import PlanDraw, PlanDrawRow, PlanItem, PlanTarget

MOST_DRAWS = 100


def draws_of(item_id: int) -> Sequence[PlanDraw]:
    """The draws of an item, the latest first."""
    stmt = visible(PlanDraw, SYSTEM).where(PlanDraw.item_id == item_id)
    return db.session.scalars(stmt.order_by(PlanDraw.serial.desc()).limit(MOST_DRAWS)).all()


def before(drawn: PlanDraw) -> PlanDraw | None:
    """The draw that this one replaces."""
    stmt = visible(PlanDraw, SYSTEM).where(
        PlanDraw.item_id == drawn.item_id, PlanDraw.serial == drawn.serial - 1
    )
    found: PlanDraw | None = db.session.scalars(stmt).first()
    return found


def draws_of_plan(plan_id: int, actor: Actor) -> dict[int, list[PlanDraw]]:
    """By item's id, the latest first; for the page of a plan."""
    stmt = (
        visible(PlanDraw, actor)
        .join(PlanItem, PlanItem.id == PlanDraw.item_id)
        .where(PlanItem.plan_id == plan_id)
        .order_by(PlanDraw.item_id, PlanDraw.serial.desc())
    )
    found: dict[int, list[PlanDraw]] = {}
    for one in db.session.scalars(stmt):
        found.setdefault(one.item_id, []).append(one)
    return found


def get_draw(draw_id: int, actor: Actor, *, lock: bool = False) -> PlanDraw:
    """One draw with its item and plan. Raises NotFound out of scope."""
    stmt = (
        visible(PlanDraw, actor)
        .where(PlanDraw.id == draw_id)
        .options(joinedload(PlanDraw.item).joinedload(PlanItem.plan))
    )
    if lock:
        stmt = stmt.with_for_update(of=PlanDraw)
    found: PlanDraw | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def list_rows(drawn: PlanDraw, actor: Actor) -> Select[Any]:
    """The result as far as the actor sees the enterprises, in the order of the draw."""
    return (
        visible(PlanDrawRow, actor)
        .join(Enterprise, Enterprise.id == PlanDrawRow.enterprise_id)
        .options(contains_eager(PlanDrawRow.enterprise))
        .where(PlanDrawRow.draw_id == drawn.id)
        .order_by(PlanDrawRow.position)
    )


def all_rows(draw_id: int) -> Sequence[PlanDrawRow]:
    """The whole result, to be compared with what drawing again gives."""
    stmt = visible(PlanDrawRow, SYSTEM).where(PlanDrawRow.draw_id == draw_id)
    return db.session.scalars(stmt.order_by(PlanDrawRow.position)).all()


def is_carried_out(draw_id: int) -> bool:
    """Whether an inspection was made of one of a draw's lines."""
    stmt = visible(PlanTarget, SYSTEM, PlanTarget.id).where(
        PlanTarget.draw_id == draw_id, PlanTarget.inspection_id.is_not(None)
    )
    return db.session.scalars(stmt.limit(1)).first() is not None


def enterprises_of(draw_id: int) -> set[int]:
    """The enterprises whose lines of a draw still stand."""
    stmt = visible(PlanTarget, SYSTEM, PlanTarget.enterprise_id).where(
        PlanTarget.draw_id == draw_id, PlanTarget.dropped_at.is_(None)
    )
    return set(db.session.scalars(stmt))


def ids_of(codes: Collection[str]) -> dict[str, int]:
    """Ids of enterprises by their codes."""
    stmt = visible(Enterprise, SYSTEM, Enterprise.uscc, Enterprise.id)
    return dict(db.session.execute(stmt.where(Enterprise.uscc.in_(codes))).tuples().all())


def holders(numbers: Collection[str]) -> dict[str, tuple[int, str]]:
    """Account and name by certificate number, as they are named in a result."""
    stmt = (
        select(OfficerCertificate.number, Account.id, Account.name)
        .join(Account, Account.id == OfficerCertificate.account_id)
        .where(OfficerCertificate.number.in_(numbers))
    )
    reason = "the officers that a draw named stand in its result"
    rows = db.session.execute(unscoped(stmt, reason=reason)).tuples()
    return {number: (account_id, name) for number, account_id, name in rows}
