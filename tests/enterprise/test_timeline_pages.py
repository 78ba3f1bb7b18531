"""The timeline as a page: narrowed by part, days, words and person; paged without a loss; on paper."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.slice import TimelineItem
from supervision.enterprise import timeline
from supervision.enterprise.models import EnterpriseEvent, EventKind
from supervision.enterprise.timeline import Wanted, search
from supervision.hazard.workflow import HazardState
from tests.factories.hazards import make_hazard
from tests.pages import error_text

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def items(count, *, step=timedelta(minutes=1), title="Event {}", who="A"):
    return [TimelineItem(at=DAY - step * n, title=title.format(n), who=who) for n in range(count)]


def source(told, asked=None):
    def tell(_enterprise_id, _actor, before, limit):
        found = [item for item in told if before is None or item.at < before][:limit]
        if asked is not None:
            asked.append(len(found))
        return found

    return tell


def walk(told, wanted, limit=30):
    """Titles of every page, as a reader who goes on to the end sees them."""
    seen, before = [], None
    for _turn in range(200):
        story = search([source(told)], 1, SYSTEM, wanted, before=before, limit=limit)
        seen += [item.title for item in story.items]
        if story.older is None:
            return seen
        before = story.older
    raise AssertionError("no end")


@pytest.mark.parametrize("step", [timedelta(minutes=1), timedelta(0)])
@pytest.mark.parametrize("text", ["", "7"])
def test_nothing_is_lost_or_told_twice_between_pages(step, text):
    told = items(700, step=step)
    assert walk(told, Wanted(text=text)) == [i.title for i in told if text in i.title]


def test_a_search_reads_a_bounded_part_of_a_long_file_and_says_how_far():
    told = [*items(5000), *items(1, title="The needle {}")]
    told[4999] = TimelineItem(at=told[4999].at, title="The needle")
    asked = []
    wanted = Wanted(text="needle")
    story = search([source(told[:5000], asked)], 1, SYSTEM, wanted)
    assert not story.items
    assert story.searched_to == story.older
    assert sum(asked) <= timeline.MOST_READ + 3 * 251
    assert walk(told[:5000], wanted) == ["The needle"]


def test_a_first_day_ends_the_story_there():
    told = items(100)
    wanted = Wanted(since=told[9].at)
    assert len(walk(told, wanted)) == 10
    assert len(walk(told, Wanted(since=told[9].at, text="event"))) == 10


def write_events(cast, count, first=DAY):
    with transaction():
        for number in range(count):
            db.session.add(
                EnterpriseEvent(
                    enterprise_id=cast.plant_id,
                    at=first + timedelta(hours=number),
                    kind=EventKind.CHANGED,
                    actor_id=1,
                    actor_name=f"Officer {number % 3}",
                    fields=["address"] if number % 2 else ["name"],
                )
            )


def told(answer):
    return len(re.findall(r'class="story-item', answer.get_data(as_text=True)))


def test_the_page_narrows_by_part_person_days_and_words(pages, cast):
    write_events(cast, 40)
    make_hazard(cast, HazardState.CLOSED)
    url = f"/enterprises/{cast.plant_id}/timeline"
    assert told(pages.get("district_officer", url)) == 30
    assert told(pages.get("district_officer", f"{url}?source=hazard")) == 6
    assert told(pages.get("district_officer", f"{url}?source=enterprise&who=officer+2")) == 13
    day = f"{url}?source=enterprise&since=2026-03-03&until=2026-03-03"
    assert told(pages.get("district_officer", day)) == 24
    assert told(pages.get("district_officer", f"{url}?source=enterprise&text=address")) == 20
    nothing = error_text(pages.get("district_officer", f"{url}?text=nowhere"))
    assert "Nothing matches" in nothing


def test_on_paper_it_is_one_long_page_and_the_next_page_keeps_the_filter(pages, cast):
    write_events(cast, 120)
    url = f"/enterprises/{cast.plant_id}/timeline?source=enterprise"
    assert told(pages.get("plant_manager", url + "&print=1")) == 121, "and its registration"
    first = pages.get("plant_manager", url).get_data(as_text=True)
    older = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    assert "source=enterprise" in older
    assert told(pages.get("plant_manager", older)) == 30


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 302), ("no_role", 403), ("worker", 403), ("other_plant", 404), ("plant_manager", 200)],
)
def test_who_may_read_a_timeline(pages, cast, who, status):
    assert pages.get(who, f"/enterprises/{cast.plant_id}/timeline").status_code == status


@pytest.mark.parametrize("odd", ["before=nonsense", "since=1&until=2", "source=zz", "print=x"])
def test_nonsense_in_the_address_is_the_whole_story(pages, cast, odd):
    answer = pages.get("plant_manager", f"/enterprises/{cast.plant_id}/timeline?{odd}")
    assert answer.status_code == 200
    assert told(answer) == 1


def test_days_are_days_of_shanghai(pages, cast):
    write_events(cast, 1, clock.start_of(DAY.date()))
    url = f"/enterprises/{cast.plant_id}/timeline?source=enterprise"
    assert told(pages.get("plant_manager", f"{url}&since=2026-03-02&until=2026-03-02")) == 1
    assert told(pages.get("plant_manager", f"{url}&until=2026-03-01")) == 0
