"""What the statute slice plugs in."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import NavGroup, NavItem, Slice, Todo
from supervision.statute import labels, queries
from supervision.statute.views import bp

BADGE_CAP = 99


def badge(actor: Actor) -> int:
    """Proposals that wait for this person's decision."""
    if not actor.may(Permission.STATUTE_APPROVE):
        return 0
    return queries.waiting_count(actor, cap=BADGE_CAP)


def todos(actor: Actor) -> Sequence[Todo]:
    return [Todo(_("Changes of rules to decide upon"), badge(actor), url_for("statute.changes"))]


SLICE = Slice(
    name="statute",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Rules of law"),
            "statute.index",
            "scale",
            Permission.STATUTE_READ,
            70,
            badge=badge,
            group=NavGroup.MANAGEMENT,
        ),
    ),
    todos=todos,
    notices={
        "statute.proposed": _l("The change of %(code)s waits for a second person"),
        "statute.approved": _l("The change of %(code)s is approved"),
        "statute.rejected": _l("The change of %(code)s is not approved"),
    },
    actions={f"statute.{action}": text for action, text in labels.ACTION_LABELS.items()},
)
