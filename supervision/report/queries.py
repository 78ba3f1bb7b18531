"""Reads of packages and requests. What people read starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import InvalidInput, NotFound
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.search import contains
from supervision.core.text import N_
from supervision.enterprise import queries as enterprises
from supervision.enterprise.models import Enterprise, Region
from supervision.report.contents import Subject, SubjectKind
from supervision.report.models import OPEN_STATES, MonthlyPackage, PackageRequest, RequestState

_MAKER = "the maker serves everybody's requests"


@dataclass(frozen=True, slots=True)
class PackageFilter:
    """What a list is narrowed to; empty means all."""

    year: int | None = None
    month: int | None = None
    kind: SubjectKind | None = None
    region: str = ""
    enterprise_id: int | None = None
    text: str = ""


def list_packages(actor: Actor, wanted: PackageFilter) -> Select[Any]:
    """Newest month first; within a month regions before enterprises, newest version first."""
    stmt = visible(MonthlyPackage, actor)
    for column, value in (
        (MonthlyPackage.year, wanted.year),
        (MonthlyPackage.month, wanted.month),
        (MonthlyPackage.kind, wanted.kind),
        (MonthlyPackage.enterprise_id, wanted.enterprise_id),
    ):
        if value:
            stmt = stmt.where(column == value)
    if wanted.region:
        inside = visible(Enterprise, actor, Enterprise.id).where(
            region_range(Enterprise.region_code, wanted.region)
        )
        stmt = stmt.where(
            or_(
                region_range(MonthlyPackage.region_code, wanted.region),
                MonthlyPackage.enterprise_id.in_(inside),
            )
        )
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, MonthlyPackage.subject_name))
    return stmt.order_by(
        MonthlyPackage.year.desc(),
        MonthlyPackage.month.desc(),
        MonthlyPackage.kind.desc(),
        MonthlyPackage.subject_key,
        MonthlyPackage.version.desc(),
    )


def get_package(package_id: int, actor: Actor) -> MonthlyPackage:
    """One package with its files. Raises NotFound out of scope."""
    files = ("xlsx", "pdf", "manifest", "bundle")
    stmt = (
        visible(MonthlyPackage, actor)
        .where(MonthlyPackage.id == package_id)
        .options(*(joinedload(getattr(MonthlyPackage, name)) for name in files))
    )
    found: MonthlyPackage | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def siblings(package: MonthlyPackage, actor: Actor) -> Sequence[MonthlyPackage]:
    """Every version of the same subject's month, newest first."""
    stmt = visible(MonthlyPackage, actor).where(
        MonthlyPackage.subject_key == package.subject_key,
        MonthlyPackage.year == package.year,
        MonthlyPackage.month == package.month,
    )
    return db.session.scalars(stmt.order_by(MonthlyPackage.version.desc()).limit(50)).all()


def latest(actor: Actor, limit: int, enterprise_id: int | None = None) -> Sequence[MonthlyPackage]:
    """The first few of the list, for a card or a tab."""
    wanted = PackageFilter(enterprise_id=enterprise_id)
    return db.session.scalars(list_packages(actor, wanted).limit(limit)).all()


