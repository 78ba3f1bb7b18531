"""Bytes under their own sha256 in a bucket that speaks S3. The extra ``s3`` brings boto3.

An object is there whole or not at all: one request writes a small one, a large one is seen only
when its last part has come. The payload's hash is signed with each request, so that the server
refuses what was changed on the way. There are no public addresses: everything is read through us.
"""

from __future__ import annotations

import hashlib
import io
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from supervision.core.storage import CHUNK, StorageError, StoredFile, check_size

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# S3 asks for 5 MiB at least, and for 10,000 parts at most: 80 GB.
PART = 8 * 1024 * 1024
READ_AHEAD = 1024 * 1024
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where objects lie. Empty keys: what the machine itself is given (boto3's own order)."""

    name: str
    endpoint: str = ""
    region: str = ""
    prefix: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)


class S3Storage:
    """The storage of many machines: they all see the same files."""

    is_remote = True

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._client = _client(bucket)

    def put(self, source: IO[bytes], *, limit: int | None = None) -> StoredFile:
        """Keep all bytes; what is there already is not sent again.

        A file is known by its hash before a byte of it is sent: it waits on the disk if it is
        larger than one part.
        """
        digest, size = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(max_size=PART) as spool:
            while chunk := source.read(CHUNK):
                size += len(chunk)
                check_size(size, limit)
                digest.update(chunk)
                spool.write(chunk)
            spool.seek(0)
            sha256 = digest.hexdigest()
            if self._size(sha256) != size:
                self._send(self._key(sha256), spool, size)
        return StoredFile(sha256, size)

    def open(self, sha256: str) -> IO[bytes]:
        size = self._size(sha256)
        if size is None:
            raise FileNotFoundError(sha256)
        return io.BufferedReader(_Object(self, self._key(sha256), size), READ_AHEAD)

    def exists(self, sha256: str) -> bool:
        return self._size(sha256) is not None

    def remove(self, sha256: str) -> None:
        with _told():
            self._client.delete_object(Bucket=self._bucket.name, Key=self._key(sha256))

    def path(self, _sha256: str) -> None:
        return None

    def free(self) -> None:
        return None

    def check(self) -> None:
        """Write, find and remove something small; raises StorageError."""
        key = f"{self._prefix}.check-{secrets.token_hex(8)}"
        with _told():
            self._client.put_object(Bucket=self._bucket.name, Key=key, Body=b"check")
            self._client.head_object(Bucket=self._bucket.name, Key=key)
            self._client.delete_object(Bucket=self._bucket.name, Key=key)

    def read_range(self, key: str, begin: int, end: int) -> bytes:
        """Bytes from ``begin`` up to ``end``, that one left out. Raises StorageError."""
        with _told():
            answer = self._client.get_object(
                Bucket=self._bucket.name, Key=key, Range=f"bytes={begin}-{end - 1}"
            )
            with answer["Body"] as body:
                read: bytes = body.read()
        if len(read) != end - begin:
            raise StorageError(f"{len(read)} bytes came instead of {end - begin}")
        return read

    @property
    def _prefix(self) -> str:
        plain = self._bucket.prefix.strip("/")
        return f"{plain}/" if plain else ""

    def _key(self, sha256: str) -> str:
        return f"{self._prefix}{sha256[:2]}/{sha256[2:4]}/{sha256}"

    def _size(self, sha256: str) -> int | None:
        """None where there is no such object."""
        with _told():
            try:
                found = self._client.head_object(Bucket=self._bucket.name, Key=self._key(sha256))
            except self._client.exceptions.ClientError as error:
                if error.response.get("Error", {}).get("Code") in MISSING:
                    return None
                raise
        return int(found["ContentLength"])

    def _send(self, key: str, source: IO[bytes], size: int) -> None:
        with _told():
            if size <= PART:
                body = source.read()
                self._client.put_object(Bucket=self._bucket.name, Key=key, Body=body)
            else:
                self._send_parts({"Bucket": self._bucket.name, "Key": key}, source)

    def _send_parts(self, where: dict[str, str], source: IO[bytes]) -> None:
        upload = self._client.create_multipart_upload(**where)["UploadId"]
        try:
            parts: list[dict[str, object]] = []
            while body := source.read(PART):
                number = len(parts) + 1
                sent = self._client.upload_part(
                    **where, UploadId=upload, PartNumber=number, Body=body
                )
                parts.append({"PartNumber": number, "ETag": sent["ETag"]})
            self._client.complete_multipart_upload(
                **where, UploadId=upload, MultipartUpload={"Parts": parts}
            )
        except BaseException:
            # Parts of an upload that never ends are paid for and seen by nobody.
            self._client.abort_multipart_upload(**where, UploadId=upload)
            raise


class _Object(io.RawIOBase):
    """An object to be read anywhere; each read is a request for just these bytes."""

    def __init__(self, storage: S3Storage, key: str, size: int) -> None:
        self._storage, self._key, self._end, self._at = storage, key, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._end}[whence]
        if base + offset < 0:
            raise ValueError("a place before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        read = self._read(len(view))
        view[: len(read)] = read
        return len(read)

    def readall(self) -> bytes:
        """The rest in one request; the base class would ask for 8 KB at a time."""
        return self._read(self._end)

    def _read(self, count: int) -> bytes:
        end = min(self._end, self._at + count)
        if self._at >= end:
            return b""
        read = self._storage.read_range(self._key, self._at, end)
        self._at = end
        return read


def _client(bucket: Bucket) -> Any:
    """A client that is shared by threads. Raises ImportError saying what to install."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise ImportError("files in S3 need boto3: pip install 'anqi[s3]'") from None
    return boto3.client(
        "s3",
        endpoint_url=bucket.endpoint or None,
        # A store of one's own mostly has no regions, and boto3 wants one all the same.
        region_name=bucket.region or "us-east-1",
        aws_access_key_id=bucket.access_key or None,
        aws_secret_access_key=bucket.secret_key or None,
        config=Config(
            connect_timeout=5,
            read_timeout=30,
            max_pool_connections=32,
            retries={"mode": "standard", "total_max_attempts": 3},
            # The newer check sums are unknown to many a store; the signed hash is known to all.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"payload_signing_enabled": True},
        ),
    )


@contextmanager
def _told() -> Iterator[None]:
    """What the client raises, as our own error: without keys, with the reason."""
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    try:
        yield
    except ClientError as error:
        found = error.response.get("Error", {})
        raise StorageError(f"{found.get('Code', '?')}: {found.get('Message', '')}") from None
    except (BotoCoreError, HTTPClientError) as error:
        raise StorageError(str(error)) from None
