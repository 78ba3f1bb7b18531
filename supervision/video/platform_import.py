"""The job that asks platforms: whether they answer, and for their trees of devices and channels.

A page of the tree is asked for outside any transaction and kept in one of its own, with the place
where the import stands: killed and begun again it goes on there. A row that cannot be read is told
of and passed over; a device whose channels cannot be had keeps those it had. Nothing is deleted: what
an import has not seen is marked as gone, and comes back when it is seen again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy import Select, func, select, update

from supervision.core import clock, crypto
from supervision.core.db import db
from supervision.core.outbound import SendError
from supervision.core.scope import unscoped
from supervision.core.web.state import settings
from supervision.video import platform_client
from supervision.video.platform_client import BadRowError, Place, Row
from supervision.video.platform_models import PlatformChannel, PlatformTask, VideoPlatform

TRIES = 4
AGAIN = timedelta(seconds=20)
# Other jobs wait meanwhile; the next run goes on.
LONGEST_S = 45.0
REFUSED_KEPT = 50
_WHY = "the job asks every platform, whoever entered it"
_FIGURES = ("devices", "channels", "new", "renamed", "gone", "refused")


@dataclass(frozen=True, slots=True)
class Task:
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


# What is kept of one answer; called inside a transaction.
Keep = Callable[[], None]


class StoppedError(Exception):
    """Nothing went wrong: the task was withdrawn or put anew, or there is no more time."""


def waiting(now: datetime) -> Sequence[int]:
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


def begin(platform_id: int) -> Task | None:
    platform = _read(platform_id)
    if platform is None or platform.task is None or platform.task_at is None:
        return None
    now, task, at = clock.now(), platform.task, platform.task_at
    if task is PlatformTask.IMPORT and platform.cursor is None:
        run = platform.run + 1
        begun = {"run": run, "run_at": now, "counts": {}, "refused": []}
        _write(platform_id, **begun, cursor={"page": 1, "device": "", "part": 1})
        platform = _read(platform_id) or platform
    try:
        key = crypto.decrypt(platform.api_key) if platform.api_key else ""
    except InvalidToken:
        _write(platform_id, **_DONE | {"asked_at": now, "problem": "key_changed"})
        return None
    place = Place(platform.base_url, key, tuple(settings().stream_hosts))
    cursor = dict(platform.cursor or {})
    return Task(platform_id, place, task, at, platform.run, cursor)


def steps(task: Task, until: float) -> Iterator[Keep]:
    """What is to be kept of each answer, one after the other: each call in a transaction of its own.

    Between them the platform is asked, in none. Raises SendError, and StoppedError past ``until``
    (monotonic seconds).
    """
    if task.task is PlatformTask.CHECK:
        platform_client.devices(task.place, 1, 1)
        yield partial(_answered, task)
        return
    page, after = int(task.cursor["page"]), str(task.cursor["device"])
    part = int(task.cursor["part"])
    while True:
        devices = platform_client.devices(task.place, page)
        for row in devices.rows:
            try:
                device = platform_client.device_of(row)
            except BadRowError as error:
                told = _Found()
                told.refuse(platform_client.code_of(row), "", str(error))
                yield partial(_keep, task, told, None)
                continue
            if not _is_done(task, device[0], after, part):
                yield from _channels(task, page, device, part if device[0] == after else 1, until)
        if (
            page * platform_client.PAGE >= min(devices.total, platform_client.MOST)
            or not devices.rows
        ):
            break
        page, after, part = page + 1, "", 1
        yield partial(_keep, task, _Found(), {"page": page, "device": "", "part": 1})
        _on_time(until)
    yield partial(_finish, task)


def _answered(task: Task) -> None:
    _still(task)
    _write(task.platform_id, **_DONE | {"asked_at": clock.now()})


def _is_done(task: Task, device: str, after: str, part: int) -> bool:
    """Whether this import has read a device before it was broken off at ``after``."""
    if not after:
        return False
    return part == 0 if device == after else _is_seen(task, device)


def _channels(
    task: Task, page: int, device: tuple[str, str], part: int, until: float
) -> Iterator[Keep]:
    code = device[0]
    while True:
        found = _Found()
        try:
            listed = platform_client.channels(task.place, code, part)
        except SendError as error:
            if error.code != "platform_error":
                raise
            found.refuse(code, "", error.code)
            yield partial(_see_all, task, code)
            yield partial(_keep, task, found, {"page": page, "device": code, "part": 0})
            _on_time(until)
            return
        rows = _rows_of(code, listed.rows, found)
        is_last = (
            part * platform_client.PAGE >= min(listed.total, platform_client.MOST)
            or not listed.rows
        )
        found.count("devices", int(is_last))
        cursor = {"page": page, "device": code, "part": 0 if is_last else part + 1}
        yield partial(_take, task, device, rows, found, cursor)
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


def _take(
    task: Task,
    device: tuple[str, str],
    rows: Sequence[Row],
    found: _Found,
    cursor: dict[str, Any],
) -> None:
    _still(task)
    code, name = device
    stmt = _of_device(task, code).where(
        PlatformChannel.channel_id.in_([row.channel_id for row in rows])
    )
    known = {c.channel_id: c for c in db.session.scalars(unscoped(stmt, reason=_WHY))}
    now = clock.now()
    for row in rows:
        channel = known.get(row.channel_id)
        if channel is None:
            channel = PlatformChannel(
                platform_id=task.platform_id,
                device_id=code,
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
    _note(task, found, cursor)


def _see_all(task: Task, device: str) -> None:
    """What a device had is not gone because its list could not be had."""
    _still(task)
    mine = update(PlatformChannel).where(
        PlatformChannel.platform_id == task.platform_id, PlatformChannel.device_id == device
    )
    db.session.execute(unscoped(mine.values(run=task.run), reason=_WHY))


def _is_seen(task: Task, device: str) -> bool:
    stmt = _of_device(task, device).where(PlatformChannel.run == task.run).limit(1)
    return db.session.scalars(unscoped(stmt, reason=_WHY)).first() is not None


def _of_device(task: Task, device: str) -> Select[Any]:
    return select(PlatformChannel).where(
        PlatformChannel.platform_id == task.platform_id, PlatformChannel.device_id == device
    )


def _finish(task: Task) -> None:
    """Mark what was not seen. Of a tree with nothing in it nothing is believed."""
    _still(task)
    mine = (PlatformChannel.platform_id == task.platform_id, PlatformChannel.seen_at.is_not(None))
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
    _write(task.platform_id, **_DONE | {"asked_at": now, "imported_at": now})


def _keep(task: Task, found: _Found, cursor: dict[str, Any] | None) -> None:
    _still(task)
    _note(task, found, cursor)


def _note(task: Task, found: _Found, cursor: dict[str, Any] | None) -> None:
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


def failed(task: Task, error: SendError) -> int:
    """1 where it is over. Tried again a few times; a key that is refused is no matter of patience."""
    platform = _read(task.platform_id)
    if platform is None or platform.task_at != task.at:
        return 0
    tries = platform.tries + 1
    is_over = tries >= TRIES or error.code in {"key_refused", "not_listed", "no_platform"}
    told = {"problem": error.code, "problem_detail": error.detail, "asked_at": clock.now()}
    done = _DONE if is_over else {"tries": tries}
    _write(task.platform_id, **done | told)
    return int(is_over)


def _still(task: Task) -> None:
    platform = _read(task.platform_id)
    if platform is None or platform.task_at != task.at:
        raise StoppedError


def _on_time(until: float) -> None:
    if time.monotonic() > until:
        raise StoppedError


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
