"""What other pages show of cases: a tab of the file, the timeline, a part of a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.casefile import labels, queries
from supervision.casefile.models import Case, CaseDecision, CaseEvent
from supervision.casefile.workflow import CaseState
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Found, TimelineItem, Todo
from supervision.order import queries as orders

PANEL_ROWS = 20
# After such a case the same order may lead to another; a penalty is not imposed twice.
_CAME_TO_NOTHING = frozenset({CaseState.NOT_FILED, CaseState.WITHDRAWN})


def panel(enterprise_id: int, actor: Actor) -> str:
    """The authority reads cases and counters, the enterprise the decisions that were served."""
    if not actor.is_regulator:
        return render_template(
            "casefile/penalties.html",
            decisions=queries.decisions_of(enterprise_id, actor, PANEL_ROWS),
            labels=labels,
        )
    return render_template(
        "casefile/panel.html",
        enterprise_id=enterprise_id,
        cases=queries.of_enterprise(enterprise_id, actor, PANEL_ROWS),
        counters=queries.art113(enterprise_id, actor, clock.today()),
        labels=labels,
    )


def ticket_part(hazard_id: int, actor: Actor) -> str:
    """The cases about a hazard; nothing where there is none."""
    cases = queries.of_hazard(hazard_id, actor, PANEL_ROWS)
    if not cases:
        return ""
    return render_template("casefile/ticket.html", cases=cases, labels=labels)


def order_part(order_id: int, actor: Actor) -> str:
    """The cases about an order, and the way to open one where it was not complied with."""
    order = orders.get_order(order_id, actor)
    cases = queries.of_order(order_id, actor, PANEL_ROWS)
    may_open = (
        actor.may(Permission.CASE_MAKE)
        and queries.leads_to_case(order)
        and all(case.status in _CAME_TO_NOTHING for case in cases)
    )
    if not cases and not may_open:
        return ""
    return render_template(
        "casefile/order.html", order=order, cases=cases, may_open=may_open, labels=labels
    )


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    if actor.may(Permission.CASE_READ):
        steps = queries.events_of_enterprise(enterprise_id, actor, before, limit)
        return [_step(event, case.id, case.number or case.cause) for event, case in steps]
    if not actor.may(Permission.ORDER_READ):
        return []
    return [_served(d) for d in queries.served_of_enterprise(enterprise_id, actor, before, limit)]


def _step(event: CaseEvent, case_id: int, name: str) -> TimelineItem:
    return TimelineItem(
        at=event.at,
        title=_("%(action)s: %(number)s", action=labels.ACTION_LABELS[event.action], number=name),
        body=event.note,
        url=url_for("casefile.detail", case_id=case_id),
        icon=labels.ACTION_ICONS.get(event.action, "folder"),
        tone=labels.ACTION_TONES.get(event.action, "plain"),
        who=event.actor_name,
    )


def _served(decision: CaseDecision) -> TimelineItem:
    assert decision.served_at is not None  # the query asks for it
    return TimelineItem(
        at=decision.served_at,
        title=_("%(action)s: %(number)s", action=_("Decision served"), number=decision.number),
        body=decision.decision_text,
        url=url_for("casefile.decision_paper", decision_id=decision.id),
        icon="gavel",
        tone="bad",
    )


def todos(actor: Actor) -> Sequence[Todo]:
    """Approvals, and cases past a time limit."""
    if not actor.may(Permission.CASE_MAKE):
        return ()
    counts = queries.counts(actor)
    late = url_for("casefile.index", group="overdue")
    found = [Todo(_("Cases past a time limit"), counts.overdue, late, "bad")]
    if actor.may(Permission.CASE_APPROVE):
        url = url_for("casefile.index", group="approve")
        found.append(Todo(_("Cases to approve"), badge(actor), url))
    return found


def badge(actor: Actor) -> int:
    """How many cases wait for an approval, for those who approve."""
    return queries.waiting_count(actor, cap=100) if actor.may(Permission.CASE_APPROVE) else 0


def found(case: Case) -> Found:
    """A case in the search on every page."""
    detail = f"{case.number or labels.STATUS_LABELS[case.status]} · {case.enterprise.display_name}"
    return Found(case.cause, detail, url_for("casefile.detail", case_id=case.id))


def found_all(text: str) -> str:
    return url_for("casefile.index", text=text)
