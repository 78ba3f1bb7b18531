"""Verbs of a change. An approved one ends the version before it and adds one; nothing is edited.

Services flush; the edge commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.documents import DocumentTemplate, editing
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.holidays import (
    DayKind,
    Holiday,
    HolidayYear,
    YearStatus,
    forget_workday_table,
)
from supervision.core.notices import Audience
from supervision.core.statutory import Certainty, DayType, StatutoryRule
from supervision.core.text import N_
from supervision.hazard.models import HazardCriterion
from supervision.statute import queries, rules
from supervision.statute.models import RuleChange
from supervision.statute.rules import ChangeKind, HolidayRow
from supervision.statute.workflow import CHANGE_WORKFLOW, ChangeState


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wants changed; ``values`` are the columns of the new version."""

    kind: ChangeKind
    code: str
    effective_from: date
    values: dict[str, Any]
    source: str
    certainty: Certainty
    reason: str
    note: str = ""
    repeal: bool = False


def draft(actor: Actor, wanted: Proposal, *, is_new: bool = False) -> RuleChange:
    """Write a change down; nobody else sees it yet. ``is_new``: a code that has no version."""
    rules.check_code(wanted.code)
    base = queries.latest(wanted.kind, wanted.code)
    if is_new and base is not None:
        raise InvalidInput(N_("This code exists already."), field="code")
    change = RuleChange(
        kind=wanted.kind,
        code=wanted.code,
        base_id=base.id if base is not None else None,
        author_id=actor.id,
        author=actor.name,
        drafted_at=clock.now(),
    )
    _fill(change, wanted)
    _check(change, base)
    db.session.add(change)
    _log(change, actor, "draft")
    return change


def revise(change: RuleChange, actor: Actor, wanted: Proposal) -> None:
    """Change a draft; its kind and code stay. It follows whatever version is the last now."""
    CHANGE_WORKFLOW.check("revise", change, actor)
    base = queries.latest(change.kind, change.code)
    change.base_id = base.id if base is not None else None
    _fill(change, wanted)
    _check(change, base)
    _log(change, actor, "revise")


def propose(change: RuleChange, actor: Actor) -> None:
    """Ask a second person to decide."""
    step = CHANGE_WORKFLOW.check("propose", change, actor)
    _check(change, _base_of(change))
    if queries.is_proposed(change.kind, change.code):
        raise Conflict(N_("Another change of this rule waits for its decision already."))
    change.status, change.proposed_at = step.target, clock.now()
    _log(change, actor, "propose")
    for approver in queries.approver_ids():
        _tell(change, actor, "statute.proposed", approver)


def withdraw(change: RuleChange, actor: Actor) -> None:
    """The author takes it back."""
    step = CHANGE_WORKFLOW.check("withdraw", change, actor)
    change.status = step.target
    _log(change, actor, "withdraw")


def reject(change: RuleChange, actor: Actor, *, note: str) -> None:
    """The second person says no, and why."""
    step = CHANGE_WORKFLOW.check("reject", change, actor, {"note": note})
    _decide(change, actor, step.target, note)
    _log(change, actor, "reject")
    _tell(change, actor, "statute.rejected", change.author_id)


def approve(change: RuleChange, actor: Actor, *, note: str = "") -> None:
    """The second person says yes: the version before ends, the new one stands."""
    step = CHANGE_WORKFLOW.check("approve", change, actor)
    base = _base_of(change)
    _check(change, base)
    _decide(change, actor, step.target, note)
    if change.kind is ChangeKind.HOLIDAYS:
        change.version_id = _replace_year(change, base)
    else:
        change.version_id = _replace_version(change, base)
    _log(change, actor, "approve")
    _tell(change, actor, "statute.approved", change.author_id)


def _base_of(change: RuleChange) -> Any:
    base = queries.latest(change.kind, change.code)
    rules.check_base(change.base_id, base.id if base is not None else None)
    return base


def _fill(change: RuleChange, wanted: Proposal) -> None:
    change.repeal = wanted.repeal
    change.effective_from = wanted.effective_from
    change.values = {} if wanted.repeal else wanted.values
    change.source, change.certainty = wanted.source, wanted.certainty
    change.note, change.reason = wanted.note, wanted.reason


