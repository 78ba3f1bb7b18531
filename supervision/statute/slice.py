"""What the statute slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import NavItem, Slice
from supervision.statute import labels, queries
from supervision.statute.views import bp

BADGE_CAP = 99


def badge(actor: Actor) -> int:
    """Proposals that wait for this person's decision."""
    if not actor.may(Permission.STATUTE_APPROVE):
        return 0
    return queries.waiting_count(actor, cap=BADGE_CAP)


SLICE = Slice(
    name="statute",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Rules of law"), "statute.index", "gavel", Permission.STATUTE_READ, 70, badge=badge
        ),
    ),
    notices={
        "statute.proposed": _l("The change of %(code)s waits for a second person"),
        "statute.approved": _l("The change of %(code)s is approved"),
        "statute.rejected": _l("The change of %(code)s is not approved"),
    },
    actions={f"statute.{action}": text for action, text in labels.ACTION_LABELS.items()},
)
