"""What passes between the detector and the rules: plain numbers, no pixels."""

from __future__ import annotations

from dataclasses import dataclass

from vision.contract import Box, ViewState

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
    """When and how large: ``t`` in seconds (UTC epoch, or of the clip), sizes in source pixels.

    ``view`` is what the capture thinks of the picture as a whole. ``changed`` holds, for each of
    the camera's zones in their order, the share (0..1) of it that looks unlike the empty zone;
    it is empty, or negative for a zone, where nothing is known.
    """

    t: float
    width: int
    height: int
    view: ViewState = ViewState.OK
    changed: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Track:
    """One thing followed over frames; ``subject`` is its name, such as ``person-3``."""

    subject: str
    label: str
    score: float
    box: Box
    first_t: float
