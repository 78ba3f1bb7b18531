"""New weights on trial in the demonstration: a candidate, six cameras, and what people made of them.

The figures of the card are invented, and say so. The weights are the shipped ones with one more
line of metadata: another hash, so that a worker of the demonstration really fetches and runs them.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from supervision.canary import service as trials
from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.demo.office import Event
from supervision.demo.stage import Stage
from supervision.demo.story import working_hours
from supervision.detector import queries as detectors
from supervision.detector import registration, shipped
from supervision.video import equipment, intake
from supervision.video import service as verdicts
from supervision.video.equipment import CameraSpec
from supervision.video.models import Camera, CameraDay, Violation, VisionNode
from supervision.video.rules import RejectReason
from vision.contract import (
    ClassMetrics,
    DetectedBox,
    ModelCard,
    ModelRef,
    Phase,
    Rule,
    RuleKind,
    TestMetrics,
    ViolationEvent,
)

WEIGHTS = Path(__file__).resolve().parents[2] / "vision" / "models" / "site-safety-v1.onnx"
# One more entry of the file's metadata: demo = 1 (ONNX's field 14, a pair of texts).
MARK = b"\x72\x09\x0a\x04demo\x12\x01\x31"
NODE = "模型试运行节点（模拟，不连接）"
HOST = "192.0.2.40"  # RFC 5737: nobody's
# Places in the table of enterprises; on the first the trial runs, the others are beside it.
PLACES = (2, 3)
POSTS = (("东侧通道", "一号厂房"), ("装配线北", "二号厂房"), ("成品库门口", "仓库区"))
DAYS_BEFORE, DAYS_ON_TRIAL = 14, 5
RUNNING_S = 21 * 3600.0
REASON = "减少反光背心与安全帽误报，先在三台摄像机上试运行一周。"


@dataclass(frozen=True, slots=True)
class Batch:
    """What the cameras of a place told, from so many days ago, and what became of it."""

    place: int
    ago: int
    days: int
    right: int
    wrong: int
    waiting: int = 0
    is_new: bool = False


BATCHES = (
    Batch(PLACES[0], DAYS_BEFORE, DAYS_BEFORE - DAYS_ON_TRIAL, 20, 26),
    Batch(PLACES[0], DAYS_ON_TRIAL - 1, 4, 30, 3, waiting=3, is_new=True),
    Batch(PLACES[1], DAYS_ON_TRIAL - 1, 4, 16, 15, waiting=2),
)


def events(stage: Stage, _start: datetime, now: datetime) -> list[Event]:
    """Cameras first, then what they told, then the trial and what it told."""
    story = _Story(stage)
    equipped = working_hours(now - timedelta(days=DAYS_BEFORE + 1))
    begun = working_hours(now - timedelta(days=DAYS_ON_TRIAL))
    found: list[Event] = [
        (equipped, story.equip),
        (begun, story.begin),
        (now - timedelta(minutes=50), partial(story.count_hours, now)),
    ]
    for batch in BATCHES:
        for number, at in enumerate(_instants(batch, now)):
            found.append((at, partial(story.tell, batch, number)))
    return found


def _instants(batch: Batch, now: datetime) -> Iterator[datetime]:
    count = batch.right + batch.wrong + batch.waiting
    first = now - timedelta(days=batch.ago) + timedelta(hours=1)
    for number in range(count):
        yield first + timedelta(days=batch.days) * (number / count)


class _Story:
    """Keeps what later steps need from earlier ones."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.node: VisionNode | None = None
        self.cameras: dict[int, list[Camera]] = {}
        self.new: ModelRef | None = None

    def equip(self) -> None:
        """A node that never speaks, and three cameras at each place."""
        node = equipment.create_node(SYSTEM, name=NODE)
        node.speaks = 4
        db.session.flush()
        self.node = node
        for place in PLACES:
            self.cameras[place] = [
                self._camera(node, place, number) for number in range(len(POSTS))
            ]

    def _camera(self, node: VisionNode, place: int, number: int) -> Camera:
        name, where = POSTS[number]
        spec = CameraSpec(
            name=name,
            place=where,
            stream_url=f"rtsp://{HOST}/{place}-{number}",
            node=node,
            rules=(Rule("helmet_missing", RuleKind.HELMET_MISSING),),
        )
        enterprise = self.stage.enterprises[place]
        return equipment.create_camera(enterprise, SYSTEM, spec, stream_hosts=(HOST,))

    def begin(self) -> None:
        """Register the candidate, and try it on the first place's cameras."""
        actor = self.stage.actors["admin"]
        data = WEIGHTS.read_bytes() + MARK
        model = registration.register(actor, _card(data), io.BytesIO(data))
        self.new = ModelRef(model.name, model.version, model.sha256)
        ids = [camera.id for camera in self.cameras[PLACES[0]]]
        trials.begin(model, actor, ids, reason=REASON)

    def tell(self, batch: Batch, number: int) -> None:
        """One violation, and the verdict on it."""
        camera = self.cameras[batch.place][number % len(POSTS)]
        node = self.node
        if node is None:
            raise RuntimeError("the cameras come first")
        event = _event(node, camera, self._by(batch), f"{batch.place}-{batch.ago}-{number}")
        intake.take_event(node, _speaks_for(node), event)
        ident = _id_of(event)
        reviewer = self.stage.person(batch.place, "safety")
        # Right and wrong ones in turn, in the proportion of the batch.
        turn = number * batch.wrong // (batch.right + batch.wrong)
        is_wrong = (number + 1) * batch.wrong // (batch.right + batch.wrong) > turn
        if number >= batch.right + batch.wrong:
            return
        if is_wrong:
            verdicts.reject(ident, reviewer, reason=RejectReason.WRONG_OBJECT)
        else:
            verdicts.confirm(ident, reviewer)

    def _by(self, batch: Batch) -> ModelRef:
        if batch.is_new and self.new is not None:
            return self.new
        old = detectors.active()
        if old is None:
            raise RuntimeError("the reference data is loaded before the demonstration")
        return ModelRef(old.name, old.version, old.sha256)

    def count_hours(self, now: datetime) -> None:
        """Most of each day every camera ran."""
        today = clock.day_of(now)
        for camera in (one for place in PLACES for one in self.cameras[place]):
            for ago in range(DAYS_BEFORE + 1):
                day = today - timedelta(days=ago)
                share = 0.4 if ago == 0 else 1.0
                db.session.add(CameraDay(camera_id=camera.id, day=day, running_s=RUNNING_S * share))
        db.session.flush()


