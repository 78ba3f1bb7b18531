"""What is in an archive, what is not and why, and what a killed maker leaves behind."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest

from supervision.core import attachments, clock
from supervision.core.actor import SYSTEM
from supervision.core.attachments import storage
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.scope import visible
from supervision.dataset import jobs, queries, service
from supervision.dataset.models import DatasetState
from supervision.video import holds
from supervision.video import queries as videos
from supervision.video.removal import remove
from supervision.video.rules import RejectReason
from tests.factories.datasets import COLOURS, a_verdict, all_of_them, asked, the_set
from tests.factories.video import camera_uid, make_camera, make_node
from vision.contract import DatasetPicture, DetectedBox, RuleKind, parse

ADMIN = "administrator"


@pytest.fixture
def scene(app, cast):
    node = make_node(app)
    return node, make_camera(cast, node)


def made(cast, set_id):
    jobs.make_queued(clock.now())
    row = the_set(set_id, cast[ADMIN])
    if row.file is None:
        return row, None
    with attachments.storage().open(row.file.sha256) as source:
        return row, zipfile.ZipFile(io.BytesIO(source.read()))


def manifest(archive):
    lines = archive.read("manifest.jsonl").decode().splitlines()
    return [parse(DatasetPicture, json.loads(line)) for line in lines]


def test_verdicts_become_pictures_labels_and_a_manifest(cast, scene):
    node, camera = scene
    start = clock.now() - timedelta(hours=6)
    right = a_verdict(cast, node, camera, colour="red", started_at=start)
    wrong = (("green", RejectReason.WRONG_OBJECT), ("blue", RejectReason.COMPLIANT))
    for hours, (colour, reason) in enumerate(wrong, 1):
        at = start + timedelta(hours=hours)
        a_verdict(cast, node, camera, reason, colour=colour, started_at=at)
    unclear = a_verdict(cast, node, camera, RejectReason.UNCLEAR, colour="pink")
    row, archive = made(cast, asked(cast[ADMIN]))
    assert row.status is DatasetState.READY
    told = json.loads(archive.read("dataset.json"))
    assert told["classes"][:3] == ["person", "helmet", "head"]
    pictures = manifest(archive)
    assert {(one.verdict, one.truth) for p in pictures for one in p.decided} == {
        ("right", "head"),
        ("nothing", ""),
        ("instead", "helmet"),
    }
    for picture in pictures:
        assert archive.read(picture.image)[:2] == b"\xff\xd8"
        lines = archive.read(picture.labels).decode().split()
        number = {"head": "2", "helmet": "1", "": None}[picture.decided[0].truth]
        assert (lines[0] if lines else None) == number
    # The newest occasion is put aside, and nothing says whose camera it was.
    assert [p.split for p in pictures].count("val") == 1
    papers = archive.read("manifest.jsonl") + archive.read("dataset.json")
    seen = videos.get_violation(right, SYSTEM)
    for secret in (camera_uid(camera), seen.event_id, "Line 2 north", "Invented Plant"):
        assert secret.encode() not in papers
    assert row.left_out == {"no_word": 1}
    assert row.missing == [[unclear, "no_word"]]
    assert row.counts["boxes"] == {"head": {"right": 1, "nothing": 1, "instead": 1}}
    entry = db.session.scalars(
        visible(AuditEntry, SYSTEM).where(AuditEntry.action == "dataset.make")
    ).one()
    assert entry.data["counts"]["pictures"] == 3
    assert entry.data["sha256"] == row.sha256


def test_what_is_held_removed_damaged_or_never_came_is_listed_with_its_reason(cast, scene):
    node, camera = scene
    idents = [a_verdict(cast, node, camera, colour=colour) for colour in COLOURS[:4]]
    lost = a_verdict(cast, node, camera, with_files=False)
    two = (DetectedBox("head", 0.6, (0.1, 0.1, 0.2, 0.2)), DetectedBox("head", 0.5, (0, 0, 1, 1)))
    unsure = a_verdict(cast, node, camera, colour="olive", boxes=two)
    with transaction():
        holds.place(videos.get_violation(idents[0], SYSTEM), SYSTEM, "court")
        remove([videos.get_violation(idents[1], SYSTEM)], "expired")
        picture = videos.get_violation(idents[2], SYSTEM).snapshot
    path = storage().path(picture.sha256)
    path.write_bytes(b"something else")
    row, archive = made(cast, asked(cast[ADMIN]))
    assert dict(row.missing) == {
        idents[0]: "held",
        idents[1]: "removed",
        idents[2]: "damaged",
        lost: "no_picture",
        unsure: "ambiguous",
    }
    assert len(manifest(archive)) == row.counts["pictures"] == 1
    assert len(archive.read("missing.jsonl").splitlines()) == 5


def test_two_who_were_seen_on_one_frame_are_one_picture(cast, scene):
    node, camera = scene
    a_verdict(cast, node, camera, colour="red")
    vest = {
        "rule_kind": RuleKind.VEST_MISSING,
        "rule_id": "vest_missing",
        "boxes": (DetectedBox("no_vest", 0.71, (0.4, 0.3, 0.5, 0.8)),),
    }
    a_verdict(cast, node, camera, RejectReason.WRONG_OBJECT, colour="red", **vest)
    _row, archive = made(cast, asked(cast[ADMIN]))
    [picture] = manifest(archive)
    assert {one.label: str(one.verdict) for one in picture.decided} == {
        "head": "right",
        "no_vest": "nothing",
    }


def test_a_choice_narrows_and_nothing_to_learn_says_so(cast, scene):
    node, camera = scene
    a_verdict(cast, node, camera, colour="red")
    choice = all_of_them()
    [line] = queries.counted(choice, cast[ADMIN])
    assert (line.kind, line.count, line.pictured) == (RuleKind.HELMET_MISSING, 1, 1)
    from dataclasses import replace

    for narrower in (
        replace(choice, kinds=(RuleKind.FIRE_SMOKE,)),
        replace(choice, confirmed=False),
        replace(choice, place="nowhere"),
        replace(choice, region="330113"),
    ):
        assert queries.counted(narrower, cast[ADMIN]) == []
    row, _none = made(cast, asked(cast[ADMIN], choice=replace(choice, place="nowhere")))
    assert row.status is DatasetState.FAILED
    assert "None of the verdicts" in row.message
    with pytest.raises(InvalidInput) as refused, transaction():
        service.ask(cast[ADMIN], "x", "y", replace(choice, kinds=()))
    assert refused.value.field == "kinds"


def test_a_maker_that_was_killed_is_followed_by_another(cast, scene):
    node, camera = scene
    a_verdict(cast, node, camera)
    set_id = asked(cast[ADMIN])
    with transaction():
        first = service.take(clock.now()).holder
    # It says nothing any more: for a while the data set is its own, then another begins anew.
    assert jobs.make_queued(clock.now()) == 0
    assert jobs.make_queued(clock.now() + 2 * service.SILENT) == 1
    row = the_set(set_id, cast[ADMIN])
    assert (row.status, row.attempts) == (DatasetState.READY, 2)
    assert not service.report(set_id, first, done=1, total=1)


def test_one_that_kills_every_maker_ends(cast):
    set_id, now = asked(cast[ADMIN]), clock.now()
    for attempt in range(3):
        with transaction():
            assert service.take(now + attempt * 2 * service.SILENT) is not None
    assert jobs.make_queued(now + timedelta(hours=1)) == 0
    row = the_set(set_id, cast[ADMIN])
    assert (row.status, row.attempts) == (DatasetState.FAILED, 3)


def test_only_who_sees_everything_may_ask_and_one_at_a_time(cast, scene):
    with pytest.raises(Forbidden), transaction():
        service.ask(cast["section_chief"], "x", "y", all_of_them())
    asked(cast[ADMIN])
    with pytest.raises(Conflict), transaction():
        service.ask(cast[ADMIN], "x", "y", all_of_them())


def test_the_archive_goes_when_its_time_is_over_and_what_was_in_it_stays(cast, scene):
    node, camera = scene
    a_verdict(cast, node, camera)
    row, _archive = made(cast, asked(cast[ADMIN]))
    sha256 = row.sha256
    assert jobs.expire(row.keep_until - timedelta(seconds=1)) == 0
    assert jobs.expire(row.keep_until) == 1
    row = the_set(row.id, cast[ADMIN])
    assert (row.status, row.file, row.counts["pictures"]) == (DatasetState.DISCARDED, None, 1)
    assert not storage().exists(sha256)
