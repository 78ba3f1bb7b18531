"""Make the digests of a span and tell of them: all in one transaction, or none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from supervision.core import clock, notices
from supervision.core.db import db
from supervision.core.notices import Audience
from supervision.digest import queries
from supervision.digest.counting import Readers, tallies
from supervision.digest.models import VideoDigest
from supervision.digest.rules import Span, SpanKind, Tally


def make(span: Span, now: datetime, silent_seconds: int) -> int:
    """Write one digest for every scope in which there is something; returns how many."""
    readers = Readers(queries.regions())
    found = tallies(span, readers, now, silent_seconds)
    found.setdefault("all", Tally())
    for code in readers.regions:
        found.setdefault(f"r{code}", Tally())
    made = {
        scope: _write(span, scope, tally, now)
        for scope, tally in sorted(found.items())
        if not tally.is_empty or not scope.startswith("e")
    }
    db.session.flush()
    _tell(span, made, found)
    return len(made)


def _write(span: Span, scope: str, tally: Tally, now: datetime) -> VideoDigest:
    row = VideoDigest(
        kind=span.kind,
        scope=scope,
        region_code=scope[1:] if scope.startswith("r") else "",
        enterprise_id=int(scope[1:]) if scope.startswith("e") else None,
        starts_at=span.start,
        ends_at=span.end,
        figures=tally.figures(),
        made_at=now,
    )
    db.session.add(row)
    return row


def _tell(span: Span, made: Mapping[str, VideoDigest], found: Mapping[str, Tally]) -> None:
    told = {scope: row for scope, row in made.items() if not found[scope].is_empty}
    people = queries.regulators(span.kind)
    for scope, row in told.items():
        if scope == "all":
            _queue(row, Audience.REGION_GROUPS, None)
        elif scope.startswith("r"):
            _queue(row, Audience.REGION_GROUPS, int(row.region_code))
            for account in sorted(people.get(row.region_code, ())):
                _queue(row, Audience.ACCOUNT, account)
    if span.kind is not SpanKind.DAY:
        return
    own = {row.enterprise_id: row for row in told.values() if row.enterprise_id is not None}
    managers = queries.safety_managers(own)
    for enterprise_id, row in own.items():
        _queue(row, Audience.ENTERPRISE_GROUPS, enterprise_id)
        for account in sorted(managers.get(enterprise_id, ())):
            _queue(row, Audience.ACCOUNT, account)


def _queue(row: VideoDigest, audience: Audience, audience_id: int | None) -> None:
    figures = row.figures
    notices.queue(
        f"digest.{row.kind}",
        audience,
        audience_id,
        link=f"/digests/{row.id}",
        start=_stamp(row.starts_at),
        end=_stamp(row.ends_at),
        told=figures["told"],
        confirmed=figures["confirmed"],
        false=figures["false"],
        precision=_percent(figures["precision"]),
        minutes=_minutes(figures["median_s"]),
        waiting=figures["waiting"],
        blind=figures["blind"],
    )


def _stamp(at: datetime) -> str:
    return at.astimezone(clock.SHANGHAI).strftime("%m-%d %H:%M")


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.0%}"


def _minutes(seconds: float | None) -> str:
    return "—" if seconds is None else f"{seconds / 60:.1f}"
