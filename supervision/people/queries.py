"""Reads of people and certificates. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, visible
from supervision.core.search import contains
from supervision.core.validity import STEPS
from supervision.core.web.paging import capped_count
from supervision.enterprise.models import Enterprise
from supervision.enterprise.tiles import owned_counts
from supervision.people import identity
from supervision.people.models import (
    CertificateFile,
    PeopleEvent,
    Person,
    PersonCertificate,
    PersonPost,
    holding,
)
from supervision.people.workflow import CertificateState

SOON_DAYS = STEPS[0]
MOST_EVENTS = 100

PERSON_SORTS = {
    "newest": (Person.id.desc(),),
    "name": (Person.name, Person.id),
    "enterprise": (Person.enterprise_id, Person.name, Person.id),
}
CERTIFICATE_SORTS = {
    # What has no end comes last, on both databases alike.
    "ends": (
        PersonCertificate.next_on.is_(None),
        PersonCertificate.next_on,
        PersonCertificate.id,
    ),
    "newest": (PersonCertificate.id.desc(),),
    "enterprise": (PersonCertificate.enterprise_id, PersonCertificate.id),
}


@dataclass(frozen=True, slots=True)
class PersonFilter:
    """What the list is narrowed to; empty means all. ``state``: employed, left; "" is employed."""

    text: str = ""
    post: str = ""
    state: str = "employed"
    without: str = ""  # a group of certificates that the post asks for and that does not hold
    enterprise_id: int | None = None
    region: str = ""
    sort: str = "newest"


def list_people(actor: Actor, wanted: PersonFilter) -> Select[Any]:
    """The ordered statement behind the list and its export, posts and enterprise loaded along."""
    stmt = (
        visible(Person, actor)
        .join(Enterprise, Enterprise.id == Person.enterprise_id)
        .options(contains_eager(Person.enterprise), selectinload(Person.posts))
    )
    if wanted.text:
        stmt = stmt.where(_matches(wanted.text))
    if wanted.post:
        stmt = stmt.where(_holds(wanted.post))
    if wanted.state in {"employed", "left"}:
        left = Person.employed_to.is_not(None)
        stmt = stmt.where(left if wanted.state == "left" else Person.employed_to.is_(None))
    if wanted.without:
        stmt = stmt.where(_lacks(wanted.without))
    if wanted.enterprise_id:
        stmt = stmt.where(Person.enterprise_id == wanted.enterprise_id)
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    return stmt.order_by(*PERSON_SORTS.get(wanted.sort, PERSON_SORTS["newest"]))


def _matches(text: str) -> Any:
    """By name, department or enterprise; a whole identity number finds its holder by the hash."""
    plain = identity.plain_number(text)
    clauses = [contains(text, Person.name, Person.department, Enterprise.name)]
    if len(plain) >= 8:
        clauses.append(Person.id_hash.in_(identity.fingerprints(plain)))
    return or_(*clauses)


def _holds(code: str) -> Any:
    post = PersonPost
    held = and_(post.person_id == Person.id, post.code == code, post.to_on.is_(None))
    return exists(select(post.id).where(held))


def _lacks(group: str) -> Any:
    """In a post of that name without a certificate of the group that holds today."""
    certificate = PersonCertificate
    has = select(certificate.id).where(
        certificate.person_id == Person.id, certificate.group == group, holding(clock.today())
    )
    return and_(_holds(group), ~exists(has))


def get_person(person_id: int, actor: Actor) -> Person:
    """One person with posts and certificates. Raises NotFound out of scope."""
    stmt = (
        visible(Person, actor)
        .where(Person.id == person_id)
        .options(
            joinedload(Person.enterprise),
            selectinload(Person.posts),
            selectinload(Person.certificates).selectinload(PersonCertificate.files),
        )
    )
    found: Person | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def own_records(actor: Actor) -> Sequence[Person]:
    """The records that are linked to the actor's own account, one for each enterprise."""
    stmt = (
        visible(Person, actor)
        .where(Person.is_oneself(actor))
        .options(
            joinedload(Person.enterprise),
            selectinload(Person.posts),
            selectinload(Person.certificates),
        )
    )
    return db.session.scalars(stmt.order_by(Person.id)).all()


def get_post(person: Person, post_id: int) -> PersonPost:
    for post in person.posts:
        if post.id == post_id:
            return post
    raise NotFound


def events_of(person: Person, actor: Actor) -> Sequence[PeopleEvent]:
    """The story of one person, newest first."""
    stmt = visible(PeopleEvent, actor).where(PeopleEvent.person_id == person.id)
    stmt = stmt.order_by(PeopleEvent.at.desc(), PeopleEvent.id.desc())
    return db.session.scalars(stmt.limit(MOST_EVENTS)).all()


