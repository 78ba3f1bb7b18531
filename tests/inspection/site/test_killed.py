"""``kill -9`` of the web's process while a phone's batch is applied: sent again, all is there once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid

from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.inspection.models import InspectionSync
from supervision.inspection.workflow import InspectionState
from tests.channel.test_killed import ROOT, wait_for
from tests.factories.inspections import load, make_inspection, prepare
from tests.inspection.site.phone import Phone, message
from tests.inspection.site.test_sync import count

# The web's own process takes the batch and stops for ever when half of it is applied.
WEB = """
import json, sys, time
from pathlib import Path
from supervision.account.models import Account
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.factory import create_app
from supervision.inspection import sync
from supervision.settings import Settings
flag, body = Path(sys.argv[1]), json.loads(sys.argv[2])
real, calls = sync._remember, []
def slow(*args):
    real(*args)
    calls.append(1)
    if len(calls) == 2:
        flag.touch()
        time.sleep(600)
sync._remember = slow
app = create_app(Settings.from_env(), TESTING=True, WTF_CSRF_ENABLED=False)
client = app.test_client()
with app.app_context():
    stmt = unscoped(db.select(Account).where(Account.id == body["account"]), reason="a test")
    who = db.session.scalars(stmt).one()
    known = f"{who.id}:{who.session_epoch}"
with client.session_transaction() as session:
    session["_user_id"], session["_fresh"] = known, True
client.post(sys.argv[3], json=body)
"""


def test_a_batch_whose_server_died_is_sent_again_and_applied_once(
    app, pages, cast, settings, tmp_path
):
    prepare(cast)
    ident = make_inspection(cast, InspectionState.ONGOING, failed=0)
    phone = Phone(pages, "district_officer", ident)
    batch = [
        message("add_item", item=str(uuid.uuid4()), text=f"Exit {number}") for number in range(4)
    ]
    body = {"account": phone.account, "messages": batch}
    env = {
        **os.environ,
        "ANQI_SECRET_KEY": settings.secret_key,
        "ANQI_DATA_KEY": settings.data_key,
        "ANQI_DATABASE_URL": settings.database_url.replace("+psycopg", ""),
        "ANQI_STORAGE_DIR": str(settings.storage_dir),
    }
    flag = tmp_path / "in-the-middle"
    db.session.rollback()
    command = [sys.executable, "-c", WEB, str(flag), json.dumps(body), f"{phone.base}/sync"]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        wait_for(flag.exists)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    assert count(InspectionSync) == 0, "a batch is applied as a whole"
    assert len(load(ident, SYSTEM).items) == 2
    for _again in range(2):
        assert phone.results(*batch) == ["done"] * 4
    db.session.rollback()
    texts = [item.text for item in load(ident, SYSTEM).items]
    assert sorted(texts[2:]) == [f"Exit {number}" for number in range(4)]
    assert count(InspectionSync) == 4
