"""The board of figures against a count by hand from the tables themselves."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.live import figures, spans
from supervision.video import days, precision, service
from supervision.video.models import Violation
from supervision.video.precision import Tally
from supervision.video.rules import RejectReason
from tests.factories.video import make_camera, make_node, make_violation
from tests.live.recount import recount
from vision.contract import RuleKind

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 18)
KINDS = (RuleKind.HELMET_MISSING, RuleKind.INTRUSION, RuleKind.FIRE_SMOKE)
COUNTED = ("told", "confirmed", "rejected", "false", "duplicates", "automatic", "waiting")


def at(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), tzinfo=clock.SHANGHAI)


def tell(node, camera, kind, began):
    with clock.frozen(began + timedelta(seconds=20)):
        return make_violation(
            node, camera, with_files=False, rule_id=str(kind), rule_kind=kind, started_at=began
        )


def judge(actor, violation, kind, original, later):
    with clock.frozen(later), transaction():
        if kind == "confirm":
            service.confirm(violation, actor, note="")
        elif kind == "duplicate":
            service.mark_duplicate(violation, actor, original_id=original)
        elif kind == "policy":
            # As a policy leaves it behind: confirmed by nobody's hand.
            service.confirm(violation, SYSTEM, note="")
            stmt = db.update(Violation).where(Violation.id == violation).values(is_automatic=True)
            db.session.execute(unscoped(stmt, reason="what a policy writes"))
        elif kind != "wait":
            service.reject(violation, actor, reason=RejectReason(kind), note="Seen again")


@pytest.fixture
def month(app, cast):
    """Seventy violations of four cameras, two of them in the far plant, and the hours they ran."""
    rng, node = random.Random(7), make_node(app)
    near = [make_camera(cast, node, name=f"Near {n}") for n in range(3)]
    far = make_camera(cast, node, name="Far", enterprise_id=cast.far_plant_id)
    ways = ["confirm", "confirm", "duplicate", "policy", "wait", *RejectReason]
    earlier = {}
    for number in range(70):
        camera, kind = rng.choice([*near, far]), rng.choice(KINDS)
        day = FIRST - timedelta(days=1) + timedelta(days=rng.randrange(19))
        began = at(day, rng.randrange(24), rng.randrange(60))
        violation = tell(node, camera, kind, began)
        way = ways[number % len(ways)]
        way = "wait" if way == "duplicate" and camera not in earlier else way
        later = began + timedelta(seconds=rng.choice((45, 600, 7200, 90000)))
        judge(cast["city_officer"], violation, way, earlier.get(camera), later)
        if way == "confirm":
            earlier[camera] = violation
    # On the border of a day, by our clock and not by UTC's.
    tell(node, near[0], KINDS[0], at(LAST, 23, 59))
    tell(node, near[0], KINDS[0], at(LAST + timedelta(days=1), 0, 1))
    with transaction():
        ran = {day: {"running_s": 3000.0 + 7 * day.day} for day in (FIRST, LAST, date(2026, 12, 1))}
        days.add(dict.fromkeys((*near[:2], far), ran))
    return near, far


def said(line):
    share = line.tally.precision.share
    times = line.times
    return {
        **{name: getattr(line.tally, name) for name in COUNTED},
        "precision": share,
        "per_hour": pytest.approx(line.false_per_hour) if line.false_per_hour is not None else None,
        "median": times.median / timedelta(seconds=1) if times else None,
        "p90": times.p90 / timedelta(seconds=1) if times else None,
    }


def test_the_board_s_figures_equal_a_count_by_hand_of_the_table(app, cast, month, database_url):
    near, far = month
    wanted = figures.Wanted(spans.Days(FIRST, LAST))
    for who, cameras in (("plant_manager", set(near)), ("city_officer", {*near, far})):
        kinds = figures.overview(cast[who], wanted).kinds
        by_hand = recount(database_url, FIRST, LAST, cameras)
        assert {str(line.rule_kind): said(line) for line in kinds} == by_hand
        page = figures.by_camera(cast[who], wanted, 1)
        by_hand = recount(database_url, FIRST, LAST, cameras, by="camera_id")
        assert {str(line.camera.id): said(line) for line in page.items} == by_hand
    board = figures.overview(cast["city_officer"], wanted)
    assert board.total.tally.told == sum(line.tally.told for line in board.kinds) > 50
    nowhere = figures.overview(cast["city_officer"], replace(wanted, text="Nowhere"))
    assert (nowhere.total.tally, nowhere.total.times) == (Tally(), None)
    one = figures.by_camera(cast["city_officer"], replace(wanted, text="Far"), 1)
    assert [line.camera.id for line in one.items] == [far]


def test_the_figures_that_a_policy_asks_for_are_the_board_s(cast, month, database_url):
    near, _far = month
    for kind in KINDS:
        for camera in (None, near[0]):
            cameras = None if camera is None else {camera}
            found = precision.precision_of(kind, camera, clock.start_of(FIRST))
            by_hand = recount(database_url, FIRST, date.max, cameras)[str(kind)]
            assert (found.confirmed, found.false) == (by_hand["confirmed"], by_hand["false"])


def test_weeks_add_up_to_the_span_and_orders_put_the_worst_first(cast, month):
    actor, wanted = cast["city_officer"], figures.Wanted(spans.Days(FIRST, LAST))
    board = figures.overview(actor, wanted)
    weeks = board.weeks
    assert [week.days.first.isoweekday() for week in weeks] == [1, 1, 1]
    total = board.total.tally.precision
    assert sum(week.precision.confirmed for week in weeks) == total.confirmed
    assert sum(week.precision.false for week in weeks) == total.false

    def column(sort, value):
        page = figures.by_camera(actor, replace(wanted, sort=sort), 1)
        return [value(line) for line in page.items]

    worst = column("worst", lambda line: line.false_per_hour)
    assert worst[-1] is None  # the camera that nobody knows the hours of
    assert worst[:-1] == sorted(worst[:-1], reverse=True)
    shares = column("precision", lambda line: line.tally.precision.share)
    assert shares == sorted(shares)
    for name in ("false", "told", "waiting"):
        counts = column(name, lambda line, name=name: getattr(line.tally, name))
        assert counts == sorted(counts, reverse=True)


def test_spans_are_forgiving_and_weeks_begin_on_monday():
    today = date(2026, 11, 20)
    assert spans.between(None, None, today, days=7) == spans.Days(date(2026, 11, 14), today)
    turned = spans.between(today, date(2026, 11, 1), today)
    assert turned == spans.Days(date(2026, 11, 1), today)
    assert len(spans.between(date(2000, 1, 1), None, today)) == spans.LONGEST
    weeks = list(spans.Days(date(2026, 11, 4), date(2026, 11, 17)).weeks())
    assert [(w.first.day, w.last.day) for w in weeks] == [(4, 8), (9, 15), (16, 17)]


def test_a_share_or_a_rate_of_nothing_is_none():
    assert precision.Precision(0, 0).share is None
    assert Tally().per_hour(None) is Tally().per_hour(0.0) is None
    errors = {RejectReason.UNCLEAR: 2, RejectReason.PERMITTED: 5, RejectReason.TEST: 3}
    tally = Tally(told=12, confirmed=2, reasons=errors)
    assert (tally.false, tally.rejected, tally.precision.share) == (2, 10, 0.5)
    assert tally.per_hour(7200.0) == 1.0
