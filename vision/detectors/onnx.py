"""The default backend: onnxruntime on the CPU."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnxruntime as ort

from vision.contract import ModelRef
from vision.detectors.base import RawBoxes, Whole
from vision.detectors.yolo import Floats, decode, to_input
from vision.letterbox import Image
from vision.models import ModelError, check


class OnnxDetector(Whole):
    """One single-threaded session: on a CPU neither batches nor threads buy anything."""

    backend = "onnx"
    batch = 1

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        file = check(path)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Spinning threads burn a core between frames.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            # onnxruntime raises a dozen private types; each means that the file is no model.
            raise ModelError(f"not a usable ONNX model: {path}: {error}") from error
        self._input = self._session.get_inputs()[0].name
        self.model: ModelRef = file.ref
        self.classes = file.classes or classes_in(self._session, path)

    def prepare(self, image: Image) -> Floats:
        return to_input(image)

    def judge(self, prepared: Sequence[Floats]) -> list[RawBoxes]:
        outputs = (self._session.run(None, {self._input: one})[0] for one in prepared)
        return [decode(output[0]) for output in outputs]


def classes_in(session: Any, path: Path) -> tuple[str, ...]:
    """The class names that ultralytics' export writes into a file's metadata."""
    names = session.get_modelmeta().custom_metadata_map.get("names")
    if not names:
        raise ModelError(f"the model names no classes: {path}; list it in models.toml")
    try:
        table: dict[int, str] = ast.literal_eval(names)
        return tuple(table[index] for index in range(len(table)))
    except (ValueError, SyntaxError, KeyError) as error:
        raise ModelError(f"the model's class names cannot be read: {path}") from error
