"""Reads of the registry. Pages start at ``visible()``; what nodes run is nobody's scope."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import unscoped, visible
from supervision.core.search import contains
from supervision.detector.models import DetectorModel, DetectorStep
from supervision.detector.workflow import DetectorState

HISTORY = 100
_EVERYBODYS = "the weights that every node runs are the same, whoever asks"

SORTS = {
    "newest": (DetectorModel.uploaded_at.desc(), DetectorModel.id.desc()),
    "name": (DetectorModel.name, DetectorModel.version.desc(), DetectorModel.id),
    "size": (DetectorModel.size, DetectorModel.id),
}


@dataclass(frozen=True, slots=True)
class ModelFilter:
    """What the list is narrowed to; empty means all."""

    text: str = ""
    status: DetectorState | None = None
    sort: str = "newest"


def list_models(actor: Actor, wanted: ModelFilter) -> Select[Any]:
    """The ordered statement behind the list."""
    stmt = visible(DetectorModel, actor)
    for word in wanted.text.split():
        stmt = stmt.where(
            contains(word, DetectorModel.name, DetectorModel.version, DetectorModel.sha256)
        )
    if wanted.status is not None:
        stmt = stmt.where(DetectorModel.status == wanted.status)
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["newest"]))


def get_model(model_id: int, actor: Actor, *, for_update: bool = False) -> DetectorModel:
    """One model with what came before it. Raises NotFound."""
    stmt = (
        visible(DetectorModel, actor)
        .where(DetectorModel.id == model_id)
        .options(joinedload(DetectorModel.previous), joinedload(DetectorModel.attachment))
        .execution_options(populate_existing=True)
    )
    if for_update:
        stmt = stmt.with_for_update(of=DetectorModel)
    found: DetectorModel | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def steps_of(model: DetectorModel) -> Sequence[DetectorStep]:
    """The last hundred things that were done with it, the newest first."""
    stmt = select(DetectorStep).where(DetectorStep.model_id == model.id)
    return db.session.scalars(stmt.order_by(DetectorStep.id.desc()).limit(HISTORY)).all()


def active() -> DetectorModel | None:
    """The default of every node; None before the reference data is loaded."""
    stmt = select(DetectorModel).where(DetectorModel.status == DetectorState.ACTIVE)
    return db.session.scalars(unscoped(stmt, reason=_EVERYBODYS)).first()


def leads_back_to(model: DetectorModel) -> bool:
    """Whether a roll back of the default makes ``model`` the default."""
    default = active()
    return default is not None and default.previous_id == model.id


def by_id(model_id: int | None) -> DetectorModel | None:
    stmt = select(DetectorModel).where(DetectorModel.id == model_id)
    return db.session.scalars(unscoped(stmt, reason=_EVERYBODYS)).first()


def by_sha256(sha256: str) -> DetectorModel | None:
    """With its stored file."""
    stmt = select(DetectorModel).where(DetectorModel.sha256 == sha256)
    stmt = stmt.options(joinedload(DetectorModel.attachment))
    return db.session.scalars(unscoped(stmt, reason=_EVERYBODYS)).first()


def by_hashes(hashes: Collection[str]) -> dict[str, DetectorModel]:
    """Those of ``hashes`` that are registered."""
    stmt = select(DetectorModel).where(DetectorModel.sha256.in_(hashes))
    found = db.session.scalars(unscoped(stmt, reason=_EVERYBODYS))
    return {model.sha256: model for model in found}


def is_named(name: str, version: str) -> bool:
    stmt = select(DetectorModel.id).where(
        DetectorModel.name == name, DetectorModel.version == version
    )
    return db.session.scalar(unscoped(stmt, reason=_EVERYBODYS)) is not None


def to_run(model_ids: Collection[int]) -> Sequence[DetectorModel]:
    """The default and those of ``model_ids``, in one statement."""
    stmt = select(DetectorModel).where(
        or_(DetectorModel.status == DetectorState.ACTIVE, DetectorModel.id.in_(model_ids))
    )
    return db.session.scalars(unscoped(stmt, reason=_EVERYBODYS)).all()


def stored() -> list[DetectorModel]:
    """Every model whose bytes are kept here, apart from any session; there are tens of them."""
    stmt = select(DetectorModel).where(DetectorModel.attachment_id.is_not(None))
    stmt = stmt.order_by(DetectorModel.id)
    models = list(db.session.scalars(unscoped(stmt, reason=_EVERYBODYS)))
    db.session.expunge_all()
    db.session.rollback()
    return models


def candidates(actor: Actor, limit: int = 200) -> Sequence[DetectorModel]:
    """What may be tried, the newest first."""
    wanted = ModelFilter(status=DetectorState.CANDIDATE)
    return db.session.scalars(list_models(actor, wanted).limit(limit)).all()


def lock_registry() -> None:
    """Until the transaction ends nobody else changes which model is the default."""
    stmt = select(DetectorModel.id).order_by(DetectorModel.id).limit(1).with_for_update()
    db.session.execute(unscoped(stmt, reason=_EVERYBODYS)).all()
