"""The page of what is late, due today and due within a week, and what each duty means."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from supervision.core import clock
from supervision.core.access import current_actor, signed_in
from supervision.home import due

bp = Blueprint("today", __name__)

CERTAINTY_LABELS = {
    "H": _l("The text of the law was read."),
    "M": _l("Taken from a secondary source; ask your authority when in doubt."),
    "L": _l("Uncertain: your authority says what holds here."),
}


@bp.get("/today")
@signed_in
def index() -> ResponseReturnValue:
    actor = current_actor()
    shown = due.agenda(actor)
    return render_template(
        "home/today.html",
        agenda=shown,
        duties=due.meanings(shown),
        certainties=CERTAINTY_LABELS,
        days_late=due.days_late,
        has_hour=due.has_hour,
        today=clock.today(),
        many=len(actor.enterprise_ids) != 1,
    )
