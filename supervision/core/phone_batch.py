"""A batch that a phone sent: each message applied once, in order, whatever the network did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from supervision.core.db import db
from supervision.core.errors import Conflict, DomainError, InvalidInput
from supervision.core.phone import Message
from supervision.core.web.phone import Result

T = TypeVar("T")


def apply_each(
    one: T,
    known: set[str],
    ids: Sequence[str],
    messages: Sequence[Message | InvalidInput],
    *,
    apply: Callable[[T, str, Message], None],
    reload: Callable[[], T],
) -> tuple[T, list[Result]]:
    """Apply to ``one``, whose row is locked, what was not applied before; a result for each.

    ``known``: ids that were applied earlier; those applied now are added. ``apply`` changes the record and remembers the id; a
    message that it refuses changes nothing, and those after it are applied all the same.
    ``reload`` reads the record anew, locked.
    """
    results: list[Result] = []
    for client_id, message in zip(ids, messages, strict=True):
        if client_id in known:
            results.append(Result(client_id))
            continue
        try:
            if isinstance(message, InvalidInput):
                raise message
            with db.session.begin_nested():
                apply(one, client_id, message)
        except (DomainError, IntegrityError) as error:
            refusal = error if isinstance(error, DomainError) else Conflict()
            results.append(Result(client_id, refusal))
            # What the message had changed is undone; so is what we had read along with it.
            one = reload()
        else:
            known.add(client_id)
            results.append(Result(client_id))
    return one, results
