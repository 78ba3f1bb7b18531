"""The list of a period as Excel: the same statement as the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.commitment import labels, queries, rules
from supervision.commitment.models import (
    Commitment,
    CommitmentMissed,
    CommitmentMonth,
    CommitmentSetting,
)
from supervision.commitment.queries import DayFilter
from supervision.commitment.rules import Standing
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.export.columns import Column, Kind

BATCH = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One enterprise in one period."""

    setting: CommitmentSetting
    commitment: Commitment | None
    missed: CommitmentMissed | None
    now: datetime

    @property
    def standing(self) -> Standing:
        found = self.commitment
        if found is not None:
            return rules.standing(found.due_at, found.first_published_at, self.now)
        return Standing.MISSED if self.missed is not None else Standing.OPEN


COLUMNS: tuple[Column[Line], ...] = (
    Column("enterprise", _l("Enterprise"), lambda r: r.setting.enterprise.name, width=36),
    Column("uscc", _l("Unified social credit code"), lambda r: r.setting.enterprise.uscc, width=22),
    Column("standing", _l("State"), lambda r: str(labels.STANDING_LABELS[r.standing])),
    Column("production", _l("State of production"), lambda r: _production(r.commitment), width=20),
    Column(
        "operations", _l("Special operations"), lambda r: _of(r, "operation_count"), Kind.INTEGER
    ),
    Column("starts", _l("Plants that start"), lambda r: _of(r, "starts"), Kind.INTEGER),
    Column("stops", _l("Plants that stop"), lambda r: _of(r, "stops"), Kind.INTEGER),
    Column("trials", _l("Plants on trial"), lambda r: _of(r, "trials"), Kind.INTEGER),
    Column("majors", _l("Open major hazards"), lambda r: _of(r, "majors"), Kind.INTEGER),
    Column("sources", _l("Major hazard sources"), lambda r: _of(r, "sources"), Kind.INTEGER),
    Column("by", _l("Published by"), lambda r: _of(r, "published_by")),
    Column(
        "at", _l("Published at"), lambda r: _of(r, "first_published_at"), Kind.INSTANT, width=18
    ),
    Column("revision", _l("Revision"), lambda r: _of(r, "revision"), Kind.INTEGER),
)


MONTH_COLUMNS: tuple[Column[CommitmentMonth], ...] = (
    Column("enterprise", _l("Enterprise"), lambda m: m.enterprise.name, width=36),
    Column("uscc", _l("Unified social credit code"), lambda m: m.enterprise.uscc, width=22),
    Column("due", _l("Due"), lambda m: m.due, Kind.INTEGER),
    Column("kept", _l("Made in time"), lambda m: m.kept, Kind.INTEGER),
    Column("late", _l("Made late"), lambda m: m.late, Kind.INTEGER),
    Column("missed", _l("Missing"), lambda m: m.missed, Kind.INTEGER),
)


def month_table(
    stmt: Select[Any],
) -> tuple[Sequence[Column[CommitmentMonth]], Iterable[CommitmentMonth]]:
    return MONTH_COLUMNS, db.session.scalars(stmt.execution_options(yield_per=BATCH))


def _of(line: Line, name: str) -> Any:
    return getattr(line.commitment, name) if line.commitment is not None else None


def _production(commitment: Commitment | None) -> str:
    return str(labels.PRODUCTION_LABELS[commitment.production]) if commitment else ""


def lines(settings: Sequence[CommitmentSetting], wanted: DayFilter, actor: Actor) -> list[Line]:
    """The settings of a page with what stands for the period, in two statements."""
    ids = [setting.enterprise_id for setting in settings]
    there = queries.published_of(ids, wanted.period, wanted.day, actor)
    missed = queries.missed_of(ids, wanted.period, wanted.day, actor)
    return [
        Line(s, there.get(s.enterprise_id), missed.get(s.enterprise_id), wanted.now)
        for s in settings
    ]


def table(
    stmt: Select[Any], wanted: DayFilter, actor: Actor
) -> tuple[Sequence[Column[Line]], Iterable[Line]]:
    return COLUMNS, _rows(stmt, wanted, actor)


def _rows(stmt: Select[Any], wanted: DayFilter, actor: Actor) -> Iterator[Line]:
    found = db.session.scalars(stmt.execution_options(yield_per=BATCH))
    for part in found.partitions(BATCH):
        yield from lines(part, wanted, actor)
