"""What phones send of a round: applied once, in order, whatever the network did.

Everything happens under the lock of the round's row, so that the same batch sent twice at once is
applied by one of the two, and the other finds it done. A message that is refused changes nothing;
those after it are applied all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import IO

from sqlalchemy import select

from supervision.core import attachments, clock, phone
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.phone import Message
from supervision.core.phone_batch import apply_each
from supervision.core.text import N_
from supervision.core.web.phone import Result, Sent
from supervision.hazard.rules import Category
from supervision.selfcheck import queries, sync_rules, walking
from supervision.selfcheck.models import CheckRound, CheckSync
from supervision.selfcheck.rules import AnswerResult


def apply_batch(
    round_id: int,
    actor: Actor,
    ids: Sequence[str],
    messages: Sequence[Message | InvalidInput],
    sent_at: datetime | None,
) -> tuple[CheckRound, list[Result]]:
    """Apply what was not applied before; a result for each message, in their order."""
    one = _locked(round_id, actor)
    known = _applied(one, ids)
    received_at = clock.now()

    def apply(one: CheckRound, client_id: str, message: Message) -> None:
        at = _time(one, message.made_at, sent_at, received_at)
        APPLY[message.kind](one, actor, message, at)
        _remember(one, actor, client_id, at, received_at)

    def reload() -> CheckRound:
        return queries.get_round(round_id, actor, for_update=True)

    return apply_each(one, known, ids, messages, apply=apply, reload=reload)


def add_photo(
    round_id: int, actor: Actor, sent: Sent, item: int | str | None, source: IO[bytes]
) -> CheckRound:
    """Keep a photo of an answer, or of the whole round; one that came before is left as it is."""
    one = _locked(round_id, actor)
    if not _applied(one, [sent.client_id]):
        received_at = clock.now()
        at = _time(one, sent.made_at, sent.sent_at, received_at)
        walking.check_open(one)
        attachment = attachments.store_photo(actor, source, "photo.jpg", field="photos")
        walking.add_photo(one, actor, attachment, client_id=sent.client_id, item=item, at=at)
        _remember(one, actor, sent.client_id, at, received_at)
    return one


def _locked(round_id: int, actor: Actor) -> CheckRound:
    one = queries.get_round(round_id, actor, for_update=True)
    walking.check_walker(one, actor)
    return one


def _time(
    one: CheckRound, made_at: datetime, sent_at: datetime | None, received_at: datetime
) -> datetime:
    """By our own clock; never before the round's first day."""
    return phone.true_time(made_at, sent_at, received_at, clock.start_of(one.starts_on))


def _applied(one: CheckRound, ids: Sequence[str]) -> set[str]:
    stmt = select(CheckSync.client_id).where(
        CheckSync.round_id == one.id, CheckSync.client_id.in_(ids)
    )
    return set(db.session.scalars(stmt))


def _remember(
    one: CheckRound, actor: Actor, client_id: str, at: datetime, received_at: datetime
) -> None:
    db.session.add(
        CheckSync(
            round_id=one.id,
            client_id=client_id,
            account_id=actor.id,
            made_at=at,
            received_at=received_at,
        )
    )
    db.session.flush()


def _seen(message: Message, item: int | str, result: AnswerResult, at: datetime) -> walking.Seen:
    category = message.data.get("category", "")
    if category and category not in set(Category):
        raise InvalidInput(N_("Choose a category of the list."), field="category")
    return walking.Seen(
        item,
        result,
        at,
        finding=message.data.get("finding", ""),
        place=message.data.get("place", ""),
        category=Category(category) if category else None,
    )


def _answer(one: CheckRound, actor: Actor, message: Message, at: datetime) -> None:
    result, item = message.data.get("result"), message.data.get("item")
    if result not in set(AnswerResult):
        raise InvalidInput(N_("Choose OK, finding or not applicable."), field="result")
    if not isinstance(item, int):
        raise InvalidInput(N_("The message names no item."), field="item")
    walking.answer(one, actor, _seen(message, item, AnswerResult(result), at))


def _besides(one: CheckRound, actor: Actor, message: Message, at: datetime) -> None:
    item = _own_id(message)
    walking.answer(one, actor, _seen(message, item, AnswerResult.FINDING, at))


def _withdraw(one: CheckRound, actor: Actor, message: Message, _at: datetime) -> None:
    walking.withdraw(one, actor, _own_id(message))


def _own_id(message: Message) -> str:
    item = message.data.get("item")
    if not isinstance(item, str) or item.startswith(sync_rules.OF_ITEM):
        raise InvalidInput(N_("The message names no item."), field="item")
    return item


def _remove_photo(one: CheckRound, actor: Actor, message: Message, _at: datetime) -> None:
    walking.remove_photo(one, actor, message.data.get("photo", ""))


def _rest_ok(one: CheckRound, actor: Actor, _message: Message, at: datetime) -> None:
    walking.rest_ok(one, actor, at)


def _finish(one: CheckRound, actor: Actor, message: Message, at: datetime) -> None:
    walking.finish(one, actor, at, message.data.get("note", ""))


APPLY: dict[str, Callable[[CheckRound, Actor, Message, datetime], None]] = {
    "answer": _answer,
    "besides": _besides,
    "withdraw": _withdraw,
    "remove_photo": _remove_photo,
    "rest_ok": _rest_ok,
    "finish": _finish,
}
