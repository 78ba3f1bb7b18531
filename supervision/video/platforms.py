"""Verbs of GB/T 28181 platforms: added, changed, removed, asked; channels made into cameras."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete

from supervision.core import audit, clock, crypto, dialling
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.video import equipment, platform_queries
from supervision.video.equipment import CameraSpec
from supervision.video.models import Camera, VisionNode
from supervision.video.platform_models import PlatformChannel, PlatformTask, VideoPlatform

LONGEST_KEY = 4000
MOST_CHOSEN = 200


@dataclass(frozen=True, slots=True)
class PlatformSpec:
    """What a person decides. ``api_key`` empty on a change: keep the present one."""

    name: str
    base_url: str
    api_key: str = ""
    drop_key: bool = False
    node: VisionNode | None = None


def create(actor: Actor, spec: PlatformSpec, hosts: Sequence[str]) -> VideoPlatform:
    """Raises InvalidInput naming the field. Its tree is imported next, by a job."""
    platform = VideoPlatform(uid=f"plat-{secrets.token_hex(4)}", created_at=clock.now())
    _apply(platform, spec, hosts)
    db.session.add(platform)
    db.session.flush()
    audit.record(actor, "video.platform_create", platform, **_told(platform))
    return platform


def change(platform: VideoPlatform, actor: Actor, spec: PlatformSpec, hosts: Sequence[str]) -> None:
    """The trail keeps before and after, of the key only that it was changed."""
    before = _told(platform)
    _apply(platform, spec, hosts)
    db.session.flush()
    after = _told(platform)
    changed: dict[str, Any] = {k: [before[k], after[k]] for k in after if before[k] != after[k]}
    if spec.api_key or spec.drop_key:
        changed["api_key"] = "changed" if spec.api_key else "removed"
    audit.record(actor, "video.platform_change", platform, changed=changed)


def remove(platform: VideoPlatform, actor: Actor) -> None:
    """Its tree goes with it. Raises Conflict while a camera needs it."""
    if platform_queries.cameras_of(platform):
        raise Conflict(N_("Cameras still take their streams from this platform."))
    audit.record(actor, "video.platform_remove", platform, **_told(platform))
    mine = delete(PlatformChannel).where(PlatformChannel.platform_id == platform.id)
    db.session.execute(unscoped(mine, reason="a platform's tree goes with it"))
    db.session.delete(platform)
    db.session.flush()


def ask(platform: VideoPlatform, actor: Actor, task: PlatformTask) -> None:
    """Have the job try the connection, or import the tree. Asked again it begins anew."""
    platform.task, platform.task_at = task, clock.now()
    platform.cursor, platform.tries = None, 0
    audit.record(actor, "video.platform_ask", platform, task=task)
    db.session.flush()


def assign(
    platform: VideoPlatform,
    actor: Actor,
    channels: Sequence[PlatformChannel],
    enterprise: Enterprise,
    node: VisionNode | None,
    *,
    hosts: Iterable[str],
) -> Sequence[Camera]:
    """A camera of ``enterprise`` of each channel, all or none; rules are set on each camera later.

    Raises InvalidInput where a channel is a camera already, gone, or too many were chosen.
    """
    if not actor.may(Permission.CAMERA_EDIT):
        raise Forbidden
    if not channels:
        raise InvalidInput(N_("Tick the channels that are to become cameras."), field="channels")
    if len(channels) > MOST_CHOSEN:
        raise InvalidInput(
            N_("At most %(most)s channels at a time."), field="channels", most=MOST_CHOSEN
        )
    hosts = tuple(hosts)
    for channel in channels:
        _check_free(channel)
    specs = [_spec_of(platform, channel, node) for channel in channels]
    return [equipment.create_camera(enterprise, actor, one, stream_hosts=hosts) for one in specs]


def _check_free(channel: PlatformChannel) -> None:
    problem = ""
    if channel.camera_id is not None:
        problem = N_("%(name)s is a camera already.")
    elif channel.gone_at is not None:
        problem = N_("%(name)s is gone from the platform.")
    if problem:
        raise InvalidInput(problem, field="channels", name=channel.name)


def _spec_of(
    platform: VideoPlatform, channel: PlatformChannel, node: VisionNode | None
) -> CameraSpec:
    return CameraSpec(
        name=channel.name[:80],
        place=(channel.device_name or channel.name)[:120],
        stream_url=channel.address(platform.uid),
        node=node,
    )


def _apply(platform: VideoPlatform, spec: PlatformSpec, hosts: Sequence[str]) -> None:
    check_base_url(spec.base_url, hosts)
    if len(spec.api_key) > LONGEST_KEY or any(not "!" <= sign <= "~" for sign in spec.api_key):
        raise InvalidInput(
            N_("A key is written in letters, digits and signs, without spaces."), field="api_key"
        )
    if platform.api_key and not (spec.api_key or spec.drop_key):
        _check_same_place(platform.base_url, spec.base_url)
    platform.name, platform.base_url = spec.name, spec.base_url.rstrip("/")
    platform.node_id = spec.node.id if spec.node else None
    if spec.api_key:
        platform.api_key = crypto.encrypt(spec.api_key)
    elif spec.drop_key:
        platform.api_key = ""


def _check_same_place(before: str, after: str) -> None:
    """A key goes to whom it was entered for: another server, or one without TLS, is not told it."""
    was, now = (_origin(url) for url in (before, after))
    if was != now:
        raise InvalidInput(
            N_("The address leads to another place: enter its key, or use none."), field="api_key"
        )


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    parts = dialling.split_url(url)
    if parts is None:
        return None
    usual = 443 if parts.scheme == "https" else 80
    return parts.scheme, parts.hostname, parts.port or usual


def check_base_url(url: str, hosts: Sequence[str]) -> None:
    """An address that may be called: http or https, of a host that the machine's list names."""
    parts = dialling.split_url(url)
    if parts is None or parts.query or len(url) > 300:
        raise InvalidInput(
            N_("Write it as https://host:port, without user, password and query."), field="base_url"
        )
    if not dialling.is_listed(parts.hostname or "", hosts):
        raise InvalidInput(
            N_("The host %(host)s is not on the list of allowed stream hosts (ANQI_STREAM_HOSTS)."),
            field="base_url",
            host=parts.hostname or "",
        )


def _told(platform: VideoPlatform) -> dict[str, Any]:
    return {"name": platform.name, "base_url": platform.base_url, "node_id": platform.node_id}
