"""A picture of now: the key frame at the start of a ring's segment, small, masked, as JPEG."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import av
import cv2

from vision.contract import MAX_LIVE_BYTES
from vision.decoding import packets_of
from vision.jobs.messages import Look
from vision.letterbox import Letterbox, shrunk
from vision.mask_file import of_span
from vision.masks import burnt
from vision.ring import is_closed

QUALITIES = (80, 60, 40)  # the first that the web takes
# FFmpeg would decode seconds of the file to learn what its header says.
_BRIEFLY = {"probesize": "32"}


def picture_of(look: Look) -> bytes:
    """The JPEG; empty where there is no whole frame.

    Raises :class:`vision.mask_file.MasksError` where nobody knows what was hidden when it was taken.
    """
    frame = first_frame(look.segment)
    if frame is None:
        return b""
    hidden = of_span([look.segment.parent], int(look.segment.stem) / 1000)
    # In its own planes and size: scaling first would mix what is hidden into what is seen.
    frame = burnt(frame, (*look.masks, *hidden))
    image = shrunk(frame, size_for((frame.width, frame.height), look.width))
    for quality in QUALITIES:
        done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if done and data.nbytes <= MAX_LIVE_BYTES:
            return data.tobytes()
    return b""


def size_for(source: tuple[int, int], width: int) -> tuple[int, int]:
    """Even (width, height) of a picture of ``source``, at most ``width`` wide, never enlarged."""
    width = min(width, source[0])
    bound = width, max(2, 2 * round(source[1] * width / source[0] / 2))
    return Letterbox(source, bound).inner


def first_frame(segment: Path) -> av.VideoFrame | None:
    """The key frame that a segment starts with; None while it may not be written whole."""
    try:
        with av.open(str(segment), format="nut", options=_BRIEFLY) as container:
            stream = container.streams.video[0]
            stream.thread_type = "NONE"
            with packets_of(container, stream) as read:
                packets = [p for p in islice(read, 2) if p.size]
            # What follows a packet proves that it is whole.
            if not packets or (len(packets) == 1 and not is_closed(segment)):
                return None
            context = stream.codec_context
            for frame in (*context.decode(packets[0]), *context.decode(None)):
                return None if frame.is_corrupt else frame
    except (av.FFmpegError, IndexError, OSError):
        return None  # it was pruned meanwhile, or cut off before its header was out
    return None
