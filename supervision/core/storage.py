"""Bytes under their own sha256: in a folder here, in a bucket in :mod:`supervision.core.storage_s3`."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    sha256: str
    size: int


class TooLargeError(ValueError):
    """More bytes than allowed came."""


class StorageError(OSError):
    """Files cannot be written or read now; it says why. Trying again later may do."""


class Storage(Protocol):
    """Besides what each says, all raise :class:`StorageError` (or OSError) where nothing works."""

    @property
    def is_remote(self) -> bool:
        """Whether bytes travel over a network: not while a transaction waits for them."""

    def put(self, source: IO[bytes], *, limit: int | None = None) -> StoredFile:
        """Keep all bytes of ``source``; raises :class:`TooLargeError` beyond ``limit``."""

    def open(self, sha256: str) -> IO[bytes]:
        """A readable, seekable file; raises FileNotFoundError."""

    def exists(self, sha256: str) -> bool: ...

    def remove(self, sha256: str) -> None:
        """Throw the bytes away; nothing happens where there are none."""

    def path(self, sha256: str) -> Path | None:
        """A local path for zero-copy serving, or None where there is none."""

    def free(self) -> int | None:
        """How many bytes are free where files lie; None where nobody can tell."""

    def check(self) -> None:
        """Write something small and remove it; raises OSError where that fails."""


def check_size(size: int, limit: int | None) -> None:
    if limit is not None and size > limit:
        raise TooLargeError(f"more than {limit} bytes")


class FolderStorage:
    """Files as ``ab/cd/<sha256>``, written aside and renamed: never half a file."""

    is_remote = False

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, source: IO[bytes], *, limit: int | None = None) -> StoredFile:
        self.root.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=self.root, prefix=".put-", delete=False) as out:
            part = Path(out.name)
            try:
                while chunk := source.read(CHUNK):
                    size += len(chunk)
                    check_size(size, limit)
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        target = self._target(digest.hexdigest())
        target.parent.mkdir(parents=True, exist_ok=True)
        part.replace(target)
        return StoredFile(digest.hexdigest(), size)

    def open(self, sha256: str) -> IO[bytes]:
        return self._target(sha256).open("rb")

    def exists(self, sha256: str) -> bool:
        return self._target(sha256).is_file()

    def path(self, sha256: str) -> Path:
        return self._target(sha256).resolve()

    def remove(self, sha256: str) -> None:
        self._target(sha256).unlink(missing_ok=True)

    def free(self) -> int:
        self.root.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.root).free

    def check(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.root, prefix=".check-") as out:
            out.write(b"check")
            out.flush()
            os.fsync(out.fileno())

    def _target(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4] / sha256
