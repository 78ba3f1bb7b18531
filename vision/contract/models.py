"""Weights that the web hands to its nodes by their hash, and what is known of them.

No message holds a path or a program: a node asks for the bytes of a hash, and refuses what has
another one. Only ONNX files travel; a ``.pt`` file is a pickle, which runs what it likes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from vision.contract.checks import ContractError, check_sha256
from vision.contract.codes import ModelState

MAX_MODEL_BYTES = 512 * 1024 * 1024
MAX_CLASSES = 200
MAX_TEST_SETS = 20
LONGEST_NAME = 80

# As a file name and in an event's line: no spaces, no slashes.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One model that a node may be asked to run. ``size`` is in bytes."""

    sha256: str
    name: str
    version: str
    size: int
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        check_model(self)


@dataclass(frozen=True, slots=True)
class ModelHealth:
    """What a node says of one model it was asked to run; ``detail`` why not, in plain English."""

    sha256: str
    state: ModelState
    detail: str = ""

    def __post_init__(self) -> None:
        check_sha256("sha256", self.sha256)


@dataclass(frozen=True, slots=True)
class ClassMetrics:
    """One class on one test set: shares 0..1, ``precision`` and ``recall`` at the working threshold.

    These and the count of false alarms are None where nobody measured them.
    """

    name: str
    ap50: float
    precision: float | None = None
    recall: float | None = None
    false_alarms: int | None = None

    def __post_init__(self) -> None:
        _check_share("ap50", self.ap50)
        for name in ("precision", "recall"):
            if (share := getattr(self, name)) is not None:
                _check_share(name, share)
        if self.false_alarms is not None and self.false_alarms < 0:
            raise ContractError("false_alarms", "is a count")


@dataclass(frozen=True, slots=True)
class TestMetrics:
    """What a model did on one set of labelled pictures; mAP as a share 0..1."""

    __test__ = False  # pytest takes the name for a test

    test_set: str
    images: int
    map50: float
    map50_95: float
    per_class: tuple[ClassMetrics, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < len(self.test_set) <= LONGEST_NAME:
            raise ContractError("test_set", f"takes 1 to {LONGEST_NAME} characters")
        if self.images < 1:
            raise ContractError("images", "must be at least 1")
        for name in ("map50", "map50_95"):
            _check_share(name, getattr(self, name))


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What comes with weights: ``card.json`` beside ``model.onnx``.

    ``licence`` is an SPDX expression; ``training_data`` says in words what it learnt from and who
    may use that. ``parent`` is the sha256 of the ONNX weights it began with, "" for none. ``hyper``
    are the settings of the run, as (name, value).
    """

    name: str
    version: str
    sha256: str
    size: int
    classes: tuple[str, ...]
    licence: str
    training_data: str
    made_at: datetime
    parent: str = ""
    metrics: tuple[TestMetrics, ...] = ()
    hyper: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        check_model(self)
        for name, longest in (("licence", LONGEST_NAME), ("training_data", 2000)):
            text = getattr(self, name)
            if not text.strip() or len(text) > longest:
                raise ContractError(name, f"takes 1 to {longest} characters")
        if self.parent:
            check_sha256("parent", self.parent)
        if len(self.metrics) > MAX_TEST_SETS:
            raise ContractError("metrics", f"at most {MAX_TEST_SETS} test sets")

    @property
    def file(self) -> ModelFile:
        return ModelFile(self.sha256, self.name, self.version, self.size, self.classes)


def check_model(model: ModelFile | ModelCard) -> None:
    """What every description of weights must hold; raises :class:`ContractError`."""
    check_sha256("sha256", model.sha256)
    for name in ("name", "version"):
        text = getattr(model, name)
        if len(text) > LONGEST_NAME or not _NAME.fullmatch(text):
            raise ContractError(name, f"takes 1 to {LONGEST_NAME} letters, digits, dots, dashes")
    if not 0 < model.size <= MAX_MODEL_BYTES:
        raise ContractError("size", f"must lie between 1 and {MAX_MODEL_BYTES} bytes")
    if not 0 < len(model.classes) <= MAX_CLASSES:
        raise ContractError("classes", f"takes 1 to {MAX_CLASSES} names")
    if len(set(model.classes)) != len(model.classes) or not all(model.classes):
        raise ContractError("classes", "names must differ, and none may be empty")


def _check_share(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ContractError(name, "must lie between 0 and 1")
