"""What a phone may send of an inspection. Pure; what every phone's page shares is in core.phone."""

from __future__ import annotations

from datetime import datetime

from supervision.core import phone
from supervision.core.errors import InvalidInput
from supervision.core.phone import Message, Take, flag, item_ref, text_up_to

MAX_TEXT = 4000
FACTS = {"place": 120, "party_name": 40, "party_post": 40, "party_phone": 20}
TOLD = ("certificates_shown", "recusal_told")


def parse_batch(body: object) -> tuple[datetime | None, list[Message | InvalidInput], list[str]]:
    """:func:`supervision.core.phone.parse_batch` with the kinds of an inspection."""
    return phone.parse_batch(body, KINDS)


def merged(current: str, base: str, text: str, who: str) -> str:
    """A text that two officers may write: what the other wrote meanwhile stays above.

    ``base`` is what stood there when ``who`` began to write.
    """
    if current in ("", base, text):
        return text
    return f"{current}\n\n{who}: {text}"


# Kind -> what it may carry. What the inspection demands of it is the service's business.
KINDS: dict[str, dict[str, Take]] = {
    "start": {},
    "scan": {"token": text_up_to(64)},
    "facts": {
        **{name: text_up_to(limit) for name, limit in FACTS.items()},
        **dict.fromkeys(TOLD, flag),
        "situation": text_up_to(MAX_TEXT),
        "handling": text_up_to(MAX_TEXT),
        "base": text_up_to(MAX_TEXT),
    },
    "private_note": {"text": text_up_to(MAX_TEXT), "base": text_up_to(MAX_TEXT)},
    "check": {
        "item": item_ref,
        "result": text_up_to(16),
        "finding": text_up_to(2000),
        "note": text_up_to(2000),
        "is_major": flag,
    },
    "add_item": {"item": item_ref, "section": text_up_to(60), "text": text_up_to(500)},
    "remove_photo": {"photo": text_up_to(36)},
    "refuse": {"reason": text_up_to(500), "witness": text_up_to(40)},
    "finish": {},
}
