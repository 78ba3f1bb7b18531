"""Reads of parks and of agreements between enterprises."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.search import contains
from supervision.enterprise.models import Enterprise
from supervision.enterprise.relation_models import EnterpriseLink, Park
from supervision.enterprise.relation_rules import LinkKind

MOST_PARKS = 500
MOST_LINKS = 100


def list_parks(actor: Actor, text: str = "", region: str = "") -> Select[Any]:
    """Parks by name, those that are closed last."""
    stmt = visible(Park, actor)
    if text:
        stmt = stmt.where(contains(text, Park.name, Park.managing_body))
    if region:
        stmt = stmt.where(region_range(Park.region_code, region))
    return stmt.order_by(Park.closed_on.is_not(None), Park.name, Park.id)


def get_park(park_id: int, actor: Actor) -> Park:
    """One park. Raises NotFound out of scope."""
    found: Park | None = db.session.scalars(visible(Park, actor).where(Park.id == park_id)).first()
    if found is None:
        raise NotFound
    return found


def tenants(park_id: int, actor: Actor) -> Select[Any]:
    """The enterprises of a park, as far as ``actor`` sees them."""
    stmt = visible(Enterprise, actor).where(Enterprise.park_id == park_id)
    return stmt.order_by(Enterprise.name, Enterprise.id)


def tenant_counts(ids: Collection[int], actor: Actor) -> dict[int, int]:
    """How many enterprises each park has, in one statement for a page of parks."""
    stmt = (
        visible(Enterprise, actor, Enterprise.park_id, func.count(Enterprise.id))
        .where(Enterprise.park_id.in_(ids))
        .group_by(Enterprise.park_id)
    )
    return dict(db.session.execute(stmt).tuples().all())


def park_choices(actor: Actor, kept: int | None = None) -> list[tuple[str, str]]:
    """Parks that an enterprise may be put into; one that it is in stays."""
    stmt = visible(Park, actor, Park.id, Park.name).where(
        or_(Park.closed_on.is_(None), Park.id == (kept or 0))
    )
    rows = db.session.execute(stmt.order_by(Park.name).limit(MOST_PARKS))
    return [(str(i), name) for i, name in rows]


def park_names(ids: Collection[int]) -> dict[int, str]:
    """Names of parks by id; 0 is nobody's."""
    wanted = {i for i in ids if i}
    if not wanted:
        return {}
    stmt = select(Park.id, Park.name).where(Park.id.in_(wanted))
    reason = "the park's name stands on the file for whoever sees the file"
    return dict(db.session.execute(unscoped(stmt, reason=reason)).tuples().all())


@dataclass(frozen=True, slots=True)
class LinkFilter:
    """What the list is narrowed to. ``state``: valid, ending, check, ended."""

    text: str = ""
    kind: str = ""
    region: str = ""
    state: str = ""


def list_links(actor: Actor, wanted: LinkFilter, today: date) -> Select[Any]:
    """Agreements with the side that coordinates, those that end first on top."""
    stmt = visible(EnterpriseLink, actor).join(
        Enterprise, Enterprise.id == EnterpriseLink.enterprise_id
    )
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, Enterprise.name, EnterpriseLink.counterpart_name))
    if wanted.kind in set(LinkKind):
        stmt = stmt.where(EnterpriseLink.kind == wanted.kind)
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    ended = EnterpriseLink.ended_on.is_not(None)
    states = {
        "running": ~ended,
        "expired": ~ended & (EnterpriseLink.valid_to < today),
        "check": ~ended & (EnterpriseLink.next_check_on < today),
        "ended": ended,
    }
    if wanted.state in states:
        stmt = stmt.where(states[wanted.state])
    return stmt.options(joinedload(EnterpriseLink.enterprise)).order_by(
        ended, EnterpriseLink.valid_to.is_(None), EnterpriseLink.valid_to, EnterpriseLink.id
    )


def of_enterprise(
    enterprise_id: int, actor: Actor
) -> tuple[Sequence[EnterpriseLink], Sequence[EnterpriseLink]]:
    """The agreements that an enterprise coordinates, and those where it is the other side."""
    stmt = (
        visible(EnterpriseLink, actor)
        .options(joinedload(EnterpriseLink.enterprise))
        .where(
            or_(
                EnterpriseLink.enterprise_id == enterprise_id,
                EnterpriseLink.counterpart_id == enterprise_id,
            )
        )
        .order_by(EnterpriseLink.ended_on.is_not(None), EnterpriseLink.agreed_on.desc())
        .limit(MOST_LINKS)
    )
    rows = db.session.scalars(stmt).all()
    own = [row for row in rows if row.enterprise_id == enterprise_id]
    return own, [row for row in rows if row.enterprise_id != enterprise_id]


def get_link(link_id: int, actor: Actor) -> EnterpriseLink:
    """One agreement with the side that coordinates. Raises NotFound out of scope."""
    stmt = visible(EnterpriseLink, actor).where(EnterpriseLink.id == link_id)
    found: EnterpriseLink | None = db.session.scalars(
        stmt.options(joinedload(EnterpriseLink.enterprise))
    ).first()
    if found is None:
        raise NotFound
    return found


def holder(uscc: str) -> int | None:
    """The enterprise with this code, for tying the other side to its file."""
    other = aliased(Enterprise)
    reason = "an agreement is shown to its other side, whoever enters it"
    return db.session.scalar(unscoped(select(other.id).where(other.uscc == uscc), reason=reason))
