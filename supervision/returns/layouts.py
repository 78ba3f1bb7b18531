"""Layouts of local monthly returns: which of our figures stands under which of a region's labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Forbidden, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.text import N_
from supervision.returns.models import ReturnLayout
from supervision.returns.rules import FIGURES

MOST_LINES = 60
MOST = 200


@dataclass(frozen=True, slots=True)
class Version:
    """What a new version says. ``lines``: label and figure, in the paper's order."""

    code: str
    name: str
    region_code: str
    due_day: int
    lines: Sequence[tuple[str, str]]
    effective_from: date
    source: str
    certainty: Certainty
    note: str = ""
    in_use: bool = True


def in_force(day: date) -> Sequence[ReturnLayout]:
    """The layouts of all regions that ask for something on ``day``."""
    until = ReturnLayout.effective_to
    stmt = (
        select(ReturnLayout)
        .where(ReturnLayout.effective_from <= day, or_(until.is_(None), until >= day))
        .where(ReturnLayout.in_use)
        .order_by(ReturnLayout.code)
        .limit(MOST)
    )
    return db.session.scalars(stmt).all()


def listed() -> Sequence[ReturnLayout]:
    """All versions, the newest of each code first."""
    stmt = select(ReturnLayout).order_by(ReturnLayout.code, ReturnLayout.effective_from.desc())
    return db.session.scalars(stmt.limit(MOST)).all()


def get(layout_id: int) -> ReturnLayout:
    found = db.session.get(ReturnLayout, layout_id)
    if found is None:
        raise NotFound
    return found


def add_version(actor: Actor, version: Version) -> ReturnLayout:
    """A new version from tomorrow on or later; the one before it ends the day before.

    Raises InvalidInput naming the field.
    """
    if not actor.may(Permission.RETURN_EDIT):
        raise Forbidden
    latest = _latest(version.code)
    _check(version, latest)
    if latest is not None:
        latest.effective_to = version.effective_from - timedelta(days=1)
    row = ReturnLayout(
        code=version.code,
        name=version.name,
        region_code=version.region_code,
        due_day=version.due_day,
        lines=[{"label": label, "figure": figure} for label, figure in version.lines],
        effective_from=version.effective_from,
        source=version.source,
        certainty=version.certainty,
        note=version.note,
        in_use=version.in_use,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor, "returns.layout", row, code=row.code, since=row.effective_from, in_use=row.in_use
    )
    return row


def _latest(code: str) -> ReturnLayout | None:
    stmt = select(ReturnLayout).where(ReturnLayout.code == code)
    return db.session.scalars(stmt.order_by(ReturnLayout.effective_from.desc()).limit(1)).first()


def _check(version: Version, latest: ReturnLayout | None) -> None:
    if version.effective_from <= clock.today():
        raise InvalidInput(N_("A new version begins tomorrow or later."), field="effective_from")
    if latest is not None and latest.effective_from >= version.effective_from:
        raise InvalidInput(N_("A later version exists already."), field="effective_from")
    if latest is not None and latest.region_code != version.region_code:
        raise InvalidInput(N_("A layout keeps its region."), field="region_code")
    if not 1 <= len(version.lines) <= MOST_LINES:
        raise InvalidInput(N_("Between one and %(count)s lines."), field="lines", count=MOST_LINES)
    for number, (label, figure) in enumerate(version.lines, start=1):
        if not label or figure not in FIGURES:
            raise InvalidInput(
                N_("Line %(number)s: write a label, a bar and a figure's name."),
                field="lines",
                number=number,
            )


def parse(text: str) -> list[tuple[str, str]]:
    """Lines as they are edited: ``label | figure``."""
    parts = (line.rpartition("|") for line in text.splitlines() if line.strip())
    return [(label.strip(), figure.strip()) for label, _bar, figure in parts]


def written(lines: Sequence[Mapping[str, str]]) -> str:
    """The reverse of :func:`parse`."""
    return "\n".join(f"{line['label']} | {line['figure']}" for line in lines)


def seed(rows: Sequence[Mapping[str, str]]) -> int:
    """Shipped layouts whose code nobody has yet; one that somebody changed is theirs."""
    known = set(db.session.scalars(select(ReturnLayout.code)))
    new = [row for row in rows if row["code"] not in known]
    for row in new:
        lines = [part.rpartition("=") for part in row["lines"].split(";")]
        db.session.add(
            ReturnLayout(
                code=row["code"],
                name=row["name"],
                region_code=row["region_code"],
                due_day=int(row["due_day"]),
                lines=[{"label": label, "figure": figure} for label, _equals, figure in lines],
                effective_from=date.fromisoformat(row["effective_from"]),
                source=row["source"],
                certainty=Certainty(row["certainty"]),
                note=row["note"],
                in_use=row["in_use"] == "yes",
            )
        )
    db.session.flush()
    return len(new)
