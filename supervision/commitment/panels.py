"""What other pages show of commitments: a tab, the timeline, what waits, what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.commitment import labels, queries, rules, standards
from supervision.commitment.models import CommitmentSetting
from supervision.commitment.queries import DayFilter
from supervision.commitment.rules import Period, Standing
from supervision.commitment.workflow import CommitmentState
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.permissions import Permission
from supervision.core.slice import Due, Duty, TimelineItem, Todo

PANEL_ROWS = 10
DUTIES = (
    Duty(
        "commitment.daily",
        _l("Daily safety commitment"),
        _l(
            "Every day the risks are judged from the post upwards; the principal commits in public"
            " that they are under control, also where nothing is produced."
        ),
        _l("Notice of the Ministry of Emergency Management on risk judgement and commitment, 2018"),
        "M",
    ),
    Duty(
        "commitment.yearly",
        _l("Yearly safety commitment"),
        _l("Once a year the principal commits to the enterprise's duties of work safety."),
        _l("Local rules; check the notice of your own authority"),
        "L",
    ),
)


def panel(enterprise_id: int, actor: Actor) -> str:
    setting = queries.setting_of(enterprise_id, actor)
    return render_template(
        "commitment/panel.html",
        enterprise_id=enterprise_id,
        setting=setting,
        standard=queries.standard_of(setting, clock.today()) if setting else None,
        commitments=db.session.scalars(
            queries.history(enterprise_id, actor).limit(PANEL_ROWS)
        ).all(),
        months=queries.months(enterprise_id, actor, limit=3),
        labels=labels,
    )


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    """What was published, and what was missed."""
    if not actor.may(Permission.COMMITMENT_READ):
        return []
    found = [
        TimelineItem(
            at=row.published_at,
            title=_(
                "Safety commitment of %(period)s published",
                period=labels.period_name(row.period, row.day),
            ),
            body=row.reason or str(labels.PRODUCTION_LABELS[row.production]),
            url=url_for("commitment.detail", commitment_id=row.id),
            icon="file-check",
            tone="good",
            who=row.published_by,
        )
        for row in queries.latest(enterprise_id, actor, before, limit)
        if row.published_at is not None
    ]
    found += [
        TimelineItem(
            at=row.due_at,
            title=_(
                "Safety commitment of %(period)s missing",
                period=labels.period_name(row.period, row.day),
            ),
            url=url_for("commitment.of_enterprise", enterprise_id=enterprise_id),
            icon="alert-triangle",
            tone="bad",
        )
        for row in queries.missed_latest(enterprise_id, actor, before, limit)
    ]
    return sorted(found, key=lambda item: item.at, reverse=True)[:limit]


def todos(actor: Actor) -> Sequence[Todo]:
    """The authority's: who is missing today. The enterprise's are in :func:`dues`."""
    if not (actor.is_regulator and actor.may(Permission.COMMITMENT_READ)):
        return []
    wanted = DayFilter(Period.DAILY, clock.today(), clock.now())
    count = queries.standing_count(actor, wanted, Standing.MISSED)
    url = url_for("commitment.index", standing=Standing.MISSED)
    return [Todo(_("Safety commitments missing today"), count, url, "bad")]


def dues(actor: Actor, until: date) -> Sequence[Due]:
    """What the person's own enterprises have to commit to, ticked once it is published.

    An employee who signs nowhere is asked for nothing.
    """
    if actor.is_regulator or not actor.may(Permission.COMMITMENT_MAKE):
        return []
    found: list[Due] = []
    table = standards.in_force(clock.today())
    owing = [
        setting
        for setting in queries.settings_of(actor.enterprise_ids, actor)
        if setting.standard_code in table
        and (actor.may(Permission.RETURN_MAKE) or _signs(setting, actor))
    ]
    known = queries.of_today({s.enterprise_id for s in owing}, actor)
    for setting in owing:
        standard = table[setting.standard_code]
        day = rules.first_day(standard.period, clock.today())
        at = rules.due_for(standard, day, setting.since)
        there = known.get((setting.enterprise_id, standard.period), {})
        is_done = CommitmentState.PUBLISHED in there
        is_past = standard.period is Period.YEARLY and is_done
        if clock.day_of(at) > until or is_past:
            continue
        draft = there.get(CommitmentState.DRAFT)
        found.append(
            Due(
                label=_("Safety commitment: %(name)s", name=standard.name),
                on=clock.day_of(at),
                at=at,
                url=url_for("commitment.detail", commitment_id=draft.id)
                if draft
                else url_for("commitment.of_enterprise", enterprise_id=setting.enterprise_id),
                duty=f"commitment.{standard.period}",
                done=is_done,
                enterprise=setting.enterprise.display_name,
                icon="file-check",
            )
        )
    return found


def _signs(setting: CommitmentSetting, actor: Actor) -> bool:
    return any(signer.account_id == actor.id for signer in setting.signers)
