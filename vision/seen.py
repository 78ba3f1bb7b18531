"""What passes between the detector and the rules: plain numbers, no pixels."""

from __future__ import annotations

from dataclasses import dataclass

from vision.contract import Box

# The model's classes, by the names that rules use.
PERSON, HELMET, HEAD, VEST, NO_VEST, FIRE, SMOKE = (
    "person",
    "helmet",
    "head",
    "vest",
    "no_vest",
    "fire",
    "smoke",
)


@dataclass(frozen=True, slots=True)
class Detection:
    """One box on one frame; ``box`` is normalised to the frame, 0..1."""

    label: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class FrameInfo:
    """When and how large: ``t`` in seconds (UTC epoch, or of the clip), sizes in source pixels."""

    t: float
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Track:
    """One thing followed over frames; ``subject`` is its name, such as ``person-3``."""

    subject: str
    label: str
    score: float
    box: Box
    first_t: float
