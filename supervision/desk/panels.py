"""What other pages show of the desk."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Todo
from supervision.desk import queries
from supervision.desk.queue import OpinionFilter


def todos(actor: Actor) -> Sequence[Todo]:
    if not actor.may(Permission.VIDEO_REVIEW):
        return ()
    url = url_for("desk_grid.grid", opinion=OpinionFilter.ASKED.value)
    return [Todo(_("Second opinions asked of you"), queries.asked_count(actor), url)]
