"""The sending, every twenty seconds, and the forgetting, every night. Both idempotent."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from supervision.channel import parcels, sending
from supervision.channel.parcels import Carrier, Parcel
from supervision.core import clock
from supervision.core.db import transaction
from supervision.core.outbound import SendError
from supervision.core.web.state import settings

BATCH = 20
READERS = 100
SWEEP = 500
# A run that takes longer leaves the rest to the next one.
RUN_TERM = timedelta(minutes=4)

log = logging.getLogger(__name__)


def send(now: datetime) -> int:
    """Send what is due, channel by channel in turns; returns how many deliveries were settled."""
    total = _give_up(now) + _bundle(now)
    with transaction():
        left = dict(sending.open_channels(now))
    while left and clock.now() < now + RUN_TERM:
        for channel_id in list(left):
            count, goes_on = _send_some(channel_id, min(BATCH, left[channel_id]))
            total += count
            left[channel_id] -= count
            if not goes_on or left[channel_id] <= 0:
                del left[channel_id]
    return total


def _give_up(now: datetime) -> int:
    with transaction():
        return sending.give_up_overdue(now, SWEEP)


def _bundle(now: datetime) -> int:
    total = 0
    while True:
        with transaction():
            count = sending.bundle_digests(now, READERS)
        total += count
        if count < READERS:
            return total


def _send_some(channel_id: int, limit: int) -> tuple[int, bool]:
    """One batch of a channel: how many were settled, and whether to go on with it."""
    with transaction():
        claimed = sending.claim(channel_id, clock.now(), limit)
    if not claimed:
        return 0, False
    try:
        with transaction():
            target = parcels.channel_target(channel_id)
    except SendError as error:
        return _refuse(claimed, error), False
    with parcels.carrier(target) as carry:
        for number, parcel in enumerate(claimed):
            problem = _attempt(carry, parcel)
            with transaction():
                sending.settle(parcel, problem, clock.now())
            if problem is not None and problem.code not in sending.PERSONAL:
                # The next would fare no better: let the channel catch its breath.
                with transaction():
                    sending.release(claimed[number + 1 :])
                return number + 1, False
    return len(claimed), len(claimed) == limit


def _refuse(claimed: list[Parcel], error: SendError) -> int:
    with transaction():
        sending.settle(claimed[0], error, clock.now())
        sending.release(claimed[1:])
    return 1


def _attempt(carry: Carrier, parcel: Parcel) -> SendError | None:
    if isinstance(parcel.item, SendError):
        return parcel.item
    try:
        carry(parcel.item, clock.now())
    except SendError as error:
        log.warning("delivery %s was not sent: %s", parcel.item.uid, error.code)
        return error
    except Exception:
        log.exception("delivery %s was not sent", parcel.item.uid)
        return SendError("broken")
    return None


def prune(now: datetime) -> int:
    """Forget settled deliveries after the days that the settings name."""
    before, total = now - timedelta(days=settings().delivery_days), 0
    while True:
        with transaction():
            count = sending.prune(before, SWEEP)
        total += count
        if count < SWEEP:
            return total
