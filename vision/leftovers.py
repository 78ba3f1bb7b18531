"""What lies on the disk and nobody needs: of cameras that are not ours any more, of work cut off."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

RING, VIEW, EVIDENCE, PENDING = "ring", "view", "evidence", "pending"
# Evidence of their last episodes may still be in the making, and a camera may come back.
AFTER_S = 86_400.0


def sweep(directory: Path, keep: Collection[str], now: float) -> None:
    """Remove what is older than a day (``now`` in UTC seconds) and of no camera of ``keep``."""
    for path in (*_listed(directory / RING), *_listed(directory / VIEW)):
        if path.name.removesuffix(".npz") not in keep:
            _remove_old(path, now)


def sweep_cut_off(
    directory: Path, files: Collection[str], events: Collection[str], now: float
) -> None:
    """Remove what a kill left: evidence that nobody knows of, packets put aside for what is made.

    ``files`` are the names of the evidence that is known, ``events`` those whose evidence is due.
    """
    for folder, keep in ((EVIDENCE, files), (PENDING, events)):
        for path in _listed(directory / folder):
            if path.name not in keep:
                _remove_old(path, now)


def _remove_old(path: Path, now: float) -> None:
    with suppress(OSError):
        if now - path.stat().st_mtime <= AFTER_S:
            return
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _listed(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in os.listdir(folder)]  # noqa: PTH208
    except OSError:
        return []
