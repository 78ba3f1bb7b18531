"""Stored clips of a camera judged again by its node, with the rules as somebody would have them.

A trial is some node jobs, one for each clip; the first of them keeps what was tried and which the
others are. Nothing of the camera changes until somebody saves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import joinedload, selectinload

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.video import equipment, node_jobs, queries, ticket_queries
from supervision.video.comparing import Change, Difference, change_of, compare
from supervision.video.configuration import windows_of
from supervision.video.equipment import CameraSpec
from supervision.video.job_models import JobState, NodeJob
from supervision.video.models import Camera, Violation, ViolationEvidence
from supervision.video.ticket_models import CameraPermit
from supervision.video.workflow import ReviewState
from vision import contract
from vision.contract import EvidenceKind, JobKind, JobResult, SourceFile

OFFERED = 20
MOST_CLIPS = 10
KEPT = timedelta(days=30)
BATCH = 200
JUDGED = (ReviewState.CONFIRMED, ReviewState.REJECTED)
# What a trial keeps besides the drawing and the rules. Addresses are secrets, and no part of it.
_PLAIN = ("name", "place", "analysed_fps", "is_enabled", "adaptive", "gate", "scan_s", "view_check")
_SHAPES = {
    "zones": contract.Zone,
    "lines": contract.Line,
    "masks": contract.Mask,
    "rules": contract.Rule,
}


def clips_of(camera: Camera, actor: Actor) -> Sequence[Violation]:
    """The newest violations of the camera with a verdict and a stored clip, evidence loaded."""
    stmt = (
        _with_clip(camera, actor)
        .where(Violation.status.in_(JUDGED))
        .order_by(Violation.started_at.desc(), Violation.id.desc())
        .limit(OFFERED)
    )
    return db.session.scalars(stmt).all()


def _with_clip(camera: Camera, actor: Actor) -> Any:
    stored = exists().where(
        ViolationEvidence.violation_id == Violation.id,
        ViolationEvidence.kind == EvidenceKind.CLIP,
        ViolationEvidence.attachment_id.is_not(None),
    )
    return (
        visible(Violation, actor)
        .where(Violation.camera_id == camera.id, stored)
        .options(selectinload(Violation.evidence))
    )


def start(
    camera: Camera,
    actor: Actor,
    spec: CameraSpec,
    violation_ids: Iterable[int],
    *,
    on_form: bool = False,
) -> NodeJob:
    """Ask the camera's node for each clip; the first job stands for the whole trial.

    ``on_form``: it was written on the camera's form and goes back there, else to the editor.
    Raises InvalidInput for the field ``clips``, and where the camera has no node that could.
    """
    wanted = sorted(set(violation_ids))
    if not wanted:
        raise InvalidInput(N_("Tick the clips to try it on."), field="clips")
    if len(wanted) > MOST_CLIPS:
        raise InvalidInput(
            N_("At most %(count)s clips at a time."), field="clips", count=MOST_CLIPS
        )
    stmt = _with_clip(camera, actor).where(Violation.id.in_(wanted)).order_by(Violation.id)
    found: Sequence[Violation] = db.session.scalars(stmt).all()
    if len(found) != len(wanted):
        raise InvalidInput(N_("One of these clips is not there any more."), field="clips")
    before, after = _judged(camera, equipment.spec_of(camera)), _judged(camera, spec)
    jobs = [_ask(camera, actor, violation, before, after) for violation in found]
    first = jobs[0]
    first.note = {
        "jobs": [job.id for job in jobs],
        "version": camera.row_version,
        "on_form": on_form,
        "spec": to_note(spec),
    }
    db.session.flush()
    return first


def _judged(camera: Camera, spec: CameraSpec) -> contract.Camera:
    """The camera as a node judges a clip of it: without addresses."""
    return replace(equipment.as_judged(camera.uid, spec), view_from=camera.view_from)


def _on_day(judged: contract.Camera, permits: Sequence[CameraPermit], day: date) -> contract.Camera:
    """With the permits that bent its rules then."""
    rules = tuple(
        replace(rule, windows=windows_of(permits, rule.rule_id, day)) for rule in judged.rules
    )
    return replace(judged, rules=rules)


def _ask(
    camera: Camera,
    actor: Actor,
    violation: Violation,
    before: contract.Camera,
    after: contract.Camera,
) -> NodeJob:
    clip = violation.clip
    if clip is None or clip.attachment_id is None:
        raise InvalidInput(N_("One of these clips is not there any more."), field="clips")
    source = SourceFile(EvidenceKind.CLIP, clip.sha256, clip.size, clip.start_at)
    day = clock.day_of(violation.started_at)
    permits = ticket_queries.permits_around(actor, camera.id, day)
    job = contract.NodeJob(
        "x",
        JobKind.REPLAY,
        camera.uid,
        source=source,
        before=_on_day(before, permits, day),
        after=_on_day(after, permits, day),
    )
    return node_jobs.ask(camera, actor, job, violation=violation)


def to_note(spec: CameraSpec) -> dict[str, Any]:
    """What was tried as JSON values, without addresses."""
    told = {name: getattr(spec, name) for name in _PLAIN}
    told |= {name: [contract.to_json(one) for one in getattr(spec, name)] for name in _SHAPES}
    return told | {
        "input_size": list(spec.input_size),
        "node_id": spec.node.id if spec.node else None,
    }


def from_note(told: dict[str, Any], actor: Actor) -> CameraSpec:
    """What was tried. Raises NotFound where its node is gone."""
    shapes: dict[str, Any] = {
        name: tuple(contract.parse(kind, one) for one in told[name])
        for name, kind in _SHAPES.items()
    }
    node = queries.get_node(told["node_id"], actor) if told["node_id"] else None
    width, height = told["input_size"]
    plain = {name: told[name] for name in _PLAIN}
    return CameraSpec(**plain, **shapes, input_size=(width, height), node=node)


@dataclass(frozen=True, slots=True)
class TriedClip:
    """One clip of a trial: its job, what a person said of it, and what became of it."""

    job: NodeJob
    violation: Violation | None
    length_s: float = 0.0
    difference: Difference | None = None
    change: Change | None = None

    @property
    def status(self) -> ReviewState | None:
        return self.violation.status if self.violation else None


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial as it stands now, in the order in which its clips were recorded."""

    first: NodeJob
    clips: tuple[TriedClip, ...]

    @property
    def over(self) -> int:
        return sum(1 for clip in self.clips if clip.job.is_over)

    @property
    def is_over(self) -> bool:
        return self.over == len(self.clips)

    @property
    def failed(self) -> int:
        return sum(1 for clip in self.clips if clip.job.status is JobState.FAILED)

    def count(self, status: ReviewState, *changes: Change) -> int:
        """How many clips with that verdict came to one of these ends; without any: all judged."""
        told = Counter(clip.change for clip in self.clips if clip.status is status)
        return sum(told[change] for change in changes or tuple(Change))

    @property
    def version(self) -> int:
        return int(self.first.note["version"])

    @property
    def on_form(self) -> bool:
        return bool(self.first.note["on_form"])

    def spec(self, actor: Actor) -> CameraSpec:
        return from_note(self.first.note["spec"], actor)


