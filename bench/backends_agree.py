"""The other backends against the onnx backend, box by box, on one clip.

    python -m bench.backends_agree [CLIP] [--frames 60]

``ultralytics`` runs the .pt, ``openvino`` the same .onnx. Every box that either side gives a
score of 0.3 or more must have a partner of the same class on the other, with IoU >= 0.95 and a
score within 0.02. Needs the ``train`` and ``openvino`` extras; ends with 77 where one is not
installed. Without CLIP, the demonstration's street is used.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from vision.detectors import Detector, RawBoxes, open_detector
from vision.letterbox import Image, blank, fill
from vision.models import DEFAULT_MODEL, MODELS_DIR
from vision.zones import iou

SCORE, IOU, SCORE_GAP = 0.3, 0.95, 0.02
SIZE = (640, 384)
BACKENDS = {"ultralytics": MODELS_DIR / "site-safety-v1.pt", "openvino": DEFAULT_MODEL}


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


def lacking(partner: Partner) -> bool:
    return partner.overlap < IOU or partner.gap > SCORE_GAP


def judged(clip: Path, frames: int, backends: Mapping[str, Path]) -> dict[str, list[Partner]]:
    """Each backend's partners with the onnx backend's boxes."""
    onnx = open_detector("onnx", DEFAULT_MODEL)
    return {
        name: compare(clip, onnx, open_detector(name, model), frames)
        for name, model in backends.items()
    }


def figures(found: Mapping[str, Sequence[Partner]]) -> dict[str, float]:
    """The worst of all backends; a backend that was shown nothing counts as no agreement."""
    everything = [partner for compared in found.values() for partner in compared]
    return {
        "backends_compared": len(found),
        "boxes_compared": min((len(compared) for compared in found.values()), default=0),
        "boxes_in_disagreement": sum(map(lacking, everything)),
        "lowest_iou": round(min((p.overlap for p in everything), default=0.0), 4),
        "largest_score_difference": round(max((p.gap for p in everything), default=1.0), 4),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path, nargs="?")
    parser.add_argument("--frames", type=int, default=60)
    options = parser.parse_args()
    missing = [name for name in BACKENDS if importlib.util.find_spec(name) is None]
    if missing:
        print(f"skipped: not installed: {', '.join(missing)}", file=sys.stderr)
        return 77
    with tempfile.TemporaryDirectory() as folder:
        found = judged(options.clip or street(Path(folder)), options.frames, BACKENDS)
    for name, compared in found.items():
        lost = [partner for partner in compared if lacking(partner)]
        print(f"{name}: {len(compared)} boxes compared, {len(lost)} without a partner", *lost)
    report = figures(found)
    print(json.dumps(report))
    return 1 if report["boxes_in_disagreement"] or not report["boxes_compared"] else 0


def street(folder: Path) -> Path:
    """The demonstration's second clip: people in a street, panned."""
    from supervision.demo import media

    return folder / "media" / media.prepare(folder)["crossing"]


def _box(values: Sequence[float]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(value) for value in values)
    return x1, y1, x2, y2


if __name__ == "__main__":
    sys.exit(main())
