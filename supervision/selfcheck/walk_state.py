"""What the page of a walk knows of its round, as the phone keeps it for a time without a network."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_wtf.csrf import generate_csrf

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.selfcheck.models import CheckAnswer, CheckPhoto, CheckRound
from supervision.selfcheck.sync_rules import OF_ITEM, answer_id
from supervision.selfcheck.walking import items_of


def state_of(one: CheckRound, actor: Actor) -> dict[str, Any]:
    """For whoever walks it; ``csrf`` is of the present session. Texts stand on the page already."""
    answers = {answer.client_id: answer for answer in one.answers}
    return {
        "id": one.id,
        "account": actor.id,
        "csrf": generate_csrf(),
        "as_of": clock.now().isoformat(),
        "status": one.status,
        "done_by": one.done_by,
        "findings": one.findings,
        "items": [
            {"ref": item.id, "category": item.category, **_answer(answers.get(answer_id(item.id)))}
            for item in items_of(one)
        ],
        "besides": [
            {"ref": answer.client_id, **_answer(answer)}
            for answer in one.answers
            if answer.item_id is None
        ],
        "photos": [_photo(photo) for photo in one.photos],
    }


def _answer(answer: CheckAnswer | None) -> dict[str, Any]:
    if answer is None:
        return {"result": "open", "finding": "", "place": "", "by": "", "at": None}
    return {
        "result": answer.result,
        "finding": answer.finding,
        "place": answer.place,
        **({"category": answer.category} if answer.category else {}),
        "by": answer.made_by,
        "at": answer.made_at.isoformat(),
    }


def _photo(photo: CheckPhoto) -> dict[str, Any]:
    owner = photo.answer_client_id
    item: int | str = int(owner.removeprefix(OF_ITEM)) if owner.startswith(OF_ITEM) else owner
    url = url_for("selfcheck.photo", round_id=photo.round_id, photo_id=photo.id)
    return {"client_id": photo.client_id, "item": item, "url": url}
