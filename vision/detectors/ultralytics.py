"""Any ``.pt`` or ``.engine`` through ultralytics: the only file that imports it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vision.contract import ModelRef
from vision.detectors.base import CONFIDENCE, MAX_BOXES, NMS_IOU, RawBoxes, Whole
from vision.letterbox import Image
from vision.models import ModelError, check

# Before the import: it reads them once. Nothing is installed or looked up at run time.
os.environ.setdefault("YOLO_AUTOINSTALL", "false")
os.environ.setdefault("YOLO_OFFLINE", "true")
os.environ.setdefault("YOLO_VERBOSE", "false")


class UltralyticsDetector(Whole):
    """A model as ultralytics runs it; on a GPU it takes batches, on a CPU they buy nothing."""

    backend = "ultralytics"

    def __init__(self, path: Path, *, threads: int = 1, device: str = "cpu") -> None:
        file = check(path)
        try:
            import torch  # type: ignore[import-not-found, unused-ignore]
            from ultralytics import YOLO, settings
        except ImportError as error:
            raise ModelError(
                "the ultralytics backend needs the extra: pip install 'anqi[train]'"
            ) from error
        settings.update({"sync": False})
        torch.set_num_threads(threads)
        try:
            self._yolo = YOLO(str(path), task="detect")
        except Exception as error:
            # A truncated .pt raises whatever pickle and zip raise.
            raise ModelError(f"not a usable model for ultralytics: {path}: {error}") from error
        self._device, self.batch = device, 1 if device == "cpu" else 32
        names = self._yolo.names
        self.model: ModelRef = file.ref
        self.classes: tuple[str, ...] = tuple(names[index] for index in range(len(names)))

    def judge(self, prepared: Sequence[Image]) -> list[RawBoxes]:
        height, width = prepared[0].shape[:2]
        results = self._yolo.predict(
            list(prepared),
            device=self._device,
            half=self._device != "cpu",
            imgsz=(height, width),
            conf=CONFIDENCE,
            iou=NMS_IOU,
            max_det=MAX_BOXES,
            verbose=False,
        )
        return [
            RawBoxes(
                result.boxes.xyxy.cpu().numpy().astype(np.float32),
                result.boxes.conf.cpu().numpy().astype(np.float32),
                result.boxes.cls.cpu().numpy().astype(np.int64),
            )
            for result in results
        ]
