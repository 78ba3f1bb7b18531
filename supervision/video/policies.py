"""Verbs of policies: set by an administrator, and what the system confirms by itself under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import joinedload

from supervision.core import audit, clock, notices
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, NotFound
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.video import labels, opening, policy
from supervision.video.models import Camera, Violation, ViolationEvidence
from supervision.video.policy import Decision, Mode, decide
from supervision.video.policy_models import VideoPolicy
from supervision.video.precision import Precision, precision_of
from supervision.video.workflow import ReviewState
from vision.contract import EvidenceKind, Phase, RuleKind

# A ticket without its clip is poor: so long it is waited for.
CLIP_GRACE = timedelta(minutes=5)
# What lies longer is for people: a policy that is set today does not judge last month.
OLDEST = timedelta(days=1)
BATCH = 200
MOST = 500
_EVERY = "an administrator's own rows; no enterprise owns them"


@dataclass(frozen=True, slots=True)
class Terms:
    """All that an administrator sets."""

    mode: Mode
    least_precision: Decimal = Decimal("0.950")
    least_verdicts: int = 100
    window_days: int = 30


def set_policy(actor: Actor, kind: RuleKind, camera: Camera | None, terms: Terms) -> VideoPolicy:
    """From now on; raises InvalidInput naming the field."""
    if not actor.may(Permission.VIDEO_POLICY):
        raise Forbidden
    policy.check_terms(float(terms.least_precision), terms.least_verdicts, terms.window_days)
    row = find(kind, camera.id if camera else None)
    before = row.mode if row else Mode.HOLD
    if row is None:
        row = VideoPolicy(rule_kind=kind, camera_id=camera.id if camera else None)
        db.session.add(row)
    row.mode, row.least_precision = terms.mode, terms.least_precision
    row.least_verdicts, row.window_days = terms.least_verdicts, terms.window_days
    row.changed_at, row.changed_by = clock.now(), actor.name
    row.earned_at = row.fallen_at = None
    db.session.flush()
    audit.record(
        actor,
        "video.policy_set",
        row,
        kind=kind,
        camera_id=row.camera_id,
        before=before,
        mode=terms.mode,
        least_precision=str(terms.least_precision),
        least_verdicts=terms.least_verdicts,
        window_days=terms.window_days,
    )
    return row


def remove(row: VideoPolicy, actor: Actor) -> None:
    """What holds for all cameras holds for this one again; without that, a person decides."""
    if not actor.may(Permission.VIDEO_POLICY):
        raise Forbidden
    audit.record(
        actor,
        "video.policy_remove",
        row,
        kind=row.rule_kind,
        camera_id=row.camera_id,
        mode=row.mode,
    )
    db.session.delete(row)
    db.session.flush()


def find(kind: RuleKind, camera_id: int | None) -> VideoPolicy | None:
    """The very row; None where nobody has set one."""
    of = (
        VideoPolicy.camera_id.is_(None) if camera_id is None else VideoPolicy.camera_id == camera_id
    )
    stmt = select(VideoPolicy).where(VideoPolicy.rule_kind == kind, of)
    return db.session.scalars(stmt).first()


def get(policy_id: int) -> VideoPolicy:
    row = db.session.get(VideoPolicy, policy_id)
    if row is None:
        raise NotFound
    return row


def every() -> Sequence[VideoPolicy]:
    """All that were set, those for all cameras first; at most 500."""
    stmt = (
        select(VideoPolicy)
        .options(joinedload(VideoPolicy.camera).joinedload(Camera.enterprise))
        .order_by(VideoPolicy.camera_id.is_not(None), VideoPolicy.rule_kind, VideoPolicy.camera_id)
        .limit(MOST)
    )
    return db.session.scalars(unscoped(stmt, reason=_EVERY)).all()


def measured(row: VideoPolicy, now: datetime) -> Precision:
    """How right the rule has been in the policy's days, by people's verdicts."""
    since = now - timedelta(days=row.window_days)
    return precision_of(row.rule_kind, row.camera_id, since)


def is_earned(row: VideoPolicy, found: Precision) -> bool:
    return policy.is_earned(
        found.share,
        found.judged,
        least_precision=float(row.least_precision),
        least_verdicts=row.least_verdicts,
    )


Modes = Mapping[tuple[RuleKind, int | None], Mode]


def modes_now(now: datetime) -> Modes:
    """What each policy may do now; empty where a person decides everything."""
    found = {(row.rule_kind, row.camera_id): _mode_now(row, now) for row in every()}
    return found if any(mode is not Mode.HOLD for mode in found.values()) else {}


def _mode_now(row: VideoPolicy, now: datetime) -> Mode:
    if row.mode is not Mode.AUTOMATIC:
        return row.mode
    found = measured(row, now)
    if is_earned(row, found):
        row.earned_at, row.fallen_at = row.earned_at or now, None
        return Mode.AUTOMATIC
    if row.earned_at is not None and row.fallen_at is None:
        row.fallen_at = now
        _tell_of_fall(row, found)
    return Mode.HOLD


def _tell_of_fall(row: VideoPolicy, found: Precision) -> None:
    """Once: until it is high enough again, a person decides."""
    audit.record(SYSTEM, "video.policy_fallen", row, kind=row.rule_kind, share=found.share or 0)
    notices.queue(
        "video.policy_fallen",
        Audience.ADMINISTRATORS,
        None,
        link="/video/policies/",
        rule=labels.KIND_LABELS[row.rule_kind],
        precision=f"{found.share or 0:.0%}",
        least=f"{row.least_precision:.0%}",
    )


def waiting(modes: Modes, now: datetime, after: int) -> list[tuple[int, Mode]]:
    """Ids of ended violations that are ready to be decided, with what their policy may do."""
    kinds = {kind for kind, _camera in modes}
    has_clip = exists(
        select(ViolationEvidence.id).where(
            ViolationEvidence.violation_id == Violation.id,
            ViolationEvidence.kind == EvidenceKind.CLIP,
            ViolationEvidence.stored_at.is_not(None),
        )
    )
    columns = (Violation.id, Violation.rule_kind, Violation.camera_id, Violation.event_id)
    stmt = (
        visible(Violation, SYSTEM, *columns)
        .where(Violation.status == ReviewState.PENDING, Violation.phase == Phase.CLOSE)
        .where(Violation.rule_kind.in_(kinds), Violation.is_apart.is_(False))
        .where(Violation.received_at > now - OLDEST, Violation.id > after)
        .where(or_(has_clip, Violation.updated_at <= now - CLIP_GRACE))
        .order_by(Violation.id)
        .limit(BATCH)
    )
    return [
        (ident, _mode_of(modes, kind, camera_id, event_id))
        for ident, kind, camera_id, event_id in db.session.execute(stmt).tuples()
    ]


def _mode_of(modes: Modes, kind: RuleKind, camera_id: int, event_id: str) -> Mode:
    """The camera's own policy before that of all; a sample waits for a person."""
    mode = modes.get((kind, camera_id)) or modes.get((kind, None)) or Mode.HOLD
    if mode is Mode.AUTOMATIC and policy.is_sample(event_id):
        return Mode.HOLD
    return mode


def confirm_by_system(violation_id: int, mode: Mode) -> Violation | None:
    """Open or join its ticket without a person; None where it only may join and there is none.

    Under the camera's lock, like a person's verdict: of two at once one finds it decided, which is
    a Conflict. Nobody's verdict: it has no side, counts in no precision and proves no penalty.
    """
    violation = opening.claim(violation_id, SYSTEM)
    if violation.status is not ReviewState.PENDING:
        raise Conflict
    decision = decide(
        confirmed=False,
        has_open_ticket=opening.open_ticket(violation, SYSTEM) is not None,
        automatic=mode is Mode.AUTOMATIC,
        merges=mode is Mode.MERGE,
    )
    if decision is Decision.HOLD:
        return None
    hazard = opening.open_or_join(violation, SYSTEM)
    violation.hazard_id, violation.is_automatic = hazard.id, True
    violation.status, violation.verdict_at = ReviewState.CONFIRMED, clock.now()
    violation.verdict_revision = violation.revision
    violation.verdict_by_id, violation.verdict_by = SYSTEM.id, SYSTEM.name
    db.session.flush()
    audit.record(SYSTEM, "video.confirm_automatic", violation, hazard=hazard.number, mode=mode)
    return violation
