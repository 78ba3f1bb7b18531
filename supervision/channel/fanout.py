"""From notices to deliveries, inside the transaction that fills the inboxes.

A fixed number of statements for a batch. A notice that is told again makes no second delivery.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from supervision.channel import rules
from supervision.channel.models import Channel, Delivery, NoticePreference
from supervision.channel.rules import DeliveryState, Purpose, Way
from supervision.core import clock
from supervision.core.db import db
from supervision.core.holidays import workday_table
from supervision.core.notices import Audience, Notice
from supervision.core.scope import unscoped
from supervision.core.web.state import settings
from supervision.core.workdays import is_workday
from supervision.enterprise.models import Enterprise

_WHY = "a notice goes to whom it concerns, whoever wrote it"
_CHUNK = 500
_LEADING = (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.SENT)
_OF_ENTERPRISES = (Audience.SUPERVISORS, Audience.ENTERPRISE_PEOPLE)


@dataclass(slots=True)
class _Lead:
    """The delivery that others of the same matter may join, or must keep a distance from."""

    uid: str
    due_at: datetime
    is_waiting: bool
    row: dict[str, Any] | None = None
    joined: int = 0


@dataclass(slots=True)
class _Batch:
    now: datetime
    cooldown: timedelta
    leads: dict[tuple[int, int, str], _Lead] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)


def fan_out(notices: Sequence[Notice], told: Mapping[int, frozenset[int]]) -> int:
    """Write a delivery for each channel that hears a notice and each person who wants it by mail.

    ``told``: notice id -> accounts. Returns how many deliveries there are to make.
    """
    channels = _channels()
    if not notices or not channels:
        return 0
    now = clock.now()
    mail = next((channel for channel in channels if channel.is_mail), None)
    wanted = [
        *_for_groups(notices, [c for c in channels if not c.is_mail]),
        *(_for_people(notices, told, mail, now) if mail else ()),
    ]
    known = _known([row["dedupe"] for row in wanted])
    fresh = [row for row in wanted if row["dedupe"] not in known]
    batch = _Batch(now, timedelta(minutes=settings().notice_cooldown_minutes))
    batch.leads = _leads(fresh, batch)
    for row in fresh:
        _place(row, batch)
    _write(batch)
    return len(batch.rows)


def _channels() -> Sequence[Channel]:
    stmt = select(Channel).where(Channel.is_enabled).order_by(Channel.id)
    return db.session.scalars(unscoped(stmt, reason=_WHY)).all()


def _for_groups(notices: Sequence[Notice], channels: Sequence[Channel]) -> Iterator[dict[str, Any]]:
    if not channels:
        return
    regions = _regions({n.audience_id for n in notices if n.audience in _OF_ENTERPRISES})
    now = clock.now()
    for notice in notices:
        subject = rules.subject_of(notice.kind)
        for channel in channels:
            if channel.only_urgent and not subject.is_urgent:
                continue
            if subject.topic.value in channel.topics and rules.hears(
                channel.reach,
                region_code=channel.region_code,
                enterprise_id=channel.enterprise_id,
                audience=notice.audience,
                about=notice.audience_id,
                about_region=regions.get(notice.audience_id or 0, ""),
            ):
                yield _row(notice, channel, None, Way.NOW, now)


def _regions(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {i for i in ids if i}
    if not wanted:
        return {}
    stmt = select(Enterprise.id, Enterprise.region_code).where(Enterprise.id.in_(wanted))
    return dict(db.session.execute(unscoped(stmt, reason=_WHY)).tuples().all())


def _for_people(
    notices: Sequence[Notice], told: Mapping[int, frozenset[int]], mail: Channel, now: datetime
) -> Iterator[dict[str, Any]]:
    wishes = _wishes(frozenset().union(*(told[n.id] for n in notices)))
    for notice in notices:
        subject = rules.subject_of(notice.kind)
        for account in sorted(told[notice.id] & wishes.keys()):
            wish = wishes[account]
            way = wish.way_of(subject.topic)
            if way is Way.OFF:
                continue
            if subject.is_urgent:
                yield _row(notice, mail, account, Way.NOW, now)
            elif way is Way.NOW:
                yield _row(notice, mail, account, way, _awake(wish, now))
            else:
                yield _row(notice, mail, account, way, _digest_at(wish, now))


def _wishes(accounts: Iterable[int]) -> dict[int, NoticePreference]:
    """Of those who confirmed an address, by account."""
    found: dict[int, NoticePreference] = {}
    for part in _chunks(sorted(accounts)):
        stmt = select(NoticePreference).where(
            NoticePreference.account_id.in_(part), NoticePreference.confirmed_at.is_not(None)
        )
        rows = db.session.scalars(unscoped(stmt, reason=_WHY))
        found.update((row.account_id, row) for row in rows)
    return found


def _awake(wish: NoticePreference, now: datetime) -> datetime:
    local = now.astimezone(clock.SHANGHAI)
    return rules.after_quiet(local, wish.quiet_from, wish.quiet_to)


def _digest_at(wish: NoticePreference, now: datetime) -> datetime:
    table = workday_table()
    return rules.next_digest(
        now.astimezone(clock.SHANGHAI),
        settings().digest_hour,
        lambda day: not wish.workdays_only or is_workday(day, table),
    )


def _row(
    notice: Notice, channel: Channel, account: int | None, way: Way, due_at: datetime
) -> dict[str, Any]:
    return {
        "uid": secrets.token_hex(16),
        "dedupe": f"n{notice.id}:c{channel.id}:a{account or 0}",
        "purpose": Purpose.NOTICE,
        "channel_id": channel.id,
        "account_id": account,
        "notice_id": notice.id,
        "kind": notice.kind,
        "way": way,
        "cool_key": rules.cool_key(notice.kind, notice.link),
        "state": DeliveryState.WAITING,
        "due_at": due_at,
        "give_up_at": due_at + give_up(),
        "attempts": 0,
        "claim": "",
        "error": "",
        "detail": "",
        "merged_count": 0,
        "parent_uid": "",
        "created_at": clock.now(),
    }


def give_up() -> timedelta:
    """How long a delivery is tried for."""
    return timedelta(hours=settings().notice_give_up_hours)


# --- the same matter again -----------------------------------------------------------------------


def _place(row: dict[str, Any], batch: _Batch) -> None:
    """Join what waits already; keep the distance from what was sent."""
    batch.rows.append(row)
    if row["way"] is not Way.NOW or not batch.cooldown:
        return
    key = (row["channel_id"], row["account_id"] or 0, row["cool_key"])
    lead = batch.leads.get(key)
    if lead is not None and lead.is_waiting:
        lead.joined += 1
        row.update(state=DeliveryState.MERGED, parent_uid=lead.uid)
        return
    if lead is not None:
        row["due_at"] = max(row["due_at"], lead.due_at + batch.cooldown)
        row["give_up_at"] = row["due_at"] + give_up()
    batch.leads[key] = _Lead(row["uid"], row["due_at"], is_waiting=True, row=row)


def _leads(rows: Sequence[Mapping[str, Any]], batch: _Batch) -> dict[tuple[int, int, str], _Lead]:
    """The newest delivery of each matter that lies within the cool-down, or still waits."""
    found: dict[tuple[int, int, str], _Lead] = {}
    if not batch.cooldown:
        return found
    keys = sorted({row["cool_key"] for row in rows if row["way"] is Way.NOW})
    for part in _chunks(keys):
        stmt = (
            select(
                Delivery.channel_id, Delivery.account_id, Delivery.cool_key,
                Delivery.uid, Delivery.due_at, Delivery.state, Delivery.attempts,
            )
            .where(
                Delivery.cool_key.in_(part),
                or_(
                    Delivery.due_at > batch.now - batch.cooldown,
                    Delivery.state == DeliveryState.WAITING,
                ),
                Delivery.state.in_(_LEADING),
                Delivery.way == Way.NOW,
            )
            .order_by(Delivery.due_at)
        )  # fmt: skip
        for channel, account, key, uid, due, state, tries in db.session.execute(
            unscoped(stmt, reason=_WHY)
        ).tuples():
            waits = state is DeliveryState.WAITING and not tries
            found[channel, account or 0, key] = _Lead(uid, due, is_waiting=waits)
    return found


def _write(batch: _Batch) -> None:
    joined = []
    for lead in batch.leads.values():
        if lead.joined and lead.row is not None:
            lead.row["merged_count"] = lead.joined
        elif lead.joined:
            joined.append({"lead": lead.uid, "more": lead.joined})
    insert: Any = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    if batch.rows:
        stmt = insert(Delivery).on_conflict_do_nothing(index_elements=[Delivery.dedupe])
        db.session.execute(stmt, batch.rows)
    if joined:
        table: Any = Delivery.__table__
        counted = (
            update(table)
            .where(table.c.uid == bindparam("lead"))
            .values(merged_count=table.c.merged_count + bindparam("more"))
        )
        db.session.connection().execute(counted, joined)


def _known(keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for part in _chunks(keys):
        stmt = select(Delivery.dedupe).where(Delivery.dedupe.in_(part))
        found.update(db.session.scalars(unscoped(stmt, reason=_WHY)))
    return found


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
