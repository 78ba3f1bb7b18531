"""What the enterprise's people can never read of the loop, whatever address they try."""

from __future__ import annotations

import re

import pytest

from supervision.core import clock
from supervision.core.db import transaction
from supervision.hazard import listing
from supervision.hazard import service as hazards
from supervision.hazard.rules import Grade
from supervision.inbox import jobs as inbox
from supervision.inspection import service as inspections
from supervision.inspection.workflow import InspectionState
from supervision.order import service as orders
from supervision.order.workflow import OrderKind, OrderState
from tests.factories.hazards import finding
from tests.factories.inspections import load as load_inspection
from tests.factories.inspections import make_inspection
from tests.factories.listings import terms
from tests.factories.orders import in_days, load, make_order, prepare, recorded, wording
from tests.security.test_access_matrix import MATRIX, readable

# In every text that is the authority's own; nobody of an enterprise may ever read it.
INNER = "ZZINNER"
SLICES = {"hazard", "listing", "inspection", "order", "casefile", "enterprise", "inbox", "home"}
WORDS = {"kind": "pdf", "ending": "pdf", "key": "orders", "way": "up", "sha256": "a" * 64}


@pytest.fixture(autouse=True)
def authority(cast):
    return prepare(cast)


def everything_internal(cast):
    """Rows of the plant, each with what is not for it: drafts, notes, proposals, refusals."""
    officer, chief = cast["district_officer"], cast["section_chief"]
    for state in (InspectionState.DRAFT, InspectionState.SUBMITTED, InspectionState.APPROVED):
        make_inspection(cast, state, subject=f"{INNER} subject", place=f"{INNER} place")
    ident, found = recorded(cast, failed=6)
    with transaction():
        seen = load_inspection(ident, officer)
        seen.private_note, seen.over_cap_reason = f"{INNER} note", f"{INNER} cap"
        seen.approval_note = f"{INNER} approval"
    going = make_inspection(cast, InspectionState.ONGOING)
    with transaction():
        inspections.describe(load_inspection(going, officer), officer, private_note=f"{INNER} n")
        inspections.cancel(load_inspection(going, officer), officer, reason=f"{INNER} cancelled")
    for hazard, state in zip(
        found, (OrderState.DRAFT, OrderState.SUBMITTED, OrderState.APPROVED, OrderState.ISSUED,
                OrderState.SERVED), strict=False
    ):  # fmt: skip
        said = {"interim_measures": f"{INNER} m"} if state is not OrderState.SERVED else {}
        order = make_order(cast, state, inspection=(ident, [hazard]), **said)
        with transaction():
            load(order, cast).approval_note = f"{INNER} approved"
    with transaction():
        inspection = load_inspection(ident, officer)
        said = wording(cast, [found[5]], in_days(9), consequence=f"{INNER} c")
        turned = orders.draft(inspection, officer, OrderKind.RECTIFY, said)
        orders.submit(turned, officer)
        orders.reject(turned, chief, reason=f"{INNER} rejected")
        orders.discard(turned, officer, reason=f"{INNER} discarded")
    with transaction():
        for verb in (None, "refuse", "withdraw"):
            hazard = hazards.report(cast.plant, officer, finding())
            hazards.grade(hazard, officer, grade=Grade.MAJOR, reason="as seen")
            row = listing.propose(hazard, officer, terms(organ=f"{INNER} organ"))
            if verb:
                getattr(listing, verb)(row, chief, reason=f"{INNER} {verb}")
    inbox.deliver(clock.now())


def addresses(app, most):
    """Every page of the loop that the enterprise may open, with every id up to ``most``."""
    for rule in app.url_map.iter_rules():
        holders, _seers = MATRIX.get(rule.endpoint, (frozenset(), None))
        numbers = re.findall(r"<int:(\w+)>", rule.rule)
        slice_name = rule.endpoint.partition(".")[0]
        if "GET" not in rule.methods or "plant_manager" not in holders or len(numbers) > 1:
            continue
        if slice_name not in SLICES:
            continue
        for ident in range(1, most + 1) if numbers else (0,):
            path = re.sub(r"<int:\w+>", str(ident), rule.rule)
            yield re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda m: WORDS.get(m.group(1), "x"), path)


def test_whatever_address_an_enterprise_tries_it_reads_nothing_of_the_authoritys_own(
    app, pages, cast
):
    everything_internal(cast)
    for who in ("district_officer", "section_chief"):
        texts = [readable(pages.get(who, url)) for url in ("/orders/", "/inspections/")]
        assert any(INNER.encode() in text for text in texts), "there is something to be found"
    client = pages.as_("plant_manager")
    answers = {path: client.get(path) for path in addresses(app, 9)}
    assert sum(answer.status_code == 200 for answer in answers.values()) > 20
    assert [p for p, a in answers.items() if INNER.encode() in readable(a)] == []
    stranger = pages.as_("other_plant")
    theirs = [p for p, a in answers.items() if a.status_code == 200 and re.search(r"/[1-9]", p)]
    own = f"/enterprises/{cast.other_plant_id}"
    seen = {p: stranger.get(p).status_code for p in theirs if not p.startswith(own)}
    assert {p: code for p, code in seen.items() if code != 404} == {}
