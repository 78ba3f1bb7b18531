"""Verbs of the desk: ask for a second opinion, answer, withdraw; say what one looks at."""

from __future__ import annotations

from sqlalchemy import delete

from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.notices import Audience
from supervision.core.text import N_
from supervision.desk import queries
from supervision.desk.models import DeskViewing, SecondOpinion
from supervision.desk.queue import VIEWING
from supervision.desk.workflow import OPINION_WORKFLOW, Advice, OpinionState
from supervision.video import queries as video
from supervision.video.models import Violation
from supervision.video.rules import RejectReason
from supervision.video.upsert import insert
from supervision.video.workflow import ReviewState

MAX_WORDS = 2000
DECIDED = N_("It is decided already: there is nothing left to ask about it.")


def ask(
    violation_id: int, actor: Actor, *, asked_of_id: int | None, question: str
) -> SecondOpinion:
    """Ask one colleague, or whoever comes first, what a violation is.

    Raises Conflict where it is decided, or where a question of one's own side is open.
    """
    violation = _pending(violation_id, actor)
    if not question:
        raise InvalidInput(N_("Say what you want to know."), field="question")
    _check_length(question, "question")
    name = ""
    if asked_of_id is not None:
        name = dict(queries.colleagues(violation, actor)).get(asked_of_id, "")
        if not name:
            raise InvalidInput(N_("Choose one of the list."), field="colleague")
    if any(o.status is OpinionState.OPEN for o in queries.get_card(violation.id, actor).opinions):
        raise Conflict(N_("A second opinion of this one was asked for already."))
    opinion = SecondOpinion(
        violation_id=violation.id,
        enterprise_id=violation.enterprise_id,
        asked_by_id=actor.id,
        asked_by=actor.name,
        asked_side=actor.side,
        asked_at=clock.now(),
        asked_of_id=asked_of_id,
        asked_of=name,
        question=question,
    )
    db.session.add(opinion)
    audit.record(actor, "desk.opinion_ask", opinion, violation=violation.id, of=name)
    if asked_of_id is not None:
        _tell("desk.opinion_asked", asked_of_id, violation, who=actor.name)
    return opinion


def answer(
    opinion_id: int,
    actor: Actor,
    *,
    advice: Advice | None,
    reason: RejectReason | None = None,
    words: str = "",
) -> SecondOpinion:
    """Say what one thinks of it; the verdict stays with whoever asked, or anybody else."""
    opinion = _open(opinion_id, actor)
    step = OPINION_WORKFLOW.check("answer", opinion, actor, {"advice": advice})
    if advice is Advice.REJECT and reason is None:
        raise InvalidInput(N_("Choose a reason."), field="reason")
    _check_length(words, "words")
    opinion.status, opinion.answered_at = step.target, clock.now()
    opinion.answered_by_id, opinion.answered_by = actor.id, actor.name
    opinion.advice, opinion.words = advice, words
    opinion.reason = reason if advice is Advice.REJECT else None
    audit.record(
        actor, "desk.opinion_answer", opinion, violation=opinion.violation_id, advice=advice
    )
    _tell("desk.opinion_answered", opinion.asked_by_id, opinion.violation, who=actor.name)
    return opinion


def withdraw(opinion_id: int, actor: Actor) -> SecondOpinion:
    """Whoever asked needs no answer any more."""
    opinion = queries.get_opinion(opinion_id, actor, for_update=True)
    step = OPINION_WORKFLOW.check("withdraw", opinion, actor)
    opinion.status, opinion.withdrawn_at = step.target, clock.now()
    audit.record(actor, "desk.opinion_withdraw", opinion, violation=opinion.violation_id)
    return opinion


def look(violation: Violation, actor: Actor, *, left_id: int | None) -> None:
    """``actor`` has it on the screen now, and no longer the one of ``left_id``. No audit: no act."""
    now = clock.now()
    gone = (DeskViewing.violation_id == left_id) | (DeskViewing.seen_at < now - VIEWING)
    db.session.execute(delete(DeskViewing).where(DeskViewing.account_id == actor.id, gone))
    values = {"name": actor.name, "side": actor.side, "seen_at": now}
    stmt = insert(DeskViewing).values(violation_id=violation.id, account_id=actor.id, **values)
    db.session.execute(
        stmt.on_conflict_do_update(index_elements=["violation_id", "account_id"], set_=values)
    )


def _pending(violation_id: int, actor: Actor) -> Violation:
    violation = video.get_violation(violation_id, actor, for_update=True)
    if violation.status is not ReviewState.PENDING:
        raise Conflict(DECIDED)
    return violation


def _open(opinion_id: int, actor: Actor) -> SecondOpinion:
    opinion = queries.get_opinion(opinion_id, actor, for_update=True)
    if opinion.violation.status is not ReviewState.PENDING:
        raise Conflict(DECIDED)
    return opinion


def _check_length(text: str, field: str) -> None:
    if len(text) > MAX_WORDS:
        raise InvalidInput(N_("At most %(count)s characters."), field=field, count=MAX_WORDS)


def _tell(kind: str, account_id: int, violation: Violation, *, who: str) -> None:
    notices.queue(
        kind,
        Audience.ACCOUNT,
        account_id,
        link=f"/desk/{violation.id}",
        who=who,
        camera=violation.camera.name,
    )
