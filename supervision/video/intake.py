"""Verbs of what nodes send: violations, evidence, and messages that do not fit.

All of them may be sent again: the highest revision is kept, of the latest term of a shared camera,
and a hash is stored once.
"""

from __future__ import annotations

import hashlib
from typing import IO, Any

from sqlalchemy import delete, select

from supervision.core import attachments, audit, clock, notices
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.notices import Audience
from supervision.core.scope import unscoped, visible
from supervision.hazard import service as hazards
from supervision.hazard.models import Hazard
from supervision.video import (
    duplicates,
    episodes,
    leases,
    maintenance,
    policy,
    rules,
    succession,
    thumbnails,
)
from supervision.video.episodes import Declared, Place, Told
from supervision.video.lease_rules import Telling
from supervision.video.models import (
    Camera,
    ParkedEvent,
    Violation,
    VisionNode,
)
from supervision.video.upsert import insert
from supervision.video.workflow import ReviewState
from vision import contract
from vision.contract import (
    ContractError,
    EvidenceKind,
    Phase,
    RuleKind,
    ViolationEvent,
)

_TOLD_AT_ONCE = frozenset({RuleKind.FIRE_SMOKE, RuleKind.VIEW_FAULT})

PARKED_PER_NODE = 1000
LONGEST_PARKED_BODY = 16_000

_NAMES = {EvidenceKind.SNAPSHOT: "jpg", EvidenceKind.CLIP: "mp4"}


def take_event(node: VisionNode, actor: Actor, event: ViolationEvent) -> bool:
    """Keep the event if it is new or newer; True when something was written.

    However many copies come at once, there is one row: the insert loses quietly against a first
    one, and the row's lock makes the others wait for it. Raises ContractError;
    :class:`succession.LeaseOverError` where the camera was another's when this was seen.
    """
    before = _told_before(node, event)
    camera = before[1] if before else _camera_of(node, event)
    standing = leases.standing_of(node, camera.id, event)
    event, is_cut = succession.as_it_counts(event, standing.telling)
    # Of a later revision the first is nearly always there: no insert that must lose.
    told = before[0] if before else episodes.locked(event.event_id) if event.revision > 1 else None
    new = None if told else episodes.add(_first_values(node.id, camera, event, is_cut=is_cut))
    if new is not None:
        _take_new(new, actor, camera, event)
        if standing.telling is Telling.LATE or event.lease:
            succession.join(episodes.loaded(new[0]))
        return True
    told = told or episodes.locked(event.event_id)
    assert told is not None  # whoever was first has committed it
    if told.camera_id != camera.id or told.node_id != node.id:
        raise ContractError("event_id", "is taken")
    # A node that shares its cameras no more has them all: only the revision counts.
    known = told.lease if node.lease_s or event.lease else 0
    if event.lease < known:
        # It has passed on to another machine; the files that show its beginning are still wanted.
        episodes.declare(told.id, event.evidence, event.revision)
        return False
    if (event.lease, event.revision) <= (known, told.revision):
        return False
    _revise(told, event, is_cut=is_cut)
    return True


def take_plainly(actor: Actor, event: ViolationEvent) -> bool:
    """Keep the event if nothing about it needs a closer look: of a hundred, nearly a hundred.

    False where :func:`take_event` must look; nothing was written then.
    """
    if event.lease or event.same_as is not None or actor.node_id is None:
        return False
    if event.revision > 1:
        if event.phase is Phase.OPEN:
            return False  # it may step back in the episode's life
        values = _values(event) | {"is_cut": False}
        ident = episodes.revised_plainly(actor.node_id, event, values)
        if ident is None:
            return False
        episodes.declare(ident, event.evidence, event.revision)
        return True
    camera = episodes.place_of_new(actor.node_id, event)
    if camera is None:
        return False
    first = _first_values(actor.node_id, camera, event, is_cut=False)
    new = episodes.add(first, is_locked=True)
    if new is None:
        return False
    _take_new(new, actor, camera, event)
    return True


def _take_new(added: tuple[int, bool], actor: Actor, camera: Place, event: ViolationEvent) -> None:
    ident, is_named = added
    episodes.declare(ident, event.evidence, event.revision)
    subject = audit.Subject(Violation.__tablename__, ident, camera.enterprise_id)
    audit.record(actor, "video.violation", subject, event_id=event.event_id)
    if not is_named and event.same_as is None and event.rule_kind not in _TOLD_AT_ONCE:
        return
    violation = episodes.loaded(ident)
    if event.rule_kind in _TOLD_AT_ONCE:
        _tell_of(violation)
    duplicates.file(violation)
    duplicates.file_those_that_waited(violation)


