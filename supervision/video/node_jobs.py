"""Verbs of node jobs: ask, hand out, take what came back. And of live pictures.

A job is handed out under a lease, so a worker that dies in it is asked again; what it made is
stored under its hash, so a second delivery changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy import Boolean, bindparam, case, or_, select, update

from supervision.core import attachments, audit, clock
from supervision.core.actor import Actor
from supervision.core.db import UTCDateTime, db
from supervision.core.errors import InvalidInput, NotFound
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.video import searching
from supervision.video.job_models import JobState, LiveFrame, NodeJob
from supervision.video.models import Camera, CameraHealth, Violation, ViolationEvidence, VisionNode
from supervision.video.upsert import insert
from vision import contract
from vision.contract import JobResult, LiveWant, NodeWork

LEASE = timedelta(minutes=5)
MOST_TRIES = 3
AT_ONCE = 4
MOST_WANTED = 64
_OF_NODE = "the node's own work, found by its token"


def ask(
    camera: Camera,
    actor: Actor,
    job: contract.NodeJob,
    *,
    violation: Violation | None = None,
    note: Mapping[str, Any] | None = None,
) -> NodeJob:
    """Put a job before the camera's node; ``job.job_id`` is given by us.

    Raises InvalidInput where the camera has no node, or one too old for jobs.
    """
    named = select(VisionNode).where(VisionNode.id == camera.node_id)
    node = db.session.scalars(unscoped(named, reason="the camera's own node")).first()
    if node is None:
        raise InvalidInput(N_("This camera has no vision node that could do it."), field="camera")
    if node.speaks < contract.JOBS_SINCE:
        raise InvalidInput(
            N_("The worker of node %(name)s is too old for this. Renew it."),
            field="camera",
            name=node.name,
        )
    row = NodeJob(
        enterprise_id=camera.enterprise_id,
        kind=job.kind,
        node_id=node.id,
        camera_id=camera.id,
        violation_id=violation.id if violation else None,
        asked={},
        note=dict(note or {}),
        created_at=clock.now(),
        created_by_id=actor.id,
        created_by=actor.name,
    )
    db.session.add(row)
    db.session.flush()
    row.asked = contract.to_json(replace(job, job_id=row.uid, camera_id=camera.uid))
    audit.record(actor, "video.job_ask", row, kind=job.kind, camera_id=camera.id)
    db.session.flush()
    return row


def work_of(node: VisionNode, now: datetime, group: str = "") -> NodeWork:
    """What waits for ``node``: its jobs are leased to it from now on.

    A group of a cluster gets what is about the cameras that it was the last to report: only where
    a camera runs is its video.
    """
    return NodeWork(
        node=node.uid,
        jobs=(*_told(_hand_out(node, now, group)), *searching.hand_out(node, now)),
        live=_wanted(node, now),
        lease_s=LEASE.total_seconds(),
    )


def _told(rows: Sequence[NodeJob]) -> tuple[contract.NodeJob, ...]:
    """As they were asked, and what hides the camera's picture now.

    A mask that was drawn since is news to the node, and of a camera that it does not watch any
    more it knows none.
    """
    stmt = select(Camera).where(Camera.id.in_({row.camera_id for row in rows}))
    cameras = {one.id: one for one in db.session.scalars(unscoped(stmt, reason=_OF_NODE))}
    found = []
    for row in rows:
        job, camera = contract.parse(contract.NodeJob, row.asked), cameras[row.camera_id]
        found.append(job if job.before is not None else replace(job, before=_hiding(camera)))
    return tuple(found)


def _hiding(camera: Camera) -> contract.Camera:
    """The camera as far as its pictures need it: masks, no address, no rules."""
    return contract.Camera(
        camera_id=camera.uid,
        name=camera.name,
        url="",
        input_size=camera.input_size,
        analysed_fps=camera.analysed_fps,
        masks=camera.mask_list,
    )


def work_asked(node: VisionNode, now: datetime, group: str) -> dict[str, Any]:
    """The parameters of :func:`has_work`."""
    asked = {"node_id": node.id, "now": now, "knows_searches": searching.is_known_to(node)}
    return {**asked, "group": group} if group else asked


def has_work(*, of_group: bool) -> Any:
    """Whether it is worth asking for work: a cheap look at each of three indexes.

    Part of a statement that is built once, because every node asks it every few seconds.
    """
    node_id: Any = bindparam("node_id")
    now = bindparam("now", type_=UTCDateTime)
    job = select(NodeJob.id).where(
        *_claimable(node_id, now, bindparam("group") if of_group else None)
    )
    live = (
        select(LiveFrame.id)
        .join(Camera, Camera.id == LiveFrame.camera_id)
        .where(Camera.node_id == node_id, Camera.is_enabled, LiveFrame.wanted_until > now)
    )
    search = searching.waiting(node_id, now, bindparam("knows_searches", type_=Boolean))
    return or_(job.exists(), search.exists(), live.exists())


def _claimable(node_id: Any, now: Any, group: Any) -> tuple[Any, ...]:
    """``group`` None: of the whole node. Values, or parameters of a statement."""
    waits = NodeJob.status == JobState.WAITING
    lost = (NodeJob.status == JobState.TAKEN) & (NodeJob.lease_until < now)
    mine = NodeJob.node_id == node_id, waits | lost, NodeJob.is_of_camera_s_node()
    if group is None:
        return mine
    said = select(CameraHealth.camera_id).where(
        CameraHealth.node_id == node_id, CameraHealth.group_name == group
    )
    return *mine, NodeJob.camera_id.in_(said)


def _hand_out(node: VisionNode, now: datetime, group: str) -> Sequence[NodeJob]:
    stmt = (
        select(NodeJob)
        .where(*_claimable(node.id, now, group or None))
        .order_by(NodeJob.id)
        .limit(AT_ONCE)
        .with_for_update(of=NodeJob, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    rows = db.session.scalars(unscoped(stmt, reason=_OF_NODE)).all()
    given = []
    for row in rows:
        if row.tries >= MOST_TRIES:
            _end(row, JobState.FAILED, "the worker died in it three times", now)
            continue
        row.status, row.tries, row.lease_until = JobState.TAKEN, row.tries + 1, now + LEASE
        given.append(row)
    db.session.flush()
    return given


def _wanted(node: VisionNode, now: datetime) -> tuple[LiveWant, ...]:
    stmt = (
        select(Camera.uid, LiveFrame.wanted_until, LiveFrame.wanted_width, LiveFrame.every_s)
        .join(Camera, Camera.id == LiveFrame.camera_id)
        .where(Camera.node_id == node.id, Camera.is_enabled, LiveFrame.wanted_until > now)
        .order_by(Camera.id)
        .limit(MOST_WANTED)
    )
    rows = db.session.execute(unscoped(stmt, reason=_OF_NODE)).tuples()
    return tuple(LiveWant(*row) for row in rows)


def find_job(uid: str, actor: Actor, *, for_update: bool = False) -> NodeJob:
    """A job that the node works on now. Raises NotFound for another's, or one that is over."""
    stmt = visible(NodeJob, actor).where(NodeJob.uid == uid, NodeJob.status == JobState.TAKEN)
    if for_update:
        stmt = stmt.with_for_update(of=NodeJob).execution_options(populate_existing=True)
    found: NodeJob | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def source_of(job: NodeJob) -> attachments.Attachment:
    """The file that a job is about. Raises NotFound where it is gone."""
    asked = contract.parse(contract.NodeJob, job.asked)
    if asked.source is None or job.violation_id is None:
        raise NotFound
    stmt = select(ViolationEvidence).where(
        ViolationEvidence.violation_id == job.violation_id,
        ViolationEvidence.sha256 == asked.source.sha256,
        ViolationEvidence.attachment_id.is_not(None),
    )
    found = db.session.scalars(
        unscoped(stmt, reason="the file of a job that is the node's")
    ).first()
    if found is None or found.attachment is None:
        raise NotFound
    return found.attachment


