"""The settings of a run: files beside this one, so that what was learnt can be learnt again."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path

FOLDER = Path(__file__).parent


class TrainingError(Exception):
    """Something that cannot be trained, measured or exported; the message says why."""


@dataclass(frozen=True, slots=True)
class Hyper:
    """The trainer's own settings by its own names, and ours.

    ``fill`` and ``overlap``: from which score the parent's boxes complete a picture, and from which
    overlap one is the same as a box that a person decided. ``false_weight``: how often a picture
    with a false alarm is shown in a round. ``blend``: how far to go
    from the parent to what was learnt, 1.0 all the way. ``threads``: of the CPU.
    """

    epochs: int
    imgsz: int
    batch: int
    freeze: int
    optimizer: str
    lr0: float
    lrf: float
    weight_decay: float
    warmup_epochs: float
    mosaic: float
    translate: float
    scale: float
    fliplr: float
    hsv_h: float
    hsv_s: float
    hsv_v: float
    workers: int
    seed: int
    threads: int
    fill: float
    overlap: float
    false_weight: int
    blend: float
    device: str

    def plain(self) -> dict[str, str]:
        """As a card lists them."""
        return {name: str(value) for name, value in asdict(self).items()}


# What filling needs, and not the trainer.
OURS = frozenset({"fill", "overlap", "false_weight", "blend", "threads", "device"})


def load(name: str) -> Hyper:
    """By the name of a file here (``cpu-small``), or by the path of another. Raises TrainingError."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        known = ", ".join(sorted(p.stem for p in FOLDER.glob("*.toml")))
        raise TrainingError(f"no settings {name!r} ({error}); there are: {known}") from None
    wanted = {spec.name for spec in fields(Hyper)}
    if set(given) != wanted:
        raise TrainingError(f"{path.name}: differs in {sorted(set(given) ^ wanted)}")
    return Hyper(**given)
