"""How far enterprises and persons are with the guide. Every read starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func

from supervision.account import invitation_queries
from supervision.account.models import Account, Membership
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise
from supervision.guide.models import GuideMark, MarkKind
from supervision.guide.rules import Line, Step, is_complete, lines
from supervision.selfcheck.models import CheckPlan, CheckRound
from supervision.selfcheck.workflow import RoundState

# Of a person who keeps several enterprises' files, on the start page.
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Progress:
    """The steps of one enterprise as one person sees them."""

    lines: Sequence[Line]
    is_hidden: bool

    @property
    def is_complete(self) -> bool:
        return is_complete(self.lines)

    @property
    def behind(self) -> int:
        return sum(1 for line in self.lines if line.is_done or line.is_skipped)

    @property
    def here(self) -> Step | None:
        return next((line.step for line in self.lines if line.is_here), None)


def progress(enterprise: Enterprise, actor: Actor) -> Progress:
    """Out of the records, and out of what this person said; the facts anybody's word settles."""
    marks = db.session.scalars(
        visible(GuideMark, actor).where(GuideMark.enterprise_id == enterprise.id)
    ).all()
    own = {mark.kind.value for mark in marks if mark.account_id == actor.id}
    said = {Step(word) for word in own if word in set(Step)}
    if any(mark.kind is MarkKind.FACTS for mark in marks):
        said.add(Step.FACTS)
    done = {
        Step.LISTS: has_lists(enterprise.id, actor),
        Step.COLLEAGUES: _has_colleagues(enterprise.id, actor),
        Step.ROUND: _has_walked(enterprise.id, actor),
    }
    return Progress(lines(done, said), MarkKind.HIDDEN.value in own)


def has_lists(enterprise_id: int, actor: Actor) -> bool:
    """Whether a list is walked there now, or will be."""
    stmt = visible(CheckPlan, actor, CheckPlan.id).where(
        CheckPlan.enterprise_id == enterprise_id,
        (CheckPlan.ends_on.is_(None)) | (CheckPlan.ends_on >= clock.today()),
    )
    return db.session.scalars(stmt.limit(1)).first() is not None


def _has_walked(enterprise_id: int, actor: Actor) -> bool:
    stmt = visible(CheckRound, actor, CheckRound.id).where(
        CheckRound.enterprise_id == enterprise_id, CheckRound.status == RoundState.DONE
    )
    return db.session.scalars(stmt.limit(1)).first() is not None


def _has_colleagues(enterprise_id: int, actor: Actor) -> bool:
    stmt = (
        visible(Account, actor, func.count(Account.id))
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.enterprise_id == enterprise_id, Account.is_active)
    )
    several = (db.session.scalar(stmt) or 0) > 1
    return several or invitation_queries.is_anybody_invited(enterprise_id, actor)


def first_open_round(enterprise_id: int, actor: Actor) -> CheckRound | None:
    """The round that one would walk now: begun already and due first."""
    stmt = (
        visible(CheckRound, actor)
        .where(
            CheckRound.enterprise_id == enterprise_id,
            CheckRound.status == RoundState.OPEN,
            CheckRound.starts_on <= clock.today(),
            CheckRound.due_at > clock.now(),
        )
        .order_by(CheckRound.due_at, CheckRound.id)
        .limit(1)
    )
    found: CheckRound | None = db.session.scalars(stmt).first()
    return found