def get_trial(camera: Camera, job_id: int, actor: Actor) -> Trial:
    """A trial of this camera by its first job. Raises NotFound."""
    stmt = visible(NodeJob, actor).where(
        NodeJob.camera_id == camera.id, NodeJob.kind == JobKind.REPLAY
    )
    first = db.session.scalars(stmt.where(NodeJob.id == job_id)).first()
    if first is None or "jobs" not in first.note:
        raise NotFound
    jobs = db.session.scalars(stmt.where(NodeJob.id.in_(first.note["jobs"]))).all()
    ids = [job.violation_id for job in jobs]
    seen = (
        visible(Violation, actor)
        .where(Violation.id.in_(ids))
        .options(selectinload(Violation.evidence), joinedload(Violation.camera))
    )
    by_id = {violation.id: violation for violation in db.session.scalars(seen)}
    tried = [_tried(job, by_id.get(job.violation_id or 0)) for job in jobs]
    tried.sort(key=lambda clip: clip.job.id)
    return Trial(first, tuple(tried))


def _tried(job: NodeJob, violation: Violation | None) -> TriedClip:
    if job.status is not JobState.DONE:
        return TriedClip(job, violation)
    result = contract.parse(JobResult, job.result)
    change = None
    if violation is not None:
        change = change_of(violation.rule_id, violation.rule_kind, result.before, result.after)
    told = (*result.before, *result.after)
    length = max([result.duration_s, *(raised.end_s for raised in told)])
    return TriedClip(job, violation, length, compare(result.before, result.after), change)


def save(camera: Camera, actor: Actor, trial: Trial, *, stream_hosts: Iterable[str]) -> None:
    """Make what was tried the camera's own. Raises Conflict where the camera was changed since."""
    if camera.row_version != trial.version:
        raise Conflict
    spec = replace(trial.spec(actor), stream_url="", sub_url="")
    equipment.change_camera(camera, actor, spec, stream_hosts=stream_hosts)


def forget_old(now: datetime) -> int:
    """Drop trials of more than a month ago, so many at a time; returns how many jobs went."""
    old = (
        select(NodeJob.id)
        .where(NodeJob.kind == JobKind.REPLAY, NodeJob.created_at < now - KEPT)
        .order_by(NodeJob.id)
        .limit(BATCH)
    )
    ids = db.session.scalars(unscoped(old, reason="the system tidies up")).all()
    if ids:
        stmt = delete(NodeJob).where(NodeJob.id.in_(ids))
        db.session.execute(unscoped(stmt, reason="the system tidies up"))
    return len(ids)
