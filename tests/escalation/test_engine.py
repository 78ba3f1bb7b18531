"""The engine with real tickets: who is told, once, when the day has come."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from supervision import seeds
from supervision.account.models import Account
from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.core.notices import Audience as NoticeAudience
from supervision.core.notices import Notice
from supervision.core.scope import unscoped
from supervision.enterprise import queries as enterprises
from supervision.escalation import figures, jobs, queries, service
from supervision.escalation.models import EscalationEvent
from supervision.escalation.rules import Audience, EventState, Ladder, Urgency
from supervision.escalation.service import StepValues
from supervision.hazard import service as hazards
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState as S
from tests.factories.hazards import finding, load, make_hazard, photo
from tests.statements import counted

# Monday 2 March 2026, 12:00 in Shanghai; the deadline is Monday the 9th.
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
DUE = date(2026, 3, 9)
DAY = timedelta(days=1)


def at(day: date, hour: int = 12):
    local = datetime(day.year, day.month, day.day, hour, tzinfo=clock.SHANGHAI)
    return clock.frozen(local)


@pytest.fixture
def law(cast):
    with at(date(2026, 1, 5)), transaction():
        seeds.load_rules()
        seeds.load_holidays()
        seeds.load_ladder()
    return cast


def run(day: date, hour: int = 12) -> int:
    with at(day, hour):
        return jobs.escalate(clock.now())


def notices(prefix: str = "escalation") -> list[tuple[str, int]]:
    """Kind and account of everything that the ladder has queued."""
    stmt = db.select(Notice).where(Notice.kind.startswith(prefix)).order_by(Notice.id)
    found = db.session.scalars(stmt).all()
    assert all(n.audience is NoticeAudience.ACCOUNT for n in found)
    return [(n.kind, n.audience_id) for n in found]


def events(**wanted) -> list[EscalationEvent]:
    stmt = db.select(EscalationEvent).filter_by(**wanted).order_by(EscalationEvent.id)
    return list(db.session.scalars(unscoped(stmt, reason="a test looks")))


def ticket(cast, **changes) -> int:
    with at(date(2026, 3, 2)):
        return make_hazard(cast, S.RECTIFYING, due_on=DUE, **changes)


def test_the_ladder_climbs_from_the_safety_manager_to_the_section_chief(law):
    ticket(law)
    told = []
    for day in (date(2026, 3, 2) + n * DAY for n in range(22)):
        before = len(notices())
        run(day)
        told += [(day, kind, who) for kind, who in notices()[before:]]
    names = {ident: name for name, ident in law.accounts.items()}
    ours = [(d.day, k.partition(".")[2], names[w]) for d, k, w in told if "hazard_due" in k]
    assert ours == [
        (4, "hazard_due_before", "safety_manager"),
        (6, "hazard_due_before", "safety_manager"),
        (9, "hazard_due_on", "plant_manager"),
        (9, "hazard_due_on", "safety_manager"),
        (10, "hazard_due_late", "district_officer"),
        (10, "hazard_due_late", "plant_manager"),
        (12, "hazard_due_late", "section_chief"),
        (12, "hazard_due_late", "district_officer"),
        (18, "hazard_due_late", "section_chief"),
        (18, "hazard_due_late", "plant_manager"),
    ]


def test_the_re_inspection_that_nobody_makes_is_escalated_inside_the_authority(law):
    ticket(law)
    # Ten days after expiry: 19 March, a Thursday.
    run(date(2026, 3, 20))
    chief = [e for e in events(ladder=Ladder.RECHECK) if e.state is EventState.SENT]
    assert {e.audience for e in chief} == {Audience.OFFICER, Audience.CHIEF}
    assert {e.due_on for e in chief} == {date(2026, 3, 19)}


def test_a_second_run_and_a_second_scheduler_tell_nobody_twice(law):
    ticket(law)
    assert run(date(2026, 3, 9)) > 0
    before = notices()
    assert run(date(2026, 3, 9), 13) == 0
    assert notices() == before


def test_a_process_killed_before_it_commits_has_told_nobody_and_is_made_up_for(law, monkeypatch):
    ticket(law)
    real = service.escalate

    def killed(*args):
        real(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(service, "escalate", killed)
        run(date(2026, 3, 9))
    assert (notices(), events()) == ([], [])
    assert run(date(2026, 3, 9)) > 0


def test_a_ticket_that_cannot_be_escalated_stops_no_other(law, monkeypatch):
    first, second = ticket(law), ticket(law)
    real = service.escalate

    def broken(subject, *rest):
        if subject.id == first:
            raise ValueError("broken")
        return real(subject, *rest)

    monkeypatch.setattr(service, "escalate", broken)
    run(date(2026, 3, 9))
    assert {e.subject_id for e in events(ladder=Ladder.HAZARD_DUE)} == {second}


def test_more_tickets_ask_the_database_no_more(law):
    """Neither when all of them have a step to take, nor on the next round, when none has."""
    reads = []
    for more in (3, 12):
        for _ in range(more):
            ticket(law)
        for hour in (12, 13):
            with counted() as statements:
                taken = run(date(2026, 3, 9), hour)
            assert bool(taken) is (hour == 12)
            reads.append(sum(s.startswith("SELECT") for s in statements))
    assert reads[:2] == reads[2:]


def test_tickets_beyond_one_batch_are_all_reached(law, monkeypatch):
    monkeypatch.setattr(jobs, "BATCH", 3)
    monkeypatch.setattr(jobs, "TOGETHER", 2)
    tickets = {ticket(law) for _ in range(7)}
    run(date(2026, 3, 9))
    assert {e.subject_id for e in events(ladder=Ladder.HAZARD_DUE)} == tickets


@pytest.mark.parametrize(("day", "hour"), [(date(2026, 3, 8), 12), (date(2026, 3, 9), 23)])
def test_at_night_and_on_sunday_it_is_silent(law, day, hour):
    ticket(law)
    assert run(day, hour) == 0
    assert notices() == []


def test_a_granted_extension_arms_the_ladder_anew(law):
    hazard_id = ticket(law)
    run(date(2026, 3, 4))
    with at(date(2026, 3, 5)), transaction():
        manager, officer = law["safety_manager"], law["district_officer"]
        extension = hazards.request_extension(
            load(hazard_id, manager), manager, requested_due_on=date(2026, 3, 31), reason="part"
        )
        db.session.flush()
        hazards.grant_extension(extension, officer, granted_due_on=date(2026, 3, 23))
    assert run(date(2026, 3, 9)) == 0
    assert run(date(2026, 3, 18)) == 1
    assert {e.due_on for e in events(ladder=Ladder.HAZARD_DUE)} == {DUE, date(2026, 3, 23)}


def test_a_returned_ticket_is_reminded_of_again_by_one_step_each(law):
    hazard_id = ticket(law)
    run(date(2026, 3, 9))
    with at(date(2026, 3, 9)), transaction():
        manager = law["safety_manager"]
        hazards.submit(load(hazard_id, manager), manager, note="done", photos=[photo(manager)])
    with at(date(2026, 3, 11)), transaction():
        officer = law["district_officer"]
        hazards.send_back(load(hazard_id, officer), officer, reason="no guard")
    before = len(notices("escalation.hazard")) + len(notices("escalation_urgent.hazard"))
    run(date(2026, 3, 12))
    again = [e for e in events(ladder=Ladder.HAZARD_DUE, arm=1) if e.state is EventState.SENT]
    told = [tuple(person) for e in again for person in e.told]
    assert len(told) == len(set(told)) == 4
    after = len(notices("escalation.hazard")) + len(notices("escalation_urgent.hazard"))
    assert after == before + 4


def test_a_submitted_ticket_is_not_the_enterprises_any_more(law):
    hazard_id = ticket(law)
    with at(date(2026, 3, 3)), transaction():
        manager = law["safety_manager"]
        hazards.submit(load(hazard_id, manager), manager, note="done", photos=[photo(manager)])
    run(date(2026, 3, 10))
    assert events(ladder=Ladder.HAZARD_DUE) == []


def test_a_major_hazard_reaches_chief_and_city_sooner(law):
    ticket(law, grade=Grade.MAJOR)
    run(date(2026, 3, 10))
    run(date(2026, 3, 12))
    sent = [e for e in events(ladder=Ladder.HAZARD_DUE) if e.state is EventState.SENT]
    assert {(e.offset, e.audience) for e in sent} >= {(1, Audience.CHIEF), (3, Audience.CITY)}
    (city,) = [e for e in sent if e.audience is Audience.CITY]
    assert [ident for ident, _name in city.told] == [law.accounts["city_officer"]]


def test_where_a_rank_is_empty_the_next_one_up_is_told(law):
    hazard_id = ticket(law)
    with transaction():
        stmt = db.select(Account).where(Account.id == law.accounts["safety_manager"])
        account = db.session.scalars(unscoped(stmt, reason="a test")).one()
        account.is_active = False
    run(date(2026, 3, 4))
    (event,) = events(ladder=Ladder.HAZARD_DUE, subject_id=hazard_id)
    assert event.told == [[law.accounts["plant_manager"], "Plant Manager"]]


def test_a_step_that_finds_nobody_is_on_record(law):
    with at(date(2026, 3, 2)), transaction():
        city = law["city_officer"]
        far = enterprises.get_enterprise(law.far_plant_id, city)
        hazard = hazards.report(far, city, finding())
        hazards.grade(hazard, city, grade=Grade.GENERAL)
        hazards.assign(hazard, city, responsible_person="X", due_on=DUE)
        hazard_id = hazard.id
    run(date(2026, 3, 9))
    found = events(ladder=Ladder.HAZARD_DUE, subject_id=hazard_id)
    assert EventState.NOBODY in {e.state for e in found}
    assert queries.nobody_count(law["district_officer"]) == 0


def test_a_changed_step_is_not_sent_again_and_its_versions_stay(law):
    ticket(law)
    run(date(2026, 3, 4))
    with at(date(2026, 3, 4)), transaction():
        step = next(
            s
            for s in queries.steps_on(date(2026, 3, 4))[Ladder.HAZARD_DUE]
            if (s.offset, s.only_major) == (-3, False)
        )
        values = StepValues(Ladder.HAZARD_DUE, -2, Audience.RESPONSIBLE, urgency=Urgency.URGENT)
        service.change_step(step, law["section_chief"], values, reason="too early")
        line, old_id = step.line_id, step.id
    assert run(date(2026, 3, 5)) == 0
    versions = queries.line_history(line)
    assert [(v.offset, v.effective_to) for v in versions] == [(-2, None), (-3, date(2026, 3, 3))]
    assert [e.step_id for e in events(line_id=line)] == [old_id]


def test_a_subject_older_than_the_ladder_is_told_of_once(law):
    ticket(law)
    assert run(date(2026, 9, 1)) > 0
    assert run(date(2026, 9, 2)) == 0


@pytest.mark.parametrize("meanwhile", ["told", "closed"])
def test_what_another_scheduler_or_person_did_meanwhile_is_seen(law, monkeypatch, meanwhile):
    """The list of subjects was read before; each is looked at again when its turn comes."""
    hazard_id = ticket(law)
    before = queries.waiting(Ladder.HAZARD_DUE, DUE, DUE, after=0, limit=9)
    db.session.rollback()
    if meanwhile == "told":
        run(date(2026, 3, 9))
    else:
        with at(date(2026, 3, 9)), transaction():
            officer = law["district_officer"]
            hazards.transfer(load(hazard_id, officer), officer, receiver="Fire", reason="theirs")
    told = notices()
    asked = iter([before, []])
    monkeypatch.setattr(queries, "waiting", lambda *_a, **_k: next(asked, []))
    if meanwhile == "told":
        # Even where it does not know: the key in the table holds.
        monkeypatch.setattr(queries, "known_lines", lambda _subjects: {})
    assert run(date(2026, 3, 9)) == 0
    assert notices() == told


def test_the_month_counts_what_was_sent_and_leaves_out_what_was_absorbed(law):
    ticket(law)
    run(date(2026, 3, 12))
    march = clock.start_of(date(2026, 3, 1)), clock.start_of(date(2026, 4, 1))
    april = march[1], clock.start_of(date(2026, 5, 1))
    officer = law["district_officer"]
    told = list(figures.escalation_rows(officer, *march, region="330110"))
    sent = [event for event in events() if event.state is not EventState.ABSORBED]
    assert [row.id for row in told] == [event.id for event in sent]
    assert 0 < len(sent) == figures.escalation_count(officer, *march, region="330110")
    assert len(events()) > len(sent)
    for who, months in (("district_officer", april), ("other_district", march)):
        assert figures.escalation_count(law[who], *months, region="33") == 0
    assert figures.escalation_count(law["plant_manager"], *march, region="33") == 0
