"""Files under their hash: the same promises of a folder and of a bucket behind a real server."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from dataclasses import replace

import pytest

from supervision.core import storage_s3
from supervision.core.actor import SYSTEM
from supervision.core.attachments import store_file
from supervision.core.db import transaction
from supervision.core.storage import FolderStorage, StorageError, TooLargeError
from supervision.core.storage_s3 import S3Storage
from supervision.factory import throwaway_settings
from supervision.settings import SettingsError
from supervision.video import jobs, room
from tests import bucket
from tests.factories.hazards import picture
from tests.factories.video import camera_uid, clip, make_camera, make_event, make_node, reference
from tests.factories.video import violation as found_violation
from vision.contract import EvidenceKind


@pytest.fixture(scope="module")
def where():
    with bucket.serving() as found:
        yield found


@pytest.fixture
def s3(where, request):
    return S3Storage(replace(where, prefix=f"files-{abs(hash(request.node.name))}"))


@pytest.fixture(params=["folder", "bucket"])
def kept(request, tmp_path):
    if request.param == "folder":
        return FolderStorage(tmp_path)
    return request.getfixturevalue("s3")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_bytes_come_back_from_under_their_hash(kept):
    stored = kept.put(io.BytesIO(b"evidence"))
    assert (stored.sha256, stored.size) == (sha256(b"evidence"), 8)
    assert kept.put(io.BytesIO(b"evidence")) == stored
    with kept.open(stored.sha256) as file:
        assert file.read() == b"evidence"
    assert kept.put(io.BytesIO(b"")).size == 0
    with kept.open(sha256(b"")) as file:
        assert file.read() == b""


def test_what_is_not_there_says_so(kept):
    assert not kept.exists(sha256(b"never"))
    with pytest.raises(FileNotFoundError):
        kept.open(sha256(b"never"))
    kept.remove(sha256(b"never"))
    stored = kept.put(io.BytesIO(b"for a day"))
    kept.remove(stored.sha256)
    assert not kept.exists(stored.sha256)


def test_too_large_a_file_leaves_nothing(kept):
    with pytest.raises(TooLargeError):
        kept.put(io.BytesIO(bytes(100)), limit=10)
    assert not kept.exists(sha256(bytes(100)))


def test_a_large_file_can_be_read_at_any_place(kept, monkeypatch):
    monkeypatch.setattr(storage_s3, "PART", 5 * 1024 * 1024)
    data = os.urandom(12 * 1024 * 1024 + 17)
    stored = kept.put(io.BytesIO(data))
    with kept.open(stored.sha256) as file:
        assert file.seek(-17, io.SEEK_END) == len(data) - 17
        assert file.read(100) == data[-17:]
        file.seek(6_000_000)
        assert file.read(10) == data[6_000_000:6_000_010]
        file.seek(0)
        assert hashlib.sha256(file.read()).hexdigest() == stored.sha256


def test_a_bundle_is_opened_where_it_lies(kept):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as bundle:
        bundle.writestr("a.txt", "first")
        bundle.writestr("b.txt", "second")
    made.seek(0)
    with kept.open(kept.put(made).sha256) as file, zipfile.ZipFile(file) as bundle:
        assert bundle.read("b.txt") == b"second"


def test_it_says_whether_it_works(kept):
    kept.check()


def test_a_folder_never_keeps_half_a_file(tmp_path):
    folder = FolderStorage(tmp_path)
    stored = folder.put(io.BytesIO(b"evidence"))
    with pytest.raises(TooLargeError):
        folder.put(io.BytesIO(bytes(100)), limit=10)
    folder.check()
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [stored.sha256]


class Breaks(io.BytesIO):
    """A disk that fails at the second part."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError("the disk failed")
        return super().read(size)


def test_an_upload_that_breaks_leaves_no_parts_behind(where):
    s3 = S3Storage(where)
    with pytest.raises(OSError, match="the disk failed"):
        s3._send_parts({"Bucket": bucket.NAME, "Key": "files/half"}, Breaks(bytes(9 * 2**20)))
    assert not [key for key in bucket.objects(where) if key == "files/half"]


@pytest.mark.parametrize(
    "wrong", [{"name": "no-such-bucket"}, {"endpoint": "http://127.0.0.1:9"}], ids=["name", "host"]
)
def test_a_bucket_that_is_not_there_is_an_error_with_its_reason_and_without_keys(where, wrong):
    s3 = S3Storage(replace(where, secret_key="a-secret-word", **wrong))
    for ask in (s3.check, lambda: s3.put(io.BytesIO(b"x"))):
        with pytest.raises(StorageError) as caught:
            ask()
        assert "NoSuchBucket" in str(caught.value) or "127.0.0.1:9" in str(caught.value)
        assert "a-secret-word" not in str(caught.value)


