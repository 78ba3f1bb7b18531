"""Begin a commitment, write it, sign it from the post upwards, correct it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select

from supervision.account import queries as accounts
from supervision.chemical import queries as chemicals
from supervision.commitment import arranging, months, queries, rules
from supervision.commitment.models import (
    Commitment,
    CommitmentMissed,
    CommitmentSetting,
    CommitmentSignature,
    CommitmentStandard,
)
from supervision.commitment.rules import Operation, Part, Production, Signed, Slot
from supervision.commitment.workflow import COMMITMENT_WORKFLOW, CommitmentState, of_enterprise
from supervision.core import audit, clock, notices
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.hazard import queries as hazards

S = CommitmentState
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Content:
    """What the enterprise says; open majors and sources are read from the ledgers."""

    production: Production
    statement: str
    operations: Mapping[Operation, int] = field(default_factory=dict)
    starts: int = 0
    stops: int = 0
    trials: int = 0


def begin(enterprise: Enterprise, actor: Actor) -> Commitment:
    """The draft for the period of today, prefilled; the one that is there already where one is.

    Raises Conflict where nothing is asked of the enterprise or the period has its commitment.
    """
    setting = arranging.of_enterprise(enterprise)
    if not actor.may(Permission.COMMITMENT_MAKE):
        raise Forbidden
    if refusal := of_enterprise(setting, actor):  # type: ignore[arg-type]
        raise Forbidden(refusal)
    standard = queries.standard_of(setting, clock.today())
    if standard is None:
        raise Conflict(N_("No commitment is asked of this enterprise."))
    day = rules.first_day(standard.period, clock.today())
    found = queries.of_period(enterprise.id, standard.period, day, actor)
    if S.DRAFT in found:
        return found[S.DRAFT]
    if S.PUBLISHED in found:
        raise Conflict(N_("The commitment is published. Correct it where it is wrong."))
    due = rules.due_for(standard, day, setting.since)
    commitment = _new(enterprise, standard, day, due, actor)
    last = db.session.scalars(queries.history(enterprise.id, actor).limit(1)).first()
    if last is not None and last.standard_id == standard.id:
        commitment.production = last.production
    _read_ledgers(commitment)
    db.session.add(commitment)
    db.session.flush()
    audit.record(actor, "commitment.begin", commitment, day=day)
    return commitment


def _new(
    enterprise: Enterprise, standard: CommitmentStandard, day: date, due: datetime, actor: Actor
) -> Commitment:
    return Commitment(
        enterprise_id=enterprise.id,
        standard_id=standard.id,
        standard=standard,
        period=standard.period,
        day=day,
        due_at=due,
        revision=1,
        reason="",
        status=S.DRAFT,
        production=Production.RUNNING,
        operations={},
        statement=standard.statement,
        made_at=clock.now(),
        made_by=actor.name,
    )


def _read_ledgers(commitment: Commitment) -> None:
    """The system's own figures, whoever asks: an employee sees less of the ledgers than they are."""
    ident = commitment.enterprise_id
    asks = commitment.standard.asks
    commitment.majors = hazards.counts(SYSTEM, ident).major if asks(Part.HAZARDS) else 0
    commitment.sources = chemicals.source_counts(SYSTEM, ident).open if asks(Part.SOURCES) else 0


def edit(commitment: Commitment, actor: Actor, content: Content) -> None:
    """Say something else. Signatures stood under what was there before: they fall."""
    COMMITMENT_WORKFLOW.check("edit", commitment, actor)
    _check(content)
    asks = commitment.standard.asks
    operations = content.operations if asks(Part.OPERATIONS) else {}
    commitment.production, commitment.statement = content.production, content.statement
    commitment.operations = {str(kind): many for kind, many in operations.items() if many}
    if asks(Part.CHANGES):
        commitment.starts, commitment.stops = content.starts, content.stops
        commitment.trials = content.trials
    if commitment.day == rules.first_day(commitment.period, clock.today()):
        # Of a day that has passed it says what the ledgers said then, also where it is corrected.
        _read_ledgers(commitment)
    fallen = len(commitment.signatures)
    commitment.signatures.clear()
    # Whoever is about to sign what stood there before is told so.
    commitment.made_at, commitment.made_by = clock.now(), actor.name
    db.session.flush()
    audit.record(actor, "commitment.edit", commitment, fallen=fallen)


