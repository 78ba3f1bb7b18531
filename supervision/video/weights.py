"""Which weights judge which camera: what a configuration says of it, and what nodes report."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from supervision.core import audit, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict
from supervision.core.notices import Audience
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.detector import queries as detectors
from supervision.detector.models import DetectorModel
from supervision.detector.workflow import DetectorState
from supervision.video.group_models import VisionGroup
from supervision.video.models import Camera, VisionNode
from vision import contract
from vision.contract import Heartbeat, ModelFile, ModelHealth, ModelState

# So many lines of models are kept of a node, or of a group of a cluster.
MOST_MODELS = 200
LONGEST_DETAIL = 500
MOST_GROUPS = 2000
LONGEST_GROUP = 40


@dataclass(frozen=True, slots=True)
class Weights:
    """The default's hash ("": the worker's own file), and the files of trials by their row's id."""

    default: str = ""
    files: Mapping[int, ModelFile] = field(default_factory=dict)
    default_file: ModelFile | None = None

    def of(self, model_id: int | None) -> str:
        """What the configuration says of a camera; "": the default."""
        found = self.files.get(model_id) if model_id is not None else None
        return found.sha256 if found else ""

    def described(self, told: Collection[str]) -> tuple[ModelFile, ...]:
        """The default and every model of ``told``, in the order of their hashes."""
        known = {file.sha256: file for file in self.files.values()}
        if self.default_file is not None:
            known[self.default] = self.default_file
        wanted = {self.default, *told} - {""}
        return tuple(known[sha256] for sha256 in sorted(wanted))


OWN = Weights()


def weights_of(cameras: Sequence[Camera]) -> Weights:
    """For a configuration of these cameras; one statement."""
    ids = {camera.model_id for camera in cameras if camera.model_id is not None}
    models = detectors.to_run(ids)
    default = next((m for m in models if m.status is DetectorState.ACTIVE), None)
    files = {m.id: m.file for m in models if m.id in ids and not m.is_built_in}
    if default is None or default.is_built_in:
        return Weights(files=files)
    return Weights(default.sha256, files, default.file)


def is_asked_to_run(model: DetectorModel, actor: Actor) -> bool:
    """Whether the configuration of the node that asks names these weights."""
    if model.is_built_in:
        return False
    if model.status is DetectorState.ACTIVE:
        return True
    stmt = visible(Camera, actor, Camera.id).where(Camera.model_id == model.id, Camera.is_enabled)
    return db.session.scalar(stmt.limit(1)) is not None


def give(cameras: Sequence[Camera], model: DetectorModel, actor: Actor) -> None:
    """These cameras are judged by ``model`` from now on. Raises Conflict for one on another trial."""
    for camera in cameras:
        if camera.model_id is not None:
            raise Conflict(
                N_("%(camera)s is on another trial already. Leave it out."), camera=camera.name
            )
        camera.model_id = model.id
        audit.record(actor, "video.camera_model", camera, model=model.label, sha256=model.sha256)


def take_back(model: DetectorModel, actor: Actor) -> int:
    """The cameras of a trial are judged by the default again; returns how many there were."""
    stmt = select(Camera).where(Camera.model_id == model.id).order_by(Camera.id).with_for_update()
    cameras = db.session.scalars(unscoped(stmt, reason="a trial ends for all of its cameras")).all()
    for camera in cameras:
        camera.model_id = None
        audit.record(actor, "video.camera_model", camera, model="")
    return len(cameras)


def told_models(beat: Heartbeat) -> list[dict[str, object]]:
    """What is kept of a heartbeat, of a node or of one group of a cluster."""
    lines = (replace(one, detail=one.detail[:LONGEST_DETAIL]) for one in beat.models[:MOST_MODELS])
    return [contract.to_json(line) for line in lines]


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One word about one model, and the groups of a cluster that said it; none of a plain node."""

    health: ModelHealth
    groups: tuple[str, ...] = ()


def model_lines(nodes: Sequence[VisionNode]) -> dict[int, list[ModelLine]]:
    """What each node said last of each model it was asked to run; one statement for all."""
    stmt = (
        select(VisionGroup.node_id, VisionGroup.name, VisionGroup.models)
        .where(VisionGroup.node_id.in_([node.id for node in nodes]))
        .order_by(VisionGroup.name)
        .limit(MOST_GROUPS)
    )
    said: dict[int, dict[tuple[str, str, str], list[str]]] = {}
    rows = db.session.execute(unscoped(stmt, reason="of nodes that the actor may see"))
    for node_id, group, models in rows.tuples():
        of_node = said.setdefault(node_id, {})
        for told in models or ():
            of_node.setdefault(_key(told), []).append(group)
    for node in nodes:
        if node.id not in said:
            said[node.id] = {_key(told): [] for told in node.models or ()}
    return {
        node_id: [
            ModelLine(ModelHealth(sha256, ModelState(state), detail), tuple(groups))
            for (sha256, state, detail), groups in of_node.items()
        ]
        for node_id, of_node in said.items()
    }


def _key(told: Mapping[str, Any]) -> tuple[str, str, str]:
    return told["sha256"], told["state"], told.get("detail", "")


def registered(lines: Sequence[ModelLine]) -> Mapping[str, DetectorModel]:
    """The registry's rows of those, by hash."""
    hashes = {line.health.sha256 for line in lines}
    return detectors.by_hashes(hashes) if hashes else {}


def tell_of_refused(node: VisionNode, beat: Heartbeat) -> None:
    """The administrators hear once of weights that a node refuses: other bytes, other classes."""
    refused = [model for model in beat.models if model.state is ModelState.REFUSED]
    if not refused:
        return
    known = {told["sha256"] for told in _said_before(node, beat) if told["state"] == "refused"}
    new = [model for model in refused if model.sha256 not in known]
    rows = detectors.by_hashes([model.sha256 for model in new]) if new else {}
    for model in new:
        row = rows.get(model.sha256)
        notices.queue(
            "video.model_refused",
            Audience.ADMINISTRATORS,
            None,
            link=f"/models/{row.id}" if row else f"/video/nodes/{node.id}",
            node=node.name,
            model=row.label if row else model.sha256[:12],
            detail=model.detail[:300],
        )


def _said_before(node: VisionNode, beat: Heartbeat) -> Sequence[Mapping[str, Any]]:
    """By the same speaker."""
    if not beat.group:
        return node.models or ()
    stmt = select(VisionGroup.models).where(
        VisionGroup.node_id == node.id, VisionGroup.name == beat.group[:LONGEST_GROUP]
    )
    return db.session.scalar(unscoped(stmt, reason="the group that speaks")) or ()
