"""The default backend: onnxruntime on the CPU."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnxruntime as ort

from vision.contract import ModelRef
from vision.detectors.base import RawBoxes, Whole
from vision.detectors.yolo import TRIAL_SIZES, Floats, check_output, decode, to_input
from vision.letterbox import Image, blank
from vision.models import ModelError, ModelFile, check, read
from vision.models.onnx_file import names_of


class OnnxDetector(Whole):
    """One single-threaded session: on a CPU neither batches nor threads buy anything."""

    backend = "onnx"
    batch = 1

    def __init__(self, model: Path | ModelFile, *, threads: int = 1) -> None:
        by_hash = isinstance(model, ModelFile)
        file = model if isinstance(model, ModelFile) else check(model)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Spinning threads burn a core between frames.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        source = read(file) if by_hash else str(file.path)
        try:
            self._session = ort.InferenceSession(
                source, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            # onnxruntime raises a dozen private types; each means that the file is no model.
            shown = file.path.name if by_hash else file.path  # the web need not know our folders
            raise ModelError(f"not a usable ONNX model: {shown}: {error}") from error
        self._input = self._session.get_inputs()[0].name
        self.model: ModelRef = file.ref
        self.classes = file.classes or classes_in(self._session, file.path)
        if by_hash:
            self._try_out()

    def prepare(self, image: Image) -> Floats:
        return to_input(image)

    def judge(self, prepared: Sequence[Floats]) -> list[RawBoxes]:
        outputs = (self._session.run(None, {self._input: one})[0] for one in prepared)
        return [decode(output[0]) for output in outputs]

    def _try_out(self) -> None:
        """Two shapes, as cameras have them; raises :class:`ModelError`."""
        try:
            for size in TRIAL_SIZES:
                picture = to_input(blank(size))
                check_output(self._session.run(None, {self._input: picture})[0], self.classes)
        except ModelError:
            raise
        except Exception as error:
            raise ModelError(f"it does not judge a blank picture: {error}") from error


def classes_in(session: Any, path: Path) -> tuple[str, ...]:
    """The class names that ultralytics' export writes into a file's metadata."""
    try:
        return names_of(session.get_modelmeta().custom_metadata_map.get("names", ""))
    except ModelError as error:
        raise ModelError(f"{error}: {path}; list it in models.toml") from error
