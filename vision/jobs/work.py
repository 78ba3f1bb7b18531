"""What each kind of job does; runs in the process for jobs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import av

from vision.contract import MAX_EVIDENCE_BYTES, JobKind, JobResult
from vision.detectors import Detector
from vision.jobs.messages import Done, Work
from vision.mask_file import MasksError, of_span
from vision.models import ModelError, ModelFile, sha256_of
from vision.recorder import EvidenceError, make_clip
from vision.replay import open_clip
from vision.ring import newest, secure
from vision.streams import StreamError

log = logging.getLogger(__name__)
RECENT_S = 15.0  # what a proof of "now" may end before now


class JobError(Exception):
    """The job cannot be done; the message says why, to the person who asked."""


def do(work: Work, detector: Callable[[ModelFile | None], Detector]) -> Done:
    """Do one job. What is wrong with its file or the camera is told in the result.

    Rules are tried with the weights that judge the camera; heads are found by the worker's own, which
    are known to find them.
    """
    try:
        if work.job.discover is not None:
            from vision.sites.searching import search

            return Done(search(work.job.job_id, work.job.discover, work.hosts))
        if work.job.kind is JobKind.REPLAY:
            from vision.jobs.replaying import replay_both

            return Done(replay_both(work, detector(work.model)))
        made = proof(work) if work.job.kind is JobKind.CLIP else copied(work, detector(None))
    except (JobError, StreamError, EvidenceError, ModelError, MasksError) as error:
        return Done(JobResult(work.job.job_id, ok=False, problem=_without_paths(work, error)))
    return _checked(made)


def copied(work: Work, detector: Detector) -> Done:
    """A copy to hand out: heads blurred but those to be kept, masks, watermark."""
    from vision.jobs.copying import copy

    if work.source is None or work.job.source is None:
        raise JobError("the job names no file")
    made = copy(work, detector)
    start = work.job.source.start_at
    result = result_of(work, made, start_at=start)
    return Done(result, made)


def proof(work: Work) -> Done:
    """The camera's last seconds, as they are on the ring."""
    if work.camera is None or work.ring is None:
        raise JobError("this node does not watch the camera")
    now = time.time()
    last = newest(work.ring, 1)
    if not last or now - last[0].path.stat().st_mtime > RECENT_S:
        raise JobError("the camera gives no picture at present")
    # Linked, so that nothing is pruned while it is read.
    aside = secure(work.ring, now - work.job.seconds, now, work.folder / "ring")
    start_t = now - work.job.seconds
    masks = {*work.masks, *of_span([work.ring, work.folder / "ring"], start_t)}
    made = make_clip(aside, start_t, now, work.folder, tuple(masks))
    result = result_of(work, made.path, start_at=made.ref.start_at)
    return Done(replace(result, end_at=made.ref.end_at), made.path)


def result_of(work: Work, path: Path, *, start_at: datetime | None) -> JobResult:
    """What is to be said of a file that was made."""
    with open_clip(path) as container:
        context = container.streams.video[0].codec_context
        size = context.width, context.height
        length_s = duration_of(container) if path.suffix == ".mp4" else 0.0
    end_at = start_at and datetime.fromtimestamp(start_at.timestamp() + length_s, UTC)
    return JobResult(
        work.job.job_id,
        ok=True,
        sha256=sha256_of(path),
        size=path.stat().st_size,
        media_type="video/mp4" if path.suffix == ".mp4" else "image/jpeg",
        start_at=start_at,
        end_at=end_at,
        duration_s=round(length_s, 3),
        frame_size=size,
    )


def duration_of(container: av.container.InputContainer) -> float:
    """Seconds, by the container's own word; 0 where it says nothing."""
    return (container.duration or 0) / av.time_base


def _checked(done: Done) -> Done:
    if done.result.size <= MAX_EVIDENCE_BYTES:
        return done
    problem = f"the file has {done.result.size} bytes, more than the web takes"
    return Done(JobResult(done.result.job_id, ok=False, problem=problem))


def _without_paths(work: Work, error: Exception) -> str:
    """Nobody who asks from the web should learn how this machine's folders are called."""
    text = str(error).replace(f"{work.folder}/", "")
    return text[:500]
