"""Counts of the menu are remembered per person for some seconds."""

from __future__ import annotations

from dataclasses import replace

from supervision.core.actor import Actor, ActorKind
from supervision.core.permissions import Permission
from supervision.core.web.remembered import MOST_PEOPLE, SECONDS, Remembered

OFFICER = Actor(ActorKind.PERSON, 1, "An officer", regions=("330110",))


class Counting:
    def __init__(self) -> None:
        self.now, self.count = 0.0, 0
        self.kept = Remembered(lambda: self.now)

    def ask(self, actor: Actor = OFFICER, key: str = "hazard.index") -> int:
        return self.kept.count(actor, key, self._more)

    def _more(self) -> int:
        self.count += 1
        return self.count


def test_a_count_holds_for_some_seconds_and_no_longer():
    here = Counting()
    assert (here.ask(), here.ask()) == (1, 1)
    here.now = SECONDS + 0.1
    assert here.ask() == 2


def test_each_line_and_each_person_has_their_own_count():
    here = Counting()
    assert (here.ask(), here.ask(key="order.index"), here.ask(replace(OFFICER, id=2))) == (1, 2, 3)


def test_another_region_or_right_is_another_count_at_once():
    here = Counting()
    here.ask()
    assert here.ask(replace(OFFICER, regions=("330106",))) == 2
    assert here.ask(replace(OFFICER, permissions=frozenset({Permission.MAP_READ}))) == 3


def test_whoever_acts_sees_their_own_counts_anew():
    here = Counting()
    here.ask()
    here.kept.forget(OFFICER.id)
    assert here.ask() == 2


def test_not_every_person_is_remembered_for_ever():
    here = Counting()
    for number in range(MOST_PEOPLE + 2):
        here.ask(replace(OFFICER, id=number))
    assert len(here.kept._people) <= MOST_PEOPLE + 1
