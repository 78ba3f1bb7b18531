"""Every point of a score opens the record behind it, or says why it does not."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from supervision.commitment.models import CommitmentMissed
from supervision.commitment.rules import Period
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.hazard.queries import get_hazard
from supervision.hazard.workflow import HazardState
from supervision.order import queries as orders
from supervision.order.workflow import OrderState
from supervision.people import jobs as people
from supervision.people.rules import Result
from supervision.score import dossier, labels, links, params, queries, sources, tables
from supervision.score.rules import FactKind, Group
from supervision.selfcheck.models import CheckMonth, CheckRound
from tests.cast import Cast
from tests.factories.documents import load_kinds, make_document
from tests.factories.hazards import make_hazard
from tests.factories.orders import make_order
from tests.factories.people import make_certificate, make_person, make_session
from tests.factories.scores import load_table, make_fact, night
from tests.factories.world import World
from tests.pages import PageClient

TODAY = clock.today()
MONTH = TODAY.replace(day=1)
ROW = re.compile(r'<tr id="line-(\w+)".*?</tr>', re.DOTALL)
LINK = re.compile(r'<a [^>]*href="([^"]+)"')
CLOSED = "not open to your role"


def enrich(cast: Cast) -> None:
    """Something of everything that a score counts, good and bad, in the plant."""
    load_kinds()
    welder = make_person(cast, 7, "special_operations")
    make_certificate(welder, "SO-WELDING", ends=-3)
    make_certificate(welder, "SO-ELECTRIC", ends=90)
    make_session(cast, [welder], hours=40, result=Result.PASSED)
    make_document(cast, "STANDARDIZATION", number="S-1", level=2, valid_from=TODAY)
    policy = {"number": "P-1", "issuer": "Insurer", "insured_sum": 1_000_000, "valid_from": TODAY}
    make_document(cast, "LIABILITY_INSURANCE", **policy)
    overdue = make_hazard(cast, HazardState.RECTIFYING)
    order = make_order(cast, OrderState.SERVED)
    for kind in FactKind:
        make_fact(cast.plant_id, kind, number=f"paper {kind}")
    with transaction():
        get_hazard(overdue, SYSTEM).due_on = TODAY - timedelta(days=1)
        missed = CommitmentMissed(enterprise_id=cast.plant_id, period=Period.DAILY, day=MONTH)
        missed.due_at, missed.noted_at = clock.start_of(MONTH), clock.now()
        db.session.add(missed)
        for item in orders.get_order(order, SYSTEM).items:
            item.due_on = TODAY - timedelta(days=1)
        stmt = visible(CheckRound, SYSTEM).where(CheckRound.enterprise_id == cast.plant_id)
        db.session.scalars(stmt).one().missed_at = clock.now()
        mine = visible(CheckMonth, SYSTEM).where(CheckMonth.enterprise_id == cast.plant_id)
        month = db.session.scalars(mine).one()
        month.due, month.done, month.missed = 9, 3, 1
    people.reckon_all(clock.now())


def test_every_point_opens_its_record_or_says_why_not(world: World, pages: PageClient, cast: Cast):
    enrich(cast)
    night(TODAY)
    found = queries.score_of(cast.plant_id, SYSTEM)
    assert found is not None
    measured = {x["code"] for x in found.lines if x["why"] not in {"nothing", "unmeasured"}}
    # Of all 26 the plant lacks one thing to measure: nobody there needs to be assessed.
    assert {x["code"] for x in found.lines} - measured == {"ASSESSED"}
    kinds = {kind for line in found.lines for kind, _number, _text in line["records"]}
    assert kinds == set(links.PLACES) - {"licence_missing"}
    for who in ("district_officer", "plant_manager"):
        page = pages.get(who, f"/scores/enterprises/{cast.plant_id}").text
        rows = {row[1]: unescape(row[0]) for row in ROW.finditer(page)}
        assert set(rows) == {line["code"] for line in found.lines}
        closed = {code for code, row in rows.items() if CLOSED in row}
        # An enterprise does not read the authority's cases; whatever else there is, it opens.
        assert closed == ({"PENALTY"} if who == "plant_manager" else set())
        for line in found.lines:
            opened = LINK.findall(rows[line["code"]])
            told = len(line["records"]) if line["code"] not in closed else 0
            assert len(opened) >= max(told, 1), line
        for url in {url for row in rows.values() for url in LINK.findall(row)}:
            assert pages.get(who, url).status_code == 200, url
    assert pages.get("other_plant", f"/scores/enterprises/{cast.plant_id}").status_code == 404
    (chapter,) = dossier.CHAPTERS
    with pages.app.test_request_context():
        month, months, facts = chapter.sections(cast.plant_id, cast["plant_manager"])
        assert chapter.sections(cast.plant_id, cast["other_plant"]) == []
        printed = {column.key: column.value for column in month.columns}
        assert [printed["points"](line) for line in month.rows].count("Veto") == 3
        assert (len(month.rows), len(months.rows)) == (26, 1)
        assert len(facts.rows) == len(FactKind) + 1
        # What no line of the shipped table has: an added source, and a licence that is missing.
        officer = cast["district_officer"]
        others = [links.list_url("own_rectified_early", cast.plant_id, officer)]
        others.append(links.url_of("licence_missing", cast.plant_id, officer))
        assert None not in [links.list_url(s, cast.plant_id, officer) for s in sources.SOURCES]
    assert [pages.get("district_officer", url or "").status_code for url in others] == [200, 200]
    assert len(list(chapter.files(cast.plant_id, cast["plant_manager"]))) == 1


def test_the_shipped_table_is_of_fifteen_four_three_and_four_with_a_source_each(cast: Cast):
    load_table()
    shipped = tables.table_on(MONTH).indicators
    assert [sum(x.group is group for x in shipped) for group in Group] == [15, 4, 3, 4]
    for line in shipped:
        source = sources.SOURCES[line.source]
        assert line.group in source.groups
        assert params.cleaned(source.params, line.params) == line.params
    assert set(labels.SOURCE_LABELS) == set(sources.SOURCES)
    assert all(x.axis for x in shipped if x.group is Group.BASE)
