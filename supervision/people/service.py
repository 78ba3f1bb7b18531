"""Verbs on people and their posts. Services flush; the edge commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from supervision.account.models import Account, Membership
from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.people import identity, rules, ruletables, standing
from supervision.people.journal import log
from supervision.people.models import Person, PersonPost
from supervision.people.rules import IdKind
from supervision.people.tables import RuleTable
from supervision.people.training_models import EnterpriseSector


@dataclass(frozen=True, slots=True)
class PersonFields:
    """What may be set of a person. Empty ``id_number``: the one on file stays; likewise ``phone``.

    ``forget_phone`` takes the telephone number off the file.
    """

    name: str
    id_kind: IdKind
    id_number: str
    phone: str
    department: str
    employed_from: date
    account_id: int | None = None
    forget_phone: bool = False


@dataclass(frozen=True, slots=True)
class PostFields:
    code: str
    title: str
    from_on: date


def enter(
    enterprise: Enterprise, actor: Actor, wanted: PersonFields, post: PostFields | None = None
) -> Person:
    """Put somebody on the enterprise's file. Raises InvalidInput where the number is there already."""
    _check(actor)
    if not wanted.id_number:
        raise InvalidInput(N_("This field is required."), field="id_number")
    now = clock.now()
    person = Person(enterprise_id=enterprise.id, created_at=now, updated_at=now)
    _apply(person, actor, wanted)
    db.session.add(person)
    log(actor, "enter", person, name=rules.shown_name(person.name, in_full=False))
    if post is not None:
        hold(person, actor, post)
    else:
        _reckon(person)
    return person


def change(
    person: Person, actor: Actor, wanted: PersonFields, *, expected: int | None = None
) -> None:
    """Change a person's file. ``expected``: the row's version that the editor had before them."""
    _check(actor)
    if expected is not None and person.row_version != expected:
        raise Conflict
    before = _public(person)
    sealed = (person.id_hash, person.phone_cipher)
    _apply(person, actor, wanted)
    after = _public(person)
    changed = sorted(name for name in after if before[name] != after[name])
    changed += ["id_number"] if sealed[0] != person.id_hash else []
    changed += ["phone"] if sealed[1] != person.phone_cipher else []
    if not changed:
        return
    person.updated_at = clock.now()
    log(actor, "change", person, fields=changed)
    _reckon(person)


def _public(person: Person) -> dict[str, Any]:
    """What a change is told by; never a value of it."""
    names = ("name", "id_kind", "department", "employed_from", "account_id")
    return {name: getattr(person, name) for name in names}


def _apply(person: Person, actor: Actor, wanted: PersonFields) -> None:
    if not wanted.name:
        raise InvalidInput(N_("This field is required."), field="name")
    today = clock.today()
    if wanted.employed_from > today:
        raise InvalidInput(N_("This day lies in the future."), field="employed_from")
    rules.check_period(wanted.employed_from, person.employed_to, field="employed_from")
    if wanted.account_id != person.account_id:
        _check_account(person, actor, wanted.account_id)
    person.name, person.department = wanted.name, wanted.department
    person.employed_from, person.account_id = wanted.employed_from, wanted.account_id
    if wanted.id_number:
        _apply_number(person, wanted, today)
    elif wanted.id_kind != person.id_kind:
        raise InvalidInput(N_("Another kind of document has another number."), field="id_number")
    if wanted.phone:
        for column, value in identity.sealed_phone(rules.normal_phone(wanted.phone)).items():
            setattr(person, column, value)
    elif wanted.forget_phone:
        person.phone_cipher = person.phone_masked = ""


def _apply_number(person: Person, wanted: PersonFields, today: date) -> None:
    number = rules.normal_id(wanted.id_kind, wanted.id_number)
    born = rules.check_resident_id(number, today) if wanted.id_kind is IdKind.RESIDENT else None
    hashes = identity.fingerprints(number)
    if person.id_hash in hashes:
        return
    stmt = select(Person.id, Person.employed_to).where(
        Person.enterprise_id == person.enterprise_id, Person.id_hash.in_(hashes)
    )
    other = db.session.execute(
        unscoped(stmt, reason="one person is on an enterprise's file once")
    ).first()
    if other is not None and other.id != person.id:
        message = (
            N_("This person is on the file already.")
            if other.employed_to is None
            else N_("This person is on the file among those who left: take them back there.")
        )
        raise InvalidInput(message, field="id_number")
    person.id_kind, person.birth_year = wanted.id_kind, born
    for column, value in identity.sealed_id(number).items():
        setattr(person, column, value)


def _check_account(person: Person, actor: Actor, account_id: int | None) -> None:
    """Only an account of the same enterprise, and one that nobody else of it has."""
    if account_id is None:
        return
    members = visible(Account, actor, Account.id).join(Membership)
    members = members.where(Membership.enterprise_id == person.enterprise_id)
    if db.session.scalar(members.where(Account.id == account_id)) is None:
        raise InvalidInput(N_("Choose one of the list."), field="account_id")
    stmt = select(Person.id).where(
        Person.enterprise_id == person.enterprise_id, Person.account_id == account_id
    )
    if db.session.scalar(unscoped(stmt, reason="an account is one person's")) is not None:
        raise InvalidInput(N_("This account is linked to somebody else."), field="account_id")


