"""What sectors commit to: versions in force, and new ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select

from supervision.commitment import rules
from supervision.commitment.models import CommitmentStandard
from supervision.commitment.rules import Part, Period
from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Forbidden, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.text import N_


@dataclass(frozen=True, slots=True)
class Version:
    """What a new version says."""

    code: str
    name: str
    period: Period
    industries: str
    traits: str
    due_days: int
    due_minute: int
    levels: Sequence[str]
    parts: Sequence[Part]
    statement: str
    effective_from: date
    source: str
    certainty: Certainty
    note: str = ""
    is_automatic: bool = True


def in_force(day: date) -> dict[str, CommitmentStandard]:
    """Code -> the version in force on ``day``."""
    until = CommitmentStandard.effective_to
    stmt = (
        select(CommitmentStandard)
        .where(CommitmentStandard.effective_from <= day, or_(until.is_(None), until >= day))
        .order_by(CommitmentStandard.code, CommitmentStandard.effective_from)
    )
    return {row.code: row for row in db.session.scalars(stmt)}


def automatic(day: date) -> list[CommitmentStandard]:
    """Those in force on ``day`` that enterprises come under by their sector, without anybody."""
    return [row for row in in_force(day).values() if row.is_automatic]


def current() -> Sequence[CommitmentStandard]:
    """Of each code the version in force today and those to come, by code."""
    until = CommitmentStandard.effective_to
    stmt = (
        select(CommitmentStandard)
        .where(or_(until.is_(None), until >= clock.today()))
        .order_by(CommitmentStandard.code, CommitmentStandard.effective_from)
        .limit(500)
    )
    return db.session.scalars(stmt).all()


def get(standard_id: int) -> CommitmentStandard:
    found = db.session.get(CommitmentStandard, standard_id)
    if found is None:
        raise NotFound
    return found


def versions(code: str) -> Sequence[CommitmentStandard]:
    """All versions of a code, newest first."""
    stmt = (
        select(CommitmentStandard)
        .where(CommitmentStandard.code == code)
        .order_by(CommitmentStandard.effective_from.desc())
        .limit(100)
    )
    return db.session.scalars(stmt).all()


def add_version(actor: Actor, version: Version) -> CommitmentStandard:
    """A new version from a day that is not past; the one before it ends the day before.

    Raises InvalidInput where it follows no day of its predecessor, or fits no period.
    """
    if not actor.may(Permission.COMMITMENT_EDIT):
        raise Forbidden
    earlier = list(versions(version.code))
    _check(version, earlier)
    if earlier:
        earlier[0].effective_to = version.effective_from - timedelta(days=1)
    row = CommitmentStandard(
        code=version.code,
        name=version.name,
        period=version.period,
        industries=",".join(sorted(rules.words(version.industries))),
        traits=",".join(sorted(rules.words(version.traits))),
        due_days=version.due_days,
        due_minute=version.due_minute,
        levels=list(version.levels),
        parts=",".join(version.parts),
        statement=version.statement,
        is_automatic=version.is_automatic,
        effective_from=version.effective_from,
        source=version.source,
        certainty=version.certainty,
        note=version.note,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "commitment.standard", row, code=row.code, since=row.effective_from)
    return row


def _check(version: Version, earlier: Sequence[CommitmentStandard]) -> None:
    if version.effective_from <= clock.today():
        raise InvalidInput(N_("A new version begins tomorrow or later."), field="effective_from")
    if earlier and earlier[0].effective_from >= version.effective_from:
        raise InvalidInput(N_("A later version exists already."), field="effective_from")
    if earlier and earlier[0].period is not version.period:
        raise InvalidInput(
            N_("A standard keeps its period; make another standard instead."), field="period"
        )
    if not 1 <= len(version.levels) <= rules.MAX_LEVELS:
        raise InvalidInput(
            N_("Between one and %(count)s levels."), field="levels", count=rules.MAX_LEVELS
        )
    if len(set(version.levels)) != len(version.levels):
        raise InvalidInput(N_("Each level has a name of its own."), field="levels")
    if version.period is Period.DAILY and version.due_days:
        raise InvalidInput(N_("A daily commitment is due on its own day."), field="due_days")


def seed(rows: Sequence[Mapping[str, str]]) -> int:
    """Shipped standards whose code nobody has yet; one that somebody changed is theirs."""
    known = set(db.session.scalars(select(CommitmentStandard.code)))
    new = [row for row in rows if row["code"] not in known]
    for row in new:
        until = row["effective_to"]
        db.session.add(
            CommitmentStandard(
                code=row["code"],
                name=row["name"],
                period=Period(row["period"]),
                industries=row["industries"],
                traits=row["traits"],
                due_days=int(row["due_days"]),
                due_minute=int(row["due_minute"]),
                levels=row["levels"].split(","),
                parts=row["parts"],
                statement=row["statement"],
                is_automatic=row["is_automatic"] == "1",
                effective_from=date.fromisoformat(row["effective_from"]),
                effective_to=date.fromisoformat(until) if until else None,
                source=row["source"],
                certainty=Certainty(row["certainty"]),
                note=row["note"],
            )
        )
    db.session.flush()
    return len(new)
