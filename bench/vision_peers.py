"""One camera's footage through ours and through what people run today; `make bench-peers`.

    python -m bench.vision_peers [--only ours,opencv,strided,every] [--footage FOLDER]

every     ultralytics ``model.track(stream=True)`` on every frame (ByteTrack, our weights)
strided   the same with ``vid_stride`` set so that it analyses as often as ours does
opencv    ``VideoCapture.read()`` in a loop, our detector and tracker on every due frame, no gate
lean      the same with ``grab()``, and ``retrieve()`` for due frames only (shown beside it)
ours      the worker as it is, the file played in its own time as one of 16 cameras: decoding on
          demand, gate, tracks, rules, evidence, metrics and the delivery of what it found
alone     the same with this one camera: what the worker itself costs falls on it alone

CPU seconds for each second of the file, at two lengths of it: start-up is left out of all of them,
each runs alone, a process of its own, one thread, the model's input 640 x 384 throughout (the
default of both: what ultralytics makes of 640 x 360 at ``imgsz=640``, and checked; another by
``BENCH_INPUT=320x192``). Needs the ``train`` extra for the first two; ends with 77 without it or
without the clips.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import vision_loops as footage
from bench.replay_events import DATA
from bench.vision_rig import ONE_THREAD, ROOT, Worker, running
from vision.rulesets import DEFAULT_RULES

WIDTH, HEIGHT = map(int, os.environ.get("BENCH_INPUT", "640x384").split("x"))
INPUT = (WIDTH, HEIGHT)
ANALYSED_FPS = 2.0
# One analysis in so many frames; rounded up, in favour of the peer.
STRIDE = -(-footage.SUB.fps // int(ANALYSED_FPS))
LENGTHS = (1, 2)  # loops of the footage
SETTLE_S = 3.0
MOST_DROPPED = 0.1
SIDES = ("every", "strided", "opencv", "lean", "alone", "ours")
CAMERAS = {"alone": 1, "ours": 16}
Marks = list[tuple[float, float]]


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def marks_of(frames: Iterator[float]) -> Marks:
    """(media seconds, CPU seconds) since the first frame, when each length was reached.

    ``frames`` yields the media instant of each frame when it has been dealt with.
    """
    start_t, start_cpu = next(frames), cpu_s()
    marks: Marks = []
    goals = [length * footage.LOOP_S for length in LENGTHS]
    for t in frames:
        if t - start_t >= goals[len(marks)]:
            marks.append((t - start_t, cpu_s() - start_cpu))
            if len(marks) == len(goals):
                break
    return marks


def with_ultralytics(path: Path, stride: int) -> Iterator[float]:
    import cv2
    import torch  # type: ignore[import-not-found, unused-ignore]
    from ultralytics import YOLO

    from vision.models import MODELS_DIR

    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    model = YOLO(str(MODELS_DIR / "site-safety-v1.pt"))
    shapes: set[tuple[int, ...]] = set()
    shown = model.track(
        source=str(path),
        stream=True,
        persist=True,
        tracker="bytetrack.yaml",
        imgsz=max(INPUT),
        vid_stride=stride,
        device="cpu",
        verbose=False,
    )
    for number, _ in enumerate(shown):
        if number == 0:
            _note_shapes(model.predictor, shapes)
        yield number * stride / footage.SUB.fps
    if shapes != {(1, 3, INPUT[1], INPUT[0])}:
        raise RuntimeError(f"ultralytics judged at {shapes}, ours at {INPUT}")


def _note_shapes(predictor: Any, shapes: set[tuple[int, ...]]) -> None:
    prepare: Callable[[Any], Any] = predictor.preprocess

    def noting(images: Any) -> Any:
        tensor = prepare(images)
        shapes.add(tuple(tensor.shape))
        return tensor

    predictor.preprocess = noting


def with_opencv(path: Path, *, is_lean: bool) -> Iterator[float]:
    import cv2

    from vision.detectors import open_detector, to_detections
    from vision.letterbox import Letterbox, blank
    from vision.models import DEFAULT_MODEL
    from vision.seen import PERSON
    from vision.tracking import Tracker

    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "threads;1"
    cv2.setNumThreads(1)
    detector, tracker, image = open_detector("onnx", DEFAULT_MODEL), Tracker(PERSON), blank(INPUT)
    box = Letterbox(footage.SUB.size, INPUT)
    (width, height), (left, top) = box.inner, box.offset
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    due, index = 0.0, 0
    while True:
        is_there, picture = (capture.grab(), None) if is_lean else capture.read()
        if not is_there:
            return
        t = index / footage.SUB.fps
        index += 1
        if t + 1e-6 < due:
            continue
        due += 1 / ANALYSED_FPS
        if picture is None:
            _, picture = capture.retrieve()
        image[top : top + height, left : left + width] = cv2.resize(picture, (width, height))
        raw = detector.detect([image])[0]
        tracker.update(t, to_detections(raw, detector.classes, box))
        yield t


def ours(path: Path, folder: Path, cameras: int) -> Marks:
    """The worker's process tree, between an instant and a length of the file later: one camera."""
    rules = json.loads(DEFAULT_RULES.read_text("utf-8"))["rules"]
    camera = {
        "name": "file",
        "url": path.as_uri(),
        "input_size": INPUT,
        "analysed_fps": ANALYSED_FPS,
        "rules": rules,
    }
    each = [{"camera_id": f"file{number}", **camera} for number in range(cameras)]
    worker = Worker(folder / f"ours{cameras}", each)
    marks: Marks = []
    with running(worker):
        worker.await_all()
        time.sleep(SETTLE_S)
        before = worker.page()
        for length in LENGTHS:
            time.sleep(max(0.0, before.at + length * footage.LOOP_S - time.time()))
            after = worker.page()
            marks.append((after.at - before.at, (after.cpu_s - before.cpu_s) / cameras))
        print({k: round(v, 2) for k, v in after.by("process_cpu_seconds_total", "kind").items()})
    judged = after.sum("frames_judged_total") - before.sum("frames_judged_total")
    dropped = after.sum("frames_dropped_total") - before.sum("frames_dropped_total")
    # On a machine that others use too frames are dropped, and that is no saving.
    if dropped > MOST_DROPPED * judged:
        raise RuntimeError(f"{dropped:.0f} frames were dropped beside {judged:.0f} judged")
    print(f"{judged / cameras:.1f} frames judged of each camera, {dropped / cameras:.1f} dropped")
    return marks


