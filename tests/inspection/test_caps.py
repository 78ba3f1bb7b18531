"""How often an enterprise may be inspected in a year, and who may pass that."""

from __future__ import annotations

import pytest

from supervision import seeds
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import DomainError, InvalidInput
from supervision.core.statutory import Certainty
from supervision.enterprise import queries as enterprises
from supervision.inspection import caps, queries, rules, service
from supervision.inspection.models import FrequencyCap
from supervision.inspection.workflow import InspectionKind, InspectionState
from tests.factories.inspections import load, make_inspection, prepare
from tests.security.test_races import race

S = InspectionState


def row(times, region="330110", industry="", *, is_key=False, level=0):
    return FrequencyCap(
        year=clock.today().year,
        region_code=region,
        industry=industry,
        is_key=is_key,
        level=level,
        times=times,
        published_on=clock.today(),
        source="Published list",
        certainty=Certainty.MEDIUM,
    )


def publish(*rows):
    with transaction():
        db.session.add_all(rows)


def act(cast, who, ident, step, **kwargs):
    with transaction():
        found = queries.get_inspection(ident, cast[who], lock=True)
        getattr(service, step)(found, cast[who], **kwargs)


@pytest.mark.parametrize(
    ("rows", "is_key", "expected"),
    [
        ([], False, None),
        ([row(9, region="330113")], False, None),
        ([row(4, region="3301"), row(2)], False, 2),
        ([row(2), row(3, industry="C"), row(5, industry="33")], False, 5),
        ([row(2), row(3, industry="C")], False, 3),
        ([row(2), row(1, industry="34")], False, 2),
        ([row(2), row(6, is_key=True)], True, 6),
        ([row(2), row(6, is_key=True)], False, 2),
        ([row(6, is_key=True), row(9, industry="33")], True, 6),
        ([row(2), row(8, level=1)], False, 2),
        ([row(8, region="3301", is_key=True, industry="33"), row(2)], True, 2),
    ],
)
def test_the_most_specific_row_decides(rows, is_key, expected):
    """Longest region, then the class of enterprise, then the industry (FACTS 2.3)."""
    found = rules.cap_for(rows, "330110001", "3311", is_key=is_key)
    assert (found.times if found else None) == expected


def test_beyond_the_cap_it_is_not_even_asked_for_without_a_reason(app, cast):
    prepare(cast)
    publish(row(1))
    make_inspection(cast, S.RECORDED)
    second = make_inspection(cast)
    with pytest.raises(InvalidInput, match="1 of 1") as refused:
        act(cast, "district_officer", second, "submit")
    assert refused.value.field == "over_cap_reason"


def test_with_its_reason_it_is_asked_for_approved_and_stands_in_the_history(app, cast):
    prepare(cast)
    publish(row(1))
    make_inspection(cast, S.APPROVED)
    second = make_inspection(cast, S.APPROVED, over_cap_reason="A serious clue")
    found = load(second, cast["auditor"])
    approval = next(e for e in queries.history(second, cast["auditor"]) if e.action == "approve")
    assert found.status is S.APPROVED
    known = (approval.data["cap"], approval.data["used_before"], approval.data["over_cap_reason"])
    assert known == ("1", "1", "A serious clue")


def test_what_is_exempt_cancelled_or_no_administrative_inspection_does_not_count(app, cast):
    prepare(cast)
    publish(row(1))
    with transaction():
        seeds.load_exemptions()
    exempt = make_inspection(cast, S.APPROVED, exemption="COMPLAINT")
    make_inspection(cast, S.RECORDED, kind=InspectionKind.PATROL)
    gone = make_inspection(cast, S.APPROVED)
    act(cast, "district_officer", gone, "cancel", reason="Rain")
    plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
    assert caps.usage(plant, clock.today().year).used == 0
    assert load(exempt, cast["auditor"]).exemption == "COMPLAINT"
    make_inspection(cast, S.APPROVED)
    assert caps.usage_of_many([plant], clock.today().year)[plant.id] == rules.Usage(
        clock.today().year, 1, 1
    )


def test_what_was_cancelled_after_it_had_begun_counts_all_the_same(app, cast):
    prepare(cast)
    begun = make_inspection(cast, S.ONGOING)
    act(cast, "district_officer", begun, "cancel", reason="Nothing to be found")
    plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
    assert caps.usage(plant, clock.today().year).used == 1


def test_an_exemption_that_nobody_published_is_refused(app, cast):
    prepare(cast)
    with pytest.raises(InvalidInput, match="not in force"):
        make_inspection(cast, exemption="WHIM")


def test_a_cap_that_was_lowered_meanwhile_stops_the_approval(app, cast):
    prepare(cast)
    publish(row(2))
    first, second = make_inspection(cast, S.SUBMITTED), make_inspection(cast, S.SUBMITTED)
    set_cap(1)
    act(cast, "section_chief", first, "approve")
    with pytest.raises(InvalidInput, match="1 of 1"):
        act(cast, "section_chief", second, "approve")


def test_of_two_approvals_at_once_one_takes_the_last_place(app, cast):
    prepare(cast)
    publish(row(99))
    for number in (1, 2, 3):
        first, second = make_inspection(cast, S.SUBMITTED), make_inspection(cast, S.SUBMITTED)
        set_cap(granted(cast) + 1)
        results = race(
            app,
            *(
                lambda i=ident: service.approve(
                    queries.get_inspection(i, cast["section_chief"], lock=True),
                    cast["section_chief"],
                )
                for ident in (first, second)
            ),
        )
        assert sorted(type(r).__name__ for r in results) == ["InvalidInput", "NoneType"]
        assert granted(cast) == number
        set_cap(99)


def granted(cast):
    plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
    used = caps.usage(plant, clock.today().year, states=caps.GRANTED).used
    db.session.rollback()
    return used


def set_cap(times):
    with transaction():
        db.session.scalars(db.select(FrequencyCap)).one().times = times


def test_the_form_and_the_file_say_how_much_is_used(pages, cast):
    prepare(cast)
    publish(row(3))
    make_inspection(cast, S.RECORDED)
    for url in (
        f"/inspections/new/{cast.plant_id}",
        f"/enterprises/{cast.plant_id}/tabs/inspections",
    ):
        page = pages.get("district_officer", url).get_data(as_text=True)
        assert f"{clock.today().year}: 1 of 3 used" in page, url
    own = pages.get("plant_manager", f"/enterprises/{cast.plant_id}/tabs/inspections")
    assert "of 3 used" not in own.get_data(as_text=True)


def test_the_reason_is_asked_for_where_the_button_is(pages, cast):
    prepare(cast)
    publish(row(1))
    make_inspection(cast, S.RECORDED)
    second = make_inspection(cast)
    answer = pages.post("district_officer", f"/inspections/{second}/submit")
    assert answer.status_code == 422
    assert "The cap of" in answer.get_data(as_text=True)
    with pytest.raises(DomainError):
        act(cast, "district_officer", second, "submit")
