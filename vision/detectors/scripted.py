"""A detector for tests: finds blocks of set colours, by a script, with no model.

The script is JSON: ``{"blocks": [{"label": "person", "bgr": [255, 0, 0], "score": 0.9}]}``.
A block with ``"hangs": true`` makes the detector hang for good, as a driver may.
It judges real pixels of a real stream, so a test that uses it runs the whole worker and
controls only what there is to be seen.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vision.contract import ModelRef
from vision.detectors.base import RawBoxes, Whole
from vision.letterbox import Image
from vision.models import ModelError, ModelFile, read

_TOLERANCE = 60  # per channel; video compression moves colours
_MIN_PIXELS = 30


class ScriptedDetector(Whole):
    backend = "scripted"
    batch = 4

    def __init__(self, model: Path | ModelFile) -> None:
        path = model.path if isinstance(model, ModelFile) else model
        try:
            data = read(model) if isinstance(model, ModelFile) else path.read_bytes()
            blocks = json.loads(data)["blocks"]
            self._blocks = [(np.array(b["bgr"], dtype=np.int16), float(b["score"])) for b in blocks]
            self._hangs = {index for index, block in enumerate(blocks) if block.get("hangs")}
            self.classes: tuple[str, ...] = tuple(str(b["label"]) for b in blocks)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"not a script of blocks: {path}: {error}") from error
        own = ModelRef("scripted", "1", hashlib.sha256(data).hexdigest())
        self.model: ModelRef = model.ref if isinstance(model, ModelFile) else own
        if isinstance(model, ModelFile) and model.classes != self.classes:
            raise ModelError(f"its classes are {self.classes}; the web says {model.classes}")

    def judge(self, prepared: Sequence[Image]) -> list[RawBoxes]:
        return [self._detect_one(image) for image in prepared]

    def _detect_one(self, image: Image) -> RawBoxes:
        boxes: list[tuple[float, ...]] = []
        scores: list[float] = []
        classes: list[int] = []
        for index, (colour, score) in enumerate(self._blocks):
            near = np.abs(image.astype(np.int16) - colour).max(axis=2) < _TOLERANCE
            rows, columns = np.nonzero(near)
            if len(rows) < _MIN_PIXELS:
                continue
            while index in self._hangs:
                time.sleep(3600)
            boxes.append((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
            scores.append(score)
            classes.append(index)
        return RawBoxes(
            np.array(boxes, dtype=np.float32).reshape(-1, 4),
            np.array(scores, dtype=np.float32),
            np.array(classes, dtype=np.int64),
        )
