"""The count beside the menu's line and on the start page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Todo
from supervision.plan import queries

BADGE_CAP = 99


def badge(actor: Actor) -> int:
    """Plans that wait for this person's approval."""
    if not actor.may(Permission.PLAN_APPROVE):
        return 0
    return queries.waiting_count(actor, cap=BADGE_CAP)


def todos(actor: Actor) -> Sequence[Todo]:
    return [Todo(_("Plans to approve"), badge(actor), url_for("plan.index", status="submitted"))]
