"""What other pages show of licences: a tab and the timeline of the file, a card, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Found, TimelineItem, Todo
from supervision.core.validity import Standing
from supervision.core.web.nav import once_a_page
from supervision.enterprise import queries as enterprises
from supervision.licence import labels, needs, queries
from supervision.licence.models import Licence
from supervision.licence.workflow import LicenceState

PANEL_ROWS = 50
CARD_ROWS = 5


def panel(enterprise_id: int, actor: Actor) -> str:
    enterprise = enterprises.get_enterprise(enterprise_id, actor)
    licences = queries.of_enterprise(enterprise_id, actor, limit=PANEL_ROWS)
    chemicals = needs.held(actor, [enterprise_id]).get(enterprise_id, ())
    gaps = {licence.id: needs.gap_of(licence, chemicals) for licence in licences}
    return render_template(
        "licence/panel.html",
        enterprise_id=enterprise_id,
        counts=queries.counts(actor, enterprise_id),
        licences=licences,
        gaps={key: gap for key, gap in gaps.items() if gap is not None and gap.beyond},
        missing=needs.missing_of(enterprise, actor),
        labels=labels,
    )


def card(actor: Actor) -> str:
    """Those whose last day to apply has passed, the nearest end first; "" where there are none."""
    late = queries.LicenceFilter(standing=Standing.LATE_TO_APPLY, sort="end")
    found = queries.first(actor, late, CARD_ROWS)
    counts = _counts(actor)
    if not (found or counts.due or counts.expired):
        return ""
    return render_template("licence/card.html", counts=counts, late=found, labels=labels)


def _counts(actor: Actor) -> queries.Counts:
    """The start page shows them in two places."""
    return once_a_page(("licence counts", actor.id), lambda: queries.counts(actor))


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    if not actor.may(Permission.LICENCE_READ):
        return []
    return [
        TimelineItem(
            at=event.at,
            title=_(
                "%(action)s: %(number)s",
                action=labels.ACTION_LABELS[event.action],
                number=event.licence.number,
            ),
            body=event.note or event.licence.type.name,
            url=url_for("licence.detail", licence_id=event.licence_id),
            icon=labels.ACTION_ICONS.get(event.action, "certificate"),
            tone=labels.ACTION_TONES.get(event.action, "plain"),
            who=event.actor_name,
        )
        for event in queries.events_of_enterprise(enterprise_id, actor, before, limit)
    ]


def todos(actor: Actor) -> Sequence[Todo]:
    """Renewals that are late or due; entries to verify, or to correct."""
    if not actor.may(Permission.LICENCE_EDIT):
        return []
    counts = _counts(actor)
    late = url_for("licence.index", standing=Standing.LATE_TO_APPLY.value)
    found = [Todo(_("Licences whose application deadline has passed"), counts.late, late, "bad")]
    if actor.is_regulator:
        url = url_for("licence.index", status=LicenceState.DRAFT.value)
        found.append(Todo(_("Licences to verify"), counts.to_verify, url))
    else:
        url = url_for("licence.index", standing=Standing.DUE.value)
        found.append(Todo(_("Licences to be renewed within 90 days"), counts.due, url))
        url = url_for("licence.index", status=LicenceState.RETURNED.value)
        found.append(Todo(_("Licences returned for correction"), counts.returned, url))
    return found


def badge(actor: Actor) -> int:
    """How many are past their last day to apply; beside the menu's line."""
    return queries.late_count(actor, cap=100)


def found(licence: Licence) -> Found:
    """A licence in the search on every page."""
    detail = f"{licence.enterprise.display_name} · {labels.STATUS_LABELS[licence.status]}"
    return Found(licence.number, detail, url_for("licence.detail", licence_id=licence.id))


def found_all(text: str) -> str:
    return url_for("licence.index", text=text)
