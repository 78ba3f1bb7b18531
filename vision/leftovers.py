"""What cameras left on the disk that are not ours any more: their last minute, their learnt view."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

RING, VIEW = "ring", "view"
# Evidence of their last episodes may still be in the making, and a camera may come back.
AFTER_S = 86_400.0


def sweep(directory: Path, keep: Collection[str], now: float) -> None:
    """Remove what is older than a day (``now`` in UTC seconds) and of no camera of ``keep``."""
    for path in (*_listed(directory / RING), *_listed(directory / VIEW)):
        if path.name.removesuffix(".npz") in keep:
            continue
        with suppress(OSError):
            if now - path.stat().st_mtime <= AFTER_S:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def _listed(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in os.listdir(folder)]  # noqa: PTH208
    except OSError:
        return []
