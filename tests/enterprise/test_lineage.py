"""Mergers and splits: two persons, nothing lost, nothing undone."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from supervision.account import administration
from supervision.account import queries as accounts
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.scope import unscoped
from supervision.enterprise import duplicates, lineage, queries, service
from supervision.enterprise.duplicate_rules import PairState
from supervision.enterprise.models import RollStatus
from supervision.enterprise.uscc import demo_uscc
from supervision.hazard import panels as hazards
from supervision.hazard import service as tickets
from supervision.slices import slices
from tests.factories.hazards import finding
from tests.factories.roll import propose_merger, twin


def carry_out(cast, row_id, name, who="section_chief"):
    with transaction():
        row = lineage.get_restructuring(row_id, cast[who])
        made = lineage.approve(row, cast[who], typed_name=name, follow=administration.follow)
        return [one.id for one in made]


def found_at(cast, plant_id):
    """The id of a hazard at a plant."""
    with transaction():
        plant = queries.get_enterprise(plant_id, SYSTEM)
        return tickets.report(plant, cast["district_officer"], finding()).id


def merged(cast):
    """The other plant is absorbed by the plant; the id of the merger."""
    row = propose_merger(cast, cast.other_plant_id, cast.plant_id, "district_officer")
    carry_out(cast, row, "Invented Plant 2")
    return row


def test_the_absorbed_file_points_to_the_one_that_goes_on(cast):
    merged(cast)
    absorbed = queries.get_enterprise(cast.other_plant_id, SYSTEM)
    assert absorbed.roll_status is RollStatus.MERGED
    assert absorbed.merged_into_id == cast.plant_id
    actions = unscoped(db.select(AuditEntry.action), reason="a test looks")
    assert {"restructuring.propose", "restructuring.approve"} <= set(db.session.scalars(actions))


def test_records_stay_where_they_were_made_and_the_survivors_story_tells_them(cast, pages):
    hazard = found_at(cast, cast.other_plant_id)
    merged(cast)
    told = pages.get("plant_manager", f"/enterprises/{cast.plant_id}").get_data(as_text=True)
    assert f"/hazards/{hazard}" in told
    assert "Invented Plant 2" in told
    own = hazards.timeline(cast.plant_id, SYSTEM, None, 10)
    assert not list(own)


def test_the_people_of_both_may_open_both(cast, pages):
    merged(cast)
    for who in ("plant_manager", "other_plant"):
        for plant in (cast.plant_id, cast.other_plant_id):
            assert pages.get(who, f"/enterprises/{plant}").status_code == 200
    person = accounts.get_account(cast.accounts["other_plant"], SYSTEM)
    assert {m.enterprise_id for m in person.memberships} == {cast.plant_id, cast.other_plant_id}


def test_whoever_proposed_it_cannot_carry_it_out(cast):
    row = propose_merger(cast, cast.other_plant_id, cast.plant_id, "section_chief")
    with pytest.raises(Forbidden):
        carry_out(cast, row, "Invented Plant 2")
    with pytest.raises(Forbidden):
        carry_out(cast, row, "Invented Plant 2", "district_officer")
    assert queries.get_enterprise(cast.other_plant_id, SYSTEM).merged_into_id is None


def test_the_name_has_to_be_typed_as_it_is(cast):
    row = propose_merger(cast, cast.other_plant_id, cast.plant_id, "district_officer")
    for name in ("", "Invented Plant 1", "invented plant 2"):
        with pytest.raises(InvalidInput):
            carry_out(cast, row, name)


def test_what_merged_is_out_of_reach_of_every_other_change(cast):
    merged(cast)
    with pytest.raises(InvalidInput), transaction():
        service.set_roll_status(
            queries.get_enterprise(cast.other_plant_id, SYSTEM),
            SYSTEM,
            RollStatus.IN_PRODUCTION,
            reason="back",
        )
    with pytest.raises(InvalidInput), transaction():
        service.set_roll_status(cast.plant, SYSTEM, RollStatus.MERGED, reason="by hand")
    with pytest.raises(Conflict):
        propose_merger(cast, cast.plant_id, cast.other_plant_id, "district_officer")
    with pytest.raises(IntegrityError), transaction():
        queries.get_enterprise(cast.other_plant_id, SYSTEM).merged_into_id = None


def test_a_proposal_across_districts_needs_somebody_who_sees_both(cast, pages):
    url = f"/enterprises/{cast.plant_id}/merge"
    far = demo_uscc("330113", 3)
    data = {"survivor": far, "reason": "Decision 7"}
    assert pages.post("district_officer", url, data).status_code == 422
    assert pages.post("city_officer", url, data).status_code == 302


def test_a_chain_of_mergers_is_followed_to_its_beginning(cast):
    third, _pair = twin(cast, cast.other_plant_id, 61)
    row = propose_merger(cast, third, cast.other_plant_id, "district_officer")
    carry_out(cast, row, "Invented Plant 2 Co")
    merged(cast)
    before = lineage.predecessors(cast.plant_id, SYSTEM)
    assert [one.id for one in before] == [cast.other_plant_id, third]


def test_a_merger_settles_the_pair_that_it_came_from(cast):
    other, pair = twin(cast, cast.plant_id, 62)
    row = propose_merger(cast, other, cast.plant_id, "district_officer")
    carry_out(cast, row, "Invented Plant 1 Co")
    assert duplicates.get_pair(pair, SYSTEM).status is PairState.MERGED
    with transaction():
        assert duplicates.look(other - 1)[0] == 0


def parts(*serials):
    return [
        {
            "uscc": demo_uscc("330110", serial),
            "name": f"Part {serial}",
            "region_code": "330110001",
            "address": "1 Part Road",
            "industry_code": "3311",
            "size_class": "small",
            "headcount": 10,
            "legal_representative": "L",
            "principal": "P",
        }
        for serial in serials
    ]


def propose_split(cast, *serials, goes_on=False):
    with transaction():
        return lineage.propose_split(
            cast.plant, parts(*serials), cast["district_officer"], goes_on=goes_on, reason="D 8"
        ).id


def test_a_split_makes_files_that_lead_back(cast, pages):
    row = propose_split(cast, 81, 82)
    made = carry_out(cast, row, "Invented Plant 1")
    assert len(made) == 2
    assert cast.plant.roll_status is RollStatus.SPLIT
    for one in made:
        assert [p.id for p in lineage.predecessors(one, SYSTEM)] == [cast.plant_id]
        assert pages.get("plant_manager", f"/enterprises/{one}").status_code == 200


def test_an_enterprise_that_goes_on_after_a_split_stays_in_production(cast):
    carry_out(cast, propose_split(cast, 83, goes_on=True), "Invented Plant 1")
    assert cast.plant.roll_status is RollStatus.IN_PRODUCTION


def test_a_part_that_does_not_fit_is_refused_before_anybody_approves(cast):
    for bad in ([*parts(84), *parts(84)], parts(84), [*parts(84), *parts(2)]):
        with pytest.raises(InvalidInput), transaction():
            lineage.propose_split(
                cast.plant, bad, cast["district_officer"], goes_on=False, reason="D 8"
            )


def test_an_enterprise_reads_nothing_of_what_is_only_proposed(cast):
    row = propose_merger(cast, cast.other_plant_id, cast.plant_id, "district_officer")
    with pytest.raises(NotFound):
        lineage.get_restructuring(row, cast["plant_manager"])


def test_a_refused_proposal_leaves_the_way_to_another(cast):
    row = propose_merger(cast, cast.other_plant_id, cast.plant_id, "district_officer")
    with pytest.raises(Conflict):
        propose_merger(cast, cast.other_plant_id, cast.plant_id, "district_officer")
    with transaction():
        found = lineage.get_restructuring(row, cast["section_chief"])
        lineage.refuse(found, cast["section_chief"], note="No decision attached")
    assert propose_merger(cast, cast.other_plant_id, cast.plant_id, "district_officer") != row


def test_the_preview_counts_what_hangs_on_the_file(cast, pages):
    found_at(cast, cast.plant_id)
    assert lineage.holdings(cast.plant_id)["hazard"] == 1
    page = pages.get("district_officer", f"/enterprises/{cast.plant_id}/merge")
    assert "Hazards" in page.get_data(as_text=True)


def test_one_slice_gives_the_first_account_and_one_lets_people_follow():
    assert len([m for m in slices() if m.welcome]) == len([m for m in slices() if m.follow]) == 1
