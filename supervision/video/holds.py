"""Holds: evidence that nobody removes while one of them stands. Verbs and reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.core.search import contains
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.video.evidence_models import EvidenceHold, HoldKind
from supervision.video.models import Violation

MAX_REASON = 500


def place(
    violation: Violation, actor: Actor, reason: str, kind: HoldKind = HoldKind.LEGAL
) -> EvidenceHold:
    """From now on no file of the violation is removed, whatever comes.

    A person needs ``VIDEO_HOLD`` for a legal hold; a penalty hold comes with its mark, whose own
    rules were asked. Raises InvalidInput naming ``reason``.
    """
    if kind is HoldKind.LEGAL and not actor.may(Permission.VIDEO_HOLD):
        raise Forbidden
    reason = _checked(reason)
    _lock(violation.id)
    hold = EvidenceHold(
        enterprise_id=violation.enterprise_id,
        violation_id=violation.id,
        kind=kind,
        reason=reason,
        placed_at=clock.now(),
        placed_by_id=actor.id,
        placed_by=actor.name,
    )
    db.session.add(hold)
    audit.record(
        actor, "video.hold_place", hold, violation_id=violation.id, kind=kind, reason=reason
    )
    return hold


def release(hold: EvidenceHold, actor: Actor, reason: str) -> None:
    """A legal hold no longer stands; the row stays, with who released it and why.

    Raises Conflict for one that was released before, and for a penalty hold: its mark is
    withdrawn first, and that releases it (:func:`release_penalty`).
    """
    if not actor.may(Permission.VIDEO_HOLD):
        raise Forbidden
    if hold.kind is HoldKind.PENALTY:
        raise Conflict(
            N_("Penalty evidence is held by its mark. Withdraw the mark: that releases it.")
        )
    _release(hold, actor, _checked(reason))


def release_penalty(violation: Violation, actor: Actor, reason: str) -> int:
    """The mark as penalty evidence was withdrawn; returns how many holds went with it."""
    stmt = _standing().where(
        EvidenceHold.violation_id == violation.id, EvidenceHold.kind == HoldKind.PENALTY
    )
    found = db.session.scalars(unscoped(stmt, reason="of a violation that was seen just now")).all()
    for hold in found:
        _release(hold, actor, _checked(reason))
    return len(found)


def _release(hold: EvidenceHold, actor: Actor, reason: str) -> None:
    if hold.released_at is not None:
        raise Conflict
    hold.released_at, hold.release_reason = clock.now(), reason
    hold.released_by_id, hold.released_by = actor.id, actor.name
    audit.record(
        actor,
        "video.hold_release",
        hold,
        violation_id=hold.violation_id,
        kind=hold.kind,
        reason=reason,
    )


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise InvalidInput(N_("Say in words why."), field="reason")
    if len(reason) > MAX_REASON:
        raise InvalidInput(N_("At most %(count)s characters."), field="reason", count=MAX_REASON)
    return reason


def _lock(violation_id: int) -> None:
    """Whoever removes files has the row locked; a hold that came later would come too late."""
    stmt = select(Violation.id).where(Violation.id == violation_id).with_for_update(key_share=True)
    db.session.scalars(unscoped(stmt, reason="the violation that the caller has seen")).one()


def _standing() -> Select[Any]:
    return select(EvidenceHold).where(EvidenceHold.released_at.is_(None))


def is_held(violation: Violation) -> bool:
    """Whether a hold stands on the violation's evidence."""
    return violation.id in held_among([violation.id])


def held_among(violation_ids: Collection[int]) -> frozenset[int]:
    """Those of the violations on which a hold stands."""
    if not violation_ids:
        return frozenset()
    stmt = select(EvidenceHold.violation_id).where(
        EvidenceHold.violation_id.in_(violation_ids), EvidenceHold.released_at.is_(None)
    )
    return frozenset(
        db.session.scalars(unscoped(stmt, reason="of violations that the caller has found"))
    )


def of_violation(violation: Violation, actor: Actor) -> Sequence[EvidenceHold]:
    """All holds of a violation, released ones too, the newest first."""
    stmt = visible(EvidenceHold, actor).where(EvidenceHold.violation_id == violation.id)
    return db.session.scalars(stmt.order_by(EvidenceHold.id.desc()).limit(50)).all()


def get_hold(violation: Violation, hold_id: int, actor: Actor) -> EvidenceHold:
    """A hold of this violation, locked. Raises NotFound."""
    stmt = (
        visible(EvidenceHold, actor)
        .where(EvidenceHold.violation_id == violation.id, EvidenceHold.id == hold_id)
        .with_for_update(of=EvidenceHold)
        .execution_options(populate_existing=True)
    )
    found: EvidenceHold | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def list_holds(actor: Actor, *, text: str = "", standing: bool = True) -> Select[Any]:
    """Holds with violation, camera and enterprise, the newest first."""
    stmt = (
        visible(EvidenceHold, actor)
        .join(Enterprise, Enterprise.id == EvidenceHold.enterprise_id)
        .options(
            contains_eager(EvidenceHold.enterprise),
            joinedload(EvidenceHold.violation).joinedload(Violation.camera),
        )
        .order_by(EvidenceHold.placed_at.desc(), EvidenceHold.id.desc())
    )
    if standing:
        stmt = stmt.where(EvidenceHold.released_at.is_(None))
    if text:
        stmt = stmt.where(contains(text, EvidenceHold.reason, Enterprise.name))
    return stmt
