"""The archive: YOLO's layout, and a manifest that says what people decided of which box.

Nothing in it names a camera, an enterprise or an event: hashes with a word that is thrown away stand
for them. The pictures are the stored snapshots, without drawn boxes, what was masked hidden.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import secrets
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

from PIL import Image, UnidentifiedImageError

from supervision.core import attachments
from supervision.core.actor import Actor
from supervision.dataset import queries
from supervision.dataset.rules import (
    SAME_MOMENT_S,
    WORN,
    Choice,
    LeftOut,
    accused,
    splits,
    verdict_of,
)
from supervision.dataset.service import Made, Order
from supervision.video import holds
from supervision.video.models import Violation, ViolationEvidence
from vision import contract
from vision.contract import (
    DATASET_FORMAT,
    DESCRIPTION,
    MANIFEST,
    BoxVerdict,
    DatasetPicture,
    DecidedBox,
    DetectedBox,
    EvidenceKind,
    Split,
    yolo_line,
)

MOST_VERDICTS = 20_000
STAMP = (1980, 1, 1, 0, 0, 0)  # the same archive of the same verdicts, but for its hashes
MISSING = "missing.jsonl"
README = """\
A data set of verdicts, made by Anqi.

images/, labels/   YOLO's layout; a label stands only for what a person decided: other objects on a
                   picture are not labelled. `python -m vision.training fit` fills them in from the
                   weights that it begins with.
manifest.jsonl     a line a picture: which box was right, which shows nothing of the kind (a hard
                   negative), which shows something else.
missing.jsonl      which verdicts are not here, and why.
dataset.json       what was chosen, the classes in their order, counts.

The pictures show people at work at this installation's enterprises. They were taken out of it for
the purpose that dataset.json names, and by nobody unnoticed. Delete them when the run is done.
"""


class NothingToLearnError(Exception):
    """No picture is left; ``made`` says why."""

    def __init__(self, made: Made) -> None:
        super().__init__("no picture is left")
        self.made = made


@dataclass(slots=True)
class _Picture:
    """One stored picture and everything decided about it."""

    attachment_sha256: str
    camera: int
    at: datetime
    decided: list[DecidedBox] = field(default_factory=list)
    violations: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Making:
    """What is known so far; ``name_of`` turns whatever is somebody's into a hash."""

    classes: Sequence[str]
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    pictures: dict[str, _Picture] = field(default_factory=dict)
    made: Made = field(default_factory=Made)

    def name_of(self, kind: str, value: object) -> str:
        words = f"{kind}:{value}".encode()
        return hmac.new(self.secret, words, hashlib.sha256).hexdigest()[:24]

    def leave_out(self, violation_id: int, why: LeftOut) -> None:
        self.made.missing.append((violation_id, why))


def write(out: IO[bytes], order: Order, actor: Actor, say: Callable[[int, int], None]) -> Made:
    """Write the archive to ``out``. ``say(done, total)`` is called for every picture.

    Raises :class:`NothingToLearnError`.
    """
    making = _Making(order.classes)
    say(0, 0)
    _collect(making, order.choice, actor, lambda: say(0, 0))
    if not making.pictures:
        _count(making, [])
        raise NothingToLearnError(making.made)
    split = splits({sha: (str(p.camera), p.at) for sha, p in making.pictures.items()})
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        written = list(_pictures(archive, making, split, say))
        if not any(picture.split is Split.TRAIN for picture in written):
            _count(making, written)
            raise NothingToLearnError(making.made)
        _count(making, written)
        _papers(archive, making, written, order)
    return making.made


def _collect(making: _Making, choice: Choice, actor: Actor, alive: Callable[[], None]) -> None:
    seen = 0
    for batch in queries.verdicts(choice, actor):
        held = holds.held_among([violation.id for violation in batch])
        for violation in batch:
            seen += 1
            if seen > MOST_VERDICTS:
                making.leave_out(violation.id, LeftOut.TOO_MANY)
            else:
                _add(making, violation, is_held=violation.id in held)
        alive()


def _add(making: _Making, violation: Violation, *, is_held: bool) -> None:
    found = _decided(making, violation)
    if isinstance(found, LeftOut):
        making.leave_out(violation.id, found)
        return
    picture = LeftOut.HELD if is_held else _snapshot(violation)
    if isinstance(picture, LeftOut):
        making.leave_out(violation.id, picture)
        return
    assert picture.attachment is not None
    one = making.pictures.setdefault(
        picture.sha256,
        _Picture(picture.attachment.sha256, violation.camera_id, violation.started_at),
    )
    one.decided.append(found)
    one.violations.append(violation.id)


