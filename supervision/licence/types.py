"""Types of licences in versions: which are in force, and how a new version comes about.

A version is never changed: another one takes its place from a day on, and every licence keeps
the version that it was issued under.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from supervision.chemical.rules import Purpose
from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.statutory import Certainty
from supervision.core.text import N_
from supervision.licence import rules
from supervision.licence.models import LicenceType

_DAY = timedelta(days=1)
MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class TypeValues:
    """What a version of a type says."""

    name: str
    law: str
    source: str
    certainty: Certainty
    needed_certainty: Certainty
    term_months: int | None = None
    apply_months: int | None = None
    review_months: int | None = None
    decision_days: int | None = None
    change_days: int | None = None
    has_scope: bool = False
    has_storage: bool = False
    is_extendable: bool = False
    industries: str = ""
    purposes: str = ""
    note: str = ""


FIELDS = tuple(TypeValues.__dataclass_fields__)


def in_force(day: date) -> ColumnElement[bool]:
    """Versions in force on ``day``."""
    ends = or_(LicenceType.effective_to.is_(None), LicenceType.effective_to >= day)
    return and_(LicenceType.effective_from <= day, ends)


def types_on(day: date) -> Sequence[LicenceType]:
    """The types in force on ``day``, in the order in which they were added."""
    stmt = select(LicenceType).where(in_force(day)).order_by(LicenceType.id)
    found = db.session.scalars(stmt).all()
    first = {code: n for n, code in enumerate(_codes())}
    return sorted(found, key=lambda t: first[t.code])


def _codes() -> list[str]:
    stmt = select(LicenceType.code).order_by(LicenceType.id)
    return list(dict.fromkeys(db.session.scalars(stmt)))


def names() -> dict[str, str]:
    """Every type that there is or was by its code, under its newest name."""
    stmt = select(LicenceType.code, LicenceType.name).order_by(LicenceType.id)
    return dict(db.session.execute(stmt).tuples().all())


def get_type(type_id: int) -> LicenceType:
    """A version. Raises NotFound."""
    found = db.session.get(LicenceType, type_id)
    if found is None:
        raise NotFound
    return found


def versions(code: str) -> Sequence[LicenceType]:
    """All versions of a type, newest first."""
    stmt = select(LicenceType).where(LicenceType.code == code).order_by(LicenceType.id.desc())
    return db.session.scalars(stmt.limit(MOST_VERSIONS)).all()


def version_for(code: str, day: date) -> LicenceType:
    """The version under which a licence of ``day`` was issued.

    A paper from before the first version that is kept here goes by that one. Raises InvalidInput
    for a code that nobody knows.
    """
    known = sorted(versions(code), key=lambda t: (t.effective_from, t.id))
    if not known:
        raise InvalidInput(N_("Choose one of the list."), field="type_code")
    holding = [t for t in known if t.effective_from <= day <= (t.effective_to or day)]
    return holding[-1] if holding else known[0]


def add_type(
    actor: Actor, code: str, values: TypeValues, *, effective_from: date, reason: str
) -> LicenceType:
    """A type that nobody has had yet."""
    _check(code, values)
    if versions(code):
        raise InvalidInput(N_("This code exists already."), field="code")
    _check_start(effective_from, None)
    return _version(actor, "add", code, values, effective_from=effective_from, reason=reason)


def change_type(
    base: LicenceType, actor: Actor, values: TypeValues, *, effective_from: date, reason: str
) -> LicenceType:
    """Another version of a type from a day on, today at the earliest; the one before ends."""
    _check(base.code, values)
    if base.effective_to is not None:
        raise Conflict(N_("There is a later version of this type already."))
    if values_of(base) == values:
        raise InvalidInput(N_("Nothing was changed."), field="name")
    _check_start(effective_from, base.effective_from)
    base.effective_to = effective_from - _DAY
    return _version(
        actor, "change", base.code, values, effective_from=effective_from, reason=reason
    )


def end_type(base: LicenceType, actor: Actor, *, reason: str) -> None:
    """From today on no licence of this type can be entered; those that are there stay."""
    if base.effective_to is not None:
        raise Conflict(N_("There is a later version of this type already."))
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    base.effective_to = max(clock.today(), base.effective_from) - _DAY
    audit.record(actor, "licence_type.end", base, code=base.code, reason=reason)


def values_of(version: LicenceType) -> TypeValues:
    return TypeValues(**{name: getattr(version, name) for name in FIELDS})


def _check(code: str, values: TypeValues) -> None:
    rules.check_type(code, values.industries, values.purposes, set(Purpose))
    if values.apply_months and not values.term_months:
        raise InvalidInput(N_("What has no term needs no application."), field="apply_months")
    if values.apply_months and values.apply_months >= (values.term_months or 0):
        raise InvalidInput(N_("The deadline lies before the term begins."), field="apply_months")


def _check_start(effective_from: date, last_from: date | None) -> None:
    if effective_from < clock.today():
        raise InvalidInput(N_("A version begins today at the earliest."), field="effective_from")
    if effective_from > rules.LATEST:
        raise InvalidInput(N_("This day lies too far ahead."), field="effective_from")
    if last_from is not None and effective_from < last_from:
        raise InvalidInput(
            N_("The last version begins on %(day)s: a new one can only begin after it."),
            field="effective_from",
            day=last_from,
        )


def _version(
    actor: Actor, action: str, code: str, values: TypeValues, *, effective_from: date, reason: str
) -> LicenceType:
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    made = LicenceType(
        code=code,
        **asdict(values),
        effective_from=effective_from,
        reason=reason,
        changed_at=clock.now(),
        changed_by=actor.name,
    )
    db.session.add(made)
    db.session.flush()
    plain = {name: str(value) for name, value in asdict(values).items()}
    audit.record(
        actor, f"licence_type.{action}", made, code=code, reason=reason,
        effective_from=effective_from, values=plain,
    )  # fmt: skip
    return made
