"""What a phone may send of a round. Pure."""

from __future__ import annotations

from datetime import datetime

from supervision.core import phone
from supervision.core.errors import InvalidInput
from supervision.core.phone import Kinds, Message, item_ref, text_up_to

MAX_FINDING = 2000
MAX_PLACE = 120
# How our ids of an item's answer begin: nobody may take one for a finding besides the list.
OF_ITEM = "item-"

_SEEN = {
    "item": item_ref,
    "finding": text_up_to(MAX_FINDING),
    "place": text_up_to(MAX_PLACE),
    "category": text_up_to(32),
}

# Kind -> what it may carry. What the round demands of it is walking's business.
KINDS: Kinds = {
    "answer": {**_SEEN, "result": text_up_to(16)},
    # Something found that no item of the list asks for; its item is the id that the phone made.
    "besides": _SEEN,
    "withdraw": {"item": item_ref},
    "remove_photo": {"photo": text_up_to(36)},
    # Whoever looked at everything and found nothing says so once.
    "rest_ok": {},
    "finish": {"note": text_up_to(500)},
}


def parse_batch(body: object) -> tuple[datetime | None, list[Message | InvalidInput], list[str]]:
    """:func:`supervision.core.phone.parse_batch` with the kinds of a round."""
    return phone.parse_batch(body, KINDS)


def answer_id(item: int | str) -> str:
    """What an answer goes by: every phone makes the same of an item, and its own of a finding."""
    return f"{OF_ITEM}{item}" if isinstance(item, int) else item
