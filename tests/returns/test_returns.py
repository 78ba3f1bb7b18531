"""Returns made by the job, their figures against a count by hand, and the way to the authority."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.notices import Notice
from supervision.core.scope import unscoped, visible
from supervision.core.statutory import StatutoryRule
from supervision.enterprise import service as registry
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.hazard import queries as hazards
from supervision.hazard import service as tickets
from supervision.hazard.rules import Grade, InvalidReason
from supervision.hazard.workflow import HazardState
from supervision.returns import jobs, queries, rules, service, sheets
from supervision.returns.models import PeriodReturn
from supervision.returns.rules import ReturnKind
from supervision.returns.workflow import ReturnState
from tests.factories.hazards import make_hazard, photo
from tests.factories.returns import load_layouts
from tests.live.recount import SHANGHAI, instant, table

NOW = datetime(2027, 1, 2, 9, 0, tzinfo=clock.SHANGHAI)


def on(month, day, hour=10, year=2026):
    return clock.frozen(datetime(year, month, day, hour, tzinfo=clock.SHANGHAI))


@pytest.fixture
def made(app, cast):
    """A year with tickets of every fate on both sides of a quarter's borders, and its returns."""
    with on(12, 5), transaction():
        load_layouts()
        everyone = unscoped(
            db.update(Enterprise).values(created_at=clock.now()), reason="all on the roll before"
        )
        db.session.execute(everyone)
    with on(9, 10):
        make_hazard(cast, HazardState.ASSIGNED)
        make_hazard(cast, HazardState.ASSIGNED, grade=Grade.MAJOR, due_on=date(2027, 3, 1))
        make_hazard(cast, HazardState.CLOSED)
    with on(9, 30, 23):
        make_hazard(cast, HazardState.GRADED)
    with on(10, 1, 1):
        make_hazard(cast, HazardState.CLOSED, by="safety_manager", rectifier="plant_manager")
    with on(11, 3):
        late = make_hazard(cast, HazardState.SUBMITTED)
        wrong, away = make_hazard(cast), make_hazard(cast, HazardState.GRADED)
    officer = cast["district_officer"]
    with on(12, 31, 23), transaction():
        tickets.verify(hazards.get_hazard(late, officer), officer, note="Seen")
        tickets.invalidate(
            hazards.get_hazard(wrong, officer),
            officer,
            invalid_reason=InvalidReason.DUPLICATE,
            note="x",
        )
    with on(1, 1, 1, 2027):
        with transaction():
            tickets.transfer(
                hazards.get_hazard(away, officer), officer, receiver="Fire", reason="Theirs"
            )
        make_hazard(cast)
    with clock.frozen(NOW):
        jobs.make(clock.now())
    return cast


def every(cast):
    stmt = visible(PeriodReturn, SYSTEM).where(PeriodReturn.enterprise_id == cast.plant_id)
    return db.session.scalars(stmt.order_by(PeriodReturn.first_day)).all()


def rows(cast):
    return {row.kind: row for row in every(cast)}


def by_hand(url, enterprise_id, first, last):
    """The figures from the tables as the database's own driver reads them."""
    left = {
        row["hazard_id"]: row["at"]
        for row in table(url, "hazard_event")
        if row["action"] in {"transfer", "invalidate"}
    }
    counted: Counter[str] = Counter()
    for row in table(url, "hazard"):
        found = instant(row["found_at"]).astimezone(SHANGHAI).date()
        if int(row["enterprise_id"]) != enterprise_id or found > last:
            continue
        ended = row["closed_at"] or left.get(row["id"], "")
        ended = instant(ended).astimezone(SHANGHAI).date() if ended else date.max
        if found >= first:
            counted.update(["found", f"found_{row['grade'] or 'ungraded'}"])
            counted[f"found_{row['source']}"] += 1
        elif ended >= first:
            counted["carried"] += 1
        if first <= ended <= last:
            fate = "rectified" if row["status"] == "closed" else row["status"]
            counted[fate] += 1
            counted["rectified_in_time"] += fate == "rectified" and ended <= date.fromisoformat(
                row["due_on"]
            )
        elif ended > last:
            counted["open"] += 1
            counted["open_major"] += row["grade"] == "major"
            counted["overdue"] += bool(row["due_on"]) and row["due_on"] <= last.isoformat()
    return {name: Decimal(count) for name, count in counted.items() if count}


