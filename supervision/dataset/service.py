"""Verbs of data sets: ask for one, hold it while it is made, keep it, throw it away."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import IO, Any

from sqlalchemy import or_, select

from supervision.core import attachments, audit, clock, notices
from supervision.core import held as making
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped
from supervision.core.storage import StoredFile
from supervision.core.text import N_
from supervision.dataset.models import OPEN, DatasetState, TrainingSet
from supervision.dataset.rules import ACCUSED, Choice, LeftOut
from supervision.detector import queries as detectors
from vision.contract import RuleKind

# A maker that says nothing for so long has died; the archive is begun anew.
SILENT = timedelta(seconds=90)
MOST_ATTEMPTS = 3
LARGEST = 1 << 35
LISTED = 50  # of what is missing, on the page; all of it stands in the archive
MEDIA_TYPE = "application/zip"
_REASON = "the scheduler works for everybody"


@dataclass(frozen=True, slots=True)
class Order:
    """What an archive is called, what for, of which verdicts and for which classes."""

    name: str
    purpose: str
    choice: Choice
    classes: tuple[str, ...]


@dataclass(slots=True)
class Made:
    """What came of making an archive."""

    counts: dict[str, Any] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    missing: list[tuple[int, LeftOut]] = field(default_factory=list)


def ask(actor: Actor, name: str, purpose: str, choice: Choice) -> TrainingSet:
    """Put a data set into the queue, for the classes of the model that is in use.

    Raises InvalidInput, and Conflict while another is open.
    """
    if not actor.may(Permission.MODEL_ADMIN) or not actor.everything:
        raise Forbidden
    if not name:
        raise InvalidInput(N_("This field is required."), field="name")
    if not purpose:
        raise InvalidInput(N_("Say in words why."), field="purpose")
    if choice.until < choice.since:
        raise InvalidInput(N_("The last day lies before the first."), field="until")
    if not choice.kinds:
        raise InvalidInput(N_("Choose one rule at least."), field="kinds")
    if not (choice.confirmed or choice.rejected):
        raise InvalidInput(N_("Choose one kind of verdict at least."), field="verdicts")
    open_ones = select(TrainingSet.id).where(TrainingSet.status.in_(OPEN)).limit(1)
    if db.session.scalar(unscoped(open_ones, reason="one at a time, whoever asked")) is not None:
        raise Conflict(N_("Another data set is being made. Wait until it is ready."))
    model = detectors.active()
    if model is None:
        raise Conflict(N_("No model is in use: load the reference data first."))
    made = TrainingSet(
        name=name,
        purpose=purpose,
        chosen=plain(choice),
        classes=list(model.classes),
        asked_by_id=actor.id,
        asked_by=actor.name,
        asked_at=clock.now(),
    )
    db.session.add(made)
    audit.record(actor, "dataset.ask", made, name=name, purpose=purpose, chosen=plain(choice))
    return made


def plain(choice: Choice) -> dict[str, Any]:
    """As JSON values."""
    values = asdict(choice) | {"since": choice.since.isoformat(), "until": choice.until.isoformat()}
    return values | {"kinds": [str(kind) for kind in choice.kinds]}


def order_of(row: TrainingSet) -> Order:
    """What was asked for."""
    return Order(row.name, row.purpose, choice_of(row), tuple(row.classes))


def choice_of(row: TrainingSet) -> Choice:
    """Back from :func:`plain`."""
    told = row.chosen
    days = {name: date.fromisoformat(told[name]) for name in ("since", "until")}
    kinds = tuple(RuleKind(kind) for kind in told["kinds"] if RuleKind(kind) in ACCUSED)
    return Choice(**{**told, **days, "kinds": kinds})


def cancel(row: TrainingSet, actor: Actor) -> None:
    if not row.is_open:
        raise Conflict(N_("This data set is made, or has ended otherwise."))
    row.status, row.finished_at, row.holder = DatasetState.CANCELLED, clock.now(), ""
    audit.record(actor, "dataset.cancel", row)


def discard(row: TrainingSet, actor: Actor) -> None:
    """Throw the archive away; what was in it stays known."""
    if row.status is not DatasetState.READY:
        raise Conflict(N_("There is no archive to throw away."))
    file, row.file = row.file, None
    row.status, row.keep_until = DatasetState.DISCARDED, None
    db.session.flush()
    if file is not None:
        attachments.forget(file)
    audit.record(actor, "dataset.discard", row, sha256=row.sha256)


def fetch(row: TrainingSet, actor: Actor) -> Attachment:
    """Write into the trail who takes the pictures away. Raises Conflict where there are none."""
    if row.file is None:
        raise Conflict(N_("There is no archive any more."))
    audit.record(actor, "dataset.fetch", row, sha256=row.sha256, counts=row.counts)
    return row.file


def take(now: datetime, *, silent: timedelta = SILENT) -> TrainingSet | None:
    """The next one to make, marked as held; one whose maker died included."""
    stmt = (
        select(TrainingSet)
        .where(
            TrainingSet.status.in_(OPEN),
            or_(TrainingSet.heartbeat_at.is_(None), TrainingSet.heartbeat_at <= now - silent),
        )
        .order_by(TrainingSet.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = db.session.scalars(unscoped(stmt, reason=_REASON)).first()
    if row is None:
        return None
    if row.attempts >= MOST_ATTEMPTS:
        # Whatever kills its maker would kill every other one.
        fail(row, N_("It was begun several times and never came to its end."), again=False)
        return None
    row.status, row.holder, row.heartbeat_at = DatasetState.MAKING, secrets.token_hex(8), now
    row.started_at, row.done = row.started_at or now, 0
    row.attempts += 1
    db.session.flush()
    return row


def held(set_id: int, holder: str) -> TrainingSet | None:
    """The row as long as it is still this maker's; None when it was cancelled."""
    return making.held(TrainingSet, set_id, holder, DatasetState.MAKING)


