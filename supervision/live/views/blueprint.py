"""The one blueprint of this slice, and what its pages read from their address alike."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.web.numbers import LARGEST_ID
from supervision.core.web.state import settings
from supervision.enterprise import queries as enterprises
from supervision.live import board
from supervision.live.rules import Standing

bp = Blueprint("live", __name__, url_prefix="/live")

EVERY = ("", "—")


def offer_places(form: Any, actor: Actor) -> None:
    """Give a form the enterprises and regions that hold cameras of the actor's."""
    form.enterprise.choices = [EVERY, *board.enterprise_choices(actor)]
    form.region.choices = [EVERY, *enterprises.region_choices(actor)]


def row_id(text: str | None) -> int | None:
    """As an id, forgiving: nonsense is no filter."""
    number = int(text) if text and text.isascii() and text.isdecimal() and len(text) < 11 else 0
    return number if 0 < number <= LARGEST_ID else None


def region_of(form: Any) -> str:
    text: str = form.region.data or ""
    return text if text.isascii() and text.isdecimal() else ""


def standing_of(form: Any) -> Standing | None:
    code = form.standing.data
    return Standing(code) if code in set(Standing) else None


def clock_now() -> board.Clock:
    return board.Clock(clock.now(), settings().node_silent_seconds)


def active(form: Any, *names: str) -> int:
    """How many filters are set."""
    return sum(1 for name in names if form[name].data)
