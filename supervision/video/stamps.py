"""Whether a node's configuration is still what it was, without building it.

Two hundred nodes ask every five seconds, and are told with each heartbeat. What a configuration is
made of (``surroundings.py`` and the cameras' rows) lies in rows with versions: as long as none of those has moved, the version that was worked
out last still holds. It is worked out anew from what it says (:func:`configuration.config_version`)
whenever a stamp differs, and once in :data:`TRUSTED` in any case.
"""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Hashable
from typing import Any

from flask import current_app
from sqlalchemy import String, bindparam, func, or_, select
from sqlalchemy import cast as as_type

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import UTCDateTime, db
from supervision.core.holidays import HolidayYear
from supervision.core.scope import unscoped
from supervision.detector.models import DetectorModel
from supervision.enterprise.models import Enterprise
from supervision.video import configuration, node_jobs, queries
from supervision.video.models import Camera, VisionNode
from supervision.video.platform_models import PlatformChannel, VideoPlatform
from supervision.video.surroundings import surroundings
from supervision.video.ticket_models import CameraPermit
from vision.contract import WindowEffect

# Seconds. A row that was changed past its version (a restore, by hand) is heard of after them.
TRUSTED = 600.0
# So much of it, at the most, is taken off by chance.
SPREAD = 0.5
MOST = 10_000
_EXTENSION = "anqi_config_stamps"
_OWN = "what the configuration of the node that asks is made of"


def now_of(actor: Actor, node: VisionNode, group: str) -> tuple[str, bool]:
    """The version of what the node that asks is to run, and whether work waits for it.

    One statement while nothing changes. ``group``: of a cluster, or none.
    """
    stamp, has_work = _stamp(node, group)
    return _version(actor, node, stamp), has_work


def _version(actor: Actor, node: VisionNode, stamp: Hashable) -> str:
    known: dict[str, tuple[Hashable, float, str]]
    known = current_app.extensions.setdefault(_EXTENSION, {})
    held = known.get(node.uid)
    if held is not None and held[0] == stamp and time.monotonic() - held[1] < TRUSTED:
        return held[2]
    cameras = queries.cameras_of_node(actor)
    version = configuration.config_version(node, cameras, surroundings(actor, cameras))
    if len(known) >= MOST:
        known.clear()
    # What is read after the stamp may be newer than it: then the next stamp differs.
    # As if it were older, by chance: all nodes ask anew after a start, and need not ever after.
    age = TRUSTED * SPREAD * random.random()  # noqa: S311 - no secret
    known[node.uid] = (stamp, time.monotonic() - age, version)
    return version


def forget(node: VisionNode) -> None:
    """The whole configuration said something else: ask it next time."""
    current_app.extensions.get(_EXTENSION, {}).pop(node.uid, None)


def _stamp(node: VisionNode, group: str) -> tuple[Hashable, bool]:
    """Differs whenever a row of the configuration has been added, changed or taken away.

    The day is in it: permits end, and the calendar goes on. One statement, one row; beside it
    whether work waits.
    """
    today = clock.today()
    asked = node_jobs.work_asked(node, clock.now(), group) | {"today": clock.start_of(today)}
    # Only a cluster is told where its cameras stand.
    stmt = _around(sites=bool(node.lease_s), of_group=bool(group))
    *around, has_work = db.session.execute(stmt, asked).one()
    return (today, node.lease_s, tuple(around)), bool(has_work)


@functools.cache
def _around(*, sites: bool, of_group: bool) -> Any:
    """The cameras, the calendar, weights, platforms and the cameras' permits, in one row.

    What is listed stands in no order: another one only means that the version is worked out again.
    """
    mine = Camera.node_id == bindparam("node_id")
    model = DetectorModel.sha256 + ":" + as_type(DetectorModel.row_version, String)
    platform = VideoPlatform.uid + ":" + as_type(VideoPlatform.row_version, String)
    parts = [Camera.row_version, func.coalesce(Camera.model_id, 0), Camera.enterprise_id]
    camera = functools.reduce(lambda a, b: a + ":" + as_type(b, String), parts, Camera.uid + "")
    if sites:
        camera = camera + ":" + Enterprise.region_code
    cameras = select(func.aggregate_strings(camera, ",")).where(mine, Camera.is_enabled)
    if sites:
        cameras = cameras.join(Enterprise, Enterprise.id == Camera.enterprise_id)
    permits = (
        select(_many(CameraPermit.id))
        .join(Camera, Camera.id == CameraPermit.camera_id)
        .where(mine, CameraPermit.removed_at.is_(None))
        .where(
            or_(
                CameraPermit.ends_at > bindparam("today", type_=UTCDateTime),
                CameraPermit.effect == WindowEffect.ONLY,
            )
        )
    )
    channels = (
        select(_many(PlatformChannel.id))
        .join(Camera, Camera.id == PlatformChannel.camera_id)
        .where(mine)
    )
    around = select(
        cameras.scalar_subquery(),
        select(func.max(HolidayYear.id)).scalar_subquery(),
        select(func.count(HolidayYear.replaced_at)).scalar_subquery(),
        select(func.aggregate_strings(model, ",")).scalar_subquery(),
        select(func.aggregate_strings(platform, ",")).scalar_subquery(),
        permits.scalar_subquery(),
        channels.scalar_subquery(),
        node_jobs.has_work(of_group=of_group),
    )
    return unscoped(around, reason=_OWN)


def _many(column: Any) -> Any:
    """How many there are and which, in one value: ids are given once."""
    count, total = func.count(column), func.coalesce(func.sum(column), 0)
    return as_type(count, String) + ":" + as_type(total, String)
