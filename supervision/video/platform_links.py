"""Which channel of a platform is which camera's: kept with the camera's addresses."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update

from supervision.core import clock, crypto
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.video import gb_codes
from supervision.video.gb_codes import Address
from supervision.video.models import Camera
from supervision.video.platform_models import PlatformChannel, VideoPlatform

_WHY = "a channel is one camera's, whoever writes its address"


# Version of the contract from which on a worker asks platforms for streams.
SINCE = 4


def is_held_back(camera: Camera) -> bool:
    """Whether the camera is a platform's and its node's worker knows none: it is not given it.

    See ``vision/contract/compat.py``. Needs ``node`` loaded.
    """
    node, hints = camera.node, (camera.stream_hint, camera.sub_hint)
    is_leased = any(gb_codes.parse_address(hint) is not None for hint in hints)
    return is_leased and node is not None and node.last_seen_at is not None and node.speaks < SINCE


def link(camera: Camera, actor: Actor) -> None:
    """Make the channels of ``camera``'s addresses its own, and let go of others.

    Raises InvalidInput naming the field where a platform is unknown or a channel another camera's,
    or a new one for whoever does not administer nodes: the platform's key plays them all, wherever
    they are, and codes can be guessed.
    """
    wanted: dict[str, Address] = {}
    for field, cipher in (("stream_url", camera.stream_url), ("sub_url", camera.sub_url)):
        address = gb_codes.parse_address(crypto.decrypt(cipher)) if cipher else None
        if address is not None:
            wanted[field] = address
    mine = {_channel(camera, actor, field, address).id for field, address in wanted.items()}
    others = update(PlatformChannel).where(
        PlatformChannel.camera_id == camera.id, PlatformChannel.id.not_in(mine)
    )
    db.session.execute(unscoped(others.values(camera_id=None), reason=_WHY))


def platform_by_uid(uid: str) -> VideoPlatform | None:
    stmt = select(VideoPlatform).where(VideoPlatform.uid == uid)
    return db.session.scalars(unscoped(stmt, reason=_WHY)).first()


def _channel(camera: Camera, actor: Actor, field: str, address: Address) -> PlatformChannel:
    platform = platform_by_uid(address.platform_uid)
    if platform is None:
        raise InvalidInput(
            N_("There is no platform called %(platform)s."),
            field=field,
            platform=address.platform_uid,
        )
    stmt = select(PlatformChannel).where(
        PlatformChannel.platform_id == platform.id,
        PlatformChannel.device_id == address.device_id,
        PlatformChannel.channel_id == address.channel_id,
    )
    channel = db.session.scalars(unscoped(stmt, reason=_WHY)).first()
    is_mine = channel is not None and channel.camera_id == camera.id
    if not is_mine and not actor.may(Permission.NODE_ADMIN):
        raise InvalidInput(
            N_("Only an administrator makes a platform's channel into a camera."), field=field
        )
    if channel is None:
        # It has not been imported yet; the next import fills in what is known of it.
        channel = PlatformChannel(
            platform_id=platform.id,
            device_id=address.device_id,
            channel_id=address.channel_id,
            name=camera.name,
            region_code=gb_codes.division_of(address.channel_id),
            first_seen_at=clock.now(),
            run=platform.run,
        )
        db.session.add(channel)
        db.session.flush()
    free = or_(PlatformChannel.camera_id.is_(None), PlatformChannel.camera_id == camera.id)
    mine = update(PlatformChannel).where(PlatformChannel.id == channel.id, free)
    # Asked and taken in one: two people may link one channel at the same moment.
    taken = db.session.execute(unscoped(mine.values(camera_id=camera.id), reason=_WHY))
    if not cast("CursorResult[Any]", taken).rowcount:
        raise InvalidInput(
            N_("This channel is another camera's already. One channel is one camera."), field=field
        )
    return channel
