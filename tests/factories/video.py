"""A node with its token, its cameras, and what it sends, the way the worker sends it."""

from __future__ import annotations

import hashlib
import json
import struct
import uuid
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from werkzeug.test import TestResponse

from supervision.core import attachments, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.digest.models import VideoDigest
from supervision.digest.rules import SpanKind, Tally
from supervision.enterprise import queries as enterprises
from supervision.video import equipment, holds, permits, queries, ticket_queries
from supervision.video.job_models import JobState, NodeJob
from supervision.video.kinds import DEFAULT_RULES
from supervision.video.models import Violation
from supervision.video.permits import PermitSpec
from tests.cast import Cast
from tests.factories.hazards import picture
from vision import contract
from vision.contract import (
    API_PREFIX,
    DetectedBox,
    EvidenceKind,
    EvidenceRef,
    Heartbeat,
    JobKind,
    ModelRef,
    Phase,
    RuleKind,
    ViolationEvent,
    WindowEffect,
    Zone,
)

HOSTS = ("cameras.example", "127.0.0.1")
URL = "rtsp://viewer:secret-word@cameras.example:554/line-2"
MODEL = ModelRef("site-safety", "1", "a" * 64)
PRESS = Zone("press", "Press", ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)))


def clip(payload: int = 1000) -> bytes:
    """The boxes of a small MP4 file; nothing in it to see."""

    def box(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(data), name) + data

    return (
        box(b"ftyp", b"isom\0\0\2\0isom") + box(b"moov", b"\0" * 32) + box(b"mdat", b"x" * payload)
    )


def reference(kind: EvidenceKind, data: bytes) -> EvidenceRef:
    media = {EvidenceKind.SNAPSHOT: "image/jpeg", EvidenceKind.CLIP: "video/mp4"}[kind]
    return EvidenceRef(kind, hashlib.sha256(data).hexdigest(), len(data), media)


@dataclass
class Node:
    """A vision node as the web knows it, and how it talks to the web."""

    app: Flask
    id: int
    uid: str
    token: str
    token_id: int

    def call(self, method: str, path: str, **kwargs: object) -> TestResponse:
        ours = {"Authorization": f"Bearer {self.token}", contract.HEADER: "3"}
        headers = ours | kwargs.pop("headers", {})
        return self.app.test_client().open(
            f"{API_PREFIX}{path}", method=method, headers=headers, **kwargs
        )

    def send(self, event: ViolationEvent | dict) -> TestResponse:
        body = event if isinstance(event, dict) else contract.to_json(event)
        return self.call("POST", "/violations", json=body)

    def send_several(self, *events: ViolationEvent | bytes) -> TestResponse:
        lines = [
            e if isinstance(e, bytes) else json.dumps(contract.to_json(e)).encode() for e in events
        ]
        body = b"\n".join(lines)
        return self.call(
            "POST", "/violations/batch", data=body, content_type="application/x-ndjson"
        )

    def upload(self, event_id: str, data: bytes, sha256: str = "") -> TestResponse:
        sha256 = sha256 or hashlib.sha256(data).hexdigest()
        return self.call("PUT", f"/violations/{event_id}/evidence/{sha256}", data=data)

    def beat(self, *cameras: contract.CameraHealth, **changes: object) -> TestResponse:
        values = {
            "node": self.uid,
            "at": clock.now(),
            "started_at": clock.now() - timedelta(hours=1),
            "worker_version": "0.1.0",
            "backend": "onnx",
            "model": MODEL,
            "cameras": cameras,
        }
        beat = Heartbeat(**{**values, **changes})
        return self.call("POST", "/heartbeat", json=contract.to_json(beat))


def make_node(app: Flask, name: str = "Gate house") -> Node:
    with transaction():
        node = equipment.create_node(SYSTEM, name=name)
        row, token = equipment.issue_token(node, SYSTEM, label=name)
        return Node(app, node.id, node.uid, token, row.id)


def make_camera(
    cast: Cast, node: Node | None, *, enterprise_id: int | None = None, **changes: object
) -> int:
    """A camera of the plant that looks for helmets everywhere and for people at the press."""
    values = {
        "name": "Line 2 north",
        "place": "Press shop",
        "stream_url": URL,
        "zones": (PRESS,),
        "rules": (
            DEFAULT_RULES[RuleKind.HELMET_MISSING],
            contract.Rule("intrusion:press", RuleKind.INTRUSION, "press"),
        ),
    }
    with transaction():
        enterprise = enterprises.get_enterprise(enterprise_id or cast.plant_id, SYSTEM)
        found = queries.get_node(node.id, SYSTEM) if node else None
        spec = equipment.CameraSpec(**{**values, "node": found, **changes})
        return equipment.create_camera(enterprise, SYSTEM, spec, stream_hosts=HOSTS).id


def camera_uid(camera_id: int) -> str:
    return queries.get_camera(camera_id, SYSTEM).uid


