"""Reads of caps and exemptions. They are published facts: unscoped, changed by region."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select, true

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range
from supervision.enterprise import rules as industries
from supervision.inspection.models import CapExemption, FrequencyCap

MOST_CAPS = 500
_DIGITS = re.compile(r"\d{2,4}")


def list_caps(year: int) -> Select[Any]:
    """The caps of a year, by region and class."""
    return (
        select(FrequencyCap)
        .where(FrequencyCap.year == year)
        .order_by(
            FrequencyCap.region_code,
            FrequencyCap.industry,
            FrequencyCap.is_key,
            FrequencyCap.level,
            FrequencyCap.id,
        )
    )


def _own(actor: Actor) -> ColumnElement[bool]:
    if actor.everything:
        return true()
    regions = [region_range(FrequencyCap.region_code, prefix) for prefix in actor.regions]
    return or_(*regions) if regions else false()


def caps_of(year: int, actor: Actor) -> Sequence[FrequencyCap]:
    """The caps of a year in the actor's own divisions."""
    return db.session.scalars(list_caps(year).where(_own(actor)).limit(MOST_CAPS)).all()


def unpublished(year: int, actor: Actor) -> Sequence[FrequencyCap]:
    stmt = list_caps(year).where(_own(actor), FrequencyCap.published_on.is_(None))
    return db.session.scalars(stmt.limit(MOST_CAPS)).all()


def editable_cap(cap_id: int, actor: Actor) -> FrequencyCap:
    """A cap of the actor's own divisions. Raises NotFound."""
    stmt = select(FrequencyCap).where(FrequencyCap.id == cap_id, _own(actor))
    found: FrequencyCap | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def same_class(key: tuple[int, str, str, bool, int]) -> FrequencyCap | None:
    """The cap of this year, region, industry, key and level."""
    year, region, industry, is_key, level = key
    stmt = select(FrequencyCap).where(
        FrequencyCap.year == year,
        FrequencyCap.region_code == region,
        FrequencyCap.industry == industry,
        FrequencyCap.is_key.is_(is_key),
        FrequencyCap.level == level,
    )
    found: FrequencyCap | None = db.session.scalars(stmt).first()
    return found


def years() -> list[int]:
    """Years that have caps, newest first."""
    stmt = select(FrequencyCap.year).distinct().order_by(FrequencyCap.year.desc()).limit(50)
    return list(db.session.scalars(stmt))


def is_industry(text: str) -> bool:
    """Whether it is a section's letter, the first digits of a code, or empty for all."""
    sections = {s.section for s in industries.industry_sections()}
    return text == "" or text in sections or bool(_DIGITS.fullmatch(text))


def list_exemptions(day: date | None = None) -> Select[Any]:
    """Versions of exemptions by code, those in force on ``day`` or all."""
    stmt = select(CapExemption).order_by(
        CapExemption.code, CapExemption.effective_from.desc(), CapExemption.id
    )
    if day is None:
        return stmt
    ends = or_(CapExemption.effective_to.is_(None), CapExemption.effective_to >= day)
    return stmt.where(CapExemption.effective_from <= day, ends)


def last_exemption(code: str) -> CapExemption | None:
    stmt = list_exemptions().where(CapExemption.code == code).limit(1)
    found: CapExemption | None = db.session.scalars(stmt).first()
    return found


def get_exemption(exemption_id: int) -> CapExemption:
    found: CapExemption | None = db.session.get(CapExemption, exemption_id)
    if found is None:
        raise NotFound
    return found
