"""A stored clip judged twice: by the rules as they are, and as somebody would have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from vision.contract import Camera, JobResult, Raised, Schedule
from vision.detectors import Detector
from vision.episodes import Episode
from vision.jobs.messages import Work
from vision.letterbox import fitted_shape
from vision.replay import Looked, judge, look, open_clip, watched
from vision.timing import Beat


def replay_both(work: Work, detector: Detector) -> JobResult:
    """Raises :class:`vision.streams.StreamError` where the clip cannot be read.

    The model looks once; both sets of rules judge the same detections, at the clip's own time of
    day, so schedules and permits count as they would have then. A dwell longer than the clip
    never comes to its end in it.
    """
    from vision.jobs.work import JobError, duration_of

    job = work.job
    if work.source is None or job.source is None or job.before is None or job.after is None:
        raise JobError("the job names no clip or no rules")
    looked = _look(work, detector, (job.before, job.after))
    with open_clip(work.source) as container:
        length_s = duration_of(container)
    return JobResult(
        job.job_id,
        ok=True,
        before=_raised(looked, job.before, work),
        after=_raised(looked, job.after, work),
        analysed=len(looked),
        duration_s=round(length_s, 3),
        start_at=job.source.start_at,
        frame_size=(looked[0].frame.width, looked[0].frame.height) if looked else None,
    )


def _look(work: Work, detector: Detector, cameras: Sequence[Camera]) -> list[Looked]:
    """At the higher rate and the larger input of both; times count from the first frame."""
    assert work.source is not None
    fps = max(camera.analysed_fps for camera in cameras)
    bound = max((camera.input_size for camera in cameras), key=lambda size: size[0] * size[1])
    found = list(
        look(
            work.source,
            detector,
            fps,
            lambda source: fitted_shape(source, bound),
            counts=Counter(),
            with_luma=True,
        )
    )
    first_t = found[0].frame.t if found else 0.0
    return [replace(one, frame=replace(one.frame, t=one.frame.t - first_t)) for one in found]


def _raised(looked: Sequence[Looked], camera: Camera, work: Work) -> tuple[Raised, ...]:
    start = work.job.source.start_at if work.job.source else None
    start_t = start.timestamp() if start else 0.0
    if start is None:
        camera = _always_on(camera)
    beat = Beat(camera.analysed_fps)
    mine = [
        replace(one, frame=replace(one.frame, t=start_t + one.frame.t))
        for one in looked
        if beat.is_due(one.frame.t)
    ]
    episodes = judge(watched(mine, camera, work.reference), camera, work.days).episodes
    raised = [_told(episode, start_t) for episode in episodes]
    return tuple(sorted(raised, key=lambda one: (one.start_s, one.rule_id, one.subject)))


def _told(episode: Episode, start_t: float) -> Raised:
    end_t = episode.seen_t if episode.ended_t is None else episode.ended_t
    return Raised(
        episode.rule_id,
        episode.rule_kind,
        round(max(0.0, episode.started_t - start_t), 3),
        round(max(0.0, end_t - start_t), 3),
        round(episode.score, 4),
        episode.zone_id,
        episode.subject,
        episode.detail,
    )


def _always_on(camera: Camera) -> Camera:
    """Nobody knows of when the clip is: every rule judges it."""
    rules = tuple(replace(rule, schedule=Schedule(), windows=()) for rule in camera.rules)
    return replace(camera, rules=rules)
