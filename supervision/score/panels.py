"""What other pages show of safety codes: a tab and the timeline, a card, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import TimelineItem, Todo
from supervision.score import labels, queries, showing
from supervision.score.rules import Colour


def panel(enterprise_id: int, actor: Actor) -> str:
    score = queries.score_of(enterprise_id, actor)
    return render_template(
        "score/panel.html",
        enterprise_id=enterprise_id,
        score=score,
        shown=showing.shown(score, actor) if score is not None else None,
        labels=labels,
    )


def card(actor: Actor) -> str:
    """The own code for an enterprise, how many of each for an officer."""
    month = queries.last_month(actor)
    if month is None:
        return ""
    own = None
    if not actor.is_regulator and len(actor.enterprise_ids) == 1:
        own = queries.score_of(next(iter(actor.enterprise_ids)), actor)
    counts = queries.counts(actor, month)
    return render_template(
        "score/card.html",
        month=month,
        own=own,
        counts=counts,
        colours=list(reversed(Colour)),
        labels=labels,
    )


def todos(actor: Actor) -> Sequence[Todo]:
    """Red first, then orange; of the newest month."""
    month = queries.last_month(actor) if actor.may(Permission.SCORE_READ) else None
    if month is None:
        return ()
    counts = queries.counts(actor, month)
    return (
        Todo(
            _("Red safety codes"),
            counts.get(Colour.RED, 0),
            url_for("score.index", colour="red"),
            "bad",
        ),
        Todo(
            _("Orange safety codes"),
            counts.get(Colour.ORANGE, 0),
            url_for("score.index", colour="orange"),
        ),
    )


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    """When the code became another one."""
    if not actor.may(Permission.SCORE_READ):
        return []
    return [
        TimelineItem(
            at=change.at,
            title=_("Safety code: %(code)s", code=labels.COLOUR_LABELS[change.to_colour])
            if change.to_colour
            else _("Safety code: not measured"),
            body=_("before: %(code)s", code=labels.COLOUR_LABELS[change.from_colour])
            if change.from_colour
            else "",
            url=url_for(
                "score.of_enterprise",
                enterprise_id=enterprise_id,
                month=f"{change.month:%Y-%m}",
            ),
            icon="shield-check",
            tone=labels.TONES[change.to_colour] if change.to_colour else "plain",
        )
        for change in queries.changes_of(enterprise_id, actor, before, limit)
    ]
