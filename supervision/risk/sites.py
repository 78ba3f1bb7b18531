"""Plans of the site: a picture, the areas drawn on it, and newer pictures of the same floor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from sqlalchemy import select, update

from supervision.core import attachments, clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.enterprise.site_models import SiteArea, SitePlan
from supervision.risk.geometry import check_polygon, holds
from supervision.risk.journal import log_plan
from supervision.risk.models import RiskPoint

MOST_PLANS = 30
MOST_AREAS = 80
# A plan on which nobody can read anything is none.
LEAST_SIDE = 200


def store_picture(actor: Actor, source: IO[bytes], filename: str) -> Attachment:
    """The picture of a plan, encoded anew. Raises InvalidInput for field ``picture``."""
    kept = attachments.store_photo(actor, source, filename, field="picture")
    if min(kept.width or 0, kept.height or 0) < LEAST_SIDE:
        raise InvalidInput(
            N_("The picture is too small: at least %(least)s pixels a side."),
            field="picture",
            least=LEAST_SIDE,
        )
    return kept


def add_plan(enterprise: Enterprise, actor: Actor, *, name: str, picture: Attachment) -> SitePlan:
    """A first picture of a floor or a site."""
    standing = _standing_plans(enterprise.id)
    if len(standing) >= MOST_PLANS:
        raise InvalidInput(N_("At most %(count)s plans."), field="name", count=MOST_PLANS)
    _refuse_known_name(standing, name)
    plan = _new(enterprise.id, actor, name, picture)
    log_plan(plan, actor, "plan")
    return plan


def replace_picture(
    plan: SitePlan, actor: Actor, picture: Attachment, *, keep_areas: bool
) -> SitePlan:
    """A newer picture of the same floor. The old plan stays as it was, with its areas.

    ``keep_areas``: the areas are taken over, and the points with them. Otherwise the points keep
    their place in words and are put on the new plan by hand.
    """
    _refuse_retired(plan)
    new = _new(plan.enterprise_id, actor, plan.name, picture)
    new.replaces_id = plan.id
    moved: dict[int, int] = {}
    for area in standing_areas(plan) if keep_areas else ():
        copy = SiteArea(
            enterprise_id=plan.enterprise_id,
            name=area.name,
            polygon=[list(corner) for corner in area.polygon],
        )
        new.areas.append(copy)
        db.session.flush()
        moved[area.id] = copy.id
    for point in _points_on(plan):
        point.area_id = moved.get(point.area_id or 0)
        point.plan_id = new.id if keep_areas else None
        if not keep_areas:
            point.x = point.y = None
    plan.retired_at = clock.now()
    log_plan(new, actor, "plan_replaced", areas=len(moved))
    return new


def rename_plan(plan: SitePlan, actor: Actor, name: str) -> None:
    _refuse_retired(plan)
    others = [p for p in _standing_plans(plan.enterprise_id) if p.id != plan.id]
    _refuse_known_name(others, name)
    before, plan.name = plan.name, name
    log_plan(plan, actor, "plan_renamed", before=before)


def retire_plan(plan: SitePlan, actor: Actor) -> None:
    """Off the list; the points on it keep their place in words."""
    _refuse_retired(plan)
    for point in _points_on(plan):
        point.plan_id = point.area_id = point.x = point.y = None
    plan.retired_at = clock.now()
    log_plan(plan, actor, "plan_retired")


def add_area(plan: SitePlan, actor: Actor, *, name: str, polygon: list[list[float]]) -> SiteArea:
    """An area; points that lie in it and in no other become its own."""
    _refuse_retired(plan)
    standing = standing_areas(plan)
    if len(standing) >= MOST_AREAS:
        raise InvalidInput(N_("At most %(count)s areas."), field="name", count=MOST_AREAS)
    _check_area(standing, name, polygon)
    area = SiteArea(enterprise_id=plan.enterprise_id, name=name, polygon=polygon)
    plan.areas.append(area)
    db.session.flush()
    _take_in(area, plan)
    log_plan(plan, actor, "area", note=name)
    return area


def change_area(area: SiteArea, actor: Actor, *, name: str, polygon: list[list[float]]) -> None:
    """Another name or shape. Points that are placed follow the shape."""
    _refuse_gone(area)
    others = [a for a in standing_areas(area.plan) if a.id != area.id]
    _check_area(others, name, polygon)
    area.name, area.polygon = name, polygon
    for point in _points_on(area.plan):
        if point.area_id == area.id and not _lies_in(point, area):
            point.area_id = None
    _take_in(area, area.plan)
    log_plan(area.plan, actor, "area_changed", note=name)


def remove_area(area: SiteArea, actor: Actor) -> None:
    """Its points stay on the plan, without an area."""
    _refuse_gone(area)
    area.retired_at = clock.now()
    stmt = update(RiskPoint).where(RiskPoint.area_id == area.id).values(area_id=None)
    db.session.execute(unscoped(stmt, reason="points of an area that was read"))
    log_plan(area.plan, actor, "area_removed", note=area.name)


def standing_areas(plan: SitePlan) -> list[SiteArea]:
    return [area for area in plan.areas if area.retired_at is None]


def _new(enterprise_id: int, actor: Actor, name: str, picture: Attachment) -> SitePlan:
    plan = SitePlan(
        enterprise_id=enterprise_id,
        name=name,
        picture_id=picture.id,
        width=picture.width or 1,
        height=picture.height or 1,
        created_at=clock.now(),
        created_by_id=actor.id,
        areas=[],
    )
    db.session.add(plan)
    db.session.flush()
    return plan


def _standing_plans(enterprise_id: int) -> list[SitePlan]:
    stmt = select(SitePlan).where(
        SitePlan.enterprise_id == enterprise_id, SitePlan.retired_at.is_(None)
    )
    return list(db.session.scalars(unscoped(stmt, reason="of an enterprise that was read")))


def _points_on(plan: SitePlan) -> list[RiskPoint]:
    stmt = select(RiskPoint).where(RiskPoint.plan_id == plan.id)
    return list(db.session.scalars(unscoped(stmt, reason="points of a plan that was read")))


def _take_in(area: SiteArea, plan: SitePlan) -> None:
    for point in _points_on(plan):
        if point.area_id is None and point.x is not None and _lies_in(point, area):
            point.area_id = area.id


def _lies_in(point: RiskPoint, area: SiteArea) -> bool:
    """A point without a position lies where it was said to lie."""
    if point.x is None or point.y is None:
        return True
    return holds(area.polygon, (float(point.x), float(point.y)))


def _check_area(others: Iterable[SiteArea], name: str, polygon: list[list[float]]) -> None:
    check_polygon([(x, y) for x, y in polygon])
    if any(area.name == name for area in others):
        raise InvalidInput(N_("This plan has an area of this name."), field="name")


def _refuse_known_name(plans: Iterable[SitePlan], name: str) -> None:
    if any(plan.name == name for plan in plans):
        raise InvalidInput(N_("There is a plan of this name already."), field="name")


def _refuse_retired(plan: SitePlan) -> None:
    if plan.retired_at is not None:
        raise Conflict(N_("This plan was replaced or removed: it only shows what was."))


def _refuse_gone(area: SiteArea) -> None:
    _refuse_retired(area.plan)
    if area.retired_at is not None:
        raise Conflict
