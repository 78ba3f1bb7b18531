"""What a verdict says of a box, and which pictures are for learning and which for looking. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from supervision.video.rules import RejectReason
from supervision.video.workflow import ReviewState
from vision.contract import BoxVerdict, DetectedBox, RuleKind, Split

# Which boxes each kind of rule accuses. The others judge a place, and no box of theirs is wrong.
ACCUSED: Mapping[RuleKind, tuple[str, ...]] = {
    RuleKind.HELMET_MISSING: ("head",),
    RuleKind.VEST_MISSING: ("no_vest",),
    RuleKind.FIRE_SMOKE: ("fire", "smoke"),
    RuleKind.INTRUSION: ("person",),
    RuleKind.LINE_CROSSING: ("person",),
    RuleKind.LOITERING: ("person",),
    RuleKind.FALL: ("person",),
}
# "The rule was kept" says what is there instead: the helmet is worn. Elsewhere it says nothing of
# the picture: somebody is there, who may be.
WORN = {"head": "helmet", "no_vest": "vest"}
# An episode's score is its best frame's; the boxes are rounded on their way.
NEAR_SCORE = 0.001
# Pictures of one camera with less than this between them show one occasion.
OCCASION = timedelta(minutes=10)
VAL_SHARE = 0.2
# How far a picture may be from the moment of its boxes.
SAME_MOMENT_S = 0.6


class LeftOut(StrEnum):
    """Why a verdict is not in a data set."""

    NO_WORD = "no_word"
    NO_BOX = "no_box"
    AMBIGUOUS = "ambiguous"
    NO_CLASS = "no_class"
    NO_PICTURE = "no_picture"
    OTHER_MOMENT = "other_moment"
    REMOVED = "removed"
    HELD = "held"
    DAMAGED = "damaged"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which verdicts a data set is made of; by the day on which an episode began (Asia/Shanghai)."""

    since: date
    until: date
    kinds: tuple[RuleKind, ...] = tuple(ACCUSED)
    confirmed: bool = True
    rejected: bool = True
    region: str = ""
    place: str = ""


def verdict_of(
    status: ReviewState, reason: RejectReason | None, kind: RuleKind
) -> BoxVerdict | None:
    """What a person's verdict says of the accused box; None where it says nothing of the picture.

    "Permitted" and "test" are about people and work, "unclear" and "other" leave it open.
    """
    if status is ReviewState.CONFIRMED:
        return BoxVerdict.RIGHT
    if status is not ReviewState.REJECTED:
        return None
    if reason is RejectReason.WRONG_OBJECT:
        return BoxVerdict.NOTHING
    worn = reason is RejectReason.COMPLIANT and ACCUSED.get(kind, ("",))[0] in WORN
    return BoxVerdict.INSTEAD if worn else None


def accused(
    kind: RuleKind, boxes: Sequence[DetectedBox], score: float, detail: str = ""
) -> DetectedBox | LeftOut:
    """The box that the episode is about: the only one of its class, or the one with its score."""
    labels = ACCUSED.get(kind, ())
    if detail in labels:
        labels = (detail,)
    found = [box for box in boxes if box.label in labels]
    if not found:
        return LeftOut.NO_BOX
    if len(found) == 1:
        return found[0]
    near = [box for box in found if abs(box.score - score) <= NEAR_SCORE]
    return near[0] if len(near) == 1 else LeftOut.AMBIGUOUS


def splits(taken: Mapping[str, tuple[str, datetime]]) -> dict[str, tuple[Split, str]]:
    """For each picture, by its (camera, instant): what it is for, and the name of its occasion.

    Each camera's last occasions, a fifth of its pictures at most, are put aside, so that what is
    looked at was neither seen while learning nor taken beside it. A camera with one occasion only
    is put aside as a whole or not at all: every fifth of them, in the order of their names.
    """
    found: dict[str, tuple[Split, str]] = {}
    singles = 0
    for camera in sorted({camera for camera, _at in taken.values()}):
        mine = sorted((at, name) for name, (its, at) in taken.items() if its == camera)
        occasions = _occasions(mine)
        if len(occasions) == 1:
            singles += 1
            aside = 1 if singles % round(1 / VAL_SHARE) == 0 else 0
        else:
            aside = _last(occasions, int(VAL_SHARE * len(mine)))
        for number, names in enumerate(occasions):
            split = Split.VAL if number >= len(occasions) - aside else Split.TRAIN
            found |= dict.fromkeys(names, (split, f"{camera}/{number}"))
    return found


def _occasions(mine: Sequence[tuple[datetime, str]]) -> list[list[str]]:
    occasions: list[list[str]] = []
    before: datetime | None = None
    for at, name in mine:
        if before is None or at - before > OCCASION:
            occasions.append([])
        occasions[-1].append(name)
        before = at
    return occasions


def _last(occasions: Sequence[Sequence[str]], most: int) -> int:
    """How many of the last occasions hold ``most`` pictures or less, one of them at least."""
    count = pictures = 0
    for names in reversed(occasions[1:]):
        pictures += len(names)
        if count and pictures > most:
            break
        count += 1
    return count
