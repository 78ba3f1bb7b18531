"""The pages of data sets, as an administrator walks through them."""

from __future__ import annotations

import io
import zipfile

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.dataset import jobs
from supervision.video.rules import RejectReason
from tests.factories.datasets import a_verdict, asked, the_set
from tests.factories.models import seeded
from tests.factories.video import make_camera, make_node
from tests.pages import error_text, form_values
from tests.statements import counted

ADMIN = "administrator"


def test_from_verdicts_to_the_downloaded_archive(app, cast, pages):
    node = make_node(app)
    camera = make_camera(cast, node)
    a_verdict(cast, node, camera, colour="red")
    a_verdict(cast, node, camera, RejectReason.COMPLIANT, colour="blue")
    a_verdict(cast, node, camera, RejectReason.TEST, colour="green")
    seeded()
    assert "No data sets yet" in error_text(pages.get(ADMIN, "/datasets/"))
    page = pages.get(ADMIN, "/datasets/new")
    assert "1 right boxes and 1 false alarms" in error_text(page)
    assert "These are few" in error_text(page)
    given = form_values(page.text, "/datasets/")
    refused = pages.post(ADMIN, "/datasets/", given)
    assert refused.status_code == 422
    assert "Say in words why." in error_text(refused)
    given["name"], given["purpose"] = "Yard", "Helmets at the gate"
    where = pages.post(ADMIN, "/datasets/", given).headers["Location"]
    assert "Waiting for its turn" in error_text(pages.get(ADMIN, where))
    assert pages.post(ADMIN, f"{where}/file").status_code == 409
    assert jobs.make_queued(clock.now()) == 1
    state = pages.get(ADMIN, f"{where}/state").json
    assert (state["state"], state["over"]) == ("ready", True)
    page = error_text(pages.get(ADMIN, where))
    assert "The verdict says nothing of the picture" in page
    assert "Helmets at the gate" in page
    sent = pages.post(ADMIN, f"{where}/file")
    assert "manifest.jsonl" in zipfile.ZipFile(io.BytesIO(sent.data)).namelist()
    taken = visible(AuditEntry, SYSTEM).where(AuditEntry.action == "dataset.fetch")
    assert db.session.scalars(taken).one().actor_name == "Administrator"
    gone = pages.post(
        ADMIN, f"{where}/discard", form_values(pages.get(ADMIN, where).text, f"{where}/discard")
    )
    assert gone.status_code == 302
    page = error_text(pages.get(ADMIN, where))
    assert "The archive was thrown away" in page
    assert "Yard" in error_text(pages.get(ADMIN, "/datasets/?text=gate"))
    assert "No data sets match" in error_text(pages.get(ADMIN, "/datasets/?text=none"))


def test_one_that_waits_is_cancelled_and_a_stale_page_is_told(app, cast, pages):
    set_id = asked(cast[ADMIN])
    where = f"/datasets/{set_id}"
    assert pages.post(ADMIN, f"{where}/cancel").status_code == 302
    assert pages.post(ADMIN, f"{where}/cancel").status_code == 409
    assert jobs.make_queued(clock.now()) == 0
    assert "cancelled" in error_text(pages.get(ADMIN, where))
    assert the_set(set_id, cast[ADMIN]).file is None


def test_an_address_with_odd_words_breaks_nothing(app, cast, pages):
    seeded()
    odd = "?since=x&until=9999-99-99&kinds=y&kinds=helmet_missing&verdicts=z&region=%27&place=%25_"
    assert pages.get(ADMIN, f"/datasets/new{odd}").status_code == 200
    assert pages.get(ADMIN, "/datasets/?status=none&page=-3").status_code == 200


def test_the_list_costs_the_same_for_many(app, cast, pages):
    def of(count):
        for number in range(count):
            set_id = asked(cast[ADMIN], f"Set {number}")
            pages.post(ADMIN, f"/datasets/{set_id}/cancel")
        with counted() as statements:
            pages.get(ADMIN, "/datasets/")
        return len(statements)

    assert of(1) == of(5)
