"""From an episode to the message that tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from vision.contract import (
    MAX_BOXES,
    DetectedBox,
    EvidenceRef,
    ModelRef,
    Phase,
    ViolationEvent,
    parse,
)
from vision.episodes import Episode
from vision.outbox import StoredEpisode
from vision.seen import Detection


def first_revision(
    episode: Episode, *, node: str, camera_id: str, model: ModelRef, config_version: str
) -> ViolationEvent:
    """The "open" message: sent at once, its evidence follows."""
    return ViolationEvent(
        event_id=episode.event_id,
        revision=1,
        phase=Phase.OPEN,
        node=node,
        camera_id=camera_id,
        rule_id=episode.rule_id,
        rule_kind=episode.rule_kind,
        zone_id=episode.zone_id,
        started_at=_instant(episode.started_t),
        seen_at=_instant(max(episode.seen_t, episode.started_t)),
        score=min(1.0, episode.score),
        model=model,
        subject=episode.subject,
        boxes=_boxes(episode.best.boxes),
        snapshot_at=_instant(episode.best.t),
        frame_size=episode.best.frame_size,
        config_version=config_version,
        same_as=episode.same_as,
        detail=episode.detail,
    )


def next_revision(
    stored: StoredEpisode,
    episode: Episode,
    *,
    is_closed: bool,
    evidence: Sequence[EvidenceRef] | None = None,
) -> ViolationEvent:
    """The message after ``stored``'s last one, complete in itself; a closed episode stays closed.

    Node, model, configuration and ``same_as`` stay as they were when it opened.
    """
    before = parse(ViolationEvent, stored.event)
    ended = episode.ended_t if episode.ended_t is not None else episode.seen_t
    seen_t = max(ended if is_closed else episode.seen_t, episode.started_t)
    return replace(
        before,
        revision=stored.revision + 1,
        phase=Phase.CLOSE if is_closed else Phase.UPDATE,
        seen_at=max(before.started_at, _instant(seen_t)),
        ended_at=max(before.started_at, _instant(ended)) if is_closed else None,
        score=min(1.0, episode.score),
        boxes=_boxes(episode.best.boxes),
        snapshot_at=_instant(episode.best.t),
        frame_size=episode.best.frame_size,
        detail=episode.detail,
        evidence=before.evidence if evidence is None else tuple(evidence),
    )


def _boxes(detections: Sequence[Detection]) -> tuple[DetectedBox, ...]:
    """The surest boxes of the snapshot's frame."""
    surest = sorted(detections, key=lambda d: -d.score)[:MAX_BOXES]
    return tuple(DetectedBox(d.label, round(min(1.0, d.score), 4), d.box) for d in surest)


def _instant(t: float) -> datetime:
    return datetime.fromtimestamp(t, UTC)
