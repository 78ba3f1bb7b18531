"""What other pages show of risks: a tab and the timeline of the file, what waits for a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from flask import render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.dossier import MOST_ROWS, Evidence, Kind, Section
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.core.slice import Found, TimelineItem, Todo
from supervision.enterprise.site_models import SitePlan
from supervision.risk import exports, labels, queries, tables
from supervision.risk.models import RiskPoint
from supervision.risk.rules import RANKS, RiskGrade
from supervision.risk.workflow import COUNTED

PANEL_ROWS = 20


def panel(enterprise_id: int, actor: Actor) -> str:
    wanted = queries.RiskFilter(enterprise_id=enterprise_id)
    return render_template(
        "risk/panel.html",
        enterprise_id=enterprise_id,
        counts=queries.counts(actor, enterprise_id),
        points=queries.first(actor, wanted, PANEL_ROWS),
        plans=queries.plans_of(enterprise_id, actor),
        labels=labels,
    )


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    if not actor.may(Permission.RISK_READ):
        return []
    return [
        TimelineItem(
            at=event.at,
            title=_(
                "%(action)s: %(number)s",
                action=labels.ACTION_LABELS[event.action],
                number=event.subject,
            ),
            body=event.note,
            url=_address(event.point_id, event.plan_id),
            icon=labels.ACTION_ICONS.get(event.action, "point"),
            tone=labels.ACTION_TONES.get(event.action, "plain"),
            who=event.actor_name,
        )
        for event in queries.events_of_enterprise(enterprise_id, actor, before, limit)
    ]


def _address(point_id: int | None, plan_id: int | None) -> str:
    if point_id is not None:
        return url_for("risk.detail", point_id=point_id)
    return url_for("risk.plan", plan_id=plan_id) if plan_id is not None else ""


def todos(actor: Actor) -> Sequence[Todo]:
    """Enterprise: returned points, assessments to make. Officers: major risks to look at."""
    if not actor.may(Permission.RISK_EDIT):
        return ()
    found = queries.counts(actor)
    if actor.is_regulator:
        url = url_for("risk.index", status="filed", grade="red")
        return (Todo(_("Major risks to confirm"), found.to_confirm, url),)
    return (
        Todo(
            _("Risk points returned"),
            found.returned,
            url_for("risk.index", status="returned"),
            "bad",
        ),
        Todo(
            _("Risks to assess anew, past their day"),
            found.late,
            url_for("risk.index", review="late", sort="review"),
            "bad",
        ),
        Todo(
            _("Risks to assess anew within 30 days"),
            found.soon,
            url_for("risk.index", review="soon", sort="review"),
        ),
    )


def found(point: RiskPoint) -> Found:
    """A line of the search on every page."""
    return Found(
        f"{point.number} {point.name}",
        f"{point.enterprise.display_name} · {point.place}",
        url_for("risk.detail", point_id=point.id),
    )


def found_all(text: str) -> str:
    return url_for("risk.index", text=text)


def sections(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    """The dossier's chapter: how many of each colour, and every point with its controls."""
    counted = queries.counts(actor, enterprise_id)
    names = tables.accident_names(clock.today())
    shown = [
        column
        for column in exports.columns(names)
        if column.key
        in {"number", "name", "area", "grade", "factor", "controls", "person", "review"}
    ]
    rows = queries.board(enterprise_id, actor)[:MOST_ROWS]
    total = sum(counted.of(grade) for grade in RiskGrade)
    return (
        Section(
            facts=[
                (str(labels.GRADE_LABELS[grade]), counted.of(grade), Kind.INTEGER)
                for grade in RiskGrade
            ],
            columns=shown,
            rows=rows,
            total=total,
        ),
    )


def files(enterprise_id: int, actor: Actor) -> Iterable[Evidence]:
    """The pictures of the site."""
    stmt = visible(SitePlan, actor).where(
        SitePlan.enterprise_id == enterprise_id, SitePlan.retired_at.is_(None)
    )
    for plan in db.session.scalars(stmt.options(joinedload(SitePlan.picture)).limit(100)):
        yield Evidence(plan.name, plan.picture)


def traits(enterprise_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """``major_risk``: enterprises with a red point on file."""
    stmt = (
        select(RiskPoint.enterprise_id)
        .where(
            RiskPoint.enterprise_id.in_(enterprise_ids),
            RiskPoint.rank == RANKS[RiskGrade.RED],
            RiskPoint.status.in_(COUNTED),
        )
        .distinct()
    )
    found = db.session.scalars(unscoped(stmt, reason="traits of enterprises that were read"))
    return dict.fromkeys(found, frozenset({"major_risk"}))
