"""Verbs of the registry: put an enterprise on the roll, change its file, move its status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import String, select

from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.messages import Problem
from supervision.core.notices import Audience
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.enterprise import rules, uscc
from supervision.enterprise.duplicate_rules import legacy_is_fit
from supervision.enterprise.models import (
    Enterprise,
    EnterpriseEvent,
    EventKind,
    Region,
    RollStatus,
)

# What a form may set. Anything else is refused, whatever the request holds.
FIELDS = frozenset(
    {
        "uscc",
        "name",
        "short_name",
        "region_code",
        "address",
        "longitude",
        "latitude",
        "industry_code",
        "size_class",
        "headcount",
        "legal_representative",
        "legal_representative_phone",
        "principal",
        "principal_phone",
        "safety_manager",
        "safety_manager_phone",
        "supervising_unit",
        "officer_id",
        "is_key",
        "legacy_reg_no",
        "park_id",
    }
)
# Reached by a restructuring only, and never left.
RESTRUCTURED = frozenset({RollStatus.MERGED, RollStatus.SPLIT})
REQUIRED = ("name", "address", "legal_representative", "principal")
PHONES = ("legal_representative_phone", "principal_phone", "safety_manager_phone")
_MICRODEGREE = Decimal("0.000001")


def register(actor: Actor, values: Mapping[str, Any]) -> Enterprise:
    """Put an enterprise on the roll. Raises InvalidInput naming the field that does not fit."""
    values = checked(actor, values)
    now = clock.now()
    enterprise = Enterprise(
        **values, roll_status=RollStatus.IN_PRODUCTION, created_at=now, updated_at=now
    )
    db.session.add(enterprise)
    db.session.flush()
    audit.record(actor, "enterprise.register", enterprise, enterprise_id=enterprise.id, **values)
    _log(enterprise, actor, EventKind.REGISTERED)
    _tell_officer(enterprise, actor)
    return enterprise


def change(
    enterprise: Enterprise,
    actor: Actor,
    values: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> dict[str, Any]:
    """Change the file; returns what differed, as ``field: [before, after]``.

    ``expected_version`` is the ``row_version`` that the editor had before them: raises Conflict
    when somebody saved the file since.
    """
    _check_version(enterprise, expected_version)
    values = checked(actor, values, enterprise)
    diff = {
        name: [getattr(enterprise, name), value]
        for name, value in values.items()
        if getattr(enterprise, name) != value
    }
    if not diff:
        return diff
    for name, (_before, after) in diff.items():
        setattr(enterprise, name, after)
    enterprise.updated_at = clock.now()
    audit.record(actor, "enterprise.change", enterprise, enterprise_id=enterprise.id, diff=diff)
    _log(enterprise, actor, EventKind.CHANGED, fields=sorted(diff))
    if "officer_id" in diff:
        _tell_officer(enterprise, actor)
    return diff


def set_roll_status(
    enterprise: Enterprise,
    actor: Actor,
    status: RollStatus,
    *,
    reason: str,
    expected_version: int | None = None,
) -> None:
    """Move the enterprise on the roll; the reason stays in the file, its people are told."""
    _check_version(enterprise, expected_version)
    if not reason.strip():
        raise InvalidInput(N_("This field is required."), field="reason")
    if {enterprise.roll_status, status} & RESTRUCTURED:
        raise InvalidInput(
            N_("An enterprise that merged or was split stays so."), field="roll_status"
        )
    if enterprise.roll_status is status:
        raise InvalidInput(N_("The enterprise has this status already."), field="roll_status")
    before, enterprise.roll_status = enterprise.roll_status, status
    enterprise.updated_at = clock.now()
    audit.record(
        actor,
        "enterprise.roll_status",
        enterprise,
        enterprise_id=enterprise.id,
        before=before,
        after=status,
        reason=reason,
    )
    _log(enterprise, actor, EventKind.ROLL_STATUS, before=before, after=status, note=reason)
    notices.queue(
        "enterprise.roll_status",
        Audience.ENTERPRISE_PEOPLE,
        enterprise.id,
        link=_link(enterprise),
        but_not=actor.id,
        name=enterprise.display_name,
    )


def _log(
    enterprise: Enterprise,
    actor: Actor,
    kind: EventKind,
    *,
    fields: Iterable[str] = (),
    before: RollStatus | None = None,
    after: RollStatus | None = None,
    note: str = "",
) -> None:
    db.session.add(
        EnterpriseEvent(
            enterprise_id=enterprise.id,
            at=clock.now(),
            kind=kind,
            actor_id=actor.id,
            actor_name=actor.name,
            fields=list(fields),
            status_before=before,
            status_after=after,
            note=note,
        )
    )
    db.session.flush()


def _tell_officer(enterprise: Enterprise, actor: Actor) -> None:
    if enterprise.officer_id is None or enterprise.officer_id == actor.id:
        return
    notices.queue(
        "enterprise.officer",
        Audience.ACCOUNT,
        enterprise.officer_id,
        link=_link(enterprise),
        name=enterprise.display_name,
    )


def _link(enterprise: Enterprise) -> str:
    return f"/enterprises/{enterprise.id}"


def _check_version(enterprise: Enterprise, expected: int | None) -> None:
    if expected is not None and enterprise.row_version != expected:
        raise Conflict


class Known(Protocol):
    """What a check has to know of the roll. An import answers from what it read for many rows."""

    def has_region(self, code: str) -> bool:
        """Whether there is a division with this code."""

    def holder(self, uscc: str) -> int | None:
        """The id of the enterprise that has this code, whoever may see it."""


class _Roll:
    """Asks the database each time."""

    def has_region(self, code: str) -> bool:
        return db.session.scalar(select(Region.id).where(Region.code == code)) is not None

    def holder(self, uscc: str) -> int | None:
        stmt = select(Enterprise.id).where(Enterprise.uscc == uscc)
        return db.session.scalar(unscoped(stmt, reason="a code is unique on the whole roll"))


ROLL = _Roll()


def checked(
    actor: Actor,
    values: Mapping[str, Any],
    existing: Enterprise | None = None,
    known: Known = ROLL,
) -> dict[str, Any]:
    """``values`` as they may be stored; raises InvalidInput naming the first that does not fit.

    ``existing`` is the enterprise that they are meant for, None for a new one.
    """
    unknown = set(values) - FIELDS
    if unknown:
        raise ValueError(f"not fields of an enterprise: {sorted(unknown)}")
    clean = dict(values)
    _check_codes(actor, clean, existing, known)
    _check_texts(clean)
    _check_coordinates(clean, existing)
    if not legacy_is_fit(clean.get("legacy_reg_no") or ""):
        raise InvalidInput(N_("The old registration number has 15 digits."), field="legacy_reg_no")
    if clean.get("headcount", 0) < 0:
        raise InvalidInput(N_("The headcount cannot be negative."), field="headcount")
    return clean


def _check_codes(
    actor: Actor, clean: dict[str, Any], existing: Enterprise | None, known: Known
) -> None:
    if "uscc" in clean:
        clean["uscc"] = uscc.normalise_uscc(clean["uscc"])
        _refuse("uscc", uscc.uscc_problems(clean["uscc"]))
        _check_unique(known.holder(clean["uscc"]), existing)
    # A file whose region lies outside the editor's own (moved there by a superior) can be kept.
    moved = existing is None or clean.get("region_code") != existing.region_code
    if "region_code" in clean and moved:
        _refuse("region_code", rules.region_problems(clean["region_code"]))
        _check_region(actor, clean["region_code"], known)
    if "industry_code" in clean:
        _refuse("industry_code", rules.industry_problems(clean["industry_code"]))


def _check_texts(clean: Mapping[str, Any]) -> None:
    for name in REQUIRED:
        if name in clean and not str(clean[name] or "").strip():
            raise InvalidInput(N_("This field is required."), field=name)
    for name in PHONES:
        if clean.get(name) and not rules.is_phone(clean[name]):
            raise InvalidInput(N_("This is not a telephone number."), field=name)
    for name, value in clean.items():
        kind = Enterprise.__table__.c[name].type
        # PostgreSQL refuses longer texts with an error that no reader understands.
        if type(kind) is String and kind.length and len(value or "") > kind.length:
            raise InvalidInput(N_("At most %(count)s characters."), field=name, count=kind.length)


def _check_coordinates(clean: dict[str, Any], existing: Enterprise | None) -> None:
    if "longitude" not in clean and "latitude" not in clean:
        return
    place = {}
    for name in ("longitude", "latitude"):
        value = clean.get(name, getattr(existing, name, None))
        place[name] = value if value is None else Decimal(value).quantize(_MICRODEGREE)
        if name in clean:
            clean[name] = place[name]
    for field, problem in rules.coordinate_problems(**place).items():
        _refuse(field, (problem,))


def _refuse(field: str, problems: Iterable[Problem]) -> None:
    for problem in problems:
        raise InvalidInput(problem.msgid, field=field, **problem.params)


def _check_unique(holder: int | None, existing: Enterprise | None) -> None:
    if holder is not None and (existing is None or holder != existing.id):
        raise InvalidInput(
            N_("An enterprise with this unified social credit code is on the roll already."),
            field="uscc",
        )


def _check_region(actor: Actor, code: str, known: Known) -> None:
    if not known.has_region(code):
        raise InvalidInput(N_("There is no division with this code."), field="region_code")
    if not actor.everything and not any(code.startswith(r) for r in actor.regions):
        raise InvalidInput(N_("This region is outside your own."), field="region_code")
