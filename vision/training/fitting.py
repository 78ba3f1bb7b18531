"""One run: complete the labels, fine-tune, and write down what was done with what."""

from __future__ import annotations

import json
import platform
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from vision.contract import BoxVerdict, DatasetPicture, Split, yolo_line
from vision.models import sha256_of
from vision.training.dataset import Dataset, open_dataset
from vision.training.filling import fill_in
from vision.training.hyper import Hyper, TrainingError
from vision.training.network import open_network
from vision.training.weights import WEIGHTS, Weights, write_run

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """``out``: the run's folder, which may not be there yet."""

    dataset: Path
    parent: Weights
    hyper: Hyper
    out: Path
    name: str
    version: str
    device: str


def fit(plan: Plan, say: Say) -> Path:
    """Returns the run's folder. Raises TrainingError."""
    if plan.parent.is_onnx:
        raise TrainingError("training begins with a .pt file; of an .onnx nobody can learn further")
    if plan.out.exists():
        raise TrainingError(f"{plan.out} is there already; give the run another name")
    plan.out.mkdir(parents=True)
    dataset = open_dataset(plan.dataset, plan.out / "dataset")
    if dataset.classes != plan.parent.classes:
        raise TrainingError(
            f"the data set has the classes {', '.join(dataset.classes)}, the weights"
            f" {', '.join(plan.parent.classes)}: they must be the same, in the same order"
        )
    told = _complete(plan, dataset, say)
    say(f"learning from {told['shown']} pictures, {plan.hyper.epochs} rounds")
    from vision.training import engine

    data = _data_file(plan.out, dataset.classes)
    last = engine.train(plan.parent, data, plan.out / "trainer", plan.hyper, plan.device)
    # The trainer wrote it a moment ago, in this very folder.
    learnt = Weights(last, sha256_of(last), plan.name, plan.version, dataset.classes, "")
    engine.blend(plan.parent, learnt, plan.hyper.blend, plan.out / WEIGHTS)
    _write_down(plan, dataset, told)
    return plan.out


def _complete(plan: Plan, dataset: Dataset, say: Say) -> dict[str, Any]:
    """Write pictures and labels as the trainer reads them; returns what was counted."""
    hyper = plan.hyper
    network = open_network(plan.parent, device=plan.device, threads=hyper.threads)
    count: Counter[str] = Counter()
    for number, picture in enumerate(dataset.pictures, 1):
        path = dataset.root / picture.image
        if not path.is_file():
            raise TrainingError(f"the picture {picture.image} is not there")
        seen = network.detect(path, hyper.imgsz, hyper.fill)
        filled = fill_in(picture, seen, least=hyper.fill, overlap=hyper.overlap)
        times = _times(picture, hyper)
        lines = [yolo_line(dataset.classes.index(label), box) for label, box in filled.boxes]
        for copy in range(times):
            _put(plan.out / "data", path, picture.split, lines, copy)
        count.update(decided=filled.decided, filled=filled.filled, refused=filled.refused)
        count[f"{picture.split}"] += 1
        count["shown"] += times if picture.split is Split.TRAIN else 0
        if number % 50 == 0:
            say(f"labels completed on {number} of {len(dataset.pictures)} pictures")
    return dict(count)


def _times(picture: DatasetPicture, hyper: Hyper) -> int:
    is_false = any(one.verdict is not BoxVerdict.RIGHT for one in picture.decided)
    return hyper.false_weight if is_false and picture.split is Split.TRAIN else 1


def _put(into: Path, source: Path, split: Split, lines: list[str], copy: int) -> None:
    name = f"{source.stem}-{copy}" if copy else source.stem
    image = into / "images" / split / f"{name}.jpg"
    labels = into / "labels" / split / f"{name}.txt"
    for path in (image, labels):
        path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, image)
    labels.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _data_file(out: Path, classes: tuple[str, ...]) -> Path:
    """What the trainer reads; where nothing was put aside it looks at what it learnt from."""
    root = out / "data"
    val = Split.VAL if (root / "images" / Split.VAL).is_dir() else Split.TRAIN
    names = "".join(f"  {number}: {json.dumps(name)}\n" for number, name in enumerate(classes))
    path = root / "data.yaml"
    path.write_text(
        f"path: {json.dumps(str(root.resolve()))}\ntrain: images/train\nval: images/{val}\n"
        f"names:\n{names}",
        "utf-8",
    )
    return path


def _write_down(plan: Plan, dataset: Dataset, told: dict[str, Any]) -> None:
    write_run(
        plan.out,
        name=plan.name,
        version=plan.version,
        classes=list(dataset.classes),
        weights_sha256=sha256_of(plan.out / WEIGHTS),
        parent={
            "name": plan.parent.name,
            "version": plan.parent.version,
            "sha256": plan.parent.sha256,
            "onnx_sha256": plan.parent.onnx_sha256,
        },
        dataset={"name": dataset.name, "sha256": dataset.sha256},
        counts=told,
        hyper=plan.hyper.plain(),
        device=plan.device,
        machine={"python": platform.python_version(), "system": platform.platform()},
        packages={name: version(name) for name in ("torch", "ultralytics-opencv-headless")},
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
