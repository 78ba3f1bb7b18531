"""What other pages show of the desk."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Todo
from supervision.desk import labels, queries
from supervision.desk.queue import OpinionFilter
from supervision.video import labels as video


def violation_part(violation_id: int, actor: Actor) -> str:
    """Second opinions on a violation's own page; "" where nobody asked."""
    found = queries.opinions_of(violation_id, actor)
    if not found:
        return ""
    return render_template(
        "desk/opinions.html",
        opinions=found,
        violation_id=violation_id,
        labels=video,
        desk_labels=labels,
    )


def todos(actor: Actor) -> Sequence[Todo]:
    if not actor.may(Permission.VIDEO_REVIEW):
        return ()
    url = url_for("desk_grid.grid", opinion=OpinionFilter.ASKED.value)
    return [Todo(_("Second opinions asked of you"), queries.asked_count(actor), url)]
