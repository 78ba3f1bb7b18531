"""Walking a round: answers, photos, and the end of it, where each finding becomes a ticket.

Whoever answers an item last, by when it was seen, is believed. A finished round is read-only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from supervision.account.roles import Role
from supervision.core import attachments, audit, clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.hazard import service as hazards
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Category, Factor, Source
from supervision.hazard.service import MAX_PHOTOS
from supervision.selfcheck import months
from supervision.selfcheck.excuses import OF_SYSTEM
from supervision.selfcheck.models import CheckAnswer, CheckPhoto, CheckRound, CheckTemplateItem
from supervision.selfcheck.rules import AnswerResult
from supervision.selfcheck.sync_rules import OF_ITEM, answer_id
from supervision.selfcheck.workflow import RoundState

MAX_BESIDES = 50
# Photos of the whole round, which belong to no answer.
WHOLE = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody saw at an item (by its number), or besides the list (by the phone's id)."""

    item: int | str
    result: AnswerResult
    at: datetime
    finding: str = ""
    place: str = ""
    category: Category | None = None


def may_walk(one: CheckRound, actor: Actor) -> bool:
    """An employee walks what is theirs or nobody's; whoever manages walks every round."""
    if not actor.may(Permission.SELFCHECK_DO):
        return False
    return actor.role != Role.EMPLOYEE or one.plan.account_id in (None, actor.id)


def items_of(one: CheckRound) -> list[CheckTemplateItem]:
    """What this round looks at: of its list the items of its frequency."""
    return [item for item in one.template.items if item.frequency is one.frequency]


def check_walker(one: CheckRound, actor: Actor) -> None:
    """Raise Forbidden where the round is somebody else's to walk."""
    if not may_walk(one, actor):
        raise Forbidden(N_("This round is somebody else's to walk."))


def is_walkable(one: CheckRound) -> bool:
    """Whether it may be walked now: open, and its period has begun."""
    return one.status is RoundState.OPEN and one.starts_on <= clock.today()


def check_open(one: CheckRound) -> None:
    """Raise Conflict, saying who finished it, or that its day has not come."""
    if one.status is RoundState.DONE:
        raise Conflict(N_("%(name)s finished this round already."), name=one.done_by)
    if one.status is not RoundState.OPEN and one.excuse not in OF_SYSTEM:
        raise Conflict(N_("This round is excused: there is nothing to walk."))
    if one.starts_on > clock.today():
        raise Conflict(N_("The time of this round has not begun."))


def begin(one: CheckRound, actor: Actor, at: datetime | None = None) -> None:
    """Note when it was begun; whoever begins later changes nothing."""
    check_walker(one, actor)
    check_open(one)
    if one.status is RoundState.EXCUSED:
        _reopen(one, actor)
    one.started_at = one.started_at or at or clock.now()


def _reopen(one: CheckRound, actor: Actor) -> None:
    """Walked without a network, before the system said that nobody had to."""
    audit.record(actor, "selfcheck.reopen", one, excuse=one.excuse)
    one.status, one.excuse = RoundState.OPEN, ""
    months.refresh(one.enterprise_id, one.ends_on)


def answer(one: CheckRound, actor: Actor, seen: Seen) -> bool:
    """Note what was seen; False where somebody saw it later than that already."""
    begin(one, actor, seen.at)
    if seen.result is AnswerResult.FINDING and not seen.finding:
        raise InvalidInput(N_("Say what is wrong."), field="finding")
    item = _item_of(one, seen.item)
    known = _known(one, seen.item)
    if known is not None and known.made_at > seen.at:
        return False
    if known is None:
        known = _new(one, seen, item)
    elif known.made_by_id != actor.id:
        _keep_gone(one, actor, known, "selfcheck.replace")
    is_finding = seen.result is AnswerResult.FINDING
    known.result = seen.result
    known.finding = seen.finding if is_finding else ""
    known.place = seen.place if is_finding else ""
    known.category = _category(seen, item) if is_finding else None
    known.factor = (item.factor if item else Factor.OBJECT) if is_finding else None
    known.made_at, known.made_by_id, known.made_by = seen.at, actor.id, actor.name
    db.session.flush()
    return True


def rest_ok(one: CheckRound, actor: Actor, at: datetime) -> None:
    """Every item without an answer is in order."""
    begin(one, actor, at)
    answered = {known.item_id for known in one.answers}
    for item in items_of(one):
        if item.id not in answered:
            answer(one, actor, Seen(item.id, AnswerResult.OK, at))


def withdraw(one: CheckRound, actor: Actor, client_id: str) -> None:
    """Take back a finding besides the list, with its photos; one that is gone already is no fault."""
    begin(one, actor)
    for known in [a for a in one.answers if a.client_id == client_id and a.item_id is None]:
        if known.made_by_id != actor.id:
            _keep_gone(one, actor, known, "selfcheck.withdraw")
        one.answers.remove(known)
        db.session.delete(known)
    for photo in [p for p in one.photos if p.answer_client_id == client_id]:
        _drop(one, photo)
    db.session.flush()


