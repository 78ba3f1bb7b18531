"""Reads of imports: everybody sees their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, visible
from supervision.enterprise.imports.models import ImportMapping, ImportProblem, ImportRun
from supervision.enterprise.models import Region
from supervision.enterprise.rules import RegionLevel

MOST_DIVISIONS = 4000


def list_runs(actor: Actor) -> Select[Any]:
    """One's imports, newest first."""
    return visible(ImportRun, actor).options(_FILES).order_by(ImportRun.id.desc())


def get_run(run_id: int, actor: Actor) -> ImportRun:
    """One's import with its files. Raises NotFound for another's."""
    stmt = visible(ImportRun, actor).where(ImportRun.id == run_id)
    stmt = stmt.options(_FILES, joinedload(ImportRun.errors))
    found: ImportRun | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def problems(run: ImportRun, limit: int) -> Sequence[ImportProblem]:
    """The first rows of a seen import that did not fit."""
    stmt = select(ImportProblem).where(ImportProblem.run_id == run.id)
    return db.session.scalars(stmt.order_by(ImportProblem.row).limit(limit)).all()


def remembered(actor: Actor, headings: Sequence[str]) -> dict[str, str]:
    """What a person took headings for before."""
    stmt = select(ImportMapping.heading, ImportMapping.field).where(
        ImportMapping.account_id == actor.id, ImportMapping.heading.in_(headings)
    )
    return dict(db.session.execute(stmt).tuples().all())


_FILES = joinedload(ImportRun.file)


def divisions(actor: Actor) -> list[tuple[str, str]]:
    """Districts and streets of an actor's own region, for the template's list.

    Whoever sees everything gets the districts only.
    """
    stmt = select(Region.code, Region.name).where(
        Region.valid_to.is_(None), Region.level.in_((RegionLevel.DISTRICT, RegionLevel.STREET))
    )
    if actor.everything:
        stmt = stmt.where(Region.level == RegionLevel.DISTRICT)
    elif actor.regions:
        stmt = stmt.where(or_(*(region_range(Region.code, r) for r in actor.regions)))
    else:
        return []
    return list(db.session.execute(stmt.order_by(Region.code).limit(MOST_DIVISIONS)).tuples())
