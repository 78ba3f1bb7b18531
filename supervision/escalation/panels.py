"""The card of the start page, and the number beside the menu's line."""

from __future__ import annotations

from flask import render_template

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.escalation import clock_list, labels


def card(actor: Actor) -> str:
    overdue = clock_list.ClockFilter(group="overdue")
    return render_template(
        "escalation/card.html",
        counts=clock_list.counts(actor),
        overdue=clock_list.first(actor, overdue, 5),
        url_of=clock_list.url_of,
        today=clock.today(),
        labels=labels,
    )


def badge(actor: Actor) -> int:
    """Overdue clocks, as far as anybody counts."""
    return clock_list.overdue_count(actor, cap=100)