def _check(content: Content) -> None:
    counts = {f"operation_{kind}": many for kind, many in content.operations.items()}
    counts |= {"starts": content.starts, "stops": content.stops, "trials": content.trials}
    for name, many in counts.items():
        if not 0 <= many <= rules.MOST_COUNTED:
            raise InvalidInput(N_("Between 0 and %(most)s."), field=name, most=rules.MOST_COUNTED)
    if not content.statement.strip():
        raise InvalidInput(N_("This field is required."), field="statement")
    if len(content.statement) > rules.MAX_STATEMENT:
        raise InvalidInput(
            N_("At most %(count)s characters."), field="statement", count=rules.MAX_STATEMENT
        )
    resting = content.production is Production.REST
    if resting and (any(content.operations.values()) or content.starts or content.trials):
        raise InvalidInput(
            N_("Special operations, starts or trials are production: choose another state."),
            field="production",
        )


def slots(commitment: Commitment, setting: CommitmentSetting) -> list[Slot]:
    """The signatures that are asked for, from the post upwards; the last is the principal's.

    A level for which nobody was named is left out: a small firm has no workshops.
    """
    names: Sequence[str] = commitment.standard.levels
    last = len(names) - 1
    below = [
        Slot(signer.level, names[signer.level], signer.post, signer.account_id)
        for signer in sorted(setting.signers, key=lambda s: (s.level, s.id))
        if signer.level < last
    ]
    return [*below, Slot(last, names[last], "", None)]


def signed(commitment: Commitment) -> list[Signed]:
    return [Signed(s.level, s.post, s.account_id) for s in commitment.signatures]


def signable(commitment: Commitment, setting: CommitmentSetting, actor: Actor) -> list[Slot]:
    """What ``actor`` may sign now."""
    if "sign" not in COMMITMENT_WORKFLOW.names(commitment, actor):
        return []
    return [
        slot
        for slot in rules.open_slots(slots(commitment, setting), signed(commitment))
        if _is_mine(slot, actor)
    ]


def _is_mine(slot: Slot, actor: Actor) -> bool:
    if slot.account_id is None:
        return actor.may(Permission.COMMITMENT_SIGN)
    return slot.account_id == actor.id


def sign(
    commitment: Commitment,
    setting: CommitmentSetting,
    actor: Actor,
    *,
    typed: str = "",
    drawn: Attachment | None = None,
) -> bool:
    """Sign what is one's own to sign now; True where that published the commitment.

    Raises Forbidden where nothing is, or somebody below has not signed.
    """
    COMMITMENT_WORKFLOW.check("sign", commitment, actor)
    mine = signable(commitment, setting, actor)
    if not mine:
        wanted = [s for s in slots(commitment, setting) if _is_mine(s, actor)]
        if any(not rules.is_signed(s, signed(commitment)) for s in wanted):
            raise Forbidden(N_("Whoever is below signs first."))
        raise Forbidden(N_("There is nothing here for you to sign."))
    if drawn is None and typed != actor.name:
        raise InvalidInput(
            N_("Draw your signature, or type your name exactly: %(name)s."),
            field="typed",
            name=actor.name,
        )
    for slot in mine:
        commitment.signatures.append(_signature(slot, actor, drawn))
    is_last = any(slot.account_id is None for slot in mine)
    if is_last:
        # Held, so that the hour's job does not note as missing what is being published.
        db.session.refresh(setting, ["row_version"], with_for_update=True)
        _publish(commitment, actor)
    else:
        _tell_next(commitment, setting, actor)
    db.session.flush()
    audit.record(actor, "commitment.sign", commitment, levels=[slot.level for slot in mine])
    return is_last


