"""The detector on labelled pictures, and whether the exported file sees what the trained one does.

    python -m bench.vision_detector [--data ../shared/data] [--pictures N]

COCO's measure (``faster-coco-eval``) on ``ppe-val``: average precision of each class over the
pictures of those sets that label it, at 640 x 640 with the worker's own letterbox. The ``.onnx`` runs
on onnxruntime, the ``.pt`` on ultralytics; needs the ``train`` extra for the second, else ends
with 77. Figures: ``map50``, ``map`` (0.50:0.95) of the .onnx in points, ``gap`` the larger of both
differences between the two, in points.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np

from vision.detectors import Detector, base, open_detector, to_detections, yolo
from vision.letterbox import blank, fill
from vision.models import DEFAULT_MODEL, MODELS_DIR

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
SIZE = (640, 640)
# Precision is measured down to scores that nobody acts on.
FLOOR = 0.001
# Which classes each set labels, by the prefix of its files (the data's README).
LABELLED = {
    "css": ("person", "helmet", "head", "vest", "no_vest"),
    "v4": ("helmet", "head", "vest", "no_vest"),
    "hhw": ("helmet", "head"),
    "fs": ("fire", "smoke"),
}


@dataclass(slots=True)
class Picture:
    """``truth``: (class number, x, y, width, height) in pixels."""

    path: Path
    size: tuple[int, int] = (0, 0)
    truth: list[tuple[int, float, float, float, float]] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        return self.path.stem.rpartition("_")[0]


def pictures(data: Path, limit: int) -> list[Picture]:
    """The labelled pictures, every so many-th where ``limit`` is less than there are."""
    found = sorted((data / "ppe-val" / "images").iterdir())
    step = max(1, len(found) // limit) if limit else 1
    return [Picture(path) for path in found[::step]]


def frame_of(path: Path) -> av.VideoFrame:
    with av.open(str(path)) as container:
        return next(container.decode(video=0))


def read_truth(picture: Picture, data: Path) -> None:
    """YOLO labels: class, centre and size as shares of the picture."""
    width, height = picture.size
    labels = data / "ppe-val" / "labels" / f"{picture.path.stem}.txt"
    for line in labels.read_text().splitlines():
        number, x, y, w, h = (float(part) for part in line.split()[:5])
        box = ((x - w / 2) * width, (y - h / 2) * height, w * width, h * height)
        picture.truth.append((int(number), *box))


def judged(detector: Detector, shown: Sequence[Picture]) -> Iterator[list[dict[str, Any]]]:
    """COCO results of each picture."""
    image = blank(SIZE)
    for number, picture in enumerate(shown, 1):
        frame = frame_of(picture.path)
        picture.size = frame.width, frame.height
        image[:] = blank(SIZE)
        box = fill(frame, SIZE, image)
        raw = detector.detect([image])[0]
        yield [
            {
                "image_id": number,
                "category_id": detector.classes.index(one.label) + 1,
                "bbox": _pixels(one.box, picture.size),
                "score": one.score,
            }
            for one in to_detections(raw, detector.classes, box)
        ]


def _pixels(box: Sequence[float], size: tuple[int, int]) -> list[float]:
    x1, y1, x2, y2 = box
    return [x1 * size[0], y1 * size[1], (x2 - x1) * size[0], (y2 - y1) * size[1]]


def precision(
    shown: Sequence[Picture], results: Sequence[dict[str, Any]], classes: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """(AP at 0.50:0.95, AP at 0.50) of each class, in points, on the sets that label it."""
    from faster_coco_eval import (  # type: ignore[import-not-found, unused-ignore]
        COCO,
        COCOeval_faster,
    )

    found = {}
    for number, name in enumerate(classes):
        chosen = [i for i, p in enumerate(shown, 1) if name in LABELLED.get(p.prefix, ())]
        truths = [(i, box) for i in chosen for cls, *box in shown[i - 1].truth if cls == number]
        if not truths:
            continue
        truth = COCO(
            {
                "images": [
                    {"id": i, "width": shown[i - 1].size[0], "height": shown[i - 1].size[1]}
                    for i in chosen
                ],
                "categories": [{"id": number + 1, "name": name}],
                "annotations": [
                    {
                        "id": index,
                        "image_id": i,
                        "category_id": number + 1,
                        "bbox": box,
                        "area": box[2] * box[3],
                        "iscrowd": 0,
                    }
                    for index, (i, box) in enumerate(truths, 1)
                ],
            }
        )
        wanted = set(chosen)
        mine = [r for r in results if r["category_id"] == number + 1 and r["image_id"] in wanted]
        measure = COCOeval_faster(
            truth, truth.loadRes(mine), "bbox", print_function=lambda *_: None
        )
        measure.evaluate()
        measure.accumulate()
        measure.summarize()
        found[name] = (100 * float(measure.stats[0]), 100 * float(measure.stats[1]))
    return found


def mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--pictures", type=int, default=0, help="only about so many; 0: all")
    options = parser.parse_args()
    if not (options.data / "ppe-val").is_dir():
        print(f"the labelled pictures are not at hand: {options.data}", file=sys.stderr)
        return 77
    for needed in ("faster_coco_eval", "ultralytics"):
        if importlib.util.find_spec(needed) is None:
            print(f"{needed} is not installed", file=sys.stderr)
            return 77
    from vision.detectors import ultralytics

    for module in (base, yolo, ultralytics):
        vars(module)["CONFIDENCE"] = FLOOR
    shown = pictures(options.data, options.pictures)
    sides = {"onnx": DEFAULT_MODEL, "ultralytics": MODELS_DIR / "site-safety-v1.pt"}
    tables = {}
    for backend, model in sides.items():
        detector = open_detector(backend, model)
        results = [one for found in judged(detector, shown) for one in found]
        if not shown[0].truth:
            for picture in shown:
                read_truth(picture, options.data)
        tables[backend] = precision(shown, results, detector.classes)
    print(f"{'class':10}" + "".join(f"{b + ' AP':>16}{b + ' AP50':>18}" for b in tables))
    for name in tables["onnx"]:
        row = "".join(f"{t[name][0]:16.1f}{t[name][1]:18.1f}" for t in tables.values())
        print(f"{name:10}{row}")
    means = {
        backend: tuple(mean([row[i] for row in table.values()]) for i in (0, 1))
        for backend, table in tables.items()
    }
    gap = max(abs(means["onnx"][i] - means["ultralytics"][i]) for i in (0, 1))
    figures = {"map": means["onnx"][0], "map50": means["onnx"][1], "gap": gap}
    print(json.dumps({k: round(v, 2) for k, v in figures.items()} | {"pictures": len(shown)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
