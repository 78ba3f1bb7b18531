"""What other pages show of packages, and how figures become a page's tables and charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core.actor import Actor
from supervision.core.export.columns import Column, shown
from supervision.core.permissions import Permission
from supervision.core.slice import TimelineItem
from supervision.report import labels, queries, selfwork_tables, tables
from supervision.report.models import MonthlyPackage
from supervision.report.rules import MonthlyFigures
from supervision.report.tables import GroupRow

PANEL_ROWS, CARD_ROWS = 12, 5
CHART_SERIES = ("found", "closed", "overdue")


def panel(enterprise_id: int, actor: Actor) -> str:
    return render_template(
        "report/panel.html",
        enterprise_id=enterprise_id,
        packages=queries.latest(actor, PANEL_ROWS, enterprise_id),
        labels=labels,
    )


def card(actor: Actor) -> str:
    packages = queries.latest(actor, CARD_ROWS)
    return render_template("report/card.html", packages=packages, labels=labels) if packages else ""


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    """The enterprise's frozen packages; a provisional one is not an event that stays."""
    if not actor.may(Permission.REPORT_READ):
        return []
    return [
        TimelineItem(
            at=package.made_at,
            title=_(
                "Report of %(month)s made, version %(version)s",
                month=labels.month(package.year, package.month),
                version=package.version,
            ),
            body=_(
                "Found %(found)s, closed %(closed)s, overdue %(overdue)s",
                found=package.monthly.total.found,
                closed=package.monthly.total.closed,
                overdue=package.monthly.total.overdue,
            ),
            url=url_for("report.detail", package_id=package.id),
            icon="report-analytics",
            tone="info",
            who=package.made_by if package.made_by_id else _("the system"),
        )
        for package in queries.frozen_of_enterprise(enterprise_id, actor, before, limit)
    ]


def selfwork(package: MonthlyPackage) -> list[tuple[str, str]]:
    """What the enterprises did themselves; nothing in a package from before that was counted."""
    figures = package.selfwork
    pairs = selfwork_tables.balance(figures) if figures else []
    return [(name, shown(value, kind)) for name, value, kind in pairs]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A table as the page wants it: texts in their format, the total last."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    total: Sequence[str]


def breakdowns(figures: MonthlyFigures) -> list[Breakdown]:
    """By grade and by source, from the same columns as the files."""
    return [
        _breakdown(_("By grade"), _("Grade"), figures, figures.by_grade, labels.grade),
        _breakdown(_("By source"), _("Source"), figures, figures.by_source, labels.source),
    ]


def _breakdown(
    title: str, heading: str, figures: MonthlyFigures, groups: Any, name: Any
) -> Breakdown:
    columns = tables.breakdown(heading, figures.total)
    rows = tables.group_rows(groups, name)
    return Breakdown(
        title,
        [str(column.heading) for column in columns],
        [_texts(columns, row) for row in rows],
        _texts(columns, GroupRow(_("Total"), figures.total)),
    )


def _texts(columns: Sequence[Column[GroupRow]], row: GroupRow) -> list[str]:
    return [shown(column.value(row), column.kind, empty="—") for column in columns]


def charts(package: MonthlyPackage) -> dict[str, dict[str, Any]]:
    """Data of the page's charts, as its script wants them: names, and numbers of each series."""
    figures = package.monthly
    sources = tables.group_rows(figures.by_source, labels.source)
    return {
        "sources": {
            "kind": "bar",
            "categories": [row.label for row in sources],
            "series": [
                {
                    "key": name,
                    "name": str(labels.SHORT_LABELS[name]),
                    "data": [getattr(row.figures, name) for row in sources],
                }
                for name in CHART_SERIES
            ],
        },
        "days": {
            "kind": "line",
            "categories": [str(int(day["day"][-2:])) for day in package.by_day],
            "series": [
                {
                    "key": name,
                    "name": str(labels.SHORT_LABELS[name]),
                    "data": [day[name] for day in package.by_day],
                }
                for name in ("found", "closed")
            ],
        },
    }