def _revise(told: Told, event: ViolationEvent, *, is_cut: bool) -> None:
    rules.check_phase(told.phase, event.phase)
    _check_same(told, event)
    same_as = event.same_as or told.same_as
    values = _values(event) | {"is_cut": is_cut, "same_as": same_as}
    episodes.change(told.id, values)
    episodes.declare(told.id, event.evidence, event.revision)
    is_whole_again = told.is_cut and not is_cut
    if not is_whole_again and same_as is None:
        return
    violation = episodes.loaded(told.id)
    if is_whole_again:
        succession.part(violation)
    duplicates.file(violation)
    db.session.flush()


def _check_same(told: Told, event: ViolationEvent) -> None:
    """A later revision tells more of the same episode, never of another: people judged this one.

    Its rule, its zone and its beginning decide the ticket, and which record of art. 41 covers it.
    """
    for name in ("started_at", "rule_id", "rule_kind", "zone_id"):
        if getattr(told, name) != getattr(event, name):
            raise ContractError(name, "is another one than the episode's")


def _told_before(node: VisionNode, event: ViolationEvent) -> tuple[Told, Place] | None:
    """The episode, locked, and its camera, where a later revision says the same of both.

    That the camera was the node's then was seen with the first message. Only of a node without
    leases: else the camera's lease is locked before its episodes.
    """
    if event.revision == 1 or event.lease or node.lease_s:
        return None
    return episodes.locked_with_camera(node.id, event)


def _camera_of(node: VisionNode, event: ViolationEvent) -> Place:
    """The camera, if it is (or was, when this began) the node's. Unknown and foreign look alike."""
    camera = episodes.camera_of(node.id, event)
    if camera is None:
        raise ContractError("camera_id", "is no camera of this node")
    return camera


def _first_values(
    node_id: int, camera: Place, event: ViolationEvent, *, is_cut: bool
) -> dict[str, Any]:
    zone = camera.zone(event.zone_id)
    return {
        "event_id": event.event_id,
        "enterprise_id": camera.enterprise_id,
        "camera_id": camera.id,
        "node_id": node_id,
        "merge_key": policy.merge_key(camera.uid, event.rule_id, event.zone_id),
        "status": ReviewState.PENDING,
        "received_at": clock.now(),
        "verdict_by": "",
        "verdict_note": "",
        "is_apart": False,
        "is_cut": is_cut,
        "severity": _severity(camera, event),
        "row_version": 1,
        # As it was when it began: zones are redrawn.
        "zone_name": (zone.name if zone else event.zone_id or "")[:120],
        "zone_polygon": [list(point) for point in zone.polygon] if zone else [],
        **_values(event),
    }


def _severity(camera: Place, event: ViolationEvent) -> int:
    """As it was told first: a queue does not reorder itself while somebody works on it."""
    told = next((r.get("severity", "") for r in camera.rules if r["rule_id"] == event.rule_id), "")
    return rules.severity_of(event.rule_kind, event.detail, told).value


def _values(event: ViolationEvent) -> dict[str, Any]:
    """The columns that every revision brings anew."""
    width, height = event.frame_size or (None, None)
    return {
        "revision": event.revision,
        "phase": event.phase,
        "rule_id": event.rule_id,
        "rule_kind": event.rule_kind,
        "zone_id": event.zone_id,
        "subject": event.subject,
        "started_at": event.started_at,
        "seen_at": event.seen_at,
        "ended_at": event.ended_at,
        "score": event.score,
        "boxes": [contract.to_json(box) for box in event.boxes],
        "snapshot_at": event.snapshot_at,
        "frame_width": width,
        "frame_height": height,
        "model_name": event.model.name,
        "model_version": event.model.version,
        "model_sha256": event.model.sha256,
        "config_version": event.config_version,
        "detail": event.detail,
        "same_as": event.same_as,
        "lease": event.lease,
        "updated_at": clock.now(),
    }


def _tell_of(violation: Violation) -> None:
    """Of some things somebody is told before anybody opens the queue."""
    stmt = select(Camera).where(Camera.id == violation.camera_id)
    why = "the camera of what its own node has told"
    camera = db.session.scalars(unscoped(stmt, reason=why)).one()
    _tell_of_fire(violation, camera)
    if violation.rule_kind is RuleKind.VIEW_FAULT:
        maintenance.take_view_fault(camera, violation)


