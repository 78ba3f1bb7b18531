"""Reads of proposed proofs, and of what they are made of. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload

from supervision.core.actor import SYSTEM, Actor
from supervision.core.clock import end_of, start_of
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import visible
from supervision.core.web.paging import capped_count
from supervision.enterprise.models import Enterprise
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Source
from supervision.hazard.workflow import HazardState
from supervision.proof.models import ProofProposal
from supervision.proof.rules import Window
from supervision.proof.workflow import ProofState
from supervision.video.models import Camera, CameraDay, Violation
from supervision.video.ticket_models import CameraPermit
from supervision.video.workflow import ReviewState


def candidates(submitted_by: date, after: int, limit: int) -> Sequence[int]:
    """Ids of tickets from cameras whose rectification was reported by then, without a proposal."""
    has = exists(
        select(ProofProposal.id).where(
            ProofProposal.hazard_id == Hazard.id,
            ProofProposal.arm == Hazard.returned_count,
            ProofProposal.status != ProofState.VOID,
        )
    )
    stmt = (
        visible(Hazard, SYSTEM, Hazard.id)
        .where(Hazard.status == HazardState.SUBMITTED, Hazard.source == Source.VIDEO)
        .where(Hazard.submitted_on <= submitted_by, ~has, Hazard.id > after)
        .order_by(Hazard.id)
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def standing_ids(after: int, limit: int) -> Sequence[int]:
    stmt = (
        visible(ProofProposal, SYSTEM, ProofProposal.id)
        .where(ProofProposal.status == ProofState.PROPOSED, ProofProposal.id > after)
        .order_by(ProofProposal.id)
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def last_sighting(hazard: Hazard) -> Violation | None:
    """The newest that the ticket rests on, with its camera."""
    stmt = (
        visible(Violation, SYSTEM)
        .where(Violation.hazard_id == hazard.id, Violation.merge_key == hazard.merge_key)
        .options(joinedload(Violation.camera))
        .order_by(Violation.started_at.desc(), Violation.id.desc())
        .limit(1)
    )
    found: Violation | None = db.session.scalars(stmt).first()
    return found


def seen_since(merge_key: str, since: datetime) -> bool:
    """Whether its rule was seen broken in its zone since; what a person rejected was not."""
    stmt = visible(Violation, SYSTEM, Violation.id).where(
        Violation.merge_key == merge_key,
        Violation.started_at > since,
        Violation.status != ReviewState.REJECTED,
    )
    return db.session.scalar(stmt.limit(1)) is not None


def was_lifted(camera: Camera, rule_id: str, of: Window) -> bool:
    """Whether a permit bent the rule, either way, for a part of these days."""
    stmt = visible(CameraPermit, SYSTEM, CameraPermit.id).where(
        CameraPermit.camera_id == camera.id,
        CameraPermit.rule_id == rule_id,
        CameraPermit.starts_at < end_of(of.last),
        CameraPermit.ends_at > start_of(of.first),
        CameraPermit.removed_at.is_(None) | (CameraPermit.removed_at > start_of(of.first)),
    )
    return db.session.scalar(stmt.limit(1)) is not None


def running_by_day(camera_id: int, of: Window) -> Mapping[date, float]:
    stmt = select(CameraDay.day, CameraDay.running_s).where(
        CameraDay.camera_id == camera_id, CameraDay.day.between(of.first, of.last)
    )
    return {day: seconds for day, seconds in db.session.execute(stmt).tuples()}  # noqa: C416


def let_go(before: datetime, limit: int) -> Sequence[ProofProposal]:
    """Proposals with a clip that were refused or void by then."""
    stmt = (
        visible(ProofProposal, SYSTEM)
        .where(ProofProposal.status.in_((ProofState.REFUSED, ProofState.VOID)))
        .where(ProofProposal.attachment_id.is_not(None))
        .where(func.coalesce(ProofProposal.decided_at, ProofProposal.voided_at) < before)
        .order_by(ProofProposal.id)
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def get_proposal(proposal_id: int, actor: Actor, *, for_update: bool = False) -> ProofProposal:
    """With its ticket, camera and job. Raises NotFound."""
    stmt = _whole(actor).where(ProofProposal.id == proposal_id)
    if for_update:
        stmt = stmt.with_for_update(of=ProofProposal).execution_options(populate_existing=True)
    found: ProofProposal | None = db.session.scalars(stmt).unique().first()
    if found is None:
        raise NotFound
    return found


def _whole(actor: Actor) -> Select[Any]:
    return visible(ProofProposal, actor).options(
        joinedload(ProofProposal.hazard),
        joinedload(ProofProposal.camera),
        joinedload(ProofProposal.job),
    )


def of_hazard(hazard_id: int, actor: Actor) -> ProofProposal | None:
    """The newest of a ticket, whatever became of it."""
    stmt = _whole(actor).where(ProofProposal.hazard_id == hazard_id)
    found: ProofProposal | None = (
        db.session.scalars(stmt.order_by(ProofProposal.id.desc()).limit(1)).unique().first()
    )
    return found


def list_proposals(actor: Actor, status: ProofState | None) -> Select[Any]:
    """The newest first, with tickets, cameras and enterprises."""
    stmt = (
        _whole(actor)
        .join(Enterprise, Enterprise.id == ProofProposal.enterprise_id)
        .options(contains_eager(ProofProposal.enterprise))
        .order_by(ProofProposal.made_at.desc(), ProofProposal.id.desc())
    )
    return stmt if status is None else stmt.where(ProofProposal.status == status)


def waiting_count(actor: Actor, cap: int = 100) -> int:
    stmt = visible(ProofProposal, actor, ProofProposal.id)
    return capped_count(stmt.where(ProofProposal.status == ProofState.PROPOSED), cap)
