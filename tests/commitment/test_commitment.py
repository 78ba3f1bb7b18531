"""Commitments as people make, sign, miss and correct them; frozen clocks, real rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest

from supervision.account import administration
from supervision.account import queries as accounts
from supervision.commitment import arranging, jobs, missing, queries, service, standards
from supervision.commitment.models import CommitmentMissed
from supervision.commitment.rules import Operation, Part, Production
from supervision.commitment.workflow import CommitmentState
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.clock import SHANGHAI
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Notice
from supervision.core.scope import unscoped
from supervision.enterprise import queries as enterprises
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState
from supervision.inbox.queries import recipients
from tests.factories import commitments as make
from tests.factories.hazards import make_hazard
from tests.security.test_races import race

MONDAY = datetime(2026, 3, 2, 8, tzinfo=SHANGHAI)
CUTOFF = MONDAY.replace(hour=10)


def all_of(model):
    stmt = db.select(model).order_by(model.id)
    return db.session.scalars(unscoped(stmt, reason="a test looks")).all()


def month(cast):
    row = queries.month_of(cast.plant_id, MONDAY.date().replace(day=1), SYSTEM)
    return (row.due, row.kept, row.late, row.missed)


@pytest.fixture
def plant(cast):
    with clock.frozen(MONDAY):
        make.owes_daily(cast.plant_id, days_ago=1)
        make.signers(cast, cast["plant_manager"])
    db.session.rollback()
    return cast.plant_id


def begin(cast, who="worker"):
    with transaction():
        return make.begun(cast.plant_id, cast[who]).id


def test_it_is_signed_from_the_post_upwards_and_published_by_the_principal(cast, plant):
    with clock.frozen(MONDAY):
        ident = begin(cast)
        assert begin(cast, "safety_manager") == ident
        for too_early in ("safety_manager", "plant_manager"):
            with pytest.raises(Forbidden, match="below signs first"):
                make.sign(ident, cast[too_early])
        with pytest.raises(Forbidden):
            make.sign(ident, cast["district_officer"])
        assert not make.sign(ident, cast["worker"])
        with pytest.raises(Forbidden, match="nothing here"):
            make.sign(ident, cast["worker"])
        with transaction():
            draft = queries.get_commitment(ident, cast["worker"], for_update=True)
            service.edit(draft, cast["worker"], make.content())
        # What was signed has changed: everybody signs anew.
        assert not make.sign(ident, cast["worker"])
        assert not make.sign(ident, cast["safety_manager"])
        turns = [n.audience_id for n in all_of(Notice) if n.kind == "commitment.turn"]
        # Twice the next level, for what it would have signed was changed; then the principal.
        wanted = ("safety_manager", "safety_manager", "plant_manager")
        assert turns == [cast.accounts[who] for who in wanted]
        db.session.rollback()
        assert make.sign(ident, cast["plant_manager"])
        found = queries.get_commitment(ident, cast["city_officer"])
        assert (found.status, found.first_published_at) == (CommitmentState.PUBLISHED, MONDAY)
        assert [s.level_name for s in found.signatures] == found.standard.levels
        assert found.operation_count == 2
        assert month(cast) == (1, 1, 0, 0)
        db.session.rollback()
        with pytest.raises(Conflict), transaction():
            make.begun(cast.plant_id, cast["worker"])


def test_a_correction_stands_beside_what_is_published_until_it_is_signed(cast, plant):
    with clock.frozen(MONDAY):
        ident = begin(cast)
        for who in ("worker", "safety_manager", "plant_manager"):
            make.sign(ident, cast[who])
    with clock.frozen(CUTOFF + timedelta(hours=4)):
        with pytest.raises(InvalidInput), transaction():
            service.correct(queries.get_commitment(ident, SYSTEM), cast["worker"], reason="")
        with transaction():
            first = queries.get_commitment(ident, cast["worker"])
            second = service.correct(first, cast["worker"], reason="A third hot work").id
        with transaction():
            draft = queries.get_commitment(second, cast["worker"], for_update=True)
            service.edit(draft, cast["worker"], make.content(operations={Operation.HOT_WORK: 3}))
        assert queries.get_commitment(ident, SYSTEM).status is CommitmentState.PUBLISHED
        for who in ("worker", "safety_manager", "plant_manager"):
            make.sign(second, cast[who])
        assert queries.get_commitment(ident, SYSTEM).status is CommitmentState.REPLACED
        # As timely as what it corrects.
        assert month(cast) == (1, 1, 0, 0)
        assert [r.revision for r in queries.revisions(queries.get_commitment(ident, SYSTEM), SYSTEM)] == [2, 1]  # fmt: skip


def test_the_hour_passes_once_for_everybody_and_a_late_one_makes_it_up(cast, plant):
    with clock.frozen(CUTOFF):
        assert (jobs.watch(CUTOFF), all_of(CommitmentMissed)) == (0, [])
        db.session.rollback()
    later = CUTOFF + timedelta(minutes=5)
    with clock.frozen(later):
        assert jobs.watch(later) == 1
        assert jobs.watch(later) == 0
        told = [(n.kind, n.audience_id, n.params) for n in all_of(Notice) if "missed" in n.kind]
        assert [(kind, ident) for kind, ident, _params in told] == [
            ("commitment.missed", cast.plant_id),
            ("commitment.missed_many", cast.accounts["district_officer"]),
        ]
        assert told[1][2]["count"] == "1"
        assert month(cast) == (1, 0, 0, 1)
        db.session.rollback()
        ident = begin(cast)
        for who in ("worker", "safety_manager", "plant_manager"):
            make.sign(ident, cast[who])
        assert month(cast) == (1, 0, 1, 0)
        [missed] = all_of(CommitmentMissed)
        assert missed.made_up_at == later


def test_a_rest_day_is_a_commitment_and_no_day_for_hot_work(cast, plant):
    with clock.frozen(MONDAY):
        ident = begin(cast)
        with pytest.raises(InvalidInput, match="choose another state"), transaction():
            draft = queries.get_commitment(ident, cast["worker"], for_update=True)
            service.edit(draft, cast["worker"], make.content(production=Production.REST))
        with transaction():
            draft = queries.get_commitment(ident, cast["worker"], for_update=True)
            rest = make.content(production=Production.REST, operations={})
            service.edit(draft, cast["worker"], rest)
        assert queries.get_commitment(ident, SYSTEM).production is Production.REST


def test_the_sector_decides_and_a_hand_that_gave_a_reason_stays(cast):
    make.owes_daily(cast.plant_id)
    # What nobody has confirmed yet (certainty L) is nobody's duty by itself.
    assert jobs.enrol(clock.now()) == 0
    tomorrow = clock.now() + clock.DAY
    make.yearly_for_all(cast["section_chief"], clock.day_of(tomorrow))
    with clock.frozen(tomorrow):
        assert jobs.enrol(tomorrow) == 2
        assert jobs.enrol(tomorrow) == 0
        assert make.setting_of(cast.plant_id).standard_code == make.DAILY
        other = make.setting_of(cast.other_plant_id)
        assert (other.standard_code, other.is_manual) == ("GENERAL_YEARLY", False)
        db.session.rollback()
        decide_by_hand(cast)


def decide_by_hand(cast):
    with pytest.raises(Forbidden), transaction():
        plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
        arranging.override(plant, cast["district_officer"], code="", reason="x")
    with transaction():
        plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
        arranging.override(plant, cast["section_chief"], code=None, reason="")
    assert make.setting_of(cast.plant_id).standard_code == "GENERAL_YEARLY"


def test_the_safety_manager_arranges_who_signs_but_for_what_the_principal_signs(cast, plant):
    with transaction():
        setting = make.setting_of(plant)
        arranging.add_signer(
            setting, cast["plant_manager"], level=0, post="Tanks",
            account_id=cast.accounts["plant_manager"],
        )  # fmt: skip
        own = setting.signers[-1].id
    manager = cast["safety_manager"]
    with transaction():
        setting = make.setting_of(plant)
        person = {"level": 0, "account_id": cast.accounts["worker"]}
        mine = arranging.add_signer(setting, manager, post="Store", **person).id
        arranging.remove_signer(setting, manager, mine)
        for refused in (
            lambda: arranging.remove_signer(setting, manager, own),
            lambda: arranging.add_signer(
                setting, manager, level=1, post="Yard", account_id=cast.accounts["plant_manager"]
            ),
            lambda: arranging.add_signer(setting, cast["worker"], post="Mine", **person),
            lambda: arranging.renew_key(setting, manager),
        ):
            with pytest.raises(Forbidden):
                refused()
        assert own in {s.id for s in setting.signers}


def test_a_new_version_begins_later_and_changes_no_commitment_of_before(cast, plant):
    with clock.frozen(MONDAY):
        ident = begin(cast)
        old = standards.in_force(MONDAY.date())[make.DAILY]
        values = {
            "code": old.code, "name": old.name, "period": old.period, "due_days": 0,
            "industries": old.industries, "traits": old.traits, "due_minute": 540,
            "levels": ["Team", "Principal"], "parts": [Part.OPERATIONS], "statement": "New",
            "source": "Local notice", "certainty": old.certainty,
        }  # fmt: skip
        db.session.rollback()
        with pytest.raises(InvalidInput), transaction():
            standards.add_version(
                cast["section_chief"], standards.Version(**values, effective_from=MONDAY.date())
            )
        tomorrow = MONDAY.date() + clock.DAY
        with transaction():
            standards.add_version(
                cast["section_chief"], standards.Version(**values, effective_from=tomorrow)
            )
        assert standards.in_force(MONDAY.date())[make.DAILY].due_minute == 600
        assert standards.in_force(tomorrow)[make.DAILY].due_minute == 540
        assert queries.get_commitment(ident, SYSTEM).standard.due_minute == 600


def test_of_an_officer_who_has_left_those_of_the_district_hear(cast, plant):
    with transaction():
        administration.deactivate(
            accounts.get_account(cast.accounts["district_officer"], SYSTEM), SYSTEM
        )
    later = CUTOFF + timedelta(minutes=5)
    with clock.frozen(later):
        jobs.watch(later)
    told = [n for n in all_of(Notice) if n.kind == "commitment.missed_many"]
    assert [n.params["count"] for n in told] == ["1"]
    assert cast.accounts["section_chief"] in frozenset().union(*recipients(told).values())


def test_what_is_signed_while_the_hour_is_looked_at_counts_once(app, cast, plant):
    """Whichever comes first: kept in mind as late, and never missing beside it."""
    for day in range(4):
        late = CUTOFF + day * clock.DAY + timedelta(minutes=5)
        with clock.frozen(late - timedelta(hours=1)):
            ident = begin(cast)
            for who in ("worker", "safety_manager"):
                make.sign(ident, cast[who])
        results = race(
            app, partial(sign_at, late, ident, cast["plant_manager"]), partial(look, late)
        )
        assert results == [None, None]
        assert month(cast) == (day + 1, 0, day + 1, 0)
        assert all(missed.made_up_at for missed in all_of(CommitmentMissed))
        db.session.rollback()


def sign_at(now, ident, actor):
    with clock.frozen(now):
        commitment = queries.get_commitment(ident, actor, for_update=True)
        setting = make.setting_of(commitment.enterprise_id)
        assert service.sign(commitment, setting, actor, typed=actor.name)


def look(now):
    with clock.frozen(now):
        missing.note(standards.in_force(now.date())[make.DAILY], now.date(), now, 0, 500)


def test_a_correction_of_a_past_day_says_what_the_ledgers_said_then(cast, plant):
    with clock.frozen(MONDAY):
        make_hazard(cast, HazardState.GRADED, grade=Grade.MAJOR)
        ident = begin(cast)
        for who in ("worker", "safety_manager", "plant_manager"):
            make.sign(ident, cast[who])
        assert queries.get_commitment(ident, SYSTEM).majors == 1
    with clock.frozen(MONDAY + timedelta(days=3)):
        make_hazard(cast, HazardState.GRADED, grade=Grade.MAJOR)
        with transaction():
            row = queries.get_commitment(ident, cast["worker"], for_update=True)
            second = service.correct(row, cast["worker"], reason="A slip").id
        with transaction():
            row = queries.get_commitment(second, cast["worker"], for_update=True)
            service.edit(row, cast["worker"], make.content(starts=2))
        assert queries.get_commitment(second, SYSTEM).majors == 1
