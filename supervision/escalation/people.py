"""Which people an audience is, for one enterprise; where there is nobody, those one rank up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import noload

from supervision.account.models import Account, Membership
from supervision.account.roles import Role
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.enterprise.models import Enterprise
from supervision.escalation.rules import NEXT, Audience

_WHY = "whoever answers for a deadline is told, whoever runs the ladder"
_CITY_DIGITS = 4
_DISTRICT_DIGITS = 6
_HAS_MORE_REGIONS = cast(Account.extra_regions, String) != "[]"


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Ranks:
    """The people around one enterprise. ``officer_id``: who has this very thing, if anybody.

    ``officers``: those who cover the enterprise, with how near they are (digits of the region).
    """

    officer_id: int | None
    members: Sequence[tuple[Person, Role]]
    officers: Sequence[tuple[Person, Role, int]]

    def told(self, audience: Audience) -> Sequence[Person]:
        """Who is told; one rank up where that rank is empty; empty where nobody is left."""
        rank: Audience | None = audience
        while rank is not None:
            if found := self._rank(rank):
                return found
            rank = NEXT.get(rank)
        return ()

    def _rank(self, audience: Audience) -> Sequence[Person]:
        if audience is Audience.RESPONSIBLE:
            return self._with_role(Role.SAFETY_MANAGER)
        if audience is Audience.PRINCIPAL:
            return self._with_role(Role.PRINCIPAL)
        if audience is Audience.PEOPLE:
            return [person for person, _role in self.members]
        if audience is Audience.OFFICER:
            own = [p for p, _role, _near in self.officers if p.id == self.officer_id]
            return own or self._nearest(Role.OFFICER, _DISTRICT_DIGITS)
        if audience is Audience.CHIEF:
            return self._nearest(Role.SECTION_CHIEF, _DISTRICT_DIGITS)
        return [p for p, _role, near in self.officers if near <= _CITY_DIGITS]

    def _with_role(self, role: Role) -> Sequence[Person]:
        return [person for person, own in self.members if own is role]

    def _nearest(self, role: Role, at_least: int) -> Sequence[Person]:
        """Those of the street and the district; the city's have a rank of their own."""
        return [p for p, own, near in self.officers if own is role and near >= at_least]


class _Asks(Protocol):
    @property
    def enterprise_id(self) -> int: ...
    @property
    def officer_id(self) -> int | None: ...


def read_ranks(subjects: Collection[_Asks]) -> Mapping[tuple[int, int | None], Ranks]:
    """By enterprise and the officer of the thing: three statements, however many subjects."""
    idents = {subject.enterprise_id for subject in subjects}
    places = {ident: (region, officer) for ident, region, officer in _places(idents)}
    members = _members(idents)
    officers = _officers({region for region, _officer in places.values()})
    return {
        (ident, own): Ranks(own or places[ident][1], members[ident], officers[places[ident][0]])
        for ident, own in {(s.enterprise_id, s.officer_id) for s in subjects}
    }


def _places(idents: Collection[int]) -> Iterable[tuple[int, str, int | None]]:
    stmt = select(Enterprise.id, Enterprise.region_code, Enterprise.officer_id)
    stmt = stmt.where(Enterprise.id.in_(idents))
    return db.session.execute(unscoped(stmt, reason=_WHY)).tuples()


def _members(idents: Collection[int]) -> Mapping[int, Sequence[tuple[Person, Role]]]:
    """Active people by enterprise."""
    stmt = (
        select(Membership.enterprise_id, Account.id, Account.name, Account.role)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.enterprise_id.in_(idents), Account.is_active)
        .order_by(Account.id)
    )
    found: dict[int, list[tuple[Person, Role]]] = defaultdict(list)
    for enterprise_id, ident, name, role in db.session.execute(unscoped(stmt, reason=_WHY)):
        found[enterprise_id].append((Person(ident, name), role))
    return found


def _officers(regions: Collection[str]) -> Mapping[str, Sequence[tuple[Person, Role, int]]]:
    """Officers and chiefs who cover each region, with how near they are."""
    prefixes = {region[:n] for region in regions for n in range(2, len(region) + 1)}
    stmt = (
        select(Account)
        .where(Account.role.in_((Role.OFFICER, Role.SECTION_CHIEF)), Account.is_active)
        .where(or_(Account.region_code.in_(prefixes), _HAS_MORE_REGIONS))
        .options(noload(Account.memberships))
        .order_by(Account.id)
    )
    found: dict[str, list[tuple[Person, Role, int]]] = defaultdict(list)
    for account in db.session.scalars(unscoped(stmt, reason=_WHY)):
        for region in regions:
            near = [len(own) for own in account.regions if own and region.startswith(own)]
            if near:
                found[region].append((Person(account.id, account.name), account.role, max(near)))
    return found
