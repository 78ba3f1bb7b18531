"""Which weights may be opened. A ``.pt`` is a pickle: opening one runs what is in it.

So only two kinds are: files that ``vision/models/models.toml`` lists, with their hash, and what a run
made in its own folder, with the hash that ``run.json`` beside it recorded. That folder is yours:
whoever can write there can run programs as you, with or without this.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vision.models import MODELS_DIR, ModelError, check, sha256_of
from vision.training.hyper import TrainingError

RUN = "run.json"
WEIGHTS = "weights.pt"


@dataclass(frozen=True, slots=True)
class Weights:
    """A file that may be opened. ``onnx_sha256``: of the same weights as ONNX, "" if not known."""

    path: Path
    sha256: str
    name: str
    version: str
    classes: tuple[str, ...]
    onnx_sha256: str

    @property
    def is_onnx(self) -> bool:
        return self.path.suffix == ".onnx"


def trusted(path: Path) -> Weights:
    """``path`` (a file, or a run's folder) if it is known; raises TrainingError."""
    if path.is_dir():
        path /= WEIGHTS
    try:
        file = check(path)
    except ModelError as error:
        raise TrainingError(str(error)) from None
    if file.classes:
        twin = file.ref.sha256 if path.suffix == ".onnx" else _listed_twin(file.ref.name)
        return Weights(path, file.ref.sha256, file.ref.name, file.ref.version, file.classes, twin)
    run = read_run(path.parent)
    if run is not None and run.get("weights_sha256") == file.ref.sha256:
        return Weights(
            path,
            file.ref.sha256,
            str(run["name"]),
            str(run["version"]),
            tuple(run["classes"]),
            str(run.get("onnx_sha256", "")),
        )
    if path.suffix == ".onnx":
        # Not a pickle: any is read, and its metadata say what its classes are.
        return Weights(path, file.ref.sha256, path.stem, "unlisted", (), file.ref.sha256)
    raise TrainingError(
        f"{path} is a pickle that nobody vouches for (sha256 {file.ref.sha256}): it is neither listed"
        f" in models.toml nor what {RUN} beside it recorded"
    )


def read_run(folder: Path) -> dict[str, Any] | None:
    """What a run wrote of itself; None where there is nothing."""
    try:
        found = json.loads((folder / RUN).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_run(folder: Path, **values: Any) -> None:
    """Add to what a run says of itself."""
    told = (read_run(folder) or {}) | values
    (folder / RUN).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _listed_twin(name: str) -> str:
    """The hash of the listed ONNX file of the same name."""
    listed = tomllib.loads((MODELS_DIR / "models.toml").read_text("utf-8"))
    for file, values in listed.items():
        if file.endswith(".onnx") and values["name"] == name:
            return str(values["sha256"])
    return ""


__all__ = ["RUN", "WEIGHTS", "Weights", "read_run", "sha256_of", "trusted", "write_run"]
