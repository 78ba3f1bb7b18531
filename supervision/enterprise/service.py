"""Verbs of the registry: put an enterprise on the roll, change its file, move its status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.enterprise import rules
from supervision.enterprise.models import Enterprise, Region, RollStatus

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
    }
)


def register(actor: Actor, values: Mapping[str, Any]) -> Enterprise:
    """Put an enterprise on the roll. Raises InvalidInput naming the field that does not fit."""
    values = _checked(actor, values)
    now = clock.now()
    enterprise = Enterprise(
        **values, roll_status=RollStatus.IN_PRODUCTION, created_at=now, updated_at=now
    )
    db.session.add(enterprise)
    db.session.flush()
    audit.record(actor, "enterprise.register", enterprise, enterprise_id=enterprise.id, **values)
    return enterprise


def change(enterprise: Enterprise, actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    """Change the file; returns what differed, as ``field: [before, after]``."""
    values = _checked(actor, values, enterprise)
    diff = {
        name: [getattr(enterprise, name), value]
        for name, value in values.items()
        if getattr(enterprise, name) != value
    }
    for name, (_before, after) in diff.items():
        setattr(enterprise, name, after)
    if diff:
        enterprise.updated_at = clock.now()
        audit.record(actor, "enterprise.change", enterprise, enterprise_id=enterprise.id, diff=diff)
    return diff


def set_roll_status(
    enterprise: Enterprise, actor: Actor, status: RollStatus, *, reason: str
) -> None:
    """Move the enterprise on the roll; the reason stays in the file."""
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
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


def _checked(
    actor: Actor, values: Mapping[str, Any], existing: Enterprise | None = None
) -> dict[str, Any]:
    unknown = set(values) - FIELDS
    if unknown:
        raise ValueError(f"not fields of an enterprise: {sorted(unknown)}")
    clean = dict(values)
    if "uscc" in clean:
        clean["uscc"] = rules.normalise_uscc(clean["uscc"])
        _refuse("uscc", rules.uscc_problems(clean["uscc"]))
        _check_unique(clean["uscc"], existing)
    if "region_code" in clean:
        _refuse("region_code", rules.region_problems(clean["region_code"]))
        _check_region(actor, clean["region_code"])
    if "industry_code" in clean:
        _refuse("industry_code", rules.industry_problems(clean["industry_code"]))
    return clean


def _refuse(field: str, problems: tuple[rules.Problem, ...]) -> None:
    for problem in problems:
        raise InvalidInput(problem.message, field=field, **problem.params)


def _check_unique(uscc: str, existing: Enterprise | None) -> None:
    stmt = select(Enterprise.id).where(Enterprise.uscc == uscc)
    found = db.session.scalar(unscoped(stmt, reason="a code is unique on the whole roll"))
    if found is not None and (existing is None or found != existing.id):
        raise InvalidInput(
            N_("An enterprise with this unified social credit code is on the roll already."),
            field="uscc",
        )


def _check_region(actor: Actor, code: str) -> None:
    if db.session.scalar(select(Region.id).where(Region.code == code)) is None:
        raise InvalidInput(N_("There is no division with this code."), field="region_code")
    if not actor.everything and not any(code.startswith(r) for r in actor.regions):
        raise InvalidInput(N_("This region is outside your own."), field="region_code")
