"""One network, looked through in one way: the same input, the same decoding, ``.pt`` or ONNX.

So the difference between two files is the files' own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from vision.detectors import to_detections
from vision.detectors.yolo import Floats, decode, to_input
from vision.letterbox import blank, fill
from vision.seen import Detection
from vision.training.hyper import TrainingError
from vision.training.weights import Weights

# Average precision is measured down to scores that nobody acts on.
FLOOR = 0.001


@dataclass(frozen=True, slots=True)
class Network:
    """``forward``: (1, 3, height, width) in 0..1 to (4 + classes, anchors)."""

    weights: Weights
    classes: tuple[str, ...]
    forward: Callable[[Floats], Floats]

    def detect(self, path: Path, size: int, floor: float = FLOOR) -> list[Detection]:
        """What it sees on a picture, boxes as shares of it, the surest first."""
        with av.open(str(path)) as container:
            frame = next(container.decode(video=0))
        image = blank((size, size))
        box = fill(frame, (size, size), image)
        raw = decode(self.forward(to_input(image)), floor)
        found = to_detections(raw, self.classes, box)
        return sorted(found, key=lambda detection: -detection.score)

    def detect_all(
        self, paths: Sequence[Path], size: int, floor: float = FLOOR
    ) -> Iterator[list[Detection]]:
        for path in paths:
            yield self.detect(path, size, floor)


def open_network(weights: Weights, *, device: str = "cpu", threads: int = 1) -> Network:
    """Raises TrainingError where it cannot be opened."""
    if weights.is_onnx:
        return _onnx(weights, threads)
    from vision.training.engine import forward_of

    forward, classes = forward_of(weights, device=device, threads=threads)
    return Network(weights, classes, forward)


def _onnx(weights: Weights, threads: int) -> Network:
    import onnxruntime as ort

    from vision.detectors.onnx import classes_in

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    try:
        session: Any = ort.InferenceSession(
            str(weights.path), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        # onnxruntime raises a dozen private types; each means that the file is no model.
        raise TrainingError(f"not a usable ONNX model: {weights.path}: {error}") from error
    name = session.get_inputs()[0].name
    classes = weights.classes or classes_in(session, weights.path)
    return Network(weights, classes, lambda given: session.run(None, {name: given})[0][0])