def alone(side: str, path: Path, folder: Path) -> Marks:
    """Measure one side in a process of its own."""
    environ = {
        **os.environ,
        **ONE_THREAD,
        "YOLO_AUTOINSTALL": "false",
        "YOLO_OFFLINE": "true",
        "YOLO_CONFIG_DIR": str(folder),
    }
    command = [sys.executable, "-m", "bench.vision_peers", "--side", side, "--file", str(path)]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, check=True, stdout=subprocess.PIPE, text=True
    )
    return [(media, cpu) for media, cpu in json.loads(done.stdout.splitlines()[-1])]


def side_of(name: str, path: Path) -> Marks:
    if name in {"opencv", "lean"}:
        return marks_of(with_opencv(path, is_lean=name == "lean"))
    return marks_of(with_ultralytics(path, STRIDE if name == "strided" else 1))


def figures_of(held: dict[str, Marks]) -> dict[str, float]:
    costs = {name: [cpu / media for media, cpu in marks] for name, marks in held.items()}
    figures: dict[str, float] = {}
    drift = -1.0
    for name, each in costs.items():
        figures[f"{name}_ms_per_s"] = round(1000 * each[-1], 1)
        if name != "ours" and "ours" in costs:
            times = [peer / mine for peer, mine in zip(each, costs["ours"], strict=True)]
            figures[f"{name}_times"] = round(times[-1], 1)
            drift = max(drift, abs(times[0] / times[-1] - 1))
    if drift >= 0:
        figures["times_drift"] = round(drift, 3)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(SIDES))
    parser.add_argument("--footage", type=Path, help="where it is kept; a temporary folder else")
    parser.add_argument("--side", choices=SIDES[:4], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps(side_of(options.side, options.file)))
        return 0
    if not footage.is_at_hand():
        print(f"the clips are not at hand: {DATA}", file=sys.stderr)
        return 77
    if importlib.util.find_spec("ultralytics") is None:
        print("ultralytics is not installed", file=sys.stderr)
        return 77
    held: dict[str, Marks] = {}
    with tempfile.TemporaryDirectory(prefix="anqi-bench-") as scratch:
        folder = Path(scratch)
        clips = options.footage or folder / "footage"
        footage.make(clips, cameras=1)
        path = folder / "file.mp4"
        footage.chain(clips / "loop0.mp4", path, max(LENGTHS) + 1)
        for side in options.only.split(","):
            count = CAMERAS.get(side)
            held[side] = ours(path, folder, count) if count else alone(side, path, folder)
            for media, cpu in held[side]:
                print(f"{side:8} {media:6.1f} s of footage {cpu:7.2f} s of CPU", flush=True)
    print(json.dumps({"input_width": WIDTH, "input_height": HEIGHT, **figures_of(held)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
