"""What a phone that was without a network may send, and which instant its clock meant. Pure.

A message is ``{"client_id", "made_at", "kind", ...}``; the slice that takes it says which kinds
there are and what each carries.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from supervision.core.errors import InvalidInput
from supervision.core.text import N_

MAX_MESSAGES = 100
CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,36}")
# NUL, and half of a surrogate pair, which JSON can carry.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

# A slow network is no wrong clock: below this, the phone's own time is believed.
CLOCK_TOLERANCE = timedelta(minutes=2)

Take = Callable[[Any, str], Any]
# Kind of message -> its fields -> how each is read.
Kinds = Mapping[str, Mapping[str, Take]]


@dataclass(frozen=True, slots=True)
class Message:
    """One saved change, as the phone made it. ``made_at`` is the phone's clock, UTC."""

    client_id: str
    kind: str
    made_at: datetime
    data: Mapping[str, Any]


def parse_batch(
    body: object, kinds: Kinds
) -> tuple[datetime | None, list[Message | InvalidInput], list[str]]:
    """The phone's time of sending, each message or what is wrong with it, and all client ids.

    Raises InvalidInput where the body is no batch at all, or a message has no client id: such a
    message could not even be refused.
    """
    messages = body.get("messages") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(messages, list):
        raise InvalidInput(N_("This is not a batch of messages."), field="messages")
    if len(messages) > MAX_MESSAGES:
        raise InvalidInput(
            N_("At most %(count)s messages at once."), field="messages", count=MAX_MESSAGES
        )
    ids = [client_id_of(m.get("client_id") if isinstance(m, dict) else None) for m in messages]
    parsed: list[Message | InvalidInput] = []
    for client_id, message in zip(ids, messages, strict=True):
        try:
            parsed.append(_message(client_id, message, kinds))
        except InvalidInput as error:
            parsed.append(error)
    return instant_of(body.get("sent_at"), "sent_at", optional=True), parsed, ids


def client_id_of(value: object) -> str:
    """An id that a phone made; raises InvalidInput."""
    if not isinstance(value, str) or not CLIENT_ID.fullmatch(value):
        raise InvalidInput(N_("The message has no valid id."), field="client_id")
    return value


def instant_of(value: object, field: str, *, optional: bool = False) -> datetime | None:
    """An ISO 8601 instant with its zone, in UTC; raises InvalidInput naming ``field``."""
    if value in (None, "") and optional:
        return None
    try:
        found = datetime.fromisoformat(value)  # type: ignore[arg-type]
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InvalidInput(N_("The time of the change cannot be read."), field=field)


def true_time(
    made_at: datetime, sent_at: datetime | None, received_at: datetime, not_before: datetime
) -> datetime:
    """When a change was made by our own clock, as far as that can be known.

    The phone says what its clock showed at the change and at the sending; what it was wrong by
    at the sending it was wrong by at the change. Never in the future, never before the
    inspection existed.
    """
    if sent_at is not None:
        wrong_by = received_at - sent_at
        if abs(wrong_by) > CLOCK_TOLERANCE:
            made_at = _shifted(made_at, wrong_by, received_at)
    return max(min(made_at, received_at), not_before)


def _shifted(made_at: datetime, wrong_by: timedelta, otherwise: datetime) -> datetime:
    """``otherwise`` where the two times of a phone lead out of the calendar."""
    try:
        return made_at + wrong_by
    except OverflowError:
        return otherwise


def _message(client_id: str, message: Mapping[str, Any], kinds: Kinds) -> Message:
    kind = message.get("kind")
    fields = kinds.get(kind) if isinstance(kind, str) else None
    if fields is None:
        raise InvalidInput(N_("This kind of change is not known here."), field="kind")
    made_at = instant_of(message.get("made_at"), "made_at")
    assert made_at is not None
    data = {name: take(message.get(name), name) for name, take in fields.items() if name in message}
    return Message(client_id, str(kind), made_at, data)


def text_up_to(limit: int) -> Take:
    """Reads a text of at most ``limit`` characters."""

    def take(value: Any, field: str) -> str:
        return text_of(value, field, limit)

    return take


def text_of(value: object, field: str, limit: int) -> str:
    """A trimmed text that a database can hold; raises InvalidInput."""
    if not isinstance(value, str) or UNSTORABLE.search(value):
        raise InvalidInput(N_("The text holds a character that cannot be stored."), field=field)
    if len(value.strip()) > limit:
        raise InvalidInput(N_("At most %(limit)s characters."), field=field, limit=limit)
    return value.strip()


def flag(value: Any, field: str) -> bool:
    """Yes or no; raises InvalidInput."""
    if not isinstance(value, bool):
        raise InvalidInput(N_("This must be yes or no."), field=field)
    return value


def item_ref(value: Any, field: str) -> int | str:
    """An item by its number, or by the id that a phone gave the one it added."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31:
        return value
    if isinstance(value, str) and CLIENT_ID.fullmatch(value):
        return value
    raise InvalidInput(N_("The message names no item."), field=field)
