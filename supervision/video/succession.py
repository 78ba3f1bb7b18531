"""One episode, two machines: what one told late, and what the next one saw of the same thing.

A machine that is cut off may have opened an episode that nobody could be told of. The next one
sees the same person and opens its own. When the first comes back, its episode ends where it was
last seen, and is filed under the one that went on: one violation, with the files of both.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.video import duplicates, lease_rules
from supervision.video.lease_models import CameraLeaseTerm
from supervision.video.lease_rules import Telling
from supervision.video.models import Violation
from supervision.video.workflow import ReviewState
from vision.contract import ContractError, Phase, ViolationEvent

MOST_LOOKED_AT = 50
_SAME_CAMERA = "what the same camera saw"


class LeaseOverError(Exception):
    """It was seen when the camera was another machine's."""


def as_it_counts(event: ViolationEvent, told: Telling) -> tuple[ViolationEvent, bool]:
    """``event``, and whether it is cut off: told late, it ends where it was last seen.

    Raises ContractError for a term that the node never had, and :class:`LeaseOverError`.
    """
    if told is Telling.UNKNOWN:
        raise ContractError("lease", "is no term of this node's")
    if told is Telling.AFTER:
        raise LeaseOverError
    if told is Telling.PRESENT or event.phase is Phase.CLOSE:
        return event, False
    return replace(event, phase=Phase.CLOSE, ended_at=event.seen_at), True


def join(violation: Violation) -> None:
    """File it together with what the machine before or after told of the same thing, if it did."""
    if violation.is_cut:
        for later in _after(violation):
            if _file(violation, later):
                return
        return
    begun = _since(violation, CameraLeaseTerm.epoch == violation.lease)
    if begun is None or violation.started_at > begun + lease_rules.GRACE:
        return
    for cut in _before(violation, begun):
        if _file(cut, violation) or _file(violation, cut):
            return


def part(violation: Violation) -> None:
    """It was not cut off after all: a later message brought its true end."""
    violation.same_as = None
    if violation.status is ReviewState.DUPLICATE and violation.is_filed_by_system:
        duplicates.wait_again(violation)


def _file(one: Violation, under: Violation) -> bool:
    if one.status is not ReviewState.PENDING or one.same_as is not None:
        return False
    one.same_as = under.event_id
    if duplicates.file(one):
        return True
    one.same_as = None
    return False


def _after(cut: Violation) -> list[Violation]:
    """What later terms saw that may be the rest of ``cut``, and has no beginning yet."""
    taken_over = _since(cut, CameraLeaseTerm.epoch > cut.lease)
    if taken_over is None:
        return []
    found = _alike(cut, Violation.lease > cut.lease, _from=cut.seen_at - lease_rules.SLACK)
    return [one for one in found if lease_rules.goes_on(cut.seen_at, one.started_at, taken_over)]


def _before(later: Violation, begun: datetime) -> list[Violation]:
    """What was cut off in earlier terms that may be the beginning of ``later``."""
    found = _alike(
        later, Violation.is_cut, Violation.lease < later.lease, _from=begun - lease_rules.LONGEST
    )
    return [
        one
        for one in found
        if one.same_as is None and lease_rules.goes_on(one.seen_at, later.started_at, begun)
    ]


def _alike(violation: Violation, *conditions: object, _from: datetime) -> list[Violation]:
    """Of the same camera, rule and zone; each is the rest or the beginning of one other at most."""
    other = aliased(Violation)
    taken = select(other.id).where(
        other.same_as == Violation.event_id, other.camera_id == violation.camera_id
    )
    stmt = (
        select(Violation)
        .where(Violation.camera_id == violation.camera_id, Violation.started_at >= _from)
        .where(Violation.rule_id == violation.rule_id, Violation.id != violation.id)
        .where(Violation.zone_id.is_not_distinct_from(violation.zone_id))
        .where(*conditions)  # type: ignore[arg-type]
        .where(~taken.exists())
        .order_by(Violation.started_at, Violation.id)
        .limit(MOST_LOOKED_AT)
        .with_for_update(of=Violation)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(unscoped(stmt, reason=_SAME_CAMERA)).all())


def _since(violation: Violation, condition: object) -> datetime | None:
    """When the first term began that meets ``condition``."""
    stmt = (
        select(CameraLeaseTerm.since)
        .where(CameraLeaseTerm.camera_id == violation.camera_id, condition)  # type: ignore[arg-type]
        .order_by(CameraLeaseTerm.epoch)
        .limit(1)
    )
    return db.session.scalars(stmt).first()