def test_the_figures_equal_a_count_by_hand_and_nothing_is_made_twice(made, database_url):
    found = rows(made)
    assert {kind: row.due_on for kind, row in found.items()} == {
        ReturnKind.QUARTERLY: date(2027, 1, 15),
        ReturnKind.ANNUAL: date(2027, 1, 31),
        ReturnKind.LOCAL: date(2027, 1, 5),
    }
    for row in found.values():
        said = {name: value for name, value in row.computed.items() if value}
        assert said == by_hand(database_url, made.plant_id, row.first_day, row.last_day)
        assert rules.problems(row.values) == ()
        assert row.audit_id > 0
    quarter = found[ReturnKind.QUARTERLY]
    assert quarter.computed["carried"] == 3
    assert (quarter.computed["rectified"], quarter.computed["rectified_in_time"]) == (2, 1)
    assert [major["cause"] for major in quarter.majors] == ["Guard of the press is missing"]
    total = db.session.scalar(
        unscoped(db.select(db.func.count(PeriodReturn.id)), reason="of all enterprises")
    )
    assert total == 9  # three plants, three kinds
    with clock.frozen(NOW + timedelta(days=1)):
        assert jobs.make(clock.now()) == 0


def test_a_run_that_broke_off_goes_on_and_a_plant_of_later_owes_nothing(made):
    with transaction():
        stmt = visible(PeriodReturn, SYSTEM).where(PeriodReturn.enterprise_id != made.plant_id)
        for row in db.session.scalars(stmt).all():
            db.session.delete(row)
        far = visible(Enterprise, SYSTEM).where(Enterprise.id == made.far_plant_id)
        db.session.scalars(far).one().created_at = NOW
    with clock.frozen(NOW):
        assert jobs.make(clock.now()) == 3
        assert jobs.make(clock.now()) == 0


def test_what_was_never_made_is_made_up_for_and_told_in_one_notice(made):
    """The scheduler stood still from October on; the plant itself stood still in November."""
    with on(10, 20), transaction():
        stmt = db.update(Enterprise).values(created_at=clock.now())
        db.session.execute(unscoped(stmt, reason="on the roll since October"))
        registry.set_roll_status(made.plant, SYSTEM, RollStatus.SUSPENDED, reason="Repairs")
        db.session.execute(db.delete(Notice))
    with on(12, 30), transaction():
        registry.set_roll_status(made.plant, SYSTEM, RollStatus.IN_PRODUCTION, reason="Done")
    with clock.frozen(NOW):
        assert jobs.make(clock.now()) == 3 * 2 - 1
        local = [row.first_day for row in every(made) if row.kind is ReturnKind.LOCAL]
        assert local == [date(2026, 10, 1), date(2026, 12, 1)]
    told = [n.params["count"] for n in db.session.scalars(db.select(Notice)) if "made" in n.kind]
    assert sorted(told) == ["1", "2", "2"]


def quarter(cast, who="plant_manager"):
    return queries.get_return(rows(cast)[ReturnKind.QUARTERLY].id, cast[who], for_update=True)


def sign(cast, who="plant_manager"):
    with transaction():
        service.sign(quarter(cast, who), cast[who], name=cast[who].name, signature=photo(cast[who]))


def test_from_draft_to_accepted_by_way_of_a_returned_revision(made):
    manager, principal = made["safety_manager"], made["plant_manager"]
    officer = made["district_officer"]
    with clock.frozen(NOW):
        with pytest.raises(Forbidden), transaction():
            service.sign(quarter(made), manager, name=manager.name, signature=photo(manager))
        with transaction():
            row = quarter(made)
            service.correct(row, manager, figure="open", value=Decimal(9), reason="Seen on site")
        assert quarter(made).computed["open"] != quarter(made).values["open"] == 9
        with pytest.raises(Conflict, match="add up"):
            sign(made)
        with transaction():
            row = quarter(made)
            counted = row.computed["open"]
            service.correct(row, manager, figure="open", value=counted, reason="Was a slip")
            with pytest.raises(InvalidInput):
                service.correct(row, manager, figure="open", value=counted, reason="Again")
        sign(made)
        # A correction takes the signature away.
        with transaction():
            service.correct(
                quarter(made),
                manager,
                figure="funds_spent",
                value=Decimal("120.50"),
                reason="Invoice",
            )
        assert (quarter(made).status, quarter(made).signature) == (ReturnState.DRAFT, None)
        sign(made)
        with transaction():
            service.submit(quarter(made), manager)
        with pytest.raises(Forbidden), transaction():
            service.accept(quarter(made), principal)
        for given in ({"reason": ""}, {"reason": "Late", "by": date(2027, 1, 1)}):
            with pytest.raises(InvalidInput), transaction():
                service.give_back(quarter(made), officer, **given)
        with transaction():
            service.give_back(
                quarter(made), officer, reason="Add the planned funds", by=date(2027, 1, 20)
            )
    for late in (False, True):  # the law's day has passed, then the one that was given
        with clock.frozen(NOW + timedelta(days=18 + 2 * late)):
            assert quarter(made).is_overdue is late
    with clock.frozen(NOW + timedelta(days=20)):
        assert [row.kind for row in queries.due_until(principal, clock.today())] == [
            ReturnKind.LOCAL,
            ReturnKind.QUARTERLY,
        ]
        with transaction():
            service.revise(quarter(made), manager)
        (earlier,) = quarter(made).revisions
        assert earlier.reported["funds_spent"] == "120.50"
        sign(made)
        with transaction():
            service.submit(quarter(made), manager)
        with transaction():
            service.accept(quarter(made), officer)
        row = quarter(made)
        assert (row.status, row.revision, row.is_late) == (ReturnState.ACCEPTED, 2, False)
        with pytest.raises(Conflict), transaction():
            service.correct(row, manager, figure="open", value=Decimal(1), reason="Too late")
        _a_new_name_changes_no_signed_paper(made)
    for who in ("other_plant", "other_district"):
        with pytest.raises(NotFound):
            quarter(made, who)


