"""How well boxes fit the truth: average precision as COCO counts it, and what alarms would be. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.contract import Box, ClassMetrics, TestMetrics
from vision.seen import Detection
from vision.tracking import iou_matrix

# Scores from which rules act (``min_score`` of the shipped rules), and how well a box must fit.
WORKING = 0.35
FITS = 0.5
LEVELS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
_RECALLS = np.linspace(0, 1, 101)
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture's truth: ``boxes`` by class name; ``complete``: the classes labelled on it."""

    boxes: tuple[tuple[str, Box], ...]
    complete: frozenset[str]

    def of(self, name: str) -> list[Box]:
        return [box for label, box in self.boxes if label == name]


def measure(
    test_set: str,
    classes: Sequence[str],
    truth: Sequence[Labelled],
    seen: Sequence[Sequence[Detection]],
) -> TestMetrics:
    """Of each class on those pictures where it is labelled; a class without any is left out."""
    rows: list[ClassMetrics] = []
    means: list[float] = []
    for name in classes:
        found = _of_class(name, truth, seen)
        if found is not None:
            rows.append(found[0])
            means.append(found[1])
    return TestMetrics(
        test_set=test_set,
        images=len(truth),
        map50=_share(np.mean([row.ap50 for row in rows])) if rows else 0.0,
        map50_95=_share(np.mean(means)) if means else 0.0,
        per_class=tuple(rows),
    )


def _of_class(
    name: str, truth: Sequence[Labelled], seen: Sequence[Sequence[Detection]]
) -> tuple[ClassMetrics, float] | None:
    scores: list[float] = []
    hits: list[list[bool]] = []
    there = 0
    for one, detections in zip(truth, seen, strict=True):
        if name not in one.complete:
            continue
        boxes = one.of(name)
        there += len(boxes)
        mine = sorted((d for d in detections if d.label == name), key=lambda d: -d.score)
        scores += [d.score for d in mine]
        hits += _matched([d.box for d in mine], boxes)
    if not there:
        return None
    order = np.argsort(-np.asarray(scores), kind="stable")
    table = np.asarray(hits, bool).reshape(len(scores), len(LEVELS))[order]
    precisions = [_average(table[:, level], there) for level in range(len(LEVELS))]
    acted = table[np.asarray(scores)[order] >= WORKING, 0] if scores else table[:, 0]
    right, told = int(acted.sum()), len(acted)
    metrics = ClassMetrics(
        name=name,
        ap50=_share(precisions[0]),
        precision=_share(right / told if told else 0.0),
        recall=_share(right / there),
        false_alarms=told - right,
    )
    return metrics, float(np.mean(precisions))


def _matched(found: Sequence[Box], truth: Sequence[Box]) -> list[list[bool]]:
    """For each box found, the surest first, whether it takes a true one at each level of fit."""
    if not found:
        return []
    if not truth:
        return [[False] * len(LEVELS) for _ in found]
    fits = np.asarray(iou_matrix(list(found), list(truth)))
    table = np.zeros((len(found), len(LEVELS)), bool)
    for level, least in enumerate(LEVELS):
        free = np.ones(len(truth), bool)
        for index, row in enumerate(fits):
            open_fits = np.where(free, row, -1.0)
            best = int(open_fits.argmax())
            if open_fits[best] >= least:
                free[best], table[index, level] = False, True
    return [[bool(hit) for hit in row] for row in table]


def _average(hits: Bools, there: int) -> float:
    """Precision at 101 steps of recall, each the best that any higher recall has."""
    if not len(hits):
        return 0.0
    right = np.cumsum(hits)
    recall, precision = right / there, right / np.arange(1, len(hits) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    index = np.searchsorted(recall, _RECALLS, side="left")
    padded = np.append(best, 0.0)
    return float(padded[np.minimum(index, len(best))].mean())


def _share(value: float | np.floating) -> float:
    return round(min(1.0, max(0.0, float(value))), 5)
