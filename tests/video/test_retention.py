"""What is removed, when and in which order; and that everybody is told before anything is lost."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.notices import Audience, Notice
from supervision.core.scope import unscoped, visible
from supervision.core.storage import FolderStorage
from supervision.core.workdays import add_months
from supervision.hazard.models import Hazard, HazardEvent, HazardFile
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState
from supervision.video import holds, jobs, queries, retention, service
from supervision.video.evidence_models import EvidenceHold, HoldKind
from supervision.video.job_models import NodeJob
from supervision.video.models import ViolationEvidence
from supervision.video.rules import RejectReason
from tests.factories.hazards import picture
from tests.factories.video import (
    camera_uid,
    clip,
    closed,
    make_camera,
    make_event,
    make_node,
    media_of,
    reference,
    violation,
)
from vision.contract import EvidenceKind, JobKind, StorageHealth

MB = 1024 * 1024
CLIP = 200 * 1024


class SmallDisk(FolderStorage):
    """A disk of so many bytes."""

    capacity = 1 << 50

    def used(self) -> int:
        return sum(f.stat().st_size for f in self.root.rglob("*") if f.is_file())

    def free(self) -> int:
        return max(0, self.capacity - self.used())

    def leave(self, size: int) -> None:
        self.capacity = self.used() + size


@pytest.fixture
def disk(app, tmp_path):
    before, given = app.extensions["anqi_storage"], app.extensions["anqi_settings"]
    app.extensions["anqi_storage"] = disk = SmallDisk(tmp_path / "storage")
    app.extensions["anqi_settings"] = replace(given, evidence_free_mb=1)
    yield disk
    app.extensions["anqi_storage"], app.extensions["anqi_settings"] = before, given


@dataclass
class Watched:
    """A camera with its node, and how it sends what it sees."""

    node: object
    camera: int

    def sees(self, age_days: float, mark: str, still: bytes = b"") -> int:
        """A violation with a snapshot and a clip of its own bytes."""
        film = clip(CLIP) + mark.encode().ljust(16)
        # One more box, so that the bytes differ and the file stays whole.
        film = film[:-16] + b"\0\0\0\x10free" + mark.encode().ljust(8)[:8]
        still = still or picture(f"#{hashlib.sha256(mark.encode()).hexdigest()[:6]}")
        at = clock.now() - timedelta(days=age_days)
        event = make_event(self.node, camera_uid(self.camera), started_at=at)
        refs = (reference(EvidenceKind.SNAPSHOT, still), reference(EvidenceKind.CLIP, film))
        assert self.node.send(closed(event, evidence=refs)).status_code == 201
        for data in (still, film):
            assert self.node.upload(event.event_id, data).status_code == 201
        return violation(event.event_id).id


@pytest.fixture
def watched(app, cast, disk):
    node = make_node(app)
    return Watched(node, make_camera(cast, node))


def reject(ident, cast):
    with transaction():
        service.reject(ident, cast["video_operator"], reason=RejectReason.UNCLEAR)


def confirm(ident, cast):
    with transaction():
        service.confirm(ident, cast["video_operator"])


def duplicate(ident, original, cast):
    with transaction():
        service.mark_duplicate(ident, cast["video_operator"], original_id=original)


def hold(ident, actor, kind=HoldKind.LEGAL):
    with transaction():
        return holds.place(queries.get_violation(ident, actor), actor, "asked for", kind).id


def stored(*idents):
    """Of these violations, those that have all of their files still."""
    db.session.rollback()
    stmt = select(ViolationEvidence.violation_id, func.count(ViolationEvidence.attachment_id))
    stmt = stmt.where(ViolationEvidence.violation_id.in_(idents))
    stmt = stmt.group_by(ViolationEvidence.violation_id)
    counts = dict(db.session.execute(unscoped(stmt, reason="a test looks")).tuples().all())
    assert set(counts.values()) <= {0, 2}, "files of one violation go together"
    return {ident for ident, count in counts.items() if count}


def told(kind):
    db.session.rollback()
    stmt = select(Notice.audience).where(Notice.kind == kind).order_by(Notice.id)
    return list(db.session.scalars(stmt))


def trail(ident, action="video.evidence_removed"):
    stmt = visible(AuditEntry, SYSTEM).where(
        AuditEntry.entity == "violation", AuditEntry.entity_id == ident
    )
    return [one.data for one in db.session.scalars(stmt.where(AuditEntry.action == action))]


EVERYBODY = [Audience.ADMINISTRATORS, Audience.SUPERVISORS, Audience.ENTERPRISE_PEOPLE]


def test_with_the_disk_at_its_limit_unconfirmed_evidence_goes_first_and_held_never(
    app, cast, watched, disk
):
    names = ("rejected", "later", "held", "filed", "oldest", "waiting", "confirmed", "behind")
    seen = {name: watched.sees(20 - n, name) for n, name in enumerate(names)}
    for name in ("rejected", "later", "held"):
        reject(seen[name], cast)
    confirm(seen["confirmed"], cast)
    duplicate(seen["behind"], seen["confirmed"], cast)
    duplicate(seen["filed"], seen["waiting"], cast)
    hold(seen["held"], cast["district_officer"])

    def left():
        found = stored(*seen.values())
        return [name for name in names if seen[name] in found]

    disk.leave(int(1.3 * MB))
    assert jobs.make_room(clock.now()) == 0, "there is room enough"
    disk.leave(int(1.2 * MB))
    assert jobs.make_room(clock.now()) == 4
    assert left() == ["held", "filed", "oldest", "waiting", "confirmed", "behind"]
    assert [one["why"] for one in trail(seen["rejected"])] == ["room"]

    disk.leave(int(1.2 * MB))
    jobs.make_room(clock.now())
    assert left() == ["held", "waiting", "confirmed", "behind"], "duplicates, then the oldest"
    assert told("video.evidence_unjudged") == EVERYBODY[1:]
    assert told("video.evidence_full") == []
    with pytest.raises(Conflict):
        confirm(seen["oldest"], cast)
    reject(seen["oldest"], cast)

    # The last that may go is not enough.
    disk.leave(int(0.9 * MB))
    jobs.make_room(clock.now())
    assert left() == ["held", "confirmed", "behind"]
    assert told("video.evidence_full") == EVERYBODY
    assert jobs.make_room(clock.now()) == 0
    assert told("video.evidence_full") == EVERYBODY, "once"

    # Nothing comes in any more, and nothing is lost: the node keeps it and asks again.
    film = clip(CLIP)
    event = make_event(watched.node, camera_uid(watched.camera))
    refs = (reference(EvidenceKind.CLIP, film),)
    watched.node.send(closed(event, evidence=refs))
    assert watched.node.upload(event.event_id, film).status_code == 507
    watched.node.beat(storage=StorageHealth(0, 9000, 9000, recording=False))
    watched.node.beat(storage=StorageHealth(0, 9000, 9000, recording=False))
    assert told("video.recording_stopped") == EVERYBODY

    disk.leave(4 * MB)
    assert watched.node.upload(event.event_id, film).status_code == 201
    jobs.make_room(clock.now())
    watched.node.beat(storage=StorageHealth(9000, 0, recording=True))
    assert told("video.evidence_room_again") == told("video.recording_again") == EVERYBODY
    done = app.test_cli_runner().invoke(args=["evidence", "verify"])
    assert done.exit_code == 0, done.output
    # Two files of three violations that stayed, and the clip that came late.
    assert "7 files are as they were received" in done.output


def test_a_file_that_is_missing_or_different_is_found(app, cast, watched, disk):
    first, second = watched.sees(1, "first"), watched.sees(1, "second")
    films = [violation_files(ident)[1].sha256 for ident in (first, second)]
    disk.remove(films[0])
    disk.path(films[1]).write_bytes(b"another")
    done = app.test_cli_runner().invoke(args=["evidence", "verify"])
    assert done.exit_code == 1
    assert f"violation {first}: {films[0]} is missing" in done.output
    assert f"violation {second}: {films[1]} is different" in done.output


def violation_files(ident):
    db.session.rollback()
    return list(queries.get_violation(ident, SYSTEM).evidence)


def close(hazard_id, day):
    """As if it had been closed then."""
    with transaction():
        hazard = db.session.scalars(visible(Hazard, SYSTEM).where(Hazard.id == hazard_id)).one()
        hazard.status, hazard.grade, hazard.due_on = HazardState.CLOSED, Grade.GENERAL, day
        hazard.responsible_person, hazard.rectified_by_id = "Somebody", 1
        hazard.closed_on = hazard.submitted_on = day
        hazard.closed_at = hazard.submitted_at = clock.start_of(day)


def test_time_ends_each_class_in_its_turn_and_a_second_night_changes_nothing(
    app, cast, watched, disk, pages
):
    rejected, filed, waiting, confirmed, behind, held, shown = (
        watched.sees(1, name) for name in ("r", "f", "w", "c", "b", "h", "s")
    )
    for ident in (rejected, held, shown):
        reject(ident, cast)
    confirm(confirmed, cast)
    duplicate(behind, confirmed, cast)
    duplicate(filed, rejected, cast)
    placed = hold(held, cast["district_officer"])
    penalty = hold(held, cast["district_officer"], HoldKind.PENALTY)
    use_elsewhere(shown)
    everything = {rejected, filed, waiting, confirmed, behind, held, shown}
    hazard_id = queries.get_violation(confirmed, SYSTEM).hazard_id
    before = {one.sha256 for one in violation_files(rejected)}
    now = clock.now()

    with clock.frozen(now + timedelta(days=29)):
        assert jobs.expire(clock.now()) == 0
    with clock.frozen(now + timedelta(days=31)):
        assert jobs.expire(clock.now()) == 4
        assert jobs.expire(clock.now()) == 0
    assert stored(*everything) == {waiting, confirmed, behind, held, shown}
    assert [one["files"] for one in trail(rejected)] == [2]
    gone = violation_files(rejected)
    assert {one.sha256 for one in gone} == before, "what was known of it stays"
    assert not any(disk.exists(one.sha256) for one in gone)
    answer = pages.get("video_operator", media_of(rejected)[0], language="en")
    assert answer.status_code == 410
    assert "The violation was rejected" in answer.text

    # Sent again by a node that never heard of it: taken as done, and not kept.
    data = picture(f"#{hashlib.sha256(b'r').hexdigest()[:6]}")
    event_id = queries.get_violation(rejected, SYSTEM).event_id
    assert watched.node.upload(event_id, data).status_code == 200
    assert rejected not in stored(rejected)

    closed_on = clock.today()
    close(hazard_id, closed_on)
    until = add_months(closed_on, 36)
    assert retention.keeping(queries.get_violation(behind, SYSTEM)).until == until
    with clock.frozen(clock.start_of(until)):
        assert jobs.expire(clock.now()) == 0
    with clock.frozen(clock.end_of(until)):
        assert jobs.expire(clock.now()) == 4
    assert stored(*everything) == {waiting, held, shown}
    count = select(func.count(HazardFile.id)).where(HazardFile.hazard_id == hazard_id)
    assert db.session.scalar(count) == 0, "nor does the ticket show it"
    steps = select(HazardEvent.action).where(HazardEvent.hazard_id == hazard_id)
    assert "evidence_removed" in set(db.session.scalars(steps))

    release_and_expire(held, placed, penalty, cast)
    assert stored(*everything) == {waiting, shown}


def use_elsewhere(ident):
    """Another record shows the violation's files."""
    with transaction():
        found = queries.get_violation(ident, SYSTEM)
        for evidence in found.evidence:
            job = NodeJob(
                enterprise_id=found.enterprise_id,
                kind=JobKind.COPY,
                node_id=found.node_id,
                camera_id=found.camera_id,
                asked={},
                created_at=clock.now(),
                attachment_id=evidence.attachment_id,
            )
            db.session.add(job)


