"""Searches for cameras as their node sees them: taken on lease, told, forgotten in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Select, delete, select, update

from supervision.core import clock, crypto
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import unscoped, visible
from supervision.video import rules
from supervision.video.job_models import JobState
from supervision.video.models import VisionNode
from supervision.video.search_models import CameraSearch
from vision import contract
from vision.contract import Discover, FoundCamera, JobKind, JobResult

# Version of the contract from which on a worker knows such jobs.
SINCE = 4
LEASE = timedelta(minutes=5)
MOST_TRIES = 3
# By then its cameras are added, or the password is typed once more.
PASSWORD_KEPT = timedelta(days=1)
KEPT = timedelta(days=30)
BATCH = 200
_OF_NODE = "searches of the node that asks"
_TIDY = "the system tidies up"


def is_known_to(node: VisionNode) -> bool:
    """One that was put back to an older version would read none of its other work either."""
    return node.speaks >= SINCE


def waiting(node_id: Any, now: Any, is_known: Any) -> Select[Any]:
    """The ids of those that a node may begin, for a question that asks more besides.

    Values, or parameters of its statement.
    """
    return _claimable(node_id, now).with_only_columns(CameraSearch.id).where(is_known)


def hand_out(node: VisionNode, now: datetime) -> tuple[contract.NodeJob, ...]:
    """The searches that wait for ``node``, leased to it from now on."""
    if not is_known_to(node):
        return ()
    stmt = _claimable(node.id, now).order_by(CameraSearch.id).limit(BATCH)
    stmt = stmt.with_for_update(of=CameraSearch, skip_locked=True)
    rows = db.session.scalars(
        unscoped(stmt.execution_options(populate_existing=True), reason=_OF_NODE)
    ).all()
    jobs = []
    for row in rows:
        if row.tries >= MOST_TRIES:
            _end(row, JobState.FAILED, "the worker died in it three times", now)
            continue
        row.status, row.tries, row.lease_until = JobState.TAKEN, row.tries + 1, now + LEASE
        jobs.append(contract.NodeJob(row.uid, JobKind.DISCOVER, "", discover=_discover(row)))
    db.session.flush()
    return tuple(jobs)


def _claimable(node_id: Any, now: Any) -> Select[Any]:
    waits = CameraSearch.status == JobState.WAITING
    lost = (CameraSearch.status == JobState.TAKEN) & (CameraSearch.lease_until < now)
    return select(CameraSearch).where(CameraSearch.node_id == node_id, waits | lost)


def _discover(search: CameraSearch) -> Discover:
    return Discover(search.seconds, tuple(search.hosts), search.login, password_of(search))


def password_of(search: CameraSearch) -> str:
    return crypto.decrypt(search.password) if search.password else ""


def take_result(actor: Actor, result: JobResult) -> bool:
    """How a search ended; False where the job is none of them."""
    stmt = visible(CameraSearch, actor).where(
        CameraSearch.uid == result.job_id, CameraSearch.status == JobState.TAKEN
    )
    stmt = stmt.with_for_update(of=CameraSearch).execution_options(populate_existing=True)
    search: CameraSearch | None = db.session.scalars(stmt).first()
    if search is None:
        return False
    search.found = [contract.to_json(_readable(one)) for one in result.found]
    state = JobState.DONE if result.ok else JobState.FAILED
    _end(search, state, result.problem, clock.now())
    db.session.flush()
    return True


def _readable(camera: FoundCamera) -> FoundCamera:
    """Without what is no address of a stream: a camera calls it one, and a node passes it on."""
    kept = tuple(one for one in camera.profiles if _is_address(one.url))
    problem = camera.problem or ("" if kept or not camera.profiles else "it offers no stream")
    return replace(camera, profiles=kept, problem=problem)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    is_stream = parts.scheme.lower() in rules.STREAM_SCHEMES and bool(parts.hostname)
    return is_stream and port != 0 and parts.username is None and len(url) <= rules.LONGEST_URL


def _end(search: CameraSearch, status: JobState, problem: str, now: datetime) -> None:
    search.status, search.ended_at, search.lease_until = status, now, None
    search.problem = problem[:2000]


def forget_old(now: datetime) -> int:
    """Passwords of yesterday's searches, and searches of a month ago; returns how many changed."""
    stale = (
        update(CameraSearch)
        .where(CameraSearch.created_at < now - PASSWORD_KEPT, CameraSearch.password != "")
        .values(password="")
        .execution_options(synchronize_session=False)
    )
    old = select(CameraSearch.id).where(CameraSearch.created_at < now - KEPT).limit(BATCH)
    ids = db.session.scalars(unscoped(old, reason=_TIDY)).all()
    gone = delete(CameraSearch).where(CameraSearch.id.in_(ids))
    changed = db.session.execute(unscoped(stale, reason=_TIDY)).rowcount  # type: ignore[attr-defined]
    db.session.execute(unscoped(gone, reason=_TIDY))
    return len(ids) + int(changed)
