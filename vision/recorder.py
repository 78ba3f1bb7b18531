"""Evidence: a clean snapshot and a clip a browser can play, made from the ring's segments."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import av
import cv2
import numpy as np

from vision.contract import MAX_EVIDENCE_BYTES, EvidenceKind, EvidenceRef, Mask
from vision.decoding import packets_of
from vision.masks import burn, burnt
from vision.models import sha256_of
from vision.ring import BASE_S, TICKS, TIME_BASE, is_closed

JPEG_QUALITY = 90
MAX_LEAD_S = 10.0  # a key frame further before the start than this is not worth remuxing from
# A frame further from the wanted instant shows something else: nothing was recorded then.
MAX_APART_S = 5.0
_CRF = "25"
# FFmpeg decodes seconds of each file that it opens, to learn what the header says already.
_BRIEFLY = {"probesize": "32"}  # one frame: a camera may change its picture while it is read
_UNASKED = {**_BRIEFLY, "skip_frame": "all"}


class EvidenceError(Exception):
    """No evidence can be made of what the ring holds."""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    ref: EvidenceRef
    path: Path


@dataclass(frozen=True, slots=True)
class _Timed:
    """A packet and its presentation instant, in seconds since the epoch."""

    t: float
    packet: av.Packet[av.VideoStream]


def make_snapshot(
    paths: Sequence[Path], t: float, out: Path, masks: Sequence[Mask] = ()
) -> EvidenceFile:
    """The frame nearest to ``t`` as JPEG, in the camera's own resolution.

    Nothing is drawn on it but what ``masks`` hide.
    """
    best: av.VideoFrame | None = None
    best_t = float("inf")
    for path in _those_around(paths, t):
        for frame_t, frame in _frames(path):
            if abs(frame_t - t) < abs(best_t - t):
                best, best_t = frame, frame_t
            if frame_t >= t:
                break  # they come in order: none is nearer
    if best is None or abs(best_t - t) > MAX_APART_S:
        raise EvidenceError("the ring holds no frame for the snapshot")
    image = np.asarray(burnt(best, masks).to_ndarray(format="bgr24"), np.uint8)
    burn(image, masks)  # what its format had to be made of may have coloured the edge
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise EvidenceError("the snapshot could not be encoded")
    part = out / f".snapshot-{os.getpid()}-{t:.3f}.part"
    part.write_bytes(data.tobytes())
    taken = datetime.fromtimestamp(best_t, UTC)
    return _keep(part, out, EvidenceKind.SNAPSHOT, (taken, taken))


def make_clip(
    paths: Sequence[Path], start_t: float, end_t: float, out: Path, masks: Sequence[Mask] = ()
) -> EvidenceFile:
    """The span as MP4: remuxed where it is H.264 and a key frame is near, else transcoded.

    With ``masks`` always transcoded: what they hide is in no packet of it.
    """
    with ExitStack() as stack:
        packets, template = _packets(paths, stack)
        keys = [i for i, p in enumerate(packets) if p.packet.is_keyframe and p.t <= start_t]
        first = keys[-1] if keys else 0
        chosen = [p for p in packets[first:] if p.t <= end_t]
        if not chosen or max(p.t for p in chosen) < start_t:
            raise EvidenceError("the ring holds nothing of the clip's time")
        part = out / f".clip-{os.getpid()}-{start_t:.3f}.part"
        near = start_t - chosen[0].t <= MAX_LEAD_S
        if template.codec_context.name == "h264" and near and not masks:
            _remux(chosen, template, part)
            span = chosen[0].t, max(p.t for p in chosen)
        else:
            span = _transcode(paths, (start_t, end_t), part, masks)
    instants = datetime.fromtimestamp(span[0], UTC), datetime.fromtimestamp(span[1], UTC)
    return _keep(part, out, EvidenceKind.CLIP, instants)


def _packets(paths: Sequence[Path], stack: ExitStack) -> tuple[list[_Timed], av.VideoStream]:
    """All packets in decode order, as far as they share the last segment's picture size."""
    found: list[_Timed] = []
    template: av.VideoStream | None = None
    options = _UNASKED if _is_of_one_shape(paths) else _BRIEFLY
    for path in paths:
        try:
            container = stack.enter_context(av.open(str(path), format="nut", options=options))
            stream = container.streams.video[0]
        except (av.FFmpegError, IndexError):
            continue  # cut off before its header was out
        if template is not None and _shape(stream) != _shape(template):
            found = []  # the camera came back with another picture
        if not found:
            template = stream
        origin, tick_s = _origin(path), float(stream.time_base or TIME_BASE)
        whole = [
            _Timed(origin + packet.pts * tick_s, packet)
            for packet in container.demux(stream)
            if packet.pts is not None and packet.size
        ]
        # The last packet of a cut-off file may be half a picture, and nothing in it says so.
        found += whole if is_closed(path) else whole[:-1]
    if template is None or not found:
        raise EvidenceError("the ring holds no packets")
    return found, template


