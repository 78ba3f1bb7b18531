"""Certificates of a period, for those who count them: rows, and counts made by SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_

from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise, narrowed
from supervision.people.models import PeopleRule, Person, PersonCertificate, holding
from supervision.people.rules import shown_name

_CHUNK = 500
# What a package lists by name: what ends within this many days of the period's end.
SOON_DAYS = 90


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """One certificate that needs somebody: past its day, or due soon. The name is masked."""

    id: int
    enterprise_id: int
    enterprise: str
    uscc: str
    person: str
    kind: str
    number: str
    valid_from: date
    valid_to: date | None
    review_on: date | None
    next_on: date


def certificate_rows(
    actor: Actor, day: date, *, enterprise_id: int | None = None, region: str = ""
) -> Iterator[CertificateRow]:
    """Certificates of employed people that on ``day`` are past or due within 90 days, by that day.

    One statement, streamed.
    """
    model = PersonCertificate
    columns = (
        model.id,
        model.enterprise_id,
        Enterprise.name,
        Enterprise.uscc,
        Person.name,
        PeopleRule.name,
        model.number_masked,
        model.valid_from,
        model.valid_to,
        model.review_on,
        model.next_on,
    )
    stmt = _certificates(actor, day, *columns).join(PeopleRule, PeopleRule.id == model.kind_id)
    stmt = narrowed(stmt, model.enterprise_id, enterprise_id=enterprise_id, region=region)
    stmt = stmt.where(model.next_on <= day + timedelta(days=SOON_DAYS))
    stmt = stmt.order_by(model.next_on, model.id)
    for row in db.session.execute(stmt.execution_options(yield_per=_CHUNK)):
        values = list(row)
        values[4] = shown_name(values[4], in_full=False)
        yield CertificateRow(*values)


def certificate_counts(
    actor: Actor,
    first: date,
    day: date,
    *,
    enterprise_id: int | None = None,
    region: str = "",
) -> dict[str, int]:
    """On ``day``: how many hold, are due soon, are past; issued and revoked since ``first``."""
    model = PersonCertificate
    parts = {
        "certificates_valid": holding(day),
        "certificates_soon": and_(holding(day), model.next_on <= day + timedelta(days=SOON_DAYS)),
        "certificates_expired": model.next_on < day,
        "certificates_new": model.valid_from.between(first, day),
    }
    stmt = narrowed(
        _certificates(actor, day, *_sums(parts)),
        model.enterprise_id,
        enterprise_id=enterprise_id,
        region=region,
    )
    return _counted(parts, stmt)


def _certificates(actor: Actor, day: date, *columns: Any) -> Select[Any]:
    """Those that are nobody's past on ``day``: not ended before it, their holder still there."""
    model = PersonCertificate
    return (
        visible(model, actor, *columns)
        .join(Person, Person.id == model.person_id)
        .join(Enterprise, Enterprise.id == model.enterprise_id)
        .where(model.valid_from <= day)
        .where(or_(model.ended_on.is_(None), model.ended_on > day))
        .where(or_(Person.employed_to.is_(None), Person.employed_to > day))
    )


def _sums(parts: dict[str, ColumnElement[bool]]) -> list[Any]:
    return [count_if(part) for part in parts.values()]


def _counted(parts: dict[str, Any], stmt: Select[Any]) -> dict[str, int]:
    row = db.session.execute(stmt).one()
    return {name: int(value) for name, value in zip(parts, row, strict=True)}