def store_file(
    actor: Actor, uid: str, source: IO[bytes], media_type: str, *, limit: int
) -> NodeJob:
    """Keep what a job made; the edge has checked hash and type. Given twice, it is kept once."""
    job = find_job(uid, actor, for_update=True)
    suffix = {"image/jpeg": "jpg", "video/mp4": "mp4"}[media_type]
    stamp = clock.now().astimezone(clock.SHANGHAI).strftime("%Y%m%d-%H%M%S")
    before = job.attachment
    kept = attachments.store_file(
        actor, source, f"{stamp}-{job.kind}-{job.id}.{suffix}", media_type, limit=limit
    )
    job.attachment_id = kept.id
    db.session.flush()
    if before is not None:
        attachments.forget(before)
    return job


def take_result(actor: Actor, result: JobResult) -> NodeJob:
    """How a job ended. Raises NotFound for one that was given to another, or is over."""
    job = find_job(result.job_id, actor, for_update=True)
    now = clock.now()
    job.result = contract.to_json(result)
    if result.ok and result.sha256 is not None and job.attachment_id is None:
        _end(job, JobState.FAILED, "its file has not arrived", now)
    else:
        _end(job, JobState.DONE if result.ok else JobState.FAILED, result.problem, now)
    db.session.flush()
    return job


