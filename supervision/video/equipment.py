"""Verbs of cameras and nodes."""

from __future__ import annotations

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
from supervision.video import lease_rules, live, node_jobs, platform_links, rules
from supervision.video.models import Camera, CameraAssignment, VisionNode
from vision import contract
from vision.contract import ContractError, Line, Mask, Rule, Zone


@dataclass(frozen=True, slots=True)
class CameraSpec:
    """All of a camera that a person decides.

    ``stream_url`` and ``sub_url`` empty on a change: keep the present ones; ``drop_sub`` takes the
    small stream away.
    """

    name: str
    place: str
    stream_url: str = ""
    node: VisionNode | None = None
    input_size: tuple[int, int] = (640, 384)
    analysed_fps: float = 4.0
    is_enabled: bool = True
    zones: tuple[Zone, ...] = ()
    rules: tuple[Rule, ...] = ()
    sub_url: str = ""
    drop_sub: bool = False
    lines: tuple[Line, ...] = ()
    masks: tuple[Mask, ...] = ()
    adaptive: bool = True
    gate: bool = True
    scan_s: float = 10.0
    view_check: bool = True


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
    platform_links.link(camera, actor)
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
    if spec.stream_url or spec.sub_url or spec.drop_sub:
        platform_links.link(camera, actor)
    _assign(camera, node_before)
    after = _told(camera)
    changed = {k: [before[k], after[k]] for k in after if before[k] != after[k]}
    if "node_id" in changed:
        node_jobs.end_of_camera(camera.id)
    if "masks" in changed:
        live.forget(camera.id)  # the picture that is kept is from before
    if spec.stream_url:
        changed["stream_url"] = ["changed", camera.stream_hint]
    if spec.sub_url:
        changed["sub_url"] = ["changed", camera.sub_hint]
    elif spec.drop_sub:
        changed["sub_url"] = ["removed", ""]
    audit.record(actor, "video.camera_change", camera, changed=changed)


def spec_of(camera: Camera) -> CameraSpec:
    """The camera as it is now; its addresses stay. Needs ``node`` loaded."""
    return CameraSpec(
        name=camera.name,
        place=camera.place,
        node=camera.node,
        input_size=camera.input_size,
        analysed_fps=camera.analysed_fps,
        is_enabled=camera.is_enabled,
        zones=camera.zone_list,
        rules=camera.rule_list,
        lines=camera.line_list,
        masks=camera.mask_list,
        adaptive=camera.adaptive,
        gate=camera.gate,
        scan_s=camera.scan_s,
        view_check=camera.view_check,
    )


def _apply(camera: Camera, spec: CameraSpec, hosts: tuple[str, ...]) -> None:
    if spec.stream_url:
        rules.check_stream_url(spec.stream_url, hosts)
    if spec.sub_url:
        rules.check_stream_url(spec.sub_url, hosts, "sub_url")
    _check(camera.uid, spec)
    if spec.stream_url:
        camera.stream_url = crypto.encrypt(spec.stream_url)
        camera.stream_hint = rules.mask_url(spec.stream_url)[:200]
    if spec.sub_url:
        camera.sub_url = crypto.encrypt(spec.sub_url)
        camera.sub_hint = rules.mask_url(spec.sub_url)[:200]
    elif spec.drop_sub:
        camera.sub_url = camera.sub_hint = ""
    camera.name, camera.place = spec.name, spec.place
    camera.node_id = spec.node.id if spec.node else None
    camera.input_width, camera.input_height = spec.input_size
    camera.analysed_fps = spec.analysed_fps
    camera.is_enabled = spec.is_enabled
    camera.adaptive, camera.gate = spec.adaptive, spec.gate
    camera.scan_s, camera.view_check = spec.scan_s, spec.view_check
    camera.lines = [contract.to_json(line) for line in spec.lines]
    camera.masks = [contract.to_json(mask) for mask in spec.masks]
    camera.zones = [contract.to_json(zone) for zone in spec.zones]
    camera.rules = [contract.to_json(rule) for rule in spec.rules]


def _check(uid: str, spec: CameraSpec) -> None:
    """The contract itself says what a camera may be."""
    if len({rule.rule_id for rule in spec.rules}) != len(spec.rules):
        raise InvalidInput(N_("The same rule occurs twice for one zone."), field="rules")
    try:
        as_judged(uid, spec)
    except ContractError as error:
        raise InvalidInput(error.problem, field=error.field.split(".")[0]) from None


def as_judged(uid: str, spec: CameraSpec) -> contract.Camera:
    """The camera as a node would judge it, without addresses. Raises ContractError."""
    return contract.Camera(
        camera_id=uid,
        name=spec.name,
        url="",
        input_size=spec.input_size,
        analysed_fps=spec.analysed_fps,
        zones=spec.zones,
        rules=spec.rules,
        lines=spec.lines,
        masks=spec.masks,
        adaptive=spec.adaptive,
        gate=spec.gate,
        scan_s=spec.scan_s,
        view_check=spec.view_check,
    )


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
        "adaptive": camera.adaptive,
        "gate": camera.gate,
        "scan_s": camera.scan_s,
        "view_check": camera.view_check,
        "zones": camera.zones,
        "lines": camera.lines,
        "masks": camera.masks,
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


def share(node: VisionNode, actor: Actor, lease_s: float) -> None:
    """Several machines share the node's cameras by leases of ``lease_s`` seconds; 0: one has them all.

    Raises InvalidInput naming the field.
    """
    if lease_s and not lease_rules.SHORTEST_S <= lease_s <= lease_rules.LONGEST_S:
        raise InvalidInput(
            N_("Between %(low)s and %(high)s seconds."),
            field="lease_s",
            low=lease_rules.SHORTEST_S,
            high=lease_rules.LONGEST_S,
        )
    before = node.lease_s
    if before == lease_s:
        return
    node.lease_s = lease_s
    audit.record(actor, "video.node_share", node, lease_s=[before, lease_s])
    db.session.flush()


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
