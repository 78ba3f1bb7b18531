"""Verbs of cameras and nodes, and the configuration that a node is given."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update

from supervision.account import service as accounts
from supervision.account.models import ServiceToken
from supervision.core import audit, clock, crypto, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.notices import Audience
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.video import rules
from supervision.video.models import Camera, CameraAssignment, VisionNode
from vision import contract
from vision.contract import ContractError, NodeConfig, Rule, Zone


@dataclass(frozen=True, slots=True)
class CameraSpec:
    """All of a camera that a person decides. ``stream_url`` empty on a change: keep the present one."""

    name: str
    place: str
    stream_url: str = ""
    node: VisionNode | None = None
    input_size: tuple[int, int] = (640, 384)
    analysed_fps: float = 4.0
    is_enabled: bool = True
    zones: tuple[Zone, ...] = ()
    rules: tuple[Rule, ...] = ()


def create_camera(
    enterprise: Enterprise, actor: Actor, spec: CameraSpec, *, stream_hosts: Iterable[str]
) -> Camera:
    """A new camera of ``enterprise``. Raises InvalidInput naming the field."""
    if not spec.stream_url:
        raise InvalidInput(N_("This field is required."), field="stream_url")
    camera = Camera(
        uid=f"cam-{secrets.token_hex(5)}", enterprise_id=enterprise.id, created_at=clock.now()
    )
    _apply(camera, spec, tuple(stream_hosts))
    db.session.add(camera)
    db.session.flush()
    _assign(camera, None)
    audit.record(actor, "video.camera_create", camera, **_told(camera))
    return camera


def change_camera(
    camera: Camera, actor: Actor, spec: CameraSpec, *, stream_hosts: Iterable[str]
) -> None:
    """Change what a person decides; the trail keeps before and after, never the address."""
    before, node_before = _told(camera), camera.node_id
    _apply(camera, spec, tuple(stream_hosts))
    db.session.flush()
    _assign(camera, node_before)
    after = _told(camera)
    changed = {k: [before[k], after[k]] for k in after if before[k] != after[k]}
    if spec.stream_url:
        changed["stream_url"] = ["changed", camera.stream_hint]
    audit.record(actor, "video.camera_change", camera, changed=changed)


def _apply(camera: Camera, spec: CameraSpec, hosts: tuple[str, ...]) -> None:
    if spec.stream_url:
        rules.check_stream_url(spec.stream_url, hosts)
    _check(camera.uid, spec)
    if spec.stream_url:
        camera.stream_url = crypto.encrypt(spec.stream_url)
        camera.stream_hint = rules.mask_url(spec.stream_url)[:200]
    camera.name, camera.place = spec.name, spec.place
    camera.node_id = spec.node.id if spec.node else None
    camera.input_width, camera.input_height = spec.input_size
    camera.analysed_fps = spec.analysed_fps
    camera.is_enabled = spec.is_enabled
    camera.zones = [contract.to_json(zone) for zone in spec.zones]
    camera.rules = [contract.to_json(rule) for rule in spec.rules]


def _check(uid: str, spec: CameraSpec) -> None:
    """The contract itself says what a camera may be."""
    if len({rule.rule_id for rule in spec.rules}) != len(spec.rules):
        raise InvalidInput(N_("The same rule occurs twice for one zone."), field="rules")
    try:
        contract.Camera(
            camera_id=uid,
            name=spec.name,
            url="",
            input_size=spec.input_size,
            analysed_fps=spec.analysed_fps,
            zones=spec.zones,
            rules=spec.rules,
        )
    except ContractError as error:
        raise InvalidInput(error.problem, field=error.field.split(".")[0]) from None


def _assign(camera: Camera, node_before: int | None) -> None:
    if camera.node_id == node_before:
        return
    now = clock.now()
    db.session.execute(
        update(CameraAssignment)
        .where(CameraAssignment.camera_id == camera.id, CameraAssignment.until.is_(None))
        .values(until=now)
    )
    if camera.node_id is not None:
        db.session.add(CameraAssignment(camera_id=camera.id, node_id=camera.node_id, since=now))


def _told(camera: Camera) -> dict[str, Any]:
    return {
        "name": camera.name,
        "place": camera.place,
        "node_id": camera.node_id,
        "input_size": list(camera.input_size),
        "analysed_fps": camera.analysed_fps,
        "is_enabled": camera.is_enabled,
        "zones": camera.zones,
        "rules": camera.rules,
    }


def create_node(actor: Actor, *, name: str) -> VisionNode:
    """A machine that will run the worker; it needs a token next."""
    node = VisionNode(
        uid=f"node-{secrets.token_hex(5)}", name=name, created_at=clock.now(), queue_length=0
    )
    db.session.add(node)
    audit.record(actor, "video.node_create", node, name=name)
    return node


def issue_token(
    node: VisionNode, actor: Actor, *, label: str, expires_at: datetime | None = None
) -> tuple[ServiceToken, str]:
    """The row, and the token, which is shown once and kept nowhere."""
    if expires_at is not None and expires_at <= clock.now():
        raise InvalidInput(N_("This day has passed."), field="expires_on")
    return accounts.issue_token(actor, node_id=node.id, label=label, expires_at=expires_at)


def tell_of_silence(node: VisionNode, actor: Actor) -> None:
    """Tell the administrators, once for each silence."""
    node.silence_told_at = clock.now()
    notices.queue(
        "video.node_silent",
        Audience.ADMINISTRATORS,
        None,
        link=f"/video/nodes/{node.id}",
        name=node.name,
        since=clock.day_of(node.last_seen_at or node.created_at),
    )
    audit.record(actor, "video.node_silent", node, last_seen_at=node.last_seen_at)


def config_version(node: VisionNode, cameras: Iterable[Camera], hosts: tuple[str, ...]) -> str:
    """Changes whenever anything in the configuration does; no secret is decrypted for it.

    An address that is encrypted anew counts as a change: the worker then opens it again.
    """
    parts: list[Any] = [contract.CONTRACT_VERSION, node.uid, hosts]
    for camera in cameras:
        parts.append([camera.uid, camera.name, camera.stream_url, camera.input_size])
        parts.append([camera.analysed_fps, camera.zones, camera.rules])
    plain = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:24]


def node_config(node: VisionNode, cameras: Iterable[Camera], hosts: tuple[str, ...]) -> NodeConfig:
    """Everything the node runs, stream addresses in clear: for the node alone."""
    cameras = list(cameras)
    return NodeConfig(
        node=node.uid,
        config_version=config_version(node, cameras, hosts),
        cameras=tuple(
            contract.Camera(
                camera_id=camera.uid,
                name=camera.name,
                url=crypto.decrypt(camera.stream_url),
                input_size=camera.input_size,
                analysed_fps=camera.analysed_fps,
                zones=camera.zone_list,
                rules=camera.rule_list,
            )
            for camera in cameras
        ),
        stream_hosts=hosts,
    )
