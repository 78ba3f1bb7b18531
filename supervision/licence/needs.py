"""Licences against the chemicals held: what lies beyond a scope, and who needs one and has none.

Which chemicals a type's scope must cover, and who needs a licence of it, are data of the type's
version: industries (GB/T 4754) and what the chemicals are there for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select

from supervision.chemical.models import ChemicalItem, ChemicalUnit
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import region_range, visible
from supervision.core.search import contains
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.licence import rules, types
from supervision.licence.models import Licence, LicenceScopeItem, LicenceType
from supervision.licence.rules import ANY_PURPOSE, Item, ScopeGap, words
from supervision.licence.workflow import LIVE

# What is off the roll needs no licence any more.
GONE = (RollStatus.CLOSED, RollStatus.MOVED)


@dataclass(frozen=True, slots=True)
class HeldChemical:
    """A line of the ledger as far as licences ask about it."""

    cas: str
    name: str
    purpose: str


def held(actor: Actor, enterprise_ids: Collection[int]) -> Mapping[int, Sequence[HeldChemical]]:
    """What the ledgers of these enterprises hold now, in one statement."""
    stmt = (
        visible(
            ChemicalItem,
            actor,
            ChemicalItem.enterprise_id,
            ChemicalItem.cas,
            ChemicalItem.name,
            ChemicalItem.purpose,
        )
        .join(ChemicalUnit, ChemicalUnit.id == ChemicalItem.unit_id)
        .where(ChemicalItem.enterprise_id.in_(enterprise_ids), _is_held())
        .order_by(ChemicalItem.id)
    )
    found: dict[int, list[HeldChemical]] = {}
    for enterprise_id, cas, name, purpose in db.session.execute(stmt):
        found.setdefault(enterprise_id, []).append(HeldChemical(cas, name, str(purpose)))
    return found


def _is_held() -> ColumnElement[bool]:
    return and_(ChemicalItem.removed_at.is_(None), ChemicalUnit.retired_at.is_(None))


def covered(of_type: LicenceType, chemicals: Iterable[HeldChemical]) -> list[Item]:
    """Those that a scope of this type has to name; without a number they cannot be compared."""
    wanted = words(of_type.purposes)
    anything = not wanted or ANY_PURPOSE in wanted
    return [Item(c.cas, c.name) for c in chemicals if c.cas and (anything or c.purpose in wanted)]


def gap_of(licence: Licence, chemicals: Iterable[HeldChemical]) -> ScopeGap | None:
    """A licence in force against the ledger; None for one that has no scope."""
    if not licence.type.has_scope or not licence.is_live:
        return None
    return rules.compare(licence.scope, covered(licence.type, chemicals))


def gap_clause() -> ColumnElement[bool]:
    """The ledger holds something beyond the scope, as SQL; to be used on :class:`Licence`."""
    scoped = db.session.scalars(select(LicenceType).where(LicenceType.has_scope)).all()
    clauses = [
        and_(Licence.type_id == of_type.id, _beyond(words(of_type.purposes))) for of_type in scoped
    ]
    return or_(*clauses) if clauses else false()


def _beyond(purposes: Sequence[str]) -> ColumnElement[bool]:
    named = exists().where(
        LicenceScopeItem.licence_id == Licence.id, LicenceScopeItem.cas == ChemicalItem.cas
    )
    return _holds(
        Licence.enterprise_id,
        purposes,
        and_(ChemicalItem.cas != "", ~named.correlate_except(LicenceScopeItem)),
    )


def _holds(
    owner: Any, purposes: Sequence[str], also: ColumnElement[bool] | None = None
) -> ColumnElement[bool]:
    """The enterprise whose id is ``owner`` has such chemicals on its ledger."""
    there = (
        select(ChemicalItem.id)
        .join(ChemicalUnit, ChemicalUnit.id == ChemicalItem.unit_id)
        .where(ChemicalItem.enterprise_id == owner, _is_held())
    )
    if purposes and ANY_PURPOSE not in purposes:
        there = there.where(ChemicalItem.purpose.in_(purposes))
    if also is not None:
        there = there.where(also)
    return there.correlate_except(ChemicalItem, ChemicalUnit).exists()


def missing_of(enterprise: Enterprise, actor: Actor) -> list[LicenceType]:
    """The types that an enterprise needs and holds no licence of."""
    return missing_types(actor, [enterprise]).get(enterprise.id, [])


def missing_types(actor: Actor, enterprises: Sequence[Enterprise]) -> dict[int, list[LicenceType]]:
    """The same for a page of enterprises, in three statements."""
    ids = [e.id for e in enterprises]
    chemicals = held(actor, ids)
    stmt = visible(Licence, actor, Licence.enterprise_id, Licence.type_code).where(
        Licence.enterprise_id.in_(ids), Licence.status.in_(LIVE)
    )
    there = set(db.session.execute(stmt).tuples())
    wanted = _needed_types()
    return {
        e.id: [
            t
            for t in wanted
            if (e.id, t.code) not in there
            and rules.is_needed(
                words(t.industries),
                words(t.purposes),
                e.industry_code,
                {c.purpose for c in chemicals.get(e.id, ())},
            )
        ]
        for e in enterprises
        if e.roll_status not in GONE
    }


def _needed_types() -> list[LicenceType]:
    return [t for t in types.types_on(clock.today()) if t.is_needed_by_somebody]


@dataclass(frozen=True, slots=True)
class MissingFilter:
    """What the list of enterprises without a licence is narrowed to; empty means all."""

    text: str = ""
    type_code: str = ""
    region: str = ""


def list_missing(actor: Actor, wanted: MissingFilter) -> Select[Any]:
    """Enterprises that need a licence and have none in force, by name."""
    needed = [t for t in _needed_types() if wanted.type_code in ("", t.code)]
    stmt = visible(Enterprise, actor).where(
        Enterprise.roll_status.not_in(GONE),
        or_(*(_lacks(t) for t in needed)) if needed else false(),
    )
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, Enterprise.name, Enterprise.uscc))
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    return stmt.order_by(Enterprise.name, Enterprise.id)


def _lacks(of_type: LicenceType) -> ColumnElement[bool]:
    """:func:`supervision.licence.rules.is_needed`, and none in force, as SQL."""
    clauses: list[ColumnElement[bool]] = []
    if industries := words(of_type.industries):
        clauses.append(or_(*(Enterprise.industry_code.startswith(i) for i in industries)))
    if purposes := words(of_type.purposes):
        clauses.append(_holds(Enterprise.id, purposes))
    there = exists().where(
        Licence.enterprise_id == Enterprise.id,
        Licence.type_code == of_type.code,
        Licence.status.in_(LIVE),
    )
    return and_(*clauses, ~there.correlate_except(Licence))
