"""Frames of many cameras through one detector, in fair turns."""

from __future__ import annotations

from collections.abc import Sequence

from vision.contract import Camera
from vision.detectors import Detector, to_detections
from vision.letterbox import Letterbox
from vision.mailbox import Mail
from vision.seen import Detection, FrameInfo


def judge_frames(
    detector: Detector, frames: Sequence[tuple[Camera, Mail]]
) -> list[tuple[Camera, FrameInfo, list[Detection]]]:
    """One detector call for frames of one input size; boxes normalised to each camera's frame."""
    raws = detector.detect([mail.image for _, mail in frames])
    judged = []
    for (camera, mail), raw in zip(frames, raws, strict=True):
        height, width = mail.image.shape[:2]
        box = Letterbox(mail.source, (width, height))
        info = FrameInfo(mail.t, *mail.source)
        judged.append((camera, info, to_detections(raw, detector.classes, box)))
    return judged
