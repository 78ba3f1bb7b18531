"""The real worker and the real web, each a process, with things going wrong between them.

``OUTAGE_S`` sets how long the web is away (15 s here, a minute in ``make prove``).
"""

from __future__ import annotations

import io
import os
import signal
import time
from dataclasses import replace

import av
import pytest
from PIL import Image

from supervision.core.actor import SYSTEM
from supervision.core.attachments import storage
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.hazard.models import Hazard
from supervision.video import copies, equipment, live, node_jobs, queries, replays, service
from supervision.video.job_models import JobState
from supervision.video.job_models import NodeJob as Job
from supervision.video.models import Violation
from tests.conftest import own_postgres_database
from tests.contract.installation import Installation, wait_until
from vision.contract import EvidenceKind, JobKind, NodeJob, Phase

OUTAGE_S = float(os.environ.get("OUTAGE_S", "15"))


@pytest.fixture
def installation(request, worker, settings, tmp_path):
    if request.config.getoption("--database") == "sqlite":
        url = f"sqlite:///{tmp_path}/web.db"
    else:
        url = own_postgres_database(os.environ["TEST_DATABASE_URL"], f"anqi_installed_{worker}")
    made = Installation(replace(settings, database_url=url), tmp_path)
    made.start_streams()
    before = request.session.testsfailed
    yield made
    failed = request.session.testsfailed > before
    made.end_all()
    if failed:
        print(made.logs())


def violations(installation):
    with installation.app.app_context():
        rows = db.session.scalars(visible(Violation, SYSTEM).order_by(Violation.id)).all()
        found = [(v.id, v.event_id, v.revision, v.phase) for v in rows]
        db.session.remove()
        return found


def settled(installation):
    """Everything that the worker said has arrived, and nothing else."""
    arrived = {event_id: revision for _id, event_id, revision, _phase in violations(installation)}
    return arrived == installation.told() and not installation.waiting()


def test_nothing_is_lost_or_doubled_while_the_web_is_away(installation):
    web = installation.start_web()
    worker = installation.start_worker()
    wait_until(lambda: violations(installation), "a first violation arrives")
    before = len(installation.told())
    installation.end(web, signal.SIGKILL)
    time.sleep(OUTAGE_S)
    wait_until(lambda: len(installation.told()) > before, "something happens while it is away")
    installation.start_web()
    wait_until(lambda: len(violations(installation)) > before, "what was kept is delivered", 90)
    installation.end(worker)  # it says its last words into the outbox
    worker = installation.start_worker()
    wait_until(lambda: settled(installation), "both sides agree", 90)

    found = violations(installation)
    assert len({event_id for _id, event_id, _r, _p in found}) == len(found) >= 2
    with installation.app.app_context():
        operator = installation.cast["video_operator"]
        with transaction():
            service.confirm(found[0][0], operator)
        hazards = db.session.scalars(visible(Hazard, SYSTEM)).all()
        assert [h.source for h in hazards] == ["video"]
        db.session.remove()


def test_a_worker_killed_in_an_episode_brings_it_to_its_end_with_its_evidence(installation):
    installation.start_web()
    killed = installation.start_worker()
    opened = wait_until(lambda: violations(installation), "a violation opens")[0]
    assert opened[3] is Phase.OPEN
    installation.end(killed, signal.SIGKILL)
    installation.start_worker()

    def closed():
        return next((v for v in violations(installation) if v[1] == opened[1]), None)

    wait_until(lambda: closed()[3] is Phase.CLOSE, "the episode closes", 90)
    wait_until(lambda: evidence(installation, opened[0]).keys() == {*EvidenceKind}, "evidence", 60)

    kept = evidence(installation, opened[0])
    with (
        installation.app.app_context(),
        storage().open(kept[EvidenceKind.CLIP]) as file,
        av.open(file) as container,
    ):
        frames = sum(1 for _ in container.decode(video=0))
    assert frames > 30
    assert [v[1] for v in violations(installation)].count(opened[1]) == 1


def test_what_the_web_asks_of_a_node_comes_back(installation):
    """A live picture, a copy to hand out, a proof, and rules tried on the clip."""
    installation.start_web()
    installation.start_worker()
    first = wait_until(lambda: violations(installation), "a violation opens")[0][0]
    wait_until(lambda: evidence(installation, first).keys() == {*EvidenceKind}, "evidence", 60)
    with installation.app.app_context(), transaction():
        operator = installation.cast["video_operator"]
        violation = queries.get_violation(first, operator)
        camera = queries.get_camera(violation.camera_id, operator)
        asked = [copies.ask(one, operator).uid for one in violation.evidence]
        proof = NodeJob("x", JobKind.CLIP, camera.uid, seconds=3.0)
        asked.append(node_jobs.ask(camera, SYSTEM, proof).uid)
        spec = equipment.spec_of(camera)
        tried = replace(spec, rules=(replace(spec.rules[0], dwell_s=60.0),))
        asked.append(replays.start(camera, operator, tried, [first]).uid)
        live.look(operator, [camera.id], width=320, every_s=1.0)
        camera_id = camera.id

    def over():
        with installation.app.app_context():
            rows = db.session.scalars(visible(Job, SYSTEM).where(Job.uid.in_(asked))).all()
            found = {row.uid: (row.status, row.problem, row.result) for row in rows if row.is_over}
            db.session.remove()
            return len(found) == len(asked) and [found[uid] for uid in asked]

    ended = wait_until(over, "all four jobs end", 180)
    assert [(status, problem) for status, problem, _ in ended] == [(JobState.DONE, "")] * 4
    types = [result["media_type"] for _, _, result in ended]
    assert sorted(types[:2]) == ["image/jpeg", "video/mp4"]
    told = ended[3][2]
    assert [one["rule_id"] for one in told["before"]] == ["helmet"]
    assert told["after"] == []

    def shown():
        with installation.app.app_context(), transaction():
            live.look(operator, [camera_id], width=320, every_s=1.0)
            return live.picture(operator, camera_id)

    data = wait_until(shown, "a live picture", 90).data
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.width) == ("JPEG", 320)


def evidence(installation, violation_id):
    """Kind → sha256 of what has been uploaded."""
    with installation.app.app_context():
        found = queries.get_violation(violation_id, SYSTEM)
        kept = {e.kind: e.sha256 for e in found.evidence if e.attachment_id is not None}
        db.session.remove()
        return kept
