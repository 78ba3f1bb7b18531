"""The regulator's loop as a script: which inspection, order or case takes which step when. Pure.

Every chain is laid out backwards from today, in working hours, each step after the one before:
what the table says an order has come to, it has come to on any day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from supervision.core import clock
from supervision.core.clock import SHANGHAI
from supervision.core.tables import read_table
from supervision.demo.story import BETWEEN_STEPS, working_hours_before

DATA = Path(__file__).parent / "data"
Beats = tuple[tuple[float, str], ...]

# Before the visit and on its day: days from it, and the verb.
_ASKED: Beats = ((-6, "create"), (-5.8, "submit"))
_AGREED: Beats = (*_ASKED, (-4, "approve"))
_TOLD: Beats = (*_AGREED, (-3, "notify"))
_BEGUN: Beats = (*_TOLD, (0, "start"))
_DONE: Beats = (*_BEGUN, (0.1, "record"))

INSPECTIONS: Mapping[str, Beats] = {
    "draft": ((-20, "create"),),
    "submitted": ((-15, "create"), (-14.8, "submit")),
    "approved": ((-12, "create"), (-11.8, "submit"), (-9, "approve")),
    "notified": ((-9, "create"), (-8.8, "submit"), (-6, "approve"), (-4, "notify")),
    "ongoing": _BEGUN,
    "recorded": _DONE,
    "cancelled": (*_AGREED, (-1, "cancel")),
}
# A patrol, a visit or a technical service needs neither approval nor notice.
VISITS: Mapping[str, Beats] = {
    "draft": ((-20, "create"),),
    "recorded": ((-2, "create"), (0, "start"), (0.1, "record")),
}

_SERVED: Beats = (
    (0.2, "draft"),
    (0.3, "submit_order"),
    (1, "approve_order"),
    (1.1, "issue"),
    (2, "serve"),
    (3, "take_on"),
)
# How an order goes on after the record: days from the visit, and the verb.
ORDERS: Mapping[str, Beats] = {
    "": (),
    "draft": _SERVED[:1],
    "waiting": _SERVED[:2],
    "issued": _SERVED[:4],
    "served": _SERVED,
    "overdue": _SERVED,
    "asking": (*_SERVED, (16, "ask")),
    "granted": (*_SERVED, (18, "ask"), (20, "grant")),
    "applied": (*_SERVED, (15, "rectify"), (18, "apply")),
    "partly": (*_SERVED, (9, "rectify_first"), (20, "recheck_partly")),
    "closed": (*_SERVED, (7, "rectify"), (8, "apply"), (13, "recheck_done")),
    "void": (*_SERVED[:5], (6, "void")),
    "second": (
        *_SERVED,
        (14, "recheck_failed"),
        (15, "draft_second"),
        (15.2, "submit_order"),
        (16, "approve_order"),
        (16.2, "issue"),
        (17, "serve"),
    ),
    "measure": (
        (0.2, "draft_measure"),
        (0.3, "submit_order"),
        (0.4, "approve_order"),
        (0.5, "issue"),
        (0.6, "serve"),
        (2, "assign"),
        (3, "take_on"),
        (9, "rectify"),
        (12, "recheck_done"),
        (12.2, "verify"),
    ),
    "case": (*_SERVED, (14, "recheck_failed"), (15, "hand_over")),
}

_FILED: Beats = (
    (0, "open_case"),
    (0.3, "add_evidence"),
    (0.5, "submit_case"),
    (2, "file_case"),
    (2.4, "list_evidence"),
)
_MENDED: Beats = ((10, "rectify"), (12, "verify"))
_PUNISHED: Beats = (
    *_FILED,
    *_MENDED,
    (18, "propose"),
    (21, "decide"),
    (23, "serve_case"),
    (25, "publish"),
)
_CLOSED: Beats = (*_PUNISHED, (33, "execute"), (34, "ask_close"), (36, "close_case"))


@dataclass(frozen=True, slots=True)
class After:
    """What follows an inspection besides its order: days from the visit, and the verb."""

    inspection: str
    offset: float
    beats: Beats


# Two penalties within 180 days in one enterprise: the counter of art. 113 warns of the third.
CASES = (
    After("p02", 16, _CLOSED),
    After("p11", 16, _PUNISHED),
    After("p19", 24, _FILED),
)
LISTINGS = (
    After(
        "p04",
        1,
        (
            (0, "assign"),
            (1, "propose_listing"),
            (3, "approve_listing"),
            (5, "take_on"),
            (30, "rectify"),
            (32, "apply_review"),
            (38, "pass_review"),
            (39, "verify"),
        ),
    ),
    After(
        "p15",
        1,
        ((0, "assign"), (1, "propose_listing"), (3, "approve_listing"), (5, "take_on")),
    ),
    # Not under an order: the ticket alone.
    After("p09", 1, ((0, "assign"), (3, "take_on"), (9, "rectify"), (12, "verify"))),
    After("p18", 1, ((0, "assign"), (3, "take_on"))),
)


@dataclass(frozen=True, slots=True)
class Script:
    """One inspection of the table. ``fails``: position -> whether the officers call it major."""

    key: str
    enterprise: int
    days: int
    kind: str
    item: str
    checklist: str
    fails: Mapping[int, bool]
    state: str
    order: str
    terms: tuple[int, ...]
    subject: str
    mark: str


@dataclass(frozen=True, slots=True)
class Beat:
    """One verb of one script at one instant."""

    at: datetime
    key: str
    verb: str


def read_scripts() -> list[Script]:
    """The table of inspections."""
    return [
        Script(
            key=row["key"],
            enterprise=int(row["enterprise"]),
            days=int(row["days"]),
            kind=row["kind"],
            item=row["item"],
            checklist=row["checklist"],
            fails={int(t.rstrip("!")): t.endswith("!") for t in _parts(row["fails"])},
            state=row["state"],
            order=row["order"],
            terms=tuple(int(t) for t in _parts(row["terms"])),
            subject=row["subject"],
            mark=row["mark"],
        )
        for row in read_table(DATA / "inspections.tsv")
    ]


def _parts(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def beats_of(script: Script, now: datetime) -> list[Beat]:
    """All steps of an inspection and of what followed it, every one before ``now``."""
    by_kind = INSPECTIONS if script.kind == "administrative" else VISITS
    beats = [*by_kind[script.state], *ORDERS[script.order]]
    for after in (*LISTINGS, *CASES):
        if after.inspection == script.key:
            beats += [(after.offset + offset, verb) for offset, verb in after.beats]
    times = lay_out([script.days - offset for offset, _verb in beats], now)
    return [Beat(at, script.key, verb) for at, (_o, verb) in zip(times, beats, strict=True)]


def day_of_visit(script: Script, beats: Sequence[Beat], now: datetime) -> date:
    """When it took place, or the working day for which it is planned."""
    for beat in beats:
        if beat.verb == "start":
            return clock.day_of(beat.at)
    day = clock.day_of(now) - timedelta(days=script.days)
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return day


def lay_out(days_ago: Sequence[float], now: datetime) -> list[datetime]:
    """An instant in working hours for each, in order, the last of them before ``now``."""
    found: list[datetime] = []
    limit = now - timedelta(minutes=20)
    for ago in reversed(days_ago):
        whole = int(ago // 1)
        # 0.25 days are a day's morning, not six hours: what happens in one day stays in it.
        day = clock.day_of(now) - timedelta(days=whole + (ago > whole))
        hour = 9.5 + (whole + (ago > whole) - ago) * 8
        at = working_hours_before(min(_instant(day, hour), limit))
        found.append(at)
        limit = at - BETWEEN_STEPS
    return found[::-1]


def _instant(day: date, hour: float) -> datetime:
    """``hour`` o'clock of Shanghai, as a number."""
    at = time(int(hour), int(hour % 1 * 60))
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)
