"""OpenVINO on the same ONNX file; about a third cheaper than onnxruntime at 640 on a CPU."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vision.contract import ModelRef
from vision.detectors.base import RawBoxes, Whole
from vision.detectors.yolo import Floats, decode, to_input
from vision.letterbox import Image
from vision.models import ModelError, check


class OpenVinoDetector(Whole):
    """Synchronous requests with the LATENCY hint: the async queue is known to hang."""

    backend = "openvino"
    batch = 1

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        file = check(path)
        if not file.classes:
            raise ModelError(f"the model names no classes: {path}; list it in models.toml")
        try:
            import openvino
        except ImportError as error:
            raise ModelError(
                "the openvino backend needs the extra: pip install 'anqi[openvino]'"
            ) from error
        try:
            core = openvino.Core()
            model = core.read_model(str(path))
            self._compiled = core.compile_model(model, "CPU", _hints(threads))
        except RuntimeError as error:
            raise ModelError(f"not a usable model for OpenVINO: {path}: {error}") from error
        self.model: ModelRef = file.ref
        self.classes = file.classes

    def prepare(self, image: Image) -> Floats:
        return to_input(image)

    def judge(self, prepared: Sequence[Floats]) -> list[RawBoxes]:
        return [decode(self._compiled(one)[0][0]) for one in prepared]


def _hints(threads: int) -> dict[str, str | int]:
    # Where a processor has bfloat16, OpenVINO takes it unasked, and boxes move by a tenth: the
    # same clip would raise other episodes on another machine.
    return {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
    }
