"""What a node delivers of its violations, one message or several in a row, and what it is answered.

Each message is taken, refused or parked by itself: what is wrong with one costs no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from supervision.core.actor import Actor
from supervision.core.db import transaction
from supervision.video import intake, messages, queries, succession
from vision.contract import ContractError, ViolationEvent


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer as the contract tells it: 201 written, 200 known, 409 or 422 with what is wrong."""

    status: int
    event: ViolationEvent | None = None
    field: str = ""
    problem: str = ""


def take(actor: Actor, body: bytes) -> Outcome:
    """Take one message; what does not fit is kept where a person can see it."""
    try:
        event = messages.read_message(ViolationEvent, body)
    except ContractError as error:
        return _unfit(actor, error, body)
    return _taken(actor, event, body)


def take_several(actor: Actor, bodies: Sequence[bytes]) -> list[Outcome]:
    """Take messages in their order; the everyday ones together, each other one by itself.

    Of one episode nothing overtakes: what follows on a message that needs a closer look waits for it.
    """
    read = [_read(body) for body in bodies]
    written = _taken_together(actor, read)
    outcomes = []
    for place, (event, body) in enumerate(zip(read, bodies, strict=True)):
        if isinstance(event, ContractError):
            outcomes.append(_unfit(actor, event, body))
        elif place in written:
            outcomes.append(Outcome(201, event))
        else:
            outcomes.append(_taken(actor, event, body))
    return outcomes


def _read(body: bytes) -> ViolationEvent | ContractError:
    try:
        return messages.read_message(ViolationEvent, body)
    except ContractError as error:
        return error


def _taken_together(actor: Actor, read: Sequence[ViolationEvent | ContractError]) -> set[int]:
    """The places of those that needed no closer look: they are written, in one transaction."""
    written: set[int] = set()
    others: set[str] = set()
    try:
        with transaction():
            for place, event in enumerate(read):
                if isinstance(event, ContractError):
                    continue
                if event.event_id not in others and intake.take_plainly(actor, event):
                    written.add(place)
                else:
                    others.add(event.event_id)
    except ContractError:
        # Whose it is shows when each is taken by itself.
        return set()
    return written


def _taken(actor: Actor, event: ViolationEvent, body: bytes) -> Outcome:
    try:
        with transaction():
            is_new = intake.take_plainly(actor, event) or _look_closer(actor, event)
    except succession.LeaseOverError:
        with transaction():
            intake.refuse(queries.speaker(actor), actor, event, body)
        told = "the camera was another machine's when this was seen"
        return Outcome(409, event, "lease", told)
    except ContractError as error:
        return _unfit(actor, error, body)
    return Outcome(201 if is_new else 200, event)


def _look_closer(actor: Actor, event: ViolationEvent) -> bool:
    node = queries.speaker(actor, in_short=True)
    messages.check_node(event, node.uid)
    return intake.take_event(node, actor, event)


def _unfit(actor: Actor, error: ContractError, body: bytes) -> Outcome:
    park(actor, "violations", error, body)
    return Outcome(422, None, error.field, error.problem)


def park(
    actor: Actor, endpoint: str, error: ContractError, body: bytes, *, event_id: str | None = None
) -> None:
    """Keep what broke the contract where a person can see it."""
    with transaction():
        known = messages.event_id_of(body) if event_id is None else event_id[:64]
        intake.park(queries.speaker(actor), endpoint, known, error, body)
