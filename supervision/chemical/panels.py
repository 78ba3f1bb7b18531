"""What other pages show of chemicals: a tab, the timeline, what waits, a chapter of the dossier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.chemical import exports, labels, queries
from supervision.chemical.explain import plain
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.dossier import MOST_ROWS, Evidence, Section
from supervision.core.permissions import Permission
from supervision.core.slice import TimelineItem, Todo


def panel(enterprise_id: int, actor: Actor) -> str:
    return render_template(
        "chemical/panel.html",
        enterprise_id=enterprise_id,
        units=queries.units_of(enterprise_id, actor),
        counts=queries.source_counts(actor, enterprise_id),
        labels=labels,
        plain=plain,
        today=clock.today(),
    )


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    if not actor.may(Permission.CHEMICAL_READ):
        return []
    return [
        TimelineItem(
            at=event.at,
            title=_("%(action)s: %(subject)s", action=action, subject=event.subject),
            body=_body(event.action, event.note),
            url=url_for("chemical.unit", unit_id=event.unit_id),
            icon=labels.ACTION_ICONS.get(event.action, "flame"),
            tone=labels.ACTION_TONES.get(event.action, "plain"),
            who=event.actor_name,
        )
        for event in queries.events_of_enterprise(enterprise_id, actor, before, limit)
        if (action := labels.ACTION_LABELS.get(event.action))
    ]


def _body(action: str, note: str) -> str:
    """The note of an identification is the grade that it found."""
    if action != "identified":
        return note
    return str(labels.GRADE_LABELS.get(note, _("Not a major hazard source")))  # type: ignore[call-overload]


def todos(actor: Actor) -> Sequence[Todo]:
    """The enterprise identifies and submits; the bureau files and cancels."""
    if not actor.may(Permission.CHEMICAL_READ):
        return []
    counts = queries.source_counts(actor)

    def todo(label: str, count: int, group: str, tone: str = "wait") -> Todo:
        return Todo(label, count, url_for("chemical.index", group=group), tone)

    found = [todo(_("Major hazard sources past three years"), counts.late, "late", "bad")]
    if actor.is_regulator:
        if actor.may(Permission.CHEMICAL_DECIDE):
            found += [
                todo(_("Major hazard sources to file"), counts.submitted, "to_file"),
                todo(_("Cancellations to decide upon"), counts.to_cancel, "to_cancel"),
            ]
    elif actor.may(Permission.CHEMICAL_EDIT):
        waiting = counts.to_file - counts.submitted
        found += [
            todo(_("Units to identify anew"), queries.stale_units(actor), "stale"),
            todo(_("Major hazard sources to submit for filing"), waiting, "to_file"),
        ]
    return found


# A sheet of paper is a dozen columns wide; the ledger's own workbook has them all.
_NOT_PRINTED = frozenset({"kind", "place", "stock_on", "supplier"})


def chapter(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    """The ledger and the major hazard sources, as a dossier prints them."""
    units = list(queries.units_of(enterprise_id, actor))
    lines = list(exports.lines(units))
    wanted = queries.SourceFilter(enterprise_id=enterprise_id)
    sources = db.session.scalars(queries.list_sources(actor, wanted).limit(MOST_ROWS)).all()
    return [
        Section(
            title=_("Major hazard sources"),
            columns=[c for c in exports.SOURCES if c.key not in {"enterprise", "uscc"}],
            rows=sources,
        ),
        Section(
            title=_("Chemicals"),
            columns=[c for c in exports.LEDGER if c.key not in _NOT_PRINTED],
            rows=lines[:MOST_ROWS],
            total=len(lines),
        ),
    ]


def files(enterprise_id: int, actor: Actor) -> Iterable[Evidence]:
    """Every safety data sheet of what is held now."""
    for unit in queries.units_of(enterprise_id, actor):
        for item in unit.held:
            for sheet in item.sheets:
                yield Evidence(item.name, sheet.attachment)
