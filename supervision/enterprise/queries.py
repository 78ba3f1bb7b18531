"""Reads of the registry. Every one of an enterprise starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, visible
from supervision.enterprise.models import Enterprise, Region, RollStatus
from supervision.enterprise.rules import SizeClass

SORTS = {
    "name": (Enterprise.name, Enterprise.id),
    "region": (Enterprise.region_code, Enterprise.name, Enterprise.id),
    "newest": (Enterprise.created_at.desc(), Enterprise.id.desc()),
    "headcount": (Enterprise.headcount.desc(), Enterprise.id),
}


@dataclass(frozen=True, slots=True)
class EnterpriseFilter:
    """What a list is narrowed to; empty means all."""

    text: str = ""
    region: str = ""
    industry: str = ""
    size_class: SizeClass | None = None
    roll_status: RollStatus | None = None
    is_key: bool | None = None
    sort: str = "name"


def list_enterprises(actor: Actor, wanted: EnterpriseFilter) -> Select[Any]:
    """The ordered statement behind the registry page and its export."""
    stmt = visible(Enterprise, actor)
    if wanted.text:
        safe = wanted.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        columns = (Enterprise.name, Enterprise.short_name, Enterprise.uscc, Enterprise.address)
        stmt = stmt.where(or_(*(c.ilike(f"%{safe}%", escape="\\") for c in columns)))
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))  # type: ignore[arg-type]
    if wanted.industry:
        stmt = stmt.where(Enterprise.industry_code.startswith(wanted.industry, autoescape=True))
    for column, value in (
        (Enterprise.size_class, wanted.size_class),
        (Enterprise.roll_status, wanted.roll_status),
        (Enterprise.is_key, wanted.is_key),
    ):
        if value is not None:
            stmt = stmt.where(column == value)
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["name"]))


def get_enterprise(enterprise_id: int, actor: Actor) -> Enterprise:
    """One enterprise. Raises NotFound out of scope."""
    stmt = visible(Enterprise, actor).where(Enterprise.id == enterprise_id)
    found: Enterprise | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def own_enterprises(actor: Actor) -> Sequence[Enterprise]:
    """The enterprises that an enterprise's person belongs to."""
    stmt = visible(Enterprise, actor).where(Enterprise.id.in_(actor.enterprise_ids))
    return db.session.scalars(stmt.order_by(Enterprise.name)).all()


def region_path(code: str) -> list[Region]:
    """Province, city, district, street of a code, as far as they are known."""
    codes = [code[:n] for n in (2, 4, 6, 9) if len(code) >= n]
    stmt = select(Region).where(Region.code.in_(codes)).order_by(Region.code)
    return list(db.session.scalars(stmt))


def region_names(codes: set[str]) -> dict[str, str]:
    """Names for a page of rows, in one statement."""
    stmt = select(Region.code, Region.name).where(Region.code.in_(codes))
    return dict(db.session.execute(stmt).tuples().all())


def region_choices(actor: Actor) -> list[tuple[str, str]]:
    """The divisions just below an actor's own, for a filter."""
    stmt = select(Region.code, Region.name).where(Region.valid_to.is_(None)).order_by(Region.code)
    if actor.everything:
        stmt = stmt.where(Region.level.in_(("city", "district")), Region.code.in_(_used(actor)))
    elif actor.regions:
        stmt = stmt.where(Region.parent_code.in_(actor.regions))
    else:
        return []
    return [(code, name) for code, name in db.session.execute(stmt)]


def _used(actor: Actor) -> set[str]:

    prefix = func.substr(Enterprise.region_code, 1, 6)
    districts = set(db.session.scalars(visible(Enterprise, actor, prefix).distinct()))
    return districts | {code[:4] for code in districts}
