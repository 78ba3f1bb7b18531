"""What other pages show of self-checks: a tab, the timeline, what waits, what is due and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from flask import current_app, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core import clock
from supervision.core.actor import Actor, Side
from supervision.core.permissions import Permission
from supervision.core.slice import Due, Duty, TimelineItem, Todo
from supervision.selfcheck import labels, months, queries
from supervision.selfcheck.models import CheckRound
from supervision.selfcheck.workflow import RoundState

DUTIES = (
    Duty(
        "selfcheck.round",
        _l("Walk the rounds"),
        _l(
            "Look at every item of the list at its time. What is wrong is written down, made good"
            " and told to the people who work there."
        ),
        _l("Work Safety Law (2021), art. 41 and art. 46"),
    ),
    Duty(
        "selfcheck.zero",
        _l("Say that nothing was found"),
        _l("Where a day's rounds found nothing, say so: then silence means that nobody looked."),
        _l("Local rules of self-check and self-report; not in national law"),
        certainty="L",
    ),
)


def panel(enterprise_id: int, actor: Actor) -> str:
    this_month = months.month_of(clock.today())
    found = queries.months_of(actor, enterprise_id, 1)
    return render_template(
        "selfcheck/panel.html",
        enterprise_id=enterprise_id,
        rounds=queries.rounds_of(actor, enterprise_id),
        month=next((m for m in found if m.month == this_month), None),
        labels=labels,
        now=clock.now(),
    )


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    """Rounds that were walked."""
    return [
        TimelineItem(
            at=one.done_at,
            title=_("Round walked: %(list)s", list=one.template.name),
            body=_("%(count)s findings", count=one.findings) if one.findings else "",
            url=url_for("selfcheck.detail", round_id=one.id),
            icon="checklist",
            tone="wait" if one.findings else "good",
            who=one.done_by,
        )
        for one in queries.walked(actor, enterprise_id, before, limit)
        if one.done_at is not None
    ]


def todos(actor: Actor) -> Sequence[Todo]:
    """Rounds that were missed, and those to be walked."""
    if not actor.may(Permission.SELFCHECK_READ):
        return ()
    whose = "mine" if queries.has_own(actor) else None
    url = url_for("selfcheck.index", group="missed", whose=whose)
    found = [Todo(_("Missed rounds"), queries.group_count(actor, "missed"), url, "bad")]
    if actor.may(Permission.SELFCHECK_DO):
        url = url_for("selfcheck.index", group="today", sort="due", whose=whose)
        found.append(Todo(_("Rounds to be walked"), queries.group_count(actor, "today"), url))
    return found


def dues(actor: Actor, until: date) -> Sequence[Due]:
    """Rounds that wait for a person of an enterprise, those done today, and the zero report."""
    if actor.side is not Side.ENTERPRISE or not actor.may(Permission.SELFCHECK_DO):
        return ()
    today, open_ones = clock.today(), queries.open_rounds(actor, until)
    found = [_due(one, is_done=False) for one in open_ones]
    done = queries.done_today(actor)
    found += [_due(one, is_done=True) for one in done]
    found += _zeroes({one.enterprise_id for one in open_ones if one.ends_on == today}, actor, today)
    return found


def _due(one: CheckRound, *, is_done: bool) -> Due:
    area = f" · {one.plan.area}" if one.plan.area else ""
    frequency = labels.FREQUENCY_LABELS[one.frequency]
    return Due(
        label=f"{one.template.name}{area} ({frequency})",
        on=one.ends_on,
        at=one.due_at,
        url=walk_url(one) if not is_done else url_for("selfcheck.detail", round_id=one.id),
        duty="selfcheck.round",
        done=is_done,
        enterprise=one.enterprise.display_name,
        icon="checklist",
    )


def _zeroes(busy: Collection[int], actor: Actor, today: date) -> list[Due]:
    """Asked for where the day's rounds are walked and none of them found anything."""
    known = queries.zero_standing(actor.enterprise_ids - set(busy), today, actor)
    return [
        Due(
            label=_("Zero report of the day"),
            on=today,
            url=url_for("selfcheck.index") + "#zero",
            duty="selfcheck.zero",
            done=enterprise_id in known.said,
            icon="circle-check",
        )
        for enterprise_id in sorted(known.said | (known.walked - known.found))
    ]


def walk_url(one: CheckRound) -> str:
    """Where a round is walked; "" once it is not open any more."""
    if one.status is not RoundState.OPEN:
        return ""
    if "selfcheck.walk" not in current_app.view_functions:
        return url_for("selfcheck.detail", round_id=one.id)
    return url_for("selfcheck.walk", round_id=one.id)
