"""Readings of what enterprises do themselves: rounds, zero reports, commitments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func

from supervision.commitment.models import Commitment, CommitmentMissed
from supervision.core.counting import count_if
from supervision.core.workdays import add_months
from supervision.returns.models import PeriodReturn
from supervision.score.rules import Reading, Record, ratio
from supervision.score.source_file import shares
from supervision.score.source_view import View, owned, records_by, rows
from supervision.selfcheck.models import CheckMonth, CheckRound
from supervision.selfcheck.workflow import RoundState

Params = Mapping[str, Any]
Readings = Mapping[int, Reading]


def _months(view: View) -> Any:
    model = CheckMonth
    columns = (model.due, model.done, model.missed, model.findings, model.zero_reports)
    return rows(owned(model, view, *columns).where(model.month == view.month))


def rounds_done(view: View, _params: Params) -> Readings:
    """Rounds of the month whose time has come: walked, of those walked or missed."""
    model = CheckRound
    stmt = (
        owned(model, view, model.id, model.ends_on)
        # By the hour at which it is due, which the index knows: it lies within its last day.
        .where(model.due_at > view.starts_at, model.due_at <= view.ends_at)
        .where(model.status == RoundState.OPEN, model.missed_at.is_not(None))
        .order_by(model.id)
    )
    missed = records_by((r[0], Record("round", r.id, r.ends_on.isoformat())) for r in rows(stmt))
    return {r[0]: ratio(r.done, r.done + r.missed, missed.get(r[0], ())) for r in _months(view)}


def zero_reports(view: View, _params: Params) -> Readings:
    """Who walked and found nothing has said so at least once; a finding says it otherwise."""
    return {
        r[0]: ratio(1 if r.findings or r.zero_reports else 0, 1)
        for r in _months(view)
        if r.done or r.zero_reports
    }


def returns_in_time(view: View, params: Params) -> Readings:
    """Statistics whose day has passed within so many months: handed in by then."""
    model = PeriodReturn
    since = add_months(view.last, -int(params.get("months", 12)))
    stmt = (
        owned(model, view, model.id, model.due_on, model.first_submitted_on)
        .where(model.due_on > since, model.due_on < view.day)
        .order_by(model.id)
    )
    return shares(
        (
            r[0],
            r.first_submitted_on is not None and r.first_submitted_on <= r.due_on,
            Record("return", r.id, r.due_on.isoformat()),
        )
        for r in rows(stmt)
    )


def _commitments(view: View) -> Mapping[int, tuple[int, int, int]]:
    """Enterprise -> commitments made, missed, and missed but made up for, due in the month."""
    model, missed = Commitment, CommitmentMissed
    made = (
        owned(model, view, func.count(func.distinct(model.day)))
        .where(model.first_published_at.is_not(None))
        .where(model.first_published_at <= model.due_at)
        .where(model.due_at >= view.starts_at, model.due_at < view.ends_at)
        .group_by(model.enterprise_id)
    )
    late = (
        owned(missed, view, func.count(missed.id), count_if(missed.made_up_at.is_not(None)))
        .where(missed.due_at >= view.starts_at, missed.due_at < view.ends_at)
        .group_by(missed.enterprise_id)
    )
    found = {row[0]: (row[1], 0, 0) for row in rows(made)}
    for row in rows(late):
        found[row[0]] = (found.get(row[0], (0, 0, 0))[0], row[1], row[2])
    return found


def commitments_in_time(view: View, _params: Params) -> Readings:
    """Published by their hour, of all that were due."""
    return {one: ratio(m, m + n, ()) for one, (m, n, _) in _commitments(view).items()}


def commitments_complete(view: View, _params: Params) -> Readings:
    """All or nothing: not one was missed."""
    return {one: ratio(0 if n else 1, 1, ()) for one, (m, n, _) in _commitments(view).items()}
