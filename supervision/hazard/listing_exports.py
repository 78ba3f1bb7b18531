"""The board of listed supervision as Excel: the same query as the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.hazard import listing_labels
from supervision.hazard.listing_models import HazardListing

COLUMNS: tuple[Column[HazardListing], ...] = (
    Column("number", _l("Number"), lambda x: x.hazard.number, width=22),
    Column("enterprise", _l("Enterprise"), lambda x: x.enterprise.name, width=30),
    Column("description", _l("Description"), lambda x: x.hazard.description, width=40),
    Column("status", _l("State"), lambda x: str(listing_labels.STATUS_LABELS[x.status]), width=14),
    Column("level", _l("Level"), lambda x: str(listing_labels.LEVEL_LABELS[x.level]), width=12),
    Column("organ", _l("Listed by"), lambda x: x.organ, width=26),
    Column("listed", _l("Listed at"), lambda x: x.listed_at, Kind.INSTANT, width=17),
    Column("due", _l("Deadline of the listing"), lambda x: x.due_on, Kind.DAY, width=14),
    Column("overdue", _l("Overdue"), lambda x: _("Yes") if x.is_overdue else "", width=8),
    Column("leader", _l("Responsible leader"), lambda x: x.leader, width=14),
    Column("requirements", _l("What is required"), lambda x: x.requirements, width=40),
    Column("applied", _l("Review applied on"), lambda x: x.applied_on, Kind.DAY, width=14),
    Column(
        "review",
        _l("Review due"),
        lambda x: x.running_clock.due_on if x.running_clock else None,
        Kind.DAY,
        width=14,
    ),
    Column("failed", _l("Reviews not passed"), lambda x: x.failed_count, Kind.INTEGER, width=10),
    Column("delisted", _l("Delisted at"), lambda x: x.delisted_at, Kind.INSTANT, width=17),
)


def board_table(
    stmt: Select[Any],
) -> tuple[Sequence[Column[HazardListing]], Iterable[HazardListing]]:
    """The columns, and the rows of a filtered board streamed."""
    return COLUMNS, db.session.scalars(stmt.execution_options(yield_per=500))
