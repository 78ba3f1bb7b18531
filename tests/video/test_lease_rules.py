"""One owner per camera: the rule itself, under every order of asking, lapsing and giving back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from supervision.video.lease_rules import GUARD, SLACK, Telling, decide, goes_on, release, telling

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOLDERS = ("a", "b", "c")
LEASE_S = 6.0


def at(seconds):
    return NOW + timedelta(seconds=seconds)


class OneOwner(RuleBasedStateMachine):
    """Each holder counts from when it sent its question; the web answers up to a second later."""

    def __init__(self):
        super().__init__()
        self.now = NOW
        self.held = None
        self.terms = {}
        self.believed = {}  # holder: until when it takes the camera for its own

    @rule(seconds=st.sampled_from([0.0, 0.1, 0.5, 2.0, 5.9, 6.0, 6.5, 30.0]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(
        holder=st.sampled_from(HOLDERS),
        on_its_way=st.sampled_from([0.0, 0.3, 1.0]),
        arrives=st.booleans(),
    )
    def somebody_asks(self, holder, on_its_way, arrives):
        sent, self.now = self.now, self.now + timedelta(seconds=on_its_way)
        given = decide(self.held, holder, self.now, LEASE_S)
        if given is None:
            return
        if self.held is not None and given.epoch != self.held.epoch:
            self.terms[self.held.epoch] = self.held
        self.held = given
        if arrives:
            self.believed[holder] = sent + timedelta(seconds=LEASE_S)

    @rule(holder=st.sampled_from(HOLDERS))
    def somebody_gives_back(self, holder):
        self.believed.pop(holder, None)  # it has stopped before it says so
        if self.held is not None:
            self.held = release(self.held, holder, self.now)

    @invariant()
    def no_two_take_it_for_their_own(self):
        owners = [holder for holder, until in self.believed.items() if self.now < until]
        assert len(owners) <= 1, owners

    @invariant()
    def who_takes_it_for_its_own_is_who_holds_it(self):
        for holder, until in self.believed.items():
            if self.now < until:
                assert self.held is not None
                assert (self.held.holder, self.held.until >= until) == (holder, True)

    @invariant()
    def terms_follow_each_other_and_leave_a_gap(self):
        ended = [self.terms[epoch] for epoch in sorted(self.terms)]
        if self.held is not None:
            ended.append(self.held)
        for one, other in pairwise(ended):
            assert other.epoch == one.epoch + 1
            assert other.since >= one.until + GUARD
            assert other.holder != one.holder


TestOneOwner = OneOwner.TestCase
TestOneOwner.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_an_owner_that_nobody_followed_goes_on_with_its_own_term():
    first = decide(None, "a", NOW, LEASE_S)
    again = decide(first, "a", at(100), LEASE_S)
    assert (again.epoch, again.since, again.until) == (1, NOW, at(106))


def test_asking_makes_nobodys_time_shorter():
    first = decide(None, "a", NOW, 60)
    assert decide(first, "a", at(1), LEASE_S).until == at(60)


def test_nobody_gives_back_for_another():
    first = decide(None, "a", NOW, LEASE_S)
    assert release(first, "b", at(1)) == first
    assert release(first, "a", at(1)).until == at(1)


def test_what_an_event_may_do_follows_from_its_term():
    term = (NOW, at(6))
    assert telling(0, NOW, 0, None) is Telling.PRESENT
    assert telling(1, at(500), 1, (NOW, None)) is Telling.PRESENT
    assert telling(1, at(5), 2, term) is Telling.LATE
    assert telling(1, at(6) + SLACK, 3, term) is Telling.LATE
    assert telling(1, at(9), 2, term) is Telling.AFTER
    assert telling(3, NOW, 2, None) is Telling.UNKNOWN
    assert telling(1, NOW, 2, None) is Telling.UNKNOWN  # the term of another node
    assert telling(2, NOW, 2, None) is Telling.UNKNOWN


def test_before_a_camera_was_shared_it_was_its_nodes_alone():
    first = (NOW, NOW)
    assert telling(0, at(-60), 2, first) is Telling.LATE
    assert telling(0, at(60), 2, first) is Telling.AFTER


def test_what_is_seen_soon_after_the_hand_over_may_be_what_was_cut_off():
    assert goes_on(NOW, at(9), taken_over=at(7))
    assert goes_on(NOW, at(36), taken_over=at(7))
    assert not goes_on(NOW, at(60), taken_over=at(7))
    assert not goes_on(NOW, at(-10), taken_over=at(7))  # it was there together with the other
