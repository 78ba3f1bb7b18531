"""A data set as the web wrote it: an archive, or the folder that it was unpacked into."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vision.contract import (
    DATASET_FORMAT,
    DESCRIPTION,
    MANIFEST,
    ContractError,
    DatasetPicture,
    Split,
    parse,
)
from vision.models import sha256_of
from vision.training.hyper import TrainingError

LARGEST_PICTURE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Dataset:
    """``sha256`` is the archive's; "" where only a folder was given."""

    root: Path
    name: str
    classes: tuple[str, ...]
    pictures: tuple[DatasetPicture, ...]
    sha256: str = ""

    def of(self, split: Split) -> list[DatasetPicture]:
        return [picture for picture in self.pictures if picture.split is split]


def is_dataset(path: Path) -> bool:
    """Whether it is one of people's verdicts, and not a test set with all objects labelled."""
    return path.suffix == ".zip" or (path / DESCRIPTION).is_file()


def open_dataset(path: Path, unpack_into: Path) -> Dataset:
    """An archive is unpacked into a folder first. Raises TrainingError naming what does not fit."""
    if path.is_dir():
        return _read(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _unpack(archive, unpack_into)
    except (OSError, zipfile.BadZipFile) as error:
        raise TrainingError(f"{path} is no archive that can be read: {error}") from None
    found = _read(unpack_into)
    return Dataset(found.root, found.name, found.classes, found.pictures, sha256_of(path))


def _unpack(archive: zipfile.ZipFile, into: Path) -> None:
    """What the manifest names, and nothing else: no name in an archive is trusted."""
    into.mkdir(parents=True, exist_ok=True)
    for name in (DESCRIPTION, MANIFEST):
        try:
            (into / name).write_bytes(archive.read(name))
        except KeyError:
            raise TrainingError(
                f"the archive has no {name}: it is no data set of verdicts"
            ) from None
    for picture in _pictures(into):
        try:
            info = archive.getinfo(picture.image)
        except KeyError:
            raise TrainingError(f"the archive has no {picture.image}: it is not whole") from None
        if info.file_size > LARGEST_PICTURE:
            raise TrainingError(f"{picture.image} is too large to be a picture")
        target = into / picture.image
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(info))


def _read(root: Path) -> Dataset:
    try:
        told = json.loads((root / DESCRIPTION).read_text("utf-8"))
        if told["format"] != DATASET_FORMAT:
            raise TrainingError(f"{DESCRIPTION}: format {told['format']} is not known here")
        name, classes = str(told["name"]), tuple(str(one) for one in told["classes"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"{root} is no data set of verdicts: {error}") from None
    pictures = tuple(_pictures(root))
    if not any(picture.split is Split.TRAIN for picture in pictures):
        raise TrainingError(f"{root} has no pictures to learn from")
    return Dataset(root, name, classes, pictures)


def _pictures(root: Path) -> Sequence[DatasetPicture]:
    found = []
    for number, line in enumerate((root / MANIFEST).read_text("utf-8").splitlines(), 1):
        try:
            found.append(parse(DatasetPicture, json.loads(line)))
        except (ValueError, ContractError) as error:
            raise TrainingError(f"{MANIFEST}, line {number}: {error}") from None
    return found
