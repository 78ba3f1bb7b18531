"""The audit page: who may read it, and that each filter narrows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supervision.audit import jobs, queries
from supervision.core import clock
from supervision.core.audit import AuditEntry
from supervision.core.partitions import SPAN
from tests.factories.hazards import make_hazard
from tests.pages import error_text


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("no_role", 403),
        ("worker", 403),
        ("plant_manager", 403),
        ("district_officer", 403),
        ("city_officer", 403),
        ("section_chief", 403),
        ("video_operator", 403),
        ("auditor", 200),
        ("administrator", 200),
    ],
)
def test_only_auditors_and_administrators_open_the_trail(pages, who, status):
    assert pages.get(who, "/audit/").status_code == status


def rows(cast, **wanted) -> list[AuditEntry]:
    return list(queries.read(cast["auditor"], queries.AuditFilter(**wanted)).entries)


def test_an_officer_reads_nothing_of_the_trail_even_past_the_page(cast):
    make_hazard(cast)
    for who in ("district_officer", "plant_manager", "no_role"):
        assert list(queries.read(cast[who], queries.AuditFilter()).entries) == []


def test_each_filter_narrows(cast):
    make_hazard(cast)
    assert {e.actor_name for e in rows(cast, who="district")} == {"District Officer"}
    assert {e.action for e in rows(cast, action="hazard.report")} == {"hazard.report"}
    assert {e.entity for e in rows(cast, entity="account")} == {"account"}
    plant = {e.enterprise_id for e in rows(cast, enterprise="Plant 1")}
    assert plant == {cast.plant_id}
    assert rows(cast, enterprise="No such plant") == []
    assert rows(cast, who="100%") == []


def test_days_are_days_of_shanghai(cast):
    evening = clock.start_of(clock.today()) - timedelta(minutes=1)
    with clock.frozen(evening):
        make_hazard(cast)
    today = clock.today()
    assert rows(cast, entity="hazard", day_from=today) == []
    yesterday = today - timedelta(days=1)
    assert len(rows(cast, entity="hazard", day_from=yesterday, day_to=yesterday)) == 1


def test_the_trail_is_read_page_by_page_without_a_gap(cast, pages, monkeypatch):
    monkeypatch.setattr(queries, "PER_PAGE", 7)
    seen: list[int] = []
    before = None
    while True:
        slip = queries.read(cast["auditor"], queries.AuditFilter(before=before))
        seen += [e.id for e in slip.entries]
        if slip.older is None:
            break
        before = slip.older
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) > 7
    assert seen[-1] % SPAN == 1
    first = pages.get("auditor", "/audit/?entity=account").get_data(as_text=True)
    assert "before=" in first
    assert "entity=account" in first


def test_the_page_says_what_is_sealed_and_what_not(cast, pages):
    make_hazard(cast)
    waiting = queries.chain(cast["auditor"]).unsealed
    assert waiting > 0
    jobs.seal(clock.now())
    make_hazard(cast)
    chain = queries.chain(cast["auditor"])
    assert 0 < chain.unsealed < waiting
    page = pages.get("auditor", "/audit/").get_data(as_text=True)
    assert chain.digest in page
    assert "Not yet sealed" in page


def test_actions_stand_there_in_words_with_a_link_to_the_ticket(cast, pages):
    hazard_id = make_hazard(cast)
    page = pages.get("auditor", "/audit/?action=hazard.report")
    assert "Hazard reported" in error_text(page)
    assert f'href="/hazards/{hazard_id}"' in page.get_data(as_text=True)
    chinese = error_text(pages.get("auditor", "/audit/", language="zh_Hans_CN"))
    assert "Audit trail" not in chinese


def test_values_are_shown_as_text_never_as_markup(cast, pages):
    make_hazard(cast, place="<script>alert(1)</script>")
    assert "<script>alert" not in pages.get("auditor", "/audit/").get_data(as_text=True)


@pytest.mark.parametrize(
    "query",
    ["before=x", "before=-1", "before=99999999999999", "entity_id=99999999999999", "day_from=soon",
     "action=nothing", "entity=%27%3B--", "who=%25%5C_", "enterprise=%25"],
)  # fmt: skip
def test_nonsense_in_the_address_is_survived(cast, pages, query):
    assert pages.get("auditor", f"/audit/?{query}").status_code == 200
