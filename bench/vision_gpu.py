"""Our batched path on a GPU beside the bare model at the same batch, in images a second.

    python -m bench.vision_gpu [--device cuda:0] [--batch 64] [--size 640x640] [--seconds 5]

"Ours" is what the inference process does: letterboxed bytes in, boxes after suppression out
(upload, normalise, infer, NMS). "Bare" is the same weights on a batch that lies on the device
already, its output left there. Both backends that a GPU has are measured where they are
installed: onnxruntime on the .onnx in single precision, torch through ultralytics on the .pt in
half. Ends with 77 and says so where there is no GPU. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable

import numpy as np
import onnxruntime as ort

from vision.detectors import Detector, open_detector
from vision.detectors.cuda import PROVIDER
from vision.letterbox import Image
from vision.models import DEFAULT_MODEL, MODELS_DIR

PT = MODELS_DIR / "site-safety-v1.pt"
TENSORRT = "TensorrtExecutionProvider"
WARM_UP = 5


def per_second(run: Callable[[], object], batch: int, seconds: float) -> float:
    """Images a second of ``run``, which ends only when its work is done."""
    for _ in range(WARM_UP):
        run()
    began, rounds = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        run()
        rounds += 1
    return rounds * batch / (time.perf_counter() - began)


def bare_onnx(device: str, images: list[Image]) -> Callable[[], object]:
    number = int(device.partition(":")[2] or 0)
    session = ort.InferenceSession(
        str(DEFAULT_MODEL), providers=[(PROVIDER, {"device_id": str(number)})]
    )
    height, width = images[0].shape[:2]
    batch = np.zeros((len(images), 3, height, width), dtype=np.float32)
    binding = session.io_binding()
    binding.bind_ortvalue_input("images", ort.OrtValue.ortvalue_from_numpy(batch, "cuda", number))
    binding.bind_output("output0", "cuda", number)

    def run() -> None:
        session.run_with_iobinding(binding)
        binding.synchronize_outputs()

    return run


def tensorrt_per_s(device: str, images: list[Image], seconds: float) -> float | None:
    """Images a second of the bare model by TensorRT in half precision; None where it is not there.

    The engine is built first, which takes a minute or two.
    """
    if TENSORRT not in ort.get_available_providers():
        return None
    number = int(device.partition(":")[2] or 0)
    options = {"device_id": str(number), "trt_fp16_enable": "1"}
    session = ort.InferenceSession(str(DEFAULT_MODEL), providers=[(TENSORRT, options)])
    if session.get_providers()[0] != TENSORRT:  # its libraries are missing: it fell back
        return None
    height, width = images[0].shape[:2]
    batch = np.zeros((len(images), 3, height, width), dtype=np.float32)
    binding = session.io_binding()
    binding.bind_ortvalue_input("images", ort.OrtValue.ortvalue_from_numpy(batch, "cuda", number))
    binding.bind_output("output0", "cuda", number)

    def run() -> None:
        session.run_with_iobinding(binding)
        binding.synchronize_outputs()

    return round(per_second(run, len(images), seconds), 1)


def bare_torch(device: str, images: list[Image]) -> Callable[[], object]:
    import torch
    from ultralytics import YOLO

    height, width = images[0].shape[:2]
    model = YOLO(str(PT)).model.to(device).half().eval()
    batch = torch.zeros((len(images), 3, height, width), dtype=torch.half, device=device)

    @torch.inference_mode()
    def run() -> None:
        model(batch)
        torch.cuda.synchronize()

    return run


def measured(
    name: str, detector: Detector, bare: Callable[[], object], images: list[Image], seconds: float
) -> dict[str, float | str]:
    ours_per_s = per_second(
        lambda: detector.judge([detector.prepare(image) for image in images]), len(images), seconds
    )
    bare_per_s = per_second(bare, len(images), seconds)
    return {
        "backend": name,
        "batch": len(images),
        "ours_per_s": round(ours_per_s, 1),
        "bare_per_s": round(bare_per_s, 1),
        "ratio": round(ours_per_s / bare_per_s, 3),
    }


def has_torch_gpu() -> bool:
    try:
        import torch
        import ultralytics  # noqa: F401
    except ImportError:
        return False
    return bool(torch.cuda.is_available())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--size", default="640x640")
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    width, height = (int(side) for side in options.size.split("x"))
    # Noise: nothing is found, but every byte of it must be carried and looked at.
    noise = np.random.default_rng(1)
    images = [noise.integers(0, 255, (height, width, 3), np.uint8) for _ in range(options.batch)]
    rows = []
    if PROVIDER in ort.get_available_providers():
        ours = open_detector("onnx", DEFAULT_MODEL, device=options.device)
        bare = bare_onnx(options.device, images)
        rows.append(measured("onnx", ours, bare, images, options.seconds))
    if has_torch_gpu():
        ours = open_detector("ultralytics", PT, device=options.device)
        bare = bare_torch(options.device, images)
        rows.append(measured("ultralytics", ours, bare, images, options.seconds))
    if not rows:
        print("skipped: no GPU at hand, or neither onnxruntime-gpu nor torch can use it")
        return 77
    for row in rows:
        print(row)
    figures = {
        "input": options.size,
        "best_ratio": max(row["ratio"] for row in rows),
        "best_per_s": max(row["ours_per_s"] for row in rows),
        "tensorrt_per_s": tensorrt_per_s(options.device, images, options.seconds),
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
