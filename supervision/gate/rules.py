"""What art. 41 of the Administrative Penalties Law asks of a camera. Pure.

"Legal and technical review ... reasonably sited, clearly marked, its location published ... records
that were not reviewed, or do not conform, are no evidence of an administrative penalty" (2021 text,
read: FACTS 0.2, 2.2). It binds penalties only: to have a hazard put right needs none of this.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from supervision.core import clock
from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.gate.workflow import STANDING, GateState


class Lack(StrEnum):
    """Why a record does not cover an episode, in the order of the law."""

    LEGAL = "legal"
    TECHNICAL = "technical"
    SITING = "siting"
    PUBLISHED = "published"
    NOT_APPROVED = "not_approved"
    WITHDRAWN = "withdrawn"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    CERTIFICATE = "certificate"
    TURNED = "turned"
    MOVED = "moved"
    STREAM = "stream"
    PLACE = "place"


class Part(StrEnum):
    """The three papers, each with its scan."""

    LEGAL = "legal"
    TECHNICAL = "technical"
    PUBLISHED = "published"


class Record(Protocol):
    """What is asked of a record; days are statutory days."""

    status: GateState
    legal_by: str
    legal_on: date | None
    legal_number: str
    legal_scan_id: int | None
    technical_by: str
    technical_on: date | None
    technical_number: str
    technical_scan_id: int | None
    certificate_until: date | None
    published_where: str
    published_on: date | None
    published_scan_id: int | None
    siting: str
    valid_from: date | None
    valid_until: date | None
    ended_on: date | None
    approved_at: datetime | None
    stream_print: str
    place: str


R = TypeVar("R", bound=Record)

# The fields that approval needs, with the lack that each stands for.
REQUIRED: dict[str, Lack] = {
    "legal_by": Lack.LEGAL,
    "legal_on": Lack.LEGAL,
    "legal_number": Lack.LEGAL,
    "legal_scan_id": Lack.LEGAL,
    "technical_by": Lack.TECHNICAL,
    "technical_on": Lack.TECHNICAL,
    "technical_number": Lack.TECHNICAL,
    "technical_scan_id": Lack.TECHNICAL,
    "siting": Lack.SITING,
    "published_where": Lack.PUBLISHED,
    "published_on": Lack.PUBLISHED,
    "published_scan_id": Lack.PUBLISHED,
    "valid_from": Lack.NOT_YET,
    "valid_until": Lack.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Stand:
    """How the camera stands: what was reviewed must still be what looks.

    ``view_from``: when a person last said that it had been turned on purpose. ``was_moved``: at
    the instant that is asked about, a ticket said that its view had moved.
    """

    stream_print: str
    place: str
    view_from: datetime | None = None
    was_moved: bool = False


def missing(record: Record) -> list[str]:
    """The names of the fields that approval needs and that are empty."""
    return [name for name in REQUIRED if not getattr(record, name)]


def lacks(record: Record | None, stand: Stand, at: datetime) -> tuple[Lack, ...]:
    """Why ``record`` does not let what was seen at ``at`` prove a penalty; empty: it does.

    The location was published before the day, the reviews were made by it, and the record stood
    by then: one that is drawn up afterwards, with earlier days in it, covers nothing of before.
    """
    if record is None:
        return Lack.LEGAL, Lack.TECHNICAL, Lack.PUBLISHED
    day = clock.day_of(at)
    found = {REQUIRED[name] for name in missing(record)}
    if record.legal_on is not None and record.legal_on > day:
        found.add(Lack.LEGAL)
    if record.technical_on is not None and record.technical_on > day:
        found.add(Lack.TECHNICAL)
    if record.published_on is not None and record.published_on >= day:
        found.add(Lack.PUBLISHED)
    if record.approved_at is not None and record.approved_at > at:
        found.add(Lack.NOT_YET)
    found |= _state_lacks(record, day) | _stand_lacks(record, stand)
    return tuple(lack for lack in Lack if lack in found)


def _state_lacks(record: Record, day: date) -> set[Lack]:
    if record.status is GateState.WITHDRAWN:
        return {Lack.WITHDRAWN}
    found = set() if record.status in STANDING else {Lack.NOT_APPROVED}
    if record.valid_from is not None and day < record.valid_from:
        found.add(Lack.NOT_YET)
    last = last_day(record)
    if last is not None and day > last:
        found.add(Lack.EXPIRED)
    if record.certificate_until is not None and day > record.certificate_until:
        found.add(Lack.CERTIFICATE)
    return found


def _stand_lacks(record: Record, stand: Stand) -> set[Lack]:
    found = set()
    if is_turned(record.technical_on, stand.view_from):
        found.add(Lack.TURNED)
    if stand.was_moved:
        found.add(Lack.MOVED)
    if record.stream_print and record.stream_print != stand.stream_print:
        found.add(Lack.STREAM)
    if record.place and record.place != stand.place:
        found.add(Lack.PLACE)
    return found


def is_turned(technical_on: date | None, view_from: datetime | None) -> bool:
    """The camera was turned after the day on which it was reviewed."""
    return (
        technical_on is not None
        and view_from is not None
        and view_from >= clock.end_of(technical_on)
    )


def last_day(record: Record) -> date | None:
    """The last day on which it is in force; another record may have ended it early."""
    ends = [day for day in (record.valid_until, record.ended_on) if day is not None]
    return min(ends, default=None)


def best(records: Sequence[R], stand: Stand, at: datetime) -> tuple[R | None, tuple[Lack, ...]]:
    """The record that covers ``at``, or the one that comes nearest, and what that one lacks.

    ``records``: newest first; of two that come as near the newer one is told of.
    """
    judged = [(lacks(record, stand, at), record) for record in records]
    if not judged:
        return None, lacks(None, stand, at)
    found, record = min(judged, key=lambda one: len(one[0]))
    return record, found


def seen_at(started_at: datetime, received_at: datetime) -> datetime:
    """When an episode began for the law: a node's clock may run ahead of ours."""
    return min(started_at, received_at)


def check_days(record: Record, today: date) -> None:
    """The days of a record fit each other. Raises InvalidInput naming the field."""
    for name in ("legal_on", "technical_on", "published_on"):
        day = getattr(record, name)
        if day is not None and day > today:
            raise InvalidInput(N_("This day lies ahead."), field=name)
    if record.valid_from is None or record.valid_until is None:
        return
    before = [record.legal_on, record.technical_on, record.published_on]
    if any(day is not None and day > record.valid_from for day in before):
        raise InvalidInput(
            N_("It begins when both reviews are made and the location is published."),
            field="valid_from",
        )
    if record.valid_until < record.valid_from:
        raise InvalidInput(N_("The end lies before the start."), field="valid_until")
    if record.certificate_until is not None and record.certificate_until < record.valid_from:
        raise InvalidInput(
            N_("The device's certificate has ended by then."), field="certificate_until"
        )


def stream_print(url: str) -> str:
    """A fingerprint of where a picture comes from: a changed password changes nothing in it."""
    parts = urlsplit(url)
    where = f"{(parts.hostname or '').lower()}:{parts.port or ''}{parts.path}?{parts.query}"
    return hashlib.sha256(where.encode()).hexdigest()
