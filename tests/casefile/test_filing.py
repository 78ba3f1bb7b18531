"""Up to the filing: two certified handlers, another who approves, a number of its own."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from supervision.casefile import service
from supervision.casefile.models import Case
from supervision.casefile.rules import CaseSource
from supervision.casefile.workflow import CaseState as S
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from tests.factories.authorities import certify
from tests.factories.cases import at, build_case, draft, load_case, make_case
from tests.factories.hazards import make_hazard


def act(cast, case_id, verb, who, **data):
    with transaction():
        verb(load_case(case_id, cast[who]), cast[who], **data)


def test_a_filing_gets_its_number_paper_and_clock_with_the_approval(cast, district):
    with clock.frozen(at(2026, 11, 2, 9, 0)):
        case_id = make_case(cast, S.SUBMITTED)
        assert load_case(case_id).number is None
        act(cast, case_id, service.approve_filing, "section_chief", opinion="Agreed")
    case = load_case(case_id)
    assert (case.serial, case.year) == (1, 2026)
    assert case.number.endswith("\u30142026\u30151\u53f7")
    assert [p.kind.value for p in case.papers] == ["CASE_FILING"]
    data = case.papers[0].document.data
    assert data["handler_opinion"]["text"] == "To be filed"
    assert data["approval_opinion"] == {
        "text": "Agreed",
        "by": "Section Chief",
        "on": "2026-11-02",
    }
    # Penalty Law, art. 60: 90 days from filing, days of rest included.
    assert case.clock("CASE_DECISION").due_on == date(2027, 1, 31)


def test_each_filing_counts_on_and_a_refused_one_takes_no_number(cast, district):
    first = make_case(cast, S.FILED)
    refused = make_case(cast, S.SUBMITTED)
    act(cast, refused, service.refuse, "section_chief", reason="No violation")
    second = make_case(cast, S.FILED)
    assert [load_case(i).serial for i in (first, refused, second)] == [1, None, 2]
    assert load_case(refused).status is S.NOT_FILED


def test_whoever_handles_a_case_does_not_approve_its_filing(cast, district):
    certify(cast, "section_chief", district)
    handled = [cast.accounts[w] for w in ("district_officer", "section_chief")]
    case_id = make_case(cast, S.SUBMITTED, officer_ids=handled)
    with pytest.raises(Forbidden, match="handles"):
        act(cast, case_id, service.approve_filing, "section_chief", opinion="Fine")


def test_who_wrote_in_a_case_and_handles_it_no_more_approves_nothing_of_it(cast, district):
    certify(cast, "section_chief", district)
    handled = [cast.accounts[w] for w in ("district_officer", "section_chief")]
    case_id = make_case(cast, S.DRAFT, officer_ids=handled)
    others = [cast.accounts[w] for w in ("district_officer", "city_officer")]
    given = draft(cast, cause="Harder", officer_ids=others)
    act(cast, case_id, service.edit, "section_chief", draft=given)
    act(cast, case_id, service.submit, "district_officer", opinion="File it")
    assert cast.accounts["section_chief"] not in load_case(case_id).handler_ids
    with pytest.raises(Forbidden, match="handles"):
        act(cast, case_id, service.approve_filing, "section_chief", opinion="Fine")


def test_the_database_too_refuses_an_approver_who_opened_the_case(cast, district):
    case_id = make_case(cast, S.FILED)
    with pytest.raises(IntegrityError), transaction():
        case = load_case(case_id)
        case.filed_by_id = case.created_by_id


def test_only_its_officers_take_a_case_further(cast, district):
    case_id = make_case(cast)
    with pytest.raises(Forbidden, match="officers of the case"):
        act(cast, case_id, service.submit, "section_chief", opinion="x")
    with pytest.raises(Conflict):
        act(cast, make_case(cast, S.FILED), service.submit, "district_officer", opinion="x")


@pytest.mark.parametrize("who", [["district_officer"], ["district_officer", "section_chief"]])
def test_two_certified_officers_handle_a_case(cast, district, who):
    """The section chief holds no certificate in this story."""
    with pytest.raises(InvalidInput):
        make_case(cast, officer_ids=[cast.accounts[name] for name in who])


def test_what_another_enterprise_did_is_not_in_the_case(cast, district):
    hazard_id = make_hazard(cast)
    with pytest.raises(InvalidInput) as refused, transaction():
        build_case(
            cast.other_plant_id,
            S.DRAFT,
            cast["district_officer"],
            cast["section_chief"],
            cast,
            hazard_ids=[hazard_id],
        )
    assert refused.value.field == "hazard_ids"


def test_an_order_that_was_not_complied_with_is_named(cast, district):
    with pytest.raises(InvalidInput) as refused:
        make_case(cast, source=CaseSource.ORDER)
    assert refused.value.field == "order_id"


def test_a_draft_is_returned_written_anew_or_withdrawn(cast, district):
    case_id = make_case(cast, S.SUBMITTED)
    act(cast, case_id, service.send_back, "section_chief", reason="Say more")
    assert load_case(case_id).status is S.DRAFT
    act(cast, case_id, service.edit, "city_officer", draft=draft(cast, cause="Another cause"))
    case = load_case(case_id)
    assert (case.cause, case.hazards) == ("Another cause", [])
    act(cast, case_id, service.withdraw, "district_officer", reason="Settled otherwise")
    assert load_case(case_id).status is S.WITHDRAWN


def test_an_enterprise_never_sees_a_case(cast, district):
    from supervision.core.db import db
    from supervision.core.scope import visible

    make_case(cast, S.FILED)
    assert db.session.scalars(visible(Case, cast["plant_manager"])).all() == []
    assert len(db.session.scalars(visible(Case, SYSTEM)).all()) == 1