def _speaks_for(node: VisionNode) -> Actor:
    return Actor(SYSTEM.kind, node.id, node.name, everything=True)


def _id_of(event: ViolationEvent) -> int:
    stmt = visible(Violation, SYSTEM, Violation.id).where(Violation.event_id == event.event_id)
    return int(db.session.scalars(stmt).one())


def _event(node: VisionNode, camera: Camera, by: ModelRef, key: str) -> ViolationEvent:
    now = clock.now()
    return ViolationEvent(
        event_id=f"demo-trial-{key}",
        revision=1,
        phase=Phase.CLOSE,
        node=node.uid,
        camera_id=camera.uid,
        rule_id="helmet_missing",
        rule_kind=RuleKind.HELMET_MISSING,
        started_at=now - timedelta(seconds=20),
        seen_at=now - timedelta(seconds=4),
        ended_at=now - timedelta(seconds=4),
        score=0.62,
        model=by,
        boxes=(DetectedBox("head", 0.62, (0.4, 0.2, 0.5, 0.35)),),
        frame_size=(1280, 720),
    )


def _card(data: bytes) -> ModelCard:
    """Invented figures, beside those of the shipped card."""
    helmet = ClassMetrics("helmet", 0.984, 0.96, 0.93, 6)
    return ModelCard(
        name="site-safety",
        version="2-demo",
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        classes=("person", "helmet", "head", "vest", "no_vest", "fire", "smoke"),
        licence="AGPL-3.0-or-later",
        training_data="（演示）权重与系统自带的相同，仅哈希不同；指标均为虚构，不代表真实效果。",
        made_at=clock.now() - timedelta(hours=3),
        parent=shipped.card().sha256,
        metrics=(
            TestMetrics(
                "Hard Hat Workers",
                300,
                0.979,
                0.684,
                (helmet, ClassMetrics("head", 0.974, 0.95, 0.91, 9)),
            ),
            TestMetrics(
                "Construction Site Safety",
                82,
                0.738,
                0.362,
                (
                    ClassMetrics("person", 0.801, 0.84, 0.75, 31),
                    ClassMetrics("helmet", 0.744, 0.86, 0.70, 12),
                    ClassMetrics("head", 0.552, 0.71, 0.52, 14),
                    ClassMetrics("vest", 0.851, 0.9, 0.8, 8),
                    ClassMetrics("no_vest", 0.742, 0.78, 0.69, 15),
                ),
            ),
        ),
        hyper=(("epochs", "6"), ("imgsz", "480"), ("freeze", "10"), ("verdicts", "200")),
    )
