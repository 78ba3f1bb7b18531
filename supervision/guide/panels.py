"""The guide's card on the start page, until it is done or put away."""

from __future__ import annotations

from flask import render_template

from supervision.core.actor import Actor
from supervision.enterprise import queries as enterprises
from supervision.guide import labels, queries


def card(actor: Actor) -> str:
    """One line for each enterprise that is under way; "" where there is none."""
    if actor.is_regulator:
        return ""
    own = enterprises.own_enterprises(actor)[: queries.MOST_SHOWN]
    known = [(one, queries.progress(one, actor)) for one in own]
    under_way = [(one, p) for one, p in known if not p.is_hidden and not p.is_complete]
    if not under_way:
        return ""
    return render_template("guide/card.html", under_way=under_way, labels=labels)
