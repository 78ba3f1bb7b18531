"""Old weights beside new ones: on labelled pictures by class, and on what people decided. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from vision.contract import BoxVerdict, ClassMetrics, DatasetPicture, TestMetrics
from vision.seen import Detection
from vision.training.filling import overlap_of
from vision.training.measuring import FITS, WORKING


@dataclass(frozen=True, slots=True)
class Kept:
    """Of a class' boxes that people decided: how many there were, how many both sides draw."""

    label: str
    false: int = 0
    false_old: int = 0
    false_new: int = 0
    right: int = 0
    right_old: int = 0
    right_new: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still allowed: points of mAP50 that may be lost, share of right boxes lost."""

    drop: float = 1.0
    lost: float = 0.05


def verdict_wise(
    pictures: Sequence[DatasetPicture],
    old: Sequence[Sequence[Detection]],
    new: Sequence[Sequence[Detection]],
) -> list[Kept]:
    """Which false alarms vanish, and which true ones are lost, at the score at which rules act."""
    counts: dict[str, Counter[str]] = {}
    for picture, before, after in zip(pictures, old, new, strict=True):
        for one in picture.decided:
            side = "right" if one.verdict is BoxVerdict.RIGHT else "false"
            counts.setdefault(one.label, Counter()).update(
                {
                    side: 1,
                    f"{side}_old": _draws(before, one.label, one.box),
                    f"{side}_new": _draws(after, one.label, one.box),
                }
            )
    return [Kept(label, **found) for label, found in sorted(counts.items())]


def _draws(seen: Sequence[Detection], label: str, box: Any) -> int:
    return int(
        any(
            d.label == label and d.score >= WORKING and overlap_of(d.box, box) >= FITS for d in seen
        )
    )


def is_worse(
    pairs: Sequence[tuple[TestMetrics, TestMetrics]], kept: Sequence[Kept], limits: Limits
) -> list[str]:
    """What is worse than allowed, in words; empty: nothing."""
    found = []
    for old, new in pairs:
        drop = 100 * (old.map50 - new.map50)
        if drop > limits.drop:
            found.append(f"{old.test_set}: mAP50 fell by {drop:.2f} points")
    right_old, right_new = sum(k.right_old for k in kept), sum(k.right_new for k in kept)
    if right_old and (right_old - right_new) / right_old > limits.lost:
        found.append(f"of {right_old} right boxes {right_old - right_new} are not drawn any more")
    if sum(k.false_new for k in kept) > sum(k.false_old for k in kept):
        found.append("more of the false alarms are drawn than before")
    return found


def as_text(pairs: Sequence[tuple[TestMetrics, TestMetrics]], kept: Sequence[Kept]) -> str:
    """Tables for people."""
    lines: list[str] = []
    for old, new in pairs:
        lines.append(
            f"{old.test_set}: {old.images} pictures, mAP50 {_arrow(old.map50, new.map50)},"
            f" mAP50-95 {_arrow(old.map50_95, new.map50_95)}\n"
            f"  {'class':10}{'AP50':>16}{'precision':>16}{'recall':>16}{'false alarms':>16}",
        )
        after = {row.name: row for row in new.per_class}
        lines += [_row(row, after[row.name]) for row in old.per_class if row.name in after]
    if kept:
        lines.append(f"  {'decided':10}{'false alarms':>24}{'right ones':>24}")
    for one in kept:
        false = f"{one.false_old} -> {one.false_new} of {one.false}"
        right = f"{one.right_old} -> {one.right_new} of {one.right}"
        lines.append(f"  {one.label:10}{false:>24}{right:>24}")
    return "\n".join(lines)


def _row(old: ClassMetrics, new: ClassMetrics) -> str:
    shares = "".join(
        f"{_arrow(a, b):>16}"
        for a, b in ((old.ap50, new.ap50), (old.precision, new.precision), (old.recall, new.recall))
    )
    return f"  {old.name:10}{shares}{f'{old.false_alarms} -> {new.false_alarms}':>16}"


def as_plain(
    pairs: Sequence[tuple[TestMetrics, TestMetrics]], kept: Sequence[Kept], worse: Sequence[str]
) -> dict[str, Any]:
    """The same as JSON values."""
    return {
        "test_sets": [{"old": asdict(old), "new": asdict(new)} for old, new in pairs],
        "decided": [asdict(one) for one in kept],
        "worse": list(worse),
    }


def _arrow(old: float | None, new: float | None) -> str:
    """Two shares in points; a dash for what nobody measured."""
    before, after = ("–" if one is None else f"{100 * one:.1f}" for one in (old, new))
    return f"{before} -> {after}"
