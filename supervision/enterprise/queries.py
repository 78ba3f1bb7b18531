"""Reads of the registry. Every one of an enterprise starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from supervision.core import clock, find
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.web.paging import PER_PAGE, Page, Search, capped_counts, paginate
from supervision.enterprise import coverage, rules
from supervision.enterprise.models import Enterprise, EnterpriseEvent, Region, RollStatus
from supervision.enterprise.rules import RegionLevel, SizeClass

SORTS = {
    "name": (Enterprise.name, Enterprise.id),
    "region": (Enterprise.region_code, Enterprise.name, Enterprise.id),
    "newest": (Enterprise.created_at.desc(), Enterprise.id.desc()),
    "headcount": (Enterprise.headcount.desc(), Enterprise.id),
}


@dataclass(frozen=True, slots=True)
class EnterpriseFilter:
    """What a list is narrowed to; empty means all.

    ``industry`` is a section's letter or the first digits of a code (GB/T 4754); ``gap`` is one
    of :data:`coverage.GAPS`, with ``days`` and ``checked`` for the stale ones.
    """

    text: str = ""
    region: str = ""
    industry: str = ""
    size_class: SizeClass | None = None
    roll_status: RollStatus | None = None
    is_key: bool | None = None
    gap: str = ""
    days: int = coverage.DAYS
    checked: tuple[coverage.CheckedSince, ...] = ()
    sort: str = "name"

    @property
    def is_text_alone(self) -> bool:
        """Nothing narrows the list but its text."""
        others = (self.region, self.industry, self.gap, self.size_class, self.roll_status)
        return not any(others) and self.is_key is None


def list_enterprises(actor: Actor, wanted: EnterpriseFilter) -> Select[Any]:
    """The ordered statement behind the registry page and its export."""
    stmt = visible(Enterprise, actor)
    if wanted.text:
        stmt = stmt.where(find.having(Enterprise.id, "enterprise", wanted.text, actor))
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    if wanted.industry:
        stmt = stmt.where(in_industry(wanted.industry))
    if wanted.gap in coverage.GAPS:
        stmt = stmt.where(coverage.gap(wanted.gap, clock.now(), wanted.days, wanted.checked))
    for column, value in (
        # The rarest first: what it rejects need not be compared further.
        (Enterprise.is_key, wanted.is_key),
        (Enterprise.roll_status, wanted.roll_status),
        (Enterprise.size_class, wanted.size_class),
    ):
        if value is not None:
            stmt = stmt.where(column == value)
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["name"]))


def page_of_enterprises(
    actor: Actor, wanted: EnterpriseFilter, number: int, per_page: int = PER_PAGE
) -> Page[Enterprise]:
    """A page of :func:`list_enterprises`, which a search may find by another way."""
    found = find.found(Enterprise.id, "enterprise", wanted.text, actor)
    if found is None:
        return paginate(list_enterprises(actor, wanted), number=number, per_page=per_page)
    whole = list_enterprises(actor, replace(wanted, text=""))
    search = Search(found, wanted.is_text_alone)
    return paginate(whole, number=number, per_page=per_page, search=search)


def in_industry(wanted: str) -> ColumnElement[bool]:
    """The enterprises of a section (a letter) or of a code that begins so (GB/T 4754)."""
    sections = {s.section: s for s in rules.industry_sections()}
    if wanted in sections:
        # Codes are compared as text: "33" <= "3311" < "34".
        first, last = sections[wanted].first_division, sections[wanted].last_division
        return (Enterprise.industry_code >= f"{first:02d}") & (
            Enterprise.industry_code < f"{last + 1:02d}"
        )
    return Enterprise.industry_code.startswith(wanted, autoescape=True)


def get_enterprise(enterprise_id: int, actor: Actor) -> Enterprise:
    """One enterprise. Raises NotFound out of scope."""
    stmt = visible(Enterprise, actor).where(Enterprise.id == enterprise_id)
    found: Enterprise | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def by_uscc(codes: Sequence[str], actor: Actor) -> Sequence[Enterprise]:
    """The enterprises with these codes, as far as ``actor`` sees them."""
    stmt = visible(Enterprise, actor).where(Enterprise.uscc.in_(codes)).order_by(Enterprise.name)
    return db.session.scalars(stmt).all()


@dataclass(frozen=True, slots=True)
class RollCounts:
    """How many enterprises stand where on the roll."""

    total: int
    in_production: int
    suspended: int
    not_located: int
    is_key: int


def roll_counts(actor: Actor) -> RollCounts:
    """The figures, each counted no further than a reader needs, out of an index alone."""
    mine = visible(Enterprise, actor, Enterprise.id)
    clauses = (
        Enterprise.roll_status == RollStatus.IN_PRODUCTION,
        Enterprise.roll_status == RollStatus.SUSPENDED,
        Enterprise.roll_status == RollStatus.NOT_LOCATED,
        Enterprise.is_key,
    )
    return RollCounts(*capped_counts([mine, *(mine.where(clause) for clause in clauses)]))


def events(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[EnterpriseEvent]:
    """What happened to the file itself, newest first."""
    stmt = (
        visible(EnterpriseEvent, actor)
        .where(EnterpriseEvent.enterprise_id == enterprise_id)
        .order_by(EnterpriseEvent.at.desc(), EnterpriseEvent.id.desc())
        .limit(limit)
    )
    if before is not None:
        stmt = stmt.where(EnterpriseEvent.at < before)
    return db.session.scalars(stmt).all()


def last_change(enterprise_id: int, actor: Actor) -> EnterpriseEvent | None:
    """Who touched the file last, for the editor who comes second."""
    found = events(enterprise_id, actor, None, 1)
    return found[0] if found else None


def own_enterprises(actor: Actor) -> Sequence[Enterprise]:
    """The enterprises that an enterprise's person belongs to."""
    stmt = visible(Enterprise, actor).where(Enterprise.id.in_(actor.enterprise_ids))
    return db.session.scalars(stmt.order_by(Enterprise.name)).all()


