"""What each part of the vision worker costs, alone: CPU milliseconds, in one run.

    python -m bench.vision_parts [--size WxH] [--hd]

Footage is made first, of the real clips where they are at hand: 640x360 at 15 frames a second, a key
frame every 30; with --hd 1080p at 25, a key frame every 50. Ends with the figures as a JSON line. CPU time of this process, never
wall time; the best of three rounds, because a busy machine only ever adds.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import av
import cv2

from bench import vision_loops as loops
from bench.vision_footage import paint
from vision.detectors import open_detector
from vision.gate import SIZE, Gate
from vision.letterbox import blank, fill, fitted_shape
from vision.models import DEFAULT_MODEL
from vision.planes import thumbnail
from vision.ring import RingWriter
from vision.view import Watcher

ROUNDS = 3
T0 = 1_800_000_000.0


@dataclass(frozen=True, slots=True)
class Footage:
    path: Path
    size: tuple[int, int]
    fps: int
    gop: int


def cpu_ms(work: Callable[[], int]) -> float:
    """CPU milliseconds for each unit, of which ``work`` says how many it did."""
    costs = []
    for _ in range(ROUNDS):
        began = time.process_time()
        units = work()
        costs.append(1000 * (time.process_time() - began) / max(1, units))
    return min(costs)


@contextmanager
def opened(footage: Footage) -> Iterator[tuple[av.container.InputContainer, av.VideoStream]]:
    with av.open(str(footage.path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        stream.codec_context.thread_count = 1
        yield container, stream


def demux(footage: Footage) -> int:
    with opened(footage) as (container, stream):
        return sum(1 for packet in container.demux(stream) if packet.size)


def demux_and_keep(footage: Footage, folder: Path) -> int:
    """As capture does for every packet, whatever else it does with it."""
    writer, count = RingWriter(folder, 30.0), 0
    with opened(footage) as (container, stream):
        tick_s = float(stream.time_base or 0)
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None:
                writer.write(packet, stream, T0 + packet.pts * tick_s, 0.0)
                count += 1
    writer.close()
    shutil.rmtree(folder)
    return count


def decode(footage: Footage, *, keys_only: bool) -> int:
    """Frames of input, decoded or not."""
    count = 0
    with opened(footage) as (container, stream):
        context = stream.codec_context
        for packet in container.demux(stream):
            if packet.size:
                count += 1
                if packet.is_keyframe or not keys_only:
                    context.decode(packet)
    return count


def sample(footage: Footage, count: int) -> list[av.VideoFrame]:
    """Frames spread over the clip."""
    kept = []
    with opened(footage) as (container, stream):
        step = max(1, (stream.frames or count) // count)
        for index, frame in enumerate(container.decode(stream)):
            if index % step == 0:
                kept.append(frame)
    return kept[:count]


def each(items: Iterable[object], work: Callable[..., object]) -> Callable[[], int]:
    def run() -> int:
        count = 0
        for item in items:
            work(item)
            count += 1
        return count

    return run


def measure(footage: Footage, bound: tuple[int, int], scratch: Path) -> dict[str, float]:
    """Milliseconds of CPU for each part."""
    frames = sample(footage, 60)
    shape = fitted_shape(footage.size, bound)
    detector = open_detector("onnx", DEFAULT_MODEL)
    image, gate, watcher = blank(shape), Gate(), Watcher()
    luma = [thumbnail(frame, SIZE) for frame in frames]
    fill(frames[len(frames) // 2], shape, image)
    clock = iter(range(10**9))
    bare = cpu_ms(lambda: demux(footage))
    ring = scratch / "ring"
    return {
        "demux_and_ring_per_packet": cpu_ms(lambda: demux_and_keep(footage, ring)),
        "decode_full_per_frame": cpu_ms(lambda: decode(footage, keys_only=False)) - bare,
        "decode_keys_per_input_frame": cpu_ms(lambda: decode(footage, keys_only=True)) - bare,
        "thumbnail": cpu_ms(each(frames, lambda frame: thumbnail(frame, SIZE))),
        "gate": cpu_ms(each(luma, lambda small: gate.look(small, T0 + next(clock)))),
        "view": cpu_ms(each(luma, lambda small: watcher.look(small, T0 + next(clock)))),
        "letterbox_and_fill": cpu_ms(each(frames, lambda frame: fill(frame, shape, image))),
        "inference": cpu_ms(each(range(10), lambda _: detector.detect([image]))),
    }


def make(kind: loops.Kind, folder: Path) -> Path:
    """Footage of ``kind`` in ``folder``."""
    if loops.is_at_hand():
        return loops.make_still(folder) if kind is loops.STILL else loops.make(folder, 1)[0]
    path = folder / "painted.mp4"
    loops.encode(path, paint(kind.size, round(loops.STILL_S * kind.fps)), kind)
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="640x384", help="the bound of the model's input")
    parser.add_argument("--hd", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    width, _, height = options.size.partition("x")
    bound = int(width), int(height)
    kind = loops.STILL if options.hd else loops.SUB
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        footage = Footage(make(kind, scratch), kind.size, kind.fps, kind.gop)
        parts = measure(footage, bound, scratch)
    size, fps, gop = kind.size, kind.fps, kind.gop
    shape = fitted_shape(size, bound)
    print(f"{size[0]}x{size[1]} at {fps} frames a second, key frame every {gop}")
    scene = "real" if loops.is_at_hand() else "painted"
    print(f"a {scene} scene, model input {shape[0]}x{shape[1]}")
    for part, cost in parts.items():
        print(f"{cost:10.3f} ms  {part.replace('_', ' ')}")
    rounded = {f"{part}_ms": round(cost, 4) for part, cost in parts.items()}
    print(json.dumps({"source": size, "fps": fps, "gop": gop, "shape": shape, **rounded}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