def frozen_of_enterprise(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[MonthlyPackage]:
    """An enterprise's frozen packages made before an instant, the latest first."""
    stmt = (
        visible(MonthlyPackage, actor)
        .where(MonthlyPackage.enterprise_id == enterprise_id, MonthlyPackage.version > 0)
        .order_by(MonthlyPackage.made_at.desc(), MonthlyPackage.id.desc())
        .limit(limit)
    )
    if before is not None:
        stmt = stmt.where(MonthlyPackage.made_at < before)
    return db.session.scalars(stmt).all()


def get_request(request_id: int, actor: Actor) -> PackageRequest:
    """One request. Raises NotFound out of scope."""
    stmt = visible(PackageRequest, actor).where(PackageRequest.id == request_id)
    found: PackageRequest | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def own_requests(actor: Actor, limit: int = 5) -> Sequence[PackageRequest]:
    """What this person asked for and does not have yet."""
    stmt = visible(PackageRequest, actor).where(
        PackageRequest.requested_by_id == actor.id, PackageRequest.status.in_(OPEN_STATES)
    )
    return db.session.scalars(stmt.order_by(PackageRequest.id.desc()).limit(limit)).all()


def region_choices(actor: Actor) -> list[tuple[str, str]]:
    """Regions that an actor may have a package of: their own and those just below."""
    below = enterprises.region_choices(actor)
    if actor.everything:
        return below
    own = enterprises.region_names(set(actor.regions))
    return [*sorted(own.items()), *below]


def get_subject(actor: Actor, *, region: str = "", enterprise_id: int | None = None) -> Subject:
    """Whose package is asked for. Raises NotFound where the actor does not cover it."""
    if enterprise_id is not None:
        return of_enterprise(enterprises.get_enterprise(enterprise_id, actor))
    covered = actor.everything or any(region.startswith(own) for own in actor.regions)
    found = db.session.scalars(select(Region).where(Region.code == region)).first()
    if not covered or found is None:
        raise NotFound
    return of_region(found)


def find_enterprise(actor: Actor, text: str) -> Subject:
    """The one enterprise that a name or code names. Raises InvalidInput for none or several."""
    stmt = enterprises.list_enterprises(actor, enterprises.EnterpriseFilter(text=text))
    found = db.session.scalars(stmt.limit(20)).all()
    exact = [e for e in found if text in {e.name, e.short_name, e.uscc}]
    found = exact or found
    if not found:
        raise InvalidInput(N_("No enterprise of that name or code."), field="enterprise")
    if len(found) > 1:
        names = ", ".join(e.name for e in found[:5])
        raise InvalidInput(
            N_("Several enterprises fit: %(names)s. Write the whole name or the code."),
            field="enterprise",
            names=names,
        )
    return of_enterprise(found[0])


def of_enterprise(enterprise: Enterprise) -> Subject:
    return Subject(SubjectKind.ENTERPRISE, enterprise.name, enterprise_id=enterprise.id)


def of_region(region: Region) -> Subject:
    return Subject(SubjectKind.REGION, region.name, region_code=region.code)


# What the maker reads.


def open_request(subject: Subject, year: int, month: int) -> PackageRequest | None:
    stmt = select(PackageRequest).where(
        PackageRequest.subject_key == subject.key,
        PackageRequest.year == year,
        PackageRequest.month == month,
        PackageRequest.status.in_(OPEN_STATES),
    )
    return db.session.scalars(unscoped(stmt, reason="the subject was checked")).first()


def next_request() -> PackageRequest | None:
    """The oldest that a person asked for, else the oldest of the system's."""
    stmt = (
        select(PackageRequest)
        .where(PackageRequest.status == RequestState.QUEUED)
        .order_by(PackageRequest.requested_by_id == 0, PackageRequest.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(unscoped(stmt, reason=_MAKER)).first()


def silent_requests(before: datetime) -> Sequence[PackageRequest]:
    """Requests whose maker has said nothing since ``before``."""
    stmt = select(PackageRequest).where(
        PackageRequest.status == RequestState.MAKING, PackageRequest.started_at < before
    )
    return db.session.scalars(unscoped(stmt.limit(50), reason=_MAKER)).all()


def request_being_made(request_id: int) -> PackageRequest:
    """The request that the maker took; raises NotFound when somebody else finished it."""
    stmt = select(PackageRequest).where(
        PackageRequest.id == request_id, PackageRequest.status == RequestState.MAKING
    )
    found = db.session.scalars(unscoped(stmt, reason=_MAKER)).first()
    if found is None:
        raise NotFound
    return found


def _of_month(subject: Subject, year: int, month: int, *entities: Any) -> Select[Any]:
    return visible(MonthlyPackage, SYSTEM, *entities).where(
        MonthlyPackage.subject_key == subject.key,
        MonthlyPackage.year == year,
        MonthlyPackage.month == month,
    )


def provisional_of(subject: Subject, year: int, month: int) -> MonthlyPackage | None:
    stmt = _of_month(subject, year, month).where(MonthlyPackage.version == 0)
    found: MonthlyPackage | None = db.session.scalars(stmt).first()
    return found


def last_version(subject: Subject, year: int, month: int) -> int:
    stmt = _of_month(subject, year, month, func.max(MonthlyPackage.version))
    return int(db.session.scalar(stmt) or 0)


def frozen_keys(keys: Sequence[str], year: int, month: int) -> set[str]:
    """Which of these subjects have a frozen package of the month."""
    stmt = visible(MonthlyPackage, SYSTEM, MonthlyPackage.subject_key).where(
        MonthlyPackage.subject_key.in_(keys),
        MonthlyPackage.year == year,
        MonthlyPackage.month == month,
        MonthlyPackage.version > 0,
    )
    return set(db.session.scalars(stmt))


def enterprises_after(last_id: int, before: datetime, limit: int) -> Sequence[Enterprise]:
    """A batch of enterprises that were on the roll before ``before``, in order of id."""
    stmt = (
        visible(Enterprise, SYSTEM)
        .where(Enterprise.id > last_id, Enterprise.created_at < before)
        .order_by(Enterprise.id)
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def regions_with_enterprises() -> list[Region]:
    """Every division that holds an enterprise.

    A city or province whose enterprises all lie in one division below would have that one's
    package under another name; it is left out.
    """
    used = set(db.session.scalars(visible(Enterprise, SYSTEM, Enterprise.region_code).distinct()))
    codes = {code[:length] for code in used for length in (2, 4, 6, 9) if len(code) >= length}
    below = {2: 4, 4: 6}
    telling = {
        code
        for code in codes
        if len(code) not in below
        or len({c for c in codes if len(c) == below[len(code)] and c.startswith(code)}) > 1
    }
    stmt = select(Region).where(Region.code.in_(telling)).order_by(Region.code)
    return list(db.session.scalars(stmt))
