"""Weights and what is known about them: loading checks the hash before a runtime sees the file."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from vision.contract import ModelRef
from vision.models.errors import ChangedError, ModelError

__all__ = [
    "DEFAULT_MODEL",
    "MODELS_DIR",
    "ChangedError",
    "ModelError",
    "ModelFile",
    "check",
    "read",
    "sha256_of",
]
MODELS_DIR = Path(__file__).parent
DEFAULT_MODEL = MODELS_DIR / "site-safety-v1.onnx"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A checked file. ``classes`` is empty where only the file itself can tell them."""

    path: Path
    ref: ModelRef
    classes: tuple[str, ...]


def check(path: Path) -> ModelFile:
    """Read ``path`` and compare it with ``models.toml``; raises :class:`ModelError`."""
    if not path.is_file():
        raise ModelError(f"model file not found: {path}")
    digest = sha256_of(path)
    known = tomllib.loads((MODELS_DIR / "models.toml").read_text("utf-8")).get(path.name)
    if known is None:
        return ModelFile(path, ModelRef(path.stem, "unlisted", digest), ())
    if known["sha256"] != digest:
        size = path.stat().st_size
        raise ModelError(
            f"model file is damaged or was changed: {path} ({size} bytes) has sha256 {digest}, "
            f"expected {known['sha256']}; copy it again"
        )
    ref = ModelRef(known["name"], known["version"], digest)
    return ModelFile(path, ref, tuple(known["classes"]))


def read(file: ModelFile) -> bytes:
    """The bytes of weights that are known by their hash: those that were hashed, and no others.

    Raises :class:`ChangedError` where the file is not what it should be, or is gone.
    """
    try:
        data = file.path.read_bytes()
    except OSError as error:
        raise ChangedError(f"the model file cannot be read: {error.strerror}") from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != file.ref.sha256:
        raise ChangedError(f"the model file has sha256 {digest}, expected {file.ref.sha256}")
    return data


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
