"""Detector backends. Each file imports its own runtime and nothing else does."""

from vision.detectors.base import (
    BACKENDS,
    CONFIDENCE,
    Detector,
    RawBoxes,
    open_detector,
    to_detections,
)

__all__ = ["BACKENDS", "CONFIDENCE", "Detector", "RawBoxes", "open_detector", "to_detections"]