def _a_new_name_changes_no_signed_paper(made):
    signed_for = quarter(made).enterprise.name
    with transaction():
        quarter(made).enterprise.name = "Another name"
    row = quarter(made)
    issuers = {sheets.revision(row, number).issuer for number in (1, 2)}
    assert (issuers, row.enterprise.name) == ({signed_for}, "Another name")


def test_overdue_ones_are_told_once_and_reminded_once_a_day(made):
    officer = made["section_chief"]
    with transaction():
        db.session.execute(db.delete(Notice))
    with clock.frozen(NOW + timedelta(days=15)):
        assert jobs.watch(clock.now()) == 6 + 2  # quarterly and local of three plants; two chiefed
        assert jobs.watch(clock.now()) == 0
        wanted = queries.ReturnFilter(group="overdue", kind=ReturnKind.QUARTERLY)
        for told in (2, 0):  # two plants of the district
            with transaction():
                assert service.remind(queries.overdue(officer, wanted), officer) == told
        with pytest.raises(Forbidden):
            service.remind([], made["plant_manager"])
    assert told_of() == {
        ("returns.overdue_many", "enterprise_people", "2"): 3,
        # The officer of the plant; whoever supervises the two streets that have none.
        ("returns.overdue_by", "account", "2"): 1,
        ("returns.overdue_by", "supervisors", "2"): 2,
        ("returns.escalated", "account", "2"): 1,
        ("returns.reminded", "enterprise_people", None): 2,
    }


def test_a_chief_hears_once_of_what_is_overdue_for_a_week(made):
    with transaction():
        db.session.execute(db.delete(Notice))
    with clock.frozen(NOW.replace(day=22)):
        jobs.watch(clock.now())  # the local ones were due on the 5th
    with clock.frozen(NOW.replace(day=23)):
        assert jobs.watch(clock.now()) == 2  # the quarterly ones of the district
        assert jobs.watch(clock.now()) == 0
    rows = db.session.scalars(db.select(Notice).where(Notice.kind == "returns.escalated"))
    assert [(n.audience_id, n.params) for n in rows] == [
        (made.accounts["section_chief"], {"count": "2"})
    ] * 2
    far = visible(PeriodReturn, SYSTEM).where(PeriodReturn.enterprise_id == made.far_plant_id)
    assert {row.escalated_at for row in db.session.scalars(far)} == {None}  # no chief there yet


def told_of():
    rows = db.session.scalars(db.select(Notice))
    return Counter((n.kind, str(n.audience), n.params.get("count")) for n in rows)


def test_where_the_rule_has_ended_no_chief_is_told(made):
    with transaction():
        ended = db.update(StatutoryRule).where(StatutoryRule.code == rules.ESCALATE_CODE)
        db.session.execute(ended.values(effective_to=date(2026, 12, 31)))
    with clock.frozen(NOW + timedelta(days=30)):
        jobs.watch(clock.now())
    assert not [kind for kind, _audience, _count in told_of() if kind == "returns.escalated"]


def test_nobody_is_chased_for_a_plant_that_is_gone(made):
    officer = made["district_officer"]
    with clock.frozen(NOW + timedelta(days=15)):
        before = queries.counts(officer)
        with transaction():
            registry.set_roll_status(made.plant, SYSTEM, RollStatus.CLOSED, reason="Gone")
        after = queries.counts(officer)
        assert (before.open - after.open, before.overdue - after.overdue) == (3, 2)
        wanted = queries.ReturnFilter(group="overdue")
        listed = db.session.scalars(queries.list_returns(officer, wanted)).unique().all()
        assert made.plant_id not in {row.enterprise_id for row in listed}
        assert jobs.watch(clock.now()) == 4 + 1
