"""A channel with a delivery that failed, for tests of access."""

from __future__ import annotations

import secrets

from supervision.channel import service
from supervision.channel.models import Delivery
from supervision.channel.rules import ChannelKind, DeliveryState, Purpose
from supervision.channel.service import ChannelSpec, GroupSpec
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction

# Nobody is ever called there: it lies inside, and no test of access allows that.
URL = "https://127.0.0.1:9/hook/secret-word"


def make_channel(name: str = "Duty group") -> dict[str, int]:
    """Ids of both, under the names that addresses give them."""
    with transaction():
        way = GroupSpec(url=URL, key="a secret-word to sign with")
        channel, _key = service.create(
            ChannelKind.WEBHOOK, SYSTEM, ChannelSpec(name, "en", way), allowed=()
        )
        delivery = Delivery(
            uid=secrets.token_hex(16),
            dedupe=f"test:{name}",
            purpose=Purpose.NOTICE,
            channel_id=channel.id,
            kind="hazard.overdue",
            state=DeliveryState.FAILED,
            error="timeout",
            due_at=clock.now(),
            give_up_at=clock.now(),
            created_at=clock.now(),
        )
        db.session.add(delivery)
        db.session.flush()
        return {"channel_id": channel.id, "delivery_id": delivery.id}