def region_names(codes: set[str]) -> dict[str, str]:
    """Names for a page of rows, in one statement."""
    stmt = select(Region.code, Region.name).where(Region.code.in_(codes))
    return dict(db.session.execute(stmt).tuples().all())


def region_path_names(codes: set[str], *, below: str = "") -> dict[str, str]:
    """For each code its path from the province down, in one statement for a page of rows.

    ``below`` leaves out what all of them share: a district's officer knows the district.
    """
    steps = {
        code: [code[:n] for n in (2, 4, 6, 9) if len(code) >= n and not below.startswith(code[:n])]
        or [code]
        for code in codes
    }
    names = region_names({step for path in steps.values() for step in path})
    return {
        code: " ".join(names[step] for step in path if step in names)
        for code, path in steps.items()
    }


def region_choices(actor: Actor) -> list[tuple[str, str]]:
    """The divisions just below an actor's own, for a filter."""
    stmt = select(Region.code, Region.name).where(Region.valid_to.is_(None)).order_by(Region.code)
    if actor.everything:
        used = stmt.where(Region.level.in_(("city", "district")), _is_used(actor))
        stmt = unscoped(used, reason="the divisions that hold an enterprise which the actor sees")
    elif actor.regions:
        stmt = stmt.where(Region.parent_code.in_(actor.regions))
    else:
        return []
    return [(code, name) for code, name in db.session.execute(stmt)]


def region_children(actor: Actor, parent: str) -> list[tuple[str, str]]:
    """The divisions below ``parent`` ("" for provinces) that hold or lie in the actor's own."""
    stmt = select(Region.code, Region.name).where(Region.valid_to.is_(None)).order_by(Region.code)
    if parent:
        stmt = stmt.where(Region.parent_code == parent)
    else:
        stmt = stmt.where(Region.level == RegionLevel.PROVINCE)
    rows = [(code, name) for code, name in db.session.execute(stmt)]
    if actor.everything:
        return rows
    return [
        (code, name)
        for code, name in rows
        if any(code.startswith(own) or own.startswith(code) for own in actor.regions)
    ]


def _is_used(actor: Actor) -> ColumnElement[bool]:
    """An enterprise lies in the region: one look into the roll's index for each."""
    inside = Enterprise.region_code.between(Region.code, Region.code + "~")
    stmt = select(1).where(Enterprise.visible_to(actor), inside)
    return stmt.correlate(Region).exists()