def hold(person: Person, actor: Actor, wanted: PostFields) -> PersonPost:
    """Give a post. Raises InvalidInput for one that the person holds already."""
    _check(actor)
    _check_employed(person)
    kind = ruletables.rule_on(RuleTable.POST, wanted.code, clock.today())
    if wanted.from_on < person.employed_from:
        raise InvalidInput(N_("The person was not employed yet."), field="from_on")
    if wanted.from_on > clock.today():
        raise InvalidInput(N_("This day lies in the future."), field="from_on")
    if any(post.code == wanted.code for post in person.current_posts):
        raise InvalidInput(N_("The person holds this post already."), field="code")
    post = PersonPost(
        enterprise_id=person.enterprise_id,
        kind_id=kind.id,
        code=kind.code,
        title=wanted.title,
        from_on=wanted.from_on,
    )
    person.posts.append(post)
    log(actor, "hold", person, note=kind.name, code=kind.code, from_on=wanted.from_on)
    _reckon(person)
    return post


def end_post(person: Person, actor: Actor, post: PersonPost, *, day: date) -> None:
    """The last day of a post; what was held stays on the file."""
    _check(actor)
    if post.to_on is not None:
        raise Conflict
    _end(post, day)
    log(actor, "end_post", person, note=post.kind.name, code=post.code, day=day)
    _reckon(person)


def _end(post: PersonPost, day: date) -> None:
    rules.check_period(post.from_on, day, field="day")
    if day > clock.today():
        raise InvalidInput(N_("This day lies in the future."), field="day")
    post.to_on = day


def leave(person: Person, actor: Actor, *, day: date, reason: str = "") -> None:
    """Somebody leaves: the posts end with the same day, the file stays."""
    _check(actor)
    _check_employed(person)
    if day > clock.today():
        raise InvalidInput(N_("This day lies in the future."), field="day")
    rules.check_period(person.employed_from, day, field="day")
    if any(post.from_on > day for post in person.current_posts):
        raise InvalidInput(N_("A post began after this day."), field="day")
    for post in person.current_posts:
        _end(post, day)
    person.employed_to, person.updated_at = day, clock.now()
    log(actor, "leave", person, note=reason, day=day)
    _reckon(person)


def take_back(person: Person, actor: Actor, *, day: date) -> None:
    """Somebody who left is back from ``day``; the first training is due anew (Order 3, art. 17)."""
    _check(actor)
    if person.employed_to is None:
        raise Conflict
    if day > clock.today():
        raise InvalidInput(N_("This day lies in the future."), field="day")
    if day <= person.employed_to:
        raise InvalidInput(N_("The person was still employed on this day."), field="day")
    note = f"{person.employed_from} – {person.employed_to}"
    person.employed_from, person.employed_to = day, None
    person.updated_at = clock.now()
    log(actor, "take_back", person, note=note, day=day)
    _reckon(person)


@dataclass(frozen=True, slots=True)
class InFull:
    """Personal data as they are, for one look. ``numbers``: certificate id to its number."""

    name: str
    id_number: str
    phone: str
    numbers: dict[int, str]


def reveal(person: Person, actor: Actor, *, reason: str) -> InFull:
    """Open somebody's personal data. Who, whose, when and why is on the trail for ever."""
    if not actor.may(Permission.PEOPLE_PERSONAL):
        raise Forbidden
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    log(actor, "reveal", person, note=reason, fields=["name", "id_number", "phone", "certificates"])
    return InFull(
        name=person.name,
        id_number=identity.opened(person.id_cipher),
        phone=identity.opened(person.phone_cipher),
        numbers={c.id: identity.opened(c.number_cipher) for c in person.certificates},
    )


def record_full_export(actor: Actor, persons: Sequence[Person], *, reason: str) -> None:
    """A list with personal data leaves the house: one row of the trail names all of them."""
    if not actor.may(Permission.PEOPLE_PERSONAL):
        raise Forbidden
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    if not persons:
        raise InvalidInput(N_("The list is empty."), field="reason")
    ids = [person.id for person in persons]
    audit.record(actor, "people.export_full", persons[0], reason=reason, person_ids=ids)


def settle_sector(enterprise: Enterprise, actor: Actor, sector: str, *, reason: str) -> None:
    """Say which sector's rules hold where the code does not tell; "" goes back to the code."""
    _check(actor)
    if not actor.is_regulator:
        raise Forbidden
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    stmt = visible(EnterpriseSector, actor).where(EnterpriseSector.enterprise_id == enterprise.id)
    row: EnterpriseSector | None = db.session.scalars(stmt).first()
    before = row.sector if row is not None else ""
    if sector:
        known = {"other", *(r.code for r in ruletables.in_force(RuleTable.SECTOR, clock.today()))}
        if sector not in known:
            raise InvalidInput(N_("Choose one of the list."), field="sector")
        row = row or EnterpriseSector(enterprise_id=enterprise.id)
        row.sector, row.reason = sector, reason
        row.set_at, row.set_by = clock.now(), actor.name
        db.session.add(row)
    elif row is not None:
        db.session.delete(row)
    audit.record(
        actor,
        "people.sector",
        enterprise,
        enterprise_id=enterprise.id,
        before=before,
        after=sector,
        reason=reason,
    )
    standing.reckon([enterprise.id])


def _check(actor: Actor) -> None:
    if not actor.may(Permission.PEOPLE_EDIT):
        raise Forbidden


def _check_employed(person: Person) -> None:
    if person.employed_to is not None:
        raise Conflict(N_("This person has left."))


def _reckon(person: Person) -> None:
    db.session.flush()
    standing.reckon([person.enterprise_id], persons=[person.id])
