"""The demonstration's data: all states, both districts, and nothing twice."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from sqlalchemy import func, select

from supervision.account import service as accounts
from supervision.account.models import Account
from supervision.account.roles import Role
from supervision.authority.models import Authority, OfficerCertificate
from supervision.casefile import queries as cases
from supervision.casefile.counters import Level, worst
from supervision.casefile.models import Case
from supervision.casefile.workflow import CaseState
from supervision.commitment.models import Commitment, CommitmentMissed
from supervision.core import audit, clock, documents
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db
from supervision.core.documents.models import Document
from supervision.core.errors import InvalidInput
from supervision.core.notices import Notice
from supervision.core.scope import unscoped, visible
from supervision.demo import after, cameras, people
from supervision.demo.build import FIRST_SERIAL, build, enterprise_rows
from supervision.demo.streams import address
from supervision.dutylist.models import DutyDone, SupervisionDone
from supervision.enterprise.models import Enterprise
from supervision.enterprise.uscc import uscc_problems
from supervision.hazard.listing_models import HazardListing
from supervision.hazard.listing_workflow import ListingState
from supervision.hazard.models import Hazard, HazardEvent, HazardExtension
from supervision.hazard.rules import Grade, Source
from supervision.hazard.workflow import ExtensionState, HazardState
from supervision.inspection.models import Inspection
from supervision.inspection.workflow import InspectionKind, InspectionState
from supervision.order.models import Order, OrderExtension
from supervision.order.workflow import OrderExtensionState, OrderKind, OrderState, Outcome
from supervision.plan.models import AnnualPlan
from supervision.plan.workflow import PlanState
from supervision.report.models import MonthlyPackage
from supervision.returns.models import PeriodReturn
from supervision.returns.workflow import ReturnState
from supervision.score.models import Score
from supervision.score.rules import Colour
from supervision.selfcheck.models import CheckRound, ZeroReport
from supervision.selfcheck.workflow import RoundState
from supervision.video.models import Camera, VisionNode
from tests.cast import Cast


def everything(model, *columns):
    return db.session.execute(visible(model, SYSTEM, *columns)).all()


def rows_of(*models) -> list[int]:
    counted = [
        db.session.scalar(unscoped(select(func.count(m.id)), reason="a test counts"))
        for m in models
    ]
    db.session.rollback()
    return counted


def test_the_whole_demonstration(app, monkeypatch):
    """One build, looked at from all sides: it takes many seconds, so it is made once."""
    _killed_in_the_middle_nothing_is_left(monkeypatch)
    _the_commands_build_and_list_the_accounts(app, monkeypatch)
    _every_state_source_and_grade_is_there()
    _extensions_of_every_kind()
    _half_a_year_ends_today()
    _codes_are_valid_and_of_two_districts()
    _each_sees_only_what_is_theirs()
    _the_history_hangs_together()
    _the_loop_has_come_to_every_state()
    _enterprises_do_their_own_part()
    _numbers_have_no_gap()
    _papers_are_there_and_render_again()
    _the_law_is_kept()
    _a_second_run_adds_nothing()
    _finished_by_the_jobs(monkeypatch)


def _killed_in_the_middle_nothing_is_left(monkeypatch):
    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("supervision.demo.play.Play._verify", killed)
        with pytest.raises(KeyboardInterrupt):
            build()
    assert rows_of(Enterprise, Account, Hazard, AuditEntry, Authority) == [0, 0, 0, 0, 0]


def _the_commands_build_and_list_the_accounts(app, monkeypatch):
    runner = app.test_cli_runner()
    with monkeypatch.context() as patched:
        patched.setattr("supervision.demo.cli.after.finish", lambda _now: [])
        assert runner.invoke(args=["demo", "accounts"]).exit_code != 0
        built = runner.invoke(args=["demo", "build"])
        assert built.exit_code == 0, built.output
        assert "30 enterprises" in built.output
        assert "already" in runner.invoke(args=["demo", "build"]).output
    listed = runner.invoke(args=["demo", "accounts"]).output
    for username in people.SHOWN:
        assert f"{username} " in listed
    roles = {a.role for a in db.session.scalars(visible(Account, SYSTEM))}
    db.session.rollback()
    assert roles == set(Role) - {Role.NONE}


def _every_state_source_and_grade_is_there():
    found = everything(Hazard, Hazard.status, Hazard.source, Hazard.grade)
    states = Counter(row[0] for row in found)
    assert set(states) == set(HazardState)
    assert min(states.values()) >= 3
    assert {row[1] for row in found} == set(Source)
    assert {row[2] for row in found} == {*Grade, None}
    assert 230 <= len(found) <= 330


def _extensions_of_every_kind():
    stmt = visible(Hazard, SYSTEM, HazardExtension.status).join(
        HazardExtension, HazardExtension.hazard_id == Hazard.id
    )
    assert set(db.session.scalars(stmt)) == set(ExtensionState)


def _half_a_year_ends_today():
    hazards = db.session.scalars(visible(Hazard, SYSTEM)).all()
    months = {h.found_at.astimezone(clock.SHANGHAI).strftime("%Y-%m") for h in hazards}
    assert len(months) >= 6
    assert max(h.found_at for h in hazards) <= clock.now()
    assert sum(h.is_overdue for h in hazards) >= 5
    assert sum(1 for h in hazards if h.closed_on and h.due_on and h.closed_on > h.due_on) >= 10
    assert sum(1 for h in hazards if h.returned_count) >= 10


def _codes_are_valid_and_of_two_districts():
    found = everything(Enterprise, Enterprise.uscc, Enterprise.region_code)
    assert all(uscc_problems(code) == () for code, _region in found)
    assert {region[:6] for _code, region in found} == {people.DISTRICT, people.OTHER_DISTRICT}
    assert all(len(region) == 9 for _code, region in found)


def _actor(username: str):
    stmt = select(Account).where(Account.username == username)
    return accounts.to_actor(db.session.scalars(unscoped(stmt, reason="a test signs in")).one())


def _each_sees_only_what_is_theirs():
    def count(username: str) -> int:
        return db.session.scalar(visible(Hazard, _actor(username), func.count(Hazard.id)))

    everybody = count("admin")
    assert count("auditor") == count("city") == everybody
    assert count("inspector") + count("inspector2") == everybody
    assert 0 < count("inspector2") < count("inspector") < everybody
    assert count("principal") == count("safety") == count("worker") > 0
    assert count("principal") < count("inspector")
    assert accounts.sign_in("chief", people.PASSWORD, attempts=5, lockout=after.UNREAD) is not None
    db.session.rollback()


def _the_history_hangs_together():
    """Every change has its audit row at its own time, and numbers grow with time."""
    steps = rows_of(HazardEvent)[0]
    trail = db.session.scalar(
        visible(AuditEntry, SYSTEM, func.count(AuditEntry.id)).where(AuditEntry.entity == "hazard")
    )
    assert trail == steps
    entries = everything(AuditEntry, AuditEntry.id, AuditEntry.at)
    times = [at for _id, at in sorted(entries)]
    assert times == sorted(times)
    numbers = db.session.execute(
        visible(Hazard, SYSTEM, Hazard.number, func.min(HazardEvent.at))
        .join(HazardEvent, HazardEvent.hazard_id == Hazard.id)
        .where(Hazard.number.like("YH-330110-%"))
        .group_by(Hazard.number)
    ).all()
    by_number = [at for _number, at in sorted(numbers)]
    assert by_number == sorted(by_number)
    db.session.rollback()


def _the_loop_has_come_to_every_state():
    def states(model, column) -> set:
        return {row[0] for row in everything(model, column)}

    assert states(Inspection, Inspection.status) == set(InspectionState)
    assert states(Inspection, Inspection.kind) == set(InspectionKind)
    assert states(Order, Order.status) == set(OrderState) - {OrderState.APPROVED}
    assert states(Order, Order.kind) == set(OrderKind)
    assert states(Order, Order.outcome) == {None, *Outcome}
    asked = visible(Order, SYSTEM, OrderExtension.status).join(OrderExtension)
    assert set(db.session.scalars(asked)) == {
        OrderExtensionState.PENDING,
        OrderExtensionState.GRANTED,
    }
    assert states(Case, Case.status) == {CaseState.CLOSED, CaseState.SERVED, CaseState.FILED}
    assert states(HazardListing, HazardListing.status) == {
        ListingState.LISTED,
        ListingState.DELISTED,
    }
    assert PlanState.PUBLISHED in states(AnnualPlan, AnnualPlan.status)
    orders = db.session.scalars(visible(Order, SYSTEM)).all()
    assert any(order.is_overdue for order in orders)
    db.session.rollback()


def _enterprises_do_their_own_part():
    rounds = everything(CheckRound, CheckRound.status, CheckRound.missed_at)
    assert {row[0] for row in rounds} == set(RoundState)
    assert any(row[1] for row in rounds)
    assert set(db.session.scalars(visible(PeriodReturn, SYSTEM, PeriodReturn.status))) == set(
        ReturnState
    )
    colours = everything(Score, Score.month, Score.colour)
    assert len({row[0] for row in colours}) >= 3
    assert {row[1] for row in colours} == set(Colour)
    assert min(rows_of(Commitment, CommitmentMissed, ZeroReport, DutyDone, SupervisionDone)) > 0


def _numbers_have_no_gap():
    found: dict[tuple, list[int]] = {}
    for order in db.session.scalars(visible(Order, SYSTEM)):
        if order.serial is not None:
            found.setdefault((order.authority_id, order.kind, order.year), []).append(order.serial)
    assert len(found) >= 3
    for serials in found.values():
        assert sorted(serials) == list(range(1, len(serials) + 1))
    db.session.rollback()


def _papers_are_there_and_render_again():
    papers = db.session.scalars(select(Document).order_by(Document.id)).all()
    assert {p.template.code for p in papers} >= {
        *("INSPECT_RECORD", "VISIT_RECORD", "RECTIFY_ORDER", "ONSITE_MEASURE", "SERVICE_RECEIPT"),
        *("RECHECK_OPINION", "EXTENSION_REPLY", "CASE_FILING", "PENALTY", "CASE_CLOSE"),
    }
    order = next(p for p in papers if p.template.code == "RECTIFY_ORDER")
    made = documents.render_again(order)
    assert [hashlib.sha256(data).hexdigest() for data in made] == [
        order.pdf.sha256,
        order.docx.sha256,
    ]
    db.session.rollback()


def _the_law_is_kept():
    """Two certified officers, another person's approval first; all in working hours."""
    for one in db.session.scalars(visible(Inspection, SYSTEM)).unique():
        if one.kind is InspectionKind.ADMINISTRATIVE and one.started_at:
            assert len(one.officers) >= 2
            assert all(officer.certificate_no for officer in one.officers)
            assert one.approved_by_id != one.created_by_id
            assert one.approved_at < one.notified_at < one.started_at
    events = [*everything(Inspection, Inspection.started_at), *everything(Order, Order.issued_at)]
    for (at,) in events:
        local = (at or clock.now()).astimezone(clock.SHANGHAI)
        assert at is None or (local.isoweekday() <= 5 and 8 <= local.hour <= 17)
    plant = everything(Case, Case.enterprise_id)
    twice = {row[0] for row in plant if plant.count(row) == 2}
    assert len(twice) == 1
    counters = cases.art113(twice.pop(), SYSTEM, clock.today())
    assert worst(counters) is Level.WARNING
    ends = everything(OfficerCertificate, OfficerCertificate.valid_to)
    left = sorted((row[0] - clock.today()).days for row in ends)
    assert left[1] < 0 < left[2] <= 25
    db.session.rollback()


