"""Smart assignment: officers by rule and load, the enterprise's person by post; a human decides.

:func:`propose_officers` is for every slice that needs an officer for an enterprise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, String, cast, func, or_, select
from sqlalchemy.orm import noload

from supervision.account.models import Account, Membership
from supervision.account.roles import Role
from supervision.core import audit, clock, notices
from supervision.core.actor import Actor, Side
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.notices import Audience
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.hazard import assignment_rules as rules
from supervision.hazard.assignment_models import AssignmentChoice, AssignmentRule
from supervision.hazard.assignment_rules import Candidate, Duty, Place, Proposal
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import OPEN

_LOAD = "an officer's load is all that is open, wherever it lies"
_POOL = "whoever covers the enterprise may be proposed, also from the city"
_HAS_MORE_REGIONS = cast(Account.extra_regions, String) != "[]"
_OFFICERS = (Role.OFFICER, Role.SECTION_CHIEF)


def propose_officers(
    enterprise: Enterprise,
    duty: Duty,
    day: date,
    actor: Actor,
    *,
    extra_load: Mapping[int, int] | None = None,
) -> list[Proposal]:
    """Everybody who may do ``duty`` for an enterprise on ``day``, best first, with the ground.

    Only active officers and chiefs whose region covers the enterprise. ``extra_load``: open work
    by account that this slice does not know of (inspections), added to the open tickets. Empty
    for an actor who is no regulator. Text: :func:`supervision.hazard.assignment_labels.reason`.
    """
    if not actor.is_regulator:
        return []
    place = Place(enterprise.region_code, enterprise.industry_code, enterprise.officer_id)
    found = [rule.plain for rule in _rules_for(duty, place.region)]
    return rules.propose(found, duty, place, day, _candidates(place.region, extra_load or {}))


def _rules_for(duty: Duty, region: str) -> Sequence[AssignmentRule]:
    prefixes = [region[:n] for n in (2, 4, 6, 9) if n <= len(region)]
    stmt = select(AssignmentRule).where(
        AssignmentRule.duty == duty,
        AssignmentRule.region_code.in_(prefixes),
        AssignmentRule.is_enabled,
    )
    reason = "the city's rules hold in its districts"
    return db.session.scalars(unscoped(stmt, reason=reason)).all()


def _candidates(region: str, extra: Mapping[int, int]) -> list[Candidate]:
    prefixes = [region[:n] for n in range(2, len(region) + 1)]
    stmt = (
        select(Account)
        .where(Account.role.in_(_OFFICERS), Account.is_active)
        .where(or_(Account.region_code.in_(prefixes), _HAS_MORE_REGIONS))
        .options(noload(Account.memberships))
        .order_by(Account.id)
    )
    near = {
        a: max((len(r) for r in a.regions if r and region.startswith(r)), default=0)
        for a in db.session.scalars(unscoped(stmt, reason=_POOL))
    }
    accounts = {a: n for a, n in near.items() if n}
    loads = open_loads([a.id for a in accounts])
    return [
        Candidate(a.id, a.name, loads.get(a.id, 0) + extra.get(a.id, 0), n)
        for a, n in accounts.items()
    ]


def open_loads(account_ids: Collection[int]) -> Mapping[int, int]:
    """Open tickets by the officer who has them: the ticket's own, else the enterprise's."""
    if not account_ids:
        return {}
    officer = func.coalesce(Hazard.officer_id, Enterprise.officer_id)
    stmt = (
        select(officer, func.count(Hazard.id))
        .join(Enterprise, Enterprise.id == Hazard.enterprise_id)
        .where(Hazard.status.in_(OPEN), Hazard.raised_side == Side.REGULATOR)
        .where(officer.in_(account_ids))
        .group_by(officer)
    )
    return dict(db.session.execute(unscoped(stmt, reason=_LOAD)).tuples().all())


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the enterprise would name; ``role`` says why, "" for the name on the file."""

    name: str
    role: str


def propose_person(hazard: Hazard) -> Person:
    """The enterprise's person by post: the principal for a major hazard."""
    members = people_of(hazard.enterprise_id)
    name, role = rules.person_of(members, is_major=hazard.grade is Grade.MAJOR)
    if name:
        return Person(name, role)
    enterprise = hazard.enterprise
    return Person(enterprise.safety_manager or enterprise.principal, "")


def people_of(enterprise_id: int) -> Mapping[str, list[str]]:
    """Active members' names by role, the longest there first."""
    stmt = (
        select(Account.role, Account.name)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.enterprise_id == enterprise_id, Account.is_active)
        .order_by(Account.id)
        .limit(200)
    )
    found: dict[str, list[str]] = defaultdict(list)
    reason = "the enterprise's people are named on its own ticket"
    for role, name in db.session.execute(unscoped(stmt, reason=reason)).tuples():
        found[role.value].append(name)
    return found


