"""Which people an audience is, for one enterprise; where there is nobody, those one rank up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


class Ranks:
    """The people around one enterprise, read once. ``officer_id``: who has this very thing."""

    def __init__(self, enterprise_id: int, officer_id: int | None = None) -> None:
        enterprise = db.session.execute(
            unscoped(
                select(Enterprise.region_code, Enterprise.officer_id).where(
                    Enterprise.id == enterprise_id
                ),
                reason=_WHY,
            )
        ).one()
        self._officer_id = officer_id or enterprise.officer_id
        self._region: str = enterprise.region_code
        self._members = self._read_members(enterprise_id)
        self._officers = self._read_officers()

    def _read_members(self, enterprise_id: int) -> Sequence[tuple[Person, Role]]:
        stmt = (
            select(Account.id, Account.name, Account.role)
            .join(Membership, Membership.account_id == Account.id)
            .where(Membership.enterprise_id == enterprise_id, Account.is_active)
            .order_by(Account.id)
        )
        found = db.session.execute(unscoped(stmt, reason=_WHY)).tuples()
        return [(Person(i, name), role) for i, name, role in found]

    def _read_officers(self) -> Sequence[tuple[Person, Role, int]]:
        """Officers and chiefs who cover the enterprise, with how near they are (digits)."""
        stmt = (
            select(Account)
            .where(Account.role.in_((Role.OFFICER, Role.SECTION_CHIEF)), Account.is_active)
            .where(or_(Account.region_code.in_(self._prefixes), _HAS_MORE_REGIONS))
            .options(noload(Account.memberships))
            .order_by(Account.id)
        )
        found = []
        for account in db.session.scalars(unscoped(stmt, reason=_WHY)):
            near = [len(r) for r in account.regions if r and self._region.startswith(r)]
            if near:
                found.append((Person(account.id, account.name), account.role, max(near)))
        return found

    @property
    def _prefixes(self) -> list[str]:
        return [self._region[:n] for n in range(2, len(self._region) + 1)]

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
            return [person for person, _role in self._members]
        if audience is Audience.OFFICER:
            own = [p for p, _role, _near in self._officers if p.id == self._officer_id]
            return own or self._nearest(Role.OFFICER, _DISTRICT_DIGITS)
        if audience is Audience.CHIEF:
            return self._nearest(Role.SECTION_CHIEF, _DISTRICT_DIGITS)
        return [p for p, _role, near in self._officers if near <= _CITY_DIGITS]

    def _with_role(self, role: Role) -> Sequence[Person]:
        return [person for person, own in self._members if own is role]

    def _nearest(self, role: Role, at_least: int) -> Sequence[Person]:
        """Those of the street and the district; the city's have a rank of their own."""
        return [p for p, own, near in self._officers if own is role and near >= at_least]