def test_settings_that_cannot_work_are_refused_at_the_start():
    with pytest.raises(SettingsError, match="ANQI_STORAGE"):
        throwaway_settings(storage="ftp")
    with pytest.raises(SettingsError, match="ANQI_S3_BUCKET"):
        throwaway_settings(storage="s3")
    with pytest.raises(SettingsError, match="belong together"):
        throwaway_settings(storage="s3", s3_bucket="b", s3_access_key="k")
    held = throwaway_settings(
        storage="s3", s3_bucket="b", s3_access_key="k", s3_secret_key="hidden"
    )
    assert "hidden" not in repr(held)


@pytest.fixture
def in_bucket(app, s3, monkeypatch):
    monkeypatch.setitem(app.extensions, "anqi_storage", s3)
    return s3


def seen(app, cast, data, kind=EvidenceKind.CLIP):
    """A node and the event for which it may send ``data``."""
    node = make_node(app)
    camera = camera_uid(make_camera(cast, node))
    event = make_event(node, camera, evidence=(reference(kind, data),))
    assert node.send(event).status_code == 201
    return node, event.event_id


def test_a_clip_in_a_bucket_is_played_from_any_second(app, cast, pages, in_bucket):
    data = clip()
    node, event_id = seen(app, cast, data)
    assert node.upload(event_id, data).status_code == 201
    [evidence] = found_violation(event_id).evidence
    client = pages.as_("district_officer")
    url = f"/media/{evidence.key}"
    whole = client.get(url)
    assert (whole.status_code, whole.data) == (200, data)
    part = client.get(url, headers={"Range": "bytes=5-24"})
    assert (part.status_code, part.data) == (206, data[5:25])
    assert part.headers["Content-Range"] == f"bytes 5-24/{len(data)}"
    assert client.get(url, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_a_node_keeps_its_file_while_the_bucket_does_not_answer(app, cast, where, in_bucket):
    data = picture()
    node, event_id = seen(app, cast, data, EvidenceKind.SNAPSHOT)
    app.extensions["anqi_storage"] = S3Storage(replace(where, endpoint="http://127.0.0.1:9"))
    refused = node.upload(event_id, data)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    app.extensions["anqi_storage"] = in_bucket
    assert node.upload(event_id, data).status_code == 201
    assert in_bucket.exists(sha256(data))


def test_the_administrators_hear_once_that_files_cannot_be_written(app, cast, where, monkeypatch):
    from supervision.core import clock

    gone = S3Storage(replace(where, endpoint="http://127.0.0.1:9"))
    with monkeypatch.context() as patch:
        patch.setitem(app.extensions, "anqi_storage", gone)
        assert [jobs.watch_storage(clock.now()) for _ in range(2)] == [1, 0]
        assert room.state().unreachable_since is not None
    assert [jobs.watch_storage(clock.now()) for _ in range(2)] == [1, 0]
    assert room.state().unreachable_since is None


def test_everything_moves_to_the_bucket_and_a_second_run_finds_it_there(app, where, settings):
    with transaction():
        for data in (b"first", b"second", b"first", b"third"):
            store_file(SYSTEM, io.BytesIO(data), "a.bin", "application/octet-stream", limit=99)
    folder = app.extensions["anqi_storage"]
    folder.remove(sha256(b"third"))
    folder._target(sha256(b"second")).write_bytes(b"another")
    app.extensions["anqi_settings"] = replace(
        settings,
        s3_bucket=where.name,
        s3_endpoint=where.endpoint,
        s3_prefix="moved",
        s3_access_key="key",
        s3_secret_key="word",
    )
    try:
        first = app.test_cli_runner().invoke(args=["storage", "copy"])
        again = app.test_cli_runner().invoke(args=["storage", "copy"])
    finally:
        app.extensions["anqi_settings"] = settings
    assert f"{sha256(b'third')}: missing" in first.output
    assert f"{sha256(b'second')}: different" in first.output
    assert "copied 1, there already 0" in first.output
    assert first.exit_code == 1
    assert "copied 0, there already 1" in again.output
    assert S3Storage(replace(where, prefix="moved")).exists(sha256(b"first"))
