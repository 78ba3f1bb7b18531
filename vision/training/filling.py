"""From a few decided boxes to a whole picture's labels. Pure.

People decide about one box of a picture. What else is on it was labelled by nobody, and a network
that is shown it without labels unlearns it: so the parent's own sure boxes stand in for the rest.
Where a person has decided, the person is right: a box they called false is not filled in again
by the parent that drew it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vision.contract import Box, BoxVerdict, DatasetPicture, DecidedBox
from vision.seen import Detection
from vision.tracking import iou_matrix

# Of one thing only one of a pair is there: where a person said which, the parent may not say the other.
PAIRS = (frozenset({"helmet", "head"}), frozenset({"vest", "no_vest"}))


@dataclass(frozen=True, slots=True)
class Filled:
    """Labels of one picture, as (class, box), and how many of them are whose.

    ``decided`` came from people, ``filled`` from the parent; ``refused`` are the parent's that a
    person had called false.
    """

    boxes: tuple[tuple[str, Box], ...]
    decided: int
    filled: int
    refused: int


def fill_in(
    picture: DatasetPicture, parent: Sequence[Detection], *, least: float, overlap: float
) -> Filled:
    """Labels of one picture out of verdicts and the parent's boxes of at least that score."""
    decided = [(one.truth, one.box) for one in picture.decided if one.truth]
    boxes, refused = list(_once(decided)), 0
    kept = len(boxes)
    for detection in parent:
        if detection.score < least:
            continue
        if any(_denies(one, detection, overlap) for one in picture.decided):
            refused += 1
        elif not _is_among(detection, boxes, overlap):
            boxes.append((detection.label, detection.box))
    return Filled(tuple(boxes), kept, len(boxes) - kept, refused)


def overlap_of(one: Box, other: Box) -> float:
    """Intersection over union."""
    return float(iou_matrix([one], [other])[0][0])


def _denies(one: DecidedBox, detection: Detection, overlap: float) -> bool:
    is_same = detection.label == one.label
    if one.verdict is BoxVerdict.RIGHT:
        # It is a bare head: then it is no helmet.
        return (
            not is_same and _are_pair(detection.label, one.label) and _near(one, detection, overlap)
        )
    return is_same and _near(one, detection, overlap)


def _near(one: DecidedBox, detection: Detection, overlap: float) -> bool:
    return overlap_of(one.box, detection.box) >= overlap


def _are_pair(label: str, other: str) -> bool:
    return any({label, other} == pair for pair in PAIRS)


def _is_among(detection: Detection, boxes: Sequence[tuple[str, Box]], overlap: float) -> bool:
    return any(
        label == detection.label and overlap_of(box, detection.box) >= overlap
        for label, box in boxes
    )


def _once(boxes: Sequence[tuple[str, Box]]) -> list[tuple[str, Box]]:
    """Two events of one person are one box."""
    found: list[tuple[str, Box]] = []
    for label, box in boxes:
        if not any(label == known and overlap_of(box, other) >= 0.9 for known, other in found):
            found.append((label, box))
    return found
