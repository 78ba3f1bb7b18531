"""One camera's place in the fleet, and what may truly be said of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from vision.capture import Report
from vision.contract import Camera, CameraHealth, CameraState, Decoding, StreamFault
from vision.logs import conceal
from vision.mailbox import Mailbox

FRESH_S = 5.0  # "running" is said only while the newest frame is younger than this
# Key frames alone come once in a group of pictures, and capture decodes all where that is longer.
KEY_FRESH_S = FRESH_S + 10.0


@dataclass(frozen=True, slots=True)
class Counts:
    """What capture processes counted."""

    frames: int = 0
    corrupt: int = 0
    gated: int = 0


@dataclass(frozen=True, slots=True)
class Inferred:
    """What the inference processes counted of one camera."""

    judged: int = 0
    stale: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted of one camera beside its health; since it was started."""

    camera_id: str
    frames: int
    gated: int
    stale: int
    overtaken: int
    decoding_s: dict[Decoding, float]
    reconnects: dict[StreamFault, int]


@dataclass(slots=True)
class Seat:
    """Counts here outlive the capture process that made them; ``before`` are those of its dead."""

    camera: Camera
    mailbox: Mailbox
    report: Report
    device: int
    before: Counts = field(default_factory=Counts)
    view_since: datetime | None = None
    decoding_s: dict[Decoding, float] = field(default_factory=dict)
    reconnects: dict[StreamFault, int] = field(default_factory=dict)
    last_fault: StreamFault = StreamFault.OTHER
    heard_at: float = field(default_factory=time.monotonic)

    @property
    def frame_age_s(self) -> float | None:
        """Of the newest frame; a clock that is set makes none older."""
        told = self.report.frame_age_s
        return None if told is None else told + time.monotonic() - self.heard_at

    def heed(self, report: Report) -> None:
        """Take a new report, and what it says beside the one before."""
        before, self.report = self.report, report
        self.heard_at = time.monotonic()
        self.last_fault = report.fault or self.last_fault
        came = report.reconnects - before.reconnects
        if came > 0:
            self.reconnects[self.last_fault] = self.reconnects.get(self.last_fault, 0) + came
        if report.view is not before.view or self.view_since is None:
            self.view_since = datetime.now(UTC)

    def lose(self, why: str) -> None:
        """The capture process is gone, and its counts with it."""
        self.before = self.counts()
        lost = Report(self.camera.camera_id, CameraState.FAILED, StreamFault.OTHER, why)
        # The picture is what it was as far as anybody knows; the next process looks anew.
        was = self.report
        self.report = replace(
            lost, view=was.view, last_frame_t=was.last_frame_t, frame_age_s=self.frame_age_s
        )
        self.heard_at = time.monotonic()
        self.last_fault = StreamFault.OTHER
        self.reconnects[self.last_fault] = self.reconnects.get(self.last_fault, 0) + 1

    def counts(self) -> Counts:
        """Counted since the camera was started, over all its processes."""
        was, now = self.before, self.report
        return Counts(was.frames + now.frames, was.corrupt + now.corrupt, was.gated + now.gated)

    def passed(self, seconds: float) -> None:
        """So long it was decoded the way it said last."""
        decoding = self.report.decoding
        self.decoding_s[decoding] = self.decoding_s.get(decoding, 0.0) + seconds

    def health(self, inferred: Inferred) -> CameraHealth:
        report, corrupt = self.report, self.counts().corrupt
        last, age = report.last_frame_t, self.frame_age_s
        fault, detail = trouble_of(report)
        return CameraHealth(
            camera_id=self.camera.camera_id,
            state=true_state(report, age),
            last_frame_at=None if last is None else datetime.fromtimestamp(last, UTC),
            fps=report.fps,
            frame_age_s=None if age is None else round(age, 2),
            reconnects=sum(self.reconnects.values()),
            dropped=self.mailbox.dropped + inferred.stale + corrupt,
            fault=fault,
            fault_detail=conceal(detail)[:500],  # a camera may say our password back to us
            view=report.view,
            view_since=self.view_since,
            decoding=report.decoding,
            corrupt=corrupt,
            judged=inferred.judged,
            frame_size=report.frame_size,
        )

    def figures(self, inferred: Inferred) -> Figures:
        counts = self.counts()
        return Figures(
            self.camera.camera_id,
            counts.frames,
            counts.gated,
            inferred.stale,
            self.mailbox.dropped,
            dict(self.decoding_s),
            dict(self.reconnects),
        )


def true_state(report: Report, age_s: float | None) -> CameraState:
    """What capture says, but "running" only while its frames are young."""
    if report.state is not CameraState.RUNNING:
        return report.state
    limit = KEY_FRESH_S if report.decoding is Decoding.KEY else FRESH_S
    return CameraState.STALLED if age_s is None or age_s > limit else CameraState.RUNNING


def trouble_of(report: Report) -> tuple[StreamFault | None, str]:
    """The judged stream's trouble; else that of the stream that is kept for evidence."""
    if report.fault is None and report.evidence_fault is not None:
        return report.evidence_fault, f"main stream, kept for evidence: {report.evidence_detail}"
    return report.fault, report.detail
