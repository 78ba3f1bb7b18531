"""Verbs of frequency caps and of the exemptions from them. The tables are the inspection slice's.

A cap is published by year; one that was published is changed with a reason that the audit trail
keeps: inspections that were decided under it keep what was decided.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from supervision.authority import queries as authorities
from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.text import N_
from supervision.inspection.models import CapExemption, FrequencyCap
from supervision.plan import cap_queries, rules

HIGHEST_LEVEL = 3


@dataclass(frozen=True, slots=True)
class CapFields:
    """Of a class of enterprises: ``industry`` "" is every one, ``level`` 0 any."""

    year: int
    region_code: str
    industry: str
    is_key: bool
    level: int
    times: int
    source: str
    certainty: Certainty

    @property
    def key(self) -> tuple[int, str, str, bool, int]:
        return self.year, self.region_code, self.industry, self.is_key, self.level


def create(actor: Actor, wanted: CapFields) -> FrequencyCap:
    """A cap that binds nobody before it is published."""
    _check(actor, wanted, None)
    cap = FrequencyCap(**asdict(wanted))
    db.session.add(cap)
    audit.record(actor, "cap.create", cap, **asdict(wanted))
    return cap


def change(
    cap: FrequencyCap,
    actor: Actor,
    wanted: CapFields,
    *,
    expected: int | None = None,
    reason: str = "",
) -> None:
    """Change a cap; one that is published needs a ``reason``."""
    if expected is not None and cap.row_version != expected:
        raise Conflict
    if cap.published_on is not None and not reason:
        raise InvalidInput(N_("Say why a published cap is changed."), field="reason")
    _check(actor, wanted, cap.id)
    before = {name: getattr(cap, name) for name in asdict(wanted)}
    for name, value in asdict(wanted).items():
        setattr(cap, name, value)
    audit.record(actor, "cap.change", cap, before=before, after=asdict(wanted), reason=reason)


def remove(cap: FrequencyCap, actor: Actor) -> None:
    """Take back a cap that was never published."""
    _check_may(actor, cap.region_code)
    if cap.published_on is not None:
        raise Conflict(N_("A published cap stays: change it with a reason."))
    audit.record(actor, "cap.remove", cap, year=cap.year, region=cap.region_code, times=cap.times)
    db.session.delete(cap)
    db.session.flush()


def publish(actor: Actor, year: int, *, day: date | None = None) -> int:
    """Publish every cap of a year in the actor's own divisions; returns how many were new."""
    if not actor.may(Permission.PLAN_APPROVE):
        raise Forbidden
    count = 0
    for cap in cap_queries.unpublished(year, actor):
        cap.published_on = day or clock.today()
        audit.record(actor, "cap.publish", cap, year=year, times=cap.times)
        count += 1
    return count


@dataclass(frozen=True, slots=True)
class Copied:
    """How many rows were copied, and those that stand in the new year already."""

    count: int
    conflicts: tuple[FrequencyCap, ...]


def copy_year(actor: Actor, year: int) -> Copied:
    """Last year's caps as unpublished ones of ``year``; a class that has one is left alone."""
    if not actor.may(Permission.PLAN_EDIT):
        raise Forbidden
    rules.check_year(year, clock.today())
    known = {
        (c.region_code, c.industry, c.is_key, c.level) for c in cap_queries.caps_of(year, actor)
    }
    conflicts, count = [], 0
    for old in cap_queries.caps_of(year - 1, actor):
        if (old.region_code, old.industry, old.is_key, old.level) in known:
            conflicts.append(old)
            continue
        create(
            actor,
            CapFields(
                year=year,
                region_code=old.region_code,
                industry=old.industry,
                is_key=old.is_key,
                level=old.level,
                times=old.times,
                source=old.source,
                certainty=old.certainty,
            ),
        )
        count += 1
    return Copied(count, tuple(conflicts))


def _check_may(actor: Actor, region_code: str) -> None:
    if not actor.may(Permission.PLAN_EDIT):
        raise Forbidden
    if not authorities.covers(actor, region_code):
        raise InvalidInput(N_("This division lies outside your own."), field="region_code")


def _check(actor: Actor, wanted: CapFields, own_id: int | None) -> None:
    _check_may(actor, wanted.region_code)
    if not authorities.is_region(wanted.region_code):
        raise InvalidInput(N_("No division on record has this code."), field="region_code")
    if not cap_queries.is_industry(wanted.industry):
        raise InvalidInput(
            N_("A section's letter or the first digits of a code (GB/T 4754)."), field="industry"
        )
    other = cap_queries.same_class(wanted.key)
    if other is not None and other.id != own_id:
        raise InvalidInput(
            N_("This class has a cap of %(times)s in %(year)s already: change that one."),
            field="region_code",
            times=other.times,
            year=wanted.year,
        )


@dataclass(frozen=True, slots=True)
class ExemptionFields:
    """A version of a reason not to count."""

    code: str
    name: str
    effective_from: date
    source: str
    certainty: Certainty


def add_exemption(actor: Actor, wanted: ExemptionFields) -> CapExemption:
    """A new code, or a further version of one: the version before ends the day before."""
    if not actor.may(Permission.PLAN_EDIT):
        raise Forbidden
    if wanted.effective_from < clock.today():
        raise InvalidInput(
            N_("A change cannot reach back: today is the earliest day."), field="effective_from"
        )
    last = cap_queries.last_exemption(wanted.code)
    if last is not None:
        if wanted.effective_from <= last.effective_from:
            raise InvalidInput(
                N_("The last version begins on %(day)s: a new one can only begin after it."),
                field="effective_from",
                day=last.effective_from,
            )
        if last.effective_to is None or last.effective_to >= wanted.effective_from:
            last.effective_to = wanted.effective_from - timedelta(days=1)
    made = CapExemption(**asdict(wanted))
    db.session.add(made)
    audit.record(actor, "exemption.add", made, **asdict(wanted))
    return made


def end_exemption(exemption: CapExemption, actor: Actor, *, day: date) -> None:
    """Its last day; what was exempt by it stays exempt."""
    if not actor.may(Permission.PLAN_EDIT):
        raise Forbidden
    if exemption.effective_to is not None:
        raise Conflict
    if day < clock.today() or day < exemption.effective_from:
        raise InvalidInput(
            N_("A change cannot reach back: today is the earliest day."), field="effective_to"
        )
    exemption.effective_to = day
    audit.record(actor, "exemption.end", exemption, code=exemption.code, day=day)
