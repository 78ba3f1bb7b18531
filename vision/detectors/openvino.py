"""OpenVINO on the same ONNX file; about a third cheaper than onnxruntime at 640 on a CPU."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vision.contract import ModelRef
from vision.detectors.base import RawBoxes, Whole
from vision.detectors.yolo import TRIAL_SIZES, Floats, check_output, decode, to_input
from vision.letterbox import Image, blank
from vision.models import ModelError, ModelFile, check, read


class OpenVinoDetector(Whole):
    """Synchronous requests with the LATENCY hint: the async queue is known to hang."""

    backend = "openvino"
    batch = 1

    def __init__(self, model: Path | ModelFile, *, threads: int = 1) -> None:
        by_hash = isinstance(model, ModelFile)
        file = model if isinstance(model, ModelFile) else check(model)
        path = file.path
        if not file.classes:
            raise ModelError(f"the model names no classes: {path}; list it in models.toml")
        try:
            import openvino
        except ImportError as error:
            raise ModelError(
                "the openvino backend needs the extra: pip install 'anqi[openvino]'"
            ) from error
        data = read(file) if by_hash else None
        try:
            core = openvino.Core()
            network = core.read_model(str(path) if data is None else data)
            self._compiled = core.compile_model(network, "CPU", _hints(threads))
        except RuntimeError as error:
            shown = path.name if by_hash else path  # the web need not know our folders
            raise ModelError(f"not a usable model for OpenVINO: {shown}: {error}") from error
        self.model: ModelRef = file.ref
        self.classes = file.classes
        if by_hash:
            self._try_out()

    def prepare(self, image: Image) -> Floats:
        return to_input(image)

    def judge(self, prepared: Sequence[Floats]) -> list[RawBoxes]:
        return [decode(self._compiled(one)[0][0]) for one in prepared]

    def _try_out(self) -> None:
        """Two shapes, as cameras have them; raises :class:`ModelError`."""
        try:
            for size in TRIAL_SIZES:
                check_output(self._compiled(to_input(blank(size)))[0], self.classes)
        except RuntimeError as error:
            raise ModelError(f"it does not judge a blank picture: {error}") from error


def _hints(threads: int) -> dict[str, str | int]:
    # Where a processor has bfloat16, OpenVINO takes it unasked, and boxes move by a tenth: the
    # same clip would raise other episodes on another machine.
    return {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
    }