def _tell_next(commitment: Commitment, setting: CommitmentSetting, actor: Actor) -> None:
    """Whoever's turn it is now, once everybody of the level below has signed."""
    done = signed(commitment)
    turn = rules.open_slots(slots(commitment, setting), done)
    if any(one.level == turn[0].level for one in done):
        return  # the others of this level were told with the first
    named = {slot.account_id for slot in turn if slot.account_id is not None}
    if len(named) < len(turn):
        people = accounts.members(commitment.enterprise_id, SYSTEM)
        named |= {a.id for a in people if a.is_active and arranging.may_sign_last(a)}
    for account_id in sorted(named - {actor.id}):
        notices.queue(
            "commitment.turn",
            Audience.ACCOUNT,
            account_id,
            link=f"/commitments/{commitment.id}",
            day=commitment.day,
            due=commitment.due_at.astimezone(clock.SHANGHAI).strftime("%m-%d %H:%M"),
        )


def _signature(slot: Slot, actor: Actor, drawn: Attachment | None) -> CommitmentSignature:
    return CommitmentSignature(
        level=slot.level,
        level_name=slot.level_name,
        post=slot.post,
        account_id=actor.id,
        name=actor.name,
        signed_at=clock.now(),
        attachment=drawn,
    )


def _publish(commitment: Commitment, actor: Actor) -> None:
    step = COMMITMENT_WORKFLOW.check("publish", commitment, actor)
    now = clock.now()
    earlier = queries.of_period(
        commitment.enterprise_id, commitment.period, commitment.day, actor
    ).get(S.PUBLISHED)
    if earlier is not None:
        earlier.status = S.REPLACED
        # Only one is published at any time, also between two statements.
        db.session.flush()
    commitment.first_published_at = earlier.first_published_at if earlier else now
    commitment.published_at, commitment.published_by = now, actor.name
    commitment.status = step.target
    if earlier is None:
        _make_up(commitment)
    db.session.flush()
    months.refresh([commitment.enterprise_id], months.month_of(commitment.due_at))
    audit.record(actor, "commitment.publish", commitment, revision=commitment.revision)


def _make_up(commitment: Commitment) -> None:
    stmt = select(CommitmentMissed).where(
        CommitmentMissed.enterprise_id == commitment.enterprise_id,
        CommitmentMissed.period == commitment.period,
        CommitmentMissed.day == commitment.day,
    )
    missed = db.session.scalars(unscoped(stmt, reason="its own enterprise's row")).first()
    if missed is not None:
        missed.made_up_at = commitment.published_at


def correct(commitment: Commitment, actor: Actor, *, reason: str) -> Commitment:
    """A new revision as a draft; what is published stays until the new one is signed."""
    COMMITMENT_WORKFLOW.check("correct", commitment, actor, {"reason": reason})
    if len(reason) > MAX_REASON:
        raise InvalidInput(N_("At most %(count)s characters."), field="reason", count=MAX_REASON)
    found = queries.of_period(commitment.enterprise_id, commitment.period, commitment.day, actor)
    if S.DRAFT in found:
        raise Conflict(N_("A correction is being written already."))
    copied = (
        *("enterprise_id", "standard_id", "period", "day", "due_at", "production"),
        *("operations", "starts", "stops", "trials", "majors", "sources", "statement"),
    )
    draft = Commitment(
        **{name: getattr(commitment, name) for name in copied},
        revision=commitment.revision + 1,
        reason=reason,
        status=S.DRAFT,
        made_at=clock.now(),
        made_by=actor.name,
    )
    db.session.add(draft)
    db.session.flush()
    audit.record(actor, "commitment.correct", draft, revision=draft.revision, reason=reason)
    return draft