def _tell_of_fire(violation: Violation, camera: Camera) -> None:
    """Fire does not wait for somebody to open the queue."""
    if violation.rule_kind is not RuleKind.FIRE_SMOKE:
        return
    for audience in (Audience.SUPERVISORS, Audience.ENTERPRISE_PEOPLE):
        notices.queue(
            "video.fire",
            audience,
            violation.enterprise_id,
            link=f"/video/{violation.id}",
            camera=camera.name,
            place=camera.place,
        )


def find_evidence(actor: Actor, event_id: str, sha256: str) -> Declared | None:
    """The declared file; None where the event does not declare it. Raises LookupError: no event.

    Only of what the node that speaks has told itself.
    """
    found = episodes.declared(actor.node_id or 0, event_id, sha256)
    if found is None:
        raise LookupError(event_id)
    return found if found.id is not None else None


def store_evidence(actor: Actor, event_id: str, sha256: str, source: IO[bytes]) -> bool:
    """Keep a file whose hash, size and type the edge has checked; False where it is there already.

    Or was, and has been removed: its time was over, or there was no room.
    A ticket that the violation has opened or joined meanwhile gets it as well.
    """
    told = episodes.locked(event_id)
    if told is None or told.node_id != actor.node_id:
        return False
    evidence = episodes.evidence_of(told.id, sha256)
    if evidence is None or evidence.attachment_id is not None or evidence.removed_at is not None:
        return False
    stamp = told.started_at.astimezone(clock.SHANGHAI).strftime("%Y%m%d-%H%M%S")
    attachment = attachments.store_file(
        actor,
        source,
        f"{stamp}-{event_id[:40]}.{_NAMES[evidence.kind]}",
        evidence.media_type,
        limit=evidence.size,
    )
    # Before anything is set, so that all of it is one statement.
    thumbnails.make(actor, evidence, source)
    evidence.attachment_id, evidence.stored_at = attachment.id, clock.now()
    subject = audit.Subject(Violation.__tablename__, told.id, told.enterprise_id)
    audit.record(actor, "video.evidence", subject, sha256=sha256, size=evidence.size)
    if told.hazard_id is not None:
        _join_ticket(told.hazard_id, attachment)
    db.session.flush()
    return True


def _join_ticket(hazard_id: int, attachment: Attachment) -> None:
    hazard = db.session.scalars(visible(Hazard, SYSTEM).where(Hazard.id == hazard_id)).one()
    hazards.attach(hazard, [attachment], hazards.EVIDENCE)


def park(node: VisionNode, endpoint: str, event_id: str, error: ContractError, body: bytes) -> None:
    """Keep a message that broke the contract, so that a person can see it. Bounded per node."""
    text = body[:LONGEST_PARKED_BODY].decode("utf-8", "replace").replace("\x00", "\ufffd")
    # Heartbeats differ each time; the same complaint about them is one row.
    told = b"" if endpoint == "heartbeat" else body
    digest = hashlib.sha256(f"{endpoint}\n{error}\n".encode("utf-8", "replace") + told).hexdigest()
    now = clock.now()
    stmt = insert(ParkedEvent).values(
        node_id=node.id,
        endpoint=endpoint,
        event_id=event_id,
        field=_storable(error.field)[:200],
        problem=_storable(error.problem)[:2000],
        body=text,
        digest=digest,
        times=1,
        received_at=now,
        last_at=now,
    )
    db.session.execute(
        stmt.on_conflict_do_update(
            index_elements=["node_id", "digest"],
            set_={"times": ParkedEvent.times + 1, "last_at": now, "body": text},
        )
    )
    _forget_old(node)


def refuse(node: VisionNode, actor: Actor, event: ViolationEvent, body: bytes) -> None:
    """Keep what was seen when the camera was another machine's; the worker does not send it again."""
    error = ContractError("lease", "this was seen when the camera was another machine's")
    park(node, "violations", event.event_id, error, body)
    audit.record(
        actor,
        "video.lease_over",
        node,
        event_id=event.event_id,
        camera=event.camera_id,
        lease=event.lease,
        seen_at=event.seen_at,
    )


def _storable(text: str) -> str:
    """A field's name comes from outside: no lone surrogates, no NUL."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")


def _forget_old(node: VisionNode) -> None:
    oldest = (
        select(ParkedEvent.id)
        .where(ParkedEvent.node_id == node.id)
        .order_by(ParkedEvent.id.desc())
        .offset(PARKED_PER_NODE)
        .limit(1)
        .scalar_subquery()
    )
    stmt = delete(ParkedEvent).where(ParkedEvent.node_id == node.id, ParkedEvent.id <= oldest)
    stmt = stmt.execution_options(synchronize_session=False)
    db.session.execute(unscoped(stmt, reason="a node that floods us keeps its newest complaints"))