def _a_second_run_adds_nothing():
    models = (Enterprise, Account, Hazard, HazardEvent, AuditEntry, Notice)
    before = rows_of(*models)
    assert not build().is_new
    assert rows_of(*models) == before


def _finished_by_the_jobs(monkeypatch):
    """Notices are delivered, the trail is sealed, the months are reported; once."""
    monkeypatch.setattr(after, "MONTHS", 1)
    monkeypatch.setattr(after, "REGIONS", (people.CITY,))
    assert list(after.finish(clock.now()))
    packages = rows_of(MonthlyPackage)[0]
    # The city's, and one for each enterprise of its districts.
    assert packages == rows_of(Enterprise)[0] + 1
    verdict = audit.verify()
    assert verdict.is_intact
    assert db.session.scalar(select(func.count(Notice.id)).where(Notice.sent_at.is_(None))) == 0
    db.session.rollback()
    again = list(after.finish(clock.now()))
    assert not [line for line in again if "packages" in line]
    assert rows_of(MonthlyPackage)[0] == packages


def test_it_refuses_a_database_with_enterprises_of_its_own(app, cast: Cast):
    with pytest.raises(InvalidInput, match="enterprises of its own"):
        build()
    assert rows_of(Enterprise)[0] == 3


def test_cameras_and_node_are_made_once_and_follow_the_streams(app, cast, monkeypatch):
    monkeypatch.setattr(cameras, "_first_enterprise", lambda: cast.plant)
    hosts = ("127.0.0.1",)
    here = {p.stream: address(f"{p.stream}.mp4", 8554) for p in cameras.POSTS}
    token = cameras.ensure(here, "", hosts)
    assert cameras.ensure(here, token, hosts) == token
    assert rows_of(VisionNode, Camera) == [1, 2]
    assert cameras.ensure(here, "anqi_forgotten", hosts) not in {"", token}
    before = [c.stream_url for c in db.session.scalars(visible(Camera, SYSTEM))]
    there = {p.stream: address(f"{p.stream}.mp4", 9554) for p in cameras.POSTS}
    db.session.rollback()
    cameras.ensure(there, token, hosts)
    after_move = [c.stream_url for c in db.session.scalars(visible(Camera, SYSTEM))]
    assert set(before).isdisjoint(after_move)
    assert rows_of(VisionNode, Camera) == [1, 2]


def test_the_table_of_enterprises_has_no_name_twice():
    rows = enterprise_rows()
    assert len({row["name"] for row in rows}) == len({row["short_name"] for row in rows}) == 30
    assert FIRST_SERIAL + len(rows) < 100_000
