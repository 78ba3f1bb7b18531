"""onnxruntime on a GPU: bytes up, candidates down, everything between on the device.

Our model takes floats and gives a row for each of its thousands of anchors; in a batch that is
sixteen times the bytes that matter. The graph is therefore wrapped when it is loaded: before it,
bytes become planes of floats; behind it, only the best candidates are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from vision.contract import ModelRef
from vision.detectors.base import CONFIDENCE, RawBoxes, Whole
from vision.detectors.onnx import classes_in
from vision.detectors.yolo import CANDIDATES, suppress
from vision.letterbox import Image
from vision.models import ModelError, ModelFile, check, read
from vision.models.onnx_file import look_at

PROVIDER = "CUDAExecutionProvider"


class CudaDetector(Whole):
    """``device`` is ``cuda`` or ``cuda:1``; on ``cpu`` the same graph runs for comparison."""

    backend = "onnx"
    batch = 32

    def __init__(self, model: Path | ModelFile, *, device: str = "cuda") -> None:
        file = model if isinstance(model, ModelFile) else check(model)
        path = file.path
        if isinstance(model, ModelFile):
            _check_rows(model)
        provider = _provider(device)
        options = ort.SessionOptions()
        options.log_severity_level = 3
        if device == "cpu":
            options.intra_op_num_threads = 1
        try:
            self._session = ort.InferenceSession(wrapped(model), options, providers=[provider])
        except ModelError:
            raise
        except Exception as error:
            # onnxruntime raises a dozen private types; each means that the model cannot run here.
            raise ModelError(f"not a usable ONNX model: {path}: {error}") from error
        if provider[0] not in self._session.get_providers():
            # It falls back to the CPU in silence, at a hundredth of the speed.
            raise ModelError(f"the model does not run on {device}: its driver cannot be used")
        self.model: ModelRef = file.ref
        self.classes = file.classes or classes_in(self._session, path)

    def judge(self, prepared: Sequence[Image]) -> list[RawBoxes]:
        pixels = np.stack(prepared)
        centres, scores, classes = self._session.run(
            ["centres", "best", "classes"], {"pixels": pixels}
        )
        return [_found(*one) for one in zip(centres, scores, classes, strict=True)]


def _found(
    centres: NDArray[np.float32], scores: NDArray[np.float32], classes: NDArray[np.int64]
) -> RawBoxes:
    count = int(np.count_nonzero(scores >= CONFIDENCE))  # they come in falling order
    return suppress(centres[:count], scores[:count], classes[:count])


def _check_rows(file: ModelFile) -> None:
    """Only candidates come back from the device: how many classes there are must be said before."""
    (result,) = look_at(read(file)).outputs
    if result.shape[1] != 4 + len(file.classes):
        raise ModelError("its output does not say how many classes it tells apart")


def _provider(device: str) -> tuple[str, dict[str, str]]:
    if device == "cpu":
        return "CPUExecutionProvider", {}
    if PROVIDER not in ort.get_available_providers():
        raise ModelError(
            f"no {PROVIDER} for {device!r}: it needs the extra: pip install 'anqi[gpu]'"
        )
    number = device.partition(":")[2] or "0"
    # An exhaustive search for each new shape would stop all cameras for seconds.
    return PROVIDER, {"device_id": number, "cudnn_conv_algo_search": "HEURISTIC"}


def wrapped(file: Path | ModelFile) -> bytes:
    """The model of a file with input ``pixels`` (n, h, w, 3) of bytes, BGR, and three outputs.

    ``centres`` (n, k, 4) as cx, cy, w, h in pixels, ``best`` (n, k) scores in falling order,
    ``classes`` (n, k); k is ``CANDIDATES``, or the anchors where there are fewer.
    """
    try:
        import onnx
    except ImportError as error:
        raise ModelError("a GPU needs the extra: pip install 'anqi[gpu]'") from error
    model = (
        onnx.load_from_string(read(file)) if isinstance(file, ModelFile) else onnx.load(str(file))
    )
    graph = model.graph
    (source,), (result,) = graph.input, graph.output
    opset = max(part.version for part in model.opset_import if part.domain in ("", "ai.onnx"))
    nodes = [*_before(source.name), *graph.node, *_behind(result.name, opset)]
    for field, values in (
        (graph.node, nodes),
        (graph.input, [_value("pixels", onnx.TensorProto.UINT8, ["n", "h", "w", 3])]),
        (graph.output, _outputs()),
    ):
        kept = list(values)
        del field[:]
        field.extend(kept)
    graph.initializer.extend(_constants())
    data: bytes = model.SerializeToString()
    return data


def _before(source: str) -> list[Any]:
    """Bytes BGR, interleaved, to floats RGB, in planes, 0..1."""
    return [
        _node("Transpose", ["pixels"], "w_planes", perm=[0, 3, 1, 2]),
        _node("Gather", ["w_planes", "w_rgb"], "w_turned", axis=1),
        _node("Cast", ["w_turned"], "w_floats", to=1),
        _node("Mul", ["w_floats", "w_scale"], source),
    ]


def _behind(result: str, opset: int) -> list[Any]:
    """Rows of (box, score of each class) to the best candidates, in falling order."""
    # Since opset 18 the axes of a reduction are an input.
    best = (
        _node("ReduceMax", ["w_scores", "w_one"], "w_max", keepdims=0)
        if opset >= 18
        else _node("ReduceMax", ["w_scores"], "w_max", axes=[1], keepdims=0)
    )
    return [
        _node("Slice", [result, "w_four", "w_end", "w_one"], "w_scores"),
        best,
        _node("ArgMax", ["w_scores"], "w_class", axis=1, keepdims=0),
        _node("Shape", ["w_max"], "w_shape"),
        _node("Slice", ["w_shape", "w_one", "w_two"], "w_anchors"),
        _node("Min", ["w_anchors", "w_candidates"], "w_k"),
        _node("TopK", ["w_max", "w_k"], ["best", "w_index"], axis=1),
        _node("GatherElements", ["w_class", "w_index"], "classes", axis=1),
        _node("Slice", [result, "w_zero", "w_four", "w_one"], "w_rows"),
        _node("Transpose", ["w_rows"], "w_boxes", perm=[0, 2, 1]),
        _node("Unsqueeze", ["w_index", "w_two"], "w_places"),
        _node("GatherND", ["w_boxes", "w_places"], "centres", batch_dims=1),
    ]


def _outputs() -> list[Any]:
    return [
        _value("centres", 1, ["n", "k", 4]),
        _value("best", 1, ["n", "k"]),
        _value("classes", 7, ["n", "k"]),
    ]


def _constants() -> list[Any]:
    from onnx import numpy_helper

    whole = {"zero": 0, "one": 1, "two": 2, "four": 4, "end": 2**31 - 1, "candidates": CANDIDATES}
    arrays: dict[str, NDArray[Any]] = {
        name: np.array([value], dtype=np.int64) for name, value in whole.items()
    }
    arrays["rgb"] = np.array([2, 1, 0], dtype=np.int64)
    arrays["scale"] = np.array(1 / 255, dtype=np.float32)
    return [numpy_helper.from_array(array, f"w_{name}") for name, array in arrays.items()]


def _node(kind: str, inputs: Sequence[str], outputs: str | Sequence[str], **how: Any) -> Any:
    from onnx import helper

    names = [outputs] if isinstance(outputs, str) else list(outputs)
    return helper.make_node(kind, list(inputs), names, name=f"wrap_{names[-1]}", **how)


def _value(name: str, kind: int, shape: Sequence[str | int]) -> Any:
    from onnx import helper

    return helper.make_tensor_value_info(name, kind, list(shape))
