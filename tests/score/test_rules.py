"""The pure engine of the safety code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

from supervision.score.rules import (
    UNMEASURED,
    Axis,
    Colour,
    Group,
    Indicator,
    Reading,
    Record,
    Thresholds,
    Why,
    axes,
    changes,
    counted,
    judge,
    last_day,
    month_after,
    month_before,
    ratio,
)

LIMITS = Thresholds(D(85), D(70), D(60))
TABLE = (
    Indicator("A", Group.BASE, D(60), D(0), "a", Axis.PEOPLE),
    Indicator("B", Group.BASE, D(40), D(0), "b", Axis.FILE),
    Indicator("P", Group.POSITIVE, D(3), D(3), "p"),
    Indicator("N", Group.NEGATIVE, D(5), D(15), "n"),
    Indicator("V", Group.VETO, D(0), D(0), "v"),
)


def total(**readings: Reading) -> tuple[D | None, Colour | None]:
    found = judge(TABLE, readings, LIMITS)
    return found.total, found.colour


def test_base_points_are_a_share_of_what_could_be_measured():
    assert total(A=ratio(1, 2), B=ratio(1, 1)) == (D("70.0"), Colour.YELLOW)
    # B has nothing to measure: A alone is the whole, and nothing is invented for B.
    assert total(A=ratio(9, 10), B=Reading()) == (D("90.0"), Colour.GREEN)
    assert total(A=ratio(9, 10)) == total(A=ratio(9, 10), B=UNMEASURED)
    assert total() == (None, None)


def test_what_is_added_and_taken_stays_within_its_most_and_within_a_hundred():
    half = {"A": ratio(3, 4), "B": ratio(3, 4)}
    assert total(**half, P=ratio(1, 2))[0] == D("76.5")
    assert total(**half, N=counted(2))[0] == D("65.0")
    assert total(**half, N=counted(9))[0] == D("60.0")
    assert total(A=ratio(1, 1), P=ratio(1, 1))[0] == D(100)
    assert total(A=ratio(0, 1), N=counted(3))[0] == D(0)


def test_each_threshold_belongs_to_the_better_colour():
    def colour(good: int) -> Colour | None:
        return total(A=ratio(good, 1000), B=ratio(good, 1000))[1]

    assert [colour(n) for n in (850, 849, 700, 699, 600, 599)] == [
        Colour.GREEN,
        Colour.YELLOW,
        Colour.YELLOW,
        Colour.ORANGE,
        Colour.ORANGE,
        Colour.RED,
    ]


def test_a_veto_makes_it_red_whatever_the_sum():
    record = Record("fact", 7)
    found = judge(TABLE, {"A": ratio(1, 1), "V": counted(1, [record])}, LIMITS)
    assert (found.total, found.colour, found.is_vetoed) == (D(100), Colour.RED, True)
    assert [p.reading.records for p in found.points if p.vetoes] == [[record]]
    # Also where nothing else is known of it.
    assert judge(TABLE, {"V": counted(1)}, LIMITS).colour is Colour.RED


def test_the_rays_are_percent_of_what_could_be_measured():
    found = judge(TABLE, {"A": ratio(1, 3), "B": Reading()}, LIMITS)
    assert axes(found.points) == {Axis.PEOPLE: 33}


def test_what_changed_names_lines_that_came_and_went_and_the_largest_loss_first():
    before = {"A": D(60), "B": D(40), "GONE": D(2)}
    found = changes(before, {"A": D(30), "B": D(40), "NEW": D(1)})
    assert [(c.code, c.by) for c in found] == [("A", D(-30)), ("GONE", D(-2)), ("NEW", D(1))]


def test_a_month_knows_its_neighbours_over_the_end_of_a_year():
    january = date(2026, 1, 1)
    assert month_before(january) == date(2025, 12, 1)
    assert month_after(date(2025, 12, 1)) == january
    assert last_day(date(2028, 2, 1)) == date(2028, 2, 29)
    assert counted(0).why is Why.NONE
