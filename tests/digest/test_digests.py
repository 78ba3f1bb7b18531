"""What is told after a shift and after a day, to whom, and once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.clock import SHANGHAI
from supervision.core.db import db, transaction
from supervision.core.notices import Audience, Notice
from supervision.core.scope import visible
from supervision.digest import jobs
from supervision.digest.models import VideoDigest
from supervision.digest.rules import SpanKind
from supervision.inbox import service as inbox
from supervision.video import service
from supervision.video.rules import RejectReason
from tests.factories.video import make_camera, make_node, make_violation

END = datetime(2026, 11, 23, 8, tzinfo=SHANGHAI)


@pytest.fixture
def at(monkeypatch):
    def set_to(moment):
        monkeypatch.setattr(clock, "now", lambda: moment.astimezone(clock.UTC))

    return set_to


@pytest.fixture
def night(app, cast, at):
    """Three told in the night shift: one confirmed, one false, one waits; then the shift ends."""
    at(END - timedelta(hours=3))
    node = make_node(app)
    camera = make_camera(cast, node)
    ids = [make_violation(node, camera, with_files=False) for _ in range(3)]
    at(END - timedelta(hours=2))
    officer = cast["district_officer"]
    with transaction():
        service.confirm(ids[0], officer)
    with transaction():
        service.reject(ids[1], officer, reason=RejectReason.WRONG_OBJECT)
    at(END + timedelta(minutes=3))
    return clock.now()


def rows(**wanted):
    stmt = visible(VideoDigest, SYSTEM).filter_by(**wanted).order_by(VideoDigest.id)
    return list(db.session.scalars(stmt))


def test_a_night_is_told_once_to_operators_chiefs_and_groups(night, cast):
    jobs.make_digests(night)
    jobs.make_digests(night + timedelta(minutes=5))
    [everything] = rows(scope="all", kind=SpanKind.SHIFT, ends_at=END)
    told = everything.figures
    assert (told["told"], told["confirmed"], told["false"], told["waiting"]) == (3, 1, 1, 1)
    assert (told["precision"], told["median_s"]) == (0.5, 3600)
    assert told["blind"] == 1  # its node has never been heard of
    plant = f"e{cast.plant_id}"
    assert [row.figures for row in rows(scope=plant, kind=SpanKind.DAY, ends_at=END)] == [told]
    notices = db.session.scalars(select(Notice).where(Notice.kind.startswith("digest."))).all()
    assert len({(n.kind, n.audience, n.audience_id, n.link) for n in notices}) == len(notices)
    groups = {(n.audience, n.audience_id) for n in notices if n.audience is not Audience.ACCOUNT}
    assert (Audience.REGION_GROUPS, None) in groups
    assert (Audience.ENTERPRISE_GROUPS, cast.plant_id) in groups
    people = {(n.kind, n.audience_id) for n in notices if n.audience is Audience.ACCOUNT}
    assert ("digest.shift", cast["video_operator"].id) in people
    assert ("digest.day", cast["section_chief"].id) in people
    assert ("digest.shift", cast["section_chief"].id) not in people
    with transaction():
        inbox.deliver_batch(clock.now(), 200)


def test_everybody_reads_what_is_theirs(night, cast, pages):
    jobs.make_digests(night)
    [own] = rows(scope=f"e{cast.plant_id}", kind=SpanKind.DAY, ends_at=END)
    [everything] = rows(scope="all", kind=SpanKind.DAY, ends_at=END)
    assert pages.get("safety_manager", f"/digests/{own.id}").status_code == 200
    assert pages.get("safety_manager", f"/digests/{everything.id}").status_code == 404
    assert pages.get("other_plant", f"/digests/{own.id}").status_code == 404
    assert pages.get("other_district", f"/digests/{own.id}").status_code == 404
    assert f"/digests/{own.id}" in pages.get("safety_manager", "/digests/").text
    listed = pages.get("auditor", "/digests/").text
    assert f"/digests/{everything.id}" in listed
    assert f"/digests/{own.id}" not in listed
    assert f"/digests/{own.id}" in pages.get("auditor", "/digests/?enterprises=1").text
