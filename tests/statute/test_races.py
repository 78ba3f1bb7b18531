"""Two persons decide at the same instant: one of them wins, and one version comes of it."""

from __future__ import annotations

from supervision.core import clock
from supervision.core.statutory import rule_on
from supervision.statute import queries, service
from supervision.statute.rules import ChangeKind
from supervision.statute.workflow import ChangeState
from tests.factories.statute import proposed_change
from tests.security.test_races import race


def test_a_change_that_two_decide_at_once_is_decided_once(app, cast):
    change_id = proposed_change(cast, "section_chief")
    administrator = cast["administrator"]

    def load():
        return queries.get_change(change_id, administrator)

    results = race(
        app,
        lambda: service.approve(load(), administrator),
        lambda: service.approve(load(), administrator),
        lambda: service.reject(load(), administrator, note="no"),
    )
    assert results.count(None) == 1
    status = load().status
    made = len(queries.versions(ChangeKind.RULE, "RECHECK")) - 2
    assert made == (1 if status is ChangeState.APPROVED else 0)


def test_a_change_withdrawn_while_it_is_approved_is_one_or_the_other(app, cast):
    change_id = proposed_change(cast, "section_chief")
    chief, administrator = cast["section_chief"], cast["administrator"]
    results = race(
        app,
        lambda: service.approve(queries.get_change(change_id, administrator), administrator),
        lambda: service.withdraw(queries.get_change(change_id, chief), chief),
    )
    assert results.count(None) == 1
    approved = queries.get_change(change_id, chief).status is ChangeState.APPROVED
    assert (rule_on("RECHECK", clock.today()).value == 7) is approved
