"""Reads of platforms and their channels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.search import contains
from supervision.video.models import Camera
from supervision.video.platform_models import PlatformChannel, VideoPlatform

# A platform is asked within this time of being told to, while the scheduler runs.
SOON = timedelta(minutes=1)


class Shown(StrEnum):
    """What of a tree is listed."""

    FREE = "free"
    CAMERAS = "cameras"
    NEW = "new"
    RENAMED = "renamed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class ChannelFilter:
    """What the tree is narrowed to; empty means all."""

    text: str = ""
    shown: Shown | None = None
    is_online: bool | None = None
    device_id: str = ""
    region: str = ""

    @property
    def active(self) -> int:
        return sum(
            (bool(self.shown), self.is_online is not None, bool(self.device_id), bool(self.region))
        )


def list_platforms(actor: Actor) -> Select[Any]:
    return (
        visible(VideoPlatform, actor)
        .options(joinedload(VideoPlatform.node))
        .order_by(VideoPlatform.name, VideoPlatform.id)
    )


def get_platform(platform_id: int, actor: Actor) -> VideoPlatform:
    stmt = visible(VideoPlatform, actor).where(VideoPlatform.id == platform_id)
    found: VideoPlatform | None = db.session.scalars(
        stmt.options(joinedload(VideoPlatform.node))
    ).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Counted:
    """Channels of one platform."""

    all: int = 0
    online: int = 0
    cameras: int = 0
    free: int = 0
    new: int = 0
    renamed: int = 0
    gone: int = 0


def counts(actor: Actor, platforms: Sequence[VideoPlatform]) -> dict[int, Counted]:
    """By platform, in one statement."""
    here = PlatformChannel.gone_at.is_(None)
    stmt = (
        visible(
            PlatformChannel,
            actor,
            PlatformChannel.platform_id,
            count_if(here),
            count_if(here & PlatformChannel.is_online),
            count_if(PlatformChannel.camera_id.is_not(None)),
            count_if(_shown(Shown.FREE)),
            count_if(_shown(Shown.NEW)),
            count_if(_shown(Shown.RENAMED)),
            count_if(_shown(Shown.GONE)),
        )
        .join(VideoPlatform, VideoPlatform.id == PlatformChannel.platform_id)
        .where(PlatformChannel.platform_id.in_([platform.id for platform in platforms]))
        .group_by(PlatformChannel.platform_id)
    )
    return {row[0]: Counted(*(int(n or 0) for n in row[1:])) for row in db.session.execute(stmt)}


def list_channels(actor: Actor, platform: VideoPlatform, wanted: ChannelFilter) -> Select[Any]:
    """The platform's tree in the order of its codes, devices one after the other."""
    stmt = (
        visible(PlatformChannel, actor)
        .join(VideoPlatform, VideoPlatform.id == PlatformChannel.platform_id)
        .where(PlatformChannel.platform_id == platform.id, *_conditions(wanted))
    )
    camera = joinedload(PlatformChannel.camera).joinedload(Camera.enterprise)
    return stmt.options(camera).order_by(PlatformChannel.device_id, PlatformChannel.channel_id)


def _conditions(wanted: ChannelFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text:
        texts = (PlatformChannel.name, PlatformChannel.device_name, PlatformChannel.channel_id)
        found.append(contains(wanted.text, *texts))
    if wanted.shown:
        found.append(_shown(wanted.shown))
    if wanted.is_online is not None:
        found.append(PlatformChannel.is_online.is_(wanted.is_online))
    if wanted.device_id:
        found.append(PlatformChannel.device_id == wanted.device_id)
    if wanted.region.isascii() and wanted.region.isdecimal():
        found.append(region_range(PlatformChannel.region_code, wanted.region))
    return found


def _shown(shown: Shown) -> ColumnElement[bool]:
    """New and renamed: since the last import began. Needs the platform joined."""
    channel, began = PlatformChannel, VideoPlatform.run_at
    return {
        Shown.FREE: channel.camera_id.is_(None) & channel.gone_at.is_(None),
        Shown.CAMERAS: channel.camera_id.is_not(None),
        Shown.NEW: channel.gone_at.is_(None) & (channel.first_seen_at >= began),
        Shown.RENAMED: channel.renamed_at >= began,
        Shown.GONE: channel.gone_at.is_not(None),
    }[shown]


def chosen(actor: Actor, platform: VideoPlatform, ids: Sequence[int]) -> Sequence[PlatformChannel]:
    """Of those ticked the ones that are this platform's."""
    stmt = visible(PlatformChannel, actor).where(
        PlatformChannel.platform_id == platform.id, PlatformChannel.id.in_(ids)
    )
    return db.session.scalars(stmt.order_by(PlatformChannel.id)).all()


def cameras_of(platform: VideoPlatform, limit: int = 1) -> Sequence[PlatformChannel]:
    """Channels that are cameras, whoever asks: a platform that is used is not removed."""
    stmt = (
        select(PlatformChannel)
        .where(PlatformChannel.platform_id == platform.id, PlatformChannel.camera_id.is_not(None))
        .limit(limit)
    )
    why = "a platform that any camera needs is not removed"
    return db.session.scalars(unscoped(stmt, reason=why)).all()


def of_nodes(node_ids: Collection[int | None]) -> Sequence[VideoPlatform]:
    """The platforms from which cameras of these nodes are asked for, in a fixed order."""
    if not node_ids:
        return ()
    mine = (
        select(PlatformChannel.platform_id)
        .join(Camera, Camera.id == PlatformChannel.camera_id)
        .where(Camera.node_id.in_(node_ids))
    )
    stmt = select(VideoPlatform).where(VideoPlatform.id.in_(mine)).order_by(VideoPlatform.id)
    why = "a configuration holds the platforms of its cameras, which its reader may see"
    return db.session.scalars(unscoped(stmt, reason=why)).all()
