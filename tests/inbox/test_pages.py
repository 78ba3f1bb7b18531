"""The inbox page: one's own notices, read one by one or all at once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from supervision.core import clock, notices
from supervision.core.db import db, transaction
from supervision.core.notices import Audience
from supervision.core.scope import unscoped
from supervision.inbox import jobs, queries
from supervision.inbox.models import InboxItem
from tests.pages import error_text


def tell(cast, who: str, count: int = 1, *, link: str = "/hazards/", kind: str = "hazard.closed"):
    with transaction():
        for number in range(count):
            notices.queue(
                kind, Audience.ACCOUNT, cast.accounts[who],
                link=link, number=f"YH-{number:03d}", place="Line 2", due_on="",
            )  # fmt: skip
    jobs.deliver(clock.now())


def items(cast, who: str) -> list[InboxItem]:
    stmt = (
        select(InboxItem).where(InboxItem.account_id == cast.accounts[who]).order_by(InboxItem.id)
    )
    return list(db.session.scalars(unscoped(stmt, reason="a test looks")))


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("no_role", 200),
        ("worker", 200),
        ("other_district", 200),
        ("auditor", 200),
        ("administrator", 200),
    ],
)
def test_everybody_signed_in_has_an_inbox(pages, who, status):
    assert pages.get(who, "/inbox/").status_code == status


@pytest.mark.parametrize("verb", ["open", "read"])
@pytest.mark.parametrize("who", ["plant_manager", "administrator", "auditor", "no_role"])
def test_nobody_opens_another_persons_notice(cast, pages, who, verb):
    tell(cast, "worker")
    item = items(cast, "worker")[0]
    assert pages.post(who, f"/inbox/{item.id}/{verb}").status_code == 404
    assert items(cast, "worker")[0].read_at is None


def test_opening_a_notice_marks_it_read_and_goes_to_what_it_tells(cast, pages):
    tell(cast, "worker", link="/hazards/?group=open")
    item = items(cast, "worker")[0]
    answer = pages.post("worker", f"/inbox/{item.id}/open")
    assert (answer.status_code, answer.location) == (302, "/hazards/?group=open")
    first = items(cast, "worker")[0].read_at
    assert first is not None
    pages.post("worker", f"/inbox/{item.id}/open")
    assert items(cast, "worker")[0].read_at == first


@pytest.mark.parametrize("link", ["https://elsewhere.example/", "//elsewhere.example", "/\\evil"])
def test_a_link_that_leaves_the_site_is_not_followed(cast, pages, link):
    tell(cast, "worker", link=link)
    answer = pages.post("worker", f"/inbox/{items(cast, 'worker')[0].id}/open")
    assert answer.location == "/inbox/"


def test_all_read_does_not_reach_what_came_after_the_page_was_loaded(cast, pages):
    tell(cast, "worker", 3)
    seen = queries.newest_id(cast["worker"])
    tell(cast, "worker")
    assert pages.post("worker", "/inbox/read-all", {"up_to": seen}).status_code == 302
    assert queries.unread_count(cast["worker"]) == 1


def test_all_read_leaves_other_people_alone(cast, pages):
    tell(cast, "worker")
    tell(cast, "plant_manager")
    pages.post("worker", "/inbox/read-all", {"up_to": 10**6})
    assert queries.unread_count(cast["worker"]) == 0
    assert queries.unread_count(cast["plant_manager"]) == 1


def test_the_unread_filter_hides_what_was_read(cast, pages):
    tell(cast, "worker", 2)
    pages.post("worker", f"/inbox/{items(cast, 'worker')[0].id}/read")
    page = error_text(pages.get("worker", "/inbox/?show=unread"))
    assert "YH-001" in page
    assert "YH-000" not in page
    assert "YH-000" in error_text(pages.get("worker", "/inbox/"))


def test_a_long_inbox_has_pages_newest_first(cast, pages):
    tell(cast, "worker", 30)
    first, second = (error_text(pages.get("worker", f"/inbox/?page={n}")) for n in (1, 2))
    assert "YH-029" in first
    assert "YH-000" not in first
    assert "YH-000" in second


def test_the_bell_counts_no_further_than_it_shows(cast, pages):
    tell(cast, "worker", 120)
    assert queries.unread_count(cast["worker"]) == queries.COUNT_CAP
    assert "99+" in error_text(pages.get("worker", "/inbox/"))


def test_the_text_is_in_the_readers_language(cast, pages):
    tell(cast, "worker")
    english = error_text(pages.get("worker", "/inbox/"))
    chinese = error_text(pages.get("worker", "/inbox/", language="zh_Hans_CN"))
    assert "Hazard YH-000 is closed" in english
    assert "Hazard YH-000 is closed" not in chinese
    assert "YH-000" in chinese


def test_a_kind_that_no_slice_knows_any_more_still_shows(cast, pages):
    tell(cast, "worker", kind="gone.slice")
    assert "gone.slice" in error_text(pages.get("worker", "/inbox/"))
