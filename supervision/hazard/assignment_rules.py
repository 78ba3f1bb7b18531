"""Who is proposed for a duty: the rules that fit, then the lightest load. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from supervision.core.errors import InvalidInput
from supervision.core.text import N_

# A pool of more is a whole authority: that is what no rule at all means.
MOST_OFFICERS = 50
HIGHEST_PRIORITY = 99


class Duty(StrEnum):
    """What somebody is wanted for."""

    HAZARD = "hazard"
    INSPECTION = "inspection"
    RECHECK = "recheck"


class Ground(StrEnum):
    """Why somebody is proposed: a rule; in charge of the enterprise already; nearest to it."""

    RULE = "rule"
    IN_CHARGE = "in_charge"
    NEAREST = "nearest"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: "" fits every region or industry; the pool is of account ids."""

    id: int
    duty: Duty
    region: str
    industry: str
    pool: frozenset[int]
    priority: int = 0
    effective_from: date = date.min
    effective_to: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What the rules look at: GB/T 2260 and GB/T 4754 codes of the enterprise."""

    region: str
    industry: str
    in_charge_id: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An active officer, how near (digits of the region that fits) and how much is open."""

    id: int
    name: str
    load: int
    near: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody with the ground for it; ``rule`` only where one decided."""

    candidate: Candidate
    ground: Ground
    rule: Rule | None = None


def fits(rule: Rule, duty: Duty, place: Place, day: date) -> bool:
    """The rule is about this duty and this kind of enterprise, and in force on ``day``."""
    in_force = rule.effective_from <= day and (
        rule.effective_to is None or day <= rule.effective_to
    )
    of_place = place.region.startswith(rule.region) and place.industry.startswith(rule.industry)
    return rule.duty is duty and in_force and of_place


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """Higher priority first; then the narrower region, the narrower industry, the older rule."""
    return sorted(rules, key=lambda r: (-r.priority, -len(r.region), -len(r.industry), r.id))


def propose(
    rules: Iterable[Rule], duty: Duty, place: Place, day: date, candidates: Sequence[Candidate]
) -> list[Proposal]:
    """Everybody who may be chosen, best first.

    The first rule with anybody active in its pool decides; without one it is the officer in
    charge of the enterprise, then the nearest. Within each the lightest load wins; on a tie
    whoever is in charge already, then the older account.
    """
    ranked: list[Proposal] = []
    for rule in in_order(r for r in rules if fits(r, duty, place, day)):
        pool = [c for c in candidates if c.id in rule.pool]
        ranked += [Proposal(c, Ground.RULE, rule) for c in _by_load(pool, place)]
    own = [c for c in candidates if c.id == place.in_charge_id]
    ranked += [Proposal(c, Ground.IN_CHARGE) for c in own]
    near = max((c.near for c in candidates), default=0)
    ranked += [
        Proposal(c, Ground.NEAREST)
        for c in _by_load([c for c in candidates if c.near == near], place)
    ]
    ranked += [Proposal(c, Ground.NEAREST) for c in _by_load(list(candidates), place)]
    first: dict[int, Proposal] = {}
    for one in ranked:
        first.setdefault(one.candidate.id, one)
    return list(first.values())


def _by_load(candidates: Sequence[Candidate], place: Place) -> list[Candidate]:
    return sorted(candidates, key=lambda c: (c.load, c.id != place.in_charge_id, c.id))


def check_rule(
    *, region: str, industry: str, pool: Sequence[int], first: date, last: date | None
) -> None:
    """A line that can decide something."""
    if region and (not region.isdecimal() or len(region) not in {2, 4, 6, 9}):
        raise InvalidInput(N_("A region code has 2, 4, 6 or 9 digits."), field="region_code")
    if industry and (not industry.isdecimal() or not 2 <= len(industry) <= 4):
        raise InvalidInput(N_("An industry code has 2 to 4 digits."), field="industry")
    if not pool:
        raise InvalidInput(N_("Choose at least one officer."), field="officer_ids")
    if len(pool) > MOST_OFFICERS:
        raise InvalidInput(
            N_("At most %(count)s officers."), field="officer_ids", count=MOST_OFFICERS
        )
    if last is not None and last < first:
        raise InvalidInput(N_("The last day lies before the first."), field="effective_to")


def person_of(members: Mapping[str, Sequence[str]], *, is_major: bool) -> tuple[str, str]:
    """The enterprise's person and the role that speaks for them; "" where nobody is known.

    ``members``: names by role. Order 16, art. 15: the principal organizes the rectification
    of a major hazard, a shop or the safety manager that of a general one.
    """
    order = ("principal", "safety_manager") if is_major else ("safety_manager", "principal")
    for role in order:
        if members.get(role):
            return members[role][0], role
    return "", ""
