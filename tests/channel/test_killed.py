"""``kill -9`` in the middle of a delivery: nothing is lost, and what comes twice has the same key."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# The job as the scheduler runs it, on the database of the test.
SENDER = """
import sys
from supervision.channel import jobs
from supervision.core import clock
from supervision.factory import create_app
from supervision.settings import Settings
app = create_app(Settings.from_env())
with app.app_context():
    print("ready", flush=True)
    jobs.send(clock.now())
"""


def sender(office) -> subprocess.Popen:
    conf = office.settings
    env = {
        **os.environ,
        "ANQI_SECRET_KEY": conf.secret_key,
        "ANQI_DATA_KEY": conf.data_key,
        "ANQI_DATABASE_URL": conf.database_url.replace("+psycopg", ""),
        "ANQI_STORAGE_DIR": str(conf.storage_dir),
        "ANQI_CHANNEL_HOSTS": "127.0.0.1",
    }
    return subprocess.Popen([sys.executable, "-c", SENDER], cwd=ROOT, env=env)


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come that far"
        time.sleep(0.02)


def test_killed_while_the_receiver_has_it_nothing_is_lost_and_doubles_have_the_same_key(
    office, receiver
):
    office.group(receiver)
    for number in range(6):
        office.tell(link=f"/hazards/{number}")
    # The third is taken by the receiver, and its answer never reaches the sender.
    receiver.script = [200, 200, "hang"]
    process = sender(office)
    try:
        wait_for(lambda: len(receiver.seen) == 3)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    states = office.states()
    assert states.count("sent") == 2
    assert states.count("sending") == 4, "claimed, and nobody there to settle them"
    assert office.send() == 0, "the claim may still be somebody's"
    office.send(timedelta(minutes=11))
    assert office.states() == ["sent"] * 6
    keys = [got.headers["Idempotency-Key"] for got in receiver.seen]
    assert len(keys) == 7
    assert set(keys) == {row.uid for row in office.deliveries()}
    assert keys.count(receiver.seen[2].headers["Idempotency-Key"]) == 2
