"""The start page and the health check."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from supervision.core import clock
from supervision.core.access import current_actor, public, signed_in
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.slice import Todo
from supervision.home import due, finding
from supervision.slices import slices

bp = Blueprint("home", __name__)


@bp.get("/")
@signed_in
def start() -> ResponseReturnValue:
    actor = current_actor()
    cards = sorted((c for m in slices() for c in m.cards), key=lambda c: c.order)
    shown = [card.render(actor) for card in cards if actor.may(card.permission)]
    return render_template(
        "home/start.html",
        cards=[card for card in shown if card],
        todos=_todos(actor),
        today=clock.today(),
        agenda=due.agenda(actor),
    )


def _todos(actor: Actor) -> list[Todo]:
    """What waits for this person, the urgent before the rest."""
    known = [todo for m in slices() if m.todos for todo in m.todos(actor) if todo.count]
    return sorted(known, key=lambda todo: todo.tone != "bad")


@bp.get("/find.json")
@signed_in
def find() -> ResponseReturnValue:
    """``?q=``: what the search on every page shows while somebody types."""
    groups = finding.search(current_actor(), request.args.get("q", ""))
    shown = [
        {
            "label": group.label,
            "icon": group.icon,
            "all": group.all_url,
            "items": [
                {"title": str(i.title), "detail": str(i.detail), "url": i.url} for i in group.items
            ],
        }
        for group in groups
    ]
    return {"groups": shown}, {"Cache-Control": "no-store"}


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Is the process up and its database reachable? For monitors and for `make demo`."""
    db.session.execute(text("SELECT 1"))
    return {"status": "ok"}