def choose(
    hazard: Hazard,
    actor: Actor,
    *,
    officer_id: int | None,
    person: str,
    proposals: Sequence[Proposal],
    proposed_person: Person,
) -> None:
    """Keep who has the ticket, and what was proposed beside what was chosen."""
    best = proposals[0] if proposals else None
    names = {p.candidate.id: p.candidate.name for p in proposals}
    if officer_id is not None and officer_id not in names:
        raise InvalidInput(N_("This officer does not cover the enterprise."), field="officer_id")
    hazard.officer_id = officer_id
    choice = AssignmentChoice(
        enterprise_id=hazard.enterprise_id,
        hazard_id=hazard.id,
        duty=Duty.HAZARD,
        ground=best.ground if best else None,
        rule_id=best.rule.id if best and best.rule else None,
        load=best.candidate.load if best else None,
        proposed_id=best.candidate.id if best else None,
        proposed_name=best.candidate.name if best else "",
        chosen_id=officer_id,
        chosen_name=names.get(officer_id or 0, ""),
        proposed_person=proposed_person.name,
        chosen_person=person,
        at=clock.now(),
        by=actor.name,
    )
    db.session.add(choice)
    db.session.flush()
    if officer_id is not None and officer_id != actor.id:
        notices.queue(
            "hazard.officer",
            Audience.ACCOUNT,
            officer_id,
            link=f"/hazards/{hazard.id}",
            number=hazard.number,
            place=hazard.place,
        )
    if choice.was_overridden:
        audit.record(
            actor,
            "hazard.assignment_overridden",
            hazard,
            enterprise_id=hazard.enterprise_id,
            number=hazard.number,
            proposed=[choice.proposed_name, choice.proposed_person],
            chosen=[choice.chosen_name, choice.chosen_person],
        )


def choices_of(hazard: Hazard, actor: Actor) -> Sequence[AssignmentChoice]:
    """What was proposed and chosen for a ticket, newest first."""
    stmt = visible(AssignmentChoice, actor).where(AssignmentChoice.hazard_id == hazard.id)
    return db.session.scalars(stmt.order_by(AssignmentChoice.id.desc()).limit(20)).all()


# --- the table -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleValues:
    """What a line of the table says."""

    duty: Duty
    region_code: str
    industry: str
    officer_ids: tuple[int, ...]
    priority: int
    effective_from: date
    effective_to: date | None
    is_enabled: bool = True
    note: str = ""


def list_rules(actor: Actor, duty: Duty | None = None) -> Select[Any]:
    """The table, in the order in which rules are asked."""
    stmt = visible(AssignmentRule, actor)
    if duty is not None:
        stmt = stmt.where(AssignmentRule.duty == duty)
    return stmt.order_by(
        AssignmentRule.duty,
        AssignmentRule.priority.desc(),
        func.length(AssignmentRule.region_code).desc(),
        func.length(AssignmentRule.industry).desc(),
        AssignmentRule.id,
    )


def get_rule(rule_id: int, actor: Actor) -> AssignmentRule:
    stmt = visible(AssignmentRule, actor).where(AssignmentRule.id == rule_id)
    found: AssignmentRule | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def add_rule(actor: Actor, values: RuleValues) -> AssignmentRule:
    """A new line of the table."""
    _check(actor, values)
    rule = AssignmentRule(changed_at=clock.now(), changed_by=actor.name, **_columns(values))
    db.session.add(rule)
    db.session.flush()
    audit.record(actor, "hazard.assignment_rule_added", rule, values=_plain(values))
    return rule


def change_rule(
    rule: AssignmentRule, actor: Actor, values: RuleValues, *, row_version: int
) -> None:
    """Change a line; tickets keep what was proposed by it before."""
    if rule.row_version != row_version:
        raise Conflict
    _check(actor, values)
    before = {name: str(getattr(rule, name)) for name in _columns(values)}
    for name, value in _columns(values).items():
        setattr(rule, name, value)
    rule.changed_at, rule.changed_by = clock.now(), actor.name
    db.session.flush()
    audit.record(
        actor, "hazard.assignment_rule_changed", rule, before=before, values=_plain(values)
    )


def _check(actor: Actor, values: RuleValues) -> None:
    rules.check_rule(
        region=values.region_code,
        industry=values.industry,
        pool=values.officer_ids,
        first=values.effective_from,
        last=values.effective_to,
    )
    own = actor.everything or any(values.region_code.startswith(r) for r in actor.regions)
    if not values.region_code or not own:
        raise InvalidInput(N_("This region is not yours."), field="region_code")


def _columns(values: RuleValues) -> dict[str, Any]:
    return {
        "duty": values.duty,
        "region_code": values.region_code,
        "industry": values.industry,
        "officer_ids": list(values.officer_ids),
        "priority": values.priority,
        "effective_from": values.effective_from,
        "effective_to": values.effective_to,
        "is_enabled": values.is_enabled,
        "note": values.note,
    }


def _plain(values: RuleValues) -> dict[str, str]:
    return {name: str(value) for name, value in _columns(values).items()}
