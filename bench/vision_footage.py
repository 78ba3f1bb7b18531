"""Footage for the measurements of the vision worker: an empty scene that somebody crosses.

Real people where the test clips are at hand (a corridor, empty stretches and a passage of the
same camera, so that the light and the noise are a camera's own); painted ones elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
CLIP = ROOT.parent / "shared" / "data" / "clips" / "intel_one-by-one-person-detection.mp4"
EMPTY = (0.5, 4.5)  # seconds of that clip in which nobody is there
PASSAGE = (6.5, 18.5)  # and in which one passes
BITS = 0.2  # a pixel: what cameras are usually set to send (0.7 Mb/s of 640x360 at 15)
GRAIN = 4.0  # standard deviation of the sensor's noise, grey levels
Picture = NDArray[np.uint8]


def make_footage(
    path: Path,
    *,
    seconds: float = 60.0,
    size: tuple[int, int] = (640, 360),
    fps: int = 15,
    gop: int = 30,
    share: float = 0.2,
) -> Path:
    """An H.264 clip in which somebody is there for ``share`` of the time, in the middle of it."""
    with av.open(str(path), "w") as out:
        options = {
            "g": str(gop),
            "keyint_min": str(gop),
            "sc_threshold": "0",
            "bf": "0",
            "preset": "veryfast",
        }
        stream = out.add_stream("libx264", rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.bit_rate = round(BITS * size[0] * size[1] * fps)
        grain = _grain(size)
        for index, picture in enumerate(pictures(seconds, size, fps, share)):
            grainy = cv2.add(picture, grain[index % len(grain)], dtype=cv2.CV_8U)
            frame = av.VideoFrame.from_ndarray(np.asarray(grainy, np.uint8), format="bgr24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def _grain(size: tuple[int, int]) -> list[NDArray[np.int16]]:
    """Noise that a sensor adds to every picture; without it, a still scene costs nothing."""
    rng = np.random.default_rng(3)
    shape = size[1], size[0], 1
    return [np.repeat(rng.normal(0, GRAIN, shape), 3, axis=2).astype(np.int16) for _ in range(16)]


def is_real() -> bool:
    return CLIP.is_file()


def pictures(seconds: float, size: tuple[int, int], fps: int, share: float) -> Iterator[Picture]:
    empty, passage = _real(size) if is_real() else _painted(size)
    count = round(seconds * fps)
    there = round(count * share)
    first = (count - there) // 2
    for index in range(count):
        if first <= index < first + there:
            # The passage at its own pace, as often as it fits.
            yield passage[int((index - first) / fps * 10) % len(passage)]
        else:
            # To and fro, so that an empty scene has no seam.
            step = int(index / fps * 10) % (2 * len(empty))
            yield empty[min(step, 2 * len(empty) - 1 - step)]


def _real(size: tuple[int, int]) -> tuple[list[Picture], list[Picture]]:
    """Ten pictures a second."""
    found: tuple[list[Picture], list[Picture]] = ([], [])
    with av.open(str(CLIP)) as container:
        for frame in container.decode(video=0):
            for kept, (start, end) in zip(found, (EMPTY, PASSAGE), strict=True):
                if start <= frame.time < end:
                    picture = frame.to_ndarray(format="bgr24")
                    kept.append(np.asarray(cv2.resize(picture, size), np.uint8))
            if frame.time > PASSAGE[1]:
                break
    return found


def _painted(size: tuple[int, int]) -> tuple[list[Picture], list[Picture]]:
    width, height = size
    rng = np.random.default_rng(7)
    wall = cv2.resize(rng.uniform(60, 180, (18, 32, 3)), size, interpolation=cv2.INTER_CUBIC)

    def with_noise(picture: NDArray[np.floating]) -> Picture:
        return np.clip(picture + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)

    passage = []
    for step in range(120):
        picture = wall.copy()
        left = int((width * 0.85) * step / 120)
        cv2.rectangle(
            picture, (left, height // 4), (left + width // 9, height), (60, 40, 30), thickness=-1
        )
        cv2.circle(picture, (left + width // 18, height // 4), height // 14, (130, 150, 200), -1)
        passage.append(with_noise(picture))
    return [with_noise(wall) for _ in range(40)], passage