def release_and_expire(held, placed, penalty, cast):
    """Only the last of several holds lets it go; a penalty's goes with its mark."""
    chief = cast["section_chief"]
    later = clock.now() + timedelta(days=60)
    with transaction():
        found = queries.get_violation(held, chief)
        holds.release(holds.get_hold(found, placed, chief), chief, "no longer needed")
    with clock.frozen(later):
        assert jobs.expire(clock.now()) == 0
    with pytest.raises(Conflict), transaction():
        found = queries.get_violation(held, chief)
        holds.release(holds.get_hold(found, penalty, chief), chief, "no longer needed")
    with pytest.raises(InvalidInput), transaction():
        holds.place(queries.get_violation(held, chief), chief, "  ")
    with transaction():
        found = queries.get_violation(held, chief)
        assert holds.release_penalty(found, chief, "the mark was withdrawn") == 1
    with clock.frozen(later):
        assert jobs.expire(clock.now()) == 2
    stmt = visible(EvidenceHold, SYSTEM).where(EvidenceHold.violation_id == held)
    assert {one.release_reason for one in db.session.scalars(stmt)} == {
        "no longer needed",
        "the mark was withdrawn",
    }


def test_a_snapshot_has_a_small_picture_and_an_old_one_gets_it_by_night(cast, watched, pages):
    exif = Image.Exif()
    exif[271] = "Maker"
    out = io.BytesIO()
    Image.effect_noise((1280, 720), 40).convert("RGB").save(out, "JPEG", exif=exif)
    ident = watched.sees(1, "small", out.getvalue())
    address = media_of(ident)[0]
    small = pages.get("video_operator", f"{address}?thumb=1")
    assert small.mimetype == "image/jpeg"
    with Image.open(io.BytesIO(small.data)) as shown:
        assert (shown.size, dict(shown.getexif())) == ((320, 180), {})
    with transaction():
        evidence = db.session.get(ViolationEvidence, violation_files(ident)[0].id)
        evidence.thumbnail_id = None
    whole = pages.get("video_operator", f"{address}?thumb=1")
    assert whole.data == pages.get("video_operator", address).data
    assert jobs.make_thumbnails(clock.now()) == 1
    assert jobs.make_thumbnails(clock.now()) == 0
    assert pages.get("video_operator", f"{address}?thumb=1").data == small.data
