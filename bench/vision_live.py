"""The parts of the worker's cost alone, under the conditions of the field: live streams, a slow pace.

What :mod:`bench.vision_parts` measures back to back, the caches warm, is dearer where sixteen streams
take turns; so decoding is measured from live streams, and inference one image now and then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import av

from bench import vision_loops as footage
from bench.vision_parts import Footage, measure
from bench.vision_rig import Server
from vision.detectors import open_detector
from vision.letterbox import blank, fill, fitted_shape
from vision.models import DEFAULT_MODEL
from vision.streams import open_options

INPUT = (320, 192)
LIVE_S = 12.0
PACED, PACE_S = 60, 0.1
Parts = dict[str, float]


def parts_of(kind: footage.Kind, path: Path, folder: Path) -> Parts:
    """CPU milliseconds of each part alone; decoding from a live stream too, as nothing else is."""
    parts = measure(Footage(path, kind.size, kind.fps, kind.gop), INPUT, folder)
    server = Server(path.parent, folder / "parts.server.log")
    try:
        names = [path.stem] if kind is footage.STILL else [f"cam{n:02}" for n in range(16)]
        urls = [server.url(name) for name in names * (4 if kind is footage.STILL else 1)]
        parts["live_full_per_frame"] = live_ms(urls, keys_only=False)
        parts["live_keys_per_input_frame"] = live_ms(urls, keys_only=True)
    finally:
        server.close()
    parts["inference"] = paced_inference_ms(path, kind)
    print(f"{kind.size}: { {k: round(v, 3) for k, v in parts.items()} } ms", flush=True)
    return parts


def paced_inference_ms(path: Path, kind: footage.Kind) -> float:
    """One image now and then, as cameras send them; back to back the caches stay warm."""
    detector, image = open_detector("onnx", DEFAULT_MODEL), blank(INPUT)
    with av.open(str(path)) as container:
        fill(next(container.decode(video=0)), fitted_shape(kind.size, INPUT), image)
    detector.detect([image])
    used = 0.0
    for _ in range(PACED):
        time.sleep(PACE_S)
        began = time.process_time()
        detector.detect([image])
        used += time.process_time() - began
    return 1000 * used / PACED


def live_ms(urls: Sequence[str], *, keys_only: bool) -> float:
    """For each frame of live streams read side by side, by nothing but PyAV; opening left out."""
    costs: list[tuple[float, int]] = []

    def read(url: str) -> None:
        with av.open(url, options=open_options(url), timeout=(8, 8)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "NONE"
            stream.codec_context.thread_count = 1
            began, used, count = time.monotonic(), time.thread_time(), 0
            for packet in container.demux(stream):
                count += 1
                if packet.is_keyframe or not keys_only:
                    stream.codec_context.decode(packet)
                if time.monotonic() - began > LIVE_S:
                    break
            costs.append((time.thread_time() - used, count))

    threads = [threading.Thread(target=read, args=(url,)) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 1000 * sum(used for used, _ in costs) / sum(count for _, count in costs)
