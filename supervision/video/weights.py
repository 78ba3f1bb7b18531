"""Which weights judge which camera: what a configuration says of it, and what nodes report."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

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
from supervision.video.models import Camera, VisionNode
from vision import contract
from vision.contract import Heartbeat, ModelFile, ModelHealth, ModelState

# So many lines of models are kept of a node.
MOST_MODELS = 200


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


def told_models(node: VisionNode, beat: Heartbeat) -> list[dict[str, object]]:
    """What the node's row keeps: of a cluster, each group speaks for itself."""
    kept = [m for m in node.models or () if beat.group and m.get("group", "") != beat.group]
    own = [contract.to_json(model) | {"group": beat.group} for model in beat.models]
    return (own + kept)[:MOST_MODELS]


def model_lines(node: VisionNode) -> list[tuple[str, ModelHealth]]:
    """What it said last of each model, with the group of a cluster that said it."""
    return [
        (str(line.get("group", "")), _health(line))
        for line in node.models or ()
        if "sha256" in line
    ]


def _health(line: Mapping[str, object]) -> ModelHealth:
    return contract.parse(ModelHealth, {k: v for k, v in line.items() if k != "group"})


def tell_of_refused(node: VisionNode, beat: Heartbeat) -> None:
    """The administrators hear once of weights that a node refuses: other bytes, other classes."""
    refused = [model for model in beat.models if model.state is ModelState.REFUSED]
    if not refused:
        return
    known = {(group, h.sha256) for group, h in model_lines(node) if h.state is ModelState.REFUSED}
    new = [model for model in refused if (beat.group, model.sha256) not in known]
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
