"""Verbs on trainings: plan, enter participants and results, record, void. The edge commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm.attributes import flag_modified

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.scope import visible
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.people import identity, standing
from supervision.people.journal import log
from supervision.people.models import Person
from supervision.people.rules import LineError, PastedLine, Result, TrainingKind, read_pasted
from supervision.people.training_models import TrainingAttendance, TrainingFile, TrainingSession
from supervision.people.workflow import TRAINING_WORKFLOW, SessionState

MOST_FILES = 20
MOST_PARTICIPANTS = 2000
MOST_HOURS = Decimal(200)


@dataclass(frozen=True, slots=True)
class SessionFields:
    """What the archive of a training must hold beside its participants (art. 28)."""

    title: str
    kind: TrainingKind
    held_at: datetime
    hours: Decimal
    content: str
    place: str = ""
    trainer: str = ""


def open_session(enterprise: Enterprise, actor: Actor, wanted: SessionFields) -> TrainingSession:
    """Begin the archive of a training."""
    if not actor.may(Permission.PEOPLE_EDIT):
        raise Forbidden
    session = TrainingSession(
        enterprise_id=enterprise.id, created_at=clock.now(), created_by=actor.name, attendances=[]
    )
    _apply(session, wanted)
    db.session.add(session)
    log(actor, "training_open", session, note=session.title)
    return session


def change(
    session: TrainingSession, actor: Actor, wanted: SessionFields, *, expected: int | None = None
) -> None:
    TRAINING_WORKFLOW.check("change", session, actor)
    if expected is not None and session.row_version != expected:
        raise Conflict
    _apply(session, wanted)
    log(actor, "training_change", session, note=session.title)


def _apply(session: TrainingSession, wanted: SessionFields) -> None:
    if not Decimal(0) < wanted.hours <= MOST_HOURS:
        raise InvalidInput(
            N_("Between half an hour and %(most)s hours."), field="hours", most=MOST_HOURS
        )
    for name in ("title", "kind", "held_at", "hours", "content", "place", "trainer"):
        setattr(session, name, getattr(wanted, name))
    session.held_on = clock.day_of(wanted.held_at)


def attend(session: TrainingSession, actor: Actor, person_ids: Collection[int]) -> int:
    """Add people of the same enterprise; who is there already stays. Returns how many were new."""
    TRAINING_WORKFLOW.check("attend", session, actor)
    there = {a.person_id for a in session.attendances}
    wanted = set(person_ids) - there
    if len(there) + len(wanted) > MOST_PARTICIPANTS:
        raise InvalidInput(
            N_("At most %(count)s participants."), field="people", count=MOST_PARTICIPANTS
        )
    stmt = visible(Person, actor, Person.id).where(
        Person.enterprise_id == session.enterprise_id, Person.id.in_(wanted)
    )
    found = list(db.session.scalars(stmt.order_by(Person.name, Person.id)))
    if len(found) < len(wanted):
        raise InvalidInput(N_("Choose people of this enterprise."), field="people")
    for person_id in found:
        _seat(session, person_id)
    if found:
        _seats_changed(session)
        log(actor, "training_attend", session, count=len(found))
    return len(found)


def _seats_changed(session: TrainingSession) -> None:
    """Who is about to close the archive without having seen this is told so."""
    flag_modified(session, "title")


def _seat(session: TrainingSession, person_id: int) -> TrainingAttendance:
    seat = TrainingAttendance(person_id=person_id, enterprise_id=session.enterprise_id)
    seat.result, seat.score = Result.PENDING, None
    session.attendances.append(seat)
    return seat


def paste(
    session: TrainingSession, actor: Actor, text: str, *, pass_mark: Decimal | None = None
) -> tuple[int, list[LineError]]:
    """Participants by their names, one a line; all or none: nothing is written where a line is wrong.

    ``pass_mark``: scores at or above it pass, below it fail; without one a score passes nobody.
    Returns how many lines were taken, and what is wrong.
    """
    TRAINING_WORKFLOW.check("attend", session, actor)
    lines, errors = read_pasted(text)
    if not lines and not errors:
        raise InvalidInput(N_("This field is required."), field="text")
    found = _named(session, actor, {line.name for line in lines})
    matched: dict[int, PastedLine] = {}
    for line in lines:
        person_id, problem = _match(line, found.get(line.name, ()))
        if problem is None and person_id in matched:
            problem = N_("This person stands in two lines.")
        if problem is not None:
            errors.append(LineError(line.line, problem, line.name))
        else:
            matched[person_id] = line
    if errors:
        return 0, sorted(errors, key=lambda e: e.line)
    seats = {a.person_id: a for a in session.attendances}
    for person_id, line in matched.items():
        seat = seats.get(person_id) or _seat(session, person_id)
        if line.score is not None:
            seat.score = line.score
            seat.result = _by_score(line.score, pass_mark)
    _seats_changed(session)
    log(actor, "training_attend", session, count=len(matched))
    return len(matched), []


def _by_score(score: Decimal, pass_mark: Decimal | None) -> Result:
    if pass_mark is None:
        return Result.PENDING
    return Result.PASSED if score >= pass_mark else Result.FAILED


def _named(
    session: TrainingSession, actor: Actor, names: Collection[str]
) -> Mapping[str, Sequence[tuple[int, str]]]:
    """Those on the file with these names: (id, hash of the number's end) by name."""
    stmt = visible(Person, actor, Person.name, Person.id, Person.id_tail_hash).where(
        Person.enterprise_id == session.enterprise_id,
        Person.name.in_(names),
        or_(Person.employed_to.is_(None), Person.employed_to >= session.held_on),
    )
    found: dict[str, list[tuple[int, str]]] = {}
    for name, person_id, tail in db.session.execute(stmt):
        found.setdefault(name, []).append((person_id, tail))
    return found


def _match(line: PastedLine, found: Sequence[tuple[int, str]]) -> tuple[int, str | None]:
    if line.tail:
        tails = identity.tail_fingerprints(line.tail)
        found = [one for one in found if one[1] in tails]
    if not found:
        return 0, N_("Nobody of this name is on the file.")
    if len(found) > 1:
        return 0, N_("Several have this name: add the last 4 characters of the identity number.")
    return found[0][0], None


def set_results(
    session: TrainingSession,
    actor: Actor,
    results: Mapping[int, tuple[Result, Decimal | None]],
) -> None:
    """Results and scores by person."""
    TRAINING_WORKFLOW.check("attend", session, actor)
    changed = 0
    for seat in session.attendances:
        if seat.person_id not in results:
            continue
        wanted = results[seat.person_id]
        if (seat.result, seat.score) != wanted:
            seat.result, seat.score = wanted
            changed += 1
    if changed:
        _seats_changed(session)
        log(actor, "training_results", session, count=changed)


def remove(session: TrainingSession, actor: Actor, person_id: int) -> None:
    """Take somebody off who was entered by mistake."""
    TRAINING_WORKFLOW.check("attend", session, actor)
    seat = next((a for a in session.attendances if a.person_id == person_id), None)
    if seat is None:
        raise Conflict
    session.attendances.remove(seat)
    db.session.delete(seat)
    _seats_changed(session)
    log(actor, "training_remove", session, person_id=person_id)


def record(session: TrainingSession, actor: Actor) -> None:
    """Close the archive: from now on its hours count and nothing of it is changed."""
    TRAINING_WORKFLOW.check("record", session, actor)
    if session.held_at > clock.now():
        raise Conflict(N_("This training has not been held yet."))
    session.status = SessionState.RECORDED
    session.recorded_at, session.recorded_by = clock.now(), actor.name
    log(
        actor,
        "training_record",
        session,
        note=session.title,
        hours=session.hours,
        participants=len(session.attendances),
    )
    _reckon(session)


def void(session: TrainingSession, actor: Actor, *, reason: str) -> None:
    """Declare a training void: its hours count no more, its archive stays."""
    TRAINING_WORKFLOW.check("void", session, actor, {"reason": reason})
    session.status, session.void_reason = SessionState.VOID, reason
    log(actor, "training_void", session, note=reason)
    _reckon(session)


def add_files(session: TrainingSession, actor: Actor, files: Sequence[Attachment]) -> None:
    """Add sign-in sheets, examination papers, photos."""
    if not actor.may(Permission.PEOPLE_EDIT):
        raise Forbidden
    if session.status is SessionState.VOID:
        raise Conflict
    if not files:
        raise InvalidInput(N_("Choose a file."), field="files")
    if len(session.files) + len(files) > MOST_FILES:
        raise InvalidInput(N_("At most %(count)s files."), field="files", count=MOST_FILES)
    session.files.extend(TrainingFile(attachment=one) for one in files)
    log(actor, "training_files", session, files=[one.sha256 for one in files])


def _reckon(session: TrainingSession) -> None:
    db.session.flush()
    standing.reckon([session.enterprise_id], persons=[a.person_id for a in session.attendances])


def others(session: TrainingSession, actor: Actor, *, limit: int) -> Sequence[Person]:
    """Who could still be added: employed on its day and not entered yet, by name."""
    there = select(TrainingAttendance.person_id).where(TrainingAttendance.session_id == session.id)
    stmt = visible(Person, actor).where(
        Person.enterprise_id == session.enterprise_id,
        Person.id.not_in(there),
        or_(Person.employed_to.is_(None), Person.employed_to >= session.held_on),
    )
    return db.session.scalars(stmt.order_by(Person.name, Person.id).limit(limit)).all()
