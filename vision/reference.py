"""What one camera's picture looks like when all is well: learnt slowly, kept over restarts.

Pictures are luma thumbnails (:data:`HEIGHT`, :data:`WIDTH`), uint8. Two things are learnt: the edges
(they tell whether the camera still looks where it did, whatever the light) and the picture
itself (it tells what stands where nothing stood). All paces are in seconds of frame time.
"""

from __future__ import annotations

import logging
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]
Floats = NDArray[np.float32]

log = logging.getLogger(__name__)
WIDTH, HEIGHT = 160, 90
WARM_UP_S = 30.0  # until then the average takes in whatever passes
LEARN_S = 10.0  # pace of learning at first
DRIFT_S = 1800.0  # and later: shadows move, seasons pass
_VERSION = 1


@dataclass(slots=True)
class Reference:
    """Running averages; ``age_s`` is how long they have been learnt for."""

    picture: Floats
    edges: Floats
    age_s: float = 0.0

    @classmethod
    def of(cls, smooth: Luma) -> Reference:
        return cls(smooth.astype(np.float32), edges_of(smooth))

    @property
    def is_ready(self) -> bool:
        return self.age_s >= WARM_UP_S

    def learn(self, smooth: Luma, edges: Floats, step_s: float, where: NDArray[np.bool_]) -> None:
        """Take in a picture seen for ``step_s`` seconds, except where something stands."""
        pace = LEARN_S if not self.is_ready else DRIFT_S
        share = float(np.float32(min(1.0, step_s / pace)))
        moved = (smooth - self.picture) * share
        moved[~where] = 0
        self.picture += moved
        self.edges += (edges - self.edges) * share
        self.age_s += step_s


def smooth_of(luma: Luma) -> Luma:
    """The thumbnail with its sensor noise taken down."""
    return np.asarray(cv2.GaussianBlur(luma, (3, 3), 0), dtype=np.uint8)


def edges_of(smooth: Luma) -> Floats:
    """Strength of the edges, of the thumbnail's own shape."""
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down), dtype=np.float32)


def save(reference: Reference, path: Path, now: float) -> None:
    """Write ``reference`` as of ``now`` (UTC seconds), whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            np.savez(
                stream,
                about=np.array([_VERSION, now, reference.age_s]),
                picture=reference.picture,
                edges=reference.edges,
            )
        part.replace(path)
    except OSError as error:
        # A full disk costs the memory of the view, never the judging.
        log.warning("the view's reference cannot be kept in %s: %s", path.name, error)
        part.unlink(missing_ok=True)


def load(path: Path, valid_from: float | None) -> Reference | None:
    """What was kept, unless it is unreadable or learnt before ``valid_from`` (UTC seconds)."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            version, learnt_at, age_s = (float(value) for value in kept["about"])
            found = Reference(kept["picture"], kept["edges"], age_s)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError):
        return None
    if version != _VERSION or found.picture.shape != (HEIGHT, WIDTH):
        return None
    if valid_from is not None and learnt_at < valid_from:
        return None
    return found
