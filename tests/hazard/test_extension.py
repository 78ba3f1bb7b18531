"""Extensions: a row of its own with request, reply and the new deadline."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.hazard import queries, service
from supervision.hazard.workflow import ExtensionState
from supervision.hazard.workflow import HazardState as S
from tests.factories.hazards import load, make_hazard, photo


def ask(cast, hazard_id, days=5, who="safety_manager"):
    with transaction():
        hazard = load(hazard_id, cast[who])
        wanted = hazard.due_on + timedelta(days=days)
        extension = service.request_extension(
            hazard, cast[who], requested_due_on=wanted, reason="Spare part is late"
        )
        from supervision.core.db import db

        db.session.flush()
        return extension.id


def test_a_granted_extension_moves_the_deadline_and_keeps_the_first(cast):
    hazard_id = make_hazard(cast, S.RECTIFYING)
    extension_id = ask(cast, hazard_id)
    officer = cast["district_officer"]
    first = load(hazard_id, officer).due_on
    with transaction():
        extension = queries.get_extension(hazard_id, extension_id, officer)
        service.grant_extension(
            extension, officer, granted_due_on=first + timedelta(days=3), note="three days"
        )
    hazard = load(hazard_id, officer)
    assert hazard.due_on == first + timedelta(days=3)
    assert hazard.first_due_on == first
    assert hazard.extensions[0].status is ExtensionState.GRANTED
    assert [e.action for e in hazard.events][-2:] == ["request_extension", "grant_extension"]


def test_a_refused_extension_leaves_the_deadline_and_a_new_one_may_be_asked_for(cast):
    hazard_id = make_hazard(cast, S.RECTIFYING)
    extension_id = ask(cast, hazard_id)
    officer = cast["district_officer"]
    with pytest.raises(Conflict, match="already"):
        ask(cast, hazard_id)
    first = load(hazard_id, officer).due_on
    with transaction():
        extension = queries.get_extension(hazard_id, extension_id, officer)
        service.refuse_extension(extension, officer, note="no grounds")
    assert load(hazard_id, officer).due_on == first
    assert ask(cast, hazard_id) != extension_id


def test_an_extension_asked_for_after_the_deadline_is_refused(cast):
    hazard_id = make_hazard(cast, S.RECTIFYING)
    with clock.frozen(clock.now() + timedelta(days=8)), pytest.raises(Conflict, match="passed"):
        ask(cast, hazard_id)


def test_an_extension_must_be_for_a_later_day(cast):
    hazard_id = make_hazard(cast, S.RECTIFYING)
    with pytest.raises(InvalidInput) as refused:
        ask(cast, hazard_id, days=0)
    assert refused.value.field == "requested_due_on"


def test_nobody_decides_on_their_own_request_and_only_the_raising_side_decides(cast):
    own = make_hazard(cast, S.RECTIFYING, by="plant_manager")
    extension_id = ask(cast, own, who="plant_manager")
    for who, error in (("plant_manager", Forbidden), ("district_officer", Forbidden)):
        with pytest.raises(error), transaction():
            extension = queries.get_extension(own, extension_id, cast[who])
            service.grant_extension(
                extension, cast[who], granted_due_on=clock.today() + timedelta(days=9)
            )
    with transaction():
        manager = cast["safety_manager"]
        extension = queries.get_extension(own, extension_id, manager)
        service.grant_extension(
            extension, manager, granted_due_on=clock.today() + timedelta(days=9)
        )
    assert load(own, SYSTEM).due_on == clock.today() + timedelta(days=9)


@pytest.mark.parametrize(
    ("days", "told"), [(-1, "past"), (400, "more than a year"), (2, "later than the present one")]
)
def test_a_new_deadline_lies_ahead_of_the_present_one_and_of_today(cast, days, told):
    due_on = clock.today() + timedelta(days=4)
    hazard_id = make_hazard(cast, S.RECTIFYING, due_on=due_on)
    extension_id = ask(cast, hazard_id)
    officer = cast["district_officer"]
    late = clock.now() + timedelta(days=10 if days < 0 else 0)
    with clock.frozen(late):
        wanted = clock.today() + timedelta(days=days)
        with pytest.raises(InvalidInput, match=told) as refused, transaction():
            extension = queries.get_extension(hazard_id, extension_id, officer)
            service.grant_extension(extension, officer, granted_due_on=wanted)
    assert refused.value.field == "granted_due_on"
    assert load(hazard_id, officer).due_on == due_on


def test_a_request_falls_away_when_the_hazard_leaves_the_enterprises_hands(cast):
    officer, manager = cast["district_officer"], cast["safety_manager"]
    hazard_id = make_hazard(cast, S.RECTIFYING)
    extension_id = ask(cast, hazard_id)
    with transaction():
        done = load(hazard_id, manager)
        service.submit(done, manager, note="Bolted", photos=[photo(manager)])
    with transaction():
        service.verify(load(hazard_id, officer), officer, note="Seen on site")
    closed = load(hazard_id, officer)
    due_on = closed.due_on
    assert closed.pending_extension is None
    with pytest.raises(Conflict), transaction():
        extension = queries.get_extension(hazard_id, extension_id, officer)
        service.grant_extension(extension, officer, granted_due_on=due_on + timedelta(days=3))
    assert load(hazard_id, officer).due_on == due_on


@pytest.mark.parametrize("step", ["extensions", "extensions/1/grant", "extensions/1/refuse"])
@pytest.mark.parametrize(("who", "status"), [(None, 302), ("no_role", 403), ("auditor", 403)])
def test_who_may_press_extension_buttons(pages, cast, step, who, status):
    hazard_id = make_hazard(cast, S.RECTIFYING)
    assert pages.post(who, f"/hazards/{hazard_id}/{step}").status_code == status
