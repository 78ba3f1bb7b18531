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
    OpenEpisode,
    Phase,
    ViolationEvent,
    parse,
)
from vision.episodes import Episode, View
from vision.outbox import StoredEpisode
from vision.seen import Detection

BEST = 1e9  # of a picture that is evidence already: no later one replaces it


def first_revision(
    episode: Episode,
    *,
    node: str,
    camera_id: str,
    model: ModelRef,
    config_version: str,
    lease: int = 0,
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
        lease=lease,
    )


def next_revision(
    stored: StoredEpisode,
    episode: Episode,
    *,
    is_closed: bool,
    evidence: Sequence[EvidenceRef] | None = None,
    lease: int | None = None,
) -> ViolationEvent:
    """The message after ``stored``'s last one, complete in itself; a closed episode stays closed.

    ``lease``: the term under which this is decided; None: nothing new is, only files are told of.

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
        lease=before.lease if lease is None else lease,
    )


def from_handed(
    handed: OpenEpisode, *, node: str, lease: int, opened_t: float | None
) -> tuple[ViolationEvent, Episode]:
    """What another machine told last, and the episode as far as it can be known from that.

    Where its subject stands now nobody knows: it may be anywhere in the picture. ``opened_t``: the
    present, for one that has no evidence yet, so that some is made from here on.
    """
    event = ViolationEvent(
        event_id=handed.event_id,
        revision=handed.revision,
        phase=Phase.UPDATE,
        node=node,
        camera_id=handed.camera_id,
        rule_id=handed.rule_id,
        rule_kind=handed.rule_kind,
        started_at=handed.started_at,
        seen_at=handed.seen_at,
        score=handed.score,
        model=handed.model,
        zone_id=handed.zone_id,
        subject=handed.subject,
        boxes=handed.boxes,
        snapshot_at=handed.snapshot_at,
        frame_size=handed.frame_size,
        evidence=handed.evidence,
        config_version=handed.config_version,
        same_as=handed.same_as,
        detail=handed.detail,
        lease=lease,
    )
    started_t = handed.started_at.timestamp()
    best = View(
        (handed.snapshot_at or handed.started_at).timestamp(),
        BEST if handed.evidence else -1.0,
        handed.frame_size or (1, 1),
        tuple(Detection(b.label, b.score, b.box) for b in handed.boxes),
    )
    episode = Episode(
        event_id=handed.event_id,
        rule_id=handed.rule_id,
        rule_kind=handed.rule_kind,
        zone_id=handed.zone_id,
        subject=handed.subject,
        started_t=started_t,
        opened_t=started_t if opened_t is None else opened_t,
        seen_t=handed.seen_at.timestamp(),
        score=handed.score,
        why="handed_over",
        body=(0.0, 0.0, 1.0, 1.0),
        best=best,
        detail=handed.detail,
        same_as=handed.same_as,
    )
    return event, episode


def _boxes(detections: Sequence[Detection]) -> tuple[DetectedBox, ...]:
    """The surest boxes of the snapshot's frame."""
    surest = sorted(detections, key=lambda d: -d.score)[:MAX_BOXES]
    return tuple(DetectedBox(d.label, round(min(1.0, d.score), 4), d.box) for d in surest)


def _instant(t: float) -> datetime:
    return datetime.fromtimestamp(t, UTC)
