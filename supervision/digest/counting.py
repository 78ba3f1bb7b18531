"""One pass over a span's violations for every reader at once. Never one statement a reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func
from sqlalchemy.orm import contains_eager, joinedload

from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.digest.rules import Span, Tally
from supervision.enterprise.models import Enterprise
from supervision.video.models import Camera, Violation
from supervision.video.precision import FALSE_REASONS
from supervision.video.rules import LiveState
from supervision.video.workflow import ReviewState

_CHUNK = 1000
_WELL = frozenset({LiveState.RUNNING, LiveState.DISABLED})
# A digest that is late says which cameras are blind now; what they were then nobody knows.
STILL_NEWS = timedelta(hours=1)

Scopes = Callable[[int, str], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Readers:
    """``regions`` that somebody reads for."""

    regions: frozenset[str]

    def scopes(self, enterprise_id: int, region_code: str) -> Iterator[str]:
        """Every scope that an enterprise's rows count in."""
        yield "all"
        yield f"e{enterprise_id}"
        for size in range(1, len(region_code) + 1):
            if region_code[:size] in self.regions:
                yield f"r{region_code[:size]}"


def tallies(span: Span, readers: Readers, now: datetime, silent_seconds: int) -> dict[str, Tally]:
    """By scope; a scope in which nothing was or is to be seen has none."""
    found: dict[str, Tally] = {}

    def of(enterprise_id: int, region_code: str) -> Iterator[Tally]:
        for scope in readers.scopes(enterprise_id, region_code):
            yield found.setdefault(scope, Tally())

    for row in _told(span):
        for tally in of(row[0], row[1]):
            tally.told += row[2]
    for row in _waiting(span):
        for tally in of(row[0], row[1]):
            tally.waiting += row[2]
    for row in _verdicts(span):
        for tally in of(row.enterprise_id, row.region_code):
            _add_verdict(tally, row)
    _add_cameras(of, blind=now - span.end <= STILL_NEWS, silent_seconds=silent_seconds)
    return found


def _add_verdict(tally: Tally, row: Any) -> None:
    if row.is_automatic:
        tally.automatic += 1
        return
    if row.status is ReviewState.CONFIRMED:
        tally.confirmed += 1
    elif row.reject_reason in FALSE_REASONS:
        tally.false += 1
    else:
        tally.other += 1
    tally.seconds.append(max(0.0, (row.verdict_at - row.received_at).total_seconds()))


def _by_enterprise(*columns: Any) -> Select[Any]:
    stmt = visible(Violation, SYSTEM, Violation.enterprise_id, Enterprise.region_code, *columns)
    return stmt.join(Enterprise, Enterprise.id == Violation.enterprise_id)


def _told(span: Span) -> Iterator[Any]:
    stmt = _by_enterprise(func.count(Violation.id))
    stmt = stmt.where(Violation.received_at >= span.start, Violation.received_at < span.end)
    yield from db.session.execute(_grouped(stmt))


def _waiting(span: Span) -> Iterator[Any]:
    """What had come by the end of the span and has no verdict yet."""
    stmt = _by_enterprise(func.count(Violation.id))
    stmt = stmt.where(Violation.status == ReviewState.PENDING, Violation.received_at < span.end)
    yield from db.session.execute(_grouped(stmt))


def _grouped(stmt: Select[Any]) -> Select[Any]:
    return stmt.group_by(Violation.enterprise_id, Enterprise.region_code)


def _verdicts(span: Span) -> Iterator[Any]:
    """By people and by policy; what the system filed under another is none."""
    stmt = _by_enterprise(
        Violation.status,
        Violation.reject_reason,
        Violation.is_automatic,
        Violation.verdict_at,
        Violation.received_at,
    )
    stmt = stmt.where(Violation.verdict_at >= span.start, Violation.verdict_at < span.end)
    by_somebody = Violation.verdict_side.is_not(None) | Violation.is_automatic
    stmt = stmt.where(by_somebody, Violation.status != ReviewState.PENDING)
    yield from db.session.execute(stmt.execution_options(yield_per=_CHUNK))


def _add_cameras(
    of: Callable[[int, str], Iterator[Tally]], *, blind: bool, silent_seconds: int
) -> None:
    stmt = (
        visible(Camera, SYSTEM)
        .join(Enterprise, Enterprise.id == Camera.enterprise_id)
        .where(Camera.is_enabled)
        .options(
            contains_eager(Camera.enterprise), joinedload(Camera.node), joinedload(Camera.health)
        )
        .order_by(Camera.id)
    )
    cameras = db.session.scalars(stmt.execution_options(yield_per=_CHUNK))
    for camera in cameras:
        is_blind = blind and _is_blind(camera, silent_seconds)
        for tally in of(camera.enterprise_id, camera.enterprise.region_code):
            tally.cameras += 1
            if is_blind:
                tally.blind.append(f"{camera.enterprise.display_name} {camera.name}")


def _is_blind(camera: Camera, silent_seconds: int) -> bool:
    if camera.live_state(silent_seconds) not in _WELL:
        return True
    health = camera.fresh_health
    return health is not None and not health.is_well_viewed
