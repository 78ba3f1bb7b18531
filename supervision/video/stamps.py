"""Whether a node's configuration is still what it was, without building it.

Two hundred nodes ask every five seconds, and are told with each heartbeat. What a configuration is
made of (``surroundings.py`` and the cameras' rows) lies in rows with versions: as long as none of those has moved, the version that was worked
out last still holds. It is worked out anew from what it says (:func:`configuration.config_version`)
whenever a stamp differs, and once in :data:`TRUSTED` in any case.
"""

from __future__ import annotations

import time
from collections.abc import Hashable
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import String, func, or_, select
from sqlalchemy import cast as as_type

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.holidays import HolidayYear
from supervision.core.scope import unscoped, visible
from supervision.detector.models import DetectorModel
from supervision.enterprise.models import Enterprise
from supervision.video import configuration, queries
from supervision.video.models import Camera, VisionNode
from supervision.video.platform_models import PlatformChannel, VideoPlatform
from supervision.video.surroundings import surroundings
from supervision.video.ticket_models import CameraPermit
from vision.contract import WindowEffect

# Seconds. A row that was changed past its version (a restore, by hand) is heard of after them.
TRUSTED = 600.0
MOST = 10_000
_EXTENSION = "anqi_config_stamps"
_OWN = "what the configuration of the node that asks is made of"


def version_now(actor: Actor, node: VisionNode) -> str:
    """The version of what the node that asks is to run: two statements while nothing changes."""
    known: dict[str, tuple[Hashable, float, str]]
    known = current_app.extensions.setdefault(_EXTENSION, {})
    stamp = _stamp(actor, node)
    held = known.get(node.uid)
    if held is not None and held[0] == stamp and time.monotonic() - held[1] < TRUSTED:
        return held[2]
    cameras = queries.cameras_of_node(actor)
    version = configuration.config_version(node, cameras, surroundings(actor, cameras))
    if len(known) >= MOST:
        known.clear()
    # What is read after the stamp may be newer than it: then the next stamp differs.
    known[node.uid] = (stamp, time.monotonic(), version)
    return version


def forget(node: VisionNode) -> None:
    """The whole configuration said something else: ask it next time."""
    current_app.extensions.get(_EXTENSION, {}).pop(node.uid, None)


def _stamp(actor: Actor, node: VisionNode) -> Hashable:
    """Differs whenever a row of the configuration has been added, changed or taken away.

    The day is in it: permits end, and the calendar goes on.
    """
    columns = (Camera.uid, Camera.row_version, Camera.model_id, Camera.enterprise_id)
    # Only a cluster is told where its cameras stand.
    site = (Enterprise.region_code,) if node.lease_s else ()
    cameras = visible(Camera, actor, *columns, *site).where(Camera.is_enabled)
    if site:
        cameras = cameras.join(Enterprise, Enterprise.id == Camera.enterprise_id)
    today = clock.today()
    around = db.session.execute(unscoped(_around(node, today), reason=_OWN)).one()
    return (
        today,
        node.lease_s,
        tuple(around),
        tuple(map(tuple, db.session.execute(cameras.order_by(Camera.id)).all())),
    )


def _around(node: VisionNode, today: date) -> Any:
    """The calendar, weights, platforms and the permits of the node's cameras, in one row."""
    model = DetectorModel.sha256 + ":" + as_type(DetectorModel.row_version, String)
    platform = VideoPlatform.uid + ":" + as_type(VideoPlatform.row_version, String)
    permits = (
        select(_many(CameraPermit.id))
        .join(Camera, Camera.id == CameraPermit.camera_id)
        .where(Camera.node_id == node.id, CameraPermit.removed_at.is_(None))
        .where(
            or_(
                CameraPermit.ends_at > clock.start_of(today),
                CameraPermit.effect == WindowEffect.ONLY,
            )
        )
    )
    channels = (
        select(_many(PlatformChannel.id))
        .join(Camera, Camera.id == PlatformChannel.camera_id)
        .where(Camera.node_id == node.id)
    )
    return select(
        select(func.max(HolidayYear.id)).scalar_subquery(),
        select(func.count(HolidayYear.replaced_at)).scalar_subquery(),
        # In no order: another one only means that the version is worked out again.
        select(func.aggregate_strings(model, ",")).scalar_subquery(),
        select(func.aggregate_strings(platform, ",")).scalar_subquery(),
        permits.scalar_subquery(),
        channels.scalar_subquery(),
    )


def _many(column: Any) -> Any:
    """How many there are and which, in one value: ids are given once."""
    count, total = func.count(column), func.coalesce(func.sum(column), 0)
    return as_type(count, String) + ":" + as_type(total, String)
