"""Endless cameras for the vision measurements: footage made from the clips, served in a loop.

    python -m bench.vision_loops make FOLDER      # cam00.mp4 ... cam15.mp4, still.mp4
    python -m bench.vision_loops serve FOLDER PORT

Each ``camNN.mp4`` is what a camera's sub-stream is like: 640 x 360, 15 frames a second, a key frame
every 2 s, about 0.65 Mb/s, sensor noise in every frame; a corridor that lies empty for 80 % of the
time, and one of three people walks through it for the rest. It lasts ``LOOP_S`` and is served over
and over, so that any window of that length holds people for exactly a fifth of the time. Each camera
begins elsewhere in the loop: they do not all see somebody at once. ``still.mp4`` is 1920 x 1080 at 25
frames a second in which nothing moves but noise. The same bytes come out on every run.

The clips are not part of the project: what is made of them goes to a temporary folder.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from bench.replay_events import DATA, ONE_BY_ONE

Picture = NDArray[np.uint8]
CAMERAS = 16
LOOP_S, PEOPLE_S, STILL_S = 66.0, 13.2, 20.0
# When the three begin to come into view, and seconds in which nobody is (events.tsv).
PASSAGES_S = (6.4, 71.4, 122.4)
EMPTY_S = (2.0, 4.0, 21.0, 46.0, 48.0, 69.0, 87.0, 120.5, 138.0)
CLIP_FPS = 10
BEGINS_S = 30.0  # of a loop: when somebody comes
NOISE = 2.5  # grey levels, standard deviation
_POOL = 1 << 23


@dataclass(frozen=True, slots=True)
class Kind:
    """How a camera sends: (width, height), frames a second, frames a group, bits a second."""

    size: tuple[int, int]
    fps: int
    gop: int
    bits: int


SUB = Kind((640, 360), 15, 30, 650_000)
STILL = Kind((1920, 1080), 25, 50, 4_000_000)
GROUPS = round(LOOP_S * SUB.fps / SUB.gop)


def is_at_hand(data: Path = DATA) -> bool:
    return (data / "clips" / ONE_BY_ONE).is_file()


def make(folder: Path, cameras: int = CAMERAS, data: Path = DATA) -> list[Path]:
    """One file for each camera; those that are there already are left as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [folder / f"cam{number:02}.mp4" for number in range(cameras)]
    if not all(path.exists() for path in wanted):
        loops = _loops(folder, data)
        for number, path in enumerate(wanted):
            rotate(loops[number % len(loops)], path, _first_group(number))
    return wanted


def make_still(folder: Path, data: Path = DATA) -> Path:
    """The 1080p file in which nothing moves."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "still.mp4"
    if not path.exists():
        large = cv2.resize(_empty(_pictures(data)), STILL.size, interpolation=cv2.INTER_CUBIC)
        empty = np.asarray(large, np.uint8)
        encode(path, (empty for _ in range(round(STILL_S * STILL.fps))), STILL)
    return path


def begins_s(number: int) -> float:
    """Second of camera ``number``'s own loop at which somebody comes."""
    return (BEGINS_S - _first_group(number) * SUB.gop / SUB.fps) % LOOP_S


def _first_group(number: int) -> int:
    return number % CAMERAS * GROUPS // CAMERAS


def _loops(folder: Path, data: Path) -> list[Path]:
    pictures = _pictures(data)
    empty = _small(_empty(pictures))
    paths = []
    for number, start in enumerate(PASSAGES_S):
        path = folder / f"loop{number}.mp4"
        if not path.exists():
            encode(path, _scene(pictures, empty, start), SUB, seed=number)
        paths.append(path)
    return paths


def _pictures(data: Path) -> list[Picture]:
    """All of the clip."""
    with av.open(str(data / "clips" / ONE_BY_ONE)) as container:
        frames = container.decode(video=0)
        return [np.asarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in frames]


def _empty(pictures: list[Picture]) -> Picture:
    shown = np.stack([pictures[round(t * CLIP_FPS)] for t in EMPTY_S])
    middle: Picture = np.median(shown, axis=0).astype(np.uint8)
    return middle