def add_photo(
    one: CheckRound,
    actor: Actor,
    attachment: Attachment,
    *,
    client_id: str,
    item: int | str | None,
    at: datetime,
) -> None:
    """Keep a photo of an answer, which may come after it, or of the whole round."""
    begin(one, actor, at)
    owner = WHOLE if item is None else answer_id(item)
    if item is not None:
        _item_of(one, item)
    if sum(photo.answer_client_id == owner for photo in one.photos) >= MAX_PHOTOS:
        raise InvalidInput(N_("At most %(count)s photos."), field="photos", count=MAX_PHOTOS)
    if isinstance(item, str):
        _check_room(one, owner)
    one.photos.append(
        CheckPhoto(
            answer_client_id=owner,
            client_id=client_id,
            attachment=attachment,
            taken_at=at,
            taken_by=actor.name,
        )
    )
    db.session.flush()


def _check_room(one: CheckRound, owner: str) -> None:
    """Raise InvalidInput where photos of too many findings besides the list are there already."""
    owners = {p.answer_client_id for p in one.photos} - {WHOLE}
    besides = {known for known in owners if not known.startswith(OF_ITEM)}
    if len(besides | {owner}) > MAX_BESIDES:
        raise InvalidInput(
            N_("At most %(count)s findings besides the list."), field="item", count=MAX_BESIDES
        )


def remove_photo(one: CheckRound, actor: Actor, client_id: str) -> None:
    """Take back a photo; one that is gone already is no fault."""
    begin(one, actor)
    for photo in [p for p in one.photos if p.client_id == client_id]:
        _drop(one, photo)
    db.session.flush()


def finish(one: CheckRound, actor: Actor, at: datetime, note: str = "") -> list[Hazard]:
    """End the round: every item answered, each finding a ticket of the enterprise with its photos.

    Once it was noted as missed it is done when word of it came in: that a phone was without a
    network since then is its own word. When each thing was seen stays as the phone says.

    Raises Conflict, naming who finished it before; InvalidInput where items have no answer.
    """
    begin(one, actor, at)
    missing = len(items_of(one)) - sum(a.item_id is not None for a in one.answers)
    if missing:
        raise InvalidInput(N_("%(count)s items have no answer."), field="items", count=missing)
    found = [a for a in one.answers if a.result is AnswerResult.FINDING]
    opened = [_report(one, actor, known) for known in found]
    one.status = RoundState.DONE
    one.done_at = at if one.missed_at is None else clock.now()
    one.done_by_id, one.done_by = actor.id, actor.name
    one.items, one.findings, one.note = len(items_of(one)), len(found), note
    db.session.flush()
    audit.record(actor, "selfcheck.finish", one, findings=len(found))
    months.refresh(one.enterprise_id, one.ends_on)
    return opened


def _report(one: CheckRound, actor: Actor, known: CheckAnswer) -> Hazard:
    photos = [p.attachment for p in one.photos if p.answer_client_id == known.client_id]
    assert known.factor is not None
    assert known.category is not None
    finding = hazards.Finding(
        source=Source.SELF_CHECK,
        found_at=known.made_at,
        place=known.place or one.plan.area or one.enterprise.address[:120],
        description=known.finding,
        factor=known.factor,
        category=known.category,
        basis=known.item.basis if known.item else "",
        photos=photos,
    )
    hazard = hazards.report(one.enterprise, actor, finding)
    known.hazard_id = hazard.id
    return hazard


def _new(one: CheckRound, seen: Seen, item: CheckTemplateItem | None) -> CheckAnswer:
    if item is None and sum(a.item_id is None for a in one.answers) >= MAX_BESIDES:
        raise InvalidInput(
            N_("At most %(count)s findings besides the list."), field="item", count=MAX_BESIDES
        )
    known = CheckAnswer(client_id=answer_id(seen.item), item=item)
    one.answers.append(known)
    return known


def _known(one: CheckRound, item: int | str) -> CheckAnswer | None:
    wanted = answer_id(item)
    return next((known for known in one.answers if known.client_id == wanted), None)


def _item_of(one: CheckRound, wanted: int | str) -> CheckTemplateItem | None:
    """The item of the list; None for a finding besides it."""
    if isinstance(wanted, str) and not wanted.startswith(OF_ITEM):
        return None
    for item in items_of(one):
        if item.id == wanted:
            return item
    raise InvalidInput(N_("The message names no item."), field="item")


def _category(seen: Seen, item: CheckTemplateItem | None) -> Category:
    return seen.category or (item.category if item else Category.OTHER)


def _keep_gone(one: CheckRound, actor: Actor, known: CheckAnswer, action: str) -> None:
    """What another walker had said is in the trail, once it is no longer in the round."""
    audit.record(
        actor,
        action,
        one,
        item=known.client_id,
        result=known.result,
        finding=known.finding,
        by=known.made_by,
    )


def _drop(one: CheckRound, photo: CheckPhoto) -> None:
    """The file goes with it: nobody else has it before the round is finished."""
    one.photos.remove(photo)
    db.session.delete(photo)
    db.session.flush()
    attachments.forget(photo.attachment)
