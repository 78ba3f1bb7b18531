"""Where ultralytics and torch are at work: the only file of the training that imports them.

Nothing is installed, looked up or sent while they run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from vision.detectors.yolo import Floats
from vision.training.hyper import OURS, Hyper, TrainingError
from vision.training.layout import lay_out
from vision.training.weights import Weights

# Before the import: it reads them once.
os.environ.setdefault("YOLO_AUTOINSTALL", "false")
os.environ.setdefault("YOLO_OFFLINE", "true")
os.environ.setdefault("YOLO_VERBOSE", "false")

OPSET = 17
# Other people's services, and pictures of graphs: each would ask for something that is not here.
_OFF = ("clearml", "comet", "dvc", "hub", "mlflow", "neptune", "raytune", "tensorboard", "wandb")


def _open(weights: Weights, threads: int) -> Any:
    try:
        import torch  # type: ignore[import-not-found, unused-ignore]
        from ultralytics import YOLO, settings
    except ImportError as error:
        raise TrainingError("training needs the extra: pip install 'anqi[train]'") from error
    settings.update({"sync": False} | {name: False for name in _OFF if name in settings})
    torch.set_num_threads(threads)
    try:
        return YOLO(str(weights.path), task="detect")
    except Exception as error:
        # A truncated .pt raises whatever pickle and zip raise.
        raise TrainingError(f"not usable weights: {weights.path}: {error}") from error


def forward_of(
    weights: Weights, *, device: str, threads: int
) -> tuple[Callable[[Floats], Floats], tuple[str, ...]]:
    """The network as a function, and its classes."""
    yolo = _open(weights, threads)
    import torch

    place = device if device == "cpu" else f"cuda:{device}"
    net = yolo.model.to(place).float().eval()

    def forward(given: Floats) -> Floats:
        with torch.inference_mode():
            out = net(torch.from_numpy(given).to(place))
        raw = out[0] if isinstance(out, tuple | list) else out
        return np.asarray(raw[0].cpu().numpy(), np.float32)

    return forward, tuple(yolo.names[index] for index in range(len(yolo.names)))


def train(start: Weights, data: Path, out: Path, hyper: Hyper, device: str) -> Path:
    """Fine-tune; returns the weights after the last round (their running mean).

    Not the best round on the pictures put aside: a few dozen of them choose by luck.
    """
    yolo = _open(start, hyper.threads)
    given = {name: getattr(hyper, name) for name in hyper.__slots__ if name not in OURS}
    yolo.train(
        data=str(data),
        project=str(out.parent.resolve()),
        name=out.name,
        exist_ok=True,
        device=device,
        val=False,
        plots=False,
        amp=False,
        deterministic=True,
        cos_lr=True,
        close_mosaic=0,
        erasing=0.0,
        verbose=False,
        **given,
    )
    return out / "weights" / "last.pt"


def blend(parent: Weights, learnt: Weights, share: float, target: Path) -> None:
    """Write weights that lie ``share`` of the way from the parent to what was learnt.

    A few hundred verdicts say much about few things. On the straight line between both, what was
    learnt goes on and most of what would be forgotten comes back (Wortsman et al., 2022,
    "Robust fine-tuning of zero-shot models").
    """
    before, after = (_open(weights, 1) for weights in (parent, learnt))
    old = before.model.float().state_dict()
    new = after.model.float().state_dict()
    for name, value in new.items():
        if value.is_floating_point():
            value.copy_(old[name] + share * (value - old[name]))
    after.model.load_state_dict(new)
    after.save(target)


def export_onnx(weights: Weights, target: Path, size: int = 640) -> None:
    """As the worker's own model is laid out: any batch and size, (batch, 4 + classes, anchors)."""
    # Exported beside a copy: the exporter writes next to the file it was given.
    copy = target.with_suffix(".pt")
    if copy.resolve() != weights.path.resolve():
        shutil.copyfile(weights.path, copy)
    try:
        yolo = _open(Weights(copy, *_rest(weights)), 1)
        made = yolo.export(
            format="onnx", dynamic=True, simplify=False, opset=OPSET, imgsz=size, device="cpu"
        )
    except Exception as error:
        raise TrainingError(f"the export failed: {error}") from error
    finally:
        copy.unlink(missing_ok=True)
    if Path(made).resolve() != target.resolve():
        Path(made).replace(target)
    lay_out(target)


def _rest(weights: Weights) -> tuple[str, str, str, tuple[str, ...], str]:
    return weights.sha256, weights.name, weights.version, weights.classes, weights.onnx_sha256
