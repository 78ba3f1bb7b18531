"""Files of a violation: only what was declared, whole, and of the type that it claims."""

from __future__ import annotations

import hashlib
import threading

import pytest

from supervision.core.attachments import Attachment, storage
from supervision.core.db import db
from tests.factories.hazards import picture
from tests.factories.video import (
    clip,
    make_event,
    make_node,
    reference,
    violation,
)
from vision.contract import EvidenceKind as K
from vision.contract import EvidenceRef


def declare(node, camera, kind, data, **changes):
    values = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), **changes}
    media = {K.SNAPSHOT: "image/jpeg", K.CLIP: "video/mp4"}[kind]
    event = make_event(node, camera, evidence=(EvidenceRef(kind, media_type=media, **values),))
    assert node.send(event).status_code == 201
    return event.event_id


def stored():
    """Without the small pictures that snapshots have for lists."""
    small = Attachment.filename.endswith("-small.jpg")
    return db.session.scalars(db.select(Attachment).where(~small)).all()


@pytest.mark.parametrize(("kind", "data"), [(K.SNAPSHOT, picture()), (K.CLIP, clip())])
def test_a_declared_file_is_stored_byte_for_byte(node, camera, kind, data):
    event_id = declare(node, camera, kind, data)
    assert node.upload(event_id, data).status_code == 201
    assert node.upload(event_id, data).status_code == 200
    [row] = violation(event_id).evidence
    with storage().open(row.attachment.sha256) as file:
        assert file.read() == data
    assert len(stored()) == 1


def test_a_file_before_its_event_is_asked_to_come_later(node):
    assert node.upload("ev-not-yet", picture()).status_code == 404


def test_a_file_that_the_event_does_not_declare_is_a_conflict(node, camera):
    event_id = declare(node, camera, K.SNAPSHOT, picture())
    assert node.upload(event_id, picture("blue")).status_code == 409
    assert stored() == []


def test_another_nodes_event_looks_like_none(app, node, camera):
    event_id = declare(node, camera, K.SNAPSHOT, picture())
    other = make_node(app, "Other house")
    assert other.upload(event_id, picture()).status_code == 404


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (picture()[:-20], "size"),
        (picture() + b"tail", "size"),
        (picture()[:-1] + b"?", "sha256"),
        (b"", "size"),
    ],
)
def test_bytes_that_differ_from_what_was_declared_leave_nothing(node, camera, sent, field):
    data = picture()
    event_id = declare(node, camera, K.SNAPSHOT, data)
    answer = node.upload(event_id, sent, hashlib.sha256(data).hexdigest())
    assert (answer.status_code, answer.json["field"]) == (422, field)
    assert stored() == []
    assert not storage().exists(hashlib.sha256(sent).hexdigest())
    # The right bytes are still welcome.
    assert node.upload(event_id, data).status_code == 201


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (K.SNAPSHOT, b"GIF89a" + b"0" * 50),
        (K.SNAPSHOT, picture()[:-40]),
        (K.SNAPSHOT, clip()),
        (K.CLIP, picture()),
        (K.CLIP, clip()[:-10]),
        (K.CLIP, clip()[:21]),
        (K.CLIP, b"<html>" + b" " * 100),
    ],
)
def test_a_file_that_is_not_what_it_claims_is_refused(node, camera, kind, data):
    event_id = declare(node, camera, kind, data)
    answer = node.upload(event_id, data)
    assert (answer.status_code, answer.json["field"]) == (422, "media_type")
    assert stored() == []


def test_a_file_larger_than_the_contract_allows_is_refused_unread(node, camera):
    event_id = declare(node, camera, K.CLIP, clip())
    sha256 = violation(event_id).evidence[0].sha256
    answer = node.call(
        "PUT",
        f"/violations/{event_id}/evidence/{sha256}",
        data=b"x",
        environ_overrides={"CONTENT_LENGTH": str(64 * 1024 * 1024 + 1)},
    )
    assert answer.status_code == 413


def test_a_clip_may_be_larger_than_a_persons_upload(node, camera, settings):
    data = clip(settings.upload_limit_mb * 1024 * 1024 + 1)
    assert node.upload(declare(node, camera, K.CLIP, data), data).status_code == 201


def test_the_same_file_sent_in_parallel_is_stored_once(app, node, camera):
    data = picture()
    event_id = declare(node, camera, K.SNAPSHOT, data)
    answers: list[int] = []

    def put():
        with app.app_context():
            answers.append(node.upload(event_id, data).status_code)

    threads = [threading.Thread(target=put) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 11 + [201]
    assert len(stored()) == 1


def test_a_newer_revision_adds_files_and_forgets_none(node, camera):
    first, second = picture(), picture("navy")
    event = make_event(node, camera, evidence=(reference(K.SNAPSHOT, first),))
    node.send(event)
    from dataclasses import replace

    from vision.contract import Phase

    newer = replace(
        event, revision=2, phase=Phase.UPDATE, evidence=(reference(K.SNAPSHOT, second),)
    )
    assert node.send(newer).status_code == 201
    # The upload that was on its way when the second revision came.
    assert node.upload(event.event_id, first).status_code == 201
    found = violation(event.event_id)
    assert found.snapshot.sha256 == hashlib.sha256(first).hexdigest()
    assert node.upload(event.event_id, second).status_code == 201
    assert violation(event.event_id).snapshot.sha256 == hashlib.sha256(second).hexdigest()