def _check(change: RuleChange, base: Any) -> None:
    today = clock.today()
    if change.kind is ChangeKind.HOLIDAYS:
        _check_holidays(change, base, today)
        return
    rules.check_effective(
        change.effective_from,
        today,
        base.effective_from if base is not None else None,
        base.effective_to if base is not None else None,
    )
    if change.repeal and (base is None or base.effective_to is not None):
        raise Conflict(N_("Only a rule that is in force can end."))
    if change.kind is ChangeKind.TEMPLATE and not change.repeal:
        editing.check_number(change.values["number_format"], change.values["infix"])
        if change.values["body"].get("blocks"):
            editing.check_texts(change.values["body"])
    if change.kind is ChangeKind.RULE and not change.repeal:
        of = change.values
        rules.check_period(of["value"], of["unit"], of["day_type"], of["direction"])


def _check_holidays(change: RuleChange, base: HolidayYear | None, today: date) -> None:
    before = rows_of_year(base)
    changed = rules.differences(before, rows_of_values(change.values))
    published = base is not None and base.status is YearStatus.PUBLISHED
    rules.check_past_days(changed, today, was_published=published)
    if not change.values["rows"]:
        raise InvalidInput(N_("The file lists no day."), field="file")
    same_status = base is not None and base.status == change.values["status"]
    if not changed and same_status:
        raise InvalidInput(N_("The file says what the year's table says already."), field="file")


def rows_of_year(year: HolidayYear | None) -> list[HolidayRow]:
    """The days of a stored year."""
    return [HolidayRow(d.day, d.kind.value, d.name) for d in (year.days if year else ())]


def rows_of_values(values: dict[str, Any]) -> list[HolidayRow]:
    """The days of a proposed year."""
    return [HolidayRow(date.fromisoformat(r[0]), r[1], r[2]) for r in values["rows"]]


def holiday_values(rows: list[HolidayRow], status: YearStatus) -> dict[str, Any]:
    """A year's table as a change keeps it."""
    return {
        "status": status.value,
        "rows": [[row.day.isoformat(), row.kind, row.name] for row in rows],
    }


def _replace_version(change: RuleChange, base: Any) -> int | None:
    if base is not None and base.effective_to is None:
        base.effective_to = change.effective_from - timedelta(days=1)
    if change.repeal:
        return None
    common = {
        "code": change.code,
        "effective_from": change.effective_from,
        "effective_to": None,
        "source": change.source,
        "certainty": change.certainty,
    }
    row: StatutoryRule | HazardCriterion | DocumentTemplate
    if change.kind is ChangeKind.RULE:
        day_type = DayType(change.values["day_type"])
        row = StatutoryRule(**{**change.values, "day_type": day_type}, note=change.note, **common)
    elif change.kind is ChangeKind.TEMPLATE:
        row = DocumentTemplate(**change.values, note=change.note, **common)
    else:
        row = HazardCriterion(**change.values, **common)
    db.session.add(row)
    db.session.flush()
    return row.id


def _replace_year(change: RuleChange, base: HolidayYear | None) -> int:
    if base is not None:
        base.replaced_at = clock.now()
        # The unique index allows one current version: the old one goes first.
        db.session.flush()
    year = HolidayYear(
        year=int(change.code),
        status=YearStatus(change.values["status"]),
        source=change.source,
        note=change.note,
        valid_since=clock.now(),
        days=[
            Holiday(day=row.day, kind=DayKind(row.kind), name=row.name)
            for row in rows_of_values(change.values)
        ],
    )
    db.session.add(year)
    db.session.flush()
    forget_workday_table()
    return year.id


def _decide(change: RuleChange, actor: Actor, status: ChangeState, note: str) -> None:
    change.status, change.decision_note = status, note
    change.decided_by_id, change.decided_by = actor.id, actor.name
    change.decided_at = clock.now()


def _log(change: RuleChange, actor: Actor, action: str) -> None:
    audit.record(
        actor,
        f"statute.{action}",
        change,
        kind=change.kind,
        code=change.code,
        status=change.status,
        effective_from=change.effective_from,
        values=change.values,
        repeal=change.repeal,
        source=change.source,
        certainty=change.certainty,
        version_id=change.version_id,
    )


def _tell(change: RuleChange, actor: Actor, kind: str, account_id: int) -> None:
    notices.queue(
        kind,
        Audience.ACCOUNT,
        account_id,
        link=f"/statutes/changes/{change.id}",
        but_not=actor.id,
        code=change.code,
    )