def _is_of_one_shape(paths: Sequence[Path]) -> bool:
    """Whether the picture has the same size at both ends."""
    shapes = set()
    for path in (*paths[:1], *paths[-1:]):
        try:
            with av.open(str(path), format="nut", options=_BRIEFLY) as container:
                shapes.add(_shape(container.streams.video[0]))
        except (av.FFmpegError, IndexError):
            return False
    return len(shapes) == 1


def _remux(packets: Sequence[_Timed], template: av.VideoStream, path: Path) -> None:
    start = min(p.t for p in packets)
    shown = [round((p.t - start) * TICKS) for p in packets]
    ordered = sorted(shown)
    # Decode times: the presentation times in order, early enough for every reordered frame.
    delay = max(o - s for o, s in zip(ordered, shown, strict=True))
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as out:
        stream = out.add_stream_from_template(template)
        last = None
        for timed, pts, ordinal in zip(packets, shown, ordered, strict=True):
            dts = ordinal - delay
            dts = dts if last is None else max(dts, last + 1)
            last = dts
            packet = timed.packet
            packet.time_base, packet.stream = TIME_BASE, stream
            packet.pts, packet.dts = max(pts, dts), dts
            out.mux_one(packet)


def _transcode(
    paths: Sequence[Path], span: tuple[float, float], part: Path, masks: Sequence[Mask]
) -> tuple[float, float]:
    """Encode the span as H.264; returns the instants of its first and last frame."""
    first_t: float | None = None
    last_t = span[0]
    with av.open(str(part), "w", format="mp4", options={"movflags": "faststart"}) as out:
        stream: av.VideoStream | None = None
        for t, frame in (pair for path in paths for pair in _frames(path)):
            if not span[0] <= t <= span[1]:
                continue
            if stream is None or first_t is None:
                first_t = t
                stream = _encoder(out, frame)
            elif t <= last_t:
                continue
            last_t = t
            fitted = burnt(frame, masks).reformat(stream.width, stream.height, "yuv420p")
            fitted.pts, fitted.time_base = round((t - first_t) * TICKS), TIME_BASE
            out.mux(stream.encode(fitted))
        if stream is None or first_t is None:
            raise EvidenceError("the ring holds no frame of the clip's time")
        out.mux(stream.encode(None))
    return first_t, last_t


def _encoder(out: av.container.OutputContainer, frame: av.VideoFrame) -> av.VideoStream:
    # Rate is only a hint: frames carry their own times.
    options = {"preset": "veryfast", "crf": _CRF}
    stream = out.add_stream("libx264", rate=25, options=options)
    stream.width, stream.height = frame.width // 2 * 2, frame.height // 2 * 2
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = TIME_BASE
    stream.codec_context.thread_count = 1
    return stream


def _frames(path: Path) -> Iterator[tuple[float, av.VideoFrame]]:
    origin = _origin(path)
    try:
        with av.open(str(path), format="nut") as container:
            stream = container.streams.video[0]
            stream.thread_type = "NONE"
            with packets_of(container, stream) as packets:
                for frame in (frame for packet in packets for frame in packet.decode()):
                    if frame.time is not None and not frame.is_corrupt:
                        yield origin + frame.time, frame
    except (av.FFmpegError, IndexError):
        return  # a cut-off tail: what came before it is good


def _those_around(paths: Sequence[Path], t: float) -> list[Path]:
    """The segment that holds ``t``; all of them where none starts before it."""
    before = [path for path in paths if _origin(path) + BASE_S <= t]
    return before[-1:] or list(paths)


def _origin(path: Path) -> float:
    return int(path.stem) / 1000 - BASE_S


def _shape(stream: av.VideoStream) -> tuple[str, int, int]:
    context = stream.codec_context
    return context.name, context.width, context.height


def _keep(
    part: Path, out: Path, kind: EvidenceKind, span: tuple[datetime, datetime]
) -> EvidenceFile:
    """Give a finished file its lasting name, the hash of its bytes, in one step."""
    size = part.stat().st_size
    if size > MAX_EVIDENCE_BYTES:
        part.unlink()
        raise EvidenceError(f"the {kind} has {size} bytes, more than the web takes")
    digest = sha256_of(part)
    suffix, media = (
        (".jpg", "image/jpeg") if kind is EvidenceKind.SNAPSHOT else (".mp4", "video/mp4")
    )
    path = out / f"{digest}{suffix}"
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    part.replace(path)
    return EvidenceFile(EvidenceRef(kind, digest, size, media, *span), path)
