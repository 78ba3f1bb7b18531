"""Reads of trials, and of where weights are used. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from supervision.canary.models import Canary
from supervision.canary.workflow import CanaryState
from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import unscoped, visible
from supervision.detector.models import DetectorModel
from supervision.detector.workflow import DetectorState
from supervision.video import precision, weights
from supervision.video import queries as video
from supervision.video.models import Camera, Violation, VisionNode
from supervision.video.precision import Tally
from supervision.video.weights import ModelLine
from vision.contract import RuleKind

SHOWN = 100
MOST_NODES = 500
VERDICT_DAYS = 30


def list_canaries(actor: Actor, status: CanaryState | None = None) -> Select[Any]:
    """Trials with their models, running ones first, then the latest."""
    stmt = visible(Canary, actor).options(
        joinedload(Canary.model), joinedload(Canary.against), selectinload(Canary.cameras)
    )
    if status is not None:
        stmt = stmt.where(Canary.status == status)
    running = Canary.status == CanaryState.RUNNING
    return stmt.order_by(running.desc(), Canary.started_at.desc(), Canary.id.desc())


def of_model(model_id: int, actor: Actor) -> Sequence[Canary]:
    """The last trials of a model, the newest first."""
    stmt = list_canaries(actor).where(Canary.model_id == model_id).limit(SHOWN)
    return db.session.scalars(stmt).all()


def get_canary(canary_id: int, actor: Actor, *, for_update: bool = False) -> Canary:
    """One trial with its models and cameras. Raises NotFound."""
    stmt = (
        visible(Canary, actor)
        .where(Canary.id == canary_id)
        .options(joinedload(Canary.model), joinedload(Canary.against), selectinload(Canary.cameras))
        .execution_options(populate_existing=True)
    )
    if for_update:
        stmt = stmt.with_for_update(of=Canary)
    found: Canary | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def running_ids() -> Sequence[int]:
    """Of every trial that goes on, in order."""
    stmt = select(Canary.id).where(Canary.status == CanaryState.RUNNING).order_by(Canary.id)
    return db.session.scalars(unscoped(stmt, reason="the watch goes over all trials")).all()


def cameras_of(canary: Canary, actor: Actor) -> Sequence[Camera]:
    """Its cameras with enterprise, node and health, by name."""
    ids = [one.camera_id for one in canary.cameras]
    stmt = video.list_cameras(actor).where(Camera.id.in_(ids))
    return db.session.scalars(stmt).unique().all()


def to_try(actor: Actor, text: str, ticked: Collection[int] = ()) -> Sequence[Camera]:
    """Those that are ticked, then the first hundred others that may be and hold ``text``."""
    runs = (Camera.is_enabled, Camera.node_id.is_not(None))
    chosen = video.list_cameras(actor).where(Camera.id.in_(ticked), *runs)
    first = db.session.scalars(chosen).unique().all() if ticked else ()
    others = video.list_cameras(actor, text=text).where(Camera.id.not_in(ticked), *runs)
    return [*first, *db.session.scalars(others.limit(SHOWN)).unique()]


def chosen(ids: Collection[int], actor: Actor) -> Sequence[Camera]:
    """Those of ``ids`` that may be tried on, with their nodes; nobody changes them meanwhile."""
    stmt = (
        visible(Camera, actor)
        .where(Camera.id.in_(ids), Camera.is_enabled)
        .options(selectinload(Camera.node))
        .order_by(Camera.id)
        .with_for_update(of=Camera)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(stmt).all()


@dataclass(frozen=True, slots=True)
class NodeLine:
    """A node that is asked to run some weights, or says that it does.

    ``health`` are its own words; ``by_default``: it judges with these bytes
    where nothing else is asked of it.
    """

    node: VisionNode
    cameras: int
    health: Sequence[ModelLine]
    by_default: bool


def nodes_of(model: DetectorModel, actor: Actor) -> Sequence[NodeLine]:
    """Where the weights are used, by configuration and by what the nodes report."""
    counts = _cameras_by_node(model, actor)
    stmt = visible(VisionNode, SYSTEM).order_by(VisionNode.name).limit(MOST_NODES)
    nodes = db.session.scalars(stmt).all()
    lines = weights.model_lines(nodes)
    found = []
    for node in nodes:
        told = [line for line in lines[node.id] if line.health.sha256 == model.sha256]
        line = NodeLine(node, counts.get(node.id, 0), told, node.model_sha256 == model.sha256)
        if line.cameras or line.health or line.by_default:
            found.append(line)
    return found


def _cameras_by_node(model: DetectorModel, actor: Actor) -> Mapping[int, int]:
    """How many cameras of each node the configuration gives to these weights."""
    stmt = (
        visible(Camera, actor, Camera.node_id, func.count(Camera.id))
        .where(Camera.is_enabled, Camera.node_id.is_not(None))
        .group_by(Camera.node_id)
    )
    if model.status is DetectorState.ACTIVE:
        stmt = stmt.where(Camera.model_id.is_(None))
    else:
        stmt = stmt.where(Camera.model_id == model.id)
    return {int(row[0]): int(row[1]) for row in db.session.execute(stmt)}


def verdicts_of(model: DetectorModel, now: datetime) -> Mapping[RuleKind, Tally]:
    """What people made of what these weights told in the last thirty days, by rule."""
    since = clock.start_of(clock.day_of(now - timedelta(days=VERDICT_DAYS)))
    stmt = (
        visible(Violation, SYSTEM, Violation.rule_kind, *precision.tally_columns())
        .where(Violation.model_sha256 == model.sha256, Violation.started_at >= since)
        .where(Violation.rule_kind != RuleKind.VIEW_FAULT)
        .group_by(Violation.rule_kind)
        .order_by(Violation.rule_kind)
    )
    rows = db.session.execute(stmt).mappings()
    return {row["rule_kind"]: precision.tally_of(dict(row)) for row in rows}
