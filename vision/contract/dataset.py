"""What people decided of pictures, as a data set carries it to training: a line a picture.

The web writes ``manifest.jsonl`` into the archive, ``vision.training`` reads it. Nothing in it says
whose camera it was: ``camera``, ``occasion`` and ``event`` are hashes that mean something only
within one archive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from vision.contract.checks import Box, ContractError, check_sha256, check_unit
from vision.contract.codes import RuleKind
from vision.contract.events import MAX_BOXES

MANIFEST = "manifest.jsonl"
DESCRIPTION = "dataset.json"
DATASET_FORMAT = 1

_IMAGE = re.compile(r"images/(train|val)/[0-9a-f]{16,64}\.jpg")


class Split(StrEnum):
    """What a picture is for: to learn from, or to see what was learnt."""

    TRAIN = "train"
    VAL = "val"


class BoxVerdict(StrEnum):
    """What a person's verdict says of one box that the detector drew."""

    RIGHT = "right"
    NOTHING = "nothing"  # there is nothing of the kind: a hard negative
    INSTEAD = "instead"  # something else is there: ``DecidedBox.instead``


@dataclass(frozen=True, slots=True)
class DecidedBox:
    """One box, and what became of it. ``model`` is the sha256 of the weights that drew it."""

    label: str
    score: float
    box: Box
    verdict: BoxVerdict
    event: str
    rule_kind: RuleKind
    instead: str = ""
    reason: str = ""
    model: str = ""

    def __post_init__(self) -> None:
        check_unit("box", self.box)
        if (self.verdict is BoxVerdict.INSTEAD) != bool(self.instead):
            raise ContractError("instead", "is set when, and only when, the verdict is instead")

    @property
    def truth(self) -> str:
        """The class of what is there; "" for nothing."""
        if self.verdict is BoxVerdict.INSTEAD:
            return self.instead
        return self.label if self.verdict is BoxVerdict.RIGHT else ""


@dataclass(frozen=True, slots=True)
class DatasetPicture:
    """One picture of the archive; ``size`` in pixels. Other objects on it are not labelled."""

    image: str
    sha256: str
    split: Split
    camera: str
    occasion: str
    size: tuple[int, int]
    decided: tuple[DecidedBox, ...]

    def __post_init__(self) -> None:
        # It becomes a path: nothing may lead out of the folder.
        if not _IMAGE.fullmatch(self.image):
            raise ContractError("image", "is no picture of this archive")
        check_sha256("sha256", self.sha256)
        if not self.image.startswith(f"images/{self.split}/"):
            raise ContractError("split", "is another than the picture's folder")
        if not 0 < len(self.decided) <= MAX_BOXES:
            raise ContractError("decided", f"takes 1 to {MAX_BOXES} boxes")
        if min(self.size) < 1:
            raise ContractError("size", "must be at least 1 pixel")

    @property
    def labels(self) -> str:
        """Where its labels lie."""
        return self.image.replace("images/", "labels/", 1).removesuffix(".jpg") + ".txt"


def yolo_line(number: int, box: Box) -> str:
    """A line of a label file: the class's number, centre and size as shares of the picture."""
    x1, y1, x2, y2 = box
    values = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
    return f"{number} " + " ".join(f"{value:.6f}" for value in values)
