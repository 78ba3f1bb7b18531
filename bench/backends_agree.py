"""The ultralytics backend on the .pt against the onnx backend, box by box, on one clip.

    python -m bench.backends_agree [CLIP] [--frames 60]

Every box that either side gives a score of 0.3 or more must have a partner of the same class
on the other, with IoU >= 0.95 and a score within 0.02. Needs the ``train`` extra; ends with 77
where it is not installed. Without CLIP, the picture in the package of ultralytics is used.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from vision.detectors import Detector, RawBoxes, open_detector
from vision.letterbox import Image, blank, fill
from vision.models import MODELS_DIR
from vision.zones import iou

SCORE, IOU, SCORE_GAP = 0.3, 0.95, 0.02
SIZE = (640, 384)


def images(path: Path, count: int) -> Iterator[Image]:
    """Up to ``count`` letterboxed pictures, spread over the clip."""
    with av.open(str(path)) as container:
        total = container.streams.video[0].frames or 1
        step = max(1, total // count)
        for index, frame in enumerate(container.decode(video=0)):
            if index % step == 0 and index // step < count:
                image = blank(SIZE)
                fill(frame, SIZE, image)
                yield image


@dataclass(frozen=True, slots=True)
class Partner:
    """How well one sure box was met by the best box of the other side."""

    number: int
    score: float
    overlap: float
    gap: float


def partners(ones: RawBoxes, others: RawBoxes) -> list[Partner]:
    """The best partner of every sure box of ``ones``; overlap 0 where there is none."""
    found = []
    for box, score, number in zip(ones.xyxy, ones.scores, ones.classes, strict=True):
        if score < SCORE:
            continue
        fits = [
            (iou(_box(box), _box(b)), abs(float(score - s)))
            for b, s, n in zip(others.xyxy, others.scores, others.classes, strict=True)
            if n == number
        ]
        overlap, gap = max(fits, default=(0.0, 1.0))
        found.append(Partner(int(number), float(score), overlap, gap))
    return found


def compare(clip: Path, one: Detector, other: Detector, count: int) -> list[Partner]:
    found: list[Partner] = []
    for image in images(clip, count):
        (a,), (b,) = one.detect([image]), other.detect([image])
        found += partners(a, b) + partners(b, a)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path, nargs="?")
    parser.add_argument("--frames", type=int, default=60)
    options = parser.parse_args()
    package = importlib.util.find_spec("ultralytics")
    if package is None or package.origin is None:
        print("skipped: the train extra (ultralytics) is not installed", file=sys.stderr)
        return 77
    clip = options.clip or Path(package.origin).parent / "assets" / "bus.jpg"
    onnx = open_detector("onnx", MODELS_DIR / "site-safety-v1.onnx")
    torch = open_detector("ultralytics", MODELS_DIR / "site-safety-v1.pt")
    found = compare(clip, onnx, torch, options.frames)
    lost = [p for p in found if p.overlap < IOU or p.gap > SCORE_GAP]
    for partner in lost:
        print(partner)
    report = {
        "boxes_compared": len(found),
        "boxes_in_disagreement": len(lost),
        "lowest_iou": round(min((p.overlap for p in found), default=0.0), 4),
        "largest_score_difference": round(max((p.gap for p in found), default=1.0), 4),
    }
    print(json.dumps(report))
    return 1 if lost or not found else 0


def _box(values: Sequence[float]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(value) for value in values)
    return x1, y1, x2, y2


if __name__ == "__main__":
    sys.exit(main())
