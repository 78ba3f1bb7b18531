"""What other pages show of relations and of requests: a tab of the file, what waits for a person."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.scope import visible
from supervision.core.slice import Todo
from supervision.enterprise import (
    lineage,
    queries,
    relation_queries,
    relations,
    request_labels,
    request_queries,
)
from supervision.enterprise.duplicate_rules import STRONG, PairState
from supervision.enterprise.lineage_models import DuplicatePair, Restructuring
from supervision.enterprise.workflow import RestructuringState


def panel(enterprise_id: int, actor: Actor) -> str:
    """The park, the agreements from both sides, and where the file came from and went."""
    enterprise = queries.get_enterprise(enterprise_id, actor)
    own, others = relation_queries.of_enterprise(enterprise_id, actor)
    into, out = lineage.lines(enterprise_id, actor)
    park = enterprise.park_id or 0
    return render_template(
        "enterprise/relations/panel.html",
        enterprise=enterprise,
        park=relation_queries.park_names({park}).get(park, ""),
        own=own,
        others=others,
        into=into,
        out=out,
        keeps=relations.keeps(enterprise_id, actor),
        pending=request_queries.pending_of(enterprise_id, actor),
        labels=request_labels,
    )


def todos(actor: Actor) -> Sequence[Todo]:
    """Registrations, changes, mergers and duplicates that wait for an officer."""
    if not actor.is_regulator or not actor.may(Permission.ENTERPRISE_DECIDE):
        return ()
    registrations, changes = request_queries.waiting(actor)
    pairs = visible(DuplicatePair, actor, DuplicatePair.id).where(
        DuplicatePair.status == PairState.OPEN, DuplicatePair.score >= STRONG
    )
    found = [
        Todo(
            _("Registrations to review"),
            registrations,
            url_for("registration.index", status="submitted"),
        ),
        Todo(
            _("Changes of files to decide upon"),
            changes,
            url_for("change_request.index", status="pending"),
        ),
        Todo(
            _("Likely duplicates to look at"),
            request_queries.capped(pairs),
            url_for("roll.pairs"),
            "plain",
        ),
    ]
    if actor.may(Permission.ENTERPRISE_MERGE):
        proposed = visible(Restructuring, actor, Restructuring.id).where(
            Restructuring.status == RestructuringState.PROPOSED,
            Restructuring.proposed_by_id != actor.id,
        )
        found.append(
            Todo(
                _("Mergers and splits to decide upon"),
                request_queries.capped(proposed),
                url_for("roll.restructurings", status="proposed"),
            )
        )
    return found