def report(set_id: int, holder: str, *, done: int, total: int) -> bool:
    """Say how far it is. False when it was cancelled or taken over."""
    progress = {"done": done, "total": total}
    return making.report(TrainingSet, set_id, holder, DatasetState.MAKING, progress)


def keep(
    row: TrainingSet, archive: IO[bytes], made: Made, days: int, ahead: StoredFile | None = None
) -> None:
    """The archive is there: tell who asked. Kept for so many days.

    ``ahead``: its bytes lie in the storage already.
    """
    file = attachments.store_file(
        SYSTEM, archive, f"dataset-{row.id}.zip", MEDIA_TYPE, limit=LARGEST, ahead=ahead
    )
    row.status, row.file, row.finished_at = DatasetState.READY, file, clock.now()
    row.keep_until = row.finished_at + timedelta(days=days)
    row.sha256, row.size = file.sha256, file.size
    _note(row, made)
    row.holder, row.message, row.done = "", "", row.total
    db.session.flush()
    audit.record(
        SYSTEM,
        "dataset.make",
        row,
        sha256=row.sha256,
        counts=made.counts,
        left_out=made.left_out,
        asked_by=row.asked_by,
    )
    _tell(row, "dataset.ready")


def _note(row: TrainingSet, made: Made) -> None:
    row.counts, row.left_out = made.counts, made.left_out
    row.missing = [[ident, str(why)] for ident, why in made.missing[:LISTED]]


def fail(row: TrainingSet, message: str, *, again: bool, made: Made | None = None) -> None:
    """Note what went wrong; ``again``: the machine's fault, worth another attempt."""
    row.holder, row.message = "", message[:2000]
    if again and row.attempts < MOST_ATTEMPTS:
        row.status = DatasetState.QUEUED
        return
    if made is not None:
        _note(row, made)
    row.status, row.finished_at = DatasetState.FAILED, clock.now()
    db.session.flush()
    audit.record(SYSTEM, "dataset.fail", row, message=message[:500])
    _tell(row, "dataset.failed")


def _tell(row: TrainingSet, kind: str) -> None:
    notices.queue(
        kind, Audience.ACCOUNT, row.asked_by_id, link=f"/datasets/{row.id}", name=row.name
    )