def end_of_camera(camera_id: int) -> None:
    """The camera is another node's from now on: what its old one was asked for does not come."""
    stmt = select(NodeJob).where(
        NodeJob.camera_id == camera_id, NodeJob.status.in_((JobState.WAITING, JobState.TAKEN))
    )
    stmt = stmt.with_for_update(of=NodeJob).execution_options(populate_existing=True)
    for job in db.session.scalars(unscoped(stmt, reason="jobs of a camera that is changed")):
        _end(job, JobState.FAILED, "the camera was moved to another node", clock.now())
    db.session.flush()


def _end(job: NodeJob, status: JobState, problem: str, now: datetime) -> None:
    job.status, job.ended_at, job.lease_until = status, now, None
    job.problem = problem[:2000]


def want_live(camera_ids: Sequence[int], *, until: datetime, width: int, every_s: float) -> None:
    """Somebody looks at these cameras until then. The caller has checked that they may.

    Of several who look, the largest picture and the shortest pause count.
    """
    now = clock.now()
    lapsed = LiveFrame.wanted_until <= now
    wider = case(
        (lapsed, width), (LiveFrame.wanted_width > width, LiveFrame.wanted_width), else_=width
    )
    sooner = case(
        (lapsed, every_s), (LiveFrame.every_s < every_s, LiveFrame.every_s), else_=every_s
    )
    later = case((LiveFrame.wanted_until > until, LiveFrame.wanted_until), else_=until)
    for camera_id in sorted(set(camera_ids)):
        stmt = insert(LiveFrame).values(
            camera_id=camera_id, wanted_until=until, wanted_width=width, every_s=every_s
        )
        stmt = stmt.on_conflict_do_update(
            index_elements=["camera_id"],
            set_={"wanted_until": later, "wanted_width": wider, "every_s": sooner},
        )
        db.session.execute(stmt)


def take_live(camera: Camera, data: bytes, taken_at: datetime, size: tuple[int, int]) -> bool:
    """Keep a live picture; False where nobody wants one any more: it is not kept then."""
    now = clock.now()
    stmt = (
        update(LiveFrame)
        .where(
            LiveFrame.camera_id == camera.id, LiveFrame.wanted_until > now - timedelta(minutes=1)
        )
        .values(data=data, taken_at=taken_at, received_at=now, width=size[0], height=size[1])
        .execution_options(synchronize_session=False)
    )
    done = db.session.execute(unscoped(stmt, reason=_OF_NODE))
    return bool(done.rowcount)  # type: ignore[attr-defined]
