"""The job that asks platforms: whether they answer, and for their trees of devices and channels.

A page of the tree is asked for outside any transaction and kept in one of its own, with the place
where the import stands: killed and begun again it goes on there. A row that cannot be read is told
of and passed over; a device whose channels cannot be had keeps those it had. Nothing is deleted: what
an import has not seen is marked as gone, and comes back when it is seen again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, update

from supervision.core import clock, crypto
from supervision.core.db import db, transaction
from supervision.core.outbound import SendError
from supervision.core.scope import unscoped
from supervision.core.web.state import settings
from supervision.video import platform_client
from supervision.video.platform_client import BadRowError, Place, Row
from supervision.video.platform_models import PlatformChannel, PlatformTask, VideoPlatform

log = logging.getLogger(__name__)
TRIES = 4
AGAIN = timedelta(seconds=20)
# Other jobs wait meanwhile; the next run goes on.
LONGEST_S = 45.0
REFUSED_KEPT = 50
MOST_DEVICES, MOST_CHANNELS = 10_000, 10_000
_WHY = "the job asks every platform, whoever entered it"
_FIGURES = ("devices", "channels", "new", "renamed", "gone", "refused")


@dataclass(frozen=True, slots=True)
class _Task:
    """What was asked of a platform, as read before it is called."""

    platform_id: int
    place: Place
    task: PlatformTask
    at: datetime
    run: int
    cursor: dict[str, Any]


@dataclass(slots=True)
class _Found:
    """What one page brings to the books."""

    figures: dict[str, int] = field(default_factory=dict)
    refused: list[dict[str, str]] = field(default_factory=list)

    def count(self, name: str, number: int = 1) -> None:
        self.figures[name] = self.figures.get(name, 0) + number

    def refuse(self, device: str, channel: str, problem: str) -> None:
        self.count("refused")
        self.refused.append({"device": device, "channel": channel, "problem": problem})


class _StoppedError(Exception):
    """Nothing went wrong: the task was withdrawn or put anew, or there is no more time."""


def work(now: datetime) -> int:
    """Do what platforms are asked for; returns how many tasks came to an end."""
    until, ended = time.monotonic() + LONGEST_S, 0
    for platform_id in _waiting(now):
        with transaction():
            task = _begin(platform_id)
        if task is None:
            continue
        try:
            _do(task, until)
            ended += 1
        except _StoppedError:
            continue
        except SendError as error:
            ended += _failed(task, error)
        except Exception:
            log.exception("platform %s could not be asked", platform_id)
            ended += _failed(task, SendError("broken_off"))
    return ended


def _waiting(now: datetime) -> Sequence[int]:
    """In turn; one that did not answer is left alone for a while."""
    rested = VideoPlatform.tries == 0
    again = VideoPlatform.asked_at <= now - AGAIN
    stmt = (
        select(VideoPlatform.id)
        .where(VideoPlatform.task.is_not(None), rested | again)
        .order_by(VideoPlatform.task_at, VideoPlatform.id)
        .limit(100)
    )
    found = db.session.scalars(unscoped(stmt, reason=_WHY)).all()
    db.session.rollback()
    return found


def _begin(platform_id: int) -> _Task | None:
    platform = _read(platform_id)
    if platform is None or platform.task is None or platform.task_at is None:
        return None
    now, task, at = clock.now(), platform.task, platform.task_at
    if task is PlatformTask.IMPORT and platform.cursor is None:
        run = platform.run + 1
        begun = {"run": run, "run_at": now, "counts": {}, "refused": []}
        _write(platform_id, **begun, cursor={"page": 1, "device": "", "part": 1})
        platform = _read(platform_id) or platform
    key = crypto.decrypt(platform.api_key) if platform.api_key else ""
    place = Place(platform.base_url, key, tuple(settings().stream_hosts))
    cursor = dict(platform.cursor or {})
    return _Task(platform_id, place, task, at, platform.run, cursor)


def _do(task: _Task, until: float) -> None:
    if task.task is PlatformTask.CHECK:
        platform_client.devices(task.place, 1, 1)
        with transaction():
            _still(task)
            _write(task.platform_id, **_DONE, asked_at=clock.now())
        return
    page, after = int(task.cursor["page"]), str(task.cursor["device"])
    part = int(task.cursor["part"])
    while True:
        devices = platform_client.devices(task.place, page)
        for row in devices.rows:
            device = _device(task, row)
            if device is not None and not _is_done(task, device[0], after, part):
                _channels(task, page, device, part if device[0] == after else 1, until)
        if page * platform_client.PAGE >= min(devices.total, MOST_DEVICES) or not devices.rows:
            break
        page, after, part = page + 1, "", 1
        _keep(task, _Found(), {"page": page, "device": "", "part": 1}, until)
    _finish(task)


def _device(task: _Task, row: Any) -> tuple[str, str] | None:
    """Code and name of a device; None where it has none."""
    try:
        return platform_client.device_of(row)
    except BadRowError as error:
        told = _Found()
        told.refuse(platform_client.code_of(row), "", str(error))
        _keep(task, told, None, None)
        return None


def _is_done(task: _Task, device: str, after: str, part: int) -> bool:
    """Whether this import has read a device before it was broken off at ``after``."""
    if not after:
        return False
    return part == 0 if device == after else _is_seen(task, device)


def _channels(task: _Task, page: int, device: tuple[str, str], part: int, until: float) -> None:
    code, name = device
    while True:
        found = _Found()
        try:
            listed = platform_client.channels(task.place, code, part)
        except SendError as error:
            if error.code != "platform_error":
                raise
            found.refuse(code, "", error.code)
            with transaction():
                _still(task)
                _see_all(task, code)
            _keep(task, found, {"page": page, "device": code, "part": 0}, until)
            return
        rows = _rows_of(code, listed.rows, found)
        is_last = part * platform_client.PAGE >= min(listed.total, MOST_CHANNELS) or not listed.rows
        found.count("devices", int(is_last))
        with transaction():
            _still(task)
            _take(task, code, name, rows, found)
            _note(task, found, {"page": page, "device": code, "part": 0 if is_last else part + 1})
        _on_time(until)
        if is_last:
            return
        part += 1


def _rows_of(device: str, given: Sequence[Any], found: _Found) -> list[Row]:
    rows: dict[str, Row] = {}
    for one in given:
        try:
            row = platform_client.channel_of(one)
        except BadRowError as error:
            found.refuse(device, platform_client.code_of(one), str(error))
            continue
        if row is not None and row.channel_id in rows:
            found.refuse(device, row.channel_id, "twice")
        elif row is not None:
            rows[row.channel_id] = row
    return list(rows.values())


def _take(task: _Task, device: str, name: str, rows: Sequence[Row], found: _Found) -> None:
    stmt = _of_device(task, device).where(
        PlatformChannel.channel_id.in_([row.channel_id for row in rows])
    )
    known = {c.channel_id: c for c in db.session.scalars(unscoped(stmt, reason=_WHY))}
    now = clock.now()
    for row in rows:
        channel = known.get(row.channel_id)
        if channel is None:
            channel = PlatformChannel(
                platform_id=task.platform_id,
                device_id=device,
                channel_id=row.channel_id,
                name=row.name,
                first_seen_at=now,
            )
            db.session.add(channel)
            found.count("new")
        elif channel.name != row.name:
            if channel.seen_at is not None:
                channel.name_before, channel.renamed_at = channel.name, now
                found.count("renamed")
            channel.name = row.name
        found.count("channels")
        channel.device_name, channel.parent_id = name, row.parent_id
        channel.civil_code, channel.region_code = row.civil_code, platform_client.region_of(row)
        channel.is_online, channel.ptz = row.is_online, row.ptz
        channel.seen_at, channel.gone_at, channel.run = now, None, task.run
    db.session.flush()


def _see_all(task: _Task, device: str) -> None:
    """What a device had is not gone because its list could not be had."""
    mine = update(PlatformChannel).where(
        PlatformChannel.platform_id == task.platform_id, PlatformChannel.device_id == device
    )
    db.session.execute(unscoped(mine.values(run=task.run), reason=_WHY))


def _is_seen(task: _Task, device: str) -> bool:
    stmt = _of_device(task, device).where(PlatformChannel.run == task.run).limit(1)
    return db.session.scalars(unscoped(stmt, reason=_WHY)).first() is not None


def _of_device(task: _Task, device: str) -> Select[Any]:
    return select(PlatformChannel).where(
        PlatformChannel.platform_id == task.platform_id, PlatformChannel.device_id == device
    )


def _finish(task: _Task) -> None:
    """Mark what was not seen. Of a tree with nothing in it nothing is believed."""
    with transaction():
        _still(task)
        mine = (
            PlatformChannel.platform_id == task.platform_id,
            PlatformChannel.seen_at.is_not(None),
        )
        seen = select(func.count()).select_from(PlatformChannel)
        seen = seen.where(*mine, PlatformChannel.run == task.run)
        if not db.session.scalar(unscoped(seen, reason=_WHY)):
            _write(task.platform_id, **_DONE | {"asked_at": clock.now(), "problem": "empty"})
            return
        now = clock.now()
        unseen = (*mine, PlatformChannel.run < task.run, PlatformChannel.gone_at.is_(None))
        gone = select(func.count()).select_from(PlatformChannel).where(*unseen)
        found = _Found({"gone": db.session.scalar(unscoped(gone, reason=_WHY)) or 0})
        went = update(PlatformChannel).where(*unseen).values(gone_at=now, is_online=False)
        db.session.execute(unscoped(went, reason=_WHY))
        _note(task, found, None)
        _write(task.platform_id, **_DONE, asked_at=now, imported_at=now)


def _keep(task: _Task, found: _Found, cursor: dict[str, Any] | None, until: float | None) -> None:
    with transaction():
        _still(task)
        _note(task, found, cursor)
    if until is not None:
        _on_time(until)


def _note(task: _Task, found: _Found, cursor: dict[str, Any] | None) -> None:
    """Add to the figures, and say where the import stands."""
    platform = _read(task.platform_id)
    assert platform is not None
    counts = {name: platform.counts.get(name, 0) + found.figures.get(name, 0) for name in _FIGURES}
    values: dict[str, Any] = {
        "counts": counts,
        "refused": [*platform.refused, *found.refused][:REFUSED_KEPT],
        "asked_at": clock.now(),
        "tries": 0,
        "problem": "",
        "problem_detail": "",
    }
    _write(task.platform_id, **values | ({"cursor": cursor} if cursor else {}))


def _failed(task: _Task, error: SendError) -> int:
    """Tried again a few times; a key that is refused is no matter of patience."""
    with transaction():
        platform = _read(task.platform_id)
        if platform is None or platform.task_at != task.at:
            return 0
        tries = platform.tries + 1
        is_over = tries >= TRIES or error.code in {"key_refused", "not_listed", "no_platform"}
        told = {"problem": error.code, "problem_detail": error.detail, "asked_at": clock.now()}
        done = _DONE if is_over else {"tries": tries}
        _write(task.platform_id, **done | told)
    return int(is_over)


def _still(task: _Task) -> None:
    platform = _read(task.platform_id)
    if platform is None or platform.task_at != task.at:
        raise _StoppedError


def _on_time(until: float) -> None:
    if time.monotonic() > until:
        raise _StoppedError


def _read(platform_id: int) -> VideoPlatform | None:
    stmt = select(VideoPlatform).where(VideoPlatform.id == platform_id)
    found: VideoPlatform | None = db.session.scalars(
        unscoped(stmt.execution_options(populate_existing=True), reason=_WHY)
    ).first()
    return found


def _write(platform_id: int, **values: Any) -> None:
    """Past the row's version: who edits the platform meanwhile is no second writer of this."""
    stmt = update(VideoPlatform).where(VideoPlatform.id == platform_id).values(**values)
    stmt = stmt.execution_options(synchronize_session=False)
    db.session.execute(unscoped(stmt, reason=_WHY))


_DONE: dict[str, Any] = {
    "task": None,
    "task_at": None,
    "cursor": None,
    "tries": 0,
    "problem": "",
    "problem_detail": "",
}
