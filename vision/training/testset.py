"""A folder of labelled pictures on which weights are measured, and which none of them has learnt from.

``images/`` and ``labels/`` (YOLO's lines) beside ``testset.toml``::

    name = "gate-2026"
    classes = ["person", "helmet", …]
    # By the beginning of a file's name up to its last "_": which classes are labelled on it.
    [labelled]
    gate = ["person", "helmet", "head"]

Without ``[labelled]`` all classes are labelled on all pictures.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from vision.contract import Box, TestMetrics
from vision.seen import Detection
from vision.training.hyper import TrainingError
from vision.training.measuring import Labelled, measure
from vision.training.network import Network

FILE = "testset.toml"
SIZE = 640


@dataclass(frozen=True, slots=True)
class TestSet:
    __test__ = False  # pytest takes the name for a test

    name: str
    classes: tuple[str, ...]
    pictures: tuple[Path, ...]
    truth: tuple[Labelled, ...]

    def measure(self, network: Network, size: int = SIZE) -> TestMetrics:
        return self.measured(list(network.detect_all(self.pictures, size)))

    def measured(self, seen: list[list[Detection]]) -> TestMetrics:
        return measure(self.name, self.classes, self.truth, seen)


def open_testset(root: Path) -> TestSet:
    """Raises TrainingError naming what does not fit."""
    try:
        told = tomllib.loads((root / FILE).read_text("utf-8"))
        name, classes = str(told["name"]), tuple(str(one) for one in told["classes"])
        labelled = {key: frozenset(value) for key, value in told.get("labelled", {}).items()}
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise TrainingError(f"{root} is no test set: {FILE}: {error}") from None
    pictures = tuple(sorted(p for p in (root / "images").glob("*") if p.is_file()))
    if not pictures:
        raise TrainingError(f"{root} has no pictures")
    truth = []
    for picture in pictures:
        group = picture.stem.rpartition("_")[0]
        complete = labelled.get(group, frozenset()) if labelled else frozenset(classes)
        boxes = read_labels(root / "labels" / f"{picture.stem}.txt", classes)
        truth.append(Labelled(boxes, complete))
    return TestSet(name, classes, pictures, tuple(truth))


def read_labels(path: Path, classes: tuple[str, ...]) -> tuple[tuple[str, Box], ...]:
    """YOLO's lines as (class, box); raises TrainingError naming file and line."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            index, *values = line.split()
            x, y, w, h = (float(value) for value in values[:4])
            box = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
            found.append((classes[int(index)], box))
        except (ValueError, IndexError):
            raise TrainingError(f"{path}, line {number}: is no label") from None
    return tuple(found)
