"""Two cards side by side: what a model does on each test set, beside the default. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from vision.contract import ClassMetrics, ModelCard


@dataclass(frozen=True, slots=True)
class Line:
    """One class on one test set ("" for the mean of all); ``before`` None: not tested on it."""

    name: str
    now: float
    before: float | None
    metrics: ClassMetrics | None = None

    @property
    def change(self) -> float | None:
        return None if self.before is None else self.now - self.before


@dataclass(frozen=True, slots=True)
class SetLines:
    """A test set with its mean and its classes."""

    test_set: str
    images: int
    mean: Line
    strict: Line
    classes: tuple[Line, ...]


def gain(card: ModelCard, beside: ModelCard | None) -> float | None:
    """The mean difference of mAP50 over the test sets that both were tested on; None: on none."""
    changes = [one.mean.change for one in compared(card, beside) if one.mean.change is not None]
    return sum(changes) / len(changes) if changes else None


def compared(card: ModelCard, beside: ModelCard | None) -> list[SetLines]:
    """Every test set of ``card``; figures of ``beside`` where it was tested on a set of that name."""
    others = {m.test_set: m for m in beside.metrics} if beside else {}
    found = []
    for metrics in card.metrics:
        other = others.get(metrics.test_set)
        known = {c.name: c.ap50 for c in other.per_class} if other else {}
        lines = tuple(Line(c.name, c.ap50, known.get(c.name), c) for c in metrics.per_class)
        found.append(
            SetLines(
                metrics.test_set,
                metrics.images,
                Line("", metrics.map50, other.map50 if other else None),
                Line("", metrics.map50_95, other.map50_95 if other else None),
                lines,
            )
        )
    return found
