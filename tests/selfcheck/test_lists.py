"""Lists in versions: the authority's for all, an enterprise's own for itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.scope import unscoped
from supervision.core.statutory import Certainty
from supervision.hazard.rules import Category, Factor
from supervision.selfcheck import jobs, queries, templates
from supervision.selfcheck.rules import Frequency
from supervision.selfcheck.templates import Head, ItemFields
from tests.cast import Cast
from tests.factories.selfchecks import a_list, a_plan_of_rounds

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)
TOMORROW = TODAY + timedelta(days=1)
HEAD = Head("Crane walk", TOMORROW, "Own experience", Certainty.MEDIUM, post="Crane driver")


def _item(text: str) -> ItemFields:
    return ItemFields(
        "Hall", text, "Art. 41", "Look", Frequency.DAILY, Factor.OBJECT, Category.EQUIPMENT
    )


def _words(list_id: int) -> list[tuple[int, str]]:
    return [(item.position, item.text) for item in templates.get(list_id, SYSTEM).items]


def test_items_are_added_changed_moved_and_taken_off_until_the_first_day(cast: Cast) -> None:
    chief = cast["section_chief"]
    with clock.frozen(NOW):
        with transaction():
            made_id = templates.create(chief, "CRANE", HEAD, [_item("Hook"), _item("Rope")]).id
        with transaction():
            found = templates.get(made_id, chief, for_update=True)
            brake = templates.save_item(found, chief, _item("Brake"))
            templates.move_item(found, chief, brake, up=True)
            templates.move_item(found, chief, brake, up=True)
            # It stands first: nothing above it.
            templates.move_item(found, chief, brake, up=True)
        assert _words(made_id) == [(1, "Brake"), (2, "Hook"), (3, "Rope")]
        with transaction():
            found = templates.get(made_id, chief, for_update=True)
            templates.save_item(found, chief, _item("Hook and latch"), found.items[1])
            templates.remove_item(found, chief, found.items[0])
        assert _words(made_id) == [(1, "Hook and latch"), (2, "Rope")]
    with clock.frozen(NOW + timedelta(days=1)), transaction():
        found = templates.get(made_id, chief)
        with pytest.raises(Conflict, match="in force"):
            templates.save_item(found, chief, _item("Late"))
        with pytest.raises(Conflict, match="in force"):
            templates.discard(found, chief)
    actions = select(AuditEntry.action).where(AuditEntry.action.startswith("selfcheck_list."))
    told = set(db.session.scalars(unscoped(actions, reason="the test reads the trail")))
    assert told == {
        f"selfcheck_list.{name}" for name in ("create", "item", "move_item", "remove_item")
    }


def test_a_new_version_ends_the_one_before_and_given_up_lets_it_go_on(cast: Cast) -> None:
    chief = cast["section_chief"]
    with clock.frozen(NOW):
        with transaction():
            base = a_list("TEST", Frequency.DAILY, Frequency.WEEKLY)
            made = templates.new_version(base, chief, replace(HEAD, effective_from=TOMORROW))
            ids = base.id, made.id
            templates.save_item(made, chief, _item("New"))
        assert templates.get(ids[0], chief).effective_to == TODAY
        assert [one.id for one in templates.versions("TEST", chief)] == [ids[1], ids[0]]
        assert _words(ids[1]) == [(1, "Item 1"), (2, "Item 2"), (3, "New")]
        with transaction(), pytest.raises(Conflict, match="later version"):
            templates.new_version(templates.get(ids[0], chief), chief, HEAD)
        with transaction(), pytest.raises(InvalidInput, match="only begin after it"):
            templates.new_version(templates.get(ids[1], chief), chief, HEAD)
        with transaction():
            templates.discard(templates.get(ids[1], chief), chief)
        assert templates.get(ids[0], chief).effective_to is None
        with pytest.raises(NotFound):
            templates.get(ids[1], chief)


def test_each_side_changes_its_own_lists_and_an_enterprise_sees_no_others(cast: Cast) -> None:
    manager, chief = cast["plant_manager"], cast["section_chief"]
    with clock.frozen(NOW):
        with transaction():
            shared = a_list("TEST")
            code = templates.own_code(cast.plant_id)
            own = templates.create(manager, code, HEAD, enterprise_id=cast.plant_id)
            own_id, shared_id = own.id, shared.id
        assert templates.own_code(cast.plant_id) != code
        for who, list_id in ((manager, shared_id), (chief, own_id), (cast["worker"], own_id)):
            with transaction(), pytest.raises(Forbidden):
                templates.save_item(templates.get(list_id, who), who, _item("x"))
        for who, enterprise_id in ((manager, None), (manager, cast.far_plant_id)):
            with transaction(), pytest.raises(Forbidden):
                templates.create(who, "MINE", HEAD, enterprise_id=enterprise_id)
        with pytest.raises(NotFound):
            templates.get(own_id, cast["other_plant"])
        with transaction(), pytest.raises(InvalidInput, match="exists already"):
            templates.create(chief, "TEST", HEAD)
        with transaction(), pytest.raises(InvalidInput, match="tomorrow at the earliest"):
            templates.create(chief, "SOON", replace(HEAD, effective_from=TODAY))


def test_what_is_taken_up_already_is_not_given_up_and_begins_with_its_first_day(
    cast: Cast,
) -> None:
    manager = cast["plant_manager"]
    with clock.frozen(NOW):
        with transaction():
            own = templates.create(
                manager, "OWN-X", HEAD, [_item("Hook")], enterprise_id=cast.plant_id
            )
            own_id = own.id
            a_plan_of_rounds(cast.plant_id, "OWN-X")
        assert not queries.open_rounds(manager, TODAY)
        with transaction(), pytest.raises(Conflict, match="taken up already"):
            templates.discard(templates.get(own_id, manager), manager)
    assert jobs.make_rounds(NOW + timedelta(days=1)) == 1
