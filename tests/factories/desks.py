"""A question to a colleague about what a camera saw."""

from __future__ import annotations

from supervision.core.actor import Actor
from supervision.core.db import transaction
from supervision.desk import service as desk


def a_question(violation_id: int, actor: Actor, mark: str) -> dict[str, int]:
    """The id of a second opinion that was asked for, as addresses name it."""
    with transaction():
        asked = desk.ask(violation_id, actor, asked_of_id=None, question=f"{mark} question")
        return {"opinion.opinion_id": asked.id}
