"""The masks of a camera beside its video: they outlive a kill, a restart and the configuration.

``masks.json`` in the folder of a camera's ring, put aside with the segments of an episode. It holds
the present masks and those that were in force not long ago, so that evidence is hidden by the masks of
its own time and by those of now. Without a file that can be read no evidence is made at all.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vision.contract import Mask, parse, to_json

NAME = "masks.json"
_PART, _OUTDATED = "masks.part", "masks.old"
# Longer than any ring is kept.
KEEP_S = 7200.0
# A camera's instants lag behind the clock of its worker, and clips begin before what is asked of them.
LAG_S = 60.0


class MasksError(Exception):
    """What hid a camera's picture cannot be told: nothing may be made of it."""


@dataclass(frozen=True, slots=True)
class _Known:
    """``past``: masks and until when (UTC seconds) they were in force.

    ``since``: what was in force before that nobody knows any more.
    """

    present: tuple[Mask, ...] = ()
    past: tuple[tuple[tuple[Mask, ...], float], ...] = ()
    since: float = 0.0


def keep(folder: Path, masks: Sequence[Mask], now: float | None = None) -> None:
    """Note in ``folder`` that ``masks`` are in force from ``now`` (UTC seconds) on.

    Raises :class:`OSError` where they cannot be written; what stood there does not count then:
    evidence that old masks alone hide would be worse than none.
    """
    now = time.time() if now is None else now
    present = tuple(masks)
    try:
        before = _read(folder / NAME) or _read(folder / _OUTDATED)
    except MasksError:
        before = _Known(since=now)
    else:
        if before is not None and before.present == present and (folder / NAME).exists():
            return
    before = before or _Known(present)
    past = dict(before.past) | {before.present: now}
    lately = [
        (gone, t) for gone, t in past.items() if gone and gone != present and t > now - KEEP_S
    ]
    _write(folder, _Known(present, tuple(lately), before.since))


def of_span(folders: Iterable[Path], start_t: float) -> tuple[Mask, ...]:
    """All masks that any of ``folders`` knows to have been in force at ``start_t`` or later.

    Raises :class:`MasksError` where a file cannot be read, or none of them has one.
    """
    read = [known for folder in folders if (known := _read(folder / NAME)) is not None]
    if not read:
        raise MasksError(f"there is no {NAME}")
    found: dict[Mask, None] = {}
    for known in read:
        if start_t < known.since:
            raise MasksError("what was hidden then is not known any more")
        found |= dict.fromkeys(known.present)
        for gone, until in known.past:
            if start_t < until + LAG_S:
                found |= dict.fromkeys(gone)
    return tuple(found)


def _read(path: Path) -> _Known | None:
    try:
        data = json.loads(path.read_text("utf-8"))
        past = [(_masks(one["masks"]), float(one["until"])) for one in data["past"]]
        return _Known(_masks(data["present"]), tuple(past), float(data["since"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:  # ContractError is a ValueError
        raise MasksError(f"{path.name} cannot be read: {error}") from error


def _masks(data: Sequence[object]) -> tuple[Mask, ...]:
    return tuple(parse(Mask, one) for one in data)


def _write(folder: Path, known: _Known) -> None:
    past = [{"masks": _plain(gone), "until": until} for gone, until in known.past]
    body = {"present": _plain(known.present), "past": past, "since": known.since}
    path, part, outdated = (folder / name for name in (NAME, _PART, _OUTDATED))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as stream:
            json.dump(body, stream)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
        outdated.unlink(missing_ok=True)
    except OSError:
        with suppress(OSError):
            path.replace(outdated)  # a full disk takes a new name, if nothing else
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _plain(masks: Sequence[Mask]) -> list[dict[str, Any]]:
    return [to_json(mask) for mask in masks]
