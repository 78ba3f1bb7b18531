"""Reads of rules, criteria, holidays and their changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select

from supervision.account.grants import ROLE_GRANTS
from supervision.account.models import Account
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.documents import Document, DocumentTemplate
from supervision.core.errors import NotFound
from supervision.core.holidays import HolidayYear
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.core.search import contains
from supervision.core.statutory import Certainty, StatutoryRule
from supervision.hazard.models import HazardCriterion
from supervision.statute.models import RuleChange
from supervision.statute.rules import ChangeKind
from supervision.statute.workflow import ChangeState

Version = StatutoryRule | HazardCriterion | DocumentTemplate
MODELS: dict[ChangeKind, type[Any]] = {
    ChangeKind.RULE: StatutoryRule,
    ChangeKind.CRITERION: HazardCriterion,
    ChangeKind.TEMPLATE: DocumentTemplate,
}
_TEXTS: dict[ChangeKind, tuple[Any, ...]] = {
    ChangeKind.RULE: (StatutoryRule.name, StatutoryRule.trigger),
    ChangeKind.CRITERION: (HazardCriterion.text, HazardCriterion.sector),
    ChangeKind.TEMPLATE: (DocumentTemplate.name, DocumentTemplate.infix),
}
MOST_VERSIONS = 200
MOST_RULES = 500
MOST_YEARS = 100


@dataclass(frozen=True, slots=True)
class RuleFilter:
    """What the list is narrowed to; ``day`` None means versions of all times."""

    kind: ChangeKind = ChangeKind.RULE
    text: str = ""
    certainty: Certainty | None = None
    day: date | None = None


def list_versions(wanted: RuleFilter) -> Select[Any]:
    """The ordered statement behind the list of clocks or of criteria."""
    model = MODELS[wanted.kind]
    stmt = select(model).order_by(model.code, model.effective_from.desc(), model.id)
    if wanted.day is not None:
        stmt = _in_force(stmt, model, wanted.day)
    if wanted.certainty is not None:
        stmt = stmt.where(model.certainty == wanted.certainty)
    for word in wanted.text.split():
        columns = (model.code, model.source, *_TEXTS[wanted.kind])
        stmt = stmt.where(contains(word, *columns))
    return stmt


def _in_force(stmt: Select[Any], model: type[Any], day: date) -> Select[Any]:
    ends = or_(model.effective_to.is_(None), model.effective_to >= day)
    return stmt.where(model.effective_from <= day, ends)


def versions(kind: ChangeKind, code: str) -> Sequence[Version]:
    """All versions of a code, newest first. Raises NotFound for a code that nobody knows."""
    model = MODELS.get(kind)
    if model is None:
        raise NotFound
    stmt = select(model).where(model.code == code).order_by(model.effective_from.desc())
    found: Sequence[Version] = db.session.scalars(stmt.limit(MOST_VERSIONS)).all()
    if not found:
        raise NotFound
    return found


def latest(kind: ChangeKind, code: str) -> Version | HolidayYear | None:
    """The version that a change of ``code`` would follow: the last one, in force or to come."""
    if kind is ChangeKind.HOLIDAYS:
        return current_year(int(code))
    model = MODELS[kind]
    stmt = select(model).where(model.code == code).order_by(model.effective_from.desc()).limit(1)
    found: Version | None = db.session.scalars(stmt).first()
    return found


def version(kind: ChangeKind, version_id: int | None) -> Version | HolidayYear | None:
    """A version by its id, of whichever table."""
    if version_id is None:
        return None
    model: type[Any] = MODELS.get(kind, HolidayYear)
    found: Version | HolidayYear | None = db.session.get(model, version_id)
    return found


def rules_on(day: date, *, day_type: str = "") -> Sequence[StatutoryRule]:
    """The clocks in force on ``day``, by code."""
    stmt = _in_force(select(StatutoryRule), StatutoryRule, day).order_by(StatutoryRule.code)
    if day_type:
        stmt = stmt.where(StatutoryRule.day_type == day_type)
    return db.session.scalars(stmt.limit(MOST_RULES)).all()


def current_year(year: int) -> HolidayYear | None:
    """The version of a year's table that counts now."""
    stmt = select(HolidayYear).where(HolidayYear.year == year, HolidayYear.replaced_at.is_(None))
    found: HolidayYear | None = db.session.scalars(stmt).first()
    return found


def holiday_years() -> list[int]:
    """The years that have a table, newest first."""
    stmt = select(HolidayYear.year).where(HolidayYear.replaced_at.is_(None))
    return list(db.session.scalars(stmt.order_by(HolidayYear.year.desc()).limit(MOST_YEARS)))


def versions_of_year(year: int) -> Sequence[HolidayYear]:
    """Every version of a year's table, newest first."""
    stmt = select(HolidayYear).where(HolidayYear.year == year)
    return db.session.scalars(
        stmt.order_by(HolidayYear.valid_since.desc(), HolidayYear.id.desc()).limit(MOST_VERSIONS)
    ).all()


def list_changes(actor: Actor, status: ChangeState | None = None) -> Select[Any]:
    """Changes, the latest first."""
    stmt = visible(RuleChange, actor).order_by(RuleChange.drafted_at.desc(), RuleChange.id.desc())
    return stmt.where(RuleChange.status == status) if status is not None else stmt


def changes_of(kind: ChangeKind, code: str, actor: Actor) -> Sequence[RuleChange]:
    """The changes of one code, the latest first."""
    stmt = list_changes(actor).where(RuleChange.kind == kind, RuleChange.code == code)
    return db.session.scalars(stmt.limit(MOST_VERSIONS)).all()


def get_change(change_id: int, actor: Actor) -> RuleChange:
    """One change. Raises NotFound for another's draft."""
    stmt = visible(RuleChange, actor).where(RuleChange.id == change_id)
    found: RuleChange | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def is_proposed(kind: ChangeKind, code: str) -> bool:
    """Whether a change of ``code`` waits for its decision."""
    stmt = select(RuleChange.id).where(
        RuleChange.kind == kind,
        RuleChange.code == code,
        RuleChange.status == ChangeState.PROPOSED,
    )
    reason = "one proposal for a rule at a time, whoever asks"
    return db.session.scalars(unscoped(stmt, reason=reason)).first() is not None


def waiting_count(actor: Actor, *, cap: int) -> int:
    """Proposals of others that wait for a second person, counted up to ``cap``."""
    stmt = visible(RuleChange, actor, RuleChange.id).where(
        RuleChange.status == ChangeState.PROPOSED, RuleChange.author_id != actor.id
    )
    return len(db.session.scalars(stmt.limit(cap)).all())


def template(template_id: int) -> DocumentTemplate:
    """One version of a paper's template. Raises NotFound."""
    found: DocumentTemplate | None = db.session.get(DocumentTemplate, template_id)
    if found is None:
        raise NotFound
    return found


def issued_count(code: str) -> int:
    """How many papers of a type have been issued, under whichever version."""
    return db.session.scalar(select(func.count(Document.id)).where(Document.code == code)) or 0


def approver_ids() -> Sequence[int]:
    """Active people who may decide on a change."""
    roles = [role for role, held in ROLE_GRANTS.items() if Permission.STATUTE_APPROVE in held]
    stmt = select(Account.id).where(Account.role.in_(roles), Account.is_active)
    reason = "a proposal is told to whoever may decide on it, in every region"
    return db.session.scalars(unscoped(stmt.order_by(Account.id), reason=reason)).all()