def make_event(node: Node, camera: str, **changes: object) -> ViolationEvent:
    """The opening of an episode a minute ago."""
    start = changes.pop("started_at", None) or clock.now() - timedelta(minutes=1)
    values = {
        "event_id": f"ev-{uuid.uuid4().hex}",
        "revision": 1,
        "phase": Phase.OPEN,
        "node": node.uid,
        "camera_id": camera,
        "rule_id": "helmet_missing",
        "rule_kind": RuleKind.HELMET_MISSING,
        "started_at": start,
        "seen_at": start,
        "score": 0.71,
        "model": MODEL,
        "boxes": (DetectedBox("head", 0.71, (0.4, 0.2, 0.5, 0.35)),),
        "snapshot_at": start,
        "frame_size": (640, 360),
    }
    return ViolationEvent(**{**values, **changes})


def closed(event: ViolationEvent, revision: int = 2, **changes: object) -> dict:
    """The last message of an episode, as JSON."""
    from dataclasses import replace

    end = event.started_at + timedelta(seconds=12)
    values = {"revision": revision, "phase": Phase.CLOSE, "seen_at": end, "ended_at": end}
    return contract.to_json(replace(event, **{**values, **changes}))


def make_violation(
    node: Node,
    camera_id: int,
    *,
    with_files: bool = True,
    colour: str = "orange",
    **changes: object,
) -> int:
    """A closed episode with snapshot and clip, all sent through the interface."""
    snapshot, film = picture(colour), clip(len(colour) * 100)
    refs = (
        reference(EvidenceKind.SNAPSHOT, snapshot),
        reference(EvidenceKind.CLIP, film),
    )
    event = make_event(node, camera_uid(camera_id), **changes)
    body = closed(event, evidence=refs if with_files else ())
    assert node.send(body).status_code == 201
    if with_files:
        for data in (snapshot, film):
            assert node.upload(event.event_id, data).status_code == 201
    return violation(event.event_id).id


def media_of(violation_id: int) -> tuple[str, ...]:
    """The addresses of a violation's files: the snapshot's, the clip's."""
    found = queries.get_violation(violation_id, SYSTEM).evidence
    db.session.rollback()
    return tuple(f"/media/{one.key}" for one in found)


def evidence_care(violation_id: int, asker: Actor, mark: str) -> dict[str, int | str]:
    """A hold on the violation, and a copy of its snapshot that ``asker`` may fetch."""
    with transaction():
        seen = queries.get_violation(violation_id, SYSTEM)
        hold = holds.place(seen, SYSTEM, f"{mark} reason")
        evidence = seen.evidence[0]
        assert evidence.attachment is not None
        with attachments.storage().open(evidence.attachment.sha256) as source:
            made = attachments.store_file(
                SYSTEM, source, "copy.jpg", "image/jpeg", limit=evidence.size
            )
        job = NodeJob(
            enterprise_id=seen.enterprise_id,
            kind=JobKind.COPY,
            node_id=seen.node_id,
            camera_id=seen.camera_id,
            violation_id=seen.id,
            asked={},
            note={"key": evidence.key, "mark": "0a0a0a0a"},
            status=JobState.DONE,
            created_at=clock.now(),
            ended_at=clock.now(),
            created_by_id=asker.id,
            created_by=asker.name,
            attachment_id=made.id,
        )
        db.session.add(job)
        db.session.flush()
        return {"media.key": evidence.key, "media.uid": job.uid, "evidence.hold_id": hold.id}


def camera_care(node: Node, camera_id: int, mark: str) -> dict[str, int]:
    """Ids of a ticket for the camera's covered view and of a permit, as addresses name them."""
    view = {"rule_id": "view_fault", "rule_kind": RuleKind.VIEW_FAULT, "detail": "covered"}
    node.send(make_event(node, camera_uid(camera_id), **view))
    now = clock.now()
    with transaction():
        camera = queries.get_camera(camera_id, SYSTEM)
        until = now + timedelta(hours=8)
        spec = PermitSpec("helmet_missing", WindowEffect.OFF, now, until, f"{mark} reason")
        permit = permits.add(camera, SYSTEM, spec)
        [ticket] = ticket_queries.open_of_camera(camera, SYSTEM)
        digest = VideoDigest(
            kind=SpanKind.DAY,
            scope=f"e{camera.enterprise_id}",
            enterprise_id=camera.enterprise_id,
            starts_at=now - timedelta(days=1),
            ends_at=now,
            figures=Tally(blind=[f"{mark} camera"]).figures(),
            made_at=now,
        )
        db.session.add(digest)
        db.session.flush()
        return {
            "camera_ticket.ticket_id": ticket.id,
            "camera_permit.permit_id": permit.id,
            "digest.digest_id": digest.id,
        }


def violation(event_id: str) -> Violation:
    """As the database holds it now."""
    db.session.rollback()
    ident = db.session.scalars(
        visible(Violation, SYSTEM, Violation.id).where(Violation.event_id == event_id)
    ).one()
    return queries.get_violation(ident, SYSTEM)