def _decided(making: _Making, violation: Violation) -> DecidedBox | LeftOut:
    kind = violation.rule_kind
    verdict = verdict_of(violation.status, violation.reject_reason, kind)
    if verdict is None:
        return LeftOut.NO_WORD
    boxes = [contract.parse(DetectedBox, box) for box in violation.boxes]
    box = accused(kind, boxes, violation.score, violation.detail)
    if isinstance(box, LeftOut):
        return box
    instead = WORN[box.label] if verdict is BoxVerdict.INSTEAD else ""
    if box.label not in making.classes or (instead and instead not in making.classes):
        return LeftOut.NO_CLASS
    return DecidedBox(
        label=box.label,
        score=box.score,
        box=box.box,
        verdict=verdict,
        event=making.name_of("event", violation.event_id),
        rule_kind=kind,
        instead=instead,
        reason=str(violation.reject_reason or ""),
        model=violation.model_sha256,
    )


def _snapshot(violation: Violation) -> ViolationEvidence | LeftOut:
    """The stored picture to which the boxes belong."""
    declared = [one for one in violation.evidence if one.kind is EvidenceKind.SNAPSHOT]
    stored = [one for one in declared if one.attachment_id and one.removed_at is None]
    if not stored:
        gone = any(one.removed_at is not None for one in declared)
        return LeftOut.REMOVED if gone else LeftOut.NO_PICTURE
    newest = stored[-1]
    if newest.start_at is not None and violation.snapshot_at is not None:
        apart = abs((newest.start_at - violation.snapshot_at).total_seconds())
        if apart > SAME_MOMENT_S:
            return LeftOut.OTHER_MOMENT
    return newest


def _pictures(
    archive: zipfile.ZipFile,
    making: _Making,
    split: dict[str, tuple[Split, str]],
    say: Callable[[int, int], None],
) -> Iterable[DatasetPicture]:
    for number, (sha256, one) in enumerate(sorted(making.pictures.items()), 1):
        data = _bytes_of(one.attachment_sha256, sha256)
        size = _size_of(data) if data is not None else None
        if data is None or size is None:
            for ident in one.violations:
                making.leave_out(ident, LeftOut.DAMAGED)
        else:
            purpose, occasion = split[sha256]
            picture = DatasetPicture(
                image=f"images/{purpose}/{sha256[:24]}.jpg",
                sha256=sha256,
                split=purpose,
                camera=making.name_of("camera", one.camera),
                occasion=making.name_of("occasion", occasion),
                size=size,
                decided=tuple(one.decided[: contract.MAX_BOXES]),
            )
            _put(archive, picture.image, data)
            _put(archive, picture.labels, _labels(picture, making.classes))
            yield picture
        say(number, len(making.pictures))


def _bytes_of(stored: str, sha256: str) -> bytes | None:
    """The stored bytes where they still are what was received."""
    try:
        with attachments.storage().open(stored) as source:
            data = source.read()
    except FileNotFoundError:
        return None
    return data if hashlib.sha256(data).hexdigest() == sha256 else None


def _size_of(data: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None


def _labels(picture: DatasetPicture, classes: Sequence[str]) -> bytes:
    there = {(one.truth, one.box) for one in picture.decided if one.truth}
    lines = sorted(yolo_line(classes.index(label), box) for label, box in there)
    return "".join(f"{line}\n" for line in lines).encode()


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, STAMP)
    info.external_attr = 0o600 << 16
    archive.writestr(info, data)


def _count(making: _Making, written: Sequence[DatasetPicture]) -> None:
    boxes: dict[str, Counter[str]] = defaultdict(Counter)
    for picture in written:
        for one in picture.decided:
            boxes[one.label][one.verdict] += 1
    making.made.counts = {
        "pictures": len(written),
        "train": sum(picture.split is Split.TRAIN for picture in written),
        "val": sum(picture.split is Split.VAL for picture in written),
        "cameras": len({picture.camera for picture in written}),
        "verdicts": sum(len(picture.decided) for picture in written),
        "boxes": {label: dict(found) for label, found in sorted(boxes.items())},
    }
    making.made.left_out = dict(Counter(str(why) for _ident, why in making.made.missing))


def _papers(
    archive: zipfile.ZipFile,
    making: _Making,
    written: Sequence[DatasetPicture],
    order: Order,
) -> None:
    names = "".join(f"  {n}: {json.dumps(c)}\n" for n, c in enumerate(making.classes))
    val = Split.VAL if making.made.counts["val"] else Split.TRAIN
    _put(archive, "README.txt", README.encode())
    _put(
        archive,
        "data.yaml",
        f"path: .\ntrain: images/train\nval: images/{val}\nnames:\n{names}".encode(),
    )
    description = {
        "format": DATASET_FORMAT,
        "name": order.name,
        "purpose": order.purpose,
        "classes": list(making.classes),
        "counts": making.made.counts,
        "left_out": making.made.left_out,
    }
    _put(archive, DESCRIPTION, _line(description))
    _put(archive, MANIFEST, b"".join(_line(contract.to_json(picture)) for picture in written))
    lines = [
        _line({"event": making.name_of("violation", ident), "why": str(why)})
        for ident, why in making.made.missing
    ]
    _put(archive, MISSING, b"".join(lines))


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
