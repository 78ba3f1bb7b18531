"""Verbs of a record: drawn up, submitted, approved by another person, superseded, withdrawn.

Services flush; the edge commits. A raised error means that nothing happened.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from supervision.core import audit, clock, crypto, notices, numbering
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.gate import labels, marks, queries, rules
from supervision.gate.models import CameraGate, GateEvent
from supervision.gate.workflow import GATE_WORKFLOW, UNDECIDED, GateState
from supervision.hazard.labels import Listed
from supervision.video.models import Camera

MAX_TEXT = {"legal_by": 80, "legal_number": 60, "technical_by": 80, "technical_number": 60}
MAX_TEXT |= {"published_where": 300, "siting": 2000}


@dataclass(frozen=True, slots=True)
class Review:
    """What a person enters; a draft may lack any of it. Scans that are None stay as they are."""

    legal_by: str = ""
    legal_on: date | None = None
    legal_number: str = ""
    technical_by: str = ""
    technical_on: date | None = None
    technical_number: str = ""
    certificate_until: date | None = None
    published_where: str = ""
    published_on: date | None = None
    siting: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    legal_scan: Attachment | None = None
    technical_scan: Attachment | None = None
    published_scan: Attachment | None = None


def draft(camera: Camera, actor: Actor, review: Review) -> CameraGate:
    """Draw up a record for a camera; one at a time. Raises Conflict while another waits."""
    if not actor.may(Permission.GATE_EDIT) or not actor.is_regulator:
        raise Forbidden
    queries.lock_camera(camera.id)
    if any(g.status in UNDECIDED for g in queries.of_camera(camera.id, actor)):
        raise Conflict(N_("A record of this camera is being drawn up already."))
    gate = CameraGate(
        enterprise_id=camera.enterprise_id,
        camera_id=camera.id,
        status=GateState.DRAFT,
        created_at=clock.now(),
        created_by_id=actor.id,
        created_by=actor.name,
        events=[],
    )
    _write(gate, review)
    db.session.add(gate)
    db.session.flush()
    _log(gate, actor, "draft")
    return gate


def edit(gate: CameraGate, actor: Actor, review: Review) -> None:
    """Change a draft."""
    GATE_WORKFLOW.check("edit", gate, actor)
    _write(gate, review)
    _log(gate, actor, "edit")


def _write(gate: CameraGate, review: Review) -> None:
    for name, most in MAX_TEXT.items():
        if len(getattr(review, name)) > most:
            raise InvalidInput(N_("At most %(count)s characters."), field=name, count=most)
    for item in fields(review):
        value = getattr(review, item.name)
        if not item.name.endswith("_scan"):
            setattr(gate, item.name, value)
        elif value is not None:
            setattr(gate, f"{item.name}_id", value.id)
    rules.check_days(gate, clock.today())


def submit(gate: CameraGate, actor: Actor) -> None:
    """Put it before somebody who approves. Raises InvalidInput that names what is missing."""
    step = GATE_WORKFLOW.check("submit", gate, actor)
    if missing := rules.missing(gate):
        raise InvalidInput(
            N_("Still missing: %(missing)s."),
            field=missing[0].removesuffix("_id"),
            missing=Listed(labels.FIELD_LABELS[name] for name in missing),
        )
    rules.check_days(gate, clock.today())
    gate.stream_print, gate.place = _print(gate.camera), gate.camera.place
    _check_stand(gate)
    gate.status = step.target
    _log(gate, actor, "submit")


def _print(camera: Camera) -> str:
    return rules.stream_print(crypto.decrypt(camera.stream_url))


def _check_stand(gate: CameraGate) -> None:
    """What was reviewed is what hangs there now."""
    camera = gate.camera
    if rules.is_turned(gate.technical_on, camera.view_from):
        raise InvalidInput(
            N_("The camera was turned on %(day)s, after its technical review: review it anew."),
            field="technical_on",
            day=clock.day_of(camera.view_from) if camera.view_from else "",
        )
    if gate.stream_print != _print(camera) or gate.place != camera.place:
        raise Conflict(
            N_("The camera was changed since. Return the record, so that it is checked.")
        )


def give_back(gate: CameraGate, actor: Actor, *, reason: str) -> None:
    """Not yet: back to its author."""
    step = GATE_WORKFLOW.check("return", gate, actor, {"reason": reason})
    gate.status = step.target
    _log(gate, actor, "return", reason)
    _tell(gate, "gate.returned", gate.created_by_id, actor)


def approve(gate: CameraGate, actor: Actor, *, note: str = "") -> None:
    """Another person agrees: it has its number, and ends the record before it."""
    queries.lock_camera(gate.camera_id)
    step = GATE_WORKFLOW.check("approve", gate, actor)
    _check_stand(gate)
    for before in queries.of_camera(gate.camera_id, actor):
        if before.status is GateState.APPROVED:
            _supersede(before, actor, gate)
    # The one before must have left its place in the index first.
    db.session.flush()
    gate.number = _number(gate.camera)
    gate.approved_at, gate.approved_by_id = clock.now(), actor.id
    gate.approved_by = actor.name
    gate.status = step.target
    _log(gate, actor, "approve", note)
    _tell(gate, "gate.approved", gate.created_by_id, actor)


def _supersede(before: CameraGate, actor: Actor, after: CameraGate) -> None:
    """It stands for the days until the new one begins, which is not before it is approved."""
    step = GATE_WORKFLOW.check("supersede", before, actor)
    assert after.valid_from is not None  # it was submitted
    before.ended_on = max(date.fromordinal(after.valid_from.toordinal() - 1), clock.today())
    before.status = step.target
    _log(before, actor, "supersede")


def _number(camera: Camera) -> str:
    """``JKSH-<district>-<year>-<serial>``, gap-free for each district and year."""
    year, district = clock.today().year, camera.enterprise.region_code[:6]
    return f"JKSH-{district}-{year}-{numbering.next_serial(f'gate:{district}', year):05d}"


def discard(gate: CameraGate, actor: Actor, *, reason: str) -> None:
    """Drop what was not approved."""
    _withdraw(gate, actor, "discard", reason)


def withdraw(gate: CameraGate, actor: Actor, *, reason: str) -> int:
    """It covers nothing any more, whatever the day; the marks that stand on it fall with it."""
    queries.lock_camera(gate.camera_id)
    _withdraw(gate, actor, "withdraw", reason)
    fallen = queries.standing_on(gate.id)
    for mark in fallen:
        marks.take_back(mark, actor, reason=reason)
    return len(fallen)


def _withdraw(gate: CameraGate, actor: Actor, name: str, reason: str) -> None:
    step = GATE_WORKFLOW.check(name, gate, actor, {"reason": reason})
    gate.status = step.target
    gate.withdrawn_at, gate.withdrawn_by = clock.now(), actor.name
    gate.withdrawn_reason = reason
    _log(gate, actor, name, reason)


def _log(gate: CameraGate, actor: Actor, action: str, note: str = "") -> None:
    gate.events.append(
        GateEvent(
            action=action,
            to_status=gate.status,
            at=clock.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            note=note,
        )
    )
    db.session.flush()
    audit.record(
        actor,
        f"gate.{action}",
        gate,
        enterprise_id=gate.enterprise_id,
        camera_id=gate.camera_id,
        number=gate.number,
        note=note,
    )


def _tell(gate: CameraGate, kind: str, account_id: int, actor: Actor) -> None:
    notices.queue(
        kind,
        Audience.ACCOUNT,
        account_id,
        link=f"/gates/{gate.id}",
        but_not=actor.id,
        camera=gate.camera.name,
        enterprise=gate.camera.enterprise.display_name,
        number=gate.number or "",
    )
