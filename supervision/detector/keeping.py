"""Whether stored weights still are what was registered: asked before anybody gets them."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from supervision.core.attachments import storage
from supervision.core.storage import CHUNK
from supervision.detector.models import DetectorModel


def is_as_registered(model: DetectorModel) -> bool:
    """Hash its bytes; a file on a disk that has not changed since is not read a second time."""
    path = storage().path(model.sha256)
    if path is None:
        return _hash_of(model.sha256) == model.sha256
    try:
        stat = path.stat()
    except OSError:
        return False
    return _known_hash(model.sha256, str(path), stat.st_mtime_ns, stat.st_size) == model.sha256


@lru_cache(maxsize=256)
def _known_hash(sha256: str, _path: str, _changed: int, _size: int) -> str:
    return _hash_of(sha256)


def _hash_of(sha256: str) -> str:
    digest = hashlib.sha256()
    try:
        with storage().open(sha256) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return ""
    return digest.hexdigest()