def events_of_enterprise(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[tuple[PeopleEvent, str | None]]:
    """The enterprise's story with the name that each event is about, newest first."""
    stmt = (
        visible(PeopleEvent, actor, PeopleEvent, Person.name)
        .outerjoin(Person, Person.id == PeopleEvent.person_id)
        .where(PeopleEvent.enterprise_id == enterprise_id)
        .order_by(PeopleEvent.at.desc(), PeopleEvent.id.desc())
        .limit(limit)
    )
    if before is not None:
        stmt = stmt.where(PeopleEvent.at < before)
    return [(row[0], row[1]) for row in db.session.execute(stmt)]


# Certificates -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CertificateFilter:
    """``state``: valid, soon, expired, renewed, revoked; empty means all."""

    text: str = ""
    state: str = ""
    group: str = ""
    code: str = ""
    enterprise_id: int | None = None
    region: str = ""
    sort: str = "ends"


def list_certificates(actor: Actor, wanted: CertificateFilter) -> Select[Any]:
    """The ordered statement behind the list and its export; people who left are left out."""
    stmt = (
        visible(PersonCertificate, actor)
        .join(Person, Person.id == PersonCertificate.person_id)
        .join(Enterprise, Enterprise.id == PersonCertificate.enterprise_id)
        .options(
            contains_eager(PersonCertificate.person), contains_eager(PersonCertificate.enterprise)
        )
        .where(Person.employed_to.is_(None))
    )
    states = states_on(clock.today())
    if wanted.state in states:
        stmt = stmt.where(states[wanted.state])
    if wanted.text:
        stmt = stmt.where(_matches_certificate(wanted.text))
    if wanted.group:
        stmt = stmt.where(PersonCertificate.group == wanted.group)
    if wanted.code:
        stmt = stmt.where(PersonCertificate.code == wanted.code)
    if wanted.enterprise_id:
        stmt = stmt.where(PersonCertificate.enterprise_id == wanted.enterprise_id)
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    return stmt.order_by(*CERTIFICATE_SORTS.get(wanted.sort, CERTIFICATE_SORTS["ends"]))


def _matches_certificate(text: str) -> Any:
    clauses = [contains(text, Person.name, PersonCertificate.issuer, Enterprise.name)]
    if len(text) >= 4:
        hashes = identity.number_fingerprints(text)
        clauses.append(PersonCertificate.number_hash.in_(hashes))
    return or_(*clauses)


def states_on(today: date) -> dict[str, Any]:
    """The states of the list as SQL."""
    model = PersonCertificate
    valid = model.status == CertificateState.VALID
    soon = today + timedelta(days=SOON_DAYS)
    return {
        "valid": and_(valid, or_(model.next_on.is_(None), model.next_on >= today)),
        "soon": and_(valid, model.next_on.between(today, soon)),
        "expired": and_(valid, model.next_on < today),
        "renewed": model.status == CertificateState.RENEWED,
        "revoked": model.status == CertificateState.REVOKED,
    }


def certificate_counts(actor: Actor, *, enterprise_id: int | None = None) -> dict[str, int]:
    """How many certificates are in each state, counted as far as anybody reads."""
    states = states_on(clock.today())
    names = ("valid", "soon", "expired")

    def employed(stmt: Select[Any]) -> Select[Any]:
        joined = stmt.join(Person, Person.id == PersonCertificate.person_id)
        return joined.where(Person.employed_to.is_(None))

    clauses = [states[name] for name in names]
    found = owned_counts(
        PersonCertificate, actor, clauses, enterprise_id=enterprise_id, of=employed
    )
    return dict(zip(names, found, strict=True))


def expired_count(actor: Actor, *, cap: int) -> int:
    """Certificates past their day up to ``cap + 1``: stands beside the menu's line on every page."""
    stmt = (
        visible(PersonCertificate, actor, PersonCertificate.id)
        .join(Person, Person.id == PersonCertificate.person_id)
        .where(states_on(clock.today())["expired"], Person.employed_to.is_(None))
    )
    return capped_count(stmt, cap)


def get_certificate(certificate_id: int, actor: Actor) -> PersonCertificate:
    """One certificate with its holder, the holder's others, and its scans. Raises NotFound."""
    stmt = (
        visible(PersonCertificate, actor)
        .where(PersonCertificate.id == certificate_id)
        .options(
            joinedload(PersonCertificate.enterprise),
            joinedload(PersonCertificate.person).selectinload(Person.certificates),
            selectinload(PersonCertificate.files),
        )
    )
    found: PersonCertificate | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def certificate_events(certificate: PersonCertificate, actor: Actor) -> Sequence[PeopleEvent]:
    stmt = visible(PeopleEvent, actor).where(PeopleEvent.certificate_id == certificate.id)
    stmt = stmt.order_by(PeopleEvent.at.desc(), PeopleEvent.id.desc())
    return db.session.scalars(stmt.limit(MOST_EVENTS)).all()


def get_certificate_file(certificate_id: int, file_id: int, actor: Actor) -> CertificateFile:
    for file in get_certificate(certificate_id, actor).files:
        if file.id == file_id:
            return file
    raise NotFound


def ending(actor: Actor, first: date, last: date, *, after: int, limit: int) -> Sequence[Any]:
    """Valid certificates of employed people whose end or review lies in ``[first, last]``, by id."""
    model = PersonCertificate
    stmt = (
        visible(model, actor)
        .join(Person, Person.id == model.person_id)
        .where(model.status == CertificateState.VALID, Person.employed_to.is_(None))
        .where(model.next_on.between(first, last), model.id > after)
        .options(contains_eager(model.person))
        .order_by(model.id)
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def first(stmt: Select[Any], limit: int) -> Sequence[Any]:
    """The first rows of a list, for a part of another page."""
    return db.session.scalars(stmt.limit(limit)).unique().all()