def _small(picture: Picture) -> Picture:
    return np.asarray(cv2.resize(picture, SUB.size, interpolation=cv2.INTER_AREA), np.uint8)


def _scene(pictures: list[Picture], empty: Picture, start: float) -> Iterator[Picture]:
    for index in range(round(LOOP_S * SUB.fps)):
        since = index / SUB.fps - BEGINS_S
        if 0 <= since < PEOPLE_S:
            yield _small(pictures[round((start + since) * CLIP_FPS)])
        else:
            yield empty


def encode(path: Path, pictures: Iterable[Picture], kind: Kind, seed: int = 0) -> None:
    """Write BGR ``pictures`` with noise, as a camera's own encoder would."""
    source = np.random.default_rng(seed)
    pool = np.rint(source.normal(0, NOISE, _POOL)).astype(np.int8)
    options = {
        "preset": "veryfast",
        "profile": "main",
        "bf": "0",
        "g": str(kind.gop),
        "sc_threshold": "0",
        "threads": "1",
        "x264-params": f"vbv-maxrate={kind.bits // 800}:vbv-bufsize={kind.bits // 500}",
    }
    half = path.with_suffix(".part.mp4")
    with av.open(str(half), "w") as out:
        stream = out.add_stream("libx264", rate=kind.fps, options=options)
        stream.width, stream.height, stream.pix_fmt = *kind.size, "yuv420p"
        stream.bit_rate = kind.bits
        for picture in pictures:
            planes = _noisy(picture, pool, int(source.integers(_POOL - picture.size)))
            out.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        out.mux(stream.encode(None))
    half.rename(path)


def _noisy(picture: Picture, pool: NDArray[np.int8], offset: int) -> Picture:
    planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
    height, width = picture.shape[:2]
    noise = pool[offset : offset + height * width].reshape(height, width)
    planes[:height] = cv2.add(planes[:height], noise, dtype=cv2.CV_8U)
    return planes


def rotate(source: Path, target: Path, groups: int) -> None:
    """The same packets, beginning with another group of pictures."""
    with av.open(str(source)) as container, av.open(str(target), "w") as out:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        first = groups * SUB.gop
        copy = out.add_stream_from_template(stream)
        for index, packet in enumerate(packets[first:] + packets[:first]):
            _mux(out, copy, packet, index)


def chain(source: Path, target: Path, times: int) -> None:
    """``source`` several times over, in one file."""
    with av.open(str(target), "w") as out:
        copy, index = None, 0
        for _ in range(times):
            with av.open(str(source)) as container:
                stream = container.streams.video[0]
                copy = copy or out.add_stream_from_template(stream)
                for packet in container.demux(stream):
                    if packet.size:
                        _mux(out, copy, packet, index)
                        index += 1


def _mux(
    out: av.container.OutputContainer,
    copy: av.VideoStream,
    packet: av.Packet[av.VideoStream],
    index: int,
) -> None:
    assert packet.time_base is not None
    packet.pts = packet.dts = index * round(1 / (SUB.fps * packet.time_base))
    packet.stream = copy
    out.mux(packet)


class _Stamped:
    """The server's log, each line with its instant (UTC seconds)."""

    def _say(self, text: Any, *_: Any, **__: Any) -> None:
        print(f"{time.time():.3f} {text}", flush=True)

    debug = info = warning = error = exception = _say


async def _serve(folder: Path, port: int) -> None:
    import aio_rtsp_toolkit.server as rtsp

    # Its pool is the machine's cores plus four; a stream beyond that hangs.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(64))
    rtsp.logger = _Stamped()  # type: ignore[assignment, unused-ignore]
    await rtsp.serve(str(folder), host="127.0.0.1", port=port)


def main() -> int:
    command, folder = sys.argv[1], Path(sys.argv[2])
    if command == "serve":
        asyncio.run(_serve(folder, int(sys.argv[3])))
        return 0
    if not is_at_hand():
        print(f"the clips are not at hand: {DATA}", file=sys.stderr)
        return 77
    for path in [*make(folder), make_still(folder)]:
        print(path, path.stat().st_size)
    return 0


if __name__ == "__main__":
    sys.exit(main())
