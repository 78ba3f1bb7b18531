"""Which of the web's weights judged each camera last, kept over a restart.

Where new weights are refused the ones before go on; a worker that begins anew in between must know
which those were, for the configuration does not name them any more.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from pathlib import Path
from typing import Any

from vision.contract import ModelRef
from vision.models import ModelFile
from vision.models.store import FOLDER

log = logging.getLogger(__name__)


class Remembered:
    """Used by the worker's main thread only. Cameras that its own model judged are not in it."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FOLDER / "last.json"
        self._files = _read(self._path)
        self._is_new = False

    def get(self, camera_id: str) -> ModelFile | None:
        """None where nobody knows, or the file is gone."""
        file = self._files.get(camera_id)
        return file if file is not None and file.path.exists() else None

    def put(self, camera_id: str, file: ModelFile | None) -> None:
        if self._files.get(camera_id) == file:
            return
        self._is_new = True
        if file is None:
            del self._files[camera_id]
        else:
            self._files[camera_id] = file

    def forget(self, sha256: str) -> None:
        """Its file is not what it was."""
        for camera_id in [c for c, file in self._files.items() if file.ref.sha256 == sha256]:
            self.put(camera_id, None)

    def save(self, cameras: Collection[str]) -> None:
        """Once in a while: write what is new, and only of these cameras."""
        if not self._is_new:
            return
        self._is_new = False
        self._files = {c: file for c, file in self._files.items() if c in cameras}
        part = self._path.with_suffix(".new")
        try:
            part.write_text(json.dumps({c: _values(f) for c, f in self._files.items()}))
            part.replace(self._path)
        except OSError:
            # Only a restart while a model is refused would miss it.
            log.exception("which model judges which camera cannot be kept")


def _values(file: ModelFile) -> dict[str, Any]:
    ref = file.ref
    return {"model": [ref.name, ref.version, ref.sha256], "classes": file.classes}


def _read(path: Path) -> dict[str, ModelFile]:
    try:
        known = json.loads(path.read_text("utf-8"))
        return {camera_id: _file(path.parent, **values) for camera_id, values in known.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _file(folder: Path, model: list[str], classes: list[str]) -> ModelFile:
    ref = ModelRef(*model)
    return ModelFile(folder / f"{ref.sha256}.onnx", ref, tuple(classes))
