"""The editions of GB 18218: which holds on a day, and a corrected figure as another edition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select

from supervision.chemical.models import HazardStandard, HazardStandardRow
from supervision.chemical.tables import Shipped, shipped_standards
from supervision.core import audit, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.text import N_

MOST_EDITIONS = 100
MOST_FIGURE = 99_999


def standard_on(day: date) -> HazardStandard:
    """The edition in force on ``day``; raises NotFound when none is."""
    until = HazardStandard.effective_to
    stmt = (
        select(HazardStandard)
        .where(HazardStandard.effective_from <= day, or_(until.is_(None), until >= day))
        .order_by(HazardStandard.effective_from.desc())
        .limit(1)
    )
    found = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound(N_("No edition of the standard is in force on %(day)s."), day=day)
    return found


def editions() -> Sequence[HazardStandard]:
    """All of them, newest first."""
    stmt = select(HazardStandard).order_by(HazardStandard.effective_from.desc())
    return db.session.scalars(stmt.limit(MOST_EDITIONS)).all()


def get_standard(standard_id: int) -> HazardStandard:
    found: HazardStandard | None = db.session.get(HazardStandard, standard_id)
    if found is None:
        raise NotFound
    return found


def get_row(row_id: int) -> HazardStandardRow:
    found: HazardStandardRow | None = db.session.get(HazardStandardRow, row_id)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Correction:
    """Another figure from a day on. ``figure`` is the row's value, or the bound of a grade."""

    figure: Decimal
    effective_from: date
    source: str
    reason: str


def figure_of(row: HazardStandardRow) -> Decimal | None:
    """The figure that may be corrected: grades have a bound and no value."""
    return row.bound if row.value is None else row.value


def correct(row: HazardStandardRow, actor: Actor, wanted: Correction) -> HazardStandard:
    """A new edition with one other figure; identifications keep the one that they were made by.

    Raises Forbidden, Conflict when the row is not of the newest edition, InvalidInput.
    """
    if not actor.may(Permission.FILE_TABLES_EDIT):
        raise Forbidden
    old = get_standard(row.standard_id)
    if old.effective_to is not None:
        raise Conflict(N_("A newer edition is there already: correct that one."))
    for name in ("source", "reason"):
        if not getattr(wanted, name):
            raise InvalidInput(N_("This field is required."), field=name)
    if not wanted.figure.is_finite() or not 0 <= wanted.figure <= MOST_FIGURE:
        raise InvalidInput(N_("Give a figure between 0 and 99,999."), field="figure")
    if wanted.figure == 0 and row.value is not None:
        raise InvalidInput(N_("It must be more than nothing."), field="figure")
    if wanted.figure == figure_of(row):
        raise InvalidInput(N_("This is the figure that stands there."), field="figure")
    first = max(clock.today(), old.effective_from + timedelta(days=1))
    if wanted.effective_from < first:
        raise InvalidInput(
            N_("The earliest possible day is %(day)s."), field="effective_from", day=first
        )
    old.effective_to = wanted.effective_from - timedelta(days=1)
    new = HazardStandard(
        code=old.code,
        effective_from=wanted.effective_from,
        source=wanted.source,
        certainty=Certainty.MEDIUM,
        reason=wanted.reason,
        recorded_at=clock.now(),
        recorded_by=actor.name,
        rows=[_copy(r, wanted.figure if r is row else None) for r in old.rows],
    )
    db.session.add(new)
    audit.record(
        actor,
        "chemical.standard",
        new,
        table=row.kind,
        position=row.position,
        before=figure_of(row),
        after=wanted.figure,
        effective_from=wanted.effective_from,
        reason=wanted.reason,
    )
    return new


def _copy(row: HazardStandardRow, figure: Decimal | None) -> HazardStandardRow:
    new = HazardStandardRow(
        kind=row.kind,
        position=row.position,
        symbol=row.symbol,
        name=row.name,
        cas=row.cas,
        bound=row.bound,
        value=row.value,
        certainty=row.certainty,
    )
    if figure is not None:
        if row.value is None:
            new.bound = figure
        else:
            new.value = figure
        new.certainty = Certainty.MEDIUM
    return new


def load_shipped() -> int:
    """Editions whose code nobody has yet; returns how many rows were new."""
    known = set(db.session.scalars(select(HazardStandard.code)))
    new = [s for s in shipped_standards() if s.standard.code not in known]
    db.session.add_all([_edition(shipped) for shipped in new])
    db.session.flush()
    return sum(len(s.standard.rows) for s in new)


def _edition(shipped: Shipped) -> HazardStandard:
    return HazardStandard(
        code=shipped.standard.code,
        effective_from=shipped.effective_from,
        source=shipped.source,
        certainty=shipped.certainty,
        recorded_at=clock.now(),
        recorded_by=SYSTEM.name,
        rows=[
            HazardStandardRow(**_columns(row), certainty=certainty)
            for row, certainty in zip(shipped.standard.rows, shipped.certainties, strict=True)
        ],
    )


def _columns(row: Any) -> dict[str, Any]:
    return {
        "kind": row.table,
        "position": row.position,
        "symbol": row.symbol,
        "name": row.name,
        "cas": ";".join(row.cas),
        "bound": row.bound,
        "value": row.value,
    }
