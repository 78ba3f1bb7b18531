"""From the evidence to the closure: what is needed, who decides, which days run."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from supervision.casefile import closing, decision, evidence, queries
from supervision.casefile.counters import Level
from supervision.casefile.rules import DecisionState, EvidenceKind, PenaltyKind
from supervision.casefile.workflow import CaseState as S
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.clocks import ClockOutcome
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Notice
from supervision.order.rules import ServiceMethod
from supervision.statute.impact import impact_of
from supervision.statute.rules import ChangeKind
from tests.factories.cases import (
    at,
    exhibit,
    load_case,
    make_case,
    proposal,
    service_of,
)
from tests.papers import said

OFFICER, CHIEF = "district_officer", "section_chief"


def act(cast, case_id, verb, who, *args, **data):
    with transaction():
        verb(load_case(case_id, cast[who]), cast[who], *args, **data)


def papers_of(case_id):
    return [paper.kind.value for paper in load_case(case_id).papers]


def test_nothing_is_decided_before_the_filing_is_approved(cast, district):
    case_id = make_case(cast, S.SUBMITTED)
    with pytest.raises(Conflict):
        act(cast, case_id, decision.propose, OFFICER, proposal())


def test_nothing_is_closed_before_the_receipt_and_the_execution(cast, district):
    for state in (S.DECIDED, S.SERVED):
        case_id = make_case(cast, state)
        with pytest.raises(Conflict):
            act(cast, case_id, closing.ask_close, OFFICER, opinion="x")
    assert "SERVICE_RECEIPT" in papers_of(case_id)


def test_whoever_proposes_does_not_decide_nor_close(cast, district):
    case_id = make_case(cast, S.PROPOSED)
    for who in (OFFICER, "city_officer"):
        with pytest.raises(Forbidden):
            act(cast, case_id, decision.decide, who)
    closing_id = make_case(cast, S.CLOSING)
    with pytest.raises(Forbidden):
        act(cast, closing_id, closing.close, OFFICER, opinion="x")


def test_a_case_from_its_filing_to_its_closure_with_every_paper_and_clock(cast, district):
    """Monday 2 November 2026; working days by the table that ships."""
    with clock.frozen(at(2026, 11, 2, 9, 0)):
        case_id = make_case(cast, S.DECIDED)
    case = load_case(case_id)
    # Penalty Law, art. 61 and 85: seven working days; Work Safety Law, art. 78 likewise.
    assert case.clock("SERVICE").due_on == date(2026, 11, 11)
    assert case.clock("PUBLISH").due_on == date(2026, 11, 11)
    assert case.clock("CASE_DECISION") is None
    with clock.frozen(at(2026, 11, 4, 10, 0)):
        act(cast, case_id, decision.serve, OFFICER, service_of())
        # Art. 67: fifteen days from receipt, days of rest included.
        assert load_case(case_id).clock("PAY").due_on == date(2026, 11, 19)
        data = {"published_on": date(2026, 11, 4), "where": "Website of the authority"}
        act(cast, case_id, decision.publish, OFFICER, **data)
    with clock.frozen(at(2026, 11, 20, 10, 0)):
        paid = {"executed_on": date(2026, 11, 20), "execution": "Paid, one day late"}
        act(cast, case_id, closing.execute, OFFICER, **paid)
        act(cast, case_id, closing.ask_close, OFFICER, opinion="All done")
        act(cast, case_id, closing.close, CHIEF, opinion="Agreed")
    case = load_case(case_id)
    assert case.status is S.CLOSED
    assert papers_of(case_id) == ["CASE_FILING", "PENALTY", "SERVICE_RECEIPT", "CASE_CLOSE"]
    outcomes = {c.code: c.outcome for c in case.clocks}
    assert outcomes == {
        "CASE_DECISION": ClockOutcome.MET,
        "SERVICE": ClockOutcome.MET,
        "PUBLISH": ClockOutcome.MET,
        "PAY": ClockOutcome.MISSED,
    }
    # 30,000 yuan as a paper writes them.
    assert "30000\u5143" in said(case.papers[1].document)
    receipt = case.papers[2].document
    assert receipt.data["papers"][0]["number"] == case.decisions[0].number
    assert case.papers[3].document.data["execution"] == "Paid, one day late"


def test_papers_are_in_chinese_whatever_the_officer_reads(cast, district):
    case_id = make_case(cast, S.FILED)
    act(cast, case_id, evidence.issue_list, OFFICER)
    listed = load_case(case_id).papers[-1].document.data["items"]
    assert listed[0]["kind"] != "Record of inspection or of the site"
    assert any("\u4e00" <= char <= "\u9fff" for char in listed[0]["kind"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fine_yuan": None}, "fine_yuan"),
        ({"penalties": [PenaltyKind.WARNING]}, "fine_yuan"),
        ({"penalties": [PenaltyKind.WARNING], "fine_yuan": None, "basis": ""}, "basis"),
        (
            {"penalties": [PenaltyKind.STOP_PRODUCTION], "fine_yuan": None},
            "legal_reviewer",
        ),
        ({"needs_review": True}, "legal_reviewer"),
        ({"legal_reviewer": "L. Section"}, "legal_review_on"),
    ],
)
def test_a_proposal_is_complete_and_reviewed_where_the_law_asks(cast, district, changes, field):
    """Penalty Law, art. 58: what bears on major rights goes past the legal section first."""
    case_id = make_case(cast, S.FILED)
    with pytest.raises(InvalidInput) as refused:
        act(cast, case_id, decision.propose, OFFICER, proposal(**changes))
    assert refused.value.field == field


def test_what_a_camera_recorded_is_no_evidence_without_the_review_of_the_device(cast, district):
    """Penalty Law, art. 41."""
    case_id = make_case(cast, S.FILED)
    with transaction():
        case = load_case(case_id, cast[OFFICER])
        evidence.remove(case, cast[OFFICER], case.evidence[0], reason="Wrong paper")
        clip = exhibit(name="Clip", kind=EvidenceKind.AUDIOVISUAL, is_monitoring=True)
        evidence.add(case, cast[OFFICER], clip)
    with pytest.raises(Conflict, match="no evidence yet"):
        act(cast, case_id, decision.propose, OFFICER, proposal())
    with pytest.raises(Conflict):
        act(cast, case_id, evidence.issue_list, OFFICER)
    with transaction():
        case = load_case(case_id, cast[OFFICER])
        reviewed = exhibit(
            name="Clip",
            kind=EvidenceKind.AUDIOVISUAL,
            is_monitoring=True,
            review_reference="Review 2026-3, published on the site",
        )
        evidence.add(case, cast[OFFICER], reviewed)
    act(cast, case_id, decision.propose, OFFICER, proposal())
    act(cast, case_id, evidence.issue_list, OFFICER)
    listed = load_case(case_id).papers[-1].document.data["items"]
    # The numbers of what was taken off, or must not be used, are not given again.
    assert [item["no"] for item in listed] == [3]


def test_evidence_is_gathered_until_the_decision(cast, district):
    case_id = make_case(cast, S.DECIDED)
    with pytest.raises(Conflict):
        act(cast, case_id, evidence.add, OFFICER, exhibit())
    with pytest.raises(Forbidden):
        act(cast, make_case(cast), evidence.add, CHIEF, exhibit())


def test_a_decision_that_is_not_approved_is_proposed_anew(cast, district):
    case_id = make_case(cast, S.PROPOSED)
    act(cast, case_id, decision.reject, CHIEF, reason="Too much")
    act(cast, case_id, decision.propose, OFFICER, proposal(fine_yuan=Decimal(10000)))
    act(cast, case_id, decision.decide, CHIEF)
    case = load_case(case_id)
    assert [d.status for d in case.decisions] == [DecisionState.REJECTED, DecisionState.DECIDED]
    assert case.decision.serial == 1


def test_electronic_service_needs_a_signed_confirmation_and_lien_a_witness(cast, district):
    case_id = make_case(cast, S.DECIDED)
    for method, field in ((ServiceMethod.ELECTRONIC, "method"), (ServiceMethod.LIEN, "witness")):
        with pytest.raises(InvalidInput) as refused:
            act(cast, case_id, decision.serve, OFFICER, service_of(method=method))
        assert refused.value.field == field
    for when in (clock.now() - timedelta(days=3), clock.now() + timedelta(days=1)):
        with pytest.raises(InvalidInput) as refused:
            act(cast, case_id, decision.serve, OFFICER, service_of(served_at=when))
        assert refused.value.field == "served_at"


def test_a_case_without_a_violation_is_closed_without_a_penalty(cast, district):
    case_id = make_case(cast, S.FILED)
    act(cast, case_id, closing.drop, OFFICER, opinion="Not proven")
    act(cast, case_id, closing.refuse_close, CHIEF, reason="Look again")
    assert load_case(case_id).status is S.FILED
    act(cast, case_id, closing.drop, OFFICER, opinion="Not proven")
    act(cast, case_id, closing.close, CHIEF, opinion="Agreed")
    case = load_case(case_id)
    assert (case.status, case.outcome.value) == (S.CLOSED, "no_penalty")
    assert papers_of(case_id) == ["CASE_FILING", "CASE_CLOSE"]
    assert case.next_clock is None


def test_an_annulled_decision_stays_void_and_its_publication_is_withdrawn(cast, district):
    with clock.frozen(at(2026, 11, 2, 9, 0)):
        case_id = make_case(cast, S.SERVED)
        data = {"published_on": date(2026, 11, 2), "where": "Website"}
        act(cast, case_id, decision.publish, OFFICER, **data)
        act(cast, case_id, decision.annul, CHIEF, reason="Annulled in review")
        case = load_case(case_id)
        assert (case.status, case.decision) == (S.FILED, None)
        assert case.decisions[0].status is DecisionState.ANNULLED
        # Art. 48 and 85: three working days.
        assert case.clock("PENALTY_WITHDRAW").due_on == date(2026, 11, 5)
        assert case.clock("PAY") is None
        act(cast, case_id, decision.withdraw_publication, OFFICER)
    assert load_case(case_id).published_on is None


def test_a_closed_case_stays_closed_when_its_decision_is_annulled(cast, district):
    case_id = make_case(cast, S.CLOSED)
    act(cast, case_id, decision.annul, CHIEF, reason="Annulled by the court")
    case = load_case(case_id)
    assert (case.status, case.decisions[0].is_void) == (S.CLOSED, True)


def test_art_113_warns_one_before_and_tells_the_supervisors(cast, district):
    def told():
        kinds = db.session.scalars(db.select(Notice.kind))
        return sorted(k for k in kinds if k.startswith("case.art113"))

    make_case(cast, S.DECIDED)
    make_case(cast, S.DECIDED, major=False)
    assert told() == []
    second = make_case(cast, S.DECIDED)
    assert told() == ["case.art113_180"]
    levels = {c.code: c.level for c in queries.art113(cast.plant_id, SYSTEM, clock.today())}
    assert levels == {"ART113_180": Level.WARNING, "ART113_YEAR": Level.CALM}
    act(cast, second, decision.annul, CHIEF, reason="Annulled")
    levels = {c.level for c in queries.art113(cast.plant_id, SYSTEM, clock.today())}
    assert levels == {Level.CALM}
    make_case(cast, S.DECIDED)
    make_case(cast, S.DECIDED)
    found = {
        c.code: (c.count, c.level) for c in queries.art113(cast.plant_id, SYSTEM, clock.today())
    }
    assert found == {"ART113_180": (3, Level.REACHED), "ART113_YEAR": (3, Level.WARNING)}
    assert queries.art113(cast.other_plant_id, SYSTEM, clock.today())[0].count == 0


def test_whoever_changes_a_rule_is_told_how_many_clocks_of_cases_run_by_it(cast, district):
    make_case(cast, S.FILED)
    make_case(cast, S.FILED)
    chief = cast[CHIEF]
    touched = impact_of(ChangeKind.RULE, "CASE_DECISION", clock.today(), chief)
    assert (touched.is_used, touched.clocks) == (True, 2)
    assert impact_of(ChangeKind.RULE, "PAY", clock.today(), chief).clocks == 0
