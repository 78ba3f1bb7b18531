"""A copy of evidence to hand out: others' heads made unrecognisable, and whose copy it is.

All in the picture's own planes: what is not hidden stays as it was, but for one more encoding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from vision.contract import Box, EvidenceKind, Mask, StreamFault
from vision.detectors import Detector
from vision.jobs.faces import Frame, Heads
from vision.jobs.messages import Work
from vision.jobs.watermark import Watermark
from vision.letterbox import fitted_shape, shrunk
from vision.masks import burnt
from vision.planes import Plane, plane_of
from vision.replay import all_frames, found_on, sampled_frames
from vision.seen import Detection
from vision.streams import StreamError

Size = tuple[int, int]

LOOK_FPS = 10.0  # between two looks, all that lies between two boxes is hidden
# Far heads need a large input, and the model misses near ones in it: both looks count.
BOUNDS = ((960, 544), (320, 192))
CELLS = 3  # of a hidden place, each way: nine averages are left of it, running into each other
JPEG_QUALITY = 90
TICKS = 90_000
_ENCODING = {"preset": "veryfast", "crf": "21"}


class Veil:
    """What is done to each picture of one copy."""

    def __init__(self, heads: Heads, masks: Sequence[Mask], text: str, size: Size) -> None:
        self.size = size
        self._heads, self._masks = heads, masks
        self._mark = Watermark(text, size)

    def over(self, frame: av.VideoFrame, t: float) -> av.VideoFrame:
        """``frame`` of the instant ``t`` as it may be seen: a copy, yuv420p, of one size."""
        made = _own(burnt(frame, self._masks), self.size)
        for box in self._heads.hidden(t):
            for index in range(3):
                smear(plane_of(made, index), box)
        self._mark.write(plane_of(made, 0))
        return made


def copy(work: Work, detector: Detector) -> Path:
    """Make the copy in the job's folder; raises StreamError where the source cannot be read."""
    job, path = work.job, work.source
    if path is None or job.source is None:
        raise ValueError("a copy needs its source")
    is_clip = job.source.kind is EvidenceKind.CLIP
    heads = Heads(_seen(path, detector), job.keep, _keep_t(work))
    veil = Veil(heads, work.masks, job.watermark, _size_of(path))
    frames = _from_zero(all_frames(path, Counter()))
    if is_clip:
        return _film(frames, veil, work.folder / "copy.mp4")
    return _picture(frames, veil, work.folder / "copy.jpg")


def smear(plane: Plane, box: Box) -> None:
    """Leave nothing of what ``box`` (normalised) holds of a plane but a few averages."""
    height, width = plane.shape
    x1, x2 = (min(width, max(0, round(x * width))) for x in (box[0], box[2]))
    y1, y2 = (min(height, max(0, round(y * height))) for y in (box[1], box[3]))
    part = plane[y1:y2, x1:x2]
    if part.size == 0:
        return
    cells = min(CELLS, part.shape[1]), min(CELLS, part.shape[0])
    few = cv2.resize(np.ascontiguousarray(part), cells, interpolation=cv2.INTER_AREA)
    part[:] = cv2.resize(few, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_LINEAR)


def _keep_t(work: Work) -> float | None:
    """When, in the clip's own time, those stand in their boxes who may be seen."""
    job = work.job
    if job.source is None or job.source.kind is EvidenceKind.SNAPSHOT:
        return 0.0
    if job.source.start_at is None or job.keep_at is None:
        return None
    return job.keep_at.timestamp() - job.source.start_at.timestamp()


def _seen(path: Path, detector: Detector) -> list[Frame]:
    """Everybody on the sampled frames, by both looks."""
    frames = _from_zero(sampled_frames(path, LOOK_FPS, Counter()))
    return [(t, _found(frame, detector)) for t, frame in frames]


def _found(frame: av.VideoFrame, detector: Detector) -> list[Detection]:
    source = frame.width, frame.height
    shapes = {fitted_shape(source, bound): None for bound in BOUNDS}
    return [d for shape in shapes for d in found_on(frame, detector, shape)]


def _from_zero(
    frames: Iterator[tuple[float, av.VideoFrame]],
) -> Iterator[tuple[float, av.VideoFrame]]:
    """Times from the first frame on, as those of an event are counted."""
    first_t: float | None = None
    for t, frame in frames:
        first_t = t if first_t is None else first_t
        yield t - first_t, frame


def _size_of(path: Path) -> Size:
    for _, frame in all_frames(path, Counter()):
        return frame.width // 2 * 2, frame.height // 2 * 2
    raise StreamError(StreamFault.NO_VIDEO, f"{path}: no frame can be read")


def _own(frame: av.VideoFrame, size: Size) -> av.VideoFrame:
    if frame.format.name != "yuv420p" or (frame.width, frame.height) != size:
        return frame.reformat(*size, format="yuv420p", threads=1)
    copied = av.VideoFrame(*size, "yuv420p")
    for index in range(3):
        plane_of(copied, index)[:] = plane_of(frame, index)
    copied.colorspace, copied.color_range = frame.colorspace, frame.color_range
    return copied


def _film(frames: Iterator[tuple[float, av.VideoFrame]], veil: Veil, path: Path) -> Path:
    last = -1
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as out:
        # The rate is only a hint: frames carry their own times.
        stream = out.add_stream("libx264", rate=25, options=_ENCODING)
        stream.width, stream.height = veil.size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base, context.thread_count = Fraction(1, TICKS), 1
        for t, frame in frames:
            pts = round(t * TICKS)
            if pts <= last:
                continue
            made = veil.over(frame, t)
            if last < 0:
                context.colorspace, context.color_range = made.colorspace, made.color_range
            made.pts, made.time_base, last = pts, context.time_base, pts
            out.mux(stream.encode(made))
        out.mux(stream.encode(None))
    return path


def _picture(frames: Iterator[tuple[float, av.VideoFrame]], veil: Veil, path: Path) -> Path:
    t, frame = next(frames)
    image = shrunk(veil.over(frame, t), veil.size)
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise StreamError(StreamFault.CODEC, "the picture could not be encoded")
    path.write_bytes(data.tobytes())
    return path
