"""A file as a node sends it: into a spooled file, checked whole before anybody stores it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from flask import Request, jsonify
from flask.typing import ResponseReturnValue

from supervision.video.media import NotThisTypeError, check_media
from vision import contract
from vision.contract import ContractError

IN_MEMORY_BYTES = 4 * 1024 * 1024
CHUNK = 256 * 1024


@contextmanager
def receive(
    request: Request, sha256: str, media_type: str, size: int | None = None
) -> Iterator[IO[bytes]]:
    """The request's body, at its start; raises ContractError unless it is just what was declared.

    ``size`` in bytes where it was declared before; else at most what the contract allows.
    """
    limit = contract.MAX_EVIDENCE_BYTES if size is None else size
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as part:
        digest, came = hashlib.sha256(), 0
        while came <= limit and (chunk := request.stream.read(CHUNK)):
            came += len(chunk)
            digest.update(chunk)
            part.write(chunk)
        if came > limit or (size is not None and came != size):
            told = f"more than {limit}" if came > limit else str(came)
            raise ContractError("size", f"{limit} bytes were declared, {told} came")
        if digest.hexdigest() != sha256:
            raise ContractError("sha256", "the bytes have another hash")
        try:
            check_media(part, media_type)
        except NotThisTypeError as error:
            raise ContractError("media_type", str(error)) from None
        part.seek(0)
        yield part


def problem(status: int, field: str, text: str) -> ResponseReturnValue:
    """An error as the contract tells it."""
    return jsonify(error=status, field=field, message=f"{field}: {text}", problem=text), status
