"""``kill -9`` of the scheduler's process in the middle of the ladder: nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import date

from supervision.core.db import db
from tests.channel.test_killed import ROOT, wait_for
from tests.escalation.test_engine import events, law, notices, run, ticket

__all__ = ["law"]

# The job as the scheduler runs it, on the database of the test; it stops for ever in the middle of
# its third transaction, when notices and log are written and not yet committed.
ENGINE = """
import sys, time
from datetime import datetime
from pathlib import Path
from supervision.core import clock
from supervision.escalation import jobs, service
from supervision.factory import create_app
from supervision.settings import Settings
real, calls = service.escalate, []
def slow(*args):
    taken = real(*args)
    calls.append(1)
    if len(calls) == 5:
        from supervision.core.db import db
        db.session.flush()
        Path(sys.argv[1]).touch()
        time.sleep(600)
    return taken
service.escalate = slow
jobs.TOGETHER = 2
app = create_app(Settings.from_env())
with app.app_context(), clock.frozen(datetime.fromisoformat(sys.argv[2])):
    jobs.escalate(clock.now())
"""
DAY = date(2026, 3, 9)


def engine(conf, flag) -> subprocess.Popen:
    env = {
        **os.environ,
        "ANQI_SECRET_KEY": conf.secret_key,
        "ANQI_DATA_KEY": conf.data_key,
        "ANQI_DATABASE_URL": conf.database_url.replace("+psycopg", ""),
        "ANQI_STORAGE_DIR": str(conf.storage_dir),
    }
    command = [sys.executable, "-c", ENGINE, str(flag), f"{DAY}T12:00:00+08:00"]
    return subprocess.Popen(command, cwd=ROOT, env=env)


def test_what_was_committed_is_not_told_again_and_the_rest_is_told_by_the_next_run(
    law, settings, tmp_path
):
    tickets = [ticket(law) for _ in range(7)]
    db.session.rollback()
    flag = tmp_path / "in-the-middle"
    process = engine(settings, flag)
    try:
        wait_for(flag.exists)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    db.session.rollback()
    half = {event.subject_id for event in events()}
    assert 0 < len(half) < len(tickets), "killed in the middle: two transactions of two are kept"
    assert len(notices()) == len([e for e in events() if e.told])
    assert run(DAY) > 0
    db.session.rollback()
    told = Counter((e.subject_id, e.line_id) for e in events())
    assert {subject for subject, _line in told} == set(tickets)
    assert set(told.values()) == {1}
    assert len(notices()) == sum(len(e.told) for e in events())
    assert run(DAY, 13) == 0
